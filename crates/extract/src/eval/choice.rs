//! What goes together: texts that follow from different outcomes of one decision never stand in one query.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Evaluator;
use super::condition::Known;
use super::value::{Chosen, Decision, DecisionPlace, Env, Item, Made, Piece, Pieces, Place, Taking, Value, add};
use crate::ir::{ClassId, ExprId, ExprKind, Facts, FunctionId, Logic};

/// Which element of a list, or which value of an expression.
pub(super) fn at_expr(facts: &Facts, expr: ExprId, env: &Env) -> Decision {
    decision(facts, DecisionPlace::Expr(expr), env)
}

/// Which arm of a group.
pub(super) fn at_group(facts: &Facts, group: u32, env: &Env) -> Decision {
    decision(facts, DecisionPlace::Group(group), env)
}

/// Which caller of a function.
pub(super) fn at_caller(facts: &Facts, function: FunctionId) -> Decision {
    decision(facts, DecisionPlace::Caller(function), &None)
}

/// Which class `this` is of.
pub(super) fn at_class(facts: &Facts, class: ClassId) -> Decision {
    decision(facts, DecisionPlace::Class(class), &None)
}

/// Which class an object is of, of which no more is known than what it is declared to be.
pub(super) fn at_object(made: &Made) -> Decision {
    let place = DecisionPlace::Expr(made.place.expr);
    Decision { file: made.place.facts.file, place, call: made.number() }
}

/// Whether a list's item passes a test whose outcome is not known, by what tells the test from others.
pub(super) fn at_test(facts: &Facts, test: u64, env: &Env) -> Decision {
    decision(facts, DecisionPlace::Holds(test), env)
}

fn decision(facts: &Facts, place: DecisionPlace, env: &Env) -> Decision {
    Decision { file: facts.file, place, call: env.as_ref().map_or(0, |frame| frame.serial) }
}

/// The values of all outcomes of a decision, in their order, each text marked with the outcomes that lead to it. More
/// outcomes than bits are not told apart.
pub(super) fn told_apart(decision: Decision, outcomes: Vec<Vec<Value>>) -> Vec<Value> {
    told_apart_by(decision, &[], outcomes)
}

/// The same, each outcome with what else is so there.
pub(super) fn told_apart_by(decision: Decision, found_out: &[Known], outcomes: Vec<Vec<Value>>) -> Vec<Value> {
    let mut found: Vec<(Value, u64)> = Vec::new();
    let many = outcomes.len() > u64::BITS as usize;
    let all: u64 = outcomes.iter().enumerate().filter(|(_, values)| !values.is_empty()).map(|(at, _)| bit(at)).sum();
    for (at, values) in outcomes.into_iter().enumerate() {
        for value in values {
            match found.iter_mut().find(|(known, _)| *known == value) {
                Some((_, bits)) => *bits |= bit(at),
                None => found.push((value, bit(at))),
            }
        }
    }
    let mut values = Vec::new();
    for (value, outcomes) in found {
        let own = (!many && outcomes != all).then_some(Chosen { decision, outcomes });
        let marks: Known = own.into_iter().chain(in_all(found_out, outcomes)).collect();
        let value = marked(value, &marks);
        if is_possible(&value) {
            add(&mut values, value);
        }
    }
    values
}

/// Whether a value may be: what was made under one condition does not come out under its contrary.
pub(super) fn is_possible(value: &Value) -> bool {
    !matches!(value, Value::Text(pieces) | Value::Fragment(pieces, ..) if !agree(pieces, pieces))
}

/// What is so in all of these outcomes.
fn in_all(found_out: &[Known], outcomes: u64) -> Known {
    if found_out.is_empty() || found_out.len() > u64::BITS as usize {
        return Known::new();
    }
    let mut ways = found_out.iter().enumerate().filter(|(at, _)| outcomes & bit(*at) != 0).map(|(_, known)| known);
    let Some(first) = ways.next() else { return Known::new() };
    let mut all = first.clone();
    for way in ways {
        all.retain_mut(|known| match way.iter().find(|other| other.decision == known.decision) {
            Some(other) => {
                known.outcomes |= other.outcomes;
                true
            }
            None => false,
        });
    }
    all.retain(|known| known.outcomes != 3);
    all
}

/// What is so in either of two outcomes.
pub(super) fn in_both(one: &Known, other: &Known) -> Known {
    in_all(&[one.clone(), other.clone()], 3)
}

fn bit(at: usize) -> u64 {
    u32::try_from(at).ok().and_then(|at| 1_u64.checked_shl(at)).unwrap_or(0)
}

/// How many values a list or an object may have for each of them to be marked.
const MAX_MARKED: usize = 128;

