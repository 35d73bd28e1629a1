//! Whose SQL a text is that PostgreSQL's grammar refuses.
//!
//! Projects talk to more than one database, and a text for another one is no mistake. sqlparser reads the dialects of a
//! dozen databases; here it tells whether one of them takes the text.

use sqlparser::dialect::{
    BigQueryDialect, ClickHouseDialect, Dialect, DuckDbDialect, MsSqlDialect, MySqlDialect, SQLiteDialect,
    SnowflakeDialect,
};
use sqlparser::parser::Parser;

/// Longer texts are not asked about: this only words a message.
const LONGEST: usize = 64 << 10;

/// The database whose dialect reads `text`, which PostgreSQL's grammar refuses; none where no known one does. Where several
/// do, the first of MySQL, SQLite, ClickHouse, SQL Server, DuckDB, BigQuery, Snowflake.
#[must_use]
pub fn other_dialect(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST || text.contains(crate::MappedText::HOLE) {
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

#[cfg(test)]
mod tests {
    use super::other_dialect;

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
