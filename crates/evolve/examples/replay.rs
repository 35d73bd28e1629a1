//! Replays SQL scripts and prints what was wrong, then the schema in a compact form:
//! `cargo run --example replay -- [--version N] [--autocommit] [--quiet] FILE.sql…`. Each file is one transaction unless
//! `--autocommit` is given. Lines that start with `@` say of every statement whether it was taken.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::sync::Arc;

use rollproof_catalog::builtin::Builtin;
use rollproof_catalog::{Constraint, ConstraintKind, Oid, Relation, RelationKind, Schema};
use rollproof_evolve::{SessionWalker, SourceText};
use rollproof_source::LineIndex;
use rollproof_sql::ast::{StatementKind, TransactionStatement};

fn main() {
    let mut version = 18;
    let (mut autocommit, mut quiet) = (false, false);
    let mut files = Vec::new();
    let mut skip = std::collections::BTreeSet::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--version" => version = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(version),
            "--autocommit" => autocommit = true,
            "--quiet" => quiet = true,
            // Statements that fail for their data: `FILE:START`, one a line.
            "--skip" => {
                let list = arguments.next().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
                skip.extend(list.lines().map(str::to_owned));
            }
            _ => files.push(argument),
        }
    }
    let Some(builtin) = Builtin::of_version(version) else {
        println!("no data for version {version}");
        return;
    };
    let mut walker = SessionWalker::new(Schema::packaged(builtin));
    let mut statements = 0;
    let mut spent = std::time::Duration::ZERO;
    for file in &files {
        replay(&mut walker, file, autocommit, &skip, &mut statements, &mut spent);
    }
    println!("-- {statements} statements in {spent:?}");
    if !quiet {
        describe(walker.schema());
    }
}

fn replay(
    walker: &mut SessionWalker,
    file: &str,
    autocommit: bool,
    skip: &std::collections::BTreeSet<String>,
    count: &mut usize,
    spent: &mut std::time::Duration,
) {
    let Ok(text) = std::fs::read_to_string(file) else {
        println!("{file}: cannot be read");
        return;
    };
    let source = SourceText { text: Arc::from(text.as_str()) };
    let lines = LineIndex::new(&text);
    if !autocommit {
        walker.begin();
    }
    for (range, parsed) in rollproof_sql::parse_script(&text) {
        *count += 1;
        if skip.contains(&format!("{file}:{}", range.start)) {
            // The server refused it because of rows: a COMMIT then rolls back, anything else fails the transaction.
            match parsed.as_ref().map(|statement| &statement.kind) {
                Ok(StatementKind::Transaction(TransactionStatement::Commit(_))) => walker.rollback(),
                _ => walker.fail(),
            }
            continue;
        }
        let line = format!("{}:{}-{}", lines.line(range.start), range.start, range.end);
        match parsed {
            Err(error) => println!("@{file}:{line} other 42601 {error}"),
            Ok(statement) => {
                let started = std::time::Instant::now();
                let problems = walker.step(&statement, &source);
                *spent += started.elapsed();
                let refused = problems.iter().find_map(rollproof_evolve::Problem::sqlstate);
                let what = refused.unwrap_or(if problems.is_empty() { "ok" } else { "unknown" });
                let message = problems.first().map_or("", |problem| &problem.message);
                let kind = if matches!(statement.kind, StatementKind::Define(_)) { "define" } else { "other" };
                println!("@{file}:{line} {kind} {what} {message}");
            }
        }
    }
    if !autocommit {
        walker.commit();
    }
}

fn describe(schema: &Schema) {
    for relation in schema.relations.iter().filter(|relation| relation.oid >= Oid::FIRST_USER) {
        describe_relation(schema, relation);
    }
    for function in schema.functions.iter() {
        println!("function {}", schema.function_signature(function));
    }
    for found in schema.types.iter() {
        if let rollproof_catalog::TypeKind::Enum(labels) = &found.kind {
            let labels: Vec<&str> = labels.iter().map(|label| &*label.label).collect();
            println!("enum {} {labels:?}", found.name);
        }
    }
}

fn describe_relation(schema: &Schema, relation: &Relation) {
    let name = format!("{}.{}", schema.namespace_name(relation.namespace).map_or("", |name| name), relation.name);
    println!("relation {name} {:?}", relation.kind);
    if relation.kind == RelationKind::Sequence {
        return;
    }
    for column in relation.live_columns() {
        println!(
            "column {name}.{} {} {} {} {:?} {:?}",
            column.name,
            schema.format_type(column.data_type),
            if column.not_null { "notnull" } else { "null" },
            if column.default.is_some() { "default" } else { "nodefault" },
            column.identity,
            column.generated
        );
    }
    for constraint in &relation.constraints {
        println!(
            "constraint {name}.{} {} {}",
            constraint.name,
            letter(constraint),
            columns(relation, &constraint.columns)
        );
    }
    for trigger in &relation.triggers {
        println!("trigger {name}.{}", trigger.name);
    }
    for policy in &relation.policies {
        println!("policy {name}.{}", policy.name);
    }
    if let (Some(index), Some(table)) =
        (&relation.index, relation.index.as_ref().and_then(|index| schema.relation(index.table)))
    {
        let keys: Vec<i16> = index.keys.iter().map(|key| key.column).collect();
        let unique = if index.unique { "unique" } else { "plain" };
        println!("index {name} on {} {} {unique}", table.name, columns(table, &keys));
    }
}

fn letter(constraint: &Constraint) -> char {
    match constraint.kind {
        ConstraintKind::Check(_) => 'c',
        ConstraintKind::NotNull => 'n',
        ConstraintKind::PrimaryKey => 'p',
        ConstraintKind::Unique => 'u',
        ConstraintKind::Exclusion => 'x',
        ConstraintKind::ForeignKey(_) => 'f',
        ConstraintKind::Trigger => 't',
    }
}

fn columns(table: &Relation, numbers: &[i16]) -> String {
    let name = |number: &i16| table.column_by_number(*number).map_or("-".to_owned(), |column| column.name.to_string());
    numbers.iter().map(name).collect::<Vec<_>>().join(",")
}
