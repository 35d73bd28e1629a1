//! The role that the application runs as may no longer do what the query does (42501).

use rollproof_finding::{Level, RuleId, Verdict};

use crate::permissions::denied;
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("permission-lost"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("permission_lost.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let Some(resolution) = subject.now.outcome.resolution() else { return Vec::new() };
    let hits = denied(subject.now.schema, resolution).into_iter().map(|denied| {
        Hit::new(denied.message, denied.span, "is not allowed in this state", denied.name)
            .with_sqlstate("42501")
            .with_object(Some(denied.object))
            .with_help("take privileges away when no running version uses them any more")
    });
    hits.collect()
}
