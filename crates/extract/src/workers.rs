//! Workers of job queues that never run a failed job again: what fails in them is lost.

use std::sync::Arc;

use rollproof_source::{FileId, Span};
use rustc_hash::FxHashMap;

use crate::eval::value::{FunctionRef, Value};
use crate::eval::{Evaluator, span};
use crate::ir::{Call, ExprId, ExprKind, Facts};
use crate::program::Program;
use crate::{FailureMode, Site};

/// How many calls a handler's own functions may be away.
const MAX_CALLS: u32 = 4;

/// Marks the sites that run inside of a worker whose jobs are tried once (pg-boss: `retryLimit: 0`).
pub(crate) fn mark(program: &Program<'_>, sites: &mut [Site]) {
    let mut evaluator = Evaluator::new(program);
    let queues = queues_without_retry(program, &mut evaluator);
    if queues.is_empty() {
        return;
    }
    let mut ranges: Vec<(FileId, rollproof_source::TextRange, Span)> = Vec::new();
    for facts in &program.wave {
        for expr in facts.calls_by_name.get("work").map_or(&[][..], Vec::as_slice) {
            let ExprKind::Call(call) = &facts.expr(*expr).kind else { continue };
            evaluator.begin();
            let Some(at) = first_text(&mut evaluator, facts, call).and_then(|queue| queues.get(&queue).copied()) else {
                continue;
            };
            let Some(handler) = call.arguments.last() else { continue };
            for value in evaluator.eval(facts, *handler, &None) {
                if let Value::Function(function) = value {
                    reach(&mut evaluator, &function, at, MAX_CALLS, &mut ranges);
                }
            }
        }
    }
    for site in sites {
        let inside = ranges.iter().find(|(file, range, _)| *file == site.file && range.contains(site.span.range.start));
        if let Some((_, _, at)) = inside {
            site.failure = Some(FailureMode { swallowed: true, why: "worker with retryLimit 0".into(), at: *at });
        }
    }
}

/// By name, the queues whose options say `retryLimit: 0`, and where.
fn queues_without_retry(program: &Program<'_>, evaluator: &mut Evaluator<'_>) -> FxHashMap<String, Span> {
    let mut queues = FxHashMap::default();
    for facts in &program.wave {
        if !facts.text.contains("retryLimit") {
            continue;
        }
        for name in ["createQueue", "updateQueue", "send", "sendAfter", "schedule", "insert", "work"] {
            for expr in facts.calls_by_name.get(name).map_or(&[][..], Vec::as_slice) {
                let ExprKind::Call(call) = &facts.expr(*expr).kind else { continue };
                evaluator.begin();
                let limit = call.arguments.iter().find_map(|argument| retry_limit(evaluator, facts, *argument, 1));
                if let (Some(at), Some(queue)) = (limit, first_text(evaluator, facts, call)) {
                    queues.entry(queue).or_insert(at);
                }
            }
        }
    }
    queues
}

/// Where an argument's options say that there is no second try.
fn retry_limit(evaluator: &mut Evaluator<'_>, facts: &Arc<Facts>, argument: ExprId, depth: u32) -> Option<Span> {
    for value in evaluator.eval(facts, argument, &None) {
        let Value::Object(place) = value else { continue };
        let owner = place.facts.clone();
        let ExprKind::Object(fields) = &owner.expr(place.expr).kind else { continue };
        // `send({ name: "queue", options: { retryLimit: 0 } })`
        let options = fields.iter().find(|field| field.name.as_deref() == Some("options"));
        if let Some(at) =
            options.filter(|_| depth > 0).and_then(|field| retry_limit(evaluator, &owner, field.value, depth - 1))
        {
            return Some(at);
        }
        let field = fields.iter().find(|field| field.name.as_deref() == Some("retryLimit"));
        if let Some(field) = field
            && evaluator.eval(&owner, field.value, &None).iter().any(|value| value.constant().as_deref() == Some("0"))
        {
            return Some(span(&owner, field.value));
        }
    }
    None
}

fn first_text(evaluator: &mut Evaluator<'_>, facts: &Arc<Facts>, call: &Call) -> Option<String> {
    let first = call.arguments.first()?;
    let values = evaluator.eval(facts, *first, &None);
    match values.first()? {
        object @ (Value::Object(_) | Value::Written(_)) => {
            let names = evaluator.member(std::slice::from_ref(object), &"name".into(), span(facts, *first));
            names.first().and_then(Value::constant)
        }
        text => text.constant(),
    }
}

/// Adds a function's range and those of the project's functions that it calls.
fn reach(
    evaluator: &mut Evaluator<'_>,
    function: &FunctionRef,
    at: Span,
    hops: u32,
    ranges: &mut Vec<(FileId, rollproof_source::TextRange, Span)>,
) {
    let facts = &function.facts;
    let range = facts.functions[function.function.index()].range;
    if hops == 0 || ranges.iter().any(|(file, known, _)| *file == facts.file && *known == range) {
        return;
    }
    ranges.push((facts.file, range, at));
    for expr in &facts.calls {
        if !range.contains(facts.expr(*expr).range.start) {
            continue;
        }
        let ExprKind::Call(call) = &facts.expr(*expr).kind else { continue };
        evaluator.begin();
        for value in evaluator.eval(facts, call.callee, &None) {
            if let Value::Function(inner) = value {
                reach(evaluator, &inner, at, hops - 1, ranges);
            }
        }
    }
}
