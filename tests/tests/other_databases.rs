//! Trees with several databases, and trees whose code is not read.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use rollproof_tests::program::{run_in, write};
use tempfile::TempDir;

const CHECK: &[&str] = &["check", "--old", "old", "--new", "new", "--format", "json"];

#[test]
fn what_a_left_aside_folder_makes_is_unknown_and_what_nobody_makes_breaks() {
    let folder = TempDir::new().unwrap();
    for version in ["old", "new"] {
        let at = folder.path().join(version);
        write(&at, "migrations/001_users.sql", "CREATE TABLE users (id serial PRIMARY KEY, at timestamptz);\n");
        write(&at, "migrations/002_posts.sql", "CREATE TABLE posts (id serial PRIMARY KEY, body jsonb);\n");
        write(&at, "billing/migrations/001_bills.sql", "CREATE TABLE bills (id serial PRIMARY KEY, at timestamptz);\n");
    }
    let code = "import { Pool } from 'pg'\nconst pool = new Pool()\n";
    write(&folder.path().join("old"), "src/a.ts", &format!("{code}pool.query('SELECT id FROM users')\n"));
    write(
        &folder.path().join("new"),
        "src/a.ts",
        &format!("{code}pool.query('SELECT id FROM bills')\npool.query('SELECT id FROM nowhere')\n"),
    );
    let run = run_in(folder.path(), CHECK);
    let report = run.json();
    let of = |sql: &str| {
        let queries = report["queries"].as_array().unwrap();
        let query = queries.iter().find(|query| query["sql"] == sql).unwrap();
        (query["verdicts"][0]["verdict"].clone(), query["verdicts"][0]["rule"].clone())
    };
    assert_eq!(of("SELECT id FROM bills"), ("unknown".into(), "other-database".into()));
    assert_eq!(of("SELECT id FROM nowhere"), ("breaks".into(), "missing-table".into()));
    assert_eq!(run.status, 1);
}

/// No grammar of ours reads SQLite's scripts, and yet their tables are known by name.
#[test]
fn what_another_kind_of_database_makes_is_unknown_and_what_nobody_makes_breaks() {
    let folder = TempDir::new().unwrap();
    for version in ["old", "new"] {
        let at = folder.path().join(version);
        write(&at, "migrations/001_users.sql", "CREATE TABLE users (id serial PRIMARY KEY, at timestamptz);\n");
        let cache = "CREATE TABLE `entries` (id INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB);\n";
        write(&at, "client/migrations/001_entries.sql", cache);
    }
    let code = "import { Pool } from 'pg'\nconst pool = new Pool()\npool.query('SELECT id FROM users')\n";
    write(&folder.path().join("old"), "src/a.ts", code);
    let asked = ["SELECT id FROM entries", "SELECT name FROM sqlite_master", "SELECT id FROM nowhere"];
    let calls: String = asked.iter().map(|sql| format!("pool.query('{sql}')\n")).collect();
    write(&folder.path().join("new"), "src/a.ts", &format!("{code}{calls}"));
    let report = run_in(folder.path(), CHECK).json();
    let rules: Vec<_> = asked
        .iter()
        .map(|sql| {
            let query = report["queries"].as_array().unwrap().iter().find(|query| query["sql"] == *sql).unwrap();
            query["verdicts"][0]["rule"].clone()
        })
        .collect();
    assert_eq!(rules, ["other-database", "other-database", "missing-table"]);
}

#[test]
fn code_that_is_not_read_never_passes_for_proven() {
    let folder = TempDir::new().unwrap();
    for version in ["old", "new"] {
        let at = folder.path().join(version);
        write(&at, "migrations/001_users.sql", "CREATE TABLE users (id serial PRIMARY KEY, at timestamptz);\n");
        write(&at, "main.go", "package main\n");
    }
    let run = run_in(folder.path(), CHECK);
    assert_eq!(run.status, 2, "{}", run.errors);
    assert!(run.errors.contains("nothing was proven"), "{}", run.errors);
    let problems = run.json()["problems"].to_string();
    assert!(problems.contains("Go is not read yet"), "{problems}");
}

/// An example has a database of its own, whose migrations the application's code does not use.
#[test]
fn what_an_examples_migrations_make_is_unknown_in_examples_alone() {
    let folder = TempDir::new().unwrap();
    for version in ["old", "new"] {
        let at = folder.path().join(version);
        write(&at, "app/migrations/001_users.sql", "CREATE TABLE users (id serial PRIMARY KEY);\n");
        for example in ["first", "second"] {
            let migration = format!("examples/{example}/db/migrations/01-items.sql");
            write(&at, &migration, "CREATE TABLE items (id serial PRIMARY KEY, at timestamptz);\n");
        }
        let code = "import { Pool } from 'pg'\nconst pool = new Pool()\npool.query('SELECT id FROM items')\n";
        write(&at, "examples/second/src/a.ts", code);
        write(&at, "app/src/a.ts", code);
    }
    let run = run_in(folder.path(), &["check", "--old", "old", "--new", "new"]);
    let shown = run.output.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "app/src/a.ts: relation \"items\" does not exist (42P01): line 3",
        "examples/second/src/a.ts: \"items\" is made by the migrations in examples/second/db/migrations, which were left aside: line 3",
    ] {
        assert!(shown.contains(expected), "no {expected:?} in\n{}\n{}", run.output, run.errors);
    }
}

