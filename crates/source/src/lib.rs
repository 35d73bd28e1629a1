//! Files, places in them, and snapshots of trees. Pure data: nothing here reads a disk.
//!
//! A [`Snapshot`] is an index from path to content id with a [`ContentStore`] behind it that reads a content on
//! demand. A [`SourceMap`] gives each (path, content) that is really read a [`FileId`], once for all versions: a file
//! that both versions share is one file, parsed once.

mod blob_id;
mod line_index;
mod problem;
mod snapshot;
mod source_map;
mod span;

pub use line_index::{LineColumn, LineIndex};
pub use problem::Problem;
pub use snapshot::{ContentId, ContentStore, Other, ReadError, Snapshot};
pub use source_map::{SourceFile, SourceMap};
pub use span::{FileId, Span, TextRange};
