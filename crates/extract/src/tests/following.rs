//! How texts are followed: loops turn by turn, texts that are replaced, what is stored and what is missing.

use super::{check, run};
use crate::Options;

const PG: &str = "import { Pool } from 'pg'; const pool = new Pool();\n";

#[track_caller]
fn check_one(body: &str, expected: &str) {
    check(&[("a.ts", &format!("{PG}{body}"))], expected);
}

#[test]
fn loops_over_known_lists_are_followed_turn_by_turn() {
    check_one(
        "function insert(data) {
           const columns = []; const places = [];
           for (const column in data) {
             columns.push(`\"${column}\"`);
             places.push(`$${columns.length}`);
           }
           return `INSERT INTO t (${columns.join(', ')}) VALUES (${places.join(', ')})`;
         }
         export const one = (a, b) => pool.query(insert({ a, b }), [a, b]);
         export const some = (row) => pool.query(insert(row), row);",
        "a.ts:10 pg.query
           ~ INSERT INTO t (\"a\", \"b\") VALUES ($1, $2)
         a.ts:11 pg.query
           ~ INSERT INTO t (\"<?>\") VALUES ($1)
           ? key of an unknown object (a.ts:4)",
    );
    // A turn that may end early leaves its part out.
    check_one(
        "export function f(what) {
           let sql = 'SELECT 1';
           for (const name of ['x', 'y']) { if (name === what) continue; sql += `, ${name}`; }
           return pool.query(sql + ' FROM t');
         }",
        "a.ts:5 pg.query
           + SELECT 1 FROM t
           + SELECT 1, x FROM t
           + SELECT 1, y FROM t
           + SELECT 1, x, y FROM t",
    );
}

#[test]
fn patterns_are_replaced_where_they_stand() {
    check_one(
        "const sql = `SELECT a FROM :schema.t WHERE b = :b`.replace(/:schema\\b/g, 'app').replace(/:(b)/, '$$1 -- $1');
         export const f = () => pool.query(sql, [1]);
         export const g = (x) => pool.query(`SELECT ${x} FROM t`.replace(/[a-z]+ FROM/g, 'b FROM'));
         export const h = (x) => pool.query(`SELECT a FROM t`.replace(/(?<!b)a/g, 'b'));",
        "a.ts:3 pg.query
           + SELECT a FROM app.t WHERE b = $1 -- b
         a.ts:4 pg.query
           ~ SELECT <?> FROM t
           ? parameter of exported function (a.ts:4)
         a.ts:5 pg.query
           ? replaced by a pattern (a.ts:5)",
    );
}

#[test]
fn what_callers_give_is_replaced_too() {
    check_one(
        "function send(text, values) {
           return pool.query(text.toUpperCase().replace('FROM Z', 'FROM t'), values);
         }
         export const a = () => send('SELECT 1 FROM z');",
        "a.ts:3 pg.query (forwarder)
         a.ts:5 pg.query (helper)
           + SELECT 1 FROM t",
    );
}

#[test]
fn what_is_stored_under_a_key_is_what_it_was_given() {
    check_one(
        "function once(name, make) { const all = globalThis; all[name] ??= make(); return all[name]; }
         const SCHEMA = once('schema', () => 'public');
         export const f = () => pool.query(`SELECT 1 FROM ${SCHEMA}.t`);",
        "a.ts:4 pg.query
           + SELECT 1 FROM public.t",
    );
}

#[test]
fn a_file_that_a_build_makes_is_named() {
    check(
        &[
            ("tables.ts", "export * from './generated/index.js';"),
            (
                "a.ts",
                &format!(
                    "{PG}import {{ Users }} from './tables';
                     export const f = () => pool.query(`SELECT ${{Object.keys(Users).join(',')}} FROM ${{Users.table}}`);"
                ),
            ),
        ],
        "a.ts:3 pg.query
           ~ SELECT <?> FROM <?>
           ? file that is not in the tree: `./generated/index.js` (a.ts:3)
         problem: a.ts: `./generated/index.js` is not in the tree, and a text needs it: where a build makes it, give \
         folders in which it is built (--old DIR --new DIR)",
    );
}

