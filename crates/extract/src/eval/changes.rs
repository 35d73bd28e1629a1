//! Lists and texts that others change than the function that reads them: functions that they are given to, closures that
//! hold on to them, other names for them. Such a call is a write like any other, where it stands.

use std::sync::Arc;

use rollproof_source::Span;
use rustc_hash::FxHashSet;

use super::call::{MAX_FRAMES, serial_of_call};
use super::choice;
use super::flow::{Use, extended, union};
use super::turns::exits_of;
use super::value::{Chosen, Env, Frame, FunctionRef, Item, Piece, Taking, Value, with_rest};
use super::{Evaluator, span};
use crate::ir::{
    Binding, BindingId, BindingKind, Call, Change, ExprId, ExprKind, Facts, FunctionId, ParamId, RegionId, RegionKind,
    Step, Write, WriteOp,
};
use crate::uses::Gift;

/// How many functions may pass a list on.
const MAX_PASSES: u32 = 6;

/// Methods of the language that change no argument.
const CHANGES_NOTHING: &[&str] = &[
    "push", "unshift", "concat", "includes", "indexOf", "join", "map", "forEach", "set", "get", "has", "add", "then",
    "catch", "resolve", "reject", "log", "error", "warn", "info", "debug",
];

/// What is put into a list under the names of objects that hold it, or of variables that may be it.
fn writes_under_others(facts: &Facts, id: BindingId) -> impl Iterator<Item = Write> + '_ {
    // What cannot be followed may be that the list is sorted or cut.
    let may_change = |write: &&Write| write.op.changes_list() || matches!(write.op, WriteOp::Lost(_));
    let of = move |id: &BindingId| facts.binding(*id).writes.iter().filter(may_change);
    let held = facts.uses().held(id).iter().flat_map(move |(holder, name)| {
        of(holder)
            .filter(move |write| write.field.as_ref() == Some(name))
            .map(|write| Write { field: None, ..write.clone() })
    });
    let lost = |write: &Write| Write { op: WriteOp::ListLost(OTHER_NAME), ..write.clone() };
    let arms = facts.uses().arms(id).iter().flat_map(of).filter(|write| write.field.is_none()).map(lost);
    held.chain(arms)
}

const ADDED_BY_FUNCTION: &str = "list that a function of an object adds to";

const OTHER_NAME: &str = "list that is changed under another name";

