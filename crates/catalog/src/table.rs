//! A catalog: objects by identity and by name, persistent.

use std::hash::BuildHasherDefault;
use std::sync::Arc;

use rpds::{HashTrieMap, HashTrieMapSync};
use rustc_hash::FxHasher;

use crate::oid_map::OidMap;
use crate::{Constraint, Oid};

/// The identities that share a name, by namespace.
type Namesakes = Arc<[(Oid, Arc<[Oid]>)]>;

/// An object as catalogs keep them: by identity and by name.
pub trait CatalogObject {
    /// Identity.
    fn oid(&self) -> Oid;
    /// The schema it is in; none for what is in no schema. Casts are kept by their source type instead.
    fn namespace(&self) -> Oid;
    /// Name; empty for casts.
    fn name(&self) -> &Arc<str>;
    /// Its constraints: what else it is found by.
    fn constraints(&self) -> &[Arc<Constraint>] {
        &[]
    }
}

/// Objects of one catalog. Cloning is O(1); a change copies O(log n) nodes.
///
/// Several objects may share (namespace, name): functions and operators do.
#[derive(Debug)]
pub struct ObjectTable<T> {
    /// Shared until one of its holders changes it: two tables that point to the same hold the same.
    held: Arc<Held<T>>,
}

#[derive(Debug)]
struct Held<T> {
    by_oid: OidMap<Arc<T>>,
    by_name: HashTrieMapSync<Arc<str>, Namesakes, BuildHasherDefault<FxHasher>>,
    /// Which objects have, or once had, a constraint of this name. Nothing is forgotten: who asks looks at the object.
    by_constraint: HashTrieMapSync<Arc<str>, Arc<[Oid]>, BuildHasherDefault<FxHasher>>,
}

impl<T> Clone for ObjectTable<T> {
    fn clone(&self) -> Self {
        Self { held: self.held.clone() }
    }
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self { by_oid: self.by_oid.clone(), by_name: self.by_name.clone(), by_constraint: self.by_constraint.clone() }
    }
}

impl<T> Default for ObjectTable<T> {
    fn default() -> Self {
        let held = Held {
            by_oid: OidMap::default(),
            by_name: HashTrieMap::new_with_hasher_and_ptr_kind(BuildHasherDefault::default()),
            by_constraint: HashTrieMap::new_with_hasher_and_ptr_kind(BuildHasherDefault::default()),
        };
        Self { held: Arc::new(held) }
    }
}

impl<T: CatalogObject> ObjectTable<T> {
    /// The object of this identity.
    #[must_use]
    pub fn get(&self, oid: Oid) -> Option<&Arc<T>> {
        self.held.by_oid.get(oid)
    }

    /// Identities with this name in this namespace, by creation.
    #[must_use]
    pub fn named(&self, namespace: Oid, name: &str) -> &[Oid] {
        self.held.named(namespace, name)
    }

    /// The objects with this name in this namespace, by creation.
    pub fn all_named(&self, namespace: Oid, name: &str) -> impl Iterator<Item = &Arc<T>> {
        self.named(namespace, name).iter().filter_map(|oid| self.get(*oid))
    }

    /// The first object with this name in this namespace.
    #[must_use]
    pub fn first_named(&self, namespace: Oid, name: &str) -> Option<&Arc<T>> {
        self.get(*self.named(namespace, name).first()?)
    }

    /// Whether nothing was put or removed between the two. Never true of different contents; it may be false of equal ones
    /// that were made apart.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.held, &other.held)
    }

    /// All objects by identity.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.held.by_oid.values()
    }

    /// How many objects.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.by_oid.len()
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.by_oid.len() == 0
    }

    /// Adds an object, or replaces the one of the same identity (its name may differ).
    pub fn put(&mut self, object: Arc<T>) {
        Arc::make_mut(&mut self.held).put(object);
    }

    /// Changes the object of this identity; none where there is none. It is copied only where another schema shares it.
    pub fn change<R>(&mut self, oid: Oid, change: impl FnOnce(&mut T) -> R) -> Option<R>
    where
        T: Clone,
    {
        self.get(oid)?;
        Arc::make_mut(&mut self.held).change(oid, change)
    }

    /// Removes an object.
    pub fn remove(&mut self, oid: Oid) -> Option<Arc<T>> {
        let object = self.get(oid)?.clone();
        let held = Arc::make_mut(&mut self.held);
        held.forget_name(oid, &(object.namespace(), object.name().clone()));
        held.by_oid.remove(oid);
        Some(object)
    }

    /// Whether an object of the namespace has a constraint of this name (`ConstraintNameExists`).
    #[must_use]
    pub fn has_constraint(&self, namespace: Oid, name: &str) -> bool {
        let holders = self.held.by_constraint.get(name).map_or(&[][..], |holders| holders);
        holders.iter().filter_map(|oid| self.get(*oid)).any(|object| {
            object.namespace() == namespace && object.constraints().iter().any(|constraint| *constraint.name == *name)
        })
    }
}

impl<T: CatalogObject> Held<T> {
    fn named(&self, namespace: Oid, name: &str) -> &[Oid] {
        let namesakes = self.by_name.get(name).map_or(&[][..], |namesakes| namesakes);
        namesakes.iter().find(|(of, _)| *of == namespace).map_or(&[], |(_, oids)| oids)
    }

