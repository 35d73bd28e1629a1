//! Objects whose fields are set after they are made: by assignments, and by functions that they are given to.

use std::sync::Arc;

use rollproof_source::Span;

use super::call::in_arm_or_loop;
use super::flow::{Use, union};
use super::name::is_kept;
use super::rounds::{comes_before, is_in_turn, runs_from, stands_elsewhere};
use super::value::{Env, Frame, FunctionRef, Value, Written, add};
use super::{Evaluator, span};
use crate::ir::{
    ANY_FIELD, Binding, BindingId, BindingKind, DELETED, ExprId, ExprKind, Facts, ParamId, RegionId, RegionKind, Write,
    WriteOp,
};
use crate::uses::Gift;

/// What is said where nobody knows what comes first.
const NO_ORDER: &str = "changed in an order that is not followed";

/// What sets a field.
enum Event<'f> {
    Write(&'f Write),
    /// A call of a function that sets fields of what it is given.
    Call(ExprId, FunctionRef, u32),
}

/// Which writes behind the place where something is read are seen there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Later {
    None,
    /// What is put into lists.
    Put,
    All,
}

impl Later {
    fn takes(self, event: &Event<'_>) -> bool {
        match (self, event) {
            (Self::None, _) | (Self::Put, Event::Call(..)) => false,
            (Self::Put, Event::Write(write)) => write.op.changes_list(),
            (Self::All, _) => true,
        }
    }
}

impl Event<'_> {
    fn at(&self, facts: &Facts) -> u32 {
        match self {
            Self::Write(write) => write.at,
            Self::Call(call, ..) => facts.expr(*call).range.end,
        }
    }

    fn region(&self, facts: &Facts) -> Option<RegionId> {
        match self {
            Self::Write(write) => Some(write.region),
            Self::Call(call, ..) => match &facts.expr(*call).kind {
                ExprKind::Call(call) => Some(call.region),
                _ => None,
            },
        }
    }

    /// Whether it adds to what is there.
    fn adds(&self) -> bool {
        match self {
            Self::Write(write) => super::changes::adds(&write.op),
            Self::Call(..) => true,
        }
    }
}