/// A value with what was decided on the way to it; of lists and objects all that is in them.
pub(super) fn marked(value: Value, marks: &[Chosen]) -> Value {
    if marks.is_empty() {
        return value;
    }
    let mark = |pieces: Pieces| -> Pieces {
        let known =
            |mark: &&Chosen| !pieces.iter().any(|piece| matches!(piece, Piece::Chosen(known) if known.implies(mark)));
        let new: Vec<Piece> = marks.iter().filter(known).copied().map(Piece::Chosen).collect();
        if new.is_empty() { pieces } else { pieces.iter().cloned().chain(new).collect() }
    };
    match value {
        Value::Text(pieces) => Value::Text(mark(pieces)),
        Value::Fragment(pieces, file, expr) => Value::Fragment(mark(pieces), file, expr),
        Value::Number(at) => Value::Text(mark([Piece::Number(at)].into())),
        Value::List(items) if items.iter().map(|item| item.values.len()).sum::<usize>() <= MAX_MARKED => {
            // Without the item it is the same list.
            let left_out = |taking: &Arc<Taking>| {
                let new = marks.iter().filter(|mark| !taking.left.iter().any(|known| known.implies(mark)));
                let left = taking.left.iter().chain(new).copied().collect();
                Arc::new(Taking { left, ..taking.as_ref().clone() })
            };
            let item = |item: &Item| Item {
                values: Arc::new(marked_all(item.values.to_vec(), marks)),
                choice: item.choice.as_ref().map(left_out),
                ..item.clone()
            };
            Value::List(items.iter().map(item).collect())
        }
        Value::Record(fields) if fields.iter().map(|(_, values)| values.len()).sum::<usize>() <= MAX_MARKED => {
            Value::Record(
                fields.iter().map(|(name, values)| (name.clone(), marked_all(values.clone(), marks))).collect(),
            )
        }
        Value::Object(place) => {
            let new = marks.iter().filter(|mark| !place.marks().iter().any(|known| known.implies(mark)));
            let decided = place.marks().iter().chain(new).copied().collect();
            Value::Object(Place { decided: Some(decided), ..place })
        }
        other => other,
    }
}

/// Whether what was decided on the way to values shows on any of them: what is no text, and holds none, stays as it is.
pub(super) fn takes_marks<'v>(values: impl IntoIterator<Item = &'v Value>) -> bool {
    values.into_iter().any(|value| {
        matches!(
            value,
            Value::Text(_)
                | Value::Fragment(..)
                | Value::Number(_)
                | Value::List(_)
                | Value::Record(_)
                | Value::Object(_)
        )
    })
}

/// The same of several values. A number stays one.
pub(super) fn marked_all(values: Vec<Value>, marks: &[Chosen]) -> Vec<Value> {
    if marks.is_empty() {
        return values;
    }
    let mark = |value| if matches!(value, Value::Number(_)) { value } else { marked(value, marks) };
    values.into_iter().map(mark).collect()
}

/// Whether a text follows from a decision.
pub(super) fn is_marked(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Chosen(_)))
}

/// What was decided on the way to a text: an entry for each decision, in their order.
#[derive(Clone, Default)]
pub(super) struct Marks(Vec<Chosen>);

impl Marks {
    pub(super) fn of(pieces: &[Piece]) -> Self {
        let chosen = pieces.iter().filter_map(|piece| match piece {
            Piece::Chosen(chosen) => Some(*chosen),
            _ => None,
        });
        let mut marks: Vec<Chosen> = chosen.collect();
        marks.sort_unstable_by_key(|mark| mark.decision);
        marks.dedup_by(|next, kept| {
            let same = next.decision == kept.decision;
            if same {
                kept.outcomes &= next.outcomes;
            }
            same
        });
        Self(marks)
    }

    /// What is decided whichever way the choices in a text go: what all ways of one of them share counts too.
    pub(super) fn implied(pieces: &[Piece]) -> Self {
        let mut all = Self::of(pieces);
        let choices = pieces.iter().filter_map(|piece| match piece {
            Piece::Choice(choice) => Some(choice),
            _ => None,
        });
        for part in choices.flat_map(|choice| &choice.parts) {
            let ways = part.ways.iter().map(|way| Self::implied(way));
            let shared =
                ways.chain(part.left_out.iter().map(|left| Self::of(left))).reduce(|one, other| one.or(&other));
            all = shared.map_or_else(|| all.clone(), |shared| all.and(&shared));
        }
        all
    }

