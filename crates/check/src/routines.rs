//! The routines that a query runs: those it calls, and the triggers that its writes fire.

use std::sync::Arc;

use rollproof_catalog::{Function, Language, Oid, RoutineBody, Schema};
use rollproof_finding::Verdict;
use rollproof_resolve::routine::{BodyAnalysis, Invocation, analyse, specialized};
use rollproof_resolve::{PolymorphicCall, Resolution};
use rollproof_source::TextRange;

use crate::judge::judge;
use crate::kept;
use crate::rule::{RoutineReport, RoutineVerdict, Situation, Subject};
use crate::triggers::fires;

/// Calls within calls are followed this deep.
const DEPTH: usize = 8;

/// A routine that was followed, with the types of its inputs where they depend on the call.
type Seen = (Oid, Invocation, Vec<Oid>);

/// A routine that a statement runs.
struct Run {
    function: Oid,
    invocation: Invocation,
    trigger: Option<Arc<str>>,
    span: TextRange,
}

/// The routines that a statement with this resolution runs on `schema`, each judged against `baseline`.
pub(crate) fn reports(resolution: &Resolution, schema: &Schema, baseline: Option<&Schema>) -> Vec<RoutineReport> {
    let mut seen = Vec::new();
    follow(resolution, schema, baseline, &mut seen, 0)
}

fn follow(
    resolution: &Resolution,
    schema: &Schema,
    baseline: Option<&Schema>,
    seen: &mut Vec<Seen>,
    depth: usize,
) -> Vec<RoutineReport> {
    let mut reports = Vec::new();
    for run in runs(resolution, schema) {
        let mut calls = resolution.polymorphic_calls.iter();
        let call = calls.find(|call| call.function == run.function && call.span == run.span);
        let types = call.map(|call| call.inputs.clone()).unwrap_or_default();
        let key = (run.function, run.invocation, types);
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let Some(function) = schema.function(run.function) else { continue };
        let verdict = if depth < DEPTH {
            body((function, call), run.invocation, schema, baseline, seen, depth)
        } else {
            RoutineVerdict::Unknown("calls are nested too deeply".to_owned())
        };
        reports.push(RoutineReport {
            function: run.function,
            name: function.name.clone(),
            trigger: run.trigger,
            span: run.span,
            verdict,
        });
    }
    reports
}

fn runs(resolution: &Resolution, schema: &Schema) -> Vec<Run> {
    let followed = |oid: Oid| schema.functions.get(oid).is_some_and(|function| function.body.is_some());
    let calls = resolution.routines.iter().filter(|(oid, _)| followed(*oid)).map(|(oid, span)| Run {
        function: *oid,
        invocation: Invocation::Call,
        trigger: None,
        span: *span,
    });
    let mut runs: Vec<Run> = calls.collect();
    let kept = kept::calls(resolution, schema).into_iter().filter(|(oid, _)| followed(*oid));
    runs.extend(kept.map(|(function, span)| Run { function, invocation: Invocation::Call, trigger: None, span }));
    for write in &kept::with_cascades(schema, &resolution.writes) {
        let Some(relation) = schema.relation(write.base) else { continue };
        for trigger in relation.triggers.iter().filter(|trigger| fires(trigger, write)) {
            if followed(trigger.function) {
                runs.push(Run {
                    function: trigger.function,
                    invocation: Invocation::Trigger(relation.oid),
                    trigger: Some(trigger.name.clone()),
                    span: write.span,
                });
            }
        }
    }
    runs
}

