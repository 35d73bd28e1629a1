//! For people: findings like a compiler's, then the matrix, then the ledger in one line. Reads well at 80 columns.

mod brief;
mod finding;
mod ledger;
mod matrix;
mod paint;
mod sites;
pub mod trace;
mod wrap;

use rollproof_finding::Report;
use rollproof_source::SourceMap;

use crate::{Style, View};

/// Prints `report`.
#[must_use]
pub fn render(report: &Report, sources: &SourceMap, view: View, style: Style) -> String {
    let mut out = String::new();
    match view {
        View::Check(threshold) => {
            // Worst last would bury it under the matrix; what nobody has to act on comes after it, a line each.
            let (brief, full): (Vec<_>, Vec<_>) =
                report.findings.iter().partition(|finding| brief::is_enough(finding, threshold));
            for finding in full {
                out.push_str(&finding::render(finding, sources, style));
                out.push('\n');
            }
            out.push_str(&brief::render(&brief, style));
            out.push_str(&matrix::render(report, style));
        }
        View::Queries => out.push_str(&sites::render(report, style)),
    }
    out.push_str(&ledger::render(report, view, style));
    out
}
