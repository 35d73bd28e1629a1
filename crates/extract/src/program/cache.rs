//! What was found in files, by path and content, kept for every version that holds them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use rollproof_source::ContentId;
use rustc_hash::FxHashMap;

use crate::glance::Glance;
use crate::ir::Facts;
use crate::setters::Setters;
use crate::sinks::Language;
use crate::types::Defined;

/// One (path, content): its text, and what was found in it once somebody asked.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) text: Arc<str>,
    pub(super) facts: OnceLock<Arc<Facts>>,
    /// What a look found, and what was looked for.
    pub(crate) glance: OnceLock<(u64, Glance)>,
    /// Whether it calls one of some names, by what tells the names from others.
    calls: Mutex<Vec<(u64, bool)>>,
    /// What it writes into.
    pub(crate) setters: OnceLock<Arc<Setters>>,
    /// The types that it defines.
    defined: OnceLock<Arc<Defined>>,
}

impl Entry {
    /// The types that the file defines, looked for at the first call.
    pub(crate) fn defined(&self, language: &'static Language) -> Arc<Defined> {
        self.defined.get_or_init(|| Arc::new(Defined::of(&self.text, language))).clone()
    }

    /// Whether the file calls one of the names that `signature` stands for: two versions most often look for the same.
    pub(crate) fn calls(&self, signature: u64, look: impl FnOnce(&str) -> bool) -> bool {
        let known =
            |calls: &[(u64, bool)]| calls.iter().find(|(sought, _)| *sought == signature).map(|(_, found)| *found);
        if let Some(found) = known(&self.calls.lock().unwrap_or_else(PoisonError::into_inner)) {
            return found;
        }
        let found = look(&self.text);
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push((signature, found));
        found
    }
}

/// What parsing found, by path and content: a file that two versions share is parsed once.
#[derive(Debug, Default)]
pub struct Cache {
    entries: RwLock<Entries>,
    /// How many extractions have begun.
    begun: AtomicUsize,
}

impl Cache {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The files that were parsed so far, sorted: those that hold SQL, and what their texts and calls lead to.
    #[must_use]
    pub fn parsed_paths(&self) -> Vec<Arc<str>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let parsed = entries.iter().filter(|(_, entry)| entry.facts.get().is_some());
        let mut paths: Vec<Arc<str>> = parsed.map(|((path, _), _)| path.clone()).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// Whether an extraction that begins now takes its files from the end: of two that run at once, one comes from each
    /// side, so that neither waits for the other's files, and the second half of each is done when it gets there.
    pub(crate) fn begins_at_end(&self) -> bool {
        self.begun.fetch_add(1, Ordering::Relaxed) % 2 == 1
    }

    pub(super) fn get(&self, path: &Arc<str>, content: ContentId) -> Option<Arc<Entry>> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner).get(&(path.clone(), content)).cloned()
    }

    pub(crate) fn insert(&self, path: &Arc<str>, content: ContentId, text: Arc<str>) -> Arc<Entry> {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.entry((path.clone(), content));
        entry
            .or_insert_with(|| {
                let (facts, glance, setters) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
                let (calls, defined) = (Mutex::default(), OnceLock::new());
                Arc::new(Entry { text, facts, glance, calls, setters, defined })
            })
            .clone()
    }
}

type Entries = FxHashMap<(Arc<str>, ContentId), Arc<Entry>>;
