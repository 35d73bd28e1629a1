//! Lists and objects that have several names: what is written under one of them is read under the others, or nothing is known.

use super::check;

const PG: &str = "import { Pool } from 'pg'; const pool = new Pool();\n";

/// Each body reads `SELECT N FROM t WHERE b` with what it makes of `x` and `w` behind it, and writes something into that.
#[track_caller]
fn check_unknown(bodies: &[&str]) {
    for body in bodies {
        let source =
            format!("{PG}export const f = (x, k) => {{ {body} return pool.query(`SELECT a FROM t WHERE b${{w}}`); }};");
        let (extraction, sources) = super::run(&[("a.ts", &source)], &crate::Options::default());
        let found = super::ledger(&extraction, &sources);
        assert!(found.contains('?'), "known although `{body}`:\n{found}");
    }
}

#[test]
fn lists_in_objects_and_lists() {
    check_unknown(&[
        "const g = { u: [], v: [] }; const l = g[k]; if (x) l.push(' AND a'); const w = g.u.join('');",
        "const g = { u: [], v: [] }; if (x) g[k].push(' AND a'); const w = g.u.join('');",
        "const g = [{ l: [] }]; for (const one of g) if (x) one.l.push(' AND a'); const w = g[0].l.join('');",
        "const g = { l: [] }; const { l } = g; if (x) l.push(' AND a'); const w = g.l.join('');",
        "const g = { l: [] }; const add = (l) => { if (x) l.push(' AND a'); }; add(g.l); const w = g.l.join('');",
        "const l = []; const g = {}; g.l = l; if (x) g.l.push(' AND a'); const w = l.join('');",
        "const l = []; [l].forEach((one) => { if (x) one.push(' AND a'); }); const w = l.join('');",
        "const m = new Map([['u', []]]); if (x) m.get('u').push(' AND a'); const w = m.get('u').join('');",
    ]);
}

#[test]
fn lists_that_functions_give_back() {
    check_unknown(&[
        "const id = (l) => l; const l = []; const m = id(l); if (x) m.push(' AND a'); const w = l.join('');",
        "const with = (f) => { const q = { l: [] }; f(q); return q.l.join(''); };
         const w = with((q) => { if (x) q.l.push(' AND a'); });",
        "class B { constructor(l) { this.l = l; } add() { if (x) this.l.push(' AND a'); } }
         const l = []; new B(l).add(); const w = l.join('');",
    ]);
}

#[test]
fn fields_of_objects() {
    check_unknown(&[
        "const o = { q: { t: '' } }; if (x) o.q.t = ' AND a'; const w = o.q.t;",
        "const o = { q: { t: '' } }; const p = o.q; if (x) p.t = ' AND a'; const w = o.q.t;",
        "const o = { t: '' }; [o].forEach((one) => { if (x) one.t = ' AND a'; }); const w = o.t;",
        "const o = { t: '' }; const set = (f) => f(o); set((one) => { if (x) one.t = ' AND a'; }); const w = o.t;",
        "const o = { t: '' }; const ops = { set(one) { one.t = ' AND a'; } }; if (x) ops.set(o); const w = o.t;",
        "const o = { t: '' }; if (x) Object.defineProperty(o, 't', { value: ' AND a' }); const w = o.t;",
        "const o = { t: '', add(s) { this.t += s; } }; if (x) o.add(' AND a'); const w = o.t;",
    ]);
}

#[test]
fn fields_of_classes() {
    check_unknown(&[
        "class A { t = ''; } const o = new A(); if (x) o.t = ' AND a'; const w = o.t;",
        "class A { t = ''; constructor(o) { Object.assign(this, o); } } const w = new A(x ? { t: ' AND a' } : {}).t;",
        "class A { t = ''; set(f, s) { this[f] = s; } } const o = new A(); if (x) o.set('t', ' AND a'); const w = o.t;",
        "class A { o = { t: '' }; set(s) { this.o.t = s; } } const o = new A(); if (x) o.set(' AND a'); const w = o.o.t;",
        "class A { l = []; get() { const { l } = this; if (x) l.push(' AND a'); return this.l.join(''); } }
         const w = new A().get();",
        "class A { static o = { t: '' }; static set(f, s) { A.o[f] = s; } } if (x) A.set('t', ' AND a'); const w = A.o.t;",
    ]);
}

