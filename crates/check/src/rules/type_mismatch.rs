//! A value has one type where another is needed (42804, 42846, 22P02).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::ErrorKind;

use super::shared::{on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("type-mismatch"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("type_mismatch.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| match &error.kind {
        ErrorKind::TypeMismatch { .. } | ErrorKind::InvalidLiteral { .. } => Some(
            refusal(error, "does not fit the type it has in this state", "type")
                .with_help("change the type in steps: add a column of the new type, write both, move the readers, drop the old one later"),
        ),
        _ => None,
    })
}