#[test]
fn defaults_that_a_package_merges_are_the_projects_own() {
    check(
        &[
            (
                "preset.ts",
                "const worker = () => ({ schema: process.env.SCHEMA || 'app' });\nexport const PRESET = { worker: worker() };",
            ),
            (
                "a.ts",
                &format!(
                    "{PG}import {{ merge }} from 'presets'; import {{ PRESET }} from './preset';
                     export function f(options) {{
                       const {{ worker: {{ schema }} }} = merge([PRESET, options]);
                       return pool.query(`SELECT 1 FROM ${{schema}}.t`);
                     }}"
                ),
            ),
        ],
        "a.ts:5 pg.query
           + SELECT 1 FROM app.t",
    );
}

#[test]
fn names_change_their_style() {
    check_one(
        "import decamelize from 'decamelize';
         const sql = `SELECT ${['id', 'createdAt'].map((key) => decamelize(key)).join(', ')} FROM t`;
         export const f = () => pool.query(sql);",
        "a.ts:4 pg.query
           + SELECT id, created_at FROM t",
    );
}

#[test]
fn what_a_call_gives_decides_its_conditions() {
    check_one(
        "const value = (key, given) => {
           if (given === null) { return 'NULL'; }
           if ((['_at', 'At'].some((end) => key.endsWith(end)) || key === 'date') && typeof given === 'number') {
             return 'to_timestamp($1)';
           }
           return '$1';
         };
         export const a = (x) => pool.query(`SELECT ${value('id', x)} FROM t`, [x]);
         export const b = () => pool.query(`SELECT ${value('createdAt', 1 + 2)} FROM t`, [1]);
         const part = (kind, more = '') => {
           let sql = 'SELECT 1 FROM ';
           switch (kind) { case 'a': case 'b': sql += 'one'; break; case 'c': sql += 'two'; break; default: sql += 'three'; }
           return sql + (more && ` WHERE ${more}`);
         };
         export const c = () => pool.query(part('b', 'x = 1'));
         export const d = () => pool.query(part('d'));
         export const e = (kind) => pool.query(part(kind));",
        "a.ts:9 pg.query
           + SELECT NULL FROM t
           + SELECT $1 FROM t
         a.ts:10 pg.query
           + SELECT NULL FROM t
           + SELECT to_timestamp($1) FROM t
         a.ts:16 pg.query
           + SELECT 1 FROM one WHERE x = 1
         a.ts:17 pg.query
           + SELECT 1 FROM three
         a.ts:18 pg.query
           + SELECT 1 FROM one
           + SELECT 1 FROM two
           + SELECT 1 FROM three",
    );
}

#[test]
fn an_error_may_lead_past_a_return() {
    check_one(
        "function name(make) { try { return make('a'); } catch { log(); } return 'b'; }
         function first(list) { for (const one of list) { return one; } return 'none'; }
         export const f = () => pool.query(`SELECT 1 FROM ${name((x) => x)}`);
         export const g = () => pool.query(`SELECT 1 FROM ${first(['a', 'b'])}`);",
        "a.ts:4 pg.query
           + SELECT 1 FROM a
           + SELECT 1 FROM b
         a.ts:5 pg.query
           + SELECT 1 FROM a
           + SELECT 1 FROM b
           + SELECT 1 FROM none",
    );
}

#[test]
fn conditions_that_ask_the_same_go_together() {
    check_one(
        "export function f(x) {
           const join = x.type === 'a' ? ' JOIN a ON true' : '';
           let where = '';
           switch (x.type) { case 'a': where = ' WHERE a.id = 1'; break; case 'b': where = ' WHERE b.id = 1'; break; }
           const also = x.type === 'b' ? ' JOIN b ON true' : '';
           return pool.query(`SELECT 1 FROM t${join}${also}${where}`);
         }
         export function g(flag) {
           let sql = 'SELECT 1 FROM t';
           if (flag) { sql += ' JOIN a ON true'; }
           sql += ' WHERE true';
           if (!flag) { return; } else { sql += ' AND a.id = 1'; }
           return pool.query(sql);
         }
         export function h(x) {
           let sql = 'SELECT 1';
           if (x == null) { sql += ' + 1'; }
           if (x === undefined) { sql += ' + 2'; }
           return pool.query(sql);
         }",
        "a.ts:7 pg.query
           + SELECT 1 FROM t JOIN a ON true WHERE a.id = 1
           + SELECT 1 FROM t JOIN b ON true WHERE b.id = 1
           = SELECT 1 FROM t
         a.ts:14 pg.query
           + SELECT 1 FROM t JOIN a ON true WHERE true AND a.id = 1
         a.ts:20 pg.query
           = SELECT 1
           + SELECT 1 + 1
           + SELECT 1 + 2
           + SELECT 1 + 1 + 2",
    );
}

