//! Which collation an expression has (parse_collate.c). The server derives collations after everything else of a
//! statement; here each expression has its own as soon as it is made.

use rollproof_catalog::{Oid, Provision, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::QualifiedName;

use super::info;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::typed::{CollationStrength, Shape, Typed};

/// What the inputs of an expression say together (`assign_collations_context`).
#[derive(Debug, Clone, Copy)]
struct State {
    collation: Oid,
    strength: CollationStrength,
}

const fn rank(strength: CollationStrength) -> u8 {
    match strength {
        CollationStrength::None => 0,
        CollationStrength::Implicit => 1,
        CollationStrength::Conflict(..) => 2,
        CollationStrength::Explicit => 3,
    }
}

fn name_of(cx: &Context, collation: Oid) -> String {
    cx.schema.collation(collation).map_or_else(|| collation.0.to_string(), |found| found.name.to_string())
}

fn conflict(cx: &Context, what: &str, one: Oid, other: Oid, span: TextRange) -> Failure {
    let (one, other) = (name_of(cx, one), name_of(cx, other));
    let message = format!("collation mismatch between {what} collations \"{one}\" and \"{other}\"");
    Error::fail("42P21", message, span, ErrorKind::CollationMismatch)
}

/// `merge_collation_state`
fn merge(cx: &Context, state: &mut State, input: &Typed) -> Result<()> {
    let (new, old) = (rank(input.strength), rank(state.strength));
    if new > old {
        *state = State { collation: input.collation, strength: input.strength };
    } else if new == old && input.collation != state.collation {
        match state.strength {
            CollationStrength::Implicit if state.collation == oid::DEFAULT_COLLATION => {
                state.collation = input.collation;
            }
            CollationStrength::Implicit if input.collation != oid::DEFAULT_COLLATION => {
                state.strength = CollationStrength::Conflict(state.collation, input.collation);
                state.collation = Oid::NONE;
            }
            CollationStrength::Explicit => {
                return Err(conflict(cx, "explicit", state.collation, input.collation, input.span));
            }
            _ => {}
        }
    }
    Ok(())
}

fn merged(cx: &Context, inputs: &[&Typed]) -> Result<State> {
    let mut state = State { collation: Oid::NONE, strength: CollationStrength::None };
    for input in inputs {
        merge(cx, &mut state, input)?;
    }
    Ok(state)
}

/// Gives `result` the collation that parse_collate.c derives from `inputs`, as for any expression that passes values on.
///
/// # Errors
/// 42P21 for explicit collations that conflict.
pub fn derive_collation(cx: &mut Context, result: &mut Typed, inputs: &[&Typed]) -> Result<()> {
    let state = merged(cx, inputs)?;
    let own = info::type_collation(cx.schema, result.oid());
    (result.collation, result.strength) = if own.is_none() {
        (Oid::NONE, CollationStrength::None)
    } else if state.strength == CollationStrength::None {
        (own, CollationStrength::Implicit)
    } else {
        (state.collation, state.strength)
    };
    Ok(())
}

/// Whether text that is compared has collations that conflict: nothing says so before a row is compared (42P22).
///
/// # Errors
/// 42P21 for explicit collations that conflict.
pub(super) fn collations_conflict(cx: &Context, inputs: &[&Typed]) -> Result<bool> {
    let text = inputs.iter().all(|input| matches!(input.oid(), oid::TEXT | oid::VARCHAR | oid::BPCHAR));
    Ok(text && matches!(merged(cx, inputs)?.strength, CollationStrength::Conflict(..)))
}

/// `select_common_collation` for set operations and the like; `none_ok` leaves a conflict of implicit ones to run time.
///
/// # Errors
/// 42P21
pub fn select_common_collation(cx: &mut Context, values: &[&Typed], none_ok: bool) -> Result<Oid> {
    let state = merged(cx, values)?;
    match state.strength {
        CollationStrength::Conflict(one, other) if !none_ok => {
            let span =
                values.iter().find(|value| value.collation == other).map_or_else(TextRange::default, |at| at.span);
            Err(conflict(cx, "implicit", one, other, span))
        }
        CollationStrength::Conflict(..) => Ok(Oid::NONE),
        _ => Ok(state.collation),
    }
}

/// `get_collation_oid`. One that only some servers have is noted in [`Context::unproven`]; of one that is not listed the
/// identity is none.
///
/// # Errors
/// 42704 where there is none, 3F000 where its schema is missing.
pub fn collation_name(cx: &mut Context, name: &QualifiedName) -> Result<Oid> {
    let schema = super::explicit_namespace(cx, name)?;
    let object = name.object();
    let found = cx.schema.find_collation(schema.as_deref(), &object.text);
    let unproven = match found {
        Some(collation) => cx.schema.unproven_collation(collation),
        None => unlisted_collation(schema.as_deref(), &object.text),
    };
    let found = found.map(|found| found.oid);
    let certain = found.filter(|_| unproven.is_none());
    cx.lookups.collations.insert((schema, object.text.clone()), certain.unwrap_or(Oid::NONE));
    match (found, unproven) {
        (found, Some(unproven)) => {
            cx.unproven.get_or_insert_with(|| (unproven.question().into(), name.span));
            Ok(found.unwrap_or(Oid::NONE))
        }
        (Some(found), None) => Ok(found),
        (None, None) => {
            let written = super::dotted(name);
            let message = format!("collation \"{written}\" for encoding \"UTF8\" does not exist");
            Err(Error::fail("42704", message, name.span, ErrorKind::MissingCollation(object.text.clone())))
        }
    }
}

/// What a collation that is not in the catalog would need, if it is one that some servers have.
pub(super) fn unlisted_collation(schema: Option<&str>, name: &str) -> Option<Provision> {
    schema.is_none_or(|schema| schema == "pg_catalog").then(|| Provision::of_unlisted_collation(name)).flatten()
}

/// `value COLLATE collation` (`transformCollateClause`).
///
/// # Errors
/// 42704 for a collation that is not there, 42804 where the type has no collations.
pub fn collate(cx: &mut Context, value: Typed, collation: &QualifiedName, span: TextRange) -> Result<Typed> {
    let data_type = value.data_type;
    if data_type.oid != oid::UNKNOWN && info::type_collation(cx.schema, data_type.oid).is_none() {
        let from = super::format_type(cx, data_type.oid);
        let message = format!("collations are not supported by type {from}");
        let kind = ErrorKind::TypeMismatch { from: from.into(), to: "text".into() };
        return Err(Error::fail("42804", message, span, kind));
    }
    let found = collation_name(cx, collation)?;
    Ok(Typed {
        data_type,
        collation: found,
        strength: CollationStrength::Explicit,
        span,
        nullable: value.nullable,
        set_returning: value.set_returning,
        shape: Shape::Collate(Box::new(value)),
    })
}
