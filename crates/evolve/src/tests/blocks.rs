//! DO blocks and functions that are called.

use rollproof_catalog::Schema;
use rollproof_catalog::builtin::Builtin;

use super::{check, columns, run, taken};
use crate::{SessionWalker, SourceText};

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

#[test]
fn queries_over_the_catalogs_are_answered_in_order_and_in_groups() {
    let schema = taken(
        "create table t (a int, b int, c int);
         create table u (a int, constraint k check (a > 0), constraint l check (a > 1));
         do $$ declare names text; last text; many int; begin
           with found as (select attname, attnum from pg_attribute where attrelid = 't'::regclass and attnum > 0)
             select string_agg(quote_ident(attname || '_new'), ' int, ' order by attnum desc) into names from found;
           execute 'create table v (' || names || ' int)';
           select conname into last from pg_constraint where conrelid = 'u'::regclass and contype = 'c'
             order by conname desc limit 1;
           execute format('alter table u drop constraint %I', last);
           select count(*) into many from (select table_name from information_schema.columns
             where table_schema = 'public' group by table_name having count(*) >= 3) s;
           get diagnostics many = row_count;
           if many = 1 and (select max(attnum) from pg_attribute where attrelid = 'v'::regclass) = 3 then
             create table w ();
           end if;
         end $$;",
    );
    assert_eq!(columns(&schema, "v"), ["c_new integer", "b_new integer", "a_new integer"]);
    let table = schema.find_relation(None, "u").unwrap();
    assert!(table.constraints.iter().any(|each| &*each.name == "k"));
    assert!(!table.constraints.iter().any(|each| &*each.name == "l"));
    assert!(schema.find_relation(None, "w").is_some());
}

#[test]
fn cursors_executed_queries_and_names_of_objects_are_followed() {
    let schema = taken(
        "create schema apart;
         create table t (id int primary key);
         create table apart.u (t int constraint k references t);
         create function has(p text, q text) returns boolean language sql as
           'select exists (select 1 from information_schema.columns where table_name = p and column_name = q)';
         do $$ declare r record; c cursor for select conrelid::regclass as owner, conname from pg_constraint
             where confrelid = 't'::regclass; n text; begin
           open c;
           loop
             fetch c into r;
             exit when not found;
             execute format('alter table %s drop constraint %I', r.owner, r.conname);
           end loop;
           for r in execute 'select relname from pg_class where relname = $1' using 't' loop
             execute 'alter table ' || r.relname || ' add column x int';
           end loop;
           execute 'select $1 || $2' into n using 'y', 1;
           execute format('alter table t add column %I int', n);
           if not has('t', 'z') then alter table t add column z int; end if;
           if not has('t', 'x') then alter table t add column wrong int; end if;
         end $$;",
    );
    assert!(schema.find_relation(Some("apart"), "u").unwrap().constraints.iter().all(|each| &*each.name != "k"));
    assert_eq!(columns(&schema, "t"), ["id integer!", "x integer", "y1 integer", "z integer"]);
}

#[test]
fn a_name_known_in_part_leaves_other_names_alone() {
    check(
        "create table events (at date) partition by range (at);
         create table other (a int);
         create function partition_of(name text, day date) returns void language plpgsql as $$
           declare part text := name || '_' || to_char(day, 'YYYYMMDD'); begin
           execute format('create table %I partition of %I for values from (%L) to (%L)', part, name, day, day + 1);
         end $$;
         select partition_of('events', current_date);
         select * from other;
         alter table other add column b int;
         select * from events_20240101;
         do $$ declare r record; begin for r in select at from events loop
           execute 'drop table other_' || r.at; end loop; end $$;
         select a from other;
         select * from other_1;
         create function drop_any(name text) returns void language plpgsql as
           $$ begin execute 'drop table ' || name; end $$;
         create function drops(name text) returns void language plpgsql as $$ begin perform drop_any(name); end $$;
         select drops(at::text) from events;
         select a from other;",
        &[
            "ok", "ok", "ok", "unknown", "ok", "ok", "unknown", "unknown", "ok", "unknown", "ok", "ok", "unknown",
            "unknown",
        ],
    );
}

#[test]
fn errors_of_the_blocks_own_making_are_refusals() {
    check(
        "create table t (a int);
         do $$ declare v text; begin select relname into strict v from pg_class where relname = 'nothing'; end $$;
         do $$ begin if 'nothing'::regclass is null then drop table t; end if; end $$;
         do $$ begin perform 'nothing'::regclass; exception when undefined_table then drop table t; end $$;
         do $$ begin execute null; end $$;",
        &["ok", "P0002", "42P01", "ok", "22004"],
    );
}

