//! Bodies of routines on schemas that scripts make. Every expectation was asked of a PostgreSQL 18 server.

use rollproof_catalog::builtin::Builtin;
use rollproof_catalog::{Function, Schema};
use rollproof_evolve::{SessionWalker, SourceText};
use rollproof_sql::parse_script;

use super::{BodyAnalysis, Invocation, analyse};
use crate::Outcome;

const USERS: &str = "
    CREATE TABLE users (id int PRIMARY KEY, name varchar(20), x text, updated_at timestamptz);
    CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users, tags text[]);
    CREATE TYPE mood AS ENUM ('sad', 'ok');";

/// The schema that a script makes.
fn schema(script: &str) -> Schema {
    let schema = Schema::new(Builtin::of_version(18).expect("data of version 18"));
    let mut walker = SessionWalker::new(schema);
    let source = SourceText::new(script);
    for (range, statement) in parse_script(script) {
        let statement = statement.unwrap_or_else(|error| panic!("{error}: {}", range.slice(script)));
        let problems = walker.step(&statement, &source);
        assert!(problems.is_empty(), "{problems:?}: {}", range.slice(script));
    }
    walker.finish()
}

fn function<'a>(schema: &'a Schema, name: &str) -> &'a Function {
    schema.functions.iter().find(|function| &*function.name == name).expect("the function")
}

fn invocation(schema: &Schema, function: &Function) -> Invocation {
    let fires = |relation: &&std::sync::Arc<rollproof_catalog::Relation>| {
        relation.triggers.iter().any(|trigger| trigger.function == function.oid)
    };
    schema.relations.iter().find(fires).map_or(Invocation::Call, |relation| Invocation::Trigger(relation.oid))
}

/// What became of the body of the function `f` that `script` makes: refusals and unknowns, in order.
fn outcome(script: &str) -> Vec<String> {
    let schema = schema(&format!("{USERS}{script}"));
    let function = function(&schema, "f");
    said(&analyse(&schema, function, invocation(&schema, function)))
}

fn said(analysis: &BodyAnalysis) -> Vec<String> {
    let statements = analysis.statements.iter().filter_map(|statement| match &statement.outcome {
        Outcome::Resolved(_) => None,
        Outcome::Refused(refusal) => {
            let error = &refusal.errors[0];
            let guarded = if statement.guarded { " (guarded)" } else { "" };
            Some(format!("{} {}{guarded}", error.sqlstate, error.message))
        }
        Outcome::Unknown(undecided) => Some(format!("unknown {}", undecided.unknown.reason)),
    });
    let unknowns = analysis.unknowns.iter().map(|unknown| format!("unknown {}", unknown.reason));
    statements.chain(unknowns).collect()
}

/// Checks a body of PL/pgSQL in a function `f`.
fn check(head: &str, body: &str, expected: &[&str]) {
    let script = format!("CREATE FUNCTION f{head} LANGUAGE plpgsql AS $$ {body} $$;");
    assert_eq!(outcome(&script), expected, "{head} {body}");
}

/// Checks a body of an SQL function `f`.
fn check_sql(head: &str, body: &str, expected: &[&str]) {
    let script = format!("CREATE FUNCTION f{head} LANGUAGE sql AS $$ {body} $$;");
    assert_eq!(outcome(&script), expected, "{head} {body}");
}

#[test]
fn variables_and_columns() {
    check("(id int) RETURNS text", "BEGIN RETURN (SELECT x FROM users WHERE users.id = f.id); END", &[]);
    let ambiguous = ["42702 column reference \"id\" is ambiguous"];
    check("(id int) RETURNS text", "BEGIN RETURN (SELECT x FROM users WHERE id = f.id); END", &ambiguous);
    let body = "#variable_conflict use_column\nBEGIN RETURN (SELECT x FROM users WHERE id = f.id); END";
    check("(id int) RETURNS text", body, &[]);
    check("(int) RETURNS text", "BEGIN RETURN (SELECT x FROM users WHERE id = $1); END", &[]);
    check("(int) RETURNS text", "DECLARE k ALIAS FOR $1; BEGIN RETURN (SELECT x FROM users WHERE id = k); END", &[]);
    let missing = ["42703 column \"y\" does not exist"];
    check("() RETURNS text", "BEGIN RETURN (SELECT y FROM users); END", &missing);
    check("() RETURNS void", "BEGIN UPDATE users SET x = 1 WHERE id = 2; IF FOUND THEN NULL; END IF; END", &[]);
}

#[test]
fn sql_functions_prefer_columns() {
    check_sql("(id int) RETURNS text", "SELECT x FROM users WHERE id = f.id", &[]);
    check_sql("(u int) RETURNS text", "SELECT x FROM users WHERE id = u AND id = $1", &[]);
    check_sql("(u int) RETURNS text", "SELECT x FROM users WHERE id = $2", &["42P02 there is no parameter $2"]);
}
