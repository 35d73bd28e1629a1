//! What migrations did that could not be followed, and which names that may have touched.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Something a migration did that could not be followed: what it may have touched is unknown from here on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Taint {
    /// These relation names (last part, folded) may have been made, changed or dropped.
    Relations(Vec<Arc<str>>, Arc<str>),
    /// Names of functions that may exist or be gone.
    Functions(Vec<Arc<str>>, Arc<str>),
    /// Names of types that may exist or be gone.
    Types(Vec<Arc<str>>, Arc<str>),
    /// An extension that is not modelled: names that are not found may be its own.
    Extension(Arc<str>),
    /// Anything at all.
    Everything(Arc<str>),
}

/// What a [`Taint`] is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaintKind {
    /// [`Taint::Relations`]
    Relations,
    /// [`Taint::Functions`]
    Functions,
    /// [`Taint::Types`]
    Types,
    /// [`Taint::Extension`]
    Extension,
    /// [`Taint::Everything`]
    Everything,
}

impl Taint {
    /// What it is of.
    #[must_use]
    pub fn kind(&self) -> TaintKind {
        match self {
            Self::Relations(..) => TaintKind::Relations,
            Self::Functions(..) => TaintKind::Functions,
            Self::Types(..) => TaintKind::Types,
            Self::Extension(_) => TaintKind::Extension,
            Self::Everything(_) => TaintKind::Everything,
        }
    }

    /// The names it is of; none where it is of no names.
    #[must_use]
    pub fn names(&self) -> Option<&[Arc<str>]> {
        match self {
            Self::Relations(names, _) | Self::Functions(names, _) | Self::Types(names, _) => Some(names),
            Self::Extension(_) | Self::Everything(_) => None,
        }
    }

    /// Why that is not known.
    #[must_use]
    pub fn reason(&self) -> Arc<str> {
        match self {
            Self::Relations(_, why) | Self::Functions(_, why) | Self::Types(_, why) | Self::Everything(why) => {
                why.clone()
            }
            Self::Extension(name) => Arc::from(format!("extension \"{name}\" is not modelled")),
        }
    }
}

/// The taints of a schema, in the order in which they came about. Asking for a name takes no longer the more there are:
/// a history of hundreds of migrations that a schema builder makes has a taint for each of its calls.
#[derive(Debug, Clone, Default)]
pub struct Taints {
    each: rpds::VectorSync<Link>,
    /// By kind (relations, functions, types): the first taint of a name that is wholly known.
    first: [rpds::HashTrieMapSync<Arc<str>, usize>; 3],
    /// Those that a look-up by name does not find: of names known in part, and of no names.
    loose: rpds::VectorSync<usize>,
}

#[derive(Debug, Clone)]
struct Link {
    taint: Taint,
    /// Of this taint and of all before it: two lists with the same one in the same place are the same up to there.
    fingerprint: u64,
}

impl Taints {
    /// Adds a taint, unless it is there.
    pub fn push(&mut self, taint: Taint) {
        if self.iter().any(|each| *each == taint) {
            return;
        }
        let at = self.each.len();
        if let Some(map) = self.first.get_mut(taint.kind() as usize) {
            for name in taint.names().unwrap_or_default().iter().filter(|name| !known_in_part(name)) {
                if !map.contains_key(name) {
                    map.insert_mut(name.clone(), at);
                }
            }
        }
        if taint.names().is_none_or(|names| names.iter().any(|name| known_in_part(name))) {
            self.loose.push_back_mut(at);
        }
        let mut hasher = DefaultHasher::new();
        (self.each.last().map(|link| link.fingerprint), &taint).hash(&mut hasher);
        self.each.push_back_mut(Link { taint, fingerprint: hasher.finish() });
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Taint> {
        self.each.iter().map(|link| &link.taint)
    }

    /// Whether all that was done is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    /// The first taint of one of these kinds that touches a name; those of no names touch every one.
    #[must_use]
    pub fn find(&self, kinds: &[TaintKind], name: &str) -> Option<&Taint> {
        self.find_any(kinds, std::iter::once(name))
    }

    /// [`Taints::find`] for any of some names; those of no names are found where there is no name as well.
    pub fn find_any<'n>(&self, kinds: &[TaintKind], names: impl Iterator<Item = &'n str> + Clone) -> Option<&Taint> {
        if self.is_empty() {
            return None;
        }
        let maps = kinds.iter().filter_map(|kind| self.first.get(*kind as usize));
        let exact = maps.flat_map(|map| names.clone().filter_map(|name| map.get(name))).min().copied();
        let loose = self.loose.iter().copied().find(|at| {
            self.each.get(*at).is_some_and(|link| {
                kinds.contains(&link.taint.kind())
                    && link.taint.names().is_none_or(|tainted| names.clone().any(|name| taints_name(tainted, name)))
            })
        });
        let at = exact.into_iter().chain(loose).min()?;
        self.each.get(at).map(|link| &link.taint)
    }

