//! Who calls a function: through interfaces, from files that nothing else leads to, before and after what is tested.

use super::check;

#[test]
fn methods_are_called_through_interfaces() {
    let database = "import { Pool } from 'pg'; const pool = new Pool();
         export interface Database { find(columns: string): void }
         export class Stored implements Database {
           find(columns: string) { return pool.query(`SELECT ${columns} FROM t`); }
         }";
    let other = "import { Database } from './db';
         export class Other { constructor(private readonly db: Database) {} find() { return this.db.find('a, b'); } }";
    check(&[("db.ts", database), ("other.ts", other)], "db.ts:4 pg.query\n + SELECT a, b FROM t");
    // What may be the class's object gives the same, or not all is known.
    let same = format!("{other} export const same = (one) => one.find('a, b');");
    check(&[("db.ts", database), ("other.ts", &same)], "db.ts:4 pg.query\n + SELECT a, b FROM t");
    let more = format!("{other} export const more = (one) => one.find('c');");
    check(
        &[("db.ts", database), ("other.ts", &more)],
        "db.ts:4 pg.query
           + SELECT a, b FROM t
           ~ SELECT <?> FROM t
           ? parameter of exported function (db.ts:4)",
    );
}

#[test]
fn callers_are_found_however_far_away() {
    let near = "import { Pool } from 'pg'; const pool = new Pool();
         export const count = (table: string) => pool.query(`SELECT count(*) FROM ${table}`);
         export const split = (name: string) => pool.query(`SELECT 1 FROM ${name.split('.')[1]}`);";
    let middle = "import { count, split } from './near';
         export class Counter { constructor(private readonly table: string) {} run() { return count(this.table); } }
         export const part = (name: string) => split(name);";
    let far = "import { Counter, part } from './middle';
         export const both = [new Counter('a'), new Counter('b')];
         export const parts = () => part('app.c');";
    check(
        &[("near.ts", near), ("middle.ts", middle), ("far.ts", far)],
        "near.ts:2 pg.query
           + SELECT count(*) FROM a
           + SELECT count(*) FROM b
         near.ts:3 pg.query
           + SELECT 1 FROM c",
    );
}

#[test]
fn callers_count_whose_parameters_are_used_up_on_the_way() {
    // What a caller gives is joined at once: nothing of the parameter is left in the text, and a file without SQL calls it.
    let all = "import { Pool } from 'pg'; const pool = new Pool();
         export const all = (filters: string[]) => pool.query('SELECT 1 FROM t' + filters.map((f) => ' WHERE ' + f).join(''));
         export const main = () => all(['a']);";
    let more = "import { all } from './all'; export const more = () => all(['b']);";
    check(
        &[("all.ts", all), ("more.ts", more)],
        "all.ts:2 pg.query
           + SELECT 1 FROM t WHERE a
           + SELECT 1 FROM t WHERE b",
    );
    // The same through an object of queries that reaches its caller in a list of arguments.
    let queries = "import { sql } from 'slonik';
         const conditions = ({ search }) => search.matches.map(({ values }) => sql`a = ${values}`);
         export const create = (pool) => {
           const count = async (given) => pool.one(sql`SELECT count(*) FROM t ${whole(conditions(given))}`);
           const countAll = async () => count({ search: { matches: [] } });
           return { count, countAll };
         };
         const whole = (list) => (list.length > 0 ? sql`WHERE ${sql.join(list, sql` AND `)}` : sql``);";
    let holder = "import { create } from './queries';
         export default class Queries { things = create(this.pool); constructor(public readonly pool) {} }";
    let route = "const parse = (params) => {
           const matches = [];
           const result = { matches, joint: 'and' };
           for (const [field, values] of params.entries()) { matches.push({ field, values }); }
           return result;
         };
         export default function routes(...[router, tenant]) {
           const { queries } = tenant;
           router.get('/', async (ctx) => queries.things.count({ search: parse(ctx.params) }));
         }";
    check(
        &[("queries.ts", queries), ("holder.ts", holder), ("route.ts", route)],
        "queries.ts:4 slonik.query
           ~ SELECT count(*) FROM t WHERE a = $1
           = SELECT count(*) FROM t",
    );
}

