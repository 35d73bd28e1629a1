//! Texts with their parameters replaced by what the callers give.

use std::sync::Arc;

use rollproof_source::Span;

use super::Evaluator;
use super::choice::agree;
use super::text::{names_schema, prefer_known};
use super::value::{Choice, ChoicePart, ParamRef, Piece, Pieces, Value};

impl Evaluator<'_> {
    /// A text with its parameters replaced by what the callers give.
    pub(crate) fn expand(&mut self, text: &Pieces, at: Span) -> Vec<Vec<Piece>> {
        let mut open: Vec<Vec<Piece>> = vec![text.to_vec()];
        for _ in 0..12 {
            let Some(found) = open.iter().find_map(|text| first_param(text)) else {
                return without_given_schemas(open);
            };
            let mut values = self.callers_give(&found.0, found.1);
            // As where a name is interpolated: `undefined` in a text is not meant to happen.
            if values.iter().any(|value| !matches!(value, Value::Nothing | Value::Opaque(_))) {
                values.retain(|value| *value != Value::Nothing);
            }
            let choices = self.value_texts(&values, found.1);
            // A parameter that comes back as itself would be replaced for ever.
            let mut choices: Vec<Pieces> = choices.into_iter().filter(|choice| !mentions(choice, &found.0)).collect();
            if open.iter().any(|text| is_schema(text, &found.0)) {
                prefer_known(&mut choices);
            }
            open = self.replace_param(&open, &found.0, &choices, at);
        }
        open
    }

    fn replace_param(&self, texts: &[Vec<Piece>], param: &ParamRef, choices: &[Pieces], at: Span) -> Vec<Vec<Piece>> {
        let limit = self.limit();
        let mut all: Vec<Vec<Piece>> = Vec::new();
        let none: Pieces = vec![Piece::Unknown("parameter".into(), at)].into();
        let wide =
            texts.iter().map(|text| choices.iter().filter(|choice| agree(text, choice)).count()).sum::<usize>() > limit;
        let together: Pieces = vec![Choice::one(choices.to_vec(), at)].into();
        let choices: &[Pieces] = if wide { std::slice::from_ref(&together) } else { choices };
        let choices: &[Pieces] = if choices.is_empty() { std::slice::from_ref(&none) } else { choices };
        for text in texts {
            if !mentions(text, param) {
                all.push(text.clone());
                continue;
            }
            for choice in choices.iter().filter(|choice| agree(text, choice)) {
                let replaced = replaced(text, param, choice);
                if !all.contains(&replaced) {
                    all.push(replaced);
                }
            }
        }
        all
    }
}

/// Without the texts whose schema is given from outside, where another is the same with its default.
fn without_given_schemas(texts: Vec<Vec<Piece>>) -> Vec<Vec<Piece>> {
    let mut texts = without_given(texts);
    for piece in texts.iter_mut().flatten() {
        if let Piece::Choice(choice) = piece {
            *piece = without_given_ways(choice);
        }
    }
    texts
}

/// The same for the ways of a choice.
fn without_given_ways(choice: &Arc<Choice>) -> Piece {
    let ways = || choice.ways();
    if !ways().any(|way| has_given_schema(way)) {
        return Piece::Choice(choice.clone());
    }
    let without = |part: &ChoicePart| ChoicePart { ways: without_given(part.ways.clone()), ..part.clone() };
    Choice::piece(choice.at, choice.separator.clone(), choice.parts.iter().map(without).collect())
}

fn without_given<T: AsRef<[Piece]>>(mut texts: Vec<T>) -> Vec<T> {
    let given: Vec<bool> = texts.iter().map(|text| has_given_schema(text.as_ref())).collect();
    if !given.contains(&true) || !given.contains(&false) {
        return texts;
    }
    let has_default: Vec<bool> = texts
        .iter()
        .zip(&given)
        .map(|(text, given)| {
            let others = texts.iter().map(AsRef::as_ref);
            *given && others.into_iter().any(|other| is_with_default(other, text.as_ref()))
        })
        .collect();
    let mut has_default = has_default.into_iter();
    texts.retain(|_| !has_default.next().unwrap_or(false));
    texts
}

/// Whether `other` is `given` with known text for each schema that is given from outside.
fn is_with_default(other: &[Piece], given: &[Piece]) -> bool {
    fn shown(pieces: &[Piece]) -> Vec<&Piece> {
        pieces.iter().filter(|piece| !matches!(piece, Piece::Chosen(_))).collect()
    }
    let (other, given) = (shown(other), shown(given));
    let names = |at: usize| matches!(given.get(at + 1), Some(Piece::Text { text, .. }) if names_schema(text));
    other.len() == given.len()
        && other.iter().zip(&given).enumerate().all(|(at, (other, given))| match (other, given) {
            (other, Piece::Unknown(..)) if names(at) => matches!(other, Piece::Text { .. }),
            _ => other == given,
        })
}

fn has_given_schema(text: &[Piece]) -> bool {
    text.windows(2).any(|pair| match pair {
        [Piece::Unknown(..), Piece::Text { text, .. }] => names_schema(text),
        _ => false,
    })
}

/// The parameter stands where a schema's name does: before a dot.
fn is_schema(pieces: &[Piece], param: &ParamRef) -> bool {
    let in_ways = |piece: &Piece| match piece {
        Piece::Choice(choice) => choice.ways().any(|way| is_schema(way, param)),
        _ => false,
    };
    pieces.iter().any(in_ways)
        || pieces.windows(2).any(|pair| match pair {
            [Piece::Param(other, _), Piece::Text { text, .. }] => other == param && names_schema(text),
            _ => false,
        })
}

/// The first parameter in a text or in one of its choices.
pub(super) fn first_param(pieces: &[Piece]) -> Option<(ParamRef, Span)> {
    pieces.iter().find_map(|piece| match piece {
        Piece::Param(param, at) => Some((param.clone(), *at)),
        Piece::Choice(choice) => {
            let mut ways = choice.texts();
            ways.find_map(|way| first_param(way))
        }
        _ => None,
    })
}

/// A text with a parameter replaced, in its choices too. Ways that do not go with what it is replaced by are left out.
fn replaced(text: &[Piece], param: &ParamRef, with: &Pieces) -> Vec<Piece> {
    let mut made = Vec::with_capacity(text.len());
    for piece in text {
        match piece {
            Piece::Param(other, _) if other == param => made.extend(with.iter().cloned()),
            Piece::Choice(choice) if mentions(std::slice::from_ref(piece), param) => {
                let separator = replaced(&choice.separator, param, with).into();
                made.push(choice.map(separator, &mut |way| match mentions(way, param) {
                    true => agree(way, with).then(|| replaced(way, param, with).into()),
                    false => Some(way.clone()),
                }));
            }
            other => made.push(other.clone()),
        }
    }
    made
}

fn mentions(pieces: &[Piece], param: &ParamRef) -> bool {
    pieces.iter().any(|piece| match piece {
        Piece::Param(other, _) => other == param,
        Piece::Choice(choice) => {
            let mut ways = choice.texts();
            ways.any(|way| mentions(way, param))
        }
        _ => false,
    })
}
