//! The one error of reading SQL text.

use std::fmt;

use rollproof_source::TextRange;

/// Why a text could not be read, worded as the server words it (SQLSTATE 42601 throughout).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The server's words (`syntax error at or near "x"`), then what would have been read, where that helps.
    pub message: String,
    /// The token at which reading stopped: bytes of the text that was parsed.
    pub span: TextRange,
    /// Nothing is wrong with the text but its size: the server may well read it.
    pub too_deep: bool,
}

impl ParseError {
    /// The SQLSTATE that the server answers with.
    pub const SQLSTATE: &'static str = "42601";

    /// An error at a place.
    #[must_use]
    pub fn new(message: impl Into<String>, span: TextRange) -> Self {
        Self { message: message.into(), span, too_deep: false }
    }

    /// A text that nests deeper than this crate follows.
    pub(crate) fn too_deep(span: TextRange) -> Self {
        Self { message: "the statement nests too deeply".to_owned(), span, too_deep: true }
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
