//! The result has other columns than it had.

use rollproof_finding::{Level, RuleId, Verdict};
use std::sync::Arc;

use rollproof_resolve::Resolution;
use rollproof_source::TextRange;

use crate::rule::{Hit, Rule, Subject};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: RuleId("shape-changed"),
    verdict: Verdict::Drifts,
    level: Level::Warning,
    page: include_str!("shape_changed.md"),
    judge,
};

fn judge(subject: &Subject) -> Vec<Hit> {
    let Some((before, now)) = subject.both() else { return Vec::new() };
    let (was, is) = (names(before), names(now));
    if was == is {
        return Vec::new();
    }
    let added: Vec<&str> = is.iter().filter(|name| !was.contains(name)).map(|name| &**name).collect();
    let removed: Vec<&str> = was.iter().filter(|name| !is.contains(name)).map(|name| &**name).collect();
    let message = match (&added[..], &removed[..]) {
        ([], []) => "the result's columns come in another order".to_owned(),
        (added, []) => format!("the result has more columns: {}", added.join(", ")),
        ([], removed) => format!("the result lacks columns: {}", removed.join(", ")),
        (added, removed) => format!("the result has {} instead of {}", added.join(", "), removed.join(", ")),
    };
    let span = star(now).unwrap_or(subject.statement.span);
    vec![
        Hit::new(message, span, "brings in other columns in this state", "shape")
            .with_help("name the columns that are needed instead of `*`"),
    ]
}

fn names(resolution: &Resolution) -> Vec<Arc<str>> {
    resolution.columns.iter().map(|column| column.name.clone()).collect()
}

fn star(resolution: &Resolution) -> Option<TextRange> {
    resolution.stars.first().map(|star| star.span)
}
