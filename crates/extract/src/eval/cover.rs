//! Lists of optional parts that have too many combinations: the few that show what all of them do.

use rollproof_source::Span;

use super::Evaluator;
use super::choice::{agree, is_empty};
use super::value::{Item, Piece, Pieces};

impl Evaluator<'_> {
    /// The texts of a list with optional items: with every item, once for each way that one of them may be; with none of
    /// the optional ones; and with each of those alone. Whatever names any combination looks up, one of these does, among
    /// the same tables or more; what a combination leaves out, the shortest leaves out too.
    pub(super) fn covering(&mut self, items: &[Item], separator: &Pieces, at: Span) -> Vec<Vec<Piece>> {
        let ways: Vec<Vec<Pieces>> = items.iter().map(|item| self.value_texts(&item.values, at)).collect();
        let mut texts = vec![joined(items, &ways, None, &|_| true, separator)];
        for (index, choices) in ways.iter().enumerate() {
            for choice in choices.iter().skip(1) {
                texts.push(joined(items, &ways, Some((index, choice)), &|_| true, separator));
            }
        }
        texts.push(joined(items, &ways, None, &|at| !items[at].optional, separator));
        for (index, _) in items.iter().enumerate().filter(|(_, item)| item.optional) {
            let alone = |at: usize| at == index || !items[at].optional;
            texts.push(joined(items, &ways, None, &alone, separator));
        }
        texts.dedup();
        if texts.len() > self.limit() {
            texts.truncate(self.limit());
            let reason = format!("more than {} variants", self.limit());
            texts.iter_mut().take(1).for_each(|text| text.push(Piece::Unknown(reason.as_str().into(), at)));
        }
        texts
    }
}

/// One text: of each item that is `taken` the first way that goes with the others, of one a `given` way.
fn joined(
    items: &[Item],
    ways: &[Vec<Pieces>],
    given: Option<(usize, &Pieces)>,
    taken: &dyn Fn(usize) -> bool,
    separator: &Pieces,
) -> Vec<Piece> {
    let mut text: Vec<Piece> = Vec::new();
    for (index, (item, choices)) in items.iter().zip(ways).enumerate() {
        if !taken(index) {
            continue;
        }
        let fits = |choice: &&Pieces| {
            agree(&text, choice) && given.is_none_or(|(at, given)| at == index || agree(given, choice))
        };
        let choice = match given {
            Some((at, given)) if at == index => Some(given),
            _ => choices.iter().find(fits),
        };
        let Some(choice) = choice else { continue };
        if !is_empty(&text) {
            text.extend(separator.iter().cloned());
        }
        text.extend(choice.iter().cloned());
        if item.repeated {
            text.extend(choice.iter().find_map(place_of).map(Piece::Repeat));
        }
    }
    text
}

fn place_of(piece: &Piece) -> Option<Span> {
    match piece {
        Piece::Text { at, .. } | Piece::Placeholder(at) | Piece::Number(at) => Some(*at),
        _ => None,
    }
}
