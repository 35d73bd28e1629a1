//! Template tags: whatever a tag is called and however it is reached, what stands in its holes is sent beside the text.

use super::{check, ledger, run};
use crate::Options;

/// What types a tag may be given. The grammar reads most of them as comparisons.
const TYPES: &[&str] = &[
    "Row",
    "Row[]",
    "Array<Row>",
    "Array<A<B<C>>>",
    "Map<string, Row>",
    "Array<Record<string, number>>",
    "A | null",
    "Array<A | B>",
    "A & { n: number }",
    "A['x']",
    "Array<Pick<Row, 'id' | 'b'>>",
    "typeof x",
    "ReturnType<typeof f>",
    "[A, B]",
    "{ a: string; /* don't */ b: A[] }",
    "Array<{ a: string, b: number }>",
    "Array<ns.Row>",
    "A, Array<B>",
    "() => void",
    "readonly Row[]",
    "Array<keyof A>",
    "Array<A extends B ? C : D>",
];

/// Where a tagged template may stand.
const PLACES: &[&str] = &[
    "const r = await @;",
    "const r = @;",
    "return @;",
    "f(@, 1);",
    "await Promise.all([@, g()]);",
    "const [row] = await this.@.execute(k);",
    "const row = (await tx.@)[0];",
    "return c ? await @ : 1;",
    "const o = { a: @ };",
    "const g = (x) => @;",
    "if (a) await @;",
    "x = await @ ?? 1;",
    "return a && @;",
    "await prisma!.@;",
];

#[test]
fn types_that_a_tag_is_given_change_nothing() {
    for place in PLACES {
        for types in TYPES {
            let tagged = format!("db<{types}>`select id from t where name = ${{known}} limit 1`");
            let text = format!("const known = 'x';\nasync function f() {{\n{}\n}}", place.replace('@', &tagged));
            let (extraction, sources) = run(&[("a.ts", &text)], &Options::default());
            let found = ledger(&extraction, &sources);
            let lines: Vec<&str> = found.lines().collect();
            let is_sent = matches!(lines[..], [site, query] if !site.contains("(text)") && query == "  = select id from t where name = $1 limit 1");
            assert!(is_sent, "{text}\n{found}");
        }
    }
}

#[test]
fn any_tag_sends_its_values() {
    let tags = [
        "tag",
        "q",
        "db.q",
        "this.db",
        "db?.q",
        "(db?.q)",
        "make(db)",
        "make(db).q",
        "db[0]",
        "db['q']",
        "(c ? tag : q)",
        "(q || tag)",
        "(await make())",
        "make`x`",
        "(db as any)",
        "db!",
        "tag.a.b",
        "(tag, q)",
    ];
    for tag in tags {
        for (path, end) in [("a.ts", ";"), ("a.js", ";"), ("a.tsx", ".then(x => x);")] {
            if path == "a.js" && (tag.contains(" as ") || tag.contains('!')) {
                continue;
            }
            let text = format!(
                "import {{ tag, q, make }} from 'fancy';
                 const known = 'x';
                 export async function f(db, c) {{ await {tag}`select id from t where name = ${{known}}`{end} }}"
            );
            let (extraction, sources) = run(&[(path, &text)], &Options::default());
            let found = ledger(&extraction, &sources);
            assert!(found.contains("select id from t where name = $1") && !found.contains("= x"), "{text}\n{found}");
        }
    }
}

#[test]
fn a_part_of_an_unknown_tags_text_is_a_part() {
    check(
        &[(
            "a.js",
            "import { tag } from 'fancy';
             const known = 'x';
             export const f = (db) => {
               const part = tag`and b = ${known}`;
               return db.query(tag`select id from t where a = ${known} ${part}`);
             };",
        )],
        "a.js:5 pg.query
           + select id from t where a = $1 and b = $2",
    );
}

#[test]
fn tags_that_only_lay_out_or_are_the_projects_own_are_followed() {
    check(
        &[(
            "a.ts",
            "import dedent from 'dedent';
             const known = 'x';
             const own = (strings: TemplateStringsArray, ...values: string[]) => String.raw(strings, ...values);
             const numbered = (strings, ...values) =>
               ({ text: strings.reduce((all, one, at) => all + '$' + at + one), values });
             export const f = async (db) => {
               await db.query(dedent`select id from t where a = '${known}'`);
               await db.query(own<string>`select id from t where b = '${known}'`);
               await db.query(String.raw`select id from t where c = '${known}'`);
               await db.query(numbered`select id from t where d = ${known}`);
             };",
        )],
        "a.ts:7 pg.query
           + select id from t where a = 'x'
         a.ts:8 pg.query
           + select id from t where b = 'x'
         a.ts:9 pg.query
           + select id from t where c = 'x'
         a.ts:10 pg.query
           + select id from t where d = $1",
    );
}

