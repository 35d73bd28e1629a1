//! Statements that nobody writes: each is answered in bounded time, whatever the answer is.

#![allow(clippy::panic, reason = "a test says what went wrong by it")]

use std::time::{Duration, Instant};

use rollproof_catalog::Schema;
use rollproof_catalog::builtin::Builtin;
use rollproof_resolve::{Environment, Outcome, resolve};

/// What even a slow machine without optimization stays below.
const LIMIT: Duration = Duration::from_secs(5);

/// The stack of the program's own threads.
const STACK: usize = 256 << 20;

/// The answer's kind in one word, and that it came in time.
fn answer(text: String) -> &'static str {
    let work = move || {
        let Some(builtin) = Builtin::of_version(18) else { panic!("no data for version 18") };
        let schema = Schema::new(builtin);
        let started = Instant::now();
        let kind = match rollproof_sql::parse_query_text(&text) {
            Err(_) => "unread",
            Ok(statement) => match resolve(&statement, &schema, &Environment::default()) {
                Outcome::Resolved(_) => "resolved",
                Outcome::Refused(_) => "refused",
                Outcome::Unknown(_) => "unknown",
            },
        };
        (kind, started.elapsed())
    };
    match std::thread::Builder::new().stack_size(STACK).spawn(work).map(std::thread::JoinHandle::join) {
        Ok(Ok((kind, time))) => {
            assert!(time < LIMIT, "took {time:?}");
            kind
        }
        _ => panic!("did not end well"),
    }
}

fn repeated(count: usize, between: &str, each: impl Fn(usize) -> String) -> String {
    (0..count).map(each).collect::<Vec<_>>().join(between)
}

#[test]
fn wide_statements_resolve() {
    let joins = |count| repeated(count, " ", |at| format!("JOIN pg_class t{at} ON t{at}.oid = c.oid"));
    assert_eq!(answer(format!("SELECT c.oid FROM pg_class c {}", joins(900))), "resolved");
    // A join has at most 32,767 columns.
    assert_eq!(answer(format!("SELECT c.oid FROM pg_class c {}", joins(1000))), "refused");
    let values = repeated(10_000, ", ", |at| at.to_string());
    assert_eq!(answer(format!("SELECT 1 FROM pg_class WHERE oid IN ({values})")), "resolved");
    let ctes = repeated(500, ", ", |at| match at {
        0 => "c0 AS (SELECT 1 AS a)".to_owned(),
        _ => format!("c{at} AS (SELECT a FROM c{})", at - 1),
    });
    assert_eq!(answer(format!("WITH {ctes} SELECT a FROM c499")), "resolved");
    let rows = repeated(10_000, ", ", |at| format!("({at}, 'x', NULL, $1)"));
    assert_eq!(answer(format!("SELECT * FROM (VALUES {rows}) AS v(a, b, c, d)")), "resolved");
    let targets = |count| repeated(count, ", ", |at| format!("{at} AS c{at}"));
    assert_eq!(answer(format!("SELECT * FROM (SELECT {}) s ORDER BY c1599", targets(1600))), "resolved");
    assert_eq!(answer(format!("SELECT {}", targets(1665))), "refused");
    let conditions = repeated(5000, " AND ", |at| format!("relpages <> {at}"));
    assert_eq!(answer(format!("SELECT 1 FROM pg_class WHERE {conditions}")), "resolved");
}

#[test]
fn comma_joins_natural_joins_and_stars_end() {
    let items = |count| repeated(count, ", ", |at| format!("pg_class t{at}"));
    assert_eq!(answer(format!("SELECT * FROM {}", items(40))), "resolved");
    assert_eq!(answer(format!("SELECT * FROM {}", items(300))), "refused");
    let natural = repeated(120, " ", |at| format!("NATURAL JOIN (SELECT 1 AS a, {at} AS b) t{at}"));
    assert_eq!(answer(format!("SELECT * FROM (SELECT 1 AS a, 2 AS b) s {natural}")), "resolved");
    let using = repeated(300, " ", |at| format!("FULL JOIN (SELECT 1 AS a) t{at} USING (a)"));
    assert_ne!(answer(format!("SELECT a FROM (SELECT 1 AS a) s {using}")), "refused");
}

