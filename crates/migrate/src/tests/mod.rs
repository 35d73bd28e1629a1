//! Each tool on a small tree in memory: what it lists, in which order, in which transactions.

mod deploys;
mod detection;
mod hostile;
mod scripts;

use rollproof_source::{Snapshot, SourceMap};

use crate::{Content, MigrationSet, Phase, Transaction, detect, read};

fn tree(files: &[(&str, &str)]) -> Snapshot {
    Snapshot::from_texts(files.iter().copied())
}

fn set(folder: &str, tool: &str, files: &[(&str, &str)]) -> MigrationSet {
    read(&tree(files), &SourceMap::new(), folder, tool, None).unwrap()
}

/// Each migration as `id transaction: statement; statement!`, `!` after each commit.
fn show(set: &MigrationSet) -> Vec<String> {
    set.migrations.iter().map(show_one).collect()
}

fn show_one(migration: &crate::Migration) -> String {
    let statements: Vec<String> = migration
        .statements
        .iter()
        .map(|statement| {
            let text = match &statement.content {
                Content::Sql(_) => statement.text().split_whitespace().collect::<Vec<_>>().join(" "),
                Content::Unmodelled { reason, touches: None } => format!("<{reason}>"),
                Content::Unmodelled { reason, touches: Some(names) } => format!("<{reason}: {}>", names.join(" ")),
            };
            text + if statement.commits_after { "!" } else { "" }
        })
        .collect();
    format!("{} {:?}: {}", migration.id, migration.transaction, statements.join("; "))
}

/// Detects, then reads what was found first.
fn detected(files: &[(&str, &str)]) -> (String, Vec<String>) {
    let snapshot = tree(files);
    let detection = detect(&snapshot, &[]);
    let first = detection.folders.first().expect("nothing was detected");
    let set = read(&snapshot, &SourceMap::new(), &first.path, first.tool, None).unwrap();
    (format!("{} {}", first.tool, first.path), show(&set))
}

fn check(files: &[(&str, &str)], found: &str, expected: &[&str]) {
    let (folder, migrations) = detected(files);
    assert_eq!(folder, found);
    assert_eq!(migrations, expected);
}

const SQLX: (&str, &str) = ("Cargo.toml", "[dependencies]\nsqlx = \"0.8\"\n");

#[test]
fn sqlx() {
    check(
        &[
            SQLX,
            ("migrations/20240102_b.sql", "create table b(id serial); create table c(id int);"),
            ("migrations/3_a.up.sql", "create table a(id bigserial)"),
            ("migrations/3_a.down.sql", "drop table a"),
            ("migrations/202601016134308_late.sql", "-- no-transaction\ncreate index concurrently i on b(id);"),
            ("migrations/notes.sql", "not a migration"),
            ("migrations/20240103_two.sql", "-- no-transaction\nselect 1; select 2;"),
        ],
        "sqlx migrations",
        &[
            "3 File: create table a(id bigserial)!",
            "20240102 File: create table b(id serial); create table c(id int)!",
            "20240103 SimpleQuery: select 1; select 2!",
            "202601016134308 SimpleQuery: create index concurrently i on b(id)!",
        ],
    );
}

#[test]
fn sqlx_says_what_it_would_refuse() {
    let set = set("m", "sqlx", &[("m/1_a.sql", ""), ("m/01_b.sql", ""), ("m/x_c.sql", "")]);
    assert_eq!(set.migrations.len(), 2);
    let messages: Vec<_> = set.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert!(messages.iter().any(|message| message.contains("integer")), "{messages:?}");
    assert!(messages.iter().any(|message| message.contains("same version")), "{messages:?}");
    assert_eq!(set.bookkeeping.len(), 1);
}

#[test]
fn diesel() {
    check(
        &[
            ("Cargo.toml", "diesel = 2"),
            ("migrations/00000000000000_diesel_initial_setup/up.sql", "create schema x"),
            ("migrations/2024-01-02-000000_b/up.sql", "create index concurrently i on b(id)"),
            ("migrations/2024-01-02-000000_b/down.sql", "drop index i"),
            ("migrations/2024-01-02-000000_b/metadata.toml", "run_in_transaction = false\n"),
            ("migrations/20231231000000_a/up.sql", "select 1; select 2"),
            ("migrations/.hidden/up.sql", "select 3"),
        ],
        "diesel migrations",
        &[
            "00000000000000 File: create schema x!",
            "20231231000000 File: select 1; select 2!",
            "20240102000000 SimpleQuery: create index concurrently i on b(id)!",
        ],
    );
}

