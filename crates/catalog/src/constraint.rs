//! Constraints and indexes (`pg_constraint`, `pg_index`).

use std::sync::Arc;

use rollproof_sql::ast::ReferentialAction;

use crate::{Oid, StoredExpr};

/// A foreign key's other side.
#[derive(Debug, Clone)]
pub struct ForeignKey {
    /// The referenced relation.
    pub relation: Oid,
    /// Its columns, aligned with [`Constraint::columns`].
    pub columns: Vec<i16>,
    /// ON DELETE
    pub on_delete: ReferentialAction,
    /// The columns that ON DELETE SET NULL or SET DEFAULT sets (`confdelsetcols`); empty for all.
    pub set_columns: Vec<i16>,
    /// ON UPDATE
    pub on_update: ReferentialAction,
    /// MATCH FULL
    pub match_full: bool,
    /// The unique index of the referenced relation that it relies on.
    pub index: Oid,
}

impl ForeignKey {
    /// ` MATCH FULL ON UPDATE CASCADE`: what it says beyond the columns, without what is so by default. `set` names the
    /// columns that ON DELETE sets, where they were written.
    #[must_use]
    pub fn clauses(&self, set: &str) -> String {
        let mut text = String::from(if self.match_full { " MATCH FULL" } else { "" });
        for (word, action) in [("UPDATE", &self.on_update), ("DELETE", &self.on_delete)] {
            let action = match action {
                ReferentialAction::NoAction => continue,
                ReferentialAction::Restrict => "RESTRICT",
                ReferentialAction::Cascade => "CASCADE",
                ReferentialAction::SetNull => "SET NULL",
                ReferentialAction::SetDefault => "SET DEFAULT",
            };
            text.push_str(&format!(" ON {word} {action}"));
            if word == "DELETE" && !set.is_empty() {
                text.push_str(&format!(" ({set})"));
            }
        }
        text
    }
}

/// What a constraint is (`contype`).
#[derive(Debug, Clone)]
pub enum ConstraintKind {
    /// `c`
    Check(StoredExpr),
    /// `n`: a named NOT NULL of PostgreSQL 18
    NotNull,
    /// `p`
    PrimaryKey,
    /// `u`
    Unique,
    /// `x`
    Exclusion,
    /// `f`
    ForeignKey(ForeignKey),
    /// `t`
    Trigger,
}

/// A constraint of a table or a domain.
#[derive(Debug, Clone)]
pub struct Constraint {
    /// Identity.
    pub oid: Oid,
    /// Name.
    pub name: Arc<str>,
    /// What it is.
    pub kind: ConstraintKind,
    /// Column numbers of its table, in the order of the constraint. Of a check: the columns it reads.
    pub columns: Vec<i16>,
    /// Its index, for primary keys, unique and exclusion constraints.
    pub index: Oid,
    /// DEFERRABLE
    pub deferrable: bool,
    /// INITIALLY DEFERRED
    pub deferred: bool,
    /// False after NOT VALID.
    pub validated: bool,
    /// False for NOT ENFORCED.
    pub enforced: bool,
    /// NO INHERIT
    pub no_inherit: bool,
    /// `conislocal`
    pub is_local: bool,
    /// `coninhcount`
    pub inherit_count: i16,
    /// `conparentid`
    pub parent: Oid,
}

impl Constraint {
    /// A validated, enforced constraint of its own table, not deferrable.
    #[must_use]
    pub fn new(oid: Oid, name: Arc<str>, kind: ConstraintKind, columns: Vec<i16>) -> Self {
        Self {
            oid,
            name,
            kind,
            columns,
            index: Oid::NONE,
            deferrable: false,
            deferred: false,
            validated: true,
            enforced: true,
            no_inherit: false,
            is_local: true,
            inherit_count: 0,
            parent: Oid::NONE,
        }
    }
}

/// A key of an index.
#[derive(Debug, Clone)]
pub struct IndexKey {
    /// Column number, 0 for an expression.
    pub column: i16,
    /// The expression.
    pub expression: Option<StoredExpr>,
    /// Collation, or none.
    pub collation: Oid,
    /// Operator class.
    pub operator_class: Oid,
    /// DESC
    pub descending: bool,
    /// NULLS FIRST
    pub nulls_first: bool,
}

/// What an index's relation is made of.
#[derive(Debug, Clone)]
pub struct Index {
    /// The table.
    pub table: Oid,
    /// Access method's name.
    pub method: Arc<str>,
    /// Key columns.
    pub keys: Vec<IndexKey>,
    /// INCLUDE columns.
    pub include: Vec<i16>,
    /// `indisunique`
    pub unique: bool,
    /// `indisprimary`
    pub primary: bool,
    /// `indisexclusion`
    pub exclusion: bool,
    /// The operators of an exclusion constraint, by key.
    pub exclusion_operators: Vec<Arc<str>>,
    /// NULLS NOT DISTINCT
    pub nulls_not_distinct: bool,
    /// `indimmediate`: false for a deferrable constraint's index.
    pub immediate: bool,
    /// `indisvalid`
    pub valid: bool,
    /// WHERE
    pub predicate: Option<StoredExpr>,
    /// The constraint it stands for, or none.
    pub constraint: Oid,
}

impl Index {
    /// A valid, immediate index that is not unique.
    #[must_use]
    pub fn new(table: Oid, method: Arc<str>, keys: Vec<IndexKey>) -> Self {
        Self {
            table,
            method,
            keys,
            include: Vec::new(),
            unique: false,
            primary: false,
            exclusion: false,
            exclusion_operators: Vec::new(),
            nulls_not_distinct: false,
            immediate: true,
            valid: true,
            predicate: None,
            constraint: Oid::NONE,
        }
    }
}
