//! Values of the interpreter: what is known of them, and what is not.

use std::cmp::Ordering;
use std::sync::Arc;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// NULL
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text, and everything else as text.
    Text(Arc<str>),
    /// An array.
    Array(Vec<Value>),
    /// An `int2vector` or `oidvector` of a system relation: its subscripts begin with 0, and it prints as `1 2`.
    Vector(Vec<Value>),
    /// A row with named columns.
    Row(Vec<(Arc<str>, Value)>),
    /// An object by number, as `regclass` and its like hold it: the number, and how it prints.
    Object(i64, Arc<str>),
    /// A column of a row whose value is not known, with the reason: the others are.
    Missing(Box<Unknown>),
}

/// Why a value is not known, and what is known of it nevertheless.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unknown {
    /// The reason.
    pub(super) why: Arc<str>,
    /// The SQLSTATE with which the server refuses to say, if it is that.
    pub(super) raises: Option<&'static str>,
    /// What it is as text, with [`rollproof_catalog::UNKNOWN_PART`] for the parts that are not known.
    pub(super) text: Option<Arc<str>>,
}

impl Unknown {
    /// A reason.
    pub(super) fn because(reason: impl Into<Arc<str>>) -> Self {
        Self { why: reason.into(), raises: None, text: None }
    }

    /// The server fails on it.
    pub(super) fn raised(sqlstate: &'static str, message: impl Into<Arc<str>>) -> Self {
        Self { why: message.into(), raises: Some(sqlstate), text: None }
    }

    /// The same of another value that is made of this one: nothing is known of its text.
    pub(super) fn opaque(self) -> Self {
        Self { text: None, ..self }
    }

    /// The same where the server may or may not have come to it.
    pub(super) fn maybe(self) -> Self {
        Self { raises: None, ..self }
    }
}

/// A value, if it is known.
pub(super) type Known<T = Value> = Result<T, Unknown>;

impl Value {
    /// Text.
    pub(super) fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// As text, the way a cast to text prints it; none for NULL.
    pub(super) fn to_text(&self) -> Option<Arc<str>> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(value) => Arc::from(if *value { "true" } else { "false" }),
            Self::Int(value) => Arc::from(value.to_string()),
            Self::Text(text) | Self::Object(_, text) => text.clone(),
            Self::Missing(why) => match &why.text {
                Some(text) => text.clone(),
                None => Arc::from(rollproof_catalog::UNKNOWN_PART.to_string()),
            },
            Self::Array(values) => {
                let parts: Vec<String> = values
                    .iter()
                    .map(|value| value.to_text().map_or_else(|| "NULL".to_owned(), |text| text.to_string()))
                    .collect();
                Arc::from(format!("{{{}}}", parts.join(",")))
            }
            Self::Vector(values) => {
                let parts: Vec<String> = values.iter().filter_map(Self::to_text).map(|text| text.to_string()).collect();
                Arc::from(parts.join(" "))
            }
            Self::Row(fields) => {
                let parts: Vec<String> = fields
                    .iter()
                    .map(|(_, value)| value.to_text().map_or_else(String::new, |text| text.to_string()))
                    .collect();
                Arc::from(format!("({})", parts.join(",")))
            }
        })
    }

    /// The value, if it is known.
    pub(super) fn known(self) -> Known {
        match self {
            Self::Missing(why) => Err(*why),
            known => Ok(known),
        }
    }

    /// As a truth value; none for NULL.
    pub(super) fn to_bool(&self) -> Known<Option<bool>> {
        match self {
            Self::Null => Ok(None),
            Self::Bool(value) => Ok(Some(*value)),
            Self::Text(text) => match &*text.to_lowercase() {
                "t" | "true" | "yes" | "on" | "1" => Ok(Some(true)),
                "f" | "false" | "no" | "off" | "0" => Ok(Some(false)),
                _ => Err(Unknown::because("a condition that is no truth value")),
            },
            _ => Err(Unknown::because("a condition that is no truth value")),
        }
    }

    /// As a whole number.
    pub(super) fn to_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) | Self::Object(value, _) => Some(*value),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Bool(value) => Some(i64::from(*value)),
            _ => None,
        }
    }

    /// How two values compare; none where one is NULL.
    pub(super) fn compare(&self, other: &Self) -> Known<Option<Ordering>> {
        Ok(match (self, other) {
            (Self::Missing(why), _) | (_, Self::Missing(why)) => return Err((**why).clone().opaque()),
            (Self::Null, _) | (_, Self::Null) => None,
            (Self::Int(first) | Self::Object(first, _), Self::Int(second) | Self::Object(second, _)) => {
                Some(first.cmp(second))
            }
            (Self::Object(_, first), Self::Text(second)) | (Self::Text(first), Self::Object(_, second)) => {
                match first == second {
                    true => Some(Ordering::Equal),
                    false => return Err(Unknown::because("a comparison of an object with a text")),
                }
            }
            (Self::Bool(_), _) | (_, Self::Bool(_)) => match (self.to_bool()?, other.to_bool()?) {
                (Some(first), Some(second)) => Some(first.cmp(&second)),
                _ => None,
            },
            (Self::Int(first), Self::Text(_)) => {
                let second = other.to_int().ok_or_else(|| Unknown::because("a comparison of a number with text"))?;
                Some(first.cmp(&second))
            }
            (Self::Text(_), Self::Int(second)) => {
                let first = self.to_int().ok_or_else(|| Unknown::because("a comparison of text with a number"))?;
                Some(first.cmp(second))
            }
            (Self::Text(first), Self::Text(second)) => Some(first.as_bytes().cmp(second.as_bytes())),
            (Self::Array(first), Self::Array(second)) | (Self::Vector(first), Self::Vector(second)) => {
                return compare_lists(first, second);
            }
            (Self::Vector(_), Self::Text(second)) => {
                self.to_text().map(|first| first.as_bytes().cmp(second.as_bytes()))
            }
            (Self::Row(first), Self::Row(second)) if first.len() == second.len() => {
                let values = |row: &[(Arc<str>, Self)]| row.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
                return compare_lists(&values(first), &values(second));
            }
            _ => return Err(Unknown::because("a comparison of rows")),
        })
    }
}

