//! What is missing, and what is said to be nothing: a default stands for `undefined`, not for `null` or `false`. Values do not
//! tell these apart; how they are written does.

use std::sync::Arc;

use super::value::{Place, Value};
use crate::ir::{BindingKind, Call, ExprId, ExprKind, Facts, Step};

/// Whether nothing is said where something may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Never,
    /// In some of the ways.
    AtTimes,
    Always,
}

/// Through how many names and choices it is looked for.
const MAX_NAMES: u32 = 8;

/// Whether a call gives `null` or `false` for a parameter.
pub(super) fn by_call(place: &Place, index: usize) -> Said {
    match &place.facts.expr(place.expr).kind {
        ExprKind::Call(call) => argument(&place.facts, call, index),
        _ => Said::Never,
    }
}

/// The same of a call in a file.
pub(super) fn argument(facts: &Facts, call: &Call, index: usize) -> Said {
    let Some(given) = call.arguments.get(..=index).filter(|_| !call.spread) else { return Said::Never };
    if given.iter().any(|argument| matches!(facts.expr(*argument).kind, ExprKind::Spread(_))) {
        return Said::Never;
    }
    given.last().map_or(Said::Never, |argument| said(facts, *argument, MAX_NAMES))
}

/// Whether a field of objects is `null` or `false`; `step` leads to it.
pub(super) fn by_field(objects: &[Value], step: Option<&Step>) -> Said {
    let Some(Step::Field(name)) = step else { return Said::Never };
    let mut all: Option<Said> = None;
    for object in objects {
        let Value::Object(place) = object else { continue };
        let one = field(&place.facts, place.expr, name);
        all = Some(match all {
            Some(known) if known != one => Said::AtTimes,
            _ => one,
        });
    }
    all.unwrap_or(Said::Never)
}

fn field(facts: &Facts, object: ExprId, name: &Arc<str>) -> Said {
    let ExprKind::Object(fields) = &facts.expr(object).kind else { return Said::Never };
    let named = fields.iter().rev().find(|field| field.name.as_ref() == Some(name));
    named.map_or(Said::Never, |field| said(facts, field.value, MAX_NAMES))
}

fn said(facts: &Facts, expr: ExprId, hops: u32) -> Said {
    let Some(hops) = hops.checked_sub(1) else { return Said::Never };
    let expr = facts.expr(expr);
    match &expr.kind {
        ExprKind::Nothing if matches!(expr.range.slice(&facts.text), "null" | "false") => Said::Always,
        ExprKind::Binding(id) => {
            let binding = facts.binding(*id);
            let own = matches!(binding.kind, BindingKind::Variable) && binding.path.is_empty();
            let init = binding.init.filter(|_| own && binding.writes.is_empty());
            init.map_or(Said::Never, |init| said(facts, init, hops))
        }
        ExprKind::Choice { arms, .. } => {
            let missing = |arm: &ExprId| {
                matches!(facts.expr(*arm).kind, ExprKind::Nothing) && said(facts, *arm, hops) == Said::Never
            };
            match (arms.iter().any(|arm| said(facts, *arm, hops) != Said::Never), arms.iter().any(missing)) {
                (false, _) => Said::Never,
                (true, false) => Said::Always,
                (true, true) => Said::AtTimes,
            }
        }
        _ => Said::Never,
    }
}
