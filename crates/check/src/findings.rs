//! Verdicts to findings: the only place that words them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollproof_catalog::ObjectId;
use rollproof_extract::Site;
use rollproof_finding::{Finding, Label, Level, QueryRecord, Report, RuleId, Verdict};
use rollproof_source::Span;

use crate::Input;
use crate::analysis::counts;
use crate::cells::{Blame, Judged};
use crate::names::interpolated_schema;
use crate::places::{cause, place, source_of};
use crate::rules::raised;
use crate::timeline::{Rejected, Timeline};
use crate::words::{excerpt, fingerprint, fold};

/// How many lines of a refusal's DETAIL a finding repeats.
const DETAIL_LINES: usize = 10;

/// Fills the report's findings.
pub(crate) fn fill(report: &mut Report, input: &Input, timeline: &Timeline, judged: &[Judged]) {
    let mut findings: Vec<Finding> = timeline.rejected.iter().map(|each| rejected(input, each)).collect();
    findings.extend(input.notices.iter().map(|notice| of_notice(input, notice)));
    let mut seen = BTreeSet::new();
    for (record, row) in report.queries.iter().zip(judged) {
        let site = &input.versions[row.version].extraction.sites[row.site];
        for finding in of_row(input, timeline, record, row, site) {
            // The texts of one site that fail in the same way at the same place are one thing to mend.
            let key = (finding.fingerprint.clone(), finding.labels.first().map(|label| label.place.clone()));
            if seen.insert(key) {
                findings.push(finding);
            }
        }
    }
    findings.extend(without_text(input));
    findings.retain_mut(|finding| leveled(finding, input));
    findings.sort_by(|one, other| order(one).cmp(&order(other)));
    report.findings = findings;
}

/// Worst first, then as a reader goes through the tree.
fn order(finding: &Finding) -> impl Ord + '_ {
    let place = finding.labels.first().map(|label| &label.place);
    // What runs already comes before what is about to; among several running versions, in the order of their names.
    let is_new = finding.version.as_deref() == Some("new");
    (std::cmp::Reverse(finding.level), is_new, finding.version.clone(), place, finding.rule)
}

/// Applies the project's level for the rule; false where it switched the rule off.
fn leveled(finding: &mut Finding, input: &Input) -> bool {
    match input.levels.get(finding.rule.0) {
        Some(None) => false,
        Some(Some(level)) => {
            finding.level = *level;
            true
        }
        None => true,
    }
}

/// The findings of one query: one for each rule and fault, over all states in which it holds.
fn of_row(input: &Input, timeline: &Timeline, record: &QueryRecord, row: &Judged, site: &Site) -> Vec<Finding> {
    type Found<'a> = (&'a Blame, Vec<usize>, Option<usize>);
    let mut by_fault: BTreeMap<(RuleId, Arc<str>), Found> = BTreeMap::new();
    for cell in &row.cells {
        let Some(blame) = &cell.blame else { continue };
        let key = (blame.rule, blame.hit.fault.clone());
        let found = by_fault.entry(key).or_insert_with(|| (blame, Vec::new(), cell.cause));
        found.1.push(cell.step);
    }
    by_fault.into_values().map(|found| finding(input, timeline, record, row, site, found)).collect()
}

