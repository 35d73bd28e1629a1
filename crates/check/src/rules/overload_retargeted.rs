//! A call now runs another function than it did.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::{Function, ObjectId, Oid, Parameter};
use rollproof_resolve::Resolution;

use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("overload-retargeted"),
    verdict: Verdict::Drifts,
    level: Level::Warning,
    page: include_str!("overload_retargeted.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let Some((before, now)) = subject.both() else { return Vec::new() };
    // The functions are the ones that were there, and what they are given has another type: `type-changed` says so.
    if super::type_changed::changed_column(subject).is_some() {
        return Vec::new();
    }
    let mut hits = Vec::new();
    for (oid, span) in &now.routines {
        let was = called_at(before, *span);
        if was.is_some_and(|was| was != *oid && !made_again(subject, was, *oid)) {
            let name = subject.now.schema.function(*oid).map_or("?", |function| &function.name);
            hits.push(
                Hit::new(
                    format!("this call runs another \"{name}\" than it did"),
                    *span,
                    "another function of this name fits better in this state",
                    name,
                )
                .with_object(Some(ObjectId::Function(*oid)))
                .with_help("cast the arguments so that the call keeps its function, or give the new one another name"),
            );
        }
    }
    hits
}

/// Whether a function was dropped and made again as it was called: what its new body does is judged by itself, as that of
/// CREATE OR REPLACE is.
fn made_again(subject: &Subject, was: Oid, now: Oid) -> bool {
    let before = subject.baseline.and_then(|baseline| baseline.schema.function(was));
    let (Some(before), Some(after)) = (before, subject.now.schema.function(now)) else { return false };
    let called = |function: &Function| -> Vec<_> {
        let each = |each: &Parameter| (each.name.clone(), each.mode, each.data_type, each.has_default);
        function.parameters.iter().map(each).collect()
    };
    // A function that is still there beside the new one was not made again.
    subject.now.schema.function(was).is_none()
        && (before.namespace, &before.name, before.kind) == (after.namespace, &after.name, after.kind)
        && (before.returns, before.returns_set) == (after.returns, after.returns_set)
        && called(before) == called(after)
}

fn called_at(resolution: &Resolution, span: rollproof_source::TextRange) -> Option<Oid> {
    resolution.routines.iter().find(|(_, each)| *each == span).map(|(oid, _)| *oid)
}
