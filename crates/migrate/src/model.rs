//! What a migration folder holds, in the order in which its tool runs it.

use std::sync::Arc;

use rollproof_extract::Cache;
use rollproof_source::{FileId, LineIndex, Problem, Span, TextRange};
use rollproof_sql::ast::Statement;
use rollproof_sql::{MappedText, ParseError};

/// All migrations of one folder.
#[derive(Debug, Clone)]
pub struct MigrationSet {
    /// The folder, relative to the tree.
    pub folder: Arc<str>,
    /// Name of the tool (`sqlx`).
    pub tool: &'static str,
    /// What the tool does itself before the first migration: the tables in which it keeps its accounts, a schema.
    pub bookkeeping: Vec<MigrationStatement>,
    /// In the order in which the tool runs them on an empty database.
    pub migrations: Vec<Migration>,
    /// What the tool does with a new migration that sorts before an applied one.
    pub out_of_order: OutOfOrder,
    /// What could not be read, and what a person should know.
    pub problems: Vec<Problem>,
    /// Those that are programs, parsed: what another version has in common with them is not parsed again.
    pub parsed: Arc<Cache>,
}

/// One migration.
#[derive(Debug, Clone)]
pub struct Migration {
    /// What the tool remembers it by: two versions' migrations with one id are the same one.
    pub id: Arc<str>,
    /// The file's or folder's name, for people.
    pub name: Arc<str>,
    /// The files that were read for it, relative to the tree.
    pub files: Vec<Arc<str>>,
    /// Its main file's text.
    pub script: Arc<Script>,
    /// Its statements, in order, those of included files in their place.
    pub statements: Vec<MigrationStatement>,
    /// How the tool sends it.
    pub transaction: Transaction,
    /// When it is run.
    pub phase: Phase,
    /// Whether the tool runs it again whenever its text changes (Flyway's `R__`).
    pub repeatable: bool,
}

/// How a tool sends a migration's statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transaction {
    /// In a transaction of the migration's own, which the tool begins and commits.
    File,
    /// As one simple query: the server makes an implicit transaction of it, unless it is a single statement or the
    /// script has its own BEGIN and COMMIT (PostgreSQL manual, 53.2.2.1).
    SimpleQuery,
    /// One by one, each committed by itself unless the script has its own BEGIN.
    Autocommit,
    /// In one transaction with all others that are pending.
    Batch,
}

/// When a migration is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Before the old version is gone.
    Deploy,
    /// When the old version is gone: marked by a suffix `.post.sql`, a folder `post_deploy`, `post-deploy` or
    /// `post_migrate`, or a comment `-- rollproof: post-deploy`.
    PostDeploy,
}

/// What a tool does with a pending migration that sorts before one that is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OutOfOrder {
    /// Runs it, after those that are applied.
    Runs,
    /// Passes over it without a word: it never runs.
    Skipped,
    /// Refuses to run at all.
    Refused,
}

/// A text that statements were read from.
#[derive(Debug, Clone)]
pub struct Script {
    /// The file.
    pub file: FileId,
    /// Its path in the tree.
    pub path: Arc<str>,
    /// What the server gets: the file's text, with what is not sent blanked out and placeholders replaced.
    pub text: Arc<str>,
    /// Where its bytes come from; none where they stand at the same offsets in the file.
    pub map: Option<Arc<MappedText>>,
    /// The file's own text.
    pub file_text: Arc<str>,
}

impl Script {
    /// The place in the file of `range` of the text, from its first piece of source to its last.
    #[must_use]
    pub fn span(&self, range: TextRange) -> Span {
        let Some(map) = &self.map else { return Span { file: self.file, range } };
        let pieces = map.spans(range);
        // A text that is made of constants of several files is shown where it starts.
        let file = pieces.first().map_or(self.file, |first| first.file);
        let cover = pieces.iter().filter(|span| span.file == file).map(|span| span.range).reduce(TextRange::cover);
        Span { file, range: cover.unwrap_or_default() }
    }

    /// The line of the file, from 1, on which `range` of the text starts; the first one where it is of another file.
    #[must_use]
    pub fn line(&self, range: TextRange) -> u32 {
        let span = self.span(range);
        if span.file == self.file { LineIndex::new(&self.file_text).line(span.range.start) } else { 1 }
    }
}

/// One statement of a migration.
#[derive(Debug, Clone)]
pub struct MigrationStatement {
    /// The text it stands in. Spans in the tree count bytes of it.
    pub script: Arc<Script>,
    /// From its first token to its last, the semicolon not included.
    pub range: TextRange,
    /// What it says.
    pub content: Content,
    /// Whether what has been done up to here is committed after it, so that a running version can meet it. For
    /// [`Transaction::Batch`] that depends on what else is pending: [`crate::mark_commits`].
    pub commits_after: bool,
}

/// What a statement says.
#[derive(Debug, Clone)]
pub enum Content {
    /// SQL, read, or the reason why not.
    Sql(Arc<Result<Statement, ParseError>>),
    /// Something that runs but is no SQL text that can be read here: migrations written in code, files that are not
    /// UTF-8, client commands that run something.
    Unmodelled {
        /// Why, as a part of a sentence (`written in JavaScript`).
        reason: Arc<str>,
        /// What it can touch, where that is known: relations of these names (the last part, as the server keeps them) and
        /// of those that its text mentions. None is anything at all.
        touches: Option<Vec<Arc<str>>>,
    },
}

impl MigrationStatement {
    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.range.slice(&self.script.text)
    }

    /// Its place in the file.
    #[must_use]
    pub fn span(&self) -> Span {
        self.script.span(self.range)
    }

    /// The tree, where it was read.
    #[must_use]
    pub fn statement(&self) -> Option<&Statement> {
        match &self.content {
            Content::Sql(parsed) => parsed.as_ref().as_ref().ok(),
            Content::Unmodelled { .. } => None,
        }
    }
}

impl Migration {
    /// Whether `name`, as a person writes it, means this one: its id, its name with or without `.sql`, the path of a
    /// file or of the folder.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let name = name.trim_end_matches('/');
        *self.id == *name
            || *self.name == *name
            || self.name.strip_suffix(".sql") == Some(name)
            || self.files.iter().any(|path| {
                path.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/'))
                    || path.rsplit_once('/').is_some_and(|(folder, _)| folder == name)
            })
    }
}
