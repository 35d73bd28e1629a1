//! Queries, sites and the count of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollproof_extract::{ExtractedQuery, QUERY_BUILDER, QueryKind, Site};
use rollproof_finding::{BROKEN_BEFORE, Cell, Ledger, LeftOut, QueryRecord, Report, SiteRecord, Unknown, Verdict};

use crate::analysis::counts;
use crate::cells::{Judged, JudgedCell};
use crate::places::{cause, place};
use crate::rules::raised::OTHER_DATABASE;
use crate::timeline::Timeline;
use crate::{Input, timeline};

/// By version and site: the worst verdict of its texts, and the rule that gave it.
type WorstBySite = BTreeMap<(usize, usize), (Verdict, Option<Arc<str>>)>;

/// Fills the report's queries, sites and ledger from what was judged.
pub(crate) fn fill(report: &mut Report, input: &Input, timeline: &Timeline, judged: &[Judged]) {
    list(report, input);
    let ids = query_ids(input);
    let mut worst = WorstBySite::new();
    for (record, row) in report.queries.iter_mut().zip(judged) {
        debug_assert_eq!(record.id, ids[&(row.version, row.site, row.nth)]);
        record.cells = row.cells.iter().map(|cell| cell_record(input, timeline, cell)).collect();
        let blames = row.cells.iter().filter_map(|cell| cell.blame.as_ref());
        let blame = blames.max_by_key(|blame| weight(blame.verdict, Some(blame.rule.0)));
        let entry = worst.entry((row.version, row.site)).or_insert((Verdict::Resolves, None));
        let known = weight(entry.0, entry.1.as_deref());
        if let Some(blame) = blame.filter(|blame| weight(blame.verdict, Some(blame.rule.0)) > known) {
            *entry = (blame.verdict, Some(Arc::from(blame.rule.0)));
        }
    }
    report.ledger = count(input, &worst);
}

/// A site counts under what is worst about it: it breaks, at best as it did before, else drifts, else is unknown.
fn weight(verdict: Verdict, rule: Option<&str>) -> u8 {
    match verdict {
        Verdict::Resolves => 0,
        Verdict::Unknown => 1,
        Verdict::Drifts => 2,
        Verdict::Breaks if rule == Some(BROKEN_BEFORE.0) => 3,
        Verdict::Breaks => 4,
    }
}

fn count(input: &Input, worst: &WorstBySite) -> Ledger {
    let mut ledger = Ledger::default();
    for (version, each) in input.versions.iter().enumerate() {
        for (at, site) in each.extraction.sites.iter().enumerate().filter(|(_, site)| counts(site)) {
            ledger.sites += 1;
            let (verdict, rule) = worst.get(&(version, at)).cloned().unwrap_or((Verdict::Resolves, None));
            let lost = site.unknown.as_ref().map(|unknown| reason_of(&unknown.reason));
            let lost = if site.database.is_some() { Some(Arc::from(OTHER_DATABASE.0)) } else { lost };
            match verdict {
                Verdict::Breaks => {
                    ledger.breaks += 1;
                    ledger.broken_before += usize::from(rule.as_deref() == Some(BROKEN_BEFORE.0));
                }
                Verdict::Drifts => ledger.drifts += 1,
                Verdict::Unknown => unknown(&mut ledger, rule),
                Verdict::Resolves if lost.is_some() => unknown(&mut ledger, lost),
                // A site without any text and without a reason would be a bug of `extract`: it must not pass for proven.
                Verdict::Resolves if site.queries.is_empty() => unknown(&mut ledger, None),
                Verdict::Resolves => ledger.proven += 1,
            }
        }
    }
    ledger
}

fn unknown(ledger: &mut Ledger, reason: Option<Arc<str>>) {
    ledger.unknown += 1;
    let reason = reason.unwrap_or_else(|| Arc::from("dynamic-sql"));
    *ledger.unknown_reasons.entry(reason).or_insert(0) += 1;
}

/// The ledger's name for why a site's text is not known: a rule's, unless it is a query builder's.
fn reason_of(reason: &str) -> Arc<str> {
    if reason == QUERY_BUILDER { Arc::from(reason) } else { Arc::from("dynamic-sql") }
}

