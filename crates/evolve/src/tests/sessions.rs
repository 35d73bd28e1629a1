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
