//! Coercion of one value (parse_coerce.c).

use rollproof_catalog::{Oid, TypeRef, oid};
use rollproof_source::TextRange;

use super::CoercionContext;
use super::collation::derive_collation;
use super::info;
use super::literal;
use super::path::{CoercionPath, can_coerce_type, find_coercion_pathway};
use super::record;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::typed::{CollationStrength, Shape, Typed};

/// 42804 or 42846, with both types in the kind.
pub(super) fn type_mismatch(
    cx: &Context,
    sqlstate: &'static str,
    message: String,
    from: Oid,
    to: Oid,
    span: TextRange,
) -> Failure {
    let (from, to) = (super::format_type(cx, from), super::format_type(cx, to));
    Error::fail(sqlstate, message, span, ErrorKind::TypeMismatch { from: from.into(), to: to.into() })
}

/// `cannot cast type … to …`
pub(crate) fn cannot_cast(cx: &Context, from: Oid, to: Oid, span: TextRange) -> Failure {
    let message = format!("cannot cast type {} to {}", super::format_type(cx, from), super::format_type(cx, to));
    type_mismatch(cx, "42846", message, from, to, span)
}

/// `coerce_to_target_type`: false where there is no way; else the value has the target's type and modifier.
///
/// # Errors
/// Those of input functions, of composite coercion, and of parameters that were decided otherwise.
pub fn coerce_to_target_type(
    cx: &mut Context,
    value: &mut Typed,
    target: TypeRef,
    context: CoercionContext,
) -> Result<bool> {
    if value.oid().is_none() {
        return Err(Failure::unknown(crate::analyze::DYNAMIC, value.span));
    }
    if !can_coerce_type(cx, value.oid(), target.oid, context) {
        return Ok(false);
    }
    coerce_type(cx, value, target, context)?;
    apply_modifier(cx, value, target);
    Ok(true)
}

/// `coerce_type_typmod`: the value exposes the target's modifier; before 14 a target without one changed nothing.
fn apply_modifier(cx: &Context, value: &mut Typed, target: TypeRef) {
    if value.data_type.modifier == target.modifier || (target.modifier < 0 && cx.version() < 14) {
        return;
    }
    // This relabels a value that kept its type, too (a row as `record`, an array as `anyarray`).
    value.data_type = target;
    if !matches!(value.shape, Shape::Constant(_) | Shape::NullConstant | Shape::Collate(_)) {
        value.shape = Shape::Other;
    }
}

/// `coerce_type`: the caller knows that it can be done (`can_coerce_type`). `target.modifier` matters to domains and
/// intervals only.
///
/// # Errors
/// Those of input functions, of composite coercion, and of parameters that were decided otherwise.
pub(super) fn coerce_type(
    cx: &mut Context,
    value: &mut Typed,
    target: TypeRef,
    context: CoercionContext,
) -> Result<()> {
    let input = value.oid();
    if input == target.oid || keeps_its_type(target.oid) {
        return Ok(());
    }
    if is_container_pseudo_type(target.oid) && input != oid::UNKNOWN {
        let base = info::base_type(cx.schema, input);
        if base != input {
            relabel(cx, value, TypeRef::plain(base))?;
        }
        return Ok(());
    }
    match &mut value.shape {
        Shape::UnknownLiteral(_) => {
            if context == CoercionContext::Implicit {
                cx.note_conversion(value, target);
            }
            return coerce_literal(cx, value, target);
        }
        Shape::Parameter { number, occurrence } if input == oid::UNKNOWN => {
            let (number, occurrence, span) = (*number, *occurrence, value.span);
            let schema = cx.schema;
            let format = |each| super::format_type_of(schema, each);
            if cx.parameters.coerce(number, occurrence, target.oid, span, format)? {
                value.data_type = TypeRef::plain(target.oid);
                value.collation = info::type_collation(cx.schema, target.oid);
                value.strength = strength_of(value.collation);
                return Ok(());
            }
        }
        Shape::Collate(inner) => {
            coerce_type(cx, inner, target, context)?;
            value.data_type = inner.data_type;
            if info::type_collation(cx.schema, target.oid).is_none() {
                // The COLLATE is dropped where the new type has no collations.
                *value = (**inner).clone();
            }
            return Ok(());
        }
        _ => {}
    }
    coerce_known(cx, value, target, context)
}