#[test]
fn chains_of_operators_and_set_operations_end() {
    let sums = repeated(20_000, " + ", |at| at.to_string());
    assert_ne!(answer(format!("SELECT {sums}")), "refused");
    let texts = repeated(5000, " || ", |at| format!("'{at}'"));
    assert_ne!(answer(format!("SELECT {texts}")), "refused");
    let unions = repeated(5000, " UNION ALL ", |at| format!("SELECT {at}"));
    assert_ne!(answer(unions), "refused");
    let casts = "::int::text".repeat(3000);
    assert_ne!(answer(format!("SELECT 1{casts}")), "refused");
    let subscripts = "[1]".repeat(3000);
    answer(format!("SELECT (ARRAY[1]){subscripts}"));
}

#[test]
fn deep_statements_end() {
    for depth in [100, 2000, 100_000] {
        let (open, close) = ("(".repeat(depth), ")".repeat(depth));
        assert_ne!(answer(format!("SELECT {open}1{close}")), "refused");
        let (open, close) = ("(SELECT ".repeat(depth), ")".repeat(depth));
        assert_ne!(answer(format!("SELECT {open}1{close}")), "refused");
        let open = "SELECT * FROM (".repeat(depth);
        assert_ne!(answer(format!("{open}SELECT 1{}", ") s".repeat(depth))), "refused");
        assert_ne!(answer(format!("SELECT {}true", "NOT ".repeat(depth))), "refused");
        assert_ne!(answer(format!("SELECT {}1", "- ".repeat(depth))), "refused");
        let (open, close) = ("CASE WHEN true THEN ".repeat(depth), " END".repeat(depth));
        assert_ne!(answer(format!("SELECT {open}1{close}")), "refused");
        let (open, close) = ("abs(".repeat(depth), ")".repeat(depth));
        assert_ne!(answer(format!("SELECT {open}1{close}")), "refused");
        let (open, close) = ("WITH a AS (".repeat(depth), ") SELECT * FROM a".repeat(depth));
        assert_ne!(answer(format!("{open}SELECT 1{close}")), "refused");
        let (open, close) = ("(".repeat(depth), ")".repeat(depth));
        assert_eq!(answer(format!("SELECT * FROM {open}pg_class{close}")), "unread");
        answer(format!("SELECT {}1{}", "ARRAY[".repeat(depth), "]".repeat(depth)));
        answer(format!("SELECT '{}'::jsonb", "[".repeat(depth)));
        answer(format!("SELECT '{}'::jsonpath", "(".repeat(depth)));
        answer(format!("SELECT '{}'::tsquery", "(".repeat(depth)));
        answer(format!("SELECT '{}'::int[]", "{".repeat(depth)));
        answer(format!("SELECT '{}'::xml", "<a>".repeat(depth)));
    }
}

#[test]
fn names_that_fan_out_end() {
    // Each CTE reads the one before twice: 2^60 rows of columns, one look at each.
    let ctes = repeated(60, ", ", |at| match at {
        0 => "c0 AS (SELECT 1 AS a)".to_owned(),
        _ => format!("c{at} AS (SELECT x.a FROM c{0} x, c{0} y)", at - 1),
    });
    assert_eq!(answer(format!("WITH {ctes} SELECT a FROM c59")), "resolved");
    // Each doubles the width, up to what a query may have.
    let ctes = repeated(40, ", ", |at| match at {
        0 => "c0 AS (SELECT 1 AS a, 2 AS b)".to_owned(),
        _ => format!("c{at} AS (SELECT x.*, y.* FROM c{0} x, c{0} y)", at - 1),
    });
    assert_eq!(answer(format!("WITH {ctes} SELECT * FROM c39")), "refused");
    // Overloads by unknown literals, nested in each other.
    let calls = repeated(25, "", |_| "coalesce($1, concat(".to_owned());
    assert_ne!(answer(format!("SELECT {calls}'x'{}", "))".repeat(25))), "unread");
}
