//! One type for several values: UNION, CASE, COALESCE, VALUES, ARRAY (`select_common_type`).

use rollproof_catalog::{Oid, TypeRef, oid};
use rollproof_source::TextRange;

use super::CoercionContext;
use super::coerce::coerce_type;
use super::collation::derive_collation;
use super::info;
use super::path::can_coerce_type;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::typed::{Shape, Typed};

/// Where no common type exists: the type so far, and the place of the value that does not fit it.
struct NoCommonType {
    so_far: Oid,
    at: usize,
}

fn common_type(cx: &mut Context, types: &[Oid]) -> std::result::Result<Oid, NoCommonType> {
    let Some(first) = types.first().copied() else { return Ok(oid::TEXT) };
    if first != oid::UNKNOWN && types.iter().all(|each| *each == first) {
        return Ok(first);
    }
    let mut common = info::base_type(cx.schema, first);
    for (at, next) in types.iter().enumerate().skip(1) {
        let next = info::base_type(cx.schema, *next);
        if next == oid::UNKNOWN || next == common {
            continue;
        }
        if common == oid::UNKNOWN {
            common = next;
        } else if info::category(cx.schema, next) != info::category(cx.schema, common) {
            return Err(NoCommonType { so_far: common, at });
        } else if !info::is_preferred(cx.schema, common)
            && can_coerce_type(cx, common, next, CoercionContext::Implicit)
            && !can_coerce_type(cx, next, common, CoercionContext::Implicit)
        {
            common = next;
        }
    }
    Ok(if common == oid::UNKNOWN { oid::TEXT } else { common })
}

/// `select_common_type_from_oids`, none where there is no such type.
pub(super) fn common_type_of_oids(cx: &mut Context, types: &[Oid]) -> Option<Oid> {
    common_type(cx, types).ok()
}

/// `verify_common_type_from_oids`
pub(super) fn verify_common_type_of_oids(cx: &mut Context, common: Oid, types: &[Oid]) -> bool {
    types.iter().all(|each| can_coerce_type(cx, *each, common, CoercionContext::Implicit))
}

/// Notes a parameter that becomes text because none of the `values` has a type.
pub(crate) fn note_text_by_default(cx: &mut Context, values: &[&Typed]) {
    let untyped = values.iter().all(|value| value.oid() == oid::UNKNOWN);
    cx.text_by_default |= untyped && values.iter().any(|value| matches!(value.shape, Shape::Parameter { .. }));
}

/// `select_common_type`; `context` is the word of the message (`UNION`, `CASE`, `COALESCE`, `VALUES`, …).
///
/// # Errors
/// 42804 "UNION types … and … cannot be matched", at the value that does not fit.
pub fn select_common_type(cx: &mut Context, values: &[&Typed], context: &str) -> Result<Oid> {
    note_text_by_default(cx, values);
    let types: Vec<Oid> = values.iter().map(|value| value.oid()).collect();
    if let Some(value) = values.iter().find(|value| value.oid().is_none()) {
        // A column of a query that unknown text stands in.
        return Err(Failure::unknown(crate::analyze::DYNAMIC, value.span));
    }
    common_type(cx, &types).map_err(|none| {
        let from = super::format_type(cx, none.so_far);
        let to = super::format_type(cx, info::base_type(cx.schema, types[none.at]));
        let message = format!("{context} types {from} and {to} cannot be matched");
        Error::fail(
            "42804",
            message,
            values[none.at].span,
            ErrorKind::TypeMismatch { from: to.into(), to: from.into() },
        )
    })
}

/// `select_common_type` without a context, then `verify_common_type`: none where the values have no usable common type
/// (`IN` lists fall back on one operator a value then).
pub fn try_common_type(cx: &mut Context, values: &[&Typed]) -> Option<Oid> {
    note_text_by_default(cx, values);
    let types: Vec<Oid> = values.iter().map(|value| value.oid()).collect();
    let common = common_type_of_oids(cx, &types)?;
    verify_common_type_of_oids(cx, common, &types).then_some(common)
}

/// `select_common_typmod`: the values' modifier where all have the common type and the same one.
#[must_use]
pub fn select_common_typmod(values: &[&Typed], common: Oid) -> i32 {
    let Some(first) = values.first() else { return -1 };
    let same = |value: &&Typed| value.oid() == common && value.data_type.modifier == first.data_type.modifier;
    if values.iter().all(same) { first.data_type.modifier } else { -1 }
}

/// `coerce_to_common_type`
///
/// # Errors
/// 42846 "UNION could not convert type … to …"; those of input functions.
pub fn coerce_to_common_type(cx: &mut Context, value: &mut Typed, target: Oid, context: &str) -> Result<()> {
    let input = value.oid();
    if input == target {
        return Ok(());
    }
    if can_coerce_type(cx, input, target, CoercionContext::Implicit) {
        return coerce_type(cx, value, TypeRef::plain(target), CoercionContext::Implicit);
    }
    let (from, to) = (super::format_type(cx, input), super::format_type(cx, target));
    let message = format!("{context} could not convert type {from} to {to}");
    Err(Error::fail("42846", message, value.span, ErrorKind::TypeMismatch { from: from.into(), to: to.into() }))
}

/// Values of one construct (`CASE`, `COALESCE`, `GREATEST`, …) brought to their common type, and the construct itself: its
/// type, its modifier (`exprTypmod`: the one that all share), its collation.
///
/// # Errors
/// Those of [`select_common_type`] and [`coerce_to_common_type`].
pub fn unify(cx: &mut Context, values: &mut [Typed], context: &str, span: TextRange) -> Result<Typed> {
    let views: Vec<&Typed> = values.iter().collect();
    let common = select_common_type(cx, &views, context)?;
    for value in values.iter_mut() {
        coerce_to_common_type(cx, value, common, context)?;
    }
    let views: Vec<&Typed> = values.iter().collect();
    let modifier = select_common_typmod(&views, common);
    let mut result = Typed::new(TypeRef { oid: common, modifier }, Oid::NONE, span);
    derive_collation(cx, &mut result, &views)?;
    result.nullable = values.iter().any(|value| value.nullable);
    Ok(result)
}
