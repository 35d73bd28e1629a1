//! Bytes and bit strings (`byteain`, `bit_in`).

use super::Verdict;

/// Hexadecimal after `\x`, else text with octal escapes.
pub(super) fn bytea(text: &str) -> Verdict {
    match text.strip_prefix("\\x") {
        Some(digits) => hexadecimal(digits),
        None => escaped(text.as_bytes()),
    }
}

fn hexadecimal(digits: &str) -> Verdict {
    let mut characters = digits.chars();
    while let Some(first) = characters.next() {
        if matches!(first, ' ' | '\n' | '\t' | '\r') {
            continue;
        }
        if !first.is_ascii_hexdigit() {
            return Verdict::refuse("22023", format!("invalid hexadecimal digit: \"{first}\""));
        }
        match characters.next() {
            None => {
                return Verdict::refuse("22023", "invalid hexadecimal data: odd number of digits".to_owned());
            }
            Some(second) if !second.is_ascii_hexdigit() => {
                return Verdict::refuse("22023", format!("invalid hexadecimal digit: \"{second}\""));
            }
            Some(_) => {}
        }
    }
    Verdict::Valid
}

fn escaped(text: &[u8]) -> Verdict {
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return Verdict::Valid,
            [b'\\', b'\\', after @ ..] => after,
            [b'\\', b'0'..=b'3', b'0'..=b'7', b'0'..=b'7', after @ ..] => after,
            [b'\\', ..] => return Verdict::refuse("22P02", "invalid input syntax for type bytea".to_owned()),
            [_, after @ ..] => after,
        };
    }
}

/// Digits after `b`, `x` or nothing.
pub(super) fn bit_string(text: &str) -> Verdict {
    let (digits, word) = match text.as_bytes() {
        [b'b' | b'B', ..] => (&text[1..], "binary"),
        [b'x' | b'X', ..] => (&text[1..], "hexadecimal"),
        _ => (text, "binary"),
    };
    let fits = |each: char| if word == "binary" { matches!(each, '0' | '1') } else { each.is_ascii_hexdigit() };
    match digits.chars().find(|each| !fits(*each)) {
        None => Verdict::Valid,
        Some(wrong) => Verdict::refuse("22P02", format!("\"{wrong}\" is not a valid {word} digit")),
    }
}
