//! Methods of texts that are known character by character, or of which the characters are known that they may have.

use std::sync::Arc;

use rollproof_source::Span;
use rollproof_sql::{Letters, MadeText};

use super::Evaluator;
use super::replace::{Pattern, Single};
use super::value::{Env, Piece, Pieces, Value, add, constant, cut};
use crate::ir::{Call, Facts};

/// How often a text is repeated that is written out.
const MAX_REPEATS: usize = 64;

impl Evaluator<'_> {
    /// A method of a text, or of a number as text, that is known in this sense.
    pub(super) fn spelled_method(
        &mut self,
        facts: &Arc<Facts>,
        value: &Value,
        (name, call): (&str, &Call),
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        match (name, value) {
            ("padStart" | "padEnd", _) => self.padded(facts, value, (name == "padStart", call), at, env),
            (_, Value::Text(pieces)) => self.sliced(facts, pieces, (name, call), at, env),
            _ => vec![Value::unknown("part of a text", at)],
        }
    }

    /// `text.repeat(count)`: placeholders and blanks that are repeated any number of times mean what one of them does.
    pub(super) fn repeated(&mut self, facts: &Arc<Facts>, pieces: &[Piece], call: &Call, at: Span, env: &Env) -> Value {
        let count = call.arguments.first().and_then(|count| self.whole_argument(facts, *count, env));
        if let Some(count) = count.and_then(|count| usize::try_from(count).ok()).filter(|count| *count <= MAX_REPEATS) {
            return Value::text(vec![pieces; count].concat());
        }
        let is_plain = |text: &str| text.contains(['?', '$']) || !text.contains(char::is_alphanumeric);
        let may_be_one = pieces.iter().any(|piece| match piece {
            Piece::Text { text, .. } => is_plain(text),
            Piece::Placeholder(_) | Piece::Number(_) => true,
            _ => false,
        });
        if !may_be_one {
            return Value::unknown("text that is repeated", at);
        }
        Value::text(pieces.iter().cloned().chain([Piece::Repeat(at)]).collect())
    }

    /// `text.slice(0, 8)`, `text.substring(2)`, `text.substr(2, 8)`, the places known.
    fn sliced(
        &mut self,
        facts: &Arc<Facts>,
        pieces: &[Piece],
        (name, call): (&str, &Call),
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        let unknown = || vec![Value::unknown("part of a text", at)];
        let places: Option<Vec<i64>> =
            call.arguments.iter().map(|argument| self.whole_argument(facts, *argument, env)).collect();
        let (from, to) = match (name, places.as_deref()) {
            (_, Some([])) => (0, None),
            ("substring", Some([from])) => ((*from).max(0), None),
            ("substring", Some([from, to])) => ((*from).max(0).min(*to), Some((*to).max(0).max(*from))),
            ("substr", Some([from, length])) if *from >= 0 => (*from, Some(from.saturating_add((*length).max(0)))),
            (_, Some([from])) => (*from, None),
            ("slice", Some([from, to])) => (*from, Some(*to)),
            _ => return unknown(),
        };
        let given = pieces.iter().any(|piece| matches!(piece, Piece::Param(..)));
        let texts = if given { self.expand(&pieces.into(), at) } else { vec![pieces.to_vec()] };
        let mut found = Vec::new();
        for text in texts {
            let part = Spelled::of(&text).and_then(|spelled| spelled.sliced(from, to, at));
            add(&mut found, part.map_or_else(|| Value::unknown("part of a text", at), Value::text));
        }
        found
    }

    /// `text.padStart(2, "0")` and `padEnd`, of a number as well.
    fn padded(
        &mut self,
        facts: &Arc<Facts>,
        value: &Value,
        (start, call): (bool, &Call),
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        let length = call.arguments.first().and_then(|length| self.whole_argument(facts, *length, env));
        let fill = match call.arguments.get(1) {
            Some(_) => self.constant_argument(facts, call, 1, env),
            None => Some(" ".to_owned()),
        };
        let spelled = match value {
            Value::Text(pieces) => Spelled::of(&numbers_made(pieces)),
            Value::Number(place) => Spelled::of(&numbers_made(&[Piece::Number(*place)])),
            _ => None,
        };
        let padded = length.and_then(|length| u32::try_from(length).ok()).zip(fill).zip(spelled);
        let padded = padded.and_then(|((length, fill), spelled)| spelled.padded(length, &fill, start, at));
        vec![padded.map_or_else(|| Value::unknown("text filled up to a length", at), Value::text)]
    }

    /// `number.toString(36)`; a text stays what it is.
    pub(super) fn to_base(
        &mut self,
        facts: &Arc<Facts>,
        pieces: &[Piece],
        call: &Call,
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        if !call.arguments.is_empty() && super::spread::has_choice(pieces) {
            return vec![Value::unknown("result of `toString`", at)];
        }
        if !pieces.iter().any(|piece| matches!(piece, Piece::Made { number: true, .. })) {
            // A number that stands in source would be written to another base.
            return match super::flow::is_number(&Value::text(pieces.to_vec())) {
                true => vec![Value::unknown("result of `toString`", at)],
                false => vec![Value::text(pieces.to_vec())],
            };
        }
        let base = call.arguments.first().and_then(|base| self.whole_argument(facts, *base, env));
        let letters = base.and_then(|base| u32::try_from(base).ok()).and_then(super::made::digits_to);
        let Some(letters) = letters else { return vec![Value::unknown("result of `toString`", at)] };
        let changed = |piece: &Piece| match piece {
            Piece::Made { at, number: true, .. } => {
                Piece::Made { made: MadeText::from(letters, 1), at: *at, number: false }
            }
            other => other.clone(),
        };
        vec![Value::text(pieces.iter().map(changed).collect())]
    }
}

