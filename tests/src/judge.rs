//! A case, judged by the tool and by a real server.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use rollproof_catalog::{Builtin, Schema, Session};
use rollproof_check::{Deploy, Input, VersionInput, check};
use rollproof_extract::{Cache, ExtractedQuery, Extraction, Options, QueryKind, ResultUse, Site, SiteKind, extract};
use rollproof_finding::{Cell, QueryRecord, Report, Verdict, VersionRole};
use rollproof_migrate::{pending_by_name, read};
use rollproof_source::{FileId, Snapshot, SourceMap, Span, TextRange};
use rollproof_sql::{MappedText, Origin};

use crate::case::{Case, Expectation, expectations};
use crate::server::{Database, single};

const APPLIED: &str = "migrations/001_schema.sql";
const PENDING: &str = "migrations/002_change.sql";

/// What the tool says of a case.
#[must_use]
pub fn report(case: &Case, major: u32) -> Report {
    let sources = SourceMap::new();
    let migrations = Snapshot::from_texts([(APPLIED, case.schema.as_str()), (PENDING, case.migration.as_str())]);
    let Some(set) = read(&migrations, &sources, "migrations", "plain", None) else { return Report::default() };
    let split = pending_by_name(&set, &["002_change.sql"]);
    let versions = [("old", VersionRole::Old), ("new", VersionRole::New)]
        .into_iter()
        .filter(|(id, _)| case.files.iter().any(|file| file.version == *id))
        .map(|(id, role)| VersionInput {
            id: Arc::from(id),
            role,
            revision: None,
            extraction: sites(case, id, &sources),
        })
        .collect();
    let Some(builtin) = Builtin::of_version(major) else { return Report::default() };
    let input = Input {
        sources: &sources,
        versions,
        base: Schema::new(builtin),
        bookkeeping: &set.bookkeeping,
        applied: &split.applied,
        pending: &split.pending,
        session: Session::default(),
        deploy: Deploy::default(),
        levels: BTreeMap::new(),
        notices: Vec::new(),
        elsewhere: Vec::new(),
        problems: set.problems.clone(),
    };
    check(&input)
}

/// The sites of a version: extracted from program text, and one a statement of SQL files.
fn sites(case: &Case, version: &str, sources: &SourceMap) -> Extraction {
    let files = case.files.iter().filter(|file| file.version == version);
    let (sql, code): (Vec<_>, Vec<_>) = files.partition(|file| file.path.ends_with(".sql"));
    let tree = Snapshot::from_texts(code.iter().map(|file| (file.path.as_str(), file.text.as_str())));
    let mut extraction = extract(&tree, sources, &Options::default(), &Cache::new());
    let statements = Snapshot::from_texts(sql.iter().map(|file| (file.path.as_str(), file.text.as_str())));
    for (path, id) in statements.files() {
        let Some(file) = sql.iter().find(|file| *file.path == **path) else { continue };
        let id = sources.add(path, *id, Arc::from(file.text.as_str()));
        extraction.sites.extend(statements_of(&file.text, id));
    }
    extraction
}

fn statements_of(text: &str, file: FileId) -> Vec<Site> {
    let site = |range: TextRange| {
        let span = Span { file, range };
        let mut mapped = MappedText::default();
        mapped.push(range.slice(text), Origin::Verbatim(span));
        let query = ExtractedQuery { text: mapped, kind: QueryKind::Static, span, result: ResultUse::Unknown };
        Site {
            file,
            span,
            sink: Arc::from("sql"),
            kind: SiteKind::Sink,
            queries: vec![query],
            unknown: None,
            failure: None,
        }
    };
    rollproof_sql::parse_script(text).into_iter().map(|(range, _)| site(range)).collect()
}

/// A query with what is expected of it.
pub struct Expected<'a> {
    /// The query.
    pub query: &'a QueryRecord,
    /// What the comment says.
    pub expectation: Expectation,
}

/// Pairs every query with the first expectation at or after its first line that no earlier query took.
///
/// # Errors
/// When a query has no expectation, or an expectation no query.
pub fn expected<'a>(case: &Case, report: &'a Report) -> Result<Vec<Expected<'a>>> {
    let mut pairs = Vec::new();
    for file in &case.files {
        let mut open = expectations(&file.text);
        let of_file =
            report.queries.iter().filter(|query| *query.version == *file.version && *query.place.file == *file.path);
        let mut lines_done: BTreeMap<u32, Expectation> = BTreeMap::new();
        for query in of_file {
            let line = query.place.line;
            // Several texts of one site share its comment.
            if let Some(same) = lines_done.get(&line) {
                pairs.push(Expected { query, expectation: same.clone() });
                continue;
            }
            let Some(at) = open.iter().position(|each| each.line >= line) else {
                bail!("{}:{line}: a query without an expectation: {}", file.path, query.sql);
            };
            let expectation = open.remove(at);
            lines_done.insert(line, expectation.clone());
            pairs.push(Expected { query, expectation });
        }
        if let Some(left) = open.first() {
            bail!("{}:{}: an expectation without a query", file.path, left.line);
        }
    }
    Ok(pairs)
}

