//! A case, judged by the tool and by a real server.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, bail};
use rollproof_catalog::{Builtin, Schema, Session};
use rollproof_check::{Deploy, Input, VersionInput, check};
use rollproof_extract::{Cache, ExtractedQuery, Extraction, Options, QueryKind, ResultUse, Site, SiteKind, extract};
use rollproof_finding::{Cell, QueryRecord, Report, Verdict, VersionRole};
use rollproof_migrate::{pending_by_name, read};
use rollproof_source::{FileId, Snapshot, SourceMap, Span, TextRange};
use rollproof_sql::ast::{StatementKind, TransactionStatement};
use rollproof_sql::{MappedText, Origin};

use crate::case::{Case, Expectation, expectations, failures};
use crate::server::{Connection, Database, single};

const APPLIED: &str = "migrations/001_schema.sql";
const PENDING: &str = "migrations/002_change.sql";

/// What the tool says of a case.
#[must_use]
pub fn report(case: &Case, major: u32) -> Report {
    report_with(case, major, &Options::default())
}

/// What the tool says of a case whose sources are read so.
#[must_use]
pub fn report_with(case: &Case, major: u32, options: &Options) -> Report {
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
            extraction: sites(case, id, &sources, options),
        })
        .collect();
    let Some(builtin) = Builtin::of_version(major) else { return Report::default() };
    let input = Input {
        sources: &sources,
        versions,
        base: Schema::packaged(builtin),
        bookkeeping: &set.bookkeeping,
        applied: &split.applied,
        pending: &split.pending,
        session: Session { role: case.role.as_deref().map(Arc::from), ..Session::default() },
        migration_session: Session::default(),
        deploy: Deploy::default(),
        levels: BTreeMap::new(),
        notices: Vec::new(),
        elsewhere: Vec::new(),
        problems: set.problems.clone(),
    };
    check(&input)
}

/// The sites of a version: extracted from program text, and one a statement of SQL files.
fn sites(case: &Case, version: &str, sources: &SourceMap, options: &Options) -> Extraction {
    let files = case.files.iter().filter(|file| file.version == version);
    let (sql, code): (Vec<_>, Vec<_>) = files.partition(|file| file.path.ends_with(".sql"));
    let tree = Snapshot::from_texts(code.iter().map(|file| (file.path.as_str(), file.text.as_str())));
    let mut extraction = extract(&tree, sources, options, &Cache::new());
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
        Site { queries: vec![query], ..Site::new(span, Arc::from("sql"), SiteKind::Sink) }
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
    let failing = report.findings.iter().filter(|finding| finding.rule.0 == "migration-fails");
    let failing: Vec<&str> = failing.filter_map(|finding| finding.sqlstate).collect();
    let expected_to_fail: Vec<String> = failures(&case.migration).into_iter().map(|(_, code)| code).collect();
    if failing != expected_to_fail {
        wrong.push(format!("the migration is expected to fail with {expected_to_fail:?}, got {failing:?}"));
    }
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

/// What a server says of one query in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    /// The code that it raises, if it refuses.
    refused: Option<String>,
    /// The types of the parameters and of the result, where it can be prepared.
    types: Option<String>,
}

/// What differs between the expectations and a real server, a line each.
///
/// The pending statements are run one by one, and every query is asked at each commit, as a version meets them: old ones
/// before, in between and after, new ones after. A query that is expected to break must be refused with its code in the
/// last state that refuses it; any other must never be refused, and one that resolves keeps its types.
///
/// # Errors
/// When the schema or the migration is refused, or the server is lost.
pub fn differences_with_server(case: &Case, report: &Report, server: &str) -> Result<Vec<String>> {
    let pairs = expected(case, report)?;
    let mut database = Database::create(server)?;
    if database.major()? < case.since {
        return Ok(Vec::new());
    }
    database.own_roles(&[&case.schema, &case.migration]);
    if let Some(code) = database.refusal(&case.schema)? {
        bail!("the server refuses the schema: {code}");
    }
    let mut answers: Vec<Vec<Answer>> = vec![Vec::new(); pairs.len()];
    ask_all(case, &pairs, &database, &mut answers, |_| true)?;
    let mut open = false;
    let statements = rollproof_sql::parse_script(&case.migration);
    let expected_to_fail = failures(&case.migration);
    for (at, (range, parsed)) in statements.iter().enumerate() {
        let text = range.slice(&case.migration);
        let line = case.migration[..range.end as usize].lines().count() as u32;
        let expected = expected_to_fail.iter().find(|(at, _)| *at == line).map(|(_, code)| code.clone());
        let refused = database.refusal(text)?;
        if refused != expected {
            bail!("of the migration the server says {refused:?}, expected {expected:?}: {text}");
        }
        let kind = parsed.as_ref().ok().map(|statement| &statement.kind);
        open = match kind {
            Some(StatementKind::Transaction(TransactionStatement::Begin(_))) => true,
            Some(StatementKind::Transaction(TransactionStatement::Commit(_))) => false,
            _ => open,
        };
        if !open {
            let last = at + 1 == statements.len();
            ask_all(case, &pairs, &database, &mut answers, |version| last || version == "old")?;
        }
    }
    let mut wrong = Vec::new();
    for (pair, answers) in pairs.iter().zip(&answers) {
        wrong.extend(disagreement(pair, answers).map(|what| format!("{}: {what}", pair.query.sql)));
    }
    Ok(wrong)
}

