//! What rollproof knows of SQL files as data: which of them a program may send.

/// `language.toml`: extensions and folders.
pub const LANGUAGE: &str = include_str!("../language.toml");
