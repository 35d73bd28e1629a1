use super::{check_type as check, refuses};

#[test]
fn spellings_of_sql_become_names_of_the_catalog() {
    for (written, name) in [
        ("int", "pg_catalog.int4"),
        ("INTEGER", "pg_catalog.int4"),
        ("smallint", "pg_catalog.int2"),
        ("bigint", "pg_catalog.int8"),
        ("real", "pg_catalog.float4"),
        ("float", "pg_catalog.float8"),
        ("float(24)", "pg_catalog.float4"),
        ("double precision", "pg_catalog.float8"),
        ("decimal(10, 2)", "pg_catalog.numeric(10, 2)"),
        ("dec", "pg_catalog.numeric"),
        ("boolean", "pg_catalog.bool"),
        ("bit", "pg_catalog.bit(1)"),
        ("bit(3)", "pg_catalog.bit(3)"),
        ("bit varying", "pg_catalog.varbit"),
        ("char", "pg_catalog.bpchar(1)"),
        ("character(5)", "pg_catalog.bpchar(5)"),
        ("character varying", "pg_catalog.varchar"),
        ("varchar(10)", "pg_catalog.varchar(10)"),
        ("national character varying(3)", "pg_catalog.varchar(3)"),
        ("nchar", "pg_catalog.bpchar(1)"),
        ("timestamp", "pg_catalog.timestamp"),
        ("timestamp(3) with time zone", "pg_catalog.timestamptz(3)"),
        ("time without time zone", "pg_catalog.time"),
        ("time with time zone", "pg_catalog.timetz"),
        ("interval", "pg_catalog.interval"),
        ("interval year to month", "pg_catalog.interval fields 6"),
        ("interval day to second(3)", "pg_catalog.interval(3) fields 7176"),
        ("interval(6)", "pg_catalog.interval(6)"),
        ("json", "pg_catalog.json"),
        ("jsonb", "jsonb"),
        ("text", "text"),
        ("\"char\"", "char"),
        ("double", "double"),
        ("Public.\"My Type\"(1, 2)", "public.My Type(1, 2)"),
        ("int[]", "pg_catalog.int4[]"),
        ("int[3][]", "pg_catalog.int4[3][]"),
        ("int ARRAY", "pg_catalog.int4[]"),
        ("int ARRAY[4]", "pg_catalog.int4[4]"),
        ("SETOF text", "setof text"),
        ("t.c%TYPE", "t.c%type"),
    ] {
        check(written, name);
    }
}

#[test]
fn what_is_no_type() {
    refuses("SELECT a::float(54)", "float");
    refuses("SELECT a::varchar(x)", "x");
    refuses("SELECT a::select", "select");
    // In an expression the percent sign is an operator.
    super::accepts("SELECT a::b.c % type FROM t");
}
