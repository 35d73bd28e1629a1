//! What goes together: texts that follow from different outcomes of one decision never stand in one query.

use std::sync::Arc;

use super::Evaluator;
use super::value::{Chosen, Decision, DecisionPlace, Env, Piece, Pieces, Value, add};
use crate::ir::{BindingKind, ExprId, ExprKind, Facts, FunctionId};

/// Which element of a list, or which value of an expression.
pub(super) fn at_expr(facts: &Facts, expr: ExprId, env: &Env) -> Decision {
    decision(facts, DecisionPlace::Expr(expr), env)
}

/// Which arm of a group.
pub(super) fn at_group(facts: &Facts, group: u32, env: &Env) -> Decision {
    decision(facts, DecisionPlace::Group(group), env)
}

/// Which caller of a function.
pub(super) fn at_caller(facts: &Facts, function: FunctionId) -> Decision {
    decision(facts, DecisionPlace::Caller(function), &None)
}

fn decision(facts: &Facts, place: DecisionPlace, env: &Env) -> Decision {
    Decision { file: facts.file, place, call: env.as_ref().map_or(0, |frame| frame.serial) }
}

/// The values of all outcomes of a decision, in their order, each text marked with the outcomes that lead to it. More
/// outcomes than bits are not told apart.
pub(super) fn told_apart(decision: Decision, outcomes: Vec<Vec<Value>>) -> Vec<Value> {
    let mut found: Vec<(Value, u64)> = Vec::new();
    let many = outcomes.len() > u64::BITS as usize;
    let all: u64 = outcomes.iter().enumerate().filter(|(_, values)| !values.is_empty()).map(|(at, _)| bit(at)).sum();
    for (at, values) in outcomes.into_iter().enumerate() {
        for value in values {
            match found.iter_mut().find(|(known, _)| *known == value) {
                Some((_, bits)) => *bits |= bit(at),
                None => found.push((value, bit(at))),
            }
        }
    }
    let mut values = Vec::new();
    for (value, outcomes) in found {
        let certain = many || outcomes == all;
        add(&mut values, if certain { value } else { marked(value, Chosen { decision, outcomes }) });
    }
    values
}

fn bit(at: usize) -> u64 {
    u32::try_from(at).ok().and_then(|at| 1_u64.checked_shl(at)).unwrap_or(0)
}

fn marked(value: Value, chosen: Chosen) -> Value {
    let mark = |pieces: Pieces| -> Pieces { pieces.iter().cloned().chain([Piece::Chosen(chosen)]).collect() };
    match value {
        Value::Text(pieces) => Value::Text(mark(pieces)),
        Value::Fragment(pieces, file, expr) => Value::Fragment(mark(pieces), file, expr),
        Value::Number(at) => Value::Text(Arc::from([Piece::Number(at), Piece::Chosen(chosen)])),
        other => other,
    }
}

/// Whether a text follows from a decision.
pub(super) fn is_marked(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Chosen(_)))
}

/// Whether two texts can come of the same run.
pub(crate) fn agree(left: &[Piece], right: &[Piece]) -> bool {
    let made = |pieces: &[Piece]| {
        pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Chosen(chosen) => Some(*chosen),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    if !is_marked(right) || !is_marked(left) {
        return true;
    }
    let right = made(right);
    let left = made(left);
    right.iter().all(|one| {
        let same = |other: &&Chosen| other.decision == one.decision;
        left.iter().chain(&right).filter(same).fold(u64::MAX, |open, other| open & other.outcomes) != 0
    })
}

/// Whether there is no text at all.
pub(super) fn is_empty(pieces: &[Piece]) -> bool {
    pieces.iter().all(|piece| matches!(piece, Piece::Chosen(_)))
}

impl Evaluator<'_> {
    /// Which arm of a choice is taken, where a parameter decides it that the call which is being evaluated gives: 0 where
    /// it holds.
    pub(super) fn decided(&mut self, facts: &Arc<Facts>, condition: ExprId, env: &Env) -> Option<usize> {
        env.as_ref()?;
        let ExprKind::Binding(binding) = facts.expr(condition).kind else { return None };
        let binding = facts.binding(binding);
        if !matches!(binding.kind, BindingKind::Param(_)) || !binding.writes.is_empty() {
            return None;
        }
        let mut taken = None;
        for value in self.eval(facts, condition, env) {
            let arm = usize::from(!holds(&value)?);
            if taken.is_some_and(|taken| taken != arm) {
                return None;
            }
            taken = Some(arm);
        }
        taken
    }
}

/// Whether a value counts as true; none where that is not known.
fn holds(value: &Value) -> Option<bool> {
    match value {
        Value::Nothing => Some(false),
        Value::Text(_) => value.constant().map(|text| !text.is_empty()),
        Value::Fragment(..)
        | Value::List(_)
        | Value::Object(_)
        | Value::Record(_)
        | Value::Function(_)
        | Value::Class(_)
        | Value::Instance(_) => Some(true),
        _ => None,
    }
}
