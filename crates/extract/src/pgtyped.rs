//! Parameters of PgTyped: `$name` and `$$name(a, b)` in its tag (<https://pgtyped.dev/docs/ts-file>), `:name` in its files,
//! where a comment says what is spread (<https://pgtyped.dev/docs/sql-file>).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollproof_source::Span;

use crate::eval::value::Piece;

/// What stands in the text for a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expansion {
    /// `$1`
    Scalar,
    /// `($1, $2, …)`
    List,
    /// `($1, $2)`: this many fields of one object.
    Row(usize),
    /// `($1, $2), ($3, $4), …`
    Rows(usize),
}

/// The parameters of one text. One that is named twice is sent once.
#[derive(Debug, Default)]
pub(crate) struct Params {
    /// What the comment before the text says (`@param ids -> (...)`).
    pub(crate) expansions: BTreeMap<String, Expansion>,
    numbers: BTreeMap<String, u32>,
    /// Numbers that the text itself uses: names get others.
    pub(crate) taken: BTreeSet<u32>,
}

impl Params {
    /// The parameter of a tag that `rest`, which follows a `$`, begins with: its length with the `$`, and what stands for it.
    pub(crate) fn of_tag(&mut self, rest: &str, at: Span) -> Option<(usize, Vec<Piece>)> {
        let list = rest.starts_with('$');
        let named = rest.strip_prefix('$').unwrap_or(rest);
        let name = name_at(named)?;
        let after = &named[name.len()..];
        // `$body$` opens a dollar quote.
        if after.starts_with('$') {
            return None;
        }
        let mut length = 1 + usize::from(list) + name.len();
        let required = after.starts_with('!');
        length += usize::from(required);
        let after = &after[usize::from(required)..];
        let columns = after.strip_prefix('(').and_then(|inner| inner.split_once(')')).map(|(inner, _)| inner);
        length += columns.map_or(0, |columns| columns.len() + 2);
        let expansion = match (columns.map(|columns| columns.split(',').count()), list) {
            (None, false) => Expansion::Scalar,
            (None, true) => Expansion::List,
            (Some(count), false) => Expansion::Row(count),
            (Some(count), true) => Expansion::Rows(count),
        };
        Some((length, self.pieces(name, expansion, at)))
    }

    /// The parameter of a file that `rest`, which follows a `:`, begins with. `before` is the text before it.
    pub(crate) fn of_file(&mut self, rest: &str, before: &str, at: Span) -> Option<(usize, Vec<Piece>)> {
        if before.ends_with(|character: char| character.is_alphanumeric() || "_:])\"".contains(character)) {
            return None;
        }
        let name = name_at(rest)?;
        let required = rest[name.len()..].starts_with('!');
        let said = self.expansions.get(name).copied();
        // Nothing but a list may stand after `IN` without parentheses.
        let word = before.trim_end().rsplit(|character: char| !character.is_alphanumeric()).next().unwrap_or("");
        let guess = if word.eq_ignore_ascii_case("in") { Expansion::List } else { Expansion::Scalar };
        Some((1 + name.len() + usize::from(required), self.pieces(name, said.unwrap_or(guess), at)))
    }

    fn pieces(&mut self, name: &str, expansion: Expansion, at: Span) -> Vec<Piece> {
        let text = |text: &str| Piece::Text { text: Arc::from(text), at, verbatim: false };
        match expansion {
            Expansion::Scalar => vec![text(&self.number(name))],
            Expansion::List => vec![text(&format!("({}", self.number(name))), Piece::Repeat(at), text(")")],
            Expansion::Row(count) | Expansion::Rows(count) => {
                let fields: Vec<String> = (0..count).map(|field| self.number(&format!("{name}.{field}"))).collect();
                let mut pieces = vec![text(&format!("({})", fields.join(", ")))];
                pieces.extend(matches!(expansion, Expansion::Rows(_)).then_some(Piece::Repeat(at)));
                pieces
            }
        }
    }

    /// The placeholder of a name.
    pub(crate) fn number(&mut self, name: &str) -> String {
        if let Some(number) = self.numbers.get(name) {
            return format!("${number}");
        }
        let mut next = self.numbers.values().max().map_or(1, |last| last + 1);
        while self.taken.contains(&next) {
            next += 1;
        }
        self.numbers.insert(name.to_owned(), next);
        format!("${next}")
    }
}

/// The name that a text begins with.
pub(crate) fn name_at(text: &str) -> Option<&str> {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_').then_some(())?;
    let end = text.find(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    text.get(..end.unwrap_or(text.len()))
}

/// What a comment before a query says: its name, and how its parameters are spread. None where it names no query.
pub(crate) fn annotation(comment: &str) -> Option<(String, BTreeMap<String, Expansion>)> {
    let mut name = None;
    let mut expansions = BTreeMap::new();
    for part in comment.split('@').skip(1) {
        if let Some(rest) = part.strip_prefix("name ") {
            name = name_at(rest.trim_start()).map(str::to_owned);
        } else if let Some((param, form)) = part.strip_prefix("param ").and_then(|rest| rest.split_once("->")) {
            let form: String =
                form.chars().filter(|character| !character.is_whitespace() && *character != '*').collect();
            let columns = form.matches(',').count() + 1;
            let expansion = match form.as_str() {
                form if form.starts_with("((") => Expansion::Rows(columns),
                form if form.starts_with("(...") => Expansion::List,
                _ => Expansion::Row(columns),
            };
            expansions.insert(param.trim().to_owned(), expansion);
        }
    }
    Some((name?, expansions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_say_what_is_spread() {
        let comment =
            "\n  @name InsertUsers\n  @param ids -> (...)\n  @param row -> (a, b)\n  @param rows -> ((a, b,\n c)...)\n";
        let (name, expansions) = annotation(comment).unwrap();
        assert_eq!(name, "InsertUsers");
        assert_eq!(expansions["ids"], Expansion::List);
        assert_eq!(expansions["row"], Expansion::Row(2));
        assert_eq!(expansions["rows"], Expansion::Rows(3));
        assert!(annotation(" no query ").is_none());
    }
}
