//! Writes that are not followed wherever what they write is read (`sharing.rs`): what is written is not known then.

use std::sync::Arc;

use rollproof_source::{FileId, Span};
use rustc_hash::FxHashMap;

use super::value::{ClassRef, Place, Value, add};
use super::{Evaluator, OnCallers};
use crate::ir::{BindingKind, Call, ClassId, ExprId, ExprKind, Facts, Mutation, ParamId, WriteOp};
use crate::program::{CHANGED, GivenChange};
use crate::sharing::Passed;
use crate::uses::Gift;

/// How many expressions it may cost to see of which class an object is that another file writes into.
const STEPS_OF_OBJECT: u32 = 200;

/// How long a chain of base classes may be.
const MAX_BASES: u32 = 8;

/// A write that is not seen: to which field, or any, and where.
type Unseen = (Option<Arc<str>>, Span);

/// What is known of such writes.
#[derive(Default)]
pub(super) struct Known {
    made: FxHashMap<(FileId, ExprId), OnCallers<Arc<[Unseen]>>>,
    members: FxHashMap<(FileId, ClassId, Arc<str>), OnCallers<Option<Span>>>,
}

impl Evaluator<'_> {
    /// The lists and objects that an expression makes, where what others write into them is not seen.
    pub(super) fn with_unseen(&mut self, facts: &Arc<Facts>, expr: ExprId, mut values: Vec<Value>) -> Vec<Value> {
        if self.program.is_rust() || !values.iter().any(has_parts) {
            return values;
        }
        if let Some((_, at)) = self.writes_unseen(facts, expr).first() {
            add(&mut values, Value::unknown(CHANGED, *at));
        }
        values
    }

    /// What stands for a field of an object literal that others may write.
    pub(super) fn unseen_field(&mut self, place: &Place, name: &str) -> Option<Value> {
        if self.program.is_rust() {
            return None;
        }
        let unseen = self.writes_unseen(&place.facts, place.expr);
        let may_be = |(field, _): &&Unseen| field.as_ref().is_none_or(|field| field.as_ref() == name);
        unseen.iter().find(may_be).map(|(_, at)| Value::unknown(CHANGED, *at))
    }

    /// The same of any of its fields.
    pub(super) fn unseen_fields(&mut self, place: &Place) -> Option<Value> {
        if self.program.is_rust() {
            return None;
        }
        self.writes_unseen(&place.facts, place.expr).first().map(|(_, at)| Value::unknown(CHANGED, *at))
    }

    /// The writes to what an expression makes that its readers do not see, those of its own file first.
    fn writes_unseen(&mut self, facts: &Arc<Facts>, expr: ExprId) -> Arc<[Unseen]> {
        let key = (facts.file, expr);
        if let Some((known, hangs)) = self.unseen.made.get(&key).cloned() {
            self.note_hanging(&hangs);
            return known;
        }
        let sharing = facts.sharing();
        let own = sharing.made(facts, expr).iter();
        let mut found: Vec<Unseen> =
            own.map(|unseen| (unseen.field.clone(), Span { file: facts.file, range: unseen.at })).collect();
        // What is asked for again on the way is as its own file makes it.
        self.unseen.made.insert(key, (found.as_slice().into(), None));
        let passed = sharing.passed(expr);
        if found.is_empty() && !passed.is_empty() {
            let (_, whole, hangs) = self.aside_hanging(|evaluator| {
                passed.iter().for_each(|passed| evaluator.changed_by(facts, passed, &mut found));
            });
            let found: Arc<[Unseen]> = found.into();
            if whole {
                self.unseen.made.insert(key, (found.clone(), hangs));
            } else {
                self.unseen.made.remove(&key);
            }
            return found;
        }
        found.into()
    }

    /// What a function of another file writes into what a call gives it, as far as the readers there do not see it.
    fn changed_by(&mut self, facts: &Arc<Facts>, passed: &Passed, found: &mut Vec<Unseen>) {
        let Some(call) = self.call_of_project(facts, passed.call) else { return };
        let by_name = call
            .arguments
            .get(passed.index as usize)
            .is_some_and(|given| matches!(facts.expr(*given).kind, ExprKind::Binding(_) | ExprKind::Object(_)));
        for callee in self.eval(facts, call.callee, &None) {
            let Value::Function(function) = callee else { continue };
            if function.facts.file == facts.file {
                continue;
            }
            let other = function.facts.clone();
            for change in self.program.changes_of(&other, function.function, passed.index).iter() {
                if change.within(&passed.held).is_none_or(|rest| !rest.is_empty()) {
                    continue;
                }
                let field = passed.held.first().cloned();
                let gift = Gift { call: passed.call, index: passed.index, field };
                let is_list = change.field.is_none();
                let followed = by_name
                    && passed.held.len() < 2
                    && if is_list {
                        self.changes(&function, &gift, 0)
                    } else {
                        sets_plainly(&other, &function, passed, change)
                    };
                if !followed {
                    found.push((change.field.clone(), Span { file: change.facts.file, range: change.at }));
                }
            }
        }
    }

    /// A call that may be one of a function of the project: no library has a method of its name.
    fn call_of_project<'f>(&self, facts: &'f Facts, call: ExprId) -> Option<&'f Call> {
        let ExprKind::Call(call) = &facts.expr(call).kind else { return None };
        let name = facts.name_of(call.callee)?;
        (!self.program.index.methods.contains_key(name.as_ref())).then_some(call)
    }

    /// What stands for a member of a class, or of its objects, that others may write.
    pub(super) fn unseen_member(&mut self, class: &ClassRef, this: &Value, name: &Arc<str>) -> Option<Value> {
        if self.program.is_rust() {
            return None;
        }
        let facts = &class.facts;
        let may_be = |mutation: &Mutation| {
            let this = matches!(facts.expr(mutation.object).kind, ExprKind::This);
            let fits = match &mutation.field {
                Some(field) => field == name && !this,
                None => !is_own_literal(facts, mutation.object),
            };
            fits && !mutation.by_method
        };
        let written = facts.mutations.iter().any(may_be);
        let own = written.then(|| facts.sharing().of_class(class.class).find(|unseen| unseen.may_be(name))).flatten();
        let own = own.map(|unseen| Span { file: facts.file, range: unseen.at });
        // What is written into one that a file makes once is followed.
        let is_shared = match this {
            Value::Instance(_, Some(made)) => {
                let place = &made.place;
                !made.is_declared() && place.facts.function_at(place.facts.expr(place.expr).range.start).is_none()
            }
            _ => false,
        };
        let at = own.or_else(|| if is_shared { None } else { self.set_elsewhere(class, name) })?;
        Some(Value::unknown(CHANGED, at))
    }

    /// Where another file sets a member of an object of a class.
    fn set_elsewhere(&mut self, class: &ClassRef, name: &Arc<str>) -> Option<Span> {
        let key = (class.facts.file, class.class, name.clone());
        if let Some((known, hangs)) = self.unseen.members.get(&key).cloned() {
            self.note_hanging(&hangs);
            return known;
        }
        self.unseen.members.insert(key.clone(), (None, None));
        let before = self.hangs.len();
        let mut found = None;
        for (writer, object, at) in &self.program.setters_of(&class.facts, name) {
            let (values, _) = self.aside(|evaluator| {
                evaluator.in_steps(STEPS_OF_OBJECT, |evaluator| evaluator.eval(writer, *object, &None))
            });
            let is_it = |value: Value| match value {
                Value::Instance(of, _) => self.extends(&of, class),
                _ => false,
            };
            if values.unwrap_or_default().into_iter().any(is_it) {
                found = Some(Span::new(writer.file, at.saturating_sub(1), *at));
                break;
            }
        }
        let hangs = self.hanging_since(before);
        self.unseen.members.insert(key, (found, hangs));
        found
    }

    /// Whether a class is another, or extends it.
    fn extends(&mut self, class: &ClassRef, base: &ClassRef) -> bool {
        let mut next = class.clone();
        for _ in 0..MAX_BASES {
            if next == *base {
                return true;
            }
            let facts = next.facts.clone();
            let Some(extends) = facts.classes[next.class.index()].extends else { return false };
            match self.eval(&facts, extends, &None).into_iter().next() {
                Some(Value::Class(class)) => next = class,
                _ => return false,
            }
        }
        false
    }
}

