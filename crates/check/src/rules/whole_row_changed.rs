//! A whole row that the query uses as a value has other columns than it had.

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_catalog::{ObjectId, Oid, Schema, TypeKind};
use rollproof_resolve::RowValue;

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
    let (Some((before, now)), Some(baseline)) = (subject.both(), subject.baseline) else { return Vec::new() };
    let changed = now.whole_rows.iter().filter(|(oid, _)| differs(&baseline, subject.now.schema, *oid));
    let whole = changed.map(|(oid, span)| {
        let name = relation_name(subject.now.schema, *oid);
        Hit::new(format!("rows of \"{name}\" have other columns than they had"), *span, "a whole row", name)
            .with_object(Some(ObjectId::Relation(*oid)))
    });
    let rows = now.row_values.iter().filter(|row| {
        let was = before.row_values.iter().find(|was| was.span == row.span);
        was.is_some_and(|was| names(was) != names(row))
    });
    let rows = rows.map(|row| Hit::new("this row has other columns than it had", row.span, "a whole row", "row"));
    let seen = now.columns.iter().filter(|_| !subject.in_routine);
    let composite = seen.filter_map(|column| {
        let relation = row_of(subject.now.schema, column.data_type.oid)?;
        let name = column.name.to_string();
        differs(&baseline, subject.now.schema, relation).then(|| {
            let message = format!("the rows in the result's \"{name}\" have other columns than they had");
            Hit::new(message, subject.statement.span, "returns rows", name).with_object(Some(ObjectId::Relation(relation)))
        })
    });
    whole.chain(rows).chain(composite).map(|hit| hit.with_help("name the columns that are needed")).collect()
}

fn names(row: &RowValue) -> Vec<&str> {
    row.columns.iter().map(|(name, _)| &**name).collect()
}

/// The relation of a row type, through domains and arrays.
fn row_of(schema: &Schema, data_type: Oid) -> Option<Oid> {
    let mut oid = data_type;
    for _ in 0..32 {
        let found = schema.type_of(oid)?;
        oid = match &found.kind {
            TypeKind::Composite(relation) => return Some(*relation),
            TypeKind::Domain { base, .. } => base.oid,
            _ if found.element.is_some() => found.element,
            _ => return None,
        };
    }
    None
}

fn differs(baseline: &Situation, now: &Schema, oid: Oid) -> bool {
    let columns = |schema: &Schema| {
        let relation = schema.relation(oid)?;
        Some(relation.live_columns().map(|column| (column.number, column.name.clone(), column.data_type)).collect::<Vec<_>>())
    };
    columns(baseline.schema) != columns(now)
}
