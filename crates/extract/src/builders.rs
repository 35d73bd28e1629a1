//! Which calls start a query that a builder makes: chains of methods, and methods of models.

use std::sync::Arc;

use crate::eval::Evaluator;
use crate::eval::value::Value;
use crate::ir::{Call, ExprId, ExprKind, Facts};
use crate::sinks::{Library, QueryBuilder};

impl Evaluator<'_> {
    /// The query builder that a call starts.
    pub(crate) fn builder_of(&mut self, facts: &Arc<Facts>, expr: ExprId) -> Option<Arc<str>> {
        let ExprKind::Call(call) = &facts.expr(expr).kind else { return None };
        self.builder_at(facts, call).map(|(_, builder)| builder.name.as_str().into())
    }

    /// The same, with its library.
    pub(crate) fn builder_at(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
    ) -> Option<(&'static Library, &'static QueryBuilder)> {
        if !self.program.knows(facts.name_of(call.callee)?) {
            return None;
        }
        if let Some(found) = self.builder_of_model(facts, call) {
            return Some(found);
        }
        let direct = match self.program.is_rust() {
            // Chains are long, and start with paths.
            true => crate::eval::call::callee_path(facts, call.callee),
            false => callee_names(facts, call.callee)?,
        };
        let (method, before) = direct.split_last()?;
        for (library, builder) in self.program.index.builders.get(method.as_ref())? {
            let in_use = self.program.modules.manifests == 0
                || self.program.is_active(library)
                || self.program.imports(facts, library);
            let fits = in_use
                && !builder.models
                && !before.last().is_some_and(|name| builder.refuses(name))
                && (builder.receivers.is_empty() || before.iter().any(|name| builder.takes(name)))
                && (builder.depth == 0 || before.len() >= builder.depth)
                && (!builder.text_argument || self.first_is_text(facts, call))
                && (!builder.imported || self.program.imports(facts, library))
                && builder.arguments.is_none_or(|count| count == call.arguments.len())
                && (builder.given.is_empty() || is_given(facts, call, builder));
            if fits {
                return Some((library, builder));
            }
        }
        None
    }

    /// The builder that a call of a model's method starts.
    fn builder_of_model(&self, facts: &Facts, call: &Call) -> Option<(&'static Library, &'static QueryBuilder)> {
        let ExprKind::Member { object, property } = &facts.expr(call.callee).kind else { return None };
        let builders = self.program.index.builders.get(property.as_ref())?.iter().copied();
        let holds = |builder: &QueryBuilder, name: &str| self.program.models.holds(builder, name);
        builders.filter(|(_, builder)| builder.models).find(|(_, builder)| {
            let model = match builder.depth {
                0 => facts.name_of(*object).filter(|name| holds(builder, name)).or_else(|| root_of(facts, *object)),
                _ => match &facts.expr(*object).kind {
                    ExprKind::Member { property, .. } => Some(property),
                    _ => None,
                },
            };
            model.is_some_and(|model| holds(builder, model))
        })
    }

    fn first_is_text(&mut self, facts: &Arc<Facts>, call: &Call) -> bool {
        let Some(first) = call.arguments.first() else { return false };
        match &facts.expr(*first).kind {
            ExprKind::Template(_) => true,
            ExprKind::Object(_) => true,
            ExprKind::Member { .. } | ExprKind::Binding(_) => {
                let values = self.eval(facts, *first, &None);
                values.iter().any(|value| matches!(value, Value::Text(_)))
            }
            _ => false,
        }
    }
}

/// Whether the first argument is called like what the builder is given: `&mut self.conn()`.
fn is_given(facts: &Facts, call: &Call, builder: &QueryBuilder) -> bool {
    let Some(first) = call.arguments.first() else { return false };
    crate::eval::call::callee_path(facts, *first).iter().any(|name| builder.is_given(name))
}

/// The name that a chain of calls starts with, each a method of what the one before gave: `User.scope("a").unscoped()`.
fn root_of(facts: &Facts, object: ExprId) -> Option<&Arc<str>> {
    let mut next = object;
    for _ in 0..16 {
        match &facts.expr(next).kind {
            ExprKind::Binding(_) | ExprKind::Global(_) => return facts.name_of(next),
            ExprKind::Call(call) => match &facts.expr(call.callee).kind {
                ExprKind::Member { object, .. } => next = *object,
                _ => return None,
            },
            _ => return None,
        }
    }
    None
}

/// The names of a callee that is written without calls in between; `this` counts as a name.
fn callee_names(facts: &Facts, callee: ExprId) -> Option<Vec<Arc<str>>> {
    let mut names = Vec::new();
    let mut next = callee;
    for _ in 0..16 {
        match &facts.expr(next).kind {
            ExprKind::Member { object, property } => {
                names.push(property.clone());
                next = *object;
            }
            ExprKind::Binding(binding) => {
                names.push(facts.binding(*binding).name.clone());
                break;
            }
            ExprKind::Global(name) => {
                names.push(name.clone());
                break;
            }
            ExprKind::This => break,
            ExprKind::Call(call) if facts.name_of(call.callee).is_some() && call.arguments.len() <= 1 => {
                names.push(facts.name_of(call.callee)?.clone());
                break;
            }
            _ => return None,
        }
    }
    names.reverse();
    Some(names)
}
