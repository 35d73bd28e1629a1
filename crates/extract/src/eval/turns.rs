//! Loops whose turns are followed one by one, and what leads out of a stretch of statements before its end.

use std::sync::Arc;

use rollproof_source::FileId;

use super::Evaluator;
use super::choice;
use super::flow::{MAX_TURNS, MAX_WAYS, Use, inside, is_called_for_each, taking, union, with_left_out};
use super::value::{Decision, DecisionPlace, Env, Frame, Item, Value, number_of};
use crate::ir::{BindingKind, ExprId, ExprKind, Facts, Part, RegionId, RegionKind, Write};

/// A loop, the address of what is around it, and which of its turns.
pub(super) type Turn = (FileId, RegionId, usize, usize);

/// A jump out of a region, or to its next turn.
#[derive(Clone, Copy)]
struct Leap {
    region: RegionId,
    at: u32,
    ends: bool,
}

/// What the jumps of one turn leave.
#[derive(Default)]
struct Left {
    /// The turn ends here at the latest.
    end: Option<u32>,
    /// The whole turn may be left out.
    skips: bool,
    /// No turn follows.
    stops: bool,
    /// What the next turn may start from, beside what this one leaves.
    next: Vec<Value>,
    /// What is left where the loop ends.
    last: Vec<Value>,
}