/// The cell that an expectation speaks of: the worst after `before`, the later one among equals.
#[must_use]
pub fn worst(query: &QueryRecord) -> Option<&Cell> {
    let later = query.cells.iter().filter(|cell| &*cell.state != "before");
    later.max_by_key(|cell| match cell.verdict {
        Verdict::Resolves => 0,
        Verdict::Unknown => 1,
        Verdict::Drifts => 2,
        Verdict::Breaks => 3,
    })
}

/// What differs between the tool and the expectations, a line each.
///
/// # Errors
/// When queries and expectations do not fit together.
pub fn differences(case: &Case, report: &Report) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for Expected { query, expectation } in expected(case, report)? {
        let Some(cell) = worst(query) else { continue };
        let rule = cell.rule.map(|rule| rule.0.to_owned());
        let fits = cell.verdict.as_str() == expectation.verdict
            && (expectation.verdict == "resolves" || rule == expectation.rule)
            && (expectation.sqlstate.is_none() || cell.sqlstate == expectation.sqlstate.as_deref());
        if !fits {
            wrong.push(format!(
                "{}:{}: expected {} {} {}, got {} {} {}: {}",
                query.place.file,
                query.place.line,
                expectation.verdict,
                expectation.rule.as_deref().unwrap_or(""),
                expectation.sqlstate.as_deref().unwrap_or(""),
                cell.verdict.as_str(),
                rule.as_deref().unwrap_or(""),
                cell.sqlstate.unwrap_or(""),
                cell.message.as_deref().unwrap_or(""),
            ));
        }
    }
    Ok(wrong)
}

/// What differs between the expectations and a real server, a line each: a query that is expected to break must be
/// refused with its code after the migration and taken before, any other must be taken.
///
/// # Errors
/// When the schema or the migration is refused, or the server is lost.
pub fn differences_with_server(case: &Case, report: &Report, server: &str) -> Result<Vec<String>> {
    let pairs = expected(case, report)?;
    let mut before = Database::create(server)?;
    if let Some(code) = before.refusal(&case.schema)? {
        bail!("the server refuses the schema: {code}");
    }
    let mut after = Database::create(server)?;
    after.client.query(&case.schema).context("the schema")?;
    if let Some(code) = after.refusal(&case.migration)? {
        bail!("the server refuses the migration: {code}");
    }
    let mut wrong = Vec::new();
    for (at, Expected { query, expectation }) in pairs.iter().enumerate() {
        if expectation.verdict == "unknown" {
            continue;
        }
        let args = case.args.get(at).map(String::as_str);
        let now = ask(&mut after, &query.sql, args)?;
        let was = ask(&mut before, &query.sql, args)?;
        let broken_before = expectation.rule.as_deref() == Some("broken-before");
        let expected = (expectation.verdict == "breaks").then_some(expectation.sqlstate.as_deref()).flatten();
        if now.as_deref() != expected {
            wrong.push(format!("{}: after the migration the server says {now:?}, expected {expected:?}", query.sql));
        }
        if *query.version == *"old" && !broken_before && was.is_some() {
            wrong.push(format!("{}: before the migration the server says {was:?}", query.sql));
        }
    }
    Ok(wrong)
}

/// The SQLSTATE of preparing a query and, where it takes no parameters or they are given, of running it in a transaction
/// that is rolled back.
fn ask(database: &mut Database, sql: &str, args: Option<&str>) -> Result<Option<String>> {
    let sql = sql.trim().trim_end_matches(';');
    database.client.query("BEGIN")?;
    let mut answer = database.refusal(&format!("PREPARE asked AS {sql}"))?;
    if answer.is_none() {
        let parameters = "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'asked'";
        let count = single(&database.client.query(parameters)?).unwrap_or_default();
        let list = args.map(str::trim).filter(|args| !args.is_empty());
        answer = match (count.as_str(), list) {
            ("0", _) => database.refusal("EXECUTE asked")?,
            (_, Some(list)) => database.refusal(&format!("EXECUTE asked ({list})"))?,
            _ => None,
        };
    }
    database.client.query("ROLLBACK; DEALLOCATE ALL")?;
    Ok(answer)
}