fn body(
    (function, call): (&Function, Option<&PolymorphicCall>),
    invocation: Invocation,
    schema: &Schema,
    baseline: Option<&Schema>,
    seen: &mut Vec<Seen>,
    depth: usize,
) -> RoutineVerdict {
    if matches!(function.body.as_deref(), Some(RoutineBody::Opaque)) {
        return RoutineVerdict::Works;
    }
    let inside = as_definer(schema, function);
    let schema = &inside;
    // Where types depend on the call, both bodies are those of this call.
    let of_call = |function: &Function| match call {
        Some(call) => specialized(function, &call.inputs, call.returns),
        None => function.clone(),
    };
    let now = analyse(schema, &of_call(function), invocation);
    let before = baseline.and_then(|baseline| {
        let was = baseline.function(function.oid)?;
        // A body that was replaced is another program: nothing in it can be set beside the old one.
        let same = match (&was.body, &function.body) {
            (Some(was), Some(is)) => Arc::ptr_eq(was, is),
            _ => false,
        };
        same.then(|| (baseline, analyse(baseline, &of_call(was), invocation)))
    });
    let mut worst = match now.unknowns.first() {
        Some(unknown) => RoutineVerdict::Unknown(unknown.reason.to_string()),
        None => RoutineVerdict::Works,
    };
    for (at, statement) in now.statements.iter().enumerate() {
        let inner = match statement.outcome.resolution() {
            Some(resolution) => follow(resolution, schema, baseline, seen, depth + 1),
            None => Vec::new(),
        };
        let earlier = before.as_ref().and_then(|(schema, analysis)| Some((*schema, analysis.statements.get(at)?)));
        let subject = Subject {
            statement: &statement.statement,
            in_routine: true,
            text: &now.text,
            result: rollproof_extract::ResultUse::Unknown,
            running: true,
            now: Situation { schema, outcome: &statement.outcome, routines: &inner },
            baseline: earlier.map(|(schema, was)| Situation { schema, outcome: &was.outcome, routines: &[] }),
        };
        let verdict = match verdict_of(&subject, &now, statement.span) {
            RoutineVerdict::Breaks { message, .. } if statement.guarded => {
                RoutineVerdict::Unknown(format!("its handler takes the error: {message}"))
            }
            verdict => verdict,
        };
        // What an SQL function's queries return is checked against what it is declared to return: its caller sees that.
        let unseen = matches!(&verdict, RoutineVerdict::Drifts(rule, _) if rule.id.0 == "shape-changed")
            && function.language == Language::Sql;
        if !unseen {
            worst = worse(worst, verdict);
        }
    }
    worst
}

/// The schema as a SECURITY DEFINER routine's body meets it: as its owner.
fn as_definer(schema: &Schema, function: &Function) -> Schema {
    let mut inside = schema.clone();
    if function.security_definer {
        // The bootstrap superuser has whatever name it was given; this one stands for it.
        let owner = schema.roles.get(function.owner).map(|role| role.name.clone());
        inside.session.role = Some(owner.unwrap_or_else(|| Arc::from("postgres")));
    }
    inside
}

fn verdict_of(subject: &Subject, body: &BodyAnalysis, span: TextRange) -> RoutineVerdict {
    let Some((rule, hit)) = judge(subject).into_iter().next() else { return RoutineVerdict::Works };
    match rule.verdict {
        Verdict::Resolves => RoutineVerdict::Works,
        Verdict::Drifts => RoutineVerdict::Drifts(rule, hit),
        Verdict::Unknown => RoutineVerdict::Unknown(hit.message),
        Verdict::Breaks => RoutineVerdict::Breaks {
            sqlstate: hit.sqlstate.unwrap_or("XX000"),
            message: hit.message,
            excerpt: Some(crate::words::excerpt(span.slice(&body.text))),
        },
    }
}

fn worse(one: RoutineVerdict, other: RoutineVerdict) -> RoutineVerdict {
    let rank = |verdict: &RoutineVerdict| match verdict {
        RoutineVerdict::Works => 0,
        RoutineVerdict::Drifts(..) => 1,
        RoutineVerdict::Unknown(_) => 2,
        RoutineVerdict::Breaks { .. } => 3,
    };
    if rank(&other) > rank(&one) { other } else { one }
}
