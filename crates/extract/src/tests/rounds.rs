//! What turns of a loop, and calls of a function, leave to those after them.

use super::check;

const PG: &str = "import { Pool } from 'pg'; const pool = new Pool();\n";

#[track_caller]
fn check_one(body: &str, expected: &str) {
    check(&[("a.ts", &format!("{PG}{body}"))], expected);
}

#[test]
fn a_turn_reads_what_those_before_it_wrote() {
    check_one(
        "export async function pages() {
           let after = '';
           while (true) {
             const rows = await pool.query(`SELECT a FROM t${after} LIMIT 9`);
             if (rows.length === 0) return;
             after = ' WHERE a > $1';
           }
         }",
        "a.ts:5 pg.query
           + SELECT a FROM t LIMIT 9
           + SELECT a FROM t WHERE a > $1 LIMIT 9",
    );
    // Where the turns are known, as many as there are.
    check_one(
        "export async function each() {
           let where = ''; const order = [];
           for (const column of ['a', 'b']) {
             await pool.query(`SELECT ${column} FROM t${where}`);
             where = ' WHERE c';
             order.push(column);
             const all = order.join(', ');
             await pool.query(`SELECT 1 FROM t ORDER BY ${all}`);
           }
         }",
        "a.ts:5 pg.query
           + SELECT a FROM t
           + SELECT a FROM t WHERE c
           + SELECT b FROM t
           + SELECT b FROM t WHERE c
           a.ts:9 pg.query
           + SELECT 1 FROM t ORDER BY a
           + SELECT 1 FROM t ORDER BY b
           + SELECT 1 FROM t ORDER BY a, a
           + SELECT 1 FROM t ORDER BY a, b",
    );
    // What separates parts is there from the second on.
    check_one(
        "export function joined() {
           let list = '', comma = '';
           for (const column of ['a', 'b', 'c']) { list += comma + column; comma = ', '; }
           return pool.query(`SELECT ${list} FROM t`);
         }",
        "a.ts:5 pg.query
           + SELECT a, b, c FROM t",
    );
}

#[test]
fn what_a_loop_counts_is_a_number_and_its_fields_are_read_again() {
    // What only counts is a number.
    check_one(
        "export async function pages() {
           let offset; let rows;
           do {
             offset = rows ? offset + 50 : 0;
             rows = await pool.query(`SELECT a FROM t OFFSET ${offset}`);
           } while (rows.length);
         }",
        "a.ts:6 pg.query
           ~ SELECT a FROM t OFFSET 1
           + SELECT a FROM t OFFSET 0",
    );
    // Fields, and functions that are called for each item.
    check_one(
        "export function fields(names) {
           const o = { where: '', list: ['a'] };
           names.forEach(async (name) => {
             await pool.query(`SELECT 1 FROM t${o.where}`);
             o.where = ' WHERE b';
             await pool.query(`SELECT ${o.list.join(', ')} FROM t`);
             o.list.push('b');
           });
         }",
        "a.ts:5 pg.query
           = SELECT 1 FROM t
           + SELECT 1 FROM t WHERE b
           ! not awaited (a.ts:4)
           a.ts:7 pg.query
           + SELECT a FROM t
           ~ SELECT a, b FROM t
           ! not awaited (a.ts:4)",
    );
}

#[test]
fn a_function_that_is_called_before_it_is_written_down_has_run() {
    check_one(
        "export function f() {
           let where = ''; const o = { order: '' };
           narrow();
           return pool.query(`SELECT a FROM t${where}${o.order}`);
           function narrow() { where = ' WHERE b'; o.order = ' ORDER BY a'; }
         }",
        "a.ts:5 pg.query
           = SELECT a FROM t
           + SELECT a FROM t ORDER BY a
           + SELECT a FROM t WHERE b
           + SELECT a FROM t WHERE b ORDER BY a",
    );
}

#[test]
fn a_function_may_have_run_in_part_or_more_than_once() {
    check_one(
        "const o = { list: ['a'] };
         export async function f() {
           o.list.push('b');
           await pool.query(`SELECT ${o.list.join(', ')} FROM t`);
           o.list.push('c');
         }",
        "a.ts:5 pg.query
           + SELECT a FROM t
           ~ SELECT a, b FROM t
           ~ SELECT a, b, c FROM t",
    );
    check_one(
        "let where = ' WHERE a';
         export async function f() {
           where = '';
           await pool.query(`SELECT a FROM t${where}`);
           where = ' WHERE b';
         }",
        "a.ts:5 pg.query
           + SELECT a FROM t WHERE a
           = SELECT a FROM t
           + SELECT a FROM t WHERE b",
    );
    check_one(
        "export function f() {
           const o = { list: ['a'] };
           const add = () => { o.list.push('b'); };
           for (const one of [1, 2]) add();
           return pool.query(`SELECT ${o.list.join(', ')} FROM t`);
         }",
        "a.ts:6 pg.query
           + SELECT a FROM t
           ~ SELECT a, b FROM t",
    );
}

#[test]
fn a_name_that_stands_for_another_object_has_other_fields() {
    check_one(
        "let o = { where: '', list: ['a'] };
         o.where = ' WHERE a';
         o.list.push('b');
         export function f() {
           o = { where: ' WHERE b', list: ['c'] };
           pool.query(`SELECT 1 FROM t${o.where}`);
           return pool.query(`SELECT ${o.list.join(', ')} FROM t`);
         }",
        "a.ts:7 pg.query
           = SELECT 1 FROM t
           + SELECT 1 FROM t WHERE a
           + SELECT 1 FROM t WHERE b
           ! not awaited (a.ts:7)
           a.ts:8 pg.query
           + SELECT a FROM t
           + SELECT a, b FROM t
           ~ SELECT <?> FROM t
           + SELECT c FROM t
           + SELECT c, b FROM t
           ? changed in an order that is not followed (a.ts:8)",
    );
    // It is made before anything is set.
    check_one(
        "export function f(narrow) {
           let o;
           if (narrow) { o = { where: ' WHERE a' }; } else { o = { where: '' }; }
           o.order = ' ORDER BY a';
           return pool.query(`SELECT 1 FROM t${o.where}${o.order}`);
         }",
        "a.ts:6 pg.query
           + SELECT 1 FROM t WHERE a ORDER BY a
           + SELECT 1 FROM t ORDER BY a",
    );
}
