//! Whether scripts are written for PostgreSQL.

use crate::survey::{Folder, Survey, contains};

/// What speaks for PostgreSQL, in lower case: words that no other database of the kind has.
const POSTGRESQL: [&str; 20] = [
    "serial",
    "timestamptz",
    "jsonb",
    "plpgsql",
    "create extension",
    "using gin",
    "using gist",
    "bytea",
    "returns trigger",
    "$$",
    "character varying",
    "with time zone",
    "as enum",
    "text[]",
    "::",
    "uuid_generate",
    "create schema",
    "owner to",
    "returns void",
    "concurrently",
];

/// What speaks against it.
const OTHERS: [(&str, &str); 14] = [
    ("autoincrement", "SQLite"),
    ("without rowid", "SQLite"),
    ("pragma ", "SQLite"),
    ("strftime(", "SQLite"),
    ("julianday(", "SQLite"),
    ("sqlite_", "SQLite"),
    ("auto_increment", "MySQL"),
    ("engine=innodb", "MySQL"),
    ("engine = innodb", "MySQL"),
    ("charset=utf8", "MySQL"),
    ("mergetree", "ClickHouse"),
    ("lowcardinality(", "ClickHouse"),
    ("nvarchar", "SQL Server"),
    ("identity(1", "SQL Server"),
];

/// Words of a path that name another database.
const FOREIGN_PATHS: [(&str, &str); 11] = [
    ("sqlite", "SQLite"),
    ("mysql", "MySQL"),
    ("mariadb", "MariaDB"),
    ("mssql", "SQL Server"),
    ("sqlserver", "SQL Server"),
    ("clickhouse", "ClickHouse"),
    ("cassandra", "Cassandra"),
    ("cockroach", "CockroachDB"),
    ("crdb", "CockroachDB"),
    ("libsql", "SQLite"),
    ("oracle", "Oracle"),
];

/// What a folder's scripts are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    PostgreSql,
    /// Nothing in them tells.
    Unknown,
    Other(&'static str),
}

/// Reads at most this many scripts of a folder: the newest and the oldest.
const SAMPLE: usize = 12;

/// What the scripts of `folder`, right in it or one level below, are written for.
pub(crate) fn of_folder(survey: &Survey<'_>, folder: &Folder<'_>) -> Dialect {
    if let Some(provider) = stated(survey, folder) {
        return provider;
    }
    let path = folder.path.to_ascii_lowercase();
    let foreign_path = FOREIGN_PATHS.iter().find(|(word, _)| path.contains(word));
    let mut scripts: Vec<String> = folder.sql_files().map(|name| folder.join(name)).collect();
    for below in folder.folders.iter().filter_map(|name| survey.folder(&folder.join(name))) {
        scripts.extend(below.sql_files().map(|name| below.join(name)));
    }
    let first = scripts.iter().take(SAMPLE / 2);
    let last = scripts.iter().skip(SAMPLE / 2).rev().take(SAMPLE / 2);
    let heads: Vec<_> = first.chain(last).filter_map(|path| survey.head(path)).collect();
    let here = POSTGRESQL.iter().filter(|word| heads.iter().any(|head| contains(head, word))).count();
    let others: Vec<&str> = OTHERS
        .iter()
        .filter(|(word, _)| heads.iter().any(|head| contains(head, word)))
        .map(|(_, name)| *name)
        .collect();
    match (foreign_path, others.first()) {
        // Its words are PostgreSQL's, and what they do is not.
        (Some((_, name @ "CockroachDB")), _) => Dialect::Other(name),
        (Some((_, name)), _) if here <= others.len() + 1 => Dialect::Other(name),
        (_, Some(name)) if here <= others.len() => Dialect::Other(name),
        _ if is_code(folder) || here > 0 || path.contains("postgres") => Dialect::PostgreSql,
        _ => Dialect::Unknown,
    }
}

/// What the tool's own files say.
fn stated(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Dialect> {
    const NAMES: [(&str, &str); 5] = [
        ("sqlite", "SQLite"),
        ("mysql", "MySQL"),
        ("sqlserver", "SQL Server"),
        ("singlestore", "SingleStore"),
        ("turso", "SQLite"),
    ];
    let files = ["migration_lock.toml", "meta/_journal.json"].map(|name| folder.join(name));
    let head = files.iter().find_map(|path| survey.head(path))?;
    if head.contains("\"postgresql\"") || head.contains("\"pg\"") {
        return Some(Dialect::PostgreSql);
    }
    NAMES.iter().find(|(word, _)| head.contains(&format!("\"{word}\""))).map(|(_, name)| Dialect::Other(name))
}

/// Whether the folder's migrations are programs, whose words tell little of the database.
fn is_code(folder: &Folder<'_>) -> bool {
    folder.sql_files().next().is_none() && folder.folders.is_empty()
}
