//! Facts asked of PostgreSQL 18.

use crate::testing::check;

#[test]
fn columns_of_select() {
    check(&[
        ("SELECT 1", "?column? integer!"),
        ("SELECT id, name FROM users", "id bigint!, name text!"),
        (
            "SELECT u.* FROM users u WHERE u.id = $1",
            "id bigint!, name text!, email text, mood mood, tags text[], created timestamp with time zone! <- bigint",
        ),
        ("SELECT missing FROM users", "42703 column \"missing\" does not exist"),
        ("SELECT u.missing FROM users u", "42703 column u.missing does not exist"),
        ("SELECT users.id FROM users u", "42P01 invalid reference to FROM-clause entry for table \"users\""),
        ("SELECT x.id FROM users u", "42P01 missing FROM-clause entry for table \"x\""),
        ("SELECT id FROM nothing", "42P01 relation \"nothing\" does not exist"),
        ("SELECT id FROM users, posts", "42702 column reference \"id\" is ambiguous"),
        ("SELECT count(*) FROM users", "count bigint!"),
        ("SELECT name, count(*) FROM users GROUP BY name", "name text!, count bigint!"),
        ("SELECT email, count(*) FROM users GROUP BY id", "email text, count bigint!"),
        (
            "SELECT email, count(*) FROM users GROUP BY name",
            "42803 column \"users.email\" must appear in the GROUP BY clause or be used in an aggregate function",
        ),
    ]);
}

#[test]
fn joins() {
    check(&[
        (
            "SELECT u.name, p.title FROM users u LEFT JOIN posts p ON p.user_id = u.id",
            "name text!, title character varying",
        ),
        ("SELECT id, name FROM users JOIN pairs USING (id)", "42702 column reference \"name\" is ambiguous"),
        (
            "SELECT * FROM users NATURAL JOIN pairs",
            "id bigint!, name text!, email text, mood mood, tags text[], created timestamp with time zone!, left_id integer, right_id integer",
        ),
        ("SELECT id FROM users FULL JOIN pairs USING (id)", "id bigint!"),
        (
            "SELECT 1 FROM users JOIN posts USING (name)",
            "42703 column \"name\" specified in USING clause does not exist in right table",
        ),
        ("SELECT 1 FROM users a JOIN users a ON true", "42712 table name \"a\" specified more than once"),
        ("SELECT * FROM users u, (SELECT u.id) s", "42P01 invalid reference to FROM-clause entry for table \"u\""),
        ("SELECT s.n FROM users u, LATERAL (SELECT u.id AS n) s", "n bigint!"),
    ]);
}

#[test]
fn sub_queries_and_with() {
    check(&[
        ("SELECT (SELECT name FROM users LIMIT 1)", "name text"),
        ("SELECT (SELECT id, name FROM users)", "42601 subquery must return only one column"),
        ("SELECT exists(SELECT 1 FROM posts p WHERE p.user_id = u.id) FROM users u", "exists boolean!"),
        ("WITH a AS (SELECT id FROM users) SELECT * FROM a", "id bigint!"),
        ("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT n FROM t", "n integer"),
        ("WITH d AS (DELETE FROM posts RETURNING id) SELECT id FROM d", "id bigint!"),
        ("SELECT id FROM users WHERE id IN (SELECT user_id FROM posts WHERE title = $1)", "id bigint! <- text"),
        ("SELECT 1 UNION SELECT 'a'", "22P02 invalid input syntax for type integer: \"a\""),
        ("SELECT 1, 2 UNION SELECT 1", "42601 each UNION query must have the same number of columns"),
    ]);
}

