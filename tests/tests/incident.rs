//! The shipped incident: what is reported, where, why, and since which statement. What a real server says of each query
//! in each state is asked too, where there is one.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use rollproof_tests::program::{INCIDENT, Run, repository, run};
use rollproof_tests::schema::violations;
use rollproof_tests::server::{self, Database, single};
use serde_json::Value;

fn check(more: &[&str]) -> Run {
    run(&[&["check"][..], &INCIDENT, more].concat())
}

fn report() -> Value {
    check(&["--format", "json"]).json()
}

fn queries<'a>(report: &'a Value, version: &'a str) -> impl Iterator<Item = &'a Value> {
    report["queries"].as_array().unwrap().iter().filter(move |query| query["version"] == version)
}

fn broken(report: &Value, version: &str) -> BTreeMap<String, (String, String, String, u64)> {
    let mut found = BTreeMap::new();
    for query in queries(report, version) {
        let Some(cell) = query["verdicts"].as_array().unwrap().iter().find(|cell| cell["verdict"] == "breaks") else {
            continue;
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let place = format!("{}:{}", text(&query["file"]), query["line"]);
        let line = cell["cause"]["line"].as_u64().unwrap_or_default();
        found.insert(place, (text(&cell["rule"]), text(&cell["sqlstate"]), text(&cell["state"]), line));
    }
    found
}

#[test]
fn every_broken_query_is_reported_with_its_rule_code_state_and_cause() {
    let report = report();
    let rename = |rule: &str| (rule.to_owned(), "42703".to_owned(), "009_users_plan_id.sql#3".to_owned(), 11);
    let required = ("required-column-omitted".to_owned(), "23502".to_owned(), "after".to_owned(), 13);
    let expected: BTreeMap<String, _> = [
        ("src/admin/change-plan.ts:8", rename("missing-column")),
        ("src/db/statements.ts:3", rename("missing-column")),
        ("src/http/plans.ts:12", rename("missing-column")),
        ("src/http/signup.ts:12", rename("missing-column")),
        ("src/http/signup.ts:25", required),
        ("src/http/users.ts:17", rename("missing-column")),
        ("src/reports/revenue.ts:21", rename("missing-column")),
        ("src/workers/renewals.ts:11", rename("missing-column")),
        ("src/workers/renewals.ts:29", rename("missing-column")),
        ("src/workers/subscription-events.ts:14", rename("broken-routine")),
    ]
    .into_iter()
    .map(|(place, what)| (place.to_owned(), what))
    .collect();
    assert_eq!(broken(&report, "old"), expected);
    assert_eq!(broken(&report, "new"), BTreeMap::new());
}

#[test]
fn everything_else_is_proven_and_counted() {
    let report = report();
    let ledger = &report["ledger"];
    let count = |name: &str| ledger[name].as_u64().unwrap();
    assert_eq!(count("sites"), count("proven") + count("breaks") + count("drifts") + count("unknown"));
    assert_eq!((count("drifts"), count("unknown")), (0, 0), "{ledger}");
    assert_eq!(count("breaks"), 10);
    assert!(queries(&report, "old").count() >= 25 && queries(&report, "new").count() >= 25);
    let files: BTreeSet<&str> = queries(&report, "old").map(|query| query["file"].as_str().unwrap()).collect();
    assert!(files.len() >= 10, "{files:?}");
    for query in queries(&report, "old").filter(|query| query["file"] == "src/reports/subscribers.ts") {
        let verdicts = query["verdicts"].as_array().unwrap();
        assert!(verdicts.iter().all(|cell| cell["verdict"] == "resolves"), "the view keeps working: {query}");
    }
    assert_eq!(report["problems"].as_array().unwrap().len(), 0, "{}", report["problems"]);
}

#[test]
fn states_lie_at_every_commit_and_old_meets_all_of_them() {
    let report = report();
    let ids: Vec<&str> =
        report["states"].as_array().unwrap().iter().map(|state| state["id"].as_str().unwrap()).collect();
    let name = "009_users_plan_id.sql";
    assert_eq!(ids, ["before", &format!("{name}#1"), &format!("{name}#2"), &format!("{name}#3"), "after"]);
    for query in queries(&report, "old") {
        assert_eq!(query["verdicts"].as_array().unwrap().len(), 5);
    }
    for query in queries(&report, "new") {
        let states: Vec<&Value> = query["verdicts"].as_array().unwrap().iter().map(|cell| &cell["state"]).collect();
        assert_eq!(states, ["after"]);
    }
}

#[test]
fn a_failure_that_nobody_would_hear_of_says_so() {
    let report = report();
    let silent = |file: &str| {
        let findings = report["findings"].as_array().unwrap().iter();
        let of_file = findings.filter(|finding| finding["labels"][0]["file"] == file);
        of_file
            .flat_map(|finding| finding["notes"].as_array().cloned().unwrap_or_default())
            .any(|note| note.as_str().is_some_and(|note| note.starts_with("nobody would hear of it")))
    };
    assert!(silent("src/workers/subscription-events.ts"));
    assert!(silent("src/workers/renewals.ts"));
    assert!(!silent("src/http/signup.ts"));
}

#[test]
fn exit_status_tells_what_was_found() {
    assert_eq!(check(&[]).status, 1);
    let none = check(&["--pending", "no_such.sql"]);
    assert_eq!(none.status, 2);
    assert_eq!(none.errors.lines().count(), 1, "{}", none.errors);
}

#[test]
fn the_json_fits_the_committed_schema() {
    let schema: Value = serde_json::from_str(rollproof_report::json::v1::SCHEMA).unwrap();
    assert_eq!(violations(&schema, &schema, &report()), Vec::<String>::new());
    let queries = run(&["queries", "--format", "json", INCIDENT[0], INCIDENT[1], INCIDENT[2], INCIDENT[3]]).json();
    assert_eq!(violations(&schema, &schema, &queries), Vec::<String>::new());
    assert!(queries["sites"].as_array().unwrap().len() >= 50);
}

#[test]
fn the_same_run_prints_the_same_bytes() {
    assert_eq!(check(&["--format", "json"]).output, check(&["--format", "json"]).output);
}

#[test]
fn a_person_reads_this() {
    insta::assert_snapshot!(check(&[]).output);
}

#[test]
fn no_line_is_wider_than_a_terminal() {
    let output = check(&[]).output;
    let wide: Vec<&str> = output.lines().filter(|line| line.chars().count() > 80).collect();
    // Source is quoted as it stands: only our own words have to fit.
    let own: Vec<&&str> = wide.iter().filter(|line| !line.contains(" | ")).collect();
    assert!(own.is_empty(), "{own:#?}");
}

#[test]
fn without_a_terminal_there_is_no_colour() {
    assert!(!check(&[]).output.contains('\u{1b}'));
}

/// Copies a tree of files.
#[expect(clippy::disallowed_methods, reason = "tests make trees")]
fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests make trees")]
fn with_code_first_the_new_queries_that_need_the_new_column_fail_before() {
    let folder = tempfile::TempDir::new().unwrap();
    copy(&repository().join("fixtures/repos/incident"), folder.path());
    std::fs::write(folder.path().join("new/rollproof.toml"), "[deploy]\norder = \"code-first\"\n").unwrap();
    let arguments = ["check", "--old", "old", "--new", "new", "--migrations", "migrations"];
    let more = ["--pending", "009_users_plan_id.sql", "--format", "json"];
    let report = rollproof_tests::program::run_in(folder.path(), &[&arguments[..], &more].concat()).json();
    let broken: BTreeSet<&str> = queries(&report, "new")
        .filter(|query| query["verdicts"][0]["state"] == "before" && query["verdicts"][0]["verdict"] == "breaks")
        .map(|query| {
            assert_eq!(query["verdicts"][0]["sqlstate"], "42703", "{query}");
            assert_eq!(query["verdicts"].as_array().unwrap().last().unwrap()["verdict"], "resolves", "{query}");
            // What the query waits for: the statement that adds the column.
            assert_eq!(query["verdicts"][0]["cause"]["line"], 3, "{query}");
            query["file"].as_str().unwrap()
        })
        .collect();
    let expected = [
        "src/admin/change-plan.ts",
        "src/db/statements.ts",
        "src/http/plans.ts",
        "src/http/signup.ts",
        "src/http/users.ts",
        "src/reports/revenue.ts",
        "src/workers/renewals.ts",
        "src/workers/subscription-events.ts",
    ];
    assert_eq!(broken, BTreeSet::from(expected));
}

/// Every verdict of every query in every state, asked of a server: what the report calls broken by name or type is refused
/// when it is prepared, what it calls proven is not.
#[test]
fn a_real_server_agrees() {
    let Some(server) = server::server() else { return };
    let report = report();
    let migrations = repository().join("fixtures/repos/incident/migrations");
    for (at, state) in report["states"].as_array().unwrap().iter().enumerate() {
        let mut database = Database::create(&server).unwrap();
        for script in scripts(&migrations, at) {
            assert_eq!(database.refusal(&script).unwrap(), None);
        }
        for query in report["queries"].as_array().unwrap() {
            let Some(cell) = query["verdicts"].as_array().unwrap().iter().find(|cell| cell["state"] == state["id"])
            else {
                continue;
            };
            let said = prepare(&mut database, query["sql"].as_str().unwrap());
            let by_name =
                cell["verdict"] == "breaks" && cell["sqlstate"] == "42703" && cell["rule"] == "missing-column";
            let expected = by_name.then(|| "42703".to_owned());
            assert_eq!(said, expected, "{}: {query}", state["id"]);
        }
    }
}

/// The applied migrations, and as many statements of the pending one as the state has seen.
#[expect(clippy::disallowed_methods, reason = "tests read fixtures")]
fn scripts(folder: &std::path::Path, pending_statements: usize) -> Vec<String> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let pending = std::fs::read_to_string(files.pop().unwrap()).unwrap();
    let mut scripts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    scripts.extend(pending.split_inclusive(';').take(pending_statements).map(str::to_owned));
    scripts
}

fn prepare(database: &mut Database, sql: &str) -> Option<String> {
    if ["BEGIN", "COMMIT", "ROLLBACK"].contains(&sql) {
        return None;
    }
    let said = database.refusal(&format!("PREPARE asked AS {sql}")).unwrap();
    database.refusal("DEALLOCATE ALL").unwrap();
    said
}

#[test]
fn the_worker_fails_when_it_runs() {
    let Some(server) = server::server() else { return };
    let mut database = Database::create(&server).unwrap();
    for script in scripts(&repository().join("fixtures/repos/incident/migrations"), 4) {
        assert_eq!(database.refusal(&script).unwrap(), None);
    }
    let call = "SELECT process_subscription_event(1, 'pro|monthly|29')";
    assert_eq!(database.refusal(call).unwrap().as_deref(), Some("42703"));
    assert_eq!(single(&database.client.query("SELECT count(*) FROM subscribers").unwrap()).as_deref(), Some("0"));
}
