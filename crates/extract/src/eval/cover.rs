//! Lists of optional parts that have too many combinations: the few that show what all of them do.

use rollproof_source::Span;

use super::Evaluator;
use super::choice::{agree, is_empty};
use super::text::{Slot, Texts};
use super::value::{Item, Piece, Pieces};

impl Evaluator<'_> {
    /// The texts of a list with optional items: with all of them that go together, once for each way that one of them may
    /// be; with none of the optional ones; and without each of those. Whatever names any combination looks up, one of
    /// these does, among the same tables or more; and whatever a combination leaves out, one of these does.
    pub(super) fn covering(&mut self, items: &[Item], separator: &Pieces, at: Span) -> Vec<Vec<Piece>> {
        let ways: Vec<Vec<Pieces>> = items.iter().map(|item| self.value_texts(&item.values, at)).collect();
        let list = Joining { items, ways: &ways, separator, at };
        let mut texts: Vec<Vec<Piece>> = Vec::new();
        let mut add = |text: Vec<Piece>| {
            if !texts.contains(&text) {
                texts.push(text);
            }
        };
        for (index, choices) in ways.iter().enumerate() {
            choices.iter().for_each(|choice| add(list.text(Some((index, choice)), &|_| true)));
        }
        add(list.text(None, &|at| !items[at].optional));
        for (index, _) in items.iter().enumerate().filter(|(_, item)| item.optional) {
            add(list.text(None, &|at| at != index));
        }
        texts.truncate(self.limit());
        // The site still says that not every combination was looked at.
        let reason = format!("more than {} variants", self.limit());
        let mut open = texts.first().cloned().unwrap_or_default();
        open.push(Piece::Unknown(reason.into(), at));
        texts.push(open);
        texts
    }
}

struct Joining<'l> {
    items: &'l [Item],
    ways: &'l [Vec<Pieces>],
    separator: &'l Pieces,
    at: Span,
}

impl Joining<'_> {
    /// One text: of each item that `wants` takes the first way that goes with the others, of one item a `given` way.
    fn text(&self, given: Option<(usize, &Pieces)>, wants: &dyn Fn(usize) -> bool) -> Vec<Piece> {
        let fixed: Vec<Piece> = given.map_or_else(Vec::new, |(at, way)| {
            way.iter()
                .filter(|piece| matches!(piece, Piece::Chosen(_)))
                .cloned()
                .chain(self.decided(at, true))
                .collect()
        });
        let mut text: Vec<Piece> = Vec::new();
        for (index, choices) in self.ways.iter().enumerate() {
            let taken = self.decided(index, true);
            let fits = |choice: &&Pieces| {
                [choice.as_ref(), taken.as_slice()].iter().all(|part| agree(&text, part) && agree(&fixed, part))
                    && agree(&taken, choice)
            };
            let choice = match given {
                Some((at, given)) if at == index => Some(given),
                _ if wants(index) => choices.iter().find(fits),
                _ => None,
            };
            let Some(choice) = choice else {
                text.extend(self.decided(index, false));
                continue;
            };
            if !is_empty(&text) {
                text.extend(self.separator.iter().cloned());
            }
            text.extend(choice.iter().cloned());
            if self.items[index].repeated {
                text.push(Piece::Repeat(self.at));
            }
            text.extend(taken);
        }
        text
    }

    fn decided(&self, index: usize, taken: bool) -> Vec<Piece> {
        self.items[index].decided(taken).iter().map(|chosen| Piece::Chosen(*chosen)).collect()
    }
}

/// The texts of a template some of whose parts may be left out, by the same rule as a list's. None where they are too many
/// for that too, or where no part is optional.
pub(super) fn covering_slots(slots: &[Slot], limit: usize) -> Option<Vec<Vec<Piece>>> {
    let optional = |choices: &[Pieces]| choices.len() > 1 && choices.iter().any(|choice| is_empty(choice));
    let fullest = |choices: &[Pieces]| choices.iter().max_by_key(|choice| length_of(choice)).cloned();
    let shortest = |choices: &[Pieces]| choices.iter().find(|choice| is_empty(choice)).cloned();
    let others: Vec<(usize, &Pieces)> = slots
        .iter()
        .enumerate()
        .filter_map(|(index, slot)| match slot {
            Slot::Choice { choices, .. } if optional(choices) => {
                Some(choices.iter().map(move |choice| (index, choice)))
            }
            _ => None,
        })
        .flatten()
        .collect();
    if others.is_empty() || others.len() > limit {
        return None;
    }
    let only = |choice: Option<Pieces>| choice.into_iter().collect::<Vec<Pieces>>();
    let mut texts = Texts::of(slots, limit, &|_, choices| match optional(choices) {
        true => only(fullest(choices)),
        false => choices.to_vec(),
    })?;
    let mut ways = vec![Texts::of(slots, limit, &|_, choices| match optional(choices) {
        true => only(shortest(choices)),
        false => choices.to_vec(),
    })?];
    for (given, way) in others {
        ways.push(Texts::of(slots, limit, &|index, choices| match optional(choices) {
            true if index == given => vec![way.clone()],
            true => {
                let going: Vec<Pieces> = choices.iter().filter(|choice| agree(way, choice)).cloned().collect();
                only(fullest(if going.is_empty() { choices } else { &going }))
            }
            false => choices.to_vec(),
        })?);
    }
    for text in ways.into_iter().flatten() {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    (texts.len() <= limit).then_some(texts)
}

fn length_of(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| if let Piece::Text { text, .. } = piece { text.len() } else { 1 }).sum()
}
