//! Fragments: what goes together in them through calls, lists and helpers under other names.

use super::check;

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
