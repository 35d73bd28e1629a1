//! What is in force: the command line over the configuration over the defaults, every name checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, bail};
use rollproof_catalog::{Builtin, Provision, Session};
use rollproof_extract::{ExtraSink, Options};
use rollproof_finding::Level;
use rollproof_migrate::Transaction;

use crate::arguments::InputArguments;
use crate::configuration::Configuration;

/// What is in force.
pub(crate) struct Settings {
    pub(crate) extract: Options,
    pub(crate) migration_folders: Vec<String>,
    pub(crate) tool: Option<String>,
    pub(crate) transaction: Option<Transaction>,
    pub(crate) builtin: &'static Builtin,
    pub(crate) provisions: Vec<Provision>,
    pub(crate) session: Session,
    pub(crate) migration_session: Session,
    pub(crate) deploy: rollproof_check::Deploy,
    pub(crate) levels: BTreeMap<String, Option<Level>>,
    /// A dump in the tree that the configuration names.
    pub(crate) schema_in_tree: Option<String>,
}

impl Settings {
    /// Puts command line and configuration together.
    pub(crate) fn resolve(arguments: &InputArguments, configuration: Configuration) -> Result<Self> {
        let database = configuration.database;
        if let Some(dialect) = database.dialect.as_deref().filter(|dialect| *dialect != "postgresql") {
            bail!("[database] dialect is \"{dialect}\": only \"postgresql\" is known");
        }
        let source = if arguments.source.is_empty() { configuration.app.source } else { arguments.source.clone() };
        let folders =
            if arguments.migrations.is_empty() { configuration.migrations.dir } else { arguments.migrations.clone() };
        Ok(Self {
            extract: Options {
                include: source.iter().map(|path| clean(path)).filter(|path| !path.is_empty()).collect(),
                exclude: configuration.app.exclude,
                also: configuration.app.include.iter().map(|path| clean(path)).collect(),
                include_tests: configuration.app.tests,
                sinks: configuration
                    .sinks
                    .into_iter()
                    .map(|(function, argument)| ExtraSink { function, argument })
                    .collect(),
                names: configuration.app.names,
                ..Options::default()
            },
            migration_folders: folders,
            tool: known_tool(configuration.migrations.tool)?,
            transaction: configuration.migrations.transaction.as_deref().map(transaction).transpose()?,
            builtin: builtin(database.version)?,
            migration_session: session(configuration.migrations.search_path.or(database.search_path.clone()), None),
            session: session(database.search_path, database.role),
            deploy: deploy(configuration.deploy.order.as_deref(), configuration.deploy.rollback)?,
            levels: levels(&configuration.rules)?,
            provisions: provisions(database.provides.as_deref()),
            schema_in_tree: database.schema,
        })
    }
}

/// A path in a tree as snapshots spell it: no `./` before, no `/` after; `.` is the whole tree.
pub(crate) fn clean(path: &str) -> String {
    let path = path.trim_end_matches('/');
    let path = path.strip_prefix("./").unwrap_or(path);
    if path == "." { String::new() } else { path.to_owned() }
}

/// What the server has that not every server has: what is named, else what packaged servers have.
pub(crate) fn provisions(named: Option<&[String]>) -> Vec<Provision> {
    match named {
        Some(names) => names.iter().map(|name| Provision::named(name)).collect(),
        None => Provision::PACKAGED.to_vec(),
    }
}

/// The built-in objects of a server version.
pub(crate) fn builtin(version: Option<u32>) -> Result<&'static Builtin> {
    const NEWEST: u32 = 18;
    let version = version.unwrap_or(NEWEST);
    match Builtin::of_version(version) {
        Some(builtin) => Ok(builtin),
        None => bail!("PostgreSQL {version} is not known: [database] version takes 14 to {NEWEST}"),
    }
}

fn known_tool(tool: Option<String>) -> Result<Option<String>> {
    let names = rollproof_migrate::tool_names();
    match tool {
        Some(tool) if !names.contains(&tool.as_str()) => {
            bail!("[migrations] tool is \"{tool}\": known are {}", names.join(", "))
        }
        tool => Ok(tool),
    }
}

fn transaction(name: &str) -> Result<Transaction> {
    match name {
        "file" => Ok(Transaction::File),
        "simple-query" => Ok(Transaction::SimpleQuery),
        "autocommit" => Ok(Transaction::Autocommit),
        "batch" => Ok(Transaction::Batch),
        _ => bail!("[migrations] transaction is \"{name}\": known are file, simple-query, autocommit, batch"),
    }
}

fn session(search_path: Option<Vec<String>>, role: Option<String>) -> Session {
    let mut session = Session::default();
    if let Some(path) = search_path {
        session.search_path = path.into_iter().map(Arc::from).collect();
    }
    session.role = role.map(Arc::from);
    session
}

fn deploy(order: Option<&str>, rollback: bool) -> Result<rollproof_check::Deploy> {
    let code_first = match order {
        None | Some("migrate-first") => false,
        Some("code-first") => true,
        Some(other) => bail!("[deploy] order is \"{other}\": known are migrate-first, code-first"),
    };
    Ok(rollproof_check::Deploy { code_first, rollback })
}

fn levels(rules: &BTreeMap<String, String>) -> Result<BTreeMap<String, Option<Level>>> {
    let level = |(rule, level): (&String, &String)| {
        if rollproof_check::rules::find(rule).is_none() {
            bail!("[rules] names \"{rule}\", which is no rule: `rollproof explain` lists them");
        }
        let level = match level.as_str() {
            "error" => Some(Level::Error),
            "warning" => Some(Level::Warning),
            "note" => Some(Level::Note),
            "off" => None,
            _ => bail!("[rules] {rule} is \"{level}\": known are error, warning, note, off"),
        };
        Ok((rule.clone(), level))
    };
    rules.iter().map(level).collect()
}