#[test]
fn tags_are_known_by_what_they_are_declared_to_be() {
    check(
        &[
            ("package.json", r#"{ "name": "root", "dependencies": { "postgres": "3" } }"#),
            (
                "types.ts",
                "import postgres, { type Sql, type TransactionSql } from 'postgres';
                 const connect = () => postgres('url');
                 export type Client = ReturnType<typeof postgres>;
                 export type Made = ReturnType<typeof connect>;
                 export type Either = Client | TransactionSql;
                 export interface Base { store: Sql<{}> }
                 export interface Deps extends Base { name: string; made: Made }
                 export interface Wide extends Sql { more: string }
                 interface Other { (strings: TemplateStringsArray, ...values: string[]): string }
                 export type { Other };",
            ),
            ("index.ts", "export * from './types'; export type { Client as Pool } from './types';"),
            (
                "a.ts",
                "import type { Client, Deps, Either, Pool, Wide } from './index';
                 import type * as pg from 'postgres';
                 class Store {
                   private either?: Either;
                   constructor(private readonly client: Client, private options: Deps) {}
                   a(ids) { return this.client`select a from t where id in ${this.client(ids)}`; }
                   b() { return this.either!`select b from t order by ${this.either('name')}`; }
                   c(ids) { return this.options.made`select c from t where id = any(${this.options.made.array(ids)})`; }
                 }
                 export async function run(pool: Pool, { store }: Deps, wide: Wide, named: pg.Sql, ids: number[]) {
                   await pool`insert into t ${pool({ a: 1, b: ids })}`;
                   await store`select d from t where id in ${store(ids)}`;
                   await wide`select e from t where id in ${wide(ids)}`;
                   await named`update t set ${named({ a: 1 })}`;
                   await pool.begin(async (tx) => {
                     await tx`select f from t where id in ${tx(ids)}`;
                     await tx.savepoint((inner) => inner`select g from t where id in ${inner(ids)}`);
                   });
                 }",
            ),
        ],
        "a.ts:6 postgres.sql
           ~ select a from t where id in ($1)
         a.ts:7 postgres.sql
           = select b from t order by \"name\"
         a.ts:8 postgres.sql
           = select c from t where id = any($1)
         a.ts:11 postgres.sql
           + insert into t (\"a\",\"b\")values($1,$2)
         a.ts:12 postgres.sql
           ~ select d from t where id in ($1)
         a.ts:13 postgres.sql
           ~ select e from t where id in ($1)
         a.ts:14 postgres.sql
           + update t set \"a\"=$1
         a.ts:16 postgres.sql
           ~ select f from t where id in ($1)
         a.ts:17 postgres.sql
           ~ select g from t where id in ($1)",
    );
}

#[test]
fn types_that_are_no_librarys_make_no_tag() {
    check(
        &[
            ("package.json", r#"{ "name": "root", "dependencies": { "postgres": "3" } }"#),
            ("types.ts", "export type Client = (strings: TemplateStringsArray, ...values: unknown[]) => string;"),
            (
                "a.ts",
                "import type { Client } from './types';
                 export const f = (client: Client, ids) => [
                   client`select a from t where id = any(${client(ids)})`,
                   client`name ${ids}`,
                   client`select a from t where id in ${ids} and b in (${ids})`,
                 ];",
            ),
        ],
        "a.ts:3 client
           = select a from t where id = any($1)
         a.ts:5 client
           ~ select a from t where id in <?> and b in ($1)
           ? list that a tag writes out (a.ts:5)",
    );
}

#[test]
fn operands_are_parts_of_built_queries() {
    let text = "import { sql } from 'drizzle-orm';
         import { users } from './schema';
         export const a = (db) => db.select({
           total: sql<number>`(SELECT count(*) FROM users AS other WHERE other.team = ${users.team})`.as('total'),
         }).from(users);
         export const b = async (db) => { await db.execute(sql`(SELECT 1 FROM users) UNION (SELECT 2)`); };";
    let schema = "import { pgTable, integer } from 'drizzle-orm/pg-core';
         export const users = pgTable('users', { team: integer('team') });";
    let manifest = r#"{ "name": "root", "dependencies": { "drizzle-orm": "1" } }"#;
    check(
        &[("package.json", manifest), ("schema.ts", schema), ("a.ts", text)],
        "a.ts:3 drizzle (builder)
           ? query-builder (a.ts:3)
         a.ts:4 drizzle.sql (builder)
           ? query-builder (a.ts:4)
         a.ts:6 drizzle.execute
           = (SELECT 1 FROM users) UNION (SELECT 2)",
    );
}
