//! A statement names one object and takes another along, or is refused for it: the report tells the way between the two.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use rollproof_tests::program::run_in;

const SCHEMA: &str = "CREATE TABLE orders (id int PRIMARY KEY, total numeric);
CREATE VIEW sums AS SELECT id, total FROM orders;
CREATE VIEW large AS SELECT id FROM sums WHERE total > 100;
";

/// The standard output of a check whose pending migration is `pending` and whose old version reads view `large`.
#[expect(clippy::disallowed_methods, reason = "tests write trees")]
fn report(pending: &str) -> String {
    let folder = tempfile::TempDir::new().unwrap();
    let write = |path: &str, text: &str| {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    };
    write("db/001_orders.sql", SCHEMA);
    write("db/002_drop.sql", pending);
    let source = "import { Pool } from 'pg'\nconst pool = new Pool()\npool.query('SELECT id FROM large')\n";
    write("old/src/a.ts", source);
    write("new/src/a.ts", "export const nothing = 1\n");
    let arguments = ["check", "--old", "old", "--new", "new", "--migrations", "db", "--pending", "002_drop.sql"];
    let lines = run_in(folder.path(), &arguments).output;
    // Notes are wrapped for people.
    lines.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_cascade_is_told_from_what_the_query_uses_to_what_was_dropped() {
    let column = report("ALTER TABLE orders DROP COLUMN total CASCADE;\n");
    assert!(
        column.contains("view large depends on view sums, which depends on column total of table orders"),
        "{column}"
    );
    let table = report("DROP TABLE orders CASCADE;\n");
    assert!(table.contains("view large depends on view sums, which depends on table orders"), "{table}");
    let itself = report("DROP VIEW large;\n");
    assert!(itself.contains("missing-table") && !itself.contains("depends on"), "{itself}");
}

#[test]
fn a_refused_drop_lists_what_is_in_the_way() {
    let refused = report("DROP TABLE orders;\n");
    assert!(refused.contains("cannot drop table orders because other objects depend on it"), "{refused}");
    assert!(refused.contains("view sums depends on table orders"), "{refused}");
    assert!(refused.contains("view large depends on view sums"), "{refused}");
}
