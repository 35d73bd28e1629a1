//! The command line as it is written. What it means together with the configuration is [`crate::settings`].

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use rollproof_finding::Threshold;

/// Proves that every query of the running and of the new version still resolves, to the same columns, in every schema
/// that it meets while a migration rolls out.
#[derive(Debug, Parser)]
#[command(name = "rollproof", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check the queries of both versions in every state of the pending migrations.
    Check(CheckArguments),
    /// List every place that sends SQL, its texts, and why any is unknown.
    Queries(QueriesArguments),
    /// Print the schema at a state.
    Schema(SchemaArguments),
    /// Walk SQL scripts statement by statement: what does each one do here?
    Trace(TraceArguments),
    /// Print the page of a rule.
    Explain(ExplainArguments),
}

/// What is read: the same for every command that looks at versions.
#[derive(Debug, Args)]
pub(crate) struct InputArguments {
    /// The git repository that revisions are read from [default: the one around the current folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: Option<PathBuf>,
    /// A running version: a revision or a folder; may be given again [default: the newest tag before HEAD]
    #[arg(long, value_name = "REV|DIR")]
    pub(crate) old: Vec<String>,
    /// The version about to run: a revision or a folder [default: the working tree]
    #[arg(long, value_name = "REV|DIR")]
    pub(crate) new: Option<String>,
    /// A folder of migrations, in the trees or outside of them; may be given again [default: found]
    #[arg(long, value_name = "PATH")]
    pub(crate) migrations: Vec<String>,
    /// A migration that is pending; may be given again [default: those that the new version has and the old has not]
    #[arg(long, value_name = "NAME")]
    pub(crate) pending: Vec<String>,
    /// A folder or file of application code in the trees; may be given again [default: everything]
    #[arg(long, value_name = "PATH")]
    pub(crate) source: Vec<String>,
    /// Statements that a server logged for the running version (stderr, csvlog, jsonlog, or a script); may be given again
    #[arg(long, value_name = "FILE")]
    pub(crate) observed: Vec<PathBuf>,
    /// The schema before the first migration: what `pg_dump --schema-only` prints
    #[arg(long, value_name = "FILE.sql")]
    pub(crate) schema: Option<PathBuf>,
}

/// What makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// A query fails.
    Breaks,
    /// A query fails or behaves differently.
    Drifts,
    /// A query fails, behaves differently, or could not be proven.
    Unknown,
}

impl From<FailOn> for Threshold {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Breaks => Self::Breaks,
            FailOn::Drifts => Self::Drifts,
            FailOn::Unknown => Self::Unknown,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = format_names())]
    pub(crate) format: String,
    /// What makes the exit status 1
    #[arg(long, value_name = "VERDICT", default_value = "breaks")]
    pub(crate) fail_on: FailOn,
}

#[derive(Debug, Args)]
pub(crate) struct QueriesArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = format_names())]
    pub(crate) format: String,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
    /// The state: `before`, `after`, or a migration's statement as `check` names it
    #[arg(long, value_name = "STATE", default_value = "after")]
    pub(crate) at: String,
    /// How to print: SQL that makes the schema, JSON, or a line for each object and part of one
    #[arg(long, value_name = "FORMAT", default_value = "sql", value_parser = ["sql", "json", "description"])]
    pub(crate) format: String,
}

#[derive(Debug, Args)]
pub(crate) struct TraceArguments {
    /// SQL scripts, walked one after the other in one session
    #[arg(required = true, value_name = "FILE.sql")]
    pub(crate) files: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = ["human", "json"])]
    pub(crate) format: String,
    /// The server's major version [default: the newest known]
    #[arg(long, value_name = "MAJOR")]
    pub(crate) server: Option<u32>,
    /// What the server has that not every server has: icu, lz4, names of the operating system's collations [default: icu]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) provides: Option<Vec<String>>,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The rule, for example missing-column; without one, the names of all rules
    pub(crate) rule: Option<String>,
}

fn format_names() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(rollproof_report::FORMATS.iter().map(|format| format.name))
}
