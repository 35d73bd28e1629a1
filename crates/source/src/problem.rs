//! What went wrong without stopping the run.

/// A file, or a part of one, that could not be used: said, and the rest goes on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Problem {
    /// Path in the tree, with `/`; none where it is about the run as a whole.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// One sentence for a person: what, and what to do.
    pub message: String,
}

impl Problem {
    /// A problem of a whole file.
    pub fn of_file(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: Some(file.into()), line: None, message: message.into() }
    }

    /// A problem at a line of a file.
    pub fn at_line(file: impl Into<String>, line: u32, message: impl Into<String>) -> Self {
        Self { file: Some(file.into()), line: Some(line), message: message.into() }
    }
}
