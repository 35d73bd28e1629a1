//! Reading files of a folder: never through a symbolic link, never more than the limit.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rollproof_source::{ContentId, ContentStore, ReadError};

/// The largest file that is read, in bytes. Larger ones are listed, and say so when somebody reads them.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Contents of a folder's files.
pub(crate) struct Disk {
    root: PathBuf,
    /// Files whose names are not UTF-8, by the name that the snapshot gives them.
    odd_names: BTreeMap<Arc<str>, PathBuf>,
}

impl Disk {
    pub(crate) fn new(root: PathBuf, odd_names: BTreeMap<Arc<str>, PathBuf>) -> Self {
        Self { root, odd_names }
    }
}

impl ContentStore for Disk {
    fn read(&self, path: &str, _id: &ContentId) -> Result<Vec<u8>, ReadError> {
        match self.odd_names.get(path) {
            Some(name) => read_file(&self.root.join(name)),
            None => read_file(&self.root.join(path)),
        }
    }
}

/// The bytes of the regular file at `path`.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, ReadError> {
    let failed = |error: std::io::Error| ReadError::Failed(error.to_string());
    let metadata = std::fs::symlink_metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(ReadError::Failed("it is not a regular file".to_owned()));
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge(metadata.len()));
    }
    #[expect(clippy::disallowed_methods, reason = "this is the crate that reads files")]
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    // The file may have grown since; a limit that only looks beforehand is none.
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge(bytes.len() as u64));
    }
    Ok(bytes)
}

/// The content id of the file at `path`: its blob id, or where its bytes cannot be had, an id of its name and size,
/// which equals nothing that can be read.
pub(crate) fn content_id(path: &Path) -> ContentId {
    match read_file(path) {
        Ok(bytes) => ContentId::of_blob(&bytes),
        Err(error) => ContentId::of_blob(format!("unread {} {error:?}", path.display()).as_bytes()),
    }
}
