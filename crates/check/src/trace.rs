//! SQL scripts, statement by statement, as one session would run them.

use std::sync::Arc;

use rollproof_catalog::{Schema, TypeRef};
use rollproof_evolve::{Problem, ProblemKind, SessionWalker, SourceText};
use rollproof_finding::{TraceKind, TraceRecord, Verdict};
use rollproof_resolve::{Environment, Outcome, resolve};
use rollproof_source::LineIndex;
use rollproof_sql::ast::{Statement, StatementKind, TransactionStatement};

/// Walks `scripts` (name, text) one after the other in one session that starts on `schema`.
#[must_use]
pub fn trace(schema: Schema, scripts: &[(String, String)]) -> Vec<TraceRecord> {
    let mut walk = Walk { walker: SessionWalker::new(schema), doubt: None };
    let mut records = Vec::new();
    for (name, text) in scripts {
        let lines = LineIndex::new(text);
        let source = SourceText::new(text.as_str());
        let file: Arc<str> = Arc::from(name.as_str());
        for (range, parsed) in rollproof_sql::parse_script(text) {
            let mut record = match &parsed {
                Ok(statement) => walk.statement(statement, &source),
                Err(error) if error.too_deep => TraceRecord {
                    verdict: Verdict::Unknown,
                    message: Some(error.message.clone()),
                    ..TraceRecord::new(TraceKind::Other)
                },
                // What is unknown may be just what it lacks.
                Err(error) if range.slice(text).contains(rollproof_sql::MappedText::HOLE) => TraceRecord {
                    verdict: Verdict::Unknown,
                    message: Some(format!("it holds unknown text: {}", error.message)),
                    ..TraceRecord::new(TraceKind::Other)
                },
                Err(error) => {
                    walk.walker.fail();
                    TraceRecord {
                        verdict: Verdict::Breaks,
                        sqlstate: Some(error.sqlstate),
                        message: Some(error.message.clone()),
                        ..TraceRecord::new(TraceKind::Other)
                    }
                }
            };
            record.file = file.clone();
            record.line = lines.line(range.start);
            records.push(record);
        }
    }
    records
}

/// A session, and what is not sure of it.
struct Walk {
    walker: SessionWalker,
    doubt: Option<Doubt>,
}

/// A statement that the server may not have taken. In a transaction block it has then aborted the block.
struct Doubt {
    /// The schema that is left if it has failed.
    committed: Schema,
    /// What is not known.
    reason: Arc<str>,
    /// How many savepoints were set then, the block's start counted.
    depth: usize,
}

impl Walk {
    fn statement(&mut self, statement: &Statement, source: &SourceText) -> TraceRecord {
        let asked = query_of(statement).filter(|_| !self.walker.aborted());
        let outcome = asked.map(|query| resolve(query, self.walker.schema(), &Environment::default()));
        let before = self.walker.schema().clone();
        if let Some(denied) = outcome.as_ref().and_then(|outcome| self.denied(statement, source, outcome)) {
            self.walker.fail();
            return denied;
        }
        let (depth, committed) = (self.walker.depth(), self.walker.committed().clone());
        let problems = self.walker.step(statement, source);
        // What the session forbids is found after what the query itself gets wrong.
        let forbidden = outcome.as_ref().is_some_and(|outcome| outcome.resolution().is_some())
            && problems.iter().any(|problem| problem.sqlstate() == Some("25006"));
        let mut record = match outcome.filter(|_| !forbidden) {
            Some(outcome) => of_query(&outcome, &before),
            None => of_problems(statement, &problems),
        };
        if let Some(doubt) = self.doubt.as_ref().filter(|_| depth > 0)
            && record.verdict != Verdict::Breaks
            && !matches!(statement.kind, StatementKind::Transaction(_))
        {
            record.verdict = Verdict::Unknown;
            record.message.get_or_insert_with(|| format!("the transaction may have failed: {}", doubt.reason));
        }
        let presumed = problems.iter().find(|problem| problem.kind == ProblemKind::Presumed);
        let mut reason = presumed.map(|problem| Arc::from(problem.message.as_str()));
        if record.verdict == Verdict::Resolves && reason.is_none() {
            reason = self.walker.doubtful(&before);
        }
        if let Some(reason) = reason {
            if record.verdict == Verdict::Resolves {
                record.verdict = Verdict::Unknown;
                record.message = Some(reason.to_string());
            }
            self.doubt.get_or_insert(Doubt { committed, reason, depth });
        }
        self.settle(statement);
        record
    }

