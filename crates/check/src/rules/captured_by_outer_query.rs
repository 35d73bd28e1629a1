//! A name that meant a column of an inner query now means one of an outer query.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::ObjectId;

use super::shared::column_name;
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("captured-by-outer-query"),
    verdict: Verdict::Drifts,
    level: Level::Warning,
    page: include_str!("captured_by_outer_query.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let Some((_, now)) = subject.both() else { return Vec::new() };
    let captured = now.captures.iter().filter(|capture| !capture.qualified).filter_map(|capture| {
        let column = capture.column?;
        let before = subject.was_bound(capture.span).any(|object| object == ObjectId::Column(column));
        let had_meaning = subject.was_bound(capture.span).next().is_some();
        (!before && had_meaning).then(|| {
            Hit::new(
                format!("this name now means {} of the outer query", column_name(subject.now.schema, column)),
                capture.span,
                "taken from the outer query in this state",
                column_name(subject.now.schema, column),
            )
            .with_help("qualify the column: then the query would fail instead of filtering by something else")
        })
    });
    captured.collect()
}
