//! Literals that hold other literals: arrays, rows, ranges (arrayfuncs.c, rowtypes.c, rangetypes.c, multirangetypes.c).

use rollproof_catalog::{Oid, oid};

use super::{Verdict, datetime, info, judge, number};
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
    let (dimensions, body) = match dimensions(trimmed) {
        Ok(read) => read,
        Err(verdict) => return verdict,
    };
    if !body.starts_with('{') {
        return malformed("array", text);
    }
    // Of the built-in types only box separates its array's elements otherwise.
    let separator = if cx.schema.type_of(element).is_some_and(|found| &*found.name == "box") { b';' } else { b',' };
    let modern = cx.version() >= 17;
    let mut elements = Vec::new();
    let sizes = match array_elements(body.as_bytes(), separator, modern, &mut elements) {
        Ok(sizes) => Some(sizes),
        // Elements are judged as they are read since PostgreSQL 17, after the braces before that.
        Err(Wrong::Malformed) if modern => None,
        Err(Wrong::Malformed) => return malformed("array", text),
        Err(Wrong::TooDeep) => {
            let message = if cx.version() >= 17 {
                "number of array dimensions exceeds the maximum allowed (6)"
            } else {
                "number of array dimensions (7) exceeds the maximum allowed (6)"
            };
            return Verdict::refuse("54000", message.to_owned());
        }
    };
    let fits = sizes.is_some_and(|sizes| dimensions.is_none_or(|dimensions| dimensions == sizes));
    let mut verdict = Verdict::Valid;
    for each in elements.into_iter().flatten() {
        verdict = verdict.and(|| judge(cx, &each, element, depth + 1));
        if matches!(verdict, Verdict::Invalid(_)) {
            break;
        }
    }
    match verdict {
        Verdict::Valid | Verdict::Unsure if !fits => malformed("array", text),
        other => other,
    }
}

/// Dimensions that are written before an equals sign, `[1:2][0:3]={…}`, as lengths, and what follows them.
fn dimensions(text: &str) -> Result<(Option<Vec<usize>>, &str), Verdict> {
    let mut rest = text;
    let mut lengths = Vec::new();
    while let Some(inner) = rest.trim_start_matches(is_space_character).strip_prefix('[') {
        let Some((written, after)) = inner.split_once(']') else { return Err(malformed("array", text)) };
        let (lower, upper) = written.split_once(':').map_or(("1", written), |(lower, upper)| (lower, upper));
        let number = |part: &str| part.parse::<i32>().map(i64::from);
        let (Ok(lower), Ok(upper)) = (number(lower), number(upper)) else {
            let digits = written.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'-' | b'+'));
            // Numbers that are too large have their own errors.
            return Err(if digits && written.len() > 9 { Verdict::Unsure } else { malformed("array", text) });
        };
        if upper == i64::from(i32::MAX) {
            return Err(Verdict::Unsure);
        }
        if upper < lower {
            return Err(Verdict::refuse("2202E", "upper bound cannot be less than lower bound".to_owned()));
        }
        let Ok(length) = usize::try_from(upper - lower + 1) else { return Err(Verdict::Unsure) };
        lengths.push(length);
        rest = after;
    }
    if lengths.is_empty() {
        return Ok((None, text));
    }
    if lengths.len() > 6
        || lengths.iter().try_fold(1_usize, |all, each| all.checked_mul(*each)).is_none_or(|all| all > 1 << 26)
    {
        return Err(Verdict::Unsure);
    }
    match rest.trim_start_matches(is_space_character).strip_prefix('=') {
        Some(body) => Ok((Some(lengths), body.trim_start_matches(is_space_character))),
        None => Err(malformed("array", text)),
    }
}

fn is_space_character(each: char) -> bool {
    u8::try_from(each).is_ok_and(is_space)
}

/// Why the text is no array.
enum Wrong {
    /// Braces, quotes or dimensions are wrong.
    Malformed,
    /// More than six dimensions.
    TooDeep,
}

