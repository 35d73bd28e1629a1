//! Types with a small grammar of their own: booleans, UUIDs, and those that are followed only for common texts.

use super::Verdict;

/// `boolin`: unique beginnings of the words, and the digits.
pub(super) fn is_boolean(text: &str) -> bool {
    let word = text.trim_matches(|each: char| each.is_ascii_whitespace() || each == '\u{b}').to_ascii_lowercase();
    let begins = |whole: &str| !word.is_empty() && whole.starts_with(&word);
    begins("true")
        || begins("false")
        || begins("yes")
        || begins("no")
        || matches!(&*word, "on" | "of" | "off" | "1" | "0")
}

/// `string_to_uuid`: 32 digits, a hyphen allowed after each four, braces around.
pub(super) fn is_uuid(text: &str) -> bool {
    let inner = match (text.strip_prefix('{'), text.ends_with('}')) {
        (Some(inner), true) => &inner[..inner.len() - 1],
        (None, false) => text,
        _ => return false,
    };
    let mut rest = inner.as_bytes();
    for place in 0..16 {
        let [one, two, after @ ..] = rest else { return false };
        if !one.is_ascii_hexdigit() || !two.is_ascii_hexdigit() {
            return false;
        }
        rest = match after {
            [b'-', after @ ..] if place % 2 == 1 && place < 15 => after,
            _ => after,
        };
    }
    rest.is_empty()
}

/// `pg_lsn_in`: two hexadecimal numbers of up to eight digits.
pub(super) fn log_position(text: &str) -> Verdict {
    let fits = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let valid = text.split_once('/').is_some_and(|(high, low)| fits(high) && fits(low));
    Verdict::valid_or_syntax(valid, "pg_lsn", text)
}

/// `cash_in` depends on the server's locale: only digits with one decimal point are certain.
pub(super) fn money(text: &str) -> Verdict {
    let trimmed = text.trim();
    let plain = trimmed.strip_prefix('-').unwrap_or(trimmed);
    let plain = plain.strip_prefix('$').unwrap_or(plain);
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    let only = plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if only && (1..=12).contains(&digits) && plain.matches('.').count() <= 1 {
        return Verdict::Valid;
    }
    if text.bytes().any(|byte| byte.is_ascii_alphabetic()) && digits == 0 && text.is_ascii() {
        return Verdict::syntax("money", text);
    }
    Verdict::Unsure
}

/// `xml_in`: text without markup is content.
pub(super) fn xml(text: &str) -> Verdict {
    if text.contains(['<', '&', '\u{0}']) { Verdict::Unsure } else { Verdict::Valid }
}

/// `tsvectorin`: plain words.
pub(super) fn text_search_vector(text: &str) -> Verdict {
    if text.contains(['\'', '\\', ':']) { Verdict::Unsure } else { Verdict::Valid }
}

/// `tsqueryin`: plain words joined by `&`, `|` and `<->`.
pub(super) fn text_search_query(text: &str) -> Verdict {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_word = |word: &str| word.chars().all(char::is_alphanumeric);
    let is_joint = |word: &str| matches!(word, "&" | "|" | "<->");
    let alternates =
        words.iter().enumerate().all(|(at, word)| if at % 2 == 0 { is_word(word) } else { is_joint(word) });
    if words.len() % 2 == 1 && alternates {
        return Verdict::Valid;
    }
    if words.len() > 1 && words.iter().all(|word| is_word(word)) {
        return Verdict::refuse("42601", format!("syntax error in tsquery: \"{text}\""));
    }
    Verdict::Unsure
}

/// `jsonpath_in`: plain accessors.
pub(super) fn json_path(text: &str) -> Verdict {
    let path = text.trim();
    let path = path.strip_prefix("strict ").or_else(|| path.strip_prefix("lax ")).unwrap_or(path).trim_start();
    if path.is_empty() {
        return Verdict::syntax("jsonpath", text);
    }
    let Some(mut rest) = path.strip_prefix('$') else { return other_json_path(text) };
    while !rest.is_empty() {
        rest = match step(rest) {
            Some(rest) => rest,
            None => return Verdict::Unsure,
        };
    }
    Verdict::Valid
}

/// A path that begins with a bare word or an opening bracket is none.
fn other_json_path(text: &str) -> Verdict {
    let first = text.trim();
    let word = first.split(|each: char| !(each.is_ascii_alphanumeric() || each == '_')).next().unwrap_or("");
    let keyword = ["true", "false", "null", "strict", "lax", "exists", "last", "is", "to"];
    let starts_word = word.starts_with(|each: char| each.is_ascii_alphabetic() || each == '_');
    if starts_word && !keyword.iter().any(|each| word.eq_ignore_ascii_case(each)) {
        return Verdict::refuse("42601", "syntax error at end of jsonpath input".to_owned());
    }
    match first.chars().next() {
        Some(bracket @ ('[' | '{' | ']' | '}' | ')' | ',' | '*' | '/' | '%' | ':')) => {
            Verdict::refuse("42601", format!("syntax error at or near \"{bracket}\" of jsonpath input"))
        }
        _ => Verdict::Unsure,
    }
}

fn step(rest: &str) -> Option<&str> {
    if let Some(rest) = rest.strip_prefix(".*").or_else(|| rest.strip_prefix("[*]")) {
        return Some(rest);
    }
    if let Some(rest) = rest.strip_prefix('.') {
        let end = rest.find(|each: char| !(each.is_ascii_alphanumeric() || each == '_')).unwrap_or(rest.len());
        let starts = rest.starts_with(|each: char| each.is_ascii_alphabetic() || each == '_');
        return (starts && !rest[end..].starts_with('(')).then(|| &rest[end..]);
    }
    let inner = rest.strip_prefix('[')?;
    let end = inner.find(']')?;
    let index = &inner[..end];
    let fits = (1..=9).contains(&index.len()) && index.bytes().all(|byte| byte.is_ascii_digit());
    (fits && (index == "0" || !index.starts_with('0'))).then(|| &inner[end + 1..])
}

/// `tidin`: `(block,offset)`.
pub(super) fn tuple_id(text: &str) -> Verdict {
    let inner = text.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let fits = |part: &str, most: u64| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u64>().is_ok_and(|n| n <= most)
    };
    match inner.and_then(|inner| inner.split_once(',')) {
        Some((block, offset)) if fits(block, u64::from(u32::MAX)) && fits(offset, u64::from(u16::MAX)) => {
            Verdict::Valid
        }
        _ if text.contains('(') && text.contains(',') && text.contains(')') => Verdict::Unsure,
        _ => Verdict::syntax("tid", text),
    }
}

/// `pg_snapshot_in`: `xmin:xmax:xips`.
pub(super) fn snapshot(text: &str) -> Verdict {
    if text.matches(':').count() == 2 { Verdict::Unsure } else { Verdict::syntax("pg_snapshot", text) }
}
