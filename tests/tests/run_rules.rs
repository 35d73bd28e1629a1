//! The examples of rules about the run itself: the page's trees, checked by the program.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking, and writes trees")]

use rollproof_tests::case;
use rollproof_tests::program::{repository, run_in};
use tempfile::TempDir;

fn check(rule: &str) {
    let page = repository().join("crates/check/src/rules").join(rule.replace('-', "_") + ".md");
    let page = case::parse(&std::fs::read_to_string(page).unwrap()).unwrap();
    let folder = TempDir::new().unwrap();
    for file in &page.files {
        let path = folder.path().join(&file.version).join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.text).unwrap();
    }
    let report = run_in(folder.path(), &["check", "--old", "old", "--new", "new", "--format", "json"]).json();
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["rule"] == rule), "{rule}: {findings:#?}");
}

#[test]
fn an_applied_migration_that_was_edited() {
    check("applied-migration-edited");
}

#[test]
fn a_pending_migration_before_an_applied_one() {
    check("migration-out-of-order");
}

#[test]
fn a_query_of_another_database() {
    check("other-database");
}

/// A site whose text is not known, and a rule for it that is switched off.
#[test]
fn a_rule_that_is_switched_off_fails_no_run() {
    let folder = TempDir::new().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    for version in ["old", "new"] {
        write(&format!("{version}/migrations/001_users.sql"), "CREATE TABLE users (id integer);\n");
        let code = "import { Pool } from 'pg'\nexport const run = (text) => new Pool().query(text)\n";
        write(&format!("{version}/src/a.ts"), code);
    }
    let arguments = ["check", "--old", "old", "--new", "new", "--fail-on", "unknown"];
    assert_eq!(run_in(folder.path(), &arguments).status, 1);
    for level in ["off", "note"] {
        write("new/rollproof.toml", &format!("[rules]\ndynamic-sql = \"{level}\"\n"));
        let run = run_in(folder.path(), &arguments);
        assert_eq!(run.status, 0, "{level}: {}", run.output);
        assert!(run.output.contains("2 unknown"), "it is counted all the same: {}", run.output);
    }
}
