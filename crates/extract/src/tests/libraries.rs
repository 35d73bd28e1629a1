//! What the documentation of libraries shows, and what they send for it.

use super::check;

fn check_one(text: &str, expected: &str) {
    check(&[("a.ts", text)], expected);
}

/// A value that a branch gives beside a fragment is sent as a parameter, whatever its declared type.
#[test]
fn a_value_beside_a_fragment_is_a_parameter() {
    check_one(
        "import postgres from 'postgres';
         const sql = postgres();
         export const touch = (at: Date) => sql`update carts set seen = ${at ?? sql`now()`}`;
         export const paid = (at?: Date) => sql`update carts set paid = ${at ? at : sql`now()`}`;
         export const some = (all: boolean) => sql`select * from carts ${all ? sql`` : sql`where open`}`;",
        "a.ts:3 postgres.sql
           = update carts set seen = $1
           + update carts set seen = now()
         a.ts:4 postgres.sql
           = update carts set paid = $1
           + update carts set paid = now()
         a.ts:5 postgres.sql
           = select * from carts
           + select * from carts where open",
    );
}

/// `values ${sql([…])}`: a list that holds no rows is one; what is not known is no list of names.
#[test]
fn a_list_of_values_is_a_row() {
    check_one(
        "import postgres from 'postgres';
         const sql = postgres();
         export const one = () => sql`select * from (values ${sql(['x', 'y'])}) as v(a, b)`;
         export const rows = () => sql`select * from (values ${sql([['x', 1], ['y', 2]])}) as v(a, b)`;
         export const open = (given) => sql`select * from (values ${sql(given)}) as v(a, b)`;",
        "a.ts:3 postgres.sql
           + select * from (values ($1,$2)) as v(a, b)
         a.ts:4 postgres.sql
           ~ select * from (values ($1,$2)) as v(a, b)
         a.ts:5 postgres.sql
           ~ select * from (values <?>) as v(a, b)
           ? names or rows that are not known (a.ts:5)",
    );
}

/// `Prisma.join` takes what stands before and behind the list.
#[test]
fn a_joined_list_has_what_stands_around_it() {
    check_one(
        "import { PrismaClient, Prisma } from '@prisma/client';
         const prisma = new PrismaClient();
         export const a = () => prisma.$queryRaw`select * from carts where id in ${Prisma.join([1, 2], ',', '(', ')')}`;
         export const b = (ids: number[]) => prisma.$queryRaw`select * from carts where id in ${Prisma.join(ids, ',', '(', ')')}`;
         export const c = () => prisma.$queryRaw`select * from carts ${Prisma.join([Prisma.sql`a = 1`, Prisma.sql`b = 2`], ' AND ', 'WHERE ')}`;",
        "a.ts:3 prisma.$queryRaw
           + select * from carts where id in ($1,$2)
         a.ts:4 prisma.$queryRaw
           ~ select * from carts where id in ($1)
         a.ts:5 prisma.$queryRaw
           + select * from carts WHERE a = 1 AND b = 2",
    );
}

/// Bindings by name leave `?` alone, bindings by place `:name`, and options that bind nothing both.
#[test]
fn only_what_is_bound_is_a_placeholder() {
    check_one(
        "import { Sequelize } from 'sequelize';
         const sequelize = new Sequelize('postgres://');
         export const a = () => sequelize.query(`select tags ? 'x' from carts where id = :id`, { replacements: { id: 1 } });
         export const b = () => sequelize.query(`select tags[1 :n] from carts where id = ?`, { replacements: [1] });
         export const c = () => sequelize.query(`select tags ? 'x' from carts where id = $1`, { bind: [1] });
         export const d = (replacements) => sequelize.query(`select * from carts where id = :id and n = ?`, { replacements });",
        "a.ts:3 sequelize.query
           = select tags ? 'x' from carts where id = $1
         a.ts:4 sequelize.query
           = select tags[1 :n] from carts where id = $1
         a.ts:5 sequelize.query
           = select tags ? 'x' from carts where id = $1
         a.ts:6 sequelize.query
           = select * from carts where id = $1 and n = $2",
    );
}

