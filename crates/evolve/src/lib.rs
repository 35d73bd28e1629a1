//! What each statement does to a schema, as the server's own commands (`src/backend/commands/*.c`) do it.
//!
//! [`apply`] is a pure function: a statement that the server would refuse changes nothing and says why, with the
//! server's SQLSTATE; a statement that is not modelled leaves a [`Taint`] on what it may have touched.
//! [`SessionWalker`] folds a script with its transactions and savepoints.

mod access_mode;
mod aggregate;
mod alter_table;
mod base_type;
mod bind;
mod body;
mod bound;
mod columns;
mod comment;
mod compile;
mod constraint;
mod context;
mod create_table;
mod detached;
mod domain;
mod doubt;
mod drop;
mod dump;
mod find;
mod foreign_key;
mod function;
mod index;
mod inherit;
mod interpret;
mod like;
mod membership;
mod names;
mod namespace;
mod operator;
mod operator_class;
mod other;
mod owner;
mod partition;
mod partition_index;
mod permission;
mod portal;
mod prepared;
mod problem;
mod provision;
mod relation;
mod reloptions;
mod rename;
mod role;
mod rule;
mod security;
mod sequence;
mod set_schema;
mod signature;
mod statement;
mod statistics;
mod system_write;
#[cfg(test)]
mod tests;
mod trigger;
mod types;
mod view;
mod walker;

pub use doubt::doubted;
pub use dump::read_dump;
pub use problem::{Problem, ProblemKind};
pub use rollproof_catalog::Taint;
pub use walker::SessionWalker;

use std::sync::Arc;

use rollproof_catalog::Schema;
use rollproof_sql::ast::Statement;

/// The script that a statement stands in: its spans count bytes of this text.
#[derive(Debug, Clone)]
pub struct SourceText {
    /// The whole script.
    pub text: Arc<str>,
}

impl SourceText {
    /// A script.
    #[must_use]
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self { text: text.into() }
    }
}

/// The schema after `statement`, and what was wrong. Refused statements return the schema as it was.
///
/// Transaction control is the caller's ([`SessionWalker`] does it): here it changes nothing.
#[must_use]
pub fn apply(schema: &Schema, statement: &Statement, source: &SourceText) -> (Schema, Vec<Problem>) {
    context::run(schema, statement, source)
}
