//! The schema before, at every statement of, and after the pending migrations.

use std::sync::Arc;

use rollproof_catalog::{Schema, Session, Taint};
use rollproof_evolve::{ProblemKind, SessionWalker, SourceText};
use rollproof_migrate::{Content, Migration, MigrationStatement, Phase, Script};
use rollproof_source::{Problem, TextRange};

/// The schema after one statement.
#[derive(Debug, Clone)]
pub struct Step {
    /// The schema, with the session that queries run in.
    pub schema: Schema,
    /// The statement; none for the first step, `before`.
    pub origin: Option<Origin>,
    /// Whether a running version can meet it: the statement's work is committed.
    pub visible: bool,
    /// Whether it belongs to a post-deploy migration: the old version is gone.
    pub post_deploy: bool,
}

impl Step {
    /// What its state is called: `before`, `009_x.sql#3`, and the last one `after`.
    pub(crate) fn id(&self, is_last: bool) -> Arc<str> {
        match &self.origin {
            _ if is_last => Arc::from("after"),
            None => Arc::from("before"),
            Some(origin) => Arc::from(format!("{}#{}", origin.migration, origin.number)),
        }
    }
}

/// The statement that made a step.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The migration's name.
    pub migration: Arc<str>,
    /// The statement's number in its migration, from 1.
    pub number: usize,
    /// Its script.
    pub script: Arc<Script>,
    /// Where in it.
    pub range: TextRange,
}

/// A statement of a pending migration that the server would reject.
#[derive(Debug, Clone)]
pub struct Rejected {
    /// The code that the server raises.
    pub sqlstate: &'static str,
    /// The server's words.
    pub message: String,
    /// The server's DETAIL, a line for each object that depends on what was to be dropped.
    pub detail: Option<String>,
    /// Where in the script.
    pub span: TextRange,
    /// The statement.
    pub origin: Origin,
}

/// All steps, `before` first.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// The steps: `before`, one a pending statement, the last of which is `after`. At least two; both ends are visible.
    pub steps: Vec<Step>,
    /// Pending statements that the server would reject.
    pub rejected: Vec<Rejected>,
    /// What could not be followed, in applied migrations and pending ones.
    pub problems: Vec<Problem>,
}

/// Folds `applied` over `base` to the state `before`, and `pending` into the steps after it. What is pending comes in the
/// order in which it runs, post-deploy migrations last, its commits marked for that order. `sessions` are those that the
/// application's queries and the migrations run in.
#[must_use]
pub fn build(
    base: &Schema,
    bookkeeping: &[MigrationStatement],
    applied: &[Migration],
    pending: &[Migration],
    sessions: (&Session, &Session),
) -> Timeline {
    let mut steps = Vec::new();
    let (rejected, problems) = walk(base, bookkeeping, applied, pending, sessions, |step| steps.push(step));
    if steps.len() == 1 {
        // Nothing is pending: both ends are the same schema, and both are there for those who look for them.
        steps.push(steps[0].clone());
    }
    if let Some(last) = steps.last_mut() {
        last.visible = true;
    }
    Timeline { steps, rejected, problems }
}

/// Gives every step to `each`, in order, `before` first. Whoever keeps few of them has the memory of few.
pub fn walk(
    base: &Schema,
    bookkeeping: &[MigrationStatement],
    applied: &[Migration],
    pending: &[Migration],
    (session, of_migrations): (&Session, &Session),
    mut each: impl FnMut(Step),
) -> (Vec<Rejected>, Vec<Problem>) {
    let mut fold = Fold { session, of_migrations, rejected: Vec::new(), problems: Vec::new() };
    let mut walker = fold.new_session(base.clone());
    for (at, statement) in bookkeeping.iter().enumerate() {
        let origin = Origin::of(&Arc::from("bookkeeping"), at, statement);
        walker = fold.step(walker, statement, &origin, false);
    }
    let before = fold.run(walker.finish(), applied, false, |_, _, _, _| {});
    each(Step { schema: fold.seen(&before), origin: None, visible: true, post_deploy: false });
    fold.run(before, pending, true, |seen, origin, migration, statement| {
        let post_deploy = migration.phase == Phase::PostDeploy;
        each(Step { schema: seen, origin: Some(origin), visible: statement.commits_after, post_deploy });
    });
    (fold.rejected, fold.problems)
}

impl Origin {
    fn of(migration: &Arc<str>, at: usize, statement: &MigrationStatement) -> Self {
        Self { migration: migration.clone(), number: at + 1, script: statement.script.clone(), range: statement.range }
    }
}

struct Fold<'a> {
    session: &'a Session,
    of_migrations: &'a Session,
    rejected: Vec<Rejected>,
    problems: Vec<Problem>,
}

