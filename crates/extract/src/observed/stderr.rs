//! `log_destination = stderr`: a prefix that the administrator chooses, the severity, two spaces, the message; further
//! lines of a message begin with a tab that the server adds (`send_message_to_server_log`, `append_with_tabs`).

use rollproof_source::TextRange;

use super::{Logged, Part, statement_in};

const SEVERITY: &str = "LOG:  ";

/// Whether some line logs a statement.
pub(super) fn fits(text: &str) -> bool {
    text.lines().any(|line| message_in(line).is_some_and(|at| statement_in(&line[at..]).is_some()))
}

fn message_in(line: &str) -> Option<usize> {
    line.find(SEVERITY).map(|at| at + SEVERITY.len())
}

/// The statements with the lines that go on.
pub(super) fn statements(text: &str) -> Vec<Logged> {
    let mut found: Vec<Logged> = Vec::new();
    let mut open = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        if open && let Some(rest) = bare.strip_prefix('\t') {
            if let Some(parts) = found.last_mut() {
                // The line break before it was sent too, and stands in the log.
                parts.push(part("\n", start - 1));
                parts.push(part(rest, start + 1));
            }
        } else {
            let message = message_in(bare);
            let sql = message.and_then(|at| Some(at + statement_in(&bare[at..])?));
            open = sql.is_some();
            found.extend(sql.map(|at| vec![part(&bare[at..], start + at)]));
        }
        start += line.len();
    }
    found
}

fn part(text: &str, start: usize) -> Part {
    let range = TextRange::new(start as u32, (start + text.len()) as u32);
    Part { text: text.to_owned(), range, verbatim: true }
}
