//! The ledger: every site is counted, once.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Counts of sites over all versions. `sites = proven + breaks + drifts + unknown`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    /// All sites.
    pub sites: usize,
    /// Every query of the site resolves in every state that its version meets.
    pub proven: usize,
    /// Some query of the site breaks.
    pub breaks: usize,
    /// Of those, the ones that no pending migration is to blame for: they fail in `before` as well.
    pub broken_before: usize,
    /// None breaks, some drifts.
    pub drifts: usize,
    /// None breaks or drifts, and something could not be proven.
    pub unknown: usize,
    /// Of the unknown ones, by reason.
    pub unknown_reasons: BTreeMap<Arc<str>, usize>,
}

/// Why a site's text, or a query's verdict, is unknown, and where the trail was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// A short reason that is the same for all like cases.
    pub reason: Arc<str>,
    /// Path.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
}

/// Source files of a version that were not looked at, all for one reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// The version's id.
    pub version: Arc<str>,
    /// `vendored`, `built`, `tests`, `excluded`, …
    pub reason: Arc<str>,
    /// The folder, the file or the pattern that decides it.
    pub place: Arc<str>,
    /// How many files.
    pub files: usize,
}

/// A site as the ledger lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRecord {
    /// The version's id.
    pub version: Arc<str>,
    /// Path.
    pub file: Arc<str>,
    /// Line of the call, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// What the text is given to (`pg.query`).
    pub sink: Arc<str>,
    /// Ids of its queries.
    pub queries: Vec<Arc<str>>,
    /// Set where a part of what it may send is not known.
    pub unknown: Option<Unknown>,
    /// Whether a failure of it is swallowed, and how; none where it is not or not known.
    pub silent: Option<String>,
    /// Where names in its texts are made that are not known before the program runs, path and line: its texts are known but
    /// for them.
    pub run_time_names: Vec<(Arc<str>, u32)>,
    /// How many combinations of its parts are no SQL and were left out.
    pub refused: usize,
}
