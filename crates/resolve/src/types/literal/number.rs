//! Numbers (numutils.c, int8.c, float.c, numeric.c).

use super::Verdict;

/// `isspace` of the C locale.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

fn trim(text: &str) -> &str {
    text.trim_matches(|each: char| u8::try_from(each).is_ok_and(is_space))
}

/// How reading digits ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Digits {
    Value(u128),
    /// The value passed the limit before a wrong character came.
    TooLarge,
    Wrong,
}

/// Digits of a base, underscores between them where they may be.
fn digits(text: &[u8], base: u32, underscores: bool, after_prefix: bool, limit: u128) -> Digits {
    let mut value: u128 = 0;
    let mut before_is_digit = after_prefix;
    let mut any = false;
    for (at, byte) in text.iter().enumerate() {
        if *byte == b'_' && underscores && before_is_digit {
            let next = text.get(at + 1).copied().unwrap_or(b' ');
            if char::from(next).to_digit(base).is_none() {
                return Digits::Wrong;
            }
            before_is_digit = false;
            continue;
        }
        let Some(digit) = char::from(*byte).to_digit(base) else { return Digits::Wrong };
        // As the server does it: one more digit than fits ends the reading at once, the exact limit is checked last.
        if value > (limit + 1) / u128::from(base) {
            return Digits::TooLarge;
        }
        value = value * u128::from(base) + u128::from(digit);
        any = true;
        before_is_digit = true;
    }
    match any {
        false => Digits::Wrong,
        true if value > limit => Digits::TooLarge,
        true => Digits::Value(value),
    }
}

/// Splits `0x`, `0o`, `0b` off.
fn base_of(text: &[u8]) -> (u32, &[u8]) {
    match text {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        [b'0', b'o' | b'O', rest @ ..] => (8, rest),
        [b'0', b'b' | b'B', rest @ ..] => (2, rest),
        _ => (10, text),
    }
}

/// An unsigned integer as SQL writes it, with a base's prefix and underscores where `modern`; none where it is no integer,
/// or larger than any type holds.
pub(in super::super) fn integer_value(text: &str, modern: bool) -> Option<i128> {
    let (base, rest) = if modern { base_of(text.as_bytes()) } else { (10, text.as_bytes()) };
    match digits(rest, base, modern, base != 10, u128::from(u64::MAX)) {
        Digits::Value(value) => i128::try_from(value).ok(),
        _ => None,
    }
}

/// `pg_strtoint16`, `32`, `64`.
pub(super) fn integer(text: &str, version: u32, size: u32, name: &str) -> Verdict {
    let modern = version >= 16;
    let trimmed = trim(text);
    let (negative, rest) = match trimmed.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let limit = (1_u128 << (size - 1)) - u128::from(!negative);
    let (base, rest) = if modern { base_of(rest) } else { (10, rest) };
    match digits(rest, base, modern, base != 10, limit) {
        Digits::Value(_) => Verdict::Valid,
        Digits::TooLarge => Verdict::refuse("22003", format!("value \"{text}\" is out of range for type {name}")),
        Digits::Wrong => Verdict::syntax(name, text),
    }
}

/// What `strtoul` makes of a text: spaces, a sign, digits of a base, and what follows them.
pub(super) struct Unsigned<'a> {
    /// The value as the machine keeps it, a negative one wrapped around; none where it is too large.
    pub(super) value: Option<u64>,
    pub(super) rest: &'a str,
    /// No digit was there.
    pub(super) empty: bool,
}

/// `strtoul`; in base 0 a prefix says the base.
pub(super) fn unsigned_prefix(text: &str, any_base: bool) -> Unsigned<'_> {
    let trimmed = text.trim_start_matches(|each: char| u8::try_from(each).is_ok_and(is_space));
    let negative = trimmed.starts_with('-');
    let digits = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
    let hexadecimal = any_base && digits.get(2..3).is_some_and(|digit| digit.as_bytes()[0].is_ascii_hexdigit());
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] if hexadecimal => (16, &digits[2..]),
        [b'0', ..] if any_base => (8, digits),
        _ => (10, digits),
    };
    let end = digits.bytes().take_while(|byte| char::from(*byte).is_digit(base)).count();
    let value = u64::from_str_radix(&digits[..end], base).ok();
    let value = value.map(|value| if negative { value.wrapping_neg() } else { value });
    Unsigned { value, rest: &digits[end..], empty: end == 0 }
}

fn only_spaces(text: &str) -> bool {
    trim(text).is_empty()
}

