//! Finds every place of many words in a text.

use std::ops::{ControlFlow, Range};

use aho_corasick::automaton::Automaton;
use aho_corasick::dfa::DFA;
use aho_corasick::nfa::noncontiguous::NFA;
use aho_corasick::{Anchored, Input, MatchKind};

/// An automaton of words. As a table it takes one step a byte, and some time to make.
pub(crate) enum Table {
    Table(DFA),
    Graph(NFA),
}

impl Table {
    /// None where there are too many words for one. `table`: a table is worth the time that it takes to make; that is a
    /// moment for optimised code only, and tests build many.
    pub(crate) fn new<W: AsRef<[u8]>>(words: impl IntoIterator<Item = W>, any_case: bool, table: bool) -> Option<Self> {
        let mut builder = NFA::builder();
        let graph = builder.match_kind(MatchKind::Standard).ascii_case_insensitive(any_case);
        let graph = graph.build(words).ok()?;
        if !table || cfg!(debug_assertions) {
            return Some(Self::Graph(graph));
        }
        DFA::builder().build_from_noncontiguous(&graph).ok().map(Self::Table)
    }

    /// Calls `each` with every word that stands in `text`, by its place among the words, and where it stands, until that
    /// breaks: in the order in which they end, and where several do, the longest first.
    pub(crate) fn find<B>(
        &self,
        text: &str,
        each: impl FnMut(usize, Range<usize>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        match self {
            Self::Table(table) => find(table, text, each),
            Self::Graph(graph) => find(graph, text, each),
        }
    }

    /// Whether `is` says so of any of the places.
    pub(crate) fn any(&self, text: &str, mut is: impl FnMut(usize, Range<usize>) -> bool) -> bool {
        let found = |word, range| if is(word, range) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        self.find(text, found).is_break()
    }
}

/// Few words are looked for by their rare bytes, as the library does it. Its search for many stops and begins anew at each
/// place, which was most of the time of a look.
fn find<A: Automaton, B>(
    automaton: &A,
    text: &str,
    mut each: impl FnMut(usize, Range<usize>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    if automaton.prefilter().is_some() {
        let Ok(mut places) = automaton.try_find_overlapping_iter(Input::new(text)) else {
            return ControlFlow::Continue(());
        };
        return places.try_for_each(|found| each(found.pattern().as_usize(), found.range()));
    }
    let Ok(mut state) = automaton.start_state(Anchored::No) else { return ControlFlow::Continue(()) };
    for (at, byte) in text.bytes().enumerate() {
        state = automaton.next_state(Anchored::No, state, byte);
        if automaton.is_special(state) && automaton.is_match(state) {
            for found in 0..automaton.match_len(state) {
                let word = automaton.match_pattern(state, found);
                let end = at + 1;
                each(word.as_usize(), end - automaton.pattern_len(word)..end)?;
            }
        }
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_inside_of_words_are_found_too() {
        for table in [true, false] {
            let words = Table::new(["he", "hers", "she"], true, table).unwrap();
            let mut found = Vec::new();
            let _ = words.find::<()>("uSHErs", |word, range| {
                found.push((word, range));
                ControlFlow::Continue(())
            });
            assert_eq!(found, [(2, 1..4), (0, 2..4), (1, 2..6)]);
            assert!(words.any("ushers", |word, _| word == 1));
            assert!(!words.any("us", |_, _| true));
        }
        assert!(!Table::new(["he"], false, true).unwrap().any("HE", |_, _| true));
    }

    #[test]
    fn it_finds_what_the_library_finds() {
        let words = ["a", "ab", "bab", "abab", "c<", "ca", "é", "x1", "1", "2", "3", "4"];
        let text = "xababcac<bababéca12x1é";
        let table = Table::new(words, false, true).unwrap();
        let mut found = Vec::new();
        let _ = table.find::<()>(text, |word, range| {
            found.push((word, range));
            ControlFlow::Continue(())
        });
        let library = aho_corasick::AhoCorasick::new(words).unwrap();
        let expected: Vec<_> =
            library.find_overlapping_iter(text).map(|found| (found.pattern().as_usize(), found.range())).collect();
        assert_eq!(found, expected);
    }
}
