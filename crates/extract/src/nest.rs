//! Which function stands around a place.

use rollproof_source::TextRange;

/// Functions by where they stand, each with the one around it. Should some cut across others, all are looked at.
#[derive(Debug)]
pub(crate) struct Nest {
    /// By start, those around before those inside: the range, the function, and the place here of the one around.
    all: Vec<(TextRange, u32, Option<usize>)>,
    nested: bool,
}

impl Nest {
    pub(crate) fn new(ranges: impl Iterator<Item = TextRange>) -> Self {
        let mut all: Vec<_> = ranges.enumerate().map(|(at, range)| (range, at as u32, None)).collect();
        // Of two that stand at the same place, the last is the inner one.
        all.sort_by_key(|(range, at, _)| (range.start, std::cmp::Reverse(range.end), *at));
        let mut open: Vec<usize> = Vec::new();
        let mut nested = true;
        for at in 0..all.len() {
            let range = all[at].0;
            while open.pop_if(|outer| all[*outer].0.end <= range.start).is_some() {}
            if let Some(outer) = open.last() {
                nested &= range.end <= all[*outer].0.end;
            }
            all[at].2 = open.last().copied();
            open.push(at);
        }
        Self { all, nested }
    }

    /// The functions around a place, from the inside out.
    pub(crate) fn around(&self, place: u32) -> impl Iterator<Item = usize> + '_ {
        let last = self.all.partition_point(|(range, ..)| range.start <= place).checked_sub(1);
        let outward = move |at: &usize| if self.nested { self.all[*at].2 } else { at.checked_sub(1) };
        std::iter::successors(last, outward)
            .filter(move |at| self.all[*at].0.contains(place))
            .map(|at| self.all[at].1 as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(ranges: &[(u32, u32)], place: u32) -> Vec<usize> {
        Nest::new(ranges.iter().map(|(start, end)| TextRange::new(*start, *end))).around(place).collect()
    }

    #[test]
    fn what_stands_around_a_place_comes_from_the_inside_out() {
        let ranges = [(0, 50), (10, 20), (30, 48), (12, 14), (31, 40), (31, 40)];
        assert_eq!(around(&ranges, 13), [3, 1, 0]);
        assert_eq!(around(&ranges, 14), [1, 0]);
        assert_eq!(around(&ranges, 25), [0]);
        assert_eq!(around(&ranges, 35), [5, 4, 2, 0]);
        assert_eq!(around(&ranges, 49), [0]);
        assert_eq!(around(&ranges, 50), [0; 0]);
        assert_eq!(around(&[], 3), [0; 0]);
    }

    #[test]
    fn ranges_that_cut_across_each_other_are_all_looked_at() {
        let ranges = [(0, 20), (5, 30), (10, 12)];
        assert_eq!(around(&ranges, 11), [2, 1, 0]);
        assert_eq!(around(&ranges, 25), [1]);
    }
}
