//! A part of the query's text is not known.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::Outcome;

use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("dynamic-sql"),
    verdict: Verdict::Unknown,
    level: Level::Warning,
    page: include_str!("dynamic_sql.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let Outcome::Unknown(undecided) = subject.now.outcome else { return Vec::new() };
    if !subject.text.contains(rollproof_sql::MappedText::HOLE) {
        return Vec::new();
    }
    vec![Hit::new("a part of this query is not known", undecided.unknown.span, "not known", "dynamic")]
}
