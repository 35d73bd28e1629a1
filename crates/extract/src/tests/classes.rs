//! Methods that run on objects of other classes than their own, and lists of which some items pass a test.

use super::check;

const PG: &str = "import { Pool } from 'pg'; const pool = new Pool();\n";

#[test]
fn what_a_class_replaces_is_a_part_of_the_text() {
    let base = format!(
        "{PG}export class Base {{
           columns = '*';
           table() {{ return 'base'; }}
           all() {{ return pool.query(`SELECT ${{this.columns}} FROM ${{this.table()}}`); }}
           run(where: string) {{ return pool.query(`DELETE FROM ${{this.table()}} WHERE ${{where}}`); }}
           old() {{ return this.run('a = 1'); }}
         }}
         export abstract class Named {{
           protected abstract readonly name: string;
           protected abstract get key(): string;
           one() {{ return pool.query(`SELECT 1 FROM ${{this.name}} WHERE ${{this.key}} = $1`, [1]); }}
         }}"
    );
    let files = [
        ("base.ts", base.as_str()),
        // Nothing in these files reads as SQL.
        (
            "sub.ts",
            "import { Base } from './base'; export class Sub extends Base { table() { return 'sub'; } columns = 'id'; }",
        ),
        (
            "last.ts",
            "import { Sub } from './sub'; export class Last extends Sub { override table() { return 'last'; } }",
        ),
        (
            "named.ts",
            "import * as base from './base';
             export class Users extends base.Named { name = 'users'; get key() { return 'id'; } }
             export class Orders extends base.Named { name = 'orders'; get key() { return 'number'; } }",
        ),
    ];
    check(
        &files,
        "base.ts:5 pg.query
           + SELECT * FROM base
           + SELECT id FROM last
           + SELECT id FROM sub
         base.ts:6 pg.query
           + DELETE FROM base WHERE a = 1
           + DELETE FROM last WHERE a = 1
           + DELETE FROM sub WHERE a = 1
         base.ts:12 pg.query
           + SELECT 1 FROM users WHERE id = $1
           + SELECT 1 FROM orders WHERE number = $1",
    );
}

#[test]
fn a_declared_class_may_be_any_that_extends_it() {
    let app = format!(
        "{PG}import {{ Names, Plain }} from './names';
         export function f(names: Names) {{ return pool.query(`SELECT 1 FROM ${{names.table()}}`); }}
         export function g(names: Names) {{ return pool.query(names.all()); }}
         export function h(names: Names) {{ return pool.query(`SELECT ${{names.columns()}} FROM ${{names.table()}}`); }}
         export function i(a: Names, b: Names) {{ return pool.query(`SELECT ${{a.columns()}} FROM ${{b.table()}}`); }}
         export function j(plain: Plain) {{ return pool.query(`SELECT 1 FROM ${{plain.table()}}`); }}
         export function k() {{ return pool.query(`SELECT 1 FROM ${{new Names().table()}}`); }}"
    );
    let names = "export class Names { table() { return 'a'; } columns() { return 'x'; } all() { return `SELECT 1 FROM ${this.table()}`; } }
                 export class Plain { table() { return 'a'; } }";
    let heir = "import { Names as Base, Plain } from './names';
                export class Own extends Base { table() { return 'b'; } columns() { return 'y'; } }
                export class More extends Plain { other() { return 'c'; } }";
    let unrelated =
        "class Names { table() { return 'a'; } }\nexport class Own extends Names { table() { return 'c'; } }";
    check(
        &[("app.ts", &app), ("heir.ts", heir), ("names.ts", names), ("unrelated.ts", unrelated)],
        "app.ts:3 pg.query
           + SELECT 1 FROM a
           + SELECT 1 FROM b
         app.ts:4 pg.query
           + SELECT 1 FROM a
           + SELECT 1 FROM b
         app.ts:5 pg.query
           + SELECT x FROM a
           + SELECT y FROM b
         app.ts:6 pg.query
           + SELECT x FROM a
           + SELECT x FROM b
           + SELECT y FROM a
           + SELECT y FROM b
         app.ts:7 pg.query
           + SELECT 1 FROM a
         app.ts:8 pg.query
           + SELECT 1 FROM a",
    );
}

