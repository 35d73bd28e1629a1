//! `trace` for people: a line a statement.

use std::fmt::Write;

use rollproof_finding::{TraceRecord, Verdict};

use super::paint;
use crate::Style;

/// `file:line verdict (code) message`, and the result's columns of queries.
#[must_use]
pub fn render(records: &[TraceRecord], style: Style) -> String {
    let mut out = String::new();
    for record in records {
        let verdict = paint::verdict(style, record.verdict, record.verdict.as_str());
        let _ = write!(out, "{}:{}: {} {verdict}", record.file, record.line, record.kind.as_str());
        if let Some(sqlstate) = record.sqlstate {
            let _ = write!(out, " ({sqlstate})");
        }
        if let Some(message) = &record.message {
            let _ = write!(out, " {message}");
        }
        if let Some(columns) = record.columns.as_ref().filter(|columns| !columns.is_empty()) {
            let columns: Vec<String> = columns.iter().map(|(name, data_type)| format!("{name} {data_type}")).collect();
            let _ = write!(out, " → {}", columns.join(", "));
        }
        out.push('\n');
    }
    let broken = records.iter().filter(|record| record.verdict == Verdict::Breaks).count();
    let unknown = records.iter().filter(|record| record.verdict == Verdict::Unknown).count();
    let _ = writeln!(out, "{} statements: {broken} refused, {unknown} unknown", records.len());
    out
}
