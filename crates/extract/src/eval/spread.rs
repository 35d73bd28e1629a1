//! Texts with choices in them, written out: all combinations where they are few, else some that show what all of them do.
//!
//! Where there are too many, every way of every choice is shown once, all else at its fullest. That proves all combinations
//! if no choice has a say in what another one means ([`crate::independent`]): each is a whole condition, a whole clause, an
//! assignment of its own. Choices that have a say in each other are written out in all their combinations.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollproof_source::Span;

use super::choice::{Marks, agree, is_empty};
use super::value::{Choice, Chosen, Decision, DecisionPlace, Piece, Pieces};
use crate::independent::{Group, groups, refused_slots};

/// How many texts may stand for a site's combinations.
const MAX_SHOWN: usize = 128;

/// How many choices a text may have.
const MAX_SLOTS: usize = 128;

/// How many ways are taken for others in the fullest text and in the least.
const MAX_REFUSED: usize = 8;

/// How many texts of a site may be looked at for a proof.
const MAX_LOOKS: usize = 600;

/// What a site's texts may come to, all of them together.
pub(crate) struct Room {
    /// How many combinations may be written out.
    listed: usize,
    /// How many texts may stand for combinations that are proven.
    shown: usize,
    /// How many texts may stand for those that are not.
    open: usize,
    looks: usize,
}

impl Room {
    pub(crate) fn new(limit: usize) -> Self {
        Self { listed: limit, shown: MAX_SHOWN, open: limit, looks: MAX_LOOKS }
    }

    /// Every combination of a text, where there is room for them.
    pub(crate) fn all(&mut self, pieces: &[Piece]) -> Option<Vec<Vec<Piece>>> {
        let texts = all(pieces, self.listed)?;
        self.listed = self.listed.checked_sub(texts.len())?;
        Some(texts)
    }
}

/// One choice of a text, or of a way of another choice.
struct Slot {
    ways: Vec<Vec<Node>>,
    left_out: Option<Vec<Piece>>,
    /// What is decided where it goes each way, and where it is left out.
    marks: Vec<Marks>,
    /// Its ways, the longest first.
    order: Vec<usize>,
    /// Ways that PostgreSQL refuses beside others: they are no good to show what else there is.
    refused: BTreeSet<usize>,
    /// The choices around it, and the ways that lead here.
    path: Vec<(usize, usize)>,
    at: Span,
}

/// A part of a text.
enum Node {
    Piece(Piece),
    /// Choices with a separator between those that are there.
    Slots(Vec<usize>, Pieces),
}

/// Gives a text as the database gets it.
pub(crate) type Sent<'s> = dyn Fn(&[Piece]) -> Option<Vec<Piece>> + 's;

/// What was found of a text's choices.
enum Looked {
    /// These texts stand for all.
    Proven(Vec<Vec<Piece>>),
    /// These choices may have a say in anything.
    Open(BTreeSet<usize>),
}

/// Which way each choice goes; one more than its ways where it is left out.
type Ways = BTreeMap<usize, usize>;

/// How choices go that are not given.
#[derive(Clone, Copy)]
enum Rest {
    Fullest,
    Least,
}

/// A text and which way each of its choices went.
type Shown = (Vec<Piece>, Ways);

/// The reason where there are more texts or values than are followed.
pub(crate) fn more_than(limit: usize) -> String {
    format!("more than {limit} variants")
}

/// Whether a text holds a choice.
pub(crate) fn has_choice(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Choice(_)))
}

/// A text whose choices are not looked into.
pub(crate) fn closed(pieces: &[Piece], limit: usize) -> Vec<Piece> {
    let close = |piece: &Piece| match piece {
        Piece::Choice(choice) => Piece::Unknown(more_than(limit).into(), choice.at),
        other => other.clone(),
    };
    pieces.iter().map(close).collect()
}

