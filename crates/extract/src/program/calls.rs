//! Which calls are those of a function.

use std::sync::Arc;

use crate::eval::Evaluator;
use crate::eval::value::Value;
use crate::ir::{BindingKind, ExprId, ExprKind, Facts, FunctionId};

impl Evaluator<'_> {
    /// Whether a call is one of a function; none where it calls a method of its name on an object of which nothing is known.
    pub(super) fn calls_function(
        &mut self,
        caller: &Arc<Facts>,
        call: ExprId,
        facts: &Arc<Facts>,
        function: FunctionId,
        only: bool,
    ) -> Option<bool> {
        let ExprKind::Call(call) = &caller.expr(call).kind else { return Some(false) };
        let callees = self.eval(caller, call.callee, &None);
        let mut unresolved = true;
        for callee in &callees {
            match callee {
                Value::Function(other) if other.facts.file == facts.file && other.function == function => {
                    return Some(true);
                }
                Value::Function(_) => unresolved = false,
                Value::External { module, .. } if !module.is_empty() => unresolved = false,
                _ => {}
            }
        }
        // What an object holds is called as its field, on an object or by itself.
        let is_field = match &caller.expr(call.callee).kind {
            ExprKind::Member { .. } => true,
            ExprKind::Binding(binding) => !caller.binding(*binding).path.is_empty(),
            _ => false,
        };
        if unresolved && is_field && facts.uses().is_held(function) {
            return None;
        }
        let ExprKind::Member { object, .. } = caller.expr(call.callee).kind else { return Some(false) };
        let class = facts.functions[function.index()].class.filter(|_| unresolved);
        match (class, self.type_of_object(caller, object)) {
            (None, _) => Some(unresolved && only),
            (Some(_), _) if only => Some(true),
            (Some(class), Some(name)) => Some(facts.classes[class.index()].implements.contains(&name)),
            (Some(_), None) => None,
        }
    }

    /// The name of the type that an object is declared to have.
    fn type_of_object(&mut self, facts: &Arc<Facts>, object: ExprId) -> Option<Arc<str>> {
        match &facts.expr(object).kind {
            ExprKind::Binding(binding) => facts.name_of(facts.binding(*binding).type_expr?).cloned(),
            ExprKind::Member { object, property } => {
                self.eval(facts, *object, &None).into_iter().find_map(|value| match value {
                    Value::Instance(class, _) => {
                        let field = class.facts.classes[class.class.index()].fields.get(property)?;
                        class.facts.name_of(field.type_expr?).cloned()
                    }
                    _ => None,
                })
            }
            _ => None,
        }
    }

    /// Calls of a default export under the name that the caller's import gives it.
    pub(super) fn calls_of_import(
        &mut self,
        caller: &Arc<Facts>,
        name: &Arc<str>,
        facts: &Arc<Facts>,
        function: FunctionId,
        found: &mut Vec<(Arc<Facts>, ExprId)>,
    ) {
        for binding in &caller.bindings {
            let BindingKind::Import { module, name: imported } = &binding.kind else { continue };
            let default = imported.as_ref().is_none_or(|imported| imported.as_ref() == "default");
            if !default || binding.name == *name {
                continue;
            }
            if self.program.resolve_module(caller, module).as_ref() != Some(&facts.path) {
                continue;
            }
            for call in caller.calls_by_name.get(&binding.name).map_or(&[][..], Vec::as_slice) {
                if self.calls_function(caller, *call, facts, function, false) == Some(true) {
                    found.push((caller.clone(), *call));
                }
            }
        }
    }
}
