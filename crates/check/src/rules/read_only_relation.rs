//! The query writes to something that cannot be written (55000, 42809).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::ErrorKind;

use super::shared::{on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("read-only-relation"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("read_only_relation.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| match &error.kind {
        ErrorKind::ReadOnly(name) => Some(
            refusal(error, "cannot be written in this state", name.clone())
                .with_help("give the view INSTEAD OF triggers, or keep it simple enough to be updatable"),
        ),
        _ => None,
    })
}
