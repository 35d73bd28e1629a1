//! Methods of texts and lists.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rollproof_source::Span;
use rollproof_sql::{MadeText, delimited_identifier};
use rustc_hash::FxHasher;

use super::choice::at_test;
use super::made_methods::Spelled;
use super::text::distinct;
use super::value::{Chosen, Env, Item, ParamRef, Piece, Pieces, Taking, Value, add, cut};
use super::{Evaluator, span};
use crate::ir::{BindingId, Call, ExprId, ExprKind, Facts, Step, WriteOp};

const METHODS: &[&str] = &[
    "concat",
    "join",
    "trim",
    "trimStart",
    "trimEnd",
    "toString",
    "valueOf",
    "toUpperCase",
    "toLowerCase",
    "replace",
    "replaceAll",
    "map",
    "flatMap",
    "filter",
    "slice",
    "substring",
    "substr",
    "padStart",
    "padEnd",
    "reverse",
    "repeat",
    "fill",
    "flat",
    "keys",
    "to_string",
    "into",
    "to_owned",
    "as_str",
    "clone",
    "as_ref",
    "trim_end",
    "trim_start",
    "iter",
    "into_iter",
    "collect",
    "unwrap_or",
    "unwrap",
    "as_deref",
    "to_uppercase",
    "to_lowercase",
    "compile",
    "normalize",
    "append",
    "split",
    "reduce",
    "find",
    "findLast",
];

/// Methods whose result is another text than the one they are called on.
const CHANGES: &[&str] = &[
    "replace",
    "replaceAll",
    "toUpperCase",
    "toLowerCase",
    "to_uppercase",
    "to_lowercase",
    "repeat",
    "slice",
    "substring",
    "substr",
    "padStart",
    "padEnd",
];

/// Methods of lists: what a caller gives is needed for itself.
const OF_LISTS: &[&str] =
    &["join", "map", "flatMap", "filter", "concat", "flat", "fill", "iter", "split", "reduce", "find", "findLast"];

