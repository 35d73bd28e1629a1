//! One statement after the other, on both sides, with the transactions that the tool makes.

use std::sync::Arc;

use anyhow::Result;
use rollproof_catalog::{Schema, Session};
use rollproof_evolve::{SessionWalker, SourceText};
use rollproof_migrate::{Content, MigrationSet, MigrationStatement, Step};
use rollproof_source::LineIndex;

use crate::database::Scratch;

/// What one side says of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is taken.
    Taken,
    /// It is refused with this SQLSTATE and message.
    Refused(String, String),
    /// What it does is not known here, and why.
    Unmodelled(String),
    /// It was not asked: the server is older than what the statement says that it needs.
    NotAsked,
}

/// A statement, and how it ended on both sides.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The file.
    pub file: Arc<str>,
    /// The line of its first token.
    pub line: u32,
    /// Its text.
    pub text: String,
    /// What its last line says after it, without the dashes: an expectation, or nothing.
    pub comment: String,
    /// What the server says.
    pub server: Answer,
    /// What is said here.
    pub here: Answer,
}

impl Outcome {
    /// Whether both sides end alike, or it is not known here how.
    #[must_use]
    pub fn agrees(&self) -> bool {
        match (&self.server, &self.here) {
            (_, Answer::Unmodelled(_)) | (Answer::NotAsked, _) => true,
            (Answer::Refused(server, _), Answer::Refused(here, _)) => server == here,
            (server, here) => server == here,
        }
    }
}

struct Replay<'a> {
    scratch: &'a mut Scratch,
    major: u32,
    session: &'a Session,
    walker: SessionWalker,
    outcomes: Vec<Outcome>,
}

/// Runs the base script, the tool's own statements and the migrations.
pub(super) fn replay(
    scratch: &mut Scratch,
    schema: Schema,
    session: &Session,
    base: Option<&str>,
    set: &MigrationSet,
) -> Result<(Schema, Vec<Outcome>)> {
    let major = schema.builtin.version;
    let mut replay = Replay { scratch, major, session, walker: SessionWalker::new(schema), outcomes: Vec::new() };
    if let Some(base) = base {
        replay.base(base)?;
    }
    replay.new_session()?;
    for statement in &set.bookkeeping {
        replay.statement(statement)?;
    }
    replay.migrations(set)?;
    Ok((replay.walker.finish(), replay.outcomes))
}

impl Replay<'_> {
    fn base(&mut self, text: &str) -> Result<()> {
        let source = SourceText::new(text);
        for (range, parsed) in rollproof_sql::parse_script(text) {
            self.scratch.refusal(range.slice(text))?;
            if let Ok(statement) = parsed {
                let _ = self.walker.step(&statement, &source);
            }
        }
        Ok(())
    }

    /// Each migration runs in a session of its own.
    fn new_session(&mut self) -> Result<()> {
        let mut schema = self.walker.clone().finish();
        schema.session = self.session.clone();
        if let Some(path) = &schema.database_search_path {
            schema.session.search_path = path.clone();
        }
        self.walker = SessionWalker::new(schema);
        self.scratch.reconnect()
    }

    fn migrations(&mut self, set: &MigrationSet) -> Result<()> {
        let mut current = None;
        for step in rollproof_migrate::steps(&set.migrations) {
            match step {
                Step::Begin => {
                    self.begin_session_of(&mut current, None)?;
                    self.walker.begin();
                    self.scratch.refusal("BEGIN")?;
                }
                Step::Commit => {
                    self.walker.commit();
                    self.scratch.refusal("COMMIT")?;
                }
                Step::Statement(migration, statement) => {
                    self.begin_session_of(&mut current, Some(std::ptr::from_ref(migration)))?;
                    self.statement(statement)?;
                }
            }
        }
        self.walker.commit();
        self.scratch.refusal("COMMIT")?;
        Ok(())
    }

    /// A transaction that begins, and a migration that is another one, come with a new session.
    fn begin_session_of(
        &mut self,
        current: &mut Option<*const rollproof_migrate::Migration>,
        next: Option<*const rollproof_migrate::Migration>,
    ) -> Result<()> {
        let same = *current == next && next.is_some();
        if !same && !self.walker.in_transaction() {
            self.new_session()?;
        }
        *current = next.or(*current);
        Ok(())
    }

    fn statement(&mut self, statement: &MigrationStatement) -> Result<()> {
        let script = &statement.script;
        let comment = comment_after(&script.text, statement.range.end as usize);
        let mut outcome = Outcome {
            file: script.path.clone(),
            line: LineIndex::new(&script.text).line(statement.range.start),
            text: statement.text().to_owned(),
            comment,
            server: Answer::NotAsked,
            here: Answer::Taken,
        };
        if needs(&outcome.comment, "since").is_some_and(|since| since > self.major)
            || needs(&outcome.comment, "until").is_some_and(|until| until < self.major)
        {
            self.outcomes.push(outcome);
            return Ok(());
        }
        let parsed = match &statement.content {
            Content::Sql(parsed) => parsed,
            Content::Unmodelled { reason, .. } => {
                outcome.here = Answer::Unmodelled(reason.to_string());
                self.outcomes.push(outcome);
                return Ok(());
            }
        };
        outcome.server = match self.scratch.refusal(statement.text())? {
            None => Answer::Taken,
            Some((code, message)) => Answer::Refused(code, message),
        };
        let before = self.walker.clone();
        outcome.here = match &**parsed {
            Ok(tree) => self.here(tree, &SourceText::new(script.text.clone())),
            Err(error) => Answer::Refused("42601".to_owned(), error.message.clone()),
        };
        if !outcome.agrees() {
            // The rest is compared as if this one had ended as the refusing side says.
            self.walker = before;
        }
        self.outcomes.push(outcome);
        Ok(())
    }

    fn here(&mut self, tree: &rollproof_sql::ast::Statement, source: &SourceText) -> Answer {
        let problems = self.walker.step(tree, source);
        for problem in &problems {
            if let Some(code) = problem.sqlstate() {
                return Answer::Refused(code.to_owned(), problem.message.clone());
            }
        }
        problems.first().map_or(Answer::Taken, |problem| Answer::Unmodelled(problem.message.clone()))
    }
}

/// What a comment says on the line on which the statement ends.
fn comment_after(text: &str, end: usize) -> String {
    let rest = text.get(end..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    line.split_once("--").map_or_else(String::new, |(_, comment)| comment.trim().to_owned())
}

/// `since 15`, `until 17` in a comment: the first, the last version of the server that is asked.
fn needs(comment: &str, word: &str) -> Option<u32> {
    let mut words = comment.split([' ', ',']);
    words.find(|each| *each == word)?;
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{comment_after, needs};

    #[test]
    fn comments_belong_to_the_statement_before_them() {
        let text = "select 1; -- refused 42601, since 15\nselect 2;\n-- since 16\n";
        assert_eq!(comment_after(text, 8), "refused 42601, since 15");
        assert_eq!(comment_after(text, 45), "");
        assert_eq!((needs("refused 42601, since 15", "since"), needs("since", "since")), (Some(15), None));
    }
}