/// Lists queries and sites without verdicts, and counts the sites whose texts are all known as proven.
pub(crate) fn list(report: &mut Report, input: &Input) {
    let ids = query_ids(input);
    for (version, each) in input.versions.iter().enumerate() {
        for (at, site) in each.extraction.sites.iter().enumerate().filter(|(_, site)| counts(site)) {
            let mut names = Vec::new();
            for (nth, query) in site.queries.iter().enumerate() {
                let id = ids[&(version, at, nth)].clone();
                names.push(id.clone());
                report.queries.push(query_record(input, &each.id, id, site, query));
            }
            report.sites.push(site_record(input, &each.id, site, names));
        }
        let passed_on = each.extraction.sites.iter().filter(|site| !counts(site));
        report.forwarders.extend(passed_on.map(|site| site_record(input, &each.id, site, Vec::new())));
        report.left_out.extend(each.extraction.left_out.iter().map(|(left, files)| LeftOut {
            version: each.id.clone(),
            reason: left.reason.clone(),
            place: left.place.clone(),
            files: *files,
        }));
        report.problems.extend(each.extraction.problems.iter().cloned());
    }
    report.problems.sort();
    report.problems.dedup();
    for site in &report.sites {
        report.ledger.sites += 1;
        match &site.unknown {
            Some(lost) => unknown(&mut report.ledger, Some(lost.reason.clone())),
            None => report.ledger.proven += 1,
        }
    }
}

/// `old:src/a.ts:7:10`, with `/2` for the second text of a site, `~2` for a second site at the same place.
fn query_ids(input: &Input) -> BTreeMap<(usize, usize, usize), Arc<str>> {
    let mut ids = BTreeMap::new();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for (version, each) in input.versions.iter().enumerate() {
        for (at, site) in each.extraction.sites.iter().enumerate() {
            let found = place(input.sources, site.span);
            let base = format!("{}:{}:{}:{}", each.id, found.file, found.line, found.column);
            let times = taken.entry(base.clone()).or_insert(0);
            *times += 1;
            let base = if *times > 1 { format!("{base}~{times}") } else { base };
            for nth in 0..site.queries.len() {
                let id = if nth > 0 { format!("{base}/{}", nth + 1) } else { base.clone() };
                ids.insert((version, at, nth), Arc::from(id));
            }
        }
    }
    ids
}

fn query_record(input: &Input, version: &Arc<str>, id: Arc<str>, site: &Site, query: &ExtractedQuery) -> QueryRecord {
    let kind = match query.kind {
        QueryKind::Static => "static",
        QueryKind::Folded => "folded",
        QueryKind::Dynamic => "dynamic",
    };
    QueryRecord {
        id,
        version: version.clone(),
        place: place(input.sources, query.span),
        sql: query.text.text.clone(),
        sink: site.sink.clone(),
        kind,
        cells: Vec::new(),
    }
}

fn site_record(input: &Input, version: &Arc<str>, site: &Site, queries: Vec<Arc<str>>) -> SiteRecord {
    let found = place(input.sources, site.span);
    let elsewhere = || Unknown { reason: Arc::from(OTHER_DATABASE.0), file: found.file.clone(), line: found.line };
    let unknown = site.database.as_ref().map(|_| elsewhere()).or_else(|| {
        let unknown = site.unknown.as_ref()?;
        let lost = place(input.sources, unknown.at);
        Some(Unknown { reason: unknown.reason.clone(), file: lost.file, line: lost.line })
    });
    let failure = site.failure.as_ref().filter(|failure| failure.swallowed);
    SiteRecord {
        version: version.clone(),
        file: found.file,
        line: found.line,
        column: found.column,
        sink: site.sink.clone(),
        queries,
        unknown,
        silent: failure.map(|failure| failure.why.to_string()),
        run_time_names: run_time_names(input, site),
        refused: site.refused,
    }
}

/// Where the names are made that a site's texts are known but for.
fn run_time_names(input: &Input, site: &Site) -> Vec<(Arc<str>, u32)> {
    if site.unknown.is_some() {
        return Vec::new();
    }
    let names = site.queries.iter().filter(|query| crate::made_by_code::run_time_names(&query.text).is_some());
    let made = names.flat_map(|query| query.text.holes()).filter(|hole| hole.made.is_some());
    let places: BTreeSet<(Arc<str>, u32)> = made
        .map(|hole| {
            let made = place(input.sources, hole.at);
            (made.file, made.line)
        })
        .collect();
    places.into_iter().collect()
}

fn cell_record(input: &Input, timeline: &Timeline, cell: &JudgedCell) -> Cell {
    let origin = |step: usize| timeline.steps[step].origin.as_ref();
    let blame = cell.blame.as_ref();
    Cell {
        state: crate::state_id(timeline, cell.step),
        verdict: blame.map_or(Verdict::Resolves, |blame| blame.verdict),
        rule: blame.map(|blame| blame.rule),
        sqlstate: blame.and_then(|blame| blame.hit.sqlstate),
        message: blame.map(|blame| blame.hit.message.clone()),
        cause: cell.cause.and_then(origin).map(|origin: &timeline::Origin| cause(input.sources, origin)),
    }
}
