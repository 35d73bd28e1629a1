//! Colours, where there are any.

use rollproof_finding::Verdict;

use crate::Style;

const RESET: &str = "\u{1b}[0m";

/// `text` in the colour of `verdict`.
pub(super) fn verdict(style: Style, verdict: Verdict, text: &str) -> String {
    let code = match verdict {
        Verdict::Resolves => "\u{1b}[32m",
        Verdict::Drifts => "\u{1b}[33m",
        Verdict::Unknown => "\u{1b}[36m",
        Verdict::Breaks => "\u{1b}[1;31m",
    };
    paint(style, code, text)
}

/// `text` set off from what stands around it.
pub(super) fn bold(style: Style, text: &str) -> String {
    paint(style, "\u{1b}[1m", text)
}

fn paint(style: Style, code: &str, text: &str) -> String {
    if style.color { format!("{code}{text}{RESET}") } else { text.to_owned() }
}
