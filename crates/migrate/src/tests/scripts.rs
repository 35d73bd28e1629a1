//! Migrations written in JavaScript and TypeScript, read call by call.

use super::{check, set, show};

const TYPEORM: &str = "import { MigrationInterface, QueryRunner } from 'typeorm'
import { TABLE } from './names'
export class Made1700000000002 implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`create table ${TABLE} (id int)`)
    if (process.env.FAST) {
      await queryRunner.query('drop index i')
      await queryRunner.query('alter table b add c int')
      await queryRunner.query(`update b set c = ${Date.now()}`)
    }
    await queryRunner.addColumn('t', new TableColumn({ name: 'c' }))
    await queryRunner.createTable(new Table({ name: NAME }))
    await help(queryRunner)
    console.log(`made ${TABLE}`)
  }
  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table t')
  }
}";

#[test]
fn typeorm_is_read_call_by_call() {
    check(
        &[
            ("src/migrations/postgres/1700000000002-Made.ts", TYPEORM),
            ("src/migrations/postgres/names.ts", "export const TABLE = 'orders'"),
            ("src/migrations/postgres/index.ts", "export const migrations = []"),
            ("src/migrations/mysql/1700000000002-Made.ts", TYPEORM),
            (
                "src/migrations/postgres/1690000000001-First.js",
                "class First1690000000001 { async up(queryRunner) { await queryRunner.query('select 1; select 2') } }",
            ),
        ],
        "typeorm src/migrations/postgres",
        &[
            "1690000000001-First Batch: select 1; select 2",
            "1700000000002-Made Batch: create table orders (id int); <it runs on a condition, or more than once>; \
             <it runs on a condition, or more than once: >; \
             <`addColumn(…)` is a schema builder's, and is not modelled: t>; \
             <`createTable(…)` is a schema builder's, and is not modelled>; <what `help(…)` does is not known>!",
        ],
    );
}

#[test]
fn a_return_before_a_call_is_a_condition_and_a_throw_is_none() {
    let text = |jump: &str| {
        format!(
            "exports.up = async (knex) => {{ if (await knex.schema.hasTable('a')) {jump}; await knex.raw('alter table a add b int'); }};"
        )
    };
    let (returns, throws) = (text("return"), text("throw new Error('no')"));
    let found = set("migrations", "knex", &[("migrations/1_a.js", &returns), ("migrations/2_b.js", &throws)]);
    assert_eq!(
        show(&found),
        ["1_a File: <it runs on a condition, or more than once: >!", "2_b File: alter table a add b int!"]
    );
}

#[test]
fn builders_are_bounded_by_the_names_that_they_are_given() {
    let files = [
        (
            "migrations/1_a.ts",
            "export async function up(db: Kysely<any>) {
               await db.schema.createTable('person').addColumn('id', 'serial', (col) => col.primaryKey()).execute()
               await db.schema.createIndex('person_id').on('person').column('id').execute()
               await db.schema.dropIndex('person_id').execute()
               await db.insertInto('person').values({ id: 1 }).execute()
               await sql`create view v as select id from person`.execute(db)
             }",
        ),
        (
            "migrations/2_b.js",
            "exports.config = { transaction: false };
             exports.up = function (knex) {
               return knex.schema.alterTable('pet', (table) => { table.integer('owner').references('id').inTable('person') })
                 .then(() => knex('pet').update({ owner: 1 }));
             };",
        ),
    ];
    let found = set("migrations", "kysely", &files);
    assert_eq!(
        show(&found),
        [
            "1_a Batch: <`createTable(…)` is a schema builder's, and is not modelled: id person serial>; \
             <`createIndex(…)` is a schema builder's, and is not modelled: id person person_id>; \
             <what `db.schema.dropIndex(…)` does is not known>; create view v as select id from person!",
            "2_b Autocommit: <`alterTable(…)` is a schema builder's, and is not modelled: id owner person pet>!",
        ]
    );
}

#[test]
fn slonik_and_mikro_orm() {
    check(
        &[(
            "src/migrations/Migration20240102.ts",
            "import { Migration } from '@mikro-orm/migrations';
             export class Migration20240102 extends Migration {
               async up(): Promise<void> { this.addSql('create table a (b text);'); this.addSql(make()); }
             }",
        )],
        "mikro-orm src/migrations",
        &["Migration20240102 Batch: create table a (b text); <the SQL that it sends is not known: result of `make`>!"],
    );
    let files = [(
        "alterations/1.0.0-1700000000-a.ts",
        "const alteration: AlterationScript = { up: async (pool) => {
           const id = generateId();
           await pool.query(sql`alter table users add role varchar(${12})`);
         }, down: async (pool) => {} };
         export default alteration;",
    )];
    assert_eq!(
        show(&set("alterations", "logto", &files)),
        ["1.0.0-1700000000-a File: alter table users add role varchar($1)!"]
    );
}

#[test]
fn sea_orm_is_read_call_by_call() {
    let one = "use sea_orm_migration::prelude::*;
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::from_sql(manager, include_str!(\"first/up.sql\")).await?;
        let db = manager.get_connection();
        db.execute_unprepared(\"alter table a add c int\").await?;
        db.execute(Statement::from_string(manager.get_database_backend(), \"drop table b\".to_string())).await?;
        manager.create_table(Table::create().table(Cake::Table).to_owned()).await?;
        Ok(())
    }
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(\"drop table a\").await?;
        Ok(())
    }
}
";
    check(
        &[
            ("Cargo.toml", "[package]\nname = \"migration\"\n"),
            ("src/m20240101_000001_first.rs", one),
            ("src/first/up.sql", "create table a (id int); create table b (id int);"),
        ],
        "sea-orm src",
        &["m20240101_000001_first Batch: create table a (id int); create table b (id int); alter table a add c int; \
           drop table b; <what `manager.create_table(…)` does is not known>!"],
    );
}
