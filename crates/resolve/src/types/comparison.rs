//! Comparison of rows, DISTINCT, NULLIF, and the operators that sorting and grouping need (parse_expr.c, parse_oper.c,
//! typcache.c).

use std::sync::Arc;

use rollproof_catalog::{Oid, TypeRef, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::OperatorName;

use super::coerce::type_mismatch;
use super::info;
use super::operator::{find_operator, make_op};
use super::record::relation_columns;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::typed::Typed;

/// Deepest nesting of arrays and rows whose parts are asked for operators.
const MAX_DEPTH: usize = 16;

fn other(sqlstate: &'static str, message: impl Into<String>, span: TextRange) -> Failure {
    Error::fail(sqlstate, message, span, ErrorKind::Other)
}

fn equals(span: TextRange) -> OperatorName {
    OperatorName { schema: None, symbol: Arc::from("="), span }
}

fn boolean(span: TextRange, nullable: bool) -> Typed {
    let mut typed = Typed::new(TypeRef::plain(oid::BOOL), Oid::NONE, span);
    typed.nullable = nullable;
    typed
}

/// `make_row_comparison_op`, of two lists of columns: `(a, b) < (c, d)`.
///
/// # Errors
/// 42601 for lists of different length, 0A000 for empty ones or an operator that is no comparison, 42804 where it does not
/// yield boolean, those of operators.
pub fn make_row_comparison_op(
    cx: &mut Context,
    operator: &OperatorName,
    left: &mut [Typed],
    right: &mut [Typed],
    span: TextRange,
) -> Result<Typed> {
    if left.len() != right.len() {
        return Err(Error::fail(
            "42601",
            "unequal number of entries in row expressions",
            operator.span,
            ErrorKind::ColumnCount,
        ));
    }
    if left.is_empty() {
        return Err(other("0A000", "cannot compare rows of zero length", operator.span));
    }
    let mut result = boolean(span, false);
    for (left, right) in left.iter_mut().zip(right.iter_mut()) {
        let compared = make_op(cx, operator, Some(left), right)?;
        if compared.oid() != oid::BOOL {
            let found = super::format_type(cx, compared.oid());
            let message = format!("row comparison operator must yield type boolean, not type {found}");
            return Err(type_mismatch(cx, "42804", message, compared.oid(), oid::BOOL, operator.span));
        }
        if compared.set_returning {
            return Err(Error::fail(
                "42804",
                "row comparison operator must not return a set",
                operator.span,
                ErrorKind::Grouping,
            ));
        }
        result.nullable |= compared.nullable;
    }
    if left.len() == 1 {
        return Ok(result);
    }
    // Operators of the other families that every server has compare text or whole rows, and no other types have them.
    let of_other_family =
        matches!(&*operator.symbol, "~<~" | "~<=~" | "~>=~" | "~>~" | "*<" | "*<=" | "*>=" | "*>" | "*=");
    let mut sortable = matches!(&*operator.symbol, "=" | "<>" | "<" | "<=" | ">" | ">=");
    for each in left.iter() {
        // Operators of arrays, rows, ranges and enums sort whatever these are made of.
        sortable = sortable && (is_generic(cx, each.oid()) || has_operators(cx, each.oid(), Need::Ordering, 0));
    }
    sortable |= of_other_family;
    if !sortable {
        let message = format!("could not determine interpretation of row comparison operator {}", operator.symbol);
        return Err(other("0A000", message, operator.span));
    }
    Ok(result)
}

/// Whether comparisons of the type are those of a polymorphic type.
fn is_generic(cx: &Context, data_type: Oid) -> bool {
    use rollproof_catalog::TypeKind as Is;
    let of = cx.schema.type_of(data_type);
    data_type == oid::RECORD
        || of.is_some_and(|of| {
            of.is_array || matches!(of.kind, Is::Composite(_) | Is::Enum(_) | Is::Range { .. } | Is::Multirange(_))
        })
}

/// `make_row_distinct_op`
///
/// # Errors
/// 42601 for lists of different length, those of operators.
pub fn make_row_distinct_op(
    cx: &mut Context,
    left: &mut [Typed],
    right: &mut [Typed],
    operator_span: TextRange,
    span: TextRange,
) -> Result<Typed> {
    if left.len() != right.len() {
        return Err(Error::fail(
            "42601",
            "unequal number of entries in row expressions",
            operator_span,
            ErrorKind::ColumnCount,
        ));
    }
    for (left, right) in left.iter_mut().zip(right.iter_mut()) {
        make_distinct_op(cx, left, right, operator_span)?;
    }
    Ok(boolean(span, false))
}

fn compare_equal(
    cx: &mut Context,
    left: &mut Typed,
    right: &mut Typed,
    construct: &str,
    span: TextRange,
) -> Result<Typed> {
    let compared = make_op(cx, &equals(span), Some(left), right)?;
    if compared.oid() != oid::BOOL {
        let message = format!("{construct} requires = operator to yield boolean");
        return Err(type_mismatch(cx, "42804", message, compared.oid(), oid::BOOL, span));
    }
    Ok(compared)
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
    let mut compared = compare_equal(cx, left, right, "IS DISTINCT FROM", operator_span)?;
    compared.nullable = false;
    Ok(compared)
}

/// `NULLIF(left, right)`: typed as `left` is after its coercion.
///
/// # Errors
/// 42883, 42725, 42804 where `=` does not yield boolean.
pub fn make_nullif(cx: &mut Context, left: &mut Typed, right: &mut Typed, span: TextRange) -> Result<Typed> {
    let compared = compare_equal(cx, left, right, "NULLIF", span)?;
    let mut result = Typed::new(left.data_type, Oid::NONE, span);
    super::collation::derive_collation(cx, &mut result, &[left, right])?;
    result.set_returning = compared.set_returning;
    Ok(result)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Equality,
    Ordering,
}

/// `lookup_type_cache` for `TYPECACHE_LT_OPR` or `TYPECACHE_EQ_OPR`.
fn has_operators(cx: &mut Context, data_type: Oid, need: Need, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    if data_type >= Oid::FIRST_USER {
        cx.lookups.type_ids.insert(data_type);
    }
    let base = info::base_type(cx.schema, data_type);
    let ordered = has_default_class(cx, "btree", base);
    if !ordered && (need == Need::Ordering || !has_default_class(cx, "hash", base)) {
        return false;
    }
    if let Some(element) = info::element_type(cx.schema, base)
        && !matches!(base, oid::OID_VECTOR | oid::INT2_VECTOR)
    {
        return has_operators(cx, element, need, depth + 1);
    }
    if let Some(relation) = info::composite_relation(cx.schema, base) {
        let Some(columns) = relation_columns(cx.schema, relation) else { return true };
        return columns.iter().all(|column| has_operators(cx, column.data_type.oid, need, depth + 1));
    }
    true
}

/// `GetDefaultOpClass`: of exactly this type, else of one that it is binary-coercible to.
pub(super) fn default_class_input(cx: &mut Context, method: &str, data_type: Oid) -> Option<Oid> {
    let schema = cx.schema;
    if schema.default_operator_class(method, data_type).is_some() {
        return Some(data_type);
    }
    cx.lookups.operator_classes.insert(data_type);
    let category = info::category(schema, data_type);
    let inputs: Vec<Oid> = schema.default_operator_classes(method).map(|class| class.input).collect();
    let mut fitting = Vec::new();
    for input in inputs {
        if info::is_binary_coercible(cx, data_type, input) {
            fitting.push(input);
        }
    }
    let preferred: Vec<Oid> = fitting
        .iter()
        .copied()
        .filter(|input| info::category(schema, *input) == category && info::is_preferred(schema, *input))
        .collect();
    match (&preferred[..], &fitting[..]) {
        ([one], _) | ([], [one]) => Some(*one),
        _ => None,
    }
}

fn has_default_class(cx: &mut Context, method: &str, data_type: Oid) -> bool {
    default_class_input(cx, method, data_type).is_some()
}

fn require(cx: &mut Context, data_type: Oid, need: Need, span: TextRange) -> Result<()> {
    if has_operators(cx, data_type, need, 0) {
        return Ok(());
    }
    let word = if need == Need::Ordering { "ordering" } else { "equality" };
    let name = super::format_type(cx, data_type);
    let message = format!("could not identify an {word} operator for type {name}");
    let symbol = if need == Need::Ordering { "<" } else { "=" };
    Err(super::missing_or_unknown(cx, span, |_| {
        Error::fail("42883", message, span, ErrorKind::MissingOperator(Arc::from(symbol)))
    }))
}

/// `get_sort_group_operators` with an equality operator needed: DISTINCT, GROUP BY, UNION.
///
/// # Errors
/// 42883 "could not identify an equality operator for type …"
pub fn require_equality(cx: &mut Context, data_type: Oid, span: TextRange) -> Result<()> {
    require(cx, data_type, Need::Equality, span)
}

/// `get_sort_group_operators` with an ordering operator needed: ORDER BY.
///
/// # Errors
/// 42883 "could not identify an ordering operator for type …"
pub fn require_ordering(cx: &mut Context, data_type: Oid, span: TextRange) -> Result<()> {
    require(cx, data_type, Need::Ordering, span)
}

/// Whether values of this type have an order, as GREATEST asks when it is executed.
pub fn has_ordering(cx: &mut Context, data_type: Oid) -> bool {
    has_operators(cx, data_type, Need::Ordering, 0)
}

/// Whether values of this type can be hashed or sorted for equality: nothing is reported.
pub fn has_equality(cx: &mut Context, data_type: Oid) -> bool {
    has_operators(cx, data_type, Need::Equality, 0)
}

/// `ORDER BY x USING op` (`compatible_oper`, `get_equality_op_for_ordering_op`).
///
/// # Errors
/// 42883 where there is no such operator or it needs a conversion; 42809 "operator … is not a valid ordering operator".
pub fn require_ordering_operator(cx: &mut Context, operator: &OperatorName, value: &mut Typed) -> Result<()> {
    let data_type = value.oid();
    let chosen = find_operator(cx, operator, data_type, data_type)?;
    if !info::is_binary_coercible(cx, data_type, chosen.left) || !info::is_binary_coercible(cx, data_type, chosen.right)
    {
        let name = super::format_type(cx, data_type);
        let message = format!("operator requires run-time type coercion: {name} {} {name}", operator.symbol);
        return Err(Error::fail("42883", message, operator.span, ErrorKind::MissingOperator(operator.symbol.clone())));
    }
    if chosen.oid >= Oid::FIRST_USER {
        return Err(Failure::unknown("whether a user-made operator sorts is not known", operator.span));
    }
    if !matches!(&*operator.symbol, "<" | ">" | "~<~" | "~>~") {
        let message = format!("operator {} is not a valid ordering operator", operator.symbol);
        return Err(other("42809", message, operator.span));
    }
    Ok(())
}
