//! A whole row that the query uses as a value has other columns than it had.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::{ObjectId, Oid, Schema};

use super::shared::relation_name;
use crate::rule::{Hit, Rule, Situation, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("whole-row-changed"),
    verdict: Verdict::Drifts,
    level: Level::Warning,
    page: include_str!("whole_row_changed.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let (Some((_, now)), Some(baseline)) = (subject.both(), subject.baseline) else { return Vec::new() };
    let changed = now.whole_rows.iter().filter(|(oid, _)| differs(&baseline, subject.now.schema, *oid));
    changed
        .map(|(oid, span)| {
            let name = relation_name(subject.now.schema, *oid);
            Hit::new(
                format!("rows of \"{name}\" have other columns than they had"),
                *span,
                "a whole row",
                name,
            )
            .with_object(Some(ObjectId::Relation(*oid)))
            .with_help("name the columns that are needed")
        })
        .collect()
}

fn differs(baseline: &Situation, now: &Schema, oid: Oid) -> bool {
    let columns = |schema: &Schema| {
        let relation = schema.relation(oid)?;
        Some(relation.live_columns().map(|column| (column.name.clone(), column.data_type)).collect::<Vec<_>>())
    };
    columns(baseline.schema) != columns(now)
}
