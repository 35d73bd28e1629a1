//! Type names to types (parse_type.c), and the modifiers that types take (their `typmodin` functions).

use std::sync::Arc;

use rollproof_catalog::{Oid, Taint, TaintKind, TypeKind, TypeRef, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::{ExprKind, Literal, Name, QualifiedName, TypeName};

use super::{Unseen, dotted, explicit_namespace, info, unknown_or};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Failure, Result};

/// `typenameTypeIdAndMod`: the type that a name means, with its modifiers checked. `SETOF` is left to the caller.
///
/// # Errors
/// 42704 for a type that is not there, 3F000 for its schema; 22023, 42601, 22P02 for modifiers that do not fit.
pub fn type_name(cx: &mut Context, name: &TypeName) -> Result<TypeRef> {
    let found = if name.percent_type { percent_type(cx, &name.name)? } else { lookup(cx, &name.name)? };
    let found = match found {
        Some(found) if !name.array_bounds.is_empty() => info::array_type(cx.schema, found),
        other => other,
    };
    let found = found.ok_or_else(|| {
        let mut written = dotted(&name.name);
        written.push_str(if name.percent_type { "%TYPE" } else { "" });
        written.push_str(if name.array_bounds.is_empty() { "" } else { "[]" });
        missing_type(cx, &name.name, &written, name.span)
    })?;
    if matches!(cx.schema.type_of(found).map(|each| &each.kind), Some(TypeKind::Shell)) {
        let message = format!("type \"{}\" is only a shell", dotted(&name.name));
        return Err(Error::fail("42704", message, name.span, type_kind(&name.name)));
    }
    if found >= Oid::FIRST_USER
        && let Some(reason) = doubtful_type(cx, &name.name.object().text)
    {
        cx.unproven.get_or_insert((reason, name.span));
    }
    let modifier = modifiers(cx, name, found)?;
    Ok(TypeRef { oid: found, modifier })
}

/// Why a type of this name may not be there, though one was made.
fn doubtful_type(cx: &Context, name: &str) -> Option<Arc<str>> {
    cx.schema.taints.find(&[TaintKind::Types], name).map(Taint::reason)
}

fn type_kind(name: &QualifiedName) -> ErrorKind {
    ErrorKind::MissingType { schema: name.schema().map(|schema| schema.text.clone()), name: name.object().text.clone() }
}

fn missing_type(cx: &Context, name: &QualifiedName, written: &str, span: TextRange) -> Failure {
    unknown_or(cx, &name.object().text, Unseen::Type, span, || {
        Error::fail("42704", format!("type \"{written}\" does not exist"), span, type_kind(name))
    })
}

/// `LookupTypeName` of a plain name; none where there is no such type.
pub(super) fn lookup(cx: &mut Context, name: &QualifiedName) -> Result<Option<Oid>> {
    let schema = explicit_namespace(cx, name)?;
    let object = &name.object().text;
    let found = cx.schema.find_type(schema.as_deref(), object).map(|found| found.oid);
    record(cx, schema, object, found.unwrap_or(Oid::NONE));
    Ok(found)
}

fn record(cx: &mut Context, schema: Option<Arc<str>>, name: &Arc<str>, found: Oid) {
    let own = schema.as_deref() == Some("pg_catalog");
    if !own {
        cx.lookups.types.insert((schema, name.clone()), found);
    }
}

/// `t.c%TYPE`
fn percent_type(cx: &mut Context, name: &QualifiedName) -> Result<Option<Oid>> {
    let Some((column, table)) = name.parts.split_last().filter(|(_, table)| !table.is_empty()) else {
        let message = format!("improper %TYPE reference (too few dotted names): {}", dotted(name));
        return Err(Error::fail("42601", message, name.span, ErrorKind::Other));
    };
    let table = QualifiedName { parts: table.to_vec(), span: name.span };
    let schema = explicit_namespace(cx, &table)?;
    let object = table.object();
    let found = cx.schema.find_relation(schema.as_deref(), &object.text);
    let relation = found.map_or(Oid::NONE, |relation| relation.oid);
    cx.lookups.relations.insert((schema.clone(), object.text.clone()), relation);
    let Some(found) = found else {
        let message = format!("relation \"{}\" does not exist", dotted(&table));
        let kind = ErrorKind::MissingRelation { schema, name: object.text.clone() };
        return Err(Error::fail("42P01", message, name.span, kind));
    };
    cx.lookups.column_names.insert((relation, column.text.clone()));
    found.column(&column.text).map(|found| Some(found.data_type.oid)).ok_or_else(|| {
        let message = format!("column \"{}\" of relation \"{}\" does not exist", column.text, object.text);
        let kind = ErrorKind::MissingColumn { table: Some(object.text.clone()), name: column.text.clone() };
        Error::fail("42703", message, name.span, kind)
    })
}

