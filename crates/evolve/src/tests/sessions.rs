//! Transactions, savepoints, settings.

use super::check;

#[test]
fn a_failed_transaction_takes_nothing_but_its_end() {
    check(
        "begin;
         create table t (a int);
         create table t (a int);
         create table u (a int);
         commit;
         select * from t;",
        &["ok", "ok", "42P07", "25P02", "ok", "42P01"],
    );
}

#[test]
fn a_savepoint_brings_back_what_was() {
    check(
        "begin;
         create table t (a int);
         savepoint s;
         alter table t rename column a to b;
         select missing from t;
         rollback to s;
         select a from t;
         release s;
         rollback to s;
         commit;
         savepoint x;",
        &["ok", "ok", "ok", "ok", "42703", "ok", "ok", "ok", "3B001", "ok", "25P01"],
    );
}

#[test]
fn local_settings_end_with_the_transaction() {
    check(
        "create schema s;
         begin;
         set local search_path = s;
         create table t (a int);
         commit;
         select * from t;
         select * from s.t;
         set search_path = s;
         select * from t;
         select set_config('search_path', '', false);
         create table u (a int);",
        &["ok", "ok", "ok", "ok", "ok", "42P01", "ok", "ok", "ok", "ok", "3F000"],
    );
}

#[test]
fn temporary_tables_can_end_with_the_transaction() {
    check(
        "begin;
         create temp table t (a int) on commit drop;
         select * from t;
         commit;
         select * from t;
         create temp table t (a int);
         select * from pg_temp.t;",
        &["ok", "ok", "ok", "ok", "42P01", "ok", "ok"],
    );
}

#[test]
fn what_commits_on_its_own_cannot_run_in_a_transaction() {
    check(
        "create table t (a int);
         create index concurrently i on t (a);
         begin;
         create index concurrently j on t (a);
         rollback;",
        &["ok", "ok", "ok", "25001", "ok"],
    );
}

#[test]
fn cursors_end_with_their_transaction() {
    check(
        "declare c cursor for select 1 as a;
         begin;
         declare c cursor for select 1 as a;
         savepoint s;
         declare d cursor for select 1 as a;
         declare h cursor with hold for select 1 as a;
         declare c cursor for select 1 as a;
         rollback to s;
         fetch d;
         rollback to s;
         fetch c;
         declare h cursor with hold for select 1 as a;
         commit;
         fetch h;
         close h;
         close h;
         close all;",
        &[
            "25P01", "ok", "ok", "ok", "ok", "ok", "42P03", "ok", "34000", "ok", "ok", "ok", "ok", "ok", "ok", "34000",
            "ok",
        ],
    );
}

#[test]
fn a_prepared_statement_has_to_be_there() {
    check(
        "execute p;
         begin;
         prepare p as select 1;
         rollback;
         execute p;
         deallocate p;
         deallocate p;
         deallocate all;
         commit and chain;
         rollback and chain;",
        &["26000", "ok", "ok", "ok", "ok", "ok", "26000", "ok", "25P01", "25P01"],
    );
}

#[test]
fn a_read_only_transaction_writes_to_temporary_tables_alone() {
    check(
        "create table t (a int);
         create temp table m (a int);
         begin read only;
         savepoint s;
         insert into m values (1);
         insert into t values (1);
         rollback to s;
         with gone as (delete from t returning a) select a from gone;
         rollback to s;
         insert into missing values (1);
         rollback to s;
         create temp table n (a int);
         rollback and chain;
         drop table t;
         rollback;
         begin read only;
         set transaction read write;
         insert into t values (1);
         savepoint s;
         set transaction read only;
         release s;
         drop table t;
         commit;
         start transaction read only;
         select 1;
         set transaction read write;
         set transaction read only;",
        &[
            "ok", "ok", "ok", "ok", "ok", "25006", "ok", "25006", "ok", "42P01", "ok", "25006", "ok", "25006", "ok",
            "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "25001", "25P02",
        ],
    );
}

#[test]
fn what_set_config_sets_locally_ends_with_the_transaction() {
    check(
        "create schema s;
         select set_config('search_path', 's', true);
         create table t (a int);
         select a from public.t;
         begin;
         select set_config('search_path', 's', true);
         create table u (a int);
         commit;
         select a from u;
         begin read only;
         select missing;
         commit and chain;
         create table v (a int);
         rollback;
         declare c cursor for select missing;",
        &["ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "42P01", "ok", "42703", "ok", "ok", "ok", "42703"],
    );
}

#[test]
fn a_session_may_be_read_only_by_default() {
    check(
        "create table t (a int);
         set session characteristics as transaction read only;
         insert into t values (1);
         select a from t;
         begin read write;
         insert into t values (1);
         commit;
         start transaction;
         drop table t;
         rollback;
         set default_transaction_read_only = off;
         drop table t;",
        &["ok", "ok", "25006", "ok", "ok", "ok", "ok", "ok", "25006", "ok", "ok", "ok"],
    );
}

#[test]
fn functions_open_cursors() {
    check(
        "create function opens(c refcursor) returns refcursor language plpgsql as
             'begin open c for select 1 as a; return c; end';
         begin;
         select opens('of_function');
         fetch of_function;
         commit;",
        &["ok", "ok", "ok", "unknown", "ok"],
    );
}

#[test]
fn an_index_over_a_function_that_raises_may_not_be_made() {
    check(
        "create table t (a int);
         create function quiet(int) returns int language plpgsql immutable as 'begin return $1; end';
         create function loud(int) returns int language plpgsql immutable as
             'begin if $1 > 3 then raise exception ''no''; end if; return $1; end';
         create function warns(int) returns int language plpgsql immutable as
             'begin raise notice ''yes''; return $1; end';
         create function calls(int) returns int language sql immutable as 'select loud($1)';
         create function catches(int) returns int language plpgsql immutable as
             'begin assert $1 > 3; return $1; exception when others then return 0; end';
         create index on t (quiet(a));
         create index on t (loud(a));
         create index on t (warns(a));
         create index on t (a) where calls(a) > 1;
         create index on t (catches(a));",
        &["ok", "ok", "ok", "ok", "ok", "ok", "ok", "unknown", "ok", "unknown", "ok"],
    );
}

#[test]
fn dependencies_that_were_deleted_hold_nothing() {
    check(
        "create table t (a int, b int);
         create view v as select a, b from t;
         alter table t drop column b;
         begin;
         delete from pg_depend where objid = (select oid from pg_rewrite where ev_class = 'v'::regclass);
         alter table t drop column b;
         select 1 as one;
         rollback;
         alter table t drop column b;",
        &["ok", "ok", "2BP01", "ok", "unknown", "unknown", "ok", "ok", "2BP01"],
    );
}
