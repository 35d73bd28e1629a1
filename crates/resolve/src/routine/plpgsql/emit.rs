//! Statements on their way out: resolved, judged, put in order.

use std::sync::Arc;

use rollproof_source::TextRange;
use rollproof_sql::ParseError;
use rollproof_sql::ast::Statement;

use super::super::BodyStatement;
use super::super::language_sql::{excuse, refused, undecided};
use super::super::output::NamedType;
use super::Walker;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Failure, Unknown};
use crate::outcome::Outcome;

/// A statement that went out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Emitted(usize);

impl Emitted {
    /// Its place among the statements.
    pub(super) fn index(self) -> usize {
        self.0
    }
}

impl Walker<'_> {
    /// Resolves a statement with the variables of this point.
    pub(super) fn emit(&mut self, statement: Statement, span: TextRange) -> Emitted {
        let outcome = crate::resolve(&statement, &self.schema, &self.environment);
        self.push(statement, span, outcome)
    }

    /// Resolves a statement that does not see the variables.
    pub(super) fn emit_in(&mut self, statement: Statement, span: TextRange, environment: &Environment) -> Emitted {
        let outcome = crate::resolve(&statement, &self.schema, environment);
        self.push(statement, span, outcome)
    }

    /// Puts a statement out with this answer.
    pub(super) fn push(&mut self, statement: Statement, span: TextRange, outcome: Outcome) -> Emitted {
        let outcome = excuse(outcome, &self.made, self.polymorphic, span.slice(&self.text));
        let missing = outcome.error().is_some_and(|error| matches!(error.kind, ErrorKind::MissingRelation { .. }));
        let outcome = if missing && self.may_have_made {
            undecided(outcome, "a relation that a dynamic statement of the body may make".to_owned())
        } else {
            outcome
        };
        let guarded = self.guarded;
        self.out.statements.push(BodyStatement { statement: Arc::new(statement), span, outcome, guarded });
        Emitted(self.out.statements.len() - 1)
    }

    /// The answer turns into a refusal, where it was none.
    pub(super) fn fail(&mut self, at: Emitted, failure: Failure) {
        if let Some(statement) = self.out.statements.get_mut(at.0) {
            refused(&mut statement.outcome, failure);
        }
    }

    /// As [`Self::fail`], with an error that no rule looks into.
    pub(super) fn refuse(&mut self, at: Emitted, sqlstate: &'static str, message: &str, kind: ErrorKind) {
        let span = self.out.statements.get(at.0).map_or_else(TextRange::default, |statement| statement.span);
        self.fail(at, Error::fail(sqlstate, message, span, kind));
    }

    /// The columns of the result, where it is known.
    pub(super) fn columns(&self, at: Emitted) -> Option<Vec<NamedType>> {
        let resolution = self.out.statements.get(at.0)?.outcome.resolution()?;
        Some(resolution.columns.iter().map(|column| (column.name.clone(), column.data_type)).collect())
    }

    /// Whether the statement returns rows; none where it is not known.
    pub(super) fn returns_rows(&self, at: Emitted) -> Option<bool> {
        Some(self.out.statements.get(at.0)?.outcome.resolution()?.returns_rows)
    }

    /// The result is read by name or not at all: its shape is nobody's concern.
    pub(super) fn forget_shape(&mut self, at: Emitted) {
        if let Some(Outcome::Resolved(resolution)) = self.out.statements.get_mut(at.0).map(|each| &mut each.outcome) {
            resolution.columns.clear();
        }
    }

    /// A resolved statement's other needs.
    pub(super) fn resolution_mut(&mut self, at: Emitted) -> Option<&mut crate::Resolution> {
        match &mut self.out.statements.get_mut(at.0)?.outcome {
            Outcome::Resolved(resolution) => Some(resolution),
            Outcome::Refused(_) | Outcome::Unknown(_) => None,
        }
    }

    /// Something that could not be followed.
    pub(super) fn unknown(&mut self, reason: impl Into<Arc<str>>, span: TextRange) {
        self.out.unknowns.push(Unknown { reason: reason.into(), span });
    }

    /// SQL that this project's parser could not read: the server could, or the routine would not be there.
    pub(super) fn unread(&mut self, error: &ParseError) {
        self.unknown(error.message.clone(), error.span);
    }
}
