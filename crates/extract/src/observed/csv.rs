//! `log_destination = csvlog`: rows of comma-separated values, the severity in the 12th, the message in the 14th
//! (manual, "Using CSV-Format Log Output").

use rollproof_source::TextRange;

use super::{Logged, Part, statement_in};

const SEVERITY: usize = 11;
const MESSAGE: usize = 13;

/// Whether the first row looks like one of the server's.
pub(super) fn fits(text: &str) -> bool {
    Rows { text, at: 0 }.next().is_some_and(|row| {
        row.len() > MESSAGE
            && text[row[SEVERITY].clone()].chars().all(|each| each.is_ascii_uppercase() || each.is_ascii_digit())
    })
}

/// The statements.
pub(super) fn statements(text: &str) -> Vec<Logged> {
    let rows = Rows { text, at: 0 }.filter(|row| row.len() > MESSAGE && &text[row[SEVERITY].clone()] == "LOG");
    rows.filter_map(|row| {
        let field = row[MESSAGE].clone();
        let message = &text[field.clone()];
        let start = statement_in(message)?;
        let raw = &message[start..];
        let range = TextRange::new((field.start + start) as u32, field.end as u32);
        Some(vec![Part { text: raw.replace("\"\"", "\""), range, verbatim: !raw.contains("\"\"") }])
    })
    .collect()
}

/// The rows, each as the ranges of its fields without their quotes.
struct Rows<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Rows<'_> {
    type Item = Vec<std::ops::Range<usize>>;

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        if self.at >= bytes.len() {
            return None;
        }
        let mut fields = Vec::new();
        loop {
            fields.push(self.field());
            let end = bytes.get(self.at).copied();
            self.at += 1;
            if end != Some(b',') {
                return Some(fields);
            }
        }
    }
}

impl Rows<'_> {
    /// The field that begins here; leaves `at` on the comma or line break after it.
    fn field(&mut self) -> std::ops::Range<usize> {
        let bytes = self.text.as_bytes();
        let rest = |from: usize, wanted: &[u8]| {
            bytes[from..].iter().position(|byte| wanted.contains(byte)).map_or(bytes.len(), |at| from + at)
        };
        if bytes.get(self.at) != Some(&b'"') {
            let start = self.at;
            self.at = rest(start, b",\n");
            return start..self.at;
        }
        let start = self.at + 1;
        let mut end = rest(start, b"\"");
        while bytes.get(end + 1) == Some(&b'"') {
            end = rest(end + 2, b"\"");
        }
        self.at = rest(end.min(bytes.len()), b",\n");
        start..end
    }
}
