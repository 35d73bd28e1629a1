//! What rollproof knows of Rust as data: which files, which database libraries.

/// `language.toml`: extensions and folders.
pub const LANGUAGE: &str = include_str!("../language.toml");

/// Database libraries: the file's name in `sinks/` and its text. The first library wins where several fit.
pub const SINKS: &[(&str, &str)] = &[
    ("sqlx.toml", include_str!("../sinks/sqlx.toml")),
    ("sqlite.toml", include_str!("../sinks/sqlite.toml")),
    ("mysql.toml", include_str!("../sinks/mysql.toml")),
    ("postgres.toml", include_str!("../sinks/postgres.toml")),
    ("diesel.toml", include_str!("../sinks/diesel.toml")),
    ("sea-orm.toml", include_str!("../sinks/sea-orm.toml")),
    ("sea-query.toml", include_str!("../sinks/sea-query.toml")),
];
