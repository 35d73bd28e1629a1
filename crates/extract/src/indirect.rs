//! Calls of a function by another name: through `call`, `apply` and `bind`, or under the name that an import gives it.

use std::sync::Arc;

use crate::ir::{BindingKind, Call, CallStyle, ExprId, ExprKind, Facts, Step};

/// How many of a call's arguments come before those that its callee is given.
pub(crate) enum Taken {
    First(usize),
    /// They stand in a list, which is this argument.
    List(usize),
}

/// The call that `f.call(this, …)`, `f.apply(this, list)`, `Reflect.apply(f, this, list)` or `bound(…)` of
/// `const bound = f.bind(this)` comes to.
pub(crate) fn indirect(facts: &Facts, call: &Call) -> Option<(Call, Taken)> {
    if call.style != CallStyle::Plain {
        return None;
    }
    let inner = |callee: ExprId, arguments: Vec<ExprId>| Call { callee, arguments, ..call.clone() };
    let with_list = |callee: ExprId, list: ExprId| match &facts.expr(list).kind {
        ExprKind::Array(items) => inner(callee, items.clone()),
        _ => Call { spread: true, ..inner(callee, vec![list]) },
    };
    match &facts.expr(call.callee).kind {
        ExprKind::Member { object, property } if is_reflect(facts, *object) => {
            match (property.as_ref(), call.arguments.as_slice()) {
                ("apply", [callee, _, list]) => Some((with_list(method_of(facts, *callee)?, *list), Taken::List(2))),
                _ => None,
            }
        }
        ExprKind::Member { object, property } if matches!(property.as_ref(), "call" | "apply") => {
            let method = method_of(facts, *object)?;
            match (property.as_ref(), call.arguments.as_slice()) {
                ("call", [_, rest @ ..]) if !rest.is_empty() => Some((inner(method, rest.to_vec()), Taken::First(1))),
                ("apply", [_, list]) => Some((with_list(method, *list), Taken::List(1))),
                _ => None,
            }
        }
        ExprKind::Binding(binding) => {
            let init = facts.binding(*binding).init.filter(|_| facts.binding(*binding).path.is_empty())?;
            let ExprKind::Call(bound) = &facts.expr(init).kind else { return None };
            let ExprKind::Member { object, property } = &facts.expr(bound.callee).kind else { return None };
            let method = matches!(facts.expr(*object).kind, ExprKind::Member { .. });
            let binds = property.as_ref() == "bind" && bound.arguments.len() == 1 && method;
            binds.then(|| (inner(*object, call.arguments.clone()), Taken::First(0)))
        }
        _ => None,
    }
}

fn is_reflect(facts: &Facts, object: ExprId) -> bool {
    matches!(&facts.expr(object).kind, ExprKind::Global(name) if name.as_ref() == "Reflect")
}

/// The method that an expression is, or that a name stands for.
fn method_of(facts: &Facts, callee: ExprId) -> Option<ExprId> {
    match &facts.expr(callee).kind {
        ExprKind::Member { .. } => Some(callee),
        ExprKind::Binding(binding) => {
            let binding = facts.binding(*binding);
            let init = binding.init.filter(|_| binding.path.is_empty())?;
            matches!(facts.expr(init).kind, ExprKind::Member { .. }).then_some(init)
        }
        _ => None,
    }
}

/// The name that an import or a destructured field has where it comes from.
pub(crate) fn renamed(facts: &Facts, callee: ExprId) -> Option<Arc<str>> {
    let ExprKind::Binding(binding) = facts.expr(callee).kind else { return None };
    let binding = facts.binding(binding);
    let name = match (&binding.kind, binding.path.last()) {
        (BindingKind::Import { name, .. }, _) => name.clone()?,
        (BindingKind::Variable | BindingKind::Param(_), Some(Step::Field(name))) => name.clone(),
        (BindingKind::Variable, None) => match &facts.expr(binding.init?).kind {
            ExprKind::Member { property, .. } => property.clone(),
            _ => return None,
        },
        _ => return None,
    };
    (name != binding.name && name.as_ref() != "default").then_some(name)
}
