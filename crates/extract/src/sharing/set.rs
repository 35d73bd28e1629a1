//! Numbers in the order in which they came, each once.

use std::ops::Deref;

use rustc_hash::FxHashSet;

/// Up to how many numbers a look through all of them is the quickest.
const FEW: usize = 16;

/// Most sets of a file hold one object or two; those of the names that everything flows through hold thousands.
#[derive(Debug, Clone, Default)]
pub(super) struct Set {
    items: Vec<u32>,
    /// The same, where they are many.
    index: FxHashSet<u32>,
}

impl Set {
    pub(super) fn contains(&self, item: u32) -> bool {
        if self.items.len() > FEW { self.index.contains(&item) } else { self.items.contains(&item) }
    }

    /// What it holds now: it may grow while that is gone through.
    pub(super) fn all(&self) -> Vec<u32> {
        self.items.clone()
    }

    /// Adds a number that is not in the set.
    pub(super) fn push(&mut self, item: u32) {
        self.items.push(item);
        if self.items.len() > FEW {
            let new = if self.index.is_empty() { self.items.as_slice() } else { &[item] };
            self.index.extend(new);
        }
    }
}

impl Deref for Set {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        &self.items
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, Set};

    #[test]
    fn few_and_many_are_found_alike() {
        let mut set = Set::default();
        for item in 0..3 * FEW as u32 {
            assert!(!set.contains(7 * item));
            set.push(7 * item);
            assert!((0..=item).all(|known| set.contains(7 * known) && !set.contains(7 * known + 1)));
        }
        assert_eq!(set.len(), 3 * FEW);
    }
}
