//! `rollproof.toml` as it is written. Keys that are not known are refused: a misspelt one would be a setting that is not
//! in force.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use rollproof_source::Snapshot;
use serde::Deserialize;

/// The file's name, at the root of the tree.
pub(crate) const FILE: &str = "rollproof.toml";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Configuration {
    pub(crate) app: App,
    pub(crate) migrations: Migrations,
    pub(crate) database: Database,
    pub(crate) deploy: Deploy,
    /// Rule name to `error`, `warning`, `note` or `off`.
    pub(crate) rules: BTreeMap<String, String>,
    /// Function name to the number of the argument that is SQL, from 0.
    pub(crate) sinks: BTreeMap<String, usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct App {
    pub(crate) source: Vec<String>,
    pub(crate) exclude: Vec<String>,
    /// Folders that are read though their names say vendored, built or tests.
    pub(crate) include: Vec<String>,
    /// Read test folders and test modules too.
    pub(crate) tests: bool,
    /// What an interpolated name stands for: `schema = "graphile_worker"`.
    pub(crate) names: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Migrations {
    pub(crate) dir: Vec<String>,
    pub(crate) tool: Option<String>,
    /// `file`, `simple-query`, `autocommit`, `batch`.
    pub(crate) transaction: Option<String>,
    /// What the tool sets for its sessions, where it is not what the application's have.
    pub(crate) search_path: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Database {
    pub(crate) dialect: Option<String>,
    /// The server's major version.
    pub(crate) version: Option<u32>,
    pub(crate) search_path: Option<Vec<String>>,
    pub(crate) role: Option<String>,
    /// What the server has that not every server has: `icu`, `lz4`, names of the operating system's collations. ICU where it
    /// says nothing: every packaged server is built with it.
    pub(crate) provides: Option<Vec<String>>,
    /// A dump of the schema before the first migration, in the tree.
    pub(crate) schema: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Deploy {
    /// `migrate-first` or `code-first`.
    pub(crate) order: Option<String>,
    pub(crate) rollback: bool,
}

/// The configuration of a tree; the defaults where it has none.
pub(crate) fn read(tree: &Snapshot) -> Result<Configuration> {
    let Some(bytes) = tree.read(FILE) else { return Ok(Configuration::default()) };
    let Ok(bytes) = bytes else { bail!("{FILE} cannot be read") };
    let text = String::from_utf8(bytes).with_context(|| format!("{FILE} is not UTF-8"))?;
    parse(&text)
}

fn parse(text: &str) -> Result<Configuration> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        anyhow::anyhow!("{FILE}:{line}: {}", error.message())
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn unknown_keys_are_refused_with_their_line() {
        let error = parse("[deploy]\nordre = \"code-first\"\n").unwrap_err().to_string();
        assert!(error.starts_with("rollproof.toml:2: unknown field `ordre`"), "{error}");
    }

    #[test]
    fn every_section_may_be_left_out() {
        let configuration = parse("[deploy]\norder = \"code-first\"\n").unwrap();
        assert_eq!(configuration.deploy.order.as_deref(), Some("code-first"));
        assert!(configuration.app.source.is_empty());
    }
}
