//! Objects, lists and classes that other files write into.

use super::check;

const PG: &str = "import { Pool } from 'pg'; const pool = new Pool();\n";
const NAMES: &str = "export const names = { table: 'a', columns: ['id'], inner: { schema: 's' } };\n\
                     export const columns = ['id'];\nexport class Config { static table = 'a'; table = 'own'; }\n\
                     export default { table: 'a' };";

/// What `app` sends, where `setup` writes into what `names.ts` makes.
#[track_caller]
fn check_with(setup: &str, app: &str, expected: &str) {
    let app = format!("{PG}{app}");
    check(&[("app.ts", &app), ("names.ts", NAMES), ("setup.ts", setup)], expected);
}

const READS: &str =
    "import { names } from './names';\nexport const f = () => pool.query(`SELECT 1 FROM ${names.table}`);";

#[test]
fn a_field_that_another_file_sets_has_both_values() {
    let both = "app.ts:3 pg.query
                  + SELECT 1 FROM a
                  + SELECT 1 FROM b";
    for setup in [
        "import { names } from './names'; names.table = 'b';",
        "import { names as own } from './names'; export function setup() { own.table = 'b'; }",
        "import * as all from './names'; all.names.table = 'b';",
        "import { names } from './names'; Object.assign(names, { table: 'b' });",
        "import { names } from './names'; (names as any)['table'] = 'b';",
        "import { names } from './names'; names.table ||= 'b';",
        "import { names } from './names';\nconst own = names;\nown.table = 'b';",
        "const { names } = require('./names'); names.table = 'b';",
        "const all = require('./names'); all.names.table = 'b';",
        "import { names } from './names'; export function set(table) { names.table = table; }\nset('b');",
    ] {
        check_with(setup, READS, both);
    }
    check_with(
        "import { names } from './names'; names.table = process.env.T ?? 'b';",
        READS,
        "app.ts:3 pg.query
           + SELECT 1 FROM a
           ~ SELECT 1 FROM <?>
           + SELECT 1 FROM b
           ? environment variable (app.ts:3)",
    );
}

#[test]
fn the_file_that_reads_may_be_the_one_that_sets() {
    check_with(
        "",
        "import { names } from './names';\nexport const f = () => pool.query(`SELECT 1 FROM ${names.table}`);
         export const g = () => { names.table = 'b'; };",
        "app.ts:3 pg.query
           + SELECT 1 FROM a
           + SELECT 1 FROM b",
    );
    // And the file that makes the object may read it.
    let names = format!(
        "{PG}export const names = {{ table: 'a' }};\nexport const f = () => pool.query(`SELECT 1 FROM ${{names.table}}`);"
    );
    check(
        &[("names.ts", &names), ("setup.ts", "import { names } from './names'; names.table = 'b';")],
        "names.ts:3 pg.query
           + SELECT 1 FROM a
           + SELECT 1 FROM b",
    );
}

#[test]
fn what_is_passed_on_is_followed() {
    let app = format!("{PG}{READS}").replace("./names", "./barrel");
    for (barrel, setup) in [
        ("export * from './names';", "import { names } from './names'; names.table = 'b';"),
        ("export * from './names';", "import { names } from './barrel'; names.table = 'b';"),
        (
            "export * from './names'; export { names as own } from './names';",
            "import { own } from './barrel'; own.table = 'b';",
        ),
        (
            "import { names } from './names'; export { names };\nexport default names;",
            "import own from './barrel'; own.table = 'b';",
        ),
    ] {
        check(
            &[("app.ts", &app), ("barrel.ts", barrel), ("names.ts", NAMES), ("setup.ts", setup)],
            "app.ts:3 pg.query
               + SELECT 1 FROM a
               + SELECT 1 FROM b",
        );
    }
}

#[test]
fn defaults_and_modules_are_written_into() {
    check_with(
        "import own from './names'; own.table = 'b';",
        "import names from './names';\nexport const f = () => pool.query(`SELECT 1 FROM ${names.table}`);",
        "app.ts:3 pg.query
           + SELECT 1 FROM a
           + SELECT 1 FROM b",
    );
    for setup in ["const own = require('./names'); own.table = 'b';", "import own from './names'; own.table = 'b';"] {
        for app in ["const names = require('./names');", "import names from './names';"] {
            let app = format!("{PG}{app}\nexport const f = () => pool.query(`SELECT 1 FROM ${{names.table}}`);");
            check(
                &[("app.js", &app), ("names.js", "module.exports = { table: 'a' };"), ("setup.js", setup)],
                "app.js:3 pg.query
                   + SELECT 1 FROM a
                   + SELECT 1 FROM b",
            );
        }
    }
}

