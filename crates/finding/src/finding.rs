//! Findings: what somebody must read.

use std::sync::Arc;

use rollproof_source::Span;

use crate::Verdict;

/// The name of a rule (`missing-column`), as the command line, the configuration and the documentation spell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub &'static str);

/// What failed before the first pending statement as well: it is counted and said, and no migration is to blame.
pub const BROKEN_BEFORE: RuleId = RuleId("broken-before");

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Said, never fails a run.
    Note,
    /// Fails a run with `--fail-on drifts` (drifts) or `--fail-on unknown`.
    Warning,
    /// Fails a run.
    Error,
}

impl Level {
    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A stretch of a file as a reader finds it. Lines and columns count from 1; columns are characters; the end is exclusive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Path in its tree, with `/`.
    pub file: Arc<str>,
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// One past the last column.
    pub end_column: u32,
    /// The bytes, for printing the source.
    pub span: Span,
}

/// A labelled place of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What to say there.
    pub text: String,
    /// The place the finding is about; the others explain.
    pub primary: bool,
}

/// A verdict that somebody must read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// How much it weighs.
    pub level: Level,
    /// The verdict that it stands for; none for a finding about a migration.
    pub verdict: Option<Verdict>,
    /// A pending statement made it so. Where none did, it was as bad before.
    pub turned: bool,
    /// Stays the same while the query, the rule and the name at fault do: lines may move.
    pub fingerprint: String,
    /// The version whose query it is; none for a finding about a migration.
    pub version: Option<Arc<str>>,
    /// The query's id; none for a finding about a migration.
    pub query: Option<Arc<str>>,
    /// Ids of the states in which it holds, in the order of the states.
    pub states: Vec<Arc<str>>,
    /// One sentence: what happens.
    pub message: String,
    /// The SQLSTATE that the server raises.
    pub sqlstate: Option<&'static str>,
    /// Places, the primary one first.
    pub labels: Vec<Label>,
    /// Further sentences (`note:`).
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}
