//! Versions × states, each with how many queries broke, drifted or stayed unknown in it.

use rollproof_finding::{QueryRecord, Report, Verdict, VersionRecord};

use super::paint;
use crate::Style;

/// Columns that a screen of `width` takes: further states fold into the rows above the last.
const FIRST_COLUMN: usize = 22;

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
        out.push_str(&pad(&format!("{} ({count} queries)", version.id), 24));
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

/// `2 break, 1 unknown`, `all resolve`, or `-` where the version never meets the state.
fn cell(report: &Report, version: &VersionRecord, state: &str, style: Style) -> String {
    if !version.states.iter().any(|met| &**met == state) {
        return pad("-", 24);
    }
    let verdicts: Vec<Verdict> = queries_of(report, version)
        .flat_map(|query| query.cells.iter().filter(|cell| &*cell.state == state).map(|cell| cell.verdict))
        .collect();
    let count = |verdict: Verdict| verdicts.iter().filter(|each| **each == verdict).count();
    let parts: Vec<String> = [(Verdict::Breaks, "break"), (Verdict::Drifts, "drift"), (Verdict::Unknown, "unknown")]
        .into_iter()
        .filter(|(verdict, _)| count(*verdict) > 0)
        .map(|(verdict, word)| format!("{} {word}", count(verdict)))
        .collect();
    let worst = verdicts.iter().copied().max().unwrap_or(Verdict::Resolves);
    let text = if parts.is_empty() { "all resolve".to_owned() } else { parts.join(", ") };
    paint::verdict(style, worst, &pad(&text, 24))
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
    format!("{text:<width$}")
}
