//! A folder's files, as `.gitignore` files in it allow.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder};
use rayon::prelude::*;
use rollproof_source::{ContentId, Other, Snapshot};

use crate::LoadError;
use crate::disk::{Disk, Kept};

/// Installed packages: none of the project's own source, and often more files than all of it.
const NEVER_ENTERED: [&str; 2] = [".git", "node_modules"];

/// Deeper than any source tree; a folder that nests deeper is made to harm.
const MAX_DEPTH: usize = 256;

/// The tree of the folder `dir`: every regular file that no `.gitignore` in the folder excludes, hidden ones too.
/// `.git` and `node_modules` are not entered, symbolic links not followed.
///
/// # Errors
/// When `dir` is not a folder, or a folder in it cannot be read.
pub fn folder_snapshot(dir: &Path) -> Result<Snapshot, LoadError> {
    let kept = Mutex::default();
    let found = walk(dir, &WalkKind::Folder, &|absolute, path| Kept::identify(&kept, absolute, path))?;
    let kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut files = BTreeMap::new();
    let mut odd_names = BTreeMap::new();
    let mut others = BTreeMap::new();
    for file in found {
        if let Some(target) = file.link {
            others.insert(file.path, Other::Link(target));
            continue;
        }
        if let Some(name) = file.odd_name {
            odd_names.insert(file.path.clone(), name);
        }
        files.insert(file.path, file.id);
    }
    let disk = Disk::new(dir.to_path_buf(), odd_names).with_kept(kept);
    Ok(Snapshot::new(files, Arc::new(disk)).with_others(others))
}

/// A file that a walk found.
pub(crate) struct Found {
    /// Path in the tree, with `/`.
    pub(crate) path: Arc<str>,
    pub(crate) id: ContentId,
    /// Its real relative path, where that is not UTF-8.
    pub(crate) odd_name: Option<PathBuf>,
    /// What it leads to, where it is a symbolic link; such a link has no content.
    pub(crate) link: Option<Arc<str>>,
}

/// Which rules a walk follows.
pub(crate) enum WalkKind {
    /// A folder by itself.
    Folder,
    /// A git working tree: `.git/info/exclude` counts, and other repositories inside are theirs.
    WorkTree,
}

/// Walks `root` on all cores; `identify` gives each file's content id, from its absolute path and its path in the tree.
pub(crate) fn walk(
    root: &Path,
    kind: &WalkKind,
    identify: &(dyn Fn(&Path, &str) -> ContentId + Sync),
) -> Result<Vec<Found>, LoadError> {
    if !root.is_dir() {
        return Err(LoadError::NotAFolder(root.to_path_buf()));
    }
    // One thread lists while the others read: a folder of some hundred files is read before threads of a walk of their own
    // would have found each other.
    let found = walker(root, kind).build().par_bridge().map(|entry| visit(root, entry, identify));
    found.filter_map(Result::transpose).collect()
}

fn walker(root: &Path, kind: &WalkKind) -> WalkBuilder {
    let in_work_tree = matches!(kind, WalkKind::WorkTree);
    let mut builder = WalkBuilder::new(root);
    builder
        .standard_filters(false)
        .git_ignore(true)
        .git_exclude(in_work_tree)
        // What one person ignores everywhere must not change what a check says.
        .git_global(false)
        .require_git(false)
        .parents(false)
        .follow_links(false)
        .max_depth(Some(MAX_DEPTH))
        .filter_entry(move |entry| enters(entry, in_work_tree));
    builder
}

fn enters(entry: &DirEntry, in_work_tree: bool) -> bool {
    if entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
        return true;
    }
    let never = NEVER_ENTERED.iter().any(|name| entry.file_name() == *name);
    let other_repository = in_work_tree && entry.path().join(".git").symlink_metadata().is_ok();
    !never && !other_repository
}

fn visit(
    root: &Path,
    entry: Result<DirEntry, ignore::Error>,
    identify: &(dyn Fn(&Path, &str) -> ContentId + Sync),
) -> Result<Option<Found>, LoadError> {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) if is_only_a_pattern(&error) => return Ok(None),
        Err(error) => {
            return Err(LoadError::Unreadable { path: root.to_path_buf(), reason: error.to_string() });
        }
    };
    let is_link = entry.file_type().is_some_and(|kind| kind.is_symlink());
    if !is_link && !entry.file_type().is_some_and(|kind| kind.is_file()) {
        return Ok(None);
    }
    let Ok(relative) = entry.path().strip_prefix(root) else { return Ok(None) };
    // A work tree of its own keeps its `.git` as a file.
    if relative == Path::new(".git") {
        return Ok(None);
    }
    let (path, is_odd) = tree_path(relative);
    if is_link {
        let target = std::fs::read_link(entry.path()).unwrap_or_default();
        let target = Arc::from(target.to_string_lossy().as_ref());
        return Ok(Some(Found { path, id: ContentId([0; 20]), odd_name: None, link: Some(target) }));
    }
    let id = identify(entry.path(), &path);
    Ok(Some(Found { path, id, odd_name: is_odd.then(|| relative.to_path_buf()), link: None }))
}

/// Whether all that is wrong is a line of a `.gitignore`, which git skips as well.
fn is_only_a_pattern(error: &ignore::Error) -> bool {
    match error {
        ignore::Error::Partial(errors) => errors.iter().all(is_only_a_pattern),
        ignore::Error::WithLineNumber { err, .. }
        | ignore::Error::WithPath { err, .. }
        | ignore::Error::WithDepth { err, .. } => is_only_a_pattern(err),
        ignore::Error::Glob { .. } => true,
        // A file that vanished between listing and reading is not in the tree.
        ignore::Error::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

/// The path with `/`, and whether it had to be bent into UTF-8.
fn tree_path(relative: &Path) -> (Arc<str>, bool) {
    let mut path = String::new();
    let mut is_odd = false;
    for part in relative.components() {
        if !path.is_empty() {
            path.push('/');
        }
        let name = part.as_os_str();
        is_odd |= name.to_str().is_none();
        path.push_str(&name.to_string_lossy());
    }
    (Arc::from(path), is_odd)
}
