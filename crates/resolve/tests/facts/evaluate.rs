//! An expression without columns to its type, by the type machinery alone.

use rollproof_catalog::{Oid, Schema, TypeRef, oid};
use rollproof_resolve::types::{self, CallForm, Subscript};
use rollproof_resolve::{Context, Error, ErrorKind, Failure, Parameters, Result, Shape, Typed};
use rollproof_sql::ast::{Expr, ExprKind, FunctionCall, Indirection, Name};

/// What the server answers a PREPARE of `SELECT expression` with.
pub(crate) fn answer(schema: &Schema, text: &str) -> String {
    let Ok(expression) = rollproof_sql::parse_expression(text) else { return "42601 syntax".to_owned() };
    let mut cx = Context::new(schema, Parameters::variable(&[]));
    let outcome = evaluate(&mut cx, &expression).and_then(|mut typed| {
        types::resolve_unknown(&mut cx, &mut typed)?;
        cx.parameters.finish()?;
        Ok(typed)
    });
    match outcome {
        Ok(typed) => {
            let print = |oid: &Oid| schema.format_type(TypeRef::plain(*oid));
            let parameters: Vec<String> = cx.parameters.types().iter().map(print).collect();
            let unsure = if cx.unchecked_literals.is_empty() { "" } else { " ?" };
            let separator = if parameters.is_empty() { "" } else { " | " };
            // The protocol describes a domain by what it is over.
            let shown = types::info::base_type_ref(schema, typed.data_type);
            format!("{}{separator}{}{unsure}", schema.format_type(shown), parameters.join(", "))
        }
        Err(Failure::Error(error)) => format!("{} {}", error.sqlstate, error.message),
        Err(Failure::Unknown(unknown)) => format!("unknown {}", unknown.reason),
    }
}

fn all(cx: &mut Context, list: &[Expr]) -> Result<Vec<Typed>> {
    list.iter().map(|each| evaluate(cx, each)).collect()
}

fn evaluate(cx: &mut Context, expression: &Expr) -> Result<Typed> {
    let span = expression.span;
    match &expression.kind {
        ExprKind::Literal(literal) => types::constant(cx, literal, span),
        ExprKind::Parameter(number) => types::parameter(cx, *number, false, span),
        ExprKind::Cast { value, target, .. } => {
            let target = types::type_name(cx, target)?;
            if let ExprKind::Array(elements) = &value.kind {
                let base = types::info::base_type_ref(cx.schema, target);
                let is_array = types::info::element_type(cx.schema, base.oid).is_some();
                let mut value = array(cx, elements, is_array.then_some(base), value.span)?;
                return types::cast(cx, &mut value, target, span);
            }
            let mut value = evaluate(cx, value)?;
            types::cast(cx, &mut value, target, span)
        }
        ExprKind::Operator { operator, left, right } => {
            let mut left = left.as_deref().map(|left| evaluate(cx, left)).transpose()?;
            let mut right = evaluate(cx, right)?;
            if let (Some(Shape::Row(left)), Shape::Row(right)) =
                (left.as_mut().map(|left| &mut left.shape), &mut right.shape)
            {
                return types::make_row_comparison_op(cx, operator, left, right, span);
            }
            types::make_op(cx, operator, left.as_mut(), &mut right)
        }
        ExprKind::AnyAll { operator, left, right, .. } => {
            let mut left = evaluate(cx, left)?;
            let mut right = evaluate(cx, right)?;
            types::make_scalar_array_op(cx, operator, &mut left, &mut right)
        }
        ExprKind::Function(call) => function(cx, call, expression),
        ExprKind::Array(elements) => array(cx, elements, None, span),
        ExprKind::Row(fields, _) => {
            let fields = all(cx, fields)?;
            Ok(Typed::new(TypeRef::plain(oid::RECORD), Oid::NONE, span).with_shape(Shape::Row(fields)))
        }
        ExprKind::Collate(value, collation) => {
            let value = evaluate(cx, value)?;
            types::collate(cx, value, collation, span)
        }
        _ => construct(cx, expression),
    }
}

fn array(
    cx: &mut Context,
    elements: &[Expr],
    target: Option<TypeRef>,
    span: rollproof_source::TextRange,
) -> Result<Typed> {
    let mut typed = Vec::new();
    for element in elements {
        typed.push(match &element.kind {
            ExprKind::Array(inner) => array(cx, inner, target, element.span)?,
            _ => evaluate(cx, element)?,
        });
    }
    types::make_array(cx, &mut typed, target, span)
}