const fn keeps_its_type(target: Oid) -> bool {
    matches!(target, oid::ANY | oid::ANYELEMENT | oid::ANYNONARRAY | oid::ANYCOMPATIBLE | oid::ANYCOMPATIBLENONARRAY)
}

const fn is_container_pseudo_type(target: Oid) -> bool {
    matches!(
        target,
        oid::ANYARRAY
            | oid::ANYENUM
            | oid::ANYRANGE
            | oid::ANYMULTIRANGE
            | oid::ANYCOMPATIBLEARRAY
            | oid::ANYCOMPATIBLERANGE
            | oid::ANYCOMPATIBLEMULTIRANGE
    )
}

pub(super) const fn strength_of(collation: Oid) -> CollationStrength {
    if collation.is_some() { CollationStrength::Implicit } else { CollationStrength::None }
}

/// A string literal meets its type: the server runs the type's input function at once.
fn coerce_literal(cx: &mut Context, value: &mut Typed, target: TypeRef) -> Result<()> {
    let base = info::base_type_ref(cx.schema, target);
    let text = match &value.shape {
        Shape::UnknownLiteral(text) => text.clone(),
        _ => None,
    };
    value.shape = match text {
        Some(text) => {
            let modifier = if base.oid == oid::INTERVAL { base.modifier } else { -1 };
            literal::check(cx, &text, TypeRef { oid: base.oid, modifier }, value.span)?;
            Shape::Constant(Some(text))
        }
        None => {
            literal::check_null(cx, base.oid, value.span)?;
            Shape::NullConstant
        }
    };
    let modifier = if base.oid == oid::INTERVAL && target.oid == base.oid { base.modifier } else { -1 };
    value.data_type = TypeRef { oid: target.oid, modifier };
    value.collation = info::type_collation(cx.schema, target.oid);
    value.strength = strength_of(value.collation);
    Ok(())
}

fn relabel(cx: &mut Context, value: &mut Typed, target: TypeRef) -> Result<()> {
    let before = value.clone();
    value.data_type = target;
    value.shape = match value.shape {
        Shape::Constant(_) => Shape::Constant(None),
        Shape::NullConstant => Shape::NullConstant,
        _ => Shape::Other,
    };
    derive_collation(cx, value, &[&before])
}

fn coerce_known(cx: &mut Context, value: &mut Typed, target: TypeRef, context: CoercionContext) -> Result<()> {
    let input = value.oid();
    if let Some(path) = find_coercion_pathway(cx, input, target.oid, context) {
        if input == oid::UNKNOWN && path == CoercionPath::ThroughText && context == CoercionContext::PlPgSql {
            return Err(Failure::unknown("a value of unknown type is assigned", value.span));
        }
        note_cast(cx, input, target.oid, path);
        if context == CoercionContext::Implicit {
            cx.note_conversion(value, target);
        }
        return relabel(cx, value, TypeRef::plain(target.oid));
    }
    let schema = cx.schema;
    if input == oid::RECORD && info::is_complex(schema, target.oid) {
        return record::coerce_record_to_complex(cx, value, target.oid, context);
    }
    if (target.oid == oid::RECORD && info::is_complex(schema, input))
        || (target.oid == oid::RECORD_ARRAY && info::is_complex_array(schema, input))
    {
        return Ok(());
    }
    if info::inherits_from(schema, input, target.oid) || info::is_of_typed_table(schema, input, target.oid) {
        return relabel(cx, value, TypeRef::plain(target.oid));
    }
    let (from, to) = (super::format_type(cx, input), super::format_type(cx, target.oid));
    let message = format!("failed to find conversion function from {from} to {to}");
    Err(type_mismatch(cx, "XX000", message, input, target.oid, value.span))
}

/// What a coercion runs: its function, or input and output functions that may depend on settings.
fn note_cast(cx: &mut Context, source: Oid, target: Oid, path: CoercionPath) {
    let (source, target) = (info::base_type(cx.schema, source), info::base_type(cx.schema, target));
    match path {
        CoercionPath::Relabel => {}
        CoercionPath::Function => {
            if let Some(cast) = cx.schema.find_cast(source, target) {
                cx.lookups.chosen_functions.insert(cast.function);
            }
        }
        CoercionPath::ThroughText => {
            cx.lookups.mutable_construct |=
                info::output_is_mutable(cx.schema, source) || info::input_is_mutable(cx.schema, target);
        }
        CoercionPath::Array => {
            let elements = (info::element_type(cx.schema, source), info::element_type(cx.schema, target));
            if let (Some(source), Some(target)) = elements
                && let Some(path) = find_coercion_pathway(cx, source, target, CoercionContext::Explicit)
                && path != CoercionPath::Array
            {
                note_cast(cx, source, target, path);
            }
        }
    }
}

