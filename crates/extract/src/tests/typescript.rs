//! TypeScript and JavaScript: what is followed, and what stays unknown.

use super::{check, ledger, run, snapshot};
use crate::{Cache, Options, extract};

const PG: &str = "import { Pool } from 'pg'; const pool = new Pool();\n";

#[track_caller]
fn check_one(body: &str, expected: &str) {
    check(&[("a.ts", &format!("{PG}{body}"))], expected);
}

#[test]
fn branches_are_apart() {
    check_one(
        "export function f(a, b) {
           let sql;
           if (a) { sql = 'SELECT 1 FROM a'; } else if (b) { sql = 'SELECT 1 FROM b'; } else { return; }
           return pool.query(sql);
         }",
        "a.ts:5 pg.query
           = SELECT 1 FROM a
           = SELECT 1 FROM b",
    );
    check_one(
        "export function f(kind) {
           let sql = 'SELECT 1 FROM z';
           switch (kind) { case 1: sql = 'SELECT 1 FROM a'; break; case 2: sql += ' WHERE true'; }
           return pool.query(sql);
         }",
        "a.ts:5 pg.query
           = SELECT 1 FROM z
           = SELECT 1 FROM a
           + SELECT 1 FROM z WHERE true",
    );
}

#[test]
fn a_use_inside_a_branch_sees_that_branch_only() {
    check_one(
        "export function f(a) {
           let sql = 'SELECT 1 FROM a';
           if (a) { sql += ' WHERE x'; return pool.query(sql); }
           return pool.query(sql);
         }",
        "a.ts:4 pg.query
           + SELECT 1 FROM a WHERE x
         a.ts:5 pg.query
           = SELECT 1 FROM a",
    );
}

#[test]
fn loops_leave_a_representative_text() {
    check_one(
        "export function f(rows) {
           let sql = 'INSERT INTO t (a, b) VALUES ';
           for (let i = 0; i < rows.length; i++) { sql += `($${i * 2 + 1}, $${i * 2 + 2})`; }
           return pool.query(sql);
         }",
        "a.ts:5 pg.query
           ~ INSERT INTO t (a, b) VALUES ($1, $2)",
    );
}

