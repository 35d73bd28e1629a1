//! JSON, version 1: fields are added, never renamed. `schema/v1.json` beside this crate describes it.

use rollproof_finding::{
    Cause, Cell, Finding, Label, Ledger, LeftOut, QueryRecord, Report, SiteRecord, StateRecord, VersionRecord,
};
use rollproof_source::{Problem, SourceMap};
use serde::Serialize;

use crate::totals::{FileTotal, file_totals};
use crate::{Style, View};

/// The JSON Schema of this version.
pub const SCHEMA: &str = include_str!("../../schema/v1.json");

/// Prints `report` as one JSON document with a final line feed.
#[must_use]
pub fn render(report: &Report, _sources: &SourceMap, view: View, _style: Style) -> String {
    let document = Document::of(report, view);
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    versions: Vec<VersionJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    states: Option<Vec<StateJson<'a>>>,
    queries: Vec<QueryJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sites: Option<Vec<SiteJson<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forwarders: Option<Vec<PlaceJson<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<FileJson<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<Vec<LeftOutJson<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<FindingJson<'a>>>,
    ledger: LedgerJson<'a>,
    problems: Vec<ProblemJson<'a>>,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report, view: View) -> Self {
        let check = matches!(view, View::Check(_));
        Self {
            schema_version: 1,
            tool: Tool { name: "rollproof", version: env!("CARGO_PKG_VERSION") },
            versions: report.versions.iter().map(VersionJson::of).collect(),
            states: check.then(|| report.states.iter().map(StateJson::of).collect()),
            queries: report.queries.iter().map(|query| QueryJson::of(query, check)).collect(),
            sites: (!check).then(|| report.sites.iter().map(SiteJson::of).collect()),
            forwarders: (!check).then(|| report.forwarders.iter().map(PlaceJson::of).collect()),
            files: (!check).then(|| file_totals(report).iter().map(FileJson::of).collect()),
            left_out: (!check).then(|| report.left_out.iter().map(LeftOutJson::of).collect()),
            findings: check.then(|| report.findings.iter().map(FindingJson::of).collect()),
            ledger: LedgerJson::of(&report.ledger),
            problems: report.problems.iter().map(ProblemJson::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct VersionJson<'a> {
    id: &'a str,
    role: &'static str,
    rev: Option<&'a str>,
}

impl<'a> VersionJson<'a> {
    fn of(version: &'a VersionRecord) -> Self {
        Self { id: &version.id, role: version.role.as_str(), rev: version.revision.as_deref() }
    }
}

#[derive(Serialize)]
struct CauseJson<'a> {
    file: &'a str,
    line: u32,
    statement: &'a str,
}

impl<'a> CauseJson<'a> {
    fn of(cause: &'a Cause) -> Self {
        Self { file: &cause.place.file, line: cause.place.line, statement: &cause.statement }
    }
}

#[derive(Serialize)]
struct StateJson<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<CauseJson<'a>>,
}

impl<'a> StateJson<'a> {
    fn of(state: &'a StateRecord) -> Self {
        Self { id: &state.id, after: state.after.as_ref().map(CauseJson::of) }
    }
}

#[derive(Serialize)]
struct QueryJson<'a> {
    id: &'a str,
    version: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    sql: &'a str,
    sink: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdicts: Option<Vec<CellJson<'a>>>,
}

impl<'a> QueryJson<'a> {
    fn of(query: &'a QueryRecord, verdicts: bool) -> Self {
        Self {
            id: &query.id,
            version: &query.version,
            file: &query.place.file,
            line: query.place.line,
            column: query.place.column,
            sql: &query.sql,
            sink: &query.sink,
            kind: query.kind,
            verdicts: verdicts.then(|| query.cells.iter().map(CellJson::of).collect()),
        }
    }
}

#[derive(Serialize)]
struct CellJson<'a> {
    state: &'a str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sqlstate: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<CauseJson<'a>>,
}

impl<'a> CellJson<'a> {
    fn of(cell: &'a Cell) -> Self {
        Self {
            state: &cell.state,
            verdict: cell.verdict.as_str(),
            rule: cell.rule.map(|rule| rule.0),
            sqlstate: cell.sqlstate,
            message: cell.message.as_deref(),
            cause: cell.cause.as_ref().map(CauseJson::of),
        }
    }
}