/// A cast that was written (`transformTypeCast`).
///
/// # Errors
/// 42846 "cannot cast type … to …"; those of input functions.
pub fn cast(cx: &mut Context, value: &mut Typed, target: TypeRef, span: TextRange) -> Result<Typed> {
    let from = value.oid();
    if from == oid::UNKNOWN && target.oid == oid::UNKNOWN {
        return Ok(value.clone());
    }
    let mut result = value.clone();
    if !coerce_to_target_type(cx, &mut result, target, CoercionContext::Explicit)? {
        return Err(cannot_cast(cx, from, target.oid, span));
    }
    *value = result.clone();
    result.span = span;
    // A cast parameter or column is an expression of its own; a constant stays one.
    if result.oid() != from && matches!(result.shape, Shape::Column(_) | Shape::WholeRow(_)) {
        result.shape = Shape::Other;
    }
    Ok(result)
}

/// `coerce_to_boolean`: an argument of `construct` (`WHERE`, `AND`, `CASE/WHEN`, …).
///
/// # Errors
/// 42804 where it is not boolean, or returns a set.
pub fn coerce_to_boolean(cx: &mut Context, value: &mut Typed, construct: &str) -> Result<()> {
    coerce_to_specific_type(cx, value, oid::BOOL, construct)
}

/// `coerce_to_specific_type`: an argument of `construct` (`LIMIT`: bigint, …).
///
/// # Errors
/// 42804 where it is not of that type, or returns a set.
pub fn coerce_to_specific_type(cx: &mut Context, value: &mut Typed, target: Oid, construct: &str) -> Result<()> {
    coerce_to_specific_type_and_modifier(cx, value, TypeRef::plain(target), construct)
}

/// `coerce_to_specific_type_typmod`: the same with a modifier.
///
/// # Errors
/// The same.
pub fn coerce_to_specific_type_and_modifier(
    cx: &mut Context,
    value: &mut Typed,
    goal: TypeRef,
    construct: &str,
) -> Result<()> {
    let (input, target) = (value.oid(), goal.oid);
    if input != target {
        let done = coerce_to_target_type(cx, value, goal, CoercionContext::Assignment)?;
        if !done {
            let (from, to) = (super::format_type(cx, input), super::format_type(cx, target));
            let message = format!("argument of {construct} must be type {to}, not type {from}");
            return Err(type_mismatch(cx, "42804", message, input, target, value.span));
        }
    }
    if value.set_returning {
        let message = format!("argument of {construct} must not return a set");
        return Err(type_mismatch(cx, "42804", message, value.oid(), target, value.span));
    }
    Ok(())
}

/// A value that is stored in a column (`transformAssignedExpr`).
///
/// # Errors
/// 42804 "column … is of type … but expression is of type …"; those of input functions.
pub fn coerce_for_assignment(
    cx: &mut Context,
    value: &mut Typed,
    column: &str,
    target: TypeRef,
    span: TextRange,
) -> Result<()> {
    let input = value.oid();
    if coerce_to_target_type(cx, value, target, CoercionContext::Assignment)? {
        return Ok(());
    }
    let (from, to) = (super::format_type(cx, input), super::format_type(cx, target.oid));
    let message = format!("column \"{column}\" is of type {to} but expression is of type {from}");
    Err(type_mismatch(cx, "42804", message, input, target.oid, span))
}

/// `resolveTargetListUnknowns` for one output column: what stayed unknown becomes text.
///
/// # Errors
/// 42P08 where a parameter was decided otherwise.
pub fn resolve_unknown(cx: &mut Context, value: &mut Typed) -> Result<()> {
    if value.oid() == oid::UNKNOWN {
        super::note_text_by_default(cx, &[value]);
        coerce_type(cx, value, TypeRef::plain(oid::TEXT), CoercionContext::Implicit)?;
    }
    Ok(())
}
