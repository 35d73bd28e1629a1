//! The interface, until its bodies land.
#![allow(unused_variables, clippy::unnecessary_wraps)]

use std::sync::Arc;

use rollproof_catalog::{Oid, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Literal, Name, OperatorName, QualifiedName, TypeName};

use super::{CallForm, CoercionContext, ResolvedFunction};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::typed::{RecordColumn, Typed};

fn later<T>(span: TextRange) -> Result<T> {
    Err(Failure::unknown("this part of the type system is not modelled yet", span))
}

/// `typenameTypeIdAndMod`: the type that a name means, with its modifiers checked. `SETOF` is left to the caller.
///
/// # Errors
/// 42704 for a type that is not there; 22023, 42601 for modifiers that do not fit.
pub fn type_name(cx: &mut Context, name: &TypeName) -> Result<TypeRef> {
    later(name.span)
}

/// `LookupCollation` (`get_collation_oid`).
///
/// # Errors
/// 42704 where there is none.
pub fn collation_name(cx: &mut Context, name: &QualifiedName) -> Result<Oid> {
    later(name.span)
}

/// The type's name as `format_type_be` prints it.
pub fn format_type(cx: &Context, oid: Oid) -> String {
    format!("{}", oid.0)
}

/// `make_const`: a literal. Strings and NULL stay of type unknown.
///
/// # Errors
/// 22P02 for digits that a bit string cannot have.
pub fn constant(cx: &mut Context, literal: &Literal, span: TextRange) -> Result<Typed> {
    later(span)
}

/// `transformParamRef`
///
/// # Errors
/// 42P02 where there is no such parameter.
pub fn parameter(cx: &mut Context, number: u32, in_call: bool, span: TextRange) -> Result<Typed> {
    later(span)
}

/// `can_coerce_type`, for one value.
pub fn can_coerce_type(cx: &mut Context, input: Oid, target: Oid, context: CoercionContext) -> bool {
    false
}

/// `coerce_to_target_type`: false where there is no way.
///
/// # Errors
/// Those of input functions, and of composite coercion.
pub fn coerce_to_target_type(
    cx: &mut Context,
    value: &mut Typed,
    target: TypeRef,
    context: CoercionContext,
) -> Result<bool> {
    later(value.span)
}

/// `coerce_type`: the caller knows that it can be done.
///
/// # Errors
/// Those of input functions, and of composite coercion.
pub fn coerce_type(cx: &mut Context, value: &mut Typed, target: Oid, context: CoercionContext) -> Result<()> {
    later(value.span)
}

/// A cast that was written (`transformTypeCast`): the result, or 42846 "cannot cast type".
///
/// # Errors
/// 42846; those of input functions.
pub fn cast(cx: &mut Context, value: &mut Typed, target: TypeRef, span: TextRange) -> Result<Typed> {
    later(span)
}

/// `coerce_to_boolean`: an argument of `construct` (`WHERE`, `AND`, `CASE/WHEN`, …).
///
/// # Errors
/// 42804
pub fn coerce_to_boolean(cx: &mut Context, value: &mut Typed, construct: &str) -> Result<()> {
    later(value.span)
}

/// `coerce_to_specific_type`: an argument of `construct` (`LIMIT`: bigint, …).
///
/// # Errors
/// 42804
pub fn coerce_to_specific_type(cx: &mut Context, value: &mut Typed, target: Oid, construct: &str) -> Result<()> {
    later(value.span)
}

/// A value stored in a column or variable (`transformAssignedExpr`'s coercion): 42804 "column … is of type … but
/// expression is of type …".
///
/// # Errors
/// 42804; those of input functions.
pub fn coerce_for_assignment(
    cx: &mut Context,
    value: &mut Typed,
    column: &str,
    target: TypeRef,
    span: TextRange,
) -> Result<()> {
    later(value.span)
}

/// `select_common_type`; `context` is the word of the message (`UNION`, `CASE`, `COALESCE`, `VALUES`, …).
///
/// # Errors
/// 42804 "UNION types … and … cannot be matched"
pub fn select_common_type(cx: &mut Context, values: &[&Typed], context: &str) -> Result<Oid> {
    later(values.first().map(|value| value.span).unwrap_or_default())
}

