//! Functions of libraries that write a value as a literal: Kysely's `sql.lit`, Slonik's `sql.literalValue`.

use std::sync::Arc;

use rollproof_source::Span;
use rollproof_sql::quote_literal;

use super::Evaluator;
use super::value::{Env, Piece, Pieces, Value};
use crate::ir::{Call, ExprKind, Facts};

impl Evaluator<'_> {
    /// The literals of texts and numbers that are known; what is not known is a value of its type all the same.
    pub(super) fn literals(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Vec<Pieces> {
        let value = || -> Vec<Pieces> { vec![[Piece::Placeholder(at)].into()] };
        let Some(first) = call.arguments.first() else { return value() };
        let derived = |text: &str| Piece::Text { text: text.into(), at, verbatim: false };
        if let ExprKind::Number(Some(number)) = &facts.expr(*first).kind {
            return vec![[derived(number)].into()];
        }
        let written = facts.expr(*first).range.slice(&facts.text);
        if matches!(written, "null" | "true" | "false") || is_decimal(written.strip_prefix('-').unwrap_or("")) {
            return vec![[derived(written)].into()];
        }
        let values = self.eval(facts, *first, env);
        let values = self.forced(values);
        let mut found: Vec<Pieces> = Vec::new();
        for value in &values {
            // What was decided on the way to a text stays beside it.
            let decided = |value: &Value| match value {
                Value::Text(pieces) => {
                    pieces.iter().filter(|piece| matches!(piece, Piece::Chosen(_))).cloned().collect::<Vec<Piece>>()
                }
                _ => Vec::new(),
            };
            let piece = match (value, value.constant()) {
                (Value::Text(_), Some(text)) => derived(&quote_literal(&text)),
                _ => Piece::Placeholder(at),
            };
            let literal: Pieces = std::iter::once(piece).chain(decided(value)).collect();
            if !found.contains(&literal) {
                found.push(literal);
            }
        }
        if found.is_empty() { value() } else { found }
    }
}

/// `12`, `1.5`
fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').map_or_else(|| digits(text), |(whole, rest)| digits(whole) && digits(rest))
}
