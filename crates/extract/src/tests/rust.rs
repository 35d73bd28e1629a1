//! Rust: macros, modules and text that is built.

use super::check;

const CARGO: (&str, &str) = ("Cargo.toml", "[package]\nname = \"app\"\n");

#[test]
fn paths_are_followed_through_modules_and_uses() {
    check(
        &[
            CARGO,
            ("src/lib.rs", "pub mod text; mod user;"),
            ("src/text/mod.rs", "pub mod inner; pub use inner::FIND; pub const ALL: &str = \"SELECT id FROM a\";"),
            (
                "src/text/inner.rs",
                "pub const FIND: &str = \"SELECT id FROM b\"; pub struct S; impl S { pub const C: &'static str = \"SELECT id FROM c\"; }",
            ),
            (
                "src/user.rs",
                "use crate::text::{self, inner::S, FIND}; use crate::text::*;
                 async fn f(pool: &sqlx::PgPool) {
                   sqlx::query(text::ALL).execute(pool).await?;
                   sqlx::query(FIND).execute(pool).await?;
                   sqlx::query(crate::text::FIND).execute(pool).await?;
                   sqlx::query(S::C).execute(pool).await?;
                   sqlx::query(super::text::ALL).execute(pool).await?;
                   sqlx::query(ALL).execute(pool).await?;
                 }",
            ),
        ],
        "src/user.rs:3 sqlx::query
           = SELECT id FROM a
         src/user.rs:4 sqlx::query
           = SELECT id FROM b
         src/user.rs:5 sqlx::query
           = SELECT id FROM b
         src/user.rs:6 sqlx::query
           = SELECT id FROM c
         src/user.rs:7 sqlx::query
           = SELECT id FROM a
         src/user.rs:8 sqlx::query
           = SELECT id FROM a",
    );
}

#[test]
fn names_of_packages_that_are_used_as_a_whole_end_in_their_own_file() {
    let globs: String = (0..12).map(|number| format!("pub use package{number}::*; pub use super::*;\n")).collect();
    let inner = format!(
        "{globs} fn f(pool: &PgPool) {{ sqlx::query(NOWHERE).execute(pool); sqlx::query(HERE).execute(pool); }}"
    );
    let outer = format!("pub mod inner; pub use self::inner::*; {globs} pub const HERE: &str = \"SELECT 1 FROM a\";");
    check(
        &[CARGO, ("src/lib.rs", "mod outer;"), ("src/outer/mod.rs", &outer), ("src/outer/inner.rs", &inner)],
        "src/outer/inner.rs:13 sqlx::query
           ? no text argument (src/outer/inner.rs:13)
         src/outer/inner.rs:13 sqlx::query
           = SELECT 1 FROM a",
    );
}

#[test]
fn literals_are_byte_exact() {
    let source =
        "fn f() { sqlx::query!(\"SELECT \\\"a\\\" \\\n      FROM t\\n\"); sqlx::query!(r#\"SELECT \"b\"\\n\"#); }";
    let (extraction, _) = super::run(&[CARGO, ("src/lib.rs", source)], &crate::Options::default());
    let texts: Vec<&str> = extraction.sites.iter().map(|site| site.queries[0].text.text.as_str()).collect();
    assert_eq!(texts, ["SELECT \"a\" FROM t\n", "SELECT \"b\"\\n"]);
}