fn construct(cx: &mut Context, expression: &Expr) -> Result<Typed> {
    let span = expression.span;
    match &expression.kind {
        ExprKind::Coalesce(list) => {
            let mut list = all(cx, list)?;
            types::unify(cx, &mut list, "COALESCE", span)
        }
        ExprKind::MinMax(_, list) => {
            let mut list = all(cx, list)?;
            types::unify(cx, &mut list, "GREATEST", span)
        }
        ExprKind::NullIf(left, right) => {
            let (mut left, mut right) = (evaluate(cx, left)?, evaluate(cx, right)?);
            types::make_nullif(cx, &mut left, &mut right, span)
        }
        ExprKind::IsDistinct { left, right, operator_span, .. } => {
            let (mut left, mut right) = (evaluate(cx, left)?, evaluate(cx, right)?);
            if let (Shape::Row(left), Shape::Row(right)) = (&mut left.shape, &mut right.shape) {
                return types::make_row_distinct_op(cx, left, right, *operator_span, span);
            }
            types::make_distinct_op(cx, &mut left, &mut right, *operator_span)
        }
        ExprKind::Not(value) => {
            let mut value = evaluate(cx, value)?;
            types::coerce_to_boolean(cx, &mut value, "NOT")?;
            Ok(value)
        }
        ExprKind::Indirection(value, steps) => {
            let mut value = evaluate(cx, value)?;
            let mut subscripts = Vec::new();
            for step in steps {
                match step {
                    Indirection::Index(index) => subscripts.push(Subscript::Index(evaluate(cx, index)?)),
                    Indirection::Slice(lower, upper) => {
                        let lower = lower.as_ref().map(|lower| evaluate(cx, lower)).transpose()?;
                        let upper = upper.as_ref().map(|upper| evaluate(cx, upper)).transpose()?;
                        subscripts.push(Subscript::Slice(lower, upper));
                    }
                    Indirection::Field(name) => {
                        let from = value.oid();
                        let found = types::resolve_attribute(cx, name, value)?;
                        return found.map(|found| found.result).ok_or_else(|| no_field(cx, from, name));
                    }
                    Indirection::Star(_) => return Err(Failure::unknown("a star", span)),
                }
            }
            value = types::subscript(cx, &value, &mut subscripts, span)?;
            Ok(value)
        }
        ExprKind::Operator { .. } => evaluate(cx, expression),
        _ => Err(Failure::unknown("not an expression of these tests", span)),
    }
}

/// `unknown_attribute`
fn no_field(cx: &Context, from: Oid, name: &Name) -> Failure {
    let (printed, name_text) = (types::format_type(cx, from), name.as_str());
    let (sqlstate, message) = if from == oid::RECORD {
        ("42703", format!("could not identify column \"{name_text}\" in record data type"))
    } else if types::info::is_complex(cx.schema, from) {
        ("42703", format!("column \"{name_text}\" not found in data type {printed}"))
    } else {
        let rest = "which is not a composite type";
        ("42809", format!("column notation .{name_text} applied to type {printed}, {rest}"))
    };
    Error::fail(sqlstate, message, name.span, ErrorKind::Other)
}

fn function(cx: &mut Context, call: &FunctionCall, expression: &Expr) -> Result<Typed> {
    let mut arguments = Vec::new();
    for argument in &call.arguments {
        arguments.push(evaluate(cx, &argument.value)?);
    }
    let within_group = call.within_group.then_some(call.order_by.len());
    if call.within_group {
        for each in &call.order_by {
            arguments.push(evaluate(cx, &each.value)?);
        }
    }
    let names: Vec<_> = call.arguments.iter().map(|argument| argument.name.clone()).collect();
    let form = CallForm {
        name: &call.name,
        argument_names: &names,
        within_group,
        variadic: call.variadic,
        star: call.star,
        distinct: call.distinct,
        ordered: !call.within_group && !call.order_by.is_empty(),
        filtered: call.filter.is_some(),
        over: call.over.is_some(),
        procedure: false,
        span: expression.span,
    };
    types::resolve_function(cx, &form, arguments).map(|found| found.result)
}
