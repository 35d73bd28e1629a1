//! Reading files of a folder: never through a symbolic link, never more than the limit.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rollproof_source::{ContentId, ContentStore, ReadError};

/// The largest file that is read, in bytes. Larger ones are listed, and say so when somebody reads them.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Files up to this length are kept from when they are read to be identified, in bytes: each migration is one, and they
/// are read again and again, to find their tool, and to parse them.
const KEPT_FILE_BYTES: usize = 16 * 1024;

/// No more than this is kept, in bytes.
const KEPT_BYTES: usize = 8 * 1024 * 1024;

/// Contents of a folder's small files.
#[derive(Default)]
pub(crate) struct Kept {
    contents: BTreeMap<String, Vec<u8>>,
    bytes: usize,
}

impl Kept {
    /// The content id of the file at `absolute`, as [`content_id`] gives it; its content is kept if it is small.
    pub(crate) fn identify(kept: &Mutex<Self>, absolute: &Path, path: &str) -> ContentId {
        let Ok(bytes) = read_regular(absolute) else { return content_id(absolute) };
        let id = ContentId::of_blob(&bytes);
        if bytes.len() <= KEPT_FILE_BYTES {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.bytes + bytes.len() <= KEPT_BYTES {
                kept.bytes += bytes.len();
                kept.contents.insert(path.to_owned(), bytes);
            }
        }
        id
    }
}

/// Contents of a folder's files.
pub(crate) struct Disk {
    root: PathBuf,
    kept: Kept,
    /// Files whose names are not UTF-8, by the name that the snapshot gives them.
    odd_names: BTreeMap<Arc<str>, PathBuf>,
}

impl Disk {
    pub(crate) fn new(root: PathBuf, odd_names: BTreeMap<Arc<str>, PathBuf>) -> Self {
        Self { root, kept: Kept::default(), odd_names }
    }

    /// With contents that were read already.
    pub(crate) fn with_kept(self, kept: Kept) -> Self {
        Self { kept, ..self }
    }
}

impl ContentStore for Disk {
    fn read(&self, path: &str, _id: &ContentId) -> Result<Vec<u8>, ReadError> {
        if let Some(bytes) = self.kept.contents.get(path) {
            return Ok(bytes.clone());
        }
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
    read_regular(path)
}

/// The same of a path that was listed as a regular file.
fn read_regular(path: &Path) -> Result<Vec<u8>, ReadError> {
    let failed = |error: std::io::Error| ReadError::Failed(error.to_string());
    #[expect(clippy::disallowed_methods, reason = "this is the crate that reads files")]
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    if length > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge(length));
    }
    // One byte of room tells that the file has ended, without another call to the system.
    let mut bytes = vec![0; length as usize + 1];
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
        if filled + 1 == bytes.len() {
            break;
        }
    }
    let is_longer = filled == bytes.len();
    bytes.truncate(filled);
    if is_longer {
        // The file may have grown since; a limit that only looks beforehand is none.
        file.take(MAX_FILE_BYTES + 1 - filled as u64).read_to_end(&mut bytes).map_err(failed)?;
    }
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
