//! What a condition asks of, under the one name that it has wherever it is asked.

use std::sync::Arc;

use rollproof_source::FileId;

use super::Evaluator;
use super::condition::hashed;
use super::value::{Decision, DecisionPlace, Env, Frame, ParamRef, Place, Value};
use crate::ir::{Binding, BindingId, BindingKind, ExprId, ExprKind, Facts, FunctionId, RegionId, RegionKind, Step};

/// Through how many names a thing is followed to where it comes from.
const MAX_NAMES: u32 = 12;

impl Evaluator<'_> {
    /// What a condition asks of: a name that is never written, or a part of it, in one call; or what a caller gives. What a
    /// call gives a function is the same thing under another name.
    pub(super) fn subject(&mut self, facts: &Arc<Facts>, expr: ExprId, env: &Env) -> Option<Asked> {
        if let [Value::Param(param, _)] = self.eval(facts, expr, env).as_slice()
            && !self.is_set_by_calls(param)
        {
            return Some(Asked { file: param.file, number: hashed(param), call: 0 });
        }
        if let Some(names) = fields_of_this(facts, expr) {
            let (number, call) = self.own_field(facts, expr, &names, env)?;
            return Some(Asked { file: facts.file, number, call });
        }
        let subject = Subject::of(Place::new(facts, expr, env), Vec::new());
        let mut subject = subject.filter(|subject| self.stays(subject))?;
        for _ in 0..MAX_NAMES {
            let Some(before) = subject.given_as().filter(|before| self.stays(before)) else { break };
            subject = before;
        }
        Some(subject.asked())
    }

    /// Whether a part of an object is the same wherever it is read: no function that the object is given to sets it.
    fn stays(&mut self, subject: &Subject) -> bool {
        let field = subject.names.last();
        field.is_none() || self.calls_that_write(&subject.place.facts, subject.binding, field).is_empty()
    }

    /// Whether a function that a parameter is given to sets the part of it that is meant.
    fn is_set_by_calls(&mut self, param: &ParamRef) -> bool {
        let Some(Step::Field(field)) = param.steps.last() else { return false };
        let Some(facts) = self.program.facts(&param.path) else { return true };
        let is_whole = |binding: &Binding| {
            binding.path.is_empty() && matches!(binding.kind, BindingKind::Param(other) if other == param.param)
        };
        let Some(at) = facts.bindings.iter().position(is_whole) else { return false };
        !self.calls_that_write(&facts, BindingId(at as u32), Some(field)).is_empty()
    }
}

/// What tells a thing that conditions ask of from all others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    file: FileId,
    pub(super) number: u64,
    /// Number of the call that it is of.
    call: u32,
}

impl Asked {
    pub(super) fn decision(self, place: DecisionPlace) -> Decision {
        Decision { file: self.file, place, call: self.call }
    }
}

/// The fields of `this` that an expression reads, the last of them first.
fn fields_of_this(facts: &Facts, expr: ExprId) -> Option<Vec<Arc<str>>> {
    let mut names = Vec::new();
    let mut next = expr;
    while let ExprKind::Member { object, property } = &facts.expr(next).kind {
        names.push(property.clone());
        next = *object;
    }
    (names.len() < 8 && matches!(facts.expr(next).kind, ExprKind::This)).then_some(names)
}

/// What a condition asks of.
struct Subject {
    /// Where it stands.
    place: Place,
    /// A name that is never written, and the fields that lead to the part of it that is meant, the last of them first.
    binding: BindingId,
    names: Vec<Arc<str>>,
}

impl Subject {
    /// The fields `names` of what stands at a place.
    fn of(place: Place, mut names: Vec<Arc<str>>) -> Option<Self> {
        let mut next = place.expr;
        let binding = loop {
            match &place.facts.expr(next).kind {
                ExprKind::Member { object, property } if names.len() < 8 => {
                    names.push(property.clone());
                    next = *object;
                }
                ExprKind::Object(fields) if !names.is_empty() => {
                    let name = names.pop();
                    let mut fits = fields.iter().filter(|field| field.name.is_none() || field.name == name);
                    next = fits.next().filter(|field| field.name.is_some() && fits.next().is_none())?.value;
                }
                ExprKind::Binding(binding) => break *binding,
                _ => return None,
            }
        };
        is_steady(&place.facts, place.facts.binding(binding)).then_some(Self { place, binding, names })
    }

    /// The same under the name that it had before: the argument that a parameter stands for, or what a name is made of.
    fn given_as(&self) -> Option<Self> {
        let facts = &self.place.facts;
        let binding = facts.binding(self.binding);
        if binding.default.is_some() {
            return None;
        }
        let mut names = self.names.clone();
        for step in binding.path.iter().rev() {
            let Step::Field(name) = step else { return None };
            names.push(name.clone());
        }
        let BindingKind::Param(param) = binding.kind else {
            let place = Place { expr: binding.init?, ..self.place.clone() };
            return Self::of(place, names);
        };
        let info = &facts.functions[param.function.index()].params[param.index as usize];
        let frame = frame_of_call(facts, param.function, &self.place.env)?;
        let call = frame.call.as_ref().filter(|_| !info.rest && info.default.is_none())?;
        let ExprKind::Call(made) = &call.facts.expr(call.expr).kind else { return None };
        let given = made.arguments.get(..=param.index as usize).filter(|_| !made.spread)?;
        let spread = given.iter().any(|argument| matches!(call.facts.expr(*argument).kind, ExprKind::Spread(_)));
        let place = Place { expr: *given.last().filter(|_| !spread)?, ..call.clone() };
        Self::of(place, names)
    }

    /// What tells it from others, and the call that it is of.
    fn asked(&self) -> Asked {
        let facts = &self.place.facts;
        let known = facts.binding(self.binding);
        let owner = match known.kind {
            BindingKind::Param(param) => Some(param.function),
            _ => facts.function_of(known.region),
        };
        let number = hashed(&(facts.file.0, self.binding, &self.names));
        Asked { file: facts.file, number, call: call_of(facts, owner, &self.place.env) }
    }
}

/// Whether a name is written once, and stands for one thing in a call.
pub(super) fn is_steady(facts: &Facts, binding: &Binding) -> bool {
    matches!(binding.kind, BindingKind::Param(_) | BindingKind::Variable)
        && binding.writes.is_empty()
        && !in_loop(facts, binding.region)
}

/// The number of the call of a function that is being evaluated; 0 at the top.
fn call_of(facts: &Facts, function: Option<FunctionId>, env: &Env) -> u32 {
    function.and_then(|function| frame_of_call(facts, function, env)).map_or(0, |frame| frame.serial)
}

/// The call of a function that is being evaluated.
fn frame_of_call<'e>(facts: &Facts, function: FunctionId, env: &'e Env) -> Option<&'e Frame> {
    let mut frame = env.as_deref();
    while let Some(here) = frame {
        if here.element.is_none() && here.file == facts.file && here.function == function {
            return Some(here);
        }
        frame = here.outer.as_deref();
    }
    None
}

fn in_loop(facts: &Facts, mut region: RegionId) -> bool {
    loop {
        let here = facts.region(region);
        match here.kind {
            RegionKind::Loop(_) => return true,
            RegionKind::Function(_) => return super::flow::is_called_for_each(facts, region),
            _ => {}
        }
        let Some(parent) = here.parent else { return false };
        region = parent;
    }
}
