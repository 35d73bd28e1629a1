//! Literals that hold other literals: arrays, rows, ranges (arrayfuncs.c, rowtypes.c, rangetypes.c, multirangetypes.c).

use rollproof_catalog::Oid;

use super::{Verdict, info, judge};
use crate::context::Context;
use crate::types::record::relation_columns;

fn malformed(what: &str, text: &str) -> Verdict {
    Verdict::refuse("22P02", format!("malformed {what} literal: \"{text}\""))
}

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

/// A piece between separators: none for NULL.
type Piece = Option<String>;

/// `array_in`: dimensions that are written out, then nested braces.
pub(super) fn array(cx: &mut Context, text: &str, element: Oid, depth: usize) -> Verdict {
    let trimmed = text.trim_matches(|each: char| u8::try_from(each).is_ok_and(is_space));
    if trimmed.starts_with('[') && has_dimensions(trimmed) {
        return Verdict::Unsure;
    }
    if !trimmed.starts_with('{') {
        return malformed("array", text);
    }
    // Of the built-in types only box separates its array's elements otherwise.
    let separator = if cx.schema.type_of(element).is_some_and(|found| &*found.name == "box") { b';' } else { b',' };
    let elements = match array_elements(trimmed.as_bytes(), separator) {
        Ok(elements) => elements,
        Err(Wrong::Malformed) => return malformed("array", text),
        Err(Wrong::EmptyPart) => {
            return if cx.version() >= 17 { Verdict::Unsure } else { malformed("array", text) };
        }
        Err(Wrong::TooDeep) => {
            let message = if cx.version() >= 17 {
                "number of array dimensions exceeds the maximum allowed (6)"
            } else {
                "number of array dimensions (7) exceeds the maximum allowed (6)"
            };
            return Verdict::refuse("54000", message.to_owned());
        }
    };
    let mut verdict = Verdict::Valid;
    for each in elements.into_iter().flatten() {
        verdict = verdict.and(|| judge(cx, &each, element, depth + 1));
        if matches!(verdict, Verdict::Invalid(_)) {
            break;
        }
    }
    verdict
}

/// Whether dimensions are written before an equals sign: `[1:2][0:3]={…}`.
fn has_dimensions(text: &str) -> bool {
    let Some((dimensions, _)) = text.split_once('=') else { return false };
    let is_number = |part: &str| part.trim().parse::<i32>().is_ok();
    let fits = |part: &str| match part.split_once(':') {
        Some((lower, upper)) => is_number(lower) && is_number(upper),
        None => is_number(part),
    };
    let inner = dimensions.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| inner.split(']').all(|part| fits(part.trim_start().trim_start_matches('['))))
}

/// Why the text is no array.
enum Wrong {
    /// Braces, quotes or dimensions are wrong.
    Malformed,
    /// `{{}}`, which is an empty array since PostgreSQL 17.
    EmptyPart,
    /// More than six dimensions.
    TooDeep,
}

/// The elements in order.
fn array_elements(text: &[u8], separator: u8) -> Result<Vec<Piece>, Wrong> {
    let mut reader = ArrayReader { text, at: 0, separator, elements: Vec::new(), sizes: vec![None; 7], leaf: None };
    reader.read()?;
    if reader.at == text.len() { Ok(reader.elements) } else { Err(Wrong::Malformed) }
}

struct ArrayReader<'a> {
    text: &'a [u8],
    at: usize,
    separator: u8,
    elements: Vec<Piece>,
    /// The length that every array of a level has, by level.
    sizes: Vec<Option<usize>>,
    /// The level at which elements stand.
    leaf: Option<usize>,
}

