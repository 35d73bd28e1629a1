//! Finds every place of many words in a text.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// An automaton of words. As a table it takes one step a byte, and some time to make.
pub(crate) struct Table(AhoCorasick);

impl Table {
    /// None where there are too many words for one. `table`: a table is worth the time that it takes to make; that is a
    /// moment for optimised code only, and tests build many.
    pub(crate) fn new<W: AsRef<[u8]>>(words: impl IntoIterator<Item = W>, any_case: bool, table: bool) -> Option<Self> {
        let kind = (table && !cfg!(debug_assertions)).then_some(AhoCorasickKind::DFA);
        AhoCorasick::builder().kind(kind).ascii_case_insensitive(any_case).build(words).ok().map(Self)
    }

    /// Whether `is` says so of any of the places where a word stands, given the word's place among the words: asked in the
    /// order in which they end, and where several do, of the longest first.
    pub(crate) fn any(&self, text: &str, mut is: impl FnMut(usize, Range<usize>) -> bool) -> bool {
        self.0.find_overlapping_iter(text).any(|found| is(found.pattern().as_usize(), found.range()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_inside_of_words_are_found_too() {
        for table in [true, false] {
            let words = Table::new(["he", "hers", "she"], true, table).unwrap();
            let mut found = Vec::new();
            words.any("uSHErs", |word, range| {
                found.push((word, range));
                false
            });
            assert_eq!(found, [(2, 1..4), (0, 2..4), (1, 2..6)]);
            assert!(words.any("ushers", |word, _| word == 1));
            assert!(!words.any("us", |_, _| true));
        }
        assert!(!Table::new(["he"], false, true).unwrap().any("HE", |_, _| true));
    }
}
