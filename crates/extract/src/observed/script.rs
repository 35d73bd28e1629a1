//! No log: statements one after the other.

use rollproof_sql::{ChunkKind, split};

use super::{Logged, Part};

/// Every statement of a script.
pub(super) fn statements(text: &str) -> Vec<Logged> {
    let chunks = split(text).into_iter().filter(|chunk| chunk.kind == ChunkKind::Statement);
    let whole = |range: rollproof_source::TextRange| Part { text: range.slice(text).to_owned(), range, verbatim: true };
    chunks.map(|chunk| vec![whole(chunk.range)]).collect()
}
