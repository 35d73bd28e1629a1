//! Trees with several databases, and trees whose code is not read.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use rollproof_tests::program::run_in;
use tempfile::TempDir;

#[expect(clippy::disallowed_methods, reason = "tests write trees")]
fn write(folder: &Path, path: &str, text: &str) {
    let file = folder.join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

const CHECK: &[&str] = &["check", "--old", "old", "--new", "new", "--format", "json"];

#[test]
fn what_a_left_aside_folder_makes_is_unknown_and_what_nobody_makes_breaks() {
    let folder = TempDir::new().unwrap();
    for version in ["old", "new"] {
        let at = folder.path().join(version);
        write(&at, "migrations/001_users.sql", "CREATE TABLE users (id serial PRIMARY KEY, at timestamptz);\n");
        write(&at, "migrations/002_posts.sql", "CREATE TABLE posts (id serial PRIMARY KEY, body jsonb);\n");
        write(&at, "billing/migrations/001_bills.sql", "CREATE TABLE bills (id serial PRIMARY KEY, at timestamptz);\n");
    }
    let code = "import { Pool } from 'pg'\nconst pool = new Pool()\n";
    write(&folder.path().join("old"), "src/a.ts", &format!("{code}pool.query('SELECT id FROM users')\n"));
    write(
        &folder.path().join("new"),
        "src/a.ts",
        &format!("{code}pool.query('SELECT id FROM bills')\npool.query('SELECT id FROM nowhere')\n"),
    );
    let run = run_in(folder.path(), CHECK);
    let report = run.json();
    let of = |sql: &str| {
        let queries = report["queries"].as_array().unwrap();
        let query = queries.iter().find(|query| query["sql"] == sql).unwrap();
        (query["verdicts"][0]["verdict"].clone(), query["verdicts"][0]["rule"].clone())
    };
    assert_eq!(of("SELECT id FROM bills"), ("unknown".into(), "other-database".into()));
    assert_eq!(of("SELECT id FROM nowhere"), ("breaks".into(), "missing-table".into()));
    assert_eq!(run.status, 1);
}

#[test]
fn code_that_is_not_read_never_passes_for_proven() {
    let folder = TempDir::new().unwrap();
    for version in ["old", "new"] {
        let at = folder.path().join(version);
        write(&at, "migrations/001_users.sql", "CREATE TABLE users (id serial PRIMARY KEY, at timestamptz);\n");
        write(&at, "main.go", "package main\n");
    }
    let run = run_in(folder.path(), CHECK);
    assert_eq!(run.status, 2, "{}", run.errors);
    assert!(run.errors.contains("nothing was proven"), "{}", run.errors);
    let problems = run.json()["problems"].to_string();
    assert!(problems.contains("Go is not read yet"), "{problems}");
}
