//! Functions of libraries that make parts of queries: `sql.raw`, `sql.identifier`, `sql.join`.

use std::sync::Arc;

use rollproof_source::Span;
use rollproof_sql::delimited_identifier;

use super::call::{callee_path, last_name};
use super::joined::present;
use super::made_methods::Spelled;
use super::spread::{has_choice, written_out};
use super::value::{Env, Item, Piece, Pieces, Value, add, constant, row};
use super::{Evaluator, span};
use crate::QUERY_BUILDER;
use crate::ir::{BindingKind, Call, ExprId, ExprKind, Facts};
use crate::renaming::MAY_CHANGE;
use crate::sinks::{Helper, Meaning, Placeholders};

impl Evaluator<'_> {
    /// The fragments that a library's helper makes; none where it is no helper.
    pub(super) fn helper(&mut self, facts: &Arc<Facts>, expr: ExprId, call: &Call, env: &Env) -> Option<Vec<Value>> {
        let helper = self.helper_of(facts, call)?;
        if helper.means == Meaning::Part && call.awaited {
            return None;
        }
        Some(self.helped(helper, facts, expr, call, env))
    }

    /// The fragments that a call of a helper makes.
    pub(super) fn helped(
        &mut self,
        helper: &'static Helper,
        facts: &Arc<Facts>,
        expr: ExprId,
        call: &Call,
        env: &Env,
    ) -> Vec<Value> {
        let meaning = helper.means;
        let at = span(facts, expr);
        let first = call.arguments.first().copied();
        let texts: Vec<Pieces> = match meaning {
            Meaning::Empty => vec![Vec::new().into()],
            Meaning::Value => vec![formed(helper.form.as_deref(), at).into()],
            Meaning::Array => vec![self.array(facts, call, at, env)],
            Meaning::Interval => vec![interval(facts, call, at)],
            Meaning::Literal => self.literals(facts, call, at, env),
            Meaning::All => self.conditions(facts, call, (" AND ", "TRUE"), at, env),
            Meaning::Any => self.conditions(facts, call, (" OR ", "FALSE"), at, env),
            Meaning::Raw => {
                let values = first.map_or_else(Vec::new, |first| self.eval(facts, first, env));
                self.value_texts(&values, at)
            }
            Meaning::Called | Meaning::Constructed => {
                let mut given = self.arguments(facts, &call.arguments, env);
                let texts = if given.is_empty() { Vec::new() } else { given.remove(0) };
                self.called_tag(texts, given, meaning == Meaning::Constructed, at)
            }
            Meaning::Identifier | Meaning::Reference => {
                let names = self.identifier(facts, call, meaning, at, env);
                names.into_iter().map(|name| self.unless_renamed(helper, name, at)).collect()
            }
            Meaning::Dynamic => {
                let names = self.dynamic(facts, call, at, env);
                names.into_iter().map(|name| self.unless_renamed(helper, name, at)).collect()
            }
            Meaning::Join => {
                let joined = self.join_fragments(facts, call, helper.form.as_deref().unwrap_or(", "), at, env);
                self.enclosed(facts, call, joined, at, env)
            }
            Meaning::Rows => vec![self.rows(facts, call, at, env)],
            Meaning::Unnest => vec![self.unnest(facts, call, at, env)],
            Meaning::Part => self.part(facts, call, at, env),
            Meaning::Text => vec![vec![derived(helper.form.as_deref().unwrap_or_default(), at)].into()],
            Meaning::Formatted => self.as_format(facts, call, at, env),
            Meaning::Built => return vec![Value::unknown(QUERY_BUILDER, at)],
        };
        texts.into_iter().map(|text| Value::Fragment(text, facts.file, expr)).collect()
    }

    /// pg-promise's `as.format(text, values)`.
    fn as_format(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Vec<Pieces> {
        let Some(first) = call.arguments.first() else { return vec![Vec::new().into()] };
        let texts = self.texts_of(facts, *first, env);
        let Some(values) = call.arguments.get(1) else { return texts };
        let names = self.bindings(facts, *values, env);
        let fill = |text: Pieces| crate::render::translated(&text, Placeholders::PgPromise, &names).into();
        debug_assert!(!texts.is_empty(), "an expression has a text at {at:?}");
        texts.into_iter().map(fill).collect()
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
                [Value::List(items)] => names.extend(items.iter().map(|item| item.values.to_vec())),
                _ => names.push(argument),
            }
        }
        let mut texts: Vec<Vec<Piece>> = vec![Vec::new()];
        for (index, values) in names.into_iter().enumerate() {
            if index > 0 {
                texts.iter_mut().for_each(|text| text.push(derived(".", at)));
            }
            let mut choices: Vec<Pieces> = Vec::new();
            for value in self.apart(values, at) {
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

    /// What may be names, texts of which callers give a part with that in its place.
    fn apart(&mut self, values: Vec<Value>, at: Span) -> Vec<Value> {
        let mut names = Vec::new();
        for value in self.forced(values) {
            match &value {
                Value::Text(pieces) if value.constant().is_none() => {
                    let texts = self.expand(pieces, at).into_iter().flat_map(|text| match has_choice(&text) {
                        true => written_out(&text, self.limit()),
                        false => vec![text],
                    });
                    texts.for_each(|text| add(&mut names, Value::text(text)));
                }
                _ => add(&mut names, value),
            }
        }
        names
    }

    /// The call at `expr`, where it is one of a library's helpers with this meaning.
    fn call_that_means<'f>(&mut self, facts: &'f Arc<Facts>, expr: ExprId, meaning: Meaning) -> Option<&'f Call> {
        let ExprKind::Call(call) = &facts.expr(expr).kind else { return None };
        self.helper_of(facts, call).is_some_and(|helper| helper.means == meaning).then_some(call)
    }

    /// The helper that is called. Most calls are told apart by their last names.
    pub(super) fn helper_of(&mut self, facts: &Arc<Facts>, call: &Call) -> Option<&'static Helper> {
        if let ExprKind::Binding(binding) = facts.expr(call.callee).kind
            && let BindingKind::Import { module, name: Some(name), .. } = &facts.binding(binding).kind
            && self.program.index.exported.contains_key(name.as_ref())
            && let Some(helper) = self.program.helper_of(module, std::slice::from_ref(name))
        {
            return Some(helper);
        }
        let known = self.program.knows(last_name(facts, call.callee)?);
        let named = known.then(|| self.program.helper(facts, &callee_path(facts, call.callee))).flatten();
        named.or_else(|| self.helper_of_tag(facts, call))
    }

    /// `${Prisma.join(ids)}` in parentheses: a list of which nothing is known holds values, however many.
    pub(super) fn joined_values(
        &mut self,
        facts: &Arc<Facts>,
        hole: ExprId,
        before: &str,
        env: &Env,
    ) -> Option<Vec<Pieces>> {
        if !opens_values(before) {
            return None;
        }
        let at = span(facts, hole);
        let call = self.call_that_means(facts, hole, Meaning::Join)?;
        let separators = self.separators(facts, call, ",", at, env);
        let comma = |value: &Value| value.constant().is_some_and(|text| text.trim() == ",");
        if !separators.iter().all(comma) {
            return None;
        }
        let first = *call.arguments.first()?;
        let lists = self.eval(facts, first, env);
        let lists = self.forced(lists);
        let (open, known): (Vec<Value>, Vec<Value>) = lists.into_iter().partition(is_open_list);
        if open.is_empty() {
            return None;
        }
        let mut texts = self.joined_lists(&known, &separators, at);
        texts.push([Piece::Placeholder(span(facts, first)), Piece::Repeat(span(facts, first))].into());
        Some(self.enclosed(facts, call, texts, at, env))
    }

    /// Names in quotes, where no setting of the library may change one.
    fn unless_renamed(&self, helper: &'static Helper, names: Pieces, at: Span) -> Pieces {
        let changed = |piece: &Piece| matches!(piece, Piece::Text { text, .. } if self.may_rename(helper, text));
        if names.iter().any(changed) { [Piece::Unknown(MAY_CHANGE.into(), at)].into() } else { names }
    }

    /// Whether a setting of a helper's library may change a name.
    fn may_rename(&self, helper: &'static Helper, name: &str) -> bool {
        self.program.owner_of_helper(helper).is_some_and(|library| self.program.renaming.changes(library, name))
    }

    pub(super) fn note_spliced(&mut self, values: &[Value]) {
        for value in values {
            if let Value::Fragment(_, file, expr) = value {
                self.spliced.insert((*file, *expr));
            }
        }
    }

    /// postgres.js: `sql("name")`, `sql(["a", "b"])`; rows and columns depend on the clause (see `dynamic_columns`).
    fn dynamic(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Vec<Pieces> {
        let first = call.arguments.first().map_or_else(Vec::new, |first| self.eval(facts, *first, env));
        let first = self.apart(first, at);
        let names = |value: &Value| -> Option<Pieces> {
            match value {
                Value::List(items) => {
                    let name = |item: &Item| Some(quoted(&item.values.first()?.constant()?, true));
                    let names: Option<Vec<String>> = items.iter().map(name).collect();
                    Some(vec![derived(&names?.join(","), at)].into())
                }
                one => one.constant().map(|_| name_pieces(one, true, at)),
            }
        };
        let known: Option<Vec<Pieces>> = first.iter().map(names).collect();
        known
            .filter(|known| call.arguments.len() == 1 && !known.is_empty())
            .unwrap_or_else(|| vec![vec![Piece::Unknown("names or rows that are not known".into(), at)].into()])
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
        let first = *call.arguments.first()?;
        let value = Piece::Placeholder(span(facts, first));
        let clause = clause_of(before);
        if clause == Some("in") {
            return Some(vec![derived("(", at), value, Piece::Repeat(at), derived(")", at)]);
        }
        if clause == Some("values") {
            let rows = self.rows_of_values(facts, call, at, env);
            return Some(rows.unwrap_or_else(|| vec![Piece::Unknown("names or rows that are not known".into(), at)]));
        }
        let columns = self.columns(facts, call, env)?;
        if self.helper_of(facts, call).is_some_and(|helper| columns.iter().any(|name| self.may_rename(helper, name))) {
            return Some(vec![Piece::Unknown(MAY_CHANGE.into(), at)]);
        }
        let list = |form: &dyn Fn(&str) -> Vec<Piece>| {
            let parts: Vec<Vec<Piece>> = columns.iter().map(|name| form(&quoted(name, false))).collect();
            parts.join(&derived(",", at))
        };
        match clause {
            Some("update") => Some(list(&|name| vec![derived(&format!("{name}="), at), value.clone()])),
            Some("insert") => {
                let names: Vec<String> = columns.iter().map(|name| quoted(name, false)).collect();
                let mut pieces = vec![derived(&format!("({})values(", names.join(",")), at)];
                pieces.extend(list(&|_| vec![value.clone()]));
                pieces.push(derived(")", at));
                Some(pieces)
            }
            // Names of columns that are listed are names (`dynamic`); an object's fields are values with names.
            Some(_) if self.is_object(facts, first, env) => {
                Some(list(&|name| vec![value.clone(), derived(&format!(" as {name}"), at)]))
            }
            _ => None,
        }
    }

    fn is_object(&mut self, facts: &Arc<Facts>, expr: ExprId, env: &Env) -> bool {
        matches!(self.eval(facts, expr, env).as_slice(), [Value::Object(_) | Value::Record(_)])
    }

    /// `values ${sql([[1, "a"], [2, "b"]])}`: as many values a row as the first one has, or as columns are named. A list that
    /// holds no rows is one: `values ${sql(["a", "b"])}`.
    fn rows_of_values(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Option<Vec<Piece>> {
        let first = *call.arguments.first()?;
        let counted = |row: &[Item]| row.iter().all(Item::is_sure);
        let (width, one) = match self.eval(facts, first, env).as_slice() {
            [Value::List(rows)] => match &rows.first()?.values[..] {
                [Value::List(row)] if counted(row) => (row.len(), false),
                [Value::Text(_) | Value::Number(_)] if counted(rows) => (rows.len(), true),
                _ => (self.columns(facts, call, env)?.len(), false),
            },
            _ => (self.columns(facts, call, env)?.len(), false),
        };
        let mut pieces = row(width, ",", at, span(facts, first));
        if !one {
            pieces.push(Piece::Repeat(at));
        }
        Some(pieces)
    }

    /// `($1,$2)`, of lists of values that are all as long as the first.
    fn rows(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Pieces {
        let lists = call.arguments.first().map_or_else(Vec::new, |first| self.eval(facts, *first, env));
        let lists = self.forced(lists);
        let width_of = |list: &Value| match list {
            Value::List(rows) => match rows.first().map(|row| &row.values[..]) {
                Some([Value::List(row)]) if row.iter().all(Item::is_sure) => row.len(),
                _ => 0,
            },
            _ => 0,
        };
        let width = lists.first().map_or(0, width_of);
        let width = if lists.iter().all(|list| width_of(list) == width) { width } else { 0 };
        if width == 0 {
            return vec![Piece::Unknown("rows that are not known".into(), at)].into();
        }
        [row(width, ",", at, at), vec![Piece::Repeat(at)]].concat().into()
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
            pieces.push(array_type(item.values.first(), at));
        }
        pieces.push(derived(")", at));
        pieces.into()
    }

    /// `$1::"int4"[]`; a type that is a fragment is an array already.
    fn array(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Pieces {
        let types = call.arguments.get(1).map_or_else(Vec::new, |types| self.eval(facts, *types, env));
        self.note_spliced(&types);
        let of = match types.as_slice() {
            [Value::Fragment(pieces, ..)] => match constant(pieces) {
                Some(name) => derived(&format!("::{name}"), at),
                None => Piece::Unknown("type that is not known".into(), at),
            },
            [one] => array_type(Some(one), at),
            _ => array_type(None, at),
        };
        vec![Piece::Placeholder(at), of].into()
    }

    /// Conditions with a word between them; those that are `false` or null are left out.
    fn conditions(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
        (word, empty): (&str, &str),
        at: Span,
        env: &Env,
    ) -> Vec<Pieces> {
        let lists = call.arguments.first().map_or_else(Vec::new, |first| self.eval(facts, *first, env));
        let lists = self.forced(lists);
        let separator = Value::derived(word, at);
        let mut texts = Vec::new();
        for list in &lists {
            let Value::List(items) = list else {
                texts.push(vec![Piece::Unknown("unknown list of fragments".into(), at)].into());
                continue;
            };
            let present: Vec<Item> = items.iter().filter_map(present).collect();
            let items: Vec<Item> = present.iter().map(|item| self.as_fragments(item, at)).collect();
            for joined in self.join(&items, &separator, at) {
                let text = self.value_texts(std::slice::from_ref(&joined), at);
                let is_empty = |text: &Pieces| constant(text).is_some_and(|text| text.is_empty());
                let filled = |text: Pieces| if is_empty(&text) { vec![derived(empty, at)].into() } else { text };
                texts.extend(text.into_iter().map(filled));
            }
        }
        texts
    }
}

/// `::"text"[]`, one more dimension than the name says; a list of names is one qualified name.
fn array_type(of: Option<&Value>, at: Span) -> Piece {
    let name = match of {
        Some(Value::List(names)) => {
            let names: Option<Vec<String>> = names.iter().map(|name| name.values.first()?.constant()).collect();
            names.map(|names| names.iter().map(|name| quoted(name, false)).collect::<Vec<_>>().join("."))
        }
        Some(Value::Fragment(pieces, ..)) => constant(pieces).map(|name| name.trim_end_matches("[]").to_owned()),
        Some(one) => one.constant().map(|name| quoted(name.trim_end_matches("[]"), false)),
        None => None,
    };
    let written = match of {
        Some(Value::List(_)) | None => 0,
        Some(one) => one.constant().map_or(0, |name| name.matches("[]").count()),
    };
    match name {
        Some(name) => derived(&format!("::{name}{}", "[]".repeat(written + 1)), at),
        None => Piece::Unknown("type that is not known".into(), at),
    }
}

/// `make_interval(days => $1)`, the parts in the order that Slonik gives them.
fn interval(facts: &Facts, call: &Call, at: Span) -> Pieces {
    const PARTS: &[(&str, &str)] = &[
        ("years", "years"),
        ("months", "months"),
        ("weeks", "weeks"),
        ("days", "days"),
        ("hours", "hours"),
        ("minutes", "mins"),
        ("seconds", "secs"),
    ];
    let fields = call.arguments.first().map(|first| &facts.expr(*first).kind);
    let Some(ExprKind::Object(fields)) = fields else {
        // Whatever its parts are, it is worth an interval.
        return vec![derived("make_interval(secs => ", at), Piece::Placeholder(at), derived(")", at)].into();
    };
    let mut pieces = vec![derived("make_interval(", at)];
    for (name, argument) in PARTS {
        if fields.iter().any(|field| field.name.as_deref() == Some(name)) {
            let comma = if pieces.len() > 1 { ", " } else { "" };
            pieces.extend([derived(&format!("{comma}{argument} => "), at), Piece::Placeholder(at)]);
        }
    }
    pieces.push(derived(")", at));
    pieces.into()
}

/// A parameter with what its library writes around it.
fn formed(form: Option<&str>, at: Span) -> Vec<Piece> {
    let (before, after) = form.and_then(|form| form.split_once("{}")).unwrap_or_default();
    let mut pieces = Vec::new();
    if !before.is_empty() {
        pieces.push(derived(before, at));
    }
    pieces.push(Piece::Placeholder(at));
    if !after.is_empty() {
        pieces.push(derived(after, at));
    }
    pieces
}

/// The last of the words that postgres.js tells a builder's clause by (`builders` in its `src/types.js`).
fn clause_of(before: &str) -> Option<&'static str> {
    const WORDS: &[&str] = &["values", "in", "select", "as", "returning", "(", "update", "insert"];
    let before = before.to_lowercase();
    let bytes = before.as_bytes();
    let opens = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'(';
    let last = |word: &&'static str| {
        let stands = |at: &usize| {
            let end = at + word.len();
            (*at == 0 || opens(&bytes[at - 1])) && bytes.get(end).is_none_or(opens)
        };
        before.match_indices(*word).map(|(at, _)| at).filter(stands).last().map(|at| (at, *word))
    };
    WORDS.iter().filter_map(last).max().map(|(_, word)| word)
}

