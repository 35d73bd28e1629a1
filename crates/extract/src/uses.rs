//! How the names of a file are used: what is called by them, what they are given to, which names stand for the same.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::{BindingId, BindingKind, Call, CallStyle, ExprId, ExprKind, Facts, FunctionId};

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
    /// Where names are read whose lists and objects are kept under another name from there on.
    kept: FxHashSet<u32>,
    /// The same of names of which a part is kept.
    kept_parts: FxHashSet<u32>,
    /// The functions that an object holds under their own names.
    in_objects: FxHashSet<FunctionId>,
    /// The functions that stand in an object as one of its fields.
    fields: FxHashSet<FunctionId>,
    /// Those that stand where an argument does, or are called at once.
    arguments: FxHashSet<FunctionId>,
    /// The variables that are this name or something else.
    arms: FxHashMap<BindingId, Vec<BindingId>>,
    /// The variables that hold an object with a name in a field.
    held: FxHashMap<BindingId, Vec<(BindingId, Arc<str>)>>,
}

impl Uses {
    pub(crate) fn of(facts: &Facts) -> Self {
        let mut uses = Self::default();
        for id in &facts.calls {
            let ExprKind::Call(call) = &facts.expr(*id).kind else { continue };
            if let ExprKind::Binding(callee) = facts.expr(call.callee).kind {
                uses.calls.entry(callee).or_default().push(*id);
            }
            if call.style == CallStyle::New {
                call.arguments.iter().for_each(|argument| uses.add_kept(facts, *argument));
            }
            for given in call.arguments.iter().chain([&call.callee]) {
                if let ExprKind::Function(function) = facts.expr(*given).kind {
                    uses.arguments.insert(function);
                }
            }
            uses.add_gifts(facts, *id, call);
        }
        for (at, binding) in facts.bindings.iter().enumerate() {
            let id = BindingId(at as u32);
            if let BindingKind::Function(function) = binding.kind {
                uses.holders.insert(function, id);
            }
            if let Some(init) = binding.init.filter(|_| matches!(binding.kind, BindingKind::Variable)) {
                uses.add_other_names(facts, id, init, binding.path.is_empty());
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
        let holders: FxHashMap<BindingId, FunctionId> =
            uses.holders.iter().map(|(function, binding)| (*binding, *function)).collect();
        for expr in &facts.exprs {
            match &expr.kind {
                ExprKind::Object(fields) => {
                    for field in fields {
                        uses.add_kept(facts, field.value);
                        if let ExprKind::Function(function) = facts.expr(field.value).kind {
                            uses.fields.insert(function);
                        }
                        let ExprKind::Binding(held) = &facts.expr(field.value).kind else { continue };
                        if field.name.as_ref() == Some(&facts.binding(*held).name) {
                            uses.in_objects.extend(holders.get(held));
                        }
                    }
                }
                ExprKind::Array(items) => items.iter().for_each(|item| uses.add_kept(facts, *item)),
                _ => {}
            }
        }
        uses
    }

    /// Whether a function is held by an object under its own name.
    pub(crate) fn is_held(&self, function: FunctionId) -> bool {
        self.in_objects.contains(&function)
    }

    /// Whether a function stands in an object as one of its fields.
    pub(crate) fn is_field(&self, function: FunctionId) -> bool {
        self.fields.contains(&function)
    }

    /// Whether a function stands where an argument does, or is called at once.
    pub(crate) fn is_argument(&self, function: FunctionId) -> bool {
        self.arguments.contains(&function)
    }

    fn add_kept(&mut self, facts: &Facts, expr: ExprId) {
        match facts.expr(expr).kind {
            ExprKind::Binding(_) => drop(self.kept.insert(facts.expr(expr).range.start)),
            ExprKind::Member { .. } => drop(self.kept_parts.insert(facts.expr(expr).range.start)),
            _ => {}
        }
    }

    /// The names whose lists and objects a variable gets with its first value.
    fn add_other_names(&mut self, facts: &Facts, id: BindingId, init: ExprId, whole: bool) {
        match &facts.expr(init).kind {
            ExprKind::Binding(_) | ExprKind::Member { .. } => self.add_kept(facts, init),
            ExprKind::Choice { arms, .. } => {
                for arm in arms {
                    self.add_arm(facts, id, *arm);
                }
            }
            ExprKind::Logic { left, right, .. } => {
                self.add_arm(facts, id, *left);
                self.add_arm(facts, id, *right);
            }
            ExprKind::Object(fields) if whole => {
                for field in fields {
                    if let (Some(name), ExprKind::Binding(held)) = (&field.name, &facts.expr(field.value).kind) {
                        self.held.entry(*held).or_default().push((id, name.clone()));
                    }
                }
            }
            _ => {}
        }
    }

    fn add_arm(&mut self, facts: &Facts, id: BindingId, arm: ExprId) {
        self.add_kept(facts, arm);
        if let ExprKind::Binding(other) = facts.expr(arm).kind {
            self.arms.entry(other).or_default().push(id);
        }
    }

    /// Whether what is read at a place is kept under another name.
    pub(crate) fn is_kept(&self, place: u32) -> bool {
        self.kept.contains(&place)
    }

    /// Whether of what is read at a place a part is kept under another name.
    pub(crate) fn keeps_part(&self, place: u32) -> bool {
        self.kept_parts.contains(&place)
    }

    /// The variables that hold an object with a name in one of its fields.
    pub(crate) fn held(&self, binding: BindingId) -> &[(BindingId, Arc<str>)] {
        self.held.get(&binding).map_or(&[], Vec::as_slice)
    }

    /// The variables that may be another name.
    pub(crate) fn arms(&self, binding: BindingId) -> &[BindingId] {
        self.arms.get(&binding).map_or(&[], Vec::as_slice)
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
