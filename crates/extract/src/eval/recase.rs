//! Names from one style to another, as the usual packages do it. They differ on digits and on letters beyond ASCII: there
//! nothing is claimed.

use rollproof_source::Span;

use super::value::{Piece, Value, add};

/// A style of names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Snake,
    Camel,
}

/// The style that a package's function makes: `decamelize`, `change-case`, `lodash`.
pub(super) fn of(module: &str, name: &str) -> Option<Case> {
    let last = name.rsplit('.').next().unwrap_or("");
    match (module, last) {
        ("decamelize" | "snake-case" | "lodash.snakecase" | "lodash/snakeCase", "" | "default")
        | ("snake-case" | "change-case" | "lodash" | "lodash-es" | "radash" | "es-toolkit" | "remeda", "snakeCase")
        | ("radash", "snake") => Some(Case::Snake),
        ("camelcase" | "camel-case" | "lodash.camelcase" | "lodash/camelCase", "" | "default")
        | ("camel-case" | "change-case" | "lodash" | "lodash-es" | "es-toolkit" | "remeda", "camelCase")
        | ("radash", "camel") => Some(Case::Camel),
        _ => None,
    }
}

/// Every known name in that style; an unknown for the others.
pub(super) fn apply(case: Case, values: &[Value], at: Span) -> Vec<Value> {
    let mut found = Vec::new();
    for value in values {
        let name = value.constant();
        let made = match (value, name.as_deref().and_then(|name| styled(case, name))) {
            (Value::Text(pieces), Some(name)) => {
                let marks = pieces.iter().filter(|piece| matches!(piece, Piece::Chosen(_))).cloned();
                let text = Piece::Text { text: name.into(), at, verbatim: false };
                Value::text(std::iter::once(text).chain(marks).collect())
            }
            (Value::Unknown(..), _) => value.clone(),
            _ => Value::unknown("name that is not known", at),
        };
        add(&mut found, made);
    }
    found
}

/// A name of letters and underscores, where all packages agree: no two capitals side by side.
fn styled(case: Case, name: &str) -> Option<String> {
    let bytes = name.as_bytes();
    let plain = bytes.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    let inside = !name.starts_with('_') && !name.ends_with('_') && !name.contains("__");
    let capitals =
        bytes.windows(2).any(|pair| pair[0].is_ascii_uppercase() && pair[1] != b'_' && !pair[1].is_ascii_lowercase());
    if name.is_empty() || !plain || !inside || capitals {
        return None;
    }
    let mut made = String::new();
    let mut upper = false;
    for character in name.chars() {
        match case {
            Case::Snake if character.is_ascii_uppercase() => {
                if !made.is_empty() && !made.ends_with('_') {
                    made.push('_');
                }
                made.push(character.to_ascii_lowercase());
            }
            Case::Camel if character == '_' => upper = true,
            Case::Camel => {
                let first = made.is_empty();
                let letter = if upper { character.to_ascii_uppercase() } else { character };
                made.push(if first { letter.to_ascii_lowercase() } else { letter });
                upper = false;
            }
            Case::Snake => made.push(character),
        }
    }
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::{Case, of, styled};

    #[test]
    fn names_change_their_style_where_all_agree() {
        let snake = |name| styled(Case::Snake, name);
        assert_eq!(snake("createdAt").as_deref(), Some("created_at"));
        assert_eq!(snake("tenant_id").as_deref(), Some("tenant_id"));
        assert_eq!(snake("Users").as_deref(), Some("users"));
        assert_eq!([snake("address2"), snake("userID"), snake("_id"), snake("")], [None, None, None, None]);
        assert_eq!(styled(Case::Camel, "created_at").as_deref(), Some("createdAt"));
        assert!(of("decamelize", "default").is_some() && of("lodash", "snakeCase").is_some());
        assert!(of("lodash", "kebabCase").is_none());
    }
}
