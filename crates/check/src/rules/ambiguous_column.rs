//! A column's name now fits several relations (42702).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::ErrorKind;

use super::shared::{on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("ambiguous-column"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("ambiguous_column.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| match &error.kind {
        ErrorKind::AmbiguousColumn(name) => Some(
            refusal(error, "more than one relation has this column now", name.clone())
                .with_help("qualify the column in the query and deploy that before the column is added"),
        ),
        _ => None,
    })
}
