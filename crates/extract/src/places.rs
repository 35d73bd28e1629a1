//! Where a file's names stand as values: not called there, but given on, stored, returned. What they stand for may then be
//! called elsewhere.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::eval::given::is_method_of_functions;
use crate::ir::{
    ANY_FIELD, Binding, BindingId, BindingKind, Call, Export, ExprId, ExprKind, Facts, Logic, Step, Write, WriteOp,
};

/// What becomes of a value.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// It is an argument of a call.
    Argument { call: ExprId, index: u32 },
    /// `run.call(…)`, `run.apply(…)`, `run.bind(…)`.
    Method { call: ExprId },
    /// It is a field of an object, or is set as one.
    Field(Arc<str>),
    /// A name stands for it from the start.
    Init(BindingId),
    /// It is returned, an item of a list, or stored in a way that is not followed.
    Stored,
    /// What becomes of another expression, which it may be the value of.
    Same(ExprId),
}

/// Through how many expressions a value is followed to where it stays.
const MAX_STEPS: usize = 16;

/// The places of a file's values.
#[derive(Debug, Default)]
pub(crate) struct Places {
    places: FxHashMap<ExprId, Place>,
    named: FxHashMap<Arc<str>, Vec<ExprId>>,
    renamed: FxHashMap<Arc<str>, Vec<BindingId>>,
    exported: FxHashMap<Arc<str>, Vec<Arc<str>>>,
}

impl Places {
    pub(crate) fn of(facts: &Facts) -> Self {
        let mut found = Self::default();
        for (at, expr) in facts.exprs.iter().enumerate() {
            found.add_parts(facts, ExprId(at as u32), &expr.kind);
        }
        found.add_stored(facts);
        for (name, export) in &facts.exports {
            if let Export::From { name: Some(from), .. } = export
                && from != name
            {
                found.exported.entry(from.clone()).or_default().push(name.clone());
            }
        }
        found.exported.values_mut().for_each(|names| names.sort());
        for (at, binding) in facts.bindings.iter().enumerate() {
            found.add_binding(facts, BindingId(at as u32), binding);
        }
        let mut exprs: Vec<ExprId> = found.places.keys().copied().collect();
        exprs.sort_unstable();
        for expr in exprs {
            if let Some(name) = facts.name_of(expr) {
                found.named.entry(name.clone()).or_default().push(expr);
            }
        }
        found
    }

    fn add_parts(&mut self, facts: &Facts, id: ExprId, kind: &ExprKind) {
        match kind {
            ExprKind::Call(call) => self.add_call(facts, id, call),
            ExprKind::Object(fields) => {
                for field in fields {
                    match &field.name {
                        Some(name) => self.add(facts, field.value, Place::Field(name.clone())),
                        None if field.key.is_some() => self.add(facts, field.value, Place::Stored),
                        None => {}
                    }
                }
            }
            ExprKind::Array(items) => items.iter().for_each(|item| self.add(facts, *item, Place::Stored)),
            ExprKind::Choice { arms, .. } => arms.iter().for_each(|arm| self.add(facts, *arm, Place::Same(id))),
            ExprKind::Branch(arms) => arms.iter().for_each(|arm| self.add(facts, *arm, Place::Same(id))),
            ExprKind::Logic { op, left, right } => {
                if *op != Logic::And {
                    self.add(facts, *left, Place::Same(id));
                }
                self.add(facts, *right, Place::Same(id));
            }
            _ => {}
        }
    }

    fn add_call(&mut self, facts: &Facts, id: ExprId, call: &Call) {
        for (index, argument) in call.arguments.iter().enumerate() {
            self.add(facts, *argument, Place::Argument { call: id, index: index as u32 });
        }
        if let ExprKind::Member { object, property } = &facts.expr(call.callee).kind
            && is_method_of_functions(property)
        {
            self.add(facts, *object, Place::Method { call: id });
        }
    }