#[test]
fn writes() {
    check(&[
        ("INSERT INTO users (id, name, created) VALUES ($1, $2, now()) RETURNING id", "id bigint! <- bigint, text"),
        ("INSERT INTO users (id, nope) VALUES (1, 2)", "42703 column \"nope\" of relation \"users\" does not exist"),
        ("INSERT INTO users (id) VALUES (1, 2)", "42601 INSERT has more expressions than target columns"),
        ("INSERT INTO users (id, name) VALUES (1)", "42601 INSERT has more target columns than expressions"),
        ("INSERT INTO users (id, id) VALUES (1, 1)", "42701 column \"id\" specified more than once"),
        (
            "INSERT INTO users (id, name, created) VALUES (1, 'a', now()) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
            "",
        ),
        (
            "INSERT INTO users (id, name, created) VALUES (1, 'a', now()) ON CONFLICT (name) DO NOTHING",
            "42P10 there is no unique or exclusion constraint matching the ON CONFLICT specification",
        ),
        ("UPDATE users SET name = $1 WHERE id = $2", " <- text, bigint"),
        ("UPDATE users SET (name, email) = ($1, $2) WHERE id = 1", " <- text, text"),
        (
            "UPDATE users u SET name = p.title FROM posts p WHERE p.user_id = u.id RETURNING u.id, p.title",
            "id bigint!, title character varying!",
        ),
        ("DELETE FROM posts USING users u WHERE u.id = user_id AND u.name = $1", " <- text"),
        ("UPDATE users SET id = 'x'", "22P02 invalid input syntax for type bigint: \"x\""),
        (
            "UPDATE users SET created = 1",
            "42804 column \"created\" is of type timestamp with time zone but expression is of type integer",
        ),
    ]);
}

#[test]
fn unknown_text() {
    check(&[
        ("SELECT # FROM users", "unknown dynamic-sql"),
        ("SELECT # FROM users WHERE gone = $1", "42703 column \"gone\" does not exist"),
        ("SELECT # FROM gone WHERE id = $1", "42P01 relation \"gone\" does not exist"),
        ("SELECT gone FROM users #", "unknown dynamic-sql"),
        ("SELECT users.gone FROM users #", "42703 column users.gone does not exist"),
        ("SELECT gone FROM users WHERE id = 1 #", "42703 column \"gone\" does not exist"),
        ("SELECT id FROM users WHERE #", "unknown dynamic-sql"),
        ("SELECT gone FROM users WHERE #", "42703 column \"gone\" does not exist"),
        ("SELECT name, count(*) FROM users WHERE # ", "unknown dynamic-sql"),
        ("SELECT id FROM # WHERE gone = 1", "unknown dynamic-sql"),
        ("SELECT u.gone FROM # JOIN users u ON true", "42703 column u.gone does not exist"),
        ("SELECT id FROM users ORDER BY #", "unknown dynamic-sql"),
        ("SELECT id, # FROM users ORDER BY gone", "unknown dynamic-sql"),
        ("SELECT id FROM users ORDER BY gone, #", "42703 column \"gone\" does not exist"),
        ("SELECT id FROM users WHERE id IN (#)", "unknown dynamic-sql"),
        ("SELECT id FROM users WHERE gone IN (#)", "42703 column \"gone\" does not exist"),
        ("INSERT INTO users (id, name, created) VALUES ($1, $2, $3) #", "unknown dynamic-sql"),
        (
            "INSERT INTO users (id, gone) VALUES ($1, $2) #",
            "42703 column \"gone\" of relation \"users\" does not exist",
        ),
        ("INSERT INTO users (id, gone) VALUES #", "42703 column \"gone\" of relation \"users\" does not exist"),
        ("INSERT INTO users (id, name, created) VALUES (#)", "unknown dynamic-sql"),
        ("UPDATE users SET # WHERE id = 1", "unknown dynamic-sql"),
        ("UPDATE users SET # WHERE gone = 1", "42703 column \"gone\" does not exist"),
        ("UPDATE users SET gone = 1 WHERE #", "42703 column \"gone\" of relation \"users\" does not exist"),
        ("DELETE FROM users WHERE gone = 1 AND #", "42703 column \"gone\" does not exist"),
        ("SELECT lower(#) FROM users WHERE gone", "42703 column \"gone\" does not exist"),
        ("WITH a AS (#) SELECT x FROM a, users WHERE users.gone", "42703 column users.gone does not exist"),
        ("SELECT 1 UNION #", "unknown dynamic-sql"),
        ("SELECT (#).x, gone FROM users", "42703 column \"gone\" does not exist"),
        ("SELECT id FROM users ORDER BY gone #", "42703 column \"gone\" does not exist"),
        ("SELECT id AS gone FROM users ORDER BY gone #", "unknown dynamic-sql"),
        ("SELECT id FROM users WHERE users.gone #", "42703 column users.gone does not exist"),
        ("SELECT id FROM users WHERE id < int2 #", "unknown dynamic-sql"),
        ("SELECT id FROM users WHERE id = 'x' #", "unknown dynamic-sql"),
        ("SELECT id FROM users WHERE name # AND id = 1", "unknown dynamic-sql"),
        ("SELECT id FROM users WHERE # AND gone", "42703 column \"gone\" does not exist"),
        ("SELECT rank() # FROM users", "unknown dynamic-sql"),
        ("SELECT sum(users.gone) # FROM users", "42703 column users.gone does not exist"),
        ("SELECT id FROM users WHERE length(name, # ) = 1", "unknown dynamic-sql"),
        ("SELECT id # FROM users UNION SELECT 1, 2", "unknown dynamic-sql"),
    ]);
}

