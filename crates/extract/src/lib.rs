//! Source trees to SQL sites and queries.
//!
//! One engine for all languages: a language file lowers a syntax tree to facts, and the evaluator
//! computes from the facts of all files which texts an expression may have. Libraries are data: `grammars/*/sinks`.

mod options;
mod site;

use rollproof_source::{Snapshot, SourceMap};

pub use options::{ExtraSink, Options};
pub use site::{ExtractedQuery, Extraction, FailureMode, QueryKind, ResultUse, Site, SiteKind, Unknown};

/// What parsing found, by path and content: a file that two versions share is parsed once.
#[derive(Default)]
pub struct Cache {}

impl Cache {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

/// Every site of `snapshot`. Sources that are read are added to `sources`; the result does not depend on the thread
/// count.
#[must_use]
pub fn extract(snapshot: &Snapshot, sources: &SourceMap, options: &Options, cache: &Cache) -> Extraction {
    let _ = (snapshot, sources, options, cache);
    Extraction::default()
}
