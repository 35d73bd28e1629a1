//! The query uses something that a migration changed in a way that is not modelled.


use rollproof_catalog::{Taint, TaintKind};
use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::Outcome;
use rollproof_source::TextRange;

use crate::permissions::roles_that_lost;
use crate::rule::{Hit, Rule, Subject};
use crate::rule::RoutineVerdict;

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
        let reason = why(subject, undecided.unknown.span).unwrap_or_else(|| reason.to_string());
        return vec![Hit::new(reason, undecided.unknown.span, "not proven", "unmodelled")];
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
    unknown.chain(role_in_doubt(subject)).collect()
}

/// Some role may no longer do what the query does, and nothing says which role the application runs as.
fn role_in_doubt(subject: &Subject) -> Option<Hit> {
    let (before, now) = subject.both()?;
    let baseline = subject.baseline?;
    let (role, denied) = roles_that_lost((baseline.schema, before), (subject.now.schema, now))?;
    let who = role.map_or_else(|| "a role that was granted nothing by name".to_owned(), |role| format!("role \"{role}\""));
    let message = format!("{who} no longer may: {}; whether the application runs as it is not known", denied.message);
    let help = "name the application's role in rollproof.toml: [database] role";
    Some(Hit::new(message, denied.span, "maybe not allowed in this state", denied.name).with_object(Some(denied.object)).with_help(help))
}

/// What a migration did that is not modelled, and to which name of the query; none where the reason is another.
fn why(subject: &Subject, span: TextRange) -> Option<String> {
    let written = subject.text.get(span.start as usize..span.end as usize)?;
    let name = written.rsplit('.').next()?.trim_matches('"').to_lowercase();
    let kinds = [TaintKind::Relations, TaintKind::Functions, TaintKind::Everything];
    subject.now.schema.taints.find(&kinds, &name).map(|taint| match taint {
        Taint::Everything(why) => format!("what a migration did is not known: {why}"),
        other => format!("what a migration did to \"{name}\" is not known: {}", other.reason()),
    })
}
