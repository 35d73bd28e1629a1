//! `reg…` types: the text names an object, which is looked up when the statement is analysed (regproc.c).

use std::sync::Arc;

use rollproof_catalog::{Oid, TaintKind, oid};
use rollproof_source::TextRange;

use super::{Refusal, Verdict};
use crate::context::Context;
use crate::error::{ErrorKind, Failure};
use crate::types::{function, type_name};

fn missing(sqlstate: &'static str, message: String, kind: ErrorKind) -> Verdict {
    Verdict::Invalid(Refusal { sqlstate, message, missing: Some(kind) })
}

/// `stringToQualifiedNameList`: names with dots, folded unless quoted; none where that is not what it is.
fn names(text: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = text.trim();
    loop {
        let (name, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_name(quoted)?,
            None => {
                let end = rest.find(|each: char| each == '.' || each.is_ascii_whitespace()).unwrap_or(rest.len());
                (rest[..end].to_lowercase(), &rest[end..])
            }
        };
        if name.is_empty() {
            return None;
        }
        names.push(name);
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(names);
        }
        rest = rest.strip_prefix('.')?.trim_start();
    }
}

fn quoted_name(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"')?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                name.push('"');
                rest = after;
            }
            None => return Some((name, rest)),
        }
    }
}

/// `parseDashOrOid`, then the look-up of each type.
pub(super) fn judge(cx: &mut Context, text: &str, data_type: Oid) -> Verdict {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
    if text == "-" || (digits && text.parse::<u32>().is_ok()) {
        return Verdict::Valid;
    }
    if data_type == oid::REGTYPE {
        return type_reference(cx, text);
    }
    if data_type == oid::REGPROCEDURE {
        return procedure(cx, text);
    }
    if matches!(data_type, oid::REGOPER | oid::REGOPERATOR) {
        return operator(cx, text, data_type == oid::REGOPERATOR);
    }
    if text.contains("\"\"") {
        return Verdict::Unsure;
    }
    let Some(parts) = names(text) else {
        return Verdict::refuse("42602", "invalid name syntax".to_owned());
    };
    let borrowed: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (schema, name) = match borrowed[..] {
        [name] => (None, name),
        [schema, name] => (Some(schema), name),
        [_, _, _, _, ..] if data_type == oid::REGCLASS => {
            let message = format!("improper relation name (too many dotted names): {}", parts.join("."));
            return Verdict::refuse("42601", message);
        }
        _ => return Verdict::Unsure,
    };
    if matches!(data_type, oid::REGNAMESPACE | oid::REGROLE) {
        return if schema.is_some() {
            Verdict::refuse("42602", "invalid name syntax".to_owned())
        } else {
            plain_object(cx, data_type, name)
        };
    }
    if let Some(schema) = schema
        && cx.schema.find_namespace(schema).is_none()
        && !(data_type == oid::REGCLASS && cx.version() >= 16)
        && !matches!(data_type, oid::REGCONFIG | oid::REGDICTIONARY)
        && !(matches!(data_type, oid::REGPROC | oid::REGCOLLATION) && cx.version() >= 16)
    {
        let kind = ErrorKind::MissingSchema(Arc::from(schema));
        return missing("3F000", format!("schema \"{schema}\" does not exist"), kind);
    }
    let written = parts.join(".");
    match data_type {
        oid::REGCLASS => relation(cx, schema, name, &written),
        oid::REGPROC => routine(cx, &borrowed, text),
        oid::REGCOLLATION => collation(cx, schema, name, &written),
        oid::REGCONFIG | oid::REGDICTIONARY => text_search(cx, data_type, schema, name, &written),
        _ => Verdict::Unsure,
    }
}

/// The relation that a valid text means; none where it is a number.
pub(super) fn relation_of(cx: &Context, text: &str) -> Option<Oid> {
    let parts = names(text)?;
    let found = match &parts[..] {
        [name] => cx.schema.find_relation(None, name),
        [schema, name] => cx.schema.find_relation(Some(schema), name),
        _ => None,
    };
    found.map(|found| found.oid)
}

fn plain_object(cx: &Context, data_type: Oid, name: &str) -> Verdict {
    if data_type == oid::REGNAMESPACE {
        if cx.schema.find_namespace(name).is_some() {
            return Verdict::Valid;
        }
        let kind = ErrorKind::MissingSchema(Arc::from(name));
        return missing("3F000", format!("schema \"{name}\" does not exist"), kind);
    }
    // Roles belong to the server, and migrations rarely make them.
    if cx.schema.find_role(name).is_some() { Verdict::Valid } else { Verdict::Unsure }
}

