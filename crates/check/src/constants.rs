//! Constants that a statement writes, and what kept expressions say of them.
//!
//! Nothing is guessed: what the server's input functions, collations or settings decide is not known here.

use std::cmp::Ordering;
use std::sync::Arc;

use rollproof_catalog::{Oid, Schema, TypeKind, TypeRef, oid};
use rollproof_sql::ast::{BetweenKind, BooleanTestKind, Expr, ExprKind, LikeKind, Literal, Name};

/// Expressions deeper than this are not followed.
const DEPTH: usize = 100;

/// A value that is known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// NULL
    Null,
    /// A truth value.
    Bool(bool),
    /// A number: digits before and after the point as one integer, and how many stand after it.
    Number(i128, u32),
    /// A day, counted as year, month and day.
    Date(i64, u32, u32),
    /// Text of a type whose equality is that of its bytes.
    Text(Arc<str>),
    /// A string constant whose type comes from what it meets.
    Literal(Arc<str>),
}

/// A constant, its text read as a value of `data_type`; none where only the server can read it.
pub(crate) fn typed(schema: &Schema, text: &str, data_type: TypeRef) -> Option<Value> {
    let base = base_type(schema, data_type.oid);
    match base {
        oid::INT2 | oid::INT4 | oid::INT8 => number(text).filter(|value| matches!(value, Value::Number(_, 0))),
        oid::NUMERIC if data_type.modifier < 0 => number(text),
        oid::BOOL => truth(text),
        oid::TEXT => Some(Value::Text(text.into())),
        // What is too long is refused, or cut where only spaces are.
        oid::VARCHAR => Some(Value::Text(text.into())).filter(|_| data_type.modifier < 0 || !text.ends_with(' ')),
        oid::DATE => date(text),
        _ => match schema.type_of(base).map(|found| &found.kind) {
            Some(TypeKind::Enum(_)) => Some(Value::Text(text.into())),
            _ => None,
        },
    }
}

fn base_type(schema: &Schema, data_type: Oid) -> Oid {
    let mut base = data_type;
    for _ in 0..32 {
        match schema.type_of(base).map(|of| &of.kind) {
            Some(TypeKind::Domain { base: under, .. }) => base = under.oid,
            _ => break,
        }
    }
    base
}

fn number(text: &str) -> Option<Value> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    // Few enough digits that two of them can be brought to the same scale.
    if !plain(whole) || !plain(fraction) || whole.len() + fraction.len() == 0 || whole.len().max(fraction.len()) > 15 {
        return None;
    }
    let value: i128 = format!("{whole}{fraction}").parse().ok()?;
    Some(Value::Number(if negative { -value } else { value }, fraction.len() as u32))
}

fn truth(text: &str) -> Option<Value> {
    match &*text.trim().to_ascii_lowercase() {
        "t" | "true" | "yes" | "on" | "1" => Some(Value::Bool(true)),
        "f" | "false" | "no" | "off" | "0" => Some(Value::Bool(false)),
        _ => None,
    }
}

