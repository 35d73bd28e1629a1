//! An INSERT leaves out a column that is NOT NULL and has no default (23502).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::{ColumnId, ObjectId};
use rollproof_resolve::WriteAction;

use super::shared::column_name;
use crate::rule::{Hit, Rule, Subject};
use crate::supply::{fills_rows, needs_value, omitted};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("required-column-omitted"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("required_column_omitted.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let Some(resolution) = subject.now.outcome.resolution() else { return Vec::new() };
    let schema = subject.now.schema;
    let mut hits = Vec::new();
    for write in resolution.writes.iter().filter(|write| write.action == WriteAction::Insert) {
        let Some(relation) = schema.relation(write.base) else { continue };
        if fills_rows(relation) {
            continue;
        }
        for number in omitted(schema, write).into_iter().filter(|number| needs_value(schema, relation, *number)) {
            let id = ColumnId { relation: relation.oid, number };
            let column = relation.column_by_number(number).map_or("?", |column| &column.name);
            hits.push(
                Hit::new(
                    format!("null value in column \"{column}\" of relation \"{}\" violates not-null constraint", relation.name),
                    write.span,
                    format!("leaves out \"{column}\", which is NOT NULL and has no default"),
                    column_name(schema, id),
                )
                .with_sqlstate("23502")
                .with_object(Some(ObjectId::Column(id)))
                .with_help(format!(
                    "give \"{column}\" a default, or set it NOT NULL in the deploy after the one whose code writes it"
                )),
            );
        }
    }
    hits
}
