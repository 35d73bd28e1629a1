//! `#` stands for the character of a hole.

use super::{check, refuses};

fn check_hole(text: &str, shape: &str) {
    check(&text.replace('#', "\u{FFFC}"), shape);
}

#[test]
fn a_hole_is_an_operand() {
    check_hole("SELECT #, a FROM t WHERE b = # AND #", "select hole0, a from t where and[(b = hole1), hole2]");
    check_hole("SELECT * FROM t WHERE a IN (#)", "select * from t where (a in [hole0])");
    check_hole("SELECT * FROM t WHERE a IN #", "select * from t where (a in [hole0])");
    check_hole("SELECT u.#, #.x, #(1, 2) FROM u", "select hole0, hole1, hole2 from u");
    check_hole("SELECT a_#, \"b#\" FROM u", "select hole0, hole1 from u");
    check_hole("SELECT a AS # FROM u", "select hole0 from u");
    check_hole("SELECT 1 LIMIT # OFFSET #", "select 1 limit hole0 offset hole1");
}

#[test]
fn a_hole_is_a_clause() {
    check_hole("SELECT a FROM t #", "select a from t hole0");
    check_hole("SELECT a FROM t # WHERE b", "select a from t where b hole0");
    check_hole("SELECT a FROM t WHERE b # ORDER BY c #", "select a from t where b… hole0 order c… hole1");
    check_hole("SELECT a FROM t WHERE b # AND c", "select a from t where and[b…, hole0, c…]");
    check_hole("SELECT a FROM t # JOIN u ON x LIMIT 1", "select a from (t Inner u on x) hole0 limit 1");
    check_hole("UPDATE t SET # WHERE a", "update t set hole0 where a");
    check_hole("UPDATE t SET a = 1, # = 2", "update t set a = 1, hole0");
    check_hole("INSERT INTO t (a) VALUES (1) #", "insert t (a) values 1 rows hole0");
    check_hole("INSERT INTO t (a) VALUES #", "insert t (a) hole0");
}

#[test]
fn a_hole_is_a_relation_or_a_query() {
    check_hole("SELECT a FROM #", "select a from hole0");
    check_hole("SELECT a FROM #.users u WHERE b", "select a from hole0 where b");
    check_hole("SELECT a FROM tbl_# JOIN u ON x", "select a from (hole0 Inner u on x)");
    check_hole("SELECT a FROM (#) x", "select a from {hole0} as x");
    check_hole("#", "hole0");
    check_hole("SELECT 1 UNION #", "(select 1 Union hole0)");
    check_hole("WITH a AS (#) SELECT 1", "with a select 1");
}

#[test]
fn holes_in_strings_and_comments_count() {
    check_hole("SELECT '#', # /* # */, #", "select '\u{FFFC}', hole1, hole3");
}

#[test]
fn a_hole_is_a_name() {
    check_hole("INSERT INTO # VALUES (1)", "insert \u{FFFC} () values 1 rows");
    check_hole("UPDATE s.\"T_#\" SET a = 1", "update s.T_\u{FFFC} set a = 1");
    check_hole("DELETE FROM T_# u WHERE a", "delete t_\u{FFFC} as u where a");
    check_hole("SELECT a FROM s.t_# u JOIN ONLY # ON b", "select a from (hole0 Inner hole1 on b)");
    for text in ["SAVEPOINT #", "ROLLBACK TO SAVEPOINT s_#", "CREATE TABLE # (a int)", "DROP TABLE IF EXISTS a, \"#\""]
    {
        let text = text.replace('#', "\u{FFFC}");
        assert!(crate::parse_script(&text).iter().all(|(_, parsed)| parsed.is_ok()), "{text}");
    }
}

#[test]
fn what_must_be_known() {
    refuses("INSERT INTO t (a, \u{FFFC}) VALUES (1)", "\u{FFFC}");
    refuses("INSERT INTO t AS \u{FFFC} VALUES (1)", "\u{FFFC}");
    refuses("EXECUTE \u{FFFC}", "\u{FFFC}");
}
