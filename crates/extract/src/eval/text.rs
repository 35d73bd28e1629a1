//! Texts: templates and concatenation as products of sets.

use std::sync::Arc;

use rollproof_source::Span;

use super::value::{Env, Item, Piece, Pieces, Value, add};
use super::{Evaluator, span};
use crate::ir::{Chunk, ExprId, Facts, Part};

impl Evaluator<'_> {
    pub(super) fn template(&mut self, facts: &Arc<Facts>, parts: &[Part], env: &Env) -> Vec<Value> {
        let mut texts: Vec<Vec<Piece>> = vec![Vec::new()];
        for part in parts {
            match part {
                Part::Text(chunk) => {
                    let piece = piece_of(facts, chunk);
                    texts.iter_mut().for_each(|text| text.push(piece.clone()));
                }
                Part::Hole(hole) => {
                    let choices = self.texts_of(facts, *hole, env);
                    texts = self.product(texts, &choices, span(facts, *hole));
                }
            }
        }
        distinct(texts)
    }

    pub(super) fn concat(&mut self, facts: &Arc<Facts>, parts: &[ExprId], env: &Env) -> Vec<Value> {
        let mut texts: Vec<Vec<Piece>> = vec![Vec::new()];
        for part in parts {
            let choices = self.texts_of(facts, *part, env);
            texts = self.product(texts, &choices, span(facts, *part));
        }
        distinct(texts)
    }

    /// Every text followed by every choice.
    pub(super) fn product(&self, texts: Vec<Vec<Piece>>, choices: &[Pieces], at: Span) -> Vec<Vec<Piece>> {
        if let [only] = choices {
            let mut texts = texts;
            texts.iter_mut().for_each(|text| text.extend(only.iter().cloned()));
            return texts;
        }
        let limit = self.limit();
        if texts.len() * choices.len() > limit {
            // The first text goes on with a hole, so that the site is not lost.
            let reason: Arc<str> = format!("more than {limit} variants").into();
            let mut texts = texts;
            texts.iter_mut().for_each(|text| text.push(Piece::Unknown(reason.clone(), at)));
            return texts;
        }
        let mut all = Vec::with_capacity(texts.len() * choices.len());
        for text in &texts {
            for choice in choices {
                let mut longer = text.clone();
                longer.extend(choice.iter().cloned());
                all.push(longer);
            }
        }
        all
    }

    /// The texts that an expression has where text is asked for.
    pub(super) fn texts_of(&mut self, facts: &Arc<Facts>, expr: ExprId, env: &Env) -> Vec<Pieces> {
        if let Some(text) = facts.name_of(expr).and_then(|name| self.program.options.names.get(name.as_ref())) {
            let piece = Piece::Text { text: text.as_str().into(), at: span(facts, expr), verbatim: false };
            return vec![vec![piece].into()];
        }
        let values = self.eval(facts, expr, env);
        self.value_texts(&values, span(facts, expr))
    }

    pub(crate) fn value_texts(&mut self, values: &[Value], at: Span) -> Vec<Pieces> {
        let mut texts: Vec<Pieces> = Vec::new();
        for value in values {
            for text in self.value_text(value, at) {
                if !texts.contains(&text) {
                    texts.push(text);
                }
            }
        }
        if texts.is_empty() {
            texts.push(vec![Piece::Unknown("no value".into(), at)].into());
        }
        texts
    }

    fn value_text(&mut self, value: &Value, at: Span) -> Vec<Pieces> {
        let one = |piece: Piece| vec![vec![piece].into()];
        match value {
            Value::Text(pieces) | Value::Fragment(pieces, ..) => vec![pieces.clone()],
            Value::Nothing => vec![Vec::new().into()],
            Value::Number(place) => one(Piece::Number(*place)),
            Value::Param(param, place) => one(Piece::Param(param.clone(), *place)),
            Value::Unknown(reason, place) => one(Piece::Unknown(reason.clone(), *place)),
            Value::List(items) => {
                let comma = Value::derived(",", at);
                let joined = self.join(items, &comma, at);
                self.value_texts(&joined, at)
            }
            Value::Opaque(place) => one(Piece::Unknown("value that is no text".into(), *place)),
            Value::External { module, path } => {
                let name = path.join(".");
                let reason = match (module.as_ref(), name.as_str()) {
                    (_, name) if name.starts_with("process.env") => "environment variable".to_owned(),
                    ("", name) => format!("global `{name}`"),
                    (module, _) => format!("value of package `{module}`"),
                };
                one(Piece::Unknown(reason.into(), at))
            }
            Value::Object(_) | Value::Instance(_) | Value::Class(_) | Value::Function(_) | Value::Module(_) => {
                one(Piece::Unknown("object where text is expected".into(), at))
            }
        }
    }

    /// The texts of a list's items with `separator` between them.
    pub(super) fn join(&mut self, items: &[Item], separator: &Value, at: Span) -> Vec<Value> {
        let separators = self.value_texts(std::slice::from_ref(separator), at);
        let Some(separator) = separators.first().cloned() else { return Vec::new() };
        let mut texts: Vec<Vec<Piece>> = vec![Vec::new()];
        for item in items {
            let choices = self.value_texts(&item.values, at);
            let mut next: Vec<Vec<Piece>> = if item.optional { texts.clone() } else { Vec::new() };
            for text in &texts {
                for choice in &choices {
                    let mut longer = text.clone();
                    if !longer.is_empty() {
                        longer.extend(separator.iter().cloned());
                    }
                    longer.extend(choice.iter().cloned());
                    if item.repeated {
                        longer.push(Piece::Repeat(at));
                    }
                    next.push(longer);
                }
            }
            if next.len() > self.limit() {
                let reason: Arc<str> = format!("more than {} variants", self.limit()).into();
                texts.iter_mut().for_each(|text| text.push(Piece::Unknown(reason.clone(), at)));
                return distinct(texts);
            }
            texts = next;
        }
        distinct(texts)
    }
}

pub(super) fn distinct(texts: Vec<Vec<Piece>>) -> Vec<Value> {
    let mut values = Vec::with_capacity(texts.len());
    for text in texts {
        add(&mut values, Value::text(text));
    }
    values
}

pub(super) fn piece_of(facts: &Facts, chunk: &Chunk) -> Piece {
    let at = Span { file: facts.file, range: chunk.range };
    match &chunk.derived {
        Some(text) => Piece::Text { text: text.as_ref().into(), at, verbatim: false },
        None => Piece::Text { text: chunk.range.slice(&facts.text).into(), at, verbatim: true },
    }
}
