//! From a git revision, a working tree or a folder to a [`rollproof_source::Snapshot`].
//!
//! This crate and `cli` are the only ones that touch the machine. Revisions are read from git's object store, without
//! a checkout and without running git; nothing of the tree is executed, no network is used, and no symbolic link is
//! followed, so that no path leaves the tree. A file's [`rollproof_source::ContentId`] is its git blob id wherever it
//! comes from: a file that a folder and a commit share is one content.

mod disk;
mod error;
mod folder;
mod objects;
mod repository;
mod tags;
#[cfg(test)]
mod tests;
mod tree;
mod work_tree;

pub use disk::MAX_FILE_BYTES;
pub use error::LoadError;
pub use folder::folder_snapshot;
pub use repository::{Repository, Revision};
