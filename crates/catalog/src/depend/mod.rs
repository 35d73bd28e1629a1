//! Who depends on whom (`pg_depend`).

mod graph;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use crate::ObjectId;
use crate::oid_map::OidMap;

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

/// An edge as one of its ends sees it: the other end, and of which kind it is.
type Edge = (ObjectId, DependencyKind);

/// The edges, both ways. Edges to built-in objects are not kept: nobody can drop those.
#[derive(Debug, Clone, Default)]
pub struct Dependencies {
    uses: Edges,
    used_by: Edges,
}

impl Dependencies {
    /// Records that `dependent` uses `referenced`. Twice the same edge is one.
    pub fn add(&mut self, dependent: ObjectId, referenced: ObjectId, kind: DependencyKind) {
        self.uses.push(dependent, (referenced, kind));
        self.used_by.push(referenced, (dependent, kind));
    }

    /// What `object` uses.
    #[must_use]
    pub fn uses(&self, object: ObjectId) -> &[Edge] {
        self.uses.of(object)
    }

    /// What uses `object`.
    #[must_use]
    pub fn used_by(&self, object: ObjectId) -> &[Edge] {
        self.used_by.of(object)
    }

    /// Forgets what `object` uses (before it is bound anew).
    pub fn clear_uses(&mut self, object: ObjectId) {
        for (referenced, _) in self.uses.take(object).iter() {
            self.used_by.drop(*referenced, object);
        }
    }

    /// Forgets `object` altogether.
    pub fn remove(&mut self, object: ObjectId) {
        self.clear_uses(object);
        for (dependent, _) in self.used_by.take(object).iter() {
            self.uses.drop(*dependent, object);
        }
    }
}

/// The edges of one direction: of an identity, its parts (a relation, its columns, their defaults) with theirs.
#[derive(Debug, Clone, Default)]
struct Edges {
    by_oid: OidMap<Vec<(ObjectId, Arc<[Edge]>)>>,
}

impl Edges {
    fn of(&self, object: ObjectId) -> &[Edge] {
        let parts = self.by_oid.get(object.address().0).map_or(&[][..], |parts| parts);
        parts.iter().find(|part| part.0 == object).map_or(&[], |part| &part.1)
    }

    fn push(&mut self, from: ObjectId, edge: Edge) {
        let oid = from.address().0;
        let known = self.of(from);
        if known.contains(&edge) {
            return;
        }
        let more: Arc<[Edge]> = known.iter().copied().chain([edge]).collect();
        match self.by_oid.get_mut(oid) {
            None => self.by_oid.insert(oid, vec![(from, more)]),
            Some(parts) => match parts.iter_mut().find(|part| part.0 == from) {
                Some(part) => part.1 = more,
                None => parts.push((from, more)),
            },
        }
    }

    /// Forgets the edges of `from` to `to`.
    fn drop(&mut self, from: ObjectId, to: ObjectId) {
        let known = self.of(from);
        if !known.iter().any(|edge| edge.0 == to) {
            return;
        }
        let rest: Arc<[Edge]> = known.iter().copied().filter(|edge| edge.0 != to).collect();
        if rest.is_empty() {
            self.take(from);
        } else if let Some(parts) = self.by_oid.get_mut(from.address().0)
            && let Some(part) = parts.iter_mut().find(|part| part.0 == from)
        {
            part.1 = rest;
        }
    }

    /// Forgets all edges of `from`, and returns them.
    fn take(&mut self, from: ObjectId) -> Arc<[Edge]> {
        let oid = from.address().0;
        let place = self.by_oid.get(oid).and_then(|parts| parts.iter().position(|part| part.0 == from));
        let Some(place) = place else { return Arc::default() };
        let taken = self.by_oid.get_mut(oid).map(|parts| (parts.swap_remove(place).1, parts.is_empty()));
        let Some((edges, is_empty)) = taken else { return Arc::default() };
        if is_empty {
            self.by_oid.remove(oid);
        }
        edges
    }
}
