//! The other shipped projects: a change in three safe deploys, and a service in Rust.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use rollproof_tests::program::run;
use serde_json::Value;

fn check(folder: &str) -> (i32, Value) {
    let (old, new) = (format!("fixtures/repos/{folder}/old"), format!("fixtures/repos/{folder}/new"));
    let run = run(&["check", "--old", &old, "--new", &new, "--format", "json"]);
    (run.status, run.json())
}

#[test]
fn three_deploys_are_proven_each() {
    for deploy in ["1-expand", "2-switch", "3-contract"] {
        let (status, report) = check(&format!("expand-contract/{deploy}"));
        assert_eq!(report["findings"].as_array().unwrap().len(), 0, "{deploy}: {:#}", report["findings"]);
        assert_eq!(status, 0, "{deploy}");
        let ledger = &report["ledger"];
        assert_eq!(ledger["sites"], ledger["proven"], "{deploy}: {ledger}");
        assert!(ledger["sites"].as_u64().unwrap() >= 10, "{deploy}: {ledger}");
        assert!(report["states"].as_array().unwrap().len() >= 2, "{deploy}");
    }
}

#[test]
fn the_same_change_in_one_deploy_is_not() {
    let (old, new) = ("fixtures/repos/expand-contract/1-expand/old", "fixtures/repos/expand-contract/3-contract/new");
    let run = run(&["check", "--old", old, "--new", new]);
    assert_eq!(run.status, 1, "{}", run.output);
}

#[test]
fn the_service_breaks_in_part() {
    let (status, report) = check("rust-service");
    assert_eq!(status, 1);
    let mut broken: Vec<(String, String, String)> = Vec::new();
    for query in report["queries"].as_array().unwrap().iter().filter(|query| query["version"] == "old") {
        let cells = query["verdicts"].as_array().unwrap().iter().filter(|cell| cell["verdict"] == "breaks");
        for cell in cells {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            broken.push((
                format!("{}:{}", text(&query["file"]), query["line"]),
                text(&cell["rule"]),
                text(&cell["sqlstate"]),
            ));
        }
    }
    let place = |place: &str, rule: &str, code: &str| (place.to_owned(), rule.to_owned(), code.to_owned());
    assert_eq!(
        broken,
        [
            place("src/shipments.rs:28", "missing-column", "42703"),
            place("src/shipments.rs:45", "missing-column", "42703"),
            place("src/shipments.rs:51", "missing-column", "42703"),
            place("src/shipments.rs:58", "unknown-enum-value", "22P02"),
        ]
    );
    let new = report["queries"].as_array().unwrap().iter().filter(|query| query["version"] == "new");
    for query in new {
        assert!(query["verdicts"].as_array().unwrap().iter().all(|cell| cell["verdict"] == "resolves"), "{query}");
    }
}
