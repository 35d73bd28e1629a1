//! The tree of a PL/pgSQL body, shaped like the server's `plpgsql.h`. SQL inside it is parsed; a piece that could not
//! be read keeps its error in its place.

use std::sync::Arc;

use rollproof_source::TextRange;

use crate::ast::{Argument, AssignmentTarget, Expr, Name, QualifiedName, Query, Statement, TypeName};
use crate::error::ParseError;

/// A whole body.
#[derive(Debug, Clone)]
pub struct Body {
    /// `#variable_conflict use_column` and the like: the option and its word.
    pub options: Vec<(Name, Option<Name>)>,
    /// The outermost block.
    pub block: Block,
}

/// `[DECLARE …] BEGIN … [EXCEPTION …] END`
#[derive(Debug, Clone)]
pub struct Block {
    /// `<<label>>`
    pub label: Option<Name>,
    /// What is declared, in order: each may use those before it.
    pub declarations: Vec<Declaration>,
    /// The statements.
    pub statements: Vec<PlStatement>,
    /// `EXCEPTION WHEN …`
    pub handlers: Vec<Handler>,
    /// All of it.
    pub span: TextRange,
}

/// A declared name.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// The name.
    pub name: Name,
    /// What it is.
    pub kind: DeclarationKind,
    /// All of it.
    pub span: TextRange,
}

/// What a declared name is.
#[derive(Debug, Clone)]
pub enum DeclarationKind {
    /// A variable.
    Variable {
        /// `CONSTANT`
        constant: bool,
        /// Its type.
        type_name: PlType,
        /// `COLLATE`
        collation: Option<QualifiedName>,
        /// `NOT NULL`
        not_null: bool,
        /// `DEFAULT x`, `:= x`
        default: Option<PlExpression>,
    },
    /// `ALIAS FOR x`, `ALIAS FOR $1` (then the name is `$1`).
    Alias(QualifiedName),
    /// A bound cursor.
    Cursor {
        /// Its parameters.
        parameters: Vec<(Name, PlType)>,
        /// Its query.
        query: SqlStatement,
    },
}

/// A variable's type.
#[derive(Debug, Clone)]
pub struct PlType {
    /// The type; with `percent_type` the variable or column whose type it has; with `row_type` the relation. `record`
    /// comes as a name.
    pub type_name: TypeName,
    /// `%ROWTYPE`
    pub row_type: bool,
}