#[test]
fn unknown_names() {
    check(&[
        ("INSERT INTO t_# (a) SELECT id FROM users", "unknown dynamic-sql"),
        ("INSERT INTO # (a) SELECT gone FROM users", "42703 column \"gone\" does not exist"),
        (
            "INSERT INTO # VALUES ($1, DEFAULT, (SELECT gone FROM users)) RETURNING x",
            "42703 column \"gone\" does not exist",
        ),
        ("INSERT INTO # (a, b) VALUES ($1, DEFAULT) ON CONFLICT (a) DO NOTHING RETURNING a", "unknown dynamic-sql"),
        ("INSERT INTO # DEFAULT VALUES", "unknown dynamic-sql"),
        ("UPDATE # SET a = u.gone FROM users u WHERE b = 1", "42703 column u.gone does not exist"),
        ("UPDATE app.t_# SET a = DEFAULT, gone = 1 WHERE gone", "unknown dynamic-sql"),
        ("UPDATE # t SET (a, b) = (1, 2) WHERE CURRENT OF c", "unknown dynamic-sql"),
        ("DELETE FROM \"t_#\" USING users u WHERE u.gone", "42703 column u.gone does not exist"),
        // The relation may have the column.
        ("DELETE FROM # WHERE id IN (SELECT gone FROM users)", "unknown dynamic-sql"),
        ("DELETE FROM # WHERE id IN (SELECT users.gone FROM users)", "42703 column users.gone does not exist"),
        ("SELECT u.gone FROM users u JOIN app.# t ON t.id = u.id", "42703 column u.gone does not exist"),
        ("SELECT t.x FROM users u JOIN app.\"t_#\" AS t ON t.id = u.id", "unknown dynamic-sql"),
        ("WITH a AS (SELECT gone FROM users) INSERT INTO # SELECT * FROM a", "42703 column \"gone\" does not exist"),
        ("MERGE INTO # t USING users u ON t.id = u.id WHEN MATCHED THEN DELETE", "unknown dynamic-sql"),
        ("TRUNCATE users, app.t_#", "unknown dynamic-sql"),
        ("CREATE TABLE t_# (id bigint)", "unknown data definition"),
        ("DROP INDEX IF EXISTS \"i_#\"", "unknown data definition"),
        ("SAVEPOINT \"s_#\"", ""),
        ("RELEASE SAVEPOINT s_#", ""),
        ("DECLARE c_# CURSOR FOR SELECT gone FROM users", "42703 column \"gone\" does not exist"),
        ("FETCH 10 FROM c_#", ""),
    ]);
}

#[test]
fn what_not_every_server_has() {
    let de = "unknown whether the server has collation \"de_DE\" depends on its operating system";
    let icu = "unknown whether the server has ICU's collations depends on how it was built";
    check(&[
        ("SELECT id FROM users ORDER BY name COLLATE \"de_DE\"", de),
        ("SELECT id FROM users ORDER BY name COLLATE \"und-x-icu\"", icu),
        ("SELECT id FROM users ORDER BY name COLLATE \"POSIX\"", "id bigint!"),
        ("SELECT gone COLLATE \"de_DE\" FROM users", "42703 column \"gone\" does not exist"),
        (
            "SELECT id FROM users ORDER BY name COLLATE nowhere",
            "42704 collation \"nowhere\" for encoding \"UTF8\" does not exist",
        ),
        (
            "SELECT id FROM users ORDER BY name COLLATE public.\"de_DE\"",
            "42704 collation \"public.de_DE\" for encoding \"UTF8\" does not exist",
        ),
    ]);
}
