//! A script's statements, each with what a server would say of it.

use std::sync::Arc;

use crate::Verdict;

/// What a statement of a script is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceKind {
    /// It reads or writes rows.
    Query,
    /// It changes the schema.
    Schema,
    /// Anything else.
    Other,
}

impl TraceKind {
    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Schema => "schema",
            Self::Other => "other",
        }
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceRecord {
    /// The script's name.
    pub file: Arc<str>,
    /// The line of its first token, from 1.
    pub line: u32,
    /// What it is.
    pub kind: TraceKind,
    /// What a server would say of it in the state that the script has reached.
    pub verdict: Verdict,
    /// The code of a refusal.
    pub sqlstate: Option<&'static str>,
    /// The server's words, or why it is unknown.
    pub message: Option<String>,
    /// A query's result columns: name, and type as `format_type` spells it. Empty where it returns no rows.
    pub columns: Option<Vec<(Arc<str>, String)>>,
    /// The types of a query's `$1`, `$2`, …, spelled in the same way.
    pub parameters: Option<Vec<String>>,
}

impl TraceRecord {
    /// A record of a statement that does its work.
    #[must_use]
    pub fn new(kind: TraceKind) -> Self {
        Self {
            file: Arc::from(""),
            line: 1,
            kind,
            verdict: Verdict::Resolves,
            sqlstate: None,
            message: None,
            columns: None,
            parameters: None,
        }
    }
}
