//! Which partition a row goes to, as far as its key is known (`get_partition_for_tuple`).

use std::cmp::Ordering;

use rollproof_catalog::{Oid, Relation, Schema, Taint, known_in_part};
use rollproof_resolve::{Write, WriteAction};
use rollproof_sql::ast::{Expr, ExprKind, PartitionBound};

use crate::constants::{Value, compare, literal, ordered, typed};
use crate::rows::{count, value};

/// Partitions of partitions are followed this deep.
const DEPTH: usize = 32;

/// What routing says of all rows of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Routing {
    /// Every row finds its partition.
    Found,
    /// A row finds none whenever it is written.
    Missing,
    /// That depends on values that the text does not tell.
    Open,
}

/// Whether a migration may have made tables of names that are not known.
fn partitions_in_doubt(schema: &Schema) -> bool {
    schema.taints.iter().any(|taint| match taint {
        Taint::Relations(names, _) => names.iter().any(|name| known_in_part(name)),
        Taint::Everything(_) => true,
        Taint::Functions(..) | Taint::Types(..) | Taint::Extension(_) => false,
    })
}

/// Where the rows of a write to a partitioned table go.
pub(crate) fn routing(schema: &Schema, relation: &Relation, write: &Write) -> Routing {
    let rows = count(relation, write);
    let mut worst = if rows == 0 { Routing::Open } else { Routing::Found };
    for row in 0..rows {
        match route(schema, relation, relation, write, row, 0) {
            // A partition whose name is known in part only may be there (`events_` and a day).
            Routing::Missing if partitions_in_doubt(schema) => worst = Routing::Open,
            Routing::Missing => return Routing::Missing,
            Routing::Open => worst = Routing::Open,
            Routing::Found => {}
        }
    }
    worst
}

/// Whether a row can go elsewhere than it did: the write gives a value to a column of the key.
pub(crate) fn moves_rows(schema: &Schema, relation: &Relation, write: &Write) -> bool {
    match write.action {
        WriteAction::Insert => true,
        WriteAction::Update => write.columns.iter().any(|column| keys_below(schema, relation, column.number, 0)),
        WriteAction::Delete | WriteAction::Truncate => false,
    }
}

fn keys_below(schema: &Schema, relation: &Relation, number: i16, depth: usize) -> bool {
    let Some(key) = &relation.partition_key else { return false };
    // An expression may be over any column; columns of partitions may have other numbers.
    let own = key.columns.contains(&number) || !key.expressions.is_empty();
    own || depth < DEPTH && parts(schema, relation.oid).any(|part| part.partition_key.is_some())
}

/// The partitions of a table.
pub(crate) fn parts(schema: &Schema, parent: Oid) -> impl Iterator<Item = &Relation> {
    let of =
        move |each: &Relation| each.index.is_none() && each.partition.as_ref().is_some_and(|of| of.parent == parent);
    schema.relations.iter().map(|each| &**each).filter(move |each| of(each))
}

/// Partitions that took rows in `before` and are no part of the table in `now`, with no default partition to take theirs.
pub(crate) fn lost<'a>(before: &'a Schema, now: &'a Schema, relation: &Relation) -> Option<&'a Relation> {
    let default = |part: &Relation| matches!(bound(part), Some(PartitionBound::Default));
    if parts(now, relation.oid).any(default) {
        return None;
    }
    parts(before, relation.oid).find(|part| {
        let kept = now.relation(part.oid).and_then(|part| part.partition.as_ref());
        kept.is_none_or(|kept| kept.parent != relation.oid)
    })
}

fn bound(part: &Relation) -> Option<&PartitionBound> {
    part.partition.as_ref()?.bound.as_deref()
}