/// `uint32in_subr`: base 0 since PostgreSQL 16; negative numbers wrap around.
pub(super) fn unsigned(text: &str, version: u32, name: &str) -> Verdict {
    let too_large = || Verdict::refuse("22003", format!("value \"{text}\" is out of range for type {name}"));
    let read = unsigned_prefix(text, version >= 16);
    if read.empty {
        return Verdict::syntax(name, text);
    }
    let Some(value) = read.value else { return too_large() };
    if !only_spaces(read.rest) {
        return Verdict::syntax(name, text);
    }
    if fits_block(value) { Verdict::Valid } else { too_large() }
}

/// Whether a wrapped number is one of 32 bits, with or without a sign.
pub(super) fn fits_block(value: u64) -> bool {
    u32::try_from(value).is_ok() || value >= u64::MAX - (u64::from(u32::MAX) >> 1)
}

/// `xid8in`: before PostgreSQL 16 anything was taken.
pub(super) fn unsigned_long(text: &str, version: u32) -> Verdict {
    if version < 16 {
        return Verdict::Valid;
    }
    let read = unsigned_prefix(text, true);
    match read.value {
        _ if read.empty => Verdict::syntax("xid8", text),
        None => Verdict::refuse("22003", format!("value \"{text}\" is out of range for type xid8")),
        Some(_) => Verdict::valid_or_syntax(only_spaces(read.rest), "xid8", text),
    }
}

/// `xidin`, `cidin`: before PostgreSQL 16 anything was taken.
pub(super) fn lenient_unsigned(text: &str, version: u32, name: &str) -> Verdict {
    if version < 16 { Verdict::Valid } else { unsigned(text, version, name) }
}

/// `int2vectorin`, `oidvectorin`: numbers between spaces.
pub(super) fn vector(text: &str, oids: bool, version: u32) -> Verdict {
    let small = if version < 15 { "integer" } else { "smallint" };
    let mut verdict = Verdict::Valid;
    for part in text.split_ascii_whitespace() {
        verdict = verdict.and(|| match oids {
            // A number ends where the next one's sign begins.
            true => oids_of(part, version),
            false => integer(part, version, 16, small),
        });
    }
    verdict
}

fn oids_of(part: &str, version: u32) -> Verdict {
    let mut verdict = Verdict::Valid;
    let mut start = 0;
    for (at, character) in part.char_indices() {
        if matches!(character, '-' | '+') && at > start {
            let number = &part[start..at];
            verdict = verdict.and(|| unsigned(number, version, "oid"));
            start = at;
        }
    }
    let last = &part[start..];
    verdict.and(|| unsigned(last, version, "oid"))
}

fn is_special(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    ["nan", "inf", "infinity"].iter().any(|word| unsigned.eq_ignore_ascii_case(word))
}

/// A decimal number's parts.
struct Decimal<'a> {
    whole: &'a str,
    fraction: &'a str,
    exponent: Option<&'a str>,
}

/// `[digits][.digits][e[sign]digits]` with a digit before the exponent.
fn decimal(text: &str) -> Option<Decimal<'_>> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !digits.is_empty() && all_digits(digits)
    });
    let fits = all_digits(whole) && all_digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_fits;
    fits.then_some(Decimal { whole, fraction, exponent })
}

/// `float8in_internal`, `float4in_internal`.
pub(super) fn float(text: &str, single: bool) -> Verdict {
    let name = if single { "real" } else { "double precision" };
    let too_large = || Verdict::refuse("22003", format!("\"{text}\" is out of range for type {name}"));
    let trimmed = trim(text);
    if is_special(trimmed) {
        return Verdict::Valid;
    }
    let unsigned = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
    if unsigned.starts_with("0x") || unsigned.starts_with("0X") {
        return Verdict::Unsure;
    }
    let Some(parts) = decimal(unsigned) else {
        // The number before what is wrong is read first.
        return match float_prefix(trimmed) {
            FloatPrefix::OutOfRange => too_large(),
            _ => Verdict::syntax(name, text),
        };
    };
    let is_zero = parts.whole.bytes().chain(parts.fraction.bytes()).all(|byte| byte == b'0');
    let (infinite, vanished) = if single {
        unsigned.parse::<f32>().map_or((false, false), |value| (value.is_infinite(), value == 0.0))
    } else {
        unsigned.parse::<f64>().map_or((false, false), |value| (value.is_infinite(), value == 0.0))
    };
    if infinite || (vanished && !is_zero) {
        return too_large();
    }
    Verdict::Valid
}

/// Most digits before the decimal point of a numeric, and most after it.
const MAX_WHOLE: i64 = 131_072;
const MAX_FRACTION: i64 = 16_383;

