//! Keywords that are values, and what a written value is for a column.

use rollproof_catalog::{Oid, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::{CastSyntax, Expr, ExprKind, Literal, SqlValueFunction};

use crate::analyze::{Expression, Node, Tag};
use crate::resolution::WriteValue;
use crate::typed::Typed;

/// What a value in INSERT or UPDATE is, as far as it can be said without running it.
pub(crate) struct ValueKind;

impl ValueKind {
    /// The value as written: constants come as the text that the column's type will read.
    pub(crate) fn of(expr: &Expr) -> WriteValue {
        match &expr.kind {
            ExprKind::Default => WriteValue::Default,
            ExprKind::Parameter(number) => WriteValue::Parameter(*number),
            ExprKind::Literal(literal) => literal_value(literal),
            // A cast of a constant is the constant, as long as the cast changes nothing: the column's type reads it again.
            ExprKind::Cast { value, syntax: CastSyntax::Colons | CastSyntax::Cast, .. } => match Self::of(value) {
                value @ (WriteValue::Null | WriteValue::Parameter(_)) => value,
                _ => WriteValue::Expression,
            },
            _ => WriteValue::Expression,
        }
    }
}

fn literal_value(literal: &Literal) -> WriteValue {
    match literal {
        Literal::Null => WriteValue::Null,
        Literal::Boolean(value) => WriteValue::Constant(if *value { "true" } else { "false" }.into()),
        Literal::Integer(value) => WriteValue::Constant(value.to_string().into()),
        Literal::Number(text) | Literal::String(text) => WriteValue::Constant(text.clone()),
        Literal::BitString(_) => WriteValue::Expression,
    }
}

/// `transformSQLValueFunction`
pub(crate) fn sql_value(which: SqlValueFunction, precision: Option<i32>, span: TextRange) -> Expression {
    use SqlValueFunction as F;
    // Date and time types, and `name`, by the numbers that every server has.
    let (oid, name) = match which {
        F::CurrentDate => (1082, "current_date"),
        F::CurrentTime => (1266, "current_time"),
        F::CurrentTimestamp => (1184, "current_timestamp"),
        F::LocalTime => (1083, "localtime"),
        F::LocalTimestamp => (1114, "localtimestamp"),
        F::CurrentRole => (19, "current_role"),
        F::CurrentUser => (19, "current_user"),
        F::User => (19, "user"),
        F::SessionUser => (19, "session_user"),
        F::CurrentCatalog => (19, "current_catalog"),
        F::CurrentSchema => (19, "current_schema"),
    };
    let modifier = precision.map_or(-1, |precision| precision.clamp(0, 6));
    // `name` has collation "C" (950).
    let collation = if oid == 19 { Oid(950) } else { Oid::NONE };
    let mut typed = Typed::new(TypeRef { oid: Oid(oid), modifier }, collation, span);
    typed.nullable = matches!(which, F::CurrentSchema);
    Expression::new(typed, Node::new(Tag::Construct(name), Vec::new(), span))
}