/// Where a text is sent that reaches no sink is not said, unless something but its grammar tells.
#[test]
fn a_text_that_only_another_grammar_takes_is_not_said_to_be_sent_there() {
    let folder = TempDir::new().unwrap();
    for version in ["old", "new"] {
        let at = folder.path().join(version);
        write(&at, "migrations/001_users.sql", "CREATE TABLE users (id serial PRIMARY KEY);\n");
        write(&at, "src/a.ts", "import { ask } from './ask'\nask(\"SELECT `id` FROM users WHERE id = 1\")\n");
        write(
            &at,
            "src/b.ts",
            "import { createClient } from '@clickhouse/client'\nask(\"SELECT `id` FROM users WHERE id = 2\")\n",
        );
    }
    let run = run_in(folder.path(), &["check", "--old", "old", "--new", "new"]);
    for expected in [
        "src/a.ts: PostgreSQL's grammar refuses this, and that of MySQL takes it: line 2",
        "src/b.ts: this is sent to ClickHouse, not to the database that is checked:",
    ] {
        assert!(
            run.output.split_whitespace().collect::<Vec<_>>().join(" ").contains(expected),
            "no {expected:?} in\n{}",
            run.output
        );
    }
}

/// What no pending migration is to blame for takes a line, so that it does not bury what one is to blame for; asked to fail on
/// it, the run shows it in full.
#[test]
fn what_was_so_before_takes_a_line_and_what_the_migration_did_takes_a_page() {
    let folder = TempDir::new().unwrap();
    for version in ["old", "new"] {
        let at = folder.path().join(version);
        write(
            &at,
            "migrations/001_users.sql",
            "CREATE TABLE users (id serial PRIMARY KEY, mail text, at timestamptz);\n",
        );
    }
    write(&folder.path().join("new"), "migrations/002_mail.sql", "ALTER TABLE users DROP COLUMN mail;\n");
    let head = "import { Pool } from 'pg'\nconst pool = new Pool()\n";
    let calls = "pool.query('SELECT id FROM nowhere')\npool.query('SELECT a FROM b WHERE c = ?')\n\
                 export const run = (part: string) => pool.query(`SELECT id FROM users ${part}`)\n";
    let old = format!("{head}{calls}pool.query('SELECT mail FROM users')\n");
    write(&folder.path().join("old"), "src/a.ts", &old);
    write(&folder.path().join("new"), "src/a.ts", &format!("// moved\n{head}{calls}"));
    let arguments = ["check", "--old", "old", "--new", "new"];
    let run = run_in(folder.path(), &arguments);
    assert_eq!(run.status, 1, "{}", run.errors);
    let blocks: Vec<&str> = run.output.lines().filter(|line| line.contains("]: ")).collect();
    assert_eq!(blocks.len(), 1, "{}", run.output);
    assert!(blocks[0].starts_with("error[missing-column]: old fails"), "{}", run.output);
    for expected in [
        "broken-before: 2 fail with and without the migration\n  src/a.ts: relation \"nowhere\" does not exist (42P01): line 3 (old), 4 (new)\n",
        "dynamic-sql: 2 are not proven\n  src/a.ts: parameter of exported function: line 5 (old), 6 (new)\n",
        "other-database: 2 are not proven\n  src/a.ts: PostgreSQL's grammar refuses this, and that of MySQL takes it:\n    line 4 (old), 5 (new)\n",
        "before  2 unknown, 1 broken before",
        "7 sites: 0 proven, 3 broken (2 of them before as well), 0 drifting, 4 unknown",
    ] {
        assert!(run.output.contains(expected), "no {expected:?} in\n{}", run.output);
    }
    let strict = run_in(folder.path(), &["check", "--old", "old", "--new", "new", "--fail-on", "unknown"]);
    assert_eq!(strict.status, 1);
    assert!(strict.output.contains("warning[dynamic-sql]: old is not proven"), "{}", strict.output);
}