fn ask_all(
    case: &Case,
    pairs: &[Expected],
    database: &Database,
    answers: &mut [Vec<Answer>],
    meets: impl Fn(&str) -> bool,
) -> Result<()> {
    // A session keeps what it compiled of a function: a new one sees the schema as it is.
    let mut connection = database.connection()?;
    if let Some(role) = &case.role
        && let Some(code) = connection.refusal(&format!("SET ROLE {role}"))?
    {
        bail!("the server refuses the role: {code}");
    }
    for (at, (pair, answers)) in pairs.iter().zip(answers).enumerate() {
        if meets(&pair.query.version) {
            answers.push(ask(&mut connection, &pair.query.sql, case.args.get(at).map(String::as_str))?);
        }
    }
    Ok(())
}

/// How the answers of a server, `before` first, contradict what is expected.
fn disagreement(Expected { query, expectation }: &Expected, answers: &[Answer]) -> Option<String> {
    if expectation.verdict == "unknown" || query.sql.contains(MappedText::HOLE) {
        return None;
    }
    let (before, later) = answers.split_first()?;
    let later = if later.is_empty() { answers } else { later };
    let refused = later.iter().rev().find_map(|answer| answer.refused.as_deref());
    let expected = (expectation.verdict == "breaks").then_some(expectation.sqlstate.as_deref()).flatten();
    if refused != expected {
        return Some(format!("the server says {refused:?}, expected {expected:?}"));
    }
    if *query.version != *"old" || expectation.rule.as_deref() == Some("broken-before") {
        return None;
    }
    if let Some(code) = &before.refused {
        return Some(format!("before the migration the server says {code}"));
    }
    let changed = later.iter().find(|answer| answer.types != before.types)?;
    (expectation.verdict == "resolves")
        .then(|| format!("its types were {:?} and are {:?}", before.types, changed.types))
}

/// What the server says of preparing a query and, where it takes no parameters or they are given, of running it in a
/// transaction that is rolled back. What cannot be prepared is run.
fn ask(database: &mut Connection, sql: &str, args: Option<&str>) -> Result<Answer> {
    let sql = sql.trim().trim_end_matches(';');
    let args = args.map(str::trim).filter(|args| !args.is_empty());
    database.client.query("BEGIN")?;
    let answer = if preparable(sql) {
        prepare(database, sql, args)
    } else {
        // There is no data for COPY … FROM stdin: the server is told so, and says that it was.
        let refused = database.refusal(sql)?.filter(|code| code != "57014");
        Ok(Answer { refused, types: None })
    };
    database.client.query("ROLLBACK; DEALLOCATE ALL")?;
    answer
}

fn preparable(sql: &str) -> bool {
    use StatementKind::{Delete, Insert, Merge, Query, Update};
    match rollproof_sql::parse_query_text(sql) {
        Ok(statement) => matches!(statement.kind, Query(_) | Insert(_) | Update(_) | Delete(_) | Merge(_)),
        Err(_) => true,
    }
}

fn prepare(database: &mut Connection, sql: &str, args: Option<&str>) -> Result<Answer> {
    let refused = database.refusal(&format!("PREPARE asked AS {sql}"))?;
    if refused.is_some() {
        return Ok(Answer { refused, types: None });
    }
    let prepared = |what: &str| format!("SELECT {what} FROM pg_prepared_statements WHERE name = 'asked'");
    let mut answer = |what: &str| -> Result<_> { Ok(single(&database.client.query(&prepared(what))?)) };
    let count = answer("cardinality(parameter_types)")?.unwrap_or_default();
    // Servers before 16 do not tell the result's types of a prepared statement.
    let tells = answer("current_setting('server_version_num')::integer >= 160000")?.as_deref() == Some("t");
    let types = match tells {
        true => answer("parameter_types::oid[]::text || coalesce(result_types::oid[]::text, '')")?,
        false => answer("parameter_types::oid[]::text")?,
    };
    let refused = match (count.as_str(), args) {
        ("0", _) => database.refusal("EXECUTE asked")?,
        (_, Some(list)) => database.refusal(&format!("EXECUTE asked ({list})"))?,
        // Without values it is planned and started all the same, for any values: ON CONFLICT is inferred, and privileges are
        // asked for.
        (count, None) => {
            database.client.query("SET LOCAL plan_cache_mode = force_generic_plan")?;
            let values = vec!["NULL"; count.parse().unwrap_or_default()].join(", ");
            database.refusal(&format!("EXPLAIN EXECUTE asked ({values})"))?
        }
    };
    Ok(Answer { refused, types })
}
