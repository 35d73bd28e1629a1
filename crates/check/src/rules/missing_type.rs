//! A type that the query names does not exist (42704).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::ErrorKind;

use super::shared::{on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-type"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("missing_type.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| match &error.kind {
        ErrorKind::MissingType { name, .. } => Some(
            refusal(error, "no such type in this state", name.clone())
                .with_help("keep the old type, or a domain of that name over the new one, until no running version names it"),
        ),
        _ => None,
    })
}
