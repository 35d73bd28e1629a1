//! Several functions or operators fit the call (42725).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::ErrorKind;

use super::shared::{on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("ambiguous-function"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("ambiguous_function.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| match &error.kind {
        ErrorKind::AmbiguousFunction(name) | ErrorKind::AmbiguousOperator(name) => Some(
            refusal(error, "more than one fits this call now", name.clone())
                .with_help("cast the arguments in the query and deploy that before the overload is added"),
        ),
        _ => None,
    })
}
