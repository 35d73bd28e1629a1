//! Migrations that are programs.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use rollproof_tests::program::{run_in, write};
use tempfile::TempDir;

fn migration(name: &str, body: &str) -> String {
    format!(
        "import {{ MigrationInterface, QueryRunner }} from 'typeorm'
export class {name} implements MigrationInterface {{
  public async up(queryRunner: QueryRunner): Promise<void> {{
{body}
  }}
}}
"
    )
}

#[test]
fn a_migration_in_typescript_breaks_what_runs_and_a_builder_leaves_its_own_table_unknown() {
    let folder = TempDir::new().unwrap();
    let first = migration(
        "First1700000000001",
        "    await queryRunner.query(`CREATE TABLE parcels (id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), weight int)`)
    await queryRunner.query('CREATE TABLE drivers (id serial PRIMARY KEY)')
    await queryRunner.query('CREATE TABLE routes (id serial PRIMARY KEY)')",
    );
    let second = migration(
        "Second1700000000002",
        "    await queryRunner.query('ALTER TABLE parcels RENAME COLUMN weight TO grams')
    await queryRunner.addColumn('drivers', new TableColumn({ name: 'phone', type: 'text' }))",
    );
    let code = "import { Pool } from 'pg'
const pool = new Pool()
pool.query('SELECT weight FROM parcels')
pool.query('SELECT id FROM drivers')
pool.query('SELECT id FROM routes')
";
    for version in ["old", "new"] {
        let at = folder.path().join(version);
        write(&at, "src/db/migrations/1700000000001-First.ts", &first);
        write(&at, "src/main.ts", code);
    }
    write(&folder.path().join("new"), "src/db/migrations/1700000000002-Second.ts", &second);
    let run = run_in(folder.path(), &["check", "--old", "old", "--new", "new", "--format", "json"]);
    let report = run.json();
    let old: Vec<_> = report["queries"].as_array().unwrap().iter().filter(|query| query["version"] == "old").collect();
    let after = |sql: &str| {
        let query = old.iter().find(|query| query["sql"] == sql).unwrap();
        query["verdicts"].as_array().unwrap().last().unwrap().clone()
    };
    let broken = after("SELECT weight FROM parcels");
    assert_eq!((&broken["verdict"], &broken["rule"]), (&"breaks".into(), &"missing-column".into()));
    assert_eq!(broken["cause"]["statement"], "ALTER TABLE parcels RENAME COLUMN weight TO grams");
    assert_eq!(broken["cause"]["line"], 4);
    assert_eq!(after("SELECT id FROM drivers")["rule"], "unmodelled-migration");
    assert_eq!(after("SELECT id FROM routes")["verdict"], "resolves");
    assert_eq!(run.status, 1);
}
