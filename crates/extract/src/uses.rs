//! How the names of a file are used: what is called by them, what they are given to, which names stand for the same.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::ir::{BindingId, BindingKind, Call, ExprId, ExprKind, Facts, FunctionId};

/// A name's value, or an object that holds it, as an argument of a call.
#[derive(Debug, Clone)]
pub(crate) struct Gift {
    pub(crate) call: ExprId,
    /// Which argument.
    pub(crate) index: u32,
    /// The field of the argument that holds it (`add({ list })`); none where it is the argument.
    pub(crate) field: Option<Arc<str>>,
}

/// The uses of a file's names.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    gifts: FxHashMap<BindingId, Vec<Gift>>,
    calls: FxHashMap<BindingId, Vec<ExprId>>,
    aliases: FxHashMap<BindingId, Vec<BindingId>>,
    holders: FxHashMap<FunctionId, BindingId>,
}

impl Uses {
    pub(crate) fn of(facts: &Facts) -> Self {
        let mut uses = Self::default();
        for id in &facts.calls {
            let ExprKind::Call(call) = &facts.expr(*id).kind else { continue };
            if let ExprKind::Binding(callee) = facts.expr(call.callee).kind {
                uses.calls.entry(callee).or_default().push(*id);
            }
            uses.add_gifts(facts, *id, call);
        }
        for (at, binding) in facts.bindings.iter().enumerate() {
            let id = BindingId(at as u32);
            if let BindingKind::Function(function) = binding.kind {
                uses.holders.insert(function, id);
            }
            match binding.init.filter(|_| binding.path.is_empty()).map(|init| &facts.expr(init).kind) {
                Some(ExprKind::Function(function)) => {
                    uses.holders.insert(*function, id);
                }
                Some(ExprKind::Binding(other)) if matches!(binding.kind, BindingKind::Variable) => {
                    uses.aliases.entry(*other).or_default().push(id);
                }
                _ => {}
            }
        }
        uses
    }

    fn add_gifts(&mut self, facts: &Facts, id: ExprId, call: &Call) {
        for (index, argument) in call.arguments.iter().enumerate() {
            let index = index as u32;
            let mut add = |binding, field| {
                self.gifts.entry(binding).or_default().push(Gift { call: id, index, field });
            };
            match &facts.expr(*argument).kind {
                ExprKind::Binding(binding) => add(*binding, None),
                ExprKind::Object(fields) => {
                    for field in fields {
                        if let (Some(name), ExprKind::Binding(binding)) = (&field.name, &facts.expr(field.value).kind) {
                            add(*binding, Some(name.clone()));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The calls that a name, or an object with it, is given to.
    pub(crate) fn gifts(&self, binding: BindingId) -> &[Gift] {
        self.gifts.get(&binding).map_or(&[], Vec::as_slice)
    }

    /// The calls of what a name stands for.
    pub(crate) fn calls(&self, binding: BindingId) -> &[ExprId] {
        self.calls.get(&binding).map_or(&[], Vec::as_slice)
    }

    /// Names that are made to stand for the same value.
    pub(crate) fn aliases(&self, binding: BindingId) -> &[BindingId] {
        self.aliases.get(&binding).map_or(&[], Vec::as_slice)
    }

    /// The name of a function.
    pub(crate) fn holder(&self, function: FunctionId) -> Option<BindingId> {
        self.holders.get(&function).copied()
    }
}