#[test]
fn format_arguments_are_filled() {
    check(
        &[
            CARGO,
            (
                "src/lib.rs",
                "const T: &str = \"users\";
                 fn f(id: i64, x: &str) {
                   let col = \"name\";
                   sqlx::query(&format!(\"SELECT {col}, {0}, {{}} FROM {} WHERE {c} = {id}\", T, c = \"id\"));
                   sqlx::query(&format!(\"SELECT {x:?} FROM t\"));
                 }",
            ),
        ],
        "src/lib.rs:4 sqlx::query
           ~ SELECT name, users, {} FROM users WHERE id = 1
         src/lib.rs:5 sqlx::query
           ~ SELECT <?> FROM t
           ? formatted with a width or for debugging (src/lib.rs:5)",
    );
}

#[test]
fn composed_macros_give_a_text_for_each_arm() {
    check(
        &[
            CARGO,
            (
                "src/lib.rs",
                "fn f() { match_query_as!(Row, [\"SELECT a FROM t WHERE \", _, \" ORDER BY \", _], match (x) {
                   A => (\"b\", \"c\"; y), B(_) => (\"d\", \"e\";), }) }",
            ),
        ],
        "src/lib.rs:1 match_query_as!
           + SELECT a FROM t WHERE b ORDER BY c
           + SELECT a FROM t WHERE d ORDER BY e",
    );
}

#[test]
fn unknown_macros_keep_their_texts() {
    check(
        &[
            CARGO,
            (
                "src/lib.rs",
                "fn f() { my_query!(conn => \"SELECT id FROM t\"); let _x = my::other!(\"UPDATE t SET a = 1\", 3); }",
            ),
        ],
        "src/lib.rs:1 text (text)
           = SELECT id FROM t
         src/lib.rs:1 text (text)
           = UPDATE t SET a = 1",
    );
}

#[test]
fn hostile_nesting_is_a_problem_and_the_rest_goes_on() {
    let deep = format!("fn f() {{ {}1{} }} // SELECT\n\"", "(".repeat(30_000), ")".repeat(30_000)).replace("\n\"", "");
    let source = "fn f() { sqlx::query!(\"SELECT 1\"); }";
    let (extraction, _) = super::run(
        &[CARGO, ("src/a.rs", &format!("{deep}\n{source}")), ("src/lib.rs", source)],
        &crate::Options::default(),
    );
    assert_eq!(extraction.sites.len(), 1);
    assert_eq!(extraction.problems.len(), 1);
}

#[test]
fn elements_of_one_tuple_stay_together() {
    check(
        &[
            CARGO,
            (
                "src/lib.rs",
                "const RELATED: &[(&str, &str)] = &[(\"keywords\", \"rid\"), (\"builds\", \"release\")];
                 async fn f(client: &tokio_postgres::Client) {
                   for &(table, column) in RELATED {
                     client.execute(format!(\"DELETE FROM {table} WHERE {column} = $1\").as_str(), &[&1]).await?;
                   }
                 }",
            ),
        ],
        "src/lib.rs:4 sqlx::Executor
           + DELETE FROM keywords WHERE rid = $1
           + DELETE FROM builds WHERE release = $1",
    );
}

#[test]
fn what_follows_from_one_decision_stays_together() {
    check(
        &[
            CARGO,
            (
                "src/lib.rs",
                "async fn f(pool: &sqlx::PgPool, filter: Option<&str>, more: &[u8]) {
                   let (tail, next) = clause(filter, more);
                   sqlx::query(&format!(\"SELECT id FROM t WHERE true{} LIMIT ${}\", tail, next)).execute(pool).await?;
                 }
                 fn clause(filter: Option<&str>, more: &[u8]) -> (String, u8) {
                   let mut next = 1;
                   let mut tail = String::new();
                   if let Some(_) = filter { tail += &format!(\" AND name = ${}\", next); next += 1; }
                   (tail, next)
                 }",
            ),
        ],
        "src/lib.rs:3 sqlx::query
           + SELECT id FROM t WHERE true LIMIT $1
           ~ SELECT id FROM t WHERE true AND name = $1 LIMIT $2",
    );
}

#[test]
fn rows_that_are_pushed_hide_no_table() {
    check(
        &[
            CARGO,
            (
                "src/lib.rs",
                "async fn add(pool: &sqlx::PgPool, rows: Vec<i32>) {
                   let mut builder = sqlx::QueryBuilder::new(\"INSERT INTO tokens (id) \");
                   builder.push_values(rows, |mut b, row| { b.push_bind(row); });
                   builder.push(\" ON CONFLICT DO NOTHING\");
                   builder.build().execute(pool).await;
                 }",
            ),
        ],
        "src/lib.rs:5 sqlx::QueryBuilder
           ~ INSERT INTO tokens (id) <?> ON CONFLICT DO NOTHING
           ? text built in a way that is not followed (src/lib.rs:3)",
    );
}

#[test]
fn a_crate_that_is_built_for_another_database_sends_nothing_to_postgresql() {
    let send = "async fn f(pool: &Pool) { sqlx::query(\"SELECT id FROM a\").execute(pool).await?; }";
    let package = |name: &str, rest: &str| format!("[package]\nname = \"{name}\"\n{rest}");
    check(
        &[
            (
                "Cargo.toml",
                "[workspace.dependencies]\nsqlx = { version = \"0.8\", features = [\"sqlite\"] }\n\
                 served = { package = \"sqlx\", version = \"0.8\", features = [\"postgres\", \"sqlite\"] }",
            ),
            ("inherits/Cargo.toml", &package("inherits", "[dependencies]\nsqlx = { workspace = true }")),
            ("inherits/src/lib.rs", send),
            (
                "adds/Cargo.toml",
                &package("adds", "[dependencies]\nsqlx = { workspace = true, features = [\"postgres\"] }"),
            ),
            ("adds/src/lib.rs", send),
            ("renames/Cargo.toml", &package("renames", "[dependencies]\nserved = { workspace = true }")),
            ("renames/src/lib.rs", send),
            (
                "turns_on/Cargo.toml",
                &package(
                    "turns_on",
                    "[features]\nserver = [\"sqlx?/postgres\"]\n[dependencies]\nsqlx = { workspace = true, optional = true }",
                ),
            ),
            ("turns_on/src/lib.rs", send),
            ("plain/Cargo.toml", &package("plain", "[dependencies]\nsqlx = \"0.8\"")),
            ("plain/src/lib.rs", send),
            (
                "both/Cargo.toml",
                &package(
                    "both",
                    "[dependencies]\nsqlx = { workspace = true }\n[target.'cfg(unix)'.dependencies]\ntokio-postgres = \"0.7\"",
                ),
            ),
            ("both/src/lib.rs", send),
            ("embedded/Cargo.toml", &package("embedded", "[dependencies]\nrusqlite = \"0.32\"")),
            ("embedded/src/lib.rs", "fn f(c: &C) { c.run(\"SELECT id FROM a\"); }"),
        ],
        "adds/src/lib.rs:1 sqlx::query
           = SELECT id FROM a
         both/src/lib.rs:1 sqlx::query
           = SELECT id FROM a
         embedded/src/lib.rs:1 text (text) [SQLite]
           = SELECT id FROM a
         inherits/src/lib.rs:1 sqlx::query [SQLite]
           = SELECT id FROM a
         plain/src/lib.rs:1 sqlx::query
           = SELECT id FROM a
         renames/src/lib.rs:1 sqlx::query
           = SELECT id FROM a
         turns_on/src/lib.rs:1 sqlx::query
           = SELECT id FROM a",
    );
}