fn finding(
    input: &Input,
    timeline: &Timeline,
    record: &QueryRecord,
    row: &Judged,
    site: &Site,
    (blame, steps, turned): (&Blame, Vec<usize>, Option<usize>),
) -> Finding {
    let query = &site.queries[row.nth];
    let hit = &blame.hit;
    let primary = source_of(&query.text, hit.span, query.span);
    let mut labels = vec![label(input, primary, &hit.label, true)];
    labels.extend(sent_from(input, site, &labels[0]));
    labels.extend(holes(input, blame, query));
    let mut notes = hit.notes.clone();
    if let Some(step) = turned
        && let Some(origin) = &timeline.steps[step].origin
    {
        let found = cause(input.sources, origin);
        let text = if steps.contains(&0) { "it works once this has run" } else { "since this has run" };
        labels.push(Label { place: found.place, text: text.to_owned(), primary: false });
        notes.extend(why_gone(timeline, step, hit.object));
    }
    if let Some(failure) = site.failure.as_ref().filter(|failure| failure.swallowed) {
        let found = place(input.sources, failure.at);
        notes.push(format!("nobody would hear of it: {} ({}:{})", failure.why, found.file, found.line));
    }
    let version = &input.versions[row.version];
    let states: Vec<Arc<str>> = steps.iter().map(|step| crate::state_id(timeline, *step)).collect();
    Finding {
        rule: blame.rule,
        level: blame.level,
        verdict: Some(blame.verdict),
        turned: turned.is_some(),
        fingerprint: fingerprint(&[
            blame.rule.0,
            version.role.as_str(),
            &record.place.file,
            &fold(&record.sql),
            &hit.fault,
        ]),
        version: Some(version.id.clone()),
        query: Some(record.id.clone()),
        message: headline(version.id.as_ref(), blame, &states),
        sqlstate: hit.sqlstate,
        states,
        labels,
        notes,
        help: help_of(blame).or_else(|| help_of_schema(input, blame, query)),
    }
}

/// How a statement that named something else took the object along: `view a depends on column b of table c`.
fn why_gone(timeline: &Timeline, step: usize, object: Option<ObjectId>) -> Option<String> {
    let before = &timeline.steps[step.checked_sub(1)?].schema;
    let path = before.why_gone(&timeline.steps[step].schema, object?)?;
    // A column goes with its table: that needs no telling, and neither does what was named itself.
    let first =
        usize::from(matches!(path[..], [ObjectId::Column(id), ObjectId::Relation(oid), ..] if id.relation == oid));
    let words: Vec<String> = path[first..].iter().map(|object| before.describe_object(*object)).collect();
    let (dependent, used) = words.split_first()?;
    (!used.is_empty()).then(|| format!("{dependent} depends on {}", used.join(", which depends on ")))
}

/// What happens, to whom, from when on.
fn headline(version: &str, blame: &Blame, states: &[Arc<str>]) -> String {
    let code = blame.hit.sqlstate.map(|code| format!(" ({code})")).unwrap_or_default();
    let first = states.first().map_or("", |state| &**state);
    let when = match (states, first) {
        ([_], "before" | "after") => format!("in state `{first}`"),
        ([_], _) => format!("in state `{first}`"),
        _ => format!("from state `{first}` on"),
    };
    let what = &blame.hit.message;
    match blame.verdict {
        Verdict::Breaks if blame.rule == raised::BROKEN_BEFORE => {
            format!("{version} fails with and without the migration: {what}{code}")
        }
        Verdict::Breaks => format!("{version} fails {when}: {what}{code}"),
        Verdict::Drifts => format!("{version} behaves differently {when}: {what}{code}"),
        _ => format!("{version} is not proven: {what}"),
    }
}

fn help_of(blame: &Blame) -> Option<String> {
    if blame.rule == raised::BROKEN_BEFORE {
        return Some(
            "if the object is made elsewhere, say so with `[database] schema`; if the code is dead, exclude it"
                .to_owned(),
        );
    }
    blame.hit.help.clone()
}

fn label(input: &Input, span: Span, text: &str, primary: bool) -> Label {
    Label { place: place(input.sources, span), text: text.to_owned(), primary }
}

/// What to say in the configuration where a schema is interpolated that nothing tells.
fn help_of_schema(input: &Input, blame: &Blame, query: &rollproof_extract::ExtractedQuery) -> Option<String> {
    if blame.rule != RuleId("dynamic-sql") {
        return None;
    }
    let name = interpolated_schema(input.sources, &query.text)?;
    Some(format!(
        "if `{name}` is always the same schema, name it in rollproof.toml: `{name} = \"…\"` under `[app.names]`"
    ))
}

/// Where the query is sent, unless the name at fault stands within the call.
fn sent_from(input: &Input, site: &Site, fault: &Label) -> Option<Label> {
    let sent = place(input.sources, site.span);
    let fault = &fault.place;
    let within = sent.file == fault.file && sent.line <= fault.line && fault.line <= sent.end_line;
    (!within).then(|| Label { place: sent, text: "sent from here".to_owned(), primary: false })
}

