//! Operators over values.

use std::cmp::Ordering;
use std::sync::Arc;

use rollproof_catalog::UNKNOWN_PART;

use super::expression::array;
use super::value::{Known, Unknown, Value};

pub(super) fn any_equal(value: &Value, list: &[Value]) -> Known {
    let mut null = *value == Value::Null && !list.is_empty();
    for each in list {
        match value.compare(each)? {
            Some(Ordering::Equal) => return Ok(Value::Bool(true)),
            Some(_) => {}
            None => null = true,
        }
    }
    Ok(if null { Value::Null } else { Value::Bool(false) })
}

/// Whether two texts are not the same, though only the form of one is known.
pub(super) fn differ(left: &Known, right: &Known) -> bool {
    match (left, right) {
        (Err(Unknown { text: Some(form), .. }), Ok(Value::Text(text)))
        | (Ok(Value::Text(text)), Err(Unknown { text: Some(form), .. })) => {
            !rollproof_catalog::taints_name(std::slice::from_ref(form), text)
        }
        _ => false,
    }
}

pub(super) fn negate(value: Value, negated: bool) -> Known {
    Ok(match (value, negated) {
        (Value::Bool(value), true) => Value::Bool(!value),
        (value, _) => value,
    })
}

pub(super) fn binary(symbol: &str, left: Option<Value>, right: Value) -> Known {
    let Some(left) = left else {
        return match (symbol, right) {
            ("-", Value::Int(value)) => Ok(Value::Int(-value)),
            ("+", value) => Ok(value),
            _ => Err(Unknown::because(format!("operator {symbol}"))),
        };
    };
    let compared = |accept: fn(Ordering) -> bool| -> Known {
        Ok(left.compare(&right)?.map_or(Value::Null, |order| Value::Bool(accept(order))))
    };
    match symbol {
        "=" => compared(|order| order == Ordering::Equal),
        "<>" => compared(|order| order != Ordering::Equal),
        "<" => compared(|order| order == Ordering::Less),
        "<=" => compared(|order| order != Ordering::Greater),
        ">" => compared(|order| order == Ordering::Greater),
        ">=" => compared(|order| order != Ordering::Less),
        "||" => match (&left, &right) {
            (Value::Array(first), Value::Array(second)) => {
                Ok(Value::Array(first.iter().chain(second).cloned().collect()))
            }
            (Value::Array(first), other) => Ok(Value::Array(first.iter().chain([other]).cloned().collect())),
            _ => match (left.to_text(), right.to_text()) {
                (Some(first), Some(second)) => Ok(Value::text(format!("{first}{second}"))),
                _ => Ok(Value::Null),
            },
        },
        "+" | "-" | "*" | "/" | "%" => {
            if left == Value::Null || right == Value::Null {
                return Ok(Value::Null);
            }
            let (Value::Int(first), Value::Int(second)) = (&left, &right) else {
                return Err(Unknown::because("arithmetic of other than whole numbers"));
            };
            let result = match symbol {
                "+" => first.checked_add(*second),
                "-" => first.checked_sub(*second),
                "*" => first.checked_mul(*second),
                "/" => first.checked_div(*second),
                _ => first.checked_rem(*second),
            };
            result.map(Value::Int).ok_or_else(|| Unknown::because("arithmetic that overflows"))
        }
        "~" | "!~" | "~*" | "!~*" => matches(symbol, &left, &right),
        "@>" | "<@" | "&&" => match (array(left)?, array(right)?) {
            (Value::Array(first), Value::Array(second)) => Ok(Value::Bool(match symbol {
                "@>" => second.iter().all(|value| first.contains(value)),
                "<@" => first.iter().all(|value| second.contains(value)),
                _ => first.iter().any(|value| second.contains(value)),
            })),
            _ => Ok(Value::Null),
        },
        _ => Err(Unknown::because(format!("operator {symbol}"))),
    }
}

/// `~` and its like.
fn matches(symbol: &str, left: &Value, right: &Value) -> Known {
    let (Some(text), Some(pattern)) = (left.to_text(), right.to_text()) else { return Ok(Value::Null) };
    let found = super::pattern::is_match(&text, &pattern, symbol.ends_with('*'));
    let found = found.ok_or_else(|| Unknown::because("a regular expression"))?;
    Ok(Value::Bool(found != symbol.starts_with('!')))
}

/// `||` of which a side is not known: what is known of the text.
pub(super) fn joined_in_part(left: Known, right: Known) -> Known {
    if matches!(left, Ok(Value::Null)) || matches!(right, Ok(Value::Null)) {
        return Ok(Value::Null);
    }
    let mut text = String::new();
    let mut reason = None;
    for side in [left, right] {
        match side {
            Ok(value) => text.push_str(&value.to_text().unwrap_or_else(|| Arc::from(""))),
            Err(why) => {
                match &why.text {
                    Some(known) => text.push_str(known),
                    None => text.push(UNKNOWN_PART),
                }
                reason.get_or_insert(why);
            }
        }
    }
    let reason = reason.unwrap_or_else(|| Unknown::because("a text"));
    Err(Unknown { text: Some(Arc::from(text)), ..reason })
}

/// `x op ANY (array)`, `x op ALL (array)`
pub(super) fn with_each(symbol: &str, left: &Value, values: Vec<Value>, all: bool) -> Known {
    let mut null = false;
    for value in values {
        match binary(symbol, Some(left.clone()), value)?.to_bool()? {
            Some(holds) if holds != all => return Ok(Value::Bool(holds)),
            Some(_) => {}
            None => null = true,
        }
    }
    Ok(if null { Value::Null } else { Value::Bool(all) })
}
