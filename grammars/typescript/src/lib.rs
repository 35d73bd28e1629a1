//! What rollproof knows of TypeScript and JavaScript as data: which files, which database libraries.

/// `language.toml`: extensions and folders.
pub const LANGUAGE: &str = include_str!("../language.toml");

/// Database libraries: the file's name in `sinks/` and its text. The first library wins where several fit.
pub const SINKS: &[(&str, &str)] = &[("pg.toml", include_str!("../sinks/pg.toml"))];
