//! What goes with a dropped object, and what keeps it from being dropped.

use super::{check, columns, constraints};

#[test]
fn a_column_takes_its_own_indexes_and_constraints_along() {
    let schema = check(
        "create table t (a int, b int, unique (a, b), check (a > b));
         create index i on t (a);
         alter table t drop column a;
         drop index i;",
        &["ok", "ok", "ok", "42704"],
    );
    assert_eq!(columns(&schema, "t"), ["b integer"]);
    assert!(constraints(&schema, "t").is_empty());
}

#[test]
fn others_keep_an_object_from_being_dropped() {
    check(
        "create table t (id int primary key, n int);
         create table c (t int references t);
         create view v as select n from t;
         create function g() returns trigger language plpgsql as $$ begin return new; end $$;
         create trigger tr before insert on t for each row execute function g();
         drop table t;
         alter table t drop column n;
         alter table t drop constraint t_pkey;
         drop function g();
         drop index t_pkey;
         drop view t;
         drop table v;
         drop table if exists missing;
         drop table missing;
         drop table t cascade;
         select * from v;
         select t from c;",
        &[
            "ok", "ok", "ok", "ok", "ok", "2BP01", "2BP01", "2BP01", "2BP01", "2BP01", "42809", "42809", "ok", "42P01",
            "ok", "42P01", "ok",
        ],
    );
}

#[test]
fn sequences_go_with_the_column_that_owns_them() {
    let schema = check(
        "create table t (id serial, n int generated always as identity);
         drop sequence t_id_seq;
         drop sequence t_n_seq;
         alter table t alter column n drop identity;
         drop table t;",
        &["ok", "2BP01", "2BP01", "ok", "ok"],
    );
    assert!(schema.find_relation(None, "t_id_seq").is_none());
    assert!(schema.find_relation(None, "t_n_seq").is_none());
}

#[test]
fn types_are_kept_by_the_columns_that_have_them() {
    check(
        "create type e as enum ('a');
         create table t (a e, b int);
         drop type e;
         drop schema public;
         drop type e cascade;
         select a from t;
         select b from t;",
        &["ok", "ok", "2BP01", "2BP01", "ok", "42703", "ok"],
    );
}

#[test]
fn two_tables_that_need_each_other_go_together() {
    check(
        "create table a (x int primary key);
         create table b (y int primary key references a);
         alter table a add foreign key (x) references b;
         create table c (z a);
         alter table a add column w c[];
         drop table a, b;
         drop table a, b, c;",
        &["ok", "ok", "ok", "ok", "42P16", "2BP01", "ok"],
    );
}