/// `FuncNameAsType`: a base type (not a table's row) that a call's name means, if any.
pub(super) fn function_name_as_type(cx: &mut Context, name: &QualifiedName) -> Option<Oid> {
    let found = lookup(cx, name).ok().flatten()?;
    let found = cx.schema.type_of(found)?;
    // As functions, types of the temporary schema are not found by their bare names.
    if name.schema().is_none() && found.namespace == cx.schema.session.temporary {
        return None;
    }
    (!matches!(found.kind, TypeKind::Shell | TypeKind::Composite(_))).then_some(found.oid)
}

/// A modifier as written: a number, or a word.
enum Modifier {
    Number(i64),
    Word(Arc<str>),
}

fn modifiers(cx: &Context, name: &TypeName, found: Oid) -> Result<i32> {
    let of = info::element_type(cx.schema, found).unwrap_or(found);
    let span = name.span;
    if name.modifiers.is_empty() {
        return Ok(match (of, name.interval_fields) {
            (oid::INTERVAL, Some(fields)) if fields != INTERVAL_FULL_RANGE => interval(fields, INTERVAL_FULL_PRECISION),
            _ => -1,
        });
    }
    if cx.schema.type_of(found).is_none_or(|each| !each.takes_modifier) {
        let message = format!("type modifier is not allowed for type \"{}\"", dotted(&name.name));
        return Err(Error::fail("42601", message, span, ErrorKind::Other));
    }
    let written: Vec<Modifier> =
        name.modifiers.iter().map(|each| read_modifier(&each.kind, span)).collect::<Result<_>>()?;
    if of >= Oid::FIRST_USER {
        return Ok(match &written[..] {
            [Modifier::Number(number)] => i32::try_from(*number).unwrap_or(-1),
            _ => -1,
        });
    }
    let numbers: Vec<i32> = written.iter().map(|each| number_of(each, span)).collect::<Result<_>>()?;
    built_in_modifier(cx, of, &numbers, name)
}

fn read_modifier(written: &ExprKind, span: TextRange) -> Result<Modifier> {
    match written {
        ExprKind::Literal(Literal::Integer(number)) => Ok(Modifier::Number(i64::from(*number))),
        ExprKind::Literal(Literal::Number(text) | Literal::String(text)) => {
            Ok(text.trim().parse().map_or_else(|_| Modifier::Word(text.clone()), Modifier::Number))
        }
        ExprKind::Column(reference) if reference.star.is_none() && reference.fields.len() == 1 => {
            Ok(Modifier::Word(reference.fields[0].text.clone()))
        }
        ExprKind::Hole(_) | ExprKind::Open(_) => Err(Failure::unknown("a type modifier is not known", span)),
        _ => {
            let message = "type modifiers must be simple constants or identifiers";
            Err(Error::fail("42601", message, span, ErrorKind::Other))
        }
    }
}

fn number_of(modifier: &Modifier, span: TextRange) -> Result<i32> {
    let (sqlstate, message, text) = match modifier {
        Modifier::Number(number) => match i32::try_from(*number) {
            Ok(number) => return Ok(number),
            Err(_) => ("22003", format!("value \"{number}\" is out of range for type integer"), number.to_string()),
        },
        Modifier::Word(word) => {
            ("22P02", format!("invalid input syntax for type integer: \"{word}\""), word.to_string())
        }
    };
    let kind = ErrorKind::InvalidLiteral { data_type: "integer".into(), text: text.into() };
    Err(Error::fail(sqlstate, message, span, kind))
}

