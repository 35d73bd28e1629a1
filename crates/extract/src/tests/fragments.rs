//! Fragments: what goes together in them through calls, lists and helpers under other names.

use super::{check, run};
use crate::Options;

#[test]
fn what_a_call_is_given_is_asked_under_its_own_name() {
    // `lower` is only there where the mode is exact, and then the operator is `=`.
    let text = "import { sql } from 'slonik';
         const operator = (match, strict) => {
           switch (match) {
             case 'exact': return sql`=`;
             case 'like': return strict ? sql`LIKE` : sql`ILIKE`;
             case 'regex': { return strict ? sql`~` : sql`~*`; }
           }
         };
         const condition = ({ mode, strict }) => {
           const folded = !strict && mode === 'exact';
           const name = folded ? sql`lower(a)` : sql`a`;
           return sql`${name} ${operator(mode, strict)} 'x'`;
         };
         export const find = (pool, asked) => pool.any(sql`SELECT 1 FROM t WHERE ${condition(asked)}`);";
    check(
        &[("a.ts", text)],
        "a.ts:14 slonik.query
           + SELECT 1 FROM t WHERE lower(a) = 'x'
           + SELECT 1 FROM t WHERE a = 'x'
           + SELECT 1 FROM t WHERE a LIKE 'x'
           + SELECT 1 FROM t WHERE a ILIKE 'x'
           + SELECT 1 FROM t WHERE a ~ 'x'
           + SELECT 1 FROM t WHERE a ~* 'x'",
    );
    // What is set in between, or given a default, is another thing.
    let text = "import { sql } from 'slonik';
         const part = (wide = true) => (wide ? sql`b` : sql`c`);
         const narrow = (given) => { given.wide = false; };
         export const find = (pool, asked) => {
           const wide = asked.wide;
           const first = wide ? sql`b` : sql`c`;
           narrow(asked);
           return pool.any(sql`SELECT ${first}, ${asked.wide ? sql`d` : sql`e`} FROM t`);
         };
         export const other = (pool, asked) =>
           pool.any(sql`SELECT ${asked.wide ? sql`a` : sql`d`}, ${part(asked.wide)} FROM t`);";
    check(
        &[("a.ts", text)],
        "a.ts:8 slonik.query
           + SELECT b, d FROM t
           + SELECT b, e FROM t
           + SELECT c, d FROM t
           + SELECT c, e FROM t
         a.ts:11 slonik.query
           + SELECT a, b FROM t
           + SELECT a, c FROM t
           + SELECT d, b FROM t
           + SELECT d, c FROM t",
    );
}

#[test]
fn a_helper_is_a_helper_under_any_name() {
    check(
        &[(
            "a.ts",
            "import { sql } from 'slonik';
         const id = sql.identifier;
         const other = (names) => names;
         export const a = (pool) => pool.any(sql`SELECT ${id(['b'])} FROM ${id(['s', 't'])}`);
         export const b = (pool) => pool.any(sql`SELECT a FROM t WHERE b = ${other(['c'])}`);",
        )],
        "a.ts:4 slonik.query
           + SELECT \"b\" FROM \"s\".\"t\"
         a.ts:5 slonik.query
           = SELECT a FROM t WHERE b = $1",
    );
}

#[test]
fn lists_are_joined_by_each_separator() {
    check(
        &[(
            "a.ts",
            "import { sql } from 'slonik';
         export const a = (pool, all) =>
           pool.any(sql`SELECT 1 FROM t WHERE ${sql.join([sql`a`, sql`b`], all ? sql` AND ` : sql` OR `)}`);",
        )],
        "a.ts:3 slonik.query
           + SELECT 1 FROM t WHERE a AND b
           + SELECT 1 FROM t WHERE a OR b",
    );
}

#[test]
fn lists_that_are_not_known_hold_values_beside_some_that_are() {
    let a = "import { sql } from 'slonik';
         export const a = (pool, keys) => pool.any(sql`SELECT 1 FROM t WHERE k IN (${sql.join(keys, sql`, `)})`);
         export const some = (pool) => a(pool, ['b', 'c']);
         export const any = (pool, keys) => a(pool, keys.other());";
    check(
        &[("a.ts", a)],
        "a.ts:2 slonik.query
           + SELECT 1 FROM t WHERE k IN ($1, $2)
           ~ SELECT 1 FROM t WHERE k IN ($1)",
    );
}

#[test]
fn a_name_is_there_where_it_is_tested() {
    let text = "import { sql } from 'slonik';
         const NAMES = ['a', 'b'];
         export const find = (pool, asked: string) => {
           if (asked && !NAMES.includes(asked)) throw new Error(asked);
           const names = asked ? [asked] : ['c'];
           return pool.any(sql`SELECT ${sql.join(names.map((name) => sql.identifier([name])), sql`, `)} FROM t`);
         };";
    check(
        &[("a.ts", text)],
        "a.ts:6 slonik.query
           + SELECT \"a\" FROM t
           + SELECT \"b\" FROM t
           + SELECT \"c\" FROM t",
    );
}

