//! Types with a small grammar of their own: booleans, UUIDs, and those that are followed only for common texts.

use super::Verdict;
use super::number::{fits_block, unsigned_prefix};

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

/// `cash_in`, with the signs of the C locale and the American ones. Others read commas and points otherwise.
pub(super) fn money(text: &str) -> Verdict {
    let space = |each: char| each.is_ascii_whitespace() || each == '\u{b}';
    let symbol = |text: &str| {
        let rest = text.trim_start_matches(space);
        rest.strip_prefix('$').unwrap_or(rest).trim_start_matches(space).to_owned()
    };
    let start = symbol(text);
    let negative = start.starts_with(['-', '(']);
    let number = symbol(start.strip_prefix(['-', '(', '+']).unwrap_or(&start));
    let (mut cents, mut decimals, mut after_point) = (0_i128, 0, false);
    let mut rest = number.chars().peekable();
    while let Some(next) = rest.next_if(|next| match next {
        '0'..='9' => !after_point || decimals < 2,
        '.' => !after_point,
        other => *other == ',',
    }) {
        match next.to_digit(10) {
            Some(digit) => {
                cents = (cents * 10 + i128::from(digit)).min(1 << 100);
                decimals += i32::from(after_point);
            }
            None => after_point |= next == '.',
        }
    }
    cents += i128::from(rest.peek().is_some_and(|next| ('5'..='9').contains(next)));
    cents *= [100, 10, 1][usize::try_from(decimals).unwrap_or(0).min(2)];
    let tail: String = rest.collect();
    let tail = tail.trim_start_matches(|each: char| each.is_ascii_digit());
    if cents > i128::from(i64::MAX) + i128::from(negative) {
        return Verdict::refuse("22003", format!("value \"{text}\" is out of range for type money"));
    }
    if tail.chars().all(|each| space(each) || matches!(each, ')' | '-' | '+' | '$')) {
        return Verdict::Valid;
    }
    let separators = tail.chars().all(|each| each.is_ascii_digit() || space(each) || matches!(each, '.' | ',' | '\''));
    if separators || !text.is_ascii() { Verdict::Unsure } else { Verdict::syntax("money", text) }
}

/// `tidin`: `(block,offset)`; what stands before the first bracket or comma is not looked at.
pub(super) fn tuple_id(text: &str) -> Verdict {
    let before_end = text.split(')').next().unwrap_or("");
    let mut starts = Vec::new();
    for (at, each) in before_end.char_indices() {
        if starts.len() < 2 && (each == ',' || (each == '(' && starts.is_empty())) {
            starts.push(at + 1);
        }
    }
    let [block, offset] = starts[..] else { return Verdict::syntax("tid", text) };
    let (block, offset) = (unsigned_prefix(&text[block..], false), unsigned_prefix(&text[offset..], false));
    let valid = block.rest.starts_with(',')
        && offset.rest.starts_with(')')
        && block.value.is_some_and(fits_block) | block.empty
        && offset.value.is_some_and(|offset| offset <= u64::from(u16::MAX)) | offset.empty;
    Verdict::valid_or_syntax(valid, "tid", text)
}

/// `pg_snapshot_in`: `xmin:xmax:` and the transactions in between, in order.
pub(super) fn snapshot(text: &str) -> Verdict {
    let refuse = || Verdict::syntax("pg_snapshot", text);
    let number = |part: &str| {
        if part.is_empty() {
            return Some(0);
        }
        let plain = part.len() < 19 && part.bytes().all(|byte| byte.is_ascii_digit());
        if plain { part.parse::<u64>().ok() } else { None }
    };
    let parts: Vec<&str> = text.split(':').collect();
    let [first, second, inner] = parts[..] else { return refuse() };
    let (Some(lowest), Some(highest)) = (number(first), number(second)) else {
        let odd = text.bytes().any(|byte| !(byte.is_ascii_digit() || matches!(byte, b':' | b',')));
        return if odd || text.starts_with(':') { refuse() } else { Verdict::Unsure };
    };
    if lowest == 0 || highest == 0 || highest < lowest {
        return refuse();
    }
    let mut last = lowest;
    for part in inner.split(',').filter(|_| !inner.is_empty()) {
        match number(part) {
            Some(value) if value >= last && value < highest => last = value,
            Some(_) => return refuse(),
            None => return Verdict::Unsure,
        }
    }
    Verdict::Valid
}
