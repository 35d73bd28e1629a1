//! Text that the schema keeps: expressions and queries, with what their names are bound to.

use std::sync::Arc;

use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, Statement};

use crate::{ObjectId, TypeRef};

/// An expression kept by the schema (a default, a check, an index key). Names are bound to identities, so a rename of
/// what it uses changes how it prints and nothing else.
#[derive(Debug, Clone)]
pub struct StoredExpr {
    /// Its tree. Ranges count from the start of `text.text`.
    pub expr: Arc<Expr>,
    /// Its text and bindings.
    pub text: StoredText,
    /// Conversions that were chosen when a column had another type, by the range of the column or literal: since then they
    /// stand in the server's text as casts. None before any such change.
    pub casts: Arc<[(TextRange, TypeRef)]>,
}

/// A stretch of SQL with bindings.
#[derive(Debug, Clone)]
pub struct StoredText {
    /// The whole script or text that the ranges count in.
    pub text: Arc<str>,
    /// The stretch that is kept.
    pub range: TextRange,
    /// Names in it and what each is bound to, in the order of the text.
    pub bindings: Arc<[(TextRange, ObjectId)]>,
}

/// A query kept by the schema, or an action of a rule.
#[derive(Debug, Clone)]
pub struct StoredStatement {
    /// Its tree.
    pub statement: Arc<Statement>,
    /// Its text and bindings.
    pub text: StoredText,
}
