//! Scripts and what comes of them. Every expectation was read from a PostgreSQL 18 server.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod blocks;
mod definitions;
mod drops;
mod refusals;
mod sessions;

use rollproof_catalog::builtin::Builtin;
use rollproof_catalog::{Relation, Schema};

use crate::{SessionWalker, SourceText};

/// Runs a script statement by statement: for each `ok`, the SQLSTATE, or `unknown`; and the schema at the end.
fn run(script: &str) -> (Vec<String>, Schema) {
    let mut walker = SessionWalker::new(Schema::new(Builtin::newest()));
    let source = SourceText::new(script);
    let mut said = Vec::new();
    for (range, parsed) in rollproof_sql::parse_script(script) {
        let statement = match parsed {
            Ok(statement) => statement,
            Err(error) => panic_with(range.slice(script), &error.message),
        };
        let problems = walker.step(&statement, &source);
        let code = problems.iter().find_map(crate::Problem::sqlstate);
        said.push(code.unwrap_or(if problems.is_empty() { "ok" } else { "unknown" }).to_owned());
    }
    (said, walker.schema().clone())
}

#[allow(clippy::panic)]
fn panic_with(statement: &str, message: &str) -> ! {
    panic!("{statement}: {message}")
}

/// Checks what is said of each statement of a script, and returns the schema.
fn check(script: &str, expected: &[&str]) -> Schema {
    let (said, schema) = run(script);
    assert_eq!(said, expected, "{script}");
    schema
}

/// The schema after a script that is taken as a whole.
fn taken(script: &str) -> Schema {
    let (said, schema) = run(script);
    assert!(said.iter().all(|each| each == "ok"), "{said:?} {script}");
    schema
}

fn relation<'a>(schema: &'a Schema, name: &str) -> &'a Relation {
    schema.find_relation(None, name).expect("the relation is there")
}

/// A relation's columns as `name type`, with `!` where NOT NULL.
fn columns(schema: &Schema, name: &str) -> Vec<String> {
    let column = |column: &std::sync::Arc<rollproof_catalog::Column>| {
        let mark = if column.not_null { "!" } else { "" };
        format!("{} {}{mark}", column.name, schema.format_type(column.data_type))
    };
    relation(schema, name).live_columns().map(column).collect()
}

/// The names of a relation's constraints, sorted.
fn constraints(schema: &Schema, name: &str) -> Vec<String> {
    let mut names: Vec<String> =
        relation(schema, name).constraints.iter().map(|constraint| constraint.name.to_string()).collect();
    names.sort();
    names
}

/// The names of a relation's indexes, by creation.
fn indexes(schema: &Schema, name: &str) -> Vec<String> {
    let indexes = &relation(schema, name).indexes;
    indexes.iter().filter_map(|oid| schema.relation(*oid)).map(|index| index.name.to_string()).collect()
}
