use super::{accepts, check_expression as check, refuses};

#[test]
fn calls() {
    check("f()", "f()");
    check("s.f(a, b => 1, c := 2)", "s.f(a, b => 1, c => 2)");
    check("count(*)", "count(*)");
    check("count(DISTINCT a ORDER BY b)", "count(a) distinct ordered");
    check("f(VARIADIC a)", "f(a) variadic");
    check("f(a, VARIADIC b)", "f(a, b) variadic");
    check("sum(a) FILTER (WHERE b) OVER w", "sum(a) filtered over");
    check("rank() OVER (PARTITION BY a ORDER BY b)", "rank() over");
    check("percentile_cont(0.5) WITHIN GROUP (ORDER BY a)", "percentile_cont(n0.5) within ordered");
    check("left(a, 1)", "left(a, 1)");
    refuses("SELECT f(VARIADIC a, b)", ",");
    refuses("SELECT f(DISTINCT)", ")");
    refuses("SELECT f(DISTINCT a) WITHIN GROUP (ORDER BY a)", "f(DISTINCT a) WITHIN GROUP");
}

#[test]
fn forms_of_sql() {
    check("CAST(a AS numeric(3))", "(a::pg_catalog.numeric(3))");
    check("EXTRACT(year FROM a)", "pg_catalog.extract('year', a)");
    check("EXTRACT('epoch' FROM a)", "pg_catalog.extract('epoch', a)");
    check("OVERLAY(a PLACING b FROM 1 FOR 2)", "pg_catalog.overlay(a, b, 1, 2)");
    check("overlay(a, b, 1)", "overlay(a, b, 1)");
    check("POSITION(a IN b)", "pg_catalog.position(b, a)");
    check("SUBSTRING(a FROM 1 FOR 2)", "pg_catalog.substring(a, 1, 2)");
    check("SUBSTRING(a FOR 2)", "pg_catalog.substring(a, 1, (2::pg_catalog.int4))");
    check("SUBSTRING(a FOR 2 FROM 1)", "pg_catalog.substring(a, 1, 2)");
    check("SUBSTRING(a SIMILAR b ESCAPE c)", "pg_catalog.substring(a, b, c)");
    check("substring(a, 1)", "substring(a, 1)");
    check("TRIM(a)", "pg_catalog.btrim(a)");
    check("TRIM(LEADING 'x' FROM a)", "pg_catalog.ltrim(a, 'x')");
    check("TRIM(TRAILING FROM a)", "pg_catalog.rtrim(a)");
    check("TRIM(BOTH FROM a, 'x')", "pg_catalog.btrim(a, 'x')");
    check("NORMALIZE(a, NFKC)", "pg_catalog.normalize(a, 'NFKC')");
    check("a IS NOT NFC NORMALIZED", "(not pg_catalog.is_normalized(a, 'NFC'))");
    check("COLLATION FOR (a)", "pg_catalog.pg_collation_for(a)");
    check("NULLIF(a, b)", "nullif(a, b)");
    check("COALESCE(a, b)", "coalesce(a, b)");
    check("GREATEST(a, b)", "Greatest(a, b)");
    check("GROUPING(a, b)", "grouping(a, b)");
    check("a AT LOCAL", "pg_catalog.timezone(a)");
    check("CURRENT_TIMESTAMP(3)", "CurrentTimestampSome(3)");
    check("CURRENT_USER", "CurrentUserNone");
    check("current_schema()", "current_schema()");
    check("SYSTEM_USER", "pg_catalog.system_user()");
    check("MERGE_ACTION()", "merge_action");
}

#[test]
fn json_and_xml() {
    check("JSON_OBJECT('a': 1, 'b' VALUE c)", "json_object!('a', 1, 'b', c)");
    check("JSON_OBJECT('a': 1 NULL ON NULL WITH UNIQUE KEYS RETURNING jsonb)", "json_object!('a', 1) returning jsonb");
    check("json_object('{a,b}')", "pg_catalog.json_object('{a,b}')");
    check("json_object(keys => a, b)", "pg_catalog.json_object(keys => a, b)");
    check("JSON_ARRAY(1, a FORMAT JSON ABSENT ON NULL)", "json_array!(1, a)");
    check("JSON_ARRAY(SELECT 1 RETURNING text)", "json_array!(array{select 1}) returning text");
    check("JSON_ARRAYAGG(a ORDER BY b RETURNING jsonb)", "json_arrayagg!(a) returning jsonb");
    check("JSON_OBJECTAGG(a: b) FILTER (WHERE c) OVER ()", "json_objectagg!(a, b)");
    check(
        "JSON_VALUE(a, '$.x' PASSING b AS c RETURNING int DEFAULT 1 ON EMPTY)",
        "json_value!(a, '$.x', b, 1) returning pg_catalog.int4",
    );
    check(
        "JSON_QUERY(a, '$' WITH UNCONDITIONAL ARRAY WRAPPER OMIT QUOTES EMPTY ARRAY ON ERROR)",
        "json_query!(a, '$')",
    );
    check("JSON_EXISTS(a, '$' ERROR ON ERROR)", "json_exists!(a, '$')");
    check("JSON(a WITH UNIQUE)", "json!(a)");
    check("JSON_SCALAR(a)", "json_scalar!(a)");
    check("a IS JSON OBJECT WITH UNIQUE KEYS", "(a is json Object)");
    check("XMLELEMENT(NAME x, XMLATTRIBUTES(a AS b), c)", "xmlelement!(a, c)");
    check("XMLFOREST(a, b AS c)", "xmlforest!(a, b)");
    check("XMLPARSE(DOCUMENT a PRESERVE WHITESPACE)", "xmlparse!(a)");
    check("XMLSERIALIZE(CONTENT a AS text INDENT)", "xmlserialize!(a) returning text");
    check("XMLROOT(a, VERSION '1.0', STANDALONE NO VALUE)", "xmlroot!(a, '1.0')");
    check("XMLEXISTS('//x' PASSING BY VALUE a)", "pg_catalog.xmlexists('//x', a)");
    check(
        "a IS NOT DOCUMENT",
        "IsDocument { value: Expr { kind: Column(ColumnRef { fields: [Name { text: \"a\", span: \
           TextRange { start: 0, end: 1 } }], star: None }), span: TextRange { start: 0, end: 1 } }, negated: true }",
    );
    refuses("SELECT JSON_VALUE(a, '$' ERROR ON ERROR NULL ON EMPTY)", "EMPTY");
}

#[test]
fn windows_and_their_frames() {
    accepts(
        "SELECT sum(a) OVER (w ORDER BY b ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES) FROM t WINDOW w AS (PARTITION BY c)",
    );
    accepts("SELECT sum(a) OVER (RANGE BETWEEN CURRENT ROW AND '1 day' FOLLOWING) FROM t");
    accepts("SELECT sum(a) OVER (GROUPS UNBOUNDED PRECEDING)");
    refuses("SELECT sum(a) OVER (ROWS UNBOUNDED FOLLOWING)", "ROWS UNBOUNDED FOLLOWING");
    refuses(
        "SELECT sum(a) OVER (ROWS BETWEEN CURRENT ROW AND 1 PRECEDING)",
        "ROWS BETWEEN CURRENT ROW AND 1 PRECEDING",
    );
}