    /// What one of two lists has that the other has not, where one is the beginning of the other.
    pub fn differing<'a>(&'a self, other: &'a Self) -> Option<impl Iterator<Item = &'a Taint>> {
        let (short, long) = if self.each.len() <= other.each.len() { (self, other) } else { (other, self) };
        let shared = short.each.len();
        let same = short
            .each
            .last()
            .is_none_or(|last| long.each.get(shared - 1).is_some_and(|link| link.fingerprint == last.fingerprint));
        same.then(|| (shared..long.each.len()).filter_map(|at| long.each.get(at)).map(|link| &link.taint))
    }
}

/// Stands in a tainted name for a part of it that is not known: `events_` and this is every name that begins so.
pub const UNKNOWN_PART: char = '\u{e000}';

/// The same of a part of which no more is known than that it is one digit or several: `events_` and a day.
pub const UNKNOWN_DIGITS: char = '\u{e001}';

/// Whether a name is known in part only.
#[must_use]
pub fn known_in_part(name: &str) -> bool {
    name.contains([UNKNOWN_PART, UNKNOWN_DIGITS])
}

/// Whether a name is among tainted names, some of which may be known in part only ([`UNKNOWN_PART`]).
#[must_use]
pub fn taints_name(tainted: &[Arc<str>], name: &str) -> bool {
    tainted.iter().any(|each| match known_in_part(each) {
        false => **each == *name,
        true => fits(each, name),
    })
}

/// Whether a name can be one that is known in part only: what is not known matches any text, or any digits.
fn fits(pattern: &str, name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    // Which beginnings of the name the pattern so far can be: no pattern takes long.
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for part in pattern.chars() {
        let mut next = vec![false; name.len() + 1];
        for at in 0..=name.len() {
            let before = at.checked_sub(1).map(|before| (before, name[before]));
            next[at] = match (part, before) {
                (UNKNOWN_PART, None) => reached[at],
                (UNKNOWN_PART, Some((before, _))) => reached[at] || next[before],
                (UNKNOWN_DIGITS, Some((before, digit))) => digit.is_ascii_digit() && (reached[before] || next[before]),
                (literal, Some((before, character))) => literal == character && reached[before],
                (_, None) => false,
            };
        }
        reached = next;
    }
    reached[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_known_in_part_taints_those_that_fit() {
        let tainted = [Arc::from("users"), Arc::from(format!("events_{UNKNOWN_PART}_{UNKNOWN_PART}idx"))];
        assert!(taints_name(&tainted, "users"));
        assert!(taints_name(&tainted, "events_2024_01_idx"));
        assert!(!taints_name(&tainted, "users_2"));
        assert!(!taints_name(&tainted, "events_idx"));
        assert!(!taints_name(&tainted, "events_2024"));
        let dated = [Arc::from(format!("task_{UNKNOWN_DIGITS}_{UNKNOWN_DIGITS}"))];
        assert!(taints_name(&dated, "task_2024_01"));
        assert!(!taints_name(&dated, "task_events_01"));
        assert!(!taints_name(&dated, "task_2024_"));
        assert!(!taints_name(&dated, "task_2024_01_idx"));
    }

    #[test]
    fn the_first_taint_of_a_name_is_found() {
        let mut taints = Taints::default();
        let reason = |text: &str| -> Arc<str> { Arc::from(text) };
        taints.push(Taint::Relations(vec![Arc::from("users"), Arc::from("jobs")], reason("one")));
        taints.push(Taint::Functions(vec![Arc::from("jobs")], reason("two")));
        taints
            .push(Taint::Relations(vec![Arc::from("jobs"), Arc::from(format!("e_{UNKNOWN_DIGITS}"))], reason("three")));
        let why = |kinds: &[TaintKind], name| taints.find(kinds, name).map(|taint| taint.reason().to_string());
        assert_eq!(why(&[TaintKind::Relations], "jobs").as_deref(), Some("one"));
        assert_eq!(why(&[TaintKind::Functions, TaintKind::Everything], "jobs").as_deref(), Some("two"));
        assert_eq!(why(&[TaintKind::Functions], "users"), None);
        assert_eq!(why(&[TaintKind::Relations], "e_12").as_deref(), Some("three"));
        assert_eq!(why(&[TaintKind::Relations], "e_x"), None);
        let (before, shared) = (taints.clone(), taints.clone());
        taints.push(Taint::Everything(reason("four")));
        let why = |kinds: &[TaintKind], name| taints.find(kinds, name).map(|taint| taint.reason().to_string());
        assert_eq!(why(&[TaintKind::Everything, TaintKind::Relations], "jobs").as_deref(), Some("one"));
        assert_eq!(why(&[TaintKind::Everything, TaintKind::Relations], "e_x").as_deref(), Some("four"));
        assert_eq!(why(&[TaintKind::Relations], "e_x"), None);
        assert_eq!(
            taints.find_any(&[TaintKind::Everything], std::iter::empty()).map(Taint::kind),
            Some(TaintKind::Everything)
        );
        let added: Vec<_> = before.differing(&taints).into_iter().flatten().map(Taint::kind).collect();
        assert_eq!(added, [TaintKind::Everything]);
        let mut other = shared;
        other.push(Taint::Extension(reason("made_up")));
        assert!(taints.differing(&other).is_none());
    }
}