impl ArrayReader<'_> {
    fn skip_space(&mut self) {
        while self.text.get(self.at).copied().is_some_and(is_space) {
            self.at += 1;
        }
    }

    fn read(&mut self) -> Result<(), Wrong> {
        let mut counts: Vec<usize> = Vec::new();
        loop {
            self.skip_space();
            match self.text.get(self.at).ok_or(Wrong::Malformed)? {
                b'{' => {
                    if counts.len() >= 6 {
                        return Err(Wrong::TooDeep);
                    }
                    if self.leaf.is_some_and(|leaf| counts.len() >= leaf) {
                        return Err(Wrong::Malformed);
                    }
                    self.at += 1;
                    counts.push(0);
                    self.skip_space();
                    if self.text.get(self.at) != Some(&b'}') {
                        continue;
                    }
                    if counts.len() > 1 {
                        return Err(Wrong::EmptyPart);
                    }
                    self.at += 1;
                    return Ok(());
                }
                _ => {
                    if counts.is_empty() || self.leaf.is_some_and(|leaf| leaf != counts.len()) {
                        return Err(Wrong::Malformed);
                    }
                    self.leaf = Some(counts.len());
                    let element = self.element().ok_or(Wrong::Malformed)?;
                    self.elements.push(element);
                }
            }
            if self.after_item(&mut counts).ok_or(Wrong::Malformed)? {
                return Ok(());
            }
        }
    }

    /// After an element: separators and closing braces. True where the array is closed.
    fn after_item(&mut self, counts: &mut Vec<usize>) -> Option<bool> {
        loop {
            *counts.last_mut()? += 1;
            self.skip_space();
            let next = *self.text.get(self.at)?;
            self.at += 1;
            if next == self.separator {
                return Some(false);
            }
            if next != b'}' {
                return None;
            }
            let count = counts.pop()?;
            let size = self.sizes.get_mut(counts.len())?;
            if size.is_some_and(|size| size != count) {
                return None;
            }
            *size = Some(count);
            if counts.is_empty() {
                return Some(true);
            }
        }
    }

    fn element(&mut self) -> Option<Piece> {
        let mut out = Vec::new();
        let quoted = self.text.get(self.at) == Some(&b'"');
        if quoted {
            self.at += 1;
            loop {
                let byte = *self.text.get(self.at)?;
                self.at += 1;
                match byte {
                    b'"' => break,
                    b'\\' => {
                        out.push(*self.text.get(self.at)?);
                        self.at += 1;
                    }
                    other => out.push(other),
                }
            }
            return Some(Some(String::from_utf8(out).ok()?));
        }
        let mut kept = 0;
        let mut escaped = false;
        loop {
            match *self.text.get(self.at)? {
                b'"' | b'{' => return None,
                b'}' => break,
                byte if byte == self.separator => break,
                b'\\' => {
                    out.push(*self.text.get(self.at + 1)?);
                    self.at += 2;
                    kept = out.len();
                    escaped = true;
                }
                byte => {
                    out.push(byte);
                    self.at += 1;
                    if !is_space(byte) {
                        kept = out.len();
                    }
                }
            }
        }
        out.truncate(kept);
        if out.is_empty() {
            return None;
        }
        let text = String::from_utf8(out).ok()?;
        Some(if !escaped && text.eq_ignore_ascii_case("null") { None } else { Some(text) })
    }
}

/// `record_in`: as many fields as the row has columns.
pub(super) fn row(cx: &mut Context, text: &str, relation: Oid, depth: usize) -> Verdict {
    let Some(columns) = relation_columns(cx.schema, relation) else { return Verdict::Unsure };
    cx.lookups.whole_relations.insert(relation);
    let Some(fields) = row_fields(text) else { return malformed("record", text) };
    let fields = if columns.is_empty() && fields == [None] { Vec::new() } else { fields };
    if fields.len() != columns.len() {
        return malformed("record", text);
    }
    let mut verdict = Verdict::Valid;
    for (field, column) in fields.iter().zip(columns.iter()) {
        if let Some(field) = field {
            verdict = verdict.and(|| judge(cx, field, column.data_type.oid, depth + 1));
        }
    }
    verdict
}

fn row_fields(text: &str) -> Option<Vec<Piece>> {
    let trimmed = text.trim_matches(|each: char| u8::try_from(each).is_ok_and(is_space));
    let bytes = trimmed.strip_prefix('(')?.as_bytes();
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let (piece, end) = delimited(bytes, at, b",)")?;
        fields.push(piece);
        at = end + 1;
        if bytes[end] == b')' {
            return (at == bytes.len()).then_some(fields);
        }
    }
}

/// A piece up to one of the ends, quotes and escapes taken off; none where it is empty (a null).
fn delimited(bytes: &[u8], start: usize, ends: &[u8]) -> Option<(Piece, usize)> {
    if bytes.get(start).is_some_and(|byte| ends.contains(byte)) {
        return Some((None, start));
    }
    let mut out = Vec::new();
    let mut in_quotes = false;
    let mut at = start;
    loop {
        let byte = *bytes.get(at)?;
        match byte {
            b'\\' => {
                out.push(*bytes.get(at + 1)?);
                at += 1;
            }
            b'"' if in_quotes && bytes.get(at + 1) == Some(&b'"') => {
                out.push(b'"');
                at += 1;
            }
            b'"' => in_quotes = !in_quotes,
            _ if !in_quotes && ends.contains(&byte) => return Some((Some(String::from_utf8(out).ok()?), at)),
            _ => out.push(byte),
        }
        at += 1;
    }
}

/// A range's bounds; none for an infinite one.
struct Bounds {
    lower: Piece,
    upper: Piece,
    end: usize,
}

