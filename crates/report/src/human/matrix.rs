//! Versions × states, each with how many queries broke, drifted or stayed unknown in it.

use rollproof_finding::{BROKEN_BEFORE, Cell, QueryRecord, Report, Verdict, VersionRecord};

use super::paint;
use crate::Style;

/// Columns that a screen of `width` takes: further states fold into the rows above the last.
const FIRST_COLUMN: usize = 22;

/// Columns of one version.
const COLUMN: usize = 24;

/// The matrix: one row a state, one column a version. States are rows because there may be many.
pub(super) fn render(report: &Report, style: Style) -> String {
    if report.states.is_empty() {
        return String::new();
    }
    let name_width =
        report.states.iter().map(|state| state.id.chars().count()).max().unwrap_or(0).clamp(6, FIRST_COLUMN);
    let mut out = " ".repeat(name_width + 2);
    for version in &report.versions {
        let count = queries_of(report, version).count();
        out.push_str(&pad(&format!("{} ({count} queries)", version.id), COLUMN));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    for state in &report.states {
        out.push_str(&pad(&shorten(&state.id, name_width), name_width + 2));
        let mut row = String::new();
        for version in &report.versions {
            row.push_str(&cell(report, version, &state.id, style));
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

fn queries_of<'a>(report: &'a Report, version: &'a VersionRecord) -> impl Iterator<Item = &'a QueryRecord> {
    report.queries.iter().filter(move |query| query.version == version.id)
}

/// `2 break, 1 unknown`, `all resolve`, `no query`, or `-` where the version never meets the state.
fn cell(report: &Report, version: &VersionRecord, state: &str, style: Style) -> String {
    if !version.states.iter().any(|met| &**met == state) {
        return pad("-", COLUMN);
    }
    let cells = queries_of(report, version).flat_map(|query| query.cells.iter().filter(|cell| &*cell.state == state));
    let words: Vec<(Verdict, &str)> = cells.map(word).collect();
    let parts: Vec<String> = ["break", "drift", "unknown", "broken before"]
        .into_iter()
        .map(|word| (words.iter().filter(|each| each.1 == word).count(), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let worst = words.iter().map(|(verdict, _)| *verdict).max().unwrap_or(Verdict::Resolves);
    let text = match (words.is_empty(), parts.is_empty()) {
        // Where no text is known, that none fails proves nothing.
        (true, _) => return pad("no query", COLUMN),
        (false, true) => "all resolve".to_owned(),
        (false, false) => parts.join(", "),
    };
    paint::verdict(style, worst, &pad(&text, COLUMN))
}

/// The word of a cell, and how bad it is: what was broken before is nothing to act on now.
fn word(cell: &Cell) -> (Verdict, &'static str) {
    match cell.verdict {
        Verdict::Breaks if cell.rule == Some(BROKEN_BEFORE) => (Verdict::Unknown, "broken before"),
        Verdict::Breaks => (Verdict::Breaks, "break"),
        Verdict::Drifts => (Verdict::Drifts, "drift"),
        Verdict::Unknown => (Verdict::Unknown, "unknown"),
        Verdict::Resolves => (Verdict::Resolves, "resolve"),
    }
}

fn shorten(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    // The end tells states apart (`…_rename.sql#3`), the beginning rarely does.
    let tail: String = text.chars().skip(length + 1 - width).collect();
    format!("…{tail}")
}

fn pad(text: &str, width: usize) -> String {
    let gap = width.saturating_sub(text.chars().count()).max(2);
    format!("{text}{:gap$}", "")
}
