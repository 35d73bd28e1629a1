//! What is applied and what is pending between two versions.

use rollproof_source::SourceMap;

use super::{set, show_one, tree};
use crate::{Late, OutOfOrder, Pending, Step, pending, read, read_counterpart, steps};

fn compare(tool: &str, old: &[(&str, &str)], new: &[(&str, &str)]) -> (Pending, SourceMap) {
    let sources = SourceMap::new();
    let old = read(&tree(old), &sources, "m", tool, None).unwrap();
    let new = read(&tree(new), &sources, "m", tool, None).unwrap();
    (pending(&old, &new, &sources), sources)
}

#[test]
fn pending_is_what_new_has_and_old_has_not() {
    let (result, _) = compare(
        "sqlx",
        &[("m/1_a.sql", "select 1")],
        &[("m/1_renamed.sql", "select 1"), ("m/2_b.sql", "select 2; select 3")],
    );
    assert_eq!(result.applied.len(), 1);
    assert_eq!(result.pending.iter().map(show_one).collect::<Vec<_>>(), ["2 File: select 2; select 3!"]);
    assert!(result.edited.is_empty() && result.out_of_order.is_empty() && result.problems.is_empty());
}

#[test]
fn an_edited_applied_migration_is_found_at_its_line() {
    let (result, sources) = compare(
        "sqlx",
        &[("m/1_a.sql", "select 1;\n-- was\nselect 2;")],
        &[("m/1_a.sql", "select 1;\n-- is\nselect 3;")],
    );
    assert!(result.pending.is_empty());
    let [edited] = result.edited.as_slice() else { panic!("{:?}", result.edited) };
    assert_eq!(sources.locate(edited.new).1.line, 3);
    assert_eq!(edited.new.range.slice(&sources.file(edited.new.file).text), "select 3");
    assert_eq!(edited.old.range.slice(&sources.file(edited.old.file).text), "select 2");
    let (same, _) = compare("sqlx", &[("m/1_a.sql", "select 1; -- x")], &[("m/1_a.sql", "select 1;")]);
    assert!(same.edited.is_empty());
}

#[test]
fn a_late_migration_is_what_its_tool_makes_of_it() {
    let old = [("m/1_a.up.sql", "select 1"), ("m/3_c.up.sql", "select 3")];
    let new = [old[0], ("m/2_b.up.sql", "select 2"), old[1]];
    let behaviour = |tool| {
        let (result, _) = compare(tool, &old, &new);
        let [Late { behaviour, after, .. }] = result.out_of_order.as_slice() else {
            panic!("{:?}", result.out_of_order)
        };
        assert_eq!(after, "3_c.up.sql");
        (*behaviour, result.pending.len())
    };
    assert_eq!(behaviour("sqlx"), (OutOfOrder::Runs, 1));
    assert_eq!(behaviour("golang-migrate"), (OutOfOrder::Skipped, 0));
}

#[test]
fn a_removed_migration_stays_applied_and_a_renumbered_one_runs_again() {
    let (result, _) = compare("sqlx", &[("m/1_a.sql", "select 1")], &[("m/2_a.sql", "select 1")]);
    assert_eq!((result.applied.len(), result.pending.len()), (1, 1));
    assert!(result.problems[0].message.contains("runs it again"), "{:?}", result.problems);
}

#[test]
fn a_changed_repeatable_is_pending() {
    let (result, _) = compare(
        "flyway",
        &[("m/V1__a.sql", ""), ("m/R__v.sql", "select 1")],
        &[("m/V1__a.sql", ""), ("m/R__v.sql", "select 2")],
    );
    assert_eq!(result.pending.iter().map(show_one).collect::<Vec<_>>(), ["R v File: select 2!"]);
    assert!(result.edited.is_empty());
}

#[test]
fn a_batch_commits_after_the_last_pending_one() {
    let old = [("m/1_a.sql", "select 1")];
    let new = [old[0], ("m/2_b.sql", "select 2"), ("m/3_c.sql", "select 3")];
    let (result, _) = compare("node-pg-migrate", &old, &new);
    assert_eq!(
        result.pending.iter().map(show_one).collect::<Vec<_>>(),
        ["2_b Batch: select 2", "3_c Batch: select 3!"]
    );
    let shape: String = steps(&result.pending)
        .iter()
        .map(|step| match step {
            Step::Begin => '(',
            Step::Statement(..) => 's',
            Step::Commit => ')',
        })
        .collect();
    assert_eq!(shape, "(ss)");
}

