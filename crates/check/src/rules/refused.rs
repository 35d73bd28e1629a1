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
    let mut hits = refusals(subject);
    hits.extend(collations(subject));
    hits
}

/// Text is compared under two collations: the server says so on the first row.
fn collations(subject: &Subject) -> Option<Hit> {
    let span = subject.now.outcome.resolution()?.collation_conflicts.first()?;
    let message = "could not determine which collation to use for string comparison";
    let hit = Hit::new(message, *span, "two collations meet here in this state", "42P22").with_sqlstate("42P22");
    Some(hit.with_help("say which collation is meant: COLLATE after one side"))
}

fn refusals(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| {
        (!is_named(&error.kind)).then(|| refusal(error, "refused in this state", error.sqlstate))
    })
}
