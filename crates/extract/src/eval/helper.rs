//! Functions of libraries that make parts of queries: `sql.raw`, `sql.identifier`, `sql.join`.

use std::sync::Arc;

use rollproof_source::Span;

use super::call::callee_path;
use super::value::{Env, Item, Piece, Pieces, Value};
use super::{Evaluator, span};
use crate::QUERY_BUILDER;
use crate::ir::{Call, ExprId, ExprKind, Facts};
use crate::sinks::Meaning;

impl Evaluator<'_> {
    /// The fragments that a library's helper makes; none where it is no helper.
    pub(super) fn helper(
        &mut self,
        facts: &Arc<Facts>,
        expr: ExprId,
        call: &Call,
        path: &[Arc<str>],
        env: &Env,
    ) -> Option<Vec<Value>> {
        let meaning = self.program.helper(facts, path)?;
        let at = span(facts, expr);
        let first = call.arguments.first().copied();
        let texts: Vec<Pieces> = match meaning {
            Meaning::Empty => vec![Vec::new().into()],
            Meaning::Value => vec![vec![Piece::Placeholder(at)].into()],
            Meaning::Raw => {
                let values = first.map_or_else(Vec::new, |first| self.eval(facts, first, env));
                self.value_texts(&values, at)
            }
            Meaning::Identifier | Meaning::Reference => self.identifier(facts, call, meaning, at, env),
            Meaning::Dynamic => vec![self.dynamic(facts, call, at, env)],
            Meaning::Join => self.join_fragments(facts, call, at, env),
            Meaning::Unnest => vec![self.unnest(facts, call, at, env)],
            Meaning::Built => return Some(vec![Value::unknown(QUERY_BUILDER, at)]),
        };
        Some(texts.into_iter().map(|text| Value::Fragment(text, facts.file, expr)).collect())
    }

    /// `Prisma.empty`: a fragment that is no call.
    pub(super) fn empty_fragment(&mut self, facts: &Arc<Facts>, expr: ExprId) -> Option<Value> {
        if facts.name_of(expr)?.as_ref() != "empty" {
            return None;
        }
        let path = callee_path(facts, expr);
        let empty = ["Prisma.empty", "sql.empty"].iter().any(|known| crate::sinks::ends_with(&path, known));
        empty.then(|| Value::Fragment(Vec::new().into(), facts.file, expr))
    }

    /// `"a"."b"`, from a text, from several, or from a list of them.
    fn identifier(&mut self, facts: &Arc<Facts>, call: &Call, meaning: Meaning, at: Span, env: &Env) -> Vec<Pieces> {
        let mut names: Vec<Vec<Value>> = Vec::new();
        for argument in self.arguments(facts, &call.arguments, env) {
            let argument = self.forced(argument);
            match argument.as_slice() {
                [Value::List(items)] => names.extend(items.iter().map(|item| item.values.clone())),
                _ => names.push(argument),
            }
        }
        let mut texts: Vec<Vec<Piece>> = vec![Vec::new()];
        for (index, values) in names.into_iter().enumerate() {
            if index > 0 {
                texts.iter_mut().for_each(|text| text.push(derived(".", at)));
            }
            let mut choices: Vec<Pieces> = Vec::new();
            for value in self.forced(values) {
                let choice = name_pieces(&value, meaning == Meaning::Reference, at);
                if !choices.contains(&choice) {
                    choices.push(choice);
                }
            }
            if choices.is_empty() {
                choices.push(vec![Piece::Unknown("name that is not known".into(), at)].into());
            }
            texts = self.product(texts, &choices, at);
        }
        texts.into_iter().map(Pieces::from).collect()
    }

    /// The call at `expr`, where it is one of a library's helpers with this meaning.
    fn call_that_means<'f>(&self, facts: &'f Facts, expr: ExprId, meaning: Meaning) -> Option<&'f Call> {
        let ExprKind::Call(call) = &facts.expr(expr).kind else { return None };
        let path = callee_path(facts, call.callee);
        (self.program.helper(facts, &path) == Some(meaning)).then_some(call)
    }

    /// `${Prisma.join(ids)}` in parentheses, where nothing is known of the list: values, however many.
    pub(super) fn joined_values(
        &mut self,
        facts: &Arc<Facts>,
        hole: ExprId,
        before: &str,
        env: &Env,
    ) -> Option<Vec<Piece>> {
        if !opens_values(before) {
            return None;
        }
        let call = self.call_that_means(facts, hole, Meaning::Join)?;
        if let Some(separator) = call.arguments.get(1) {
            let separator = self.eval(facts, *separator, env);
            let comma = |value: &Value| value.constant().is_some_and(|text| text.trim() == ",");
            if !separator.iter().all(comma) {
                return None;
            }
            self.note_spliced(&separator);
        }
        let first = *call.arguments.first()?;
        let lists = self.eval(facts, first, env);
        let lists = self.forced(lists);
        // Lists that are written down say for themselves what they hold.
        let is_open = |value: &Value| match value {
            Value::List(items) => {
                let counted = |item: &Item| !item.repeated && item.values.iter().all(|value| !is_given(value));
                items.iter().flat_map(|item| &item.values).all(is_value)
                    && (items.is_empty() || !items.iter().all(counted))
            }
            Value::Unknown(reason, _) => !reason.contains("fragment"),
            Value::Fragment(..) | Value::Text(_) => false,
            _ => true,
        };
        if !lists.iter().all(is_open) {
            return None;
        }
        Some(vec![Piece::Placeholder(span(facts, first)), Piece::Repeat(span(facts, first))])
    }

    fn note_spliced(&mut self, values: &[Value]) {
        for value in values {
            if let Value::Fragment(_, file, expr) = value {
                self.spliced.insert((*file, *expr));
            }
        }
    }

    /// postgres.js: `sql("name")`, `sql(["a", "b"])`; rows and columns depend on the clause (see `dynamic_columns`).
    fn dynamic(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Pieces {
        let first = call.arguments.first().map_or_else(Vec::new, |first| self.eval(facts, *first, env));
        let names = match first.as_slice() {
            [Value::List(items)] => items.iter().map(|item| item.values.first().and_then(Value::constant)).collect(),
            [one] => one.constant().map(|name| vec![name]),
            _ => None,
        };
        match names {
            Some(names) if call.arguments.len() == 1 => {
                let list: Vec<String> = names.iter().map(|name| quoted(name, true)).collect();
                vec![derived(&list.join(","), at)].into()
            }
            _ => vec![Piece::Unknown("names or rows that are not known".into(), at)].into(),
        }
    }

    /// postgres.js: `insert into t ${sql(rows, "a", "b")}` and `update t set ${sql(row, "a")}`; a list of values after
    /// `in`.
    pub(super) fn dynamic_columns(
        &mut self,
        facts: &Arc<Facts>,
        hole: ExprId,
        before: &str,
        env: &Env,
    ) -> Option<Vec<Piece>> {
        let call = self.call_that_means(facts, hole, Meaning::Dynamic)?;
        let at = span(facts, hole);
        let before = before.trim_end().to_lowercase();
        let first = *call.arguments.first()?;
        if before.ends_with(" in") {
            let place = Piece::Placeholder(span(facts, first));
            return Some(vec![derived("(", at), place, Piece::Repeat(at), derived(")", at)]);
        }
        let columns = self.columns(facts, call, env)?;
        let sets = before.ends_with("set");
        let mut pieces = Vec::new();
        if !sets {
            let names: Vec<String> = columns.iter().map(|name| quoted(name, false)).collect();
            pieces.push(derived(&format!("({})values(", names.join(",")), at));
        }
        for (index, name) in columns.iter().enumerate() {
            if index > 0 {
                pieces.push(derived(",", at));
            }
            if sets {
                pieces.push(derived(&format!("{}=", quoted(name, false)), at));
            }
            pieces.push(Piece::Placeholder(span(facts, first)));
        }
        if !sets {
            pieces.push(derived(")", at));
        }
        Some(pieces)
    }

    /// The columns that `sql(row, "a", "b")`, `sql(row, ["a"])` or `sql({ a: 1 })` names.
    fn columns(&mut self, facts: &Arc<Facts>, call: &Call, env: &Env) -> Option<Vec<String>> {
        let mut arguments = self.arguments(facts, &call.arguments, env).into_iter();
        let first = arguments.next()?;
        let mut names = Vec::new();
        for values in arguments {
            match values.as_slice() {
                [Value::List(items)] => {
                    for item in items.iter() {
                        names.push(item.values.first()?.constant()?);
                    }
                }
                [one] => names.push(one.constant()?),
                _ => return None,
            }
        }
        if !names.is_empty() {
            return Some(names);
        }
        let object = match first.as_slice() {
            [Value::Object(place)] => place.clone(),
            [Value::List(items)] => match items.first()?.values.first()? {
                Value::Object(place) => place.clone(),
                _ => return None,
            },
            _ => return None,
        };
        let ExprKind::Object(fields) = &object.facts.expr(object.expr).kind else { return None };
        fields.iter().map(|field| field.name.as_ref().map(ToString::to_string)).collect()
    }

    fn join_fragments(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Vec<Pieces> {
        let lists = call.arguments.first().map_or_else(Vec::new, |first| self.eval(facts, *first, env));
        let lists = self.forced(lists);
        let separator = match call.arguments.get(1) {
            Some(separator) => self.eval(facts, *separator, env).into_iter().next(),
            None => None,
        };
        let separator = separator.unwrap_or_else(|| Value::derived(", ", at));
        if let Value::Fragment(_, file, expr) = separator {
            self.spliced.insert((file, expr));
        }
        let mut texts = Vec::new();
        for list in &lists {
            let Value::List(items) = list else {
                texts.push(vec![Piece::Unknown("unknown list of fragments".into(), at)].into());
                continue;
            };
            let items: Vec<Item> = items.iter().map(|item| self.as_fragments(item, at)).collect();
            let joined = self.join(&items, &separator, at);
            texts.extend(self.value_texts(&joined, at));
        }
        texts
    }

    /// Items that are no fragments are values.
    fn as_fragments(&mut self, item: &Item, at: Span) -> Item {
        let values = item
            .values
            .iter()
            .map(|value| match value {
                Value::Fragment(_, file, expr) => {
                    self.spliced.insert((*file, *expr));
                    value.clone()
                }
                Value::Unknown(..) => value.clone(),
                _ => Value::text(vec![Piece::Placeholder(at)]),
            })
            .collect();
        Item { values, ..item.clone() }
    }

    /// `unnest($1::"text"[], $2::"int4"[])`.
    fn unnest(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Pieces {
        let types = call.arguments.get(1).map_or_else(Vec::new, |types| self.eval(facts, *types, env));
        let [Value::List(items)] = types.as_slice() else {
            return vec![Piece::Unknown("types that are not known".into(), at)].into();
        };
        let mut pieces = vec![derived("unnest(", at)];
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                pieces.push(derived(", ", at));
            }
            pieces.push(Piece::Placeholder(at));
            match item.values.first().and_then(Value::constant) {
                Some(name) => pieces.push(derived(&format!("::{}[]", quoted(&name, false)), at)),
                None => pieces.push(Piece::Unknown("type that is not known".into(), at)),
            }
        }
        pieces.push(derived(")", at));
        pieces.into()
    }
}

