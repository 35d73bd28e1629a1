//! A schema that only the configuration tells: the help says what to write there, and with that the query is checked.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use rollproof_tests::program::{run_in, write};
use tempfile::TempDir;

#[test]
fn the_help_names_what_app_names_takes() {
    let folder = TempDir::new().unwrap();
    let source = "import { Pool } from 'pg'\n\
        const pool = new Pool()\n\
        export const due = (options: { schema: string }) => pool.query(`SELECT due FROM ${options.schema}.job`)\n";
    let tables = "CREATE SCHEMA queue;\nCREATE TABLE queue.job (id integer, due date);\n";
    for version in ["old", "new"] {
        write(folder.path(), &format!("{version}/src/jobs.ts"), source);
        write(folder.path(), &format!("{version}/migrations/001.sql"), tables);
    }
    write(folder.path(), "new/migrations/002.sql", "ALTER TABLE queue.job DROP COLUMN due;\n");
    let arguments = ["check", "--old", "old", "--new", "new", "--fail-on", "unknown"];

    let unknown = run_in(folder.path(), &arguments);
    let help = unknown.output.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("name it in rollproof.toml: `schema = \"…\"` under `[app.names]`"), "{}", unknown.output);

    write(folder.path(), "new/rollproof.toml", "[app.names]\nschema = \"queue\"\n");
    let known = run_in(folder.path(), &arguments);
    assert!(known.output.contains("column \"due\" does not exist"), "{}{}", known.output, known.errors);
    assert!(!known.output.contains("[app.names]"), "{}", known.output);
}