#[test]
fn named_migrations_are_the_pending_ones() {
    let set = set(
        "db/m",
        "sqlx",
        &[("db/m/1_a.sql", "select 1"), ("db/m/2_b.sql", "select 2"), ("db/m/3_c.sql", "select 3")],
    );
    for name in ["2_b", "2_b.sql", "db/m/2_b.sql", "m/2_b.sql", "2"] {
        let result = crate::pending_by_name(&set, &[name]);
        assert_eq!((result.applied.len(), result.pending.len()), (2, 1), "{name}");
        assert!(result.problems.is_empty());
    }
    let result = crate::pending_by_name(&set, &["nonesuch", "b.sql"]);
    assert_eq!((result.pending.len(), result.problems.len()), (0, 2));
}

#[test]
fn a_tool_that_keeps_the_newest_number_passes_over_an_older_one_wherever_it_is_listed() {
    let journal = |entries: &[(&str, u32)]| {
        let entries: Vec<String> = entries
            .iter()
            .map(|(tag, when)| format!(r#"{{"idx":0,"when":{when},"tag":"{tag}","breakpoints":true}}"#))
            .collect();
        format!(r#"{{"dialect":"postgresql","entries":[{}]}}"#, entries.join(","))
    };
    let (old, new) = (journal(&[("a", 5), ("b", 9)]), journal(&[("a", 5), ("b", 9), ("c", 7), ("d", 10)]));
    let scripts = [("m/a.sql", "select 1"), ("m/b.sql", "select 2"), ("m/c.sql", "select 3"), ("m/d.sql", "select 4")];
    let with = |journal| [&[("m/meta/_journal.json", journal)], scripts.as_slice()].concat();
    let (result, _) = compare("drizzle", &with(old.as_str()), &with(new.as_str()));
    assert_eq!(result.pending.iter().map(show_one).collect::<Vec<_>>(), ["10 Batch: select 4!"]);
    assert_eq!(result.out_of_order[0].name, "c.sql");
}

#[test]
fn a_folder_that_moved_is_found_again() {
    let sources = SourceMap::new();
    let manifest = ("Cargo.toml", "sqlx = 1");
    let old = [
        manifest,
        ("migrations/1_a.sql", "create table a(id bigserial)"),
        ("other/migrations/7_x.sql", "select now()::text"),
    ];
    let new = [manifest, ("crates/db/migrations/1_a.sql", old[1].1), ("crates/db/migrations/2_b.sql", "select 2")];
    let set = read(&tree(&new), &sources, "crates/db/migrations", "sqlx", None).unwrap();
    let was = read_counterpart(&tree(&old), &sources, &set, None);
    assert_eq!(&*was.folder, "migrations");
    assert_eq!(pending(&was, &set, &sources).pending.len(), 1);
    let nothing = read_counterpart(&tree(&[]), &sources, &set, None);
    assert!(nothing.migrations.is_empty() && nothing.problems[0].message.contains("pending"));
}

#[test]
fn an_edit_of_what_is_not_read_is_seen() {
    let (result, sources) = compare(
        "knex",
        &[("m/1_a.js", "\nexports.up = 1\nexports.down = 1")],
        &[("m/1_a.js", "\nexports.up = 1\nexports.down = 2")],
    );
    let [edited] = result.edited.as_slice() else { panic!("{:?}", result.edited) };
    assert_eq!(edited.new.range.slice(&sources.file(edited.new.file).text), "exports.up = 1");
    let read_bytes = |bytes: &[u8]| {
        let snapshot = rollproof_source::Snapshot::from_bytes([("m/1_a.sql", bytes)]);
        read(&snapshot, &sources, "m", "sqlx", None).unwrap()
    };
    let (old, same, new) = (read_bytes(b"\xFF"), read_bytes(b"\xFF"), read_bytes(b"\xFE"));
    assert_eq!(pending(&old, &same, &sources).edited.len(), 0);
    assert_eq!(pending(&old, &new, &sources).edited.len(), 1);
}
