//! Template tags: a value becomes a placeholder, a fragment becomes a part of the text.

use std::sync::Arc;

use rollproof_source::Span;

use super::call::callee_path;
use super::drizzle::itself;
use super::own_tag::OwnTag;
use super::part::is_built;
use super::text::{Texts, key_of, names_schema, piece_of, prefer_known, text_after};
use super::value::{Env, FunctionRef, Item, ParamRef, Piece, Pieces, Value, add};
use super::{Evaluator, span};
use crate::ir::{Binding, BindingKind, ExprId, ExprKind, Facts, Part};
use crate::sinks::ends_with;

/// Tags that only lay text out.
const LAYOUT: &[&str] =
    &["dedent", "outdent", "stripIndent", "stripIndents", "oneLine", "oneLineTrim", "codeBlock", "html", "ts"];

impl Evaluator<'_> {
    pub(super) fn tagged(
        &mut self,
        facts: &Arc<Facts>,
        expr: ExprId,
        tag: ExprId,
        quasi: ExprId,
        env: &Env,
    ) -> Vec<Value> {
        let path = callee_path(facts, tag);
        let ExprKind::Template(parts) = &facts.expr(quasi).kind else { return vec![Value::Opaque(span(facts, expr))] };
        let last = path.last().map_or("", AsRef::as_ref);
        if ends_with(&path, "String.raw") {
            self.touched.insert((facts.file, quasi));
            let raw: Vec<Part> = parts.iter().map(raw_part).collect();
            return self.template(facts, &raw, env);
        }
        let own = self.own_tag(facts, tag, parts, span(facts, expr), env);
        if own.is_none() && LAYOUT.contains(&last) {
            return self.eval(facts, quasi, env);
        }
        let known = self.program.tag(facts, &path);
        let sql = known.is_some() && own.is_none()
            || last.to_lowercase().ends_with("sql")
            || reads_as_sql(facts, parts)
            || self.is_sql_tag(facts, tag);
        match own {
            Some(OwnTag::Texts(texts)) if sql || texts.iter().all(|text| matches!(text, Value::Text(_))) => {
                self.touched.insert((facts.file, quasi));
                let texts = self.value_texts(&texts, span(facts, expr));
                return texts.into_iter().map(|text| Value::Fragment(text, facts.file, expr)).collect();
            }
            _ => {}
        }
        if !sql {
            return vec![Value::Opaque(span(facts, expr))];
        }
        self.touched.insert((facts.file, quasi));
        if known.is_some_and(|tag| tag.raw) {
            let texts = self.eval(facts, quasi, env);
            let texts = self.value_texts(&texts, span(facts, expr));
            return texts.into_iter().map(|text| Value::Fragment(text, facts.file, expr)).collect();
        }
        if known.is_some_and(|tag| tag.identifier) {
            let names = self.eval(facts, quasi, env);
            let names = names.iter().map(|name| super::helper::name_pieces(name, false, span(facts, expr)));
            return names.map(|name| Value::Fragment(name, facts.file, expr)).collect();
        }
        let texts = self.fragment(facts, parts, (tag, &path), env);
        texts.into_iter().map(|text| Value::Fragment(text.into(), facts.file, expr)).collect()
    }

    /// Whether a tag whose text says little is one of a database's: it marks a statement elsewhere in the file, or comes of a
    /// library that has tags. `` tx`name = ${name}` `` is a part of a query.
    fn is_sql_tag(&mut self, facts: &Arc<Facts>, tag: ExprId) -> bool {
        if marks_statements(facts, tag) {
            return true;
        }
        if !matches!(facts.expr(tag).kind, ExprKind::Binding(_) | ExprKind::Member { .. } | ExprKind::Call(_)) {
            return false;
        }
        if self.owner_of_tag(facts, tag).is_some() {
            return true;
        }
        let values = self.eval(facts, tag, &None);
        let typed: Vec<Value> = values.iter().flat_map(|value| self.values_of_type(value)).collect();
        let values = self.tentatively(|evaluator| (evaluator.forced(values), false));
        values.iter().chain(&typed).any(|value| match value {
            Value::External { module, .. } => self.program.has_tags(module),
            _ => false,
        })
    }

    /// What the name of a parameter's declared type stands for.
    fn values_of_type(&mut self, value: &Value) -> Vec<Value> {
        let Value::Param(param, _) = value else { return Vec::new() };
        let Some(facts) = self.program.facts(&param.path).filter(|_| param.steps.is_empty()) else { return Vec::new() };
        let typed = declaration(&facts, param).and_then(|binding| binding.type_expr);
        typed.map_or_else(Vec::new, |typed| self.eval(&facts, typed, &None))
    }

    fn fragment(
        &mut self,
        facts: &Arc<Facts>,
        parts: &[Part],
        (tag, path): (ExprId, &[Arc<str>]),
        env: &Env,
    ) -> Vec<Vec<Piece>> {
        let names =
            self.program.tag_library(facts, path).is_some_and(|library| library.tags.iter().any(|tag| tag.names));
        let mut texts = Texts::new(self.limit());
        for (index, part) in parts.iter().enumerate() {
            match part {
                Part::Text(chunk) => texts.push(&piece_of(facts, chunk)),
                Part::Hole(hole) => {
                    let before = known_tail(texts.first());
                    let after = text_after(facts, parts, index);
                    let mut choices = match self.made_by_tag(facts, tag, *hole) {
                        Some(made) => vec![vec![made].into()],
                        None if names => self.written_out(facts, *hole, env),
                        None => self.interpolated(facts, *hole, (&before, after), env),
                    };
                    if lone_value(parts, facts) {
                        choices.iter_mut().for_each(element_as_value);
                    }
                    let lists = self.program.imports_named(facts, "drizzle");
                    if lists && !is_list_place(&before) && self.is_list(facts, *hole, env) {
                        choices.iter_mut().for_each(value_as_list);
                    }
                    if is_list_place(&before) {
                        choices.iter_mut().for_each(if lists { value_as_list } else { value_of_list });
                    }
                    if names_schema(after) {
                        prefer_known(&mut choices);
                    }
                    texts.choose(key_of(facts, *hole), &choices, span(facts, *hole));
                }
            }
        }
        texts.finish()
    }

    /// What one interpolation of a tag puts into the text, where it is no plain value or fragment.
    fn special(&mut self, facts: &Arc<Facts>, hole: ExprId, around: (&str, &str), env: &Env) -> Option<Vec<Pieces>> {
        let at = span(facts, hole);
        if let Some(text) = facts.name_of(hole).and_then(|name| self.program.options.names.get(name.as_ref())) {
            return Some(vec![vec![Piece::Text { text: text.as_str().into(), at, verbatim: false }].into()]);
        }
        if let Some(columns) = self.dynamic_columns(facts, hole, around.0, env) {
            return Some(vec![columns.into()]);
        }
        if let Some(list) = self.joined_values(facts, hole, around.0, env) {
            return Some(list);
        }
        match facts.expr(hole).kind {
            // An item of a list of texts or numbers.
            ExprKind::Index { object, .. } if !is_name_place(around.0, around.1) => {
                let values = self.eval(facts, object, env);
                let list = values.first().is_some_and(|list| self.is_declared_primitive(list));
                list.then(|| vec![vec![Piece::Placeholder(at)].into()])
            }
            ExprKind::Function(_) if self.program.imports_named(facts, "typeorm") => {
                match self.eval(facts, hole, env).into_iter().next()? {
                    Value::Function(function) => Some(self.called_hole(&function, at)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What one interpolation of a tag puts into the text.
    fn interpolated(&mut self, facts: &Arc<Facts>, hole: ExprId, around: (&str, &str), env: &Env) -> Vec<Pieces> {
        if let Some(special) = self.special(facts, hole, around, env) {
            return special;
        }
        let at = span(facts, hole);
        let values = self.eval(facts, hole, env);
        let values = self.forced_for_tag(values, around.0);
        let values: Vec<Value> = values.into_iter().map(|value| itself(&value).unwrap_or(value)).collect();
        let fragments = values.iter().any(|value| matches!(value, Value::Fragment(..)));
        let name_place = is_name_place(around.0, around.1);
        let mut texts: Vec<Pieces> = Vec::new();
        for value in &values {
            let text: Pieces = match value {
                Value::Fragment(pieces, file, expr) => {
                    self.spliced.insert((*file, *expr));
                    pieces.clone()
                }
                Value::List(items) if holds_fragment(items) => {
                    for text in self.spliced_list(items, at) {
                        if !texts.contains(&text) {
                            texts.push(text);
                        }
                    }
                    continue;
                }
                Value::Nothing if fragments => Vec::new().into(),
                // Drizzle leaves out what is undefined; `null` stands where operands do.
                Value::Nothing if is_part_place(around.0) && self.program.imports_named(facts, "drizzle") => {
                    Vec::new().into()
                }
                Value::External { module, path } if self.program.is_empty_part(module, path) => Vec::new().into(),
                // Where an operand stands it is a value: `${date ?? sql`now()`}`.
                Value::Opaque(_) if fragments && is_part_place(around.0) => Vec::new().into(),
                Value::External { module, path }
                    if path.last().is_some_and(|name| is_fragment_type(name))
                        || self.program.has_tags(module) && is_part_type(path) =>
                {
                    vec![Piece::Unknown(format!("fragment of package `{module}`").into(), at)].into()
                }
                Value::External { module, path } if self.program.makes_parts(module, path) => {
                    let name = path.last().map_or("", AsRef::as_ref);
                    vec![Piece::Unknown(format!("`{name}` of package `{module}`").into(), at)].into()
                }
                // A text that the language makes is no fragment of any library.
                Value::Unknown(reason, _) if reason.as_ref() == "result of `JSON.stringify`" && !name_place => {
                    vec![Piece::Placeholder(at)].into()
                }
                Value::Unknown(reason, place)
                    if name_place
                        || is_built(reason)
                        || fragments
                        || reason.starts_with("fragment")
                        || is_part_place(around.0)
                        || reason.starts_with("result of") && !is_plain(reason) && !is_operand(around) =>
                {
                    vec![Piece::Unknown(reason.clone(), *place)].into()
                }
                _ if name_place => vec![Piece::Unknown("name that is a value".into(), at)].into(),
                _ => vec![Piece::Placeholder(at)].into(),
            };
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        if texts.is_empty() {
            texts.push(vec![Piece::Placeholder(at)].into());
        }
        texts
    }

    /// TypeORM's tag: a function's text is a part of the query, its list is a list of values.
    fn called_hole(&mut self, function: &FunctionRef, at: Span) -> Vec<Pieces> {
        let values = self.invoke(function, Vec::new(), at);
        if values.iter().any(|value| matches!(value, Value::List(_))) {
            return vec![vec![Piece::Placeholder(at), Piece::Repeat(at)].into()];
        }
        self.value_texts(&values, at)
    }

    /// Parameters are only replaced by what callers give where some caller gives a fragment: values are values.
    fn forced_for_tag(&mut self, values: Vec<Value>, before: &str) -> Vec<Value> {
        let given = self.tentatively(|evaluator| {
            let given = evaluator.given_for_tag(&values, before);
            let kept = given.is_some();
            (given, kept)
        });
        given.unwrap_or(values)
    }

    fn given_for_tag(&mut self, values: &[Value], before: &str) -> Option<Vec<Value>> {
        let param = values.iter().find_map(|value| match value {
            Value::Param(param, _) => Some(param.clone()),
            _ => None,
        })?;
        // A text or a list of texts is no part of the query, whoever else is called like its function.
        if values.iter().any(|value| self.is_declared_primitive(value)) {
            return None;
        }
        let forced = self.forced(values.to_vec());
        // Where a condition or a clause is expected, or its type says that it is one, it is none the less one for nobody
        // being seen to give it.
        let lost = || forced.iter().any(|value| matches!(value, Value::Unknown(..)));
        if (is_condition_place(before) || self.is_declared_fragment(&param)) && lost() {
            let open = |value: &Value| match value {
                Value::Unknown(_, at) => Value::unknown("fragment that a caller gives", *at),
                other => other.clone(),
            };
            return Some(forced.iter().map(open).collect());
        }
        let fragment = |value: &Value| match value {
            Value::Fragment(..) => true,
            Value::List(items) => {
                items.iter().flat_map(|item| item.values.iter()).any(|value| matches!(value, Value::Fragment(..)))
            }
            _ => false,
        };
        forced.iter().any(fragment).then_some(forced)
    }

    /// Whether a parameter's declared type is a library's for parts of queries.
    fn is_declared_fragment(&self, param: &ParamRef) -> bool {
        self.declared_type(param).is_some_and(|typed| is_fragment_type(&typed))
    }

    /// Whether a value is a parameter whose declared type is a text's, a number's or a list's of such.
    fn is_declared_primitive(&self, value: &Value) -> bool {
        const PRIMITIVE: &[&str] = &["string", "number", "boolean", "bigint", "Date"];
        let Value::Param(param, _) = value else { return false };
        self.declared_type(param).is_some_and(|typed| PRIMITIVE.contains(&typed.trim_end_matches("[]")))
    }

    /// The name of a parameter's declared type.
    fn declared_type(&self, param: &ParamRef) -> Option<Arc<str>> {
        let facts = self.program.facts(&param.path).filter(|_| param.steps.is_empty())?;
        facts.name_of(declaration(&facts, param)?.type_expr?).cloned()
    }

    /// The texts of a list of fragments, which stand one after the other.
    fn spliced_list(&mut self, items: &[Item], at: Span) -> Vec<Pieces> {
        let mut flat = Vec::new();
        self.flatten(items, at, &mut flat);
        let joined = self.join(&flat, &Value::derived(" ", at), at);
        self.value_texts(&joined, at)
    }

    fn flatten(&mut self, items: &[Item], at: Span, flat: &mut Vec<Item>) {
        for item in items {
            if let ([Value::List(inner)], true) = (item.values.as_slice(), item.is_sure()) {
                self.flatten(&inner.clone(), at, flat);
                continue;
            }
            let mut values = Vec::new();
            for value in item.values.iter() {
                if let Value::Fragment(_, file, expr) = value {
                    self.spliced.insert((*file, *expr));
                    values.push(value.clone());
                } else {
                    add(&mut values, Value::unknown("fragments that a list may hold", at));
                }
            }
            flat.push(Item { values: values.into(), ..item.clone() });
        }
    }
}

/// What declares a parameter, where it is no pattern.
fn declaration<'f>(facts: &'f Facts, param: &ParamRef) -> Option<&'f Binding> {
    facts
        .bindings
        .iter()
        .find(|binding| binding.path.is_empty() && matches!(binding.kind, BindingKind::Param(id) if id == param.param))
}

fn reads_as_sql(facts: &Facts, parts: &[Part]) -> bool {
    let Some(Part::Text(_)) = parts.first() else { return false };
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(chunk) => text.push_str(chunk.range.slice(&facts.text)),
            Part::Hole(_) => text.push(rollproof_sql::MappedText::HOLE),
        }
    }
    crate::looks::tagged_statement(&text)
}

/// Whether the same tag marks a text that reads as a statement.
fn marks_statements(facts: &Facts, tag: ExprId) -> bool {
    let same = |other: ExprId| match (&facts.expr(tag).kind, &facts.expr(other).kind) {
        (ExprKind::Binding(tag), ExprKind::Binding(other)) => tag == other,
        (ExprKind::Member { .. }, ExprKind::Member { .. }) => {
            facts.expr(tag).range.slice(&facts.text) == facts.expr(other).range.slice(&facts.text)
        }
        _ => false,
    };
    facts.calls.iter().any(|expr| match facts.expr(*expr).kind {
        ExprKind::Tagged { tag: other, quasi } if same(other) => match &facts.expr(quasi).kind {
            ExprKind::Template(parts) => reads_as_sql(facts, parts),
            _ => false,
        },
        _ => false,
    })
}

/// Whether a fragment stands in a list.
fn holds_fragment(items: &[Item]) -> bool {
    items.iter().flat_map(|item| item.values.iter()).any(|value| match value {
        Value::Fragment(..) => true,
        Value::Unknown(reason, _) => is_built(reason),
        Value::List(inner) => holds_fragment(inner),
        _ => false,
    })
}

/// `` sql`${value}` ``, perhaps with a cast: who wraps a value so wants a placeholder.
fn lone_value(parts: &[Part], facts: &Facts) -> bool {
    let mut holes = 0;
    for part in parts {
        match part {
            Part::Hole(_) => holes += 1,
            Part::Text(chunk) => {
                let text = chunk.range.slice(&facts.text);
                let cast =
                    holes == 1 && text.strip_prefix("::").is_some_and(|rest| !rest.contains(char::is_whitespace));
                if !text.trim().is_empty() && !cast {
                    return false;
                }
            }
        }
    }
    holes == 1
}

fn element_as_value(choice: &mut Pieces) {
    if let [Piece::Unknown(reason, at)] = choice.as_ref()
        && reason.as_ref() == "element of an unknown list"
    {
        *choice = vec![Piece::Placeholder(*at)].into();
    }
}

/// Drizzle writes the elements of an array in parentheses, with commas between them.
fn value_as_list(choice: &mut Pieces) {
    if let [Piece::Placeholder(at)] = choice.as_ref() {
        let at = *at;
        let text = |text: &str| Piece::Text { text: text.into(), at, verbatim: false };
        *choice = vec![text("("), Piece::Placeholder(at), Piece::Repeat(at), text(")")].into();
    }
}

/// No server takes a parameter there: whatever the tag is, it writes something else.
fn value_of_list(choice: &mut Pieces) {
    if let [Piece::Placeholder(at)] = choice.as_ref() {
        *choice = vec![Piece::Unknown("list that a tag writes out".into(), *at)].into();
    }
}

/// `id in `: nothing but a list in parentheses may follow.
fn is_list_place(before: &str) -> bool {
    let word = before.trim_end().rsplit(|character: char| !character.is_alphanumeric() && character != '_').next();
    before.ends_with(char::is_whitespace) && word.is_some_and(|word| word.eq_ignore_ascii_case("in"))
}

/// Results of these are values, whatever they are.
pub(super) fn is_plain(reason: &str) -> bool {
    [
        "stringify",
        "now",
        "toISOString",
        "randomUUID",
        "uuid",
        "Date",
        "parse",
        "nanoid",
        "get",
        "toJSON",
        "getTime",
        "String",
        "hash",
        "digest",
    ]
    .iter()
    .any(|name| reason.trim_end_matches('`').ends_with(name))
}

/// Whether a type is a library's for parts of queries.
pub(crate) fn is_fragment_type(name: &str) -> bool {
    const PARTS: &[&str] =
        &["Sql", "SQL", "SQLWrapper", "Fragment", "RawBuilder", "PendingQuery", "SqlFragment", "Helper"];
    name.ends_with("SqlToken") || PARTS.contains(&name)
}

/// Types of query builders' parts whose names others have too.
fn is_part_type(path: &[Arc<str>]) -> bool {
    const PARTS: &[&str] = &[
        "Expression",
        "ExpressionWrapper",
        "AliasedExpression",
        "AliasedRawBuilder",
        "Column",
        "AnyColumn",
        "PgColumn",
        "AnyPgColumn",
        "Table",
        "PgTable",
        "AnyPgTable",
        "SQLChunk",
        "Subquery",
    ];
    matches!(path, [only] if PARTS.contains(&only.as_ref()))
}

/// Words that a value follows.
const BEFORE_VALUES: &[&str] = &[
    "in", "like", "ilike", "limit", "offset", "case", "when", "then", "else", "between", "to", "values", "any", "all",
    "some", "first", "next", "interval", "escape", "for", "return", "is", "call",
];

/// Whether a condition or a clause is expected after this text, where hardly anybody sends a bare value.
fn is_condition_place(before: &str) -> bool {
    let word = before.trim_end().rsplit(|character: char| !character.is_alphanumeric() && character != '_').next();
    let word = word.unwrap_or("").to_lowercase();
    before.ends_with(char::is_whitespace)
        && ["where", "and", "or", "on", "having", "by", "from", "join", "set", "returning"].contains(&word.as_str())
        && is_part_place(before)
}

/// Whether a part of the query is expected after this text, and no value: a column, a condition, a clause. That is so after
/// an operand and after most words.
fn is_part_place(before: &str) -> bool {
    let before = before.trim_end();
    let Some(last) = before.chars().next_back() else { return true };
    if last == '(' {
        return opens_columns(before);
    }
    if matches!(last, ')' | '"' | '\'' | ']') {
        return true;
    }
    if !last.is_alphanumeric() && last != '_' {
        return false;
    }
    let word = before.rsplit(|character: char| !character.is_alphanumeric() && !"_$.".contains(character)).next();
    let word = word.unwrap_or("").to_lowercase();
    let start = before.char_indices().rev().nth(60).map_or(0, |(at, _)| at);
    let between = word == "and" && before[start..].to_lowercase().contains(" between ");
    !between && !BEFORE_VALUES.contains(&word.as_str())
}

/// `insert into t (`
fn opens_columns(before: &str) -> bool {
    let lower = before.trim_end_matches('(').trim_end().to_lowercase();
    lower.rsplit_once("into ").is_some_and(|(_, table)| !table.trim().contains(char::is_whitespace))
}

/// Whether what stands between these texts is an operand: a value, or an expression that is worth one.
fn is_operand((before, after): (&str, &str)) -> bool {
    let before = before.trim_end();
    let comment = before.ends_with("--") || before.ends_with("*/");
    (before.ends_with(['=', '<', '>', '+', '-', '/', '|', '%']) && !comment) || after.starts_with("::")
}

/// The end of the text so far that is known, for a look at the word before a hole.
pub(crate) fn known_tail(pieces: &[Piece]) -> String {
    let mut parts = Vec::new();
    let mut length = 0;
    for piece in pieces.iter().rev() {
        let text: &str = match piece {
            Piece::Text { text, .. } => text,
            Piece::Repeat(_) | Piece::Chosen(_) => continue,
            _ => "$0",
        };
        length += text.len();
        parts.push(text);
        if length > 400 {
            break;
        }
    }
    parts.reverse();
    parts.concat()
}

/// Whether only a name can stand between these texts: no library makes a placeholder there that runs.
pub(super) fn is_name_place(before: &str, after: &str) -> bool {
    if before.ends_with(['.', '"']) || after.starts_with(['.', '"']) {
        return true;
    }
    let word = before
        .trim_end()
        .rsplit(|character: char| !character.is_alphanumeric() && character != '_')
        .next()
        .unwrap_or("");
    let lower = before.trim_end().to_lowercase();
    before.ends_with(char::is_whitespace)
        && (lower.ends_with("if exists")
            || ["from", "join", "into", "update", "table", "truncate"]
                .iter()
                .any(|name| word.eq_ignore_ascii_case(name)))
        && !lower.ends_with("distinct from")
}

/// A part as `String.raw` takes it: escapes as they are written.
fn raw_part(part: &Part) -> Part {
    match part {
        Part::Text(chunk) => Part::Text(crate::ir::Chunk { range: chunk.range, derived: None }),
        Part::Hole(hole) => Part::Hole(*hole),
    }
}
