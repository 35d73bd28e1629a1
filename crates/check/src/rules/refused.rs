//! The server refuses the query for a reason that no other rule names.

use rollproof_finding::{Level, RuleId, Verdict};
use super::shared::{is_named, on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("refused"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("refused.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| {
        (!is_named(&error.kind)).then(|| refusal(error, "refused in this state", error.sqlstate))
    })
}
