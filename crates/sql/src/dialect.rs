//! Whose SQL a text is that PostgreSQL's grammar refuses.
//!
//! Projects talk to more than one database, and a text for another one is no mistake. sqlparser reads the dialects of a
//! dozen databases; here it tells whether one of them takes the text.

use rollproof_source::TextRange;
use sqlparser::dialect::{
    BigQueryDialect, ClickHouseDialect, Dialect, DuckDbDialect, MsSqlDialect, MySqlDialect, SQLiteDialect,
    SnowflakeDialect,
};
use sqlparser::parser::Parser;

use crate::{parse_script, tokens};

/// Longer texts are not asked about: this only words a message.
const LONGEST: usize = 64 << 10;

/// The database whose dialect reads `text`, which PostgreSQL's grammar refuses; none where no known one does. Where several
/// do, the first of MySQL, SQLite, ClickHouse, SQL Server, DuckDB, BigQuery, Snowflake.
#[must_use]
pub fn other_dialect(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST || text.contains(crate::MappedText::HOLE) || lacks_only_names(text) {
        return None;
    }
    let dialects: [(&'static str, &dyn Dialect); 7] = [
        ("MySQL", &MySqlDialect {}),
        ("SQLite", &SQLiteDialect {}),
        ("ClickHouse", &ClickHouseDialect {}),
        ("SQL Server", &MsSqlDialect {}),
        ("DuckDB", &DuckDbDialect {}),
        ("BigQuery", &BigQueryDialect {}),
        ("Snowflake", &SnowflakeDialect {}),
    ];
    let reads = |dialect: &dyn Dialect| {
        let parser = Parser::new(dialect).with_recursion_limit(100).try_with_sql(text);
        parser.and_then(|mut parser| parser.parse_statements()).is_ok()
    };
    dialects.iter().find(|(_, dialect)| reads(*dialect)).map(|(name, _)| *name)
}

/// Whether PostgreSQL's grammar refuses a text for nothing but names that are empty (`"".t`), as a setting that is not set leaves
/// them. Other databases take `""` for a text.
fn lacks_only_names(text: &str) -> bool {
    const BEFORE: [&str; 7] = ["from", "join", "into", "update", "table", "only", "."];
    let tokens = tokens(text, TextRange::new(0, text.len() as u32));
    let written: Vec<&str> = tokens.iter().map(|token| token.slice(text)).collect();
    let is_name = |at: usize| {
        let before = at.checked_sub(1).map_or("", |at| written[at]);
        BEFORE.iter().any(|word| word.eq_ignore_ascii_case(before)) || written.get(at + 1) == Some(&".")
    };
    let empty =
        written.iter().enumerate().filter(|(at, token)| **token == "\"\"" && is_name(*at)).map(|(at, _)| tokens[at]);
    let (mut filled, mut from) = (String::new(), 0);
    for name in empty {
        filled.push_str(&text[from..name.start as usize]);
        filled.push_str("\"x\"");
        from = name.end as usize;
    }
    filled.push_str(&text[from..]);
    from > 0 && parse_script(&filled).iter().all(|(_, parsed)| parsed.is_ok())
}

#[cfg(test)]
mod tests {
    use super::other_dialect;

    #[test]
    fn a_text_with_empty_names_is_no_other_databases() {
        for text in [
            "UPDATE \"\".\"t\" SET a = 1",
            "update \"\" set a = 1",
            "SELECT * FROM a JOIN \"\".b ON true",
            "SELECT 1 FROM s.\"\"",
        ] {
            assert_eq!(other_dialect(text), None, "{text}");
        }
        assert_eq!(other_dialect("SELECT a FROM t WHERE b = \"\""), Some("MySQL"));
        assert_eq!(other_dialect("SELECT `a` FROM \"\".t"), Some("MySQL"));
    }

    #[test]
    fn names_the_database_that_a_text_is_for() {
        assert_eq!(
            other_dialect("INSERT INTO `users` (`id`) VALUES (1) ON DUPLICATE KEY UPDATE id = 1"),
            Some("MySQL")
        );
        assert_eq!(other_dialect("SELECT a FROM t FINAL SETTINGS max_threads = 1"), Some("ClickHouse"));
        assert_eq!(other_dialect("SELECT FROM WHERE GROUP"), None);
    }
}