impl Evaluator<'_> {
    /// A method of text or lists; none where the object is neither.
    pub(super) fn method(
        &mut self,
        facts: &Arc<Facts>,
        expr: ExprId,
        object: ExprId,
        name: &Arc<str>,
        call: &Call,
        env: &Env,
    ) -> Option<Vec<Value>> {
        if name.as_ref() == "get"
            && let Some(values) = self.cached(facts, object, env)
        {
            return Some(values);
        }
        if name.as_ref() == "get" && call.arguments.len() == 1 {
            let maps = self.eval(facts, object, env);
            if let Some(values) = values_of(&maps) {
                return Some(values);
            }
        }
        if let Some(values) = self.method_of_fragment(facts, object, name, call, env) {
            return Some(values);
        }
        if name.as_ref() == "escapeLiteral" && call.arguments.len() == 1 {
            let values = self.eval(facts, call.arguments[0], env);
            return Some(self.each(values, span(facts, expr), 'L'));
        }
        if name.as_ref() == "escapeIdentifier" {
            return Some(self.escaped_identifier(facts, call, span(facts, expr), env));
        }
        let known = METHODS.iter().find(|method| **method == name.as_ref())?;
        let objects = self.eval(facts, object, env);
        let list_method = OF_LISTS.contains(known);
        let objects = match *known {
            "split" => self.forced_through(objects),
            _ if list_method => self.forced(objects),
            _ => objects,
        };
        let objects = if matches!(*known, "map" | "flatMap" | "filter") {
            as_lists(objects, span(facts, object))
        } else {
            objects
        };
        let fits = |value: &Value| {
            matches!(value, Value::Text(_) | Value::Fragment(..) | Value::List(_) | Value::Param(..) | Value::Number(_))
                || (list_method && matches!(value, Value::Unknown(..)))
        };
        if !objects.iter().any(fits) {
            return None;
        }
        let at = span(facts, expr);
        let changes = CHANGES.contains(known);
        // What a caller gives is changed when it is known.
        let objects = if changes && env.is_some() { self.forced(objects) } else { objects };
        if matches!(*known, "find" | "findLast") {
            return Some(self.found_in(facts, expr, &objects, call, env));
        }
        let mut found = Vec::new();
        let sharing = if *known == "join" { objects.len() } else { 1 };
        let lists = std::mem::replace(&mut self.lists, sharing);
        for value in &objects {
            let values = match value {
                Value::Param(param, _) if changes => vec![changed(param, facts, expr, at)],
                _ => self.method_of(facts, value, known, call, at, env),
            };
            if self.is_full(&mut found, values, at) {
                break;
            }
        }
        self.lists = lists;
        Some(found)
    }

    /// Adds values; whether they are so many that no more are kept.
    fn is_full(&mut self, found: &mut Vec<Value>, values: Vec<Value>, at: Span) -> bool {
        values.into_iter().for_each(|value| add(found, value));
        let full = found.len() > 2 * self.limit();
        if full {
            self.cap(found, at);
        }
        full
    }

    /// What the method of a call makes of these texts.
    pub(super) fn after_method(&mut self, values: &[Value], path: &Arc<str>, expr: ExprId, at: Span) -> Vec<Value> {
        let unknown = || vec![Value::unknown("part of a parameter", at)];
        let Some(facts) = self.program.facts(path) else { return unknown() };
        let ExprKind::Call(call) = &facts.expr(expr).kind else { return unknown() };
        let name = facts.name_of(call.callee).and_then(|name| METHODS.iter().find(|known| **known == name.as_ref()));
        let Some(name) = name else { return unknown() };
        let mut found = Vec::new();
        for value in values {
            let values = match value {
                Value::Param(param, _) => vec![changed(param, &facts, expr, at)],
                Value::Nothing => Vec::new(),
                _ => self.method_of(&facts, value, name, call, at, &None),
            };
            if self.is_full(&mut found, values, at) {
                break;
            }
        }
        self.cap(&mut found, at);
        found
    }

    /// A text with more texts behind it.
    fn appended(&mut self, facts: &Arc<Facts>, value: &Value, more: &[ExprId], at: Span, env: &Env) -> Vec<Value> {
        let own = std::slice::from_ref(value);
        self.note_spliced(own);
        let mut texts = self.value_texts(own, at).iter().map(|text| text.to_vec()).collect();
        for argument in more {
            let added = self.eval(facts, *argument, env);
            self.note_spliced(&added);
            let choices = self.texts_of(facts, *argument, env);
            texts = self.product(texts, &choices, at);
        }
        distinct(texts)
    }

    /// `cache.get(key)` of a `Map` or `WeakMap`: what the same file puts in.
    fn cached(&mut self, facts: &Arc<Facts>, object: ExprId, env: &Env) -> Option<Vec<Value>> {
        let ExprKind::Binding(cache) = facts.expr(object).kind else { return None };
        let binding = facts.binding(cache);
        let written = binding.writes.iter().filter_map(|write| match write.op {
            WriteOp::Assign(value) if write.field.is_none() => Some(value),
            _ => None,
        });
        let made: Vec<ExprId> =
            binding.init.into_iter().chain(written).filter(|value| makes_map(facts, *value)).collect();
        if made.is_empty() {
            return None;
        }
        let mut found = vec![Value::Nothing];
        for call in facts.calls_by_name.get("set").map_or(&[][..], Vec::as_slice) {
            let ExprKind::Call(call) = &facts.expr(*call).kind else { continue };
            let ExprKind::Member { object, .. } = facts.expr(call.callee).kind else { continue };
            if start_of_chain(facts, object) != Some(cache) {
                continue;
            }
            if let Some(value) = call.arguments.get(1) {
                self.eval(facts, *value, env).into_iter().for_each(|value| add(&mut found, value));
            }
        }
        if found.len() == 1 {
            return None;
        }
        // What it is made with stays in it where nothing else is put under its key.
        for made in made {
            let pairs = matches!(&facts.expr(made).kind, ExprKind::Call(call) if !call.arguments.is_empty());
            let maps = if pairs { self.eval(facts, made, env) } else { continue };
            let values = values_of(&maps);
            let unknown = || vec![Value::unknown("value of an unknown map", span(facts, made))];
            values.unwrap_or_else(unknown).into_iter().for_each(|value| add(&mut found, value));
        }
        Some(found)
    }

    /// node-postgres: `client.escapeIdentifier(name)`.
    fn escaped_identifier(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Vec<Value> {
        let values = call.arguments.first().map_or_else(Vec::new, |first| self.eval(facts, *first, env));
        let values = self.forced(values);
        let mut found = Vec::new();
        for value in values {
            let quoted = |name: &str| Value::derived(&delimited_identifier(name), at);
            if let Value::External { module, path } = &value {
                let names = self.settings(module, path, at);
                let names: Vec<String> = names.iter().filter_map(|name| super::value::constant(name)).collect();
                if !names.is_empty() {
                    names.iter().for_each(|name| add(&mut found, quoted(name)));
                    add(&mut found, Value::unknown(&format!("value of package `{module}`"), at));
                    continue;
                }
            }
            add(&mut found, value.constant().map_or(value, |name| quoted(&name)));
        }
        found
    }

    fn method_of(
        &mut self,
        facts: &Arc<Facts>,
        value: &Value,
        name: &str,
        call: &Call,
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        let first = call.arguments.first().copied();
        match (name, value) {
            (_, Value::Unknown(..)) if name != "map" && name != "flatMap" => vec![value.clone()],
            ("concat", Value::List(items)) => {
                let mut items = items.to_vec();
                for argument in self.arguments(facts, &call.arguments, env) {
                    match argument.as_slice() {
                        [Value::List(more)] => items.extend(more.iter().cloned()),
                        _ => items.push(Item::one(argument)),
                    }
                }
                vec![Value::List(items.into())]
            }
            ("concat" | "append", _) => self.appended(facts, value, &call.arguments, at, env),
            ("join", Value::List(items)) => {
                let separators = self.between_items(facts, first, at, env);
                let items = items.clone();
                separators.iter().flat_map(|separator| self.join(&items, separator, at)).collect()
            }
            ("map" | "flatMap", _) => self.map(facts, value, (call, name == "flatMap"), at, env),
            ("filter", Value::List(items)) => vec![Value::List(self.passing(facts, items, call, at, env).into())],
            ("fill", Value::List(items)) => {
                let values = Arc::new(first.map_or_else(Vec::new, |first| self.eval(facts, first, env)));
                vec![Value::List(items.iter().map(|item| Item { values: values.clone(), ..item.clone() }).collect())]
            }
            ("slice", Value::Text(_)) | ("substring" | "substr" | "padStart" | "padEnd", _) => {
                self.spelled_method(facts, value, (name, call), at, env)
            }
            ("toString", Value::Text(pieces)) if first.is_some() => self.to_base(facts, pieces, call, at, env),
            ("reverse", Value::List(items)) => vec![Value::List(items.iter().rev().cloned().collect())],
            ("slice", Value::List(items)) => vec![self.part_of_list(facts, items, call, env)],
            ("slice", _) => vec![Value::unknown("part of a text", at)],
            ("reduce", Value::List(items)) => self.reduced(facts, items, call, at, env),
            ("reduce", _) => vec![Value::unknown("result of `reduce`", at)],
            ("split", _) if call.arguments.len() > 1 => vec![Value::unknown("result of `split`", at)],
            ("split", _) => vec![self.split(facts, value, first, at, env)],
            // Those of a set are its items, and those of a list their places.
            ("keys", Value::List(items)) => {
                vec![keys_of(items).unwrap_or_else(|| Value::unknown("keys of a list", at))]
            }
            ("flat", Value::List(items)) => vec![self.flattened(facts, items, first, at, env)],
            ("replace" | "replaceAll", Value::Text(pieces)) => {
                self.replace(facts, pieces, call, name == "replaceAll", at, env)
            }
            ("replace" | "replaceAll", Value::Fragment(..) | Value::List(_)) => {
                vec![Value::unknown("replaced by an unknown text", at)]
            }
            ("repeat", Value::Text(pieces)) => vec![self.repeated(facts, pieces, call, at, env)],
            ("trim" | "trimStart" | "trimEnd" | "trim_end" | "trim_start", Value::Text(pieces)) => {
                let (start, end) = (!name.to_lowercase().ends_with("end"), !name.to_lowercase().ends_with("start"));
                vec![Value::text(trimmed(pieces, start, end))]
            }
            ("toUpperCase" | "toLowerCase" | "to_uppercase" | "to_lowercase", Value::Text(pieces)) => {
                let upper = name.to_lowercase().contains("upper");
                vec![Value::text(pieces.iter().map(|piece| recased(piece, upper)).collect())]
            }
            ("toString" | "to_string", Value::Param(..)) | (_, Value::Number(_)) => vec![value.clone()],
            _ => vec![value.clone()],
        }
    }

    /// `list.filter(test)`: an item is there, is not, or may be left out, as far as the test is known.
    pub(super) fn passing(
        &mut self,
        facts: &Arc<Facts>,
        items: &[Item],
        call: &Call,
        at: Span,
        env: &Env,
    ) -> Vec<Item> {
        let test = call.arguments.first().map(|test| self.eval(facts, *test, env));
        let function = match test.as_deref() {
            Some([Value::Function(function)]) => function.clone(),
            _ => return filtered(items),
        };
        let returned = &function.facts.functions[function.function.index()].returns;
        let returned = if let [(value, _)] = returned[..] { Some(value) } else { None };
        let mut kept = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let mut values = Vec::new();
            let mut unsure = false;
            for value in item.values.iter() {
                let given = vec![vec![value.clone()], vec![Value::Number(at)]];
                let passes = returned.and_then(|returned| self.holds_for(&function, returned, given));
                unsure |= passes.is_none();
                if passes != Some(false) {
                    values.push(value.clone());
                }
            }
            if values.is_empty() {
                continue;
            }
            let sure = !unsure && values.len() == item.values.len();
            let mut item = Item { values: Arc::new(values), ..item.clone() };
            if !sure && !item.repeated {
                item.optional = true;
                if item.choice.is_none() && unsure {
                    item.choice = Some(self.tested(facts, call, index, env));
                }
            }
            kept.push(item);
        }
        filtered(&kept)
    }

    /// What is decided of an item of which it is not known whether it passes.
    fn tested(&self, facts: &Facts, call: &Call, index: usize, env: &Env) -> Arc<Taking> {
        let mut hasher = FxHasher::default();
        (call.callee, index).hash(&mut hasher);
        let decision = at_test(facts, hasher.finish(), env);
        let mark = |outcomes| vec![Chosen { decision, outcomes }];
        Arc::new(Taking { taken: mark(1), left: mark(2) })
    }

    /// `text.split(",")`, both known.
    fn split(&mut self, facts: &Arc<Facts>, value: &Value, by: Option<ExprId>, at: Span, env: &Env) -> Value {
        let unknown = || Value::unknown("result of `split`", at);
        let by = by.map_or_else(Vec::new, |by| self.eval(facts, by, env));
        let by = match by.as_slice() {
            [one] => one.constant().filter(|by| !by.is_empty()),
            _ => None,
        };
        let (Some(by), Value::Text(pieces)) = (by, value) else { return unknown() };
        let Some(text) = value.constant() else {
            let items = Spelled::of(pieces).and_then(|spelled| spelled.split(&by));
            let list =
                |items: Vec<Vec<Piece>>| items.into_iter().map(|item| Item::one(vec![Value::text(item)])).collect();
            return items.map_or_else(unknown, |items| Value::List(list(items)));
        };
        let marks: Vec<Piece> = pieces.iter().filter(|piece| matches!(piece, Piece::Chosen(_))).cloned().collect();
        let item = |part: &str| {
            let whole = match pieces.iter().find(|piece| matches!(piece, Piece::Text { .. })) {
                Some(piece @ Piece::Text { text: whole, .. }) if whole.len() == text.len() => Some(piece),
                _ => None,
            };
            let from = part.as_ptr() as usize - text.as_ptr() as usize;
            let piece = whole.and_then(|piece| cut(piece, from..from + part.len()));
            let derived = (!part.is_empty()).then(|| Piece::Text { text: part.into(), at, verbatim: false });
            let pieces = piece.or(derived).into_iter().chain(marks.iter().cloned()).collect();
            Item::one(vec![Value::text(pieces)])
        };
        Value::List(text.split(&by).map(item).collect())
    }

    fn map(
        &mut self,
        facts: &Arc<Facts>,
        value: &Value,
        (call, flat): (&Call, bool),
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        let Some(function) = call.arguments.first().copied() else { return vec![value.clone()] };
        let any = [Item::many(vec![Value::unknown("element of an unknown list", at)])];
        let items: &[Item] = match value {
            Value::List(items) => items,
            _ => &any,
        };
        let mut mapped = Vec::with_capacity(items.len());
        let counted = items.iter().all(Item::is_sure);
        for (index, item) in items.iter().enumerate().take(256) {
            let index = if counted { Value::derived(&index.to_string(), at) } else { Value::Number(at) };
            let arguments = [item.values.to_vec(), vec![index]];
            let values = self.apply_function(facts, function, &arguments, at, env);
            match values.as_slice() {
                // What each item becomes is part of one list.
                [Value::List(inner)] if flat => mapped.extend(inner.iter().map(|inner| Item {
                    repeated: inner.repeated || item.repeated,
                    optional: inner.optional || item.optional,
                    choice: item.choice.clone().or_else(|| inner.choice.clone()),
                    ..inner.clone()
                })),
                // Which of several lists it is decides over all of their items.
                lists if flat && lists.iter().any(|value| matches!(value, Value::List(_))) => {
                    let several = Value::unknown("fragments that a list may hold", at);
                    let values: Vec<Value> = lists.iter().cloned().chain([several]).collect();
                    mapped.push(Item { values: values.into(), ..item.clone() });
                }
                _ => mapped.push(Item { values: values.into(), ..item.clone() }),
            }
        }
        vec![Value::List(mapped.into())]
    }
}

