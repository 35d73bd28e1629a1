//! Text that a program makes while it runs: a date, a hash, a random name. Nobody knows it before; which characters it has
//! is known.

use rollproof_source::TextRange;

use crate::mapped::{MappedText, Origin};

/// A set of ASCII characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Letters(u128);

impl Letters {
    /// `0` to `9`.
    pub const DIGITS: Self = Self::range(b'0', b'9');
    /// `0` to `9` and `a` to `f`.
    pub const HEX: Self = Self::DIGITS.and(Self::range(b'a', b'f'));
    /// `0` to `9` and `a` to `z`.
    pub const BASE36: Self = Self::DIGITS.and(Self::range(b'a', b'z'));
    /// `0` to `9`, `a` to `z` and `A` to `Z`.
    pub const ALPHANUMERIC: Self = Self::BASE36.and(Self::range(b'A', b'Z'));

    const fn range(first: u8, last: u8) -> Self {
        let mut set = 0_u128;
        let mut next = first;
        while next <= last {
            set |= 1 << next;
            next += 1;
        }
        Self(set)
    }

    /// The characters of a text; none where one of them is not ASCII.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        text.bytes().try_fold(Self::default(), |set, byte| byte.is_ascii().then(|| Self(set.0 | (1 << byte))))
    }

    /// These characters and others.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a character is among them.
    #[must_use]
    pub fn has(self, letter: char) -> bool {
        letter.is_ascii() && self.0 & (1 << u32::from(letter)) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The characters in their order.
    pub fn iter(self) -> impl Iterator<Item = char> {
        (0..128_u8).map(char::from).filter(move |letter| self.has(*letter))
    }
}

/// Text that is made at run time: of these characters, so many of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MadeText {
    /// What it is made of.
    pub letters: Letters,
    /// The least number of characters.
    pub least: u32,
    /// The greatest; [`MadeText::ANY`] where there is none.
    pub most: u32,
}

impl MadeText {
    /// As many characters as one likes.
    pub const ANY: u32 = u32::MAX;

    /// Exactly `length` characters.
    #[must_use]
    pub const fn exactly(letters: Letters, length: u32) -> Self {
        Self { letters, least: length, most: length }
    }

    /// `least` characters or more.
    #[must_use]
    pub const fn from(letters: Letters, least: u32) -> Self {
        Self { letters, least, most: Self::ANY }
    }

    /// Whether every character may stand in a name without quotes, not necessarily as its first.
    #[must_use]
    pub fn goes_on_a_name(self) -> bool {
        self.letters.iter().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$')
    }
}

impl MappedText {
    /// Whether the name that is written at `range`, quotes included, may be `name` in one run or another. Unknown text may
    /// be anything.
    #[must_use]
    pub fn may_be(&self, range: TextRange, name: &str) -> bool {
        let written = range.slice(&self.text);
        let is_quoted = written.starts_with('"');
        let name: Vec<char> = name.chars().collect();
        // Which beginnings of the name have been read.
        let mut read = vec![false; name.len() + 1];
        read[0] = true;
        for (at, letter) in written.char_indices() {
            let place = range.start + at as u32;
            if letter == '"' {
                continue;
            }
            read = match letter {
                MappedText::HOLE => self.after_hole(place, is_quoted, &name, &read),
                _ => after_letter(if is_quoted { letter } else { letter.to_ascii_lowercase() }, &name, &read),
            };
        }
        read.last() == Some(&true)
    }

    fn after_hole(&self, place: u32, is_quoted: bool, name: &[char], read: &[bool]) -> Vec<bool> {
        let made = self.segments.iter().find_map(|segment| match &segment.origin {
            Origin::Hole(hole) if segment.range.start == place => Some(hole.made),
            _ => None,
        });
        let made = made.flatten();
        let fits = |letter: char| {
            let other_case = !is_quoted && made.is_some_and(|made| made.letters.has(letter.to_ascii_uppercase()));
            made.is_none_or(|made| made.letters.has(letter)) || other_case
        };
        let (least, most) = made.map_or((0, usize::MAX), |made| (made.least as usize, made.most as usize));
        let mut after = vec![false; read.len()];
        for start in (0..read.len()).filter(|start| read[*start]) {
            let run = name[start..].iter().take_while(|letter| fits(**letter)).count();
            (least..=run.min(most)).for_each(|length| after[start + length] = true);
        }
        after
    }
}

fn after_letter(letter: char, name: &[char], read: &[bool]) -> Vec<bool> {
    let mut after = vec![false; read.len()];
    for start in 0..name.len() {
        after[start + 1] = read[start] && name[start] == letter;
    }
    after
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rollproof_source::{FileId, Span};

    use super::*;
    use crate::Hole;

    fn text(parts: &[(&str, Option<MadeText>)]) -> MappedText {
        let at = Span { file: FileId(0), range: TextRange::new(0, 1) };
        let mut all = MappedText::default();
        for (known, made) in parts {
            all.push(known, Origin::Derived(at));
            if made.is_some() {
                all.push_hole(Hole { reason: Arc::from("made"), at, made: *made });
            }
        }
        all
    }

    #[track_caller]
    fn check(text: &MappedText, expected: &[&str], others: &[&str]) {
        let range = TextRange::new(0, text.text.len() as u32);
        for name in expected {
            assert!(text.may_be(range, name), "{name}");
        }
        for name in others {
            assert!(!text.may_be(range, name), "{name}");
        }
    }

    #[test]
    fn a_name_is_compared_with_what_may_be_made() {
        let hex = MadeText::exactly(Letters::HEX, 4);
        let days = MadeText { letters: Letters::DIGITS, least: 1, most: 2 };
        check(&text(&[("t_", Some(hex)), ("_x", None)]), &["t_00ff_x"], &["t_00FF_x", "t_0ff_x", "t_00fg_x", "t_00ff"]);
        check(&text(&[("T_", Some(days)), ("", Some(days))]), &["t_11", "t_1234"], &["T_11", "t_1", "t_12345"]);
        check(&text(&[("\"T_", Some(hex)), ("\"", None)]), &["T_beef"], &["t_beef"]);
    }

    #[test]
    fn letters_are_a_set() {
        let set = Letters::of("ba-").unwrap_or_default();
        assert_eq!(set.iter().collect::<String>(), "-ab");
        assert!(set.has('-') && !set.has('c') && !set.has('ä'));
        assert!(Letters::of("ä").is_none());
        assert!(MadeText::from(Letters::HEX, 1).goes_on_a_name() && !MadeText::from(set, 0).goes_on_a_name());
    }
}
