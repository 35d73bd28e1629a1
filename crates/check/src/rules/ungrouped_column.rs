//! A column is neither grouped nor aggregated (42803).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::ErrorKind;

use super::shared::{on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("ungrouped-column"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("ungrouped_column.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| match &error.kind {
        ErrorKind::Grouping => Some(
            refusal(error, "no longer determined by the grouping", "grouping")
                .with_help("group by this column too, or keep the primary key that determines it"),
        ),
        _ => None,
    })
}
