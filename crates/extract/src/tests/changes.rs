//! Lists, texts and objects that others change than the function that reads them.

use super::check;

const PG: &str = "import { Pool } from 'pg'; const pool = new Pool();\n";

#[track_caller]
fn check_one(body: &str, expected: &str) {
    check(&[("a.ts", &format!("{PG}{body}"))], expected);
}

#[test]
fn a_function_changes_the_list_that_it_is_given() {
    check_one(
        "function add(list) { list.push('x = 1'); }
         export function f() {
           const where = ['id = $1'];
           add(where);
           return pool.query(`SELECT a FROM t WHERE ${where.join(' AND ')}`);
         }",
        "a.ts:6 pg.query
           + SELECT a FROM t WHERE id = $1 AND x = 1",
    );
    // It may return before it does, and passes the list on.
    check_one(
        "class Store {
           constructor(private many: boolean) {}
           private tenant(list: string[], values: unknown[], id: string) {
             if (!this.many) return;
             this.both(list, values, id);
           }
           private both(list: string[], values: unknown[], id: string) {
             values.push(id); list.push(`tenant_id = $${values.length}`);
           }
           get(id: string) {
             const values: unknown[] = [1], where = ['id = $1'];
             this.tenant(where, values, id);
             const columns = this.many ? 'id, tenant_id' : 'id';
             return pool.query(`SELECT ${columns} FROM t WHERE ${where.join(' AND ')}`, values);
           }
         }",
        "a.ts:15 pg.query
           ~ SELECT id, tenant_id FROM t WHERE id = $1 AND tenant_id = $2
           + SELECT id FROM t WHERE id = $1",
    );
    // In a field of an object, under another name, in another file.
    check(
        &[
            (
                "a.ts",
                &format!(
                    "{PG}import {{ limit }} from './b';
               export function f(n) {{
                 const where = ['a = 1'], order = ['a'];
                 limit({{ where, order }});
                 const same = where; same.push('c = 1');
                 return pool.query(`SELECT a FROM t WHERE ${{where.join(' AND ')}} ORDER BY ${{order.join(', ')}}`);
               }}"
                ),
            ),
            (
                "b.ts",
                "export function limit(to) { to.where.push('b = 1'); last(to); }
              function last({ order }) { order.push('b'); }",
            ),
        ],
        "a.ts:7 pg.query
           + SELECT a FROM t WHERE a = 1 AND b = 1 AND c = 1 ORDER BY a, b",
    );
}

#[test]
fn a_closure_is_run_where_it_is_called() {
    check_one(
        "export function f(x, y) {
           const where = ['a = 1'], values = [];
           const add = (name, value) => { values.push(value); where.push(`${name} = $${values.length}`); };
           if (x) add('x', x);
           if (y) add('y', y);
           return pool.query(`SELECT a FROM t WHERE ${where.join(' AND ')}`, values);
         }
         export function g() {
           let text = 'SELECT a FROM t';
           const more = (clause) => { text += clause; };
           more(' WHERE x = 1');
           more(' AND y = 1');
           return pool.query(text);
         }",
        "a.ts:7 pg.query
           + SELECT a FROM t WHERE a = 1
           ~ SELECT a FROM t WHERE a = 1 AND x = $1
           ~ SELECT a FROM t WHERE a = 1 AND y = $1
           ~ SELECT a FROM t WHERE a = 1 AND x = $1 AND y = $2
         a.ts:14 pg.query
           + SELECT a FROM t WHERE x = 1 AND y = 1",
    );
}

#[test]
fn a_list_that_is_changed_in_place_is_not_known() {
    check_one(
        "export async function f(i, other) {
           const a = ['x'], b = ['x'], c = ['x'], d = new Set(['x']), e = new Set(['x']);
           a[i] = 'y'; b.length = 0; other.strange(c); d.add('y'); e.delete('x');
           await pool.query(`SELECT ${a} FROM a`);
           await pool.query(`SELECT ${b} FROM b`);
           await pool.query(`SELECT ${c} FROM c`);
           await pool.query(`SELECT ${[...d].join(', ')} FROM d`);
           await pool.query(`SELECT ${[...e].join(', ')} FROM e`);
         }
         class Other { strange(list) { list.push('z'); } }",
        "a.ts:5 pg.query
           ~ SELECT <?> FROM a
           ? array changed in place (a.ts:5)
         a.ts:6 pg.query
           ~ SELECT <?> FROM b
           ? array changed in place (a.ts:6)
         a.ts:7 pg.query
           ~ SELECT <?> FROM c
           ? list that another function may change (a.ts:7)
         a.ts:8 pg.query
           + SELECT x, y FROM d
         a.ts:9 pg.query
           ~ SELECT <?> FROM e
           ? spread of an unknown list (a.ts:9)",
    );
}

