//! Which folders are taken for migrations.

use super::{SQLX, tree};
use crate::detect;

#[test]
fn postgresql_is_picked_out_by_content() {
    let files = [
        SQLX,
        ("server/migrations/1_a.sql", "create table a(id integer primary key autoincrement)"),
        ("pg/migrations/1_a.sql", "create table a(id bigserial primary key, at timestamptz)"),
        ("tests/migrations/1_a.sql", "create table a(id bigserial primary key)"),
        ("other/migrations/1_a.sql", "create table a(id int)"),
    ];
    let detection = detect(&tree(&files), &[]);
    let paths: Vec<_> = detection.folders.iter().map(|folder| &*folder.path).collect();
    assert_eq!(paths, ["pg/migrations"]);
    let aside: Vec<_> = detection.problems.iter().filter_map(|problem| problem.file.as_deref()).collect();
    assert!(aside.contains(&"server/migrations") && aside.contains(&"other/migrations"), "{aside:?}");
}

#[test]
fn a_named_folder_is_taken_whatever_it_looks_like() {
    let files =
        [("anything/b.sql", "select 2"), ("anything/a.sql", "select 1"), ("deep/er/migrations/1.sql", "select 1")];
    let tools = |hint: &str| {
        let detection = detect(&tree(&files), &[hint]);
        (
            detection.folders.iter().map(|folder| format!("{} {}", folder.tool, folder.path)).collect::<Vec<_>>(),
            detection.problems,
        )
    };
    assert_eq!(tools("./anything/").0, ["plain anything"]);
    assert_eq!(tools("deep").0, ["plain deep/er/migrations"]);
    assert!(tools("nowhere").1[0].message.contains("no folder nowhere"));
    assert!(detect(&tree(&files[..2]), &[]).folders.is_empty());
    assert!(detect(&tree(&[]), &["."]).folders.is_empty());
}

#[test]
fn copies_are_read_once_and_two_databases_twice() {
    let (script, other) = ("create table a(id bigserial)", "create table b(id bigserial)");
    let files = [
        SQLX,
        ("one/migrations/1_init.sql", script),
        ("copy/migrations/1_init.sql", script),
        ("two/migrations/1_init.sql", other),
    ];
    let detection = detect(&tree(&files), &[]);
    let paths: Vec<_> = detection.folders.iter().map(|folder| &*folder.path).collect();
    assert_eq!(paths, ["copy/migrations", "two/migrations"]);
    assert!(
        detection.problems[0].message.contains("the same migrations as copy/migrations"),
        "{:?}",
        detection.problems
    );
}

#[test]
fn migrations_for_other_databases_are_named_beside_those_that_are_taken() {
    let first = "create table a (id serial, b jsonb)";
    let found = detect(
        &tree(&[
            ("Cargo.toml", "sqlx = 1"),
            ("migrations/postgres/1_a.sql", first),
            ("migrations/mysql/1_a.sql", "create table a (id int auto_increment)"),
            ("schema/crdb/1_a.sql", first),
        ]),
        &[],
    );
    let folders: Vec<&str> = found.folders.iter().map(|folder| &*folder.path).collect();
    let mut foreign: Vec<&str> = found.foreign.iter().map(|path| &**path).collect();
    foreign.sort_unstable();
    assert_eq!((folders, foreign), (vec!["migrations/postgres"], vec!["migrations/mysql", "schema/crdb"]));
}

#[test]
fn what_belongs_to_migrations_is_no_more_than_they_are() {
    let own = |files: &[(&'static str, &'static str)], hints: &[&str]| {
        let found = detect(&tree(files), hints);
        found.folders.iter().map(|folder| folder.own_files()).collect::<Vec<_>>()
    };
    let users = "create table users (id bigserial)";
    assert_eq!(own(&[SQLX, ("db/migrations/1_a.sql", users)], &[]), ["db/migrations"]);
    // The code that reads the database stands beside its scripts.
    assert_eq!(own(&[("database/1_a.sql", users), ("database/client.ts", "")], &["database"]), ["database/**/*.sql"]);
    // A folder with one script in it is no migration of the folder around it.
    let single = [("store/migrations/up.sql", users), ("store/src/a.ts", "")];
    assert_eq!(own(&single, &[]), ["store/migrations"]);
}
