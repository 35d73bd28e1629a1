//! The text that an expression of constants yields: what `EXECUTE` gets where the program holds nothing back.

use rollproof_sql::ast::{Expr, ExprKind, FunctionCall, Literal};
use rollproof_sql::{quote_identifier, quote_literal};

/// Expressions lie in each other no deeper than this, or they are not folded.
const DEPTH: usize = 64;

/// The text that `expr` yields whatever the database holds, if that can be told.
pub(super) fn text_of(expr: &Expr) -> Option<String> {
    fold(expr, DEPTH)
}

fn fold(expr: &Expr, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    match &expr.kind {
        ExprKind::Literal(Literal::String(text) | Literal::Number(text)) => Some(text.to_string()),
        ExprKind::Literal(Literal::Integer(number)) => Some(number.to_string()),
        ExprKind::Cast { value, target, .. } => {
            let plain = matches!(&*target.name.object().text, "text" | "varchar") && target.modifiers.is_empty();
            (plain && target.array_bounds.is_empty()).then(|| fold(value, depth))?
        }
        ExprKind::Operator { operator, left: Some(left), right } if &*operator.symbol == "||" => {
            Some(fold(left, depth)? + &fold(right, depth)?)
        }
        ExprKind::Function(call) => fold_call(call, depth),
        _ => None,
    }
}

fn fold_call(call: &FunctionCall, depth: usize) -> Option<String> {
    let name = call.name.object();
    let built_in = call.name.schema().is_none_or(|schema| &*schema.text == "pg_catalog");
    let odd = call.star || call.distinct || call.variadic || call.over.is_some() || call.filter.is_some();
    if !built_in || odd || call.arguments.iter().any(|argument| argument.name.is_some()) {
        return None;
    }
    let values = call.arguments.iter().map(|argument| fold(&argument.value, depth)).collect::<Option<Vec<_>>>()?;
    match (&*name.text, &values[..]) {
        ("quote_ident", [value]) => Some(quote_identifier(value)),
        ("quote_literal" | "quote_nullable", [value]) => Some(quote_literal(value)),
        ("concat", values) => Some(values.concat()),
        ("format", [format, values @ ..]) => format_text(format, values),
        _ => None,
    }
}

/// `format()` (manual section "String Functions and Operators", "format"); widths are not folded.
fn format_text(format: &str, values: &[String]) -> Option<String> {
    let mut text = String::new();
    let mut rest = format;
    let mut next = 0;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            text.push('%');
            rest = after;
            continue;
        }
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let (position, written) = after.split_at(digits);
        let after = match written.strip_prefix('$') {
            Some(after) if digits > 0 => {
                next = position.parse::<usize>().ok()?.checked_sub(1)?;
                after
            }
            _ if digits > 0 => return None,
            _ => after,
        };
        let value = values.get(next)?;
        next += 1;
        let (conversion, after) = after.split_at_checked(1)?;
        match conversion {
            "s" => text.push_str(value),
            "I" => text.push_str(&quote_identifier(value)),
            "L" => text.push_str(&quote_literal(value)),
            _ => return None,
        }
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}
