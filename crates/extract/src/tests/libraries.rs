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
