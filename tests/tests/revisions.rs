//! Revisions read from git's object store: tags, a bare repository, a shallow clone, and the choices of default.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

use rollproof_tests::program::{Run, run_in, write};
use tempfile::TempDir;

#[expect(clippy::disallowed_methods, reason = "tests make repositories")]
fn git(folder: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// v1 reads a column; v2 renames it and reads the new name.
fn repository() -> TempDir {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    git(at, &["init", "-q"]);
    write(at, "migrations/001_users.sql", "CREATE TABLE users (id int PRIMARY KEY, plan text);\n");
    write(at, "src/a.ts", "import { Pool } from 'pg'\nconst pool = new Pool()\npool.query('SELECT plan FROM users')\n");
    git(at, &["add", "."]);
    git(at, &["commit", "-q", "-m", "one"]);
    git(at, &["tag", "v1"]);
    write(at, "migrations/002_tier.sql", "ALTER TABLE users RENAME COLUMN plan TO tier;\n");
    write(at, "src/a.ts", "import { Pool } from 'pg'\nconst pool = new Pool()\npool.query('SELECT tier FROM users')\n");
    git(at, &["add", "."]);
    git(at, &["commit", "-q", "-m", "two"]);
    git(at, &["tag", "v2"]);
    folder
}

fn broken(run: &Run) -> Vec<(String, String)> {
    let report = run.json();
    let queries = report["queries"].as_array().unwrap().clone();
    let bad = queries
        .iter()
        .filter(|query| query["verdicts"].as_array().unwrap().iter().any(|cell| cell["verdict"] == "breaks"));
    bad.map(|query| (query["version"].as_str().unwrap().to_owned(), query["sql"].as_str().unwrap().to_owned()))
        .collect()
}

fn old_select() -> Vec<(String, String)> {
    vec![("old".to_owned(), "SELECT plan FROM users".to_owned())]
}

#[test]
fn two_tags() {
    let folder = repository();
    let run = run_in(folder.path(), &["check", "--old", "v1", "--new", "v2", "--format", "json"]);
    assert_eq!(broken(&run), old_select());
    assert_eq!(run.json()["versions"][0]["rev"], "v1");
    assert_eq!(run.status, 1);
}

#[test]
fn without_arguments_the_newest_tag_before_head_and_the_working_tree_are_compared() {
    let folder = repository();
    let run = run_in(folder.path(), &["check", "--format", "json"]);
    assert_eq!(run.json()["versions"][0]["rev"], "v1");
    assert_eq!(run.json()["versions"][1]["rev"], serde_json::Value::Null);
    assert_eq!(broken(&run), old_select());
    // What is not committed yet counts: the new version is the working tree.
    write(folder.path(), "migrations/002_tier.sql", "ALTER TABLE users ADD COLUMN tier text;\n");
    let mended = run_in(folder.path(), &["check", "--format", "json"]);
    assert_eq!((mended.status, broken(&mended)), (0, Vec::new()), "{}", mended.output);
}

#[test]
fn a_bare_repository_and_one_that_is_named() {
    let folder = repository();
    let bare = TempDir::new().unwrap();
    git(bare.path(), &["clone", "-q", "--bare", folder.path().to_str().unwrap(), "b.git"]);
    let path = bare.path().join("b.git");
    let arguments = ["check", "--repo", path.to_str().unwrap(), "--old", "v1", "--new", "v2", "--format", "json"];
    assert_eq!(broken(&run_in(bare.path(), &arguments)), old_select());
    let without_new = run_in(&path, &["check", "--old", "v1"]);
    assert_eq!(without_new.status, 2);
    assert!(without_new.errors.contains("--new"), "{}", without_new.errors);
}

#[test]
fn a_shallow_clone_is_refused_with_the_reason() {
    let folder = repository();
    let clone = TempDir::new().unwrap();
    let url = format!("file://{}", folder.path().display());
    git(clone.path(), &["clone", "-q", "--depth", "1", &url, "c"]);
    for arguments in [&["check"][..], &["check", "--old", "v1"]] {
        let run = run_in(&clone.path().join("c"), arguments);
        assert_eq!(run.status, 2, "{}", run.output);
        assert_eq!(run.errors.lines().count(), 1, "{}", run.errors);
        assert!(run.errors.contains("shallow") && run.errors.contains("git fetch"), "{}", run.errors);
    }
}

#[test]
fn every_way_of_not_being_able_to_run_has_its_line() {
    let folder = repository();
    let empty = TempDir::new().unwrap();
    let nothing = TempDir::new().unwrap();
    write(nothing.path(), "old/a.ts", "");
    write(nothing.path(), "new/a.ts", "");
    write(nothing.path(), "bad/rollproof.toml", "[deploy]\nordre = 'x'\n");
    let cases: [(&Path, &[&str], &str); 5] = [
        (empty.path(), &["check"], "git"),
        (folder.path(), &["check", "--old", "v9"], "unknown revision v9"),
        (nothing.path(), &["check", "--old", "old", "--new", "new"], "no migrations were found"),
        (nothing.path(), &["check", "--old", "old", "--new", "bad"], "rollproof.toml:2"),
        (nothing.path(), &["check", "--old", "./none", "--new", "new"], "none"),
    ];
    for (folder, arguments, expected) in cases {
        let run = run_in(folder, arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.output);
        assert_eq!(run.output, "", "{arguments:?}");
        assert_eq!(run.errors.lines().count(), 1, "{}", run.errors);
        assert!(run.errors.starts_with("rollproof: ") && run.errors.contains(expected), "{}", run.errors);
    }
}

#[test]
fn what_only_lists_goes_on_without_a_running_version() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "migrations/001_users.sql", "CREATE TABLE users (id int PRIMARY KEY, plan text);\n");
    write(folder.path(), "migrations/002_tier.sql", "ALTER TABLE users RENAME COLUMN plan TO tier;\n");
    write(folder.path(), "src/a.ts", "import { Pool } from 'pg'\nnew Pool().query('SELECT tier FROM users')\n");
    let queries = run_in(folder.path(), &["queries", "--new", ".", "--format", "json"]);
    assert_eq!(queries.status, 0, "{}", queries.errors);
    let report = queries.json();
    let versions: Vec<&str> =
        report["versions"].as_array().unwrap().iter().map(|version| version["id"].as_str().unwrap()).collect();
    assert_eq!(versions, ["new"]);
    assert_eq!(report["queries"][0]["sql"], "SELECT tier FROM users");
    let schema = run_in(folder.path(), &["schema", "--new", "."]);
    assert!(schema.output.contains("tier") && !schema.output.contains("plan"), "{}", schema.output);
    // Nothing is known to be applied: every migration is a step of its own.
    let between = run_in(folder.path(), &["schema", "--new", ".", "--at", "001_users.sql#1"]);
    assert!(between.output.contains("plan"), "{}{}", between.output, between.errors);
    let check = run_in(folder.path(), &["check", "--new", "."]);
    assert_eq!(check.status, 2, "{}", check.output);
}
