//! What a function's own text decides: literals under names, lengths, fields that a loop sets, numbers of parameters.

use super::check;

#[track_caller]
fn check_one(body: &str, expected: &str) {
    check(&[("a.ts", &format!("import {{ Pool }} from 'pg'; const pool = new Pool();\n{body}"))], expected);
}

#[test]
fn an_object_is_filled_under_computed_names() {
    check_one(
        "function columns(from) {
           const list: string[] = [];
           for (const key in from) {
             if (!Object.hasOwn(from, key)) continue;
             list.push(key);
           }
           return list.join(', ');
         }
         function without(from) {
           const made = {};
           for (const key in from) {
             if (key === 'b' || !Object.prototype.hasOwnProperty.call(from, key)) continue;
             made[key] = from[key];
           }
           return made;
         }
         export function f(x) {
           return pool.query(`SELECT ${columns(without({ a: 1, b: 2, c: 3 }))} FROM t`);
         }
         export function g(x, key) {
           const made = { a: 'a' };
           if (x) made[key] = 'b';
           return pool.query(`SELECT ${made.a} FROM t`);
         }
         export function h(x) {
           const made = { a: 'a' };
           for (const key of ['a', 'b']) made[key] = x ? 'c' : 'd';
           return pool.query(`SELECT ${made.a}, ${made.b} FROM t`);
         }",
        "a.ts:19 pg.query
           + SELECT a, c FROM t
         a.ts:24 pg.query
           + SELECT a FROM t
           ~ SELECT <?> FROM t
           ? field that may be set under a computed name (a.ts:24)
         a.ts:29 pg.query
           + SELECT c, c FROM t
           + SELECT d, d FROM t",
    );
}

#[test]
fn an_object_loses_fields_by_their_names() {
    check_one(
        "export function f(x) {
           const data = { a: 1, b: 2, c: 3 };
           const made = { ...data, d: 4 };
           delete made.a;
           if (x) delete made.b;
           return pool.query(`SELECT ${Object.keys(made).join(', ')} FROM t`);
         }",
        "a.ts:7 pg.query
           + SELECT c, d FROM t
           + SELECT b, c, d FROM t",
    );
}

#[test]
fn a_literal_under_a_name_decides() {
    check_one(
        "const mode: number = 2;
         export function f(x) {
           const way: number = 1;
           const clause = way === 0 ? 'a' : way === 1 ? 'b' : 'c';
           let more = '';
           if (mode !== 2) more = ' LIMIT 1';
           return pool.query(`SELECT ${clause} FROM t${more}`);
         }
         export function g(x) {
           let way = 1;
           if (x) way = 2;
           return pool.query(`SELECT ${way === 1 ? 'b' : 'c'} FROM t`);
         }",
        "a.ts:8 pg.query
           + SELECT b FROM t
         a.ts:13 pg.query
           + SELECT b FROM t
           + SELECT c FROM t",
    );
}

#[test]
fn lengths_are_known_where_lists_are() {
    check_one(
        "function select(names: string, all: boolean) {
           const list: string[] = [];
           let more = false;
           for (const name of names.split(',')) {
             if (name.trim().length === 0) continue;
             if (name.trim() === 'kind') { more = true; continue; }
             list.push(name.trim());
           }
           if (more) list.push('1 AS kind');
           return list.length > 0 ? list.join(', ') : '*';
         }
         export function f(x) { return pool.query(`SELECT ${select('a, b,', x)} FROM t`); }
         export function g(x) { return pool.query(`SELECT ${select('a,kind', x)} FROM t`); }
         export function h(x) { return pool.query(`SELECT ${select('', x)} FROM t`); }
         export function i(x) {
           const list: string[] = [];
           if (x) list.push('a');
           return pool.query(`SELECT ${list.length ? list.join(', ') : '*'} FROM t`);
         }
         export function j(names: string[]) {
           const list: string[] = [];
           for (const name of names) list.push('a');
           return pool.query(`SELECT 1 FROM t${list.length === 0 ? '' : ' WHERE ' + list.join(' AND ')}`);
         }",
        "a.ts:13 pg.query
           + SELECT a, b FROM t
         a.ts:14 pg.query
           + SELECT a, 1 AS kind FROM t
         a.ts:15 pg.query
           + SELECT * FROM t
         a.ts:19 pg.query
           + SELECT a FROM t
           + SELECT * FROM t
         a.ts:24 pg.query
           = SELECT 1 FROM t
           ~ SELECT 1 FROM t WHERE a",
    );
}