/// `IN (`, `ARRAY[` and the like: a list of values follows.
fn opens_values(before: &str) -> bool {
    let Some(before) = before.trim_end().strip_suffix(['(', '[']) else { return false };
    let word = before.trim_end().rsplit(|character: char| !character.is_alphanumeric()).next().unwrap_or("");
    ["in", "any", "all", "some", "array", "values"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Whether nothing is known of a list but that its items are no parts of the query: one that is written down says for itself
/// what it holds.
fn is_open_list(value: &Value) -> bool {
    match value {
        Value::List(items) => {
            let counted = |item: &Item| !item.repeated && item.values.iter().all(|value| !is_given(value));
            items.iter().flat_map(|item| item.values.iter()).all(is_value)
                && (items.is_empty() || !items.iter().all(counted))
        }
        Value::Unknown(reason, _) => !reason.contains("fragment") && !super::part::is_built(reason),
        Value::Fragment(..) | Value::Text(_) => false,
        _ => true,
    }
}

/// What a caller or the outside gives.
fn is_given(value: &Value) -> bool {
    matches!(value, Value::Unknown(..) | Value::Param(..))
}

/// An item of which nothing says that it is a part of the query.
fn is_value(value: &Value) -> bool {
    match value {
        Value::Unknown(reason, _) => {
            !reason.contains("fragment") && !reason.contains("result of") && !super::part::is_built(reason)
        }
        Value::Fragment(..) => false,
        _ => true,
    }
}

/// A name in quotes, what was decided on the way to it beside it.
pub(super) fn name_pieces(value: &Value, dots: bool, at: Span) -> Pieces {
    let decided = |pieces: &Pieces| {
        pieces.iter().filter(|piece| matches!(piece, Piece::Chosen(_))).cloned().collect::<Vec<Piece>>()
    };
    match (value.constant(), value) {
        (Some(name), Value::Text(pieces) | Value::Fragment(pieces, ..)) => {
            std::iter::once(derived(&quoted(&name, dots), at)).chain(decided(pieces)).collect()
        }
        (_, Value::Unknown(reason, place)) => vec![Piece::Unknown(reason.clone(), *place)].into(),
        (_, Value::Text(pieces) | Value::Fragment(pieces, ..)) if let Some(name) = made_name(pieces, dots, at) => name,
        _ => vec![Piece::Unknown("name that is not known".into(), at)].into(),
    }
}

/// The same of a name that is made at run time.
fn made_name(pieces: &[Piece], dots: bool, at: Span) -> Option<Pieces> {
    let spelled = Spelled::of(pieces).filter(Spelled::is_made)?;
    let plain = |piece: &Piece| match piece {
        Piece::Text { text, .. } => !(text.contains('"') || dots && text.contains('.')),
        Piece::Made { made, .. } => !(made.letters.has('"') || dots && made.letters.has('.')),
        _ => false,
    };
    let known = spelled.pieces.iter().all(plain);
    let quote = || std::iter::once(derived("\"", at));
    let name = quote().chain(spelled.pieces.iter().cloned()).chain(quote()).collect();
    known.then(|| spelled.with(name).into())
}

fn derived(text: &str, at: Span) -> Piece {
    Piece::Text { text: text.into(), at, verbatim: false }
}

/// A name in double quotes; its dots separate parts where the library says so.
fn quoted(name: &str, dots: bool) -> String {
    if dots {
        name.split('.').map(delimited_identifier).collect::<Vec<_>>().join(".")
    } else {
        delimited_identifier(name)
    }
}
