//! What a routine is declared to return, and whether a result fits it.

use std::sync::Arc;

use rollproof_catalog::{Function, FunctionKind, Oid, Schema, TypeRef, oid};
use rollproof_source::TextRange;

use super::surroundings::is_output;
use crate::error::{Error, ErrorKind};
use crate::types::{info, relation_columns};

/// A column of a row that is expected or given.
pub(super) type NamedType = (Arc<str>, TypeRef);

/// What a routine is declared to return.
#[derive(Debug, Clone)]
pub(super) enum Declared {
    /// Nothing: `void`, a procedure.
    Nothing,
    /// One value of this type.
    Value(TypeRef),
    /// A row of these columns; its type, none where OUT parameters make it.
    Row(Oid, Vec<NamedType>),
    /// What the call says.
    Open,
}

/// What `function` is declared to return.
pub(super) fn declared(schema: &Schema, function: &Function) -> Declared {
    let outputs: Vec<_> = function.parameters.iter().filter(|parameter| is_output(parameter)).collect();
    if outputs.iter().any(|parameter| oid::is_polymorphic(parameter.data_type)) {
        return Declared::Open;
    }
    let returns = function.returns;
    if returns == oid::RECORD && !outputs.is_empty() {
        let column = |parameter: &&rollproof_catalog::Parameter| {
            (parameter.name.clone().unwrap_or_default(), TypeRef::plain(parameter.data_type))
        };
        return Declared::Row(Oid::NONE, outputs.iter().map(column).collect());
    }
    if returns == oid::VOID || returns.is_none() || function.kind == FunctionKind::Procedure {
        return Declared::Nothing;
    }
    if returns == oid::RECORD || returns == oid::TRIGGER || oid::is_polymorphic(returns) {
        return Declared::Open;
    }
    match info::row_relation(schema, returns) {
        Some(relation) => Declared::Row(returns, row_of(schema, relation)),
        None => Declared::Value(TypeRef::plain(returns)),
    }
}

/// The columns of a relation's rows.
pub(super) fn row_of(schema: &Schema, relation: Oid) -> Vec<NamedType> {
    let columns = relation_columns(schema, relation);
    columns.iter().flat_map(|columns| columns.iter()).map(|column| (column.name.clone(), column.data_type)).collect()
}

/// `build_attrmap_by_position`: types must be the same, not only fit; a modifier counts where one is expected.
pub(super) fn mismatch(
    schema: &Schema,
    given: &[NamedType],
    expected: &[NamedType],
    message: &str,
    span: TextRange,
) -> Option<Error> {
    if given.len() != expected.len() {
        let (given, expected) = (given.len(), expected.len());
        let detail = format!("Number of returned columns ({given}) does not match expected column count ({expected}).");
        return Some(error(format!("{message}: {detail}"), span, ErrorKind::ColumnCount));
    }
    for (position, ((_, is), (name, wanted))) in (1..).zip(given.iter().zip(expected)) {
        if is.oid == wanted.oid && (wanted.modifier < 0 || is.modifier == wanted.modifier) {
            continue;
        }
        let (from, to) = (schema.format_type(*is), schema.format_type(*wanted));
        let detail = format!(
            "Returned type {from} does not match expected type {to} in column \"{name}\" (position {position})."
        );
        let kind = ErrorKind::TypeMismatch { from: from.into(), to: to.into() };
        return Some(error(format!("{message}: {detail}"), span, kind));
    }
    None
}

fn error(message: String, span: TextRange, kind: ErrorKind) -> Error {
    Error { sqlstate: "42804", message, span, kind }
}
