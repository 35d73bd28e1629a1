//! No function or operator fits the call (42883).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::ErrorKind;

use super::shared::{on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-function"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("missing_function.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| match &error.kind {
        ErrorKind::MissingFunction { name, .. } | ErrorKind::MissingOperator(name) => Some(
            refusal(error, "nothing fits this call in this state", name.clone())
                .with_help("keep the old signature beside the new one until no running version calls it, then drop it in a later deploy"),
        ),
        _ => None,
    })
}
