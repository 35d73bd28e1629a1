//! Arrays: `ARRAY[…]`, `ARRAY(SELECT …)`, subscripts (parse_expr.c, parse_node.c, arraysubs.c, jsonbsubs.c).

use rollproof_catalog::{Oid, TypeRef, oid};
use rollproof_source::TextRange;

use super::CoercionContext;
use super::coerce::{cannot_cast, coerce_to_target_type, type_mismatch};
use super::collation::derive_collation;
use super::common::{coerce_to_common_type, select_common_type};
use super::info;
use super::path::can_coerce_type;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::typed::Typed;

/// `MAXDIM`
const MAX_DIMENSIONS: usize = 6;

fn no_array_type(cx: &Context, element: Oid, span: TextRange) -> Failure {
    let element = super::format_type(cx, element);
    let kind = ErrorKind::MissingType { schema: None, name: format!("{element}[]").into() };
    Error::fail("42704", format!("could not find array type for data type {element}"), span, kind)
}

/// `transformArrayExpr` of `ARRAY[…]`, or of an inner `[…]`: `target` is the array type that a cast asks for (the base type
/// of a domain over one), with its modifier, or none.
///
/// # Errors
/// 42P18 for an empty array without a type; 42804 and 42846 for elements that do not fit; 42704.
pub fn make_array(cx: &mut Context, elements: &mut [Typed], target: Option<TypeRef>, span: TextRange) -> Result<Typed> {
    let nested = elements.iter().any(|element| is_nested(cx, element));
    let array = match target {
        Some(array) => {
            let element = info::element_type(cx.schema, array.oid).unwrap_or(array.oid);
            let wanted = TypeRef { oid: if nested { array.oid } else { element }, modifier: array.modifier };
            for element in elements.iter_mut() {
                let (from, at) = (element.oid(), element.span);
                if !coerce_to_target_type(cx, element, wanted, CoercionContext::Explicit)? {
                    return Err(cannot_cast(cx, from, wanted.oid, at));
                }
            }
            array.oid
        }
        None => make_untyped(cx, elements, nested, span)?,
    };
    let modifier = match elements.split_first() {
        Some((first, rest)) if rest.iter().all(|other| other.data_type.modifier == first.data_type.modifier) => {
            first.data_type.modifier
        }
        _ => -1,
    };
    let mut result = Typed::new(TypeRef { oid: array, modifier }, Oid::NONE, span);
    let views: Vec<&Typed> = elements.iter().collect();
    derive_collation(cx, &mut result, &views)?;
    result.nullable = false;
    result.set_returning = elements.iter().any(|element| element.set_returning);
    Ok(result)
}

fn is_nested(cx: &Context, element: &Typed) -> bool {
    !matches!(element.oid(), oid::INT2_VECTOR | oid::OID_VECTOR)
        && info::element_type(cx.schema, element.oid()).is_some()
}

fn make_untyped(cx: &mut Context, elements: &mut [Typed], nested: bool, span: TextRange) -> Result<Oid> {
    if elements.is_empty() {
        return Err(Error::fail("42P18", "cannot determine type of empty array", span, ErrorKind::Other));
    }
    let views: Vec<&Typed> = elements.iter().collect();
    let common = select_common_type(cx, &views, "ARRAY")?;
    let array = if nested {
        if info::element_type(cx.schema, common).is_none() {
            let name = super::format_type(cx, common);
            let kind = ErrorKind::MissingType { schema: None, name: name.clone().into() };
            let message = format!("could not find element type for data type {name}");
            return Err(Error::fail("42704", message, span, kind));
        }
        common
    } else {
        info::array_type(cx.schema, common).ok_or_else(|| no_array_type(cx, common, span))?
    };
    for element in elements.iter_mut() {
        coerce_to_common_type(cx, element, common, "ARRAY")?;
    }
    Ok(array)
}

/// `ARRAY(SELECT …)` over a column of this type (`get_promoted_array_type`).
///
/// # Errors
/// 42704 "could not find array type for data type …"
pub fn array_of_query(cx: &mut Context, column: &Typed, span: TextRange) -> Result<Typed> {
    let array = info::promoted_array_type(cx.schema, column.oid());
    let array = array.ok_or_else(|| no_array_type(cx, column.oid(), span))?;
    let mut result = Typed::new(TypeRef { oid: array, modifier: column.data_type.modifier }, Oid::NONE, span);
    derive_collation(cx, &mut result, &[column])?;
    result.nullable = false;
    Ok(result)
}

/// A subscript as `transformContainerSubscripts` takes them.
#[derive(Debug, Clone)]
pub enum Subscript {
    /// `[i]`
    Index(Typed),
    /// `[lower:upper]`
    Slice(Option<Typed>, Option<Typed>),
}

impl Subscript {
    const fn is_slice(&self) -> bool {
        matches!(self, Self::Slice(..))
    }

    fn parts(&mut self) -> impl Iterator<Item = &mut Typed> {
        let (first, second) = match self {
            Self::Index(index) => (Some(index), None),
            Self::Slice(lower, upper) => (lower.as_mut(), upper.as_mut()),
        };
        first.into_iter().chain(second)
    }
}