/// What is written under another name than it is read, where the evaluator follows it.
#[test]
fn what_is_followed_stays_known() {
    check(
        &[(
            "a.ts",
            &format!(
                "{PG}export const f = (x) => {{ const o = {{ t: '' }}; const p = o; if (x) p.t = ' AND a'; return pool.query(`SELECT 1 FROM t WHERE b${{o.t}}`); }};
                export const g = (x) => {{ const make = () => {{ const o = {{ t: '' }}; if (x) o.t = ' AND a'; return o; }}; const o = make(); return pool.query(`SELECT 2 FROM t WHERE b${{o.t}}`); }};
                export const h = (x) => {{ const l = []; function outer() {{ if (x) inner(); }} function inner() {{ l.push(' AND a'); }} outer(); return pool.query(`SELECT 3 FROM t WHERE b${{l.join('')}}`); }};
                export const i = (x) => {{ class A {{ t = ''; }} class B extends A {{ constructor() {{ super(); if (x) this.t = ' AND a'; }} }} return pool.query(`SELECT 4 FROM t WHERE b${{new B().t}}`); }};
                export const j = (x) => {{ const {{ t, ...rest }} = {{ t: 'gone', u: ' AND a' }}; return pool.query(`SELECT 5 FROM t WHERE b${{Object.values(rest).join('')}}`); }};
                export const k = (x) => {{ const d = {{ u: '' }}; const o = {{ ...d, ...(x && {{ u: ' AND a' }}) }}; return pool.query(`SELECT 6 FROM t WHERE b${{o.u}}`); }};"
            ),
        )],
        "a.ts:2 pg.query
           = SELECT 1 FROM t WHERE b
           + SELECT 1 FROM t WHERE b AND a
         a.ts:3 pg.query
           = SELECT 2 FROM t WHERE b
           + SELECT 2 FROM t WHERE b AND a
         a.ts:4 pg.query
           = SELECT 3 FROM t WHERE b
           + SELECT 3 FROM t WHERE b AND a
         a.ts:5 pg.query
           + SELECT 4 FROM t WHERE b AND a
           = SELECT 4 FROM t WHERE b
         a.ts:6 pg.query
           + SELECT 5 FROM t WHERE b AND a
         a.ts:7 pg.query
           + SELECT 6 FROM t WHERE b AND a
           = SELECT 6 FROM t WHERE b",
    );
}

/// The same where the writes stand in other files.
#[test]
fn other_files_write() {
    let class = format!(
        "{PG}export class A {{ w = ''; run() {{ return pool.query(`SELECT 1 FROM t WHERE b${{this.w}}`); }} }}"
    );
    check(
        &[
            ("a.ts", &class),
            (
                "b.ts",
                "import { A } from './a';\nexport const f = (x) => { const o = new A(); if (x) o.w = ' AND a'; o.run(); };",
            ),
        ],
        "a.ts:2 pg.query
           = SELECT 1 FROM t WHERE b
           ~ SELECT 1 FROM t WHERE b<?>
           ? changed under another name (b.ts:2)",
    );
    let reads = format!(
        "import {{ set }} from './b';\n{PG}export const f = (x) => {{ const o = {{ q: {{ t: '' }} }}; if (x) set(o); return pool.query(`SELECT 2 FROM t WHERE b${{o.q.t}}`); }};"
    );
    check(
        &[("a.ts", &reads), ("b.ts", "export const set = (o) => { o.q.t = ' AND a'; };")],
        "a.ts:3 pg.query
           ~ SELECT 2 FROM t WHERE b<?>
           = SELECT 2 FROM t WHERE b
           ? changed under another name (b.ts:1)",
    );
}