/// What comes from outside, of which nothing is known but that it is a list.
fn as_lists(objects: Vec<Value>, at: Span) -> Vec<Value> {
    let is_outside = |value: &Value| matches!(value, Value::Opaque(_) | Value::Nothing);
    match objects.iter().all(is_outside) && objects.iter().any(|value| *value != Value::Nothing) {
        true => vec![Value::unknown("element of an unknown list", at)],
        false => objects,
    }
}

/// What maps that were made of pairs may give for a key.
fn values_of(maps: &[Value]) -> Option<Vec<Value>> {
    let mut found = vec![Value::Nothing];
    for map in maps {
        let Value::List(items) = map else { return None };
        for value in items.iter().flat_map(|item| item.values.iter()) {
            match value {
                Value::List(pair) if pair.len() == 2 => {
                    pair[1].values.iter().for_each(|value| add(&mut found, value.clone()));
                }
                _ => return None,
            }
        }
    }
    (found.len() > 1).then_some(found)
}

/// The keys of a map that was made of pairs.
fn keys_of(items: &[Item]) -> Option<Value> {
    let key = |item: &Item| match item.values.as_slice() {
        [Value::List(pair)] if pair.len() == 2 => Some(Item { values: pair[0].values.clone(), ..item.clone() }),
        _ => None,
    };
    let keys: Option<Vec<Item>> = items.iter().map(key).collect();
    keys.filter(|keys| !keys.is_empty()).map(|keys| Value::List(keys.into()))
}

