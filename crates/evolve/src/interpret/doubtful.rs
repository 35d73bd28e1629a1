//! Rows that a system relation may have or not: of what a statement that was not followed may have made, changed or dropped.
//!
//! Such a row has the names and numbers by which a query asks for it, and no more. A query whose conditions one of them may
//! fulfil has an answer that is not known; most queries name what they ask for, and leave them out.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_catalog::{Schema, Taint, UNKNOWN_PART, known_in_part, taints_name};

use super::relations::Row;
use super::value::{Unknown, Value};

/// The column that says why a row is doubtful: no query can write its name.
pub(super) const MARK: &str = "\u{0}doubtful";

/// What a system relation's rows are found by.
#[derive(Clone, Copy, Default)]
struct Keys {
    /// The name of the relation that a row is of.
    table: Option<&'static str>,
    /// Its number.
    table_number: Option<&'static str>,
    /// The name of what the row is, where that is a part of the relation or another one.
    part: Option<&'static str>,
    /// Whether the server makes relations beside a table that this relation lists: indexes, sequences.
    beside: bool,
}

/// Names up to here are the beginning of those that the server makes of them (`makeObjectName` cuts longer ones).
const UNCUT: usize = 40;

/// More pairs of names than this are not told apart.
const PAIRS: usize = 10_000;

fn keys(name: &str) -> Option<Keys> {
    let of = |table, table_number, part| Keys { table, table_number, part, beside: false };
    Some(match name {
        "tables" | "columns" | "views" => of(Some("table_name"), None, None),
        "table_constraints" | "key_column_usage" | "constraint_column_usage" => {
            of(Some("table_name"), None, Some("constraint_name"))
        }
        "referential_constraints" => of(None, None, Some("constraint_name")),
        "sequences" => Keys { beside: true, ..of(Some("sequence_name"), None, None) },
        "triggers" => of(Some("event_object_table"), None, Some("trigger_name")),
        "pg_class" => Keys { beside: true, ..of(Some("relname"), Some("oid"), None) },
        "pg_attribute" => of(None, Some("attrelid"), None),
        "pg_attrdef" => of(None, Some("adrelid"), None),
        "pg_inherits" => of(None, Some("inhrelid"), None),
        "pg_index" => of(None, Some("indrelid"), None),
        "pg_constraint" => of(None, Some("conrelid"), Some("conname")),
        "pg_trigger" => of(None, Some("tgrelid"), Some("tgname")),
        "pg_policy" => of(None, Some("polrelid"), Some("polname")),
        "pg_policies" => of(Some("tablename"), None, Some("policyname")),
        "pg_indexes" => of(Some("tablename"), None, Some("indexname")),
        "pg_tables" => of(Some("tablename"), None, None),
        "pg_views" => of(Some("viewname"), None, None),
        "pg_matviews" => of(Some("matviewname"), None, None),
        "pg_sequences" => Keys { beside: true, ..of(Some("sequencename"), None, None) },
        "pg_type" => of(Some("typname"), Some("oid"), None),
        "pg_proc" => of(Some("proname"), Some("oid"), None),
        "routines" => of(Some("routine_name"), None, None),
        _ => return None,
    })
}

/// The rows of the system relation `name` with those that may be there or not marked, and those that may be there besides.
pub(super) fn with_doubtful(schema: &Schema, name: &str, mut rows: Vec<Row>) -> Vec<Row> {
    let Some(keys) = keys(name) else { return rows };
    let taints: Vec<(&[Arc<str>], &Arc<str>)> = schema
        .taints
        .iter()
        .filter_map(|taint| match (taint, name) {
            (Taint::Functions(names, why), "pg_proc" | "routines") => Some((&**names, why)),
            (_, "pg_proc" | "routines") => None,
            (Taint::Types(names, why), "pg_type") | (Taint::Relations(names, why), _) => Some((&**names, why)),
            _ => None,
        })
        .collect();
    if taints.is_empty() {
        return rows;
    }
    let columns: Vec<&'static str> = rows.first().map_or_else(Vec::new, |row| row.iter().map(|each| each.0).collect());
    for row in &mut rows {
        if let Some(why) = doubt(schema, keys, &taints, row) {
            let kept = [keys.table, keys.table_number, keys.part];
            for (_, value) in row.iter_mut().filter(|(column, _)| !kept.contains(&Some(*column))) {
                *value = unknown(why);
            }
            row.push((MARK, unknown(why)));
        }
    }
    let mut numbers = BTreeMap::new();
    for (names, why) in taints {
        for mut row in made(schema, keys, names, why, &mut numbers) {
            let missing = columns.iter().filter(|column| row.iter().all(|(known, _)| known != *column));
            let missing: Row = missing.map(|column| (*column, unknown(why))).collect();
            row.extend(missing);
            row.push((MARK, unknown(why)));
            rows.push(row);
        }
    }
    rows
}