/// A number that is not known as text: digits, as everywhere.
fn numbers_made(pieces: &[Piece]) -> Vec<Piece> {
    let digits = MadeText::from(Letters::DIGITS, 1);
    let made = |piece: &Piece| match piece {
        Piece::Number(at) => Piece::Made { made: digits, at: *at, number: true },
        other => other.clone(),
    };
    pieces.iter().map(made).collect()
}

/// A text as pieces that are known in this sense, and what was decided on the way to it.
pub(super) struct Spelled {
    pub(super) pieces: Vec<Piece>,
    pub(super) marks: Vec<Piece>,
}

impl Spelled {
    /// None where a part of the text is not known even so.
    pub(super) fn of(pieces: &[Piece]) -> Option<Self> {
        let mut found = Self { pieces: Vec::new(), marks: Vec::new() };
        for piece in pieces {
            match piece {
                Piece::Text { .. } | Piece::Made { .. } => found.pieces.push(piece.clone()),
                Piece::Chosen(_) => found.marks.push(piece.clone()),
                _ => return None,
            }
        }
        Some(found)
    }

    pub(super) fn is_made(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Made { .. }))
    }

    /// The pieces with what was decided.
    pub(super) fn with(self, pieces: Vec<Piece>) -> Vec<Piece> {
        pieces.into_iter().chain(self.marks).collect()
    }

    /// The least and the greatest length in JavaScript's units; none for text that is not ASCII.
    pub(super) fn length(&self) -> Option<(u32, u32)> {
        let mut all = (0_u32, 0_u32);
        for piece in &self.pieces {
            let (least, most) = length_of(piece)?;
            all = (all.0.saturating_add(least), all.1.saturating_add(most));
        }
        Some(all)
    }

    /// `text.slice(from, to)`: a negative number counts from the end.
    pub(super) fn sliced(self, from: i64, to: Option<i64>, at: Span) -> Option<Vec<Piece>> {
        let (least, most) = self.length()?;
        let from_start = |place: i64| match place {
            0.. => Some(place),
            _ if least == most => Some((i64::from(least) + place).max(0)),
            _ => None,
        };
        let (from, to) = (from_start(from)?, from_start(to.unwrap_or(i64::from(u32::MAX)))?);
        let (from, to) = (u32::try_from(from).ok()?, u32::try_from(to.min(i64::from(u32::MAX))).ok()?);
        let pieces = part_of(&self.pieces, from, to.max(from)).or_else(|| mixed(&self.pieces, from, to, at))?;
        Some(self.with(pieces))
    }

    /// The text in the other case.
    pub(super) fn recased(letters: Letters, upper: bool) -> Letters {
        let change = |letter: char| if upper { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() };
        Letters::of(&letters.iter().map(change).collect::<String>()).unwrap_or(letters)
    }

    /// `text.padStart(length, fill)` and `padEnd`.
    pub(super) fn padded(self, length: u32, fill: &str, start: bool, at: Span) -> Option<Vec<Piece>> {
        let (least, most) = self.length()?;
        let letters = Letters::of(fill).filter(|letters| !letters.is_empty())?;
        let missing = MadeText { letters, least: length.saturating_sub(most), most: length.saturating_sub(least) };
        let mut pieces = self.pieces.clone();
        if missing.most == 0 {
            return Some(self.with(pieces));
        }
        let made = Piece::Made { made: missing, at, number: false };
        // `"7".padStart(2, "0")` is two digits: how many of them are filled in does not matter.
        match pieces.as_mut_slice() {
            [Piece::Made { made: own, number, .. }] => {
                let most = own.most.max(length);
                *own = MadeText { letters: own.letters.and(letters), least: own.least.max(length), most };
                *number = false;
            }
            _ if start => pieces.insert(0, made),
            _ => pieces.push(made),
        }
        Some(self.with(pieces))
    }

    /// `text.split(by)`, where what is made cannot hold what it is split by.
    pub(super) fn split(self, by: &str) -> Option<Vec<Vec<Piece>>> {
        let mut items: Vec<Vec<Piece>> = vec![Vec::new()];
        for piece in &self.pieces {
            let text = match piece {
                Piece::Text { text, .. } => text.clone(),
                Piece::Made { made, .. } if !by.chars().any(|letter| made.letters.has(letter)) => {
                    items.last_mut()?.push(piece.clone());
                    continue;
                }
                _ => return None,
            };
            // What it is split by may stand across two pieces.
            if by.len() > 1
                && self.pieces.windows(2).any(|pair| matches!(pair, [Piece::Text { .. }, Piece::Text { .. }]))
            {
                return None;
            }
            let mut from = 0;
            for (found, _) in text.match_indices(by) {
                items.last_mut()?.extend(cut(piece, from..found));
                items.push(Vec::new());
                from = found + by.len();
            }
            items.last_mut()?.extend(cut(piece, from..text.len()));
        }
        items.iter_mut().for_each(|item| item.extend(self.marks.iter().cloned()));
        Some(items)
    }
}

