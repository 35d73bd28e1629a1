//! The files that were really read, each once.

use std::sync::{Arc, OnceLock, RwLock};

use rustc_hash::FxHashMap;

use crate::{ContentId, FileId, LineColumn, LineIndex, Span};

/// A file's path and text.
#[derive(Debug)]
pub struct SourceFile {
    /// Path in its tree, with `/`.
    pub path: Arc<str>,
    /// Its whole text.
    pub text: Arc<str>,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// Line starts, computed at the first call.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and column of byte `offset`.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        self.lines().line_column(&self.text, offset)
    }
}

#[derive(Default)]
struct Inner {
    files: Vec<Arc<SourceFile>>,
    by_key: FxHashMap<(Arc<str>, ContentId), FileId>,
}

/// All files read in a run. Shared between threads.
///
/// File ids depend on the order of the calls, so nothing that a user sees may depend on an id's value.
#[derive(Default)]
pub struct SourceMap {
    inner: RwLock<Inner>,
}

impl SourceMap {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, or finds it where the same path with the same content was added before.
    pub fn add(&self, path: &Arc<str>, content: ContentId, text: Arc<str>) -> FileId {
        let mut inner = self.inner.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(id) = inner.by_key.get(&(path.clone(), content)) {
            return *id;
        }
        let id = FileId(inner.files.len() as u32);
        inner.files.push(Arc::new(SourceFile { path: path.clone(), text, lines: OnceLock::new() }));
        inner.by_key.insert((path.clone(), content), id);
        id
    }

    /// The id of (path, content), if it was added.
    pub fn find(&self, path: &Arc<str>, content: ContentId) -> Option<FileId> {
        let inner = self.inner.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        inner.by_key.get(&(path.clone(), content)).copied()
    }

    /// The file behind an id of this map.
    ///
    /// # Panics
    /// When `id` comes from another map: a bug of the caller.
    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        let inner = self.inner.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        inner.files[id.0 as usize].clone()
    }

    /// Path, first and last place of `span`.
    pub fn locate(&self, span: Span) -> (Arc<str>, LineColumn, LineColumn) {
        let file = self.file(span.file);
        (file.path.clone(), file.line_column(span.range.start), file.line_column(span.range.end))
    }
}
