//! A function or trigger that the query runs breaks.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::ObjectId;

use crate::rule::{Hit, Rule, Subject};
use crate::routines::RoutineVerdict;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("broken-routine"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("broken_routine.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    subject
        .now
        .routines
        .iter()
        .filter_map(|report| {
            let RoutineVerdict::Breaks { sqlstate, message, excerpt } = &report.verdict else { return None };
            let how = match &report.trigger {
                Some(trigger) => format!("trigger \"{trigger}\" runs \"{}\", which fails: {message}", report.name),
                None => format!("\"{}\" fails when it runs: {message}", report.name),
            };
            let mut hit = Hit::new(how, report.span, "runs it", report.name.clone())
                .with_sqlstate(sqlstate)
                .with_object(Some(ObjectId::Function(report.function)))
                .with_help(format!(
                    "replace the body of \"{}\" in the same migration, so that it works before and after the change",
                    report.name
                ));
            if let Some(excerpt) = excerpt {
                hit = hit.with_note(format!("its body runs `{excerpt}`"));
            }
            Some(hit)
        })
        .collect()
}
