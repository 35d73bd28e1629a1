//! Where a file looks at what its expressions stand for.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::CHANGING;
use super::graph::callee_of;
use crate::ir::{BindingKind, Export, ExprId, ExprKind, Facts, Part, Step};

/// The expressions of which something is looked at, and the field, where it is one.
pub(super) fn looks_of(facts: &Facts) -> Vec<(ExprId, Option<Arc<str>>)> {
    let mut looks = Vec::new();
    let callees: FxHashSet<ExprId> = facts.calls.iter().filter_map(|id| callee_of(facts, *id)).collect();
    for (at, expr) in facts.exprs.iter().enumerate() {
        match &expr.kind {
            ExprKind::Member { object, property } => {
                let called = callees.contains(&ExprId(at as u32));
                if called && CHANGING.contains(&property.as_ref()) {
                    continue;
                }
                let whole = called || property.as_ref() == "length";
                looks.push((*object, Some(property.clone()).filter(|_| !whole)));
            }
            ExprKind::Index { object, .. } => looks.push((*object, None)),
            ExprKind::Spread(inner) => looks.push((*inner, None)),
            ExprKind::Template(parts) => looks.extend(parts.iter().filter_map(|part| match part {
                Part::Hole(hole) => Some((*hole, None)),
                Part::Text(_) => None,
            })),
            ExprKind::Concat(parts) => looks.extend(parts.iter().map(|part| (*part, None))),
            ExprKind::Call(call) => looks.extend(call.arguments.iter().map(|argument| (*argument, None))),
            ExprKind::Object(fields) => {
                looks.extend(fields.iter().filter(|field| field.is_spread()).map(|field| (field.value, None)));
            }
            _ => {}
        }
    }
    looks.extend(facts.functions.iter().flat_map(|function| &function.returns).map(|(value, _)| (*value, None)));
    for binding in &facts.bindings {
        let Some(init) = binding.init else { continue };
        match (binding.path.first(), &binding.kind) {
            (_, BindingKind::Element) => looks.push((init, None)),
            (Some(Step::Field(name)), _) => looks.push((init, Some(name.clone()))),
            (Some(_), _) => looks.push((init, None)),
            _ => {}
        }
    }
    let exported = facts.exports.values().filter_map(|export| match export {
        Export::Binding(binding) => facts.binding(*binding).init,
        Export::Expr(expr) => Some(*expr),
        Export::From { .. } => None,
    });
    looks.extend(exported.map(|expr| (expr, None)));
    looks
}