impl Evaluator<'_> {
    /// Objects that a name stands for, with what is written into them under that name.
    pub(super) fn with_writes(
        &mut self,
        facts: &Arc<Facts>,
        id: BindingId,
        values: Vec<Value>,
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        let object = |value: &Value| matches!(value, Value::Object(_) | Value::Record(_) | Value::Written(_));
        if !values.iter().any(object) {
            return values;
        }
        let names = facts.uses().aliases(id).iter().chain([&id]);
        let direct = { names }.any(|id| facts.binding(*id).writes.iter().any(|write| write.field.is_some()));
        if !direct && self.calls_that_write(facts, id, None).is_empty() {
            return values;
        }
        let wrap = |value: Value| match value {
            value if object(&value) => {
                let (facts, env) = (facts.clone(), env.clone());
                Value::Written(Arc::new(Written { facts, binding: Some(id), at, env, base: value, outside: None }))
            }
            other => other,
        };
        values.into_iter().map(wrap).collect()
    }

    /// The calls that give a name's object to a function of the project that sets a field of it.
    pub(super) fn calls_that_write(
        &mut self,
        facts: &Arc<Facts>,
        id: BindingId,
        field: Option<&Arc<str>>,
    ) -> Vec<(ExprId, FunctionRef, u32)> {
        let mut found = Vec::new();
        for Gift { call, index, .. } in facts.uses().gifts(id).iter().filter(|gift| gift.field.is_none()) {
            let ExprKind::Call(made) = &facts.expr(*call).kind else { continue };
            if !matches!(facts.expr(made.callee).kind, ExprKind::Binding(_)) {
                continue;
            }
            let callees = self.eval(facts, made.callee, &None);
            let [Value::Function(function)] = callees.as_slice() else { continue };
            let sets = param_of(function, *index).is_some_and(|param| {
                param
                    .writes
                    .iter()
                    .any(|write| write.field.is_some() && (field.is_none() || write.field.as_ref() == field))
            });
            if sets {
                found.push((*call, function.clone(), *index));
            }
        }
        found
    }

    /// A field of such an object.
    pub(super) fn written_field(&mut self, object: &Written, name: &Arc<str>, at: Span) -> Vec<Value> {
        let state = self.member(std::slice::from_ref(&object.base), name, at);
        let state = match object.binding {
            Some(binding) => {
                let state = self.field_after_writes(object, binding, name, state, at);
                // What is set under this name may be set anew under another, before it is read.
                let mut made = &object.base;
                while let Value::Written(inner) = made {
                    made = &inner.base;
                }
                let unseen = match made {
                    Value::Object(place) => self.unseen_field(place, name),
                    _ => None,
                };
                union(state, unseen.into_iter().collect())
            }
            None => state,
        };
        let state = if Self::is_keyed(object) { self.keyed_field(object, name, state, at) } else { state };
        match &object.outside {
            Some(part) => self.outside_field(part, name, state, at),
            None => state,
        }
    }

    fn field_after_writes(
        &mut self,
        object: &Written,
        id: BindingId,
        name: &Arc<str>,
        state: Vec<Value>,
        at: Span,
    ) -> Vec<Value> {
        let (facts, read) = (&object.facts, object.at.range.start);
        let binding = facts.binding(id);
        let elsewhere = stands_elsewhere(facts, binding.region, read);
        let later = |write: &&Write| write.at > read && may_set(write, name);
        let at_any_time = if elsewhere { Later::All } else { Later::None };
        // Under the other name that it has from here on, what is set later is read as well; under another name of a part of
        // it, what is put into that.
        let kept = if is_kept(facts, read) {
            Later::All
        } else if facts.uses().keeps_part(read) {
            Later::Put
        } else {
            Later::None
        };
        let comes = |write: &Write| kept == Later::All || (kept == Later::Put && write.op.changes_list());
        if elsewhere || !fields_written(object, id).any(|write| later(&write) && comes(write)) {
            return self.field_after(object, id, (name, state), at_any_time, at);
        }
        let now = self.field_after(object, id, (name, state.clone()), Later::None, at);
        union(now, self.field_after(object, id, (name, state), kept, at))
    }

    /// A field after what is written into it.
    fn field_after(
        &mut self,
        object: &Written,
        id: BindingId,
        (name, mut state): (&Arc<str>, Vec<Value>),
        later: Later,
        at: Span,
    ) -> Vec<Value> {
        let elsewhere = later != Later::None;
        let facts = object.facts.clone();
        let binding = facts.binding(id);
        let read = object.at.range.start;
        let direct = fields_written(object, id).filter(|write| may_set(write, name)).map(Event::Write);
        let calls = self.calls_that_write(&facts, id, Some(name));
        let calls = calls.into_iter().map(|(call, function, index)| Event::Call(call, function, index));
        let comes = |event: &Event<'_>| {
            let before = |region| comes_before(&facts, binding.region, region, read);
            event.at(&facts) <= read || later.takes(event) || event.region(&facts).is_some_and(before)
        };
        let mut events: Vec<Event<'_>> = direct.chain(calls).filter(comes).collect();
        events.sort_by_key(|event| event.at(&facts));
        let runs = elsewhere && stands_elsewhere(&facts, binding.region, read);
        let from = if runs { runs_from(&facts, facts.function_of(binding.region), read, 0) } else { u32::MAX };
        let reader = Use { at: object.at, elsewhere, turning: None, jump: None, from };
        let made = state.clone();
        let in_order = self.is_in_order(object, id, (name, &events), later);
        let mut next = 0;
        while let Some(event) = events.get(next) {
            if let Event::Call(call, function, index) = event {
                let after = self.after_call(object, (*call, function, *index), (name, &state), at);
                let may_not = elsewhere || in_arm_or_loop(&facts, *call, binding.region);
                let before = std::mem::replace(&mut state, after);
                if may_not {
                    before.into_iter().for_each(|value| add(&mut state, value));
                }
                next += 1;
                continue;
            }
            let writes: Vec<&Write> = events[next..]
                .iter()
                .map_while(|event| match event {
                    Event::Write(write) => Some(*write).filter(|write| write.field.as_ref() == Some(name)),
                    Event::Call(..) => None,
                })
                .collect();
            if let (true, Event::Write(write)) = (writes.is_empty(), event) {
                // It may be this field that is written, or another.
                let after = self.flow(&facts, state.clone(), &[write], binding.region, reader, &object.env);
                state = union(state, after);
                next += 1;
                continue;
            }
            next += writes.len();
            state = self.flow(&facts, state, &writes, binding.region, reader, &object.env);
        }
        if !in_order {
            if events.iter().any(Event::adds) {
                add(&mut state, Value::unknown(NO_ORDER, at));
            }
            state = union(made, state);
        }
        state
    }

    /// Whether the object is made before all that is written to it, which is written one after the other: neither is its name
    /// set anew, nor do other writes than to this one field come again with the turns of a loop.
    fn is_in_order(
        &self,
        object: &Written,
        id: BindingId,
        (name, events): (&Arc<str>, &[Event<'_>]),
        later: Later,
    ) -> bool {
        let facts = &object.facts;
        let Some(first) = events.first() else { return true };
        let binding = facts.binding(id);
        let sets = |write: &&Write| write.field.is_none() && matches!(write.op, WriteOp::Assign(_) | WriteOp::Lost(_));
        let mut named = facts.uses().aliases(id).iter().flat_map(|id| &facts.binding(*id).writes);
        if named.any(|write| sets(&write)) {
            return false;
        }
        let plainly = |write: &Write| !runs_again(facts, write.region, binding.region);
        let mut anew = binding.writes.iter().filter(sets);
        if !anew.all(|write| write.at < first.at(facts) && plainly(write)) {
            return false;
        }
        let plain = |event: &Event<'_>| match event {
            Event::Write(write) => write.field.as_ref() == Some(name),
            Event::Call(..) => false,
        };
        let read = object.at.range.start;
        let again = |event: &Event<'_>| {
            event.region(facts).is_some_and(|region| is_in_turn(facts, binding.region, region, read))
        };
        later == Later::All || events.iter().all(plain) || !events.iter().any(again)
    }

    /// The field after a call of a function that sets it.
    fn after_call(
        &mut self,
        object: &Written,
        (call, function, index): (ExprId, &FunctionRef, u32),
        (name, before): (&Arc<str>, &[Value]),
        at: Span,
    ) -> Vec<Value> {
        let ExprKind::Call(made) = &object.facts.expr(call).kind else { return before.to_vec() };
        let Some(param) = param_of(function, index) else { return before.to_vec() };
        let mut arguments: Vec<Vec<Value>> = Vec::new();
        for (at, argument) in made.arguments.iter().enumerate() {
            let given = if at == index as usize {
                // As it is when the function is called.
                let here = Written { at: span(&object.facts, *argument), ..object.clone() };
                vec![Value::Written(Arc::new(here))]
            } else {
                self.eval(&object.facts, *argument, &object.env)
            };
            arguments.push(given);
        }
        let depth = function.env.as_ref().map_or(0, |frame| frame.depth) + 1;
        if depth > super::call::MAX_FRAMES {
            return self.cut_off("calls nested too deeply", at);
        }
        let frame = Frame {
            file: function.facts.file,
            function: function.function,
            arguments,
            this: None,
            outer: function.env.clone(),
            depth,
            serial: self.next_serial(),
            through: 0,
            element: None,
            call: None,
        };
        let end = function.facts.functions[function.function.index()].range.end.saturating_sub(1);
        let last = Span::new(function.facts.file, end, end);
        self.after_writes(&function.facts, param, Some(name), before.to_vec(), last, &Some(Arc::new(frame)))
    }
}