/// Whether something is a variable that stands for what a literal makes, and for nothing else: no object of a class.
fn is_own_literal(facts: &Facts, object: ExprId) -> bool {
    let ExprKind::Binding(binding) = facts.expr(object).kind else { return false };
    let binding = facts.binding(binding);
    let set_anew = binding
        .writes
        .iter()
        .any(|write| write.field.is_none() && matches!(write.op, WriteOp::Assign(_) | WriteOp::Lost(_)));
    let literal = |init: ExprId| matches!(facts.expr(init).kind, ExprKind::Array(_) | ExprKind::Object(_));
    let whole = matches!(binding.kind, BindingKind::Variable) && binding.path.is_empty() && binding.default.is_none();
    whole && !set_anew && binding.init.is_some_and(literal)
}

/// Whether a function sets a field of a parameter by the parameter's name, which is followed.
fn sets_plainly(facts: &Facts, function: &super::value::FunctionRef, passed: &Passed, change: &GivenChange) -> bool {
    let id = ParamId { function: function.function, index: passed.index };
    facts.bindings.iter().any(|binding| {
        change.facts.file == facts.file
            && matches!(binding.kind, BindingKind::Param(param) if param == id)
            && binding.path.is_empty()
            && binding
                .writes
                .iter()
                .any(|write| write.field.is_some() && write.field == change.field && write.at == change.at.end)
    })
}

/// Lists, objects and fragments.
pub(super) fn has_parts(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Object(_) | Value::Record(_) | Value::Written(_) | Value::Fragment(..))
}
