//! Lists and objects that are given to functions of other files, which change them, and read under other names than they are
//! written under.

use super::check;

const PG: &str = "import { Pool } from 'pg'; const pool = new Pool();\n";
const PARTS: &str = "export const filters = { list: ['a'], inner: { table: 't', more: { columns: ['a'] } } };\n\
                     export const list = filters.list;\nexport const first = [filters];";
const ADD: &str = "export function add(to) { to.list.push('b'); }\nexport const into = (to) => { to.push('b'); };\n\
                   export const set = (to) => { to.inner.table = 'u'; };\nexport const unwrap = ({ part }) => into(part);\n\
                   export class Adder { constructor(to) { to.push('b'); } add(to) { to.push('b'); } }\n\
                   export const adder = { add(to) { to.push('b'); } };";
const READS_LIST: &str =
    "import { list } from './parts';\nexport const f = () => pool.query(`SELECT ${list.join(', ')} FROM t`);";

/// What `app` sends, where `setup` gives what `parts.ts` makes to the functions of `add.ts`.
#[track_caller]
fn check_with(setup: &str, app: &str, expected: &str) {
    let app = format!("{PG}{app}");
    check(&[("add.ts", ADD), ("app.ts", &app), ("parts.ts", PARTS), ("setup.ts", setup)], expected);
}

#[test]
fn what_a_third_file_gives_to_a_function_may_be_changed() {
    for (setup, line) in [
        ("add(filters);", 1),
        ("into(filters.list);", 2),
        ("into(list);", 2),
        ("unwrap({ part: filters.list });", 2),
        ("const own = { ...filters }; add(own);", 1),
        ("add(first[0]);", 1),
        ("new Adder(list);", 5),
        ("new Adder([]).add(list);", 5),
        ("adder.add(list);", 6),
        ("const give = (what) => add(what); give(filters);", 1),
    ] {
        let setup = format!(
            "import {{ Adder, add, adder, into, unwrap }} from './add'; import {{ filters, first, list }} from './parts'; {setup}"
        );
        check_with(
            &setup,
            READS_LIST,
            &format!(
                "app.ts:3 pg.query
                   + SELECT a FROM t
                   ~ SELECT <?> FROM t
                   ? changed under another name (add.ts:{line})"
            ),
        );
    }
}

#[test]
fn a_function_may_give_it_to_that_of_another_file() {
    let app = format!("{PG}{READS_LIST}");
    let passes_on = "import { add } from './add'; export function later(all) { all.forEach(String); add(all.of); }";
    let setup = "import { later } from './later'; import { filters } from './parts'; later({ of: filters });";
    check(
        &[("add.ts", ADD), ("app.ts", &app), ("later.ts", passes_on), ("parts.ts", PARTS), ("setup.ts", setup)],
        "app.ts:3 pg.query
           + SELECT a FROM t
           ~ SELECT <?> FROM t
           ? changed under another name (add.ts:1)",
    );
}

#[test]
fn a_field_that_a_function_of_another_file_sets_is_not_known() {
    let app = "import { filters } from './parts';\nexport const f = () => pool.query(`SELECT 1 FROM ${filters.inner.table}`);";
    check_with(
        "import { set } from './add'; import { filters } from './parts'; set(filters);",
        app,
        "app.ts:3 pg.query
           + SELECT 1 FROM t
           ~ SELECT 1 FROM <?>
           ? changed under another name (add.ts:3)",
    );
}

#[test]
fn parts_that_the_file_holds_under_a_name_of_its_own_are_changed() {
    for setup in [
        "const own = {}; own.held = { filters }; own.held.filters.inner.more.columns.push('b');",
        "const columns = Math.random() > 0.5 ? filters.inner.more.columns : []; columns.push('b');",
    ] {
        check_with(
            &format!("import {{ filters }} from './parts'; {setup}"),
            "import { filters } from './parts';\n\
             export const f = () => pool.query(`SELECT ${filters.inner.more.columns.join(', ')} FROM t`);",
            "app.ts:3 pg.query
               + SELECT a FROM t
               ~ SELECT <?> FROM t
               ? changed under another name (setup.ts:1)",
        );
    }
}

#[test]
fn what_is_only_read_stays_known() {
    for setup in [
        "const own = list.slice(); own.push('b');",
        "into([...list]);",
        "into(list.map(String));",
        "add({ list: [] });",
        "console.log(filters); JSON.stringify(list);",
        "const read = (from) => from.list.length; read(filters);",
        "add({ ...filters, list: [] });",
    ] {
        let setup = format!("import {{ add, into }} from './add'; import {{ filters, list }} from './parts'; {setup}");
        check_with(
            &setup,
            READS_LIST,
            "app.ts:3 pg.query
               + SELECT a FROM t",
        );
    }
}

#[test]
fn a_list_that_is_held_deep_in_an_argument_is_changed() {
    let adds = "export function deep(to) { to.all.of.list.unshift('b'); }";
    let app = format!(
        "{PG}import {{ deep }} from './adds';\nexport function f() {{ const list = ['a'];\n\
         deep({{ all: {{ of: {{ list }} }} }}); return pool.query(`SELECT ${{list.join(', ')}} FROM t`); }}"
    );
    check(
        &[("adds.ts", adds), ("app.ts", &app)],
        "app.ts:4 pg.query
           + SELECT a FROM t
           ~ SELECT <?> FROM t
           ? changed under another name (adds.ts:1)",
    );
}