/// A list's method may be called by any name that an expression gives.
#[test]
fn methods_by_computed_names() {
    check_unknown(&[
        "const l = []; const m = x ? 'push' : 'unshift'; l[m](' AND a'); const w = l.join('');",
        "const o = { l: [] }; o.l[k](' AND a'); const w = o.l.join('');",
        "const make = () => []; const l = make(); l[k](' AND a'); const w = l.join('');",
        "const add = (l) => l[k](' AND a'); const l = []; add(l); const w = l.join('');",
        "class A { l = []; add() { this.l[k](' AND a'); } } const o = new A(); o.add(); const w = o.l.join('');",
    ]);
    check(
        &[
            ("a.ts", &format!("import {{ l }} from './b';\n{PG}pool.query(`SELECT 1 FROM t WHERE b${{l.join('')}}`);")),
            ("b.ts", "export const l = [];"),
            ("c.ts", "import { l } from './b';\nl[process.env.M](' AND a');"),
        ],
        "a.ts:3 pg.query
           = SELECT 1 FROM t WHERE b
           ~ SELECT 1 FROM t WHERE b<?>
           ? array changed in place (c.ts:2)
           ! not awaited (a.ts:3)",
    );
    check(
        &[(
            "a.ts",
            &format!(
                "{PG}export const f = (x) => {{ const l = []; l['push'](' AND a'); return pool.query(`SELECT 1 FROM t WHERE b${{l.join('')}}`); }};"
            ),
        )],
        "a.ts:2 pg.query
           + SELECT 1 FROM t WHERE b AND a",
    );
}

/// Of what a module makes once the items of a list are no fields with names.
#[test]
fn items_of_lists_of_modules() {
    let reads = "pool.query(`SELECT 1 FROM t WHERE b${all[0].t}${all[0].l.join('')}`);";
    let made = "export const all = [{ t: '', l: [] }];";
    for write in [
        "all[0].t = ' AND a';",
        "all[0].l.push(' AND a');",
        "for (const one of all) one.l.push(' AND a');",
        "all.forEach((one) => one.l.push(' AND a'));",
    ] {
        let own = [("a.ts", format!("{PG}{made}\n{write}\n{reads}"))];
        let other =
            [("a.ts", format!("{PG}{made}\n{reads}")), ("b.ts", format!("import {{ all }} from './a';\n{write}"))];
        for files in [&own[..], &other[..]] {
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
            let (extraction, sources) = super::run(&files, &crate::Options::default());
            let found = super::ledger(&extraction, &sources);
            assert!(found.contains('?'), "known although `{write}`:\n{found}");
        }
    }
}

/// What a file puts into an object of its own is reached by the fields of that, too.
#[test]
fn other_files_write_through_objects() {
    let shared = "export const o = { q: { t: '' }, l: [] };";
    for (own, write) in [
        ("export const p = { q: o.q };", "p.q.t = ' AND a';"),
        ("export const p = { ...o };", "p.q.t = ' AND a';"),
        ("export const p = process.env.X ? o : { q: { t: '' } };", "p.q.t = ' AND a';"),
        ("export const p = [o.l];", "p[0].push(' AND a');"),
        ("export const p = { r: { l: o.l } };", "p.r.l.push(' AND a');"),
    ] {
        let reads = format!(
            "import {{ o }} from './b';\n{PG}pool.query(`SELECT 1 FROM t WHERE b${{o.q.t}}${{o.l.join('')}}`);"
        );
        let shared = format!("{shared}\n{own}");
        let late = format!("import {{ p }} from './b';\n{write}");
        let files = [("a.ts", reads.as_str()), ("b.ts", &shared), ("c.ts", late.as_str())];
        let (extraction, sources) = super::run(&files, &crate::Options::default());
        let found = super::ledger(&extraction, &sources);
        assert!(found.contains('?') || found.contains("b AND a"), "known although `{own} {write}`:\n{found}");
    }
}

