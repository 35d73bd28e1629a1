//! A function or trigger that the query runs breaks.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::ObjectId;

use crate::rule::{Hit, Rule, Subject};
use crate::rule::RoutineVerdict;
use crate::triggers::{effects, fires};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("broken-routine"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("broken_routine.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let mut hits = bodies(subject);
    hits.extend(refusals(subject));
    hits
}

/// Triggers that refuse every row.
fn refusals(subject: &Subject) -> Vec<Hit> {
    let schema = subject.now.schema;
    let writes = subject.now.outcome.resolution().map_or(&[][..], |resolution| &resolution.writes);
    let mut hits = Vec::new();
    for write in writes {
        let triggers = schema.relation(write.base).into_iter().flat_map(|relation| &relation.triggers);
        for trigger in triggers.filter(|trigger| fires(trigger, write) && trigger.when.is_none()) {
            let Some(function) = schema.function(trigger.function) else { continue };
            if let Some(code) = effects(function).always {
                let message = format!("trigger \"{}\" refuses this whatever the row is", trigger.name);
                let mut hit = Hit::new(message, write.span, "is refused by a trigger", function.name.clone())
                    .with_object(Some(ObjectId::Trigger(trigger.oid)))
                    .with_help("refuse it when no running version does it any more");
                hit.sqlstate = known_code(&code);
                hits.push(hit);
            }
        }
    }
    hits
}

/// Codes are kept as constants; one that nobody else raises is given as the class that RAISE stands for.
fn known_code(code: &str) -> Option<&'static str> {
    const CODES: &[&str] = &["P0001", "23514", "23505", "23503", "23502", "42501", "0A000", "22023", "55000", "P0002"];
    CODES.iter().copied().find(|known| *known == code)
}

fn bodies(subject: &Subject) -> Vec<Hit> {
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
