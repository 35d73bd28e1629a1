//! The query uses SQL whose meaning is not modelled.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::Outcome;

use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("unmodelled-sql"),
    verdict: Verdict::Unknown,
    level: Level::Warning,
    page: include_str!("unmodelled_sql.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let Outcome::Unknown(undecided) = subject.now.outcome else { return Vec::new() };
    let reason = &undecided.unknown.reason;
    vec![Hit::new(reason.to_string(), undecided.unknown.span, "not proven", "unmodelled")]
}