/// A part of an object that has another name gets what is put into it later, and a field may be added to by any name.
#[test]
fn parts_with_other_names() {
    check(
        &[(
            "a.ts",
            &format!(
                "{PG}const o = {{ l: [] }};\nconst m = o.l;\no.l.push(' AND a');\nexport const f = () => pool.query(`SELECT 1 FROM t WHERE b${{m.join('')}}`);\nexport const g = () => {{ const p = {{ l: [] }}; const n = p.l; p.l.push(' AND a'); return pool.query(`SELECT 2 FROM t WHERE b${{n.join('')}}`); }};"
            ),
        )],
        "a.ts:5 pg.query
           = SELECT 1 FROM t WHERE b
           + SELECT 1 FROM t WHERE b AND a
         a.ts:6 pg.query
           = SELECT 2 FROM t WHERE b
           + SELECT 2 FROM t WHERE b AND a",
    );
    let made = format!("{PG}class A {{ t = ''; }}\nexport const o = new A();\n");
    let source = format!(
        "{made}export const f = (k) => {{ o[k] += ' AND a'; return pool.query(`SELECT 1 FROM t WHERE b${{o.t}}`); }};"
    );
    let (extraction, sources) = super::run(&[("a.ts", &source)], &crate::Options::default());
    let found = super::ledger(&extraction, &sources);
    assert!(found.contains('?'), "{found}");
}

#[track_caller]
fn check_unknown_files(files: &[(&str, &str)]) {
    let (extraction, sources) = super::run(files, &crate::Options::default());
    let found = super::ledger(&extraction, &sources);
    assert!(found.contains('?') || found.contains("b AND a"), "known:\n{found}");
}

/// Lists that objects of classes hold are no fields of a variable, and methods change them wherever they are called.
#[test]
fn lists_of_objects_of_classes() {
    check_unknown(&[
        "class A { l = []; } const o = new A(); o.l.push(' AND a'); const w = o.l.join('');",
        "class A { l = []; all() { return this.l.join(''); } } const o = new A(); o.l.push(' AND a'); const w = o.all();",
    ]);
    for (made, change) in [
        ("class A { o = { l: [] }; add() { this.o.l.push(' AND a'); } }\nexport const it = new A();", "it.add();"),
        ("export const it = { o: { l: [] }, add() { this.o.l.push(' AND a'); } };", "it.add();"),
    ] {
        let reads = format!(
            "import {{ it }} from './b';\n{PG}export const f = () => {{ {change} return pool.query(`SELECT 1 FROM t WHERE b${{it.o.l.join('')}}`); }};"
        );
        check_unknown_files(&[("a.ts", &reads), ("b.ts", made)]);
    }
}

/// What is written at some time may come before or after what is written at another.
#[test]
fn order_of_writes_of_functions() {
    check(
        &[(
            "a.ts",
            &format!(
                "{PG}const o = {{ t: '' }};\nexport const set = () => {{ o.t = ' AND a'; }};\no.t = ' AND b';\nexport const f = () => pool.query(`SELECT 1 FROM t WHERE b${{o.t}}`);"
            ),
        )],
        "a.ts:5 pg.query
           + SELECT 1 FROM t WHERE b AND b
           + SELECT 1 FROM t WHERE b AND a",
    );
    check_unknown_files(&[
        (
            "a.ts",
            &format!(
                "{PG}export const o = {{ l: [] }};\nexport const f = () => {{ o.l.push(' AND a'); return pool.query(`SELECT 1 FROM t WHERE b${{o.l.join('')}}`); }};"
            ),
        ),
        ("b.ts", "import { o } from './a';\no.l.push(' AND b');"),
    ]);
}

