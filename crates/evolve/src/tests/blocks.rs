//! DO blocks and functions that are called.

use super::{check, columns, taken};

#[test]
fn catalogs_are_asked_and_exceptions_caught() {
    let schema = taken(
        "create table t (a int);
         do $$ begin create type e as enum ('x'); exception when duplicate_object then null; end $$;
         do $$ begin create type e as enum ('x'); exception when duplicate_object then null; end $$;
         do $$ begin
           if not exists (select 1 from pg_type where typname = 'e') then create type wrong as enum ('x'); end if;
           if exists (select from information_schema.columns where table_name = 't' and column_name = 'a') then
             alter table t rename column a to b;
           end if;
           if to_regclass('public.t') is not null and to_regclass('nowhere') is null then
             alter table t add column c text;
           end if;
         end $$;",
    );
    assert_eq!(columns(&schema, "t"), ["b integer", "c text"]);
    assert!(schema.find_type(None, "wrong").is_none());
}

#[test]
fn texts_of_constants_are_executed() {
    let schema = taken(
        "do $$ declare name text; begin
           foreach name in array array['a', 'b'] loop
             execute format('create table %I (id int)', 't_' || name);
           end loop;
         end $$;
         do $$ declare r record; begin
           for r in select tablename from pg_tables where schemaname = 'public' and tablename like 't\\_%' loop
             execute 'alter table ' || quote_ident(r.tablename) || ' add column at timestamptz';
           end loop;
         end $$;",
    );
    assert_eq!(columns(&schema, "t_b"), ["id integer", "at timestamp with time zone"]);
}

#[test]
fn functions_that_are_called_are_carried_out() {
    let schema = taken(
        "create table t (a int);
         create function add(p text, q text default 'x') returns void language plpgsql as
           $$ begin execute format('alter table %I add column %I int', p, q); end $$;
         select add('t');
         select add('t', q => 'y');",
    );
    assert_eq!(columns(&schema, "t"), ["a integer", "x integer", "y integer"]);
}

#[test]
fn what_rows_decide_is_unknown_and_taints_what_it_would_change() {
    check(
        "create table t (a int);
         create table u (a int);
         do $$ begin if (select count(*) from t) = 0 then drop table u; end if; end $$;
         select * from u;
         select * from t;
         alter table u drop column b;
         do $$ begin if (select count(*) from t) = 0 then raise notice 'empty'; end if; end $$;",
        &["ok", "ok", "unknown", "unknown", "ok", "unknown", "ok"],
    );
}

#[test]
fn what_changes_no_schema_needs_not_be_followed() {
    check(
        "create table t (a int, b text);
         create function changes() returns void language plpgsql as $$ begin execute 'drop table t'; end $$;
         do $$ begin if exists (select from ((select a from t) union all (select a from t)) u limit 1) then
           raise exception 'rows'; end if; end $$;
         do $$ declare n int; begin loop
           with found as (select a from t limit 5) update t set b = 'x' where a in (select a from found);
           get diagnostics n = row_count; exit when n = 0; end loop; end $$;
         do $$ declare n int; begin if exists (select from t) then perform changes(); end if; end $$;
         select * from t;",
        &["ok", "ok", "ok", "ok", "unknown", "unknown"],
    );
}

#[test]
fn a_raised_exception_refuses_the_block() {
    check(
        "create table t (a int);
         do $$ begin drop table t; raise exception 'no'; end $$;
         select * from t;
         do $$ begin drop table missing; exception when others then drop table t; end $$;
         select * from t;",
        &["ok", "P0001", "ok", "ok", "42P01"],
    );
}

#[test]
fn a_block_that_cannot_be_finished_leaves_all_that_it_names_unknown() {
    check(
        "create table t (a int);
         create table u (a int);
         create table v (a int);
         do $$ begin if (select count(*) from t) = 0 then drop table u; end if; end $$;
         do $$ begin alter table u drop constraint k; alter table v add column b int; end $$;
         select b from v;
         select * from t;",
        &["ok", "ok", "ok", "unknown", "unknown", "unknown", "ok"],
    );
}