/// The relation that a valid `regclass` literal names; none where it is a number.
pub(super) fn named_relation(schema: &rollproof_catalog::Schema, text: &str) -> Option<Oid> {
    let parts = names(text)?;
    let found = match &parts[..] {
        [name] => schema.find_relation(None, name),
        [of, name] => schema.find_relation(Some(of), name),
        _ => None,
    };
    found.map(|relation| relation.oid)
}

fn relation(cx: &mut Context, schema: Option<&str>, name: &str, written: &str) -> Verdict {
    let found = cx.schema.find_relation(schema, name).map(|found| found.oid);
    let key = (schema.map(Arc::from), Arc::from(name));
    cx.lookups.relations.insert(key, found.unwrap_or(Oid::NONE));
    if found.is_some() {
        // One that may have been dropped, or never made.
        let touched = cx.schema.taints.find(&[TaintKind::Relations, TaintKind::Everything], name);
        return if touched.is_some() { Verdict::Unsure } else { Verdict::Valid };
    }
    if super::super::may_exist_unseen(cx, name, super::super::Unseen::Relation).is_some() {
        return Verdict::Unsure;
    }
    let kind = ErrorKind::MissingRelation { schema: schema.map(Arc::from), name: Arc::from(name) };
    missing("42P01", format!("relation \"{written}\" does not exist"), kind)
}

fn collation(cx: &Context, schema: Option<&str>, name: &str, written: &str) -> Verdict {
    let proven = cx.schema.find_collation(schema, name).map(|found| cx.schema.unproven_collation(found).is_none());
    match proven {
        Some(true) => return Verdict::Valid,
        Some(false) => return Verdict::Unsure,
        None if super::super::collation::unlisted_collation(schema, name).is_some() => return Verdict::Unsure,
        None => {}
    }
    let message = format!("collation \"{written}\" for encoding \"UTF8\" does not exist");
    missing("42704", message, ErrorKind::MissingCollation(Arc::from(name)))
}

/// Languages that every server has a text search configuration and a stemming dictionary of.
const LANGUAGES: &[&str] = &[
    "arabic",
    "armenian",
    "basque",
    "catalan",
    "danish",
    "dutch",
    "english",
    "finnish",
    "french",
    "german",
    "greek",
    "hindi",
    "hungarian",
    "indonesian",
    "irish",
    "italian",
    "lithuanian",
    "nepali",
    "norwegian",
    "portuguese",
    "romanian",
    "russian",
    "serbian",
    "spanish",
    "swedish",
    "tamil",
    "turkish",
    "yiddish",
];

/// Configurations and dictionaries; those that migrations make are kept by name alone.
fn text_search(cx: &Context, data_type: Oid, schema: Option<&str>, name: &str, written: &str) -> Verdict {
    let dictionary = data_type == oid::REGDICTIONARY;
    let what = if dictionary { "text search dictionary" } else { "text search configuration" };
    let language = if dictionary { name.strip_suffix("_stem") } else { Some(name) };
    let built_in = name == "simple" || language.is_some_and(|language| LANGUAGES.contains(&language));
    let made = {
        let key = format!("{what} {name}");
        cx.schema.others.iter().any(|other| *other.key == *key)
    };
    if made || (built_in && schema.is_none_or(|schema| schema == "pg_catalog")) {
        return Verdict::Valid;
    }
    // PostgreSQL 18 brought one more.
    let newer = language == Some("estonian");
    if newer || super::super::may_exist_unseen(cx, name, super::super::Unseen::Operator).is_some() {
        return Verdict::Unsure;
    }
    missing("42704", format!("{what} \"{written}\" does not exist"), ErrorKind::MissingObject(Arc::from(name)))
}

