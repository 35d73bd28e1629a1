//! The value of a variable where it is used: its writes in order, branches apart, loops once.

use std::sync::Arc;

use rollproof_source::{Span, TextRange};

use super::choice;
use super::distinct::as_set;
use super::name::turn_of;
use super::text::distinct;
use super::value::{Choice, ChoicePart, Chosen, Decision, Env, Item, Piece, Taking, Value, add};
use super::{Evaluator, REFERS_TO_ITSELF};
use crate::ir::{ExprId, ExprKind, Facts, RegionId, RegionKind, Tried, Write, WriteOp};

/// How many turns of a loop are followed one by one.
pub(super) const MAX_TURNS: usize = 64;

/// In how many ways turns that may not happen leave a text.
pub(super) const MAX_WAYS: usize = 16;

/// What is said where a loop adds one item of a list after the other, in an order that is not followed.
const COUNTED: &str = "list that a loop counts through";

/// Where a variable is read.
#[derive(Clone, Copy)]
pub(super) struct Use {
    pub(super) at: Span,
    /// The reader stands in another function than the variable: any write may have come before.
    pub(super) elsewhere: bool,
    /// The loop whose turns are followed one by one.
    pub(super) turning: Option<RegionId>,
    /// What is asked is what is so at a jump out of this region, not where the variable is read.
    pub(super) jump: Option<(RegionId, u32)>,
    /// From where on a reader that stands elsewhere may run: what is written behind that may not be so yet.
    pub(super) from: u32,
}

impl Use {
    /// Whether it stands in a region itself.
    fn is_in(self, facts: &Facts, region: RegionId) -> bool {
        let (range, at) = (facts.region(region).range, self.at.range);
        !self.elsewhere && range.start <= at.start && at.end <= range.end
    }

    /// Whether it is a function within a region that reads, which may run in any turn of that.
    fn runs_in(self, facts: &Facts, region: RegionId) -> bool {
        let (range, at) = (facts.region(region).range, self.at.range);
        self.elsewhere && self.from != u32::MAX && range.start <= at.start && at.end <= range.end
    }

    /// Whether a write may come after it.
    fn may_precede(self, write: &Write) -> bool {
        self.elsewhere && write.at > self.from
    }

    pub(super) fn within(self, facts: &Facts, region: RegionId) -> bool {
        let range = facts.region(region).range;
        if let Some(turning) = self.turning.map(|turning| facts.region(turning).range)
            && range.start <= turning.start
            && turning.end <= range.end
        {
            return true;
        }
        if let Some((around, at)) = self.jump {
            let around = facts.region(around).range;
            if around != range && around.start <= range.start && range.end <= around.end {
                return range.start <= at && at <= range.end;
            }
        }
        !self.elsewhere && range.start <= self.at.range.start && self.at.range.end <= range.end
    }
}

