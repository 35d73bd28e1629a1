//! What a PostgreSQL 18 server says of statements on two schemas: `facts/queries.txt`, written by hand, and `facts/wide.txt`,
//! which a grammar made at random, have a statement a line and below it the server's answer: columns with their types, `<-`
//! and the parameters' types, or the SQLSTATE and the message of parsing, rewriting or planning it.

use std::fmt::Write as _;

use rollproof_catalog::Schema;
use rollproof_catalog::TypeRef;
use rollproof_catalog::builtin::Builtin;
use rollproof_evolve::{SessionWalker, SourceText};
use rollproof_sql::{parse_query_text, parse_script};

use crate::{Environment, Outcome, resolve};

fn schema(script: &str) -> Schema {
    let mut walker = SessionWalker::new(Schema::new(Builtin::of_version(18).expect("data of version 18")));
    let source = SourceText::new(script);
    for (range, statement) in parse_script(script) {
        let statement = statement.unwrap_or_else(|error| panic!("{error}: {}", range.slice(script)));
        let problems = walker.step(&statement, &source);
        assert!(problems.is_empty(), "{problems:?}: {}", range.slice(script));
    }
    walker.finish()
}

fn answer(sql: &str, schema: &Schema) -> String {
    let statement = match parse_query_text(sql) {
        Ok(statement) => statement,
        Err(error) => return format!("42601 {error}"),
    };
    match resolve(&statement, schema, &Environment::default()) {
        Outcome::Resolved(resolution) => {
            let columns = resolution.columns.iter();
            let columns = columns.map(|column| format!("{} {}", column.name, schema.format_type(column.wire_type)));
            let mut text = columns.collect::<Vec<_>>().join(", ");
            if text.is_empty() {
                text.push('-');
            }
            let parameters = resolution.parameters.iter().map(|oid| schema.format_type(TypeRef::plain(*oid)));
            let parameters = parameters.collect::<Vec<_>>().join(", ");
            if !parameters.is_empty() {
                let _ = write!(text, " <- {parameters}");
            }
            text
        }
        Outcome::Refused(refusal) => format!("{} {}", refusal.errors[0].sqlstate, refusal.errors[0].message),
        Outcome::Unknown(undecided) => format!("unknown: {}", undecided.unknown.reason),
    }
}

fn check(script: &str, facts: &str) {
    let schema = schema(script);
    let mut lines = facts.lines();
    let (mut wrong, mut count) = (String::new(), 0);
    while let (Some(sql), Some(expected)) = (lines.next(), lines.next()) {
        let expected = expected.strip_prefix("=> ").expect("an answer below each statement");
        let got = answer(sql, &schema);
        if got != expected {
            let _ = writeln!(wrong, "{sql}\n  server: {expected}\n  here:   {got}");
        }
        count += 1;
    }
    assert!(count > 400, "only {count} facts were read");
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_server_agrees() {
    check(include_str!("facts/schema.sql"), include_str!("facts/queries.txt"));
}

#[test]
fn the_server_agrees_on_random_statements() {
    check(include_str!("facts/wide.sql"), include_str!("facts/wide.txt"));
}
