//! What lies under a view that only passes rows on.

use rollproof_catalog::{ColumnId, ObjectId, Oid, Schema, View};
use rollproof_sql::ast::{FromKind, Query, QueryBody, StatementKind};

/// Views over views are followed this deep.
const DEPTH: usize = 32;

/// The same object, or what a view shows under another name: a column of the table underneath, or that table.
///
/// Only views that pass on every row of one relation are looked through (no `WHERE`, no trigger, rule or default of
/// their own, no row security underneath): reading and writing through them does what it does without them.
pub(crate) fn underlying(schema: &Schema, object: ObjectId) -> ObjectId {
    let mut object = object;
    for _ in 0..DEPTH {
        let next = match object {
            ObjectId::Column(id) => under_column(schema, id).map(ObjectId::Column),
            ObjectId::Relation(oid) => transparent(schema, oid).map(|(base, _)| ObjectId::Relation(base)),
            _ => None,
        };
        match next {
            Some(next) => object = next,
            None => break,
        }
    }
    object
}

/// The same for a column.
pub(crate) fn underlying_column(schema: &Schema, id: ColumnId) -> ColumnId {
    match underlying(schema, ObjectId::Column(id)) {
        ObjectId::Column(id) => id,
        _ => id,
    }
}

fn under_column(schema: &Schema, id: ColumnId) -> Option<ColumnId> {
    let (base, map) = transparent(schema, id.relation)?;
    let at = usize::try_from(id.number).ok()?.checked_sub(1)?;
    Some(ColumnId { relation: base, number: map.get(at).copied().flatten()? })
}

/// The relation under a view that passes on all of its rows, and its column for each of the view's.
fn transparent(schema: &Schema, oid: Oid) -> Option<(Oid, &[Option<i16>])> {
    let relation = schema.relation(oid)?;
    let view = relation.view.as_ref()?;
    let (base, map) = view.updatable.as_ref()?;
    let secured = schema.relation(*base)?.row_security;
    let own = !relation.triggers.is_empty() || !relation.rules.is_empty();
    let defaults = relation.columns.iter().any(|column| column.default.is_some());
    (!secured && !own && !defaults && all_rows(view)).then_some((*base, map))
}

fn all_rows(view: &View) -> bool {
    match &view.query.statement.kind {
        StatementKind::Query(query) => query_of_all_rows(query, 0),
        _ => false,
    }
}

fn query_of_all_rows(query: &Query, depth: usize) -> bool {
    match &query.body {
        QueryBody::Select(select) => {
            let whole = match &select.from[..] {
                [only] => matches!(&only.kind, FromKind::Relation(reference) if reference.inherit),
                _ => false,
            };
            select.filter.is_none() && whole
        }
        QueryBody::Nested(inner) => depth < DEPTH && query_of_all_rows(inner, depth + 1),
        _ => false,
    }
}