#[test]
fn a_name_that_is_made_of_a_date_taints_dated_names_only() {
    let (said, schema) = run("create table task (id int, at date) partition by range (at);
         create table task_event (id int);
         create function add_part(parent text, day date) returns void language plpgsql as $$ declare part text; begin
           select lower(format('%s_%s', parent, to_char(day, 'YYYYMMDD'))) into part;
           if exists (select from pg_tables where tablename = part) then return; end if;
           execute format('create table %s (like %s including indexes)', part, parent);
           execute format('alter table %s attach partition %s for values from (''%s'') to (''%s'')', parent, part,
             to_char(day, 'YYYYMMDD'), to_char(day + interval '1 day', 'YYYYMMDD'));
         end $$;
         select add_part('task', current_date);
         alter table task_event add column note text;
         select note from task_event;
         drop table task_20240101;
         drop table task_nowhere;");
    assert_eq!(said, ["ok", "ok", "ok", "unknown", "ok", "ok", "unknown", "42P01"]);
    assert!(schema.find_relation(None, "task").is_some());
}

#[test]
fn regular_expressions_over_names_are_judged() {
    let schema = taken(
        r"create table part_2024_01 (id int);
         create table part_2024_x (id int);
         do $$ declare r record; begin
           for r in select tablename from pg_tables where tablename ~ '^part_\d{4}_\d{2}$' loop
             execute format('drop table %I', r.tablename);
           end loop;
         end $$;",
    );
    assert!(schema.find_relation(None, "part_2024_01").is_none());
    assert!(schema.find_relation(None, "part_2024_x").is_some());
}

#[test]
fn what_is_written_into_the_catalogs_is_not_followed() {
    let start = "create type e as enum ('a', 'b'); create table t (a e); create table u (a int);";
    let said = |statement: &str| run(&format!("{start} {statement}; select a from t; select a from u;")).0;
    let all = |at: [&'static str; 3]| [&["ok"; 3][..], &at].concat();
    assert_eq!(said("delete from pg_enum where enumlabel = 'b'"), all(["unknown", "unknown", "ok"]));
    assert_eq!(
        said("update pg_attribute set atttypmod = 9 where attrelid = 't'::regclass"),
        all(["unknown", "unknown", "ok"])
    );
    assert_eq!(said("update pg_attribute set atttypmod = 9"), all(["unknown"; 3]));
    assert_eq!(said("update pg_class set reltuples = 1"), all(["ok"; 3]));
    assert_eq!(said("update pg_index set indisready = false"), all(["ok"; 3]));
    assert_eq!(said("update pg_index set indisvalid = false"), all(["unknown"; 3]));
    assert_eq!(said("delete from pg_depend"), all(["ok"; 3]));
}

#[test]
fn a_query_of_the_catalogs_asks_what_is_not_known_too() {
    let unknown = "create table t (a int);
         create table users (a int, constraint k check (a > 0));
         do $$ begin if (select count(*) from t) = 0 then create table maybe (a int); drop index maybe_not; end if; end $$;";
    let then = |block: &str| {
        let script = format!("{unknown} do $$ declare r record; begin {block} end $$; select * from t;");
        check(&script, &["ok", "ok", "unknown", "unknown", "unknown"]);
    };
    then(
        "for r in select tablename from pg_tables where schemaname = 'public' loop
            execute format('alter table %I add column b int', r.tablename); end loop;",
    );
    then(
        "for r in select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and c.relkind = 'r' loop execute 'drop table ' || r.relname; end loop;",
    );
    then("if exists (select from pg_constraint where conname = 'maybe_pkey') then drop table t; end if;");
    then("if (select count(*) from information_schema.columns where column_name = 'a') = 2 then drop table t; end if;");
    then("if exists (select from pg_indexes where indexname = 'maybe_not') then drop table t; end if;");
}

#[test]
fn a_query_of_the_catalogs_that_names_what_it_asks_for_is_answered() {
    let schema = "create table t (a int);
         create table users (a int, constraint k check (a > 0));
         do $$ begin if (select count(*) from t) = 0 then create table maybe (a int); drop index maybe_not; end if; end $$;";
    let then = |block: &str| {
        let script = format!("{schema} do $$ declare r record; begin {block} end $$; select b from users;");
        check(&script, &["ok", "ok", "unknown", "ok", "ok"]);
    };
    then("if exists (select from pg_tables where tablename = 'users') then alter table users add b int; end if;");
    then(
        "if not exists (select from pg_constraint where conname = 'users_pkey') then
            alter table users add b int; end if;",
    );
    then(
        "if exists (select from pg_constraint where conname = 'k' and conrelid = 'users'::regclass) then
            alter table users add b int; end if;",
    );
    then(
        "if not exists (select from pg_indexes where tablename = 'users' and indexname = 'users_a_idx') then
            alter table users add b int; end if;",
    );
    then(
        "for r in select tablename from pg_tables where tablename like 'user%' loop
            execute format('alter table %I add b int', r.tablename); end loop;",
    );
    then(
        "if (select count(*) from pg_attribute where attrelid = 'users'::regclass and attnum > 0) = 1 then
            alter table users add b int; end if;",
    );
    then(
        "if not exists (select from pg_type where typname in ('mood', 'state')) then
            alter table users add b int; end if;",
    );
}

#[test]
fn what_several_functions_cannot_follow_is_said_once() {
    let script = "create table events (at date, state text) partition by range (at);
         create function part(base text, state text) returns int language plpgsql as $$ declare name text; begin
           select lower(format('%s_%s', base, state)) into name;
           if exists (select 1 from pg_tables where tablename = name) then return 0; end if;
           execute format('create table %s (like %s including indexes)', name, base);
           return 1;
         end $$;
         create function parts(base text, day date) returns int language plpgsql as $$ declare name text; begin
           select format('%s_%s', base, to_char(day, 'YYYYMMDD')) into name;
           if not exists (select 1 from pg_tables where tablename = name) then
             execute format('create table %s (like %s) partition by list (state)', name, base);
           end if;
           perform part(name, 'QUEUED');
           return 1;
         end $$;
         select parts('events', current_date);";
    let mut walker = SessionWalker::new(Schema::new(Builtin::newest()));
    let source = SourceText::new(script);
    let statements = rollproof_sql::parse_script(script);
    let problems =
        statements.iter().filter_map(|(_, parsed)| parsed.as_ref().ok()).flat_map(|one| walker.step(one, &source));
    let said: Vec<String> = problems.map(|problem| problem.message).collect();
    assert_eq!(said, ["this cannot be followed: the time"]);
}
