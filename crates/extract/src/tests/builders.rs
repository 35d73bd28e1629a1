//! Which calls are a query builder's, each counted once.

use super::check;

const KNEX: &str = "{ \"dependencies\": { \"knex\": \"3\" } }";
const SEQUELIZE: &str = "{ \"dependencies\": { \"sequelize\": \"6\" } }";

/// The grammar binds the operators in front of a chain with type arguments to its first name alone.
#[test]
fn a_typed_chain_that_is_waited_for_is_one() {
    check(
        &[
            ("package.json", KNEX),
            (
                "a.ts",
                "import type { Knex } from 'knex';
                 const CARTS = 'carts';
                 export class Carts {
                   constructor(private db: Knex) {}
                   async one(id: number) {
                     const row = await this.db<Cart>(CARTS).where({ id }).first();
                     return row;
                   }
                   async none(id: number) {
                     await this.db<Cart>(CARTS).where({ id }).del();
                     return !await this.db<Cart>(CARTS).first<Row>('id');
                   }
                   async kept() { return (await this.db.select<Cart>('id').from(CARTS))[0].id; }
                 }",
            ),
        ],
        "a.ts:6 knex (builder)
           ? query-builder (a.ts:6)
         a.ts:10 knex (builder)
           ? query-builder (a.ts:10)
         a.ts:11 knex (builder)
           ? query-builder (a.ts:11)
         a.ts:13 knex (builder)
           ? query-builder (a.ts:13)",
    );
}

/// The same for texts: the operator is the whole call's.
#[test]
fn operators_before_a_typed_call_are_its_own() {
    check(
        &[(
            "a.ts",
            "import { Pool } from 'pg';
             const pool = new Pool();
             export async function carts() {
               await pool.query<Row>('SELECT 1 FROM a').catch(() => {});
               await pool.query<Row>('SELECT 1 FROM b').then((found) => found.rows);
               void pool.query<Row>('DELETE FROM c');
               return !await pool.query<Row>('SELECT 1 FROM d');
             }",
        )],
        "a.ts:4 pg.query
           = SELECT 1 FROM a
           ! caught and not rethrown (a.ts:4)
         a.ts:5 pg.query
           = SELECT 1 FROM b
         a.ts:6 pg.query
           = DELETE FROM c
           ! not awaited (a.ts:6)
         a.ts:7 pg.query
           = SELECT 1 FROM d",
    );
}

/// A method of a model that others extend sends what its class makes, and is counted where it is called. A class of the same
/// name elsewhere, whose heirs are no models, does not make it such a one.
#[test]
fn heirs_of_a_namesake_are_none() {
    let model = "import { Model } from 'sequelize';
                 export class Shop extends Model {
                   static byName(name) {
                     return this.findOne({ where: { name } });
                   }
                 }";
    let client = "export class Shop {}";
    let heir = "import { Shop } from './client'; export class Corner extends Shop {}";
    let user = "import { Shop } from './model'; export const found = (name) => Shop.byName(name);";
    let files =
        [("package.json", SEQUELIZE), ("client.ts", client), ("heir.ts", heir), ("model.ts", model), ("user.ts", user)];
    check(
        &files,
        "model.ts:4 sequelize (builder)
           ? query-builder (model.ts:4)",
    );
    let heir = "import { Shop } from './model'; export class Corner extends Shop {}";
    let files = [("package.json", SEQUELIZE), ("heir.ts", heir), ("model.ts", model), ("user.ts", user)];
    check(
        &files,
        "model.ts:4 sequelize (builder)
           ? query-builder (model.ts:4)
         user.ts:1 sequelize (builder)
           ? query-builder (user.ts:1)",
    );
}

/// Texts on one line, their breaks written out.
#[test]
fn a_text_with_escaped_line_breaks_is_read() {
    check(
        &[(
            "a.ts",
            "export const panels = {
               total: { title: 'All', query: \"SELECT\\r\\n  count(*) AS total\\r\\nFROM\\r\\n  carts\" },
               paid: { title: 'Paid', query: 'select\\n  id\\nfrom carts where paid = 1' },
               prose: { title: 'select\\n a plan' },
             };",
        )],
        "a.ts:2 text (text)
           = SELECT count(*) AS total FROM carts
         a.ts:3 text (text)
           = select id from carts where paid = 1",
    );
}

/// What becomes of an error is that of the whole chain, where it is seen to be sent right here.
#[test]
fn a_chain_whose_error_is_swallowed_says_so() {
    check(
        &[
            ("package.json", KNEX),
            (
                "a.ts",
                "import type { Knex } from 'knex';
                 const CARTS = 'carts';
                 export async function carts(db: Knex, log) {
                   try { await db(CARTS).where({ id: 1 }).update({ seen: true }); } catch (error) { log.warn(error); }
                   try { await db<Cart>(CARTS).del(); } catch { }
                   try { await db(CARTS).first(); } catch (error) { throw new Error('lost', { cause: error }); }
                   await db(CARTS).insert({ id: 2 }).returning('id').catch(() => []);
                   try { await Promise.all([db(CARTS).del()]); } catch { }
                   db(CARTS).insert({ id: 3 }).then(() => log.warn('done'));
                   setTimeout(async () => { await db(CARTS).max('id'); });
                   let later;
                   try { later = db(CARTS).min('id'); } catch { }
                   db(CARTS).insert({ id: 4 });
                   setTimeout(() => db(CARTS).avg('id'));
                   return later;
                 }",
            ),
        ],
        "a.ts:4 knex (builder)
           ? query-builder (a.ts:4)
           ! caught and not rethrown (a.ts:4)
         a.ts:5 knex (builder)
           ? query-builder (a.ts:5)
           ! caught and not rethrown (a.ts:5)
         a.ts:6 knex (builder)
           ? query-builder (a.ts:6)
         a.ts:7 knex (builder)
           ? query-builder (a.ts:7)
           ! caught and not rethrown (a.ts:7)
         a.ts:8 knex (builder)
           ? query-builder (a.ts:8)
           ! caught and not rethrown (a.ts:8)
         a.ts:9 knex (builder)
           ? query-builder (a.ts:9)
           ! not awaited (a.ts:9)
         a.ts:10 knex (builder)
           ? query-builder (a.ts:10)
           ! not awaited (a.ts:10)
         a.ts:12 knex (builder)
           ? query-builder (a.ts:12)
         a.ts:13 knex (builder)
           ? query-builder (a.ts:13)
         a.ts:14 knex (builder)
           ? query-builder (a.ts:14)",
    );
}

/// A call that sends at once is lost where nobody waits for it.
#[test]
fn what_sends_at_once_may_be_lost() {
    check(
        &[
            ("package.json", SEQUELIZE),
            (
                "a.ts",
                "import { Model, QueryTypes } from 'sequelize';
                 class Cart extends Model {}
                 export async function close(sequelize, id) {
                   Cart.update({ open: false }, { where: { id } });
                   await Cart.create({ id }).catch(() => null);
                   return sequelize.query(`SELECT ${id}`, { type: QueryTypes.SELECT });
                 }",
            ),
        ],
        "a.ts:4 sequelize (builder)
           ? query-builder (a.ts:4)
           ! not awaited (a.ts:4)
         a.ts:5 sequelize (builder)
           ? query-builder (a.ts:5)
           ! caught and not rethrown (a.ts:5)
         a.ts:6 sequelize.query
           ~ SELECT <?>
           ? parameter of exported function (a.ts:3)",
    );
}
