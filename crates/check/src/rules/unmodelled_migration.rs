//! The query uses something that a migration changed in a way that is not modelled.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::Outcome;

use crate::rule::{Hit, Rule, Subject};
use crate::routines::RoutineVerdict;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("unmodelled-migration"),
    verdict: Verdict::Unknown,
    level: Level::Warning,
    page: include_str!("unmodelled_migration.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    if let Outcome::Unknown(undecided) = subject.now.outcome
        && !subject.text.contains(rollproof_sql::MappedText::HOLE)
        && !subject.now.schema.taints.is_empty()
    {
        let reason = &undecided.unknown.reason;
        return vec![Hit::new(reason.to_string(), undecided.unknown.span, "not proven", "unmodelled")];
    }
    let unknown = subject.now.routines.iter().filter_map(|report| match &report.verdict {
        RoutineVerdict::Unknown(reason) => Some(Hit::new(
            format!("\"{}\" could not be followed: {reason}", report.name),
            report.span,
            "runs it",
            report.name.clone(),
        )),
        _ => None,
    });
    unknown.collect()
}
