use super::{accepts, check, refuses};

#[test]
fn set_operators_bind_as_the_server_binds_them() {
    check("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3", "(select 1 Union (select 2 Intersect select 3))");
    check("SELECT 1 EXCEPT ALL SELECT 2 UNION DISTINCT SELECT 3", "((select 1 Except all select 2) Union select 3)");
    check("(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3", "(<(select 1 Union select 2)> Intersect select 3)");
    check("VALUES (1), (2) UNION TABLE t ORDER BY 1", "(values 2 rows Union table t) order 1");
    check("SELECT 1 UNION (SELECT 2 LIMIT 1) LIMIT 2", "(select 1 Union <select 2 limit 1>) limit 2");
}

#[test]
fn clauses_after_parentheses_belong_inside() {
    check("((SELECT 1))", "select 1");
    check("(SELECT 1 ORDER BY 2) LIMIT 3", "select 1 order 2 limit 3");
    check("WITH a AS (SELECT 1) (SELECT 2)", "with a select 2");
    refuses("(SELECT 1 LIMIT 1) LIMIT 2", "(SELECT 1 LIMIT 1) LIMIT 2");
    refuses("(SELECT 1", "");
    refuses("SELECT (SELECT 1 UNION)", ")");
}

#[test]
fn targets_and_their_names() {
    check("SELECT", "select ");
    check("SELECT FROM t", "select  from t");
    check("SELECT a b, c AS \"D\", e AS select", "select a as b, c as D, e as select");
    check("SELECT *, t.*", "select *, t.*");
    check("SELECT a at", "select a as at");
    check("SELECT a in FROM t", "select a as in from t");
    check("SELECT DISTINCT ON (a) b FROM t", "select b from t");
    refuses("SELECT a year FROM t", "year");
    refuses("SELECT a from", "");
    refuses("SELECT a, FROM t", "FROM");
    refuses("SELECT DISTINCT FROM t", "FROM");
}

#[test]
fn limits_and_locks() {
    check("SELECT 1 LIMIT 2 OFFSET 3", "select 1 limit 2 offset 3");
    check("SELECT 1 OFFSET 3 ROWS FETCH NEXT 2 ROWS ONLY", "select 1 limit 2 offset 3");
    check("SELECT 1 ORDER BY 2 FETCH FIRST ROW WITH TIES", "select 1 order 2 limit 1");
    refuses("SELECT 1 FETCH FIRST ROW WITH TIES", "SELECT 1 FETCH FIRST ROW WITH TIES");
    check("SELECT 1 LIMIT ALL", "select 1 limit null");
    check("SELECT a FROM t FOR UPDATE OF t NOWAIT LIMIT 1", "select a from t limit 1 lock Update");
    check(
        "SELECT a FROM t LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED FOR KEY SHARE",
        "select a from t limit 1 lock NoKeyUpdate lock KeyShare",
    );
    refuses("SELECT 1 LIMIT 1, 2", ",");
    refuses("SELECT 1 LIMIT 1 LIMIT 2", "LIMIT");
    refuses("SELECT 1 ORDER BY 1 WHERE a", "WHERE");
}

#[test]
fn common_table_expressions() {
    check("WITH a AS (SELECT 1), b(x) AS NOT MATERIALIZED (TABLE a) SELECT * FROM b", "with a b select * from b");
    accepts(
        "WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t) SEARCH DEPTH FIRST BY n SET o CYCLE n SET c TO 'y' DEFAULT 'n' USING p SELECT * FROM t",
    );
    accepts("WITH a AS (INSERT INTO t VALUES (1) RETURNING *), b AS (DELETE FROM u) SELECT * FROM a");
    accepts("WITH a AS (((SELECT 1)) UNION SELECT 2) SELECT * FROM a");
    accepts("WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b) SELECT * FROM a");
    refuses("WITH a AS (TRUNCATE t) SELECT 1", "TRUNCATE");
    refuses("WITH a AS SELECT 1 SELECT 2", "SELECT");
}

#[test]
fn grouping() {
    check(
        "SELECT 1 GROUP BY a, (), ROLLUP (a, b), CUBE (c), GROUPING SETS ((a), (), ROLLUP (b))",
        "select 1 group by 5 items",
    );
    check("SELECT 1 GROUP BY DISTINCT a", "select 1 group by 1 items");
    check("SELECT a GROUP BY ALL HAVING b", "select a group by 1 items");
    accepts("SELECT a FROM t GROUP BY a HAVING count(*) > 1 WINDOW w AS (), v AS (w) ORDER BY a USING > NULLS FIRST");
}

#[test]
fn select_into() {
    for text in [
        "SELECT a INTO t FROM u",
        "SELECT a INTO TEMP TABLE t FROM u",
        "SELECT a INTO UNLOGGED s.t",
        "SELECT a INTO LOCAL TEMPORARY t",
    ] {
        accepts(text);
    }
    refuses("SELECT a INTO FROM u", "FROM");
}