impl Evaluator<'_> {
    /// `state` after `writes`, all inside `region`.
    pub(super) fn flow(
        &mut self,
        facts: &Arc<Facts>,
        mut state: Vec<Value>,
        writes: &[&Write],
        region: RegionId,
        reader: Use,
        env: &Env,
    ) -> Vec<Value> {
        // What stands before the last plain assignment on this level does not matter.
        let sets = |write: &&Write| matches!(write.op, WriteOp::Assign(_)) && !reader.may_precede(write);
        let last = writes.iter().rposition(|write| write.region == region && sets(write));
        let mut next = last.unwrap_or(0);
        // What functions write may be written after it all the same.
        let late = |write: &&&Write| reader.elsewhere && runs_by_itself(facts, write.region, region);
        let late: Vec<&Write> = writes[..next].iter().filter(late).copied().collect();
        while let Some(write) = writes.get(next) {
            let child = child_towards(facts, write.region, region);
            let before = reader.may_precede(write).then(|| state.clone());
            let Some(child) = child else {
                state = self.apply(facts, state, &write.op, reader, env, in_loop(facts, region, reader));
                state = match before {
                    Some(before) => union(before, state),
                    None => state,
                };
                next += 1;
                continue;
            };
            let group = facts.region(child).kind;
            let end = writes[next..]
                .iter()
                .position(|write| {
                    child_towards(facts, write.region, region)
                        .is_none_or(|other| other != child && !same_group(facts.region(other).kind, group))
                })
                .map_or(writes.len(), |length| next + length);
            state = self.child(facts, state, (&writes[next..end], &writes[end..]), child, reader, env);
            state = match before {
                Some(before) => union(before, state),
                None => state,
            };
            next = end;
        }
        if !late.is_empty() {
            let after = self.flow(facts, state.clone(), &late, region, reader, env);
            state = union(state, after);
        }
        state
    }

    fn child(
        &mut self,
        facts: &Arc<Facts>,
        state: Vec<Value>,
        (writes, later): (&[&Write], &[&Write]),
        child: RegionId,
        reader: Use,
        env: &Env,
    ) -> Vec<Value> {
        if let RegionKind::Loop(over) = facts.region(child).kind
            && reader.is_in(facts, child)
        {
            return self.in_turn(facts, state, writes, (child, over), reader, env);
        }
        if matches!(facts.region(child).kind, RegionKind::Loop(_)) && reader.runs_in(facts, child) {
            let after = self.flow(facts, state.clone(), writes, child, reader, env);
            let anew = writes.iter().any(|write| {
                write.region == child && matches!(write.op, WriteOp::Assign(_)) && !reader.may_precede(write)
            });
            return if anew { after } else { union(state, after) };
        }
        if let RegionKind::Loop(Some(over)) = facts.region(child).kind
            && !reader.within(facts, child)
        {
            if turn_of(facts, over, env).is_some() {
                // A function within the loop reads what all its turns leave, this one too.
                return self.cut_off(REFERS_TO_ITSELF, reader.at);
            }
            if let Some(lists) = self.known_lists(facts, over, env)
                && let Some(after) = self.turns(facts, &state, (writes, child, over), &lists, reader, env)
            {
                return after;
            }
        }
        if let RegionKind::Tried(tried) = facts.region(child).kind
            && !reader.within(facts, child)
        {
            return self.after_try(facts, state, (writes, later), (child, tried), reader, env);
        }
        match facts.region(child).kind {
            RegionKind::Arm(group) => self.arms(facts, state, writes, (child, group), reader, env),
            _ => self.once(facts, state, writes, child, reader, env),
        }
    }

    /// `state` after a region that is no arm.
    fn once(
        &mut self,
        facts: &Arc<Facts>,
        state: Vec<Value>,
        writes: &[&Write],
        child: RegionId,
        reader: Use,
        env: &Env,
    ) -> Vec<Value> {
        let runs = matches!(facts.region(child).kind, RegionKind::Function(_)) && !is_called_for_each(facts, child);
        if runs && !reader.within(facts, child) {
            return self.at_any_time(facts, state, writes, child, reader, env);
        }
        let after = self.flow(facts, state.clone(), writes, child, reader, env);
        if reader.within(facts, child) {
            return after;
        }
        let after = self.after_jumps(facts, (&state, after), writes, child, reader, env);
        let certain = facts.region(child).kind == RegionKind::Stretch || is_called_for_each(facts, child);
        let grows = writes.iter().all(|write| !matches!(write.op, WriteOp::Assign(_)));
        let loops = matches!(facts.region(child).kind, RegionKind::Loop(_));
        // A loop that only appends is taken to run: the text of no run is a part of the text of one.
        if certain || (loops && grows) { after } else { union(state, after) }
    }

    /// `state` after a decision.
    fn arms(
        &mut self,
        facts: &Arc<Facts>,
        state: Vec<Value>,
        writes: &[&Write],
        (child, group): (RegionId, u32),
        reader: Use,
        env: &Env,
    ) -> Vec<Value> {
        let arms = &facts.groups[group as usize].arms;
        if let Some(at) = arms.iter().position(|arm| reader.within(facts, *arm)) {
            let state = self.fallen_into(facts, state, writes, &arms[..=at], reader, env);
            return self.flow(facts, state, &inside(facts, writes, arms[at]), arms[at], reader, env);
        }
        let exhaustive = facts.groups[group as usize].exhaustive;
        if let Some(taken) = self.taken(facts, group, env) {
            let Some(arm) = taken.map(|taken| arms[taken]) else { return state };
            return self.flow(facts, state, &inside(facts, writes, arm), arm, reader, env);
        }
        // In a loop each turn decides anew; only whether an arm is ever entered is one decision.
        let one_decision = (!exhaustive && arms.len() == 1) || !in_loop(facts, child, reader);
        let mut ways: Vec<Vec<Value>> = vec![if exhaustive { Vec::new() } else { state.clone() }];
        for first in 0..arms.len() {
            ways.push(self.fall(facts, state.clone(), writes, &arms[first..], reader, env));
        }
        let mut result = if one_decision {
            // The first way is that of no arm.
            let mut found_out = match choice::takes_marks(ways.iter().flatten()) {
                true => self.found_out(facts, group, env),
                false => vec![Vec::new(); ways.len()],
            };
            found_out.rotate_right(1);
            let decision = choice::at_group(facts, group, env);
            // What an arm only adds to a list may be left out of it.
            if let ([before, added], [no, yes], false) = (ways.as_slice(), found_out.as_slice(), exhaustive)
                && let Some(merged) = extended(before, added, &taking(decision, [yes, no]))
            {
                return merged;
            }
            // And so may what it only adds to many texts.
            if let ([before, added], [no, yes], false) = (ways.as_slice(), found_out.as_slice(), exhaustive)
                && before.len() >= MAX_WAYS
                && let Some(texts) = appended(before, added, &taking(decision, [yes, no]), reader.at)
            {
                return texts;
            }
            choice::told_apart_by(decision, &found_out, ways)
        } else {
            ways.into_iter().fold(Vec::new(), union)
        };
        self.cap(&mut result, reader.at);
        if result.is_empty() { state } else { result }
    }

    /// `state` after the body of a `try`: an error may end it before or after any of its writes.
    fn after_try(
        &mut self,
        facts: &Arc<Facts>,
        state: Vec<Value>,
        (writes, later): (&[&Write], &[&Write]),
        (body, tried): (RegionId, u32),
        reader: Use,
        env: &Env,
    ) -> Vec<Value> {
        let after = self.flow(facts, state.clone(), writes, body, reader, env);
        let Tried { handler, finalizer } = &facts.tries[tried as usize];
        let at = reader.at.range;
        let is_in = |range: TextRange| !reader.elsewhere && range.start <= at.start && at.end <= range.end;
        let goes_on = handler.is_some_and(|handler| {
            let sets = |write: &&Write| write.region == handler && matches!(write.op, WriteOp::Assign(_));
            reader.within(facts, handler) || !facts.region(handler).exits && !later.iter().any(sets)
        });
        if !goes_on && !finalizer.is_some_and(is_in) {
            return after;
        }
        let mut ended = state.clone();
        // An error that comes out of a `try` inside goes through what runs there in either case.
        let inner = facts.tries.iter().enumerate().filter(|(at, _)| *at != tried as usize);
        let last = inner.filter_map(|(_, inner)| inner.finalizer).find(|last| {
            let around = facts.region(body).range;
            let writes_there = |write: &&Write| last.start <= write.at && write.at <= last.end;
            around.start <= last.start && last.end <= around.end && writes.iter().any(writes_there)
        });
        if last.is_some() {
            add(&mut ended, Value::unknown("what was tried may have ended anywhere", reader.at));
        }
        for count in 1..writes.len() {
            let before = self.flow(facts, state.clone(), &writes[..count], body, reader, env);
            ended = union(ended, before);
            if ended.len() > MAX_WAYS {
                add(&mut ended, Value::unknown("what was tried may have ended anywhere", reader.at));
                break;
            }
        }
        union(ended, after)
    }

    pub(super) fn apply(
        &mut self,
        facts: &Arc<Facts>,
        state: Vec<Value>,
        op: &WriteOp,
        reader: Use,
        env: &Env,
        repeated: bool,
    ) -> Vec<Value> {
        match op {
            WriteOp::Assign(value) => self.eval(facts, *value, env),
            WriteOp::Append(value) if state.iter().all(is_number) => {
                let operands = self.eval(facts, *value, env);
                if operands.iter().all(is_number) { counted(&state, reader.at) } else { union(state, operands) }
            }
            // What is not known to be a text is a number, if numbers are added to it.
            WriteOp::Append(value) if is_count(facts, *value) && !state.iter().any(is_some_text) => {
                counted(&state, reader.at)
            }
            WriteOp::Append(value) if repeated && self.counts_through(facts, *value, env) => {
                vec![Value::unknown(COUNTED, reader.at)]
            }
            WriteOp::Push(items) if repeated && items.iter().any(|item| self.counts_through(facts, *item, env)) => {
                vec![Value::unknown(COUNTED, reader.at)]
            }
            WriteOp::Append(value) => {
                self.note_spliced(&state);
                let added = self.eval(facts, *value, env);
                self.note_spliced(&added);
                let choices = self.texts_of(facts, *value, env);
                let start = self.value_texts(&state, reader.at).iter().map(|text| text.to_vec()).collect();
                let mut texts = self.product(start, &choices, reader.at);
                self.charge(&texts);
                if repeated {
                    texts.iter_mut().for_each(|text| text.push(Piece::Repeat(reader.at)));
                }
                distinct(texts)
            }
            // A builder of text is pushed to like a list.
            WriteOp::Push(items) if state.iter().any(|value| matches!(value, Value::Text(_) | Value::Fragment(..))) => {
                items.first().map_or(state.clone(), |item| {
                    self.apply(facts, state, &WriteOp::Append(*item), reader, env, repeated)
                })
            }
            WriteOp::Push(items) => {
                let new = self.items(facts, items, env, repeated);
                extend(&state, &new, false, reader.at)
            }
            WriteOp::Unshift(items) => {
                let new = self.items(facts, items, env, repeated);
                extend(&state, &new, true, reader.at)
            }
            WriteOp::Include(item) if state.iter().any(|value| matches!(value, Value::List(_))) => {
                let new = self.items(facts, std::slice::from_ref(item), env, repeated);
                extend(&state, &new, false, reader.at).into_iter().map(as_set).collect()
            }
            WriteOp::Include(_) => state,
            WriteOp::Lost(reason) => vec![Value::unknown(reason, reader.at)],
            WriteOp::ListLost(reason) => {
                let lost = |value: Value| match value {
                    Value::List(_) | Value::Fragment(..) => Value::unknown(reason, reader.at),
                    other => other,
                };
                union(Vec::new(), state.into_iter().map(lost).collect())
            }
            WriteOp::Called { call, change } => self.after_called(facts, state, (*call, change), repeated, env),
        }
    }
}