/// Element by element, then by length (`array_cmp`); NULLs are after all others.
fn compare_lists(first: &[Value], second: &[Value]) -> Known<Option<Ordering>> {
    for (one, other) in first.iter().zip(second) {
        let order = match (one, other) {
            (Value::Null, Value::Null) => Ordering::Equal,
            (Value::Null, _) => Ordering::Greater,
            (_, Value::Null) => Ordering::Less,
            _ => one.compare(other)?.unwrap_or(Ordering::Equal),
        };
        if order != Ordering::Equal {
            return Ok(Some(order));
        }
    }
    Ok(Some(first.len().cmp(&second.len())))
}

/// `LIKE`: `%` and `_`, with `\` before what is meant as it stands.
pub(super) fn like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    // Dynamic programming over both, so that no pattern takes long.
    let mut row: Vec<bool> = vec![false; text.len() + 1];
    row[0] = true;
    let mut at = 0;
    while at < pattern.len() {
        let mut next = vec![false; text.len() + 1];
        match pattern[at] {
            '%' => {
                let mut seen = false;
                for position in 0..=text.len() {
                    seen |= row[position];
                    next[position] = seen;
                }
            }
            other => {
                let literal = if other == '\\' && at + 1 < pattern.len() {
                    at += 1;
                    Some(pattern[at])
                } else {
                    (other != '_').then_some(other)
                };
                for position in 0..text.len() {
                    next[position + 1] = row[position] && literal.is_none_or(|literal| text[position] == literal);
                }
            }
        }
        row = next;
        at += 1;
    }
    row[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_matches_as_sql_does() {
        assert!(like("users_2024", "users\\_%"));
        assert!(!like("usersx2024", "users\\_%"));
        assert!(like("abc", "_b%"));
        assert!(!like("abc", "_b"));
        assert!(like("", "%"));
    }

    #[test]
    fn numbers_compare_as_numbers() {
        assert_eq!(Value::Int(9).compare(&Value::text("10")).ok(), Some(Some(Ordering::Less)));
        assert_eq!(Value::Null.compare(&Value::Int(1)).ok(), Some(None));
    }
}
