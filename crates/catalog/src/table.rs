//! A catalog: objects by identity and by name, persistent.

use std::sync::Arc;

use rpds::{HashTrieMapSync, RedBlackTreeMapSync};

use crate::Oid;

/// Objects of one catalog. Cloning is O(1); a change copies O(log n) nodes.
///
/// Several objects may share (namespace, name): functions and operators do.
#[derive(Debug)]
pub struct ObjectTable<T> {
    by_oid: RedBlackTreeMapSync<Oid, Arc<T>>,
    by_name: HashTrieMapSync<(Oid, Arc<str>), Arc<[Oid]>>,
}

impl<T> Clone for ObjectTable<T> {
    fn clone(&self) -> Self {
        Self { by_oid: self.by_oid.clone(), by_name: self.by_name.clone() }
    }
}

impl<T> Default for ObjectTable<T> {
    fn default() -> Self {
        Self { by_oid: RedBlackTreeMapSync::new_sync(), by_name: HashTrieMapSync::new_sync() }
    }
}

impl<T> ObjectTable<T> {
    /// The object of this identity.
    #[must_use]
    pub fn get(&self, oid: Oid) -> Option<&Arc<T>> {
        self.by_oid.get(&oid)
    }

    /// Identities with this name in this namespace, by creation.
    #[must_use]
    pub fn named(&self, namespace: Oid, name: &str) -> &[Oid] {
        self.by_name.get(&(namespace, Arc::from(name))).map_or(&[], |oids| oids)
    }

    /// All objects by identity.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.by_oid.values()
    }

    /// How many objects.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_oid.size()
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_oid.is_empty()
    }

    /// Adds an object, or replaces the one of the same identity (its name may differ).
    pub fn put(
        &mut self,
        oid: Oid,
        namespace: Oid,
        name: &Arc<str>,
        object: Arc<T>,
        key_of: impl Fn(&T) -> (Oid, Arc<str>),
    ) {
        if let Some(before) = self.by_oid.get(&oid) {
            let key = key_of(before);
            if key.0 != namespace || key.1 != *name {
                self.forget_name(oid, &key);
                self.learn_name(oid, namespace, name);
            }
        } else {
            self.learn_name(oid, namespace, name);
        }
        self.by_oid.insert_mut(oid, object);
    }

    /// Removes an object.
    pub fn remove(&mut self, oid: Oid, key_of: impl Fn(&T) -> (Oid, Arc<str>)) -> Option<Arc<T>> {
        let object = self.by_oid.get(&oid)?.clone();
        self.forget_name(oid, &key_of(&object));
        self.by_oid.remove_mut(&oid);
        Some(object)
    }

    fn learn_name(&mut self, oid: Oid, namespace: Oid, name: &Arc<str>) {
        let key = (namespace, name.clone());
        let oids: Arc<[Oid]> = self.named(namespace, name).iter().copied().chain([oid]).collect();
        self.by_name.insert_mut(key, oids);
    }

    fn forget_name(&mut self, oid: Oid, key: &(Oid, Arc<str>)) {
        let oids: Arc<[Oid]> = self.named(key.0, &key.1).iter().copied().filter(|other| *other != oid).collect();
        if oids.is_empty() {
            self.by_name.remove_mut(key);
        } else {
            self.by_name.insert_mut(key.clone(), oids);
        }
    }
}