/// Why it is not known whether a row is there as it stands.
fn doubt<'t>(schema: &Schema, keys: Keys, taints: &[(&[Arc<str>], &'t Arc<str>)], row: &Row) -> Option<&'t Arc<str>> {
    let mut names: Vec<Arc<str>> = Vec::new();
    for (column, value) in row {
        match value {
            Value::Text(text) if keys.table == Some(*column) || keys.part == Some(*column) => names.push(text.clone()),
            Value::Int(number) if keys.table_number == Some(*column) => {
                let oid = rollproof_catalog::Oid(u32::try_from(*number).unwrap_or(0));
                names.extend(schema.relation(oid).map(|relation| relation.name.clone()));
            }
            _ => {}
        }
    }
    taints.iter().find(|(tainted, _)| names.iter().any(|name| taints_name(tainted, name))).map(|taint| taint.1)
}

/// The rows that what has one of these names may have.
fn made(
    schema: &Schema,
    keys: Keys,
    names: &[Arc<str>],
    why: &Arc<str>,
    numbers: &mut BTreeMap<Arc<str>, i64>,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for table in names {
        let mut row = Row::new();
        if let Some(column) = keys.table {
            row.push((column, named(table, why)));
        }
        if let Some(column) = keys.table_number {
            row.push((column, number(schema, table, why, numbers)));
        }
        // What the server names itself begins with the table's name, else the statement has to say it.
        let own = match table.len() > UNCUT {
            true => unknown(why),
            false => in_part(Arc::from(format!("{table}_{UNKNOWN_PART}")), why),
        };
        let Some(part) = keys.part else {
            rows.push(row);
            if let Some(column) = keys.table.filter(|_| keys.beside) {
                rows.push(vec![(column, own)]);
            }
            continue;
        };
        rows.push(row.iter().cloned().chain([(part, own)]).collect());
        if names.len() * names.len() <= PAIRS {
            let pair = |name: &Arc<str>| row.iter().cloned().chain([(part, named(name, why))]).collect();
            rows.extend(names.iter().map(pair));
        } else {
            rows.push(row.iter().cloned().chain([(part, unknown(why))]).collect());
        }
    }
    rows
}

fn named(name: &Arc<str>, why: &Arc<str>) -> Value {
    if known_in_part(name) { in_part(name.clone(), why) } else { Value::Text(name.clone()) }
}

/// The number of the relation of this name; of one that is not there a number that none has.
fn number(schema: &Schema, name: &Arc<str>, why: &Arc<str>, numbers: &mut BTreeMap<Arc<str>, i64>) -> Value {
    if known_in_part(name) {
        return unknown(why);
    }
    let next = -1 - numbers.len() as i64;
    let found = || schema.relations.iter().find(|relation| relation.name == *name);
    let known = numbers.entry(name.clone()).or_insert_with(|| found().map_or(next, |found| i64::from(found.oid.0)));
    Value::Int(*known)
}

fn in_part(text: Arc<str>, why: &Arc<str>) -> Value {
    Value::Missing(Box::new(Unknown { text: Some(text), ..Unknown::because(why.clone()) }))
}

fn unknown(why: &Arc<str>) -> Value {
    Value::Missing(Box::new(Unknown::because(why.clone())))
}
