//! What libraries send, as their own runs show: each text here was held against what the library gave a server.

use super::check;

fn check_one(text: &str, expected: &str) {
    check(&[("a.ts", text)], expected);
}

/// Knex fills placeholders by a pattern that knows nothing of quotes and comments, and names only where something is bound.
#[test]
fn knex_fills_placeholders_everywhere() {
    check_one(
        "import knex from 'knex';
         const db = knex({ client: 'pg' });
         export const a = (x, y) => db.raw(\"select '?' as q, ? as v\", [x, y]);
         export const b = (a, name) => db.raw(\"select ':name' as q -- :a?\\n from carts where x = :a and y = :gone\", { a, name });
         export const c = () => db.raw(\"select '\\\\?' as q\");
         export const d = () => db.raw('select ??, ?? from ??', ['c.id', 'c.at as since', 'shop.carts as c']);",
        "a.ts:3 knex.raw
           = select '$1' as q, $2 as v
         a.ts:4 knex.raw
           = select '$1' as q -- $2$3 from carts where x = $4 and y = :gone
         a.ts:5 knex.raw
           = select '?' as q
         a.ts:6 knex.raw
           = select \"c\".\"id\", \"c\".\"at\" as \"since\" from \"shop\".\"carts\" as \"c\"",
    );
}

/// Queries that are bound to a raw text of Knex stand in it; where only a query can stand nothing else is a parameter.
#[test]
fn knex_binds_queries() {
    check_one(
        "import knex from 'knex';
         const db = knex({ client: 'pg' });
         export const a = async (id) => {
           const open = db.raw('select id from carts where id = ?', [id]);
           await db.raw('? union all ?', [open, db('items').select('id')]);
           await db.raw('(?) except (?)', [open, db.raw('select 2')]);
         };
         export const b = (parts) => db.raw('? union ?', parts);
         export const c = (part) => db.raw('with x as (?) select * from x where exists (?) and a = ?', [part, part, 1]);
         export const d = (f) => db('carts').select(db.raw('? + 1', [f]));",
        "a.ts:4 knex.raw
           = select id from carts where id = $1
         a.ts:5 knex.raw
           ~ select id from carts where id = $1 union all <?>
           ? part that a query builder makes (a.ts:5)
         a.ts:5 knex (builder)
           ? query-builder (a.ts:5)
         a.ts:6 knex.raw
           + (select id from carts where id = $1) except (select 2)
         a.ts:6 knex.raw
           = select 2
         a.ts:8 knex.raw
           ~ <?> union <?>
           ? part that a query builder makes (a.ts:8)
         a.ts:9 knex.raw
           ~ with x as (<?>) select * from x where exists (<?>) and a = $1
           ? part that a query builder makes (a.ts:9)
         a.ts:10 knex (builder)
           ? query-builder (a.ts:10)",
    );
}

/// Sequelize: what is bound by a dollar is found by a pattern, replacements as SQL is read, and rows are written out.
#[test]
fn what_sequelize_replaces_and_binds() {
    check_one(
        "import { Sequelize } from 'sequelize';
         const sequelize = new Sequelize('postgres://');
         export const a = () => sequelize.query(\"select '$$1' as a, $id::int as b\", { bind: { id: 1 } });
         export const b = () => sequelize.query('select $$$id$$ as a', { replacements: { id: 1 } });
         export const c = () => sequelize.query('select $$:id$$ as a, :id as b', { replacements: { id: 1 } });
         export const d = () => sequelize.query('insert into carts (a, b) values :rows', { replacements: { rows: [[1, 2], [3, 4]] } });
         export const e = (rows) => sequelize.query('insert into carts (a, b) values ?', { replacements: [rows] });
         export const f = (rows) => sequelize.query('insert into carts (a, b) values ?', { replacements: [rows.map((row) => [row.a, row.b])] });",
        "a.ts:3 sequelize.query
           = select '$1' as a, $1::int as b
         a.ts:4 sequelize.query
           = select $$$id$$ as a
         a.ts:5 sequelize.query
           = select $$:id$$ as a, $1 as b
         a.ts:6 sequelize.query
           ~ insert into carts (a, b) values ($1, $2)
         a.ts:7 sequelize.query
           ~ insert into carts (a, b) values <?>
           ? rows that are not known (a.ts:7)
         a.ts:8 sequelize.query
           ~ insert into carts (a, b) values ($1, $2)",
    );
}

/// Bun makes clients of other databases, too: their addresses and options tell.
#[test]
fn bun_speaks_with_other_databases() {
    check_one(
        "import { SQL, sql } from 'bun';
         const lite = new SQL('sqlite://app.db');
         const file = (path: string) => new SQL(`file:${path}`);
         const my = new SQL({ adapter: 'mysql', hostname: 'db' });
         const pg = new SQL(process.env.URL!, { adapter: 'postgres' });
         export const a = (id) => lite`select 1 from carts where id = ${id}`;
         export const b = () => file('x')`select 2 from carts`;
         export const c = () => my.unsafe('select 3 from carts');
         export const d = () => lite.begin(async (tx) => { await tx`select 4`; await tx.unsafe('select 5'); });
         const all = (db: SQL) => db`select 6 from carts`;
         export const every = () => all(lite);
         export const e = () => pg`select 7 from carts`;
         export const f = () => pg.begin((tx) => tx.unsafe('select 8 from carts'));
         export const g = () => new Bun.SQL(':memory:')`select 9`;",
        "a.ts:6 sqlite.sql [SQLite]
           = select 1 from carts where id = $1
         a.ts:7 sqlite.sql [SQLite]
           = select 2 from carts
         a.ts:8 mysql.unsafe [MySQL]
           = select 3 from carts
         a.ts:9 sqlite.sql [SQLite]
           = select 4
         a.ts:9 sqlite.unsafe [SQLite]
           = select 5
         a.ts:10 sqlite.sql [SQLite]
           = select 6 from carts
         a.ts:12 bun.sql
           = select 7 from carts
         a.ts:13 bun.unsafe
           = select 8 from carts
         a.ts:14 sqlite.sql [SQLite]
           = select 9",
    );
}

/// A runtime's own client of another database is known where no package asks for it, and in files that do not import it.
#[test]
fn a_client_that_comes_with_the_runtime() {
    check(
        &[
            ("package.json", r#"{ "dependencies": { "pg": "8" } }"#),
            ("store.ts", "import { DatabaseSync } from 'node:sqlite'; export const lite = new DatabaseSync('app.db');"),
            (
                "use.ts",
                "import { lite } from './store'; export const all = (id) => lite.prepare('select 1 from carts').all(id);",
            ),
        ],
        "use.ts:1 sqlite.query [SQLite]
           = select 1 from carts",
    );
}

/// A text of sql-template-strings that grows in a chain, and what is set on it.
#[test]
fn texts_that_grow_in_chains() {
    check_one(
        "import SQL from 'sql-template-strings';
         import { Pool } from 'pg';
         const pool = new Pool();
         export const a = (id, name?: string) => {
           const query = SQL``;
           query.append(SQL`select 1 from carts where id = ${id}`).append(' and open').setName('one');
           if (name) query.append(SQL` and name = ${name}`).append(SQL` limit ${1}`);
           return pool.query(query);
         };
         export const b = () => pool.query(SQL`select 2 from carts`.append(' order by id').setName('two'));
         export const c = (rows: { a: number }[]) => {
           const query = SQL`select 3 from carts where true`;
           for (const row of rows) query.append(SQL` and a <> ${row.a}`);
           return pool.query(query.useBind(true));
         };",
        "a.ts:8 pg.query
           + select 1 from carts where id = $1 and open
           + select 1 from carts where id = $1 and open and name = $2 limit $3
         a.ts:10 pg.query
           + select 2 from carts order by id
         a.ts:14 pg.query
           ~ select 3 from carts where true and a <> $1",
    );
}

/// Tags that are called like functions, and the class of what they make; parts among the values are parts.
#[test]
fn tags_that_are_called() {
    check_one(
        "import { Prisma, PrismaClient } from '@prisma/client';
         import sql, { Sql, empty, join } from 'sql-template-tag';
         import { Pool } from 'pg';
         const prisma = new PrismaClient();
         const pool = new Pool();
         export const a = (id) => prisma.$queryRaw(Prisma.sql(['select 1 from carts where id = ', ''], id));
         export const b = (id) => prisma.$queryRaw(new Prisma.Sql(['select 2 from carts where id = ', ' and ', ''], [id, Prisma.sql`open`]));
         export const c = (id) => pool.query(sql(['select 3 from carts where id = ', ''], id));
         export const d = (values) => pool.query(new Sql(['select 4 from carts where id = ', ''], values));
         export const e = (id) => prisma.$queryRaw`select 5 from carts where ${Prisma.sql`id = ${id} and ${Prisma.raw('open')}`}`;
         export const f = (open: boolean) => pool.query(sql`select 6 from carts where ${join([sql`true`, open ? sql` and open` : empty], '')}`);",
        "a.ts:6 prisma.$queryRaw
           + select 1 from carts where id = $1
         a.ts:7 prisma.$queryRaw
           + select 2 from carts where id = $1 and open
         a.ts:8 pg.query
           + select 3 from carts where id = $1
         a.ts:9 pg.query
           ~ select 4 from carts where id = <?>
           ? value of an unknown list (a.ts:9)
         a.ts:10 prisma.$queryRaw
           + select 5 from carts where id = $1 and open
         a.ts:11 pg.query
           + select 6 from carts where true and open
           + select 6 from carts where true",
    );
}

/// Kysely: literals are written as they are, functions of its builder are parts.
#[test]
fn literals_of_kysely() {
    check_one(
        "import { Kysely, sql } from 'kysely';
         declare const db: Kysely<any>;
         export const a = () => sql`select ${sql.lit(null)}, ${sql.lit(false)}, ${sql.lit(-1)}, ${sql.lit(1.5)}, ${sql.lit('x')}`.execute(db);
         export const b = (tools: { sql: typeof sql }) => tools.sql`select ${tools.sql.val(1)} from carts`.execute(db);
         const cut = (unit: 'day' | 'week') => sql`date_trunc(${sql.lit(unit)}, at)`;
         export const c = () => sql`select ${cut('day')} from carts`.execute(db);
         export const d = (unit: 'day' | 'week') => sql`select 1, ${sql.lit(unit)} from carts`.execute(db);",
        "a.ts:3 kysely.sql
           = select null, false, -1, 1.5, 'x'
         a.ts:4 kysely.sql
           = select $1 from carts
         a.ts:6 kysely.sql
           + select date_trunc('day', at) from carts
         a.ts:7 kysely.sql
           = select 1, 'day' from carts
           = select 1, 'week' from carts",
    );
}

/// What the tag's own methods make is no value, where nobody knows what they make.
#[test]
fn what_methods_of_a_tag_make() {
    check_one(
        "import { sql } from './made';
         import { Pool } from 'pg';
         const pool = new Pool();
         export const a = (row) => pool.query(sql`insert into carts ${sql.insert(row)} returning ${sql.fields('id')}`);",
        "a.ts:4 pg.query
           ~ insert into carts <?> returning <?>
           ? `insert` of a tag (a.ts:4)",
    );
}

/// A turn of `reduce` that only puts an item behind the others is a join, however many items there are.
#[test]
fn fragments_that_are_reduced() {
    check_one(
        "import { neon } from '@neondatabase/serverless';
         const sql = neon(process.env.URL);
         export const a = (name?: string) => {
           const all = [sql`open`];
           if (name) all.push(sql`name = ${name}`);
           return sql`select 1 from carts where ${all.reduce((made, one) => sql`${made} and ${one}`)}`;
         };
         export const b = (ids: number[]) => sql`select 2 from carts where ${ids.map((id) => sql`id = ${id}`).reduce((a, b) => sql`${a} or ${b}`, sql`open`)}`;
         export const c = (ids: number[]) => sql`select 3 where ${ids.map((id) => sql`id = ${id}`).reduce((a, b) => sql`${b} or ${a}`)}`;",
        "a.ts:6 neon.sql
           + select 1 from carts where open
           + select 1 from carts where open and name = $1
         a.ts:8 neon.sql
           ~ select 2 from carts where open or id = $1
         a.ts:9 neon.sql
           ~ select 3 where <?>
           ? result of `reduce` (a.ts:9)",
    );
}

/// Drizzle: tables and columns stand for themselves in lists of parts, and say their names.
#[test]
fn tables_of_drizzle_in_lists() {
    let schema = "import { pgTable, integer } from 'drizzle-orm/pg-core';
         export const carts = pgTable('carts', { id: integer('id'), paidAt: integer('paid_at') });";
    let queries = "import { sql } from 'drizzle-orm';
         import { carts } from './schema';
         export const a = (db) => db.execute(sql`select ${sql.join([carts.id, carts.paidAt], sql`, `)} from ${carts}`);
         export const b = (db) => db.execute(sql.fromList([sql`select 1 from `, carts]));
         export const c = (db) => db.execute(sql`update ${carts} set ${sql.identifier(carts.paidAt.name)} = ${1}`);
         export const d = (db, ids: number[]) => db.execute(sql`select 2 from carts where id = any(${ids}) or id in ${ids} or id = any(${sql.param(ids)})`);
         export const e = (db) => db.execute(sql`select 3 as x, ${[1, 2]} as list`);";
    check(
        &[("a.ts", queries), ("schema.ts", schema)],
        "a.ts:3 drizzle.execute
           + select \"carts\".\"id\", \"carts\".\"paid_at\" from \"carts\"
         a.ts:4 drizzle.execute
           + select 1 from \"carts\"
         a.ts:5 drizzle.execute
           + update \"carts\" set \"paid_at\" = $1
         a.ts:6 drizzle.execute
           ~ select 2 from carts where id = any(($1)) or id in ($2) or id = any($3)
         a.ts:7 drizzle.execute
           ~ select 3 as x, ($1) as list",
    );
}

/// pg-promise: what formats itself is no value, and a text is one even where it was made by the library.
#[test]
fn what_formats_itself_for_pg_promise() {
    check_one(
        "import pgPromise from 'pg-promise';
         const pgp = pgPromise();
         const db = pgp('postgres://');
         const carts = new pgp.helpers.TableName({ table: 'carts', schema: 'shop' });
         export const a = () => db.any('select 1 from $1', carts);
         export const b = () => db.any('select 2 from ${carts} where id = ${id}', { carts, id: 1 });
         export const c = () => db.any('select $1', [pgp.as.format('$1', [1])]);",
        "a.ts:5 pg-promise.query
           ~ select 1 from <?>
           ? part that a query builder makes (a.ts:5)
         a.ts:6 pg-promise.query
           ~ select 2 from <?> where id = $1
           ? part that a query builder makes (a.ts:6)
         a.ts:7 pg-promise.query
           = select $1",
    );
}
