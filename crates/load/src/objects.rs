//! Contents in git's object store.

use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use rollproof_source::{ContentId, ContentStore, ReadError};

use crate::disk::MAX_FILE_BYTES;

/// What one object may take in memory, in bytes, before it is refused: a file, or the list of a folder, and what they are
/// stored as a difference to.
pub(crate) const MAX_OBJECT_BYTES: u64 = 4 * MAX_FILE_BYTES;

/// A repository's objects, read from any thread.
///
/// A handle keeps its caches (open packs, delta bases) and belongs to one thread at a time, so handles that are not
/// in use wait in a pool.
pub(crate) struct Objects {
    repository: gix::ThreadSafeRepository,
    idle: Mutex<Vec<gix::Repository>>,
}

impl Objects {
    pub(crate) fn new(repository: gix::ThreadSafeRepository) -> Self {
        Self { repository, idle: Mutex::new(Vec::new()) }
    }

    /// Lends a handle to `use_handle`.
    pub(crate) fn with<T>(&self, use_handle: impl FnOnce(&gix::Repository) -> T) -> T {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let handle = idle.unwrap_or_else(|| self.repository.to_thread_local());
        let value = use_handle(&handle);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
        value
    }
}

impl ContentStore for Objects {
    fn read(&self, _path: &str, id: &ContentId) -> Result<Vec<u8>, ReadError> {
        let id = ObjectId::Sha1(id.0);
        self.with(|repository| {
            // An object is decoded whole, up to `MAX_OBJECT_BYTES`; what a size was asked of would be looked up twice.
            let mut object = repository.find_object(id).map_err(|error| refused(repository, id, &error))?;
            let size = object.data.len() as u64;
            if size > MAX_FILE_BYTES { Err(ReadError::TooLarge(size)) } else { Ok(std::mem::take(&mut object.data)) }
        })
    }
}

/// Why an object could not be read.
fn refused(repository: &gix::Repository, id: ObjectId, error: &dyn std::fmt::Display) -> ReadError {
    match repository.try_find_header(id) {
        Ok(Some(header)) if header.size() > MAX_FILE_BYTES => ReadError::TooLarge(header.size()),
        Ok(Some(_)) => ReadError::Failed(error.to_string()),
        Ok(None) => {
            ReadError::Failed(format!("this clone does not have the object {id}: fetch it whole, without a filter"))
        }
        Err(error) => ReadError::Failed(error.to_string()),
    }
}
