//! A column that the query names does not exist (42703).

use rollproof_finding::{Level, RuleId, Verdict};
use rollproof_resolve::ErrorKind;

use super::shared::{ColumnFate, column_fate, column_name, nearest, on_refusal, refusal};
use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("missing-column"),
    verdict: Verdict::Breaks,
    level: Level::Error,
    page: include_str!("missing_column.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    on_refusal(subject, |error| {
        let (ErrorKind::MissingColumn { name, .. } | ErrorKind::MissingField { name, .. }) = &error.kind else {
            return None;
        };
        let hit = refusal(error, "no such column in this state", name.clone());
        Some(explain(subject, hit, name))
    })
}

fn explain(subject: &Subject, hit: Hit, name: &str) -> Hit {
    use rollproof_catalog::ObjectId::Column;
    match column_fate(subject, hit.span, name) {
        Some(ColumnFate::Renamed(id, to)) => {
            let mut hit = hit.with_object(Some(Column(id)));
            hit.label = format!("now called \"{to}\"");
            hit.with_help(format!(
                "keep \"{name}\" until no running version uses it: add \"{to}\" as a new column, write both, move the \
                 readers, and drop \"{name}\" in a later deploy"
            ))
        }
        Some(ColumnFate::Dropped(id)) => {
            let mut hit = hit.with_object(Some(Column(id)));
            "dropped while this still runs".clone_into(&mut hit.label);
            hit.with_help(format!("drop \"{name}\" in the deploy after the one that stops using it"))
        }
        Some(ColumnFate::TableGone(id)) => hit.with_object(Some(Column(id))),
        None => match suggestion(subject, name) {
            Some(other) => hit.with_help(format!("there is a column {other}")),
            None => hit,
        },
    }
}

/// A column of a table that the query reads or writes, with a name like this one.
fn suggestion(subject: &Subject, name: &str) -> Option<String> {
    let schema = subject.now.schema;
    let lookups = subject.now.outcome.depends();
    let columns = lookups
        .relations
        .values()
        .filter_map(|oid| schema.relation(*oid))
        .flat_map(|relation| relation.live_columns().map(move |column| (relation, column)));
    let names: Vec<_> = columns.collect();
    let near = nearest(name, names.iter().map(|(_, column)| &*column.name))?;
    let (relation, column) = names.iter().find(|(_, column)| &*column.name == near)?;
    let id = rollproof_catalog::ColumnId { relation: relation.oid, number: column.number };
    Some(format!("\"{}\"", column_name(schema, id)))
}