#[test]
fn parameters_in_braces_are_numbered() {
    check_one(
        "async function raw(sql, data) {
           const params = [];
           const query = sql?.replaceAll(/\\{\\{\\s*(\\w+)(::\\w+)?\\s*}}/g, (...args) => {
             const [, name, type] = args;
             params.push(data[name]);
             return `$${params.length}${type ?? ''}`;
           });
           return pool.query(query, params);
         }
         export const f = (id) => raw('SELECT 1 FROM t WHERE a = {{id::uuid}} AND b = {{ b }}', { id });",
        "a.ts:9 pg.query (forwarder)
         a.ts:11 pg.query (helper)
           ~ SELECT 1 FROM t WHERE a = $1::uuid AND b = $2",
    );
}

#[test]
fn fields_that_are_set_later_are_what_they_were_set_to() {
    check_one(
        "function defaults(config) { config.schema = config.schema || 'app'; }
         function read(value) {
           const config = typeof value === 'string' ? { url: value } : { ...value };
           config.table = 'jobs';
           defaults(config);
           return config;
         }
         class Jobs {
           constructor(config) { this.config = config; }
           all() { return pool.query(`SELECT 1 FROM ${this.config.schema}.${this.config.table}`); }
         }
         export const make = (value) => new Jobs(read(value));
         export const keys = (x) => {
           const row = { id: 1 };
           if (x) { row.name = x; }
           return pool.query(`SELECT ${Object.keys(row).join(', ')} FROM t`);
         };",
        "a.ts:11 pg.query
           + SELECT 1 FROM app.jobs
         a.ts:17 pg.query
           + SELECT id FROM t
           + SELECT id, name FROM t",
    );
}

/// More optional parts than combinations can be listed: all of them, none, all but each, and each alone.
#[test]
fn many_optional_parts_are_covered() {
    let parts: String = (1..=8).map(|at| format!("${{o.p{at} ? ' AND p{at} = 1' : ''}}")).collect();
    let source = format!(
        "import {{ Pool }} from 'pg'; const pool = new Pool();
         export const main = (o: any) => pool.query(`SELECT 1 FROM t WHERE a{parts}`);"
    );
    let (extraction, _) = run(&[("a.ts", &source)], &Options::default());
    let [site] = extraction.sites.as_slice() else { panic!("{:?}", extraction.sites) };
    assert_eq!(site.unknown, None);
    let texts: Vec<&str> = site.queries.iter().map(|query| query.text.text.as_str()).collect();
    assert_eq!(texts.len(), 18, "{texts:?}");
    let all: String = (1..=8).map(|at| format!(" AND p{at} = 1")).collect();
    assert!(texts.contains(&format!("SELECT 1 FROM t WHERE a{all}").as_str()));
    assert!(texts.contains(&"SELECT 1 FROM t WHERE a"));
    assert!(texts.contains(&format!("SELECT 1 FROM t WHERE a{}", all.replace(" AND p3 = 1", "")).as_str()));
    assert!(texts.contains(&"SELECT 1 FROM t WHERE a AND p3 = 1"));
}

