//! What a call gives a function that it does not name as its callee: through `call`, `apply` and `bind`, for each item of a
//! list, later on.

use std::sync::Arc;

use super::value::{Env, Item, Value, add};
use super::{Evaluator, span};
use crate::ir::{Call, ExprId, ExprKind, Facts};

/// Methods of lists that call a function with each item.
pub(super) const EACH: &[&str] =
    &["map", "flatMap", "forEach", "filter", "some", "every", "find", "findIndex", "findLast"];

/// Whether a method of this name calls a function with each item of a list.
pub(crate) fn calls_each(name: &str) -> bool {
    EACH.contains(&name)
}

/// Functions that call another later, and how many of their arguments come before those that it is given.
pub(crate) fn calls_later(name: &str) -> Option<usize> {
    match name {
        "setTimeout" | "setInterval" => Some(2),
        "setImmediate" | "nextTick" | "queueMicrotask" => Some(1),
        _ => None,
    }
}

/// Whether functions have a method of this name.
pub(crate) fn is_method_of_functions(name: &str) -> bool {
    matches!(name, "call" | "apply" | "bind")
}

impl Evaluator<'_> {
    /// The arguments that a call comes to for a function of this name.
    pub(super) fn given_arguments(
        &mut self,
        facts: &Arc<Facts>,
        expr: ExprId,
        call: &Call,
        name: Option<&Arc<str>>,
        env: &Env,
    ) -> Vec<Vec<Value>> {
        let named = facts.name_of(call.callee);
        let is_named = named.is_some() && named == name;
        match &facts.expr(call.callee).kind {
            ExprKind::Member { object, property } if !is_named => {
                match (property.as_ref(), call.arguments.as_slice()) {
                    ("call" | "bind", [_, rest @ ..]) => return self.arguments(facts, rest, env),
                    ("call", []) => return Vec::new(),
                    ("apply", [_, list]) => return self.items_as_arguments(facts, *list, env),
                    ("apply", _) => return Vec::new(),
                    (each, [function, ..]) if calls_each(each) && is_value(facts, *function) => {
                        return vec![self.items_of(facts, *object, env), vec![Value::Number(span(facts, expr))]];
                    }
                    _ => {}
                }
            }
            ExprKind::Binding(binding) => {
                if let Some(bound) = bound_before(facts, *binding) {
                    let mut arguments = self.arguments(facts, bound, env);
                    arguments.extend(self.arguments(facts, &call.arguments, env));
                    return arguments;
                }
            }
            _ => {}
        }
        let later = named.filter(|_| !is_named).and_then(|name| calls_later(name));
        let first = later.unwrap_or(0).min(call.arguments.len());
        self.arguments(facts, &call.arguments[first..], env)
    }

    /// The items of a list that `apply` is given. Where they are not known, none of the arguments is.
    fn items_as_arguments(&mut self, facts: &Arc<Facts>, list: ExprId, env: &Env) -> Vec<Vec<Value>> {
        let lists = self.eval(facts, list, env);
        let lists = self.forced(lists);
        match lists.as_slice() {
            [Value::List(items)] if items.iter().all(Item::is_sure) => {
                items.iter().map(|item| item.values.to_vec()).collect()
            }
            _ => vec![vec![Value::unknown("element of an unknown list", span(facts, list))]; MAX_ARGUMENTS],
        }
    }

    /// What a method of a list calls a function with.
    fn items_of(&mut self, facts: &Arc<Facts>, list: ExprId, env: &Env) -> Vec<Value> {
        let lists = self.eval(facts, list, env);
        let lists = self.forced(lists);
        let mut found = Vec::new();
        for list_value in lists {
            match list_value {
                Value::List(items) => {
                    items.iter().flat_map(|item| item.values.iter()).for_each(|value| add(&mut found, value.clone()));
                }
                Value::Nothing => {}
                _ => add(&mut found, Value::unknown("element of an unknown list", span(facts, list))),
            }
        }
        self.cap(&mut found, span(facts, list));
        found
    }
}

/// How many arguments an unknown list stands for.
const MAX_ARGUMENTS: usize = 16;

/// An expression that may stand for a function elsewhere.
fn is_value(facts: &Facts, expr: ExprId) -> bool {
    matches!(facts.expr(expr).kind, ExprKind::Binding(_) | ExprKind::Member { .. } | ExprKind::Call(_))
}

/// The arguments that `const bound = run.bind(this, …)` has before those that it is called with.
fn bound_before(facts: &Facts, binding: crate::ir::BindingId) -> Option<&[ExprId]> {
    let binding = facts.binding(binding);
    let init = binding.init.filter(|_| binding.path.is_empty())?;
    let ExprKind::Call(bound) = &facts.expr(init).kind else { return None };
    match &facts.expr(bound.callee).kind {
        ExprKind::Member { property, .. } if property.as_ref() == "bind" => bound.arguments.get(1..),
        _ => None,
    }
}
