//! Which classes extend which.

use std::sync::{Arc, PoisonError};

use rollproof_source::FileId;

use super::Program;
use crate::eval::subclass::Extending;

impl Program<'_> {
    /// The classes of the wave that extend others, found at the first call.
    pub(crate) fn extending(&self, find: impl FnOnce() -> Extending) -> Arc<Extending> {
        if let Some(known) = self.extending.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            return known.clone();
        }
        // Another thread may find the same meanwhile.
        let found = Arc::new(find());
        self.extending.write().unwrap_or_else(PoisonError::into_inner).get_or_insert(found).clone()
    }

    /// The classes of any file that extend those of one, found at the first call.
    pub(crate) fn extending_in(&self, file: FileId, find: impl FnOnce() -> Extending) -> Arc<Extending> {
        if let Some(known) = self.extending_in.read().unwrap_or_else(PoisonError::into_inner).get(&file) {
            return known.clone();
        }
        let found = Arc::new(find());
        let mut known = self.extending_in.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(file).or_insert(found).clone()
    }
}
