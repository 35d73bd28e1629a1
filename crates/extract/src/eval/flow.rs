//! The value of a variable where it is used: its writes in order, branches apart, loops once.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rollproof_source::{Span, TextRange};
use rustc_hash::FxHasher;

use super::Evaluator;
use super::choice;
use super::text::distinct;
use super::value::{Choice, ChoicePart, Chosen, Decision, DecisionPlace, Env, Frame, Item, Piece, Taking, Value, add};
use crate::ir::{ExprId, Facts, FunctionId, RegionId, RegionKind, Tried, Write, WriteOp};

/// How many turns of a loop are followed one by one.
pub(super) const MAX_TURNS: usize = 64;

/// In how many ways turns that may not happen leave a text.
const MAX_WAYS: usize = 16;

/// Where a variable is read.
#[derive(Clone, Copy)]
pub(super) struct Use {
    pub(super) at: Span,
    /// The reader stands in another function than the variable: any write may have come before.
    pub(super) elsewhere: bool,
    /// The loop whose turns are followed one by one.
    pub(super) turning: Option<RegionId>,
}

impl Use {
    fn within(self, facts: &Facts, region: RegionId) -> bool {
        let range = facts.region(region).range;
        if let Some(turning) = self.turning.map(|turning| facts.region(turning).range)
            && range.start <= turning.start
            && turning.end <= range.end
        {
            return true;
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
        let last = writes.iter().rposition(|write| write.region == region && matches!(write.op, WriteOp::Assign(_)));
        let mut next = last.unwrap_or(0);
        while let Some(write) = writes.get(next) {
            let child = child_towards(facts, write.region, region);
            let Some(child) = child else {
                state = self.apply(facts, state, &write.op, reader, env, in_loop(facts, region, reader));
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
            next = end;
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
        if let RegionKind::Loop(Some(over)) = facts.region(child).kind
            && !reader.within(facts, child)
            && let Some(lists) = self.known_lists(facts, over, env)
            && let Some(after) = self.turns(facts, &state, (writes, child, over), &lists, reader, env)
        {
            return after;
        }
        if let RegionKind::Tried(tried) = facts.region(child).kind
            && !reader.within(facts, child)
        {
            return self.after_try(facts, state, (writes, later), (child, tried), reader, env);
        }
        let RegionKind::Arm(group) = facts.region(child).kind else {
            let after = self.flow(facts, state.clone(), writes, child, reader, env);
            let certain = reader.within(facts, child) || is_called_for_each(facts, child);
            let grows = writes.iter().all(|write| !matches!(write.op, WriteOp::Assign(_)));
            let loops = matches!(facts.region(child).kind, RegionKind::Loop(_));
            // A loop that only appends is taken to run: the text of no run is a part of the text of one.
            if certain || (loops && grows) {
                return after;
            }
            return union(state, after);
        };
        let arms = &facts.groups[group as usize].arms;
        let inside = |arm: RegionId| {
            let range = facts.region(arm).range;
            move |write: &&&Write| range.start <= write.at && write.at <= range.end
        };
        if let Some(arm) = arms.iter().find(|arm| reader.within(facts, **arm)) {
            let writes: Vec<&Write> = writes.iter().filter(inside(*arm)).copied().collect();
            return self.flow(facts, state, &writes, *arm, reader, env);
        }
        let exhaustive = facts.groups[group as usize].exhaustive;
        if let Some(taken) = self.taken(facts, group, env) {
            let Some(arm) = taken.map(|taken| arms[taken]) else { return state };
            let writes: Vec<&Write> = writes.iter().filter(inside(arm)).copied().collect();
            return self.flow(facts, state, &writes, arm, reader, env);
        }
        // In a loop each turn decides anew; only whether an arm is ever entered is one decision.
        let one_decision = (!exhaustive && arms.len() == 1) || !in_loop(facts, child, reader);
        let mut ways: Vec<Vec<Value>> = vec![if exhaustive { Vec::new() } else { state.clone() }];
        for arm in arms {
            if facts.region(*arm).exits {
                ways.push(Vec::new());
                continue;
            }
            let writes: Vec<&Write> = writes.iter().filter(inside(*arm)).copied().collect();
            ways.push(self.flow(facts, state.clone(), &writes, *arm, reader, env));
        }
        let mut result = if one_decision {
            // The first way is that of no arm.
            let mut found_out = self.found_out(facts, group, env);
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

    /// The lists that a loop runs over, where all of them are known item by item.
    fn known_lists(&mut self, facts: &Arc<Facts>, over: ExprId, env: &Env) -> Option<Vec<Arc<[Item]>>> {
        let lists = self.eval(facts, over, env);
        let lists = self.forced(lists);
        let known = |value: &Value| match value {
            Value::List(items) if items.iter().all(|item| !item.repeated && item.values.iter().all(is_known)) => {
                Some(items.clone())
            }
            _ => None,
        };
        let lists: Option<Vec<Arc<[Item]>>> = lists.iter().map(known).collect();
        lists.filter(|lists| !lists.is_empty())
    }

    /// `state` after every turn of a loop over known lists, one after the other; none where that is too much to tell apart.
    fn turns(
        &mut self,
        facts: &Arc<Facts>,
        state: &[Value],
        (writes, child, over): (&[&Write], RegionId, ExprId),
        lists: &[Arc<[Item]>],
        reader: Use,
        env: &Env,
    ) -> Option<Vec<Value>> {
        if lists.iter().any(|items| items.len() > MAX_TURNS) {
            return Some(vec![Value::unknown("loop", reader.at)]);
        }
        let jumps = jumps_of(facts, child);
        let mut ways = Vec::new();
        for items in lists {
            let mut after = state.to_vec();
            for (index, item) in items.iter().enumerate() {
                let frame = Frame {
                    file: facts.file,
                    function: FunctionId(u32::MAX),
                    arguments: Vec::new(),
                    this: None,
                    outer: env.clone(),
                    depth: env.as_ref().map_or(0, |frame| frame.depth),
                    serial: serial_of_turn(env, child, index),
                    through: 0,
                    element: Some((over, item.values.to_vec())),
                };
                let turn = Use { turning: Some(child), ..reader };
                let inner = Some(Arc::new(frame));
                let (mut end, mut skips) = (u32::MAX, false);
                for jump in &jumps {
                    match self.entered(facts, *jump, Some(child), &inner) {
                        Some(true) => end = end.min(facts.region(*jump).range.end),
                        Some(false) => {}
                        None => skips |= writes.iter().any(|write| facts.region(*jump).range.end <= write.at),
                    }
                }
                let reached: Vec<&Write> = writes.iter().filter(|write| write.at <= end).copied().collect();
                let next = self.flow(facts, after.clone(), &reached, child, turn, &inner);
                after = match &item.choice {
                    _ if !skips && !item.optional => next,
                    Some(choice) if !skips => with_left_out(&after, next, choice),
                    _ => {
                        let place = DecisionPlace::Turn(child, index as u32);
                        let call = env.as_ref().map_or(0, |frame| frame.serial);
                        with_left_out(&after, next, &taking(Decision { file: facts.file, place, call }, [&[], &[]]))
                    }
                };
                if after.len() > MAX_WAYS && (skips || item.optional) {
                    return None;
                }
                self.cap(&mut after, reader.at);
            }
            ways.push(after);
        }
        Some(choice::told_apart(choice::at_expr(facts, over, env), ways))
    }

    fn apply(
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
                extend(&state, &new, false, reader.at)
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

/// Where a turn of a loop may end before its end.
pub(super) fn jumps_of(facts: &Facts, child: RegionId) -> Vec<RegionId> {
    let inside = facts.region(child).range;
    let jumps = facts.regions.iter().enumerate().filter(|(_, region)| {
        let within = inside.start <= region.range.start && region.range.end <= inside.end;
        within && region.exits && matches!(region.kind, RegionKind::Arm(_))
    });
    jumps.map(|(at, _)| RegionId(at as u32)).collect()
}

/// An item whose text, if it is one, is all there.
fn is_known(value: &Value) -> bool {
    match value {
        Value::Text(_) | Value::Fragment(..) => value.constant().is_some(),
        Value::List(items) => items.iter().all(|item| !item.repeated && item.values.iter().all(is_known)),
        Value::Unknown(..) | Value::Param(..) => false,
        _ => true,
    }
}

/// A number, or the text of a number that stands in source as one.
fn is_number(value: &Value) -> bool {
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

/// Numbers that were added to: no longer known, but what was decided on the way is.
fn counted(state: &[Value], at: Span) -> Vec<Value> {
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

/// The number of a turn of a loop, the same whenever its function is looked at: what it decides for one variable it decides
/// for the others.
fn serial_of_turn(env: &Env, child: RegionId, index: usize) -> u32 {
    let mut hasher = FxHasher::default();
    (env.as_ref().map_or(0, |frame| frame.serial), child, index).hash(&mut hasher);
    (hasher.finish() >> 32) as u32
}

/// What is so where an item is there, and where it is left out.
fn taking(decision: Decision, [yes, no]: [&[Chosen]; 2]) -> Arc<Taking> {
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

fn with_left_out(before: &[Value], after: Vec<Value>, choice: &Arc<Taking>) -> Vec<Value> {
    extended(before, &after, choice).unwrap_or_else(|| union(before.to_vec(), after))
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

/// Whether a region is the function that `forEach` calls: the loop around it takes in nothing else.
pub(super) fn is_called_for_each(facts: &Facts, region: RegionId) -> bool {
    let here = facts.region(region);
    let around = here.parent.map(|parent| facts.region(parent));
    matches!(here.kind, RegionKind::Function(_))
        && around.is_some_and(|around| matches!(around.kind, RegionKind::Loop(_)) && around.range == here.range)
}