/// A number, or the text of a number that stands in source as one.
pub(super) fn is_number(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::Text(pieces) => {
            pieces.iter().any(|piece| !matches!(piece, Piece::Chosen(_)))
                && pieces.iter().all(|piece| match piece {
                    Piece::Text { text, verbatim: false, .. } => text.bytes().all(|byte| byte.is_ascii_digit()),
                    Piece::Number(_) | Piece::Chosen(_) => true,
                    _ => false,
                })
        }
        _ => false,
    }
}

/// Whether an expression is a number, whatever it is worth.
pub(super) fn is_count(facts: &Facts, expr: ExprId) -> bool {
    matches!(facts.expr(expr).kind, ExprKind::Number(_))
}

/// Whether `+` puts something behind a value: a text that is no number.
pub(super) fn is_some_text(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Fragment(..) | Value::List(_)) && !is_number(value)
}

/// Numbers that were added to: no longer known, but what was decided on the way is.
pub(super) fn counted(state: &[Value], at: Span) -> Vec<Value> {
    let mut values = Vec::new();
    for value in state {
        let Value::Text(pieces) = value else {
            add(&mut values, Value::Number(at));
            continue;
        };
        let decided = pieces.iter().filter(|piece| matches!(piece, Piece::Chosen(_))).cloned();
        add(&mut values, Value::text([Piece::Number(at)].into_iter().chain(decided).collect()));
    }
    values
}

