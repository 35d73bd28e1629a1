//! What a parameter may be by its declared type, where nobody is seen to give it.

use super::{check, run};
use crate::Options;

const TYPES: &str = "export enum Owner { Member = 'member_id', Team = 'team_id' }
export type Way = 'asc' | 'desc';
export const columns = ['id', 'name'] as const;
export type Column = (typeof columns)[number];
export const fields = { born: 1, died: 2 };
interface Page { way: Way; limit?: number }
export interface Listing extends Page { by: Owner; column?: Column; date: keyof typeof fields }";

#[track_caller]
fn check_one(body: &str, expected: &str) {
    let head =
        "import { Pool } from 'pg'; import { Column, Listing, Owner, Way } from './types'; const pool = new Pool();";
    check(&[("a.ts", &format!("{head}\n{body}")), ("types.ts", TYPES)], expected);
}

#[test]
fn literals_are_the_texts_of_a_parameter() {
    check_one(
        "export const a = (way: 'asc' | 'desc') => pool.query(`SELECT 1 FROM t ORDER BY x ${way}`);
         export const b = (way: Way = 'asc') => pool.query(`SELECT 2 FROM t ORDER BY x ${way}`);
         export const c = (column?: Column) => pool.query(`SELECT ${column ?? 'count(*)'} FROM t`);
         export const d = (owner: Owner, one: Owner.Team) => pool.query(`SELECT ${owner}, ${one} FROM t`);
         export const e = (most = 15) => pool.query(`SELECT 5 FROM t LIMIT ${most}`);
         export class Rows {
           constructor(private readonly table: 't' | 'u') {}
           all() { return pool.query(`SELECT 6 FROM ${this.table}`); }
         }",
        "a.ts:2 pg.query
           + SELECT 1 FROM t ORDER BY x asc
           + SELECT 1 FROM t ORDER BY x desc
         a.ts:3 pg.query
           + SELECT 2 FROM t ORDER BY x asc
           + SELECT 2 FROM t ORDER BY x desc
         a.ts:4 pg.query
           + SELECT id FROM t
           + SELECT name FROM t
           + SELECT count(*) FROM t
         a.ts:5 pg.query
           + SELECT member_id, team_id FROM t
           + SELECT team_id, team_id FROM t
         a.ts:6 pg.query
           ~ SELECT 5 FROM t LIMIT 1
         a.ts:9 pg.query
           + SELECT 6 FROM t
           + SELECT 6 FROM u",
    );
}

#[test]
fn members_of_declared_objects_are_told_by_their_types() {
    check_one(
        "export const a = (page: Listing) => pool.query(`SELECT ${page.by} FROM t ORDER BY x ${page.way} LIMIT ${page.limit ?? 9}`);
         export const b = ({ column = 'id', date }: Listing) => pool.query(`SELECT ${column}, ${date} FROM t`);
         export const c = (page: Partial<Listing>) => pool.query(`SELECT x FROM t ORDER BY x ${page.way ? page.way : 'using <'}`);",
        "a.ts:2 pg.query
           ~ SELECT member_id FROM t ORDER BY x asc LIMIT 1
           ~ SELECT member_id FROM t ORDER BY x desc LIMIT 1
           ~ SELECT team_id FROM t ORDER BY x asc LIMIT 1
           ~ SELECT team_id FROM t ORDER BY x desc LIMIT 1
           + SELECT member_id FROM t ORDER BY x asc LIMIT 9
           + SELECT member_id FROM t ORDER BY x desc LIMIT 9
           + SELECT team_id FROM t ORDER BY x asc LIMIT 9
           + SELECT team_id FROM t ORDER BY x desc LIMIT 9
         a.ts:3 pg.query
           + SELECT id, born FROM t
           + SELECT id, died FROM t
           + SELECT name, born FROM t
           + SELECT name, died FROM t
         a.ts:4 pg.query
           + SELECT x FROM t ORDER BY x asc
           + SELECT x FROM t ORDER BY x desc
           + SELECT x FROM t ORDER BY x using <",
    );
}

