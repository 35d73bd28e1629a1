//! The migrations: found or named, read in both versions, and told apart into applied and pending.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use rollproof_check::rules::raised;
use rollproof_check::{Elsewhere, Made, MigrationNotice};
use rollproof_load::folder_snapshot;
use rollproof_migrate::{
    Detection, Migration, MigrationFolder, MigrationSet, MigrationStatement, OutOfOrder, Pending, Phase, detect,
    mark_commits, pending, pending_by_name, read, read_counterpart, relations_made,
};
use rollproof_source::{Problem, Snapshot, SourceMap};

use crate::settings::{Settings, clean};
use crate::versions::Version;

/// The migrations of the run.
#[derive(Default)]
pub(crate) struct Migrations {
    pub(crate) bookkeeping: Vec<MigrationStatement>,
    pub(crate) applied: Vec<Migration>,
    pub(crate) pending: Vec<Migration>,
    pub(crate) elsewhere: Vec<Elsewhere>,
    pub(crate) notices: Vec<MigrationNotice>,
    /// What is no code of the application: the folders they were read from, or the scripts in these.
    pub(crate) folders: Vec<String>,
    pub(crate) problems: Vec<Problem>,
}

/// Where the migrations are.
pub(crate) struct Found<'s> {
    /// Folders that no version has.
    outside: Vec<&'s String>,
    /// Folders that are named in the versions' own trees.
    hints: Vec<String>,
    /// What is in the new version's tree, where it is looked into.
    inside: Option<Detection>,
}

impl Found<'_> {
    /// What of the versions' trees belongs to migrations, whoever runs them.
    pub(crate) fn folders(&self) -> Vec<String> {
        self.inside.as_ref().map_or_else(Vec::new, folders_of)
    }
}

/// Looks for the migrations of all versions.
pub(crate) fn find<'s>(versions: &[Version], settings: &'s Settings) -> Found<'s> {
    let (outside, inside): (Vec<&String>, Vec<&String>) =
        settings.migration_folders.iter().partition(|folder| is_outside(folder, versions));
    let hints: Vec<String> = inside.iter().map(|hint| clean(hint)).collect();
    let looked = !inside.is_empty() || settings.migration_folders.is_empty();
    let names: Vec<&str> = hints.iter().map(String::as_str).collect();
    let new = versions.last().filter(|_| looked);
    let inside = new.map(|new| detect(&new.tree, &names));
    Found { outside, hints, inside }
}

/// Reads the migrations of all versions; `named` are those that the command line calls pending.
pub(crate) fn load(
    found: Found<'_>,
    versions: &[Version],
    settings: &Settings,
    sources: &SourceMap,
    named: &[String],
) -> Result<Migrations> {
    let mut all = Migrations { folders: found.folders(), ..Migrations::default() };
    let Some((new, old)) = versions.split_last() else { bail!("there is no version to check") };
    for folder in found.outside {
        let set = read_outside(folder, settings, sources)?;
        if named.is_empty() && !old.is_empty() && old.iter().all(|version| version.revision.is_none()) {
            bail!("the migrations in {folder} are outside of both versions: name the pending ones with --pending NAME");
        }
        all.add_named(&set, named)?;
    }
    if let Some(inside) = found.inside {
        all.add_inside((&found.hints, inside), old, new, settings, sources, named)?;
    }
    // What runs when the old version is gone comes after what runs while it lives.
    all.pending.sort_by_key(|migration| migration.phase == Phase::PostDeploy);
    mark_commits(&mut all.pending);
    Ok(all)
}

/// What of a tree belongs to migrations, whoever runs them.
pub(crate) fn folders(tree: &Snapshot, settings: &Settings) -> Vec<String> {
    let hints: Vec<String> = settings.migration_folders.iter().map(|hint| clean(hint)).collect();
    let hints: Vec<&str> = hints.iter().map(String::as_str).collect();
    folders_of(&detect(tree, &hints))
}

fn folders_of(found: &Detection) -> Vec<String> {
    let own = found.folders.iter().map(|folder| folder.own_files());
    own.chain(found.foreign.iter().map(ToString::to_string)).collect()
}

/// A folder that no version has and that is on disk.
fn is_outside(folder: &str, versions: &[Version]) -> bool {
    let path = clean(folder);
    let in_a_tree = versions.iter().any(|version| version.tree.files_under(&path).next().is_some());
    !in_a_tree && Path::new(folder).is_dir()
}

fn read_outside(folder: &str, settings: &Settings, sources: &SourceMap) -> Result<MigrationSet> {
    let name = folder.trim_end_matches('/');
    let tree = folder_snapshot(Path::new(folder))?.below(name);
    let found = detect(&tree, &[name]);
    let sets = read_all(&tree, &found, settings, sources);
    match sets.into_iter().next() {
        Some(set) => Ok(set),
        None => bail!("no migrations were found in {folder}: it holds no SQL files that a migration tool would run"),
    }
}

fn read_all(tree: &Snapshot, found: &Detection, settings: &Settings, sources: &SourceMap) -> Vec<MigrationSet> {
    let tool = |folder: &MigrationFolder| settings.tool.clone().unwrap_or_else(|| folder.tool.to_owned());
    found
        .folders
        .iter()
        .filter_map(|folder| read(tree, sources, &folder.path, &tool(folder), settings.transaction))
        .collect()
}

