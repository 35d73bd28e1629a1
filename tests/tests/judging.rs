//! The judge itself: an expectation that is wrong is caught, by the tool and by a server, whichever way it is wrong. And
//! every rule is expected somewhere.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking, and reads fixtures")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rollproof_tests::{case, judge, program, server};

const SCHEMA: &str = "CREATE TABLE t (id integer, a integer);";

/// What the tool and a server (none where there is none) say of a case with one old query.
fn check(migration: &str, query: &str) -> (Vec<String>, Option<Vec<String>>) {
    let text = format!(
        "# x\n```sql schema\n{SCHEMA}\n```\n```sql migration\n{migration}\n```\n```sql old/queries.sql\n{query}\n```\n"
    );
    let case = case::parse(&text).unwrap();
    let report = judge::report(&case, 18);
    let by_tool = judge::differences(&case, &report).unwrap();
    let by_server = server::server().map(|server| judge::differences_with_server(&case, &report, &server).unwrap());
    (by_tool, by_server)
}

fn is_caught(migration: &str, query: &str) {
    let (tool, server) = check(migration, query);
    assert!(!tool.is_empty(), "the tool lets pass: {query}");
    assert!(server.is_none_or(|server| !server.is_empty()), "the server lets pass: {query}");
}

#[test]
fn what_is_right_passes() {
    for query in [
        "SELECT a FROM t; -- breaks: missing-column 42703",
        "SELECT id FROM t; -- resolves",
        "SELECT * FROM t; -- drifts: shape-changed",
    ] {
        let (tool, server) = check("ALTER TABLE t DROP COLUMN a;", query);
        assert_eq!((tool, server.unwrap_or_default()), (Vec::new(), Vec::new()), "{query}");
    }
}

#[test]
fn a_break_that_the_server_does_not_see_is_caught() {
    is_caught("ALTER TABLE t DROP COLUMN a;", "SELECT id FROM t; -- breaks: missing-column 42703");
    is_caught("ALTER TABLE t DROP COLUMN a;", "SELECT a FROM t; -- breaks: missing-table 42P01");
}

#[test]
fn what_the_server_refuses_is_caught() {
    is_caught("ALTER TABLE t DROP COLUMN a;", "SELECT a FROM t; -- resolves");
    is_caught("ALTER TABLE t DROP COLUMN a;", "SELECT a FROM t; -- drifts: shape-changed");
    // Parse analysis lets these pass: they have to be run.
    is_caught("ALTER TABLE t ADD CHECK (a > 0);", "INSERT INTO t (id, a) VALUES (1, -1); -- drifts: write-restricted");
    is_caught("ALTER TABLE t ALTER COLUMN a SET NOT NULL;", "INSERT INTO t (id) VALUES (1); -- resolves");
    // And these to be planned, though their values are not known.
    let schema = "CREATE UNIQUE INDEX t_id ON t (id); DROP INDEX t_id;";
    is_caught(schema, "INSERT INTO t (id) VALUES ($1) ON CONFLICT (id) DO NOTHING; -- resolves");
}

#[test]
fn types_that_change_are_caught() {
    let (tool, server) = check("ALTER TABLE t ALTER COLUMN a TYPE bigint;", "SELECT a FROM t; -- resolves");
    assert!(!tool.is_empty());
    // Servers before 16 do not tell the result's types of a prepared statement.
    let tells = |server: String| server::Database::create(&server).unwrap().major().unwrap() >= 16;
    assert!(server::server().is_none_or(|name| !tells(name) || server.is_some_and(|wrong| !wrong.is_empty())));
}

fn markdown(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            markdown(&entry, found);
        } else if entry.extension().is_some_and(|end| end == "md") {
            found.push(entry);
        }
    }
}

/// Rules whose pages show whole trees (`run_rules.rs`) or a migration's statements.
const ABOUT_THE_RUN: &[&str] =
    &["applied-migration-edited", "migration-fails", "migration-out-of-order", "other-database"];

/// What is not modelled is no feature: its page shows it, and cases are made to have none of it.
const ONLY_ON_ITS_PAGE: &[&str] = &["unmodelled-sql"];

#[test]
fn every_rule_is_expected_by_a_case_and_by_its_page() {
    let rules = program::repository().join("crates/check/src/rules");
    let mut files = Vec::new();
    markdown(&program::repository().join("fixtures/cases"), &mut files);
    assert!(files.len() >= 400, "only {} cases", files.len());
    let mut by_cases = BTreeSet::new();
    for path in &files {
        let case = case::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
        let expected = case.files.iter().flat_map(|file| case::expectations(&file.text));
        by_cases.extend(expected.filter_map(|each| each.rule));
    }
    for rule in rollproof_check::rules::names().map(|rule| rule.0) {
        if ABOUT_THE_RUN.contains(&rule) {
            continue;
        }
        assert!(by_cases.contains(rule) || ONLY_ON_ITS_PAGE.contains(&rule), "no case expects {rule}");
        let page = std::fs::read_to_string(rules.join(rule.replace('-', "_") + ".md")).unwrap();
        let case = case::parse(&page).unwrap();
        let mut expected = case.files.iter().flat_map(|file| case::expectations(&file.text));
        assert!(expected.any(|each| each.rule.as_deref() == Some(rule)), "the page of {rule} does not show it");
    }
}