/// What is pushed in one turn of a loop goes together, however many turns may be left out.
#[test]
fn columns_and_placeholders_go_together() {
    let source = "import { Pool } from 'pg'; const pool = new Pool();
        export const main = (data: any) => {
          const row = { a: data.a, b: data.b };
          const columns: string[] = []; const places: string[] = []; const values: any[] = [];
          for (const name in row) {
            if (row[name] === undefined) continue;
            values.push(row[name]); columns.push(name); places.push(`$${values.length}`);
          }
          return pool.query(`INSERT INTO t (${columns.join(', ')}) VALUES (${places.join(', ')})`, values);
        };";
    check(
        &[("a.ts", source)],
        "a.ts:9 pg.query
           ~ INSERT INTO t (a) VALUES ($1)
           ~ INSERT INTO t (b) VALUES ($1)
           ~ INSERT INTO t (a, b) VALUES ($1, $2)",
    );
}

/// A test against known texts says which one a name is.
#[test]
fn tests_against_lists_narrow() {
    let source = "import { Pool } from 'pg'; const pool = new Pool();
        const SORTS = ['name', 'age'];
        export const one = (sort: string) => pool.query(`SELECT 1 FROM t ORDER BY ${SORTS.includes(sort) ? sort : 'id'}`);
        export const two = (sort: string) => {
          if (!SORTS.includes(sort)) throw new Error();
          return pool.query(`SELECT 2 FROM t ORDER BY ${sort}`);
        };
        export const three = (sort: string) => {
          if (SORTS.includes(sort)) console.log(sort);
          return pool.query(`SELECT 3 FROM t ORDER BY ${sort}`);
        };";
    check(
        &[("a.ts", source)],
        "a.ts:3 pg.query
           + SELECT 1 FROM t ORDER BY name
           + SELECT 1 FROM t ORDER BY age
           + SELECT 1 FROM t ORDER BY id
         a.ts:6 pg.query
           + SELECT 2 FROM t ORDER BY name
           + SELECT 2 FROM t ORDER BY age
         a.ts:10 pg.query
           ~ SELECT 3 FROM t ORDER BY <?>
           ? parameter of exported function (a.ts:8)",
    );
}

/// `forEach` is a loop.
#[test]
fn for_each_is_a_loop() {
    let source = "import { Pool } from 'pg'; const pool = new Pool();
        export const main = (name: string) => {
          const columns: string[] = [];
          ['a', 'b'].forEach((column) => { columns.push(`t.${column}`); });
          return pool.query(`SELECT ${columns.join(', ')} FROM t`);
        };";
    check(&[("a.ts", source)], "a.ts:5 pg.query\n  + SELECT t.a, t.b FROM t");
}

/// What is asked for at the end of a long chain of calls is cut short there, and there alone.
#[test]
fn what_a_limit_cut_short_is_looked_at_again_where_the_limit_is_not_reached() {
    let chain: Vec<String> = (0..12).map(|at| format!("const f{at} = () => f{}();", at + 1)).collect();
    check_one(
        &format!(
            "const table = name(); function name() {{ return 'jobs'; }}
             {} const f12 = () => table;
             export const far = () => pool.query(`SELECT 1 FROM ${{f0()}}`);
             export const near = () => pool.query(`SELECT 2 FROM ${{table}}`);",
            chain.join(" ")
        ),
        "a.ts:4 pg.query
           ~ SELECT 1 FROM <?>
           ? calls nested too deeply (a.ts:2)
         a.ts:5 pg.query
           + SELECT 2 FROM jobs",
    );
    // What leads back to itself is not known, and the rest is.
    check_one(
        "const a = pick() ? b : 'x'; const b = pick() ? a : 'y';
         export const f = () => pool.query(`SELECT ${a}`);",
        "a.ts:3 pg.query
           ~ SELECT <?>
           + SELECT y
           + SELECT x
           ? refers to itself, or too deep (a.ts:2)",
    );
}

#[test]
fn constructors_are_inherited() {
    check(
        &[
            (
                "a.ts",
                &format!(
                    "{PG}export class Base {{
               constructor(private readonly table: string) {{}}
               all() {{ return pool.query(`SELECT id FROM ${{this.table}}`); }}
             }}
             export const first = new Base('t1');"
                ),
            ),
            ("b.ts", "import { Base } from './a'; export class Middle extends Base { other() {} }"),
            ("c.ts", "import { Middle } from './b'; export const made = new Middle('t2');"),
            (
                "d.ts",
                "import { Middle } from './b';
              export class Last extends Middle { constructor() { super('t3'); } }",
            ),
            (
                "e.ts",
                "import { Base } from './a';
              export class Own extends Base { constructor() { super('t4'); } }
              export class Named extends Own { constructor(name) { super(); } }",
            ),
            ("f.ts", "import { Named } from './e'; export const named = new Named('no table');"),
        ],
        "a.ts:4 pg.query
           + SELECT id FROM t1
           + SELECT id FROM t2
           + SELECT id FROM t3
           + SELECT id FROM t4",
    );
}

