//! pg-format: names and literals written into the text itself (<https://github.com/datalanche/node-pg-format>). A literal
//! that is not known is a literal all the same, whatever stands in it.

use std::sync::Arc;

use rollproof_source::Span;
use rollproof_sql::quote_literal;

use super::Evaluator;
use super::helper::name_pieces;
use super::spread::closed;
use super::text::distinct;
use super::value::{Item, Piece, Pieces, Value, add, cut};
use crate::ir::CallStyle;

/// The package, and what was made of it.
const MODULES: &[&str] = &["pg-format", "@scaleleap/pg-format", "node-pg-format", "pg-format-fix"];

/// Whether a module is one of those.
pub(super) fn is_pg_format(module: &str) -> bool {
    MODULES.contains(&module)
}

impl Evaluator<'_> {
    /// What a function of the package makes of its arguments.
    pub(super) fn pg_format(
        &mut self,
        path: &[Arc<str>],
        style: CallStyle,
        arguments: &[Vec<Value>],
        at: Span,
    ) -> Option<Vec<Value>> {
        if style == CallStyle::New {
            return None;
        }
        let first = arguments.first().cloned().unwrap_or_default();
        match path.last().map_or("default", AsRef::as_ref) {
            "default" | "format" => Some(self.formatted(&first, arguments.get(1..).unwrap_or_default(), at)),
            "withArray" => {
                let given = match arguments.get(1).map(Vec::as_slice) {
                    Some([Value::List(items)]) if items.iter().all(Item::is_sure) => {
                        items.iter().map(|item| item.values.to_vec()).collect()
                    }
                    _ => Vec::new(),
                };
                Some(self.formatted(&first, &given, at))
            }
            "ident" | "quoteIdent" => Some(self.each(first, at, 'I')),
            "literal" | "quoteLiteral" => Some(self.each(first, at, 'L')),
            "string" | "quoteString" => Some(self.each(first, at, 's')),
            _ => None,
        }
    }

    pub(super) fn each(&mut self, values: Vec<Value>, at: Span, kind: char) -> Vec<Value> {
        let texts = self.written(&values, kind, at);
        distinct(texts.iter().map(|text| text.to_vec()).collect())
    }

    /// `format("… %I … %L", name, value)`.
    fn formatted(&mut self, formats: &[Value], given: &[Vec<Value>], at: Span) -> Vec<Value> {
        let formats = self.forced(formats.to_vec());
        let mut found = Vec::new();
        for format in &formats {
            let Value::Text(pieces) = format else {
                add(&mut found, Value::unknown("format that is not known", at));
                continue;
            };
            for value in self.filled(pieces, given, at) {
                add(&mut found, value);
            }
        }
        found
    }

    fn filled(&mut self, pieces: &Pieces, given: &[Vec<Value>], at: Span) -> Vec<Value> {
        let mut texts: Vec<Vec<Piece>> = vec![Vec::new()];
        let mut next = 0;
        for piece in &closed(pieces, self.limit()) {
            let Piece::Text { text, .. } = piece else {
                texts.iter_mut().for_each(|made| made.push(piece.clone()));
                continue;
            };
            let mut from = 0;
            while let Some(found) = text[from..].find('%').map(|found| from + found) {
                let plain = cut(piece, from..found);
                texts.iter_mut().for_each(|made| made.extend(plain.clone()));
                let Some((length, position, kind)) = specifier(&text[found..]) else {
                    return vec![Value::unknown("format that is not known", at)];
                };
                from = found + length;
                if kind == '%' {
                    let sign = cut(piece, found..found + 1);
                    texts.iter_mut().for_each(|made| made.extend(sign.clone()));
                    continue;
                }
                let index = position.unwrap_or(next);
                next = index + 1;
                let values = given.get(index).cloned().unwrap_or_else(|| vec![Value::unknown("argument", at)]);
                let rows = kind == 'L' && ends_with_values(&text[..found]);
                let known = values.iter().all(|value| matches!(value, Value::List(_)));
                let choices = match rows && !known {
                    true => vec![[Piece::Unknown("rows that are not known".into(), at)].into()],
                    false => self.written(&values, kind, at),
                };
                texts = self.product(texts, &choices, at);
            }
            let rest = cut(piece, from..text.len());
            texts.iter_mut().for_each(|made| made.extend(rest.clone()));
        }
        distinct(texts)
    }

    /// A value as a name (`I`), a literal (`L`) or as it is (`s`).
    fn written(&mut self, values: &[Value], kind: char, at: Span) -> Vec<Pieces> {
        match kind {
            's' => self.value_texts(values, at),
            'I' => {
                let values = self.forced(values.to_vec());
                let mut names: Vec<Pieces> = Vec::new();
                for value in &values {
                    let name = match value {
                        Value::List(items) => self.names(items, at),
                        one => name_pieces(one, false, at),
                    };
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                names
            }
            _ => {
                let mut literals: Vec<Pieces> = values.iter().map(|value| literal(value, at)).collect();
                literals.dedup();
                literals
            }
        }
    }

    fn names(&mut self, items: &[Item], at: Span) -> Pieces {
        let mut pieces: Vec<Piece> = Vec::new();
        for item in items {
            if !pieces.is_empty() {
                pieces.push(derived(",", at));
            }
            match item.values.as_slice() {
                [one] if item.is_sure() => pieces.extend(name_pieces(one, false, at).iter().cloned()),
                _ => pieces.push(Piece::Unknown("name that is not known".into(), at)),
            }
        }
        pieces.into()
    }
}