/// `range_parse`, from `start`; `end` is one past the closing bracket.
fn range_bounds(bytes: &[u8], start: usize) -> Option<Bounds> {
    if !matches!(bytes.get(start)?, b'[' | b'(') {
        return None;
    }
    let ends = [b',', b')', b']'];
    let (lower, comma) = delimited(bytes, start + 1, &ends)?;
    if bytes[comma] != b',' {
        return None;
    }
    let (upper, close) = delimited(bytes, comma + 1, &ends)?;
    (bytes[close] != b',').then_some(Bounds { lower, upper, end: close + 1 })
}

fn judge_bounds(cx: &mut Context, bounds: &Bounds, subtype: Oid, depth: usize) -> Verdict {
    let mut verdict = Verdict::Valid;
    for bound in [&bounds.lower, &bounds.upper].into_iter().flatten() {
        verdict = verdict.and(|| judge(cx, bound, subtype, depth + 1));
    }
    let (Verdict::Valid, Some(lower), Some(upper)) = (&verdict, &bounds.lower, &bounds.upper) else { return verdict };
    match (lower.trim().parse::<i64>(), upper.trim().parse::<i64>()) {
        _ if lower == upper => Verdict::Valid,
        (Ok(lower), Ok(upper)) if lower > upper => {
            let message = "range lower bound must be less than or equal to range upper bound";
            Verdict::refuse("22000", message.to_owned())
        }
        (Ok(_), Ok(_)) => Verdict::Valid,
        _ => in_other_order(lower, upper),
    }
}

/// Bounds in the wrong order are refused; which order is right is the subtype's to say. ISO dates and times of the same
/// length sort as text, and decimal numbers that floating point tells apart sort as those.
fn in_other_order(lower: &str, upper: &str) -> Verdict {
    let refuse = || {
        let message = "range lower bound must be less than or equal to range upper bound";
        Verdict::refuse("22000", message.to_owned())
    };
    let is_iso = |text: &str| {
        let bytes = text.as_bytes();
        let punctuation = [b'-', b':', b' ', b'.'];
        bytes.len() >= 10
            && bytes[4] == b'-'
            && bytes[7] == b'-'
            && bytes.iter().all(|byte| byte.is_ascii_digit() || punctuation.contains(byte))
    };
    if is_iso(lower) && is_iso(upper) && lower.len() == upper.len() {
        return if lower <= upper { Verdict::Valid } else { refuse() };
    }
    let decimal = |text: &str| {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        if plain && text.len() <= 15 { text.parse::<f64>().ok() } else { None }
    };
    match (decimal(lower), decimal(upper)) {
        (Some(lower), Some(upper)) if lower < upper => Verdict::Valid,
        (Some(lower), Some(upper)) if lower > upper => refuse(),
        _ => Verdict::Unsure,
    }
}

/// `range_in`
pub(super) fn range(cx: &mut Context, text: &str, subtype: Oid, depth: usize) -> Verdict {
    let trimmed = text.trim();
    if trimmed.eq_ignore_ascii_case("empty") {
        return Verdict::Valid;
    }
    match range_bounds(trimmed.as_bytes(), 0) {
        Some(bounds) if bounds.end == trimmed.len() => judge_bounds(cx, &bounds, subtype, depth),
        _ => malformed("range", text),
    }
}

/// `multirange_in`
pub(super) fn multirange(cx: &mut Context, text: &str, range: Oid, depth: usize) -> Verdict {
    let Some(subtype) = info::range_subtype(cx.schema, range) else { return Verdict::Unsure };
    let trimmed = text.trim();
    let Some(inner) = trimmed.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return malformed("multirange", text);
    };
    let bytes = inner.as_bytes();
    let skip = |mut at: usize| {
        while bytes.get(at).copied().is_some_and(is_space) {
            at += 1;
        }
        at
    };
    let mut at = skip(0);
    let mut verdict = Verdict::Valid;
    while at < bytes.len() {
        if bytes[at..].len() >= 5 && bytes[at..at + 5].eq_ignore_ascii_case(b"empty") {
            at += 5;
        } else {
            let Some(bounds) = range_bounds(bytes, at) else { return malformed("multirange", text) };
            at = bounds.end;
            verdict = verdict.and(|| judge_bounds(cx, &bounds, subtype, depth));
        }
        at = skip(at);
        match bytes.get(at) {
            None => break,
            Some(b',') => {
                at = skip(at + 1);
                if at == bytes.len() {
                    return malformed("multirange", text);
                }
            }
            Some(_) => return malformed("multirange", text),
        }
    }
    verdict
}