impl Evaluator<'_> {
    /// The writes to a variable, with the calls that come to some; none where it has only those that stand in the open.
    pub(super) fn writes_of(&mut self, facts: &Arc<Facts>, id: BindingId, base: &[Value]) -> Option<Vec<Write>> {
        let binding = facts.binding(id);
        let uses = facts.uses();
        let around = facts.function_of(binding.region);
        let inner = |write: &Write| adds(&write.op) && closure_of(facts, write.region, around).is_some();
        let may_change = |value: &Value| match value {
            Value::List(_) | Value::Fragment(..) => true,
            Value::Text(_) => self.program.is_rust(),
            _ => false,
        };
        let given = !uses.gifts(id).is_empty()
            && (base.iter().any(may_change)
                || binding.writes.iter().any(|write| is_of_list(facts, &write.op))
                || (base.iter().any(|value| matches!(value, Value::Param(..))) && self.is_given_to_changer(facts, id)));
        let named = !uses.aliases(id).is_empty() || writes_under_others(facts, id).next().is_some();
        let plain = !given && !named && !binding.writes.iter().any(inner);
        (!plain).then(|| self.writes_within(facts, id, None, around))
    }

    /// Whether a name is given to something that is called like a function that changes lists.
    fn is_given_to_changer(&self, facts: &Facts, id: BindingId) -> bool {
        facts.uses().gifts(id).iter().any(|gift| {
            let ExprKind::Call(made) = &facts.expr(gift.call).kind else { return false };
            facts.name_of(made.callee).is_some_and(|name| self.program.changes_lists(name))
        })
    }

    /// The same within one function. `field`: of what the variable holds, where that is asked for.
    fn writes_within(
        &mut self,
        facts: &Arc<Facts>,
        id: BindingId,
        field: Option<&Arc<str>>,
        around: Option<FunctionId>,
    ) -> Vec<Write> {
        let uses = facts.uses();
        let binding = facts.binding(id);
        let of_field = |write: &&Write| write.field.as_ref() == field;
        let plain = |write: &Write| Write { field: None, ..write.clone() };
        let mut writes: Vec<Write> = binding.writes.iter().filter(of_field).map(plain).collect();
        for alias in uses.aliases(id) {
            let others = facts.binding(*alias).writes.iter().filter(of_field);
            let others = others.filter(|write| !matches!(write.op, WriteOp::Assign(_))).map(plain);
            // From where one of the names stands for another value, it is not the same list any more.
            let is_set = |write: &Write| write.field.is_none() && matches!(write.op, WriteOp::Assign(_));
            let made = facts.binding(*alias).init.map_or(0, |init| facts.expr(init).range.end);
            let apart = facts.binding(*alias).writes.iter().any(is_set)
                || binding.writes.iter().any(|write| is_set(write) && write.at > made);
            let lost = |write: Write| match apart {
                true => Write { op: WriteOp::ListLost(OTHER_NAME), ..write },
                false => write,
            };
            writes.extend(others.map(lost));
        }
        if field.is_none() {
            writes.extend(writes_under_others(facts, id));
        }
        for gift in uses.gifts(id) {
            let gift = match (&gift.field, field) {
                (Some(_), Some(_)) => continue,
                (of_object, of_value) => Gift { field: of_object.as_ref().or(of_value).cloned(), ..gift.clone() },
            };
            let (write, _) = self.aside(|evaluator| evaluator.gift(facts, &gift));
            writes.extend(write);
        }
        let calls = calls_of_closures(facts, id, &writes, around);
        writes.retain(|write| is_within(facts, write.at, around));
        writes.extend(calls);
        // What a closure does is done where it is called, where that is seen.
        let seen = called_closures(facts, &writes, around);
        writes.retain(|write| closure_of(facts, write.region, around).is_none_or(|closure| !seen.contains(&closure)));
        for write in &mut writes {
            // Nobody sees how often an object's function is called.
            if adds(&write.op) && closure_of(facts, write.region, around).is_some_and(|closure| uses.is_field(closure))
            {
                write.op = match write.op {
                    WriteOp::Append(_) => WriteOp::Lost(ADDED_BY_FUNCTION),
                    _ => WriteOp::ListLost(ADDED_BY_FUNCTION),
                };
            }
        }
        writes.sort_by_key(|write| write.at);
        writes
    }

    /// The write that a call comes to which a list is given to.
    fn gift(&mut self, facts: &Arc<Facts>, gift: &Gift) -> Option<Write> {
        let ExprKind::Call(made) = &facts.expr(gift.call).kind else { return None };
        if !matches!(facts.expr(made.callee).kind, ExprKind::Binding(_) | ExprKind::Member { .. }) {
            return None;
        }
        let name = facts.name_of(made.callee)?;
        if self.program.index.methods.contains_key(name.as_ref()) {
            return None;
        }
        let callees = self.eval(facts, made.callee, &None);
        let known = |value: &Value| matches!(value, Value::Function(_) | Value::External { .. } | Value::Class(_));
        let functions = callees.iter().filter_map(|value| match value {
            Value::Function(function) => Some(function),
            _ => None,
        });
        let changes = functions.clone().any(|function| self.changes(function, gift, 0));
        let op = if changes {
            let change = Change::Given { index: gift.index, field: gift.field.clone() };
            WriteOp::Called { call: gift.call, change }
        } else if !callees.iter().all(known)
            && !CHANGES_NOTHING.contains(&name.as_ref())
            && self.program.changes_lists(name)
        {
            WriteOp::ListLost("list that another function may change")
        } else {
            return None;
        };
        Some(Write { at: facts.expr(gift.call).range.end, region: made.region, field: None, op })
    }

    /// Whether a function changes the list that it is given.
    pub(super) fn changes(&mut self, function: &FunctionRef, gift: &Gift, passes: u32) -> bool {
        let facts = &function.facts;
        for (id, field) in params_of(function, gift) {
            let of_field = |write: &Write| write.field.as_ref() == field && !matches!(write.op, WriteOp::Assign(_));
            let names = facts.uses().aliases(id).iter().chain([&id]);
            if names.map(|id| facts.binding(*id)).any(|binding| binding.writes.iter().any(of_field)) {
                return true;
            }
            for gift in facts.uses().gifts(id) {
                let ExprKind::Call(made) = &facts.expr(gift.call).kind else { continue };
                if passes >= MAX_PASSES || (gift.field.is_some() && field.is_some()) {
                    continue;
                }
                let passed = Gift { field: gift.field.as_ref().or(field).cloned(), ..gift.clone() };
                let callees = self.eval(facts, made.callee, &None);
                let mut functions = callees.iter().filter_map(|value| match value {
                    Value::Function(function) => Some(function),
                    _ => None,
                });
                if functions.any(|function| self.changes(function, &passed, passes + 1)) {
                    return true;
                }
            }
        }
        false
    }

    /// A variable after a call of a function that changes it.
    pub(super) fn after_called(
        &mut self,
        facts: &Arc<Facts>,
        state: Vec<Value>,
        (call, change): (ExprId, &Change),
        repeated: bool,
        env: &Env,
    ) -> Vec<Value> {
        let ExprKind::Call(made) = &facts.expr(call).kind else { return state };
        let at = span(facts, call);
        if self.calls > MAX_FRAMES {
            return self.cut_off("calls nested too deeply", at);
        }
        // A text that is given stays as it is, whatever becomes of the parameter.
        let may_change = |value: &Value| match value {
            Value::List(_) | Value::Fragment(..) | Value::Param(..) => true,
            Value::Text(_) => self.program.is_rust() || matches!(change, Change::Captured(_)),
            _ => matches!(change, Change::Captured(_)),
        };
        let (open, mut after): (Vec<Value>, Vec<Value>) = state.into_iter().partition(may_change);
        if open.is_empty() {
            return after;
        }
        let mut functions = Vec::new();
        for value in self.eval(facts, made.callee, env) {
            if let Value::Function(function) = value {
                functions.push(function);
            }
        }
        if functions.is_empty() {
            return union(open, after);
        }
        for function in functions {
            let serial = serial_of_call(at, &function, env);
            let frame = self.frame_of_change(facts, made, &function, (change, &open), serial, env);
            self.calls += 1;
            let changed = self.run_change(&function, change, open.clone(), &frame);
            self.calls -= 1;
            let changed = if repeated { repeating(&open, changed, at) } else { changed };
            after = union(after, changed);
        }
        after
    }

    fn frame_of_change(
        &mut self,
        facts: &Arc<Facts>,
        made: &Call,
        function: &FunctionRef,
        (change, state): (&Change, &[Value]),
        serial: u32,
        env: &Env,
    ) -> Env {
        let mut arguments: Vec<Vec<Value>> = Vec::new();
        for (at, argument) in made.arguments.iter().enumerate() {
            arguments.push(match change {
                Change::Given { index, field: None } if at == *index as usize => state.to_vec(),
                _ => self.eval(facts, *argument, env),
            });
        }
        let info = &function.facts.functions[function.function.index()];
        Some(Arc::new(Frame::of_call(function, with_rest(info, arguments), serial)))
    }

    /// `state` after the function has run to one of its ends.
    fn run_change(&mut self, function: &FunctionRef, change: &Change, state: Vec<Value>, env: &Env) -> Vec<Value> {
        let facts = &function.facts;
        let Some(body) = facts.body_of(function.function) else { return state };
        let mut writes: Vec<Write> = Vec::new();
        match change {
            Change::Captured(id) => writes = self.writes_within(facts, *id, None, Some(function.function)),
            Change::Given { index, field } => {
                let gift = Gift { call: ExprId(0), index: *index, field: field.clone() };
                for (id, field) in params_of(function, &gift) {
                    let mut own = self.writes_within(facts, id, field, Some(function.function));
                    // From where the parameter stands for another value, the list is left alone.
                    if let Some(assigned) = own.iter().position(|write| matches!(write.op, WriteOp::Assign(_))) {
                        own.truncate(assigned);
                        let op = WriteOp::ListLost("list that a function may change");
                        own.push(Write { at: u32::MAX, region: body, field: None, op });
                    }
                    writes.extend(own);
                }
                writes.sort_by_key(|write| write.at);
            }
        }
        let jumps: Vec<RegionId> = exits_of(facts, body)
            .into_iter()
            .filter(|jump| facts.function_of(*jump) == Some(function.function))
            .filter(|exit| !facts.jumps.iter().any(|jump| jump.region == *exit))
            .collect();
        let end = facts.functions[function.function.index()].range.end;
        let reader =
            Use { at: Span::new(facts.file, end, end), elsewhere: false, turning: None, jump: None, from: u32::MAX };
        let writes: Vec<&Write> = writes.iter().collect();
        self.run_to_ends(facts, state, &writes, (body, &jumps), reader, env)
    }

    /// `state` after `writes`, of which those behind a jump may not happen.
    fn run_to_ends(
        &mut self,
        facts: &Arc<Facts>,
        state: Vec<Value>,
        writes: &[&Write],
        (body, jumps): (RegionId, &[RegionId]),
        reader: Use,
        env: &Env,
    ) -> Vec<Value> {
        let Some((jump, later)) = jumps.split_first() else {
            return self.flow(facts, state, writes, body, reader, env);
        };
        let range = facts.region(*jump).range;
        let (before, rest): (Vec<&Write>, Vec<&Write>) = writes.iter().partition(|write| write.at < range.start);
        if rest.is_empty() {
            return self.run_to_ends(facts, state, writes, (body, later), reader, env);
        }
        let (inside, behind): (Vec<&Write>, Vec<&Write>) = rest.iter().partition(|write| write.at <= range.end);
        let state = self.flow(facts, state, &before, body, reader, env);
        let entered = self.entered(facts, *jump, Some(body), env);
        if entered == Some(false) {
            return self.run_to_ends(facts, state, &behind, (body, later), reader, env);
        }
        // It may end before in arms of its own.
        let (own, later) = later.split_at(later.partition_point(|other| facts.region(*other).range.end <= range.end));
        let left = self.run_to_ends(facts, state.clone(), &inside, (*jump, own), reader, env);
        if entered == Some(true) {
            return left;
        }
        let stayed = self.run_to_ends(facts, state, &behind, (body, later), reader, env);
        let RegionKind::Arm(group) = facts.region(*jump).kind else { return union(stayed, left) };
        if facts.groups[group as usize].arms.len() != 1 || facts.region(*jump).parent != Some(body) {
            return union(stayed, left);
        }
        let mut found_out = self.found_out(facts, group, env);
        found_out.rotate_right(1);
        let decision = choice::at_group(facts, group, env);
        let known = |outcomes: u64, at: usize| {
            let found: &[Chosen] = found_out.get(at).map_or(&[], Vec::as_slice);
            std::iter::once(Chosen { decision, outcomes }).chain(found.iter().copied()).collect::<Vec<Chosen>>()
        };
        let taking = Arc::new(Taking { taken: known(1, 0), left: known(2, 1) });
        match extended(&left, &stayed, &taking) {
            Some(merged) => merged,
            None => choice::told_apart_by(decision, &found_out, vec![stayed, left]),
        }
    }
}

