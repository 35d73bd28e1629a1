//! Sentences that several rules need.

use std::sync::Arc;

use rollproof_catalog::{ColumnId, ObjectId, Relation, Schema};
use rollproof_resolve::{Error, ErrorKind};
use rollproof_source::TextRange;

use crate::rule::{Hit, Subject};

/// A hit for a refusal of the server, in its own words.
pub(super) fn refusal(error: &Error, label: impl Into<String>, fault: impl Into<Arc<str>>) -> Hit {
    Hit::new(error.message.clone(), error.span, label, fault).with_sqlstate(error.sqlstate)
}

/// The hits of a rule that is one kind of refusal.
pub(super) fn on_refusal(subject: &Subject, hit: impl FnOnce(&Error) -> Option<Hit>) -> Vec<Hit> {
    subject.error().and_then(hit).into_iter().collect()
}

/// What became of a column that the query named.
pub(super) enum ColumnFate {
    /// It is now called so.
    Renamed(ColumnId, Arc<str>),
    /// It was dropped.
    Dropped(ColumnId),
    /// Its table is gone.
    TableGone(ColumnId),
}

/// What became of the column that the name at `span` meant in the baseline; none where it meant no column, or where the
/// column is still there under that name.
pub(super) fn column_fate(subject: &Subject, span: TextRange, name: &str) -> Option<ColumnFate> {
    // The server points at all of `u.name`; the column's own name is its last part.
    let id = subject.was_bound_in(span).filter_map(|object| match object {
        ObjectId::Column(id) => Some(id),
        _ => None,
    });
    let id = id.last()?;
    let Some(relation) = subject.now.schema.relation(id.relation) else { return Some(ColumnFate::TableGone(id)) };
    let column = relation.column_by_number(id.number)?;
    if column.dropped {
        return Some(ColumnFate::Dropped(id));
    }
    (&*column.name != name).then(|| ColumnFate::Renamed(id, column.name.clone()))
}

/// The name of the relation that the name at `span` meant in the baseline, as it is called now; none where it is gone.
pub(super) fn relation_fate<'a>(subject: &Subject<'a>, span: TextRange) -> Option<(ObjectId, Option<&'a Relation>)> {
    subject.was_bound_in(span).find_map(|object| match object {
        ObjectId::Relation(oid) => Some((object, subject.now.schema.relation(oid))),
        _ => None,
    })
}

/// `users.plan_id` as the schema calls it.
pub(super) fn column_name(schema: &Schema, id: ColumnId) -> String {
    let relation = schema.relation(id.relation).map_or("?", |relation| &relation.name);
    let column = schema.column(id).map_or("?", |column| &column.name);
    format!("{relation}.{column}")
}

/// The name of a relation.
pub(super) fn relation_name(schema: &Schema, oid: rollproof_catalog::Oid) -> String {
    schema.relation(oid).map_or_else(|| "?".to_owned(), |relation| relation.name.to_string())
}

/// The nearest of `names` to `name`, if it is near enough to be what was meant (at most a third of its letters differ).
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|other| (distance(name, other), other))
        .filter(|(distance, other)| *distance > 0 && *distance * 3 <= name.len().max(other.len()))
        .min()
        .map(|(_, other)| other)
}

/// Levenshtein's distance, in bytes.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, left) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, right) in other.bytes().enumerate() {
            let substituted = diagonal + usize::from(left != right);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

/// Whether an error's kind is one that another rule has a name for.
pub(super) fn is_named(kind: &ErrorKind) -> bool {
    !matches!(
        kind,
        ErrorKind::Other
            | ErrorKind::MissingSchema(_)
            | ErrorKind::MissingObject(_)
            | ErrorKind::MissingCollation(_)
            | ErrorKind::CollationMismatch
            | ErrorKind::AmbiguousName(_)
            | ErrorKind::Parameter(_)
    )
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_what_is_near_and_nothing_else() {
        assert_eq!(nearest("subscription_plan", ["subscription_plans", "id"].into_iter()), Some("subscription_plans"));
        assert_eq!(nearest("plan", ["user_id", "created_at"].into_iter()), None);
        assert_eq!(nearest("plan", ["plan"].into_iter()), None);
    }
}
