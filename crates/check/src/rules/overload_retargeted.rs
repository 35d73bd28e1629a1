//! A call now runs another function than it did.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::{ObjectId, Oid};
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
    let mut hits = Vec::new();
    for (oid, span) in &now.routines {
        let was = called_at(before, *span);
        if was.is_some_and(|was| was != *oid) {
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

fn called_at(resolution: &Resolution, span: rollproof_source::TextRange) -> Option<Oid> {
    resolution.routines.iter().find(|(_, each)| *each == span).map(|(oid, _)| *oid)
}
