//! Operators (parse_oper.c).

use std::sync::Arc;

use rollproof_catalog::{Oid, Operator, Schema, TypeRef, oid};
use rollproof_sql::ast::OperatorName;

use super::candidate::{Candidate, match_argument_types, select_candidate};
use super::coerce::{coerce_type, type_mismatch};
use super::collation::{collations_conflict, derive_collation};
use super::info;
use super::polymorphic::enforce_generic_type_consistency;
use super::{CoercionContext, missing_schema};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::typed::{CollationStrength, Shape, Typed};

/// An operator that was chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chosen {
    pub(super) oid: Oid,
    pub(super) left: Oid,
    pub(super) right: Oid,
    pub(super) result: Oid,
    pub(super) function: Oid,
}

impl Chosen {
    fn of(found: &Operator) -> Self {
        Self { oid: found.oid, left: found.left, right: found.right, result: found.result, function: found.function }
    }
}

/// The candidates of a symbol, one for each pair of operand types (`OpernameGetCandidates`).
struct Candidates {
    list: Vec<Chosen>,
}

impl Candidates {
    fn exact(&self, left: Oid, right: Oid) -> Option<Chosen> {
        self.list.iter().find(|each| each.left == left && each.right == right).copied()
    }
}

fn candidates(cx: &mut Context, operator: &OperatorName) -> Result<Candidates> {
    let schema = operator.schema.as_ref().map(|schema| schema.text.clone());
    if let Some(name) = &operator.schema
        && cx.schema.find_namespace(&name.text).is_none()
    {
        return Err(missing_schema(name));
    }
    let key = (schema.clone(), operator.symbol.clone());
    if schema.is_none() && cx.schema.operators.is_empty() {
        let builtin = cx.schema.builtin.operators().named(Schema::PG_CATALOG, &operator.symbol);
        cx.lookups.operators.insert(key, Vec::new());
        return Ok(Candidates { list: builtin.map(Chosen::of).collect() });
    }
    let found = cx.schema.operators_named(schema.as_deref(), &operator.symbol);
    let mut list: Vec<Chosen> = Vec::with_capacity(found.len());
    let mut own = Vec::new();
    for each in found {
        let found = each.operator;
        if found.oid >= Oid::FIRST_USER {
            own.push(found.oid);
            // Only an operator that was made can repeat the operand types of one that is earlier in the path.
            if list.iter().any(|before| before.left == found.left && before.right == found.right) {
                continue;
            }
        } else if !own.is_empty() && list.iter().any(|before| before.left == found.left && before.right == found.right)
        {
            continue;
        }
        list.push(Chosen::of(found));
    }
    cx.lookups.operators.insert(key, own);
    Ok(Candidates { list })
}

/// `op_signature_string`
fn signature(cx: &Context, operator: &OperatorName, left: Option<Oid>, right: Oid) -> String {
    let schema = operator.schema.as_ref().map(|schema| format!("{}.", schema.text)).unwrap_or_default();
    let left = left.map(|left| format!("{} ", super::format_type(cx, left))).unwrap_or_default();
    format!("{left}{schema}{} {}", operator.symbol, super::format_type(cx, right))
}

/// `op_error`
fn refuse(cx: &Context, operator: &OperatorName, left: Option<Oid>, right: Oid, ambiguous: bool) -> Failure {
    let signature = signature(cx, operator, left, right);
    let symbol: Arc<str> = operator.symbol.clone();
    if ambiguous {
        let message = format!("operator is not unique: {signature}");
        return Error::fail("42725", message, operator.span, ErrorKind::AmbiguousOperator(symbol));
    }
    let message = format!("operator does not exist: {signature}");
    Error::fail("42883", message, operator.span, ErrorKind::MissingOperator(symbol))
}

/// `oper`: a binary operator for operands of these types.
pub(super) fn find_operator(cx: &mut Context, operator: &OperatorName, left: Oid, right: Oid) -> Result<Chosen> {
    let candidates = candidates(cx, operator)?;
    if let Some(exact) = binary_exact(cx, &candidates, left, right) {
        return not_a_shell(cx, operator, exact, Some(left), right);
    }
    let inputs = [left, right];
    let binary = candidates.list.iter().filter(|each| each.left.is_some());
    let chosen = select(cx, &inputs, binary.map(|each| (each.oid, vec![each.left, each.right])));
    settle(cx, operator, &candidates, chosen, Some(left), right)
}