/// Some of a text's combinations; where they are not all, the longest goes on with a hole that says so.
pub(super) fn written_out(pieces: &[Piece], limit: usize) -> Vec<Vec<Piece>> {
    if let Some(texts) = all(pieces, limit) {
        return texts;
    }
    let tree = Tree::of(pieces);
    let mut texts = tree.some(&mut Room::new(limit));
    let is_edge =
        |piece: &Piece| matches!(piece, Piece::Chosen(one) if matches!(one.decision.place, DecisionPlace::Edge(_)));
    texts.iter_mut().for_each(|text| text.retain(|piece| !is_edge(piece)));
    if texts.is_empty() {
        texts.push(closed(pieces, limit));
    } else if let Some(at) = tree.at() {
        texts[0].push(Piece::Unknown(more_than(limit).into(), at));
    }
    texts
}

/// Every combination of `pieces`, where there are no more than `limit`.
pub(crate) fn all(pieces: &[Piece], limit: usize) -> Option<Vec<Vec<Piece>>> {
    let mut texts: Vec<Vec<Piece>> = vec![Vec::new()];
    for piece in pieces {
        let Piece::Choice(choice) = piece else {
            texts.iter_mut().for_each(|text| text.push(piece.clone()));
            continue;
        };
        let mut next = Vec::new();
        for list in lists(choice, limit)? {
            for text in texts.iter().filter(|text| agree(text, &list)) {
                next.push([text.as_slice(), &list].concat());
            }
            if next.len() > limit {
                return None;
            }
        }
        texts = next;
    }
    Some(texts)
}

/// Every combination of a choice's parts.
fn lists(choice: &Choice, limit: usize) -> Option<Vec<Vec<Piece>>> {
    let mut lists: Vec<Vec<Piece>> = vec![Vec::new()];
    for part in &choice.parts {
        let mut next: Vec<Vec<Piece>> = Vec::new();
        if let Some(left) = &part.left_out {
            next.extend(lists.iter().filter(|list| agree(list, left)).map(|list| [list.as_slice(), left].concat()));
        }
        for way in &part.ways {
            for way in all(way, limit)? {
                for list in lists.iter().filter(|list| agree(list, &way)) {
                    let between: &[Piece] = if is_empty(list) { &[] } else { &choice.separator };
                    next.push([list.as_slice(), between, &way].concat());
                }
            }
            if next.len() > limit {
                return None;
            }
        }
        lists = next;
    }
    Some(lists)
}

/// A text as a tree of choices.
pub(crate) struct Tree {
    slots: Vec<Slot>,
    root: Vec<Node>,
    /// What is decided for all of the text.
    decided: Marks,
}

impl Tree {
    pub(crate) fn of(pieces: &[Piece]) -> Self {
        let mut tree = Self { slots: Vec::new(), root: Vec::new(), decided: Marks::implied(pieces) };
        tree.root = tree.nodes(pieces, &[]);
        tree
    }

    /// Where the first choice stands.
    pub(crate) fn at(&self) -> Option<Span> {
        self.slots.first().map(|slot| slot.at)
    }

    /// The same, where the fullest text and the least are none that PostgreSQL refuses for one of their ways.
    pub(crate) fn readable(mut self, sent: &Sent<'_>) -> Self {
        for rest in [Rest::Fullest, Rest::Least] {
            for _ in 0..MAX_REFUSED {
                let shown = self.text(&Ways::new(), rest);
                let Some((text, ways)) = shown.and_then(|(text, ways)| Some((sent(&text)?, ways))) else { break };
                let blamed = refused_slots(&text).into_iter().find_map(|slot| {
                    let way = *ways.get(&slot)?;
                    (!self.slots[slot].refused.contains(&way)).then_some((slot, way))
                });
                let Some((slot, way)) = blamed else { break };
                self.slots[slot].refused.insert(way);
            }
        }
        self
    }

