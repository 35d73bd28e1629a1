//! What a refused DROP says.

use rollproof_catalog::Schema;
use rollproof_catalog::builtin::Builtin;

use crate::{SessionWalker, SourceText};

/// Objects of every kind that depend on each other, for the tests of what a refusal lists.
const WEB: &str = "create schema s;
    create table s.t (id serial primary key, a int default 3, e text);
    create type s.mood as enum ('x','y');
    create function s.f(x int) returns int language sql as 'select x';
    create table c (t int references s.t, m s.mood, d int default s.f(2), k int check (s.f(k) > 0));
    create view v1 as select a, id from s.t;
    create view v2 as select v1.a, c.m from v1 join c on true;
    create materialized view mv as select * from v2;
    create function tf() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger tr before insert on c for each row execute function tf();
    create policy p on c using (t in (select id from s.t));
    create domain dm as int check (s.f(value) > 1);
    create table u (x dm, y s.t, z int generated always as identity);
    create index ix on u (s.f(z));
    create rule r as on insert to u do also select * from v1;";

/// The server's message and DETAIL, read from a PostgreSQL 18 server.
fn refused(statement: &str) -> String {
    let mut walker = SessionWalker::new(Schema::new(Builtin::newest()));
    let script = format!("{WEB}\n{statement}");
    let source = SourceText::new(script.as_str());
    let mut last = Vec::new();
    for (_, parsed) in rollproof_sql::parse_script(&script) {
        assert_eq!(last, [], "{statement}");
        last = walker.step(&parsed.unwrap(), &source);
    }
    last.iter().map(|problem| format!("{}\n{}", problem.message, problem.detail.as_deref().unwrap_or(""))).collect()
}

#[test]
fn a_refusal_lists_what_depends_on_what_in_the_order_of_the_server() {
    assert_eq!(
        refused("drop table s.t;"),
        "cannot drop table s.t because other objects depend on it\n\
         column y of table u depends on type s.t\n\
         constraint c_t_fkey on table c depends on table s.t\n\
         view v1 depends on table s.t\n\
         view v2 depends on view v1\n\
         materialized view mv depends on view v2\n\
         rule r on table u depends on view v1\n\
         policy p on table c depends on table s.t"
    );
    assert_eq!(
        refused("alter table s.t drop column a;"),
        "cannot drop column a of table s.t because other objects depend on it\n\
         view v1 depends on column a of table s.t\n\
         view v2 depends on view v1\n\
         materialized view mv depends on view v2\n\
         rule r on table u depends on view v1"
    );
    assert_eq!(
        refused("alter table s.t drop column id;"),
        "cannot drop column id of table s.t because other objects depend on it\n\
         constraint c_t_fkey on table c depends on column id of table s.t\n\
         view v1 depends on column id of table s.t\n\
         view v2 depends on view v1\n\
         materialized view mv depends on view v2\n\
         rule r on table u depends on view v1\n\
         policy p on table c depends on column id of table s.t"
    );
    assert_eq!(
        refused("alter table s.t drop constraint t_pkey;"),
        "cannot drop constraint t_pkey on table s.t because other objects depend on it\n\
         constraint c_t_fkey on table c depends on index s.t_pkey"
    );
    assert_eq!(
        refused("drop type s.mood;"),
        "cannot drop type s.mood because other objects depend on it\n\
         column m of table c depends on type s.mood\n\
         view v2 depends on column m of table c\n\
         materialized view mv depends on column m of view v2"
    );
}

#[test]
fn a_refusal_of_types_and_functions_names_the_columns_in_between() {
    assert_eq!(
        refused("drop function s.f(int);"),
        "cannot drop function s.f(integer) because other objects depend on it\n\
         default value for column d of table c depends on function s.f(integer)\n\
         constraint c_k_check on table c depends on function s.f(integer)\n\
         constraint dm_check depends on function s.f(integer)\n\
         index ix depends on function s.f(integer)"
    );
    assert_eq!(
        refused("drop schema s;"),
        "cannot drop schema s because other objects depend on it\n\
         table s.t depends on schema s\n\
         column y of table u depends on type s.t\n\
         constraint c_t_fkey on table c depends on table s.t\n\
         view v1 depends on table s.t\n\
         rule r on table u depends on view v1\n\
         policy p on table c depends on table s.t\n\
         type s.mood depends on schema s\n\
         column m of table c depends on type s.mood\n\
         view v2 depends on column m of table c\n\
         materialized view mv depends on column m of view v2\n\
         function s.f(integer) depends on schema s\n\
         default value for column d of table c depends on function s.f(integer)\n\
         constraint c_k_check on table c depends on function s.f(integer)\n\
         constraint dm_check depends on function s.f(integer)\n\
         index ix depends on function s.f(integer)"
    );
    assert_eq!(
        refused("drop domain dm;"),
        "cannot drop type dm because other objects depend on it\n\
         column x of table u depends on type dm"
    );
    assert_eq!(
        refused("drop table c, s.t;"),
        "cannot drop desired object(s) because other objects depend on them\n\
         column y of table u depends on type s.t\n\
         view v1 depends on table s.t\n\
         rule r on table u depends on view v1\n\
         view v2 depends on table c\n\
         materialized view mv depends on view v2"
    );
    assert_eq!(
        refused("drop view v1;"),
        "cannot drop view v1 because other objects depend on it\n\
         view v2 depends on view v1\n\
         materialized view mv depends on view v2\n\
         rule r on table u depends on view v1"
    );
    assert_eq!(
        refused("drop sequence s.t_id_seq;"),
        "cannot drop sequence s.t_id_seq because other objects depend on it\n\
         default value for column id of table s.t depends on sequence s.t_id_seq"
    );
    assert_eq!(
        refused("drop sequence u_z_seq;"),
        "cannot drop sequence u_z_seq because column z of table u requires it\n"
    );
    assert_eq!(
        refused("drop function tf();"),
        "cannot drop function tf() because other objects depend on it\n\
         trigger tr on table c depends on function tf()"
    );
    assert_eq!(
        refused("drop index s.t_pkey;"),
        "cannot drop index s.t_pkey because constraint t_pkey on table s.t requires it\n"
    );
    assert_eq!(refused("drop type s.t;"), "cannot drop type s.t because table s.t requires it\n");
}