/// `left_oper`: a prefix operator.
pub(super) fn find_prefix_operator(cx: &mut Context, operator: &OperatorName, right: Oid) -> Result<Chosen> {
    let candidates = candidates(cx, operator)?;
    if let Some(exact) = candidates.exact(Oid::NONE, right) {
        return not_a_shell(cx, operator, exact, None, right);
    }
    let prefix = candidates.list.iter().filter(|each| each.left.is_none());
    let chosen = select(cx, &[right], prefix.map(|each| (each.oid, vec![each.right])));
    settle(cx, operator, &candidates, chosen, None, right)
}

/// `binary_oper_exact`: an unknown operand is taken to be of the other one's type, or of the type under that domain.
fn binary_exact(cx: &Context, candidates: &Candidates, left: Oid, right: Oid) -> Option<Chosen> {
    let (was_unknown, left, right) = match (left, right) {
        (oid::UNKNOWN, right) => (true, right, right),
        (left, oid::UNKNOWN) => (true, left, left),
        (left, right) => (false, left, right),
    };
    candidates.exact(left, right).or_else(|| {
        let base = info::base_type(cx.schema, left);
        (was_unknown && base != left).then(|| candidates.exact(base, base)).flatten()
    })
}

/// `oper_select_candidate`: `Err` tells whether there were several.
fn select(
    cx: &mut Context,
    inputs: &[Oid],
    candidates: impl Iterator<Item = (Oid, Vec<Oid>)>,
) -> std::result::Result<Oid, bool> {
    let list = candidates.map(|(oid, types)| Candidate {
        oid,
        path_position: 0,
        types,
        variadic_arguments: 0,
        defaults: 0,
        places: None,
    });
    let list = list.collect();
    let mut fitting = match_argument_types(cx, inputs, list);
    match fitting.len() {
        0 => Err(false),
        1 => fitting.pop().map(|only| only.oid).ok_or(false),
        _ => select_candidate(cx, inputs, fitting).map(|best| best.oid).ok_or(true),
    }
}

fn settle(
    cx: &mut Context,
    operator: &OperatorName,
    candidates: &Candidates,
    chosen: std::result::Result<Oid, bool>,
    left: Option<Oid>,
    right: Oid,
) -> Result<Chosen> {
    let chosen = chosen.map_err(|ambiguous| {
        super::missing_or_unknown(cx, operator.span, |cx| refuse(cx, operator, left, right, ambiguous))
    })?;
    match candidates.list.iter().find(|each| each.oid == chosen) {
        Some(found) => not_a_shell(cx, operator, *found, left, right),
        None => Err(refuse(cx, operator, left, right, false)),
    }
}

fn not_a_shell(
    cx: &mut Context,
    operator: &OperatorName,
    chosen: Chosen,
    left: Option<Oid>,
    right: Oid,
) -> Result<Chosen> {
    if chosen.function.is_none() {
        let message = format!("operator is only a shell: {}", signature(cx, operator, left, right));
        let kind = ErrorKind::MissingOperator(operator.symbol.clone());
        return Err(Error::fail("42883", message, operator.span, kind));
    }
    cx.lookups.chosen_operators.insert(chosen.oid);
    let arguments: Vec<Oid> = left.into_iter().chain([right]).collect();
    cx.lookups.mutable_construct |= crate::inline::converts_mutably(cx.schema, chosen.function, &arguments);
    if chosen.function >= Oid::FIRST_USER {
        cx.lookups.chosen_functions.insert(chosen.function);
    }
    Ok(chosen)
}

/// An operand that unknown text made has no type here: a column of a query that it stands in.
fn known_operands(operator: &OperatorName, operands: &[Oid]) -> Result<()> {
    let known = operands.iter().all(|each| each.is_some());
    if known { Ok(()) } else { Err(Failure::unknown(crate::analyze::DYNAMIC, operator.span)) }
}

/// `make_op`: `left` is none for a prefix operator. Both operands are coerced.
///
/// # Errors
/// 42883, 42725, those of coercions and of collations.
pub fn make_op(
    cx: &mut Context,
    operator: &OperatorName,
    left: Option<&mut Typed>,
    right: &mut Typed,
) -> Result<Typed> {
    let Some(left) = left else { return make_prefix_op(cx, operator, right) };
    known_operands(operator, &[left.oid(), right.oid()])?;
    let chosen = find_operator(cx, operator, left.oid(), right.oid())?;
    let actual = [left.oid(), right.oid()];
    let mut declared = [chosen.left, chosen.right];
    let result = enforce_generic_type_consistency(cx, &actual, &mut declared, chosen.result, operator.span)?;
    coerce_argument(cx, left, declared[0])?;
    coerce_argument(cx, right, declared[1])?;
    finish(cx, chosen, result, &[left, right], left.span.cover(right.span))
}

