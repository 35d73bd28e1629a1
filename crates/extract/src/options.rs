//! What a project says about its sources.

use std::collections::BTreeMap;

/// Which files are read, and what the project knows that its sources do not say.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folders or files to read (`[app] source`), relative to the tree's root; empty for the whole tree.
    pub include: Vec<String>,
    /// Paths to leave out (`[app] exclude`): a folder, a file, or a pattern with `*` and `**`.
    pub exclude: Vec<String>,
    /// Folders that are read though their names say vendored, built or tests (`[app] include`), beside all others.
    pub also: Vec<String>,
    /// Whether test folders and test modules are read too.
    pub include_tests: bool,
    /// Sinks beside those of the libraries (`[sinks]`).
    pub sinks: Vec<ExtraSink>,
    /// The text that an interpolated name stands for, by the last part of its expression: `schema` → `app` fills
    /// `${options.schema}`.
    pub names: BTreeMap<String, String>,
    /// How many texts one site may have before the rest is one unknown.
    pub variant_limit: usize,
}

/// A function of the project that sends SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraSink {
    /// Its name, without a receiver: `runSql`, `execute`.
    pub function: String,
    /// Which argument is the text, from 0.
    pub argument: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            include: Vec::new(),
            exclude: Vec::new(),
            also: Vec::new(),
            include_tests: false,
            sinks: Vec::new(),
            names: BTreeMap::new(),
            variant_limit: 64,
        }
    }
}
