use super::{accepts, check, refuses};

#[test]
fn insert() {
    check("INSERT INTO s.t DEFAULT VALUES", "insert s.t () defaults");
    check("INSERT INTO t AS x (a, b.c, d[1]) VALUES (1, 2, DEFAULT)", "insert t as x (a, b.c, d[1]) values 1 rows");
    check("INSERT INTO t (SELECT 1)", "insert t () select 1");
    check("INSERT INTO t ((SELECT 1) UNION SELECT 2)", "insert t () (<select 1> Union select 2)");
    check("INSERT INTO t (a) OVERRIDING SYSTEM VALUE SELECT 1", "insert t (a) select 1");
    check("INSERT INTO t WITH a AS (SELECT 1) SELECT * FROM a", "insert t () with a select * from a");
    accepts("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a ON CONFLICT DO NOTHING RETURNING *");
    accepts(
        "INSERT INTO t VALUES (1) ON CONFLICT (a, lower(b) COLLATE \"C\" text_ops, (c + 1)) WHERE d DO UPDATE SET a = excluded.a, (b, c) = ROW(1, 2) WHERE t.x RETURNING a AS b",
    );
    accepts("INSERT INTO t VALUES (1) ON CONFLICT ON CONSTRAINT k DO NOTHING");
    accepts("INSERT INTO t VALUES (1) RETURNING WITH (OLD AS o, NEW AS n) o.a, n.a");
    refuses("INSERT INTO t x VALUES (1)", "x");
    refuses("INSERT INTO t", "");
    refuses("INSERT INTO t () VALUES (1)", ")");
    refuses("INSERT INTO t VALUES ()", ")");
    refuses("INSERT INTO t VALUES (1) ON CONFLICT", "");
}

#[test]
fn update() {
    check(
        "UPDATE t SET a = 1, b.c = DEFAULT, d[1:2] = '{}' WHERE e",
        "update t set a = 1, b.c = default, d[1:2] = '{}' where e",
    );
    check("UPDATE ONLY t AS x SET (a, b) = (SELECT 1, 2)", "update only t as x set (a, b) = {select 1, 2}");
    check("UPDATE t x SET a = 1 WHERE CURRENT OF c", "update t as x set a = 1 where current of c");
    check("UPDATE t SET set = 1", "update t set set = 1");
    accepts("WITH w AS (SELECT 1) UPDATE t SET a = u.b FROM u JOIN v ON true WHERE t.a = u.a RETURNING old.a, new.a");
    refuses("UPDATE t SET a 1", "1");
    refuses("UPDATE t", "");
    refuses("UPDATE t SET t.a[1] == 2", "==");
}

#[test]
fn delete() {
    check("DELETE FROM t AS x WHERE a", "delete t as x where a");
    accepts("DELETE FROM ONLY t USING u, v WHERE t.a = u.a RETURNING *");
    refuses("DELETE t", "t");
}

#[test]
fn merge() {
    accepts(
        "WITH w AS (SELECT 1) MERGE INTO ONLY t AS x USING (SELECT 1) s ON x.a = s.a
         WHEN MATCHED AND s.b THEN UPDATE SET a = 1, b = DEFAULT
         WHEN MATCHED THEN DELETE
         WHEN NOT MATCHED BY SOURCE THEN DO NOTHING
         WHEN NOT MATCHED BY TARGET AND s.c THEN INSERT (a) OVERRIDING USER VALUE VALUES (1)
         WHEN NOT MATCHED THEN INSERT DEFAULT VALUES
         RETURNING merge_action(), x.*",
    );
    refuses("MERGE INTO t USING s ON a WHEN MATCHED THEN INSERT VALUES (1)", "INSERT");
    refuses("MERGE INTO t USING s ON a WHEN NOT MATCHED THEN DELETE", "DELETE");
    refuses("MERGE INTO t USING s ON a", "");
}
