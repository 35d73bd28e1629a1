//! Who calls a function that is passed on as a value: what can be followed is a call of it like any other, and of what cannot
//! nobody knows what it gives.

use std::sync::Arc;

use rollproof_source::FileId;
use rustc_hash::FxHashSet;

use super::Program;
use crate::eval::Evaluator;
use crate::eval::given::{calls_each, calls_later, is_method_of_functions};
use crate::eval::value::Value;
use crate::ir::{BindingId, BindingKind, Export, ExprId, ExprKind, Facts, FunctionId, ParamId};
use crate::places::Place;

/// How many names may stand for one function.
const MAX_NAMES: usize = 64;

/// Through how many calls of `bind` a value is followed.
const MAX_BINDS: u32 = 4;

/// What becomes of one function as a value.
pub(super) struct Passed<'s> {
    pub(super) program: &'s Program<'s>,
    pub(super) facts: &'s Arc<Facts>,
    pub(super) function: FunctionId,
    /// Calls of it, and calls by its name of what is not known.
    pub(super) found: Vec<(Arc<Facts>, ExprId)>,
    pub(super) others: Vec<(Arc<Facts>, ExprId)>,
    /// It is passed on to where nobody sees it called.
    pub(super) lost: bool,
    /// The names that it is called by, the fields of objects that hold it among them.
    pub(super) names: Vec<Arc<str>>,
    /// Those of the names that fields have.
    held: FxHashSet<Arc<str>>,
    aliases: FxHashSet<(FileId, BindingId)>,
}

impl<'s> Passed<'s> {
    pub(super) fn new(program: &'s Program<'s>, facts: &'s Arc<Facts>, function: FunctionId, name: &Arc<str>) -> Self {
        Self {
            program,
            facts,
            function,
            found: Vec::new(),
            others: Vec::new(),
            lost: false,
            names: vec![name.clone()],
            held: FxHashSet::default(),
            aliases: FxHashSet::default(),
        }
    }

    /// Follows the function through all files of the wave.
    pub(super) fn follow(&mut self, evaluator: &mut Evaluator<'_>) {
        self.add_exports();
        let mut next = 0;
        while let Some(name) = self.names.get(next).cloned() {
            for caller in &self.program.wave {
                if next > 0 {
                    self.calls_by(evaluator, caller, &name);
                }
                self.values(evaluator, caller, &name);
                let exported = caller.places().exported(&name).iter().filter(|name| name.as_ref() != "default");
                exported.for_each(|name| self.add_name(name.clone(), false));
                for binding in caller.places().renamed(&name) {
                    self.renamed(evaluator, caller, *binding, &name);
                }
            }
            next += 1;
        }
        if let Some(name) = self.names.first().cloned().filter(|name| self.held.contains(name)) {
            self.calls_of_field(evaluator, &name);
            for caller in &self.program.wave {
                self.values(evaluator, caller, &name);
            }
        }
        self.found.sort_by(|(left, call), (right, other)| (&left.path, call).cmp(&(&right.path, other)));
        self.found.dedup_by(|(left, call), (right, other)| left.file == right.file && call == other);
    }

    /// Values of one of its names.
    fn values(&mut self, evaluator: &mut Evaluator<'_>, caller: &Arc<Facts>, name: &Arc<str>) {
        for expr in caller.places().named(name) {
            if self.may_be(caller, *expr, name) && self.is_it(evaluator, caller, *expr) == Some(true) {
                self.placed(evaluator, caller, *expr, 0);
            }
        }
    }

    /// Whether a value of its name is worth a look: most are texts and numbers.
    fn may_be(&self, caller: &Facts, expr: ExprId, name: &str) -> bool {
        let is_method = self.facts.functions[self.function.index()].class.is_some();
        match &caller.expr(expr).kind {
            ExprKind::Binding(binding) => {
                let binding = caller.binding(*binding);
                let init = binding.init.map(|init| &caller.expr(init).kind);
                match binding.kind {
                    BindingKind::Import { .. } => !is_method,
                    BindingKind::Function(_) => caller.file == self.facts.file && !is_method,
                    BindingKind::Variable => match init {
                        Some(ExprKind::Function(function)) => {
                            caller.file == self.facts.file && *function == self.function
                        }
                        Some(ExprKind::Binding(_) | ExprKind::Member { .. } | ExprKind::This) => true,
                        _ => !binding.path.is_empty(),
                    },
                    _ => false,
                }
            }
            ExprKind::Member { object, .. } => match caller.expr(*object).kind {
                ExprKind::Binding(binding) => match caller.binding(binding).kind {
                    BindingKind::Import { .. } | BindingKind::Variable | BindingKind::Class(_) => true,
                    _ => self.held.contains(name) || (is_method && is_called_later(caller, expr)),
                },
                ExprKind::This => is_method,
                _ => self.held.contains(name) || is_method,
            },
            _ => false,
        }
    }

