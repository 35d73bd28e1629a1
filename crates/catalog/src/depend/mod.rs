//! Who depends on whom (`pg_depend`).

mod graph;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use rpds::RedBlackTreeMapSync;

use crate::ObjectId;

pub use graph::{Blocked, DependencyGraph};

/// `deptype`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DependencyKind {
    /// `n`: dropping the referenced object needs CASCADE.
    Normal,
    /// `a`: dropping the referenced object drops the dependent one.
    Automatic,
    /// `i`: the dependent object is part of the referenced one, and cannot be dropped alone.
    Internal,
    /// `e`: member of an extension.
    Extension,
}

/// The edges, both ways. Edges to built-in objects are not kept: nobody can drop those.
#[derive(Debug, Clone)]
pub struct Dependencies {
    uses: RedBlackTreeMapSync<ObjectId, Arc<[(ObjectId, DependencyKind)]>>,
    used_by: RedBlackTreeMapSync<ObjectId, Arc<[(ObjectId, DependencyKind)]>>,
}

impl Default for Dependencies {
    fn default() -> Self {
        Self { uses: RedBlackTreeMapSync::new_sync(), used_by: RedBlackTreeMapSync::new_sync() }
    }
}

impl Dependencies {
    /// Records that `dependent` uses `referenced`. Twice the same edge is one.
    pub fn add(&mut self, dependent: ObjectId, referenced: ObjectId, kind: DependencyKind) {
        push(&mut self.uses, dependent, (referenced, kind));
        push(&mut self.used_by, referenced, (dependent, kind));
    }

    /// What `object` uses.
    #[must_use]
    pub fn uses(&self, object: ObjectId) -> &[(ObjectId, DependencyKind)] {
        self.uses.get(&object).map_or(&[], |edges| edges)
    }

    /// What uses `object`.
    #[must_use]
    pub fn used_by(&self, object: ObjectId) -> &[(ObjectId, DependencyKind)] {
        self.used_by.get(&object).map_or(&[], |edges| edges)
    }

    /// Every edge as (dependent, referenced, kind), by dependent.
    pub fn iter(&self) -> impl Iterator<Item = (ObjectId, ObjectId, DependencyKind)> + '_ {
        self.uses.iter().flat_map(|(dependent, edges)| edges.iter().map(|edge| (*dependent, edge.0, edge.1)))
    }

    /// Forgets what `object` uses (before it is bound anew).
    pub fn clear_uses(&mut self, object: ObjectId) {
        let Some(edges) = self.uses.get(&object).cloned() else { return };
        self.uses.remove_mut(&object);
        for (referenced, _) in edges.iter() {
            drop_edges(&mut self.used_by, *referenced, object);
        }
    }

    /// Forgets `object` altogether.
    pub fn remove(&mut self, object: ObjectId) {
        self.clear_uses(object);
        let Some(edges) = self.used_by.get(&object).cloned() else { return };
        self.used_by.remove_mut(&object);
        for (dependent, _) in edges.iter() {
            drop_edges(&mut self.uses, *dependent, object);
        }
    }
}

type Edges = RedBlackTreeMapSync<ObjectId, Arc<[(ObjectId, DependencyKind)]>>;

fn push(edges: &mut Edges, from: ObjectId, edge: (ObjectId, DependencyKind)) {
    let known = edges.get(&from).map_or(&[][..], |known| known);
    if !known.contains(&edge) {
        let more = known.iter().copied().chain([edge]).collect();
        edges.insert_mut(from, more);
    }
}

fn drop_edges(edges: &mut Edges, from: ObjectId, to: ObjectId) {
    let Some(known) = edges.get(&from) else { return };
    let rest: Arc<[_]> = known.iter().copied().filter(|edge| edge.0 != to).collect();
    if rest.is_empty() {
        edges.remove_mut(&from);
    } else {
        edges.insert_mut(from, rest);
    }
}
