//! A NATURAL join now compares other columns than it did.

use rollproof_finding::{Level, RuleId, Verdict};

use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("join-widened"),
    verdict: Verdict::Drifts,
    level: Level::Warning,
    page: include_str!("join_widened.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let Some((before, now)) = subject.both() else { return Vec::new() };
    let mut hits = Vec::new();
    for join in &now.merges {
        let Some(was) = before.merges.iter().find(|each| each.span == join.span) else { continue };
        let names = |columns: &[(std::sync::Arc<str>, _, _)]| {
            columns.iter().map(|(name, _, _)| name.to_string()).collect::<Vec<_>>().join(", ")
        };
        if names(&was.columns) != names(&join.columns) {
            hits.push(
                Hit::new(
                    format!("this join compares ({}) instead of ({})", names(&join.columns), names(&was.columns)),
                    join.span,
                    "joined on other columns in this state",
                    names(&join.columns),
                )
                .with_help("write the join with ON or USING, and deploy that before the column is added"),
            );
        }
    }
    hits
}
