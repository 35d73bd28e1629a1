//! Values that are told apart: the functions that a name may stand for give hundreds, most of them the same.

use std::hash::{Hash, Hasher};
use std::mem::discriminant;

use rustc_hash::{FxHashMap, FxHasher};

use super::value::{Item, Piece, Pieces, Value};

/// With so few values each is compared with all.
const FEW: usize = 12;

/// A set of values in the order in which they came.
#[derive(Default)]
pub(super) struct Distinct {
    pub(super) values: Vec<Value>,
    /// Their places by their hashes, once they are not few.
    places: FxHashMap<u64, Vec<usize>>,
}

impl Distinct {
    /// Adds `value` unless it is there.
    pub(super) fn add(&mut self, value: Value) {
        if self.values.len() < FEW {
            super::value::add(&mut self.values, value);
            return;
        }
        if self.places.is_empty() {
            for (at, value) in self.values.iter().enumerate() {
                self.places.entry(hash_of(value)).or_default().push(at);
            }
        }
        let places = self.places.entry(hash_of(&value)).or_default();
        if !places.iter().any(|at| self.values[*at] == value) {
            places.push(self.values.len());
            self.values.push(value);
        }
    }
}

/// A list as a set: what is in it already is not put into it again.
pub(super) fn as_set(list: Value) -> Value {
    let Value::List(items) = &list else { return list };
    let mut kept: Vec<(Vec<String>, Item)> = Vec::new();
    for item in items.iter() {
        let texts: Vec<String> = item.values.iter().filter_map(Value::constant).collect();
        let may_be_same = |(other, _): &&(Vec<String>, Item)| texts.iter().any(|text| other.contains(text));
        match kept.iter().find(may_be_same) {
            Some((other, known))
                if is_there(known) && texts.len() == 1 && *other == texts && item.values.len() == 1 => {}
            Some(_) => kept.push((texts, Item { optional: true, ..item.clone() })),
            None => kept.push((texts, item.clone())),
        }
    }
    if kept.len() == items.len() && kept.iter().zip(items.iter()).all(|((_, kept), item)| kept == item) {
        return list;
    }
    Value::List(kept.into_iter().map(|(_, item)| item).collect())
}

/// Whether an item is in its list in any case.
fn is_there(item: &Item) -> bool {
    item.is_sure() && item.values.len() == 1
}

/// Equal values have one hash; of those that are no text, others may have it too.
fn hash_of(value: &Value) -> u64 {
    let mut hasher = FxHasher::default();
    discriminant(value).hash(&mut hasher);
    match value {
        Value::Text(pieces) | Value::Fragment(pieces, ..) => hash_pieces(pieces, &mut hasher),
        Value::List(items) => items.len().hash(&mut hasher),
        Value::Object(place) => (place.facts.file, place.expr).hash(&mut hasher),
        Value::Function(function) => (function.facts.file, function.function).hash(&mut hasher),
        Value::Class(class) | Value::Instance(class, _) => (class.facts.file, class.class).hash(&mut hasher),
        Value::Written(written) => (written.facts.file, written.binding, written.at).hash(&mut hasher),
        Value::Module(name) => name.hash(&mut hasher),
        Value::External { module, path } => (module, path).hash(&mut hasher),
        Value::Number(at) | Value::Opaque(at) => at.hash(&mut hasher),
        Value::Param(param, at) => (param, at).hash(&mut hasher),
        Value::Unknown(why, at) => (why, at).hash(&mut hasher),
        Value::Record(fields) => fields.len().hash(&mut hasher),
        Value::Nothing => {}
    }
    hasher.finish()
}

fn hash_pieces(pieces: &Pieces, hasher: &mut FxHasher) {
    for piece in pieces.iter() {
        discriminant(piece).hash(hasher);
        match piece {
            Piece::Text { text, at, verbatim: true } => (text.len(), at).hash(hasher),
            Piece::Text { text, at, verbatim: false } => (text, at).hash(hasher),
            Piece::Placeholder(at) | Piece::Number(at) | Piece::Repeat(at) => at.hash(hasher),
            Piece::Counted(at, number) => (at, number).hash(hasher),
            Piece::Made { made, at, number } => (made, at, number).hash(hasher),
            Piece::Param(param, at) => (param, at).hash(hasher),
            Piece::Unknown(why, at) => (why, at).hash(hasher),
            Piece::Chosen(chosen) => chosen.hash(hasher),
            Piece::Choice(choice) => (choice.at, choice.parts.len()).hash(hasher),
        }
    }
}

#[cfg(test)]
mod tests {
    use rollproof_source::{FileId, Span, TextRange};

    use super::*;

    #[test]
    fn each_value_is_there_once_however_many_there_are() {
        let mut found = Distinct::default();
        let mut expected = Vec::new();
        let at = |start: u32| Span { file: FileId(0), range: TextRange::new(start, start + 1) };
        for round in 0..3u32 {
            for number in 0..40u32 {
                let values = [
                    Value::derived(&format!("t{}", number % 20), at(1)),
                    Value::Number(at(number)),
                    Value::text(vec![Piece::Placeholder(at(number)), Piece::Number(at(round))]),
                    Value::unknown("why", at(number / 2)),
                    Value::Nothing,
                ];
                for value in values {
                    super::super::value::add(&mut expected, value.clone());
                    found.add(value);
                }
            }
        }
        assert_eq!(found.values, expected);
        assert!(expected.len() > 100);
    }
}
