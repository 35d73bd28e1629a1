//! Contents in git's object store.

use std::sync::{Mutex, PoisonError};

use gix::ObjectId;
use rollproof_source::{ContentId, ContentStore, ReadError};

use crate::disk::MAX_FILE_BYTES;

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
            let header = repository.try_find_header(id).map_err(|error| ReadError::Failed(error.to_string()))?;
            // The size is asked for first: an object is decoded whole, however large.
            let header = header.ok_or_else(|| {
                ReadError::Failed(format!("this clone does not have the object {id}: fetch it whole, without a filter"))
            })?;
            if header.size() > MAX_FILE_BYTES {
                return Err(ReadError::TooLarge(header.size()));
            }
            let mut object = repository.find_object(id).map_err(|error| ReadError::Failed(error.to_string()))?;
            Ok(std::mem::take(&mut object.data))
        })
    }
}