fn route(schema: &Schema, top: &Relation, relation: &Relation, write: &Write, row: usize, depth: usize) -> Routing {
    let Some(key) = relation.partition_key.as_ref().filter(|_| depth < DEPTH) else { return Routing::Found };
    let mut values = Vec::new();
    for number in &key.columns {
        let name = relation.column_by_number(*number).map(|column| &column.name);
        let column = name.and_then(|name| top.column(name));
        let Some(value) = column.and_then(|column| value(schema, write, row, column)) else { return Routing::Open };
        values.push(value);
    }
    let types: Vec<_> = key.columns.iter().filter_map(|number| relation.column_by_number(*number)).collect();
    let read = |text: &str, at: usize| types.get(at).and_then(|column| typed(schema, text, column.data_type));
    let mut open = false;
    let mut fallback = None;
    for part in parts(schema, relation.oid) {
        let takes = match bound(part) {
            Some(PartitionBound::Default) => {
                fallback = Some(part);
                continue;
            }
            Some(PartitionBound::List(list)) => in_list(&values, list, &read),
            Some(PartitionBound::Range(from, to)) => in_range(&values, from, to, &read),
            Some(PartitionBound::Hash(..)) | None => None,
        };
        match takes {
            Some(true) => return route(schema, top, part, write, row, depth + 1),
            Some(false) => {}
            None => open = true,
        }
    }
    match (open, fallback) {
        (true, _) => Routing::Open,
        (false, Some(part)) => route(schema, top, part, write, row, depth + 1),
        (false, None) => Routing::Missing,
    }
}

/// A value of a bound as the key's type reads it.
fn edge(expr: &Expr, at: usize, read: &dyn Fn(&str, usize) -> Option<Value>) -> Option<Value> {
    let inner = match &expr.kind {
        ExprKind::Cast { value, .. } => value,
        _ => expr,
    };
    match literal(inner)? {
        Value::Literal(text) => read(&text, at),
        value => Some(value),
    }
}

fn in_list(values: &[Value], list: &[Expr], read: &dyn Fn(&str, usize) -> Option<Value>) -> Option<bool> {
    let value = values.first()?;
    let mut open = false;
    for each in list {
        let Some(each) = edge(each, 0, read) else {
            open = true;
            continue;
        };
        let equal = match (value, &each) {
            (Value::Null, Value::Null) => Some(true),
            _ => compare(value, &each).map(|order| order == Some(Ordering::Equal)),
        };
        match equal {
            Some(true) => return Some(true),
            Some(false) => {}
            None => open = true,
        }
    }
    (!open).then_some(false)
}

/// From the lower bound, which is in it, to the upper one, which is not; NULL is in no range.
fn in_range(values: &[Value], from: &[Expr], to: &[Expr], read: &dyn Fn(&str, usize) -> Option<Value>) -> Option<bool> {
    if values.contains(&Value::Null) {
        return Some(false);
    }
    let low = against(values, from, read)?;
    let high = against(values, to, read)?;
    Some(low != Ordering::Less && high == Ordering::Less)
}

/// How a key compares with a bound.
fn against(values: &[Value], bound: &[Expr], read: &dyn Fn(&str, usize) -> Option<Value>) -> Option<Ordering> {
    for (at, (value, expr)) in values.iter().zip(bound).enumerate() {
        if let ExprKind::Column(reference) = &expr.kind {
            return match &*reference.fields.first()?.text {
                "minvalue" => Some(Ordering::Greater),
                "maxvalue" => Some(Ordering::Less),
                _ => None,
            };
        }
        let edge = edge(expr, at, read)?;
        if !ordered(value, &edge) {
            return None;
        }
        match compare(value, &edge)?? {
            Ordering::Equal => {}
            other => return Some(other),
        }
    }
    Some(Ordering::Equal)
}

/// Whether the relation became a partition: its bound now judges what is written to it by name.
pub(crate) fn attached(before: &Schema, relation: &Relation) -> bool {
    let part =
        |relation: &Relation| relation.partition.as_ref().filter(|_| relation.index.is_none()).map(|of| of.parent);
    let was = before.relation(relation.oid);
    was.is_some_and(|was| part(was).is_none()) && part(relation).is_some()
}