/// Parts of what a file imports that get there by rests and functions of the language.
#[test]
fn writes_through_rests() {
    let made = "export const o = { l: [], t: '' };\nexport const all = [{ t: '' }];";
    for change in ["const { ...rest } = o; rest.l.push(' AND a');", "Object.assign(all[0], { t: ' AND a' });"] {
        let reads = format!(
            "import {{ o, all }} from './b';\n{PG}export const f = () => pool.query(`SELECT 1 FROM t WHERE b${{o.t}}${{o.l.join('')}}${{all[0].t}}`);"
        );
        let writes = format!("import {{ o, all }} from './b';\n{change}");
        check_unknown_files(&[("a.ts", &reads), ("b.ts", made), ("c.ts", &writes)]);
    }
}

/// What a file imports and gives to a function that changes it.
#[test]
fn imports_that_are_given_away() {
    let made = "export const l = [];\nexport const o = { t: '' };\nexport const add = (l) => { l.push(' AND a'); };\nexport const set = (o) => { o.t = ' AND a'; };";
    for change in ["add(l);", "set(o);"] {
        let reads = format!(
            "import {{ l, o, add, set }} from './b';\n{PG}{change}\nexport const f = () => pool.query(`SELECT 1 FROM t WHERE b${{o.t}}${{l.join('')}}`);"
        );
        check_unknown_files(&[("a.ts", &reads), ("b.ts", made)]);
    }
}

/// A function that only sends what it is given, and that is handed to where nobody sees it called, may send any text.
#[test]
fn forwarders_that_are_handed_on() {
    check(
        &[(
            "a.ts",
            &format!(
                "{PG}import {{ use }} from 'other';\nconst query = (text) => pool.query(text);\nuse([query]);\nexport const f = () => query('SELECT 1 FROM t');"
            ),
        )],
        "a.ts:3 pg.query
           ? parameter of a function that is passed on (a.ts:3)
         a.ts:5 pg.query (helper)
           = SELECT 1 FROM t",
    );
}

#[test]
fn what_is_put_into_a_list_under_two_names_is_read_in_its_order() {
    let body = |body: &str| format!("export function f() {{ const parts = ['a']; const all = parts; {body} }}");
    for (text, sent) in [
        ("parts.push('b'); all.push('c'); return pool.query(`SELECT ${all.join(', ')}`);", "a, b, c"),
        ("all.push('b'); parts.push('c'); return pool.query(`SELECT ${all.join(', ')}`);", "a, b, c"),
        ("all.push('b'); parts.push('c'); return pool.query(`SELECT ${parts.join(', ')}`);", "a, b, c"),
        ("parts.push('b'); return pool.query(`SELECT ${all.join(', ')}`);", "a, b"),
    ] {
        let source = format!("import {{ Pool }} from 'pg'; const pool = new Pool();\n{}", body(text));
        super::check(&[("a.ts", &source)], &format!("a.ts:2 pg.query\n   + SELECT {sent}"));
    }
}

#[test]
fn a_list_that_an_object_holds_is_turned_round_under_the_objects_name() {
    super::check(
        &[(
            "a.ts",
            "import { Pool } from 'pg'; const pool = new Pool();
             export function f() {
               const parts = ['a', 'b']; const query = { parts }; query.parts.reverse();
               return pool.query(`SELECT ${parts.join(', ')}`);
             }",
        )],
        "a.ts:4 pg.query
           ~ SELECT <?>
           ? array changed in place (a.ts:4)",
    );
}

#[test]
fn a_field_that_is_set_under_one_name_may_be_set_anew_under_another() {
    super::check(
        &[(
            "a.ts",
            "import { Pool } from 'pg'; const pool = new Pool();
             const state = { order: '', reset() { this.order = ''; } };
             export function f() {
               const own = state; own.order = ' ORDER BY a'; state.reset();
               return pool.query(`SELECT 1${own.order}`);
             }",
        )],
        "a.ts:5 pg.query
           + SELECT 1 ORDER BY a
           ~ SELECT 1<?>
           ? changed under another name (a.ts:2)",
    );
}
