//! ON CONFLICT ON CONSTRAINT names a constraint that does not exist (42704).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::ErrorKind;

use super::shared::{on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-constraint"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("missing_constraint.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| match &error.kind {
        ErrorKind::MissingObject(name) if error.message.starts_with("constraint ") => Some(
            refusal(error, "no such constraint in this state", name.clone())
                .with_help("name the columns in ON CONFLICT instead, and deploy that before the constraint is renamed"),
        ),
        _ => None,
    })
}