#[test]
fn prisma() {
    check(
        &[
            ("prisma/migrations/migration_lock.toml", "provider = \"postgresql\"\n"),
            ("prisma/migrations/20240102000000_b/migration.sql", "select 2; select 3;"),
            ("prisma/migrations/20240101000000_a/migration.sql", "begin; select 1; commit; select 4; select 5"),
        ],
        "prisma prisma/migrations",
        &[
            "20240101000000_a SimpleQuery: begin; select 1; commit!; select 4; select 5!",
            "20240102000000_b SimpleQuery: select 2; select 3!",
        ],
    );
}

#[test]
fn drizzle_runs_all_in_one_transaction_in_the_order_of_its_journal() {
    let journal = r#"{"version":"7","dialect":"postgresql","entries":[
        {"idx":0,"version":"7","when":5,"tag":"0000_b","breakpoints":true},
        {"idx":1,"version":"7","when":9,"tag":"0001_a","breakpoints":true}]}"#;
    check(
        &[
            ("drizzle/meta/_journal.json", journal),
            ("drizzle/0000_b.sql", "select 1;--> statement-breakpoint\nselect 2;"),
            ("drizzle/0001_a.sql", "select 3"),
            ("drizzle/0002_unlisted.sql", "select 4"),
        ],
        "drizzle drizzle",
        &["5 Batch: select 1; select 2", "9 Batch: select 3!"],
    );
}

#[test]
fn goose_runs_what_stands_under_up() {
    check(
        &[
            (
                "db/00002_b.sql",
                "-- +goose NO TRANSACTION\n-- +goose Up\nselect 2;\nselect 3;\n-- +goose Down\nselect 9;",
            ),
            (
                "db/00001_a.sql",
                "-- +goose Up\n-- +goose StatementBegin\ncreate function f() returns int as $$ select 1; $$ language sql;\n\
                 -- +goose StatementEnd\nselect 1;\n-- +goose Down\ndrop function f();",
            ),
            ("db/00003_c.go", "package db"),
            ("db/00003_c_test.go", "package db"),
        ],
        "goose db",
        &[
            "1 File: create function f() returns int as $$ select 1; $$ language sql; select 1!",
            "2 Autocommit: select 2!; select 3!",
            "3 File: <it is written in Go>!",
        ],
    );
}

#[test]
fn dbmate() {
    check(
        &[
            ("db/migrations/2_b.sql", "-- migrate:up transaction:false\nselect 2;\n\n-- migrate:down\nselect 9"),
            ("db/migrations/1_a.sql", "-- migrate:up\nselect 1;\nselect 0;\n"),
        ],
        "dbmate db/migrations",
        &["1 File: select 1; select 0!", "2 SimpleQuery: select 2!"],
    );
    let set = set("m", "dbmate", &[("m/1_a.sql", "select 1")]);
    assert_eq!(show(&set), ["1 File: "]);
    assert!(set.problems[0].message.contains("migrate:up"));
}

