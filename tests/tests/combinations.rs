//! Combinations of parts that are proven apart: what stands for them has the verdicts of all of them written out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write;

use rollproof_extract::Options;
use rollproof_finding::{Report, Verdict};
use rollproof_tests::{case, judge};

const SCHEMA: &str =
    "CREATE TABLE t (id integer PRIMARY KEY, a integer, b boolean, c text NOT NULL DEFAULT '', d date, gone integer);
CREATE TABLE u (id integer, t_id integer, a integer, e text);";

/// One at a time: what is wrong already hides what becomes so.
const MIGRATIONS: &[&str] = &[
    "ALTER TABLE t DROP COLUMN gone;",
    "ALTER TABLE t ALTER COLUMN c DROP DEFAULT;",
    "ALTER TABLE t RENAME COLUMN a TO z; ALTER TABLE t ADD COLUMN a text;",
    "ALTER TABLE u ADD COLUMN d date;",
    "ALTER TABLE t ALTER COLUMN d TYPE text;",
];

/// How a statement begins, where its parts may go, and what they may be: each list is one place.
type Statement = (&'static str, &'static [(&'static str, &'static [&'static str], &'static str)]);

const CONDITIONS: &[&str] = &[
    " AND t.a = #",
    " AND gone > 1",
    " AND d = '2020-01-01'",
    " OR b",
    " AND c LIKE #",
    " AND (b OR t.a = 2)",
    " AND NOT b",
    " AND t.id BETWEEN # AND #",
    " AND EXISTS (SELECT FROM u WHERE u.t_id = t.id AND d IS NULL)",
    " AND t.id IN (SELECT t_id FROM u WHERE e = # AND a = 1)",
    " AND count(*) > 1",
    " AND a.x",
    " AND e = 'x'",
];
const TARGETS: &[&str] = &[", t.a", ", b", ", gone", ", count(*)", ", d AS n", ", c AS n", ", upper(c)"];
const TAILS: &[&str] =
    &[" GROUP BY t.id", " ORDER BY n", " ORDER BY t.a, gone", " LIMIT #", " OFFSET 1", " FOR UPDATE"];
const ASSIGNMENTS: &[&str] =
    &[", a = #", ", gone = 1", ", c = 'x'", ", d = now()", ", d = #", ", b = (c = 'y')", ", c = upper(#)", ", z = 1"];
const JOINS: &[&str] = &[" JOIN u ON u.t_id = t.id", " LEFT JOIN u w ON w.a = t.a", " CROSS JOIN (SELECT 1 AS e) x"];

const STATEMENTS: &[Statement] = &[
    ("SELECT t.id", &[("", TARGETS, " FROM t WHERE TRUE"), ("", CONDITIONS, ""), ("", TAILS, "")]),
    ("SELECT t.id FROM t", &[("", JOINS, " WHERE TRUE"), ("", CONDITIONS, "")]),
    ("UPDATE t SET id = id", &[("", ASSIGNMENTS, " WHERE TRUE"), ("", CONDITIONS, " RETURNING id")]),
    ("DELETE FROM t WHERE TRUE", &[("", CONDITIONS, ""), (" RETURNING id", &[", b", ", gone", ", d"], "")]),
    ("SELECT 1 FROM t WHERE id IN (SELECT t_id FROM u WHERE TRUE", &[("", CONDITIONS, ")"), ("", TAILS, "")]),
];

/// Numbers that look random, the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }
}

/// A program with one text of seven parts that may be left out, in their order.
fn program(draw: &mut Draw) -> String {
    let (start, places) = STATEMENTS[draw.below(STATEMENTS.len())];
    let mut chosen: Vec<BTreeSet<usize>> = places.iter().map(|_| BTreeSet::new()).collect();
    let all: usize = places.iter().map(|(_, parts, _)| parts.len()).sum();
    while chosen.iter().map(BTreeSet::len).sum::<usize>() < 7.min(all) {
        let place = draw.below(places.len());
        chosen[place].insert(draw.below(places[place].1.len()));
    }
    let mut lines = format!("  let sql = `{start}`;\n");
    let mut count = 0;
    for ((before, parts, after), chosen) in places.iter().zip(chosen) {
        writeln!(lines, "  sql += `{before}`;").unwrap();
        for index in chosen {
            let value = "$${values.push(f.value)}";
            writeln!(lines, "  if (f.p{count}) sql += `{}`;", parts[index].replace('#', value)).unwrap();
            count += 1;
        }
        writeln!(lines, "  sql += `{after}`;").unwrap();
    }
    format!(
        "import {{ Pool }} from 'pg';\nconst pool = new Pool();\nexport function run(f: any) {{\n  const values: any[] = [];\n\
         {lines}  return pool.query(sql, values);\n}}\n"
    )
}

