//! Why a tree could not be loaded: each variant is one line that says what, and what to do.

use std::path::PathBuf;

/// Why a tree could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The path is missing, or no folder.
    #[error("{} is not a folder: name a folder or a git revision", .0.display())]
    NotAFolder(PathBuf),
    /// A folder or a file of it cannot be read.
    #[error("cannot read {}: {reason}", .path.display())]
    Unreadable {
        /// What could not be read.
        path: PathBuf,
        /// In the words of the system.
        reason: String,
    },
    /// No git repository at or above the folder.
    #[error("{} is not in a git repository: name the versions as folders with --old DIR and --new DIR", .0.display())]
    NotARepository(PathBuf),
    /// No tag, branch or commit of that name.
    #[error("unknown revision {0}: it is no tag, branch or commit of this clone (`git fetch --tags` brings the tags)")]
    UnknownRevision(String),
    /// A short commit id that several objects share.
    #[error("{0} is ambiguous: several objects start with it, so write more of the commit id")]
    AmbiguousRevision(String),
    /// It names a file or a folder of a commit.
    #[error("{0} is not a commit: name a tag, a branch or a commit")]
    NotACommit(String),
    /// The clone was cut off before that revision.
    #[error(
        "this is a shallow clone and does not have {0}: fetch it with `git fetch --unshallow --tags`, or check out with \
         `fetch-depth: 0`"
    )]
    NotInShallowClone(String),
    /// The clone was cut off, so which tag is the newest cannot be told.
    #[error(
        "this is a shallow clone and has no earlier tag to compare with: fetch the history with `git fetch --unshallow \
         --tags` (or check out with `fetch-depth: 0`), or name the old version with --old"
    )]
    ShallowHistory,
    /// HEAD names a branch without a commit.
    #[error("this repository has no commit yet: commit first, or name the versions as folders")]
    NoCommit,
    /// A bare repository has no working tree.
    #[error("this is a bare repository, without a working tree: name the new version with --new REV")]
    NoWorkTree,
    /// More nested folders, or more files, than any real tree has.
    #[error("the tree is too large to read ({what} at {path}): name the folders to read with --source")]
    TooLarge {
        /// Which limit.
        what: &'static str,
        /// Where it was passed.
        path: String,
    },
    /// A repository that git itself would refuse, or of a format that is not known.
    #[error("the git repository cannot be read: {0} (`git fsck` says whether it is damaged)")]
    Damaged(String),
}

impl LoadError {
    /// An error of the git library that no other variant names.
    pub(crate) fn damaged(error: impl std::fmt::Display) -> Self {
        let text = error.to_string();
        Self::Damaged(text.lines().next().unwrap_or("unreadable").to_owned())
    }
}
