//! Names, clauses and statements (`analyze.c`, `parse_*.c`): one file a clause or a kind of expression.

mod aggregate;
mod assign;
mod clause;
mod expr;
mod from;
mod kind;
mod level;
mod query;
mod rewrite;
mod scope;
mod security;
mod statement;
mod target;
mod tree;
mod with;

use std::sync::Arc;

use rollproof_catalog::{Oid, Schema};
use rollproof_source::TextRange;

use crate::context::Context;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Failure, Result, Unknown};
use crate::resolution::{Binding, Resolution, Role};

pub(crate) use expr::{RECORD as RECORD_TYPE, ValueKind, is_subscript};
pub(crate) use kind::Kind;
pub(crate) use level::{Entry, EntryColumn, EntryKind, Item, Level, Returning};
pub(crate) use query::{Output, Rows};
pub(crate) use statement::Analyzed;
pub(crate) use tree::{Expression, Node, Tag, Tree, Var, split};

/// How deep queries and expressions may lie in each other. PostgreSQL's own limit is its stack; texts that people write
/// stay far below this, and a deeper one is unknown rather than a crash.
const DEEPEST: u32 = 400;

/// The analysis of one statement.
pub(crate) struct Analyzer<'a> {
    /// Types, parameters, look-ups.
    pub cx: Context<'a>,
    /// Variables.
    pub environment: &'a Environment,
    /// Queries around the current place, the outermost first (`ParseState` and its parents).
    pub levels: Vec<Level<'a>>,
    /// What was found out.
    pub out: Resolution,
    /// The first thing that could not be told. Analysis goes on, to find what fails whatever that is.
    pub unknown: Option<Unknown>,
    /// Some of what could not be told is not unknown text but unknown schema: then no error is sure either.
    pub doubtful: bool,
    /// Names of the first columns of queries in expressions.
    pub first_names: target::FirstNames,
    /// What the rewriter, the planner or the executor refuses, which come after the whole analysis.
    pub deferred: Option<Failure>,
    /// How deep expressions lie in each other.
    depth: u32,
    /// What `VALUE` stands for in a domain's check.
    pub domain_value: Option<rollproof_catalog::TypeRef>,
    /// What names of a kept expression are bound to, while one is looked at, and the entry that its columns are of.
    pub stored: Option<(&'a [(TextRange, rollproof_catalog::ObjectId)], usize)>,
}

impl<'a> Analyzer<'a> {
    /// An analysis that has not begun.
    pub(crate) fn new(schema: &'a Schema, environment: &'a Environment) -> Self {
        let declared: Vec<Oid> =
            environment.parameter_types.iter().map(|each| each.map_or(Oid::NONE, |known| known.oid)).collect();
        let parameters = if environment.fixed_parameters {
            crate::Parameters::fixed(&declared)
        } else {
            crate::Parameters::variable(&declared)
        };
        Self {
            cx: Context::new(schema, parameters),
            environment,
            levels: Vec::new(),
            out: Resolution::default(),
            unknown: None,
            doubtful: false,
            deferred: None,
            first_names: target::FirstNames::default(),
            depth: 0,
            domain_value: None,
            stored: None,
        }
    }

    /// The schema.
    pub(crate) fn schema(&self) -> &'a Schema {
        self.cx.schema
    }

    /// The server's major version.
    pub(crate) fn version(&self) -> u32 {
        self.cx.version()
    }

    /// The innermost query. There is always one while something is analysed.
    pub(crate) fn level(&mut self) -> &mut Level<'a> {
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    /// How deep the innermost query lies, 0 for the outermost.
    pub(crate) fn here(&self) -> usize {
        self.levels.len().saturating_sub(1)
    }

    /// Runs `work` in a query of its own inside the current one.
    pub(crate) fn inside<T>(&mut self, level: Level<'a>, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.levels.len() > 64 {
            return Err(Failure::unknown("queries lie too deep in each other", TextRange::default()));
        }
        self.levels.push(level);
        let result = work(self);
        self.levels.pop();
        result
    }

    /// Runs `work` one step deeper, unless that is too deep.
    pub(crate) fn deeper<T>(&mut self, span: TextRange, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= DEEPEST {
            return Err(Failure::unknown("expressions lie too deep in each other", span));
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }

    /// Runs `work` where `kind` of expression stands.
    pub(crate) fn standing<T>(&mut self, kind: Kind, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let before = std::mem::replace(&mut self.level().kind, kind);
        let result = work(self);
        self.level().kind = before;
        result
    }

    /// Notes that something cannot be told, and goes on.
    pub(crate) fn note_unknown(&mut self, reason: impl Into<Arc<str>>, span: TextRange) {
        let reason = reason.into();
        self.doubtful |= *reason != *DYNAMIC;
        if self.unknown.is_none() {
            self.unknown = Some(Unknown { reason, span });
        }
    }

    /// What could not be told, in the end: unknown text or schema, else what may not be there.
    pub(crate) fn take_unknown(&mut self) -> Option<Unknown> {
        let unproven = self.cx.unproven.take();
        self.unknown.take().or_else(|| unproven.map(|(reason, span)| Unknown { reason, span }))
    }

    /// Notes a failure that cannot be told from success and goes on; hands errors on.
    pub(crate) fn tolerate<T>(&mut self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Failure::Unknown(unknown)) => {
                self.note_unknown(unknown.reason.clone(), unknown.span);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps an error that the server raises only after the analysis of the whole statement.
    pub(crate) fn refuse_later(&mut self, result: Result<()>) -> Result<()> {
        match result {
            Err(error @ Failure::Error(_)) => {
                self.deferred.get_or_insert(error);
                Ok(())
            }
            other => other,
        }
    }

    /// Records what a name means.
    pub(crate) fn bind(&mut self, span: TextRange, object: rollproof_catalog::ObjectId, role: Role) {
        self.out.bindings.push(Binding { span, object, role });
    }
}

/// Words of an unknown outcome whose cause is unknown text in the statement: the ledger's reason.
pub(crate) const DYNAMIC: &str = "dynamic-sql";

/// A syntax error found late (42601).
pub(crate) fn syntax_error(message: impl Into<String>, span: TextRange) -> Failure {
    Error::fail("42601", message, span, ErrorKind::Other)
}

/// A feature that the server does not have (0A000).
pub(crate) fn unsupported(message: impl Into<String>, span: TextRange) -> Failure {
    Error::fail("0A000", message, span, ErrorKind::Other)
}
