//! A catalog that never changes: found by name and by identity, each object read from its line when it is asked for.

use std::hash::BuildHasher;
use std::sync::OnceLock;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::Builtin;
use super::record::Fields;
use crate::Oid;

/// What an object is found by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) oid: Oid,
    pub(super) namespace: Oid,
    pub(super) name: &'static str,
}

/// An object that is read when it is asked for: a run uses a few of some thousands.
#[derive(Debug)]
struct Entry<T> {
    head: Head,
    line: &'static str,
    object: OnceLock<Box<T>>,
}

/// The built-in objects of one catalog.
#[derive(Debug)]
pub struct BuiltinTable<T> {
    builtin: &'static Builtin,
    read: fn(&'static Builtin, &mut Fields<'static>) -> T,
    /// By (namespace, name, identity).
    entries: Vec<Entry<T>>,
    /// Places in `entries`, from 1, by identity; 0 where there is none. Built-in identities are small numbers.
    by_oid: Vec<u16>,
    /// The first place in `entries` of each (namespace, name), by their hash; [`SHARED`] where two have the same one.
    by_name: FxHashMap<u64, u32>,
}

const SHARED: u32 = u32::MAX;

fn hash_of(namespace: Oid, name: &str) -> u64 {
    FxBuildHasher.hash_one((namespace, name))
}

impl<T> BuiltinTable<T> {
    /// A table of the objects of these lines, in any order, each with what it is found by.
    pub(super) fn new(
        builtin: &'static Builtin,
        lines: impl Iterator<Item = (Head, &'static str)>,
        read: fn(&'static Builtin, &mut Fields<'static>) -> T,
    ) -> Self {
        let mut entries: Vec<_> = lines.map(|(head, line)| Entry { head, line, object: OnceLock::new() }).collect();
        // The data files are in this order already: one pass that compares neighbours.
        let key = |entry: &Entry<T>| (entry.head.namespace, entry.head.name, entry.head.oid);
        if !entries.is_sorted_by_key(key) {
            entries.sort_by_key(key);
        }
        let last = entries.iter().map(|entry| entry.head.oid.0 as usize).max().unwrap_or(0);
        let mut by_oid = vec![0; last + 1];
        for (entry, place) in entries.iter().zip(1..=u16::MAX) {
            by_oid[entry.head.oid.0 as usize] = place;
        }
        let by_name = starts(&entries);
        Self { builtin, read, entries, by_oid, by_name }
    }

    fn object<'a>(&'a self, entry: &'a Entry<T>) -> &'a T {
        entry.object.get_or_init(|| Box::new((self.read)(self.builtin, &mut Fields::new(entry.line))))
    }

    /// The object of this identity.
    #[must_use]
    pub fn get(&self, oid: Oid) -> Option<&T> {
        let place = *self.by_oid.get(oid.0 as usize)?;
        self.entries.get(usize::from(place).checked_sub(1)?).map(|entry| self.object(entry))
    }

    /// The objects of this name in this namespace, by identity.
    pub fn named(&self, namespace: Oid, name: &str) -> impl Iterator<Item = &T> + use<'_, T> {
        let start = match self.by_name.get(&hash_of(namespace, name)) {
            None => self.entries.len(),
            Some(&SHARED) => {
                let key =
                    |entry: &Entry<T>| entry.head.namespace.cmp(&namespace).then_with(|| entry.head.name.cmp(name));
                self.entries.partition_point(|entry| key(entry).is_lt())
            }
            Some(start) => *start as usize,
        };
        let is_it = |entry: &&Entry<T>| entry.head.namespace == namespace && entry.head.name == name;
        let length = self.entries[start..].iter().take_while(is_it).count();
        self.entries[start..start + length].iter().map(|entry| self.object(entry))
    }

    /// All objects, by namespace and name.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|entry| self.object(entry))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Where each run of objects of one name starts.
fn starts<T>(entries: &[Entry<T>]) -> FxHashMap<u64, u32> {
    let mut starts = FxHashMap::with_capacity_and_hasher(entries.len(), FxBuildHasher);
    let mut last: Option<(Oid, &str)> = None;
    for (entry, at) in entries.iter().zip(0..) {
        let key = (entry.head.namespace, entry.head.name);
        if last.replace(key) != Some(key) {
            starts.entry(hash_of(key.0, key.1)).and_modify(|start| *start = SHARED).or_insert(at);
        }
    }
    starts
}
