//! `cargo xtask compare`: the comparison for people.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use rollproof_load::folder_snapshot;
use rollproof_migrate::{MigrationSet, Transaction, detect, read};
use rollproof_source::SourceMap;

use super::{Answer, Comparison, Difference, Question, compare};

const USAGE: &str = "usage: cargo xtask compare --migrations DIR [--server CONNECTION] [--tool NAME] \
[--transaction file|simple-query|autocommit|batch] [--search-path a,b] [--base FILE.sql] [--pg-dump PROGRAM]";

/// The command line.
#[derive(Default)]
struct Arguments {
    migrations: String,
    server: Option<String>,
    tool: Option<String>,
    transaction: Option<Transaction>,
    search_path: Option<Vec<Arc<str>>>,
    base: Option<String>,
    pg_dump: Option<String>,
}

fn arguments(words: &[String]) -> Result<Arguments> {
    let mut read = Arguments::default();
    let mut words = words.iter();
    while let Some(flag) = words.next() {
        let value = words.next().context(USAGE)?.clone();
        match flag.as_str() {
            "--migrations" => read.migrations = value,
            "--server" => read.server = Some(value),
            "--tool" => read.tool = Some(value),
            "--transaction" => read.transaction = Some(transaction(&value)?),
            "--search-path" => read.search_path = Some(value.split(',').map(Arc::from).collect()),
            "--base" => read.base = Some(value),
            "--pg-dump" => read.pg_dump = Some(value),
            _ => bail!("unknown argument {flag:?}; {USAGE}"),
        }
    }
    if read.migrations.is_empty() {
        bail!(USAGE);
    }
    Ok(read)
}

fn transaction(name: &str) -> Result<Transaction> {
    Ok(match name {
        "file" => Transaction::File,
        "simple-query" => Transaction::SimpleQuery,
        "autocommit" => Transaction::Autocommit,
        "batch" => Transaction::Batch,
        _ => bail!(USAGE),
    })
}

/// The migrations of a folder on disk, as its tool would run them.
///
/// # Errors
/// When the folder cannot be read or holds none.
pub fn migrations_of(folder: &Path, tool: Option<&str>, transaction: Option<Transaction>) -> Result<MigrationSet> {
    let tree = folder_snapshot(folder)?.below("migrations");
    let found = detect(&tree, &["migrations"]);
    let found = found.folders.first().with_context(|| format!("no migrations were found in {}", folder.display()))?;
    let sources = SourceMap::new();
    let set = read(&tree, &sources, &found.path, tool.unwrap_or(found.tool), transaction);
    set.with_context(|| format!("there is no tool {}", tool.unwrap_or_default()))
}

/// Prints what differs for the folder that the arguments name; `server` is asked unless they name another one.
///
/// # Errors
/// On wrong arguments, when the server cannot be asked, and where anything differs.
#[allow(clippy::print_stdout, reason = "the differences are the command's output")]
#[allow(clippy::disallowed_methods, reason = "chores read files")]
pub fn run(words: &[String], server: impl FnOnce() -> Result<String>) -> Result<()> {
    let arguments = arguments(words)?;
    let set = migrations_of(Path::new(&arguments.migrations), arguments.tool.as_deref(), arguments.transaction)?;
    let base = match &arguments.base {
        Some(file) => Some(std::fs::read_to_string(file).with_context(|| file.clone())?),
        None => None,
    };
    let server = match arguments.server {
        Some(server) => server,
        None => server()?,
    };
    let question = Question {
        server: &server,
        search_path: arguments.search_path,
        base: base.as_deref(),
        pg_dump: arguments.pg_dump.as_deref(),
    };
    let comparison = compare(&question, &set)?;
    let text = report(&comparison, &set);
    print!("{text}");
    if text.lines().any(|line| line.starts_with(['-', '+', '!'])) { bail!("they differ") } else { Ok(()) }
}

/// The differences, a line each, and the figures.
fn report(comparison: &Comparison, set: &MigrationSet) -> String {
    let mut lines = Vec::new();
    let shorten =
        |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect::<String>();
    for outcome in comparison.disagreements() {
        let (server, here) = (&outcome.server, &outcome.here);
        lines.push(format!(
            "! {}:{}: server {server:?}, here {here:?}: {}",
            outcome.file,
            outcome.line,
            shorten(&outcome.text)
        ));
    }
    for outcome in comparison.unmodelled() {
        if let Answer::Unmodelled(reason) = &outcome.here {
            lines.push(format!("? {}:{}: {reason}: {}", outcome.file, outcome.line, shorten(&outcome.text)));
        }
    }
    let mut say = |what: &str, difference: &Difference| {
        lines.extend(difference.only_server.iter().map(|line| format!("- {what}: {}", line.replace('\n', "\\n"))));
        lines.extend(difference.only_here.iter().map(|line| format!("+ {what}: {}", line.replace('\n', "\\n"))));
    };
    say("schema", &comparison.schema);
    say("printed", &comparison.printed);
    if let Some(dumped) = &comparison.dumped {
        say("dumped", dumped);
    }
    lines.extend(comparison.printed_refused.iter().map(|refused| format!("! printed: {}", shorten(refused))));
    let refused = comparison.outcomes.iter().filter(|outcome| matches!(outcome.server, Answer::Refused(..))).count();
    let differs = |difference: &Difference| {
        let different = difference.only_server.len().max(difference.only_here.len());
        format!("{} equal, {different} different", difference.equal)
    };
    lines.push(format!(
        "PostgreSQL {}, {} migrations of {}: {} statements, {refused} refused by the server, {} end otherwise here, {} not followed",
        comparison.major,
        set.migrations.len(),
        set.tool,
        comparison.outcomes.len(),
        comparison.disagreements().count(),
        comparison.unmodelled().count()
    ));
    lines.push(format!("schema: {}", differs(&comparison.schema)));
    lines.push(format!("printed and read by the server: {}", differs(&comparison.printed)));
    lines.extend(comparison.dumped.iter().map(|dumped| format!("dumped and read here: {}", differs(dumped))));
    lines.join("\n") + "\n"
}
