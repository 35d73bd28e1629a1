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