impl Migrations {
    /// A folder that all versions share.
    fn add_named(&mut self, set: &MigrationSet, named: &[String]) -> Result<()> {
        let names: Vec<&str> = named.iter().map(String::as_str).collect();
        let split = pending_by_name(set, &names);
        if let Some(problem) = split.problems.first() {
            bail!("{}", problem.message);
        }
        self.add(set, split);
        Ok(())
    }

    /// Folders in the versions' own trees.
    fn add_inside(
        &mut self,
        (hints, mut found): (&[String], Detection),
        old: &[Version],
        new: &Version,
        settings: &Settings,
        sources: &SourceMap,
        named: &[String],
    ) -> Result<()> {
        self.problems.append(&mut found.problems);
        if hints.is_empty() {
            // Several folders are several databases as likely as not; the best one is checked and the others are said.
            let others = found.folders.split_off(1.min(found.folders.len()));
            self.problems.extend(left_aside(&found, &others));
            let others = Detection { folders: others, ..Detection::default() };
            self.elsewhere.extend(read_all(&new.tree, &others, settings, sources).into_iter().map(|set| Elsewhere {
                folder: set.folder,
                aside: false,
                made: Made::Migrations { bookkeeping: set.bookkeeping, migrations: set.migrations },
            }));
            let named = |folder: &Arc<str>, aside| Elsewhere {
                folder: folder.clone(),
                aside,
                made: Made::Relations(relations_made(&new.tree, folder)),
            };
            self.elsewhere.extend(found.foreign.iter().map(|folder| named(folder, false)));
            self.elsewhere.extend(found.aside.iter().map(|folder| named(folder, true)));
        }
        let new_sets = read_all(&new.tree, &found, settings, sources);
        if new_sets.iter().all(|set| set.migrations.is_empty()) {
            match hints.first() {
                Some(hint) => {
                    bail!("no migrations were found in {hint}: it holds nothing that a migration tool would run")
                }
                None => bail!("no migrations were found{}: name their folder with --migrations PATH", self.aside()),
            }
        }
        for set in &new_sets {
            if !named.is_empty() {
                self.add_named(set, named)?;
                continue;
            }
            // With several running versions the one with the fewest migrations meets the most states.
            let was = old
                .iter()
                .map(|version| read_counterpart(&version.tree, sources, set, settings.transaction))
                .min_by_key(|was| was.migrations.len());
            // Where no version is known to run, no migration is known to be applied.
            let was =
                was.unwrap_or_else(|| MigrationSet { migrations: Vec::new(), problems: Vec::new(), ..set.clone() });
            self.problems.extend(was.problems.iter().filter(|_| was.migrations.is_empty()).cloned());
            self.add(set, pending(&was, set, sources));
        }
        Ok(())
    }

    /// Why folders of migrations were not taken, as a part of a sentence.
    fn aside(&self) -> String {
        let said = self.problems.iter().find_map(|problem| Some((problem.file.as_deref()?, &problem.message)));
        said.map_or_else(String::new, |(folder, message)| format!(" for PostgreSQL ({folder}: {message})"))
    }

    fn add(&mut self, set: &MigrationSet, split: Pending) {
        self.bookkeeping.extend(set.bookkeeping.iter().cloned());
        self.problems.extend(set.problems.iter().cloned());
        self.problems.extend(split.problems);
        self.applied.extend(split.applied);
        self.pending.extend(split.pending);
        self.notices.extend(split.edited.iter().map(|edited| MigrationNotice {
            rule: raised::APPLIED_MIGRATION_EDITED,
            message: format!("{} was edited after it was applied: no database runs it again", edited.name),
            places: vec![(edited.new, "changed here".to_owned()), (edited.old, "as it was applied".to_owned())],
        }));
        self.notices.extend(split.out_of_order.iter().map(|late| MigrationNotice {
            rule: raised::MIGRATION_OUT_OF_ORDER,
            message: format!(
                "{} sorts before {}, which is applied: {}",
                late.name,
                late.after,
                behaviour(late.behaviour)
            ),
            places: vec![(rollproof_source::Span::new(late.file, 0, 0), "pending".to_owned())],
        }));
    }
}

/// Says which folders are checked and which are not: a person who has one database for all has to name them.
fn left_aside(found: &Detection, others: &[MigrationFolder]) -> Option<Problem> {
    const SHOWN: usize = 5;
    let checked = found.folders.first()?;
    let names: Vec<&str> = others.iter().take(SHOWN).map(|folder| &*folder.path).collect();
    if names.is_empty() {
        return None;
    }
    let more = others.len() - names.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!(
        "only these migrations are checked, and not those in {}{more}: name each folder of the database, or one above \
         them, with --migrations",
        names.join(", ")
    );
    Some(Problem::of_file(&*checked.path, message))
}

fn behaviour(behaviour: OutOfOrder) -> &'static str {
    match behaviour {
        OutOfOrder::Runs => "the tool runs it now, though it was written for an earlier schema",
        OutOfOrder::Skipped => "the tool passes over it without a word, and it never runs",
        OutOfOrder::Refused => "the tool refuses to run",
    }
}
