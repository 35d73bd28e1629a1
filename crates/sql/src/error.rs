//! The one error of reading SQL text.

use std::fmt;

use rollproof_source::TextRange;

/// Why a text could not be read, worded as the server words it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The server's words (`syntax error at or near "x"`), then what would have been read, where that helps.
    pub message: String,
    /// The server's code: 42601, but for a few checks that its grammar makes.
    pub sqlstate: &'static str,
    /// The token at which reading stopped: bytes of the text that was parsed.
    pub span: TextRange,
    /// Nothing is wrong with the text but its size: the server may well read it.
    pub too_deep: bool,
}

impl ParseError {
    /// The SQLSTATE of a syntax error.
    pub const SQLSTATE: &'static str = "42601";

    /// An error at a place.
    #[must_use]
    pub fn new(message: impl Into<String>, span: TextRange) -> Self {
        Self { message: message.into(), sqlstate: Self::SQLSTATE, span, too_deep: false }
    }

    /// The same with a code of its own.
    #[must_use]
    pub(crate) fn with_sqlstate(self, sqlstate: &'static str) -> Self {
        Self { sqlstate, ..self }
    }

    /// A text that nests deeper than this crate follows.
    pub(crate) fn too_deep(span: TextRange) -> Self {
        Self { too_deep: true, ..Self::new("the statement nests too deeply", span) }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}

/// What every parsing function returns.
pub(crate) type PResult<T> = Result<T, ParseError>;