#[test]
fn parts_of_fields_are_written_into() {
    let app = "import { names } from './names';
               export const f = () => pool.query(`SELECT 1 FROM ${names.inner.schema}.t`);
               export const g = () => pool.query(`SELECT 1 FROM ${names.table}`);";
    check_with(
        "import { names } from './names'; names.inner.schema = 'b';",
        app,
        "app.ts:3 pg.query
           + SELECT 1 FROM s.t
           + SELECT 1 FROM b.t
         app.ts:4 pg.query
           + SELECT 1 FROM a",
    );
    // In its own file, too.
    check(
        &[(
            "a.ts",
            &format!(
                "{PG}const names = {{ inner: {{ schema: 's' }} }};\nexport const set = () => {{ names.inner.schema = 'b'; }};
                 export const f = () => pool.query(`SELECT 1 FROM ${{names.inner.schema}}.t`);"
            ),
        )],
        "a.ts:4 pg.query
           + SELECT 1 FROM s.t
           + SELECT 1 FROM b.t",
    );
}

#[test]
fn fields_whose_names_are_not_known_may_be_any() {
    let app =
        format!("{READS}\nexport const g = () => pool.query(`SELECT ${{Object.keys(names).join(', ')}} FROM t`);");
    check_with(
        "import { names } from './names'; export const set = (key) => { names[key] = 'b'; };",
        &app,
        "app.ts:3 pg.query
           + SELECT 1 FROM a
           + SELECT 1 FROM b
         app.ts:4 pg.query
           ~ SELECT <?> FROM t
           ? key of an unknown object (app.ts:4)",
    );
    check_with(
        "import { names } from './names'; export const set = (all) => Object.assign(names, all);",
        READS,
        "app.ts:3 pg.query
           + SELECT 1 FROM a
           ~ SELECT 1 FROM <?>
           ? fields that are assigned (setup.ts:1)",
    );
}

#[test]
fn fields_that_are_deleted_are_not_known() {
    check_with(
        "import { names } from './names';\ndelete names.table;",
        &format!("{READS}\nexport const g = () => pool.query(`SELECT 1 FROM ${{names.inner.schema}}.t`);"),
        "app.ts:3 pg.query
           + SELECT 1 FROM a
           ~ SELECT 1 FROM <?>
           ? field that is deleted (setup.ts:2)
         app.ts:4 pg.query
           + SELECT 1 FROM s.t",
    );
}

#[test]
fn lists_that_another_file_adds_to_have_both_values() {
    let app = "import { columns, names } from './names';
               export const f = () => pool.query(`SELECT ${columns.join(', ')} FROM t`);
               export const g = () => pool.query(`SELECT ${names.columns.join(', ')} FROM t`);";
    check_with(
        "import { columns, names } from './names'; columns.push('b'); names.columns.push('c', 'd');",
        app,
        "app.ts:3 pg.query
           + SELECT id FROM t
           + SELECT id, b FROM t
         app.ts:4 pg.query
           + SELECT id FROM t
           + SELECT id, c, d FROM t",
    );
    check_with(
        "import { columns, names } from './names';\nconst { columns: own } = names;\nown.sort();\n
         export const add = (name) => columns.push('b');",
        app,
        "app.ts:3 pg.query
           + SELECT id FROM t
           ~ SELECT <?> FROM t
           ? list that another file adds to (setup.ts:5)
         app.ts:4 pg.query
           + SELECT id FROM t
           ~ SELECT <?> FROM t
           ? array changed in place (setup.ts:3)",
    );
}

#[test]
fn static_fields_that_another_file_sets_have_both_values() {
    let app = "import { Config } from './names';
               export const f = () => pool.query(`SELECT 1 FROM ${Config.table}`);";
    check_with(
        "import { Config as Own } from './names'; Own.table = 'b';",
        app,
        "app.ts:3 pg.query
           + SELECT 1 FROM a
           + SELECT 1 FROM own
           + SELECT 1 FROM b",
    );
    check(
        &[(
            "a.ts",
            &format!(
                "{PG}class Config {{ static table = 'a'; static schema: string; }}\nConfig.table = 'b'; Config.schema = 's';
                 class More extends Config {{}}\nMore.table = 'c';
                 export const f = () => pool.query(`SELECT 1 FROM ${{Config.table}}`);
                 export const g = () => pool.query(`SELECT 1 FROM ${{More.table}}`);"
            ),
        )],
        "a.ts:6 pg.query
           + SELECT 1 FROM a
           + SELECT 1 FROM b
         a.ts:7 pg.query
           + SELECT 1 FROM a
           + SELECT 1 FROM b
           + SELECT 1 FROM c",
    );
}

