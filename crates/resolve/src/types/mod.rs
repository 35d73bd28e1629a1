//! Types as PostgreSQL infers them (manual chapter "Type Conversion"; parse_coerce.c, parse_oper.c, parse_func.c,
//! parse_type.c, parse_collate.c). Functions bear the server's names.
//!
//! Operands are passed as `&mut Typed`: a coercion changes the type in place, decides parameters, and runs the checks that
//! the server's input functions make of literals at parse time.

mod stubs;

use std::sync::Arc;

use rollproof_catalog::{FunctionKind, Oid};
use rollproof_sql::ast::{Name, QualifiedName};

use crate::typed::{RecordColumn, Typed};

pub use stubs::*;

/// How willing a coercion is (`CoercionContext`), least willing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CoercionContext {
    /// In expressions.
    Implicit,
    /// A value that is stored in a column.
    Assignment,
    /// A PL/pgSQL assignment: as assignment, else through text.
    PlPgSql,
    /// A cast that was written.
    Explicit,
}

/// What `ParseFuncOrColumn` needs to know of a call besides its arguments.
#[derive(Debug, Clone, Copy)]
pub struct CallForm<'a> {
    /// The function's name.
    pub name: &'a QualifiedName,
    /// Names of named arguments, aligned with the arguments.
    pub argument_names: &'a [Option<Name>],
    /// How many of the arguments, at the end, come from `WITHIN GROUP (ORDER BY …)`.
    pub within_group: Option<usize>,
    /// `VARIADIC` before the last argument.
    pub variadic: bool,
    /// `f(*)`
    pub star: bool,
    /// `DISTINCT`
    pub distinct: bool,
    /// `ORDER BY` inside the parentheses.
    pub ordered: bool,
    /// `FILTER`
    pub filtered: bool,
    /// `OVER`
    pub over: bool,
    /// `CALL f(…)`: a procedure is meant.
    pub procedure: bool,
    /// All of the call.
    pub span: rollproof_source::TextRange,
}

/// What a call turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Callee {
    /// A routine.
    Function(Oid),
    /// A cast written as a call: `text(x)`.
    Cast,
    /// A column of the argument written as a call: `name(t)`. The position in the row's columns, from 0.
    Field(usize),
}

/// A call after `ParseFuncOrColumn`: arguments are coerced, `result` is the call itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedFunction {
    /// What it is.
    pub callee: Callee,
    /// What kind of routine; a cast and a field are plain functions.
    pub kind: FunctionKind,
    /// The call as an expression. `set_returning` covers the arguments and the call.
    pub result: Typed,
    /// Whether the routine itself returns a set.
    pub returns_set: bool,
    /// The arguments in the order of the routine's inputs, after named notation; omitted ones are none.
    pub arguments: Vec<Option<Typed>>,
    /// Set on an aggregate: how many of the arguments are direct ones of an ordered-set aggregate.
    pub direct_arguments: usize,
    /// Set on an aggregate: its kind.
    pub aggregate: Option<rollproof_catalog::AggregateKind>,
    /// The columns it yields in FROM where its result is a row of columns known from its declaration.
    pub columns: Option<Arc<[RecordColumn]>>,
}