/// `regoperin`, `regoperatorin`: a symbol, its schema before it, its operands behind it.
fn operator(cx: &mut Context, text: &str, with_operands: bool) -> Verdict {
    let (written, operands) = match text.split_once('(') {
        Some((written, operands)) if with_operands => (written, operands.trim_end().strip_suffix(')')),
        _ if with_operands => return Verdict::refuse("22P02", "expected a left parenthesis".to_owned()),
        _ => (text, None),
    };
    if with_operands && operands.is_none() {
        return Verdict::refuse("22P02", "expected a right parenthesis".to_owned());
    }
    let Some(parts) = names(written) else {
        return Verdict::refuse("42602", "invalid name syntax".to_owned());
    };
    let (schema, symbol) = match &parts[..] {
        [symbol] => (None, symbol),
        [schema, symbol] => (Some(schema.as_str()), symbol),
        _ => return Verdict::Unsure,
    };
    let symbol = symbol.as_str();
    let mut types = Vec::new();
    for operand in operands.iter().flat_map(|operands| operands.split(',')) {
        if operand.trim().eq_ignore_ascii_case("none") {
            types.push(Oid::NONE);
            continue;
        }
        let Ok(parsed) = rollproof_sql::parse_type_name(operand) else { return Verdict::Unsure };
        match type_name::type_name(cx, &parsed) {
            Ok(found) => types.push(found.oid),
            Err(Failure::Error(error)) => return missing(error.sqlstate, error.message, error.kind),
            Err(Failure::Unknown(_)) => return Verdict::Unsure,
        }
    }
    let found = cx.schema.operators_named(schema, symbol);
    let own = found.iter().map(|each| each.operator.oid).filter(|oid| *oid >= Oid::FIRST_USER).collect();
    let count =
        found.iter().filter(|each| !with_operands || types == [each.operator.left, each.operator.right]).count();
    cx.lookups.operators.insert((schema.map(Arc::from), Arc::from(symbol)), own);
    match count {
        0 => missing("42883", format!("operator does not exist: {text}"), ErrorKind::MissingObject(Arc::from(symbol))),
        1 => Verdict::Valid,
        _ if with_operands => Verdict::Valid,
        _ => missing(
            "42725",
            format!("more than one operator named {text}"),
            ErrorKind::MissingObject(Arc::from(symbol)),
        ),
    }
}

/// `regprocedurein`: a name and its argument types.
fn procedure(cx: &mut Context, text: &str) -> Verdict {
    let Some((written, arguments)) = text.split_once('(') else {
        return Verdict::refuse("22P02", "expected a left parenthesis".to_owned());
    };
    let Some(arguments) = arguments.trim_end().strip_suffix(')') else {
        return Verdict::refuse("22P02", "expected a right parenthesis".to_owned());
    };
    let Some(parts) = names(written) else { return Verdict::Unsure };
    let mut types = Vec::new();
    for argument in arguments.split(',').filter(|_| !arguments.trim().is_empty()) {
        let Ok(parsed) = rollproof_sql::parse_type_name(argument) else { return Verdict::Unsure };
        match type_name::type_name(cx, &parsed) {
            Ok(found) => types.push(found.oid),
            Err(Failure::Error(error)) => return missing(error.sqlstate, error.message, error.kind),
            Err(Failure::Unknown(_)) => return Verdict::Unsure,
        }
    }
    let borrowed: Vec<&str> = parts.iter().map(String::as_str).collect();
    let name = type_name::named(&borrowed, TextRange::default());
    let (schema, object) = function::name_parts(&name);
    if function::has_signature(cx, &name, &types) {
        return Verdict::Valid;
    }
    if super::super::may_exist_unseen(cx, &object, super::super::Unseen::Function).is_some() {
        return Verdict::Unsure;
    }
    let kind = ErrorKind::MissingFunction { schema, name: object };
    missing("42883", format!("function \"{text}\" does not exist"), kind)
}

fn routine(cx: &mut Context, parts: &[&str], text: &str) -> Verdict {
    let name = type_name::named(parts, TextRange::default());
    match function::count_named(cx, &name) {
        1 => Verdict::Valid,
        0 => {
            let (schema, name) = function::name_parts(&name);
            missing("42883", format!("function \"{text}\" does not exist"), ErrorKind::MissingFunction { schema, name })
        }
        _ => {
            let kind = ErrorKind::AmbiguousFunction(name.object().text.clone());
            missing("42725", format!("more than one function named \"{text}\""), kind)
        }
    }
}

/// `regtypein` parses a type as SQL does.
fn type_reference(cx: &mut Context, text: &str) -> Verdict {
    if text.trim().is_empty() {
        return Verdict::refuse("42601", format!("invalid type name \"{text}\""));
    }
    let parsed = match rollproof_sql::parse_type_name(text) {
        Ok(parsed) => parsed,
        Err(error) if error.too_deep => return Verdict::Unsure,
        Err(error) => return Verdict::refuse("42601", error.message),
    };
    if parsed.set_of {
        return Verdict::refuse("42601", format!("invalid type name \"{text}\""));
    }
    match type_name::type_name(cx, &parsed) {
        Ok(_) => Verdict::Valid,
        Err(Failure::Error(error)) => missing(error.sqlstate, error.message, error.kind),
        Err(Failure::Unknown(_)) => Verdict::Unsure,
    }
}
