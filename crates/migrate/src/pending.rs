//! What is to be deployed: the migrations that the new version has and the old one has not.

use std::collections::{BTreeMap, BTreeSet};

use rollproof_source::{FileId, LineIndex, Problem, SourceMap, Span, TextRange};

use crate::model::{Content, Migration, MigrationSet, OutOfOrder};
use crate::order::Number;
use crate::steps::mark_commits;

/// What is applied, what is to come, and what does not fit.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Applied, as the old version has them, in its order.
    pub applied: Vec<Migration>,
    /// To be run, in the new version's order, with `commits_after` set for a run of exactly these.
    pub pending: Vec<Migration>,
    /// Applied ones whose SQL differs in the new version.
    pub edited: Vec<Edited>,
    /// Pending ones that sort before an applied one.
    pub out_of_order: Vec<Late>,
    /// What a person should know.
    pub problems: Vec<Problem>,
}

/// An applied migration whose SQL was edited.
#[derive(Debug, Clone)]
pub struct Edited {
    /// Its name.
    pub name: String,
    /// The first line that differs, in the old version.
    pub old: Span,
    /// The same line in the new version.
    pub new: Span,
}

/// A pending migration that sorts before an applied one.
#[derive(Debug, Clone)]
pub struct Late {
    /// Its name.
    pub name: String,
    /// The last applied one that sorts after it.
    pub after: String,
    /// What the tool does about it. Where it does not run it, it is not among the pending.
    pub behaviour: OutOfOrder,
    /// Its file.
    pub file: FileId,
}

/// Compares two versions' migrations of one folder.
#[must_use]
pub fn pending(old: &MigrationSet, new: &MigrationSet, sources: &SourceMap) -> Pending {
    let applied_by_id: BTreeMap<&str, &Migration> =
        old.migrations.iter().map(|migration| (&*migration.id, migration)).collect();
    let mut result = Pending {
        applied: old.migrations.clone(),
        pending: Vec::new(),
        edited: Vec::new(),
        out_of_order: Vec::new(),
        problems: Vec::new(),
    };
    let is_applied = |migration: &&Migration| !migration.repeatable && applied_by_id.contains_key(&*migration.id);
    let last_applied = new.migrations.iter().rfind(is_applied);
    let newest_applied = new.migrations.iter().filter(is_applied).max_by_key(|migration| Number::parse(&migration.id));
    let mut is_past_last = last_applied.is_none();
    for migration in &new.migrations {
        match applied_by_id.get(&*migration.id) {
            Some(before) => compare(before, migration, sources, &mut result),
            None if migration.repeatable => result.pending.push(migration.clone()),
            None => {
                let sorts_before = last_applied.filter(|_| !is_past_last);
                // A tool that passes over late ones keeps only the newest number, in whatever order files are listed.
                let is_older = newest_applied.filter(|newest| {
                    let (mine, newest) = (Number::parse(&migration.id), Number::parse(&newest.id));
                    new.out_of_order == OutOfOrder::Skipped && mine.is_some() && mine < newest
                });
                match is_older.or(sorts_before) {
                    Some(later) => late(migration, later, new.out_of_order, &mut result),
                    None => result.pending.push(migration.clone()),
                }
            }
        }
        is_past_last |= last_applied.is_some_and(|last| last.id == migration.id);
    }
    removed(old, new, &mut result);
    mark_commits(&mut result.pending);
    result
}

fn late(migration: &Migration, last: &Migration, behaviour: OutOfOrder, result: &mut Pending) {
    result.out_of_order.push(Late {
        name: migration.name.to_string(),
        after: last.name.to_string(),
        behaviour,
        file: migration.script.file,
    });
    // A tool that refuses has to be told to run it, and then it runs.
    if behaviour != OutOfOrder::Skipped {
        result.pending.push(migration.clone());
    }
}

/// What a migration says, for comparison: comments and blanks between statements do not count, and all of a text that
/// was not read does.
fn texts(migration: &Migration) -> Vec<&str> {
    let statements = migration.statements.iter();
    let texts = statements.map(|statement| match &statement.content {
        Content::Sql(_) => statement.text(),
        Content::Unmodelled { .. } => &*statement.script.text,
    });
    texts.collect()
}

/// Whether the bytes of a file that is no text at all changed.
fn is_other_content(before: &Migration, after: &Migration) -> bool {
    let is_unread = |migration: &Migration| migration.script.text.is_empty() && !migration.statements.is_empty();
    let is_same_place = before.script.path == after.script.path;
    is_unread(after) && is_same_place && before.script.file != after.script.file
}

fn compare(before: &Migration, after: &Migration, sources: &SourceMap, result: &mut Pending) {
    let (old, new) = (texts(before), texts(after));
    if old == new && !is_other_content(before, after) {
        return;
    }
    if after.repeatable {
        result.pending.push(after.clone());
        return;
    }
    let at = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old, new) = (place(before, at, sources), place(after, at, sources));
    result.edited.push(Edited { name: after.name.to_string(), old, new });
}

/// The first line of the `at`-th statement, or of the last one; the start of a file without any.
fn place(migration: &Migration, at: usize, sources: &SourceMap) -> Span {
    let Some(statement) = migration.statements.get(at).or_else(|| migration.statements.last()) else {
        return Span { file: migration.script.file, range: TextRange::default() };
    };
    let span = statement.span();
    let file = sources.file(span.file);
    let lines = LineIndex::new(&file.text);
    let next_line = lines.line_start(lines.line(span.range.start) + 1);
    let end = next_line.map_or(span.range.end, |next| next.saturating_sub(1));
    Span { file: span.file, range: TextRange::new(span.range.start, end.clamp(span.range.start, span.range.end)) }
}

/// Applied migrations that the new version no longer has stay applied.
fn removed(old: &MigrationSet, new: &MigrationSet, result: &mut Pending) {
    let kept: BTreeSet<&str> = new.migrations.iter().map(|migration| &*migration.id).collect();
    for migration in old.migrations.iter().filter(|migration| !kept.contains(&*migration.id)) {
        let twin = result.pending.iter().find(|new| texts(new) == texts(migration));
        let message = match twin {
            Some(twin) => {
                format!("it was applied as {} and is now called {}: the tool runs it again", migration.name, twin.name)
            }
            None => format!("the applied migration {} is no longer there: what it did stays done", migration.name),
        };
        let file = migration.files.first().map(ToString::to_string);
        result.problems.push(Problem { file, line: None, message });
    }
}

/// For a folder that both versions share: the migrations of these names are pending, the others applied. Names that no
/// migration has are problems.
#[must_use]
pub fn pending_by_name(set: &MigrationSet, names: &[&str]) -> Pending {
    let is_named = |migration: &Migration| names.iter().any(|name| migration.is_called(name));
    let (mut pending, applied): (Vec<_>, Vec<_>) = set.migrations.iter().cloned().partition(is_named);
    mark_commits(&mut pending);
    let unknown = names.iter().filter(|name| !set.migrations.iter().any(|migration| migration.is_called(name)));
    let problems = unknown
        .map(|name| Problem {
            file: None,
            line: None,
            message: format!("no migration in {} is called {name}: name its file", set.folder),
        })
        .collect();
    Pending { applied, pending, edited: Vec::new(), out_of_order: Vec::new(), problems }
}