    /// The text with all that it may have.
    pub(crate) fn fullest(&self) -> Option<Vec<Piece>> {
        self.text(&Ways::new(), Rest::Fullest).map(|(text, _)| text)
    }

    /// Some of the texts, of which nothing is proven.
    pub(crate) fn some(&self, room: &mut Room) -> Vec<Vec<Piece>> {
        let mut texts = self.each_way(&Ways::new(), room.open, &mut Vec::new()).unwrap_or_default();
        texts.truncate(room.open);
        room.open -= texts.len();
        texts.into_iter().map(|(text, _)| text).collect()
    }

    fn nodes(&mut self, pieces: &[Piece], path: &[(usize, usize)]) -> Vec<Node> {
        let mut nodes = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let Piece::Choice(choice) = piece else {
                nodes.push(Node::Piece(piece.clone()));
                continue;
            };
            let mut list = Vec::new();
            for part in &choice.parts {
                let slot = self.slots.len();
                list.push(slot);
                self.slots.push(Slot {
                    ways: Vec::new(),
                    left_out: part.left_out.clone(),
                    marks: part
                        .ways
                        .iter()
                        .map(|way| Marks::implied(way))
                        .chain(part.left_out.iter().map(|left| Marks::of(left)))
                        .collect(),
                    order: longest_first(&part.ways),
                    refused: BTreeSet::new(),
                    path: path.to_vec(),
                    at: choice.at,
                });
                for (index, way) in part.ways.iter().enumerate() {
                    let inner: Vec<(usize, usize)> = path.iter().copied().chain([(slot, index)]).collect();
                    let way = if self.slots.len() > MAX_SLOTS { Vec::new() } else { self.nodes(way, &inner) };
                    self.slots[slot].ways.push(way);
                }
            }
            nodes.push(Node::Slots(list, choice.separator.clone()));
        }
        nodes
    }

    /// The texts, where it is proven that they stand for all combinations. `sent` gives a text as the database gets it;
    /// none where choices that the text numbers by name cannot be looked at apart.
    pub(crate) fn proven(&self, room: &mut Room, sent: &Sent<'_>) -> Option<Vec<Vec<Piece>>> {
        let ways: usize = self.slots.iter().map(Slot::count).sum();
        if self.slots.len() > MAX_SLOTS || ways > room.shown + MAX_SLOTS {
            return None;
        }
        // The fullest text alone shows most choices that have a say: where they are too many, that is all there is to see.
        let Group { open: mut bound, .. } = groups(&[self.text(&Ways::new(), Rest::Fullest)?], self.slots.len(), sent)?;
        // Choices of which nothing is known but that they have a say are found, and then written out.
        for _ in 0..4 {
            let found = match self.shown(&bound, room, sent)? {
                Looked::Proven(texts) => {
                    room.shown -= texts.len();
                    return Some(texts);
                }
                Looked::Open(found) => found,
            };
            bound.extend(found);
        }
        None
    }

    /// The texts, with every combination of the choices in `bound` written out.
    fn shown(&self, bound: &BTreeSet<usize>, room: &mut Room, sent: &Sent<'_>) -> Option<Looked> {
        let (mut shown, mut brief): (Vec<Vec<Piece>>, Vec<Vec<Piece>>) = (Vec::new(), Vec::new());
        // Where every choice has a say, they are all written out, and none stands for others.
        let most = if bound.len() == self.slots.len() { room.listed } else { room.shown };
        for fixed in self.combinations(&bound.iter().copied().collect::<Vec<usize>>(), &Ways::new())? {
            // What one of them is decided by may rule the other out.
            if self.decided_by(&fixed).is_none() {
                continue;
            }
            let mut least = Vec::new();
            let mut texts = self.each_way(&fixed, room.looks, &mut least)?;
            room.looks = room.looks.checked_sub(texts.len()).filter(|left| *left > 0)?;
            let Group { open, together } = groups(&texts, self.slots.len(), sent)?;
            let found: BTreeSet<usize> = open.difference(bound).copied().collect();
            if !found.is_empty() {
                return Some(Looked::Open(found));
            }
            for group in together.iter().filter(|group| group.len() > 1) {
                let free: Vec<usize> = group.iter().copied().filter(|slot| !bound.contains(slot)).collect();
                for ways in self.combinations(&free, &fixed)? {
                    let text = self.text(&ways, Rest::Fullest);
                    least.extend(text.iter().map(|(text, _)| text.clone()));
                    texts.extend(text);
                }
            }
            for (text, _) in texts {
                if !shown.contains(&text) {
                    shown.push(text);
                }
            }
            for text in least {
                if !brief.contains(&text) {
                    brief.push(text);
                }
            }
            if brief.len() > most {
                return None;
            }
        }
        // Where there is no room to show every way twice, it is shown with as little else as can be.
        let all_bound = bound.len() == self.slots.len();
        let texts = if shown.len() > most && !all_bound { brief } else { shown };
        (texts.len() <= most).then_some(Looked::Proven(texts))
    }

    /// The text with all at its fullest, the one with least, and two for each way of each choice: with all else at its
    /// fullest, and with as little else as can be, where nothing that is wrong elsewhere hides what is wrong in it. Those
    /// that show every way once go to `least` as well.
    fn each_way(&self, fixed: &Ways, most: usize, least: &mut Vec<Vec<Piece>>) -> Option<Vec<Shown>> {
        let mut texts: Vec<Shown> = vec![self.text(fixed, Rest::Fullest)?];
        texts.extend(self.text(fixed, Rest::Least));
        least.extend(texts.iter().map(|(text, _)| text.clone()));
        for (index, slot) in self.slots.iter().enumerate().filter(|(at, _)| !fixed.contains_key(at)) {
            if slot.path.iter().any(|(at, way)| fixed.get(at).is_some_and(|fixed| fixed != way)) {
                continue;
            }
            for way in 0..slot.count() {
                let given = fixed.iter().map(|(at, way)| (*at, *way)).chain(slot.path.iter().copied());
                let given = given.chain([(index, way)]).collect();
                if self.decided_by(&given).is_none() {
                    continue;
                }
                let (full, short) = (self.text(&given, Rest::Fullest)?, self.text(&given, Rest::Least));
                least.push(short.as_ref().unwrap_or(&full).0.clone());
                for text in [Some(full), short].into_iter().flatten() {
                    if !texts.iter().any(|(known, _)| *known == text.0) {
                        texts.push(text);
                    }
                }
                if texts.len() >= most {
                    return Some(texts);
                }
            }
        }
        Some(texts)
    }

    /// Every combination of these choices, with others that are given.
    fn combinations(&self, slots: &[usize], given: &Ways) -> Option<Vec<Ways>> {
        let mut all = vec![given.clone()];
        for index in slots {
            let slot = &self.slots[*index];
            let mut next = Vec::new();
            for ways in &all {
                // Where it is not reached, it has no way to go.
                if slot.path.iter().any(|(at, way)| ways.get(at).is_some_and(|known| known != way)) {
                    next.push(ways.clone());
                    continue;
                }
                for way in 0..slot.count() {
                    let mut with = ways.clone();
                    with.extend(slot.path.iter().copied());
                    with.insert(*index, way);
                    next.push(with);
                }
            }
            if next.len() > MAX_SHOWN {
                return None;
            }
            all = next;
        }
        Some(all)
    }

    /// A text in which the given choices go the given way, and the others as the `rest` that goes with those. None where
    /// the given ones do not go together.
    fn text(&self, given: &Ways, rest: Rest) -> Option<Shown> {
        let mut decided = self.decided_by(given)?;
        let mut shown = (Vec::new(), Ways::new());
        self.write(&self.root, (given, rest), &mut decided, &mut shown)?;
        Some(shown)
    }

    /// What is decided where choices go these ways; none where they do not go together.
    fn decided_by(&self, given: &Ways) -> Option<Marks> {
        let mut decided = self.decided.clone();
        for (slot, way) in given {
            let marks = self.slots[*slot].marks.get(*way)?;
            if !decided.agree(marks) {
                return None;
            }
            decided = decided.and(marks);
        }
        Some(decided)
    }

    fn write(
        &self,
        nodes: &[Node],
        (given, rest): (&Ways, Rest),
        decided: &mut Marks,
        shown: &mut Shown,
    ) -> Option<()> {
        for node in nodes {
            let (list, separator) = match node {
                Node::Piece(piece) => {
                    shown.0.push(piece.clone());
                    continue;
                }
                Node::Slots(list, separator) => (list, separator),
            };
            let mut any = false;
            for index in list {
                let slot = &self.slots[*index];
                let way = match given.get(index) {
                    Some(way) => *way,
                    None => slot.preferred(rest, decided)?,
                };
                shown.1.insert(*index, way);
                *decided = decided.and(&slot.marks[way]);
                let Some(nodes) = slot.ways.get(way) else {
                    shown.0.extend(slot.left_out.iter().flatten().cloned());
                    continue;
                };
                if std::mem::replace(&mut any, true) {
                    shown.0.extend(separator.iter().cloned());
                }
                shown.0.push(edge(*index, false, slot.at));
                self.write(nodes, (given, rest), decided, shown)?;
                shown.0.push(edge(*index, true, slot.at));
            }
        }
        Some(())
    }
}

