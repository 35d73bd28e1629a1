//! The columns that a routine yields (funcapi.c: `get_expr_result_type`, `resolve_polymorphic_tupdesc`).

use std::sync::Arc;

use rollproof_catalog::{Function, Oid, TypeRef, oid};
use rollproof_sql::ast::ParameterMode;

use super::info;
use super::polymorphic::enforce_generic_type_consistency;
use super::record::relation_columns;
use crate::context::Context;
use crate::typed::{RecordColumn, Typed};

/// The columns that a routine yields in FROM (`get_expr_result_type`, TYPEFUNC_COMPOSITE): OUT and TABLE parameters, a
/// composite result's columns; polymorphic ones are decided by `arguments`. None for a scalar, and for a bare `record`.
pub fn routine_columns(
    cx: &mut Context,
    function: Oid,
    arguments: &[Option<Typed>],
    result: &Typed,
) -> Option<Arc<[RecordColumn]>> {
    if let Some(relation) = info::row_relation(cx.schema, result.oid()) {
        return relation_columns(cx.schema, relation);
    }
    let function = cx.schema.function(function)?;
    if result.oid() != oid::RECORD {
        return None;
    }
    output_columns(cx, function, arguments, result)
}

/// OUT, INOUT and TABLE parameters, where there are several (or the result is declared `record`).
fn output_columns(
    cx: &mut Context,
    function: &Function,
    arguments: &[Option<Typed>],
    result: &Typed,
) -> Option<Arc<[RecordColumn]>> {
    let is_output = |mode| matches!(mode, ParameterMode::Out | ParameterMode::InOut | ParameterMode::Table);
    let outputs: Vec<_> = function.parameters.iter().filter(|parameter| is_output(parameter.mode)).collect();
    if outputs.is_empty() {
        return None;
    }
    let mut columns = Vec::with_capacity(outputs.len());
    for (number, parameter) in (1..).zip(outputs) {
        let data_type = if oid::is_polymorphic(parameter.data_type) {
            decide(cx, function, arguments, parameter.data_type, result)?
        } else {
            parameter.data_type
        };
        let unnamed = || Arc::from(format!("column{number}"));
        columns.push(RecordColumn {
            name: parameter.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(unnamed),
            data_type: TypeRef::plain(data_type),
            collation: info::type_collation(cx.schema, data_type),
            nullable: true,
        });
    }
    Some(columns.into())
}

/// What a polymorphic output stands for in a call with these arguments.
fn decide(
    cx: &mut Context,
    function: &Function,
    arguments: &[Option<Typed>],
    declared: Oid,
    result: &Typed,
) -> Option<Oid> {
    let mut types = function.inputs.to_vec();
    let actual: Vec<Oid> = arguments
        .iter()
        .zip(&types)
        .map(|(argument, declared)| match argument {
            Some(argument) => argument.oid(),
            None if oid::is_polymorphic(*declared) => oid::UNKNOWN,
            None => *declared,
        })
        .collect();
    let count = actual.len().min(types.len());
    enforce_generic_type_consistency(cx, &actual[..count], &mut types[..count], declared, result.span).ok()
}
