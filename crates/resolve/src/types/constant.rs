//! Constants and parameters as they are written (`make_const`, `transformParamRef`).

use rollproof_catalog::{Oid, TypeRef, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::Literal;

use super::{info, literal};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::typed::{Shape, Typed};

/// `make_const`: a literal. Strings and NULL stay of type unknown.
///
/// # Errors
/// 22P02 for digits that a bit string cannot have; 22003 for a number that numeric cannot hold.
pub fn constant(cx: &mut Context, written: &Literal, span: TextRange) -> Result<Typed> {
    let (data_type, shape, nullable) = match written {
        Literal::Null => (oid::UNKNOWN, Shape::UnknownLiteral(None), true),
        Literal::String(text) => (oid::UNKNOWN, Shape::UnknownLiteral(Some(text.clone())), false),
        Literal::Boolean(_) => (oid::BOOL, Shape::Constant(None), false),
        Literal::Integer(_) => (oid::INT4, Shape::Constant(None), false),
        Literal::Number(text) => (number_type(cx, text, span)?, Shape::Constant(None), false),
        Literal::BitString(text) => {
            check_bits(text, span)?;
            (oid::BIT, Shape::Constant(None), false)
        }
    };
    let mut typed = Typed::new(TypeRef::plain(data_type), Oid::NONE, span).with_shape(shape);
    typed.nullable = nullable;
    Ok(typed)
}

/// A number that does not fit int4: int8 where it is an integer that fits, else numeric.
fn number_type(cx: &mut Context, text: &str, span: TextRange) -> Result<Oid> {
    // `doNegate` has put the sign into the number, and `make_const` reads it with the sign.
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    if let Some(number) = literal::integer_value(digits, true).map(|number| if negative { -number } else { number }) {
        if i32::try_from(number).is_ok() {
            return Ok(oid::INT4);
        }
        if i64::try_from(number).is_ok() {
            return Ok(oid::INT8);
        }
    }
    literal::check(cx, text, TypeRef::plain(oid::NUMERIC), span)?;
    Ok(oid::NUMERIC)
}

fn check_bits(text: &str, span: TextRange) -> Result<()> {
    let mut characters = text.chars();
    let hexadecimal = matches!(characters.next(), Some('x' | 'X'));
    let fits = |each: char| if hexadecimal { each.is_ascii_hexdigit() } else { matches!(each, '0' | '1') };
    match characters.find(|each| !fits(*each)) {
        None => Ok(()),
        Some(wrong) => {
            let word = if hexadecimal { "hexadecimal" } else { "binary" };
            let kind = ErrorKind::InvalidLiteral { data_type: "bit".into(), text: text.into() };
            Err(Error::fail("22P02", format!("\"{wrong}\" is not a valid {word} digit"), span, kind))
        }
    }
}

/// `transformParamRef`: `in_call` says that it is an argument of `CALL`.
///
/// # Errors
/// 42P02 where there is no such parameter.
pub fn parameter(cx: &mut Context, number: u32, in_call: bool, span: TextRange) -> Result<Typed> {
    let schema = cx.schema;
    cx.parameters.reference(number, in_call, span, |data_type| info::type_collation(schema, data_type))
}