#[test]
fn imports_are_followed_through_indexes_aliases_and_reexports() {
    check(
        &[
            ("package.json", r#"{ "name": "root", "dependencies": { "pg": "8" } }"#),
            ("tsconfig.json", r#"{ "compilerOptions": { "paths": { "@/*": ["./src/*"], }, } } // why"#),
            ("src/sql/index.ts", "export * from './users'; export { default as other } from './other';"),
            ("src/sql/users.ts", "export const FIND = 'SELECT id FROM users';"),
            ("src/sql/other.ts", "export default 'SELECT id FROM others';"),
            ("packages/db/package.json", r#"{ "name": "@app/db", "main": "dist/index.js" }"#),
            ("packages/db/src/index.ts", "export const SHARED = 'SELECT id FROM shared';"),
            (
                "src/a.ts",
                "import { FIND, other } from '@/sql'; import * as all from './sql/index.js'; import { SHARED } from '@app/db';
                 export const f = (pool) => { pool.query(FIND); pool.query(other); pool.query(all.FIND); pool.query(SHARED); };",
            ),
        ],
        "src/a.ts:2 pg.query
           = SELECT id FROM users
           ! not awaited (src/a.ts:2)
         src/a.ts:2 pg.query
           = SELECT id FROM others
           ! not awaited (src/a.ts:2)
         src/a.ts:2 pg.query
           = SELECT id FROM users
           ! not awaited (src/a.ts:2)
         src/a.ts:2 pg.query
           = SELECT id FROM shared
           ! not awaited (src/a.ts:2)",
    );
}

#[test]
fn files_are_imported_as_their_text() {
    check(
        &[
            ("package.json", r#"{ "name": "root", "dependencies": { "pg": "8" } }"#),
            ("tsconfig.json", r#"{ "compilerOptions": { "paths": { "@/*": ["./sql/*"] } } }"#),
            ("sql/one.sql", "SELECT 1 FROM one"),
            ("sql/names.json", r#"{ "table": "four" }"#),
            ("a.txt", "SELECT 2 FROM two"),
            (
                "a.ts",
                "import one from './sql/one.sql'; import raw from '@/one.sql?raw'; import two from './a.txt?raw';
                 import txt from './b.txt'; import gone from './gone.sql?raw';
                 import names from '@/names.json'; const required = require('./sql/one.sql');
                 export const a = (pool) => pool.query(one);
                 export const b = (pool) => pool.query(raw);
                 export const c = (pool) => pool.query(two);
                 export const d = (pool) => pool.query(required);
                 export const e = (pool) => pool.query(`SELECT 4 FROM ${names.table}`);
                 export const f = (pool) => pool.query(txt);
                 export const g = (pool) => pool.query(gone);",
            ),
        ],
        "a.ts:4 pg.query
           = SELECT 1 FROM one
         a.ts:5 pg.query
           = SELECT 1 FROM one
         a.ts:6 pg.query
           = SELECT 2 FROM two
         a.ts:7 pg.query
           = SELECT 1 FROM one
         a.ts:8 pg.query
           + SELECT 4 FROM four
         a.ts:9 pg.query
           ? file that is not in the tree: `./b.txt` (a.ts:9)
         a.ts:10 pg.query
           ? file that is not in the tree: `./gone.sql?raw` (a.ts:10)
         problem: a.ts: `./b.txt` is not in the tree, and a text needs it: where a build makes it, give folders in which it is built (--old DIR --new DIR)
         problem: a.ts: `./gone.sql?raw` is not in the tree, and a text needs it: where a build makes it, give folders in which it is built (--old DIR --new DIR)",
    );
}

#[test]
fn a_caller_without_sql_in_its_file_is_a_caller() {
    check(
        &[
            (
                "db.ts",
                "import { Pool } from 'pg'; export const count = (table: string) => new Pool().query(`SELECT count(*) FROM ${table}`);",
            ),
            ("b.ts", "import { count } from './db'; count('users');"),
            ("c.ts", "import { count } from './db'; export const f = (x: string) => count(x);"),
        ],
        "db.ts:1 pg.query
           + SELECT count(*) FROM users
           ~ SELECT count(*) FROM <?>
           ? parameter of exported function (c.ts:1)",
    );
}

#[test]
fn helpers_are_sinks_through_files_classes_and_objects() {
    check(
        &[
            (
                "db.ts",
                "import { Pool } from 'pg';
                 export class Db {
                   private pool: Pool;
                   constructor() { this.pool = new Pool(); }
                   run(config: { text: string }) { return this.pool.query(config); }
                   all = (sql: string) => this.run({ text: sql });
                 }
                 export const one = ({ sql }) => new Db().all(sql);",
            ),
            (
                "a.ts",
                "import { Db, one } from './db'; const db = new Db(); db.all('SELECT 1 FROM a'); one({ sql: 'SELECT 1 FROM b' });",
            ),
        ],
        "a.ts:1 pg.query (helper)
           = SELECT 1 FROM a
           ! not awaited (a.ts:1)
         a.ts:1 pg.query (helper)
           = SELECT 1 FROM b
           ! not awaited (a.ts:1)
         db.ts:5 pg.query (forwarder)
         db.ts:6 pg.query (forwarder)
         db.ts:8 pg.query (forwarder)",
    );
}

#[test]
fn nothing_is_sql_that_only_looks_like_it() {
    check_one(
        "const a = 'Select a plan'; const b = 'update the settings'; const c = `/select/${a}`; fetch('delete from cart');
         router.query('users'); export const d = 'SELECT id FROM users WHERE id = $1';",
        "a.ts:3 text (text)
           = SELECT id FROM users WHERE id = $1",
    );
}

#[test]
fn too_many_variants_are_said_to_be() {
    let flags = (0..8).map(|index| format!("if (f[{index}]) sql += ' JOIN t{index} ON true';")).collect::<String>();
    let body =
        format!("export function f(f) {{ let sql = 'SELECT 1 FROM t WHERE true'; {flags} return pool.query(sql); }}");
    let (extraction, _) = run(&[("a.ts", &format!("{PG}{body}"))], &Options::default());
    let site = &extraction.sites[0];
    assert_eq!(site.unknown.as_ref().map(|unknown| unknown.reason.as_ref()), Some("more than 64 variants"));
    assert!(!site.queries.is_empty());
}

#[test]
fn cycles_end() {
    check(
        &[
            (
                "a.ts",
                "import { B } from './b'; export const A = B; export { C } from './b'; pool.query(`SELECT ${A} FROM t`);",
            ),
            (
                "b.ts",
                "import { A } from './a'; export const B = A; export { C } from './a'; import { C } from './a'; pool.query(`SELECT ${C} FROM t`);",
            ),
            (
                "c.ts",
                "let o = { a: 1 }; o = { ...o, b: 2 }; const f = (n) => f(n); pool.query(`SELECT ${o.c} ${f(1)} FROM t`);",
            ),
        ],
        "a.ts:1 pg.query
           ~ SELECT <?> FROM t
           ? refers to itself, or too deep (a.ts:1)
           ! not awaited (a.ts:1)
         b.ts:1 pg.query
           ~ SELECT <?> FROM t
           ? `C` is not exported by its module (b.ts:1)
           ! not awaited (b.ts:1)
         c.ts:1 pg.query
           ~ SELECT <?> <?> FROM t
           ? computed field (c.ts:1)
           ! not awaited (c.ts:1)",
    );
}

#[test]
fn hostile_nesting_is_survived() {
    let deep = format!("{PG}pool.query({}'SELECT 1'{});", "(".repeat(20_000), ")".repeat(20_000));
    let long = format!("{PG}pool.query('SELECT 1 FROM t WHERE true'{});", "\n+ ' AND true'".repeat(20_000));
    let lines = |open: &str, close: &str| {
        format!("{PG}{}pool.query('SELECT 1 FROM t');{}", open.repeat(2_000), close.repeat(2_000))
    };
    let (blocks, functions, tries) =
        (lines("{\n", "}\n"), lines("f(() => {\n", "})\n"), lines("try {\n", "} catch {}\n"));
    let files = [("a.ts", &*deep), ("b.ts", &*long), ("c.ts", &*blocks), ("d.ts", &*functions), ("e.ts", &*tries)];
    let (extraction, _) = run(&files, &Options::default());
    assert_eq!(extraction.sites.len(), 1, "the deep ones are given up, the long one is read");
    assert!(extraction.sites[0].queries[0].text.text.len() > 100_000);
    let named: Vec<&str> = extraction.problems.iter().filter_map(|problem| problem.file.as_deref()).collect();
    assert_eq!(named, ["a.ts", "c.ts", "d.ts", "e.ts"], "none is lost without a line");
}

#[test]
fn files_that_are_no_code_are_said_to_be_that() {
    check(
        &[
            ("package.json", r#"{ "name": "root", "dependencies": { "pg": "8" } }"#),
            ("tsconfig.json", r#"{ "compilerOptions": { "paths": { "@/*": ["./assets/*"] } } }"#),
            ("assets/query.txt", "SELECT 1 FROM one"),
            ("assets/map.svg", "<svg/>"),
            ("find.graphql", "query { a }"),
            ("names.json5", "{ table: 'two' }"),
            (
                "a.ts",
                "import text from '@/query.txt'; import map from '@/map.svg?url'; import find from './find.graphql';
                 import names from './names.json5'; import gone from './gone.css';
                 export const a = (pool) => pool.query(text);
                 export const b = (pool) => pool.query(`SELECT 1 FROM ${map}`);
                 export const c = (apollo) => apollo.query(find);
                 export const d = (pool) => pool.query(`SELECT 2 FROM ${names.table}`);
                 export const e = (pool) => pool.query(`SELECT 3 FROM ${gone.table}`);",
            ),
        ],
        "a.ts:3 pg.query
           ? import of a file that is no code: `@/query.txt` (a.ts:3)
         a.ts:4 pg.query
           ~ SELECT 1 FROM <?>
           ? import of a file that is no code: `@/map.svg?url` (a.ts:4)
         a.ts:6 pg.query
           ~ SELECT 2 FROM <?>
           ? import of a file that is no code: `./names.json5` (a.ts:6)
         a.ts:7 pg.query
           ~ SELECT 3 FROM <?>
           ? file that is not in the tree: `./gone.css` (a.ts:7)
         problem: a.ts: `./gone.css` is not in the tree, and a text needs it: where a build makes it, give folders in which it is built (--old DIR --new DIR)",
    );
}

#[test]
fn files_of_other_folders_are_left_out_and_counted() {
    let text = "pool.query('SELECT 1 FROM t');";
    let files = [
        ("src/a.ts", text),
        ("node_modules/x/a.js", text),
        ("dist/a.js", text),
        ("src/a.test.ts", text),
        ("other/a.ts", text),
    ];
    let options = Options { exclude: vec!["other".into()], ..Options::default() };
    let (extraction, sources) = run(&files, &options);
    assert_eq!(ledger(&extraction, &sources).lines().next(), Some("src/a.ts:1 pg.query"));
    assert_eq!(extraction.sites.len(), 1);
    let left: Vec<(&str, &str, usize)> =
        extraction.left_out.iter().map(|(left, count)| (left.reason.as_ref(), left.place.as_ref(), *count)).collect();
    let expected =
        [("built", "dist", 1), ("excluded", "other", 1), ("tests", "*.test.ts", 1), ("vendored", "node_modules", 1)];
    assert_eq!(left, expected);
}

#[test]
fn an_unchanged_file_is_parsed_once() {
    let cache = Cache::new();
    let sources = rollproof_source::SourceMap::new();
    let options = Options::default();
    let old = extract(
        &snapshot(&[("a.ts", "pool.query('SELECT 1 FROM t')"), ("b.ts", "pool.query('SELECT 2 FROM t')")]),
        &sources,
        &options,
        &cache,
    );
    let new = extract(
        &snapshot(&[("a.ts", "pool.query('SELECT 1 FROM t')"), ("b.ts", "pool.query('SELECT 3 FROM t')")]),
        &sources,
        &options,
        &cache,
    );
    assert_eq!(old.sites[0], new.sites[0]);
    assert_ne!(old.sites[1].file, new.sites[1].file);
    assert_eq!(cache.parsed_paths(), ["a.ts".into(), "b.ts".into()]);
}

#[test]
fn names_can_be_given() {
    let options = Options { names: [("schema".to_owned(), "app".to_owned())].into(), ..Options::default() };
    let (extraction, sources) =
        run(&[("a.ts", "export const f = (o) => pool.query(`SELECT 1 FROM ${o.schema}.t`);")], &options);
    assert_eq!(ledger(&extraction, &sources), "a.ts:1 pg.query\n  = SELECT 1 FROM app.t\n");
}

#[test]
fn a_script_is_read_call_by_call() {
    let source = "const T = 'users';
        exports.up = async (pgm) => {
          pgm.sql(`ALTER TABLE ${T} ADD a int`);
          if (pgm.old) { pgm.sql('DROP TABLE b'); }
          pgm.dropColumn('users', name);
        };
        exports.down = async (pgm) => { pgm.sql('SELECT 1'); };";
    let sources = rollproof_source::SourceMap::new();
    let files = snapshot(&[("m.js", source)]);
    let (options, cache) = (Options::default(), Cache::new());
    let scripts = crate::Scripts::new(&files, &sources, &options, &cache);
    let calls = scripts.calls_of("m.js", "up").unwrap();
    let seen: Vec<(String, Vec<&str>, bool)> = calls
        .iter()
        .map(|call| {
            let texts =
                call.arguments.iter().flat_map(|argument| &argument.texts).map(|text| text.text.as_str()).collect();
            (call.callee.join("."), texts, call.conditional)
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("pgm.sql".to_owned(), vec!["ALTER TABLE users ADD a int"], false),
            ("pgm.sql".to_owned(), vec!["DROP TABLE b"], true),
            ("pgm.dropColumn".to_owned(), vec!["users"], false),
        ]
    );
    assert!(calls[2].arguments[1].unknown.is_some());
    assert!(scripts.calls_of("m.js", "sideways").is_none());
}

#[test]
fn one_decision_is_the_same_for_every_text_that_follows_from_it() {
    check_one(
        "export function f(live) {
           let table = 'a'; let column = 'x';
           if (live) { table = 'b'; column = 'y'; }
           return pool.query(`SELECT ${column} FROM ${table}`);
         }",
        "a.ts:5 pg.query
           + SELECT x FROM a
           + SELECT y FROM b",
    );
    // In a loop each turn decides anew: what one turn did goes together with what another did.
    check_one(
        "export function f(parts) {
           let joins = ''; let conditions = '';
           for (const part of parts) { if (part.join) { joins += ' JOIN u ON true'; } else { conditions += ' AND a'; } }
           return pool.query('SELECT 1 FROM t' + joins + ' WHERE true' + conditions);
         }",
        "a.ts:5 pg.query
           ~ SELECT 1 FROM t JOIN u ON true WHERE true
           ~ SELECT 1 FROM t JOIN u ON true WHERE true AND a
           + SELECT 1 FROM t WHERE true
           ~ SELECT 1 FROM t WHERE true AND a",
    );
}

#[test]
fn a_condition_that_somebody_gives_is_no_value() {
    let slonik = "import { sql, type CommonQueryMethods, type FragmentSqlToken } from 'slonik';\n";
    let known = "export const make = (pool: CommonQueryMethods) => {
        const remove = (name: string, condition: FragmentSqlToken) => pool.query(sql.unsafe`DELETE FROM a WHERE m = ${name} AND ${condition}`);
        const one = (id: string) => remove('x', sql.fragment`owner = ${id}`);
        return { one };
    };";
    check(
        &[("a.ts", &format!("{slonik}{known}"))],
        "a.ts:3 slonik.query
           + DELETE FROM a WHERE m = $1 AND owner = $2",
    );
    let given = "export const a = (pool: CommonQueryMethods, condition: FragmentSqlToken) => pool.query(sql.unsafe`DELETE FROM a WHERE ${condition}`);
        export const b = (pool: CommonQueryMethods, condition) => pool.query(sql.unsafe`DELETE FROM b WHERE x AND ${condition}`);
        export const c = (pool: CommonQueryMethods, id) => pool.query(sql.unsafe`DELETE FROM c WHERE id = ${id} AND n BETWEEN 1 AND ${id}`);
        export const d = (pool: CommonQueryMethods, names) => pool.query(sql.unsafe`CREATE INDEX ON d (${sql.join(names.map((name) => sql.raw(name)), sql.fragment`, `)})`);";
    check(
        &[("a.ts", &format!("{slonik}{given}"))],
        "a.ts:2 slonik.query
           ~ DELETE FROM a WHERE <?>
           ? fragment that a caller gives (a.ts:2)
         a.ts:3 slonik.query
           ~ DELETE FROM b WHERE x AND <?>
           ? fragment that a caller gives (a.ts:3)
         a.ts:4 slonik.query
           = DELETE FROM c WHERE id = $1 AND n BETWEEN 1 AND $2
         a.ts:5 slonik.query
           ~ CREATE INDEX ON d (<?>)
           ? element of an unknown list (a.ts:5)",
    );
}

#[test]
fn placeholders_that_the_program_numbers_begin_where_the_text_leaves_room() {
    check_one(
        "export const a = (rows, id) => pool.query(`INSERT INTO a (x, y) VALUES (${rows.map((_, i) => `$${i + 1}`).join(', ')}) ON CONFLICT (x) DO UPDATE SET y = $2`, rows);
         export const b = (rows) => pool.query(`UPDATE b SET x = 1 WHERE id = $1 AND y IN (${rows.map((_, i) => `$${i + 2}`).join(', ')})`, rows);",
        "a.ts:2 pg.query
           ~ INSERT INTO a (x, y) VALUES ($1) ON CONFLICT (x) DO UPDATE SET y = $2
         a.ts:3 pg.query
           ~ UPDATE b SET x = 1 WHERE id = $1 AND y IN ($2)",
    );
}

#[test]
fn texts_that_reach_no_sink_may_be_for_another_database() {
    let files = [(
        "a.ts",
        "export const p50 = 'SELECT quantile(0.5)(duration) AS p50 FROM runs GROUP BY day';\n\
         export const all = 'SELECT duration FROM runs GROUP BY day';\n",
    )];
    let (extraction, _) = run(&files, &Options::default());
    let databases: Vec<Option<&str>> = extraction.sites.iter().map(|site| site.database.as_deref()).collect();
    assert_eq!(databases, [Some("ClickHouse"), None]);
}

#[test]
fn texts_for_posthog_are_told_where_a_package_asks_for_it() {
    let text = "export const guests = 'SELECT count() FROM persons WHERE isNull(email)';\n\
                export const page = 'SELECT id FROM persons ORDER BY id LIMIT 9';\n\
                export const own = 'SELECT id FROM users ORDER BY id LIMIT 9';\n";
    let manifest = ("package.json", "{\"dependencies\": {\"posthog-node\": \"5\", \"pg\": \"8\"}}");
    let databases = |files: &[(&str, &str)]| {
        let (extraction, _) = run(files, &Options::default());
        extraction.sites.iter().map(|site| site.database.as_deref().map(str::to_owned)).collect::<Vec<_>>()
    };
    let posthog = Some("PostHog (HogQL)".to_owned());
    assert_eq!(databases(&[manifest, ("a.ts", text)]), [posthog.clone(), posthog, None]);
    let other = ("package.json", "{\"dependencies\": {\"pg\": \"8\"}}");
    assert_eq!(databases(&[other, ("a.ts", text)]), [None, None, None]);
}
