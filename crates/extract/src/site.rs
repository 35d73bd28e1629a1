//! What extraction returns: sites, their queries, and what stayed unknown.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_source::{FileId, Problem, Span};
use rollproof_sql::MappedText;

/// The reason of a site whose text a query builder makes: not modelled, counted apart.
pub const QUERY_BUILDER: &str = "query-builder";

/// A place in source that sends SQL to a database, whether or not its text could be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The file of `span`.
    pub file: FileId,
    /// The call, the tagged template, the macro or the text.
    pub span: Span,
    /// The sink that the text goes to, as a person would name it: `pg.query`, `sqlx::query!`; `text` where none is
    /// known.
    pub sink: Arc<str>,
    /// What stands there.
    pub kind: SiteKind,
    /// Every text that may be sent, without doubles, in the order in which they were found. A text that is not wholly
    /// known has holes.
    pub queries: Vec<ExtractedQuery>,
    /// Why the site's texts are not all known, and where the trail was lost. Where it is set and there are queries, they
    /// are some of what the site may send.
    pub unknown: Option<Unknown>,
    /// What happens when the query fails, where that could be seen.
    pub failure: Option<FailureMode>,
    /// The database that it is sent to, where that is evidently another than PostgreSQL.
    pub database: Option<Arc<str>>,
    /// How many combinations of its parts were left out because they are no SQL, where others are.
    pub refused: usize,
    /// The library sends the types of the parameters along, which the server would else infer; they are not known here.
    pub declares_types: bool,
}

impl Site {
    /// A site of which nothing more is known yet.
    #[must_use]
    pub fn new(span: Span, sink: Arc<str>, kind: SiteKind) -> Self {
        Self {
            file: span.file,
            span,
            sink,
            kind,
            queries: Vec::new(),
            unknown: None,
            failure: None,
            database: None,
            refused: 0,
            declares_types: false,
        }
    }

    /// A call that starts a built query.
    pub(crate) fn of_builder(span: Span, sink: Arc<str>) -> Self {
        let unknown = Some(Unknown { reason: QUERY_BUILDER.into(), at: span });
        Self { unknown, ..Self::new(span, sink, SiteKind::QueryBuilder) }
    }
}

/// What a site is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SiteKind {
    /// A call, a tagged template or a macro that a known library sends to the database.
    Sink,
    /// A call of a function of the project that passes its argument on to a sink.
    Helper,
    /// The inner call of such a function: its texts are those of its callers, and they are counted there. It has neither
    /// queries nor a reason, and no ledger may count it as unknown or as proven.
    Forwarder,
    /// A text that reads as SQL and reaches no known sink.
    Text,
    /// A query builder's call. Its SQL is not modelled: `unknown` says `query-builder`.
    QueryBuilder,
}

/// One text that a site may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractedQuery {
    /// The text as the database gets it, placeholders as the library sends them: `$1` for Knex's `?` and for the `${v}`
    /// of a tag.
    pub text: MappedText,
    /// How it is made.
    pub kind: QueryKind,
    /// Where its first literal stands; the site's span where it has none.
    pub span: Span,
    /// How the caller reads the result.
    pub result: ResultUse,
}

/// How a query's text is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QueryKind {
    /// One literal, as it stands in source.
    Static,
    /// Folded from several constants, or one of several branches; every byte is known.
    Folded,
    /// It has holes, or a part that stands for any number of such parts (a list of placeholders).
    Dynamic,
}

/// What the caller does with the result's columns, where that is cheap to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum ResultUse {
    /// Not seen.
    #[default]
    Unknown,
    /// The result is thrown away (`execute`).
    Ignored,
    /// Columns are read by name (an object, a struct with `FromRow`).
    ByName,
    /// Columns are read by position (tuples, scalar, `rowMode: "array"`).
    ByPosition,
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unknown {
    /// One of the ledger's reasons: `parameter of exported function`, `query-builder`, `more than 64 variants`, …
    pub reason: Arc<str>,
    /// Where the trail was lost.
    pub at: Span,
}

/// What happens when the query fails.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FailureMode {
    /// Nobody would hear of the failure.
    pub swallowed: bool,
    /// In words: `caught and not rethrown`, `not awaited`, `worker with retryLimit 0`.
    pub why: Arc<str>,
    /// The place that decides it: the catch, the call, the worker's options.
    pub at: Span,
}

/// Source files that were not looked at, all for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeftOut {
    /// `vendored`, `built`, `tests`, `excluded`, `outside of the sources`, `test modules`, `generated from SQL files`,
    /// `symbolic link out of the tree`, `another repository`.
    pub reason: Arc<str>,
    /// The folder, the file or the pattern that decides it: `packages/a/dist`, `*.test.ts`.
    pub place: Arc<str>,
}

/// A snapshot's sites.
#[derive(Debug, Clone, Default)]
pub struct Extraction {
    /// Sorted by path, then by where they start.
    pub sites: Vec<Site>,
    /// Functions and procedures that SQL files outside of migrations create, by name, each with the first place that does:
    /// such a file is run by the program, or by nobody.
    pub routines: BTreeMap<Arc<str>, Span>,
    /// Files that could not be used, sorted.
    pub problems: Vec<Problem>,
    /// How many source files were left out, by the reason and the place that the ledger prints.
    pub left_out: BTreeMap<LeftOut, usize>,
    /// How many source files were looked at.
    pub files: usize,
    /// How many of them were parsed: the others hold nothing that reads as SQL.
    pub parsed: usize,
}