/// The length of each dimension; the elements in order, as far as they could be read.
fn array_elements(
    text: &[u8],
    separator: u8,
    empty_parts: bool,
    elements: &mut Vec<Piece>,
) -> Result<Vec<usize>, Wrong> {
    let mut reader =
        ArrayReader { text, at: 0, separator, empty_parts, elements: Vec::new(), sizes: vec![None; 7], leaf: None };
    let read = reader.read();
    elements.append(&mut reader.elements);
    read?;
    if reader.at != text.len() {
        return Err(Wrong::Malformed);
    }
    Ok(reader.sizes.iter().map_while(|size| *size).collect())
}

struct ArrayReader<'a> {
    text: &'a [u8],
    at: usize,
    separator: u8,
    /// Whether `{{}}` is an empty array, as it is since PostgreSQL 17.
    empty_parts: bool,
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
                    if counts.len() > 1 && !self.empty_parts {
                        return Err(Wrong::Malformed);
                    }
                    self.at += 1;
                    if self.close(&mut counts).ok_or(Wrong::Malformed)? {
                        return Ok(());
                    }
                }
                _ => {
                    if counts.is_empty() || self.leaf.is_some_and(|leaf| leaf != counts.len()) {
                        return Err(Wrong::Malformed);
                    }
                    self.leaf = Some(counts.len());
                    let element = self.element().ok_or(Wrong::Malformed)?;
                    self.skip_space();
                    if !self.text.get(self.at).is_some_and(|next| *next == self.separator || *next == b'}') {
                        return Err(Wrong::Malformed);
                    }
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
            if self.close(counts)? {
                return Some(true);
            }
        }
    }

    /// After a closing brace: every array of a level has the same length. True where it was the outermost.
    fn close(&mut self, counts: &mut Vec<usize>) -> Option<bool> {
        let count = counts.pop()?;
        let size = self.sizes.get_mut(counts.len())?;
        if size.is_some_and(|size| size != count) {
            return None;
        }
        *size = Some(count);
        Some(counts.is_empty())
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
    if lower == upper {
        return Verdict::Valid;
    }
    let Some(order) = compare(cx, lower, upper, info::base_type(cx.schema, subtype)) else { return Verdict::Unsure };
    if order == std::cmp::Ordering::Greater {
        let message = "range lower bound must be less than or equal to range upper bound";
        return Verdict::refuse("22000", message.to_owned());
    }
    Verdict::Valid
}

/// How two literals of a type compare, where that is certain.
fn compare(cx: &Context, lower: &str, upper: &str, subtype: Oid) -> Option<std::cmp::Ordering> {
    let (lower, upper) = (lower.trim(), upper.trim());
    match subtype {
        oid::INT4 | oid::INT8 | oid::INT2 => Some(lower.parse::<i64>().ok()?.cmp(&upper.parse::<i64>().ok()?)),
        oid::DATE | oid::TIMESTAMP | oid::TIMESTAMPTZ | oid::TIME => {
            let lower = datetime::position(cx, lower, subtype)?;
            Some(lower.cmp(&datetime::position(cx, upper, subtype)?))
        }
        oid::FLOAT8 | oid::FLOAT4 => number::float_value(lower)?.partial_cmp(&number::float_value(upper)?),
        oid::NUMERIC => {
            let (first, second) = (number::float_value(lower)?, number::float_value(upper)?);
            // Digits that floating point does not tell apart are left open.
            let close = (first - second).abs() <= f64::EPSILON * 4.0 * first.abs().max(second.abs());
            if close && (lower.len() > 15 || upper.len() > 15) { None } else { first.partial_cmp(&second) }
        }
        // Every collation sorts letters of one case, and digits, in this order.
        oid::TEXT | oid::VARCHAR => {
            let lower_case = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let both = |fits: fn(&str) -> bool| fits(lower) && fits(upper);
            (both(lower_case) || both(digits)).then(|| lower.cmp(upper))
        }
        _ => None,
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
    let mut ranges = Vec::new();
    while at < bytes.len() {
        if bytes[at..].len() >= 5 && bytes[at..at + 5].eq_ignore_ascii_case(b"empty") {
            at += 5;
        } else {
            let Some(bounds) = range_bounds(bytes, at) else { return malformed("multirange", text) };
            at = bounds.end;
            ranges.push(bounds);
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
    // Brackets are read before any bound is.
    ranges.iter().fold(Verdict::Valid, |verdict, bounds| verdict.and(|| judge_bounds(cx, bounds, subtype, depth)))
}
