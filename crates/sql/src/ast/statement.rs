//! Statements: what can be sent to a server.

use std::sync::Arc;

use rollproof_source::TextRange;

use super::ddl::Definition;
use super::expr::Expr;
use super::name::{Name, QualifiedName, TypeName};
use super::query::{AssignmentTarget, Call, FromItem, Query, RelationRef, Target, With};

/// One statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// From its first token to its last, the semicolon not included.
    pub span: TextRange,
}

/// What a statement is.
#[derive(Debug, Clone)]
pub enum StatementKind {
    /// `SELECT`, `VALUES`, `TABLE`; with `INTO` it creates a table.
    Query(Box<Query>),
    /// `INSERT`
    Insert(Box<Insert>),
    /// `UPDATE`
    Update(Box<Update>),
    /// `DELETE`
    Delete(Box<Delete>),
    /// `MERGE`
    Merge(Box<Merge>),
    /// `CALL`
    Call(Box<Call>),
    /// `COPY`
    Copy(Box<Copy>),
    /// `TRUNCATE`: the relations, `CASCADE`.
    Truncate(Vec<RelationRef>, bool),
    /// `LOCK TABLE`
    Lock(Vec<RelationRef>),
    /// `PREPARE name (types) AS statement`
    Prepare {
        /// Its name.
        name: Name,
        /// The declared parameter types.
        types: Vec<TypeName>,
        /// The statement.
        statement: Box<Statement>,
    },
    /// `EXECUTE name (args)`
    Execute(Name, Vec<Expr>),
    /// `DEALLOCATE name`; none for `ALL`.
    Deallocate(Option<Name>),
    /// `EXPLAIN statement`
    Explain(Box<Statement>),
    /// `DECLARE name CURSOR FOR query`
    /// True: `WITH HOLD`.
    DeclareCursor(Name, bool, Box<Query>),
    /// `FETCH`, `MOVE`, `CLOSE` (the command's tag) of a cursor; none for `CLOSE ALL`.
    UseCursor(&'static str, Option<Name>),
    /// `REFRESH MATERIALIZED VIEW`
    RefreshMaterializedView(RelationRef),
    /// `DO`: language (lower case; `plpgsql` by default), body, where the body's string stands.
    Do(Arc<str>, Arc<str>, TextRange),
    /// `SET`, `RESET`, `SET ROLE` …
    Set(SetStatement),
    /// `BEGIN`, `COMMIT`, `SAVEPOINT` …
    Transaction(TransactionStatement),
    /// Data definition.
    Define(Box<Definition>),
    /// A statement that can touch neither names nor writes (`COMMENT`, `VACUUM`, `ANALYZE`, `LISTEN` …), known one by
    /// one: its command tag in upper case (`CREATE PUBLICATION`), and what it names, where the server looks it up.
    Inert(&'static str, Vec<QualifiedName>),
    /// A statement that was recognized by its first words but is not modelled: its command tag.
    Unmodelled(&'static str),
}

/// `SET [SESSION | LOCAL] name = values`.
#[derive(Debug, Clone)]
pub struct SetStatement {
    /// `LOCAL`
    pub local: bool,
    /// The setting's name in lower case (`search_path`, `role`, `session_authorization`); `*` for `RESET ALL`.
    pub name: Arc<str>,
    /// The values (strings without quotes, identifiers folded); none for `TO DEFAULT` and `RESET`.
    pub values: Option<Vec<Arc<str>>>,
}

/// Transaction control.
#[derive(Debug, Clone)]
pub enum TransactionStatement {
    /// `BEGIN`, `START TRANSACTION`; whether it says `READ ONLY` (true) or `READ WRITE`.
    Begin(Option<bool>),
    /// `SET TRANSACTION`; whether it says `READ ONLY` (true) or `READ WRITE`.
    Set(Option<bool>),
    /// `COMMIT`, `END`; true with `AND CHAIN`
    Commit(bool),
    /// `ROLLBACK`, `ABORT`; true with `AND CHAIN`
    Rollback(bool),
    /// `SAVEPOINT s`
    Savepoint(Name),
    /// `RELEASE s`
    Release(Name),
    /// `ROLLBACK TO s`
    RollbackTo(Name),
    /// `PREPARE TRANSACTION`
    Prepare,
    /// `COMMIT PREPARED`, `ROLLBACK PREPARED`, `SET CONSTRAINTS`, `SET SESSION CHARACTERISTICS` that leaves reads and
    /// writes as they are.
    Other,
}

/// `INSERT`
#[derive(Debug, Clone)]
pub struct Insert {
    /// `WITH`
    pub with: Option<With>,
    /// The target.
    pub target: RelationRef,
    /// The columns; empty where none were written.
    pub columns: Vec<AssignmentTarget>,
    /// `OVERRIDING SYSTEM VALUE` (true) or `USER VALUE` (false).
    pub overriding_system: Option<bool>,
    /// What is inserted; none for `DEFAULT VALUES`.
    pub source: Option<Box<Query>>,
    /// `ON CONFLICT`
    pub on_conflict: Option<OnConflict>,
    /// `RETURNING`
    pub returning: Option<Returning>,
    /// All of it.
    pub span: TextRange,
}

/// `ON CONFLICT …`
#[derive(Debug, Clone)]
pub struct OnConflict {
    /// The arbiter.
    pub arbiter: Option<Arbiter>,
    /// `DO UPDATE SET …`; none for `DO NOTHING`.
    pub update: Option<ConflictUpdate>,
    /// `DO SELECT` (PostgreSQL 19).
    pub select: bool,
    /// All of it.
    pub span: TextRange,
}

/// How the arbiter index is named.
#[derive(Debug, Clone)]
pub enum Arbiter {
    /// `(a, lower(b)) WHERE …`
    Inference {
        /// The elements.
        elements: Vec<ArbiterElement>,
        /// `WHERE`
        predicate: Option<Expr>,
        /// All of it.
        span: TextRange,
    },
    /// `ON CONSTRAINT name`
    Constraint(Name),
}

/// An element of an arbiter's inference clause.
#[derive(Debug, Clone)]
pub struct ArbiterElement {
    /// A column or an expression.
    pub value: Expr,
    /// `COLLATE`
    pub collation: Option<QualifiedName>,
    /// Operator class.
    pub operator_class: Option<QualifiedName>,
}

/// `DO UPDATE SET … WHERE …`
#[derive(Debug, Clone)]
pub struct ConflictUpdate {
    /// `SET`
    pub assignments: Vec<Assignment>,
    /// `WHERE`
    pub filter: Option<Expr>,
}

/// `SET a = x` or `SET (a, b) = …`
#[derive(Debug, Clone)]
pub enum Assignment {
    /// `a = x`
    One(AssignmentTarget, Expr),
    /// `(a, b) = row or subquery`
    Many(Vec<AssignmentTarget>, Expr),
    /// Unknown text.
    Hole(u32),
}

/// `RETURNING [WITH (OLD AS o, NEW AS n)] …`
#[derive(Debug, Clone)]
pub struct Returning {
    /// `OLD AS`
    pub old_alias: Option<Name>,
    /// `NEW AS`
    pub new_alias: Option<Name>,
    /// The list.
    pub targets: Vec<Target>,
}

/// `UPDATE`
#[derive(Debug, Clone)]
pub struct Update {
    /// `WITH`
    pub with: Option<With>,
    /// The target.
    pub target: RelationRef,
    /// `SET`
    pub assignments: Vec<Assignment>,
    /// `FROM`
    pub from: Vec<FromItem>,
    /// `WHERE`
    pub filter: Option<Expr>,
    /// `RETURNING`
    pub returning: Option<Returning>,
    /// Clauses made of unknown text.
    pub holes: Vec<u32>,
    /// One of them stands before WHERE: it may add to FROM or USING.
    pub open_from: bool,
    /// All of it.
    pub span: TextRange,
}

/// `DELETE`
#[derive(Debug, Clone)]
pub struct Delete {
    /// `WITH`
    pub with: Option<With>,
    /// The target.
    pub target: RelationRef,
    /// `USING`
    pub using: Vec<FromItem>,
    /// `WHERE`
    pub filter: Option<Expr>,
    /// `RETURNING`
    pub returning: Option<Returning>,
    /// Clauses made of unknown text.
    pub holes: Vec<u32>,
    /// One of them stands before WHERE: it may add to FROM or USING.
    pub open_from: bool,
    /// All of it.
    pub span: TextRange,
}

/// `MERGE`
#[derive(Debug, Clone)]
pub struct Merge {
    /// `WITH`
    pub with: Option<With>,
    /// The target.
    pub target: RelationRef,
    /// `USING`
    pub source: FromItem,
    /// `ON`
    pub condition: Expr,
    /// `WHEN …`
    pub clauses: Vec<MergeClause>,
    /// `RETURNING`
    pub returning: Option<Returning>,
    /// All of it.
    pub span: TextRange,
}

/// Which rows a `WHEN` of MERGE takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeMatch {
    /// `WHEN MATCHED`
    Matched,
    /// `WHEN NOT MATCHED [BY TARGET]`
    NotMatchedByTarget,
    /// `WHEN NOT MATCHED BY SOURCE`
    NotMatchedBySource,
}

/// A `WHEN` of MERGE.
#[derive(Debug, Clone)]
pub struct MergeClause {
    /// Which rows.
    pub matched: MergeMatch,
    /// `AND …`
    pub condition: Option<Expr>,
    /// What is done.
    pub action: MergeAction,
}

/// What a `WHEN` of MERGE does.
#[derive(Debug, Clone)]
pub enum MergeAction {
    /// `UPDATE SET …`
    Update(Vec<Assignment>),
    /// `DELETE`
    Delete,
    /// `INSERT (columns) VALUES (…)`; values none for `DEFAULT VALUES`.
    Insert {
        /// The columns.
        columns: Vec<AssignmentTarget>,
        /// `OVERRIDING`
        overriding_system: Option<bool>,
        /// The values.
        values: Option<Vec<Expr>>,
    },
    /// `DO NOTHING`
    DoNothing,
}

/// `COPY`
#[derive(Debug, Clone)]
pub struct Copy {
    /// The table, if it is one.
    pub relation: Option<RelationRef>,
    /// The columns.
    pub columns: Vec<Name>,
    /// `COPY (statement)`
    pub statement: Option<Box<Statement>>,
    /// `FROM`
    pub from: bool,
    /// `FROM … WHERE`
    pub filter: Option<Expr>,
}