#[test]
fn what_may_still_be_written_decides_nothing() {
    check_one(
        "export function f(names) {
           let seen = false;
           let text = '';
           for (const name of names) {
             if (seen) text = ' LIMIT 1';
             seen = true;
           }
           return pool.query(`SELECT a FROM t${text}`);
         }
         export function g(x) {
           let seen = false;
           const note = () => { seen = true; };
           x.call(note);
           return pool.query(`SELECT a FROM t${seen ? ' LIMIT 1' : ''}`);
         }
         export function h(x) {
           const list: string[] = [];
           x.fill(list);
           return pool.query(`SELECT a FROM t${list.length > 0 ? ' LIMIT 1' : ''}`);
         }",
        "a.ts:9 pg.query
           = SELECT a FROM t
           + SELECT a FROM t LIMIT 1
         a.ts:15 pg.query
           + SELECT a FROM t LIMIT 1
           = SELECT a FROM t
         a.ts:20 pg.query
           + SELECT a FROM t LIMIT 1
           = SELECT a FROM t",
    );
}

#[test]
fn a_counted_parameter_is_one_wherever_its_name_stands() {
    check_one(
        "export function f(x, ids) {
           let i = 1;
           const flags = `$${++i}::text[]`;
           const now = `$${++i}::timestamptz`;
           return pool.query(`SELECT a FROM t WHERE b = $1 AND c < ${now} AND d && ${flags} AND e > ${now} AND f = $${++i}`);
         }",
        "a.ts:6 pg.query
           ~ SELECT a FROM t WHERE b = $1 AND c < $2::timestamptz AND d && $3::text[] AND e > $2::timestamptz AND f = $4",
    );
    // Each turn of a loop counts another one.
    check_one(
        "export function f(x, ids) {
           let i = 0;
           const parts: string[] = [];
           for (const name of ['a', 'b']) {
             const number = `$${++i}`;
             parts.push(`(${number} IS NULL OR ${name} = ${number})`);
           }
           return pool.query(`SELECT a FROM t WHERE ${parts.join(' AND ')}`);
         }",
        "a.ts:9 pg.query
           ~ SELECT a FROM t WHERE ($1 IS NULL OR a = $1) AND ($2 IS NULL OR b = $2)",
    );
}

#[test]
fn what_a_function_finds_out_on_its_way_stays_together() {
    check_one(
        "class Store {
           private readonly all: boolean;
           constructor(all: boolean) { this.all = all; }
           private names(list: string[]) {
             if (this.all) return list;
             return list.filter((name) => name !== 'b');
           }
           f() {
             const one = this.names(['a', 'b']), other = this.names(['b', 'c']);
             return pool.query(`SELECT ${one.join(', ')} FROM t ORDER BY ${other.join(', ')}`);
           }
         }",
        "a.ts:11 pg.query
           + SELECT a, b FROM t ORDER BY b, c
           + SELECT a FROM t ORDER BY c",
    );
}

#[test]
fn a_list_that_is_found_in_gives_one_of_its_items() {
    check_one(
        "const columns = [{ id: 'a', sql: 't.a' }, { id: 'b', sql: 't.b' }];
         export function f(x) {
           const column = columns.find((one) => one.id === x.sort);
           if (!column) throw new Error('unknown');
           return pool.query(`SELECT ${column.id} FROM t ORDER BY ${column.sql}`);
         }",
        "a.ts:6 pg.query
           + SELECT a FROM t ORDER BY t.a
           + SELECT b FROM t ORDER BY t.b",
    );
}

#[test]
fn what_a_frozen_object_lacks_it_always_lacks() {
    check_one(
        "const rules = Object.freeze({ all: true });
         const names = (list: string, rule) => list.split(',').filter((name) => name !== 'b' || rule.none).join(', ');
         export function f(x) { return pool.query(`SELECT ${names('a,b,c', rules)} FROM t`); }
         export function g(x) {
           const own = { all: true };
           return pool.query(`SELECT ${names('a,b,c', own)} FROM t`);
         }",
        "a.ts:4 pg.query
           + SELECT a, c FROM t
         a.ts:7 pg.query
           + SELECT a, c FROM t
           + SELECT a, b, c FROM t",
    );
}

#[test]
fn a_text_goes_with_the_condition_that_asks_for_it() {
    check_one(
        "const by = (ids?: string[]) => ids?.length ? `IN (1)` : '';
         const all = (props) => `SELECT a FROM t${props.filter ? ` WHERE a ${props.filter}` : ''}`;
         export function f(x) { return pool.query(all({ filter: by(x.ids) })); }
         export function g(x) { return pool.query(all({ filter: '' })); }",
        "a.ts:4 pg.query
           + SELECT a FROM t WHERE a IN (1)
           = SELECT a FROM t
         a.ts:5 pg.query
           = SELECT a FROM t",
    );
}