impl Fold<'_> {
    /// `schema` as queries of the application meet it.
    fn seen(&self, schema: &Schema) -> Schema {
        let mut seen = schema.clone();
        seen.session = self.session.clone();
        seen
    }

    /// A session that the migration tool opens: with what is set for the database, if a migration has set it.
    fn new_session(&self, mut schema: Schema) -> SessionWalker {
        schema.session = self.of_migrations.clone();
        if let Some(path) = &schema.database_search_path {
            schema.session.search_path = path.clone();
        }
        SessionWalker::new(schema)
    }

    /// Runs migrations one after the other, with the transactions that their tool makes.
    fn run(
        &mut self,
        schema: Schema,
        migrations: &[Migration],
        pending: bool,
        mut after: impl FnMut(Schema, Origin, &Migration, &MigrationStatement),
    ) -> Schema {
        let mut walker = self.new_session(schema);
        let mut current: Option<(*const Migration, usize)> = None;
        for step in rollproof_migrate::steps(migrations) {
            match step {
                rollproof_migrate::Step::Begin => walker.begin(),
                rollproof_migrate::Step::Commit => {
                    walker.commit();
                }
                rollproof_migrate::Step::Statement(migration, statement) => {
                    let at = match current {
                        Some((same, at)) if std::ptr::eq(same, migration) => at + 1,
                        _ => 0,
                    };
                    if at == 0 && !walker.in_transaction() {
                        // Each migration is taken to run in a session of its own: a setting of one does not reach the next.
                        walker = self.new_session(walker.finish());
                    }
                    current = Some((migration, at));
                    let origin = Origin::of(&migration.name, at, statement);
                    walker = self.step(walker, statement, &origin, pending);
                    after(self.seen(walker.schema()), origin, migration, statement);
                }
            }
        }
        walker.commit();
        walker.finish()
    }

    /// One statement. One that would be rejected is said and taken as not there, so that the rest is still followed.
    fn step(
        &mut self,
        walker: SessionWalker,
        statement: &MigrationStatement,
        origin: &Origin,
        pending: bool,
    ) -> SessionWalker {
        let before = walker.clone();
        let mut walker = walker;
        let parsed = match &statement.content {
            Content::Sql(parsed) => match &**parsed {
                Ok(tree) => tree,
                Err(error) => {
                    if pending {
                        self.rejected.push(Rejected {
                            sqlstate: error.sqlstate,
                            message: error.message.clone(),
                            detail: None,
                            span: error.span,
                            origin: origin.clone(),
                        });
                    }
                    let reason = format!("this statement cannot be read: {}", error.message);
                    return self.taint(walker, statement, &reason, Extent::Words);
                }
            },
            Content::Unmodelled { reason, touches } => {
                let extent = touches.as_ref().map_or(Extent::Everything, |names| Extent::Names(names));
                return self.taint(walker, statement, &format!("not followed: {reason}"), extent);
            }
        };
        let source = SourceText::new(statement.script.text.clone());
        let problems = walker.step(parsed, &source);
        for problem in &problems {
            match problem.sqlstate() {
                // What was applied was taken by a server: there it is known.
                None if !pending && problem.kind == ProblemKind::Presumed => {}
                None => self.problem(statement, &problem.message),
                Some(sqlstate) if pending => {
                    self.rejected.push(Rejected {
                        sqlstate,
                        message: problem.message.clone(),
                        detail: problem.detail.clone(),
                        span: problem.span,
                        origin: origin.clone(),
                    });
                    walker = before.clone();
                }
                Some(sqlstate) if let Some(alone) = alone(&before, parsed, &source, sqlstate) => {
                    let reason =
                        format!("is applied, so it ran in a transaction of its own ({sqlstate}: {})", problem.message);
                    self.problem(statement, &reason);
                    return alone;
                }
                Some(sqlstate) => {
                    // It was applied, so a server took it: what is wrong is the picture of the schema here.
                    let reason = format!("applied, but would be refused here ({sqlstate}: {})", problem.message);
                    walker = self.taint(before.clone(), statement, &reason, Extent::Words);
                }
            }
        }
        walker
    }

    fn problem(&mut self, statement: &MigrationStatement, message: &str) {
        let line = statement.script.line(statement.range);
        self.problems.push(Problem::at_line(&*statement.script.path, line, message));
    }

    /// Marks what the statement may have touched as unknown, and says so.
    fn taint(
        &mut self,
        walker: SessionWalker,
        statement: &MigrationStatement,
        reason: &str,
        extent: Extent<'_>,
    ) -> SessionWalker {
        self.problem(statement, reason);
        let reason: Arc<str> = reason.into();
        let mut schema = walker.schema().clone();
        let taints = &mut schema.taints;
        match extent {
            Extent::Everything => taints.push(Taint::Everything(reason)),
            Extent::Words | Extent::Names(_) => {
                let mut words = words_of(statement.text());
                if let Extent::Names(names) = extent {
                    words.extend(names.iter().cloned());
                }
                taints.push(Taint::Relations(words.clone(), reason.clone()));
                let kinds = ["function", "procedure", "routine", "aggregate", "extension"];
                if words.iter().any(|word| kinds.contains(&&**word)) {
                    taints.push(Taint::Functions(words, reason));
                }
            }
        }
        SessionWalker::new(schema)
    }
}

/// The session after a statement that an open transaction refuses, where the server takes it in one of its own; what follows
/// it is in a transaction again. None where that does not help.
///
/// 25001 and 55P04: <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn alone(
    before: &SessionWalker,
    statement: &rollproof_sql::ast::Statement,
    source: &SourceText,
    sqlstate: &str,
) -> Option<SessionWalker> {
    if !matches!(sqlstate, "25001" | "55P04") || !before.in_transaction() || before.aborted() {
        return None;
    }
    let mut walker = before.clone();
    walker.commit();
    let problems = walker.step(statement, source);
    walker.begin();
    problems.iter().all(|problem| problem.sqlstate().is_none()).then_some(walker)
}

/// How much a statement that was not followed may have touched.
#[derive(Clone, Copy)]
enum Extent<'a> {
    /// Anything.
    Everything,
    /// Whatever has a name that it mentions.
    Words,
    /// That, and what has one of these names.
    Names(&'a [Arc<str>]),
}

/// Every word of `text` that may be a name, as written and folded, each once.
fn words_of(text: &str) -> Vec<Arc<str>> {
    let words = text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '$'));
    let mut words: Vec<Arc<str>> = words
        .filter(|word| word.starts_with(|letter: char| letter.is_alphabetic() || letter == '_'))
        .flat_map(|word| [Arc::from(word), Arc::from(word.to_lowercase())])
        .collect();
    words.sort();
    words.dedup();
    words
}