/// The name that a chain of calls begins with: `cache` of `cache.set(a, b).set(c, d)`.
fn start_of_chain(facts: &Facts, mut expr: ExprId) -> Option<BindingId> {
    loop {
        match &facts.expr(expr).kind {
            ExprKind::Binding(name) => return Some(*name),
            ExprKind::Call(call) => match facts.expr(call.callee).kind {
                ExprKind::Member { object, .. } => expr = object,
                _ => return None,
            },
            _ => return None,
        }
    }
}

fn makes_map(facts: &Facts, expr: ExprId) -> bool {
    let ExprKind::Call(made) = &facts.expr(expr).kind else { return false };
    let name = facts.name_of(made.callee).map(AsRef::as_ref);
    matches!(name, Some("Map" | "WeakMap" | "LRUCache" | "LRU"))
}

/// `.filter(…)`: what may be nothing may be left out.
pub(super) fn filtered(items: &[Item]) -> Vec<Item> {
    items
        .iter()
        .map(|item| {
            let mut item = item.clone();
            let before = item.values.len();
            let stays = |value: &Value| !matches!(value, Value::Nothing) && value.constant().as_deref() != Some("");
            if !item.values.iter().all(stays) {
                Arc::make_mut(&mut item.values).retain(stays);
            }
            item.optional |= item.values.len() < before;
            item
        })
        .filter(|item| !item.values.is_empty())
        .collect()
}

