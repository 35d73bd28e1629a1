//! A git repository: revisions by name, and their trees.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::ObjectId;
use rollproof_source::Snapshot;

use crate::objects::{MAX_OBJECT_BYTES, Objects};
use crate::{LoadError, tags, tree, work_tree};

/// A git repository: a clone, a bare one, a work tree of `git worktree`, a submodule.
pub struct Repository {
    pub(crate) repository: gix::Repository,
    pub(crate) objects: Arc<Objects>,
    folder_in_tree: String,
}

/// A commit, and the name that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// As the user, or the choice of a default, named it.
    pub name: String,
    /// The commit's id in hexadecimal.
    pub commit: String,
    id: ObjectId,
}

impl fmt::Display for Revision {
    /// The name, and the short id where the name is not the id itself.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        if self.commit.starts_with(&self.name) {
            return Ok(());
        }
        write!(formatter, " ({})", self.commit.get(..10).unwrap_or(&self.commit))
    }
}

impl Repository {
    /// The repository that `dir` is in, or is. Only the repository's own configuration counts, not the user's, not the
    /// environment's: a check must say the same on every machine.
    ///
    /// # Errors
    /// When `dir` is not a folder, no repository is there or above, or it is damaged or of a format that is not known.
    pub fn discover(dir: &Path) -> Result<Self, LoadError> {
        if !dir.is_dir() {
            return Err(LoadError::NotAFolder(dir.to_path_buf()));
        }
        let limit = format!("gitoxide.objects.allocLimit={MAX_OBJECT_BYTES}");
        let options = gix::open::Options::isolated().config_overrides([limit]);
        let options = gix::sec::trust::Mapping { full: options.clone(), reduced: options };
        let shared = gix::ThreadSafeRepository::discover_opts(dir, gix::discover::upwards::Options::default(), options)
            .map_err(|error| match gix::discover::upwards(dir) {
                Ok(_) => LoadError::damaged(error),
                Err(_) => LoadError::NotARepository(dir.to_path_buf()),
            })?;
        let repository = shared.to_thread_local();
        let folder_in_tree = folder_in_tree(&repository, dir);
        Ok(Self { repository, objects: Arc::new(Objects::new(shared)), folder_in_tree })
    }

    /// The top of the working tree; none where the repository is bare.
    #[must_use]
    pub fn work_tree(&self) -> Option<PathBuf> {
        self.repository.workdir().map(Path::to_path_buf)
    }

    /// Where the folder given to [`Self::discover`] lies in the working tree: `""` at its top, else with `/`.
    #[must_use]
    pub fn folder_in_tree(&self) -> &str {
        &self.folder_in_tree
    }