/// `INSERT INTO t VALUES `: rows follow, each in parentheses.
fn ends_with_values(before: &str) -> bool {
    before
        .trim_end()
        .rsplit(|letter: char| !letter.is_alphanumeric())
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("values"))
}

/// `%I`, `%2$L`, `%%`: its length, its position from 0 and its kind.
fn specifier(text: &str) -> Option<(usize, Option<usize>, char)> {
    let rest = text.strip_prefix('%')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (position, length) = match rest[digits..].strip_prefix('$') {
        Some(_) if digits > 0 => (rest[..digits].parse::<usize>().ok()?.checked_sub(1), digits + 1),
        _ => (None, 0),
    };
    let kind = rest[length..].chars().next().filter(|kind| "ILs%".contains(*kind))?;
    Some((1 + length + 1, position, kind))
}

/// A literal: of a list each item with commas between them, rows in parentheses.
fn literal(value: &Value, at: Span) -> Pieces {
    let unknown = |reason: &str| vec![derived("'", at), Piece::Unknown(reason.into(), at), derived("'", at)];
    match value {
        Value::Nothing => [derived("NULL", at)].into(),
        Value::Text(_) => match value.constant() {
            Some(text) => [derived(&quote_literal(&text), at)].into(),
            None => unknown("value").into(),
        },
        Value::List(items) => {
            let mut pieces: Vec<Piece> = Vec::new();
            for item in items.iter() {
                if !pieces.is_empty() {
                    pieces.push(derived(", ", at));
                }
                let one = item.values.first().map_or_else(|| unknown("value").into(), |value| literal(value, at));
                let row = matches!(item.values.first(), Some(Value::List(_)));
                pieces.extend(row.then(|| derived("(", at)));
                pieces.extend(one.iter().cloned());
                pieces.extend(row.then(|| derived(")", at)));
                pieces.extend(item.repeated.then_some(Piece::Repeat(at)));
            }
            pieces.into()
        }
        _ => unknown("value").into(),
    }
}

fn derived(text: &str, at: Span) -> Piece {
    Piece::Text { text: text.into(), at, verbatim: false }
}

#[cfg(test)]
mod tests {
    use super::specifier;

    #[test]
    fn specifiers_have_a_position_and_a_kind() {
        assert_eq!(specifier("%I."), Some((2, None, 'I')));
        assert_eq!(specifier("%2$L"), Some((4, Some(1), 'L')));
        assert_eq!(specifier("%%"), Some((2, None, '%')));
        assert_eq!(specifier("%d"), None);
        assert_eq!(specifier("%"), None);
    }
}
