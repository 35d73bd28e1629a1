use super::{accepts, check, refuses};

fn check_from(from: &str, shape: &str) {
    check(&format!("SELECT FROM {from}"), &format!("select  from {shape}"));
}

#[test]
fn relations() {
    check_from("t", "t");
    check_from("a.b.c AS x (d, e)", "a.b.c as x(d, e)");
    check_from("ONLY t x", "only t as x");
    check_from("ONLY (t)", "only t");
    check_from("t * AS x, u", "t as x, u");
    check_from("t x TABLESAMPLE bernoulli (10) REPEATABLE (1)", "sample of t as x");
    refuses("SELECT FROM (t)", ")");
    refuses("SELECT FROM t.*", "*");
}

#[test]
fn joins_nest_as_the_server_nests_them() {
    check_from("a JOIN b ON x JOIN c ON y", "((a Inner b on x) Inner c on y)");
    check_from("a JOIN b JOIN c ON x ON y", "(a Inner (b Inner c on x) on y)");
    check_from("a CROSS JOIN b LEFT JOIN c USING (x, y) AS z", "((a Inner b cross) Left c using x y as z)");
    check_from("a NATURAL FULL OUTER JOIN b RIGHT JOIN c ON x", "((a Full b natural) Right c on x)");
    check_from("(a JOIN b ON x) AS j, c", "(a Inner b on x) as j, c");
    check_from("(a JOIN b ON x) JOIN c ON y", "((a Inner b on x) Inner c on y)");
    check_from("((SELECT 1) s JOIN b ON x)", "({select 1} as s Inner b on x)");
    refuses("SELECT FROM a JOIN b", "");
    refuses("SELECT FROM a NATURAL b", "b");
    refuses("SELECT FROM a CROSS JOIN b ON x", "ON");
}

#[test]
fn queries_and_functions() {
    check_from("(SELECT 1) s (x)", "{select 1} as s(x)");
    check_from("((SELECT 1) UNION SELECT 2)", "{(<select 1> Union select 2)}");
    check_from("LATERAL (SELECT 1) s", "lateral {select 1} as s");
    check_from("f(1) WITH ORDINALITY AS x (a, b)", "<f(1)> numbered as x(a, b)");
    check_from("f(1) AS (a int, b text)", "<f(1)> as (a pg_catalog.int4, b text)");
    check_from("f(1) x (a int)", "<f(1)> as x(a pg_catalog.int4)");
    check_from("f(1) over", "<f(1)> as over");
    check_from("ROWS FROM (f(1), g() AS (a int)) r", "<f(1), g()> as r");
    check_from("LATERAL s.f(x) AS y", "lateral <s.f(x)> as y");
    check_from("current_date d", "<CurrentDateNone> as d");
    check_from("coalesce(1, 2) c", "<coalesce(1, 2)> as c");
    check_from("left('a', 1)", "<left('a', 1)>");
    refuses("SELECT FROM f(1) AS (a, b)", ",");
}

#[test]
fn table_expressions() {
    check_from(
        "JSON_TABLE(d, '$[*]' AS root PASSING p AS q COLUMNS (n FOR ORDINALITY, a int PATH '$.a' DEFAULT 1 ON EMPTY, b bool EXISTS, NESTED PATH '$.c[*]' COLUMNS (e text FORMAT JSON WITH WRAPPER)) ERROR ON ERROR) j",
        "table(d, '$[*]', p; n a b e) as j",
    );
    check_from(
        "XMLTABLE(XMLNAMESPACES('u' AS x), '/r' PASSING d COLUMNS n FOR ORDINALITY, a int PATH '@a' DEFAULT 0 NOT NULL) t",
        "table('u', '/r', d; n a) as t",
    );
    accepts("SELECT FROM t, LATERAL XMLTABLE('/r' PASSING t.x COLUMNS a int)");
}
