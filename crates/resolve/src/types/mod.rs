//! Types as PostgreSQL infers them (manual chapter "Type Conversion"; parse_coerce.c, parse_oper.c, parse_func.c,
//! parse_type.c, parse_collate.c). Functions bear the server's names.
//!
//! Operands are passed as `&mut Typed`: a coercion changes the type in place, decides parameters, and runs the checks that
//! the server's input functions make of literals at parse time.

mod aggregate;
mod array;
mod call;
mod candidate;
mod coerce;
mod collation;
mod common;
mod comparison;
mod constant;
mod function;
pub mod info;
mod literal;
mod operator;
mod path;
mod polymorphic;
mod record;
mod routine;
mod type_name;

use std::sync::Arc;

use rollproof_catalog::{FunctionKind, Oid, Schema, Taint, TaintKind, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Name, QualifiedName};

use crate::context::Context;
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::typed::{RecordColumn, Typed};

pub use array::{Subscript, array_of_query, check_subscriptable, make_array, subscript, subscript_assignment};
pub use call::{resolve_attribute, resolve_function};
pub(crate) use coerce::cannot_cast;
pub use coerce::{
    cast, coerce_for_assignment, coerce_to_boolean, coerce_to_specific_type, coerce_to_specific_type_and_modifier,
    coerce_to_target_type, resolve_unknown,
};
pub use collation::{collate, collation_name, derive_collation, select_common_collation};
pub(crate) use common::note_text_by_default;
pub use common::{coerce_to_common_type, select_common_type, select_common_typmod, try_common_type, unify};
pub use comparison::{
    has_equality, has_ordering, make_distinct_op, make_nullif, make_row_comparison_op, make_row_distinct_op,
    require_equality, require_ordering, require_ordering_operator,
};
pub use constant::{constant, parameter};
pub(crate) use function::has_signature;
pub use operator::{make_op, make_scalar_array_op};
pub use path::{CoercionPath, can_coerce_type, find_coercion_pathway};
pub use record::{project, relation_columns, row_columns};
pub use routine::routine_columns;
pub use type_name::type_name;

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
    pub span: TextRange,
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

/// The type's name as error messages print it (`format_type_be`).
#[must_use]
pub fn format_type(cx: &Context, oid: Oid) -> String {
    format_type_of(cx.schema, oid)
}

fn format_type_of(schema: &Schema, oid: Oid) -> String {
    schema.format_type_plain(oid)
}

/// `coerce_type` to a type without a modifier: the caller knows that it can be done.
///
/// # Errors
/// Those of input functions, and of composite coercion.
pub fn coerce_type(cx: &mut Context, value: &mut Typed, target: Oid, context: CoercionContext) -> Result<()> {
    coerce::coerce_type(cx, value, TypeRef::plain(target), context)
}

/// `NameListToString`
fn dotted(name: &QualifiedName) -> String {
    let parts: Vec<&str> = name.parts.iter().map(Name::as_str).collect();
    parts.join(".")
}

fn missing_schema(name: &Name) -> Failure {
    let message = format!("schema \"{}\" does not exist", name.text);
    Error::fail("3F000", message, name.span, ErrorKind::MissingSchema(name.text.clone()))
}

/// `DeconstructQualifiedName`, then `LookupExplicitNamespace`: the schema that a name is qualified with.
fn explicit_namespace(cx: &Context, name: &QualifiedName) -> Result<Option<Arc<str>>> {
    if name.parts.len() > 3 {
        let message = format!("improper qualified name (too many dotted names): {}", dotted(name));
        return Err(Error::fail("42601", message, name.span, ErrorKind::Other));
    }
    let Some(schema) = name.schema() else { return Ok(None) };
    if cx.schema.find_namespace(&schema.text).is_none() {
        return Err(unknown_or(cx, &schema.text, Unseen::Schema, schema.span, || missing_schema(schema)));
    }
    Ok(Some(schema.text.clone()))
}

/// Kinds of objects that a statement which could not be followed may have made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unseen {
    Relation,
    Function,
    Operator,
    Schema,
    Type,
}

/// Why an object that was not found may be there after all: a migration statement that could not be followed, or an
/// extension whose objects are not known.
fn may_exist_unseen(cx: &Context, name: &str, kind: Unseen) -> Option<Arc<str>> {
    let kinds: &[TaintKind] = match kind {
        Unseen::Relation => &[TaintKind::Everything, TaintKind::Extension, TaintKind::Relations],
        Unseen::Function => &[TaintKind::Everything, TaintKind::Extension, TaintKind::Functions],
        Unseen::Type => &[TaintKind::Everything, TaintKind::Extension, TaintKind::Types, TaintKind::Relations],
        Unseen::Operator => &[TaintKind::Everything, TaintKind::Extension],
        Unseen::Schema => &[TaintKind::Everything],
    };
    cx.schema.taints.find(kinds, name).map(|taint| match taint {
        Taint::Extension(extension) => {
            Arc::from(format!("\"{name}\" may be of extension \"{extension}\", which is not modelled"))
        }
        other => other.reason(),
    })
}

/// The failure of a look-up: unknown where the object may be there unseen, else the server's error.
fn unknown_or(cx: &Context, name: &str, kind: Unseen, span: TextRange, error: impl FnOnce() -> Failure) -> Failure {
    match may_exist_unseen(cx, name, kind) {
        Some(reason) => Failure::unknown(reason, span),
        None => error(),
    }
}

/// [`unknown_or`] for an operator.
fn missing_or_unknown(cx: &mut Context, span: TextRange, error: impl FnOnce(&Context) -> Failure) -> Failure {
    unknown_or(cx, "an operator", Unseen::Operator, span, || error(cx))
}

/// [`unknown_or`] for a function.
fn missing_function_or_unknown(cx: &Context, name: &str, span: TextRange, failure: Failure) -> Failure {
    unknown_or(cx, name, Unseen::Function, span, || failure)
}
