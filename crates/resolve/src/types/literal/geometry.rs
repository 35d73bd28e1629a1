//! Geometric types (geo_ops.c): how many numbers a text holds, and the plain spellings.

use rollproof_catalog::{Oid, oid};

use super::Verdict;
use super::number;

/// `point_in`: `x,y` or `(x,y)`.
pub(super) fn point(text: &str) -> Verdict {
    let trimmed = text.trim();
    let inner = match (trimmed.strip_prefix('('), trimmed.ends_with(')')) {
        (Some(inner), true) => &inner[..inner.len() - 1],
        (None, false) => trimmed,
        _ => return Verdict::syntax("point", text),
    };
    let fits = |part: &str| !part.trim().is_empty() && number::float(part, false) == Verdict::Valid;
    if inner.split_once(',').is_some_and(|(x, y)| fits(x) && fits(y)) {
        return Verdict::Valid;
    }
    by_count("point", text, |count| count == 2)
}

/// `lseg_in`, `box_in`, `path_in`, `poly_in`, `line_in`, `circle_in`.
pub(super) fn shape(text: &str, data_type: Oid) -> Verdict {
    match data_type {
        oid::LSEG => by_count("lseg", text, |count| count == 4),
        oid::BOX => by_count("box", text, |count| count == 4),
        oid::CIRCLE => by_count("circle", text, |count| count == 3),
        oid::LINE => by_count("line", text, |count| count == 3 || count == 4),
        oid::PATH => by_count("path", text, |count| count >= 2 && count % 2 == 0),
        _ => by_count("polygon", text, |count| count >= 2 && count % 2 == 0),
    }
}

/// A text with the wrong count of numbers, or with anything else in it, is refused; how brackets nest is left open.
fn by_count(name: &str, text: &str, fits: impl Fn(usize) -> bool) -> Verdict {
    let brackets = ['(', ')', '[', ']', '<', '>', '{', '}'];
    let pieces: Vec<&str> = text.split(|each: char| brackets.contains(&each) || each == ',').map(str::trim).collect();
    let numbers: Vec<&&str> = pieces.iter().filter(|piece| !piece.is_empty()).collect();
    let all_numbers =
        numbers.iter().all(|piece| number::float(piece, false) != Verdict::syntax("double precision", piece));
    if all_numbers && fits(numbers.len()) { Verdict::Unsure } else { Verdict::syntax(name, text) }
}