/// `IN (`, `ARRAY[` and the like: a list of values follows.
fn opens_values(before: &str) -> bool {
    let Some(before) = before.trim_end().strip_suffix(['(', '[']) else { return false };
    let word = before.trim_end().rsplit(|character: char| !character.is_alphanumeric()).next().unwrap_or("");
    ["in", "any", "all", "some", "array", "values"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// What a caller or the outside gives.
fn is_given(value: &Value) -> bool {
    matches!(value, Value::Unknown(..) | Value::Param(..))
}

/// An item of which nothing says that it is a part of the query.
fn is_value(value: &Value) -> bool {
    match value {
        Value::Unknown(reason, _) => !reason.contains("fragment") && !reason.contains("result of"),
        Value::Fragment(..) => false,
        _ => true,
    }
}

/// A name in quotes, what was decided on the way to it beside it.
fn name_pieces(value: &Value, dots: bool, at: Span) -> Pieces {
    let decided = |pieces: &Pieces| {
        pieces.iter().filter(|piece| matches!(piece, Piece::Chosen(_))).cloned().collect::<Vec<Piece>>()
    };
    match (value.constant(), value) {
        (Some(name), Value::Text(pieces) | Value::Fragment(pieces, ..)) => {
            std::iter::once(derived(&quoted(&name, dots), at)).chain(decided(pieces)).collect()
        }
        (_, Value::Unknown(reason, place)) => vec![Piece::Unknown(reason.clone(), *place)].into(),
        _ => vec![Piece::Unknown("name that is not known".into(), at)].into(),
    }
}

fn derived(text: &str, at: Span) -> Piece {
    Piece::Text { text: text.into(), at, verbatim: false }
}

/// A name in double quotes; its dots separate parts where the library says so.
fn quoted(name: &str, dots: bool) -> String {
    let quote = |part: &str| format!("\"{}\"", part.replace('"', "\"\""));
    if dots { name.split('.').map(quote).collect::<Vec<_>>().join(".") } else { quote(name) }
}
