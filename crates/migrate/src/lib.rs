//! Migration folders to ordered statements with their transactions.
//!
//! [`detect`] finds the folders of a tree and the tools that run them, [`read`] gives a folder's migrations in the order
//! in which its tool runs them, [`pending`] tells the applied ones from those to be deployed, and [`steps`] says where
//! transactions begin and commit when they run. Each tool is one file in `tool/`, modelled after the tool's own source
//! and documentation. Nothing is run, and nothing is skipped in silence: what cannot be read is a statement whose
//! [`Content`] says so.

mod detect;
mod dialect;
mod foreign;
mod model;
mod order;
mod pending;
mod reader;
mod script;
mod statements;
mod steps;
mod survey;
mod tool;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollproof_extract::Cache;
use rollproof_source::{Problem, Snapshot, SourceMap};

pub use detect::{Detection, MigrationFolder, detect, is_aside};
pub use foreign::relations_made;
pub use model::{Content, Migration, MigrationSet, MigrationStatement, OutOfOrder, Phase, Script, Transaction};
pub use pending::{Edited, Late, Pending, pending, pending_by_name};
pub use steps::{Step, mark_commits, steps};

use crate::reader::Reader;
use crate::survey::{Folder, Survey};

/// The names of all tools, as the configuration writes them.
#[must_use]
pub fn tool_names() -> Vec<&'static str> {
    tool::TOOLS.iter().map(|tool| tool.name).collect()
}

/// Reads the migrations of `folder` as `tool` would run them; `transaction` overrides the tool's own rule for all of
/// them. None where no tool has that name.
#[must_use]
pub fn read(
    snapshot: &Snapshot,
    sources: &SourceMap,
    folder: &str,
    tool: &str,
    transaction: Option<Transaction>,
) -> Option<MigrationSet> {
    read_parsed(snapshot, sources, folder, tool, transaction, &Arc::default())
}

fn read_parsed(
    snapshot: &Snapshot,
    sources: &SourceMap,
    folder: &str,
    tool: &str,
    transaction: Option<Transaction>,
    cache: &Arc<Cache>,
) -> Option<MigrationSet> {
    let tool = tool::by_name(tool)?;
    let survey = Survey::new(snapshot);
    let options = rollproof_extract::Options::default();
    let scripts = rollproof_extract::Scripts::new(snapshot, sources, &options, cache);
    let mut reader = Reader::new(&survey, sources, &scripts);
    let mut bookkeeping = reader.bookkeeping(tool.name, tool.bookkeeping);
    let empty = Folder { path: folder, ..Folder::default() };
    let found = survey.folder(folder).unwrap_or(&empty);
    let mut migrations = (tool.list)(&mut reader, found);
    if let Some(transaction) = transaction {
        for migration in &mut migrations {
            migration.transaction = transaction;
        }
    }
    statements::parse(bookkeeping.iter_mut().chain(migrations.iter_mut().flat_map(|one| &mut one.statements)));
    mark_commits(&mut migrations);
    let mut problems = reader.problems;
    problems.extend(unread(folder, &migrations));
    Some(MigrationSet {
        folder: Arc::from(folder),
        tool: tool.name,
        bookkeeping,
        migrations,
        out_of_order: tool.out_of_order,
        problems,
        parsed: cache.clone(),
    })
}

/// What another version has in place of `set`: the migrations in the same folder, or, where it has none there, those of
/// the folder that shares the most of them, since projects move their folders. Empty, with a problem that says so, where
/// no folder shares any.
#[must_use]
pub fn read_counterpart(
    snapshot: &Snapshot,
    sources: &SourceMap,
    set: &MigrationSet,
    transaction: Option<Transaction>,
) -> MigrationSet {
    let read = |folder: &str| read_parsed(snapshot, sources, folder, set.tool, transaction, &set.parsed);
    let same_place = read(&set.folder);
    if let Some(found) = same_place.filter(|found| !found.migrations.is_empty()) {
        return found;
    }
    let ids: BTreeSet<&str> = set.migrations.iter().map(|migration| &*migration.id).collect();
    let shared = |found: &MigrationSet| found.migrations.iter().filter(|one| ids.contains(&*one.id)).count();
    let folders = detect(snapshot, &[]).folders;
    let moved =
        folders.iter().filter_map(|folder| read(&folder.path)).filter(|found| shared(found) > 0).max_by_key(shared);
    moved.unwrap_or_else(|| {
        let message = "the old version has none of these migrations, so that all of them are taken to be pending";
        MigrationSet { migrations: Vec::new(), problems: vec![Problem::of_file(&*set.folder, message)], ..set.clone() }
    })
}

/// One problem for each reason why migrations as a whole were not read, with their count.
fn unread(folder: &str, migrations: &[Migration]) -> Vec<Problem> {
    let mut by_reason: BTreeMap<&str, Vec<&Migration>> = BTreeMap::new();
    for migration in migrations {
        if let [only] = migration.statements.as_slice()
            && let Content::Unmodelled { reason, touches: None } = &only.content
        {
            by_reason.entry(reason).or_default().push(migration);
        }
    }
    let describe = |(reason, migrations): (&str, Vec<&Migration>)| match migrations.as_slice() {
        [only] => {
            let file = only.files.first().map_or(folder, |path| path);
            Problem::of_file(file, format!("what this migration does is not known: {reason}"))
        }
        many => Problem::of_file(folder, format!("what {} migrations do is not known: {reason}", many.len())),
    };
    by_reason.into_iter().map(describe).collect()
}
