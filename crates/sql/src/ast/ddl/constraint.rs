//! Constraints of tables, columns and domains.

use rollproof_source::TextRange;

use super::relation::{IndexElement, SequenceOption};
use crate::ast::expr::{Expr, OperatorName};
use crate::ast::name::{Name, QualifiedName};

/// A constraint, of a column or a table.
#[derive(Debug, Clone)]
pub struct ConstraintDefinition {
    /// `CONSTRAINT name`
    pub name: Option<Name>,
    /// What it is.
    pub kind: ConstraintKind,
    /// `DEFERRABLE`
    pub deferrable: bool,
    /// `INITIALLY DEFERRED`
    pub initially_deferred: bool,
    /// `NOT VALID`
    pub not_valid: bool,
    /// `NO INHERIT`
    pub no_inherit: bool,
    /// `NOT ENFORCED` (PostgreSQL 18)
    pub not_enforced: bool,
    /// All of it.
    pub span: TextRange,
}

/// `GENERATED … AS IDENTITY`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityKind {
    /// `ALWAYS`
    Always,
    /// `BY DEFAULT`
    ByDefault,
}

/// What a constraint is.
#[derive(Debug, Clone)]
pub enum ConstraintKind {
    /// `NOT NULL`; of a table constraint (PostgreSQL 18) with the column.
    NotNull(Option<Name>),
    /// `NULL`
    Null,
    /// `DEFAULT x`
    Default(Expr),
    /// `GENERATED … AS IDENTITY (options)`
    Identity(IdentityKind, Vec<SequenceOption>),
    /// `GENERATED ALWAYS AS (x)`, true when `STORED`
    Generated(Expr, bool),
    /// `CHECK (x)`
    Check(Expr),
    /// `PRIMARY KEY (…)`; the columns are empty on a column constraint.
    PrimaryKey(UniqueDefinition),
    /// `UNIQUE (…)`
    Unique(UniqueDefinition),
    /// `EXCLUDE USING m (element WITH op) WHERE (…)`
    Exclude {
        /// The access method.
        method: Option<Name>,
        /// Elements and their operators.
        elements: Vec<(IndexElement, OperatorName)>,
        /// `WHERE`
        predicate: Option<Expr>,
        /// `INCLUDE`
        include: Vec<Name>,
    },
    /// `FOREIGN KEY (…) REFERENCES t (…)`; columns empty on a column constraint.
    ForeignKey {
        /// The referencing columns.
        columns: Vec<Name>,
        /// The referenced table.
        table: QualifiedName,
        /// The referenced columns; empty: its primary key.
        referenced: Vec<Name>,
        /// `ON DELETE`
        on_delete: ReferentialAction,
        /// `ON DELETE SET NULL (…)`: the columns that are set; empty for all.
        set_columns: Vec<Name>,
        /// `ON UPDATE`
        on_update: ReferentialAction,
        /// `MATCH FULL`
        match_full: bool,
    },
}

/// `ON DELETE …`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReferentialAction {
    /// `NO ACTION`
    #[default]
    NoAction,
    /// `RESTRICT`
    Restrict,
    /// `CASCADE`
    Cascade,
    /// `SET NULL`
    SetNull,
    /// `SET DEFAULT`
    SetDefault,
}

/// `PRIMARY KEY` or `UNIQUE`.
#[derive(Debug, Clone)]
pub struct UniqueDefinition {
    /// The key's columns.
    pub columns: Vec<Name>,
    /// `INCLUDE`
    pub include: Vec<Name>,
    /// `NULLS NOT DISTINCT`
    pub nulls_not_distinct: bool,
    /// `USING INDEX i`
    pub using_index: Option<Name>,
    /// `WITHOUT OVERLAPS` on the last column (PostgreSQL 18)
    pub without_overlaps: bool,
}
