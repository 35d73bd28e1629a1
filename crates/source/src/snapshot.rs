//! One version's tree: which paths it has, and how to read them.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// Names a content: equal ids mean equal bytes. A git blob's object id, or a hash of a file's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentId(pub [u8; 20]);

/// Why a content could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// Larger than the limit, in bytes.
    TooLarge(u64),
    /// Anything else, in the words of the system.
    Failed(String),
}

/// Where contents come from. `load` implements it over git objects and over folders.
pub trait ContentStore: Send + Sync {
    /// The bytes of `id`, found at `path`.
    ///
    /// # Errors
    /// When the object is missing, too large or unreadable.
    fn read(&self, path: &str, id: &ContentId) -> Result<Vec<u8>, ReadError>;
}

/// Contents held in memory.
#[derive(Default)]
struct MemoryStore {
    contents: BTreeMap<ContentId, Vec<u8>>,
}

impl ContentStore for MemoryStore {
    fn read(&self, path: &str, id: &ContentId) -> Result<Vec<u8>, ReadError> {
        self.contents.get(id).cloned().ok_or_else(|| ReadError::Failed(format!("{path} is not in memory")))
    }
}

/// What a tree has at a path beside files and folders: it is not followed, and whoever counts files says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Other {
    /// A symbolic link, with its target as it is written.
    Link(Arc<str>),
    /// Another repository (a submodule).
    Repository,
}

/// The tree of one version: an index from path to content id. Paths are relative to the tree's root, separated by `/`,
/// never absolute, never with `..`; symbolic links are not among its files.
#[derive(Clone)]
pub struct Snapshot {
    files: Arc<BTreeMap<Arc<str>, ContentId>>,
    others: Arc<BTreeMap<Arc<str>, Other>>,
    store: Arc<dyn ContentStore>,
}

impl Snapshot {
    /// A snapshot of `files`, read through `store`.
    #[must_use]
    pub fn new(files: BTreeMap<Arc<str>, ContentId>, store: Arc<dyn ContentStore>) -> Self {
        Self { files: Arc::new(files), others: Arc::default(), store }
    }

    /// The same tree, with what else is in it.
    #[must_use]
    pub fn with_others(self, others: BTreeMap<Arc<str>, Other>) -> Self {
        Self { others: Arc::new(others), ..self }
    }

    /// What is neither a file nor a folder, by path, in byte order.
    pub fn others(&self) -> impl Iterator<Item = (&Arc<str>, &Other)> {
        self.others.iter()
    }

    /// A snapshot held in memory, of (path, text): for tests, for scripts given on the command line.
    #[must_use]
    pub fn from_texts<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::from_bytes(texts.into_iter().map(|(path, text)| (path, text.as_bytes())))
    }

    /// A snapshot held in memory, of (path, bytes). The last of two equal paths stays.
    #[must_use]
    pub fn from_bytes<'a>(contents: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut files = BTreeMap::new();
        let mut store = MemoryStore::default();
        for (path, bytes) in contents {
            let id = ContentId::of_blob(bytes);
            files.insert(Arc::from(path), id);
            store.contents.insert(id, bytes.to_vec());
        }
        Self::new(files, Arc::new(store))
    }

    /// Every path, in byte order, with its content id.
    pub fn files(&self) -> impl Iterator<Item = (&Arc<str>, &ContentId)> {
        self.files.iter()
    }

    /// Paths below `folder` (`""` for all), in byte order. `folder` has no trailing slash.
    pub fn files_under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a Arc<str>, &'a ContentId)> + 'a {
        self.files
            .range::<str, _>((Bound::Included(folder), Bound::Unbounded))
            .take_while(move |(path, _)| path.starts_with(folder))
            .filter(move |(path, _)| {
                folder.is_empty() || path.len() == folder.len() || path.as_bytes().get(folder.len()) == Some(&b'/')
            })
    }

    /// The content id at `path`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&ContentId> {
        self.files.get(path)
    }

    /// How many files.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether it holds no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The bytes at `path`, or none where there is no such path.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<Result<Vec<u8>, ReadError>> {
        let id = self.files.get(path)?;
        Some(self.store.read(path, id))
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Snapshot").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

/// Reads below a prefix that the paths of the outer snapshot have and those of the inner one have not.
struct Prefixed {
    prefix: String,
    inner: Snapshot,
}

impl ContentStore for Prefixed {
    fn read(&self, path: &str, id: &ContentId) -> Result<Vec<u8>, ReadError> {
        let below = path.strip_prefix(self.prefix.as_str()).unwrap_or(path);
        self.inner.store.read(below, id)
    }
}

impl Snapshot {
    /// The same files below `folder` (no trailing slash), as a person named the place they were read from.
    #[must_use]
    pub fn below(self, folder: &str) -> Self {
        let prefix = format!("{folder}/");
        let files = self.files().map(|(path, id)| (Arc::from(format!("{prefix}{path}")), *id)).collect();
        let others = self.others().map(|(path, other)| (Arc::from(format!("{prefix}{path}")), other.clone())).collect();
        Self::new(files, Arc::new(Prefixed { prefix, inner: self })).with_others(others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_of_texts_reads_back_and_shares_ids() {
        let old = Snapshot::from_texts([("b/x.sql", "select 1"), ("a.sql", "same")]);
        let new = Snapshot::from_texts([("a.sql", "same"), ("b/x.sql", "select 2")]);
        assert_eq!(old.read("b/x.sql"), Some(Ok(b"select 1".to_vec())));
        assert_eq!(old.get("a.sql"), new.get("a.sql"));
        assert_ne!(old.get("b/x.sql"), new.get("b/x.sql"));
        assert_eq!(old.read("c"), None);
    }

    #[test]
    fn a_folder_is_not_its_neighbour_with_a_longer_name() {
        let snapshot = Snapshot::from_texts([("db-old/a", ""), ("db/a", ""), ("db/b/c", ""), ("db.sql", "")]);
        let under: Vec<_> = snapshot.files_under("db").map(|(path, _)| &**path).collect();
        assert_eq!(under, ["db/a", "db/b/c"]);
        assert_eq!(snapshot.files_under("").count(), 4);
    }

    #[test]
    fn a_snapshot_below_a_folder_still_reads() {
        let below = Snapshot::from_texts([("a.sql", "select 1")]).below("/somewhere/else");
        assert_eq!(below.read("/somewhere/else/a.sql"), Some(Ok(b"select 1".to_vec())));
        assert_eq!(below.read("a.sql"), None);
    }
}