#[test]
fn node_pg_migrate_runs_all_pending_in_one_transaction() {
    check(
        &[
            ("package.json", r#"{"dependencies": {"node-pg-migrate": "7"}}"#),
            ("migrations/1700000000002_b.sql", "---- Up Migration ----\nselect 2;\n-- Down migration\nselect 9;"),
            ("migrations/1700000000001_a.sql", "select 1"),
            ("migrations/1700000000003_c.js", "exports.up = (pgm) => {}"),
            ("migrations/20_d.sql", "-- Down Migration\nselect 9;\n-- Up Migration\nselect 4;"),
        ],
        "node-pg-migrate migrations",
        &[
            "20_d Batch: select 4",
            "1700000000001_a Batch: select 1",
            "1700000000002_b Batch: select 2!",
            "1700000000003_c Batch: ",
        ],
    );
}

#[test]
fn graphile_worker_puts_its_schema_in_and_keeps_places() {
    let text = "create table :GRAPHILE_WORKER_SCHEMA.jobs (id int);\nselect ':GRAPHILE_WORKER_SCHEMAX';";
    let files = [("sql/000002.sql", text), ("sql/000001.sql", "select :GRAPHILE_WORKER_SCHEMA.f()")];
    check(
        &files,
        "graphile-worker sql",
        &[
            "1 File: select \"graphile_worker\".f()!",
            "2 File: create table \"graphile_worker\".jobs (id int); select ':GRAPHILE_WORKER_SCHEMAX'!",
        ],
    );
    let sources = SourceMap::new();
    let set = read(&tree(&files), &sources, "sql", "graphile-worker", None).unwrap();
    let second = &set.migrations[1].statements[1];
    assert_eq!(second.span().range.slice(text), "select ':GRAPHILE_WORKER_SCHEMAX'");
    assert_eq!(sources.locate(second.span()).1.line, 2);
    assert_eq!(set.bookkeeping.len(), 3);
}

#[test]
fn graphile_migrate_runs_what_is_committed() {
    let files = [
        ("migrations/committed/000001.sql", "--! Previous: -\n--! Hash: sha1:x\n\nselect 1;"),
        ("migrations/committed/000002-b.sql", "--! Previous: sha1:x\n--! no-transaction\nselect 2;"),
        ("migrations/current.sql", "select 3;"),
    ];
    check(&files, "graphile-migrate migrations", &["1 File: select 1!", "2 SimpleQuery: select 2!"]);
    assert!(set("migrations", "graphile-migrate", &files).problems[0].message.contains("not committed"));
}

#[test]
fn postgres_migrations() {
    check(
        &[
            ("package.json", r#"{"dependencies": {"postgres-migrations": "5"}}"#),
            ("migrations/0001-a.sql", "select 1; select 2"),
            (
                "migrations/00010-c.sql",
                "-- postgres-migrations disable-transaction\ncreate index concurrently i on t(a);",
            ),
            ("migrations/0002_b.js", "module.exports.generateSql = () => ``"),
        ],
        "postgres-migrations migrations",
        &[
            "1 File: select 1; select 2!",
            "2 File: <it is written in JavaScript>!",
            "10 SimpleQuery: create index concurrently i on t(a)!",
        ],
    );
}

#[test]
fn river_is_read_without_a_schema() {
    check(
        &[
            ("go.mod", "module river"),
            (
                "driver/pg/migration/main/002_b.up.sql",
                "alter table /* TEMPLATE: schema */river_job add column a jsonb;",
            ),
            ("driver/pg/migration/main/002_b.down.sql", "select 9"),
            ("driver/pg/migration/main/001_a.up.sql", "create table /* TEMPLATE: schema */river_job(id bigserial);"),
            (
                "driver/sqlite/migration/main/001_a.up.sql",
                "create table /* TEMPLATE: schema */j(id integer autoincrement);",
            ),
        ],
        "river driver/pg/migration/main",
        &[
            "1 File: create table /* TEMPLATE: schema */river_job(id bigserial)!",
            "2 File: alter table /* TEMPLATE: schema */river_job add column a jsonb!",
        ],
    );
}

#[test]
fn refinery() {
    check(
        &[
            ("Cargo.toml", "refinery = \"0.8\""),
            ("migrations/V10__c.sql", "select 3"),
            ("migrations/V2__b.rs", "pub fn migration() -> String {}"),
            ("migrations/U1__a.sql", "select 1"),
        ],
        "refinery migrations",
        &["1.0 File: select 1!", "2.0 File: <it is written in Rust>!", "10.0 File: select 3!"],
    );
}

#[test]
fn flyway_undoes_nothing_and_repeats_last() {
    check(
        &[
            ("pom.xml", "flyway"),
            ("flyway.conf", "flyway.placeholders.table = users\n"),
            ("src/main/resources/db/migration/V2__b.sql", "create index concurrently i on t(a);"),
            ("src/main/resources/db/migration/V1_1__a.sql", "select 1 from ${table}; select 2;"),
            ("src/main/resources/db/migration/U1_1__a.sql", "select 9;"),
            ("src/main/resources/db/migration/R__v.sql", "create or replace view v as select 1;"),
            ("src/main/resources/db/migration/more/V3__c.sql", "select 3;\nselect 4;"),
            ("src/main/resources/db/migration/more/V3__c.sql.conf", "executeInTransaction = false\n"),
        ],
        "flyway src/main/resources/db/migration",
        &[
            "1.1 File: select 1 from users; select 2!",
            "2 Autocommit: create index concurrently i on t(a)!",
            "3 Autocommit: select 3!; select 4!",
            "R v File: create or replace view v as select 1!",
        ],
    );
}

#[test]
fn supabase() {
    check(
        &[
            ("supabase/config.toml", "project_id = \"x\""),
            ("supabase/migrations/20240102000000_b.sql", "select 2; select 3;"),
            ("supabase/migrations/20240101000000_a.sql", "select 1;"),
            ("supabase/seed.sql", "select 9;"),
        ],
        "supabase supabase/migrations",
        &["20240101000000 SimpleQuery: select 1!", "20240102000000 SimpleQuery: select 2; select 3!"],
    );
}

#[test]
fn atlas() {
    check(
        &[
            ("migrations/atlas.sum", "h1:x"),
            ("migrations/20240101_a.sql", "select 1; select 2"),
            ("migrations/20240102_b.sql", "-- atlas:txmode none\n\nselect 3; select 4;"),
            ("migrations/20240103_checkpoint.sql", "-- atlas:checkpoint\n\nselect 9;"),
        ],
        "atlas migrations",
        &["20240101 File: select 1; select 2!", "20240102 Autocommit: select 3!; select 4!"],
    );
}

#[test]
fn synapse_starts_from_the_newest_full_schema() {
    check(
        &[
            ("s/common/schema_version.sql", "create table schema_version(v int)"),
            ("s/common/full_schemas/72/full.sql.postgres", "select 1"),
            ("s/main/full_schemas/72/full.sql.postgres", "select 2"),
            ("s/main/full_schemas/72/full.sql.sqlite", "select 9"),
            ("s/main/full_schemas/54/full.sql.postgres", "select 9"),
            ("s/main/delta/72/01x.sql", "select 9"),
            ("s/main/delta/100/01d.sql", "select 6"),
            ("s/main/delta/73/02c.sql.postgres", "select 5"),
            ("s/main/delta/73/02c.sql.sqlite", "select 9"),
            ("s/main/delta/73/01a.py", "def run_create(cur, engine): pass"),
            ("s/state/delta/73/01b.sql", "create table t(id $%AUTO_INCREMENT_PRIMARY_KEY%$)"),
        ],
        "synapse s",
        &[
            "schema_version Batch: create table schema_version(v int)",
            "full /common/full_schemas/72/full.sql.postgres Batch: select 1",
            "full /main/full_schemas/72/full.sql.postgres Batch: select 2",
            "73/01a.py Batch: <it is written in Python>",
            "73/01b.sql Batch: create table t(id BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY)",
            "73/02c.sql.postgres Batch: select 5",
            "100/01d.sql Batch: select 6!",
        ],
    );
}

#[test]
fn golang_migrate() {
    check(
        &[
            ("go.mod", "require github.com/golang-migrate/migrate/v4 v4.17.0"),
            ("migrations/2_b.up.sql", "begin; select 2; commit;"),
            ("migrations/2_b.down.sql", "select 9"),
            ("migrations/10_c.up.sql", "select 3; select 4"),
        ],
        "golang-migrate migrations",
        &["2 SimpleQuery: begin; select 2; commit!", "10 SimpleQuery: select 3; select 4!"],
    );
}

#[test]
fn plain_scripts_commit_each_statement() {
    check(
        &[("migrations/10_c.sql", "select 3"), ("migrations/9_b.sql", "select 1; begin; select 2; commit; select 4;")],
        "plain migrations",
        &["9_b.sql Autocommit: select 1!; begin; select 2; commit!; select 4!", "10_c.sql Autocommit: select 3!"],
    );
}

#[test]
fn psql_includes_are_followed_inside_the_tree_and_not_in_circles() {
    let set = set(
        "db",
        "plain",
        &[
            (
                "db/1.sql",
                "\\set ON_ERROR_STOP on\n\\i parts/a.sql\nselect 1;\n\\ir ../../etc/passwd\n\\i db/1.sql\n\\gexec\n\\q\nselect 9;",
            ),
            ("db/parts/a.sql", "select 'a';\n\\ir b.sql\n"),
            ("db/parts/b.sql", "select 'b';\n\\i db/1.sql\n"),
        ],
    );
    let shown = show(&set).join("\n");
    assert!(shown.contains("select 'a'!; select 'b'!; <db/1.sql includes itself>!; select 1!"), "{shown}");
    assert!(shown.contains("<the included file ../../etc/passwd is not in the tree>"), "{shown}");
    assert!(shown.contains("gexec") && !shown.contains("select 9"), "{shown}");
    assert_eq!(set.migrations[0].files.len(), 3);
    assert!(set.problems.iter().any(|problem| problem.line == Some(4) && problem.file.as_deref() == Some("db/1.sql")));
}

#[test]
fn migrations_in_code_are_listed_and_unmodelled() {
    let cases: &[(&str, &str, &str, &str)] = &[
        ("logto", "alterations", "1.0.0-1677208902-a.ts", "const a: AlterationScript = {}"),
        ("typeorm", "src/migrations", "1700000000000-a.ts", "class A implements MigrationInterface {}"),
        ("sequelize", "server/migrations", "20240101-a.js", "up: (queryInterface) => {}"),
        ("db-migrate", "src/migrations", "20240101-a.js", "exports.up = (db, cb) => db.runSql(``, cb)"),
        ("knex", "migrations", "20240101_a.js", "exports.up = function (knex) { return help(knex) }"),
        ("kysely", "migrations", "1_a.ts", "export async function up(db: Kysely<any>) { await help() }"),
        ("sea-orm", "migration/src", "m20220101_000001_a.rs", "impl MigrationTrait for Migration {}"),
        ("rails", "db/migrate", "20240101000000_a.rb", "class A < ActiveRecord::Migration[7.0]"),
        ("django", "app/migrations", "0001_initial.py", "class Migration(migrations.Migration): pass"),
        ("alembic", "alembic/versions", "1a2b_x.py", "down_revision = None"),
    ];
    for (tool, folder, name, text) in cases {
        let path = format!("{folder}/{name}");
        let (found, migrations) = detected(&[(&path, text)]);
        assert_eq!(found, format!("{tool} {folder}"));
        assert!(migrations.len() == 1 && migrations[0].contains('<'), "{migrations:?}");
    }
}

#[test]
fn logto_orders_by_timestamp() {
    let files =
        ["1.0.0-1677208902-c.ts", "1.0.0_beta.10-1-a.ts", "1.0.0_rc.0-1674032095.2-b.ts", "next-1786431364-d.ts"];
    let files: Vec<(String, &str)> =
        files.iter().map(|name| (format!("alterations/{name}"), "AlterationScript")).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let ids: Vec<char> = show(&set("alterations", "logto", &files))
        .iter()
        .filter_map(|line| line.split(' ').next()?.chars().last())
        .collect();
    assert_eq!(ids, ['a', 'b', 'c', 'd']);
}

#[test]
fn every_tool_reads_an_empty_folder() {
    for tool in crate::tool_names() {
        let set = read(&tree(&[]), &SourceMap::new(), "nowhere", tool, None).unwrap();
        assert!(set.migrations.is_empty(), "{tool}");
    }
    assert!(read(&tree(&[]), &SourceMap::new(), "", "nonesuch", None).is_none());
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_goes_on() {
    let snapshot = Snapshot::from_bytes([
        ("m/1_a.sql", b"select 1;\n\xFF".as_slice()),
        ("m/2_b.sql", b"select 2;\nselect 'open".as_slice()),
        ("m/3_c.sql", b"select 3;".as_slice()),
    ]);
    let set = read(&snapshot, &SourceMap::new(), "m", "sqlx", None).unwrap();
    let shown = show(&set);
    assert_eq!(shown[0], "1 File: <it is not UTF-8 (line 2)>!");
    assert_eq!(shown[2], "3 File: select 3!");
    let places: Vec<_> = set.problems.iter().map(|problem| (problem.file.as_deref(), problem.line)).collect();
    assert!(places.contains(&(Some("m/2_b.sql"), Some(2))), "{:?}", set.problems);
    assert!(places.contains(&(Some("m/1_a.sql"), None)), "{:?}", set.problems);
}

#[test]
fn post_deploy_is_marked() {
    let set = set(
        "m",
        "plain",
        &[("m/1.sql", "select 1"), ("m/2.post.sql", "select 2"), ("m/3.sql", "-- rollproof: post-deploy\n")],
    );
    let phases: Vec<_> = set.migrations.iter().map(|migration| migration.phase).collect();
    assert_eq!(phases, [Phase::Deploy, Phase::PostDeploy, Phase::PostDeploy]);
}

#[test]
fn the_transaction_can_be_overridden() {
    let files = [("m/1_a.sql", "select 1; select 2")];
    let set = read(&tree(&files), &SourceMap::new(), "m", "sqlx", Some(Transaction::Autocommit)).unwrap();
    assert_eq!(show(&set), ["1 Autocommit: select 1!; select 2!"]);
}