#[test]
fn what_the_code_creates_by_itself_is_unknown_and_what_nobody_creates_breaks() {
    let folder = TempDir::new().unwrap();
    for version in ["old", "new"] {
        let at = folder.path().join(version);
        write(&at, "migrations/001_users.sql", "CREATE TABLE users (id serial PRIMARY KEY, at timestamptz);\n");
    }
    let head = "import { Pool } from 'pg'\nconst pool = new Pool()\n";
    write(&folder.path().join("old"), "src/a.ts", &format!("{head}await pool.query('SELECT id FROM users')\n"));
    let made = "await pool.query('CREATE TEMP TABLE import_rows (id integer)')\n\
                await pool.query('INSERT INTO import_rows VALUES (1)')\nawait pool.query('SELECT 1 FROM imports')\n\
                await pool.query('ALTER TABLE users RENAME TO former')\nawait pool.query('SELECT id FROM former')\n\
                await pool.query('CREATE SCHEMA app')\nawait pool.query('SELECT app.one()')\n";
    write(&folder.path().join("new"), "src/a.ts", &format!("{head}{made}"));
    let run = run_in(folder.path(), CHECK);
    let report = run.json();
    let of = |sql: &str| {
        let query = report["queries"].as_array().unwrap().iter().find(|query| query["sql"] == sql).unwrap();
        query["verdicts"][0].clone()
    };
    let own = of("INSERT INTO import_rows VALUES (1)");
    assert_eq!((&own["verdict"], &own["rule"]), (&"unknown".into(), &"unmodelled-sql".into()));
    assert!(own["message"].as_str().unwrap().contains("made by the application itself (src/a.ts:3)"), "{own}");
    for text in ["SELECT id FROM former", "SELECT app.one()"] {
        assert_eq!(of(text)["rule"], "unmodelled-sql", "{text}");
    }
    assert_eq!(of("SELECT 1 FROM imports")["rule"], "missing-table");
    assert_eq!(run.status, 1);
}

/// Two branches that hang on one value give four texts, and the program makes two of them: what of the others does not fit is
/// not reported as broken. A column that one text misses is.
#[test]
fn parts_that_do_not_fit_are_not_known_to_meet_and_a_missing_column_breaks() {
    let folder = TempDir::new().unwrap();
    for version in ["old", "new"] {
        let at = folder.path().join(version);
        write(&at, "migrations/001_t.sql", "CREATE TABLE t (id integer, tags text[]);\n");
    }
    let head = "import { Pool } from 'pg'\nconst pool = new Pool()\n";
    write(&folder.path().join("old"), "src/a.ts", &format!("{head}pool.query('SELECT id FROM t')\n"));
    let code = "export async function find(filter: { type: string; by: string }) {\n\
                const column = filter.type === 'list' ? 'tags' : 'id'\n\
                const value = filter.by === 'list' ? \"ARRAY['a']\" : '1::integer'\n\
                const order = filter.by === 'name' ? 'name' : 'id'\n\
                await pool.query(`SELECT id FROM t WHERE ${column} = ${value}`)\n\
                await pool.query(`SELECT id FROM t ORDER BY ${order}`)\n}\n";
    write(&folder.path().join("new"), "src/a.ts", &format!("{head}{code}"));
    let run = run_in(folder.path(), CHECK);
    let report = run.json();
    let of = |sql: &str| {
        let query = report["queries"].as_array().unwrap().iter().find(|query| query["sql"] == sql).unwrap();
        (query["verdicts"][0]["verdict"].clone(), query["verdicts"][0]["rule"].clone())
    };
    assert_eq!(of("SELECT id FROM t WHERE tags = 1::integer"), ("unknown".into(), "dynamic-sql".into()));
    assert_eq!(of("SELECT id FROM t WHERE id = 1::integer").0, "resolves");
    assert_eq!(of("SELECT id FROM t ORDER BY name"), ("breaks".into(), "missing-column".into()));
    assert_eq!(run.status, 1);
}

/// Rows that are pushed are not known, the names around them are; and what is not known before a statement is not that
/// statement's doing.
#[test]
fn a_column_that_pushed_rows_are_for_is_missed() {
    let folder = TempDir::new().unwrap();
    for version in ["old", "new"] {
        let at = folder.path().join(version);
        write(&at, "Cargo.toml", "[package]\nname = \"app\"\n");
        write(&at, "migrations/001_a.sql", "CREATE TABLE tokens (id integer, gone integer, at timestamptz);\n");
    }
    write(&folder.path().join("new"), "migrations/002_b.sql", "ALTER TABLE tokens DROP COLUMN gone;\n");
    let code = "async fn add(pool: &sqlx::PgPool, rows: Vec<i32>) {\n\
                let mut builder = sqlx::QueryBuilder::new(\"INSERT INTO tokens (gone) \");\n\
                builder.push_values(rows, |mut b, row| { b.push_bind(row); });\n\
                builder.build().execute(pool).await;\n}\n";
    write(&folder.path().join("old"), "src/lib.rs", code);
    write(
        &folder.path().join("new"),
        "src/lib.rs",
        "async fn idle(pool: &sqlx::PgPool) { sqlx::query(\"SELECT 1\"); }\n",
    );
    let run = run_in(folder.path(), &["check", "--old", "old", "--new", "new"]);
    assert_eq!(run.status, 1, "{}", run.errors);
    assert!(run.output.starts_with("error[missing-column]: old fails in state `after`"), "{}", run.output);
    assert!(run.output.contains("dynamic-sql: 1 is not proven\n"), "{}", run.output);
    assert!(!run.output.contains("it works once this has run"), "{}", run.output);
}
