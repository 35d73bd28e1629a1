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
    /// Those of them that are an object's own name, not an alias: what is written otherwise once it is renamed.
    pub names: Arc<[StoredName]>,
    /// What the columns of the stars among them were called when the text was bound, in their order.
    pub starred: Arc<[Arc<str>]>,
}

/// An object's own name in a stored text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredName {
    /// Its last part, a schema before it not included; of a star the star.
    pub range: TextRange,
    /// The object.
    pub object: ObjectId,
    /// What it does there.
    pub place: NamePlace,
}

/// What a name does where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamePlace {
    /// It names the object: a relation in FROM, a column, a routine that is called.
    Object,
    /// It is a relation's name before a column, or for its whole row: what FROM calls it.
    Qualifier,
    /// `*`: one entry for each column that it stands for.
    Star,
    /// The range is an entry of a target list without an alias, called as the object that it names: it keeps that name.
    Target,
}

impl StoredText {
    /// The text that is kept.
    #[must_use]
    pub fn written(&self) -> &str {
        self.text.get(self.range.start as usize..self.range.end as usize).unwrap_or_default()
    }
}

/// A query kept by the schema, or an action of a rule.
#[derive(Debug, Clone)]
pub struct StoredStatement {
    /// Its tree.
    pub statement: Arc<Statement>,
    /// Its text and bindings.
    pub text: StoredText,
}