#[derive(Serialize)]
struct UnknownJson<'a> {
    reason: &'a str,
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct SiteJson<'a> {
    version: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    sink: &'a str,
    queries: Vec<&'a str>,
    unknown: Option<UnknownJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    silent: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    run_time_names: Vec<LineJson<'a>>,
    #[serde(skip_serializing_if = "is_none")]
    refused: usize,
}

#[derive(Serialize)]
struct LineJson<'a> {
    file: &'a str,
    line: u32,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

impl<'a> SiteJson<'a> {
    fn of(site: &'a SiteRecord) -> Self {
        Self {
            version: &site.version,
            file: &site.file,
            line: site.line,
            column: site.column,
            sink: &site.sink,
            queries: site.queries.iter().map(|id| &**id).collect(),
            unknown: site.unknown.as_ref().map(|unknown| UnknownJson {
                reason: &unknown.reason,
                file: &unknown.file,
                line: unknown.line,
            }),
            silent: site.silent.as_deref(),
            run_time_names: site.run_time_names.iter().map(|(file, line)| LineJson { file, line: *line }).collect(),
            refused: site.refused,
        }
    }
}

#[derive(Serialize)]
struct PlaceJson<'a> {
    version: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    sink: &'a str,
}

impl<'a> PlaceJson<'a> {
    fn of(site: &'a SiteRecord) -> Self {
        Self { version: &site.version, file: &site.file, line: site.line, column: site.column, sink: &site.sink }
    }
}

#[derive(Serialize)]
struct FileJson<'a> {
    version: &'a str,
    file: &'a str,
    sites: usize,
    unknown: usize,
    unknown_reasons: std::collections::BTreeMap<&'a str, usize>,
}

impl<'a> FileJson<'a> {
    fn of(total: &FileTotal<'a>) -> Self {
        Self {
            version: total.version,
            file: total.file,
            sites: total.sites,
            unknown: total.reasons.values().sum(),
            unknown_reasons: total.reasons.clone(),
        }
    }
}

#[derive(Serialize)]
struct LeftOutJson<'a> {
    version: &'a str,
    reason: &'a str,
    place: &'a str,
    files: usize,
}

impl<'a> LeftOutJson<'a> {
    fn of(left: &'a LeftOut) -> Self {
        Self { version: &left.version, reason: &left.reason, place: &left.place, files: left.files }
    }
}

#[derive(Serialize)]
struct LabelJson<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    text: &'a str,
    primary: bool,
}

impl<'a> LabelJson<'a> {
    fn of(label: &'a Label) -> Self {
        let place = &label.place;
        Self {
            file: &place.file,
            line: place.line,
            column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
            text: &label.text,
            primary: label.primary,
        }
    }
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'static str,
    level: &'static str,
    fingerprint: &'a str,
    version: Option<&'a str>,
    query: Option<&'a str>,
    states: Vec<&'a str>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sqlstate: Option<&'static str>,
    labels: Vec<LabelJson<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
    help: Option<&'a str>,
}

impl<'a> FindingJson<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            rule: finding.rule.0,
            level: finding.level.as_str(),
            fingerprint: &finding.fingerprint,
            version: finding.version.as_deref(),
            query: finding.query.as_deref(),
            states: finding.states.iter().map(|state| &**state).collect(),
            message: &finding.message,
            sqlstate: finding.sqlstate,
            labels: finding.labels.iter().map(LabelJson::of).collect(),
            notes: &finding.notes,
            help: finding.help.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct LedgerJson<'a> {
    sites: usize,
    proven: usize,
    breaks: usize,
    broken_before: usize,
    drifts: usize,
    unknown: usize,
    unknown_reasons: std::collections::BTreeMap<&'a str, usize>,
}

impl<'a> LedgerJson<'a> {
    fn of(ledger: &'a Ledger) -> Self {
        Self {
            sites: ledger.sites,
            proven: ledger.proven,
            breaks: ledger.breaks,
            broken_before: ledger.broken_before,
            drifts: ledger.drifts,
            unknown: ledger.unknown,
            unknown_reasons: ledger.unknown_reasons.iter().map(|(reason, count)| (&**reason, *count)).collect(),
        }
    }
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
    message: &'a str,
}

impl<'a> ProblemJson<'a> {
    fn of(problem: &'a Problem) -> Self {
        Self { file: problem.file.as_deref(), line: problem.line, message: &problem.message }
    }
}
