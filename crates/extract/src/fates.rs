//! What becomes of an error of a site, as far as its own function shows.

use rollproof_source::{Span, TextRange};

use crate::FailureMode;
use crate::ir::{Call, ExprId, ExprKind, Facts, Fate};
use crate::sinks::QueryBuilder;

/// Functions that wait for all that they are given.
const WAITING: &[&str] = &["all", "race", "any", "allSettled"];

/// What becomes of an error of the call at `expr`.
pub(crate) fn failure_at(facts: &Facts, expr: ExprId) -> Option<FailureMode> {
    failure_of(facts, call_at(facts, expr)?.fate)
}

pub(crate) fn failure_of(facts: &Facts, fate: Fate) -> Option<FailureMode> {
    let (why, range) = match fate {
        Fate::Heard => return None,
        Fate::Swallowed(range) => ("caught and not rethrown", range),
        Fate::NotAwaited(range) => ("not awaited", range),
    };
    Some(FailureMode { swallowed: true, why: why.into(), at: Span { file: facts.file, range } })
}

/// The same of a built query, which `start` is the first call of. It is sent where somebody waits for it, which may be elsewhere:
/// only where that is seen to be here is anything known of its error.
pub(crate) fn failure_of_chain(facts: &Facts, start: ExprId, builder: &QueryBuilder) -> Option<FailureMode> {
    let fate = call_at(facts, start)?.fate;
    let (whole, range) = outermost(facts, start);
    let known = match fate {
        Fate::Heard => false,
        // `.catch(() => …)` stands in the chain itself.
        Fate::Swallowed(at) if contains(range, at) => true,
        Fate::Swallowed(_) => is_waited_for(facts, whole, range),
        Fate::NotAwaited(_) => builder.sends || is_awaited(facts, whole) || is_asked_for(facts, start, range),
    };
    failure_of(facts, fate).filter(|_| known)
}

fn call_at(facts: &Facts, expr: ExprId) -> Option<&Call> {
    match &facts.expr(expr).kind {
        ExprKind::Call(call) => Some(call),
        _ => None,
    }
}

/// The last call of the chain that a call begins.
fn outermost(facts: &Facts, start: ExprId) -> (ExprId, TextRange) {
    let range = facts.expr(start).range;
    let after = facts.calls.partition_point(|call| facts.expr(*call).range.start <= range.start);
    let last = after.checked_sub(1).map_or(start, |last| facts.calls[last]);
    (last, facts.expr(last).range)
}

fn is_awaited(facts: &Facts, call: ExprId) -> bool {
    call_at(facts, call).is_some_and(|call| call.awaited)
}

/// Whether somebody waits for what a chain gives: right here, by `Promise.all`, or who calls the function around it.
fn is_waited_for(facts: &Facts, whole: ExprId, range: TextRange) -> bool {
    let is_returned = |expr: ExprId| {
        facts.functions.iter().any(|function| function.returns.iter().any(|(returned, _)| *returned == expr))
    };
    let waits = |expr: ExprId| is_awaited(facts, expr) || is_returned(expr);
    let mut around = WAITING.iter().filter_map(|name| facts.calls_by_name.get(*name)).flatten();
    waits(whole) || around.any(|call| contains(facts.expr(*call).range, range) && waits(*call))
}

/// Whether a chain goes on with a method that asks for the result: `db.insert(row).then(…)`.
fn is_asked_for(facts: &Facts, start: ExprId, range: TextRange) -> bool {
    let asks = |name: &str| matches!(name, "then" | "catch" | "finally") || name.starts_with("execute");
    let from = facts.calls.partition_point(|call| facts.expr(*call).range.start < range.start);
    let chain = facts.calls[from..].iter().take_while(|call| facts.expr(**call).range.start == range.start);
    let first = facts.expr(start).range.end;
    chain
        .filter(|call| facts.expr(**call).range.end > first)
        .any(|call| call_at(facts, *call).and_then(|call| facts.name_of(call.callee)).is_some_and(|name| asks(name)))
}

fn contains(outer: TextRange, inner: TextRange) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