#[test]
fn fields_that_are_set_by_unknown_names_are_not_listed() {
    check_one(
        "export async function f(key) {
           const set = { a: 1 }, gone = { a: 1 }, more = { a: 1 };
           set['b'] = 2; delete gone.a; more[key] = 3;
           await pool.query(`SELECT ${Object.keys(set).join(', ')} FROM t`);
           await pool.query(`SELECT ${Object.keys(gone).join(', ')} FROM t`);
           await pool.query(`SELECT ${Object.keys(more).join(', ')} FROM t`);
         }",
        "a.ts:5 pg.query
           + SELECT a FROM t
           + SELECT a, b FROM t
         a.ts:6 pg.query
           + SELECT FROM t
         a.ts:7 pg.query
           ~ SELECT <?> FROM t
           ? key of an unknown object (a.ts:7)",
    );
}

#[test]
fn what_is_spread_may_lack_a_field() {
    check_one(
        "const defaults = { schema: 'app', table: 't' };
         function f(options) {
           const { schema, table } = { ...defaults, ...options };
           return pool.query(`SELECT a FROM ${schema}.${table}`);
         }
         f({ table: 'u' }); f({});
         export function g(options = {}) {
           return pool.query(`SELECT a FROM ${{ ...defaults, ...options }.schema}.t`);
         }
         export function h({ schema = 'app', table }) { return pool.query(`SELECT a FROM ${schema}.${table}`); }
         export const i = (options = {}) => pool.query(`SELECT a FROM ${options.schema}.t`);",
        "a.ts:5 pg.query
           + SELECT a FROM app.u
           + SELECT a FROM app.t
         a.ts:9 pg.query
           + SELECT a FROM app.t
         a.ts:11 pg.query
           ~ SELECT a FROM app.<?>
           ? parameter of exported function (a.ts:11)
         a.ts:12 pg.query
           ~ SELECT a FROM <?>.t
           ? parameter of exported function (a.ts:12)",
    );
}

#[test]
fn what_is_assigned_is_spread() {
    check_one(
        "const defaults = { schema: 'app' };
         export function f(options) {
           const config = Object.assign({}, defaults, options);
           return pool.query(`SELECT a FROM ${config.schema}.t`);
         }
         export function g() {
           const query = { text: 'SELECT a FROM t' };
           Object.assign(query, { text: 'SELECT b FROM t' });
           return pool.query(query);
         }",
        "a.ts:5 pg.query
           + SELECT a FROM app.t
         a.ts:8 text (text)
           = SELECT a FROM t
         a.ts:10 pg.query
           = SELECT b FROM t",
    );
}

#[test]
fn schemas_of_settings_declare_defaults() {
    check_one(
        "import { z } from 'zod';
         import { cleanEnv, str } from 'envalid';
         const env = z.object({ SCHEMA: z.string().min(1).default('app'), other: z.number() }).parse(process.env);
         const parsed = z.object({ db: z.object({ schema: z.string().default('inner') }) }).safeParse(process.env);
         const { NAME } = cleanEnv(process.env, { NAME: str({ default: 'named' }) });
         export const f = () => pool.query(`SELECT a FROM ${env.SCHEMA}.t`);
         export const g = () => pool.query(`SELECT a FROM ${parsed.data.db.schema}.t`);
         export const h = () => pool.query(`SELECT a FROM ${NAME}.t`);
         export const i = () => pool.query(`SELECT a FROM ${env.OTHER}.t`);",
        "a.ts:7 pg.query
           + SELECT a FROM app.t
         a.ts:8 pg.query
           + SELECT a FROM inner.t
         a.ts:9 pg.query
           + SELECT a FROM named.t
         a.ts:10 pg.query
           ~ SELECT a FROM <?>.t
           ? value of package `zod` (a.ts:10)",
    );
}

