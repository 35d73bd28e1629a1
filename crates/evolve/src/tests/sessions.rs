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