/// An INSERT of columns that may be left out, with their values.
fn insertion(draw: &mut Draw) -> String {
    const ROWS: &[(&str, &str)] = &[
        ("a", "#"),
        ("b", "TRUE"),
        ("c", "'x'"),
        ("d", "'2020-01-01'"),
        ("gone", "#"),
        ("a", "1"),
        ("d", "now()"),
        ("c", "#"),
        ("z", "2"),
    ];
    let mut chosen = BTreeSet::new();
    while chosen.len() < 7 {
        chosen.insert(draw.below(ROWS.len()));
    }
    let mut lines = String::new();
    for index in chosen {
        let (column, value) = ROWS[index];
        let value = value.replace('#', "$${values.push(f.value)}");
        writeln!(lines, "  if (f.p{index}) {{ columns.push('{column}'); places.push(`{value}`); }}").unwrap();
    }
    format!(
        "import {{ Pool }} from 'pg';\nconst pool = new Pool();\nexport function run(f: any) {{\n  const values: any[] = [];\n\
         const columns = ['id']; const places = ['1'];\n{lines}  \
         return pool.query(`INSERT INTO t (${{columns.join(', ')}}) VALUES (${{places.join(', ')}})`, values);\n}}\n"
    )
}

fn report(code: &str, migration: &str, limit: usize) -> Report {
    let text =
        format!("# x\n```sql schema\n{SCHEMA}\n```\n```sql migration\n{migration}\n```\n```ts old/app.ts\n{code}```\n");
    let options = Options { variant_limit: limit, ..Options::default() };
    judge::report_with(&case::parse(&text).unwrap(), 18, &options)
}

/// The verdicts in each state, of any text, with what happens. Of columns that are written twice one is enough.
fn verdicts(report: &Report) -> BTreeSet<(String, Verdict, String)> {
    let cells = report.queries.iter().flat_map(|query| &query.cells);
    let said = cells.map(|cell| (cell.state.to_string(), cell.verdict, cell.message.clone().unwrap_or_default()));
    said.filter(|(_, _, message)| !message.contains("specified more than once")).collect()
}

#[test]
fn what_stands_for_all_has_the_verdicts_of_all() {
    let mut draw = Draw(0x9E37_79B9_7F4A_7C15);
    let mut proven = 0;
    for turn in 0..100 {
        let code = if turn % 4 == 3 { insertion(&mut draw) } else { program(&mut draw) };
        let migration = MIGRATIONS[turn % MIGRATIONS.len()];
        let some = report(&code, migration, 64);
        assert_eq!(some.sites.len(), 1, "{code}");
        if some.sites[0].unknown.is_some() {
            continue;
        }
        let all = report(&code, migration, 100_000);
        assert!(all.sites[0].unknown.is_none(), "{code}");
        let written: BTreeSet<&str> = all.queries.iter().map(|query| query.sql.as_str()).collect();
        proven += usize::from(some.queries.len() < all.queries.len());
        for query in &some.queries {
            assert!(written.contains(query.sql.as_str()), "{code}\nis no text of it: {}", query.sql);
        }
        assert_eq!(verdicts(&some), verdicts(&all), "{migration}\n{code}\n{:#?}", some.queries);
    }
    assert!(proven > 20, "only {proven} are proven apart");
}

/// New code reads a new table: `before` lacks it, and `after` says that the parts of one text do not fit each other.
#[test]
fn parts_that_do_not_fit_are_no_break() {
    let verdict = |expression: &str| -> BTreeSet<(String, Verdict)> {
        let text = format!(
            "# x\n```sql schema\nCREATE TABLE t (id integer);\n```\n```sql migration\nCREATE TABLE n (id integer, at date);\n```\n\
             ```ts new/app.ts\nimport {{ Pool }} from 'pg';\nconst pool = new Pool();\n\
             export const run = (o: any) => pool.query(`SELECT id FROM n ORDER BY ${{{expression}}}`);\n```\n"
        );
        let report = judge::report(&case::parse(&text).unwrap(), 18);
        let after = |query: &rollproof_finding::QueryRecord| query.cells.last().unwrap().verdict;
        report.queries.iter().map(|query| (query.sql.rsplit(' ').next().unwrap().to_owned(), after(query))).collect()
    };
    let known = ("n.at".to_owned(), Verdict::Resolves);
    let found = |other: &str, verdict: Verdict| BTreeSet::from([known.clone(), (other.to_owned(), verdict)]);
    assert_eq!(verdict("o.a ? 'n.at' : 'x.at'"), found("x.at", Verdict::Unknown));
    assert_eq!(verdict("o.a ? 'n.at' : 'at||1||id&&2'"), found("at||1||id&&2", Verdict::Unknown));
    // A column that is missing is, and so is all that is wrong with the only text.
    assert_eq!(verdict("o.a ? 'n.at' : 'n.gone'"), found("n.gone", Verdict::Breaks));
    assert_eq!(verdict("'x.at'"), BTreeSet::from([("x.at".to_owned(), Verdict::Breaks)]));
}
