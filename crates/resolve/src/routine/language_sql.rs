//! LANGUAGE sql (`functions.c`): statements with parameters by name and number, columns first.

use std::sync::Arc;

use rollproof_catalog::{Function, Oid, Schema, TypeRef, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Definition, Expr, ExprKind, Literal, Statement, StatementKind};
use rollproof_sql::{ChunkKind, ParseError, parse_statement, split};

use super::made::made_by_calls;
use super::output::{Declared, declared};
use super::surroundings::{is_polymorphic, path, schema_inside, variable_of};
use super::{BodyAnalysis, BodyStatement};
use crate::error::{Error, ErrorKind, Failure, Unknown};
use crate::outcome::{Outcome, Refusal, Undecided};
use crate::resolution::{Resolution, ResultColumn};
use crate::types::{CoercionContext, coerce_to_target_type, info};
use crate::{Context, Environment, Parameters, Typed};

/// The statements of `text[range]`.
pub(super) fn statements_in(text: &str, range: TextRange) -> Vec<(TextRange, Result<Statement, ParseError>)> {
    let within = |each: TextRange| TextRange::new(each.start + range.start, each.end + range.start);
    split(range.slice(text))
        .into_iter()
        .filter(|chunk| matches!(chunk.kind, ChunkKind::Statement | ChunkKind::Unterminated))
        .map(|chunk| within(chunk.range))
        .map(|range| (range, parse_statement(text, range)))
        .collect()
}

/// The body `text[range]` of an SQL function.
pub(super) fn analyse(schema: &Schema, function: &Function, text: &Arc<str>, range: TextRange) -> BodyAnalysis {
    let mut inside = schema_inside(schema, function);
    let environment = surroundings(function);
    let mut analysis = BodyAnalysis { text: text.clone(), ..BodyAnalysis::default() };
    let mut made: Vec<Arc<str>> = Vec::new();
    for (span, parsed) in statements_in(text, range) {
        match parsed {
            Ok(statement) => {
                note_made(&statement, &mut made);
                let outcome = crate::resolve(&statement, &inside, &environment);
                let outcome = excuse(outcome, &made, is_polymorphic(function), span.slice(text));
                made.extend(made_by_calls(&outcome, &inside).names);
                follow_settings(&statement, &mut inside);
                let statement = Arc::new(statement);
                analysis.statements.push(BodyStatement { statement, span, outcome, guarded: false });
            }
            Err(error) => analysis.unknowns.push(Unknown { reason: error.message.into(), span: error.span }),
        }
    }
    check_result(&inside, function, &mut analysis);
    analysis
}

fn surroundings(function: &Function) -> Environment {
    let names = function.parameters.iter().filter(|parameter| is_argument(function, parameter));
    let variables = names
        .filter_map(|parameter| Some(variable_of(parameter.name.clone()?, parameter.data_type)))
        .filter(|variable| !variable.name.is_empty());
    Environment::of_variables(function, variables.collect())
}

/// Whether a parameter is one of the signature (`get_func_input_arg_names`).
fn is_argument(function: &Function, parameter: &rollproof_catalog::Parameter) -> bool {
    use rollproof_sql::ast::ParameterMode as Mode;
    match parameter.mode {
        Mode::In | Mode::InOut | Mode::Variadic => true,
        Mode::Out => function.kind == rollproof_catalog::FunctionKind::Procedure,
        Mode::Table => false,
    }
}

