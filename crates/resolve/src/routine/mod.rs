//! Bodies of routines, bound when they are called: each statement in them, resolved with the routine's variables.
//!
//! The rules are those of `functions.c` (LANGUAGE sql) and of `pl_comp.c`, `pl_exec.c` and `pl_gram.y` (PL/pgSQL).

mod constant;
mod language_sql;
mod made;
mod output;
mod plpgsql;
mod surroundings;
mod synthetic;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rollproof_catalog::{Function, Language, Oid, RoutineBody, Schema};
use rollproof_source::TextRange;
use rollproof_sql::ast::Statement;

use crate::{Outcome, Unknown};

pub use surroundings::{specialized, with_settings};

/// How a routine comes to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Invocation {
    /// It is called.
    Call,
    /// A trigger on this relation runs it: `NEW` and `OLD` are its rows.
    Trigger(Oid),
}

/// A statement or expression of a body.
#[derive(Debug, Clone)]
pub struct BodyStatement {
    /// Its tree; an expression comes as `SELECT expression`, a declaration as `SELECT NULL::type`.
    pub statement: Arc<Statement>,
    /// Where it stands in the body's text; of a dynamic statement, where its `EXECUTE` stands.
    pub span: TextRange,
    /// What the server says of it when it runs.
    pub outcome: Outcome,
    /// It stands in a block whose exception handlers take every error.
    pub guarded: bool,
}

/// A body, statement by statement in the order of the text. Their number and order depend on the text alone, so that the
/// analyses of one body on two schemas can be laid side by side.
#[derive(Debug, Clone, Default)]
pub struct BodyAnalysis {
    /// The text that the ranges count in: that of the body, then the constant texts that it gives to `EXECUTE`.
    pub text: Arc<str>,
    /// The statements.
    pub statements: Vec<BodyStatement>,
    /// What could not be followed (`EXECUTE` of a text that is not constant, another language).
    pub unknowns: Vec<Unknown>,
}

/// The body of `function` on `schema`.
#[must_use]
pub fn analyse(schema: &Schema, function: &Function, invocation: Invocation) -> BodyAnalysis {
    let Some(body) = &function.body else { return BodyAnalysis::default() };
    match (&**body, &function.language) {
        // Bound by identity when it was made: what it uses cannot go without it.
        (RoutineBody::Bound(_) | RoutineBody::Aggregate(_), _) => BodyAnalysis::default(),
        (RoutineBody::Text { text, range }, Language::Sql) => language_sql::analyse(schema, function, text, *range),
        (RoutineBody::Text { text, range }, Language::PlPgSql) => {
            plpgsql::analyse(schema, function, invocation, text, *range)
        }
        (RoutineBody::Text { .. } | RoutineBody::Opaque, language) => {
            let name = match language {
                Language::Internal => "C",
                Language::Sql => "sql",
                Language::PlPgSql => "plpgsql",
                Language::Other(name) => name,
            };
            let unknown = Unknown { reason: format!("written in {name}").into(), span: TextRange::default() };
            BodyAnalysis { text: function.name.clone(), statements: Vec::new(), unknowns: vec![unknown] }
        }
    }
}
