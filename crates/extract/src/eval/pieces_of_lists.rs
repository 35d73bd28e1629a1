//! Lists that are made of parts of others: what is cut out, what is flattened, what is spread.

use std::sync::Arc;

use rollproof_source::Span;

use super::value::{Env, Item, Value};
use super::{Evaluator, span};
use crate::ir::{Call, ExprId, ExprKind, Facts};

/// How deep lists are flattened that say to be flattened all the way.
const MAX_FLAT: i64 = 8;

impl Evaluator<'_> {
    /// `list.slice(from, to)`: the items themselves where it is known which they are, else any of them.
    pub(super) fn part_of_list(&mut self, facts: &Arc<Facts>, items: &[Item], call: &Call, env: &Env) -> Value {
        let places: Option<Vec<i64>> =
            call.arguments.iter().map(|argument| self.whole_argument(facts, *argument, env)).collect();
        let range = places.and_then(|places| {
            let from = place_in(items, places.first().copied().unwrap_or(0))?;
            let to = places.get(1).map_or(Some(items.len()), |to| place_in(items, *to))?;
            Some(from..to.max(from))
        });
        match range.and_then(|range| items.get(range)) {
            Some(part) => Value::List(part.into()),
            None => Value::List(items.iter().map(|item| Item { optional: true, ..item.clone() }).collect()),
        }
    }

    /// `list.flat(depth)`
    pub(super) fn flattened(
        &mut self,
        facts: &Arc<Facts>,
        items: &[Item],
        depth: Option<ExprId>,
        at: Span,
        env: &Env,
    ) -> Value {
        let depth = match depth {
            None => Some(1),
            Some(depth) if depth_is_infinite(facts, depth) => Some(MAX_FLAT),
            Some(depth) => self.whole_argument(facts, depth, env),
        };
        match depth {
            Some(depth) => Value::List(flat(items, depth.min(MAX_FLAT), at).into()),
            None => Value::unknown("list that is flattened", at),
        }
    }

    /// What stands between the items that `join` puts together: a comma where nothing is given.
    pub(super) fn between_items(
        &mut self,
        facts: &Arc<Facts>,
        separator: Option<ExprId>,
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        let comma = || Value::derived(",", at);
        let Some(separator) = separator else { return vec![comma()] };
        if facts.expr(separator).range.slice(&facts.text) == "null" {
            return vec![Value::derived("null", at)];
        }
        let found = self.eval(facts, separator, env);
        found.into_iter().map(|value| if value == Value::Nothing { comma() } else { value }).collect()
    }

    /// `Array.from(text)`: its letters, which are not followed.
    pub(super) fn letters_as_items(&mut self, facts: &Arc<Facts>, from: ExprId, env: &Env) -> Vec<Value> {
        let values = self.eval(facts, from, env);
        let letters = |value: Value| match value {
            Value::Text(_) | Value::Fragment(..) => Value::unknown("letters of a text", span(facts, from)),
            other => other,
        };
        values.into_iter().map(letters).collect()
    }
}

fn depth_is_infinite(facts: &Facts, depth: ExprId) -> bool {
    matches!(&facts.expr(depth).kind, ExprKind::Global(name) if name.as_ref() == "Infinity")
}

/// The place that a number names, which counts from the end where it is negative; none where it is not known how many items
/// stand before it, or after it.
fn place_in(items: &[Item], number: i64) -> Option<usize> {
    let length = items.len();
    let all_sure = items.iter().all(Item::is_sure);
    let distance = usize::try_from(number.unsigned_abs()).ok()?;
    if number >= 0 {
        let before = items.get(..distance);
        return match before {
            Some(before) => before.iter().all(Item::is_sure).then_some(distance),
            None => all_sure.then_some(length),
        };
    }
    match length.checked_sub(distance) {
        Some(place) => items[place..].iter().all(Item::is_sure).then_some(place),
        None => all_sure.then_some(0),
    }
}

fn flat(items: &[Item], depth: i64, at: Span) -> Vec<Item> {
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        match item.values.as_slice() {
            [Value::List(inner)] if depth > 0 => all.extend(flat(inner, depth - 1, at).into_iter().map(|inner| Item {
                repeated: inner.repeated || item.repeated,
                optional: inner.optional || item.optional,
                choice: item.choice.clone().or_else(|| inner.choice.clone()),
                ..inner
            })),
            // Which of several lists it is decides over all of their items.
            values if depth > 0 && values.iter().any(|value| matches!(value, Value::List(_))) => {
                let several = Value::unknown("fragments that a list may hold", at);
                let values: Vec<Value> = values.iter().cloned().chain([several]).collect();
                all.push(Item { values: values.into(), ..item.clone() });
            }
            _ => all.push(item.clone()),
        }
    }
    all
}