    /// Other names that its file exports it under.
    fn add_exports(&mut self) {
        let mut names: Vec<Arc<str>> = Vec::new();
        for (name, export) in &self.facts.exports {
            let is_it = match export {
                Export::Binding(binding) => self.facts.uses().holder(self.function) == Some(*binding),
                _ => false,
            };
            if is_it && name.as_ref() != "default" {
                names.push(name.clone());
            }
        }
        names.sort();
        names.into_iter().for_each(|name| self.add_name(name, false));
    }

    fn add_name(&mut self, name: Arc<str>, held: bool) {
        // Calls of these are calls of what they are methods of.
        if self.names.len() >= MAX_NAMES || is_method_of_functions(&name) || calls_each(&name) {
            self.lost = true;
            return;
        }
        if held {
            self.held.insert(name.clone());
        }
        if !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    /// Whether an expression is the function; none where nothing is known of it.
    fn is_it(&self, evaluator: &mut Evaluator<'_>, caller: &Arc<Facts>, expr: ExprId) -> Option<bool> {
        if let ExprKind::Binding(binding) = caller.expr(expr).kind
            && let BindingKind::Function(function) = caller.binding(binding).kind
        {
            return Some(caller.file == self.facts.file && function == self.function);
        }
        if let ExprKind::Member { object, property } = &caller.expr(expr).kind
            && matches!(caller.expr(*object).kind, ExprKind::This)
            && let Some(class) = self.facts.functions[self.function.index()].class
            && caller.file == self.facts.file
            && caller.class_at(caller.expr(expr).range.start) == Some(class)
        {
            return Some(self.facts.classes[class.index()].methods.get(property) == Some(&self.function));
        }
        let values = evaluator.eval(caller, expr, &None);
        let mut known = false;
        for value in &values {
            match value {
                Value::Function(other) if other.facts.file == self.facts.file && other.function == self.function => {
                    return Some(true);
                }
                Value::Unknown(..) | Value::Param(..) | Value::Opaque(_) => {}
                _ => known = true,
            }
        }
        (known && !values.is_empty()).then_some(false)
    }

    /// Calls by another of its names.
    fn calls_by(&mut self, evaluator: &mut Evaluator<'_>, caller: &Arc<Facts>, name: &Arc<str>) {
        for call in caller.calls_by_name.get(name).map_or(&[][..], Vec::as_slice) {
            let ExprKind::Call(called) = &caller.expr(*call).kind else { continue };
            match self.is_it(evaluator, caller, called.callee) {
                Some(true) => self.found.push((caller.clone(), *call)),
                None if self.held.contains(name) => self.others.push((caller.clone(), *call)),
                _ => {}
            }
        }
    }

    /// Calls by its own name, as a field of an object of which nothing is known.
    fn calls_of_field(&mut self, evaluator: &mut Evaluator<'_>, name: &Arc<str>) {
        for caller in &self.program.wave {
            for call in caller.calls_by_name.get(name).map_or(&[][..], Vec::as_slice) {
                let ExprKind::Call(called) = &caller.expr(*call).kind else { continue };
                if self.is_it(evaluator, caller, called.callee).is_none() {
                    self.others.push((caller.clone(), *call));
                }
            }
        }
    }

    /// A name that is made of one of its names.
    fn renamed(&mut self, evaluator: &mut Evaluator<'_>, caller: &Arc<Facts>, binding: BindingId, name: &Arc<str>) {
        let calls = caller.uses().calls(binding);
        let first = calls.first().and_then(|call| match &caller.expr(*call).kind {
            ExprKind::Call(call) => Some(call.callee),
            _ => None,
        });
        let named = caller.places().named(&caller.binding(binding).name);
        let is_use = |expr: &&ExprId| matches!(caller.expr(**expr).kind, ExprKind::Binding(other) if other == binding);
        let Some(used) = first.or_else(|| named.iter().find(is_use).copied()) else { return };
        match self.is_it(evaluator, caller, used) {
            Some(true) => self.alias(evaluator, caller, binding),
            None if self.held.contains(name) => {
                self.others.extend(calls.iter().map(|call| (caller.clone(), *call)));
            }
            _ => {}
        }
    }

    /// A name that stands for it: every call of the name is one of it.
    fn alias(&mut self, evaluator: &mut Evaluator<'_>, caller: &Arc<Facts>, binding: BindingId) {
        if !self.aliases.insert((caller.file, binding)) {
            return;
        }
        if self.aliases.len() > MAX_NAMES {
            self.lost = true;
            return;
        }
        self.found.extend(caller.uses().calls(binding).iter().map(|call| (caller.clone(), *call)));
        for (name, export) in &caller.exports {
            if matches!(export, Export::Binding(other) if *other == binding) {
                self.add_name(name.clone(), false);
            }
        }
        for expr in caller.places().named(&caller.binding(binding).name) {
            if matches!(caller.expr(*expr).kind, ExprKind::Binding(other) if other == binding) {
                self.placed(evaluator, caller, *expr, 0);
            }
        }
    }

    /// It stands somewhere as a value.
    fn placed(&mut self, evaluator: &mut Evaluator<'_>, caller: &Arc<Facts>, expr: ExprId, binds: u32) {
        match caller.places().place(expr) {
            None => {}
            Some(Place::Method { call }) => self.method(evaluator, caller, *call, binds),
            Some(Place::Argument { call, index }) => self.argument(evaluator, caller, *call, *index),
            Some(Place::Field(name)) => self.add_name(name.clone(), true),
            Some(Place::Init(binding)) => self.alias(evaluator, caller, *binding),
            Some(Place::Stored | Place::Same(_)) => self.lost = true,
        }
    }

    /// `run.call(…)`, `run.apply(…)`, `run.bind(…)`.
    fn method(&mut self, evaluator: &mut Evaluator<'_>, caller: &Arc<Facts>, call: ExprId, binds: u32) {
        let ExprKind::Call(called) = &caller.expr(call).kind else { return };
        if caller.name_of(called.callee).is_none_or(|name| name.as_ref() != "bind") {
            self.found.push((caller.clone(), call));
            return;
        }
        let bound = called.arguments.len().saturating_sub(1);
        if bound == 0 && binds < MAX_BINDS {
            self.placed(evaluator, caller, call, binds + 1);
            return;
        }
        if bound >= self.facts.functions[self.function.index()].params.len() {
            // Whoever calls what is made has nothing more to say.
            self.found.push((caller.clone(), call));
            return;
        }
        let Some(Place::Init(binding)) = caller.places().place(call) else {
            self.lost = true;
            return;
        };
        let exported =
            caller.exports.values().any(|export| matches!(export, Export::Binding(other) if other == binding));
        let named = caller.places().named(&caller.binding(*binding).name);
        let is_use = |expr: &ExprId| matches!(caller.expr(*expr).kind, ExprKind::Binding(other) if other == *binding);
        self.lost |= exported || named.iter().any(is_use);
        self.found.extend(caller.uses().calls(*binding).iter().map(|call| (caller.clone(), *call)));
    }

    /// It is given to a call.
    fn argument(&mut self, evaluator: &mut Evaluator<'_>, caller: &Arc<Facts>, call: ExprId, index: u32) {
        let ExprKind::Call(called) = &caller.expr(call).kind else { return };
        let name = caller.name_of(called.callee).map_or("", AsRef::as_ref);
        let callees = evaluator.eval(caller, called.callee, &None);
        let functions = callees.iter().map(|callee| match callee {
            Value::Function(function) => Some(function.clone()),
            _ => None,
        });
        match functions.collect::<Option<Vec<_>>>().filter(|functions| !functions.is_empty() && !called.spread) {
            Some(functions) => functions.iter().for_each(|function| {
                self.parameter(evaluator, &function.facts, ParamId { function: function.function, index });
            }),
            None if index == 0 && (calls_each(name) || calls_later(name).is_some()) => {
                self.found.push((caller.clone(), call));
            }
            None if only_looks(name) => {}
            None => self.lost = true,
        }
    }

    /// It is what a function of the project is given.
    fn parameter(&mut self, evaluator: &mut Evaluator<'_>, facts: &Arc<Facts>, param: ParamId) {
        let Some(info) = facts.functions[param.function.index()].params.get(param.index as usize) else {
            self.lost |= facts.functions[param.function.index()].params.iter().any(|param| param.rest);
            return;
        };
        let is_param = |kind: &BindingKind| matches!(kind, BindingKind::Param(other) if *other == param);
        let bindings = facts.bindings.iter().enumerate().filter(|(_, binding)| is_param(&binding.kind));
        for (at, binding) in bindings {
            if binding.path.is_empty() && !info.rest {
                self.alias(evaluator, facts, BindingId(at as u32));
            } else {
                self.lost = true;
            }
        }
    }
}

/// Whether a method of functions is called on a value.
fn is_called_later(facts: &Facts, expr: ExprId) -> bool {
    matches!(facts.places().place(expr), Some(Place::Method { .. }))
}

/// Calls that only look at a function, or that call it with nothing that a text is made of: of test frameworks and of React.
fn only_looks(name: &str) -> bool {
    let hook = name.strip_prefix("use").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()));
    hook || matches!(name, "expect" | "mocked" | "spyOn" | "createElement" | "removeListener" | "removeEventListener")
}
