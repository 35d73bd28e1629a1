use super::*;

#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    let mut found = setters(text).imports;
    found.sort();
    let found: Vec<(&str, &str)> = found.iter().map(|(module, name)| (module.as_ref(), name.as_ref())).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn imports_that_are_written_into_are_found() {
    let import = "import names, { columns as list, type Row } from './names';\nimport * as all from \"./all\";\n";
    let with = |rest: &str| format!("{import}{rest}");
    check(&with("names.table = 'b';"), &[("./names", "default")]);
    check(&with("names!.tables?.[0] ??= 'b';"), &[("./names", "default")]);
    check(&with("(names as any).table = 'b';"), &[("./names", "default")]);
    check(&with("list.push('b');\nlist\n  .sort();"), &[("./names", "columns")]);
    check(&with("all.names.table += 'b'"), &[("./all", "names")]);
    check(&with("all['names'].table = 'b'"), &[("./all", "names")]);
    check(&with("Object.assign(all.names, {}); delete names.table;"), &[("./all", "names"), ("./names", "default")]);
    check(&with("const { tables } = names; tables.push(1)"), &[("./names", "default")]);
    check(&with("const own = all.names;\nown.table = 1"), &[("./all", "names")]);
    check(
        "const { names: own } = require('./a');\nown.x = 1; const b = require('./b'); b.y = 2",
        &[("./a", "names"), ("./b", "y")],
    );
}

#[test]
fn what_is_only_read_is_not_found() {
    let import = "import { names, Row } from './names';\n";
    for rest in [
        "const table = names.table;",
        "if (names.table === 'a' || names.table == 'b' || names.table >= 1) {}",
        "const rows: Row[] = []; rows.push(1);",
        "const key: Row['id'] = 1;",
        "function f(names) {} other.names.x = 1; my_names.x = 2",
        "names.map((name) => name.table);",
        "const own = copy(names); own.table = 1",
        "other.push(names)",
    ] {
        check(&format!("{import}{rest}"), &[]);
    }
}

#[test]
fn imports_that_stand_as_values_are_found() {
    let import = "import { names, type Row } from './names';\nimport * as all from './all';\nimport type { Key } from './key';\n";
    let used = |rest: &str| {
        let found = super::setters(&format!("{import}{rest}")).used;
        let text = |used: &Used| format!("{} {}", used.name, used.field.as_deref().unwrap_or(""));
        found.iter().map(text).collect::<Vec<_>>()
    };
    for (text, expected) in [
        ("f(names);", &["names "][..]),
        ("f({ names })", &["names "]),
        ("f({ own: names.tables[0] })", &["names tables"]),
        ("const own = names\n  .tables\nown.push(1)", &["names tables"]),
        ("return c ? names.a : names.b;", &["names a", "names b"]),
        ("new Query(1, all.tables)", &["tables "]),
        ("f(all)", &["* "]),
        ("for (const one of names) one.x = 1;", &["names "]),
        ("export default names;", &["names "]),
        ("names.map((name) => name.table); names(1); `${names.table}`; if (names.length) {}", &[]),
        ("function f(key: Key) {}", &[]),
        ("other(my.names, own_names)", &[]),
    ] {
        assert_eq!(used(text), expected, "{text}");
    }
}

#[test]
fn other_names_of_exports_are_found() {
    let found = setters("export { names as tables, b } from './names';\nexport { default as own } from './c'");
    let renames: Vec<(&str, &str)> = found.renames.iter().map(|(from, to)| (from.as_ref(), to.as_ref())).collect();
    assert_eq!(renames, [("names", "tables"), ("default", "own")]);
    assert!(found.passes_default);
    assert!(setters("import a from './a';\nexport default a;").passes_default);
    assert!(setters("module.exports = require('./a')").passes_default);
    assert!(!setters("export default function f() {}\nexport const a = 1;").passes_default);
    assert!(!setters("export default define({ a });").passes_default);
}