impl Evaluator<'_> {
    /// The lists that a loop runs over, where all of them are known item by item.
    pub(super) fn known_lists(&mut self, facts: &Arc<Facts>, over: ExprId, env: &Env) -> Option<Vec<Arc<[Item]>>> {
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
    pub(super) fn turns(
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
        let mut ways = Vec::new();
        for items in lists {
            let mut after = state.to_vec();
            let (mut last, mut parts) = (Vec::new(), false);
            for (index, item) in items.iter().enumerate() {
                let turn = Use { turning: Some(child), ..reader };
                let inner = self.turn_frame(facts, (child, over), (index, item), env);
                let left = self.left_by_jumps(facts, &after, (writes, child), turn, &inner);
                let end = left.end.unwrap_or(u32::MAX);
                let reaches = |write: &&&Write| write.at <= end || is_run_in_either_case(facts, end, write.at);
                let reached: Vec<&Write> = writes.iter().filter(reaches).copied().collect();
                let next = self.flow(facts, after.clone(), &reached, child, turn, &inner);
                last = union(last, left.last);
                if left.stops {
                    last = union(last, next);
                    after = if left.skips || item.optional { union(after, left.next) } else { left.next };
                    if after.is_empty() {
                        break;
                    }
                    continue;
                }
                let before = after;
                after = match &item.choice {
                    _ if !left.skips && !item.optional => next,
                    Some(choice) if !left.skips => with_left_out(&before, next, choice),
                    _ => {
                        let place = DecisionPlace::Turn(child, index as u32);
                        let call = env.as_ref().map_or(0, |frame| frame.serial);
                        with_left_out(&before, next, &taking(Decision { file: facts.file, place, call }, [&[], &[]]))
                    }
                };
                parts |= !left.next.is_empty();
                after = union(after, left.next);
                if after.len() + last.len() > MAX_WAYS {
                    if !last.is_empty() || parts {
                        return Some(vec![Value::unknown("loop whose turns may end anywhere", reader.at)]);
                    }
                    if left.skips || item.optional {
                        return None;
                    }
                }
                self.cap(&mut after, reader.at);
            }
            ways.push(union(after, last));
        }
        Some(choice::told_apart(choice::at_expr(facts, over, env), ways))
    }

    /// What stands around a turn: the same wherever it is asked for, so that what is evaluated in it is known again.
    fn turn_frame(
        &mut self,
        facts: &Facts,
        (child, over): (RegionId, ExprId),
        (index, item): (usize, &Item),
        env: &Env,
    ) -> Env {
        let around = env.as_ref().map_or(0, |frame| Arc::as_ptr(frame) as usize);
        let key = (facts.file, child, around, index);
        let element = Some((over, item.values.to_vec()));
        if let Some(known) = self.turn_frames.get(&key)
            && known.as_ref().is_some_and(|known| known.element == element)
        {
            return known.clone();
        }
        let serial = serial_of_turn(env, child, index);
        let frame = Frame { element, call: None, ..Frame::without_call(facts.file, env.clone(), serial) };
        let made = Some(Arc::new(frame));
        self.turn_frames.insert(key, made.clone());
        made
    }

    /// What the jumps of a turn that starts with `state` leave.
    fn left_by_jumps(
        &mut self,
        facts: &Arc<Facts>,
        state: &[Value],
        (writes, child): (&[&Write], RegionId),
        turn: Use,
        env: &Env,
    ) -> Left {
        let mut left = Left::default();
        let leaps = leaps_of(facts, child);
        for leap in &leaps {
            if left.end.is_some_and(|end| end <= leap.at) {
                break;
            }
            let before = before_leap(facts, writes, child, *leap);
            match self.entered(facts, leap.region, Some(child), env) {
                Some(false) => {}
                Some(true) => {
                    left.end = Some(leap.at);
                    left.stops = leap.ends;
                }
                None if before.is_empty() && !leap.ends => {
                    left.skips |= writes.iter().any(|write| leap.at <= write.at);
                }
                None => {
                    let values = self.at_leap(facts, state, &before, (child, *leap), turn, env);
                    let ways = if leap.ends { &mut left.last } else { &mut left.next };
                    *ways = union(std::mem::take(ways), values);
                }
            }
        }
        for jump in exits_of(facts, child) {
            let range = facts.region(jump).range;
            let inner = |leap: &crate::ir::Jump| leap.region == jump && inside_of(facts, leap.target, child);
            if leaps.iter().any(|leap| leap.region == jump) || facts.jumps.iter().any(inner) {
                continue;
            }
            match self.entered(facts, jump, Some(child), env) {
                Some(true) => left.end = Some(left.end.unwrap_or(u32::MAX).min(range.end)),
                Some(false) => {}
                None => left.skips |= writes.iter().any(|write| range.end <= write.at),
            }
        }
        left
    }

    /// What is so at a jump out of `child`, which starts with `state`.
    fn at_leap(
        &mut self,
        facts: &Arc<Facts>,
        state: &[Value],
        before: &[&Write],
        (child, leap): (RegionId, Leap),
        reader: Use,
        env: &Env,
    ) -> Vec<Value> {
        if let Some(inner) = loop_between(facts, leap.region, child)
            && !inside(facts, before, inner).is_empty()
        {
            return vec![Value::unknown("jump out of a loop in a loop", reader.at)];
        }
        let at = Use { jump: Some((child, leap.at)), ..reader };
        self.flow(facts, state.to_vec(), before, child, at, env)
    }

    /// What is so after a region that jumps may lead out of, where `after` is what its end leaves.
    pub(super) fn after_jumps(
        &mut self,
        facts: &Arc<Facts>,
        (state, after): (&[Value], Vec<Value>),
        writes: &[&Write],
        child: RegionId,
        reader: Use,
        env: &Env,
    ) -> Vec<Value> {
        let stretch = facts.region(child).kind == RegionKind::Stretch;
        let mut found = Vec::new();
        for leap in leaps_of(facts, child) {
            let before = before_leap(facts, writes, child, leap);
            // A turn in which nothing is written is like none.
            if before.is_empty() && !stretch {
                continue;
            }
            let entered = self.entered(facts, leap.region, Some(child), env);
            if entered == Some(false) {
                continue;
            }
            found = union(found, self.at_leap(facts, state, &before, (child, leap), reader, env));
            if stretch && entered == Some(true) {
                return found;
            }
        }
        let mut all = union(after, found);
        self.cap(&mut all, reader.at);
        all
    }

    /// Whether an expression takes an item of a list of several by an index that changes (`list[index++]`).
    pub(super) fn counts_through(&mut self, facts: &Arc<Facts>, expr: ExprId, env: &Env) -> bool {
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            match &facts.expr(expr).kind {
                ExprKind::Template(parts) => open.extend(parts.iter().filter_map(|part| match part {
                    Part::Hole(hole) => Some(*hole),
                    Part::Text(_) => None,
                })),
                ExprKind::Concat(parts) => open.extend(parts),
                ExprKind::Index { object, index } => {
                    let ExprKind::Binding(counter) = facts.expr(*index).kind else { continue };
                    let counter = facts.binding(counter);
                    if matches!(counter.kind, BindingKind::Variable) && !counter.writes.is_empty() {
                        let several = |value: &Value| match value {
                            Value::List(items) => items.len() > 1,
                            _ => false,
                        };
                        if self.eval(facts, *object, env).iter().any(several) {
                            return true;
                        }
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// `state` after the first of these arms, and after those that it falls through to; none where it ends with a jump.
    pub(super) fn fall(
        &mut self,
        facts: &Arc<Facts>,
        mut state: Vec<Value>,
        writes: &[&Write],
        arms: &[RegionId],
        reader: Use,
        env: &Env,
    ) -> Vec<Value> {
        for arm in arms {
            if facts.region(*arm).exits {
                return Vec::new();
            }
            state = self.flow(facts, state, &inside(facts, writes, *arm), *arm, reader, env);
            if !facts.region(*arm).falls {
                break;
            }
        }
        state
    }

    /// `state` where the last of these arms begins: as it was, and as the arms before leave it that fall through to it.
    pub(super) fn fallen_into(
        &mut self,
        facts: &Arc<Facts>,
        state: Vec<Value>,
        writes: &[&Write],
        arms: &[RegionId],
        reader: Use,
        env: &Env,
    ) -> Vec<Value> {
        let mut found = state.clone();
        let Some((_, before)) = arms.split_last() else { return found };
        for first in (0..before.len()).rev() {
            if !facts.region(before[first]).falls {
                break;
            }
            let mut fallen = state.clone();
            for arm in &before[first..] {
                fallen = self.flow(facts, fallen, &inside(facts, writes, *arm), *arm, reader, env);
            }
            found = union(found, fallen);
        }
        found
    }
}

/// The jumps that lead out of a region or to its next turn, in source order.
fn leaps_of(facts: &Facts, region: RegionId) -> Vec<Leap> {
    let jumps = facts.jumps.iter().filter(|jump| jump.target == region);
    let mut leaps: Vec<Leap> = jumps.map(|jump| Leap { region: jump.region, at: jump.at, ends: jump.ends }).collect();
    // A return out of what `forEach` calls ends a turn.
    let range = facts.region(region).range;
    let called = facts.regions.iter().enumerate().find_map(|(at, here)| match here.kind {
        RegionKind::Function(function) if here.range == range && is_called_for_each(facts, RegionId(at as u32)) => {
            Some(function)
        }
        _ => None,
    });
    let Some(function) = called else { return leaps };
    for exit in exits_of(facts, region) {
        if facts.function_of(exit) == Some(function) && !facts.jumps.iter().any(|jump| jump.region == exit) {
            leaps.push(Leap { region: exit, at: facts.region(exit).range.end, ends: false });
        }
    }
    leaps.sort_by_key(|leap| leap.at);
    leaps
}

/// What is written before a jump out of `child`: in a loop that it leaves, turns may have come before it.
fn before_leap<'w>(facts: &Facts, writes: &[&'w Write], child: RegionId, leap: Leap) -> Vec<&'w Write> {
    let inner = loop_between(facts, leap.region, child).map(|inner| facts.region(inner).range);
    let comes = |write: &&&Write| {
        let turns = inner.is_some_and(|inner| inner.start <= write.at && write.at <= inner.end);
        turns || write.at <= leap.at || is_run_in_either_case(facts, leap.at, write.at)
    };
    writes.iter().filter(comes).copied().collect()
}

/// Whether a jump leads out of a `try` whose last block, which runs all the same, something stands in.
fn is_run_in_either_case(facts: &Facts, jump: u32, at: u32) -> bool {
    facts.tries.iter().enumerate().any(|(number, tried)| {
        let Some(last) = tried.finalizer.filter(|last| jump < last.start && last.start <= at && at <= last.end) else {
            return false;
        };
        let mut bodies = facts.regions.iter().filter(|region| region.kind == RegionKind::Tried(number as u32));
        bodies.any(|body| body.range.start <= jump && jump < last.start)
    })
}

/// The outermost loop around a region that stands in `around`.
fn loop_between(facts: &Facts, region: RegionId, around: RegionId) -> Option<RegionId> {
    let mut found = None;
    let mut next = Some(region);
    while let Some(region) = next.filter(|region| *region != around) {
        if matches!(facts.region(region).kind, RegionKind::Loop(_)) {
            found = Some(region);
        }
        next = facts.region(region).parent;
    }
    found
}

/// Whether a region stands in another.
fn inside_of(facts: &Facts, region: RegionId, around: RegionId) -> bool {
    let (inner, outer) = (facts.region(region).range, facts.region(around).range);
    region != around && outer.start <= inner.start && inner.end <= outer.end
}

/// The arms in a region that end with a jump.
pub(super) fn exits_of(facts: &Facts, child: RegionId) -> Vec<RegionId> {
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

/// The number of a turn of a loop, the same whenever its function is looked at: what it decides for one variable it decides
/// for the others.
pub(super) fn serial_of_turn(env: &Env, child: RegionId, index: usize) -> u32 {
    number_of(&(env.as_ref().map_or(0, |frame| frame.serial), child, index))
}
