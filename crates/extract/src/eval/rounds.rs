//! What runs any number of times: the turns of a loop before the one in which something is read, and functions that are called
//! at any time.

use std::sync::Arc;

use rollproof_source::{FileId, Span};

use super::changes::{closure_of, repeating};
use super::flow::{MAX_WAYS, Use, counted, is_called_for_each, is_number, union};
use super::turns::serial_of_turn;
use super::value::{Env, Frame, Item, Piece, Value, add, number_of};
use super::{Evaluator, Hanging, REFERS_TO_ITSELF};
use crate::ir::{BindingKind, ExprId, ExprKind, Facts, FunctionId, RegionId, RegionKind, Write, WriteOp};

/// What is said of what many turns of a loop, or calls of a function, leave.
const ANY_NUMBER: &str = "changed any number of times";

/// How many expressions are looked at for what other turns, or calls, leave.
const STEPS_OF_TURNS: u32 = 100;

/// How many turns may come before the one that is looked at.
const MAX_BEFORE: usize = 16;

/// What is asked for: of which region, by which reader, in which call, and after which writes.
pub(super) type Asked = (FileId, RegionId, u32, usize, u32);

/// What was found of that.
pub(super) struct Left {
    /// Keeps the frame alive whose address was asked for.
    _env: Env,
    state: Vec<Value>,
    values: Vec<Value>,
    hangs: Hanging,
}