fn make_prefix_op(cx: &mut Context, operator: &OperatorName, right: &mut Typed) -> Result<Typed> {
    known_operands(operator, &[right.oid()])?;
    let chosen = find_prefix_operator(cx, operator, right.oid())?;
    let actual = [right.oid()];
    let mut declared = [chosen.right];
    let result = enforce_generic_type_consistency(cx, &actual, &mut declared, chosen.result, operator.span)?;
    coerce_argument(cx, right, declared[0])?;
    finish(cx, chosen, result, &[right], operator.span.cover(right.span))
}

/// `make_fn_arguments`, for one.
pub(super) fn coerce_argument(cx: &mut Context, value: &mut Typed, declared: Oid) -> Result<()> {
    if value.oid() == declared {
        return Ok(());
    }
    coerce_type(cx, value, TypeRef::plain(declared), CoercionContext::Implicit)
}

fn finish(
    cx: &mut Context,
    chosen: Chosen,
    result: Oid,
    inputs: &[&Typed],
    span: rollproof_source::TextRange,
) -> Result<Typed> {
    let mut typed = Typed::new(TypeRef::plain(result), Oid::NONE, span);
    derive_collation(cx, &mut typed, inputs)?;
    let name = cx.schema.operator(chosen.oid).map_or("", |operator| &operator.name);
    // Before version 18 LIKE compared bytes whatever the collation.
    let bytes = matches!(name, "~~" | "!~~") && cx.version() < 18;
    let comparison = chosen.oid < Oid::FIRST_USER && result == oid::BOOL && !bytes;
    if comparison && collations_conflict(cx, inputs)? {
        cx.collation_conflicts.push(span);
    }
    let returns_set = cx.schema.function(chosen.function).is_some_and(|function| function.returns_set);
    typed.set_returning = returns_set || inputs.iter().any(|input| input.set_returning);
    // Built-in operators that compare or compute yield null for null alone; accessors (json, arrays) may miss.
    let total = chosen.oid < Oid::FIRST_USER && matches!(result, oid::BOOL | oid::INT2 | oid::INT4 | oid::INT8);
    typed.nullable = !total || inputs.iter().any(|input| input.nullable);
    typed.shape = Shape::Other;
    Ok(typed)
}

/// `make_scalar_array_op`: `left op ANY|ALL (right)`.
///
/// # Errors
/// 42809 where the right side is no array or the operator does not yield boolean; 42883, 42725, those of coercions.
pub fn make_scalar_array_op(
    cx: &mut Context,
    operator: &OperatorName,
    left: &mut Typed,
    right: &mut Typed,
) -> Result<Typed> {
    let wrong = |message: &str| Error::fail("42809", message, operator.span, ErrorKind::Other);
    known_operands(operator, &[left.oid(), right.oid()])?;
    let array = right.oid();
    let element = if array == oid::UNKNOWN {
        oid::UNKNOWN
    } else {
        info::base_element_type(cx.schema, array).ok_or_else(|| {
            type_mismatch(
                cx,
                "42809",
                "op ANY/ALL (array) requires array on right side".to_owned(),
                array,
                oid::ANYARRAY,
                operator.span,
            )
        })?
    };
    let chosen = find_operator(cx, operator, left.oid(), element)?;
    let actual = [left.oid(), element];
    let mut declared = [chosen.left, chosen.right];
    let result = enforce_generic_type_consistency(cx, &actual, &mut declared, chosen.result, operator.span)?;
    if result != oid::BOOL {
        return Err(wrong("op ANY/ALL (array) requires operator to yield boolean"));
    }
    if cx.schema.function(chosen.function).is_some_and(|function| function.returns_set) {
        return Err(wrong("op ANY/ALL (array) requires operator not to return a set"));
    }
    let target = if oid::is_polymorphic(declared[1]) {
        array
    } else {
        info::array_type(cx.schema, declared[1]).ok_or_else(|| {
            let element = super::format_type(cx, declared[1]);
            let kind = ErrorKind::MissingType { schema: None, name: format!("{element}[]").into() };
            let message = format!("could not find array type for data type {element}");
            Error::fail("42704", message, operator.span, kind)
        })?
    };
    coerce_argument(cx, left, declared[0])?;
    coerce_argument(cx, right, target)?;
    let mut typed = finish(cx, chosen, oid::BOOL, &[left, right], left.span.cover(right.span))?;
    typed.nullable = true;
    typed.strength = CollationStrength::None;
    Ok(typed)
}