#[test]
fn an_object_has_what_its_own_class_gives() {
    check(
        &[
            (
                "a.ts",
                &format!(
                    "{PG}import {{ ident }} from './name';
             export class Base {{
               table: string;
               constructor(table: string, private readonly key: string) {{ this.table = ident(table); }}
               all() {{ return pool.query(`SELECT id FROM ${{this.table}}`); }}
             }}
             export class Keyed extends Base {{ constructor(table: string) {{ super(table, 'id'); }} }}
             export class Users extends Keyed {{
               constructor() {{ super('users'); }}
               one() {{ return pool.query(`SELECT email FROM ${{this.table}} WHERE ${{this.key}} = $1`); }}
             }}
             export class Jobs extends Keyed {{
               constructor() {{ super('jobs'); }}
               one() {{ return pool.query(`SELECT state FROM ${{this.table}} WHERE ${{this.key}} = $1`); }}
             }}
             export class Others extends Base {{
               one() {{ return pool.query(`SELECT other FROM ${{this.table}}`); }}
             }}
             new Others('others', 'x');"
                ),
            ),
            ("name.ts", "export const ident = (name: string) => `\"${name}\"`;"),
        ],
        "a.ts:6 pg.query
           + SELECT id FROM \"users\"
           + SELECT id FROM \"jobs\"
           + SELECT id FROM \"others\"
         a.ts:11 pg.query
           + SELECT email FROM \"users\" WHERE id = $1
         a.ts:15 pg.query
           + SELECT state FROM \"jobs\" WHERE id = $1
         a.ts:18 pg.query
           + SELECT other FROM \"users\"
           + SELECT other FROM \"jobs\"
           + SELECT other FROM \"others\"",
    );
}

#[test]
fn lists_of_arguments_that_are_not_known_leave_a_site() {
    check_one(
        "export function a(list) { return pool.query.apply(pool, list); }
         export function b(list) { const run = pool.query; return run.apply(pool, list); }
         export function c(list) { return Reflect.apply(pool.query, pool, list); }
         export function d() { return Reflect.apply(pool.query, pool, ['SELECT a FROM d']); }
         const e = (...list) => pool.query.apply(pool, list);
         e('SELECT a FROM e', 1);
         export function f(list) { return pool.query(...list); }",
        "a.ts:2 pg.query
           ? parameter of exported function (a.ts:2)
         a.ts:3 pg.query
           ? parameter of exported function (a.ts:3)
         a.ts:4 pg.query
           ? parameter of exported function (a.ts:4)
         a.ts:5 pg.query
           = SELECT a FROM d
         a.ts:6 pg.query (forwarder)
         a.ts:7 pg.query (helper)
           = SELECT a FROM e
           ! not awaited (a.ts:7)
         a.ts:8 pg.query
           ? parameter of exported function (a.ts:8)",
    );
}

#[test]
fn what_a_caller_may_leave_undefined_is_no_text() {
    check_one(
        "async function back(name) { await pool.query(`ROLLBACK TO SAVEPOINT ${name}`); }
         export async function f(inside) {
           const name = inside ? 'here' : undefined;
           if (name) await back(name);
         }",
        "a.ts:2 pg.query
           + ROLLBACK TO SAVEPOINT here",
    );
}

