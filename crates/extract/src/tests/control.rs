//! Statements that may not run, or not to their end: every text that they leave must be there.

use super::check;

#[track_caller]
fn check_one(body: &str, expected: &str) {
    check(&[("a.ts", &format!("import {{ Pool }} from 'pg'; const pool = new Pool();\n{body}"))], expected);
}

#[test]
fn the_right_side_of_a_logical_operator_may_not_run() {
    check_one(
        "export function f(x) {
           let v = '';
           x && (v += ' AND b = 2');
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function g(x) {
           let v = ' AND b = 1';
           x || (v = ' AND b = 2');
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function h(x) {
           let v = ' AND b = 1';
           x ?? (v = ' AND b = 2');
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function i(x) {
           const list = ['true'];
           x && list.push('b = 2');
           return pool.query(`SELECT a FROM t WHERE ${list.join(' AND ')}`);
         }
         export function j(x) {
           const list = ['true'];
           x ? list.push('b = 1') : list.push('b = 2');
           return pool.query(`SELECT a FROM t WHERE ${list.join(' AND ')}`);
         }
         export function k(x) {
           const list = ['true'];
           const add = (text) => { list.push(text); };
           x && add('b = 2');
           return pool.query(`SELECT a FROM t WHERE ${list.join(' AND ')}`);
         }",
        "a.ts:5 pg.query
           = SELECT a FROM t WHERE true
           + SELECT a FROM t WHERE true AND b = 2
         a.ts:10 pg.query
           + SELECT a FROM t WHERE true AND b = 1
           + SELECT a FROM t WHERE true AND b = 2
         a.ts:15 pg.query
           + SELECT a FROM t WHERE true AND b = 1
           + SELECT a FROM t WHERE true AND b = 2
         a.ts:20 pg.query
           + SELECT a FROM t WHERE true
           + SELECT a FROM t WHERE true AND b = 2
         a.ts:25 pg.query
           + SELECT a FROM t WHERE true AND b = 1
           + SELECT a FROM t WHERE true AND b = 2
         a.ts:31 pg.query
           + SELECT a FROM t WHERE true
           + SELECT a FROM t WHERE true AND b = 2",
    );
}

#[test]
fn what_a_logical_assignment_leaves_stays_possible() {
    check_one(
        "export function f(x) {
           let v = x ? ' AND b = 1' : '';
           v &&= ' AND b = 2';
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function g(x) {
           let v = x ? ' AND b = 1' : '';
           v ||= ' AND b = 2';
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function h(x) {
           let v = x ? ' AND b = 1' : null;
           v ??= ' AND b = 2';
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }",
        "a.ts:5 pg.query
           = SELECT a FROM t WHERE true
           + SELECT a FROM t WHERE true AND b = 2
         a.ts:10 pg.query
           + SELECT a FROM t WHERE true AND b = 1
           = SELECT a FROM t WHERE true
           + SELECT a FROM t WHERE true AND b = 2
         a.ts:15 pg.query
           + SELECT a FROM t WHERE true AND b = 1
           + SELECT a FROM t WHERE true AND b = 2",
    );
}

#[test]
fn a_generator_is_not_followed() {
    check_one(
        "function* g(c) { yield ' AND b = 1'; if (c) yield ' AND c = 2'; }
         const h = function* () { yield ' AND b = 1'; };
         class C { *parts() { yield ' AND b = 1'; } }
         export function f(c) {
           return pool.query(`SELECT a FROM t WHERE true${[...g(c)].join('')}`);
         }
         export function i(c) {
           let v = '';
           for (const s of g(c)) v += s;
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function j(c) {
           return pool.query(`SELECT a FROM t WHERE true${Array.from(h()).join('')}`);
         }
         export function k(c) {
           return pool.query(`SELECT a FROM t WHERE true${[...new C().parts()].join('')}`);
         }",
        "a.ts:6 pg.query
           ~ SELECT a FROM t WHERE true<?>
           ? spread of an unknown list (a.ts:6)
         a.ts:11 pg.query
           ~ SELECT a FROM t WHERE true<?>
           ? generator (a.ts:2)
         a.ts:14 pg.query
           ~ SELECT a FROM t WHERE true<?>
           ? generator (a.ts:3)
         a.ts:17 pg.query
           ~ SELECT a FROM t WHERE true<?>
           ? spread of an unknown list (a.ts:17)",
    );
}