    fn put(&mut self, object: Arc<T>) {
        let oid = object.oid();
        match self.by_oid.get(oid).cloned() {
            Some(before) => {
                self.rename(oid, (before.namespace(), before.name()), &object);
                // Most changes leave most constraints where they are.
                let pairs = object.constraints().iter().zip(before.constraints());
                let same = pairs.take_while(|(now, then)| Arc::ptr_eq(now, then)).count();
                self.learn_constraints(oid, &object.constraints()[same..]);
            }
            None => {
                self.learn_name(oid, object.namespace(), object.name());
                self.learn_constraints(oid, object.constraints());
            }
        }
        self.by_oid.insert(oid, object);
    }

    fn change<R>(&mut self, oid: Oid, change: impl FnOnce(&mut T) -> R) -> Option<R>
    where
        T: Clone,
    {
        let object = self.by_oid.get_mut(oid)?;
        let (namespace, name) = (object.namespace(), object.name().clone());
        let known: Vec<Arc<str>> = object.constraints().iter().map(|known| known.name.clone()).collect();
        let result = change(Arc::make_mut(object));
        let object = object.clone();
        self.rename(oid, (namespace, &name), &object);
        let pairs = object.constraints().iter().zip(&known);
        let same = pairs.take_while(|(now, then)| Arc::ptr_eq(&now.name, then)).count();
        self.learn_constraints(oid, &object.constraints()[same..]);
        Some(result)
    }

    /// Keeps the names right where an object has another than it had.
    fn rename(&mut self, oid: Oid, before: (Oid, &Arc<str>), object: &T) {
        if before.0 != object.namespace() || before.1 != object.name() {
            self.forget_name(oid, &(before.0, before.1.clone()));
            self.learn_name(oid, object.namespace(), object.name());
        }
    }

    fn learn_constraints(&mut self, oid: Oid, constraints: &[Arc<Constraint>]) {
        for constraint in constraints {
            let holders = self.by_constraint.get(&constraint.name).map_or(&[][..], |holders| holders);
            if !holders.contains(&oid) {
                let holders = holders.iter().copied().chain([oid]).collect();
                self.by_constraint.insert_mut(constraint.name.clone(), holders);
            }
        }
    }

    fn learn_name(&mut self, oid: Oid, namespace: Oid, name: &Arc<str>) {
        let oids: Arc<[Oid]> = self.named(namespace, name).iter().copied().chain([oid]).collect();
        self.set_namesakes(name, namespace, oids);
    }

    fn forget_name(&mut self, oid: Oid, key: &(Oid, Arc<str>)) {
        let oids: Arc<[Oid]> = self.named(key.0, &key.1).iter().copied().filter(|other| *other != oid).collect();
        self.set_namesakes(&key.1, key.0, oids);
    }

    fn set_namesakes(&mut self, name: &Arc<str>, namespace: Oid, oids: Arc<[Oid]>) {
        let known = self.by_name.get(name).map_or(&[][..], |namesakes| namesakes);
        let others = known.iter().filter(|(of, _)| *of != namespace).cloned();
        let namesakes: Namesakes = others.chain((!oids.is_empty()).then_some((namespace, oids))).collect();
        if namesakes.is_empty() {
            self.by_name.remove_mut(name);
        } else {
            self.by_name.insert_mut(name.clone(), namesakes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{CatalogObject, ObjectTable};
    use crate::Oid;

    #[derive(Clone)]
    struct Named(Oid, Oid, Arc<str>);

    impl CatalogObject for Named {
        fn oid(&self) -> Oid {
            self.0
        }
        fn namespace(&self) -> Oid {
            self.1
        }
        fn name(&self) -> &Arc<str> {
            &self.2
        }
    }

    fn put(table: &mut ObjectTable<Named>, oid: u32, namespace: u32, name: &str) {
        table.put(Arc::new(Named(Oid(oid), Oid(namespace), Arc::from(name))));
    }

    #[test]
    fn names_follow_changes() {
        let mut table = ObjectTable::default();
        put(&mut table, 1, 7, "a");
        put(&mut table, 2, 7, "a");
        put(&mut table, 3, 8, "a");
        assert_eq!(table.named(Oid(7), "a"), [Oid(1), Oid(2)]);
        let before = table.clone();
        put(&mut table, 1, 8, "b");
        assert_eq!(table.named(Oid(7), "a"), [Oid(2)]);
        assert_eq!(table.named(Oid(8), "b"), [Oid(1)]);
        assert!(table.remove(Oid(2)).is_some() && table.remove(Oid(2)).is_none());
        assert_eq!(table.named(Oid(7), "a"), []);
        assert_eq!(table.named(Oid(8), "a"), [Oid(3)]);
        assert_eq!((table.len(), before.len()), (2, 3));
        assert_eq!(before.named(Oid(7), "a"), [Oid(1), Oid(2)]);
    }

    #[test]
    fn a_change_in_place_is_seen_by_no_other_table() {
        let mut table = ObjectTable::default();
        put(&mut table, 1, 7, "a");
        let before = table.clone();
        assert!(table.same_as(&before));
        assert_eq!(table.change(Oid(1), |object| object.2 = Arc::from("b")), Some(()));
        assert_eq!(table.change(Oid(2), |_| ()), None);
        assert!(!table.same_as(&before));
        assert_eq!((table.named(Oid(7), "a"), table.named(Oid(7), "b")), (&[][..], &[Oid(1)][..]));
        assert_eq!((before.named(Oid(7), "a"), before.named(Oid(7), "b")), (&[Oid(1)][..], &[][..]));
        assert_eq!(before.get(Oid(1)).map(|object| &*object.2), Some("a"));
    }
}
