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

#[test]
fn a_case_may_fall_through_to_the_next() {
    check_one(
        "export function f(k) {
           let v = '';
           switch (k) { case 'a': v = ' AND b = 1'; default: v += ' AND c = 2'; }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function g(k) {
           const list = ['true'];
           switch (k) {
             case 'a': list.push('b = 1');
             case 'b': { list.push('b = 2'); break; }
             case 'c': list.push('b = 3'); break;
             case 'd': throw new Error();
             case 'e': return null;
           }
           return pool.query(`SELECT a FROM t WHERE ${list.join(' AND ')}`);
         }
         export function h(k, x) {
           let v = '';
           switch (k) {
             case 'a': { if (x) break; v = ' AND b = 1'; break; }
             case 'b': v = ' AND b = 2'; if (x) { v += ' AND b = 3'; break; }
             default: v += ' AND b = 4';
           }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function i(k) {
           let v = '';
           switch (k) {
             case 'a': v = ' AND b = 1';
             case 'b': return pool.query(`SELECT a FROM t WHERE true${v}`);
           }
           return null;
         }
         function text(k) {
           let v = '';
           switch (k) { case 'a': { v = ' AND b = 1'; break; } case 'b': { v = ' AND b = 2'; break; } }
           return v;
         }
         export const j = () => pool.query(`SELECT a FROM t WHERE true${text('a')}`);
         export const k = (x) => pool.query(`SELECT a FROM t WHERE true${text(x)}`);",
        "a.ts:5 pg.query
           + SELECT a FROM t WHERE true AND b = 1 AND c = 2
           + SELECT a FROM t WHERE true AND c = 2
         a.ts:16 pg.query
           + SELECT a FROM t WHERE true
           + SELECT a FROM t WHERE true AND b = 1 AND b = 2
           + SELECT a FROM t WHERE true AND b = 2
           + SELECT a FROM t WHERE true AND b = 3
         a.ts:25 pg.query
           + SELECT a FROM t WHERE true AND b = 1
           + SELECT a FROM t WHERE true AND b = 2 AND b = 4
           + SELECT a FROM t WHERE true AND b = 4
           = SELECT a FROM t WHERE true
           + SELECT a FROM t WHERE true AND b = 2 AND b = 3
         a.ts:31 pg.query
           = SELECT a FROM t WHERE true
           + SELECT a FROM t WHERE true AND b = 1
         a.ts:40 pg.query
           + SELECT a FROM t WHERE true AND b = 1
         a.ts:41 pg.query
           = SELECT a FROM t WHERE true
           + SELECT a FROM t WHERE true AND b = 1
           + SELECT a FROM t WHERE true AND b = 2",
    );
}

#[test]
fn a_loop_may_end_before_its_last_turn() {
    check_one(
        "export function f(x) {
           let v = '';
           for (const s of [' AND b = 1', ' AND b = 2']) { v += s; if (x) break; }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function g(x) {
           let v = '';
           for (const s of [' AND b = 1', ' AND b = 2']) { if (x(s)) break; v += s; }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function h(x) {
           let v = '';
           for (const s of [' AND b = 1', ' AND b = 2']) { v += s; if (x(s)) continue; v += ' AND c = 1'; }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }",
        "a.ts:5 pg.query
           + SELECT a FROM t WHERE true AND b = 1 AND b = 2
           + SELECT a FROM t WHERE true AND b = 1
         a.ts:10 pg.query
           + SELECT a FROM t WHERE true AND b = 1 AND b = 2
           = SELECT a FROM t WHERE true
           + SELECT a FROM t WHERE true AND b = 1
         a.ts:15 pg.query
           + SELECT a FROM t WHERE true AND b = 1 AND c = 1 AND b = 2 AND c = 1
           + SELECT a FROM t WHERE true AND b = 1 AND b = 2 AND c = 1
           + SELECT a FROM t WHERE true AND b = 1 AND c = 1 AND b = 2
           + SELECT a FROM t WHERE true AND b = 1 AND b = 2",
    );
}

#[test]
fn a_turn_may_end_before_its_end() {
    check_one(
        "export function i(x) {
           const list = ['true'];
           ['b = 1', 'b = 2'].forEach((s) => { list.push(s); if (x(s)) { list.push('d = 1'); return; } list.push('c = 1'); });
           return pool.query(`SELECT a FROM t WHERE ${list.join(' AND ')}`);
         }
         export function j(rows) {
           let v = '';
           for (const row of rows) { if (row.a) { v = ' AND b = 1'; break; } }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function k(rows) {
           const list = ['true'];
           for (const row of rows) { if (row.a) { list.push('b = 1'); continue; } list.push('b = 2'); }
           return pool.query(`SELECT a FROM t WHERE ${list.join(' AND ')}`);
         }
         export function l(x) {
           let v = '';
           outer: for (const s of [' AND b = 1', ' AND b = 2']) {
             for (const r of [' AND c = 1', ' AND c = 2']) { v += r; if (x(r)) continue outer; }
             v += s;
           }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function m() {
           let v = '';
           for (const s of [' AND b = 1', ' AND b = 2']) { v += s; break; }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }",
        "a.ts:5 pg.query
           + SELECT a FROM t WHERE true AND b = 1 AND c = 1 AND b = 2 AND c = 1
           + SELECT a FROM t WHERE true AND b = 1 AND d = 1 AND b = 2 AND c = 1
           + SELECT a FROM t WHERE true AND b = 1 AND c = 1 AND b = 2 AND d = 1
           + SELECT a FROM t WHERE true AND b = 1 AND d = 1 AND b = 2 AND d = 1
         a.ts:10 pg.query
           = SELECT a FROM t WHERE true
           + SELECT a FROM t WHERE true AND b = 1
         a.ts:15 pg.query
           ~ SELECT a FROM t WHERE true AND b = 2
           ~ SELECT a FROM t WHERE true AND b = 1
         a.ts:23 pg.query
           + SELECT a FROM t WHERE true AND c = 1 AND c = 2 AND b = 1 AND c = 1 AND c = 2 AND b = 2
           ~ SELECT a FROM t WHERE true<?> AND c = 1 AND c = 2 AND b = 2
           ~ SELECT a FROM t WHERE true<?>
           ? jump out of a loop in a loop (a.ts:23)
         a.ts:28 pg.query
           + SELECT a FROM t WHERE true AND b = 1",
    );
}

#[test]
fn a_statement_with_a_label_may_end_early() {
    check_one(
        "export function f(x) {
           let v = '';
           part: { if (x) break part; v = ' AND b = 1'; }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function g(x, y) {
           let v = '';
           part: { if (x) { v = ' AND b = 1'; if (y) break part; v += ' AND b = 2'; } v += ' AND b = 3'; }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         function text(x) {
           part: { if (x) break part; return ' AND b = 1'; }
           return ' AND b = 2';
         }
         export const h = () => pool.query(`SELECT a FROM t WHERE true${text(unseen)}`);
         function add(list, x) {
           for (const s of ['b = 1', 'b = 2']) { if (x) break; list.push(s); }
           if (x) { if (other) { list.push('d = 1'); return; } return; }
           list.push('c = 1');
         }
         export function i(x) {
           const list = ['true'];
           add(list, x);
           return pool.query(`SELECT a FROM t WHERE ${list.join(' AND ')}`);
         }",
        "a.ts:5 pg.query
           + SELECT a FROM t WHERE true AND b = 1
           = SELECT a FROM t WHERE true
         a.ts:10 pg.query
           + SELECT a FROM t WHERE true AND b = 3
           + SELECT a FROM t WHERE true AND b = 1 AND b = 2 AND b = 3
           + SELECT a FROM t WHERE true AND b = 1
         a.ts:16 pg.query
           + SELECT a FROM t WHERE true AND b = 1
           + SELECT a FROM t WHERE true AND b = 2
         a.ts:25 pg.query
           + SELECT a FROM t WHERE true AND b = 1 AND b = 2 AND c = 1
           + SELECT a FROM t WHERE true AND c = 1
           + SELECT a FROM t WHERE true AND b = 1 AND c = 1
           + SELECT a FROM t WHERE true AND b = 1 AND b = 2
           + SELECT a FROM t WHERE true
           + SELECT a FROM t WHERE true AND b = 1
           + SELECT a FROM t WHERE true AND b = 1 AND b = 2 AND d = 1
           + SELECT a FROM t WHERE true AND d = 1
           + SELECT a FROM t WHERE true AND b = 1 AND d = 1",
    );
}

#[test]
fn a_loop_that_counts_runs_over_what_it_counts_through() {
    check_one(
        "export function f() {
           let v = '';
           for (let i = 0; i < 2; i++) v += [' AND b = 1', ' AND b = 2'][i];
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function g() {
           const parts = [' AND b = 1', ' AND b = 2'];
           let v = '';
           for (let i = 0; i < parts.length; ++i) { v += parts[i]; }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function h(names) {
           const list = ['true'];
           for (let i = 0; i < names.length; i += 1) { list.push(`b = $${i + 1}`); }
           return pool.query(`SELECT a FROM t WHERE ${list.join(' AND ')}`);
         }
         export function i(c) {
           const parts = ['a', 'b'];
           let v = 'SELECT a FROM t WHERE ';
           for (let i = 0; i < parts.length; i++) { if (i > 0) v += ' AND '; v += `${parts[i]} = $${i}`; }
           return pool.query(v);
         }
         export function k(c) {
           let v = 'SELECT a FROM t WHERE ';
           for (const s of ['a', 'b']) { if (c(s)) v += 'NOT '; v += `${s} = 1 AND `; }
           return pool.query(v + 'true');
         }
         export function j() {
           let v = '';
           for (let i = 0; i < 3; i++) { v += ' AND b = ' + i; i++; }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }",
        "a.ts:5 pg.query
           + SELECT a FROM t WHERE true AND b = 1 AND b = 2
         a.ts:11 pg.query
           + SELECT a FROM t WHERE true AND b = 1 AND b = 2
         a.ts:16 pg.query
           ~ SELECT a FROM t WHERE true AND b = $1
         a.ts:22 pg.query
           ~ SELECT a FROM t WHERE a = $1 AND b = $2
         a.ts:27 pg.query
           + SELECT a FROM t WHERE a = 1 AND b = 1 AND true
           + SELECT a FROM t WHERE NOT a = 1 AND b = 1 AND true
           + SELECT a FROM t WHERE a = 1 AND NOT b = 1 AND true
           + SELECT a FROM t WHERE NOT a = 1 AND NOT b = 1 AND true
         a.ts:32 pg.query
           ~ SELECT a FROM t WHERE true AND b = 1",
    );
}

#[test]
fn a_name_that_var_declares_twice_is_one_variable() {
    check_one(
        "export function f(x) {
           if (x) { var v = ' AND b = 1'; } else { var v = ''; }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function g(x) {
           var v = ' AND b = 1';
           if (x) { var v = ' AND b = 2'; }
           var v;
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function h(x) {
           switch (x) {
             case 1: var v = ' AND b = 1'; break;
             default: var v = ' AND b = 2';
           }
           const run = () => pool.query(`SELECT a FROM t WHERE true${v}`);
           return run();
         }
         export function i() {
           var sql = 'SELECT a FROM t';
           pool.query(sql);
           var sql = 'SELECT b FROM t';
           return pool.query(sql);
         }",
        "a.ts:4 pg.query
           + SELECT a FROM t WHERE true AND b = 1
           = SELECT a FROM t WHERE true
         a.ts:10 pg.query
           + SELECT a FROM t WHERE true AND b = 1
           + SELECT a FROM t WHERE true AND b = 2
         a.ts:17 pg.query
           + SELECT a FROM t WHERE true AND b = 1
           + SELECT a FROM t WHERE true AND b = 2
         a.ts:22 pg.query
           = SELECT a FROM t
           ! not awaited (a.ts:22)
         a.ts:24 pg.query
           = SELECT b FROM t",
    );
}

#[test]
fn turns_that_end_in_too_many_ways_are_not_known() {
    check_one(
        "export function f(x, k) {
           let v = '';
           for (let i = 0; i < 5; i++) {
             switch (k) { case 'u': continue; case 'w': v += ' AND b = 1'; break; default: v += ' AND b = 2'; }
             if (x(i)) break;
             v += ' AND c = 3';
           }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }",
        "a.ts:9 pg.query
           ~ SELECT a FROM t WHERE true<?>
           ? loop whose turns may end anywhere (a.ts:9)",
    );
}

#[test]
fn items_that_an_index_of_its_own_runs_through_are_not_known() {
    check_one(
        "export function f(n) {
           let v = '';
           for (let i = 0; i < n; i++) { v += [' AND b = 1', ' AND b = 2'][i]; }
           return pool.query(`SELECT a FROM t WHERE true${v}`);
         }
         export function g(n) {
           const parts = [' AND b = 1', ' AND b = 2'], list = [];
           let i = 0;
           while (i < n) { list.push(`${parts[i]}`); i += 1; }
           return pool.query(`SELECT a FROM t WHERE true${list.join('')}`);
         }",
        "a.ts:5 pg.query
           ~ SELECT a FROM t WHERE true<?>
           ? list that a loop counts through (a.ts:5)
         a.ts:11 pg.query
           ~ SELECT a FROM t WHERE true<?>
           ? list that a loop counts through (a.ts:11)",
    );
}
