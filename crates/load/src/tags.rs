//! The version that a release is compared with, where nobody names it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use gix::ObjectId;
use gix::bstr::{BStr, BString};
use gix::hashtable::HashMap;
use gix::revision::plumbing::describe;

use crate::LoadError;

/// The tag that `git describe --tags --abbrev=0` would print for `head` if no tag were on `head` itself: the one with
/// the fewest commits between it and `head`. With its commit.
pub(crate) fn newest_reachable(
    repository: &gix::Repository,
    head: ObjectId,
) -> Result<Option<(String, ObjectId)>, LoadError> {
    let tags = tagged_commits(repository, head)?;
    let mut name_by_oid: HashMap<ObjectId, Cow<'static, BStr>> = HashMap::default();
    for (commit, tag) in &tags {
        name_by_oid.insert(*commit, Cow::Owned(tag.name.clone()));
    }
    let commit_graph = repository.commit_graph_if_enabled().map_err(LoadError::damaged)?;
    let mut graph = repository.revision_graph(commit_graph.as_ref());
    let options = describe::Options { name_by_oid, ..Default::default() };
    let outcome = gix::revision::plumbing::describe(&head, &mut graph, options).map_err(LoadError::damaged)?;
    let Some(name) = outcome.and_then(|outcome| outcome.name) else { return Ok(None) };
    Ok(tags.iter().find(|(_, tag)| tag.name == *name).map(|(commit, tag)| (tag.name.to_string(), *commit)))
}

/// A tag, ordered as git prefers it among those of one commit: annotated ones, then younger ones.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Tag {
    is_annotated: bool,
    seconds: i64,
    name: BString,
}

/// For each tagged commit but `head`, its preferred tag.
fn tagged_commits(repository: &gix::Repository, head: ObjectId) -> Result<BTreeMap<ObjectId, Tag>, LoadError> {
    let references = repository.references().map_err(LoadError::damaged)?;
    let mut best: BTreeMap<ObjectId, Tag> = BTreeMap::new();
    // A tag that cannot be followed to a commit (of a tree, of an object that a shallow clone lacks) is no version.
    for mut reference in references.tags().map_err(LoadError::damaged)?.flatten() {
        let name = BString::from(reference.name().shorten());
        let target = reference.target().try_id().map(ToOwned::to_owned);
        let Ok(commit) = reference.peel_to_commit() else { continue };
        let commit = commit.id;
        if commit == head {
            continue;
        }
        let annotation = target.filter(|target| *target != commit).and_then(|target| repository.find_tag(target).ok());
        let seconds =
            annotation.as_ref().and_then(|tag| tag.tagger().ok().flatten()).map_or(0, |tagger| tagger.seconds());
        let tag = Tag { is_annotated: annotation.is_some(), seconds, name };
        match best.entry(commit) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(tag);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                if *entry.get() < tag {
                    entry.insert(tag);
                }
            }
        }
    }
    Ok(best)
}
