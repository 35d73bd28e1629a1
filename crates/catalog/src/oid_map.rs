//! A persistent map from identities.
//!
//! Identities are given one after the other, so that the objects that one statement makes or changes lie side by side: a
//! radix tree copies the few nodes above them once, and then changes them in place.

use std::sync::Arc;

use crate::Oid;

/// How many bits of an identity one level of the tree looks at.
const BITS: u32 = 4;

/// How many entries a node has.
const WIDTH: usize = 1 << BITS;

/// A persistent map from identities. Cloning is O(1); a change copies the nodes on the way that others share.
#[derive(Debug, Clone)]
pub(crate) struct OidMap<V> {
    /// None where the map is empty.
    root: Option<Arc<Node<V>>>,
    /// How many levels are above the leaves.
    height: u32,
    size: usize,
}

#[derive(Debug, Clone)]
enum Node<V> {
    Inner([Option<Arc<Self>>; WIDTH]),
    Leaf([Option<V>; WIDTH]),
}

impl<V> Default for OidMap<V> {
    fn default() -> Self {
        Self { root: None, height: 0, size: 0 }
    }
}

/// Which entry of a node of this height the identity goes to.
const fn entry(oid: Oid, height: u32) -> usize {
    (oid.0 >> (BITS * height)) as usize % WIDTH
}

/// Whether a tree of this height has a place for the identity.
const fn fits(oid: Oid, height: u32) -> bool {
    (oid.0 as u64) < 1 << (BITS * (height + 1))
}

impl<V> OidMap<V> {
    /// What is kept for the identity.
    pub(crate) fn get(&self, oid: Oid) -> Option<&V> {
        if !fits(oid, self.height) {
            return None;
        }
        let (mut node, mut height) = (self.root.as_ref()?, self.height);
        loop {
            match &**node {
                Node::Inner(below) => node = below[entry(oid, height)].as_ref()?,
                Node::Leaf(values) => return values[entry(oid, 0)].as_ref(),
            }
            height = height.saturating_sub(1);
        }
    }

    /// How many identities something is kept for.
    pub(crate) fn len(&self) -> usize {
        self.size
    }

    /// Everything, by identity.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        let mut pending: Vec<&Node<V>> = self.root.as_deref().into_iter().collect();
        let mut leaf: &[Option<V>] = &[];
        std::iter::from_fn(move || {
            loop {
                while let Some((first, rest)) = leaf.split_first() {
                    leaf = rest;
                    if first.is_some() {
                        return first.as_ref();
                    }
                }
                match pending.pop()? {
                    Node::Inner(below) => pending.extend(below.iter().rev().filter_map(Option::as_deref)),
                    Node::Leaf(values) => leaf = values,
                }
            }
        })
    }
}

impl<V: Clone> OidMap<V> {
    /// What is kept for the identity, to be changed.
    pub(crate) fn get_mut(&mut self, oid: Oid) -> Option<&mut V> {
        // Looking first copies no node for nothing.
        self.get(oid)?;
        self.place(oid).as_mut()
    }

    /// Keeps something for the identity, in place of what was.
    pub(crate) fn insert(&mut self, oid: Oid, value: V) {
        if self.place(oid).replace(value).is_none() {
            self.size += 1;
        }
    }

    /// Forgets what is kept for the identity.
    pub(crate) fn remove(&mut self, oid: Oid) -> Option<V> {
        self.get(oid)?;
        self.size -= 1;
        self.place(oid).take()
    }

    /// Where the identity's value is, or will be.
    fn place(&mut self, oid: Oid) -> &mut Option<V> {
        while !fits(oid, self.height) {
            if let Some(low) = self.root.take() {
                let mut below = [const { None }; WIDTH];
                below[0] = Some(low);
                self.root = Some(Arc::new(Node::Inner(below)));
            }
            self.height += 1;
        }
        let root = self.root.get_or_insert_with(|| Node::empty(self.height));
        Node::place(Arc::make_mut(root), oid, self.height)
    }
}

impl<V: Clone> Node<V> {
    fn empty(height: u32) -> Arc<Self> {
        Arc::new(match height {
            0 => Self::Leaf([const { None }; WIDTH]),
            _ => Self::Inner([const { None }; WIDTH]),
        })
    }

    fn place(&mut self, oid: Oid, height: u32) -> &mut Option<V> {
        match self {
            Self::Leaf(values) => &mut values[entry(oid, 0)],
            Self::Inner(below) => {
                let lower = height.saturating_sub(1);
                let next = below[entry(oid, height)].get_or_insert_with(|| Self::empty(lower));
                Arc::make_mut(next).place(oid, lower)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OidMap;
    use crate::Oid;

    #[test]
    fn it_holds_what_a_sorted_map_holds() {
        let mut map = OidMap::default();
        let mut sorted = std::collections::BTreeMap::new();
        let mut number: u32 = 7;
        for step in 0..4000 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Small ones, those of a user's objects, and, seldom, the largest.
            let oid = Oid(match step % 50 {
                0 => number | 0xf000_0000,
                at if at % 7 == 0 => number % 300,
                _ => 16384 + (number >> 8) % 900,
            });
            if number.is_multiple_of(3) {
                assert_eq!(map.remove(oid), sorted.remove(&oid));
            } else {
                map.insert(oid, step);
                sorted.insert(oid, step);
            }
            assert_eq!(map.len(), sorted.len());
        }
        assert!(map.values().eq(sorted.values()));
        for oid in (0..20_000).map(Oid) {
            assert_eq!(map.get(oid), sorted.get(&oid));
        }
    }

    #[test]
    fn a_clone_keeps_what_it_had() {
        let mut map = OidMap::default();
        map.insert(Oid(16384), 'a');
        map.insert(Oid(16400), 'b');
        let before = map.clone();
        if let Some(value) = map.get_mut(Oid(16384)) {
            *value = 'c';
        }
        assert_eq!(map.get_mut(Oid(3)), None);
        assert_eq!(map.remove(Oid(16400)), Some('b'));
        map.insert(Oid(u32::MAX), 'd');
        assert!(map.values().eq(&['c', 'd']));
        assert!(before.values().eq(&['a', 'b']));
        assert_eq!((before.get(Oid(u32::MAX)), before.get(Oid(0))), (None, None));
    }
}
