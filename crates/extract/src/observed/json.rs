//! `log_destination = jsonlog`: an object a line (manual, "Using JSON-Format Log Output").

use rollproof_source::TextRange;
use serde::Deserialize;

use super::{Logged, Part, statement_in};

#[derive(Deserialize)]
struct Line {
    error_severity: String,
    message: String,
}

/// Whether the first line is one of the server's.
pub(super) fn fits(text: &str) -> bool {
    text.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| serde_json::from_str::<Line>(line).is_ok())
}

/// The statements.
pub(super) fn statements(text: &str) -> Vec<Logged> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let range = TextRange::new(start as u32, (start + line.trim_end().len()) as u32);
        start += line.len();
        let Ok(entry) = serde_json::from_str::<Line>(line) else { continue };
        if let Some(at) = statement_in(&entry.message).filter(|_| entry.error_severity == "LOG") {
            found.push(vec![Part { text: entry.message[at..].to_owned(), range, verbatim: false }]);
        }
    }
    found
}