/// `YYYY-MM-DD`, which every setting of `DateStyle` reads alike.
fn date(text: &str) -> Option<Value> {
    let parts: Vec<&str> = text.trim().split('-').collect();
    let [year, month, day] = parts[..] else { return None };
    if year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    Some(Value::Date(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

/// How two values compare: none within where one is NULL, none at all where it is not known.
pub(crate) fn compare(left: &Value, right: &Value) -> Option<Option<Ordering>> {
    use Value::{Bool, Date, Literal, Null, Number, Text};
    Some(match (left, right) {
        (Null, _) | (_, Null) => None,
        (Number(one, scale), Number(other, other_scale)) => {
            let most = (*scale).max(*other_scale);
            let one = one.checked_mul(10_i128.checked_pow(most - scale)?)?;
            let other = other.checked_mul(10_i128.checked_pow(most - other_scale)?)?;
            Some(one.cmp(&other))
        }
        (Bool(one), Bool(other)) => Some(one.cmp(other)),
        (Date(..), Date(..)) => {
            let (Date(a, b, c), Date(x, y, z)) = (left, right) else { return None };
            Some((a, b, c).cmp(&(x, y, z)))
        }
        // Equal bytes are equal text; which of two is the lesser is for the collation to say.
        (Text(one), Text(other) | Literal(other)) | (Literal(one), Text(other)) => {
            Some(if one == other { Ordering::Equal } else { Ordering::Less })
        }
        (Number(..), Literal(text)) => return compare(left, &number(text)?),
        (Literal(text), Number(..)) => return compare(&number(text)?, right),
        (Bool(_), Literal(text)) => return compare(left, &truth(text)?),
        (Literal(text), Bool(_)) => return compare(&truth(text)?, right),
        (Date(..), Literal(text)) => return compare(left, &date(text)?),
        (Literal(text), Date(..)) => return compare(&date(text)?, right),
        _ => return None,
    })
}

/// Whether values of these kinds have an order that is known here.
pub(crate) fn ordered(left: &Value, right: &Value) -> bool {
    let text = |value: &Value| matches!(value, Value::Text(_));
    !text(left) && !text(right)
}

/// A constant of an expression that the schema keeps: a literal, maybe under a cast; none for anything else.
pub(crate) fn literal(expr: &Expr) -> Option<Value> {
    match &expr.kind {
        ExprKind::Literal(literal) => Some(match literal {
            Literal::Null => Value::Null,
            Literal::Boolean(value) => Value::Bool(*value),
            Literal::Integer(value) => Value::Number(i128::from(*value), 0),
            Literal::Number(text) => number(text)?,
            Literal::String(text) => Value::Literal(text.clone()),
            Literal::BitString(_) => return None,
        }),
        _ => None,
    }
}

/// What an expression yields where `column` gives the value of a column by its written name; none where it is not known.
pub(crate) fn evaluate(expr: &Expr, column: &dyn Fn(&Name) -> Option<Value>) -> Option<Value> {
    value(expr, column, 0)
}

fn value(expr: &Expr, column: &dyn Fn(&Name) -> Option<Value>, depth: usize) -> Option<Value> {
    if depth > DEPTH {
        return None;
    }
    let inner = |expr: &Expr| value(expr, column, depth + 1);
    match &expr.kind {
        ExprKind::Literal(_) => literal(expr),
        ExprKind::Column(reference) if reference.star.is_none() => column(reference.fields.last()?),
        ExprKind::And(parts) => all(parts.iter().map(inner), false),
        ExprKind::Or(parts) => all(parts.iter().map(inner), true),
        ExprKind::Not(part) => Some(negated(inner(part)?, true)),
        ExprKind::Operator { operator, left: Some(left), right } if operator.schema.is_none() => {
            operation(&operator.symbol, &inner(left)?, &inner(right)?)
        }
        ExprKind::Between { value, low, high, negated: not, kind: BetweenKind::Plain, .. } => {
            let value = inner(value)?;
            let bounds = [operation(">=", &value, &inner(low)?), operation("<=", &value, &inner(high)?)];
            Some(negated(all(bounds.into_iter(), false)?, *not))
        }
        ExprKind::In { left, list, negated: not, .. } => {
            let left = inner(left)?;
            let parts = list.iter().map(|each| operation("=", &left, &inner(each)?));
            Some(negated(all(parts, true)?, *not))
        }
        ExprKind::AnyAll { operator, left, right, all: every } if operator.schema.is_none() => {
            let ExprKind::Array(list) = &array(right).kind else { return None };
            let left = inner(left)?;
            all(list.iter().map(|each| operation(&operator.symbol, &left, &inner(each)?)), !every)
        }
        ExprKind::NullTest { value, negated } => Some(Value::Bool((inner(value)? == Value::Null) != *negated)),
        ExprKind::BooleanTest { value, kind, negated } => {
            let wanted = match kind {
                BooleanTestKind::True => Value::Bool(true),
                BooleanTestKind::False => Value::Bool(false),
                BooleanTestKind::Unknown => Value::Null,
            };
            Some(Value::Bool((inner(value)? == wanted) != *negated))
        }
        ExprKind::Like { kind: LikeKind::Like, negated: not, left, right, escape: None, .. } => {
            let (left, right) = (inner(left)?, inner(right)?);
            Some(negated(like(&left, &right)?, *not))
        }
        ExprKind::Cast { value, .. } => cast(inner(value)?),
        ExprKind::Function(call) => {
            let [argument] = &call.arguments[..] else { return None };
            function(call.name.schema().is_none(), &call.name.object().text, inner(&argument.value)?)
        }
        _ => None,
    }
}

/// `ARRAY[…]`, maybe under a cast as `pg_dump` writes it.
fn array(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Cast { value, .. } => value,
        _ => expr,
    }
}

/// A cast of text or NULL keeps what is compared here; others may change the value.
fn cast(value: Value) -> Option<Value> {
    matches!(value, Value::Null | Value::Literal(_) | Value::Text(_)).then_some(value)
}

/// AND (OR where `deciding`): one part that decides is enough, whatever the others are.
fn all(parts: impl Iterator<Item = Option<Value>>, deciding: bool) -> Option<Value> {
    let (mut null, mut unknown) = (false, false);
    for part in parts {
        match part {
            Some(Value::Bool(value)) if value == deciding => return Some(Value::Bool(deciding)),
            Some(Value::Bool(_)) => {}
            Some(Value::Null) => null = true,
            _ => unknown = true,
        }
    }
    match (unknown, null) {
        (true, _) => None,
        (false, true) => Some(Value::Null),
        (false, false) => Some(Value::Bool(!deciding)),
    }
}

fn negated(value: Value, not: bool) -> Value {
    match value {
        Value::Bool(value) => Value::Bool(value != not),
        other => other,
    }
}

fn operation(symbol: &str, left: &Value, right: &Value) -> Option<Value> {
    let equality = matches!(symbol, "=" | "<>");
    let comparison = matches!(symbol, "<" | "<=" | ">" | ">=") && ordered(left, right);
    if !equality && !comparison {
        return None;
    }
    // Two string constants are text, whose equality is that of bytes.
    let order = match (left, right) {
        (Value::Literal(one), Value::Literal(other)) if equality => Some(one.cmp(other)),
        _ => compare(left, right)?,
    };
    let Some(order) = order else { return Some(Value::Null) };
    Some(Value::Bool(match symbol {
        "=" => order == Ordering::Equal,
        "<>" => order != Ordering::Equal,
        "<" => order == Ordering::Less,
        "<=" => order != Ordering::Greater,
        ">" => order == Ordering::Greater,
        _ => order != Ordering::Less,
    }))
}

/// Patterns without `_` and escapes whose `%` stand at the ends only.
fn like(left: &Value, right: &Value) -> Option<Value> {
    let (Value::Text(text) | Value::Literal(text), Value::Literal(pattern)) = (left, right) else {
        return (*left == Value::Null || *right == Value::Null).then_some(Value::Null);
    };
    let (head, rest) = pattern.strip_prefix('%').map_or((false, &**pattern), |rest| (true, rest));
    let (tail, middle) = rest.strip_suffix('%').map_or((false, rest), |rest| (true, rest));
    if middle.contains(['%', '_', '\\']) {
        return None;
    }
    Some(Value::Bool(match (head, tail) {
        (true, true) => text.contains(middle),
        (true, false) => text.ends_with(middle),
        (false, true) => text.starts_with(middle),
        (false, false) => **text == *middle,
    }))
}

/// Functions of one argument that migrations check with.
fn function(bare: bool, name: &str, argument: Value) -> Option<Value> {
    if argument == Value::Null {
        return matches!(name, "length" | "char_length" | "lower" | "upper" | "btrim").then_some(Value::Null);
    }
    let (Value::Text(text) | Value::Literal(text)) = &argument else { return None };
    match name {
        "length" | "char_length" | "character_length" if bare => Some(Value::Number(text.chars().count() as i128, 0)),
        "lower" if bare && text.is_ascii() => Some(Value::Text(text.to_ascii_lowercase().into())),
        "upper" if bare && text.is_ascii() => Some(Value::Text(text.to_ascii_uppercase().into())),
        "btrim" => Some(Value::Text(text.trim_matches(' ').into())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rollproof_sql::ast::{Name, QueryBody, StatementKind};

    use super::{Value, evaluate};

    fn check(expression: &str, expected: Option<Value>) {
        let statement = rollproof_sql::parse_query_text(&format!("SELECT {expression}")).unwrap();
        let StatementKind::Query(query) = &statement.kind else { panic!("no query") };
        let QueryBody::Select(select) = &query.body else { panic!("no SELECT") };
        let column = |name: &Name| match &*name.text {
            "n" => Some(Value::Number(5, 0)),
            "t" => Some(Value::Text("abc".into())),
            "nothing" => Some(Value::Null),
            _ => None,
        };
        assert_eq!(evaluate(&select.targets[0].value, &column), expected, "{expression}");
    }

    #[test]
    fn what_is_known_is_three_valued() {
        for (expression, value) in [
            ("n > 0", true),
            ("n > 5.5", false),
            ("n = '5'", true),
            ("n < 0 OR t = 'abc'", true),
            ("n < 0 AND unknown", false),
            ("t IN ('x', 'abc')", true),
            ("t = ANY (ARRAY['x'::text, 'y'::text])", false),
            ("nothing IS NULL", true),
            ("n BETWEEN 1 AND 4", false),
            ("t LIKE 'a%'", true),
            ("length(t) <= 2", false),
            ("NOT (n = 5)", false),
        ] {
            check(expression, Some(Value::Bool(value)));
        }
        check("nothing > 3", Some(Value::Null));
        check("nothing > 3 OR n > 9", Some(Value::Null));
    }

    #[test]
    fn what_is_not_known_stays_so() {
        // The order of text is the collation's, `%` is not followed, and `unknown` may be anything.
        for expression in ["t < 'b'", "n % 2 = 0", "unknown > 1", "unknown OR n < 0", "t ~ 'a'", "n::text = '5'"] {
            check(expression, None);
        }
    }
}
