//! What a hundred states of a schema of a thousand tables cost: states share what their statements did not change.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use rollproof_catalog::Schema;
use rollproof_catalog::builtin::Builtin;
use rollproof_evolve::{SessionWalker, SourceText};

const TABLES: usize = 1_000;
const STATES: usize = 100;

/// Tables as projects have them: a dozen columns, a key, an index, a foreign key to the one before.
fn tables() -> String {
    let mut script = String::new();
    for number in 0..TABLES {
        let before = number.saturating_sub(1);
        write!(
            script,
            "create table t{number} (id bigserial primary key, a int not null default 0, b text, c timestamptz default now(),
             d boolean not null default false, e jsonb, f uuid, g numeric(10, 2) check (g >= 0), h text[], i date,
             j varchar(80) unique, parent bigint references t{before});
             create index on t{number} (a, c);\n"
        )
        .unwrap();
    }
    script
}

/// Walks a script and keeps the schema after each statement.
fn walk(walker: &mut SessionWalker, script: &str, states: &mut Vec<Schema>) {
    let source = SourceText::new(script);
    for (_, parsed) in rollproof_sql::parse_script(script) {
        assert_eq!(walker.step(&parsed.unwrap(), &source), []);
        states.push(walker.schema().clone());
    }
}

/// The memory that this process holds, in bytes; none where the system does not tell.
#[expect(clippy::disallowed_methods, reason = "the test asks the system")]
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok().map(|kilobytes| kilobytes * 1024)
}

#[test]
fn a_hundred_states_of_a_thousand_tables_share_what_did_not_change() {
    let mut walker = SessionWalker::new(Schema::new(Builtin::newest()));
    walk(&mut walker, &tables(), &mut Vec::new());
    let before = resident();
    let mut changes = String::new();
    for number in 0..STATES {
        writeln!(changes, "alter table t{number} add column k int;").unwrap();
    }
    let mut states = vec![walker.schema().clone()];
    walk(&mut walker, &changes, &mut states);
    assert_eq!(states.len(), STATES + 1);
    let relations: BTreeSet<usize> =
        states.iter().flat_map(|state| state.relations.iter().map(|relation| Arc::as_ptr(relation) as usize)).collect();
    // Each statement made one relation anew, and left all others to both states.
    assert_eq!(relations.len(), states[0].relations.len() + STATES);
    if let (Some(before), Some(after)) = (before, resident()) {
        let (schema, more) = (before >> 20, after.saturating_sub(before) >> 20);
        assert!(after < 100 << 20, "{schema} MB with one state, {more} MB more with a hundred");
    }
}