fn extend(state: &[Value], new: &[Item], front: bool, at: Span) -> Vec<Value> {
    let mut values = Vec::new();
    for value in state {
        let Value::List(items) = value else {
            add(&mut values, Value::unknown("push to an unknown list", at));
            continue;
        };
        let all: Vec<Item> = if front {
            new.iter().chain(items.iter()).cloned().collect()
        } else {
            items.iter().chain(new).cloned().collect()
        };
        add(&mut values, Value::List(all.into()));
    }
    values
}

pub(super) fn union(mut left: Vec<Value>, right: Vec<Value>) -> Vec<Value> {
    for value in right {
        add(&mut left, value);
    }
    left
}

/// What is so where an item is there, and where it is left out.
pub(super) fn taking(decision: Decision, [yes, no]: [&[Chosen]; 2]) -> Arc<Taking> {
    let with = |outcomes: u64, known: &[Chosen]| {
        std::iter::once(Chosen { decision, outcomes }).chain(known.iter().copied()).collect::<Vec<Chosen>>()
    };
    Arc::new(Taking { taken: with(2, yes), left: with(1, no) })
}

/// A list and the same with more items: those may be left out.
pub(super) fn extended(before: &[Value], after: &[Value], choice: &Arc<Taking>) -> Option<Vec<Value>> {
    let ([Value::List(before)], [Value::List(after)]) = (before, after) else { return None };
    let added = after.strip_prefix(before.as_ref())?;
    // What an inner decision may leave out already keeps that.
    if added.is_empty() || added.iter().any(|item| item.optional) {
        return None;
    }
    let optional = added.iter().map(|item| Item { optional: true, choice: Some(choice.clone()), ..item.clone() });
    Some(vec![Value::List(before.iter().cloned().chain(optional).collect())])
}

