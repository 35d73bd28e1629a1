//! An INSERT without a column list now writes its values into other columns.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::ColumnId;

use super::shared::column_name;
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("positional-shift"),
    verdict: Verdict::Drifts,
    level: Level::Warning,
    page: include_str!("positional_shift.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let Some((before, now)) = subject.both() else { return Vec::new() };
    let mut hits = Vec::new();
    for (was, is) in before.writes.iter().zip(&now.writes).filter(|(_, is)| is.positional) {
        let shifted = was.columns.iter().zip(&is.columns).find(|(one, other)| one.number != other.number);
        if let Some((_, column)) = shifted.filter(|_| was.relation == is.relation) {
            let name = column_name(subject.now.schema, ColumnId { relation: is.relation, number: column.number });
            hits.push(
                Hit::new(
                    format!("this value now goes into {name}"),
                    column.span,
                    "written by position into another column",
                    name,
                )
                .with_help("list the columns in the INSERT, and deploy that first"),
            );
        }
    }
    hits
}
