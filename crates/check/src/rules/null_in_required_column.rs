//! The query writes a constant NULL into a column that is NOT NULL (23502).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::{ColumnId, ObjectId};
use rollproof_resolve::WriteValue;

use super::shared::column_name;
use crate::rule::{Hit, Rule, Subject};
use crate::supply::{base_number, fills_rows, needs_value, not_null};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("null-in-required-column"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("null_in_required_column.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let Some(resolution) = subject.now.outcome.resolution() else { return Vec::new() };
    let schema = subject.now.schema;
    let mut hits = Vec::new();
    for write in &resolution.writes {
        let Some(relation) = schema.relation(write.base) else { continue };
        if fills_rows(relation) {
            continue;
        }
        for column in &write.columns {
            let Some(number) = base_number(schema, write, column.number) else { continue };
            let null = column.values.iter().any(|value| match value {
                WriteValue::Null => not_null(schema, relation, number),
                WriteValue::Default => needs_value(schema, relation, number),
                _ => false,
            });
            if null {
                let id = ColumnId { relation: relation.oid, number };
                let name = relation.column_by_number(number).map_or("?", |column| &column.name);
                hits.push(
                    Hit::new(
                        format!("null value in column \"{name}\" of relation \"{}\" violates not-null constraint", relation.name),
                        column.span,
                        "is written as NULL, and is NOT NULL in this state",
                        column_name(schema, id),
                    )
                    .with_sqlstate("23502")
                    .with_object(Some(ObjectId::Column(id)))
                    .with_help("write a value in one deploy, and set the column NOT NULL in the next"),
                );
            }
        }
    }
    hits
}
