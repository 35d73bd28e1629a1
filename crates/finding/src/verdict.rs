//! Verdicts.

/// What became of one query in one state.
///
/// The order is that of badness: the worst of several is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// Parse analysis succeeds and everything is as it was in `before`.
    Resolves,
    /// It runs, but not as it did.
    Drifts,
    /// It could not be proven either way.
    Unknown,
    /// It fails, every time that it does its work.
    Breaks,
}

impl Verdict {
    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolves => "resolves",
            Self::Drifts => "drifts",
            Self::Unknown => "unknown",
            Self::Breaks => "breaks",
        }
    }
}
