//! Tables: CREATE TABLE, CREATE TABLE AS, ALTER TABLE.

use std::sync::Arc;

use rollproof_source::TextRange;

use super::constraint::{ConstraintDefinition, IdentityKind};
use super::object::ObjectKind;
use super::relation::{IndexElement, SequenceOption};
use super::types::DefinitionOption;
use crate::ast::expr::Expr;
use crate::ast::name::{Name, QualifiedName, TypeName};
use crate::ast::query::RelationRef;
use crate::ast::statement::Statement;

/// `CREATE TABLE`
#[derive(Debug, Clone)]
pub struct CreateTable {
    /// Its name.
    pub name: QualifiedName,
    /// `TEMP`
    pub temporary: bool,
    /// `UNLOGGED`
    pub unlogged: bool,
    /// `FOREIGN`
    pub foreign: bool,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// `OF type`
    pub of_type: Option<TypeName>,
    /// Columns, table constraints, LIKE, in order.
    pub elements: Vec<TableElement>,
    /// `INHERITS (…)`
    pub inherits: Vec<QualifiedName>,
    /// `PARTITION OF parent`
    pub partition_of: Option<(QualifiedName, PartitionBound)>,
    /// `PARTITION BY`
    pub partition_by: Option<PartitionBy>,
    /// `USING method`
    pub method: Option<Name>,
    /// `WITH (…)`
    pub options: Vec<DefinitionOption>,
    /// `ON COMMIT`, where it was said
    pub on_commit: Option<OnCommit>,
    /// `SERVER` of a foreign table
    pub server: Option<Name>,
}

/// What becomes of a temporary table's rows, or of the table, at the end of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCommit {
    /// `PRESERVE ROWS`
    PreserveRows,
    /// `DELETE ROWS`
    DeleteRows,
    /// `DROP`
    Drop,
}

/// `FOR VALUES …`
#[derive(Debug, Clone)]
pub enum PartitionBound {
    /// `DEFAULT`
    Default,
    /// `IN (…)`
    List(Vec<Expr>),
    /// `FROM (…) TO (…)`; `MINVALUE` and `MAXVALUE` come as column references of that name.
    Range(Vec<Expr>, Vec<Expr>),
    /// `WITH (MODULUS m, REMAINDER r)`
    Hash(i32, i32),
}

/// `PARTITION BY strategy (keys)`
#[derive(Debug, Clone)]
pub struct PartitionBy {
    /// `list`, `range`, `hash`
    pub strategy: Arc<str>,
    /// The keys.
    pub keys: Vec<IndexElement>,
}

/// What stands between the parentheses of `CREATE TABLE`.
#[derive(Debug, Clone)]
pub enum TableElement {
    /// A column.
    Column(ColumnDefinition),
    /// A table constraint.
    Constraint(ConstraintDefinition),
    /// `LIKE t INCLUDING …`
    Like(LikeClause),
}

/// `LIKE t INCLUDING …`: which parts are copied besides names, types, and NOT NULL.
#[derive(Debug, Clone)]
pub struct LikeClause {
    /// The source.
    pub source: QualifiedName,
    /// DEFAULTS
    pub defaults: bool,
    /// CONSTRAINTS (checks)
    pub constraints: bool,
    /// INDEXES
    pub indexes: bool,
    /// IDENTITY
    pub identity: bool,
    /// GENERATED
    pub generated: bool,
    /// STORAGE
    pub storage: bool,
    /// STATISTICS
    pub statistics: bool,
}

/// A column as defined.
#[derive(Debug, Clone)]
pub struct ColumnDefinition {
    /// Its name.
    pub name: Name,
    /// Its type; none in `CREATE TABLE … OF` and `PARTITION OF`. `serial` comes as written.
    pub type_name: Option<TypeName>,
    /// `COLLATE`
    pub collation: Option<QualifiedName>,
    /// `STORAGE`, but for `DEFAULT`
    pub storage: Option<Name>,
    /// `COMPRESSION`, but for `DEFAULT`
    pub compression: Option<Name>,
    /// Its constraints, in order.
    pub constraints: Vec<ConstraintDefinition>,
    /// All of it.
    pub span: TextRange,
}

/// `CREATE TABLE t AS query`, `CREATE MATERIALIZED VIEW`
#[derive(Debug, Clone)]
pub struct CreateTableAs {
    /// Its name.
    pub name: QualifiedName,
    /// Column names.
    pub columns: Vec<Name>,
    /// `MATERIALIZED VIEW`
    pub materialized_view: bool,
    /// `TEMP`
    pub temporary: bool,
    /// `UNLOGGED`
    pub unlogged: bool,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// `USING method`
    pub method: Option<Name>,
    /// `WITH (…)`
    pub options: Vec<DefinitionOption>,
    /// `ON COMMIT`, where it was said
    pub on_commit: Option<OnCommit>,
    /// A query, or `EXECUTE`.
    pub source: Box<Statement>,
}

/// `ALTER TABLE`
#[derive(Debug, Clone)]
pub struct AlterTable {
    /// What it was called: TABLE, VIEW, INDEX, …
    pub kind: ObjectKind,
    /// The relation.
    pub relation: RelationRef,
    /// `IF EXISTS`
    pub if_exists: bool,
    /// The actions, with the place of each.
    pub actions: Vec<(AlterTableAction, TextRange)>,
}