/// `MaxAttrSize`
const MAX_LENGTH: i32 = 10_485_760;
const INTERVAL_FULL_RANGE: i32 = 0x7FFF;
const INTERVAL_FULL_PRECISION: i32 = 0xFFFF;

const fn interval(fields: i32, precision: i32) -> i32 {
    ((fields & 0x7FFF) << 16) | (precision & 0xFFFF)
}

fn refuse<T>(message: String, span: TextRange) -> Result<T> {
    Err(Error::fail("22023", message, span, ErrorKind::Other))
}

fn built_in_modifier(cx: &Context, of: Oid, numbers: &[i32], name: &TypeName) -> Result<i32> {
    let span = name.span;
    match (of, numbers) {
        (oid::BPCHAR, [length]) => character_length("char", *length, MAX_LENGTH, span).map(|length| length + 4),
        (oid::VARCHAR, [length]) => character_length("varchar", *length, MAX_LENGTH, span).map(|length| length + 4),
        (oid::BIT, [length]) => character_length("bit", *length, MAX_LENGTH * 8, span),
        (oid::VARBIT, [length]) => character_length("varbit", *length, MAX_LENGTH * 8, span),
        (oid::NUMERIC, [precision]) => numeric(cx, *precision, 0, span),
        (oid::NUMERIC, [precision, scale]) => numeric(cx, *precision, *scale, span),
        (oid::NUMERIC, _) => refuse("invalid NUMERIC type modifier".to_owned(), span),
        (oid::TIMESTAMP, [precision]) => fraction("TIMESTAMP", "", *precision, span),
        (oid::TIMESTAMPTZ, [precision]) => fraction("TIMESTAMP", " WITH TIME ZONE", *precision, span),
        (oid::TIME, [precision]) => fraction("TIME", "", *precision, span),
        (oid::TIMETZ, [precision]) => fraction("TIME", " WITH TIME ZONE", *precision, span),
        (oid::INTERVAL, [precision]) => {
            let fields = name.interval_fields.unwrap_or(INTERVAL_FULL_RANGE);
            fraction("INTERVAL", "", *precision, span).map(|precision| interval(fields, precision))
        }
        (oid::INTERVAL, [fields, precision]) => {
            fraction("INTERVAL", "", *precision, span).map(|precision| interval(*fields, precision))
        }
        (oid::INTERVAL, _) => refuse("invalid INTERVAL type modifier".to_owned(), span),
        _ => refuse("invalid type modifier".to_owned(), span),
    }
}

fn character_length(word: &str, length: i32, most: i32, span: TextRange) -> Result<i32> {
    if length < 1 {
        return refuse(format!("length for type {word} must be at least 1"), span);
    }
    if length > most {
        return refuse(format!("length for type {word} cannot exceed {most}"), span);
    }
    Ok(length)
}

fn numeric(cx: &Context, precision: i32, scale: i32, span: TextRange) -> Result<i32> {
    if !(1..=1000).contains(&precision) {
        return refuse(format!("NUMERIC precision {precision} must be between 1 and 1000"), span);
    }
    if cx.version() >= 15 {
        if !(-1000..=1000).contains(&scale) {
            return refuse(format!("NUMERIC scale {scale} must be between -1000 and 1000"), span);
        }
    } else if !(0..=precision).contains(&scale) {
        return refuse(format!("NUMERIC scale {scale} must be between 0 and precision {precision}"), span);
    }
    Ok(((precision << 16) | (scale & 0x7FF)) + 4)
}

fn fraction(word: &str, zone: &str, precision: i32, span: TextRange) -> Result<i32> {
    if precision < 0 {
        return refuse(format!("{word}({precision}){zone} precision must not be negative"), span);
    }
    // More digits than a microsecond has are cut with a warning.
    Ok(precision.min(6))
}

/// The type that a bare name means, for text inside literals (`'integer'::regtype` is not this: it takes SQL's names).
pub(super) fn named(parts: &[&str], span: TextRange) -> QualifiedName {
    let parts = parts.iter().map(|part| Name { text: Arc::from(*part), span }).collect();
    QualifiedName { parts, span }
}
