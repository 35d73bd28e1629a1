//! Which classes extend which.

use std::sync::{Arc, PoisonError};

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
}