impl Slot {
    /// In how many ways it may go.
    fn count(&self) -> usize {
        self.marks.len()
    }

    /// The longest way, or the one with least text, that goes with what is decided.
    fn preferred(&self, rest: Rest, decided: &Marks) -> Option<usize> {
        let left_out = self.left_out.is_some().then_some(self.ways.len());
        let goes = |way: &usize| decided.agree(&self.marks[*way]);
        let mut order = self.order.iter().copied().chain(left_out).filter(goes);
        let mut shown = order.clone().filter(|way| !self.refused.contains(way));
        match rest {
            Rest::Fullest => shown.next().or_else(|| order.next()),
            Rest::Least => shown.next_back().or_else(|| order.next_back()),
        }
    }
}

/// The places of ways, those of the longest first.
fn longest_first(ways: &[Pieces]) -> Vec<usize> {
    let length = |piece: &Piece| match piece {
        Piece::Text { text, .. } => text.len(),
        Piece::Chosen(_) => 0,
        _ => 1,
    };
    let mut order: Vec<usize> = (0..ways.len()).collect();
    order.sort_by_key(|way| std::cmp::Reverse(ways[*way].iter().map(length).sum::<usize>()));
    order
}

/// A mark where a choice begins or ends. It has no text.
fn edge(slot: usize, end: bool, at: Span) -> Piece {
    let place = DecisionPlace::Edge(2 * slot as u32 + u32::from(end));
    Piece::Chosen(Chosen { decision: Decision { file: at.file, place, call: 0 }, outcomes: 1 })
}

/// The same choice wherever a name is interpolated: as many values as a mark has bits are told apart.
pub(super) fn same_value(name: &Arc<str>, at: Span, choices: &[Pieces]) -> Vec<Pieces> {
    use std::hash::{Hash, Hasher};
    if choices.len() > u64::BITS as usize {
        return choices.to_vec();
    }
    let mut hasher = rustc_hash::FxHasher::default();
    name.hash(&mut hasher);
    let decision = Decision { file: at.file, place: DecisionPlace::Same(hasher.finish()), call: 0 };
    let mark = |index: usize| Piece::Chosen(Chosen { decision, outcomes: 1 << index });
    choices.iter().enumerate().map(|(index, choice)| choice.iter().cloned().chain([mark(index)]).collect()).collect()
}