impl Evaluator<'_> {
    /// What is read in a turn of a loop, or of a part of it: turns may have come before.
    pub(super) fn in_turn(
        &mut self,
        facts: &Arc<Facts>,
        state: Vec<Value>,
        writes: &[&Write],
        (child, over): (RegionId, Option<ExprId>),
        reader: Use,
        env: &Env,
    ) -> Vec<Value> {
        let now: Vec<&Write> = writes.iter().filter(|write| write.at <= reader.at.range.start).copied().collect();
        let sets = |write: &&Write| write.region == child && matches!(write.op, WriteOp::Assign(_) | WriteOp::Lost(_));
        if now.iter().any(sets) {
            return self.flow(facts, state, &now, child, reader, env);
        }
        if state.iter().all(is_number) && writes.iter().all(|write| counts_on(facts, write)) {
            // Which number it is by then is not known, and is no matter where it stands for itself.
            let state = if writes.is_empty() { state } else { counted(&state, reader.at) };
            return self.flow(facts, state, &now, child, reader, env);
        }
        let end = facts.region(child).range.end + 1;
        let at = Span::new(facts.file, end, end);
        let turn = Use { at, elsewhere: false, turning: Some(child), jump: None, from: u32::MAX };
        let (outer, own) = match over {
            Some(over) => outside_turn(facts, over, env),
            None => (env.clone(), None),
        };
        // Most that is changed in a loop holds no text: it is not worth a site's whole budget.
        let turns = |evaluator: &mut Self| {
            evaluator.before_any_turn(facts, &state, (writes, child, over), (&outer, own.as_deref()), turn)
        };
        let before = self.left_by_many(facts, &state, (writes, child), reader, env, turns);
        self.flow(facts, before, &now, child, reader, env)
    }

    /// What `find` finds of what turns or calls leave, which is looked for once and for no more than that is worth.
    fn left_by_many(
        &mut self,
        facts: &Facts,
        state: &[Value],
        (writes, child): (&[&Write], RegionId),
        reader: Use,
        env: &Env,
        find: impl FnOnce(&mut Self) -> Vec<Value>,
    ) -> Vec<Value> {
        let written: Vec<(u32, &WriteOp)> = writes.iter().map(|write| (write.at, &write.op)).collect();
        let around = env.as_ref().map_or(0, |frame| Arc::as_ptr(frame) as usize);
        let key = (facts.file, child, reader.at.range.start, around, number_of(&(written, reader.elsewhere)));
        if let Some(known) = self.rounds.get(&key).filter(|known| known.state == state) {
            let (values, hangs) = (known.values.clone(), known.hangs.clone());
            self.note_hanging(&hangs);
            return values;
        }
        let (cuts, before) = (self.cuts, self.hangs.len());
        let found = self.in_steps(STEPS_OF_TURNS, find);
        let values = found.unwrap_or_else(|| union(state.to_vec(), vec![Value::unknown(ANY_NUMBER, reader.at)]));
        if self.cuts == cuts && self.has_steps() {
            let (hangs, values) = (self.hanging_since(before), values.clone());
            self.rounds.insert(key, Left { _env: env.clone(), state: state.to_vec(), values, hangs });
        }
        values
    }

    /// What is so where the turn begins in which something is read.
    fn before_any_turn(
        &mut self,
        facts: &Arc<Facts>,
        state: &[Value],
        (writes, child, over): (&[&Write], RegionId, Option<ExprId>),
        (outer, own): (&Env, Option<&Frame>),
        turn: Use,
    ) -> Vec<Value> {
        let lists = over.and_then(|over| self.known_lists(facts, over, outer).map(|lists| (over, lists)));
        if let Some((over, lists)) = &lists
            && let [items] = lists.as_slice()
            && let Some(before) = self.before_turn(facts, state, (writes, child, *over), (items, own), turn, outer)
        {
            return before;
        }
        let once = self.one_turn(facts, state, writes, child, turn, outer);
        if only_sets(writes) {
            return union(state.to_vec(), counting(state, once, turn.at));
        }
        let again = |evaluator: &mut Self, once: &[Value]| evaluator.one_turn(facts, once, writes, child, turn, outer);
        self.again(state.to_vec(), once, turn.at, again)
    }

    /// `state` after the turns of a loop over a known list that come before one of them, or before any.
    fn before_turn(
        &mut self,
        facts: &Arc<Facts>,
        state: &[Value],
        (writes, child, over): (&[&Write], RegionId, ExprId),
        (items, own): (&[Item], Option<&Frame>),
        turn: Use,
        env: &Env,
    ) -> Option<Vec<Value>> {
        let counts = match own {
            Some(own) => {
                let at = (0..items.len().min(MAX_BEFORE)).find(|at| serial_of_turn(env, child, *at) == own.serial)?;
                at..at + 1
            }
            None if items.len() <= MAX_BEFORE => 0..items.len(),
            None => return None,
        };
        let mut found = Vec::new();
        for count in counts {
            if count == 0 {
                found = union(found, state.to_vec());
                continue;
            }
            let before: Arc<[Item]> = items.get(..count)?.into();
            found = union(found, self.turns(facts, state, (writes, child, over), &[before], turn, env)?);
        }
        Some(found)
    }

    fn one_turn(
        &mut self,
        facts: &Arc<Facts>,
        state: &[Value],
        writes: &[&Write],
        child: RegionId,
        turn: Use,
        env: &Env,
    ) -> Vec<Value> {
        let after = self.flow(facts, state.to_vec(), writes, child, turn, env);
        self.after_jumps(facts, (state, after), writes, child, turn, env)
    }

    /// `state`, or what is left where `next` leads on from it any number of times; `once` is where it leads at first.
    fn again(
        &mut self,
        state: Vec<Value>,
        once: Vec<Value>,
        at: Span,
        next: impl FnOnce(&mut Self, &[Value]) -> Vec<Value>,
    ) -> Vec<Value> {
        let once = counting(&state, once, at);
        let mut all = union(state.clone(), once.clone());
        self.cap(&mut all, at);
        if all.len() == state.len() || next(self, &once).iter().all(|value| all.contains(value)) {
            return all;
        }
        let many = repeating(&state, once.clone(), at);
        let grows = many != once;
        let mut all = union(state, many);
        if !grows {
            add(&mut all, Value::unknown(ANY_NUMBER, at));
        }
        self.cap(&mut all, at);
        all
    }

    /// `state` where a function within runs at any time, or has run in part.
    pub(super) fn at_any_time(
        &mut self,
        facts: &Arc<Facts>,
        state: Vec<Value>,
        writes: &[&Write],
        child: RegionId,
        reader: Use,
        env: &Env,
    ) -> Vec<Value> {
        let runs_in = |evaluator: &mut Self, env: &Env| {
            if only_sets(writes) {
                return evaluator.set_by_any(facts, &state, writes, reader, env);
            }
            let once = evaluator.run_in_part(facts, &state, writes, child, reader, env);
            evaluator.again(state.clone(), once, reader.at, |evaluator, once| {
                evaluator.run_in_part(facts, once, writes, child, reader, env)
            })
        };
        let runs = |evaluator: &mut Self| {
            let own = runs_in(evaluator, env);
            // Other calls than the one that is looked at were given something else.
            match around_call(facts, child, env) {
                Some(outer) => union(own, runs_in(evaluator, &outer)),
                None => own,
            }
        };
        self.left_by_many(facts, &state, (writes, child), reader, env, runs)
    }

    /// `state`, or what any of the writes sets.
    fn set_by_any(
        &mut self,
        facts: &Arc<Facts>,
        state: &[Value],
        writes: &[&Write],
        reader: Use,
        env: &Env,
    ) -> Vec<Value> {
        let mut all = state.to_vec();
        for write in writes {
            all = union(all, self.apply(facts, Vec::new(), &write.op, reader, env, false));
        }
        self.cap(&mut all, reader.at);
        all
    }

    /// What each part of a function leaves.
    fn run_in_part(
        &mut self,
        facts: &Arc<Facts>,
        state: &[Value],
        writes: &[&Write],
        child: RegionId,
        reader: Use,
        env: &Env,
    ) -> Vec<Value> {
        let mut found = Vec::new();
        for count in 1..=writes.len() {
            let after = self.flow(facts, state.to_vec(), &writes[..count], child, reader, env);
            found = union(found, self.after_jumps(facts, (state, after), &writes[..count], child, reader, env));
            if found.len() > MAX_WAYS {
                add(&mut found, Value::unknown(ANY_NUMBER, reader.at));
                break;
            }
        }
        found
    }
}

/// Whether a write makes a number of a number: `count++`, `count += 2`.
fn counts_on(facts: &Facts, write: &Write) -> bool {
    match write.op {
        WriteOp::Assign(value) | WriteOp::Append(value) => matches!(facts.expr(value).kind, ExprKind::Number(_)),
        _ => false,
    }
}

