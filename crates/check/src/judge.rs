//! Every rule over one query in one state.

use crate::rule::RoutineVerdict;
use crate::rule::{Hit, Rule, Subject};
use crate::rules::RULES;

/// Every rule that holds, the worst verdict first; among equals in the order of the registry.
pub(crate) fn judge(subject: &Subject) -> Vec<(&'static Rule, Hit)> {
    let mut hits: Vec<(&'static Rule, Hit)> =
        RULES.iter().flat_map(|rule| (rule.judge)(subject).into_iter().map(|hit| (*rule, hit))).collect();
    // What drifts inside a routine drifts for the query that runs it.
    hits.extend(subject.now.routines.iter().filter_map(|report| match &report.verdict {
        RoutineVerdict::Drifts(rule, inner) => {
            let mut hit = inner.clone();
            hit.message = format!("inside \"{}\", which this runs: {}", report.name, inner.message);
            hit.span = report.span;
            Some((*rule, hit))
        }
        _ => None,
    }));
    hits.sort_by_key(|(rule, _)| std::cmp::Reverse(rule.verdict));
    hits
}