/// What is put into a list or an object under one name is there under the others that it has.
#[test]
fn lists_and_objects_have_several_names() {
    let run = |body: &str| format!("export const f = (x) => {{ {body} }};\n");
    let bodies = [
        "const l = []; const other = l; l.push(' AND a'); return pool.query(`SELECT 1 FROM t WHERE b${other.join('')}`);",
        "const l = []; const r = { l }; l.push(' AND a'); return pool.query(`SELECT 2 FROM t WHERE b${r.l.join('')}`);",
        "const make = () => { const l = []; const r = { l }; if (x) l.push(' AND a'); return r; };
         return pool.query(`SELECT 3 FROM t WHERE b${make().l.join('')}`);",
        "const l = []; const r = { l }; r.l.push(' AND a'); return pool.query(`SELECT 4 FROM t WHERE b${l.join('')}`);",
        "const o = { w: '' }; const r = { o }; o.w = ' AND a'; return pool.query(`SELECT 5 FROM t WHERE b${r.o.w}`);",
        "const l = []; const all = [l]; l.push(' AND a'); return pool.query(`SELECT 6 FROM t WHERE b${all[0].join('')}`);",
        "const l = [], m = []; const one = x ? l : m; one.push(' AND a'); return pool.query(`SELECT 7 FROM t WHERE b${l.join('')}`);",
        "const l = []; l.push(' AND a'); const r = { l }; return pool.query(`SELECT 8 FROM t WHERE b${r.l.join('')}`);",
        "const l = []; const r = { l }; pool.query(`SELECT 9 FROM t WHERE b${r.l.join('')}`); l.push(' AND a');",
    ];
    let source: String = bodies.iter().map(|body| run(body)).collect();
    check(
        &[("a.ts", &format!("import {{ Pool }} from 'pg'; const pool = new Pool();\n{source}"))],
        "a.ts:2 pg.query
           + SELECT 1 FROM t WHERE b AND a
         a.ts:3 pg.query
           = SELECT 2 FROM t WHERE b
           + SELECT 2 FROM t WHERE b AND a
         a.ts:5 pg.query
           = SELECT 3 FROM t WHERE b
           + SELECT 3 FROM t WHERE b AND a
         a.ts:6 pg.query
           + SELECT 4 FROM t WHERE b AND a
         a.ts:7 pg.query
           = SELECT 5 FROM t WHERE b
           + SELECT 5 FROM t WHERE b AND a
         a.ts:8 pg.query
           = SELECT 6 FROM t WHERE b
           + SELECT 6 FROM t WHERE b AND a
         a.ts:9 pg.query
           ~ SELECT 7 FROM t WHERE b<?>
           ? list that is changed under another name (a.ts:9)
         a.ts:10 pg.query
           + SELECT 8 FROM t WHERE b AND a
         a.ts:11 pg.query
           = SELECT 9 FROM t WHERE b
           + SELECT 9 FROM t WHERE b AND a
           ! not awaited (a.ts:11)",
    );
}

/// What a map is made with stays in it, and a method of an object literal may change its fields.
#[test]
fn maps_and_methods_of_literals() {
    check_one(
        "export const f = (x) => {
           const m = new Map([['a', ' WHERE a']]); if (x) m.set('a', ' WHERE b');
           return pool.query(`SELECT 1 FROM t${m.get('a')}`);
         };
         export const g = (x) => {
           const s = { w: [], add(v) { this.w.push(v); }, all() { return this.w.length; } };
           if (x) s.add(' WHERE a');
           return pool.query(`SELECT 2 FROM t${s.w.join('')}`);
         };
         export const h = () => {
           const s = { w: ' WHERE a', is() { return this.w === 'b'; } };
           return pool.query(`SELECT 3 FROM t${s.w}`);
         };",
        "a.ts:4 pg.query
           + SELECT 1 FROM t WHERE b
           + SELECT 1 FROM t WHERE a
         a.ts:9 pg.query
           = SELECT 2 FROM t
           ~ SELECT 2 FROM t<?>
           ? changed under another name (a.ts:7)
         a.ts:13 pg.query
           + SELECT 3 FROM t WHERE a",
    );
}