/// Calls of closures that write to a variable, as writes: where they stand in the open, and in other closures.
fn calls_of_closures(facts: &Facts, id: BindingId, writes: &[Write], around: Option<FunctionId>) -> Vec<Write> {
    let uses = facts.uses();
    let mut seen: FxHashSet<FunctionId> = FxHashSet::default();
    // What is assigned in a closure is one value more, however often that is called.
    let adding = writes.iter().filter(|write| adds(&write.op));
    let mut open: Vec<FunctionId> = adding.filter_map(|write| closure_of(facts, write.region, around)).collect();
    let mut found = Vec::new();
    while let Some(closure) = open.pop() {
        if !seen.insert(closure) {
            continue;
        }
        let range = facts.functions[closure.index()].range;
        for call in uses.holder(closure).map_or(&[][..], |holder| uses.calls(holder)) {
            let ExprKind::Call(made) = &facts.expr(*call).kind else { continue };
            let at = facts.expr(*call).range.end;
            if range.contains(at) {
                continue;
            }
            // Who calls it may be called itself.
            open.extend(closure_of(facts, made.region, around));
            if !is_within(facts, at, around) {
                continue;
            }
            let op = WriteOp::Called { call: *call, change: Change::Captured(id) };
            found.push(Write { at, region: made.region, field: None, op });
        }
    }
    found
}