#[test]
fn fragments_with_other_texts_are_others() {
    // The column that is left out may be the one that is listed, or one that was made anew.
    let text = "import { sql } from 'slonik';
         const names = ['a', 'b'];
         const columns = Object.fromEntries(names.map((name) => [name, sql.identifier([name])]));
         const rest = Object.values(columns).filter((column) => column !== columns.b);
         export const find = (pool) => pool.any(sql`SELECT ${sql.join(rest, sql`, `)} FROM t`);";
    check(
        &[("a.ts", text)],
        "a.ts:5 slonik.query
           + SELECT \"a\" FROM t
           + SELECT \"a\", \"b\" FROM t",
    );
}

#[test]
fn what_is_given_where_it_holds_is_something() {
    let text = "import { sql } from 'slonik';
         import { conditional, notFalsy } from '@silverhand/essentials';
         const when = (value, build) => (notFalsy(value) ? build(value) : sql``);
         const some = (value, build) => (value ? build(value) : sql``);
         const any = (value, build) => (value.open ? build(value) : sql``);
         const list = (names) => sql`WHERE ${sql.join(names, sql` OR `)}`;
         const names = (given) => conditional(given.length > 0 && given.map((name) => sql`a = ${name}`));
         export const a = (pool, given) => pool.any(sql`SELECT 1 FROM t ${when(names(given), list)}`);
         export const b = (pool, given) => pool.any(sql`SELECT 2 FROM t ${some(names(given), list)}`);
         export const c = (pool, given) => pool.any(sql`SELECT 3 FROM t ${any(names(given), list)}`);";
    check(
        &[("a.ts", text)],
        "a.ts:8 slonik.query
           ~ SELECT 1 FROM t WHERE a = $1
           = SELECT 1 FROM t
         a.ts:9 slonik.query
           ~ SELECT 2 FROM t WHERE a = $1
           = SELECT 2 FROM t
         a.ts:10 slonik.query
           ~ SELECT 3 FROM t WHERE <?>
           ~ SELECT 3 FROM t WHERE a = $1
           = SELECT 3 FROM t
           ? unknown list of fragments (a.ts:6)",
    );
}

#[test]
fn parts_that_are_not_written_out_are_proven_with_those_beside_them() {
    // Two clauses beside a condition that may go 150 ways.
    let text = "import { sql } from 'slonik';
         const NAMES = ['a', 'b', 'c', 'd', 'e'];
         const operator = (mode) => {
           switch (mode) {
             case 'is': return sql`=`;
             case 'not': return sql`<>`;
             case 'like': return sql`~~`;
             case 'similar': return sql`SIMILAR TO`;
             case 'less': return sql`<`;
           }
         };
         const value = (many) => (many ? sql`ANY($1)` : sql`$1`);
         const name = (asked) => {
           if (!NAMES.includes(asked)) throw new Error(asked);
           return sql.join([asked].map((asked) => sql.identifier([asked])), sql` OR `);
         };
         const condition = ({ asked, mode, many, folded }) => folded
           ? sql`lower(${name(asked)}) ${operator(mode)} ${value(many)}`
           : sql`${name(asked)} ${operator(mode)} ${value(many)}`;
         export const find = (pool, asked, limit, locked) =>
           pool.any(sql`SELECT 1 FROM t WHERE ${condition(asked)}
             ${limit ? sql`LIMIT 1` : sql``} ${locked ? sql`FOR UPDATE` : sql``}`);";
    let found = run(&[("a.ts", text)], &Options::default());
    let site = &found.0.sites[0];
    assert!(site.unknown.is_none(), "{:?}", site.unknown);
    let texts = site.queries.iter().map(|query| query.text.text.split_whitespace().collect::<Vec<_>>().join(" "));
    let texts: Vec<String> = texts.collect();
    for name in ["a", "b", "c", "d", "e"] {
        for operator in ["=", "<>", "~~", "SIMILAR TO", "<"] {
            for value in ["$1", "ANY($1)"] {
                let part = |name: &str| format!("WHERE {name} {operator} {value}");
                for part in [part(&format!("\"{name}\"")), part(&format!("lower(\"{name}\")"))] {
                    // What is no SQL is left out.
                    let is_sql = operator != "SIMILAR TO" || value == "$1";
                    assert_eq!(texts.iter().any(|text| text.contains(&part)), is_sql, "{part}");
                }
            }
        }
    }
    assert!(texts.iter().any(|text| text.ends_with("LIMIT 1 FOR UPDATE")));
    assert!(texts.iter().any(|text| !text.contains("LIMIT")));
}

#[test]
fn a_text_that_no_sink_takes_holds_what_is_so_where_it_stands() {
    check(
        &[(
            "a.ts",
            "export const f = (go, id) => {
           const table = id ? 'part' : 'whole';
           const sql = id ? `SELECT * FROM ${table} WHERE id = $1` : `SELECT a FROM ${table}`;
           go(sql);
           if (id) { go(`SELECT 1 FROM ${table} WHERE id = $1`); } else { go(`SELECT 2 FROM ${table}`); }
           go(`SELECT 3 FROM ${table}`);
         };",
        )],
        "a.ts:3 text (text)
           + SELECT * FROM part WHERE id = $1
         a.ts:3 text (text)
           + SELECT a FROM whole
         a.ts:5 text (text)
           + SELECT 1 FROM part WHERE id = $1
         a.ts:5 text (text)
           + SELECT 2 FROM whole
         a.ts:6 text (text)
           + SELECT 3 FROM part
           + SELECT 3 FROM whole",
    );
}
