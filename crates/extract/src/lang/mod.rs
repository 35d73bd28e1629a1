//! One lowering a language: syntax to facts.

pub(crate) mod builder;
mod rust;
mod typescript;

use std::sync::Arc;

use rollproof_source::FileId;

use crate::ir::Facts;

pub(crate) use rust::Crates;
pub(crate) use typescript::{MAX_LINE, declared, script_of};

/// Parses one file of the language that `language.toml` calls `name`.
pub(crate) fn facts(name: &str, file: FileId, path: &Arc<str>, text: &Arc<str>, include_tests: bool) -> Facts {
    match name {
        "rust" => rust::facts(file, path, text, include_tests),
        _ => typescript::facts(file, path, text),
    }
}
