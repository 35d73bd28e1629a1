//! Calls of a function by another name: through `call`, `apply` and `bind`, or under the name that an import gives it.

use std::sync::Arc;

use crate::ir::{BindingKind, Call, CallStyle, ExprId, ExprKind, Facts, Step};

/// How many of a call's arguments come before those that its callee is given.
pub(crate) enum Taken {
    First(usize),
    /// They stand in a list, the second argument.
    List,
}

/// The call that `f.call(this, …)`, `f.apply(this, [ … ])` or `bound(…)` of `const bound = f.bind(this)` comes to.
pub(crate) fn indirect(facts: &Facts, call: &Call) -> Option<(Call, Taken)> {
    if call.style != CallStyle::Plain {
        return None;
    }
    let inner = |callee: ExprId, arguments: Vec<ExprId>| Call { callee, arguments, ..call.clone() };
    match &facts.expr(call.callee).kind {
        ExprKind::Member { object, property } if matches!(facts.expr(*object).kind, ExprKind::Member { .. }) => {
            match (property.as_ref(), call.arguments.as_slice()) {
                ("call", [_, rest @ ..]) if !rest.is_empty() => Some((inner(*object, rest.to_vec()), Taken::First(1))),
                ("apply", [_, list]) => match &facts.expr(*list).kind {
                    ExprKind::Array(items) => Some((inner(*object, items.clone()), Taken::List)),
                    _ => None,
                },
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
