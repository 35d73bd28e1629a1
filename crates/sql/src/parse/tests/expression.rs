use super::{check_expression as check, refuses};

#[test]
fn operators_bind_as_the_server_binds_them() {
    check("1 + 2 * 3", "(1 + (2 * 3))");
    check("1 - 2 - 3", "((1 - 2) - 3)");
    check("2 ^ 3 ^ 4", "((2 ^ 3) ^ 4)");
    check("-2 ^ 2", "(-2 ^ 2)");
    check("a || b + c", "(a || (b + c))");
    check("a -> 'b' = 'c'", "((a -> 'b') = 'c')");
    check("a = b AND c OR NOT d AND e", "or[and[(a = b), c], and[(not d), e]]");
    check("a AND b AND c OR d OR e", "or[and[a, b, c], d, e]");
    check("NOT a = b", "(not (a = b))");
    check("NOT a IS NULL", "(not (a is null))");
    check("a = b IS NULL", "((a = b) is null)");
    check("a IS NULL IS NOT NULL", "((a is null) is not null)");
    check("a + b IS NOT NULL", "((a + b) is not null)");
    check("a = b LIKE c", "(a = (b Like c))");
    check("a || b LIKE c || d ESCAPE e", "((a || b) Like (c || d) escape e)");
    check("a < b IS DISTINCT FROM c > d", "((a < b) is distinct (c > d))");
    check("a IS NOT DISTINCT FROM b AND c", "and[(a is not distinct b), c]");
    check("a <> b", "(a <> b)");
    check("a != b", "(a <> b)");
    check("a OPERATOR(pg_catalog.+) b * c", "(a + (b * c))");
    check("@ a + b", "(@ (a + b))");
    check("@ a || b", "((@ a) || b)");
    check("- a::int", "(- (a::pg_catalog.int4))");
    check("-1::int", "(- (1::pg_catalog.int4))");
    check("a COLLATE x || b", "((a collate x) || b)");
    check("a AT TIME ZONE 'x' + b", "(pg_catalog.timezone('x', a) + b)");
    check("a ISNULL OR b NOTNULL", "or[(a is null), (b is not null)]");
}

#[test]
fn comparisons_do_not_chain() {
    refuses("SELECT a < b < c", "<");
    refuses("SELECT a = b = c", "=");
    refuses("SELECT a LIKE b LIKE c", "LIKE");
    refuses("SELECT a BETWEEN 1 AND 2 BETWEEN 3 AND 4", "BETWEEN");
    check("(a < b) = c", "((a < b) = c)");
    check("a IN (1) = b", "((a in [1]) = b)");
    check("a IN (1) IN (2)", "((a in [1]) in [2])");
}

#[test]
fn between_ends_at_its_own_and() {
    check("a BETWEEN b AND c AND d", "and[(a between b .. c), d]");
    check("a NOT BETWEEN SYMMETRIC b + 1 AND c OR d", "or[(a not between (b + 1) .. c), d]");
    refuses("SELECT a BETWEEN b OR c AND d", "OR");
}

#[test]
fn constants_keep_their_kind() {
    check("1", "1");
    check("-1", "-1");
    check("- 2147483648", "n-2147483648");
    check("2147483648", "n2147483648");
    check("0x1F + 1_000", "(31 + 1000)");
    check("1.5e3", "n1.5e3");
    check("B'01'", "b'b01'");
    check("E'a\\nb'", "'a\nb'");
    check("U&'d\\0061ta'", "'data'");
    check("U&'d!0061ta' UESCAPE '!'", "'data'");
    check("'a'\n  'b'", "'ab'");
    check("$$it's$$", "'it's'");
    check("$1[2].f", "($1)[2].f");
    check("TRUE IS NOT FALSE", "(true is not False)");
    check("date '2020-01-01'", "('2020-01-01'::date)");
    check("interval '1' hour to second(2)", "('1'::pg_catalog.interval(2) fields 7168)");
    check("interval(3) '1'", "('1'::pg_catalog.interval(3))");
    check("timestamp(3) with time zone 'now'", "('now'::pg_catalog.timestamptz(3))");
    check("char 'abc'", "('abc'::pg_catalog.bpchar)");
    check("N'abc'", "('abc'::pg_catalog.bpchar)");
    check("double precision '1'", "('1'::pg_catalog.float8)");
    check("public.mytype(3) 'x'", "('x'::public.mytype(3))");
}

#[test]
fn names_and_subscripts() {
    check("a.b.c", "a.b.c");
    check("a.b.*", "a.b.*");
    check("A.\"B\"", "a.B");
    check("a[1][2:3].f", "(a)[1][2:3].f");
    check("a.b[:]", "(a.b)[:]");
    check("(a).f.g", "(a).f.g");
    check("(f(x)).*", "(f(x)).*");
    check("ARRAY[[1, 2], [3, 4]]", "array[array[1, 2], array[3, 4]]");
    check("ARRAY[]::int[]", "(array[]::pg_catalog.int4[])");
    check("time", "time");
    check("interval + 1", "(interval + 1)");
    refuses("SELECT a.*.b", "*");
    refuses("SELECT f(x).a", ".");
    refuses("SELECT user.a", ".");
}

#[test]
fn rows_and_queries_in_parentheses() {
    check("(1)", "1");
    check("((1, 2))", "(1, 2)");
    check("ROW()", "row()");
    check("(1, 2) = ROW(a, b)", "((1, 2) = row(a, b))");
    check("(a, b) OVERLAPS (c, d)", "pg_catalog.overlaps(a, b, c, d)");
    check("((SELECT 1))", "{select 1}");
    check("((SELECT 1) + 1)", "({select 1} + 1)");
    check("((SELECT 1) + 1, 2)", "(({select 1} + 1), 2)");
    check("((SELECT 1) UNION SELECT 2)", "{(<select 1> Union select 2)}");
    check("((SELECT 1) LIMIT 1)", "{select 1 limit 1}");
    check("(SELECT a).f", "({select a}).f");
    check("a IN (SELECT 1)", "(a in any{select 1})");
    check("a NOT IN (SELECT 1)", "(not (a in any{select 1}))");
    check("a IN ((SELECT 1), 2)", "(a in [{select 1}, 2])");
    check("a = ANY ((SELECT 1))", "(a = any{select 1})");
    check("a = ANY ((SELECT b)::int[])", "(a = any ({select b}::pg_catalog.int4[]))");
    check("a <> ALL (b)", "(a <> all b)");
    check("a NOT LIKE ANY (b)", "(a !~~ any b)");
    check("a + 1 = ANY (b) AND c", "and[((a + 1) = any b), c]");
    check("EXISTS (SELECT)", "exists{select }");
    check("ARRAY(SELECT 1)", "array{select 1}");
    check("(values)", "values");
    check("(VALUES (1))", "{values 1 rows}");
    refuses("SELECT (a, b) OVERLAPS (c, d, e)", "(a, b)");
}

#[test]
fn case_forms() {
    check("CASE WHEN a THEN b END", "case[; a -> b; ]");
    check("CASE a WHEN 1 THEN b WHEN 2 THEN c ELSE d END", "case[a; 1 -> b, 2 -> c; d]");
    refuses("SELECT CASE a END", "END");
}
