//! `list.reduce(…)`: turn by turn where the list is known, and as a join where each turn only puts an item behind the others.

use std::sync::Arc;

use rollproof_source::Span;

use super::Evaluator;
use super::flow::{MAX_TURNS, MAX_WAYS};
use super::value::{Env, Item, Piece, Value, add};
use crate::ir::{Call, ExprId, Facts};

/// What stands for the text so far and for an item, to see what a turn makes of them.
const MARKS: [&str; 2] = ["text so far", "next item"];

impl Evaluator<'_> {
    /// `list.reduce((made, item) => …, start)` of a list whose items are all known.
    pub(super) fn reduced(
        &mut self,
        facts: &Arc<Facts>,
        items: &[Item],
        call: &Call,
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        let Some((function, start)) = call.arguments.split_first() else { return Vec::new() };
        if items.len() > MAX_TURNS || items.iter().any(|item| !item.is_sure()) {
            let joined = self.reduced_by_join(facts, items, (*function, start.first().copied()), at, env);
            return joined.unwrap_or_else(|| vec![Value::unknown("result of `reduce`", at)]);
        }
        // Without a start the first item is it.
        let (mut made, turned) = match (start.first(), items.first()) {
            (Some(start), _) => (self.eval(facts, *start, env), 0),
            (None, Some(first)) => (first.values.to_vec(), 1),
            (None, None) => return vec![Value::unknown("result of `reduce`", at)],
        };
        for (index, item) in items.iter().enumerate().skip(turned) {
            let index = vec![Value::derived(&index.to_string(), at)];
            made = self.apply_function(facts, *function, &[made, item.values.to_vec(), index], at, env);
            if made.len() > MAX_WAYS {
                return vec![Value::unknown("result of `reduce`", at)];
            }
        }
        made
    }

    /// The same of a list whose items may be left out or are not counted: `conditions.reduce((all, one) => sql`${all} AND ${one}`)`.
    fn reduced_by_join(
        &mut self,
        facts: &Arc<Facts>,
        items: &[Item],
        (function, start): (ExprId, Option<ExprId>),
        at: Span,
        env: &Env,
    ) -> Option<Vec<Value>> {
        let tagged = items.iter().flat_map(|item| item.values.iter()).find_map(|value| match value {
            Value::Fragment(_, file, expr) => Some((*file, *expr)),
            _ => None,
        });
        let mark = |mark: &str| {
            let pieces = [Piece::Unknown(mark.into(), at)].into();
            match tagged {
                Some((file, expr)) => Value::Fragment(pieces, file, expr),
                None => Value::Text(pieces),
            }
        };
        let given = [vec![mark(MARKS[0])], vec![mark(MARKS[1])], vec![Value::Number(at)]];
        let made = self.apply_function(facts, function, &given, at, env);
        let [made] = made.as_slice() else { return None };
        let (pieces, part) = match made {
            Value::Text(pieces) if tagged.is_none() => (pieces, None),
            Value::Fragment(pieces, file, expr) => (pieces, Some((*file, *expr))),
            _ => return None,
        };
        let is_mark = |piece: &Piece, mark: &str| matches!(piece, Piece::Unknown(reason, _) if reason.as_ref() == mark);
        let (so_far, rest) = pieces.split_first()?;
        let (next, between) = rest.split_last()?;
        let plain = |piece: &Piece| matches!(piece, Piece::Text { .. });
        if !is_mark(so_far, MARKS[0]) || !is_mark(next, MARKS[1]) || !between.iter().all(plain) {
            return None;
        }
        let separator = Value::text(between.to_vec());
        let mut joined: Vec<Item> = Vec::new();
        if let Some(start) = start {
            let values = self.eval(facts, start, env);
            joined.push(Item::one(values));
        }
        joined.extend(items.iter().cloned());
        if tagged.is_some() {
            joined = joined.iter().map(|item| self.as_fragments(item, at)).collect();
        }
        let mut found = Vec::new();
        for value in self.join(&joined, &separator, at) {
            let value = match (value, part) {
                (Value::Text(pieces), Some((file, expr))) => Value::Fragment(pieces, file, expr),
                (value, _) => value,
            };
            add(&mut found, value);
        }
        Some(found)
    }
}
