//! `--observed`: what a server logged for the running version is checked like what its source sends.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use rollproof_tests::program::run_in;
use tempfile::TempDir;

#[test]
#[expect(clippy::disallowed_methods, reason = "tests write trees")]
fn a_logged_statement_breaks_like_one_of_the_source() {
    let folder = TempDir::new().unwrap();
    let files = [
        ("old/migrations/001.sql", "CREATE TABLE users (id integer, mail text);\n"),
        ("new/migrations/001.sql", "CREATE TABLE users (id integer, mail text);\n"),
        ("new/migrations/002.sql", "ALTER TABLE users DROP COLUMN mail;\n"),
        ("old/src/a.ts", "import { Pool } from 'pg'\nnew Pool().query('SELECT id FROM users')\n"),
        ("new/src/a.ts", "import { Pool } from 'pg'\nnew Pool().query('SELECT id FROM users')\n"),
        (
            "db.log",
            "2026-01-01 [7] LOG:  execute s1: SELECT id\n\tFROM users WHERE mail = $1\n\
             2026-01-01 [7] LOG:  statement: SELECT id FROM users\n",
        ),
    ];
    for (path, text) in files {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let clean = run_in(folder.path(), &["check", "--old", "old", "--new", "new"]);
    assert_eq!(clean.status, 0, "{}{}", clean.output, clean.errors);
    let run =
        run_in(folder.path(), &["check", "--old", "old", "--new", "new", "--observed", "db.log", "--format", "json"]);
    assert_eq!(run.status, 1, "{}", run.errors);
    let report = run.json();
    let label = &report["findings"][0]["labels"][0];
    assert_eq!((&label["file"], &label["line"], &label["column"]), (&"db.log".into(), &2.into(), &19.into()));
    assert_eq!(report["ledger"]["sites"], 4, "{}", report["ledger"]);
    assert_eq!(report["ledger"]["breaks"], 1);
}
