//! Routines, operators, casts.

use rollproof_catalog::{CastContext, Function, FunctionKind, Language, ObjectId, Oid, RoutineBody};
use rollproof_sql::ast::ParameterMode;
use serde::Serialize;

use super::{GrantJson, grants, role_name};
use crate::sql::Printer;

#[derive(Serialize)]
pub(super) struct RoutineJson {
    schema: String,
    name: String,
    kind: &'static str,
    owner: String,
    /// Types of the inputs: what tells routines of one name apart.
    signature: Vec<String>,
    parameters: Vec<ParameterJson>,
    returns: String,
    returns_set: bool,
    language: String,
    volatility: &'static str,
    strict: bool,
    security_definer: bool,
    settings: Vec<SettingJson>,
    /// Null for aggregates and for what is not SQL text.
    body: Option<String>,
    /// Null: the default, everyone may run it.
    grants: Option<Vec<GrantJson>>,
}

#[derive(Serialize)]
struct ParameterJson {
    name: Option<String>,
    mode: &'static str,
    #[serde(rename = "type")]
    data_type: String,
    default: Option<String>,
}

#[derive(Serialize)]
struct SettingJson {
    name: String,
    values: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct OperatorJson {
    schema: String,
    name: String,
    left: Option<String>,
    right: Option<String>,
    result: Option<String>,
    function: String,
}

#[derive(Serialize)]
pub(super) struct CastJson {
    source: String,
    target: String,
    context: &'static str,
    function: Option<String>,
}

pub(super) fn routines(printer: &Printer) -> Vec<RoutineJson> {
    let mut all: Vec<RoutineJson> = printer.own_functions().into_iter().map(|of| routine(printer, of)).collect();
    all.sort_by(|left, right| {
        (&left.schema, &left.name, &left.signature).cmp(&(&right.schema, &right.name, &right.signature))
    });
    all
}

fn routine(printer: &Printer, function: &Function) -> RoutineJson {
    let settings = function.settings.iter().map(|(name, values)| SettingJson {
        name: name.to_string(),
        values: values.iter().map(|value| value.to_string()).collect(),
    });
    RoutineJson {
        schema: printer.namespace_name(function.namespace),
        name: function.name.to_string(),
        kind: match function.kind {
            FunctionKind::Function => "function",
            FunctionKind::Procedure => "procedure",
            FunctionKind::Aggregate => "aggregate",
            FunctionKind::Window => "window",
        },
        owner: role_name(printer.schema, function.owner),
        signature: function.inputs.iter().map(|oid| printer.type_name(*oid)).collect(),
        parameters: function.parameters.iter().map(|of| parameter(printer, of)).collect(),
        returns: printer.type_name(function.returns),
        returns_set: function.returns_set,
        language: match &function.language {
            Language::Internal => "internal".to_owned(),
            Language::Sql => "sql".to_owned(),
            Language::PlPgSql => "plpgsql".to_owned(),
            Language::Other(name) => name.to_string(),
        },
        volatility: match function.volatility {
            b'i' => "immutable",
            b's' => "stable",
            _ => "volatile",
        },
        strict: function.strict,
        security_definer: function.security_definer,
        settings: settings.collect(),
        body: match function.body.as_deref() {
            Some(RoutineBody::Text { text, range }) => Some(range.slice(text).to_owned()),
            Some(RoutineBody::Bound(_)) => printer.body(function),
            _ => None,
        },
        grants: function.acl.as_deref().map(|acl| grants(printer.schema, function.owner, Some(acl))),
    }
}

fn parameter(printer: &Printer, parameter: &rollproof_catalog::Parameter) -> ParameterJson {
    ParameterJson {
        name: parameter.name.as_ref().map(|name| name.to_string()),
        mode: match parameter.mode {
            ParameterMode::In => "in",
            ParameterMode::Out => "out",
            ParameterMode::InOut => "inout",
            ParameterMode::Variadic => "variadic",
            ParameterMode::Table => "table",
        },
        data_type: printer.type_name(parameter.data_type),
        default: parameter.default.as_ref().map(|value| printer.expression(value)),
    }
}

pub(super) fn operators(printer: &Printer) -> Vec<OperatorJson> {
    let side = |oid: Oid| oid.is_some().then(|| printer.type_name(oid));
    let own = printer.schema.operators.iter();
    let mut all: Vec<OperatorJson> = own
        .filter(|of| printer.is_own(of.oid, of.namespace, ObjectId::Operator(of.oid)))
        .map(|of| OperatorJson {
            schema: printer.namespace_name(of.namespace),
            name: of.name.to_string(),
            left: side(of.left),
            right: side(of.right),
            result: side(of.result),
            function: printer.function_name(of.function),
        })
        .collect();
    all.sort_by(|left, right| {
        (&left.schema, &left.name, &left.left, &left.right).cmp(&(
            &right.schema,
            &right.name,
            &right.left,
            &right.right,
        ))
    });
    all
}

pub(super) fn casts(printer: &Printer) -> Vec<CastJson> {
    let own = printer.schema.casts.iter();
    let mut all: Vec<CastJson> = own
        .filter(|of| printer.is_own(of.oid, Oid::NONE, ObjectId::Cast(of.oid)))
        .map(|of| CastJson {
            source: printer.type_name(of.source),
            target: printer.type_name(of.target),
            context: match of.context {
                CastContext::Implicit => "implicit",
                CastContext::Assignment => "assignment",
                CastContext::Explicit => "explicit",
            },
            function: of.function.is_some().then(|| printer.function_name(of.function)),
        })
        .collect();
    all.sort_by(|left, right| (&left.source, &left.target).cmp(&(&right.source, &right.target)));
    all
}