/// An action of `ALTER TABLE`. `ADD ATTRIBUTE`, `DROP ATTRIBUTE`, `ALTER ATTRIBUTE` of composite types come as the column
/// actions; there the relation's `inherit` says `CASCADE`.
#[derive(Debug, Clone)]
pub enum AlterTableAction {
    /// `ADD COLUMN [IF NOT EXISTS]`
    AddColumn(ColumnDefinition, bool),
    /// `DROP COLUMN [IF EXISTS] c [CASCADE]`
    DropColumn {
        /// The column.
        name: Name,
        /// `IF EXISTS`
        if_exists: bool,
        /// `CASCADE`
        cascade: bool,
    },
    /// `ALTER COLUMN c TYPE t [COLLATE x] [USING e]`
    ColumnType {
        /// The column.
        name: Name,
        /// The new type.
        type_name: TypeName,
        /// `COLLATE`
        collation: Option<QualifiedName>,
        /// `USING`
        using: Option<Expr>,
    },
    /// `ALTER COLUMN c SET DEFAULT x`; none for `DROP DEFAULT`
    ColumnDefault(Name, Option<Expr>),
    /// `ALTER COLUMN c SET NOT NULL` (true), `DROP NOT NULL`
    ColumnNotNull(Name, bool),
    /// `ALTER COLUMN c ADD GENERATED … AS IDENTITY`
    AddIdentity(Name, IdentityKind, Vec<SequenceOption>),
    /// `ALTER COLUMN c SET GENERATED …`
    SetIdentity(Name, Option<IdentityKind>),
    /// `ALTER COLUMN c DROP IDENTITY [IF EXISTS]`
    DropIdentity(Name, bool),
    /// `ALTER COLUMN c SET EXPRESSION AS (x)`
    SetExpression(Name, Expr),
    /// `ALTER COLUMN c DROP EXPRESSION [IF EXISTS]`
    DropExpression(Name, bool),
    /// `ALTER COLUMN c SET STATISTICS`
    ColumnStatistics(Name),
    /// `ALTER COLUMN n SET STATISTICS` by the column's number, of an index.
    NumberStatistics(i16, TextRange),
    /// `ALTER COLUMN c SET STORAGE s`; none for `DEFAULT`
    ColumnStorage(Name, Option<Name>),
    /// `ALTER COLUMN c SET (options)`
    ColumnOptions(Name, Vec<DefinitionOption>),
    /// `ALTER COLUMN c SET COMPRESSION m`; none for `DEFAULT`
    ColumnCompression(Name, Option<Name>),
    /// `ALTER COLUMN c RESET (options)`
    ColumnReset(Name),
    /// `ALTER COLUMN c OPTIONS (…)` of a foreign table
    ColumnForeignOptions(Name),
    /// `ADD constraint`
    AddConstraint(ConstraintDefinition),
    /// `DROP CONSTRAINT [IF EXISTS] n [CASCADE]`
    DropConstraint {
        /// The constraint.
        name: Name,
        /// `IF EXISTS`
        if_exists: bool,
        /// `CASCADE`
        cascade: bool,
    },
    /// `ALTER CONSTRAINT n DEFERRABLE …`
    AlterConstraint {
        /// The constraint.
        name: Name,
        /// `DEFERRABLE`, where it was said
        deferrable: Option<bool>,
        /// `INITIALLY DEFERRED`
        initially_deferred: bool,
        /// `ENFORCED`, where it was said
        enforced: Option<bool>,
    },
    /// `ALTER CONSTRAINT n INHERIT` (PostgreSQL 18)
    ConstraintInherit(Name),
    /// `VALIDATE CONSTRAINT n`
    ValidateConstraint(Name),
    /// `INHERIT p`
    Inherit(QualifiedName),
    /// `NO INHERIT p`
    NoInherit(QualifiedName),
    /// `ATTACH PARTITION p FOR VALUES …`; an index has no bound.
    AttachPartition(QualifiedName, Option<PartitionBound>),
    /// `DETACH PARTITION p [CONCURRENTLY]`
    DetachPartition(QualifiedName, bool),
    /// `ENABLE`, `DISABLE TRIGGER n`; none for `ALL`, `USER`. The state: `O`rigin, `D`isabled, `A`lways, `R`eplica.
    Trigger(Option<Name>, char),
    /// `ENABLE`, `DISABLE RULE n`, state as above
    Rule(Name, char),
    /// `ENABLE`, `DISABLE`, `FORCE`, `NO FORCE ROW LEVEL SECURITY` as `E`, `D`, `F`, `N`
    RowSecurity(char),
    /// `OWNER TO`
    Owner(Name),
    /// `OF type`
    OfType(TypeName),
    /// `NOT OF`
    NotOf,
    /// `SET (…)` of a view's, table's or index's storage options.
    Options(Vec<DefinitionOption>),
    /// `RESET (…)`
    ResetOptions(Vec<DefinitionOption>),
    /// `REPLICA IDENTITY`
    ReplicaIdentity(ReplicaIdentity),
    /// `CLUSTER ON i`; none for `SET WITHOUT CLUSTER`
    Cluster(Option<Name>),
    /// `SET LOGGED` (true), `SET UNLOGGED`
    Logged(bool),
    /// `SET ACCESS METHOD m`; none for `DEFAULT`
    AccessMethod(Option<Name>),
    /// `SET TABLESPACE t`
    Tablespace,
    /// `SET WITHOUT OIDS`
    WithoutOids,
    /// `OPTIONS (…)` of a foreign table
    ForeignOptions,
}

/// `REPLICA IDENTITY …`
#[derive(Debug, Clone)]
pub enum ReplicaIdentity {
    /// `DEFAULT`: the primary key
    Default,
    /// `FULL`
    Full,
    /// `NOTHING`
    Nothing,
    /// `USING INDEX i`
    Index(Name),
}
