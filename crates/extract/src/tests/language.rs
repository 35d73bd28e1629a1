//! What the language itself makes of values: sets, counts, numbers in names, spreads. What is expected was taken from runs.

use super::check;

#[track_caller]
fn check_one(body: &str, expected: &str) {
    check(&[("a.ts", &format!("import {{ Pool }} from 'pg'; const pool = new Pool();\n{body}"))], expected);
}

#[test]
fn a_set_holds_what_is_equal_once() {
    check_one(
        "export function f(x) {
           const all = new Set(['a', 'b', 'a']);
           pool.query(`SELECT ${[...all].join(', ')} FROM t`);
           all.add('c');
           all.add('b');
           pool.query(`SELECT ${Array.from(all).join(', ')} FROM t`);
           const some = new Set(['a', x ? 'a' : 'b']);
           return pool.query(`SELECT ${[...some].join(', ')} FROM t`);
         }",
        "a.ts:4 pg.query
           + SELECT a, b FROM t
           ! not awaited (a.ts:4)
         a.ts:7 pg.query
           + SELECT a, b, c FROM t
           ! not awaited (a.ts:7)
         a.ts:9 pg.query
           + SELECT a FROM t
           + SELECT a, a FROM t
           + SELECT a, b FROM t",
    );
}

#[test]
fn what_is_repeated_so_often_is_there_so_often() {
    check_one(
        "export function f(ids) {
           pool.query(`SELECT ${'a'.repeat(3)} FROM t`);
           pool.query(`SELECT ${new Array(2).fill('b').join(', ')} FROM t`);
           pool.query(`SELECT 1 FROM t WHERE id IN (${'?, '.repeat(ids.length)}0)`);
           return pool.query(`SELECT ${'c'.repeat(ids.length)} FROM t`);
         }",
        "a.ts:3 pg.query
           + SELECT aaa FROM t
           ! not awaited (a.ts:3)
         a.ts:4 pg.query
           + SELECT b, b FROM t
           ! not awaited (a.ts:4)
         a.ts:5 pg.query
           ~ SELECT 1 FROM t WHERE id IN (?, 0)
           ! not awaited (a.ts:5)
         a.ts:6 pg.query
           ~ SELECT <?> FROM t
           ? text that is repeated (a.ts:6)",
    );
}

#[test]
fn a_number_in_a_name_is_a_part_of_it() {
    check_one(
        "export function f(x) {
           let turn = 0;
           while (x()) {
             pool.query(`SELECT c${turn} FROM t LIMIT ${turn}`);
             turn++;
           }
           const names = Array.from({ length: x }, (_, at) => 'd' + at);
           pool.query(`SELECT ${names.join(', ')} FROM t`);
           return pool.query(`SELECT e${0x10}, f${7} FROM t WHERE a = $${turn}`);
         }",
        "a.ts:5 pg.query
           ~ SELECT c<?> FROM t LIMIT 1
           ! not awaited (a.ts:5)
         a.ts:9 pg.query
           ~ SELECT d<?> FROM t
           ! not awaited (a.ts:9)
         a.ts:10 pg.query
           ~ SELECT e<?>, f7 FROM t WHERE a = $0
           ~ SELECT e<?>, f7 FROM t WHERE a = $1",
    );
}

#[test]
fn arguments_behind_a_spread_of_unknown_length_may_be_any() {
    check_one(
        "function all(...parts) { return parts.join(' AND '); }
         function second(first, second = 'none') { return second; }
         export function f(x) {
           pool.query(`SELECT 1 FROM t WHERE ${all('a', ...['b', 'c'])}`);
           pool.query(`SELECT 2 FROM t WHERE ${all('a', ...(x ? ['b', 'c'] : []))}`);
           return pool.query(`SELECT 3 FROM t WHERE ${second(...(x ? ['b', 'c'] : []))}`);
         }",
        "a.ts:5 pg.query
           + SELECT 1 FROM t WHERE a AND b AND c
           ! not awaited (a.ts:5)
         a.ts:6 pg.query
           ~ SELECT 2 FROM t WHERE a AND <?>
           ? spread of an unknown list (a.ts:6)
           ! not awaited (a.ts:6)
         a.ts:7 pg.query
           ~ SELECT 3 FROM t WHERE <?>
           + SELECT 3 FROM t WHERE none
           ? spread of an unknown list (a.ts:7)",
    );
}

#[test]
fn names_that_are_numbers_come_first() {
    check_one(
        "export function f() {
           const names = { b: 'x', 2: 'y', a: 'z', 1: 'w' };
           pool.query(`SELECT ${Object.keys(names).join()} FROM t`);
           return pool.query(`SELECT ${Object.values(names).join()} FROM t`);
         }",
        "a.ts:4 pg.query
           + SELECT 1,2,b,a FROM t
           ! not awaited (a.ts:4)
         a.ts:5 pg.query
           + SELECT w,y,x,z FROM t",
    );
}

#[test]
fn fields_that_are_assigned_to_what_a_call_makes_are_not_lost() {
    check_one(
        "class Query {
           wheres = [];
           where(one) { return Object.assign(Object.create(Query.prototype), { wheres: [...this.wheres, one] }); }
           text() { return `SELECT 1 FROM t WHERE ${this.wheres.join(' AND ')}`; }
         }
         export function f() { return pool.query(new Query().where('a').text()); }",
        "a.ts:5 text (text)
           = SELECT 1 FROM t WHERE
         a.ts:7 pg.query
           ? fields that are assigned (a.ts:4)",
    );
}