/// `select_common_typmod`
pub fn select_common_typmod(values: &[&Typed], common: Oid) -> i32 {
    -1
}

/// `coerce_to_common_type`
///
/// # Errors
/// 42846 "UNION could not convert type … to …"
pub fn coerce_to_common_type(cx: &mut Context, value: &mut Typed, target: Oid, context: &str) -> Result<()> {
    later(value.span)
}

/// Values of one construct (`CASE`, `COALESCE`, `GREATEST`, …) brought to their common type; the construct's own typed
/// result: type, modifier, collation merged.
///
/// # Errors
/// Those of [`select_common_type`] and [`coerce_to_common_type`].
pub fn unify(cx: &mut Context, values: &mut [Typed], context: &str, span: TextRange) -> Result<Typed> {
    later(span)
}

/// `make_op`: `left` is none for a prefix operator.
///
/// # Errors
/// 42883, 42725, those of coercions.
pub fn make_op(
    cx: &mut Context,
    operator: &OperatorName,
    left: Option<&mut Typed>,
    right: &mut Typed,
) -> Result<Typed> {
    later(operator.span)
}

/// `make_scalar_array_op`: `left op ANY|ALL (right)`.
///
/// # Errors
/// 42809, 42883, 42725, those of coercions.
pub fn make_scalar_array_op(
    cx: &mut Context,
    operator: &OperatorName,
    left: &mut Typed,
    right: &mut Typed,
) -> Result<Typed> {
    later(operator.span)
}

/// `make_row_comparison_op`, of two lists of columns: `(a, b) < (c, d)`.
///
/// # Errors
/// 42601, 42804, 0A000, those of operators.
pub fn make_row_comparison_op(
    cx: &mut Context,
    operator: &OperatorName,
    left: &mut [Typed],
    right: &mut [Typed],
    span: TextRange,
) -> Result<Typed> {
    later(span)
}

/// `make_row_distinct_op`
///
/// # Errors
/// 42601, those of operators.
pub fn make_row_distinct_op(
    cx: &mut Context,
    left: &mut [Typed],
    right: &mut [Typed],
    operator_span: TextRange,
    span: TextRange,
) -> Result<Typed> {
    later(span)
}

/// `make_distinct_op`: `left IS DISTINCT FROM right` of scalars.
///
/// # Errors
/// 42883, 42725, 42804 where `=` does not yield boolean.
pub fn make_distinct_op(
    cx: &mut Context,
    left: &mut Typed,
    right: &mut Typed,
    operator_span: TextRange,
) -> Result<Typed> {
    later(operator_span)
}

/// `NULLIF(left, right)`: typed as `left`.
///
/// # Errors
/// 42883, 42725, 42804.
pub fn make_nullif(cx: &mut Context, left: &mut Typed, right: &mut Typed, span: TextRange) -> Result<Typed> {
    later(span)
}

/// `get_sort_group_operators` with an equality operator needed: DISTINCT, GROUP BY, UNION.
///
/// # Errors
/// 42883 "could not identify an equality operator for type …"
pub fn require_equality(cx: &mut Context, data_type: Oid, span: TextRange) -> Result<()> {
    later(span)
}

/// `get_sort_group_operators` with an ordering operator needed: ORDER BY.
///
/// # Errors
/// 42883 "could not identify an ordering operator for type …"
pub fn require_ordering(cx: &mut Context, data_type: Oid, span: TextRange) -> Result<()> {
    later(span)
}

/// `ORDER BY x USING op`: the operator must be an ordering one.
///
/// # Errors
/// 42883, 42809 "operator … is not a valid ordering operator".
pub fn require_ordering_operator(cx: &mut Context, operator: &OperatorName, value: &mut Typed) -> Result<()> {
    later(operator.span)
}

/// `ParseFuncOrColumn` of a call. Arguments come transformed, those of `WITHIN GROUP (ORDER BY …)` last.
///
/// # Errors
/// 42883, 42725, 42809, 42P13, 42804, those of coercions.
pub fn resolve_function(cx: &mut Context, form: &CallForm, arguments: Vec<Typed>) -> Result<ResolvedFunction> {
    later(form.span)
}

