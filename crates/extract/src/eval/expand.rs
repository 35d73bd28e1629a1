//! Texts with their parameters replaced by what the callers give.

use rollproof_source::Span;

use super::Evaluator;
use super::choice::agree;
use super::text::{names_schema, prefer_known};
use super::value::{ParamRef, Piece, Pieces, Value};

impl Evaluator<'_> {
    /// A text with its parameters replaced by what the callers give.
    pub(crate) fn expand(&mut self, text: &Pieces, at: Span) -> Vec<Vec<Piece>> {
        let mut open: Vec<Vec<Piece>> = vec![text.to_vec()];
        for _ in 0..12 {
            let Some(found) = open.iter().flatten().find_map(|piece| match piece {
                Piece::Param(param, at) => Some((param.clone(), *at)),
                _ => None,
            }) else {
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
        let unknown: Pieces = vec![Piece::Unknown(format!("more than {limit} variants").into(), at)].into();
        let none: Pieces = vec![Piece::Unknown("parameter".into(), at)].into();
        let wide =
            texts.iter().map(|text| choices.iter().filter(|choice| agree(text, choice)).count()).sum::<usize>() > limit;
        let choices: &[Pieces] = if wide { std::slice::from_ref(&unknown) } else { choices };
        let choices: &[Pieces] = if choices.is_empty() { std::slice::from_ref(&none) } else { choices };
        for text in texts {
            if !mentions(text, param) {
                all.push(text.clone());
                continue;
            }
            for choice in choices.iter().filter(|choice| agree(text, choice)) {
                let mut replaced = Vec::with_capacity(text.len());
                for piece in text {
                    match piece {
                        Piece::Param(other, _) if other == param => replaced.extend(choice.iter().cloned()),
                        other => replaced.push(other.clone()),
                    }
                }
                if !all.contains(&replaced) {
                    all.push(replaced);
                }
            }
        }
        all
    }
}

/// Without the texts whose schema is given from outside, where others have its default.
fn without_given_schemas(mut texts: Vec<Vec<Piece>>) -> Vec<Vec<Piece>> {
    let given = |text: &Vec<Piece>| {
        text.windows(2).any(|pair| match pair {
            [Piece::Unknown(..), Piece::Text { text, .. }] => names_schema(text),
            _ => false,
        })
    };
    if texts.len() > 1 && !texts.iter().all(given) {
        texts.retain(|text| !given(text));
    }
    texts
}

/// The parameter stands where a schema's name does: before a dot.
fn is_schema(pieces: &[Piece], param: &ParamRef) -> bool {
    pieces.windows(2).any(|pair| match pair {
        [Piece::Param(other, _), Piece::Text { text, .. }] => other == param && names_schema(text),
        _ => false,
    })
}

fn mentions(pieces: &[Piece], param: &ParamRef) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Param(other, _) if other == param))
}