#[test]
fn an_item_that_may_not_pass_may_be_left_out() {
    let body = "export function some(given) {
           const names = ['a', 'b'].filter((name) => given[name] !== undefined);
           return pool.query(`INSERT INTO t (${names.join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})`);
         }
         export const known = () => pool.query(`SELECT ${['a', 'b', 'c'].filter((name) => name !== 'b').join(', ')} FROM t`);
         export const there = (a, b) => pool.query(
           `DELETE FROM t WHERE ${['c = 1', a && `a = ${b}`].filter((part) => !!part).join(' AND ')}`);";
    check(
        &[("a.ts", &format!("{PG}{body}"))],
        "a.ts:4 pg.query
           ~ INSERT INTO t (a) VALUES ($1)
           ~ INSERT INTO t (b) VALUES ($1)
           ~ INSERT INTO t (a, b) VALUES ($1, $2)
         a.ts:6 pg.query
           + SELECT a, c FROM t
         a.ts:7 pg.query
           + DELETE FROM t WHERE c = 1
           ~ DELETE FROM t WHERE c = 1 AND a = <?>
           ? parameter of exported function (a.ts:7)",
    );
}

/// Two objects of a class have what each was given: never both what one of them was.
#[test]
fn objects_of_one_class_are_told_apart() {
    check(
        &[(
            "a.ts",
            "import { Pool } from 'pg'; const pool = new Pool();
             class T { t; constructor(name) { this.t = name; } get q() { return `\"${this.t}\"`; } }
             const a = new T('a'); const b = new T('b');
             export const f = () => pool.query(`SELECT ${a.t}.id FROM ${a.t} JOIN ${b.q} USING (id)`);
             export const g = (x: T, y: T) => pool.query(`SELECT ${x.t}.id FROM ${x.t} JOIN ${y.t} USING (id)`);
             class O { options; constructor(n) { this.options = { t: n }; } }
             const o = new O('o'), p = new O('p');
             export const h = () => pool.query(`SELECT 1 FROM ${o.options.t} JOIN ${p.options.t} USING (id)`);
             export const i = (x: O, y: O) => pool.query(`SELECT 1 FROM ${x.options.t} JOIN ${y.options.t} USING (id)`);
             const make = (n) => { class C { get t() { return n; } } return new C(); };
             const c = make('c'), d = make('d');
             export const j = () => pool.query(`SELECT 1 FROM ${c.t} JOIN ${d.t} USING (id)`);
             class V { t; constructor(w) { this.t = w ? 'v' : 'w'; } }
             const either = (w) => new V(w);
             const e = either(process.argv[2]), k = either(process.argv[3]);
             export const l = () => pool.query(`SELECT ${e.t}.id FROM ${e.t} JOIN ${k.t} USING (id)`);",
        )],
        "a.ts:4 pg.query
           + SELECT a.id FROM a JOIN \"b\" USING (id)
         a.ts:5 pg.query
           + SELECT a.id FROM a JOIN a USING (id)
           + SELECT a.id FROM a JOIN b USING (id)
           + SELECT b.id FROM b JOIN a USING (id)
           + SELECT b.id FROM b JOIN b USING (id)
         a.ts:8 pg.query
           + SELECT 1 FROM o JOIN p USING (id)
         a.ts:9 pg.query
           + SELECT 1 FROM o JOIN o USING (id)
           + SELECT 1 FROM o JOIN p USING (id)
           + SELECT 1 FROM p JOIN o USING (id)
           + SELECT 1 FROM p JOIN p USING (id)
         a.ts:12 pg.query
           + SELECT 1 FROM c JOIN d USING (id)
         a.ts:16 pg.query
           + SELECT v.id FROM v JOIN v USING (id)
           + SELECT v.id FROM v JOIN w USING (id)
           + SELECT w.id FROM w JOIN v USING (id)
           + SELECT w.id FROM w JOIN w USING (id)",
    );
}