/// What a method will make of a parameter.
fn changed(param: &ParamRef, facts: &Facts, call: ExprId, at: Span) -> Value {
    if param.steps.len() > 6 {
        return Value::unknown("part of a parameter", at);
    }
    let mut param = param.clone();
    param.steps.push(Step::Method { path: facts.path.clone(), call });
    Value::Param(param, at)
}

pub(super) fn trimmed(pieces: &[Piece], start: bool, end: bool) -> Vec<Piece> {
    let (marks, mut pieces): (Vec<Piece>, Vec<Piece>) =
        pieces.iter().cloned().partition(|piece| matches!(piece, Piece::Chosen(_)));
    while start && let Some(Piece::Text { text, .. }) = pieces.first() {
        let skip = text.len() - text.trim_start().len();
        let rest = cut(&pieces[0], skip..text.len());
        match rest {
            Some(rest) => {
                pieces[0] = rest;
                break;
            }
            None => drop(pieces.remove(0)),
        }
    }
    while end && let Some(Piece::Text { text, .. }) = pieces.last() {
        let rest = pieces.last().and_then(|piece| cut(piece, 0..text.trim_end().len()));
        pieces.pop();
        if let Some(rest) = rest {
            pieces.push(rest);
            break;
        }
    }
    pieces.extend(marks);
    pieces
}

fn recased(piece: &Piece, upper: bool) -> Piece {
    match piece {
        Piece::Made { made, at, number: false } => {
            let made = MadeText { letters: Spelled::recased(made.letters, upper), ..*made };
            Piece::Made { made, at: *at, number: false }
        }
        Piece::Text { text, at, .. } => {
            let text = if upper { text.to_uppercase() } else { text.to_lowercase() };
            Piece::Text { text: text.into(), at: *at, verbatim: false }
        }
        Piece::Choice(choice) => {
            let all = |pieces: &Pieces| pieces.iter().map(|piece| recased(piece, upper)).collect();
            choice.map(all(&choice.separator), &mut |way| Some(all(way)))
        }
        other => other.clone(),
    }
}