/// An expression: what may stand after `SELECT`.
#[derive(Debug, Clone)]
pub struct PlExpression {
    /// What it is, or why it could not be read.
    pub value: Result<PlValue, ParseError>,
    /// All of it.
    pub span: TextRange,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum PlValue {
    /// An expression in the usual sense.
    Expr(Box<Expr>),
    /// It has clauses of its own: `count(*) FROM t`.
    Query(Box<Query>),
}

/// An SQL statement inside the body.
#[derive(Debug, Clone)]
pub struct SqlStatement {
    /// The statement, the `INTO` of PL/pgSQL taken out of it; or why it could not be read.
    pub value: Result<Box<Statement>, ParseError>,
    /// All of it.
    pub span: TextRange,
}

/// `INTO [STRICT] targets`
#[derive(Debug, Clone)]
pub struct PlInto {
    /// `STRICT`
    pub strict: bool,
    /// A record, a row, or scalars.
    pub targets: Vec<QualifiedName>,
}

/// A `WHEN` of `EXCEPTION`.
#[derive(Debug, Clone)]
pub struct Handler {
    /// Condition names, in lower case.
    pub conditions: Vec<Name>,
    /// `SQLSTATE 'xxxxx'` among the conditions.
    pub sqlstates: Vec<Arc<str>>,
    /// What it runs.
    pub statements: Vec<PlStatement>,
}

/// A statement and where it stands.
#[derive(Debug, Clone)]
pub struct PlStatement {
    /// What it is.
    pub kind: PlStatementKind,
    /// All of it, the semicolon included.
    pub span: TextRange,
}

/// A branch of `IF`, or of a `CASE`, whose `WHEN` may list several values.
#[derive(Debug, Clone)]
pub struct PlBranch {
    /// The condition, or the values.
    pub when: Vec<PlExpression>,
    /// What it runs.
    pub statements: Vec<PlStatement>,
}

/// A loop.
#[derive(Debug, Clone)]
pub struct PlLoop {
    /// `<<label>>`
    pub label: Option<Name>,
    /// What it goes over.
    pub kind: PlLoopKind,
    /// Its body.
    pub statements: Vec<PlStatement>,
}

/// What a loop goes over.
#[derive(Debug, Clone)]
pub enum PlLoopKind {
    /// `LOOP`
    Forever,
    /// `WHILE condition LOOP`
    While(PlExpression),
    /// `FOR i IN [REVERSE] a .. b [BY c] LOOP`: `i` is a new integer variable.
    Integers {
        /// The variable.
        variable: Name,
        /// `a`, `b`, and `c` where it was written.
        bounds: Vec<PlExpression>,
    },
    /// `FOR targets IN query LOOP`
    Query(Vec<QualifiedName>, SqlStatement),
    /// `FOR targets IN EXECUTE text USING … LOOP`
    Execute(Vec<QualifiedName>, PlDynamic),
    /// `FOR r IN cursor(arguments) LOOP`: `r` is a new record variable.
    Cursor {
        /// The variable.
        variable: Name,
        /// The cursor.
        cursor: Name,
        /// Its arguments, or why they could not be read.
        arguments: Result<Vec<Argument>, ParseError>,
    },
    /// `FOREACH targets [SLICE n] IN ARRAY x LOOP`
    Array(Vec<QualifiedName>, PlExpression),
}

/// `EXECUTE text USING …`: SQL that only the running program knows.
#[derive(Debug, Clone)]
pub struct PlDynamic {
    /// The text.
    pub text: PlExpression,
    /// `USING`
    pub using: Vec<PlExpression>,
}

/// `RAISE`
#[derive(Debug, Clone)]
pub struct PlRaise {
    /// `exception`, `warning`, `notice`, `info`, `log`, `debug`, in lower case; `exception` by default.
    pub level: Arc<str>,
    /// A condition's name or an SQLSTATE.
    pub condition: Option<Arc<str>>,
    /// The format.
    pub message: Option<Arc<str>>,
    /// The values of the format.
    pub arguments: Vec<PlExpression>,
    /// `USING name = value`
    pub options: Vec<(Name, PlExpression)>,
    /// Bare `RAISE`, which throws the caught error again.
    pub again: bool,
}

/// How a cursor is opened.
#[derive(Debug, Clone)]
pub enum PlOpen {
    /// `OPEN c FOR query`
    Query(SqlStatement),
    /// `OPEN c FOR EXECUTE text`
    Execute(PlDynamic),
    /// `OPEN c (arguments)` of a bound cursor; or why they could not be read.
    Bound(Result<Vec<Argument>, ParseError>),
}

/// What a statement is.
#[derive(Debug, Clone)]
pub enum PlStatementKind {
    /// A block of its own.
    Block(Box<Block>),
    /// `x := y`; of a parameter the column's name is `$1`.
    Assign(AssignmentTarget, PlExpression),
    /// `IF`: the branches, `ELSE`.
    If(Vec<PlBranch>, Vec<PlStatement>),
    /// `CASE`: its argument, the branches, `ELSE`, without which no match is an error.
    Case(Option<PlExpression>, Vec<PlBranch>, Option<Vec<PlStatement>>),
    /// A loop.
    Loop(Box<PlLoop>),
    /// `EXIT [label] [WHEN condition]`
    Exit(Option<Name>, Option<PlExpression>),
    /// `CONTINUE [label] [WHEN condition]`
    Continue(Option<Name>, Option<PlExpression>),
    /// `RETURN [x]`
    Return(Option<PlExpression>),
    /// `RETURN NEXT [x]`
    ReturnNext(Option<PlExpression>),
    /// `RETURN QUERY statement`
    ReturnQuery(SqlStatement),
    /// `RETURN QUERY EXECUTE text`
    ReturnQueryExecute(PlDynamic),
    /// `RAISE`
    Raise(Box<PlRaise>),
    /// `ASSERT condition [, message]`
    Assert(PlExpression, Option<PlExpression>),
    /// An SQL statement with its `INTO`; `CALL` and `DO` too.
    Sql(SqlStatement, Option<PlInto>),
    /// `EXECUTE text [INTO …] [USING …]`
    Execute(PlDynamic, Option<PlInto>),
    /// `PERFORM …`: the query that it runs.
    Perform(SqlStatement),
    /// `GET [CURRENT | STACKED] DIAGNOSTICS x = item`: true when stacked.
    GetDiagnostics(bool, Vec<(QualifiedName, Name)>),
    /// `OPEN`
    Open(QualifiedName, Box<PlOpen>),
    /// `FETCH … INTO targets`
    Fetch(QualifiedName, Vec<QualifiedName>),
    /// `MOVE`
    Move(QualifiedName),
    /// `CLOSE`
    Close(QualifiedName),
    /// `NULL`
    Null,
    /// `COMMIT`
    Commit,
    /// `ROLLBACK`
    Rollback,
    /// A statement that could not be read.
    Error(ParseError),
}