    /// The marks of a text, without those that leave a decision of two outcomes open.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let is_open = |mark: &&Chosen| {
            let of_two = !matches!(mark.decision.place, DecisionPlace::Expr(_) | DecisionPlace::Same(_));
            of_two && mark.outcomes == 3
        };
        self.0.iter().filter(|mark| !is_open(mark)).copied().map(Piece::Chosen).collect()
    }

    /// What is decided by one or the other.
    fn or(&self, other: &Self) -> Self {
        let both = |mark: &Chosen| {
            let at = other.0.binary_search_by_key(&mark.decision, |mark| mark.decision).ok()?;
            Some(Chosen { outcomes: mark.outcomes | other.0[at].outcomes, ..*mark })
        };
        Self(self.0.iter().filter_map(both).collect())
    }

    /// Whether a text with these marks and one with the others can come of the same run.
    pub(super) fn agree(&self, other: &Self) -> bool {
        if self.0.is_empty() || other.0.is_empty() {
            return true;
        }
        other.0.iter().all(|one| {
            let open = match self.0.binary_search_by_key(&one.decision, |mark| mark.decision) {
                Ok(at) => self.0[at].outcomes & one.outcomes,
                Err(_) => one.outcomes,
            };
            open != 0 && !self.is_excluded(one)
        })
    }

    /// What is decided by both.
    pub(super) fn and(&self, other: &Self) -> Self {
        if other.0.is_empty() {
            return self.clone();
        }
        let mut all = Vec::with_capacity(self.0.len() + other.0.len());
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(one), Some(another)) = (left.peek(), right.peek()) {
            match one.decision.cmp(&another.decision) {
                Ordering::Less => all.extend(left.next()),
                Ordering::Greater => all.extend(right.next()),
                Ordering::Equal => {
                    all.push(Chosen { outcomes: one.outcomes & another.outcomes, ..**one });
                    left.next();
                    right.next();
                }
            }
        }
        all.extend(left.chain(right));
        Self(all)
    }

    /// A subject is one literal and no other.
    fn is_excluded(&self, one: &Chosen) -> bool {
        let DecisionPlace::Is(subject, literal) = one.decision.place else { return false };
        if one.outcomes != 1 {
            return false;
        }
        let first = Decision { place: DecisionPlace::Is(subject, 0), call: 0, ..one.decision };
        let start = self.0.partition_point(|mark| mark.decision < first);
        let others = self.0[start..].iter().take_while(|mark| {
            mark.decision.file == first.file
                && matches!(mark.decision.place, DecisionPlace::Is(other, _) if other == subject)
        });
        let is = |mark: &Chosen| mark.outcomes == 1 && mark.decision.call == one.decision.call;
        others.filter(|mark| is(mark)).any(|mark| mark.decision.place != DecisionPlace::Is(subject, literal))
    }
}

/// Whether two texts can come of the same run.
pub(crate) fn agree(left: &[Piece], right: &[Piece]) -> bool {
    !is_marked(right) || !is_marked(left) || Marks::of(left).agree(&Marks::of(right))
}

/// Whether there is no text at all.
pub(super) fn is_empty(pieces: &[Piece]) -> bool {
    pieces.iter().all(|piece| matches!(piece, Piece::Chosen(_)))
}

impl Evaluator<'_> {
    /// `a && b`, `a || b` and `a ?? b`, where one side is decided only that.
    pub(super) fn logic(
        &mut self,
        facts: &Arc<Facts>,
        expr: ExprId,
        (op, left, right): (Logic, ExprId, ExprId),
        env: &Env,
    ) -> Vec<Value> {
        let holds = self.holds(facts, left, env);
        match (op, holds) {
            (Logic::And, Some(true)) | (Logic::Or, Some(false)) => return self.eval(facts, right, env),
            (Logic::And, Some(false)) => return self.not_held(facts, left, env),
            (Logic::Or | Logic::Nullish, Some(true)) => return self.eval(facts, left, env),
            _ => {}
        }
        let first = if op == Logic::And { self.not_held(facts, left, env) } else { self.eval(facts, left, env) };
        let nothing = holds == Some(false) && first.iter().all(|value| *value == Value::Nothing);
        if op == Logic::Nullish && nothing {
            return self.eval(facts, right, env);
        }
        let ways = vec![first, self.eval(facts, right, env)];
        let found_out = takes_marks(ways.iter().flatten()).then(|| self.outcomes(facts, left, env));
        let [yes, no] = found_out.unwrap_or_default();
        let found_out = match op {
            Logic::And => [no, yes],
            Logic::Or => [yes, no],
            Logic::Nullish => [Vec::new(), Vec::new()],
        };
        told_apart_by(at_expr(facts, expr, env), &found_out, ways)
    }

    /// What `left && …` is where `left` does not hold: an empty text, where it may be one.
    fn not_held(&mut self, facts: &Arc<Facts>, left: ExprId, env: &Env) -> Vec<Value> {
        let mut values = vec![Value::Nothing];
        if matches!(facts.expr(left).kind, ExprKind::Binding(_) | ExprKind::Member { .. }) {
            let empty = |value: &Value| value.constant().is_some_and(|text| text.is_empty());
            values.extend(self.eval(facts, left, env).into_iter().filter(empty));
        }
        values
    }
}