#[test]
fn what_is_tested_before_a_closure_is_made_holds_in_it() {
    check(
        &[(
            "a.ts",
            "import { Pool } from 'pg'; const pool = new Pool();
         export async function f(size: any, other: any) {
           if (!size || !Number.isInteger(size)) throw new Error('size');
           if (typeof other !== 'number') return;
           const run = async () => pool.query(`SELECT 1 FROM t LIMIT ${size} OFFSET ${other}`);
           function early() { return pool.query(`SELECT 2 FROM t LIMIT ${size}`); }
           return [run(), early()];
         }",
        )],
        "a.ts:5 pg.query
           ~ SELECT 1 FROM t LIMIT 1 OFFSET 1
         a.ts:6 pg.query
           ~ SELECT 2 FROM t LIMIT <?>
           ? parameter of exported function (a.ts:2)",
    );
}

const RUN: &str = "import { Pool } from 'pg'; const pool = new Pool();
         export const run = (p: string) => pool.query('SELECT 1 FROM t' + p);
         export const main = () => run(' WHERE a');
         export const deps = { run };";

/// Where `other` uses `run`, called once plainly in its own file.
#[track_caller]
fn check_run(other: &str, expected: &str) {
    let other = format!("import {{ run, deps }} from './a'; {other}");
    check(&[("a.ts", RUN), ("b.ts", &other)], &format!("a.ts:2 pg.query{expected}"));
}

const A: &str = "\n + SELECT 1 FROM t WHERE a";
const PASSED_ON: &str = "\n + SELECT 1 FROM t WHERE a\n ~ SELECT 1 FROM t<?>
         ? parameter of a function that is passed on (a.ts:2)";

#[test]
fn methods_of_functions_call_them() {
    let b = format!("{A}\n + SELECT 1 FROM t WHERE b");
    check_run("export const f = () => run.call(null, ' WHERE b');", &b);
    check_run("export const f = () => run.apply(null, [' WHERE b']);", &b);
    check_run("export const f = () => { const r = run.bind(null, ' WHERE b'); r(); };", &b);
    check_run("export const f = () => { const r = run.bind(null); r(' WHERE b'); };", &b);
    check_run("export const f = () => setTimeout(run.bind(null, ' WHERE b'), 100);", &b);
    check_run(
        "export const f = (list) => run.apply(null, list);",
        &format!("{A}\n ~ SELECT 1 FROM t<?>\n ? element of an unknown list (b.ts:1)"),
    );
}

#[test]
fn functions_are_called_for_each_item_and_later() {
    let both = format!("{A}\n + SELECT 1 FROM t WHERE b\n + SELECT 1 FROM t WHERE c");
    check_run("export const f = () => [' WHERE b', ' WHERE c'].forEach(run);", &both);
    check_run("export const f = () => Promise.all([' WHERE b', ' WHERE c'].map(run));", &both);
    check_run("export const f = () => setTimeout(run, 100, ' WHERE b');", &format!("{A}\n + SELECT 1 FROM t WHERE b"));
    check_run(
        "export const f = (list) => list.forEach(run);",
        &format!("{A}\n ~ SELECT 1 FROM t<?>\n ? element of an unknown list (b.ts:1)"),
    );
}

#[test]
fn functions_are_called_by_what_they_are_given_to_and_by_other_names() {
    let b = format!("{A}\n + SELECT 1 FROM t WHERE b");
    check_run("const twice = (f, x) => f(x); export const f = () => twice(run, ' WHERE b');", &b);
    check_run("const r = run; export const f = () => r(' WHERE b');", &b);
    check_run("export const f = () => { const { run: q } = deps; q(' WHERE b'); };", &b);
    check_run("const other = { q: run }; export const f = () => other.q(' WHERE b');", &b);
    check(
        &[("a.ts", RUN), ("b.ts", "import { run as r } from './a'; export const f = () => r(' WHERE b');")],
        &format!("a.ts:2 pg.query{b}"),
    );
}

#[test]
fn what_is_passed_on_to_where_nobody_looks_is_given_anything() {
    check_run("import { retry } from 'retry'; export const f = () => retry(run, ' WHERE b');", PASSED_ON);
    check_run("export const list = [run];", PASSED_ON);
    check_run("export const pick = () => run;", PASSED_ON);
    check_run("import { retry } from 'retry'; const r = run; export const f = () => retry(r);", PASSED_ON);
    check_run("import { retry } from 'retry'; export const f = () => retry(run.bind(null));", PASSED_ON);
    check_run("import { retry } from 'retry'; export const f = (c) => retry(c ? run : null);", PASSED_ON);
}

#[test]
fn what_only_looks_at_a_function_gives_it_nothing() {
    check_run("export { run };", A);
    check_run("export type Run = typeof run; export const is = typeof run === 'function';", A);
    check_run("export const f = () => deps.run(' WHERE a');", A);
    check_run("export const f = (other) => other.run && run(' WHERE a');", A);
    check_run("export const f = () => expect(run).toThrow();", A);
    check_run("export const f = () => useEffect(run, []);", A);
}