    fn add_stored(&mut self, facts: &Facts) {
        for function in &facts.functions {
            function.returns.iter().for_each(|(value, _)| self.add(facts, *value, Place::Stored));
            let defaults = function.params.iter().filter_map(|param| param.default);
            defaults.for_each(|default| self.add(facts, default, Place::Stored));
        }
        facts.stored.iter().for_each(|(_, value)| self.add(facts, *value, Place::Stored));
        for class in &facts.classes {
            for (name, field) in &class.fields {
                field.values.iter().for_each(|value| self.add(facts, *value, Place::Field(name.clone())));
            }
        }
        for deep in &facts.deep_writes {
            self.add_write(facts, &deep.write, deep.path.last());
        }
    }

    fn add_binding(&mut self, facts: &Facts, id: BindingId, binding: &Binding) {
        if let Some(init) = binding.init.filter(|_| binding.path.is_empty()) {
            self.add(facts, init, Place::Init(id));
        }
        if let Some(default) = binding.default {
            self.add(facts, default, Place::Stored);
        }
        binding.writes.iter().for_each(|write| self.add_write(facts, write, write.field.as_ref()));
        let first = match (&binding.kind, binding.path.last()) {
            (BindingKind::Import { name, .. }, _) => name.as_ref(),
            (BindingKind::Variable | BindingKind::Param(_), Some(Step::Field(name))) => Some(name),
            _ => None,
        };
        if let Some(name) = first.filter(|name| **name != binding.name) {
            self.renamed.entry(name.clone()).or_default().push(id);
        }
    }

    fn add_write(&mut self, facts: &Facts, write: &Write, field: Option<&Arc<str>>) {
        let field = field.filter(|name| name.as_ref() != ANY_FIELD);
        match &write.op {
            WriteOp::Assign(value) => {
                self.add(facts, *value, field.map_or(Place::Stored, |name| Place::Field(name.clone())));
            }
            WriteOp::Push(values) | WriteOp::Unshift(values) => {
                values.iter().for_each(|value| self.add(facts, *value, Place::Stored));
            }
            WriteOp::Include(value) => self.add(facts, *value, Place::Stored),
            _ => {}
        }
    }

    /// Notes an expression that may stand for a function: a name, or what is made of one.
    fn add(&mut self, facts: &Facts, expr: ExprId, place: Place) {
        let may_be = match &facts.expr(expr).kind {
            ExprKind::Binding(binding) => {
                !matches!(facts.binding(*binding).kind, BindingKind::Element | BindingKind::Opaque)
            }
            ExprKind::Member { .. } | ExprKind::Choice { .. } | ExprKind::Branch(_) | ExprKind::Logic { .. } => true,
            ExprKind::Call(call) => facts.name_of(call.callee).is_some_and(|name| name.as_ref() == "bind"),
            _ => false,
        };
        if may_be {
            self.places.entry(expr).or_insert(place);
        }
    }

    /// The values of this name, wherever they come from.
    pub(crate) fn named(&self, name: &str) -> &[ExprId] {
        self.named.get(name).map_or(&[], Vec::as_slice)
    }

    /// The names of imports that are passed on, of functions whose methods are called, and of what is called by other names.
    pub(crate) fn imported<'f>(&'f self, facts: &'f Facts) -> impl Iterator<Item = Arc<str>> + 'f {
        let passed = self.places.iter().filter_map(|(expr, place)| match (&facts.expr(*expr).kind, place) {
            (ExprKind::Binding(binding), _) => {
                let binding = facts.binding(*binding);
                matches!(binding.kind, BindingKind::Import { .. }).then(|| binding.name.clone())
            }
            (ExprKind::Member { property, .. }, Place::Method { .. }) => Some(property.clone()),
            _ => None,
        });
        passed.chain(self.renamed.keys().cloned())
    }

    /// Other names that imports and destructuring give to what is called so.
    pub(crate) fn renamed(&self, name: &str) -> &[BindingId] {
        self.renamed.get(name).map_or(&[], Vec::as_slice)
    }

    /// The names under which what is called so is exported anew.
    pub(crate) fn exported(&self, name: &str) -> &[Arc<str>] {
        self.exported.get(name).map_or(&[], Vec::as_slice)
    }

    /// Where a value stays; none where it is only looked at.
    pub(crate) fn place(&self, expr: ExprId) -> Option<&Place> {
        let mut next = self.places.get(&expr)?;
        for _ in 0..MAX_STEPS {
            let Place::Same(whole) = next else { return Some(next) };
            next = self.places.get(whole)?;
        }
        Some(&Place::Stored)
    }
}