/// Where the trail of each unknown part was lost, for queries that are unknown because of it.
fn holes(input: &Input, blame: &Blame, query: &rollproof_extract::ExtractedQuery) -> Vec<Label> {
    if blame.rule != RuleId("dynamic-sql") {
        return Vec::new();
    }
    query.text.holes().take(3).map(|hole| label(input, hole.at, &hole.reason, false)).collect()
}

/// Sites none of whose texts is known.
fn without_text(input: &Input) -> Vec<Finding> {
    let mut findings = Vec::new();
    for version in &input.versions {
        let sites = version.extraction.sites.iter().filter(|site| counts(site) && site.queries.is_empty());
        for site in sites {
            let (reason, at) = match &site.unknown {
                Some(unknown) => (&*unknown.reason, unknown.at),
                None => ("no text was found", site.span),
            };
            let found = place(input.sources, site.span);
            let mut labels = vec![label(input, site.span, "sends SQL that is not known", true)];
            if at != site.span {
                labels.push(label(input, at, reason, false));
            }
            findings.push(Finding {
                rule: RuleId("dynamic-sql"),
                level: Level::Warning,
                verdict: Some(Verdict::Unknown),
                turned: false,
                fingerprint: fingerprint(&["dynamic-sql", version.role.as_str(), &found.file, &site.sink, reason]),
                version: Some(version.id.clone()),
                query: None,
                states: Vec::new(),
                message: format!("{} is not proven: {reason}", version.id),
                sqlstate: None,
                labels,
                notes: Vec::new(),
                help: None,
            });
        }
    }
    findings
}

/// A pending statement that the server would reject.
fn rejected(input: &Input, rejected: &Rejected) -> Finding {
    let origin = &rejected.origin;
    let statement = origin.range.slice(&origin.script.text);
    let span = origin.script.span(if rejected.span.is_empty() { origin.range } else { rejected.span });
    let mut notes = vec![format!("the statement is `{}`", excerpt(statement))];
    notes.extend(rejected.detail.iter().flat_map(|detail| detail.lines()).take(DETAIL_LINES).map(str::to_owned));
    Finding {
        rule: raised::MIGRATION_FAILS,
        level: Level::Error,
        verdict: None,
        turned: true,
        fingerprint: fingerprint(&[raised::MIGRATION_FAILS.0, &origin.migration, &fold(statement)]),
        version: None,
        query: None,
        states: Vec::new(),
        message: format!("{} fails: {} ({})", origin.migration, rejected.message, rejected.sqlstate),
        sqlstate: Some(rejected.sqlstate),
        labels: vec![label(input, span, "the server rejects this", true)],
        notes,
        help: help_of_rejected(rejected.sqlstate),
    }
}

/// What to do where the project runs the statement otherwise than the tool's own rules say.
fn help_of_rejected(sqlstate: &str) -> Option<String> {
    let help = match sqlstate {
        "25001" => {
            "run it outside of a transaction, as the migration tool lets one say; where the project's own runner does so, \
             say `transaction = \"autocommit\"` under `[migrations]`"
        }
        "42P01" | "42704" | "42883" | "3F000" | "42703" => {
            "if the object is made elsewhere, say so with `[database] schema`, or name the folder that makes it with \
             `--migrations`"
        }
        _ => return None,
    };
    Some(help.to_owned())
}

fn of_notice(input: &Input, notice: &crate::MigrationNotice) -> Finding {
    let labels: Vec<Label> =
        notice.places.iter().enumerate().map(|(at, (span, text))| label(input, *span, text, at == 0)).collect();
    let file = labels.first().map_or_else(|| Arc::from(""), |label| label.place.file.clone());
    Finding {
        rule: notice.rule,
        level: Level::Warning,
        verdict: None,
        turned: true,
        fingerprint: fingerprint(&[notice.rule.0, &file]),
        version: None,
        query: None,
        states: Vec::new(),
        message: notice.message.clone(),
        sqlstate: None,
        labels,
        notes: Vec::new(),
        help: None,
    }
}