/// `ParseFuncOrColumn` of `argument.name`: a column of the argument's row type, else a function of one argument; none where
/// it is neither (the caller words the error).
///
/// # Errors
/// Those of coercions, 42725.
pub fn resolve_attribute(cx: &mut Context, name: &Name, argument: Typed) -> Result<Option<ResolvedFunction>> {
    later(name.span)
}

/// The columns of a value of composite or record type (`expandRecordVariable`, `get_expr_result_tupdesc`), live ones in
/// order; none where the value has no columns that are known.
pub fn row_columns(cx: &mut Context, value: &Typed) -> Option<Arc<[RecordColumn]>> {
    None
}

/// The columns that a routine yields in FROM (`get_expr_result_type`, TYPEFUNC_COMPOSITE): OUT and TABLE parameters, a
/// composite result's columns; polymorphic ones are decided by `arguments`. None for a scalar, and for a bare `record`.
pub fn routine_columns(
    cx: &mut Context,
    function: Oid,
    arguments: &[Option<Typed>],
    result: &Typed,
) -> Option<Arc<[RecordColumn]>> {
    None
}

/// `transformArrayExpr` of `ARRAY[…]`, or of an inner `[…]`: `target` is the array type a cast asks for, or none.
///
/// # Errors
/// 42P18 for an empty array without a type, 42804, 42704.
pub fn make_array(cx: &mut Context, elements: &mut [Typed], target: Option<TypeRef>, span: TextRange) -> Result<Typed> {
    later(span)
}

/// `ARRAY(SELECT …)` over a column of this type (`get_promoted_array_type`).
///
/// # Errors
/// 42704 "could not find array type for data type …"
pub fn array_of_query(cx: &mut Context, column: &Typed, span: TextRange) -> Result<Typed> {
    later(span)
}

/// A subscript as `transformContainerSubscripts` takes them.
#[derive(Debug, Clone)]
pub enum Subscript {
    /// `[i]`
    Index(Typed),
    /// `[lower:upper]`
    Slice(Option<Typed>, Option<Typed>),
}

/// `value[…]…`: all subscripts that follow each other at once.
///
/// # Errors
/// 42804 "cannot subscript type …", "array subscript must have type integer"; 0A000 for slices of jsonb; 54000.
pub fn subscript(cx: &mut Context, value: &Typed, subscripts: &mut [Subscript], span: TextRange) -> Result<Typed> {
    later(span)
}

/// The type that an assignment to `target[…]…` stores: the element's, or the container's for a slice.
///
/// # Errors
/// As [`subscript`].
pub fn subscript_assignment(
    cx: &mut Context,
    target: TypeRef,
    subscripts: &mut [Subscript],
    span: TextRange,
) -> Result<TypeRef> {
    later(span)
}

/// `value COLLATE collation`.
///
/// # Errors
/// 42704 for a collation that is not there, 42804 where the type has no collations.
pub fn collate(cx: &mut Context, value: Typed, collation: &QualifiedName, span: TextRange) -> Result<Typed> {
    later(span)
}

/// `select_common_collation` for set operations and the like; `none_ok` leaves a conflict of implicit ones to run time.
///
/// # Errors
/// 42P21
pub fn select_common_collation(cx: &mut Context, values: &[&Typed], none_ok: bool) -> Result<Oid> {
    later(values.first().map(|value| value.span).unwrap_or_default())
}

/// Gives `result` the collation that parse_collate.c derives from `inputs`.
///
/// # Errors
/// 42P21 for explicit collations that conflict.
pub fn derive_collation(cx: &mut Context, result: &mut Typed, inputs: &[&Typed]) -> Result<()> {
    later(result.span)
}

/// `resolveTargetListUnknowns` for one output column: what stayed unknown becomes text.
///
/// # Errors
/// 42P08
pub fn resolve_unknown(cx: &mut Context, value: &mut Typed) -> Result<()> {
    later(value.span)
}
