//! The last lines: what was counted, and what could not be used.

use rollproof_finding::{Report, Verdict};

use super::paint;
use super::wrap::wrap;
use crate::{Style, View};

/// Problems are listed up to this many; the JSON has all.
const PROBLEMS_SHOWN: usize = 10;

/// Problems, reasons for unknowns, and the ledger in one line.
pub(super) fn render(report: &Report, view: View, style: Style) -> String {
    let mut out = String::new();
    for problem in report.problems.iter().take(PROBLEMS_SHOWN) {
        let place = match (&problem.file, problem.line) {
            (Some(file), Some(line)) => format!("{file}:{line}: "),
            (Some(file), None) => format!("{file}: "),
            _ => String::new(),
        };
        out.push_str(&wrap(&format!("problem: {place}{}", problem.message), style.width));
        out.push('\n');
    }
    if let Some(more) = report.problems.len().checked_sub(PROBLEMS_SHOWN).filter(|more| *more > 0) {
        out.push_str(&format!("problem: {more} more (`--format json` lists all)\n"));
    }
    let ledger = &report.ledger;
    let part = |verdict: Verdict, count: usize, word: &str| {
        let text = format!("{count} {word}");
        if count > 0 { paint::verdict(style, verdict, &text) } else { text }
    };
    if view == View::Queries {
        let known = format!("{} known, {} unknown", ledger.proven, ledger.unknown);
        out.push_str(&format!("{}: {known}\n", paint::bold(style, &format!("{} sites", ledger.sites))));
        return out;
    }
    let reasons: Vec<String> =
        ledger.unknown_reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
    let before = match ledger.broken_before {
        0 => String::new(),
        all if all == ledger.breaks => " (before as well)".to_owned(),
        some => format!(" ({some} of them before as well)"),
    };
    let line = format!(
        "{}: {}, {}{before}, {}, {}{reasons}",
        paint::bold(style, &format!("{} sites", ledger.sites)),
        part(Verdict::Resolves, ledger.proven, "proven"),
        part(Verdict::Breaks, ledger.breaks, "broken"),
        part(Verdict::Drifts, ledger.drifts, "drifting"),
        part(Verdict::Unknown, ledger.unknown, "unknown"),
    );
    out.push_str(&line);
    out.push('\n');
    out
}