/// A text in which single characters are replaced, once with each of the texts that may stand instead. None where the
/// pattern is about more than that, or where it is not known which character is the first.
pub(super) fn replaced_in_made(pieces: &[Piece], pattern: &Pattern, texts: &[Pieces]) -> Option<Vec<Vec<Piece>>> {
    let how = pattern.single?;
    let spelled = Spelled::of(pieces)?;
    let marks = &spelled.marks;
    let with = |text: &Pieces| {
        let instead = constant(text).filter(|text| text.is_ascii() && !text.contains('$'))?;
        let mut made = Vec::new();
        let mut found = false;
        for piece in &spelled.pieces {
            if found && !pattern.all {
                made.push(piece.clone());
                continue;
            }
            found |= replace_in(piece, pattern, (how, &instead), &mut made)?;
        }
        let decided = text.iter().filter(|piece| matches!(piece, Piece::Chosen(_)));
        Some(made.into_iter().chain(marks.iter().chain(decided).cloned()).collect())
    };
    texts.iter().map(with).collect()
}

/// Adds a piece with its characters replaced; whether one was for sure.
fn replace_in(piece: &Piece, pattern: &Pattern, (how, instead): (Single, &str), made: &mut Vec<Piece>) -> Option<bool> {
    match piece {
        Piece::Text { text, at, .. } if text.is_ascii() => {
            if !pattern.regex.is_match(text) {
                made.push(piece.clone());
                return Some(false);
            }
            let times = if pattern.all { 0 } else { 1 };
            let text = pattern.regex.replacen(text, times, instead).into_owned();
            made.extend((!text.is_empty()).then(|| Piece::Text { text: text.into(), at: *at, verbatim: false }));
            Some(true)
        }
        Piece::Made { made: own, at, .. } => {
            let is_hit = |letter: &char| pattern.regex.is_match(letter.encode_utf8(&mut [0; 4]));
            let stay: String = own.letters.iter().filter(|letter| !is_hit(letter)).collect();
            let all_stay = own.letters.iter().count() == stay.len();
            if all_stay {
                made.push(piece.clone());
                return Some(false);
            }
            if !pattern.all {
                return None;
            }
            let letters = Letters::of(&stay)?.and(Letters::of(instead)?);
            let length = u32::try_from(instead.len()).ok()?;
            let shrinks = length == 0 || how == Single::Runs;
            let least = if shrinks { 0 } else { own.least };
            let most = own.most.saturating_mul(length.max(1));
            made.push(Piece::Made { made: MadeText { letters, least, most }, at: *at, number: false });
            Some(true)
        }
        _ => None,
    }
}

fn length_of(piece: &Piece) -> Option<(u32, u32)> {
    match piece {
        Piece::Text { text, .. } if text.is_ascii() => Some((text.len() as u32, text.len() as u32)),
        Piece::Made { made, .. } => Some((made.least, made.most)),
        _ => None,
    }
}

