//! What a resolution that fails returns: the server's own error, or an honest "cannot tell".

use std::fmt;
use std::sync::Arc;

use rollproof_source::TextRange;

/// The result of everything that may refuse a statement.
pub type Result<T> = std::result::Result<T, Failure>;

/// Why a statement has no resolution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The server refuses it.
    Error(Box<Error>),
    /// Nothing can be said.
    Unknown(Box<Unknown>),
}

/// Something that was not modelled, or not known, and that the answer depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// A phrase: `extension "postgis" is not modelled`.
    pub reason: Arc<str>,
    /// What in the statement needs it.
    pub span: TextRange,
}

/// An error as the server reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// SQLSTATE (manual appendix "PostgreSQL Error Codes").
    pub sqlstate: &'static str,
    /// The server's primary message.
    pub message: String,
    /// The name or expression at fault.
    pub span: TextRange,
    /// What was at fault, for rules and suggestions.
    pub kind: ErrorKind,
}

/// What was at fault. Names are as they were looked up: folded, without quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// No such table, view or CTE.
    MissingRelation {
        /// The schema where one was written.
        schema: Option<Arc<str>>,
        /// The name.
        name: Arc<str>,
    },
    /// No such schema.
    MissingSchema(Arc<str>),
    /// No such column.
    MissingColumn {
        /// The table or alias where one was written, or the table that is written to.
        table: Option<Arc<str>>,
        /// The column.
        name: Arc<str>,
    },
    /// A composite or record has no such field.
    MissingField {
        /// The type, as `format_type` prints it.
        data_type: Arc<str>,
        /// The field.
        name: Arc<str>,
    },
    /// No function of this name takes these arguments.
    MissingFunction {
        /// The schema where one was written.
        schema: Option<Arc<str>>,
        /// The name.
        name: Arc<str>,
    },
    /// No such type.
    MissingType {
        /// The schema where one was written.
        schema: Option<Arc<str>>,
        /// The name.
        name: Arc<str>,
    },
    /// No operator of this name takes these operands.
    MissingOperator(Arc<str>),
    /// No such collation.
    MissingCollation(Arc<str>),
    /// Any other missing object (constraint, window, cursor, …).
    MissingObject(Arc<str>),
    /// A column name that several relations have.
    AmbiguousColumn(Arc<str>),
    /// A call that several functions fit.
    AmbiguousFunction(Arc<str>),
    /// An expression that several operators fit.
    AmbiguousOperator(Arc<str>),
    /// An alias or name that was given twice, or means several things.
    AmbiguousName(Arc<str>),
    /// A parameter whose type could not be determined, or was determined in two ways.
    Parameter(u32),
    /// A value of one type where another is needed.
    TypeMismatch {
        /// The type that is there, as `format_type` prints it; empty where none is named.
        from: Arc<str>,
        /// The type that is needed.
        to: Arc<str>,
    },
    /// A constant that its type's input function refuses.
    InvalidLiteral {
        /// The type, as `format_type` prints it.
        data_type: Arc<str>,
        /// The text.
        text: Arc<str>,
    },
    /// A column that is neither grouped nor aggregated, or an aggregate or window function where none may stand.
    Grouping,
    /// Two lists that must be as long as each other are not.
    ColumnCount,
    /// Collations that conflict.
    CollationMismatch,
    /// A write to something that cannot be written.
    ReadOnly(Arc<str>),
    /// A syntax error, or something that the server does not do.
    Other,
}

impl Error {
    /// A name before a dot that no entry of FROM has (`errorMissingRTE` in `parse_relation.c`): the text is to blame, and no
    /// schema.
    #[must_use]
    pub fn is_missing_entry(&self) -> bool {
        self.sqlstate == "42P01" && self.message.starts_with("missing FROM-clause entry")
    }

    /// A failure with this error.
    #[must_use]
    pub fn fail(sqlstate: &'static str, message: impl Into<String>, span: TextRange, kind: ErrorKind) -> Failure {
        Failure::Error(Box::new(Self { sqlstate, message: message.into(), span, kind }))
    }
}

impl Failure {
    /// Nothing can be said, and why.
    #[must_use]
    pub fn unknown(reason: impl Into<Arc<str>>, span: TextRange) -> Self {
        Self::Unknown(Box::new(Unknown { reason: reason.into(), span }))
    }

    /// The SQLSTATE of an error.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&'static str> {
        match self {
            Self::Error(error) => Some(error.sqlstate),
            Self::Unknown(_) => None,
        }
    }

    /// Where it points.
    #[must_use]
    pub fn span(&self) -> TextRange {
        match self {
            Self::Error(error) => error.span,
            Self::Unknown(unknown) => unknown.span,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => write!(formatter, "{}: {}", error.sqlstate, error.message),
            Self::Unknown(unknown) => write!(formatter, "unknown: {}", unknown.reason),
        }
    }
}
