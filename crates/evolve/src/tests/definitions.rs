//! Tables, columns, constraints, indexes, views, types, functions.

use super::{check, columns, constraints, indexes, relation, taken};

#[test]
fn serial_identity_and_keys_get_the_names_that_the_server_makes() {
    let schema = taken(
        "create table t (id bigserial primary key, n int generated always as identity, e text unique, check (n > 1));
         alter table t add check (n > 1 and id > 2);
         create index on t (lower(e), n);",
    );
    assert_eq!(columns(&schema, "t"), ["id bigint!", "n integer!", "e text"]);
    assert_eq!(
        constraints(&schema, "t"),
        ["t_check", "t_e_key", "t_id_not_null", "t_n_check", "t_n_not_null", "t_pkey"]
    );
    assert_eq!(indexes(&schema, "t"), ["t_pkey", "t_e_key", "t_lower_n_idx"]);
    assert!(schema.find_relation(None, "t_id_seq").is_some());
    assert!(schema.find_relation(None, "t_n_seq").is_some());
}

#[test]
fn a_key_that_repeats_the_primary_key_gives_it_its_name() {
    let schema = taken("create table t (a int primary key, constraint k unique (a));");
    assert_eq!(indexes(&schema, "t"), ["k"]);
}

#[test]
fn columns_are_refused_as_the_server_refuses_them() {
    check(
        "create table t (a int, a int);
         create table t (ctid int);
         create table t (a int null not null);
         create table t (a int default 1 default 2);
         create table t (a text generated always as identity);
         create table t (a int default 'x' || b);
         create table t (a int default true);
         create table t (a int primary key, b int primary key);",
        &["42701", "42701", "42601", "42601", "22023", "0A000", "42804", "42P16"],
    );
}

#[test]
fn foreign_keys_need_a_unique_key_of_fitting_types() {
    check(
        "create table p (id int primary key, u text, v int);
         create table c1 (p int references p);
         create table c2 (p int references p (v));
         create table c3 (p text references p);
         create table c4 (a int, b int, foreign key (a, b) references p (id));
         create table c5 (p bigint references p);
         create table c6 (p int references missing);
         create table n (a int);
         create table c7 (p int references n);",
        &["ok", "ok", "42830", "42804", "42830", "ok", "42P01", "ok", "42704"],
    );
}

#[test]
fn a_rename_keeps_what_is_bound() {
    let schema = check(
        "create table t (a int, b int, check (a > b));
         create view v as select a, b as other from t;
         alter table t rename column a to z;
         alter table t drop column z;
         alter table t rename to u;
         alter table u alter column z type bigint;
         create table t (x int);",
        &["ok", "ok", "ok", "2BP01", "ok", "0A000", "ok"],
    );
    assert_eq!(columns(&schema, "v"), ["a integer", "other integer"]);
    assert_eq!(columns(&schema, "u"), ["z integer", "b integer"]);
}

#[test]
fn a_column_number_is_never_used_twice() {
    let schema = taken("create table t (a int, b int); alter table t drop column a; alter table t add column a int;");
    assert_eq!(relation(&schema, "t").column("a").map(|column| column.number), Some(3));
}

#[test]
fn a_replaced_view_may_only_gain_columns() {
    check(
        "create table t (a int, b text);
         create view v as select a from t;
         create or replace view v as select a, b from t;
         create or replace view v as select a from t;
         create or replace view v as select a as x, b from t;
         create or replace view v as select a::bigint as a, b from t;
         create view v as select 1;",
        &["ok", "ok", "ok", "42P16", "42P16", "42P16", "42P07"],
    );
}

#[test]
fn types_change_by_assignment_or_using() {
    let schema = check(
        "create table t (a text default 'x', b int, c int default 5);
         alter table t alter column a type int;
         alter table t alter column a type int using a::int;
         alter table t alter column a drop default, alter column a type int using a::int;
         alter table t alter column b type bigint;
         alter table t alter column c type text;",
        &["ok", "42804", "42804", "ok", "ok", "ok"],
    );
    assert_eq!(columns(&schema, "t"), ["a integer", "b bigint", "c text"]);
}

#[test]
fn functions_are_known_by_signature() {
    check(
        "create function f(a int) returns int language sql as 'select a + 1';
         create function f(a int) returns int language sql as 'select a';
         create or replace function f(a int) returns text language sql as 'select ''x''';
         create or replace function f(b int) returns int language sql as 'select b';
         create function f(a text) returns text language sql as 'select missing from nowhere';
         create function g() returns int language sql as 'select ''x''::text';
         drop function f(text);
         drop function f;
         drop function f(int);",
        &["ok", "42723", "42P13", "42P13", "42P01", "42P13", "42883", "ok", "42883"],
    );
}

