//! Views, indexes, sequences, schemas, extensions; triggers, rules and policies.

use std::sync::Arc;

use super::types::DefinitionOption;
use crate::ast::expr::Expr;
use crate::ast::name::{Name, QualifiedName, TypeName};
use crate::ast::query::Query;
use crate::ast::statement::Statement;

/// `CREATE VIEW`
#[derive(Debug, Clone)]
pub struct CreateView {
    /// Its name.
    pub name: QualifiedName,
    /// Column names.
    pub columns: Vec<Name>,
    /// `OR REPLACE`
    pub or_replace: bool,
    /// `TEMP`
    pub temporary: bool,
    /// `RECURSIVE`
    pub recursive: bool,
    /// The query.
    pub query: Box<Query>,
    /// `WITH [LOCAL | CASCADED] CHECK OPTION`
    pub check_option: bool,
    /// `WITH (security_barrier, security_invoker …)`
    pub options: Vec<DefinitionOption>,
}

/// `CREATE INDEX`
#[derive(Debug, Clone)]
pub struct CreateIndex {
    /// Its name, if one was written.
    pub name: Option<Name>,
    /// The table.
    pub table: QualifiedName,
    /// False after `ON ONLY`.
    pub inherit: bool,
    /// `UNIQUE`
    pub unique: bool,
    /// `CONCURRENTLY`
    pub concurrently: bool,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// `USING method`
    pub method: Option<Name>,
    /// The keys.
    pub elements: Vec<IndexElement>,
    /// `INCLUDE`
    pub include: Vec<IndexElement>,
    /// `NULLS NOT DISTINCT`
    pub nulls_not_distinct: bool,
    /// `WITH (…)`
    pub options: Vec<DefinitionOption>,
    /// `WHERE`
    pub predicate: Option<Expr>,
}

/// A key of an index.
#[derive(Debug, Clone)]
pub struct IndexElement {
    /// A bare column comes as a column reference of one name.
    pub value: Expr,
    /// `COLLATE`
    pub collation: Option<QualifiedName>,
    /// Operator class.
    pub operator_class: Option<QualifiedName>,
    /// The class's options.
    pub class_options: Vec<DefinitionOption>,
    /// `DESC`
    pub descending: bool,
    /// `NULLS FIRST` / `LAST`
    pub nulls_first: Option<bool>,
}

/// `CREATE SEQUENCE`
#[derive(Debug, Clone)]
pub struct CreateSequence {
    /// Its name.
    pub name: QualifiedName,
    /// `TEMP`
    pub temporary: bool,
    /// `UNLOGGED`
    pub unlogged: bool,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// Its options.
    pub options: Vec<SequenceOption>,
}

/// An option of a sequence.
#[derive(Debug, Clone)]
pub enum SequenceOption {
    /// `AS type`
    As(TypeName),
    /// `OWNED BY t.c`; none for `NONE`
    OwnedBy(Option<QualifiedName>),
    /// `SEQUENCE NAME n` (identity columns in dumps)
    SequenceName(QualifiedName),
    /// `INCREMENT n`
    Increment(Arc<str>),
    /// `MINVALUE n`; none for `NO MINVALUE`
    Minimum(Option<Arc<str>>),
    /// `MAXVALUE n`; none for `NO MAXVALUE`
    Maximum(Option<Arc<str>>),
    /// `START n`
    Start(Arc<str>),
    /// `RESTART [n]`
    Restart(Option<Arc<str>>),
    /// `CACHE n`
    Cache(Arc<str>),
    /// `CYCLE`, `LOGGED` …: what names nothing.
    Other,
}

/// `CREATE SCHEMA`
#[derive(Debug, Clone)]
pub struct CreateSchema {
    /// Its name; none with `AUTHORIZATION` alone.
    pub name: Option<Name>,
    /// `AUTHORIZATION`
    pub authorization: Option<Name>,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// Statements inside.
    pub elements: Vec<Statement>,
}

/// `CREATE EXTENSION`
#[derive(Debug, Clone)]
pub struct CreateExtension {
    /// Its name.
    pub name: Name,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// `SCHEMA`
    pub schema: Option<Name>,
    /// `CASCADE`
    pub cascade: bool,
}

/// `CREATE TRIGGER`
#[derive(Debug, Clone)]
pub struct CreateTrigger {
    /// Its name.
    pub name: Name,
    /// `OR REPLACE`
    pub or_replace: bool,
    /// `CONSTRAINT`
    pub constraint: bool,
    /// The table or view.
    pub table: QualifiedName,
    /// When.
    pub timing: TriggerTiming,
    /// `INSERT`
    pub on_insert: bool,
    /// `UPDATE`
    pub on_update: bool,
    /// `DELETE`
    pub on_delete: bool,
    /// `TRUNCATE`
    pub on_truncate: bool,
    /// `UPDATE OF columns`
    pub columns: Vec<Name>,
    /// `FOR EACH ROW`
    pub for_each_row: bool,
    /// `WHEN`
    pub when: Option<Expr>,
    /// `REFERENCING NEW TABLE AS n` (true for new)
    pub transitions: Vec<(bool, Name)>,
    /// The function.
    pub function: QualifiedName,
    /// Its arguments.
    pub arguments: Vec<Arc<str>>,
}

/// When a trigger fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TriggerTiming {
    /// `BEFORE`
    Before,
    /// `AFTER`
    After,
    /// `INSTEAD OF`
    InsteadOf,
}

/// `CREATE RULE`
#[derive(Debug, Clone)]
pub struct CreateRule {
    /// Its name.
    pub name: Name,
    /// `OR REPLACE`
    pub or_replace: bool,
    /// `select`, `insert`, `update`, `delete`
    pub event: Arc<str>,
    /// The table or view.
    pub table: QualifiedName,
    /// `WHERE`
    pub condition: Option<Expr>,
    /// `INSTEAD`
    pub instead: bool,
    /// The actions; empty for `NOTHING`.
    pub actions: Vec<Statement>,
}

/// `CREATE POLICY`, `ALTER POLICY`
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its name.
    pub name: Name,
    /// The table.
    pub table: QualifiedName,
    /// `AS RESTRICTIVE`
    pub restrictive: bool,
    /// `all`, `select`, `insert`, `update`, `delete`
    pub command: Arc<str>,
    /// `TO`; none where not written
    pub roles: Option<Vec<Name>>,
    /// `USING`
    pub using: Option<Expr>,
    /// `WITH CHECK`
    pub with_check: Option<Expr>,
}
