use super::{accepts, refuses};
use crate::ast::{SetStatement, StatementKind, TransactionStatement};
use crate::parse_query_text;

fn setting(text: &str) -> (bool, String, Option<Vec<String>>) {
    match parse_query_text(text).map(|statement| statement.kind) {
        Ok(StatementKind::Set(SetStatement { local, name, values })) => {
            let values = values.map(|values| values.iter().map(ToString::to_string).collect());
            (local, name.to_string(), values)
        }
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn settings() {
    let some = |values: &[&str]| Some(values.iter().map(ToString::to_string).collect::<Vec<_>>());
    for (text, local, name, values) in [
        ("SET search_path TO a, \"B\", 'c'", false, "search_path", some(&["a", "B", "c"])),
        ("SET LOCAL Work_Mem = '1MB'", true, "work_mem", some(&["1MB"])),
        ("SET SESSION my.var = -1.5", false, "my.var", some(&["-1.5"])),
        ("SET x TO DEFAULT", false, "x", None),
        ("SET TIME ZONE 'UTC'", false, "timezone", some(&["UTC"])),
        ("SET TIME ZONE LOCAL", false, "timezone", None),
        ("SET SCHEMA 's'", false, "search_path", some(&["s"])),
        ("SET ROLE admin", false, "role", some(&["admin"])),
        ("SET LOCAL ROLE NONE", true, "role", some(&["none"])),
        ("SET SESSION AUTHORIZATION u", false, "session_authorization", some(&["u"])),
        ("SET NAMES 'UTF8'", false, "client_encoding", some(&["UTF8"])),
        ("SET session = on", false, "session", some(&["on"])),
        ("SET role TO x", false, "role", some(&["x"])),
        ("RESET ALL", false, "*", None),
        ("RESET Search_Path", false, "search_path", None),
        ("RESET TIME ZONE", false, "timezone", None),
    ] {
        assert_eq!(setting(text), (local, name.to_owned(), values), "{text}");
    }
}

#[test]
fn transactions() {
    let kind = |text: &str| match parse_query_text(text).map(|statement| statement.kind) {
        Ok(StatementKind::Transaction(kind)) => kind,
        other => panic!("{text}: {other:?}"),
    };
    assert!(matches!(
        kind("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY NOT DEFERRABLE"),
        TransactionStatement::Begin(Some(true))
    ));
    assert!(matches!(kind("START TRANSACTION"), TransactionStatement::Begin(None)));
    assert!(matches!(kind("SET TRANSACTION READ WRITE"), TransactionStatement::Set(Some(false))));
    assert!(matches!(kind("COMMIT WORK AND CHAIN"), TransactionStatement::Commit(true)));
    assert!(matches!(kind("END TRANSACTION"), TransactionStatement::Commit(false)));
    assert!(matches!(kind("ABORT"), TransactionStatement::Rollback(false)));
    assert!(matches!(kind("ROLLBACK TO SAVEPOINT a"), TransactionStatement::RollbackTo(_)));
    assert!(matches!(kind("RELEASE savepoint"), TransactionStatement::Release(_)));
    assert!(matches!(kind("SAVEPOINT a"), TransactionStatement::Savepoint(_)));
    assert!(matches!(kind("PREPARE TRANSACTION 'a'"), TransactionStatement::Prepare));
    for other in [
        "SET CONSTRAINTS ALL DEFERRED",
        "COMMIT PREPARED 'a'",
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    ] {
        assert!(matches!(kind(other), TransactionStatement::Other), "{other}");
    }
    refuses("BEGIN ISOLATION LEVEL x", "x");
}

#[test]
fn utilities() {
    for text in [
        "CALL s.p(1, a => 2)",
        "TRUNCATE TABLE ONLY a, b RESTART IDENTITY CASCADE",
        "LOCK TABLE a IN SHARE ROW EXCLUSIVE MODE NOWAIT",
        "LOCK a IN ACCESS EXCLUSIVE MODE",
        "PREPARE p (int, text) AS SELECT $1",
        "EXECUTE p (1, 'a')",
        "DEALLOCATE PREPARE p",
        "DEALLOCATE ALL",
        "EXPLAIN ANALYZE VERBOSE SELECT 1",
        "EXPLAIN (ANALYZE, COSTS off, FORMAT json) INSERT INTO t VALUES (1)",
        "EXPLAIN (SELECT 1)",
        "EXPLAIN CREATE TABLE a AS SELECT 1",
        "DECLARE c NO SCROLL CURSOR WITH HOLD FOR SELECT 1",
        "FETCH c",
        "FETCH NEXT c",
        "FETCH ABSOLUTE -1 FROM c",
        "FETCH FORWARD ALL IN c",
        "MOVE BACKWARD 3 IN c",
        "FETCH 10 FROM c",
        "CLOSE ALL",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v WITH NO DATA",
        "DO $$BEGIN END$$ LANGUAGE plpgsql",
        "SHOW search_path",
        "SHOW ALL",
        "COPY t (a, b) FROM STDIN WITH (FORMAT csv, HEADER, FORCE_NULL (a), NULL '')",
        "COPY t FROM 'x' DELIMITER ',' CSV HEADER QUOTE '\"' FORCE NOT NULL a, b",
        "COPY (SELECT 1) TO STDOUT",
        "COPY t FROM PROGRAM 'x' WHERE a > 1",
        "COPY BINARY t TO 'x'",
    ] {
        accepts(text);
    }
    refuses("EXPLAIN TRUNCATE t", "TRUNCATE");
    refuses("COPY t", "");
    refuses("CALL p", "");
    refuses("LOCK a IN x MODE", "x");
}

#[test]
fn ranges_count_in_the_outer_text() {
    let text = "SELECT 1; INSERT INTO \"T\" VALUES (2)";
    let chunks = crate::split(text);
    let statement = crate::parse_statement(text, chunks[1].range).map(|statement| statement.kind);
    let Ok(StatementKind::Insert(insert)) = statement else {
        panic!("{statement:?}");
    };
    assert_eq!(insert.target.name.span.slice(text), "\"T\"");
    assert_eq!(insert.span.slice(text), "INSERT INTO \"T\" VALUES (2)");
}