/// Adds the names of relations that a statement makes, changes or drops: what they mean after it is not known.
pub(super) fn note_made(statement: &Statement, made: &mut Vec<Arc<str>>) {
    let names: Vec<&rollproof_sql::ast::QualifiedName> = match &statement.kind {
        StatementKind::Define(definition) => match &**definition {
            Definition::CreateTable(create) => vec![&create.name],
            Definition::CreateTableAs(create) => vec![&create.name],
            Definition::CreateView(create) => vec![&create.name],
            Definition::CreateSequence(create) => vec![&create.name],
            Definition::AlterTable(alter) => vec![&alter.relation.name],
            _ => Vec::new(),
        },
        StatementKind::Query(query) => match &query.body {
            rollproof_sql::ast::QueryBody::Select(select) => select.into.iter().map(|into| &into.name).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    made.extend(names.into_iter().map(|name| name.object().text.clone()));
}

/// `SET search_path` in a body changes what the statements after it see.
pub(super) fn follow_settings(statement: &Statement, inside: &mut Schema) {
    if let StatementKind::Set(set) = &statement.kind
        && &*set.name == "search_path"
        && let Some(values) = &set.values
    {
        inside.session.search_path = path(values);
    }
    if let Some(SetConfig::To(values)) = set_config(statement) {
        inside.session.search_path = path(&values);
    }
}

/// What `SELECT set_config('search_path', …)` sets.
pub(super) enum SetConfig {
    /// These schemas.
    To(Vec<Arc<str>>),
    /// What is not known here.
    Unknown,
}

/// `SELECT set_config('search_path', …)`, which `PERFORM` is as well.
pub(super) fn set_config(statement: &Statement) -> Option<SetConfig> {
    let StatementKind::Query(query) = &statement.kind else { return None };
    let rollproof_sql::ast::QueryBody::Select(select) = &query.body else { return None };
    let calls = select.targets.iter().filter_map(|target| match &target.value.kind {
        ExprKind::Function(call) if &*call.name.object().text == "set_config" => Some(call),
        _ => None,
    });
    let text = |expr: &Expr| match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => Some(text.clone()),
        _ => None,
    };
    let mut calls = calls;
    calls.next_back().and_then(|call| {
        let name = call.arguments.first().map(|argument| text(&argument.value))?;
        match name {
            Some(name) if name.eq_ignore_ascii_case("search_path") => {}
            Some(_) => return None,
            None => return Some(SetConfig::Unknown),
        }
        let Some(value) = call.arguments.get(1).and_then(|argument| text(&argument.value)) else {
            return Some(SetConfig::Unknown);
        };
        let names = value.split(',').map(|name| Arc::from(name.trim().trim_matches('"')));
        Some(SetConfig::To(names.collect()))
    })
}

/// Turns an answer that leans on what the body itself changes, or on types that only a call knows, into an honest unknown.
pub(super) fn excuse(outcome: Outcome, made: &[Arc<str>], polymorphic: bool, text: &str) -> Outcome {
    let touched =
        outcome.depends().relations.keys().find(|(_, name)| made.contains(name)).map(|(_, name)| name.clone());
    if let Some(name) = touched {
        return undecided(outcome, format!("relation \"{name}\" is made or changed by the body itself"));
    }
    let by_call = polymorphic && (matches!(outcome, Outcome::Refused(_)) || text.contains('$'));
    if by_call && !matches!(outcome, Outcome::Unknown(_)) {
        return undecided(outcome, "the types of polymorphic parameters are known in a call only".to_owned());
    }
    outcome
}

/// The same statement, its answer unknown.
pub(super) fn undecided(outcome: Outcome, reason: String) -> Outcome {
    let (partial, span) = match outcome {
        Outcome::Resolved(resolution) => (*resolution, TextRange::default()),
        Outcome::Refused(refusal) => {
            let span = refusal.errors.first().map_or_else(TextRange::default, |error| error.span);
            (Resolution { depends: refusal.depends, ..Resolution::default() }, span)
        }
        Outcome::Unknown(_) => return outcome,
    };
    Outcome::Unknown(Box::new(Undecided { unknown: Unknown { reason: reason.into(), span }, partial }))
}

/// The same statement, refused; what is refused or unknown already stays so.
pub(super) fn refused(outcome: &mut Outcome, failure: Failure) {
    let Outcome::Resolved(resolution) = outcome else { return };
    let resolution = std::mem::take(&mut **resolution);
    *outcome = match failure {
        Failure::Error(error) => {
            Outcome::Refused(Box::new(Refusal { errors: vec![*error], depends: resolution.depends }))
        }
        Failure::Unknown(unknown) => Outcome::Unknown(Box::new(Undecided { unknown: *unknown, partial: resolution })),
    };
}

/// `check_sql_fn_retval`
fn check_result(schema: &Schema, function: &Function, analysis: &mut BodyAnalysis) {
    let declared = declared(schema, function);
    if matches!(declared, Declared::Nothing | Declared::Open) || !analysis.unknowns.is_empty() {
        return;
    }
    let Some(last) = analysis.statements.last_mut() else { return };
    let span = last.span;
    let Outcome::Resolved(resolution) = &mut last.outcome else { return };
    let failure = if resolution.returns_rows {
        result_failure(schema, function, &declared, &mut resolution.columns, span)
    } else {
        let detail = "Function's final statement must be SELECT or INSERT/UPDATE/DELETE/MERGE RETURNING.";
        Some(mismatch(schema, function, detail, ErrorKind::Other, span))
    };
    if let Some(failure) = failure {
        refused(&mut last.outcome, failure);
    }
}

fn mismatch(schema: &Schema, function: &Function, detail: &str, kind: ErrorKind, span: TextRange) -> Failure {
    let returns = schema.format_type_plain(function.returns);
    let message = format!("return type mismatch in function declared to return {returns}: {detail}");
    Error::fail("42P13", message, span, kind)
}

fn result_failure(
    schema: &Schema,
    function: &Function,
    declared: &Declared,
    columns: &mut [ResultColumn],
    span: TextRange,
) -> Option<Failure> {
    let mut cx = Context::new(schema, Parameters::none());
    let refuse = |detail: &str, kind| Some(mismatch(schema, function, detail, kind, span));
    match declared {
        Declared::Value(target) => {
            let [column] = columns else {
                return refuse("Final statement must return exactly one column.", ErrorKind::ColumnCount);
            };
            let actual = schema.format_type_plain(column.data_type.oid);
            let detail = format!("Actual return type is {actual}.");
            fits(&mut cx, column, *target, span).map(|kind| mismatch(schema, function, &detail, kind, span))
        }
        Declared::Row(row, expected) => {
            if let [column] = columns
                && is_row(schema, column.data_type.oid, *row)
            {
                return None;
            }
            if columns.len() != expected.len() {
                let few = columns.len() < expected.len();
                let detail = if few {
                    "Final statement returns too few columns."
                } else {
                    "Final statement returns too many columns."
                };
                return refuse(detail, ErrorKind::ColumnCount);
            }
            for (at, (column, (_, target))) in (1..).zip(columns.iter_mut().zip(expected)) {
                if let Some(kind) = fits(&mut cx, column, *target, span) {
                    let (is, wanted) = (schema.format_type(column.data_type), schema.format_type(*target));
                    let detail = format!("Final statement returns {is} instead of {wanted} at column {at}.");
                    return refuse(&detail, kind);
                }
            }
            None
        }
        Declared::Nothing | Declared::Open => None,
    }
}

/// Whether one column is the whole row: of the type itself, or a row that is looked at when it is there.
fn is_row(schema: &Schema, given: Oid, row: Oid) -> bool {
    let some_row = given == oid::RECORD || row.is_none() && info::is_complex(schema, given);
    some_row || row.is_some() && (info::base_type(schema, row) == given || info::inherits_from(schema, given, row))
}

/// `coerce_fn_result_column`
fn fits(cx: &mut Context, column: &ResultColumn, target: TypeRef, span: TextRange) -> Option<ErrorKind> {
    let mut value = Typed::new(column.data_type, column.collation, span);
    match coerce_to_target_type(cx, &mut value, target, CoercionContext::Assignment) {
        Ok(true) | Err(Failure::Unknown(_)) => None,
        Ok(false) | Err(Failure::Error(_)) => Some(ErrorKind::TypeMismatch {
            from: cx.schema.format_type_plain(column.data_type.oid).into(),
            to: cx.schema.format_type_plain(target.oid).into(),
        }),
    }
}
