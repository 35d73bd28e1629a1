//! Facts that PostgreSQL answered about the types of expressions: each line of a table is an expression, `=>`, and what
//! `PREPARE` of `SELECT expression` said after `setup.sql`: the result's type and the parameters', or the SQLSTATE and
//! the message. A line that starts with `@n` is asked of version n, any other of 18.

mod evaluate;
mod objects;
mod schema;

use std::collections::BTreeMap;

use rollproof_catalog::Schema;

/// Checks every line of a table and says which ones fail.
fn check(table: &str) {
    let mut schemas: BTreeMap<u32, Option<Schema>> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in table.lines() {
        let asked = line.strip_prefix('@').and_then(|rest| rest.split_once(' '));
        let (version, fact) = match asked.and_then(|(version, fact)| Some((version.parse().ok()?, fact))) {
            Some(asked) => asked,
            None => (18, line),
        };
        let Some((expression, expected)) = fact.rsplit_once(" => ") else {
            wrong.push(format!("not a fact: {line}"));
            continue;
        };
        let Some(schema) = schemas.entry(version).or_insert_with(|| schema::schema(version)) else {
            wrong.push(format!("no data for version {version}"));
            continue;
        };
        let found = evaluate::answer(schema, expression);
        count += 1;
        if found != expected {
            wrong.push(format!("{version}: {expression}\n  server: {expected}\n  ours:   {found}"));
        }
    }
    assert!(count > 0, "a table without facts proves nothing");
    assert!(wrong.is_empty(), "{} of {count} facts differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn operators() {
    check(include_str!("operators.txt"));
}

#[test]
fn functions() {
    check(include_str!("functions.txt"));
}

#[test]
fn aggregates() {
    check(include_str!("aggregates.txt"));
}

#[test]
fn constructs() {
    check(include_str!("constructs.txt"));
}

#[test]
fn casts() {
    check(include_str!("casts.txt"));
}

#[test]
fn literals() {
    check(include_str!("literals.txt"));
}

/// Literals of types with a grammar of their own: `ok`, or the SQLSTATE alone.
#[test]
fn grammars() {
    let Some(schema) = schema::schema(18) else { panic!("no data for version 18") };
    let facts: Vec<_> = include_str!("grammars.txt").lines().filter_map(|line| line.rsplit_once(" => ")).collect();
    assert!(facts.len() > 1000, "a table without facts proves nothing");
    let wrong: Vec<String> = facts
        .iter()
        .map(|(expression, expected)| (expression, expected, evaluate::answer(&schema, expression)))
        .filter(|(_, expected, found)| match **expected {
            "ok" => {
                found.starts_with("unknown")
                    || found.ends_with('?')
                    || found.as_bytes().iter().take(5).all(|byte| !byte.is_ascii_lowercase())
            }
            sqlstate => !found.starts_with(&format!("{sqlstate} ")),
        })
        .map(|(expression, expected, found)| format!("{expression}\n  server: {expected}\n  ours:   {found}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {} facts differ:\n{}", wrong.len(), facts.len(), wrong.join("\n"));
}

#[test]
fn type_names() {
    check(include_str!("type_names.txt"));
}

#[test]
fn own_objects() {
    check(include_str!("own_objects.txt"));
}