#[test]
fn enums_and_domains() {
    let schema = check(
        "create type e as enum ('a', 'c');
         alter type e add value 'b' before 'c';
         alter type e add value 'b';
         alter type e add value if not exists 'b';
         alter type e rename value 'x' to 'y';
         create domain d as int check (value > 0) not null;
         alter domain d add constraint big check (value > 10);
         alter domain d drop constraint missing;
         create type e as (a int);",
        &["ok", "ok", "42710", "ok", "22023", "ok", "ok", "42704", "42710"],
    );
    let found = schema.find_type(None, "e").expect("the enum is there");
    let labels = schema.enum_labels(found.oid).expect("it has labels");
    assert_eq!(labels.iter().map(|label| &*label.label).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[test]
fn partitions_take_over_what_their_parent_has() {
    let schema = taken(
        "create table p (id int, at date not null, primary key (id, at)) partition by range (at);
         create index on p (at);
         create table p1 partition of p for values from ('2024-01-01') to ('2025-01-01');
         create table p2 (id int not null, at date not null);
         alter table p attach partition p2 for values from ('2025-01-01') to ('2026-01-01');",
    );
    assert_eq!(indexes(&schema, "p1"), ["p1_pkey", "p1_at_idx"]);
    assert_eq!(indexes(&schema, "p2"), ["p2_pkey", "p2_at_idx"]);
    check(
        "create table p (id int, at date) partition by range (at);
         alter table p add primary key (id);
         alter table p drop column at;
         create table p1 partition of p for values in (1);",
        &["ok", "0A000", "42P16", "42P16"],
    );
}

#[test]
fn children_follow_their_parents() {
    let schema = check(
        "create table p (a int, check (a > 0));
         create table c (b int) inherits (p);
         alter table p add column n text;
         alter table only p add column m text;
         alter table c drop column a;
         alter table p drop column n;
         alter table p rename column a to z;",
        &["ok", "ok", "ok", "42P16", "42P16", "ok", "ok"],
    );
    assert_eq!(columns(&schema, "c"), ["z integer", "b integer"]);
    assert_eq!(constraints(&schema, "c"), ["p_a_check"]);
}

#[test]
fn expressions_keep_the_conversions_that_were_chosen_for_them_when_a_type_changes() {
    check(
        "create table t (name varchar, b text, n int, s smallint, d date);
         create function norm(text) returns text language sql immutable as $$ select lower($1) $$;
         create index on t (lower(name));
         create index on t (norm(name)) where name <> 'x';
         alter table t alter name type jsonb using null;
         alter table t alter name type int using null;
         alter table t add check (b <> '');
         alter table t alter b type int using null;
         alter table t alter b type varchar(10);
         create index on t ((n + 1));
         alter table t alter n type numeric;
         alter table t alter n type text;
         create index on t (sqrt(s));
         alter table t alter s type numeric;
         alter table t alter s type text;
         alter table t add check (d > '2020-01-01');
         alter table t alter d type timestamptz;
         alter table t alter d type text using 'x';",
        &[
            "ok", "ok", "ok", "ok", "ok", "ok", "ok", "42883", "ok", "ok", "ok", "42883", "ok", "ok", "ok", "ok", "ok",
            "42883",
        ],
    );
}

#[test]
fn names_of_parameters_may_be_shared_by_an_input_and_an_output() {
    check(
        "create function f1(a int) returns table(a int) language sql as $$ select 1 $$;
         create function f2(a int) returns table(a int) language plpgsql as $$ begin return; end $$;
         create function f3(a int, out a int) language plpgsql as $$ begin return; end $$;
         create function f4(a int, inout a int) language sql as $$ select 1 $$;
         create function f6(out a int, out a int) language sql as $$ select 1, 2 $$;",
        &["ok", "42P13", "42P13", "42P13", "42P13"],
    );
}

#[test]
fn aggregates_are_made_of_functions_that_fit() {
    check(
        "create function least_accum(int8, int8) returns int8 language sql as $$ select least($1, $2) $$;
         create aggregate least_agg(int4) (stype = int8, sfunc = least_accum);
         create function tfp(anyarray, anyelement) returns anyarray language sql as $$ select $1 || $2 $$;
         create aggregate a1(basetype = anyelement, sfunc = tfp, stype = int[], initcond = '{}');
         create aggregate a2(basetype = int, sfunc = tfp, stype = anyarray, initcond = '{}');
         create aggregate a3(basetype = int, sfunc = tfp, stype = int[], initcond = '{}');
         create aggregate a4(basetype = anyelement, sfunc = tfp, stype = anyarray, initcond = '{}');
         create aggregate a5(int) (sfunc = int4pl, stype = int, parallel = pear);
         create aggregate a6(float8) (stype = float8, sfunc = float8pl, mstype = float8, msfunc = float8pl);
         create aggregate a7(numeric) (stype = internal, sfunc = numeric_avg_accum, serialfunc = numeric_avg_serialize);
         create aggregate a8(sfunc = int4inc, stype = int4, initcond = '0');
         create aggregate a9(variadic \"any\" order by variadic \"any\") (stype = internal,
             sfunc = ordered_set_transition_multi, finalfunc = rank_final, finalfunc_extra, hypothetical);
         select a3(v), a4(v) from (values (1)) t(v);",
        &["ok", "42804", "ok", "42883", "42P13", "ok", "ok", "42601", "42P13", "42P13", "42P13", "ok", "ok"],
    );
}

#[test]
fn roles_are_granted_changed_and_dropped_by_those_who_may() {
    check(
        "create role u1; create role u2; create role u3; create role maker createrole;
         grant u1 to u2 with admin option;
         grant u1 to u3 with admin option granted by u2;
         grant u1 to u2 with admin option granted by u3;
         revoke u1 from u2;
         drop role u2;
         revoke admin option for u1 from u2 cascade;
         drop role u3;
         set role u2;
         create role x;
         set role u1;
         grant u1 to maker;
         reset role;
         set session authorization maker;
         create role made;
         grant made to u1;
         drop role u1;
         drop role maker;
         alter role made superuser;
         create table t (a int);
         alter table t owner to made;
         set role made;
         reset session authorization;
         reassign owned by maker to u1;
         drop role maker;
         drop owned by maker;
         drop role maker;
         drop role u1;
         drop owned by u1;
         select * from t;
         drop role u1, u2, made;",
        &[
            "ok", "ok", "ok", "ok", "ok", "ok", "0LP01", "2BP01", "2BP01", "ok", "ok", "ok", "42501", "ok", "42501",
            "ok", "ok", "ok", "ok", "42501", "55006", "42501", "42501", "42P01", "42501", "ok", "ok", "2BP01", "ok",
            "ok", "ok", "42704", "42P01", "42704",
        ],
    );
}

#[test]
fn bounds_of_partitions_do_not_overlap() {
    check(
        "create table l (a bigint, b text) partition by list (a);
         create table l1 partition of l for values in (1, 2, null);
         create table l2 partition of l for values in ('2');
         create table l3 partition of l for values in (null);
         create table l4 partition of l for values in (3);
         create table r (a int, d date) partition by range (a);
         create table r1 partition of r for values from (1) to (10);
         create table r2 partition of r for values from (9) to (20);
         create table r3 partition of r for values from (10) to (maxvalue);
         create table r4 partition of r for values from (minvalue) to (2);
         create table r5 partition of r for values from (0) to (0);
         create table m (a int, b int) partition by range (a, b);
         create table m1 partition of m for values from (minvalue, 0) to (1, 1);
         create table m2 partition of m for values from (minvalue, minvalue) to (1, 1);
         create table m3 partition of m for values from (1, 1) to (1, maxvalue);
         create table m4 partition of m for values from (1, 5) to (2, 0);
         create table d (d date) partition by range (d);
         create table d1 partition of d for values from ('2024-01-01') to ('2024-02-01');
         create table d2 partition of d for values from ('2024-01-31') to ('2024-03-01');
         create table d3 partition of d for values from ('2024-02-01') to ('2024-03-01');
         create table h (a int) partition by hash (a);
         create table h1 partition of h for values with (modulus 4, remainder 0);
         create table h2 partition of h for values with (modulus 8, remainder 4);
         create table h3 partition of h for values with (modulus 3, remainder 2);
         create table h4 partition of h for values with (modulus 8, remainder 1);
         create temp table t1 partition of l for values in (7);
         create temp table pt (a int) partition by list (a);
         create table p1 (a int);
         alter table pt attach partition p1 for values in (1);",
        &[
            "ok", "ok", "42P17", "42P17", "ok", "ok", "ok", "42P17", "ok", "42P17", "42P17", "ok", "42804", "ok", "ok",
            "42P17", "ok", "ok", "42P17", "ok", "ok", "ok", "42P17", "42P17", "ok", "42809", "ok", "ok", "42809",
        ],
    );
}

#[test]
fn the_elements_of_a_schema_run_kind_by_kind() {
    check(
        "create schema s create unique index i on t (a) create view v as select a from t create table t (a int);
         select a from s.v;
         create table pg_catalog.mine (a int);
         create table c (a int);
         create index on c (a collate \"C\");
         begin;
         create table gone (a int);
         prepare transaction 'x';
         select * from gone;",
        &["ok", "ok", "42501", "ok", "42804", "ok", "ok", "55000", "42P01"],
    );
}
