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