#[test]
fn methods_that_are_bound_are_called() {
    let database = "import { Pool } from 'pg'; const pool = new Pool();
         export class Db { query(q: string) { return pool.query(q); } }
         export const db = new Db();";
    let other = "import { db } from './db'; db.query('SELECT 1 FROM t');
         const f = db.query.bind(db); f('SELECT 1 ' + 'FROM b');";
    check(
        &[("db.ts", database), ("other.ts", other)],
        "db.ts:2 pg.query (forwarder)
         other.ts:1 pg.query (helper)
           = SELECT 1 FROM t
           ! not awaited (other.ts:1)
         other.ts:2 pg.query (helper)
           + SELECT 1 FROM b
           ! not awaited (other.ts:2)",
    );
}

/// A function that an object holds is called by its name on objects of which nothing is known.
#[test]
fn what_an_object_holds_is_called_on_unknown_objects() {
    let held = |use_of: &str| {
        format!(
            "import {{ Pool }} from 'pg'; const pool = new Pool();
             export const make = () => {{
               const all = (where) => pool.query(`SELECT 1 FROM t${{where}}`);
               const every = () => all('');
               return {{ all, every }};
             }};
             export function routes(...[router, {{ queries }}]) {{ {use_of} }}"
        )
    };
    let known = "a.ts:3 pg.query\n  = SELECT 1 FROM t";
    let unseen = "a.ts:3 pg.query
        = SELECT 1 FROM t
        ~ SELECT 1 FROM t<?>
        ? parameter of exported function (a.ts:3)";
    check(&[("a.ts", &held("router.get('/', () => queries.all(' WHERE a'));"))], unseen);
    check(&[("a.ts", &held("const { all } = queries; router.get('/', () => all(' WHERE a'));"))], unseen);
    check(&[("a.ts", &held("router.get('/', () => queries.other(' WHERE a'));"))], known);
    check(&[("a.ts", &held("router.get('/', () => queries.all(''));"))], known);
}

#[test]
fn each_call_of_a_file_is_asked_again_when_callers_join() {
    // What the second call is given was found on the way to the first: it hangs on the same callers, who join one by one.
    let queries = "import { Pool } from 'pg'; const pool = new Pool();
         class Base { constructor(readonly table: string) {} }
         export class Heir extends Base {
           constructor(name: string) { super(name.split('.')[1]); }
           first() { return pool.query(`SELECT 1 FROM ${this.table.trim()}`); }
           other() { return pool.query('SELECT 2 FROM t'); }
           last() { return pool.query(`SELECT 3 FROM ${this.table.trim()}`); }
         }";
    let middle = "import { Heir } from './queries';
         export const make = (name: string) => new Heir(name); make('app.a');";
    let far = "import { make } from './middle'; export const pass = (name: string) => make(name); pass('app.b');";
    let farther = "import { pass } from './far'; pass('app.c');";
    check(
        &[("queries.ts", queries), ("middle.ts", middle), ("far.ts", far), ("farther.ts", farther)],
        "queries.ts:5 pg.query
           + SELECT 1 FROM b
           + SELECT 1 FROM c
           + SELECT 1 FROM a
         queries.ts:6 pg.query
           = SELECT 2 FROM t
         queries.ts:7 pg.query
           + SELECT 3 FROM b
           + SELECT 3 FROM c
           + SELECT 3 FROM a",
    );
}

#[test]
fn each_reader_of_an_object_is_asked_again_when_callers_join() {
    let queries = "import { Pool } from 'pg'; const pool = new Pool();
         class Held { constructor(readonly table: string) {} }
         export const run = async (name: string) => {
           const held = new Held(name.split('.')[1]);
           await pool.query(`SELECT 1 FROM ${held.table.trim()}`);
           await pool.query(`SELECT 2 FROM ${held.table.trim()}`);
         };";
    let middle = "import { run } from './queries'; export const pass = (name: string) => run(name); pass('app.a');";
    let far = "import { pass } from './middle'; export const passOn = (name: string) => pass(name); passOn('app.b');";
    check(
        &[("queries.ts", queries), ("middle.ts", middle), ("far.ts", far)],
        "queries.ts:5 pg.query
           + SELECT 1 FROM b
           + SELECT 1 FROM a
         queries.ts:6 pg.query
           + SELECT 2 FROM b
           + SELECT 2 FROM a",
    );
}