/// The writes to fields of what a name stands for, under that name and others. Those under computed names are followed
/// elsewhere (`keyed.rs`), where nobody else writes into the object.
fn fields_written(object: &Written, id: BindingId) -> impl Iterator<Item = &Write> {
    let facts = &object.facts;
    let is_keyed = object.outside.is_none();
    let own = facts.binding(id).writes.iter();
    let own = own.filter(move |write| !is_keyed || write.field.as_deref() != Some(ANY_FIELD));
    let others = facts.uses().aliases(id).iter().flat_map(|id| facts.binding(*id).writes.iter());
    others.chain(own).filter(|write| write.field.is_some())
}

/// Whether a write to a field may be one to the field of this name. Of `delete object.other` this one keeps its value.
fn may_set(write: &Write, name: &Arc<str>) -> bool {
    let any = write.field.as_ref().is_some_and(|field| field.as_ref() == ANY_FIELD);
    write.field.as_ref() == Some(name) || (any && !matches!(write.op, WriteOp::Lost(DELETED)))
}

/// The name that a function gives to a whole parameter.
fn param_of(function: &FunctionRef, index: u32) -> Option<&Binding> {
    let id = ParamId { function: function.function, index };
    let is = |binding: &&Binding| {
        matches!(binding.kind, BindingKind::Param(param) if param == id) && binding.path.is_empty()
    };
    function.facts.bindings.iter().find(is)
}

/// Whether a region may be entered more than once while the one around it is.
fn runs_again(facts: &Facts, mut region: RegionId, around: RegionId) -> bool {
    while region != around {
        let here = facts.region(region);
        if matches!(here.kind, RegionKind::Loop(_) | RegionKind::Function(_)) {
            return true;
        }
        let Some(parent) = here.parent else { return true };
        region = parent;
    }
    false
}