/// A container, and what its subscripting handler yields.
struct Container {
    data_type: TypeRef,
    element: Oid,
    kind: ContainerKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ContainerKind {
    Array,
    Json,
    Hstore,
}

/// `transformContainerType`, then `getSubscriptingRoutines`.
fn container(cx: &Context, value: TypeRef, span: TextRange) -> Result<Container> {
    let base = info::base_type_ref(cx.schema, value);
    let base = match base.oid {
        oid::INT2_VECTOR => TypeRef { oid: oid::INT2_ARRAY, ..base },
        oid::OID_VECTOR => TypeRef { oid: oid::OID_ARRAY, ..base },
        _ => base,
    };
    let found = cx.schema.type_of(base.oid);
    let subscriptable = found.is_some_and(|found| found.subscriptable || found.is_array);
    let kind = match base.oid {
        oid::JSONB => ContainerKind::Json,
        _ if found.is_some_and(|found| &*found.name == "hstore" && found.oid >= Oid::FIRST_USER) => {
            ContainerKind::Hstore
        }
        _ => ContainerKind::Array,
    };
    if !subscriptable || (kind != ContainerKind::Array && cx.version() < 14) {
        let name = super::format_type(cx, base.oid);
        let message = if cx.version() < 14 {
            format!("cannot subscript type {name} because it is not an array")
        } else {
            format!("cannot subscript type {name} because it does not support subscripting")
        };
        let kind = ErrorKind::TypeMismatch { from: name.into(), to: "anyarray".into() };
        return Err(Error::fail("42804", message, span, kind));
    }
    let element = match kind {
        ContainerKind::Json => oid::JSONB,
        ContainerKind::Hstore => oid::TEXT,
        ContainerKind::Array => found.map_or(Oid::NONE, |found| found.element),
    };
    Ok(Container { data_type: base, element, kind })
}

impl Container {
    /// What `[…]…` yields, its subscripts coerced.
    fn apply(&self, cx: &mut Context, subscripts: &mut [Subscript], span: TextRange) -> Result<TypeRef> {
        let sliced = subscripts.iter().any(Subscript::is_slice);
        match self.kind {
            ContainerKind::Array => self.apply_array(cx, subscripts, sliced),
            ContainerKind::Json => apply_json(cx, subscripts, span),
            ContainerKind::Hstore => apply_hstore(cx, subscripts, span),
        }
    }

    fn apply_array(&self, cx: &mut Context, subscripts: &mut [Subscript], sliced: bool) -> Result<TypeRef> {
        for part in subscripts.iter_mut().flat_map(Subscript::parts) {
            let from = part.oid();
            if !coerce_to_target_type(cx, part, TypeRef::plain(oid::INT4), CoercionContext::Assignment)? {
                let message = "array subscript must have type integer".to_owned();
                return Err(type_mismatch(cx, "42804", message, from, oid::INT4, part.span));
            }
        }
        if subscripts.len() > MAX_DIMENSIONS {
            let message = format!(
                "number of array dimensions ({}) exceeds the maximum allowed ({MAX_DIMENSIONS})",
                subscripts.len()
            );
            return Err(Error::fail("54000", message, TextRange::default(), ErrorKind::Other));
        }
        let found = if sliced { self.data_type.oid } else { self.element };
        Ok(TypeRef { oid: found, modifier: self.data_type.modifier })
    }
}

fn apply_json(cx: &mut Context, subscripts: &mut [Subscript], span: TextRange) -> Result<TypeRef> {
    for subscript in subscripts.iter_mut() {
        if subscript.is_slice() {
            let place = subscript.parts().next().map_or(span, |part| part.span);
            return Err(Error::fail("42804", "jsonb subscript does not support slices", place, ErrorKind::Other));
        }
        for part in subscript.parts() {
            let from = part.oid();
            let target = if from == oid::UNKNOWN {
                oid::TEXT
            } else {
                let integer = can_coerce_type(cx, from, oid::INT4, CoercionContext::Implicit);
                let text = can_coerce_type(cx, from, oid::TEXT, CoercionContext::Implicit);
                if integer == text {
                    let message = format!("subscript type {} is not supported", super::format_type(cx, from));
                    return Err(type_mismatch(cx, "42804", message, from, oid::TEXT, part.span));
                }
                if integer { oid::INT4 } else { oid::TEXT }
            };
            coerce_to_target_type(cx, part, TypeRef::plain(target), CoercionContext::Implicit)?;
        }
    }
    Ok(TypeRef::plain(oid::JSONB))
}

fn apply_hstore(cx: &mut Context, subscripts: &mut [Subscript], span: TextRange) -> Result<TypeRef> {
    let several = subscripts.len() > 1;
    for subscript in subscripts.iter_mut() {
        if several || subscript.is_slice() {
            return Err(Error::fail("42804", "hstore allows only one subscript", span, ErrorKind::Other));
        }
        for part in subscript.parts() {
            let from = part.oid();
            if !coerce_to_target_type(cx, part, TypeRef::plain(oid::TEXT), CoercionContext::Assignment)? {
                let message = "hstore subscript must have type text".to_owned();
                return Err(type_mismatch(cx, "42804", message, from, oid::TEXT, part.span));
            }
        }
    }
    Ok(TypeRef::plain(oid::TEXT))
}

/// Whether a value of this type takes subscripts, which the server asks before it looks at them.
///
/// # Errors
/// 42804 "cannot subscript type …"
pub fn check_subscriptable(cx: &Context, value: TypeRef, span: TextRange) -> Result<()> {
    container(cx, value, span).map(drop)
}

/// `value[…]…`: all subscripts that follow each other at once.
///
/// # Errors
/// 42804 where the type cannot be subscripted or a subscript does not fit; 54000 for too many.
pub fn subscript(cx: &mut Context, value: &Typed, subscripts: &mut [Subscript], span: TextRange) -> Result<Typed> {
    let container = container(cx, value.data_type, value.span)?;
    let found = container.apply(cx, subscripts, span)?;
    let mut result = Typed::new(found, Oid::NONE, span);
    derive_collation(cx, &mut result, &[value])?;
    result.set_returning =
        value.set_returning || subscripts.iter_mut().flat_map(Subscript::parts).any(|part| part.set_returning);
    Ok(result)
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
    container(cx, target, span)?.apply(cx, subscripts, span)
}