#[test]
fn what_is_tried_may_end_anywhere() {
    let body = "
        declare function risky(): void;
        export const a = () => { let s = 'SELECT 1 FROM a'; try { risky(); s = 'SELECT 1 FROM b'; } catch {} return pool.query(s); };
        export const b = () => { let s = 'SELECT 2 FROM a'; try { risky(); s = 'SELECT 2 FROM b'; } catch (e) { throw e; } return pool.query(s); };
        export const c = () => { let s = 'SELECT 3 FROM a'; try { risky(); s = 'SELECT 3 FROM b'; } catch (e) { s = 'SELECT 3 FROM c'; } return pool.query(s); };
        export const d = () => { let s = 'SELECT 4 FROM a'; try { risky(); s += ' WHERE b'; } finally { return pool.query(s); } };
        export const e = () => { const w = ['x']; try { risky(); w.push('y'); } catch {} return pool.query(`SELECT ${w.join(', ')} FROM e`); };
        export const f = () => { let s = 'SELECT 6 FROM a'; try { s = 'SELECT 6 FROM b'; risky(); s = 'SELECT 6 FROM c'; } catch {} return pool.query(s); };
        export const g = () => { let s = 'SELECT 7 FROM a'; try { s = 'SELECT 7 FROM b'; return pool.query(s); } catch { s += ' LIMIT 1'; return pool.query(s); } };";
    check(
        &[("a.ts", &format!("{PG}{body}"))],
        "a.ts:4 pg.query
           = SELECT 1 FROM a
           = SELECT 1 FROM b
         a.ts:5 text (text)
           = SELECT 2 FROM a
         a.ts:5 pg.query
           = SELECT 2 FROM b
         a.ts:6 text (text)
           = SELECT 3 FROM a
         a.ts:6 pg.query
           = SELECT 3 FROM b
           = SELECT 3 FROM c
         a.ts:7 pg.query
           = SELECT 4 FROM a
           + SELECT 4 FROM a WHERE b
         a.ts:8 pg.query
           + SELECT x FROM e
           + SELECT x, y FROM e
         a.ts:9 pg.query
           = SELECT 6 FROM a
           = SELECT 6 FROM b
           = SELECT 6 FROM c
         a.ts:10 pg.query
           = SELECT 7 FROM b
         a.ts:10 pg.query
           + SELECT 7 FROM a LIMIT 1
           + SELECT 7 FROM b LIMIT 1",
    );
}

/// A part that may be missing is missed, also beside a quote or where a name stands; a variable's text before it is set is
/// not.
#[test]
fn parts_beside_names_may_be_missing() {
    check_one(
        "let name = '';
         export const start = () => { name = 'started'; };
         export const a = (f) => pool.query(`SELECT * FROM \"t\"${f ? ' WHERE a = 1' : ''}`);
         export const b = (f) => pool.query(`SELECT ${f ? 'DISTINCT ' : ''}\"a\" FROM t`);
         export const c = (f) => pool.query(`SELECT \"a\"${f ? ', ' : ' AS '}\"b\" FROM t`);
         export const d = (f) => pool.query(`DELETE FROM ${f ? 'ONLY ' : ''}t`);
         export const e = (f) => pool.query(`SELECT * FROM ${f ? 'LATERAL' : ''} (SELECT 1) x`);
         export const g = (f) => pool.query(`SELECT * FROM ${f ? 'public.' : ''}t`);
         export const h = () => pool.query(`SELECT id FROM ${name} x WHERE id = 1`);
         export const i = () => pool.query(`SELECT id FROM \"${name}\" x`);",
        "a.ts:4 pg.query
           + SELECT * FROM \"t\" WHERE a = 1
           = SELECT * FROM \"t\"
         a.ts:5 pg.query
           + SELECT DISTINCT \"a\" FROM t
           + SELECT \"a\" FROM t
         a.ts:6 pg.query
           + SELECT \"a\", \"b\" FROM t
           + SELECT \"a\" AS \"b\" FROM t
         a.ts:7 pg.query
           + DELETE FROM ONLY t
           + DELETE FROM t
         a.ts:8 pg.query
           + SELECT * FROM LATERAL (SELECT 1) x
           + SELECT * FROM (SELECT 1) x
         a.ts:9 pg.query
           + SELECT * FROM public.t
           + SELECT * FROM t
         a.ts:10 pg.query
           + SELECT id FROM started x WHERE id = 1
         a.ts:11 pg.query
           + SELECT id FROM \"started\" x",
    );
}
