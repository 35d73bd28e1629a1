//! `queries`: every site with its texts, or why they are not known.

use std::collections::BTreeMap;
use std::fmt::Write;

use rollproof_finding::{QueryRecord, Report, SiteRecord};

use super::paint;
use crate::Style;

/// Sites by version and file, then totals by reason.
pub(super) fn render(report: &Report, style: Style) -> String {
    let by_id: BTreeMap<&str, &QueryRecord> = report.queries.iter().map(|query| (&*query.id, query)).collect();
    let mut out = String::new();
    for version in &report.versions {
        let sites: Vec<&SiteRecord> = report.sites.iter().filter(|site| site.version == version.id).collect();
        let _ = writeln!(out, "{}", paint::bold(style, &format!("{}: {} sites", version.id, sites.len())));
        for run in sites.chunk_by(|one, other| one.file == other.file) {
            let _ = writeln!(out, "  {} ({})", run[0].file, run.len());
            for site in run {
                render_site(&mut out, site, &by_id, style);
            }
        }
        out.push('\n');
    }
    out
}

fn render_site(out: &mut String, site: &SiteRecord, queries: &BTreeMap<&str, &QueryRecord>, style: Style) {
    let silent = site.silent.as_deref().map(|how| format!(" [silent: {how}]")).unwrap_or_default();
    let _ = writeln!(out, "    {}:{} {}{silent}", site.line, site.column, site.sink);
    for query in site.queries.iter().filter_map(|id| queries.get(&**id)) {
        let _ = writeln!(out, "      {}", one_line(&query.sql, style.width.saturating_sub(6)));
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
