//! `trace --format json`.

use rollproof_finding::TraceRecord;
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    statements: Vec<StatementJson<'a>>,
}

#[derive(Serialize)]
struct StatementJson<'a> {
    file: &'a str,
    line: u32,
    kind: &'static str,
    verdict: &'static str,
    sqlstate: Option<&'static str>,
    message: Option<&'a str>,
    columns: Option<Vec<ColumnJson<'a>>>,
    parameters: Option<&'a [String]>,
}

#[derive(Serialize)]
struct ColumnJson<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    data_type: &'a str,
}

/// Prints the statements as one JSON document with a final line feed.
#[must_use]
pub fn render(records: &[TraceRecord]) -> String {
    let document = Document { statements: records.iter().map(statement).collect() };
    let mut text = serde_json::to_string(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn statement(record: &TraceRecord) -> StatementJson<'_> {
    StatementJson {
        file: &record.file,
        line: record.line,
        kind: record.kind.as_str(),
        verdict: record.verdict.as_str(),
        sqlstate: record.sqlstate,
        message: record.message.as_deref(),
        columns: record
            .columns
            .as_ref()
            .map(|columns| columns.iter().map(|(name, data_type)| ColumnJson { name, data_type }).collect()),
        parameters: record.parameters.as_deref(),
    }
}
