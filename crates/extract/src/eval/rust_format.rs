//! `format!` of a text that a macro gives (`format!(include_str!("a.sql"), order)`): its holes are known when the text is.

use std::sync::Arc;

use rollproof_source::Span;

use super::Evaluator;
use super::text::distinct;
use super::value::{Env, Piece, Pieces, Value, add, cut};
use crate::ir::{Call, Facts};

/// What a stretch of the text that begins with a brace is (`std::fmt`).
#[derive(Debug, PartialEq, Eq)]
enum Brace {
    /// `{{`, `}}`
    Doubled,
    /// `{}`, or `{0}` with the number: its length.
    Argument(usize, Option<usize>),
    /// Something else.
    Other,
}

impl Evaluator<'_> {
    pub(super) fn macro_format(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Vec<Value> {
        let mut arguments = call.arguments.iter().map(|argument| self.eval(facts, *argument, env));
        let formats = arguments.next().unwrap_or_default();
        let given: Vec<Vec<Value>> = arguments.collect();
        let given: Vec<Vec<Pieces>> = given.iter().map(|values| self.value_texts(values, at)).collect();
        let mut found = Vec::new();
        for format in &self.forced(formats) {
            let Value::Text(pieces) = format else {
                add(&mut found, Value::unknown("format string that is not known", at));
                continue;
            };
            for value in self.filled_in(pieces, &given, at) {
                add(&mut found, value);
            }
        }
        found
    }

    fn filled_in(&mut self, pieces: &Pieces, given: &[Vec<Pieces>], at: Span) -> Vec<Value> {
        let unknown = |reason: &str| vec![Value::unknown(reason, at)];
        let mut texts: Vec<Vec<Piece>> = vec![Vec::new()];
        let mut next = 0;
        for piece in pieces.iter() {
            let Piece::Text { text, .. } = piece else {
                return unknown("format string that is not known");
            };
            let mut from = 0;
            while let Some(found) = text[from..].find(['{', '}']).map(|found| from + found) {
                let brace = brace(&text[found..]);
                let plain = cut(piece, from..found + usize::from(brace == Brace::Doubled));
                texts.iter_mut().for_each(|made| made.extend(plain.clone()));
                let (length, index) = match brace {
                    Brace::Doubled => {
                        from = found + 2;
                        continue;
                    }
                    Brace::Argument(length, index) => (length, index),
                    Brace::Other => return unknown("formatted with a width or for debugging"),
                };
                from = found + length;
                let index = index.unwrap_or_else(|| {
                    next += 1;
                    next - 1
                });
                let Some(choices) = given.get(index) else { return unknown("argument of a format string") };
                texts = self.product(texts, choices, at);
            }
            let rest = cut(piece, from..text.len());
            texts.iter_mut().for_each(|made| made.extend(rest.clone()));
        }
        distinct(texts)
    }
}

fn brace(text: &str) -> Brace {
    if text.starts_with("{{") || text.starts_with("}}") {
        return Brace::Doubled;
    }
    let Some((inner, _)) = text.strip_prefix('{').and_then(|rest| rest.split_once('}')) else { return Brace::Other };
    let length = inner.len() + 2;
    match inner.trim() {
        "" => Brace::Argument(length, None),
        number => number.parse().map_or(Brace::Other, |index| Brace::Argument(length, Some(index))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Brace, brace};

    #[test]
    fn braces_are_arguments_or_themselves() {
        assert_eq!(brace("{} x"), Brace::Argument(2, None));
        assert_eq!(brace("{1}"), Brace::Argument(3, Some(1)));
        assert_eq!(brace("{{}"), Brace::Doubled);
        assert_eq!(brace("}}"), Brace::Doubled);
        assert_eq!(brace("{:?}"), Brace::Other);
        assert_eq!(brace("{name}"), Brace::Other);
        assert_eq!(brace("}"), Brace::Other);
    }
}
