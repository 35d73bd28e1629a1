//! `queries`: every site with its texts, or why they are not known.

use std::collections::BTreeMap;
use std::fmt::Write;

use rollproof_finding::{QueryRecord, Report, SiteRecord};

use super::paint;
use super::wrap::wrap;
use crate::Style;
use crate::totals::file_totals;

/// Places of one reason are listed up to this many; the JSON has all.
const PLACES_SHOWN: usize = 6;

/// Sites by version and file, then what was left out, then totals by reason.
pub(super) fn render(report: &Report, style: Style) -> String {
    let by_id: BTreeMap<&str, &QueryRecord> = report.queries.iter().map(|query| (&*query.id, query)).collect();
    let mut out = String::new();
    for version in &report.versions {
        let sites = report.sites.iter().filter(|site| site.version == version.id);
        let passing = report.forwarders.iter().filter(|site| site.version == version.id);
        let mut all: Vec<(&SiteRecord, bool)> = sites.map(|site| (site, false)).collect();
        let count = all.len();
        all.extend(passing.map(|site| (site, true)));
        all.sort_by_key(|(site, _)| (&site.file, site.line, site.column));
        let _ = writeln!(out, "{}", paint::bold(style, &format!("{}: {count} sites", version.id)));
        for run in all.chunk_by(|(one, _), (other, _)| one.file == other.file) {
            let _ = writeln!(out, "  {} ({})", run[0].0.file, file_heading(run));
            for (site, passes) in run {
                if *passes {
                    let _ = writeln!(
                        out,
                        "    {}:{} {} passes on what its callers send",
                        site.line, site.column, site.sink
                    );
                } else {
                    render_site(&mut out, site, &by_id, style);
                }
            }
        }
        left_out(&mut out, report, &version.id, style);
        out.push('\n');
    }
    totals(&mut out, report, style);
    out
}

/// `12 sites, 3 unknown`.
fn file_heading(run: &[(&SiteRecord, bool)]) -> String {
    let sites = run.iter().filter(|(_, passes)| !passes).count();
    let unknown = run.iter().filter(|(site, _)| site.unknown.is_some()).count();
    let sites = if sites == 1 { "1 site".to_owned() } else { format!("{sites} sites") };
    if unknown == 0 { sites } else { format!("{sites}, {unknown} unknown") }
}

fn left_out(out: &mut String, report: &Report, version: &str, style: Style) {
    let mut reasons: BTreeMap<&str, Vec<(&str, usize)>> = BTreeMap::new();
    for left in report.left_out.iter().filter(|left| &*left.version == version) {
        reasons.entry(&left.reason).or_default().push((&left.place, left.files));
    }
    for (reason, mut places) in reasons {
        let files: usize = places.iter().map(|(_, files)| files).sum();
        places.sort_by_key(|(place, files)| (std::cmp::Reverse(*files), *place));
        let mut shown: Vec<String> =
            places.iter().take(PLACES_SHOWN).map(|(place, files)| format!("{place} {files}")).collect();
        if places.len() > PLACES_SHOWN {
            shown.push(format!("{} more places", places.len() - PLACES_SHOWN));
        }
        let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
        let line = format!("left out: {files} ({reason}): {}", shown.join(", "));
        let _ = writeln!(out, "  {}", wrap(&line, style.width.saturating_sub(4)).replace('\n', "\n    "));
    }
}

/// Reasons with their counts and in how many files they stand, the most frequent first.
fn totals(out: &mut String, report: &Report, style: Style) {
    let mut reasons: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for total in file_totals(report) {
        for (reason, count) in total.reasons {
            let entry = reasons.entry(reason).or_default();
            entry.0 += count;
            entry.1 += 1;
        }
    }
    if reasons.is_empty() {
        return;
    }
    let mut reasons: Vec<(&str, (usize, usize))> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, (count, _))| (std::cmp::Reverse(*count), *reason));
    let _ = writeln!(out, "{}", paint::bold(style, "unknown, by reason"));
    for (reason, (count, files)) in reasons {
        let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
        let _ = writeln!(out, "  {count:>5} {reason} (in {files})");
    }
    out.push('\n');
}

fn render_site(out: &mut String, site: &SiteRecord, queries: &BTreeMap<&str, &QueryRecord>, style: Style) {
    let silent = site.silent.as_deref().map(|how| format!(" [silent: {how}]")).unwrap_or_default();
    let _ = writeln!(out, "    {}:{} {}{silent}", site.line, site.column, site.sink);
    for query in site.queries.iter().filter_map(|id| queries.get(&**id)) {
        let _ = writeln!(out, "      {}", one_line(&query.sql, style.width.saturating_sub(6)));
    }
    for (file, line) in &site.run_time_names {
        let _ = writeln!(out, "      a name in it is made at run time ({file}:{line})");
    }
    if site.refused > 0 {
        let _ = writeln!(out, "      {} more combinations of its parts are no SQL", site.refused);
    }
    if let Some(unknown) = &site.unknown {
        let _ = writeln!(out, "      unknown: {} ({}:{})", unknown.reason, unknown.file, unknown.line);
    }
}

/// `sql` with white space folded, cut to `width` characters.
fn one_line(sql: &str, width: usize) -> String {
    let folded = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if folded.chars().count() <= width {
        return folded;
    }
    let mut cut: String = folded.chars().take(width.saturating_sub(1)).collect();
    cut.push('…');
    cut
}
