//! Statements that a server logged: what an application really sends, whatever its source hides.
//!
//! PostgreSQL writes them with `log_statement`, `log_min_duration_statement` or `auto_explain`'s kin in three formats
//! (manual, "Error Reporting and Logging"); a file that is none of them is read as a script, so that what
//! `pg_stat_statements` keeps can be given too. A text that was logged a thousand times is one site.

mod csv;
mod json;
mod script;
mod stderr;

use std::sync::Arc;

use rollproof_source::{ContentId, FileId, SourceMap, Span, TextRange};
use rollproof_sql::{MappedText, Origin};
use rustc_hash::FxHashSet;

use crate::{ExtractedQuery, QueryKind, ResultUse, Site, SiteKind};

/// A format of logs.
struct Format {
    /// Whether a text is of this format.
    fits: fn(&str) -> bool,
    /// What was logged in it.
    statements: fn(&str) -> Vec<Logged>,
}

/// The first that fits is taken.
const FORMATS: &[Format] = &[
    Format { fits: json::fits, statements: json::statements },
    Format { fits: stderr::fits, statements: stderr::statements },
    Format { fits: csv::fits, statements: csv::statements },
    Format { fits: |_| true, statements: script::statements },
];

/// A logged statement: its parts in order.
type Logged = Vec<Part>;

/// A stretch of a statement.
struct Part {
    /// As it was sent.
    text: String,
    /// Where it stands in the log.
    range: TextRange,
    /// Byte for byte as in the log.
    verbatim: bool,
}

/// One site for each text in a log of `path`, in the order in which they were first logged.
#[must_use]
pub fn observed(path: &Arc<str>, text: &Arc<str>, sources: &SourceMap) -> Vec<Site> {
    let file = sources.add(path, ContentId::of_blob(text.as_bytes()), text.clone());
    let Some(format) = FORMATS.iter().find(|format| (format.fits)(text)) else { return Vec::new() };
    let mut seen = FxHashSet::default();
    let sites = (format.statements)(text).into_iter().filter_map(|logged| site(file, &logged));
    sites.filter(|site| seen.insert(site.queries[0].text.text.clone())).collect()
}

fn site(file: FileId, logged: &[Part]) -> Option<Site> {
    let (first, last) = (logged.first()?, logged.last()?);
    let span = Span::new(file, first.range.start, last.range.end);
    let mut text = MappedText::default();
    for part in logged {
        let at = Span::new(file, part.range.start, part.range.end);
        text.push(&part.text, if part.verbatim { Origin::Verbatim(at) } else { Origin::Derived(at) });
    }
    if text.text.trim().is_empty() {
        return None;
    }
    let query = ExtractedQuery { text, kind: QueryKind::Static, span, result: ResultUse::Unknown };
    // The log does not tell what the client declared.
    Some(Site { queries: vec![query], declares_types: true, ..Site::new(span, "observed".into(), SiteKind::Sink) })
}

/// Where the statement begins in a log message; none where the message is about something else. The extended protocol logs
/// parse, bind and execute with the same text: execute is what counts (`exec_simple_query`, `exec_execute_message` in
/// `postgres.c`).
fn statement_in(message: &str) -> Option<usize> {
    let mut at = 0;
    if let Some(rest) = message.strip_prefix("duration: ") {
        let end = rest.find(" ms")? + "duration: ".len() + " ms".len();
        at = end + message[end..].len() - message[end..].trim_start().len();
    }
    let rest = &message[at..];
    if rest.starts_with("statement: ") {
        return Some(at + "statement: ".len());
    }
    let named = rest.strip_prefix("execute ")?;
    Some(at + "execute ".len() + named.find(": ")? + ": ".len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(log: &str) -> Vec<(String, String)> {
        let sources = SourceMap::new();
        let sites = observed(&"db.log".into(), &log.into(), &sources);
        let of = |site: &Site| {
            let text = &site.queries[0].text;
            let whole = text.spans(TextRange::new(0, text.text.len() as u32));
            let source: String = whole.iter().map(|span| span.range.slice(log)).collect();
            (text.text.clone(), source)
        };
        sites.iter().map(of).collect()
    }

    #[test]
    fn standard_error_with_lines_that_go_on() {
        let log = "2026-01-01 10:00:00 UTC [7] app@db LOG:  statement: SELECT id\n\tFROM users\n\
                   2026-01-01 10:00:00 UTC [7] app@db LOG:  duration: 0.10 ms  parse <unnamed>: SELECT 2\n\
                   2026-01-01 10:00:00 UTC [7] app@db LOG:  duration: 0.10 ms  execute <unnamed>: SELECT $1::int\n\
                   2026-01-01 10:00:00 UTC [7] app@db DETAIL:  Parameters: $1 = '1'\n\
                   2026-01-01 10:00:01 UTC [7] app@db LOG:  statement: SELECT id\n\tFROM users\n\
                   2026-01-01 10:00:01 UTC [7] LOG:  checkpoint starting: time\n";
        let found = texts(log);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0], ("SELECT id\nFROM users".to_owned(), "SELECT id\nFROM users".to_owned()));
        assert_eq!(found[1].0, "SELECT $1::int");
        assert_eq!(found[1].1, "SELECT $1::int");
    }

    #[test]
    fn comma_separated_values_and_json_lines() {
        let row = "2026-01-01 10:00:00.000 UTC,\"app\",\"db\",7,\"[local]\",1,1,\"SELECT\",2026-01-01,3/1,0,LOG,00000,\
                   \"statement: SELECT \"\"Id\"\"\nFROM users\",,,,,,,,,\"app\"\n";
        assert_eq!(texts(row)[0].0, "SELECT \"Id\"\nFROM users");
        let line = r#"{"timestamp":"2026-01-01","error_severity":"LOG","message":"duration: 1.5 ms  statement: SELECT \"Id\"\nFROM users"}"#;
        assert_eq!(texts(line)[0].0, "SELECT \"Id\"\nFROM users");
        assert!(texts(r#"{"error_severity":"ERROR","message":"statement: SELECT 1"}"#).is_empty());
    }

    #[test]
    fn anything_else_is_a_script() {
        let found = texts(
            "SELECT id FROM users WHERE id = $1;\n-- again\nSELECT id FROM users WHERE id = $1;\nUPDATE users SET id = 1",
        );
        assert_eq!(
            found.iter().map(|(text, _)| &**text).collect::<Vec<_>>(),
            ["SELECT id FROM users WHERE id = $1", "UPDATE users SET id = 1"]
        );
        assert!(found.iter().all(|(text, source)| text == source));
        assert!(texts("").is_empty());
    }
}
