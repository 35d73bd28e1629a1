//! Roles of parts.

use std::collections::BTreeMap;

use rollproof_source::TextRange;

use super::{Laid, Role, Words};

/// The role of what stands between `{` and `}`.
#[track_caller]
fn check(text: &str, expected: &Role) {
    let (start, end) = (text.find('{').unwrap(), text.find('}').unwrap() - 1);
    let text = text.replace(['{', '}'], "");
    let range = TextRange::new(start as u32, end as u32);
    let role = Words::of(&text).role(range, &BTreeMap::from([(0, range)])).unwrap_or(Role::Open);
    assert_eq!(role, *expected, "{text}");
}

#[test]
fn operands_are_conditions() {
    let check = |text| check(text, &Role::Condition);
    check("SELECT a FROM t WHERE b = 1 {AND c = 2} LIMIT 1");
    check("SELECT a FROM t WHERE b = 1 {AND c BETWEEN 1 AND 2 OR d}");
    check("SELECT a FROM t WHERE {b = 1 AND} c = 2");
    check("SELECT a FROM t WHERE {b = 1}");
    check("SELECT a FROM t WHERE b BETWEEN 1 AND 2 AND {c = 2} ORDER BY a");
    check("SELECT a FROM t WHERE (b = 1 OR {c = 2}) AND d");
    check("SELECT a FROM t JOIN u ON t.a = u.a {AND u.b} LEFT JOIN v ON v.a = u.a");
    check("SELECT 1 WHERE EXISTS (SELECT 1 FROM t WHERE a {AND b})");
    check("DELETE FROM t WHERE NOT {a = 1} AND b");
}

#[test]
fn parts_of_operands_are_not() {
    check("SELECT a FROM t WHERE b BETWEEN 1 {AND 2}", &Role::Within);
    check("SELECT a FROM t WHERE b BETWEEN 1 AND {2}", &Role::Within);
    check("SELECT a FROM t WHERE b BETWEEN {1} AND 2", &Role::Within);
    check("SELECT a FROM t WHERE b {AND c} = 2", &Role::Within);
    check("SELECT a FROM t WHERE {b} = 2", &Role::Within);
    check("SELECT a FROM t WHERE f(b {AND c})", &Role::Within);
    check("SELECT a FROM t WHERE b IN (1, {2})", &Role::Within);
    check("SELECT f(a {AND b}) FROM t", &Role::Open);
    check("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) WHERE b {AND c} DO NOTHING", &Role::Open);
    check("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) WHERE {b} DO NOTHING", &Role::Open);
    check("CREATE INDEX i ON t (a) WHERE b {AND c}", &Role::Open);
    check("SELECT a FROM t WHERE a = 1 {AND b) OR (c}", &Role::Open);
    check("SELECT a FROM t WHERE a IS DISTINCT FROM {b}", &Role::Within);
}

/// What is refused of a text with a choice between `{` and `}`.
#[track_caller]
fn check_refused(text: &str, expected: Option<&[&str]>) {
    let (start, end) = (text.find('{').unwrap(), text.find('}').unwrap() - 1);
    let text = text.replace(['{', '}'], "");
    let range = TextRange::new(start as u32, end as u32);
    let laid = Laid { text: text.clone(), ranges: BTreeMap::from([(0, range)]) };
    let refused = Words::of(&text).refused_operands(&laid);
    let refused = refused.map(|refused| refused.iter().map(|range| range.slice(&text)).collect::<Vec<_>>());
    assert_eq!(refused.as_deref(), expected, "{text}");
}

#[test]
fn an_operand_that_is_no_sql_is_refused_by_itself() {
    check_refused("SELECT a FROM t WHERE b AND ({c SIMILAR TO ANY($1)} OR d)", Some(&["c SIMILAR TO ANY($1)"]));
    check_refused("SELECT a FROM t WHERE b {AND c SIMILAR TO ANY($1)} LIMIT 1", Some(&["c SIMILAR TO ANY($1)"]));
    check_refused("SELECT a FROM t WHERE (c SIMILAR TO {ANY($1)}) ORDER BY a", Some(&["c SIMILAR TO ANY($1)"]));
    // Something else is wrong as well, or another choice may make it right.
    check_refused("SELECT a FROM FROM t WHERE {c SIMILAR TO ANY($1)}", None);
    check_refused("SELECT a FROM t WHERE {c BETWEEN 1}", None);
    check_refused("SELECT a FROM t WHERE {f(1} AND b", None);
    check_refused("SELECT {a a a} FROM t WHERE b", None);
}

#[test]
fn whole_clauses_stand_by_themselves() {
    check("SELECT a FROM t {WHERE b = 1} ORDER BY a", &Role::Clauses);
    check("SELECT a FROM t {LIMIT 1 OFFSET 2}", &Role::Clauses);
    check("SELECT a FROM t LIMIT 1 {FOR UPDATE}", &Role::Locking);
    check("SELECT a FROM t {ORDER BY a} LIMIT 1", &Role::Output(false));
    check("SELECT a FROM t {GROUP BY a}", &Role::Open);
    check("SELECT a FROM t {JOIN u ON TRUE}", &Role::Open);
    check("SELECT a FROM {t}", &Role::Open);
    check("SELECT a FROM t ORDER BY a {DESC}", &Role::Output(false));
    check("SELECT array_agg(a {ORDER BY a}) FROM t", &Role::Open);
}

#[test]
fn items_of_lists() {
    check("SELECT {a, b} FROM t", &Role::Output(true));
    check("SELECT {count(a)} FROM t", &Role::Output(false));
    check("SELECT {a} FROM t UNION SELECT b FROM t", &Role::Open);
    check("SELECT b FROM (SELECT {a} FROM t) s", &Role::Open);
    check("UPDATE t SET a = 1, {\"b\" = 2} WHERE c", &Role::Assignment("b".to_owned()));
    check("UPDATE t SET a = 1{, B = 2} WHERE c", &Role::Assignment("b".to_owned()));
    check("UPDATE t SET a = 1, {b = 2, c = 3} WHERE c", &Role::Open);
    check("UPDATE t SET a = {1} WHERE c", &Role::Within);
    check("INSERT INTO s.t (a, {b}) VALUES (1, 2)", &Role::Column("b".to_owned()));
    check("INSERT INTO s.t (a, b) VALUES (1, {2})", &Role::RowValue);
    check("INSERT INTO s.t (a, b) VALUES (1, {2, 3})", &Role::Open);
    check("DELETE FROM t RETURNING {a}", &Role::Returning);
    check("SELECT 'a{b}c'", &Role::Literal);
    check("SELECT f({'b'}, 1)", &Role::Literal);
    check("SELECT f(a || {'b'}) FROM t GROUP BY f(a || 'b')", &Role::Open);
    check("INSERT INTO t (a) SELECT {'b'}", &Role::Open);
    check("SELECT 'a{'b'}c'", &Role::Open);
}
