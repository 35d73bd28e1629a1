//! Findings that nobody has to act on before this rollout: a line each.
//!
//! A project with five hundred texts that cannot be followed would else bury the one query that breaks.

use std::collections::{BTreeMap, BTreeSet};

use rollproof_finding::{Finding, RuleId, Threshold, Verdict};

use super::paint;
use super::wrap::wrap;
use crate::Style;

/// Lines of one rule; the JSON has all of them.
const LINES_SHOWN: usize = 20;

/// The reason of a call of a query builder.
const QUERY_BUILDER: &str = "query-builder";

/// Line numbers of one file and reason.
const PLACES_SHOWN: usize = 12;

/// Whether a line is enough: it does not fail the run, and it was as bad before the first pending statement.
pub(super) fn is_enough(finding: &Finding, threshold: Threshold) -> bool {
    let standing = matches!(finding.verdict, Some(Verdict::Unknown | Verdict::Breaks)) && !finding.turned;
    standing && !threshold.is_reached_by(finding)
}

/// By rule; the versions that share a place share its line.
pub(super) fn render(findings: &[&Finding], style: Style) -> String {
    let mut by_rule: BTreeMap<RuleId, Vec<&Finding>> = BTreeMap::new();
    let (builders, others): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().copied().partition(|finding| why(finding) == QUERY_BUILDER);
    for finding in others {
        by_rule.entry(finding.rule).or_default().push(finding);
    }
    let mut out = of_builders(&builders, style);
    for (rule, findings) in by_rule {
        let lines = lines(&findings);
        let verdict = findings.first().and_then(|finding| finding.verdict).unwrap_or(Verdict::Unknown);
        let title = match (verdict, findings.len()) {
            (Verdict::Breaks, 1) => "1 fails with and without the migration".to_owned(),
            (Verdict::Breaks, count) => format!("{count} fail with and without the migration"),
            (_, 1) => "1 is not proven".to_owned(),
            (_, count) => format!("{count} are not proven"),
        };
        out.push_str(&format!("{}: {title}\n", paint::verdict(style, verdict, rule.0)));
        for line in lines.iter().take(LINES_SHOWN) {
            out.push_str(&indented(line, style.width));
        }
        if let Some(more) = lines.len().checked_sub(LINES_SHOWN).filter(|more| *more > 0) {
            out.push_str(&indented(
                &format!("… and {more} more (`--fail-on unknown` or `--format json`)"),
                style.width,
            ));
        }
        out.push('\n');
    }
    out
}

/// Calls of query builders, which nobody can act on one by one: how many, and in how many files.
fn of_builders(findings: &[&Finding], style: Style) -> String {
    let Some(first) = findings.first() else { return String::new() };
    let mut versions: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for finding in findings {
        let counted = versions.entry(finding.version.as_deref().unwrap_or_default()).or_default();
        counted.0 += 1;
        counted.1.extend(finding.labels.first().map(|label| &*label.place.file));
    }
    let counts: Vec<String> = versions
        .iter()
        .map(|(version, (calls, files))| format!("{calls} calls in {} files ({version})", files.len()))
        .collect();
    let title = paint::verdict(style, first.verdict.unwrap_or(Verdict::Unknown), QUERY_BUILDER);
    let text = format!(
        "{title}: the SQL that a query builder makes is not known: {}; `--fail-on unknown` lists them",
        counts.join(", ")
    );
    format!("{}\n\n", wrap(&text, style.width))
}

/// `file: why: lines 30, 37 (old), 32, 39 (new)`, in the order of the files.
fn lines(findings: &[&Finding]) -> Vec<String> {
    let mut by_file: BTreeMap<(&str, String), ByVersion> = BTreeMap::new();
    for finding in findings {
        let (file, line) = finding.labels.first().map_or(("", 0), |label| (&*label.place.file, label.place.line));
        let version = finding.version.as_deref().unwrap_or_default();
        let versions = by_file.entry((file, why(finding))).or_default();
        match versions.iter_mut().find(|(known, _)| *known == version) {
            Some((_, lines)) if lines.last() == Some(&line) => {}
            Some((_, lines)) => lines.push(line),
            None => versions.push((version, vec![line])),
        }
    }
    by_file.into_iter().map(|((file, why), versions)| format!("{file}: {why}: {}", places(&versions))).collect()
}

/// The lines of each version, in the order of the versions.
type ByVersion<'a> = Vec<(&'a str, Vec<u32>)>;

/// Lines that all versions share are said once.
fn places(versions: &ByVersion) -> String {
    let list = |lines: &[u32]| {
        let mut shown: Vec<String> = lines.iter().take(PLACES_SHOWN).map(u32::to_string).collect();
        if let Some(more) = lines.len().checked_sub(PLACES_SHOWN).filter(|more| *more > 0) {
            shown.push(format!("{more} more"));
        }
        shown.join(", ")
    };
    let word =
        if versions.iter().map(|(_, lines)| lines.len()).sum::<usize>() > versions.len() { "lines" } else { "line" };
    let same = versions.windows(2).all(|pair| pair[0].1 == pair[1].1);
    if let Some((_, lines)) = versions.first().filter(|_| same) {
        let names: Vec<&str> = versions.iter().map(|(version, _)| *version).collect();
        return format!("{word} {} ({})", list(lines), names.join(", "));
    }
    let parts: Vec<String> = versions.iter().map(|(version, lines)| format!("{} ({version})", list(lines))).collect();
    format!("{word} {}", parts.join(", "))
}

/// The reason where the trail was lost, else the headline without what all of its kind begin with.
fn why(finding: &Finding) -> String {
    let lost = finding.labels.iter().rfind(|label| !label.primary && finding.rule == RuleId("dynamic-sql"));
    let said = || finding.message.split_once(": ").map_or(&*finding.message, |(_, what)| what).to_owned();
    lost.map_or_else(said, |label| label.text.clone())
}

fn indented(line: &str, width: usize) -> String {
    wrap(line, width.saturating_sub(4))
        .lines()
        .enumerate()
        .map(|(at, part)| format!("  {}{part}\n", if at > 0 { "  " } else { "" }))
        .collect()
}
