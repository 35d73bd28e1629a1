//! A catalog that never changes: sorted by name, with an index by identity.

use crate::Oid;
use crate::table::CatalogObject;

/// The built-in objects of one catalog.
#[derive(Debug)]
pub struct BuiltinTable<T> {
    /// By (namespace, name, identity).
    objects: Vec<T>,
    /// Places in `objects`, by identity.
    by_oid: Vec<(Oid, u32)>,
}

impl<T: CatalogObject> BuiltinTable<T> {
    /// A table of these objects, in any order.
    #[must_use]
    pub fn new(mut objects: Vec<T>) -> Self {
        // The data files are in this order already: one pass that compares neighbours.
        let order = |one: &T, other: &T| {
            let by_name = || one.name().cmp(other.name());
            let by_namespace = one.namespace().cmp(&other.namespace());
            by_namespace.then_with(by_name).then_with(|| one.oid().cmp(&other.oid()))
        };
        if !objects.is_sorted_by(|one, other| order(one, other).is_le()) {
            objects.sort_by(order);
        }
        let mut by_oid: Vec<_> = objects.iter().map(CatalogObject::oid).zip(0..).collect();
        by_oid.sort_unstable();
        Self { objects, by_oid }
    }

    /// The object of this identity.
    #[must_use]
    pub fn get(&self, oid: Oid) -> Option<&T> {
        let found = self.by_oid.binary_search_by_key(&oid, |entry| entry.0).ok()?;
        self.objects.get(self.by_oid[found].1 as usize)
    }

    /// The objects of this name in this namespace, by identity.
    #[must_use]
    pub fn named(&self, namespace: Oid, name: &str) -> &[T] {
        let key = |object: &T| object.namespace().cmp(&namespace).then_with(|| (**object.name()).cmp(name));
        let start = self.objects.partition_point(|object| key(object).is_lt());
        let length = self.objects[start..].iter().take_while(|object| key(object).is_eq()).count();
        &self.objects[start..start + length]
    }

    /// All objects, by namespace and name.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.objects.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }
}

impl<'a, T: CatalogObject> IntoIterator for &'a BuiltinTable<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