/// `numeric_in`
pub(super) fn numeric(text: &str, version: u32) -> Verdict {
    let trimmed = trim(text);
    if is_special(trimmed) {
        let is_nan = trimmed.eq_ignore_ascii_case("nan");
        let signed_nan = !is_nan && trimmed[1..].eq_ignore_ascii_case("nan");
        return Verdict::valid_or_syntax(!signed_nan && (is_nan || version >= 14), "numeric", text);
    }
    let unsigned = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
    let (base, rest) = base_of(unsigned.as_bytes());
    if version >= 16 && base != 10 {
        return match digits(rest, base, true, true, u128::MAX >> 8) {
            Digits::Value(_) => Verdict::Valid,
            Digits::TooLarge => Verdict::Unsure,
            Digits::Wrong => Verdict::syntax("numeric", text),
        };
    }
    let plain;
    let unsigned = if version >= 16 && unsigned.contains('_') {
        match without_underscores(unsigned) {
            Some(without) => {
                plain = without;
                &plain
            }
            None => return Verdict::syntax("numeric", text),
        }
    } else {
        unsigned
    };
    let Some(parts) = decimal(unsigned) else { return Verdict::syntax("numeric", text) };
    let overflow = || Verdict::refuse("22003", "value overflows numeric format".to_owned());
    let Ok(exponent) = parts.exponent.map_or(Ok(0), str::parse::<i32>) else { return overflow() };
    let significant = parts.whole.trim_start_matches('0');
    let length = |part: &str| i64::try_from(part.len()).unwrap_or(i64::MAX);
    let is_zero = significant.is_empty() && parts.fraction.bytes().all(|byte| byte == b'0');
    let whole = length(significant).saturating_add(i64::from(exponent));
    let fraction = length(parts.fraction).saturating_sub(i64::from(exponent));
    if (!is_zero && whole > MAX_WHOLE) || fraction > MAX_FRACTION {
        return overflow();
    }
    Verdict::Valid
}

/// Underscores stand between digits only.
fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let fits = |(at, byte): (usize, &u8)| *byte != b'_' || (digit(at.checked_sub(1)) && digit(Some(at + 1)));
    bytes.iter().enumerate().all(fits).then(|| text.replace('_', ""))
}

/// What stands at the beginning of a text, spaces before it passed over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum FloatPrefix {
    /// A number, and the bytes up to its end.
    Value(f64, usize),
    None,
    OutOfRange,
    /// Spellings that `strtod` may know.
    Unsure,
}

/// `float8in_internal` where something may follow the number.
pub(super) fn float_prefix(text: &str) -> FloatPrefix {
    let bytes = text.as_bytes();
    let start = bytes.iter().take_while(|byte| is_space(**byte)).count();
    let sign = start + usize::from(matches!(bytes.get(start), Some(b'-' | b'+')));
    let rest = bytes.get(sign..).unwrap_or_default();
    for word in ["infinity", "inf", "nan"] {
        if rest.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes())) {
            let value = if word == "nan" { f64::NAN } else { f64::INFINITY };
            let signed = if bytes.get(start) == Some(&b'-') { -value } else { value };
            return FloatPrefix::Value(signed, sign + word.len());
        }
    }
    if matches!(rest, [b'0', b'x' | b'X', ..]) {
        return FloatPrefix::Unsure;
    }
    let digits = |from: usize| rest[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(0);
    let mut end = whole;
    let mut count = whole;
    if rest.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        count += fraction;
        end += 1 + fraction;
    }
    if count == 0 {
        return FloatPrefix::None;
    }
    let is_zero = rest[..end].iter().all(|byte| matches!(byte, b'0' | b'.'));
    if matches!(rest.get(end), Some(b'e' | b'E')) {
        let signed = end + 1 + usize::from(matches!(rest.get(end + 1), Some(b'-' | b'+')));
        let exponent = if signed <= rest.len() { digits(signed) } else { 0 };
        if exponent > 0 {
            end = signed + exponent;
        }
    }
    match text[start..sign + end].parse::<f64>() {
        Ok(value) if value.is_infinite() || (value == 0.0 && !is_zero) => FloatPrefix::OutOfRange,
        Ok(value) => FloatPrefix::Value(value, sign + end),
        Err(_) => FloatPrefix::Unsure,
    }
}

/// The value of a whole text that [`float`] takes, infinities and NaN included.
pub(super) fn float_value(text: &str) -> Option<f64> {
    match float_prefix(text) {
        FloatPrefix::Value(value, length) if length == text.len() => Some(value),
        _ => None,
    }
}