    /// What the session's role may not do of a query that is otherwise right. A transaction that may not write at all is
    /// told so first.
    fn denied(&self, statement: &Statement, source: &SourceText, outcome: &Outcome) -> Option<TraceRecord> {
        let Outcome::Resolved(resolution) = outcome else { return None };
        let denied = crate::permissions::denied(self.walker.schema(), resolution).into_iter().next()?;
        let tried = self.walker.clone().step(statement, source);
        if tried.iter().any(|problem| problem.sqlstate() == Some("25006")) {
            return None;
        }
        let mut record = TraceRecord::new(TraceKind::Query);
        record.verdict = Verdict::Breaks;
        record.sqlstate = Some("42501");
        record.message = Some(denied.message);
        Some(record)
    }

    /// Ends the doubt where it is known again what the transaction block is in, and taints what hangs on it.
    fn settle(&mut self, statement: &Statement) {
        let Some(mut doubt) = self.doubt.take_if(|doubt| self.walker.depth() <= doubt.depth) else { return };
        let rolled_back = match &statement.kind {
            StatementKind::Transaction(TransactionStatement::Rollback(_) | TransactionStatement::RollbackTo(_)) => true,
            StatementKind::Transaction(TransactionStatement::Commit(_)) => false,
            // Inside a block only its end settles it, or a savepoint that is older.
            _ if self.walker.in_transaction() => {
                doubt.depth = self.walker.depth();
                self.doubt = Some(doubt);
                return;
            }
            _ => false,
        };
        if !rolled_back {
            self.walker.doubt(&doubt.committed, &doubt.reason);
        }
    }
}

fn of_problems(statement: &Statement, problems: &[Problem]) -> TraceRecord {
    let mut record = TraceRecord::new(kind_of(statement));
    for problem in problems {
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

#[cfg(test)]
mod tests {
    use rollproof_catalog::Schema;
    use rollproof_catalog::builtin::Builtin;

    use super::trace;

    /// For each statement `resolves`, the SQLSTATE, or `unknown`.
    fn check(script: &str, expected: &[&str]) {
        let schema = Schema::packaged(Builtin::newest());
        let records = trace(schema, &[("a.sql".to_owned(), script.to_owned())]);
        let said: Vec<&str> = records.iter().map(|record| record.sqlstate.unwrap_or(record.verdict.as_str())).collect();
        assert_eq!(said, expected, "{script}");
    }

    #[test]
    fn what_a_server_may_lack_leaves_what_it_made_unknown() {
        check(
            "CREATE TABLE a (x text);
             CREATE TABLE b (x text COMPRESSION lz4);
             SELECT x FROM a;
             SELECT x FROM b;
             CREATE TABLE c (x text COLLATE \"de_DE\");
             SELECT 'c'::regclass;
             CREATE TABLE d (x text COMPRESSION pglz);
             SELECT x FROM d;",
            &["resolves", "unknown", "resolves", "unknown", "unknown", "unknown", "resolves", "resolves"],
        );
    }

    #[test]
    fn a_transaction_that_may_have_failed_is_unknown_to_its_end() {
        check(
            "CREATE TABLE a (x text);
             BEGIN;
             CREATE TABLE b (x text COMPRESSION lz4);
             SELECT x FROM a;
             SELECT gone FROM a;
             ROLLBACK;
             SELECT x FROM a;
             SELECT x FROM b;",
            &["resolves", "resolves", "unknown", "unknown", "42703", "resolves", "resolves", "42P01"],
        );
    }

    /// What lies under a view is its owner's to read, also where the owner is who the session began as.
    #[test]
    fn a_view_reads_as_its_owner_whoever_the_session_became() {
        let script = |as_reader: &str| {
            format!(
                "CREATE ROLE reader;
                 CREATE TABLE a (x text);
                 CREATE VIEW v AS SELECT x FROM a;
                 CREATE VIEW w WITH (security_invoker) AS SELECT x FROM a;
                 GRANT SELECT ON v, w TO reader;
                 {as_reader};
                 SELECT x FROM v;
                 SELECT x FROM w;
                 SELECT x FROM a;"
            )
        };
        let made = ["resolves"; 6].into_iter().chain(["resolves", "42501", "42501"]).collect::<Vec<_>>();
        check(&script("SET ROLE reader"), &made);
        check(&script("SET SESSION AUTHORIZATION reader"), &made);
    }

    #[test]
    fn unknown_text_may_be_what_a_statement_lacks() {
        check("SELECT 1 BETWEEN \u{FFFC}; SELECT 1 BETWEEN 2; SELECT 2;", &["unknown", "42601", "resolves"]);
    }
}