/// What is added up from numbers alone is a number, whatever it was before: `offset = offset ? offset + 9 : 0`.
fn counting(state: &[Value], once: Vec<Value>, at: Span) -> Vec<Value> {
    let itself = |piece: &Piece| matches!(piece, Piece::Unknown(why, _) if why.as_ref() == REFERS_TO_ITSELF);
    let counts = |value: &Value| match value {
        Value::Unknown(why, _) => why.as_ref() == REFERS_TO_ITSELF,
        Value::Text(pieces) => {
            let digits = |piece: &Piece| itself(piece) || is_number(&Value::text(vec![piece.clone()]));
            pieces.iter().any(itself) && pieces.iter().all(|piece| digits(piece) || matches!(piece, Piece::Chosen(_)))
        }
        _ => false,
    };
    let number = |value: &Value| is_number(value) || matches!(value, Value::Nothing);
    let mut all = state.iter().chain(&once);
    if !once.iter().any(counts) || !all.all(|value| number(value) || counts(value)) {
        return once;
    }
    let settled = once.into_iter().map(|value| if counts(&value) { Value::Number(at) } else { value });
    settled.fold(Vec::new(), |all, value| union(all, vec![value]))
}

/// What is around the call of a function that is being looked at.
fn around_call(facts: &Facts, body: RegionId, env: &Env) -> Option<Env> {
    let RegionKind::Function(function) = facts.region(body).kind else { return None };
    let mut next = env.as_ref();
    while let Some(here) = next {
        if here.element.is_none() && here.file == facts.file && here.function == function {
            return Some(here.outer.clone());
        }
        next = here.outer.as_ref();
    }
    None
}

/// What is around a turn of a loop that is followed, and the turn.
fn outside_turn(facts: &Facts, over: ExprId, env: &Env) -> (Env, Env) {
    let mut next = env;
    while let Some(here) = next {
        match &here.element {
            Some((known, _)) if *known == over && here.file == facts.file => {
                return (here.outer.clone(), Some(here.clone()));
            }
            _ => next = &here.outer,
        }
    }
    (env.clone(), None)
}

/// Whether a reader stands in a function that runs at any time, seen from where a name is bound.
pub(super) fn stands_elsewhere(facts: &Facts, bound: RegionId, at: u32) -> bool {
    let home = facts.function_of(bound);
    if facts.function_at(at) == home {
        return false;
    }
    for function in facts.functions_around(at) {
        if Some(function) == home {
            return false;
        }
        if !facts.body_of(function).is_some_and(|body| is_called_for_each(facts, body)) {
            return true;
        }
    }
    home.is_some()
}

/// How many functions may call each other until it is not known from where on one of them runs.
const MAX_CALLING: u32 = 4;

/// From where on what stands at a place within a function of `home` may run: where the function is called or given away first.
/// What is kept in objects, returned or exported is taken to run behind all that is written.
pub(super) fn runs_from(facts: &Facts, home: Option<FunctionId>, at: u32, calling: u32) -> u32 {
    let mut around = facts.functions_around(at).take_while(|function| Some(*function) != home);
    let Some(outermost) = around.by_ref().last() else { return at };
    let uses = facts.uses();
    if uses.is_argument(outermost) {
        return facts.functions[outermost.index()].range.start;
    }
    let Some(holder) = uses.holder(outermost).filter(|_| calling < MAX_CALLING) else { return u32::MAX };
    let own = facts.functions[outermost.index()].range;
    let calls = uses.calls(holder).iter().chain(uses.gifts(holder).iter().map(|gift| &gift.call));
    let places = calls.map(|call| facts.expr(*call).range.start).filter(|place| !own.contains(*place));
    places.map(|place| runs_from(facts, home, place, calling + 1)).min().unwrap_or(u32::MAX)
}

/// Whether a region and a place are in a loop that stands in the region in which something is bound.
pub(super) fn is_in_turn(facts: &Facts, bound: RegionId, mut region: RegionId, at: u32) -> bool {
    while region != bound {
        let here = facts.region(region);
        if matches!(here.kind, RegionKind::Loop(_)) && here.range.start <= at && at < here.range.end {
            return true;
        }
        let Some(parent) = here.parent else { return false };
        region = parent;
    }
    false
}

/// Whether a write behind a place is done before it all the same: in an earlier turn of a loop, or by a function that is called
/// before it is written down.
pub(super) fn comes_before(facts: &Facts, bound: RegionId, region: RegionId, at: u32) -> bool {
    if is_in_turn(facts, bound, region, at) {
        return true;
    }
    let closure = closure_of(facts, region, facts.function_of(bound));
    let holder = closure.and_then(|closure| facts.uses().holder(closure));
    holder.is_some_and(|holder| matches!(facts.binding(holder).kind, BindingKind::Function(_)))
}

/// Whether all that is done is to set something anew: no run hangs on those before it.
fn only_sets(writes: &[&Write]) -> bool {
    writes.iter().all(|write| matches!(write.op, WriteOp::Assign(_) | WriteOp::Lost(_)))
}