/// Whether a write adds to what is there.
pub(super) fn adds(op: &WriteOp) -> bool {
    !matches!(op, WriteOp::Assign(_) | WriteOp::Lost(_) | WriteOp::ListLost(_))
}

/// Whether a variable that is written so is a list.
fn is_of_list(facts: &Facts, op: &WriteOp) -> bool {
    match op {
        WriteOp::Push(_) | WriteOp::Unshift(_) | WriteOp::Include(_) => true,
        WriteOp::Assign(value) => matches!(facts.expr(*value).kind, ExprKind::Array(_)),
        _ => false,
    }
}

/// Whether a place is in a function, its end included: a write takes effect behind itself.
fn is_within(facts: &Facts, at: u32, around: Option<FunctionId>) -> bool {
    around.is_none_or(|around| {
        let range = facts.functions[around.index()].range;
        range.start <= at && at <= range.end
    })
}

/// The closures that some of the writes call.
fn called_closures(facts: &Facts, writes: &[Write], around: Option<FunctionId>) -> FxHashSet<FunctionId> {
    let called = writes.iter().filter_map(|write| match &write.op {
        WriteOp::Called { call, change: Change::Captured(_) } => Some(*call),
        _ => None,
    });
    let callees: FxHashSet<BindingId> = called
        .filter_map(|call| match &facts.expr(call).kind {
            ExprKind::Call(made) => match facts.expr(made.callee).kind {
                ExprKind::Binding(callee) => Some(callee),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let closures = writes.iter().filter_map(|write| closure_of(facts, write.region, around));
    closures.filter(|closure| facts.uses().holder(*closure).is_some_and(|holder| callees.contains(&holder))).collect()
}

/// The outermost function around a region that is within `around` and runs by itself.
pub(super) fn closure_of(facts: &Facts, mut region: RegionId, around: Option<FunctionId>) -> Option<FunctionId> {
    let mut found = None;
    let within = around.map(|around| facts.functions[around.index()].range);
    loop {
        let here = facts.region(region);
        if let RegionKind::Function(function) = here.kind {
            let range = facts.functions[function.index()].range;
            if within.is_some_and(|within| range.start <= within.start && within.end <= range.end) {
                return found;
            }
            if !super::flow::is_called_for_each(facts, region) {
                found = Some(function);
            }
        }
        let Some(parent) = here.parent else { return found };
        region = parent;
    }
}

/// The names that a function gives to what is given to it, and the field of their value that is meant.
fn params_of<'g>(function: &FunctionRef, gift: &'g Gift) -> Vec<(BindingId, Option<&'g Arc<str>>)> {
    let param = ParamId { function: function.function, index: gift.index };
    let named = function.facts.bindings.iter().enumerate().filter_map(|(at, binding): (usize, &Binding)| {
        if !matches!(binding.kind, BindingKind::Param(other) if other == param) {
            return None;
        }
        match (binding.path.as_slice(), &gift.field) {
            ([], field) => Some((BindingId(at as u32), field.as_ref())),
            ([Step::Field(name)], Some(field)) if name == field => Some((BindingId(at as u32), None)),
            _ => None,
        }
    });
    named.collect()
}

/// What a call in a loop adds may come any number of times.
pub(super) fn repeating(before: &[Value], after: Vec<Value>, at: Span) -> Vec<Value> {
    let length = before.iter().map(|value| if let Value::List(items) = value { items.len() } else { 0 }).max();
    after
        .into_iter()
        .map(|value| match value {
            Value::List(items) => {
                let kept = length.unwrap_or(0);
                let item = |(at, item): (usize, &Item)| Item { repeated: item.repeated || at >= kept, ..item.clone() };
                Value::List(items.iter().enumerate().map(item).collect())
            }
            Value::Text(pieces) if !before.contains(&Value::Text(pieces.clone())) => {
                Value::Text(pieces.iter().cloned().chain([Piece::Repeat(at)]).collect())
            }
            other => other,
        })
        .collect()
}
