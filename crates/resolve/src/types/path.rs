//! Which coercions exist (`find_coercion_pathway`, `can_coerce_type`).

use rollproof_catalog::{CastContext, CastMethod, Oid, oid};

use super::CoercionContext;
use super::info;
use super::polymorphic;
use crate::context::Context;

/// How a value gets from one type to another (`CoercionPathType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoercionPath {
    /// By a function.
    Function,
    /// The bytes are the same.
    Relabel,
    /// Element by element.
    Array,
    /// Through text.
    ThroughText,
}

/// Deepest nesting of array types that is followed.
const MAX_ARRAYS: usize = 8;

/// `find_coercion_pathway`
pub fn find_coercion_pathway(
    cx: &mut Context,
    source: Oid,
    target: Oid,
    context: CoercionContext,
) -> Option<CoercionPath> {
    pathway(cx, source, target, context, 0)
}

fn pathway(cx: &mut Context, source: Oid, target: Oid, context: CoercionContext, depth: usize) -> Option<CoercionPath> {
    let source = info::base_type(cx.schema, source);
    let target = info::base_type(cx.schema, target);
    if source == target {
        return Some(CoercionPath::Relabel);
    }
    let found = match info::find_cast(cx, source, target) {
        Some((cast_context, method)) => allows(context, cast_context).then_some(match method {
            CastMethod::Function => CoercionPath::Function,
            CastMethod::Binary => CoercionPath::Relabel,
            CastMethod::InOut => CoercionPath::ThroughText,
        }),
        None => array_pathway(cx, source, target, context, depth).or_else(|| through_text(cx, source, target, context)),
    };
    found.or((context == CoercionContext::PlPgSql).then_some(CoercionPath::ThroughText))
}

const fn allows(context: CoercionContext, cast: CastContext) -> bool {
    match cast {
        CastContext::Implicit => true,
        CastContext::Assignment => !matches!(context, CoercionContext::Implicit),
        CastContext::Explicit => matches!(context, CoercionContext::Explicit),
    }
}

fn array_pathway(
    cx: &mut Context,
    source: Oid,
    target: Oid,
    context: CoercionContext,
    depth: usize,
) -> Option<CoercionPath> {
    if matches!(target, oid::OID_VECTOR | oid::INT2_VECTOR) || depth > MAX_ARRAYS {
        return None;
    }
    let target = info::element_type(cx.schema, target)?;
    let source = info::element_type(cx.schema, source)?;
    pathway(cx, source, target, context, depth + 1).map(|_| CoercionPath::Array)
}

fn through_text(cx: &Context, source: Oid, target: Oid, context: CoercionContext) -> Option<CoercionPath> {
    let to_string = context >= CoercionContext::Assignment && info::category(cx.schema, target) == b'S';
    let from_string = context >= CoercionContext::Explicit && info::category(cx.schema, source) == b'S';
    (to_string || from_string).then_some(CoercionPath::ThroughText)
}

/// `can_coerce_type`, for one value.
pub fn can_coerce_type(cx: &mut Context, input: Oid, target: Oid, context: CoercionContext) -> bool {
    can_coerce_types(cx, &[input], &[target], context)
}

/// `can_coerce_type`: every input to the target of the same place, polymorphic ones consistently. `targets` may be longer.
pub(super) fn can_coerce_types(cx: &mut Context, inputs: &[Oid], targets: &[Oid], context: CoercionContext) -> bool {
    let mut have_generics = false;
    for (input, target) in inputs.iter().copied().zip(targets.iter().copied()) {
        if input == target || target == oid::ANY {
            continue;
        }
        if oid::is_polymorphic(target) {
            have_generics = true;
            continue;
        }
        if input != oid::UNKNOWN && !can_coerce_known(cx, input, target, context) {
            return false;
        }
    }
    !have_generics || polymorphic::is_consistent(cx, inputs, targets)
}

fn can_coerce_known(cx: &mut Context, input: Oid, target: Oid, context: CoercionContext) -> bool {
    if find_coercion_pathway(cx, input, target, context).is_some() {
        return true;
    }
    let schema = cx.schema;
    (input == oid::RECORD && info::is_complex(schema, target))
        || (target == oid::RECORD && info::is_complex(schema, input))
        || (target == oid::RECORD_ARRAY && info::is_complex_array(schema, input))
        || info::inherits_from(schema, input, target)
        || info::is_of_typed_table(schema, input, target)
}
