//! Two lists that must be as long as each other are not (42601).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::ErrorKind;

use super::shared::{on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("column-count"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("column_count.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| match &error.kind {
        ErrorKind::ColumnCount => Some(
            refusal(error, "the number of columns no longer fits", "columns")
                .with_help("name the columns instead of relying on their number"),
        ),
        _ => None,
    })
}