#[test]
fn objects_of_classes_are_written_into() {
    let names =
        "class Names { table = 'a'; from() { return `FROM ${this.table}`; } }\nexport const names = new Names();
                 export const others = new Names();";
    let app = format!(
        "{PG}import {{ names, others }} from './names';
         export const f = () => pool.query(`SELECT 1 FROM ${{names.table}}`);
         export const g = () => pool.query(`SELECT 1 ${{names.from()}}`);
         export const h = () => pool.query(`SELECT 1 FROM ${{others.table}}`);"
    );
    check(
        &[("app.ts", &app), ("names.ts", names), ("setup.ts", "import { names } from './names'; names.table = 'b';")],
        "app.ts:3 pg.query
           + SELECT 1 FROM a
           + SELECT 1 FROM b
         app.ts:4 pg.query
           + SELECT 1 FROM a
           + SELECT 1 FROM b
         app.ts:5 pg.query
           + SELECT 1 FROM a",
    );
}

#[test]
fn other_objects_of_the_same_name_change_nothing() {
    for setup in [
        "const names = { table: 'x' }; names.table = 'b';",
        "import { names } from './others'; names.table = 'b';",
        "import { names } from './names'; names.other = 'b';",
        "import { names } from './names'; export function f(names) { names.table = 'b'; }",
        "import { names } from './names'; const own = { ...names }; own.table = 'b';",
        "import { columns } from './names'; const names = { table: 'x' }; names.table = columns[0];",
        "import { names } from './names'; export const same = names.table === 'b';",
    ] {
        let app = format!("{PG}{READS}");
        let others = "export const names = { table: 'x' };";
        check(
            &[("app.ts", &app), ("names.ts", NAMES), ("others.ts", others), ("setup.ts", setup)],
            "app.ts:3 pg.query
               + SELECT 1 FROM a",
        );
    }
}

#[test]
fn what_is_made_of_itself_comes_to_an_end() {
    check_with(
        "import { names } from './names'; names.table = names.table + '_b';",
        READS,
        "app.ts:3 pg.query
           + SELECT 1 FROM a
           + SELECT 1 FROM a_b
           ~ SELECT 1 FROM <?>_b
           ? refers to itself, or too deep (setup.ts:1)",
    );
}

#[test]
fn what_an_object_of_an_imported_class_holds_may_be_changed() {
    let class = "export class Query { columns = ['a']; parts = { where: '' }; }";
    check(
        &[
            (
                "app.ts",
                &format!(
                    "{PG}import {{ Query }} from './query';
                     export function f() {{
                       const query = new Query(); query.columns.push('b'); query.parts.where = ' WHERE c';
                       return pool.query(`SELECT ${{query.columns.join(', ')}} FROM t${{query.parts.where}}`);
                     }}"
                ),
            ),
            ("query.ts", class),
        ],
        "app.ts:5 pg.query
           + SELECT a FROM t
           ~ SELECT a FROM t<?>
           ~ SELECT <?> FROM t
           ~ SELECT <?> FROM t<?>
           ? changed under another name (app.ts:4)",
    );
}

#[test]
fn a_second_file_may_give_what_it_imports_another_name() {
    let app = format!(
        "{PG}import {{ columns }} from './names';\nexport const f = () => pool.query(`SELECT ${{columns.join(', ')}} FROM t`);"
    );
    let check_again = |again: &str, setup: &str, expected: &str| {
        check(&[("again.ts", again), ("app.ts", &app), ("names.ts", NAMES), ("setup.ts", setup)], expected);
    };
    let added = "app.ts:3 pg.query
                   + SELECT id FROM t
                   + SELECT id, b FROM t";
    check_again(
        "import { columns } from './names'; export const same = columns;",
        "import { same } from './again'; same.push('b');",
        added,
    );
    check_again(
        "import { columns } from './names'; const own = { columns };\nexport const held = { list: columns };\nexport const part = held.list;",
        "import { part } from './again'; part.push('b');",
        added,
    );
}
