//! Constructors that classes inherit: `new Heir(…)`, and `super(…)` in what extends an heir, call them.

use std::sync::Arc;

use super::Program;
use crate::eval::Evaluator;
use crate::eval::value::{ClassRef, Value};
use crate::ir::{CallStyle, ClassId, ExprId, ExprKind, Facts, FunctionId};

/// How long a chain of base classes may be.
const MAX_BASES: usize = 8;

/// How many classes may inherit one constructor.
const MAX_HEIRS: usize = 256;

impl Program<'_> {
    /// Notes the classes of files that join the wave.
    pub(super) fn add_heirs(&mut self, files: &[Arc<Facts>]) {
        for facts in files {
            for class in &facts.classes {
                let (Some(name), Some(base)) = (&class.name, class.extends) else { continue };
                if let Some(base) = facts.name_of(base).filter(|_| !class.methods.contains_key("constructor")) {
                    self.heirs.entry(base.clone()).or_default().push(name.clone());
                }
            }
        }
    }

    /// The names of a class and of those that inherit its constructor, as far as names tell.
    pub(crate) fn constructed_as(&self, name: &Arc<str>) -> Vec<Arc<str>> {
        let mut names = vec![name.clone()];
        let mut next = 0;
        while let Some(heirs) = names.get(next).map(|name| self.heirs.get(name)) {
            for heir in heirs.into_iter().flatten() {
                if names.len() < MAX_HEIRS && !names.contains(heir) {
                    names.push(heir.clone());
                }
            }
            next += 1;
        }
        names
    }

    /// `new C(…)` and, where a class extends C, `super(…)`; the same for what inherits from C.
    pub(super) fn constructions(
        &self,
        evaluator: &mut Evaluator<'_>,
        facts: &Arc<Facts>,
        function: FunctionId,
        found: &mut Vec<(Arc<Facts>, ExprId)>,
    ) {
        let Some(class) = facts.functions[function.index()].class else { return };
        let names = facts.classes[class.index()].name.as_ref().map_or_else(Vec::new, |name| self.constructed_as(name));
        for caller in &self.wave {
            let mut calls: Vec<ExprId> = Vec::new();
            for call in names.iter().filter_map(|name| caller.calls_by_name.get(name)).flatten() {
                let ExprKind::Call(made) = &caller.expr(*call).kind else { continue };
                let values = match made.style {
                    CallStyle::New => evaluator.eval(caller, made.callee, &None),
                    _ => continue,
                };
                if values.iter().any(|value| inherits(evaluator, value, facts, class)) {
                    calls.push(*call);
                }
            }
            for call in caller.calls_by_name.get("super").map_or(&[][..], Vec::as_slice) {
                let around = caller.class_at(caller.expr(*call).range.start);
                let Some(base) = around.and_then(|around| caller.classes[around.index()].extends) else { continue };
                let values = evaluator.eval(caller, base, &None);
                if values.iter().any(|value| inherits(evaluator, value, facts, class)) {
                    calls.push(*call);
                }
            }
            calls.sort_unstable();
            calls.dedup();
            found.extend(calls.into_iter().map(|call| (caller.clone(), call)));
        }
    }
}

/// Whether making an object of a class calls the constructor of another: its own, or one that it inherits.
fn inherits(evaluator: &mut Evaluator<'_>, value: &Value, facts: &Arc<Facts>, class: ClassId) -> bool {
    let Value::Class(made) = value else { return false };
    let mut made: ClassRef = made.clone();
    for _ in 0..MAX_BASES {
        if made.facts.file == facts.file && made.class == class {
            return true;
        }
        let here = &made.facts.classes[made.class.index()];
        let Some(base) = here.extends.filter(|_| !here.methods.contains_key("constructor")) else { return false };
        match evaluator.eval(&made.facts.clone(), base, &None).into_iter().next() {
            Some(Value::Class(base)) => made = base,
            _ => return false,
        }
    }
    false
}