/// Texts and the same with more at their ends: that may be left out.
fn appended(before: &[Value], after: &[Value], choice: &Taking, at: Span) -> Option<Vec<Value>> {
    let marks = |marks: &[Chosen]| marks.iter().copied().map(Piece::Chosen).collect::<Vec<Piece>>();
    let one = |(before, after): (&Value, &Value)| {
        let (Value::Text(before), Value::Text(after)) = (before, after) else { return None };
        let added = after.strip_prefix(before.as_ref())?;
        let way = added.iter().cloned().chain(marks(&choice.taken)).collect();
        let part = ChoicePart { ways: vec![way], left_out: Some(marks(&choice.left)) };
        let either = Choice::piece(at, Vec::new().into(), vec![part]);
        Some(Value::text(before.iter().cloned().chain([either]).collect()))
    };
    (before.len() == after.len()).then(|| before.iter().zip(after).map(one).collect())?
}

pub(super) fn with_left_out(before: &[Value], after: Vec<Value>, choice: &Arc<Taking>) -> Vec<Value> {
    extended(before, &after, choice).unwrap_or_else(|| union(before.to_vec(), after))
}

/// What is written in a region.
pub(super) fn inside<'w>(facts: &Facts, writes: &[&'w Write], region: RegionId) -> Vec<&'w Write> {
    let range = facts.region(region).range;
    writes.iter().filter(|write| range.start <= write.at && write.at <= range.end).copied().collect()
}

fn same_group(left: RegionKind, right: RegionKind) -> bool {
    matches!((left, right), (RegionKind::Arm(left), RegionKind::Arm(right)) if left == right)
}

/// The child of `ancestor` on the way down to `region`; none where `region` is `ancestor` itself or outside of it.
fn child_towards(facts: &Facts, mut region: RegionId, ancestor: RegionId) -> Option<RegionId> {
    if region == ancestor {
        return None;
    }
    loop {
        let parent = facts.region(region).parent?;
        if parent == ancestor {
            return Some(region);
        }
        region = parent;
    }
}

/// Whether a write in `region` happens once for each turn of a loop that the reader is not in.
fn in_loop(facts: &Facts, mut region: RegionId, reader: Use) -> bool {
    loop {
        let here = facts.region(region);
        match here.kind {
            RegionKind::Loop(_) if !reader.within(facts, region) => return true,
            RegionKind::Function(_) if !is_called_for_each(facts, region) => return false,
            _ => {}
        }
        let Some(parent) = here.parent else { return false };
        region = parent;
    }
}

/// Whether a region is in a function within `around` that is called at any time.
fn runs_by_itself(facts: &Facts, mut region: RegionId, around: RegionId) -> bool {
    while region != around {
        let here = facts.region(region);
        if matches!(here.kind, RegionKind::Function(_)) && !is_called_for_each(facts, region) {
            return true;
        }
        let Some(parent) = here.parent else { return false };
        region = parent;
    }
    false
}

/// Whether a region is the function that `forEach` calls: the loop around it takes in nothing else.
pub(super) fn is_called_for_each(facts: &Facts, region: RegionId) -> bool {
    let here = facts.region(region);
    let around = here.parent.map(|parent| facts.region(parent));
    matches!(here.kind, RegionKind::Function(_))
        && around.is_some_and(|around| matches!(around.kind, RegionKind::Loop(_)) && around.range == here.range)
}