#[test]
fn what_is_no_list_of_texts_stays_unknown() {
    check_one(
        "export const a = (way: Way | string) => pool.query(`SELECT 1 FROM t ORDER BY x ${way}`);
         export const b = <Way extends string>(way: Record<Way, Way>) => pool.query(`SELECT 2 FROM t ORDER BY x ${way.x}`);
         export const c = (page: Listing) => pool.query(`SELECT ${Object.keys(page).join(', ')} FROM t`);
         function sorted(way: Way) { return pool.query(`SELECT 4 FROM t ORDER BY x ${way}`); }
         export const d = (way: any) => sorted(way as Way);
         function read(way: Way) { return pool.query(`SELECT 6 FROM t ORDER BY x ${way}`); }
         export const e = (body: string) => read(JSON.parse(body));
         interface Twice { way: 'a' }
         interface Twice { other: 'b' }
         export const f = (twice: Twice) => pool.query(`SELECT ${twice.way} FROM t`);
         export function g<Column>(column: Column) { return pool.query(`SELECT ${column} FROM t`); }
         function ignored(way: Way) { return pool.query(`SELECT 13 FROM t ORDER BY x ${way}`); }
         // @ts-expect-error
         export const h = (way: string) => ignored(way);",
        "a.ts:2 pg.query
           ~ SELECT 1 FROM t ORDER BY x <?>
           ? parameter of exported function (a.ts:2)
         a.ts:3 pg.query
           ~ SELECT 2 FROM t ORDER BY x <?>
           ? parameter of exported function (a.ts:3)
         a.ts:4 pg.query
           ~ SELECT <?> FROM t
           ? key of an unknown object (a.ts:4)
         a.ts:5 pg.query
           ~ SELECT 4 FROM t ORDER BY x <?>
           ? parameter of exported function (a.ts:6)
         a.ts:7 pg.query
           ~ SELECT 6 FROM t ORDER BY x <?>
           ? result of `JSON.parse` (a.ts:8)
         a.ts:11 pg.query
           ~ SELECT <?> FROM t
           ? parameter of exported function (a.ts:11)
         a.ts:12 pg.query
           ~ SELECT <?> FROM t
           ? parameter of exported function (a.ts:12)
         a.ts:13 pg.query
           ~ SELECT 13 FROM t ORDER BY x <?>
           ? parameter of exported function (a.ts:15)",
    );
}

#[test]
fn what_is_passed_on_is_of_the_types_on_its_way() {
    check_one(
        "function sorted(way: Way) { return pool.query(`SELECT 1 FROM t ORDER BY x ${way}`); }
         export const a = (page) => sorted(page.way);
         function other(way: Way) { return pool.query(`SELECT 2 FROM t ORDER BY x ${way}`); }
         const passed = (way: any) => other(way as Way);
         export const b = (way) => passed(way);",
        "a.ts:2 pg.query
           + SELECT 1 FROM t ORDER BY x asc
           + SELECT 1 FROM t ORDER BY x desc
         a.ts:4 pg.query
           ~ SELECT 2 FROM t ORDER BY x <?>
           ? parameter of exported function (a.ts:6)",
    );
}

#[test]
fn only_what_the_compiler_sees_to_is_believed() {
    let function = "import { Pool } from 'pg'; const pool = new Pool();
                    export const sorted = (way: 'asc' | 'desc') => pool.query(`SELECT 1 FROM t ORDER BY x ${way}`);";
    let caller = "import { sorted } from './a'; export const all = (page) => sorted(page.way);";
    let known = "a.ts:2 pg.query
           + SELECT 1 FROM t ORDER BY x asc
           + SELECT 1 FROM t ORDER BY x desc";
    check(&[("a.ts", function), ("b.ts", caller)], known);
    let unknown = |path: &str| {
        format!("a.ts:2 pg.query\n ~ SELECT 1 FROM t ORDER BY x <?>\n ? parameter of exported function ({path}:1)")
    };
    check(&[("a.ts", function), ("b.js", caller)], &unknown("b.js"));
    check(&[("a.ts", function), ("b.ts", &format!("{caller} // @ts-nocheck"))], &unknown("b.ts"));
}

#[test]
fn items_of_a_list_are_told_by_the_list() {
    check_one(
        "['id', 'name'].forEach((column: 'id' | 'name' | 'born') => pool.query(`SELECT ${column} FROM t`));",
        "a.ts:2 pg.query
           + SELECT id FROM t
           + SELECT name FROM t
           ! not awaited (a.ts:2)",
    );
}

#[test]
fn a_text_of_a_type_keeps_its_place_there() {
    let text = "import { Pool } from 'pg'; const pool = new Pool();\n\
                type Way = 'asc' | 'desc';\n\
                export const all = (way: Way) => pool.query(`SELECT x FROM t ORDER BY x ${way}`);\n";
    let (extraction, sources) = run(&[("a.ts", text)], &Options::default());
    let queries = &extraction.sites[0].queries;
    assert_eq!(queries.len(), 2);
    for (query, literal) in queries.iter().zip(["asc", "desc"]) {
        let at = query.text.text.find(literal).expect("the literal is a part of the text");
        let range = rollproof_source::TextRange::new(at as u32, (at + literal.len()) as u32);
        let [span] = query.text.spans(range)[..] else { panic!("it comes from one place") };
        let (_, start, _) = sources.locate(span);
        let column = text.lines().nth(1).and_then(|line| line.find(literal));
        assert_eq!((start.line, Some(start.column as usize - 1)), (2, column));
    }
}