/// The characters `from..to`; none where it is not known which pieces hold them.
fn part_of(pieces: &[Piece], from: u32, to: u32) -> Option<Vec<Piece>> {
    let mut found = Vec::new();
    let mut start = 0_u32;
    for (index, piece) in pieces.iter().enumerate() {
        let (least, most) = length_of(piece)?;
        if start >= to {
            break;
        }
        let (skip, end) = (from.saturating_sub(start), to - start);
        if least != most {
            // Only the last piece that matters may be of any length.
            let last = index + 1 == pieces.len() || least >= end;
            let Piece::Made { made, at, .. } = piece else { return None };
            if !last {
                return None;
            }
            let length = |all: u32| all.min(end).saturating_sub(skip);
            let made = MadeText { letters: made.letters, least: length(least), most: length(most) };
            found.extend((made.most > 0).then_some(Piece::Made { made, at: *at, number: false }));
            return Some(found);
        }
        let (first, last) = (skip.min(least), end.min(least));
        match piece {
            Piece::Made { made, at, .. } if first < last => {
                let made = MadeText::exactly(made.letters, last - first);
                found.push(Piece::Made { made, at: *at, number: false });
            }
            Piece::Text { .. } => found.extend(cut(piece, first as usize..last as usize)),
            _ => {}
        }
        start += least;
    }
    Some(found)
}

/// Any of the characters of all pieces.
fn mixed(pieces: &[Piece], from: u32, to: u32, at: Span) -> Option<Vec<Piece>> {
    let mut letters = Letters::default();
    for piece in pieces {
        letters = letters.and(match piece {
            Piece::Text { text, .. } => Letters::of(text)?,
            Piece::Made { made, .. } => made.letters,
            _ => return None,
        });
    }
    let made = MadeText { letters, least: 0, most: to.saturating_sub(from) };
    Some(vec![Piece::Made { made, at, number: false }])
}

#[cfg(test)]
mod tests {
    use rollproof_source::{FileId, TextRange};

    use super::*;

    const AT: Span = Span { file: FileId(0), range: TextRange::new(0, 1) };

    fn text(text: &str) -> Piece {
        Piece::Text { text: text.into(), at: AT, verbatim: false }
    }

    fn made(letters: &str, least: u32, most: u32) -> Piece {
        let letters = Letters::of(letters).unwrap_or_default();
        Piece::Made { made: MadeText { letters, least, most }, at: AT, number: false }
    }

    fn spelled(pieces: &[Piece]) -> Spelled {
        Spelled { pieces: pieces.to_vec(), marks: Vec::new() }
    }

    #[test]
    fn slices_go_through_pieces_of_known_length() {
        let date = [made("0123", 4, 4), text("-"), made("0123", 2, 2), text("T"), made("45", 0, 9)];
        let slice = |from, to| spelled(&date).sliced(from, to, AT);
        assert_eq!(slice(0, Some(7)), Some(date[..3].to_vec()));
        assert_eq!(slice(2, Some(6)), Some(vec![made("0123", 2, 2), text("-"), made("0123", 1, 1)]));
        assert_eq!(slice(7, None), Some(vec![text("T"), made("45", 0, 9)]));
        assert_eq!(slice(9, Some(10)), Some(vec![made("45", 0, 1)]));
        // From the end of a text of any length.
        assert_eq!(slice(-2, None), None);
        assert_eq!(spelled(&date[..4]).sliced(-2, None, AT), Some(vec![made("0123", 1, 1), text("T")]));
        // Behind a piece of any length all of it is mixed.
        let mixed = spelled(&[made("ab", 0, 3), text("-")]).sliced(1, Some(3), AT);
        assert_eq!(mixed, Some(vec![made("ab-", 0, 2)]));
        assert_eq!(spelled(&[text("known")]).sliced(1, Some(3), AT), Some(vec![text("no")]));
    }

    #[test]
    fn texts_are_filled_up_and_split() {
        assert_eq!(spelled(&[made("12", 1, 2)]).padded(2, "0", true, AT), Some(vec![made("012", 2, 2)]));
        assert_eq!(spelled(&[text("7")]).padded(3, "0", true, AT), Some(vec![made("0", 2, 2), text("7")]));
        assert_eq!(spelled(&[text("700")]).padded(3, "0", true, AT), Some(vec![text("700")]));
        let items = spelled(&[made("01", 4, 4), text("-x"), text("T9")]).split("T");
        assert_eq!(items, Some(vec![vec![made("01", 4, 4), text("-x")], vec![text("9")]]));
        assert_eq!(spelled(&[made("0T", 4, 4)]).split("T"), None);
        assert_eq!(spelled(&[text("a-"), text("-b")]).split("--"), None);
    }
}