#[test]
fn lists_of_two_callers_do_not_mix() {
    check_one(
        "export function f(x, data) {
           const names = x ? ['a', 'b', 'c', 'd', 'e', 'f', 'g'] : ['h'];
           const columns: string[] = [], values: string[] = [];
           for (const name of names) {
             if (data[name] === undefined) continue;
             columns.push(name);
             values.push('1');
           }
           return pool.query(`INSERT INTO t (${columns.join(', ')}) VALUES (${values.join(', ')})`);
         }",
        "a.ts:10 pg.query
           + INSERT INTO t (a, b, c, d, e, f, g) VALUES (1, 1, 1, 1, 1, 1, 1)
           + INSERT INTO t (a) VALUES (1)
           + INSERT INTO t (b, c, d, e, f, g) VALUES (1, 1, 1, 1, 1, 1)
           + INSERT INTO t (b) VALUES (1)
           + INSERT INTO t (a, c, d, e, f, g) VALUES (1, 1, 1, 1, 1, 1)
           + INSERT INTO t (c) VALUES (1)
           + INSERT INTO t (a, b, d, e, f, g) VALUES (1, 1, 1, 1, 1, 1)
           + INSERT INTO t (d) VALUES (1)
           + INSERT INTO t (a, b, c, e, f, g) VALUES (1, 1, 1, 1, 1, 1)
           + INSERT INTO t (e) VALUES (1)
           + INSERT INTO t (a, b, c, d, f, g) VALUES (1, 1, 1, 1, 1, 1)
           + INSERT INTO t (f) VALUES (1)
           + INSERT INTO t (a, b, c, d, e, g) VALUES (1, 1, 1, 1, 1, 1)
           + INSERT INTO t (g) VALUES (1)
           + INSERT INTO t (a, b, c, d, e, f) VALUES (1, 1, 1, 1, 1, 1)
           + INSERT INTO t (h) VALUES (1)",
    );
}

#[test]
fn what_an_argument_lacks_its_function_does_not_get() {
    check_one(
        "const all = (props) => `SELECT a FROM t${props.limit ? ` LIMIT ${props.limit}` : ''}`;
         const kept = (props, log) => { log(props); return `SELECT a FROM t${props.limit ? ' LIMIT 1' : ''}`; };
         export function f(x) { return pool.query(all({ filter: '' })); }
         export function g(x) { return pool.query(kept({ filter: '' }, x.log)); }",
        "a.ts:4 pg.query
           = SELECT a FROM t
         a.ts:5 pg.query
           + SELECT a FROM t LIMIT 1
           = SELECT a FROM t",
    );
}

#[test]
fn a_computed_name_in_a_literal_is_a_name() {
    check_one(
        "import { Far } from 'far';
         enum Cap { See = 'see', Drop = 'drop' }
         const known = { [Cap.See]: { target: 'x', of: 'y' }, [Cap.Drop]: { target: 'z' }, ['own']: { target: 'w' } };
         const far = { [Far.See]: { target: 'x', of: 'y' }, plain: 'p' };
         export function keys() {
           for (const [name, { target }] of Object.entries(known)) pool.query(`SELECT ${name}, ${target} FROM a`);
         }
         export function member(x) {
           return pool.query(`SELECT ${known[Cap.See].of}, ${known.own.target} FROM b`);
         }
         export function unknown() {
           for (const name of Object.keys(far)) pool.query(`SELECT ${name} FROM c`);
         }
         export function inner() {
           return pool.query(`SELECT ${far.target} FROM d`);
         }
         export function later() {
           return pool.query(`SELECT ${{ a: 'a', [Far.See]: 'b' }.a}, ${far.plain} FROM e`);
         }
         export function either(x) {
           const either = { a: 'a', b: 'b', [x ? 'a' : 'b']: 'c' };
           return pool.query(`SELECT ${either.a} FROM f`);
         }
         export function symbol() {
           const all = { a: 1, [Symbol.iterator]() { return null; } };
           return pool.query(`SELECT ${Object.keys(all).join()} FROM g`);
         }",
        "a.ts:7 pg.query
           + SELECT see, x FROM a
           + SELECT drop, z FROM a
           + SELECT own, w FROM a
           ! not awaited (a.ts:7)
         a.ts:10 pg.query
           + SELECT y, w FROM b
         a.ts:13 pg.query
           ~ SELECT <?> FROM c
           ? key of an unknown object (a.ts:13)
           ! not awaited (a.ts:13)
         a.ts:16 pg.query
           ~ SELECT <?> FROM d
           ? computed field (a.ts:16)
         a.ts:19 pg.query
           ~ SELECT <?>, p FROM e
           + SELECT a, p FROM e
           ? computed field (a.ts:19)
         a.ts:23 pg.query
           + SELECT c FROM f
           + SELECT a FROM f
         a.ts:27 pg.query
           + SELECT a FROM g",
    );
}
