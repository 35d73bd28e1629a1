//! One lowering a language: syntax to facts.

pub(crate) mod builder;
mod typescript;

use std::sync::Arc;

use rollproof_source::{FileId, Snapshot};

use crate::ir::Facts;

/// Where the crates of a Rust workspace are.
#[derive(Default)]
pub(crate) struct Crates {}

impl Crates {
    pub(crate) fn new(_snapshot: &Snapshot) -> Self {
        Self {}
    }
}

/// Parses one file of the language that `language.toml` calls `name`.
pub(crate) fn facts(name: &str, file: FileId, path: &Arc<str>, text: &Arc<str>) -> Facts {
    match name {
        "typescript" => typescript::facts(file, path, text),
        _ => builder::Builder::new(file, path.clone(), text.clone()).finish(),
    }
}
