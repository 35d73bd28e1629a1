//! A commit's tree, listed without a checkout.

use std::collections::BTreeMap;
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::tree::EntryKind;
use gix::objs::{FindExt, TreeRefIter};
use rollproof_source::{ContentId, Other};

use crate::LoadError;

/// As `core.maxTreeDepth` of git has it.
const MAX_DEPTH: usize = 2048;

/// Ten times the largest trees that people keep. A few kilobytes of objects can describe a tree of billions of files.
const MAX_FILES: usize = 4_000_000;

/// No system has longer paths, in bytes.
const MAX_TARGET: usize = 4096;

/// A tree still to be listed.
struct Pending {
    id: ObjectId,
    /// Its path with a trailing slash, or empty.
    prefix: String,
    depth: usize,
}

/// What a tree has.
#[derive(Default)]
pub(crate) struct Listed {
    pub(crate) files: BTreeMap<Arc<str>, ContentId>,
    pub(crate) others: BTreeMap<Arc<str>, Other>,
}

/// Adds to `listed` each regular file of the tree `id`, whose own path is `prefix`, that lies below one of `roots` (all
/// where there are none), and what symbolic links and submodules there are.
pub(crate) fn list(
    repository: &gix::Repository,
    id: ObjectId,
    prefix: &str,
    roots: &[String],
    listed: &mut Listed,
) -> Result<(), LoadError> {
    let mut waiting = vec![Pending { id, prefix: prefix.to_owned(), depth: 0 }];
    let mut buffer = Vec::new();
    while let Some(pending) = waiting.pop() {
        if pending.depth > MAX_DEPTH {
            return Err(LoadError::TooLarge { what: "folders nest too deep", path: pending.prefix });
        }
        let tree = repository.objects.find_tree_iter(&pending.id, &mut buffer).map_err(LoadError::damaged)?;
        let links = list_one(tree, &pending, roots, listed, &mut waiting)?;
        for (path, id) in links {
            let target = target_of(repository, id);
            listed.others.insert(path, Other::Link(target));
        }
        if listed.files.len() + listed.others.len() > MAX_FILES {
            return Err(LoadError::TooLarge { what: "too many files", path: pending.prefix });
        }
    }
    Ok(())
}

/// A symbolic link, whose target is its object's content.
type Link = (Arc<str>, ObjectId);

/// Lists one folder; gives its symbolic links.
fn list_one(
    tree: TreeRefIter<'_>,
    pending: &Pending,
    roots: &[String],
    listed: &mut Listed,
    waiting: &mut Vec<Pending>,
) -> Result<Vec<Link>, LoadError> {
    let mut links = Vec::new();
    for entry in tree {
        let entry = entry.map_err(LoadError::damaged)?;
        let name = String::from_utf8_lossy(entry.filename);
        if matches!(&*name, "" | "." | "..") || name.contains('/') || name.eq_ignore_ascii_case(".git") {
            return Err(LoadError::Damaged(format!("a tree holds the name {name:?} below {:?}", pending.prefix)));
        }
        let path = format!("{}{name}", pending.prefix);
        match entry.mode.kind() {
            EntryKind::Tree if may_hold(roots, &path) => {
                waiting.push(Pending { id: entry.oid.to_owned(), prefix: path + "/", depth: pending.depth + 1 });
            }
            EntryKind::Blob | EntryKind::BlobExecutable if holds(roots, &path) => {
                listed.files.insert(Arc::from(path), content_id(entry.oid)?);
            }
            EntryKind::Link if holds(roots, &path) => links.push((Arc::from(path), entry.oid.to_owned())),
            EntryKind::Commit if holds(roots, &path) => {
                listed.others.insert(Arc::from(path), Other::Repository);
            }
            _ => {}
        }
    }
    Ok(links)
}

/// The target of a symbolic link, as it is written; empty where its object is not there.
pub(crate) fn target_of(repository: &gix::Repository, id: ObjectId) -> Arc<str> {
    let target = repository.find_object(id).ok().filter(|object| object.data.len() <= MAX_TARGET);
    target.map_or_else(|| Arc::from(""), |object| String::from_utf8_lossy(&object.data).as_ref().into())
}

/// A blob's id as the content's id.
pub(crate) fn content_id(id: &gix::oid) -> Result<ContentId, LoadError> {
    id.as_bytes()
        .try_into()
        .map(ContentId)
        .map_err(|_| LoadError::Damaged("its object ids are not SHA-1, which is not supported yet".to_owned()))
}

/// Whether `path` is below (or is) one of `roots`.
pub(crate) fn holds(roots: &[String], path: &str) -> bool {
    roots.is_empty() || roots.iter().any(|root| is_at_or_below(path, root))
}

/// Whether a file below the folder `path` can be below one of `roots`.
fn may_hold(roots: &[String], path: &str) -> bool {
    holds(roots, path) || roots.iter().any(|root| is_at_or_below(root, path))
}

fn is_at_or_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
