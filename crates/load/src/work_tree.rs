//! The working tree: what would be committed if everything were added now.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::bstr::{BStr, ByteSlice};
use gix::index::entry::{Flags, Mode, Stat, stat};
use gix::index::{Entry, State};
use rollproof_source::{ContentId, ContentStore, Other, ReadError, Snapshot};

use crate::disk::{Disk, content_id};
use crate::folder::{WalkKind, walk};
use crate::objects::Objects;
use crate::{LoadError, Repository, tree};

/// What git noted about the files when it last looked: spares reading those that did not change since.
struct Noted {
    index: State,
    options: stat::Options,
}

impl Noted {
    /// The content id of the file at `absolute`, from the index where its stat data show that it did not change.
    fn identify(&self, absolute: &Path, path: &BStr) -> ContentId {
        self.unchanged(absolute, path).unwrap_or_else(|| content_id(absolute))
    }

    fn unchanged(&self, absolute: &Path, path: &BStr) -> Option<ContentId> {
        let entry = self.index.entry_by_path(path)?;
        if !is_file(entry) || entry.flags.contains(Flags::INTENT_TO_ADD) {
            return None;
        }
        let metadata = gix::index::fs::Metadata::from_path_no_follow(absolute).ok()?;
        let now = Stat::from_fs(&metadata).ok()?;
        let is_certain = entry.stat.matches(&now, self.options)
            // Written in the same instant as the index: it may have been written again after.
            && !entry.stat.is_racy(self.index.timestamp(), self.options);
        if is_certain { tree::content_id(&entry.id).ok() } else { None }
    }
}

fn is_file(entry: &Entry) -> bool {
    entry.mode == Mode::FILE || entry.mode == Mode::FILE_EXECUTABLE
}

/// Files on disk, and those that a sparse checkout keeps only as objects.
struct WorkTree {
    disk: Disk,
    objects: Arc<Objects>,
    not_on_disk: BTreeSet<Arc<str>>,
}

impl ContentStore for WorkTree {
    fn read(&self, path: &str, id: &ContentId) -> Result<Vec<u8>, ReadError> {
        if self.not_on_disk.contains(path) { self.objects.read(path, id) } else { self.disk.read(path, id) }
    }
}

#[derive(Default)]
struct Collected {
    files: BTreeMap<Arc<str>, ContentId>,
    odd_names: BTreeMap<Arc<str>, PathBuf>,
    not_on_disk: BTreeSet<Arc<str>>,
    others: BTreeMap<Arc<str>, Other>,
}

pub(crate) fn snapshot(repository: &Repository) -> Result<Snapshot, LoadError> {
    let root = repository.work_tree().ok_or(LoadError::NoWorkTree)?;
    let noted = noted(&repository.repository)?;
    let mut collected = Collected::default();
    let found = walk(&root, &WalkKind::WorkTree, &|absolute, path| match &noted {
        Some(noted) => noted.identify(absolute, path.into()),
        None => content_id(absolute),
    })?;
    for file in found {
        if let Some(target) = file.link {
            collected.others.insert(file.path, Other::Link(target));
            continue;
        }
        if let Some(name) = file.odd_name {
            collected.odd_names.insert(file.path.clone(), name);
        }
        collected.files.insert(file.path, file.id);
    }
    if let Some(noted) = &noted {
        add_tracked(repository, &root, noted, &mut collected)?;
    }
    let store = WorkTree {
        disk: Disk::new(root, collected.odd_names),
        objects: repository.objects.clone(),
        not_on_disk: collected.not_on_disk,
    };
    Ok(Snapshot::new(collected.files, Arc::new(store)).with_others(collected.others))
}

fn noted(repository: &gix::Repository) -> Result<Option<Noted>, LoadError> {
    let Some(index) = repository.try_index().map_err(LoadError::damaged)? else { return Ok(None) };
    let options = repository.stat_options().unwrap_or_default();
    Ok(Some(Noted { index: State::clone(&index), options }))
}

/// Adds the tracked files that the walk did not visit: those that an ignore rule matches, and those that are not on
/// disk because the checkout is sparse.
fn add_tracked(
    repository: &Repository,
    root: &Path,
    noted: &Noted,
    collected: &mut Collected,
) -> Result<(), LoadError> {
    for entry in noted.index.entries() {
        let path = entry.path(&noted.index);
        let Ok(text) = path.to_str() else { continue };
        if collected.files.contains_key(text) {
            continue;
        }
        if entry.mode == Mode::DIR {
            let mut listed = tree::Listed::default();
            tree::list(&repository.repository, entry.id, text, &[], &mut listed)?;
            collected.not_on_disk.extend(listed.files.keys().cloned());
            collected.files.append(&mut listed.files);
            collected.others.append(&mut listed.others);
        } else if entry.mode == Mode::COMMIT {
            collected.others.insert(Arc::from(text), Other::Repository);
        } else if entry.mode == Mode::SYMLINK && entry.flags.contains(Flags::SKIP_WORKTREE) {
            let target = tree::target_of(&repository.repository, entry.id);
            collected.others.insert(Arc::from(text), Other::Link(target));
        } else if !is_file(entry) {
            continue;
        } else if entry.flags.contains(Flags::SKIP_WORKTREE) {
            let path = Arc::from(text);
            collected.not_on_disk.insert(Arc::clone(&path));
            collected.files.insert(path, tree::content_id(&entry.id)?);
        } else if is_plain_file(root, text) {
            collected.files.insert(Arc::from(text), noted.identify(&root.join(text), path));
        }
    }
    Ok(())
}

/// Whether `path` is a regular file that is reached through folders alone, not through a symbolic link.
fn is_plain_file(root: &Path, path: &str) -> bool {
    let mut at = root.to_path_buf();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        at.push(part);
        let Ok(metadata) = at.symlink_metadata() else { return false };
        let is_right = if parts.peek().is_some() { metadata.is_dir() } else { metadata.is_file() };
        if !is_right {
            return false;
        }
    }
    true
}