/// Settings that change names are set for a client, and which client a query goes to is not told.
#[test]
fn names_that_a_setting_may_change_are_unknown() {
    let kysely = "import { sql } from 'kysely';
         export const a = (db) => sql`select ${sql.ref('paidAt')}, ${sql.ref('id')} from ${sql.table('carts')}`.execute(db);
         export const b = (db) => sql`select ${sql.ref('id')} from ${sql.table('carts')}`.execute(db);";
    check(
        &[
            ("a.ts", kysely),
            (
                "db.ts",
                "import { Kysely, CamelCasePlugin } from 'kysely'; export const plugins = [new CamelCasePlugin()];",
            ),
        ],
        "a.ts:2 kysely.sql
           ~ select <?>, \"id\" from \"carts\"
           ? name that a setting of the library may change (a.ts:2)
         a.ts:3 kysely.sql
           = select \"id\" from \"carts\"",
    );
    check_one(
        "import postgres from 'postgres';
         const sql = postgres({ transform: postgres.camel });
         export const a = (c) => sql`update carts set ${sql(c, 'paidAt')} where id = ${sql('openedAt')}`;
         export const b = (c) => sql`insert into carts ${sql(c, 'paid')}`;",
        "a.ts:3 postgres.sql
           ~ update carts set <?> where id = <?>
           ? name that a setting of the library may change (a.ts:3)
         a.ts:4 postgres.sql
           + insert into carts (\"paid\")values($1)",
    );
    check_one(
        "import knex from 'knex';
         const db = knex({ client: 'pg', wrapIdentifier: (name, quote) => quote(snake(name)) });
         export const a = () => db.raw('select ?? from ?? where :x: = 1', ['paidAt', 'carts']);
         export const b = () => db.raw('select :paid: from carts', { paid: 'paidAt' });",
        "a.ts:3 knex.raw
           ~ select <?> from \"carts\" where :x: = 1
           ? name that a setting of the library may change (a.ts:3)
         a.ts:4 knex.raw
           ~ select <?> from carts
           ? name that a setting of the library may change (a.ts:4)",
    );
}

/// Drizzle: a column by a key that is not known is one of the columns, and no casing means that keys are names.
#[test]
fn columns_of_drizzle() {
    let schema = "import { pgTable, integer, timestamp } from 'drizzle-orm/pg-core';
         export const carts = pgTable('carts', { id: integer('id'), paidAt: timestamp() });";
    let queries = "import { sql } from 'drizzle-orm';
         import { carts } from './schema';
         export const a = (db, key: keyof typeof carts) => db.execute(sql`select ${carts[key]} from ${carts}`);";
    check(
        &[("a.ts", queries), ("schema.ts", schema)],
        "a.ts:3 drizzle.execute
           + select \"carts\".\"id\" from \"carts\"
           + select \"carts\".\"paidAt\" from \"carts\"",
    );
    let cased =
        "import { drizzle } from 'drizzle-orm/node-postgres'; export const db = drizzle({ casing: 'snake_case' });";
    check(
        &[("a.ts", queries), ("db.ts", cased), ("schema.ts", schema)],
        "a.ts:3 drizzle.execute
           + select \"carts\".\"id\" from \"carts\"
           ~ select <?> from \"carts\"
           ? column whose name a casing may change (schema.ts:2)",
    );
}

/// What makes a client asks for nothing.
#[test]
fn a_knex_is_made_and_called() {
    check_one(
        "import { knex } from 'knex';
         export const db = knex({ client: 'pg', connection: process.env.DB });
         export const all = () => db({ c: 'carts' }).where('c.id', 1);",
        "a.ts:3 knex (builder)
           ? query-builder (a.ts:3)",
    );
}

/// node-pg-copy-streams: the statement is given to what makes the stream.
#[test]
fn copies_as_streams() {
    check_one(
        "import { from as copyFrom } from 'pg-copy-streams';
         import copy from 'pg-copy-streams';
         export async function load(client) {
           client.query(copyFrom('COPY carts (id) FROM STDIN'));
           const out = client.query(copy.to('COPY carts TO STDOUT'));
           return Array.from('COPY carts');
         }",
        "a.ts:4 pg.copy
           = COPY carts (id) FROM STDIN
         a.ts:5 pg.copy
           = COPY carts TO STDOUT",
    );
}

/// What goes through data in several places of itself costs a power of how deep it is followed.
#[test]
fn what_goes_through_data_does_not_use_up_a_site() {
    let tidy = "export function tidy<T>(value: T): T { return tidied(value) as T; }
         function tidied(value: unknown): unknown {
           if (typeof value === 'string') return value.trim();
           if (Array.isArray(value)) {
             let changed = false;
             const all = value.map((one) => { const next = tidied(one); if (next !== one) changed = true; return next; });
             return changed ? all : value;
           }
           if (value && typeof value === 'object') {
             const all: Record<string, unknown> = {};
             for (const [key, one] of Object.entries(value)) all[key] = tidied(one);
             return all;
           }
           return value;
         }";
    let save = "import { sql } from 'drizzle-orm';
         import { carts } from './schema';
         import { tidy } from './tidy';
         async function put(db: any, given: { id: string; body: unknown }) {
           const body = tidy(given.body);
           const key = keyOf(given.id, body);
           await db.execute(sql`
             with had as (delete from ${carts} where key = ${key} returning id)
             insert into ${carts} (id, key, kind, body)
             select ${given.id}, ${key}, ${kindOf(given.id, body)}, ${JSON.stringify(body)}::jsonb from had`);
         }
         export const save = (db: any, id: string, body: { key: string }) => put(db, { id, body });
         function keyOf(id: string, body: unknown): string {
           const key = (body as { key?: unknown } | null)?.key;
           if (typeof key !== 'string' || key.length === 0) throw new Error(id);
           return key;
         }
         function kindOf(id: string, body: unknown): string {
           const kind = (body as { kind?: unknown } | null)?.kind;
           if (typeof kind !== 'string' || kind.length === 0) throw new Error(id);
           return kind;
         }";
    let schema = "import { pgTable } from 'drizzle-orm/pg-core'; export const carts = pgTable('carts', {});";
    check(
        &[("a.ts", save), ("schema.ts", schema), ("tidy.ts", tidy)],
        "a.ts:7 drizzle.execute
           + with had as (delete from \"carts\" where key = $1 returning id) insert into \"carts\" (id, key, kind, body) select $2, $3, $4, $5::jsonb from had",
    );
}

/// Files that code reads beside itself, as modules of today name them.
#[test]
fn files_beside_the_code() {
    let reads = "import { readFileSync } from 'node:fs';
         import { readFile } from 'node:fs/promises';
         import path, { dirname, join } from 'node:path';
         import { fileURLToPath } from 'node:url';
         import postgres from 'postgres';
         import { Pool } from 'pg';
         const pool = new Pool();
         const sql = postgres();
         const here = dirname(fileURLToPath(import.meta.url));
         export const a = () => pool.query(readFileSync(join(here, 'sql/one.sql'), 'utf8'));
         export const b = () => pool.query(readFileSync(new URL('./sql/one.sql', import.meta.url), 'utf8'));
         export const c = async () => pool.query(await readFile(`${import.meta.dirname}/sql/one.sql`, 'utf8'));
         export const d = () => sql.file(join(import.meta.dirname, 'sql', 'one.sql'));
         export const e = async () => pool.query(await Bun.file(`${import.meta.dir}/sql/one.sql`).text());
         export const f = () => pool.query(readFileSync(fileURLToPath(new URL('sql/one.sql', import.meta.url))).toString());
         export const g = async () => pool.query(await Deno.readTextFile(new URL('./sql/one.sql', import.meta.url)));
         export const h = () => sql.file(new URL('../src/sql/one.sql', import.meta.url).pathname);
         export const i = () => pool.query(readFileSync(path.join(process.cwd(), 'src/sql/one.sql'), 'utf8'));
         export const j = () => pool.query(readFileSync(new URL('./sql/one.sql', process.env.BASE), 'utf8'));";
    let (extraction, sources) = super::run(
        &[
            ("app/src/a.ts", reads),
            ("app/src/sql/one.sql", "select id from carts"),
            ("app/package.json", "{\"dependencies\":{\"pg\":\"8\",\"postgres\":\"3\"}}"),
        ],
        &crate::Options::default(),
    );
    let found = super::ledger(&extraction, &sources);
    assert_eq!(found.matches("= select id from carts").count(), 9, "{found}");
    assert_eq!(found.matches("? ").count(), 1, "{found}");
}

/// Drizzle's creators of tables, views with columns, and aliases.
#[test]
fn names_that_drizzle_makes() {
    let schema = "import { pgTableCreator, pgSchema, pgView, alias, integer } from 'drizzle-orm/pg-core';
         import { sql } from 'drizzle-orm';
         const table = pgTableCreator((name) => `shop_${name}`);
         export const carts = table('cart', (d) => ({ id: d.integer(), owner: d.integer('owner_id') }));
         export const parent = alias(carts, 'parent');
         export const live = pgView('live_carts', { id: integer('id') }).existing();
         export const kept = pgSchema('old').materializedView('kept', { id: integer() }).as(sql`select 1`);
         export const open = pgView('open_carts').as((qb) => qb.select().from(carts));";
    let queries = "import { sql } from 'drizzle-orm';
         import { carts, kept, live, open, parent } from './schema';
         export const a = (db) => db.execute(sql`select ${carts.owner} from ${carts}`);
         export const b = (db) => db.execute(sql`select ${parent.owner} from ${carts} ${parent}`);
         export const c = (db) => db.execute(sql`select ${live.id}, ${kept.id} from ${live}, ${kept}`);
         export const d = (db) => db.execute(sql`select ${open.id} from ${open}`);";
    let (extraction, sources) = super::run(&[("a.ts", queries), ("schema.ts", schema)], &crate::Options::default());
    let found = super::ledger(&extraction, &sources);
    for text in [
        "+ select \"shop_cart\".\"owner_id\" from \"shop_cart\"\n",
        "+ select \"parent\".\"owner_id\" from \"shop_cart\" \"parent\"\n",
        "+ select \"live_carts\".\"id\", \"old\".\"kept\".\"id\" from \"live_carts\", \"old\".\"kept\"\n",
        "~ select <?> from <?>\n",
    ] {
        assert!(found.contains(text), "{text}\n{found}");
    }
}

/// Each name that a list gives is a text.
#[test]
fn names_of_a_list() {
    check_one(
        "import postgres from 'postgres';
         const sql = postgres();
         export const clear = () => Promise.all(['carts', 'items'].map((name) => sql`truncate ${sql(name)}`));",
        "a.ts:3 postgres.sql
           = truncate \"carts\"
           = truncate \"items\"",
    );
}

/// A tag is not called after a library that nobody imports.
#[test]
fn a_tag_of_an_object() {
    check_one(
        "import postgres from 'postgres';
         export const open = (url: string) => ({ raw: postgres(url) });
         export const a = (db: ReturnType<typeof open>, id: number) => db.raw`select name from carts where id = ${id}`;",
        "a.ts:3 postgres.sql
           = select name from carts where id = $1",
    );
}

/// pg-promise: what a file's options fill in, and the names of the object that is bound.
#[test]
fn what_pg_promise_fills_in() {
    let queries = "const { QueryFile } = require('pg-promise');
         const pgp = require('pg-promise')();
         const db = pgp({});
         const options = { minify: true, params: { schema: 'shop' } };
         const load = (name) => new QueryFile(name, options);
         const find = load('find.sql');
         exports.a = (id) => db.one(find, { id });
         exports.b = (paid) => db.none('INSERT INTO carts(${this:name}) VALUES(${this:csv})', { id: 1, paid });
         exports.c = (cart) => db.none('INSERT INTO carts(${this:name}) VALUES(${this:csv})', cart);";
    check(
        &[("a.js", queries), ("find.sql", "SELECT * FROM ${schema~}.carts WHERE id = ${id} AND ${other:name} = 1")],
        "a.js:5 pg-promise.QueryFile
           ~ SELECT * FROM \"shop\".carts WHERE id = $1 AND <?> = 1
           ? name that is bound at run time (find.sql:1)
         a.js:8 pg-promise.query
           + INSERT INTO carts(\"id\",\"paid\") VALUES($1,$2)
         a.js:9 pg-promise.query
           ~ INSERT INTO carts(<?>) VALUES(<?>)
           ? name that is bound at run time (a.js:9)",
    );
}

/// sql-template-tag exports its helpers by names that say nothing without the import.
#[test]
fn helpers_by_the_names_of_their_imports() {
    check_one(
        "import sql, { join, raw, empty as none, bulk } from 'sql-template-tag';
         import { Pool } from 'pg';
         const pool = new Pool();
         export const a = (ids: number[]) => pool.query(sql`select * from carts where id in (${join(ids)})`);
         export const b = (c?: string) => pool.query(sql`select * from carts ${c ? sql`where city = ${c}` : none} order by ${raw('id')}`);
         export const c = () => pool.query(sql`insert into carts (a, b) values ${bulk([[1, 2], [3, 4]])}`);
         export const d = (rows) => pool.query(sql`insert into carts (a, b) values ${bulk(rows)}`);
         export const e = () => pool.query(sql`select * from carts where ${join([sql`a = ${1}`, sql`b = ${2}`], ' and ')}`);
         export const f = () => pool.query(sql`select * from carts where id in ${join([1, 2], ',', '(', ')')}`);
         export const g = () => ['a', 'b'].join(' ');",
        "a.ts:4 pg.query
           ~ select * from carts where id in ($1)
         a.ts:5 pg.query
           + select * from carts where city = $1 order by id
           + select * from carts order by id
         a.ts:6 pg.query
           ~ insert into carts (a, b) values ($1,$2)
         a.ts:7 pg.query
           ~ insert into carts (a, b) values <?>
           ? rows that are not known (a.ts:7)
         a.ts:8 pg.query
           + select * from carts where a = $1 and b = $2
         a.ts:9 pg.query
           + select * from carts where id in ($1,$2)",
    );
}

/// node-postgres quotes names and texts by functions, too.
#[test]
fn names_and_texts_that_pg_quotes() {
    check_one(
        "import { Pool, escapeIdentifier, escapeLiteral } from 'pg';
         import SQL from 'sql-template-strings';
         const pool = new Pool();
         export const a = () => pool.query(`select ${escapeIdentifier('paid')} from carts where x = ${escapeLiteral(\"it's\")}`);
         export const b = (client, x) => client.query(`select 1 from carts where x = ${client.escapeLiteral(x)}`);
         export const c = (id) => pool.query(SQL`select 2 from carts where id = ${id}`.setName('two'));",
        "a.ts:4 pg.query
           = select \"paid\" from carts where x = 'it''s'
         a.ts:5 pg.query
           ~ select 1 from carts where x = '<?>'
         a.ts:6 pg.query
           = select 2 from carts where id = $1",
    );
}