    /// Whether the clone lacks a part of its history.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        self.repository.is_shallow().unwrap_or(false)
    }

    /// The commit that `rev` names: a tag, a branch, an id or the start of one, `HEAD~2` and the like.
    ///
    /// # Errors
    /// When nothing has that name, or it names no commit, or the clone is too shallow to have it.
    pub fn resolve(&self, rev: &str) -> Result<Revision, LoadError> {
        let object = match self.repository.rev_parse_single(rev) {
            Ok(id) => id.object().map_err(|_| self.unknown(rev))?,
            Err(error) if format!("{error:?}").to_ascii_lowercase().contains("ambiguous") => {
                return Err(LoadError::AmbiguousRevision(rev.to_owned()));
            }
            Err(_) => return Err(self.unknown(rev)),
        };
        let commit = object.peel_to_commit().map_err(|_| LoadError::NotACommit(rev.to_owned()))?;
        Ok(revision(rev, commit.id))
    }

    fn unknown(&self, rev: &str) -> LoadError {
        if self.is_shallow() {
            LoadError::NotInShallowClone(rev.to_owned())
        } else {
            LoadError::UnknownRevision(rev.to_owned())
        }
    }

    /// The commit that is checked out.
    ///
    /// # Errors
    /// When there is no commit yet.
    pub fn head(&self) -> Result<Revision, LoadError> {
        let id = self.repository.head_id().map_err(|_| LoadError::NoCommit)?;
        Ok(revision("HEAD", id.detach()))
    }

    /// The newest tag, annotated or not, among HEAD's ancestors whose commit is not HEAD: what `git describe --tags
    /// --abbrev=0` would print if HEAD had no tag. None where there is none.
    ///
    /// # Errors
    /// When there is no commit, or none is found and the clone is shallow, so that there may be one.
    pub fn newest_reachable_tag_not_head(&self) -> Result<Option<Revision>, LoadError> {
        let head = self.head()?;
        match tags::newest_reachable(&self.repository, head.id)? {
            Some((name, commit)) => Ok(Some(revision(&name, commit))),
            None if self.is_shallow() => Err(LoadError::ShallowHistory),
            None => Ok(None),
        }
    }

    /// Where HEAD's history left the default branch: `origin/HEAD`, else `main` or `master` of `origin`, else the local
    /// ones. None where there is no such branch or no common commit.
    ///
    /// # Errors
    /// When there is no commit, or none is found and the clone is shallow.
    pub fn merge_base_with_default_branch(&self) -> Result<Option<Revision>, LoadError> {
        const BRANCHES: [&str; 5] = [
            "refs/remotes/origin/HEAD",
            "refs/remotes/origin/main",
            "refs/remotes/origin/master",
            "refs/heads/main",
            "refs/heads/master",
        ];
        let head = self.head()?;
        let branch = BRANCHES.iter().find_map(|name| self.branch(name));
        let Some((name, tip)) = branch else { return self.none_unless_shallow() };
        match self.repository.merge_base(head.id, tip) {
            Ok(Some(base)) => Ok(Some(revision(&format!("merge base with {name}"), base.detach()))),
            Ok(None) => self.none_unless_shallow(),
            Err(_) if self.is_shallow() => Err(LoadError::ShallowHistory),
            Err(error) => Err(LoadError::damaged(error)),
        }
    }

    fn none_unless_shallow(&self) -> Result<Option<Revision>, LoadError> {
        if self.is_shallow() { Err(LoadError::ShallowHistory) } else { Ok(None) }
    }

    fn branch(&self, name: &str) -> Option<(String, ObjectId)> {
        let mut reference = self.repository.try_find_reference(name).ok()??;
        let short = reference.name().shorten().to_string();
        let commit = reference.peel_to_commit().ok()?;
        Some((short, commit.id))
    }

    /// The tree of a commit, read from the object store: every regular file below `roots` (`[]` for all; with `/`, no
    /// trailing slash). Symbolic links and submodules are not among its files.
    ///
    /// # Errors
    /// When an object is missing or damaged, or the tree is larger than any real one.
    pub fn snapshot(&self, revision: &Revision, roots: &[String]) -> Result<Snapshot, LoadError> {
        let commit = self.repository.find_commit(revision.id).map_err(|_| self.unknown(&revision.name))?;
        let root = commit.tree_id().map_err(LoadError::damaged)?.detach();
        let mut listed = tree::Listed::default();
        tree::list(&self.repository, root, "", roots, &mut listed)?;
        Ok(Snapshot::new(listed.files, self.objects.clone()).with_others(listed.others))
    }

    /// The working tree as it is: tracked files and those that are neither tracked nor ignored. Files that a sparse
    /// checkout leaves out are read from the object store; other repositories inside are not entered.
    ///
    /// # Errors
    /// When the repository is bare, or a folder cannot be read.
    pub fn work_tree_snapshot(&self) -> Result<Snapshot, LoadError> {
        work_tree::snapshot(self)
    }
}

fn revision(name: &str, id: ObjectId) -> Revision {
    Revision { name: name.to_owned(), commit: id.to_string(), id }
}

fn folder_in_tree(repository: &gix::Repository, dir: &Path) -> String {
    let relative = || {
        let top = repository.workdir()?.canonicalize().ok()?;
        let dir = dir.canonicalize().ok()?;
        let parts: Option<Vec<&str>> =
            dir.strip_prefix(top).ok()?.components().map(|part| part.as_os_str().to_str()).collect();
        Some(parts?.join("/"))
    };
    relative().unwrap_or_default()
}
