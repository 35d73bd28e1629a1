//! SQL scripts, statement by statement, as one session would run them.

use std::sync::Arc;

use rollproof_catalog::{Schema, TypeRef};
use rollproof_evolve::{SessionWalker, SourceText};
use rollproof_finding::{TraceKind, TraceRecord, Verdict};
use rollproof_resolve::{Environment, Outcome, resolve};
use rollproof_source::LineIndex;
use rollproof_sql::ast::{Statement, StatementKind};

/// Walks `scripts` (name, text) one after the other in one session that starts on `schema`.
#[must_use]
pub fn trace(schema: Schema, scripts: &[(String, String)]) -> Vec<TraceRecord> {
    let mut walker = SessionWalker::new(schema);
    let mut records = Vec::new();
    for (name, text) in scripts {
        let lines = LineIndex::new(text);
        let source = SourceText::new(text.as_str());
        let file: Arc<str> = Arc::from(name.as_str());
        for (range, parsed) in rollproof_sql::parse_script(text) {
            let mut record = match &parsed {
                Ok(statement) => one(&mut walker, statement, &source),
                Err(error) if error.too_deep => TraceRecord {
                    verdict: Verdict::Unknown,
                    message: Some(error.message.clone()),
                    ..TraceRecord::new(TraceKind::Other)
                },
                Err(error) => TraceRecord {
                    verdict: Verdict::Breaks,
                    sqlstate: Some("42601"),
                    message: Some(error.message.clone()),
                    ..TraceRecord::new(TraceKind::Other)
                },
            };
            record.file = file.clone();
            record.line = lines.line(range.start);
            records.push(record);
        }
    }
    records
}

fn one(walker: &mut SessionWalker, statement: &Statement, source: &SourceText) -> TraceRecord {
    let asked = query_of(statement).filter(|_| !walker.aborted());
    let outcome = asked.map(|query| resolve(query, walker.schema(), &Environment::default()));
    let before = walker.schema().clone();
    let problems = walker.step(statement, source);
    if let Some(outcome) = outcome {
        return of_query(&outcome, &before);
    }
    let mut record = TraceRecord::new(kind_of(statement));
    for problem in &problems {
        record.message.get_or_insert_with(|| problem.message.clone());
        match problem.sqlstate() {
            Some(sqlstate) => {
                record.verdict = Verdict::Breaks;
                record.sqlstate = Some(sqlstate);
            }
            None => record.verdict = record.verdict.max(Verdict::Unknown),
        }
    }
    record
}

fn of_query(outcome: &Outcome, schema: &Schema) -> TraceRecord {
    let mut record = TraceRecord::new(TraceKind::Query);
    match outcome {
        Outcome::Resolved(resolution) => {
            let columns = resolution.columns.iter();
            let columns = columns.map(|column| (column.name.clone(), schema.format_type(column.wire_type)));
            record.columns = Some(columns.collect());
            let parameters = resolution.parameters.iter();
            record.parameters = Some(parameters.map(|oid| schema.format_type(TypeRef::plain(*oid))).collect());
            if let Some((_, data_type)) = resolution.unchecked_literals.first() {
                let data_type = schema.format_type(TypeRef::plain(*data_type));
                record.verdict = Verdict::Unknown;
                record.message = Some(format!("whether a literal is a valid {data_type} is not known here"));
            }
        }
        Outcome::Refused(refusal) => {
            record.verdict = Verdict::Breaks;
            if let Some(error) = refusal.errors.first() {
                record.sqlstate = Some(error.sqlstate);
                record.message = Some(error.message.clone());
            }
        }
        Outcome::Unknown(undecided) => {
            record.verdict = Verdict::Unknown;
            record.message = Some(undecided.unknown.reason.to_string());
        }
    }
    record
}

/// The statement that is analysed as a query, if it is one.
fn query_of(statement: &Statement) -> Option<&Statement> {
    match &statement.kind {
        StatementKind::Query(_)
        | StatementKind::Insert(_)
        | StatementKind::Update(_)
        | StatementKind::Delete(_)
        | StatementKind::Merge(_)
        | StatementKind::Call(_) => Some(statement),
        _ => None,
    }
}

fn kind_of(statement: &Statement) -> TraceKind {
    match &statement.kind {
        StatementKind::Define(_) | StatementKind::Do(..) => TraceKind::Schema,
        _ => TraceKind::Other,
    }
}
