//! Migrations that are applied: a server took them, so what would be refused in one transaction was run out of it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use rollproof_tests::program::{run_in, write};
use serde_json::Value;
use tempfile::TempDir;

const FIRST: &str = "CREATE TYPE kind AS ENUM ('mail');\n\
                     CREATE TABLE users (id serial PRIMARY KEY, at timestamptz);\n\
                     CREATE TABLE jobs (id serial PRIMARY KEY, kind kind NOT NULL);\n";

const SECOND: &str = "ALTER TABLE users ADD COLUMN name text;\n\
                      CREATE INDEX CONCURRENTLY users_at ON users (at);\n\
                      ALTER TYPE kind ADD VALUE 'scan';\n\
                      UPDATE jobs SET kind = 'scan' WHERE id = 1;\n\
                      LOCK TABLE jobs;\n\
                      DROP INDEX CONCURRENTLY users_at;\n";

const QUERIES: [&str; 3] = ["SELECT name, at FROM users", "SELECT kind FROM jobs", "SELECT gone FROM jobs"];

/// The report on a tree of Prisma's whose old version has the migrations `applied` and whose new one has `pending` as well.
fn report(applied: &[&str], pending: &[&str]) -> Value {
    let folder = TempDir::new().unwrap();
    let calls: String = QUERIES.iter().map(|sql| format!("pool.query('{sql}')\n")).collect();
    for (version, migrations) in [("old", applied.to_vec()), ("new", [applied, pending].concat())] {
        let at = folder.path().join(version);
        write(&at, "prisma/migrations/migration_lock.toml", "provider = \"postgresql\"\n");
        for (number, sql) in migrations.iter().enumerate() {
            write(&at, &format!("prisma/migrations/2024010{}000000_step/migration.sql", number + 1), sql);
        }
        write(&at, "src/a.ts", &format!("import {{ Pool }} from 'pg'\nconst pool = new Pool()\n{calls}"));
    }
    run_in(folder.path(), &["check", "--old", "old", "--new", "new", "--format", "json"]).json()
}

/// The verdict on each of the queries in the last state.
fn verdicts(report: &Value) -> Vec<String> {
    let of = |sql: &&str| {
        let queries = report["queries"].as_array().unwrap();
        let query = queries.iter().find(|query| query["sql"] == **sql).unwrap();
        query["verdicts"].as_array().unwrap().last().unwrap()["verdict"].as_str().unwrap().to_owned()
    };
    QUERIES.iter().map(of).collect()
}

#[test]
fn what_was_applied_ran_out_of_the_transaction_that_would_refuse_it() {
    let report = report(&[FIRST, SECOND], &["ALTER TABLE users ADD COLUMN seen boolean;\n"]);
    assert_eq!(verdicts(&report), ["resolves", "resolves", "breaks"]);
    let problems = report["problems"].to_string();
    for sqlstate in ["25001", "55P04"] {
        assert!(
            problems.contains(&format!("is applied, so it ran in a transaction of its own ({sqlstate}")),
            "{problems}"
        );
    }
    assert!(!problems.contains("would be refused here"), "{problems}");
}

#[test]
fn what_is_pending_is_refused_in_its_transaction() {
    let report = report(&[FIRST], &[SECOND]);
    let findings = report["findings"].to_string();
    assert!(findings.contains("cannot run inside a transaction block"), "{findings}");
}

#[test]
fn what_no_transaction_explains_stays_unknown() {
    let report =
        report(&[FIRST, "ALTER TABLE jobs DROP COLUMN nowhere;\n"], &["ALTER TABLE users ADD COLUMN name text;\n"]);
    assert_eq!(verdicts(&report), ["resolves", "unknown", "unknown"]);
}
