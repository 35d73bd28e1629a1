//! What files that join the wave change: who calls a function is mostly as it was.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Asked, Program, is_constructor};
use crate::ir::{BindingKind, Facts, FunctionId};

/// What was added to a wave.
#[derive(Debug, Default)]
pub(crate) struct Grown {
    /// What is called by these names.
    calls: FxHashSet<Arc<str>>,
    /// What they import by these names and pass on, or call by other names.
    values: FxHashSet<Arc<str>>,
    /// Methods of classes.
    methods: FxHashSet<Arc<str>>,
    /// Files whose default export, or the whole of which, is imported.
    defaults: FxHashSet<Arc<str>>,
}

impl Grown {
    pub(super) fn of(program: &Program<'_>, files: &[Arc<Facts>]) -> Self {
        let mut grown = Self::default();
        for facts in files {
            grown.calls.extend(facts.calls_by_name.keys().cloned());
            grown.values.extend(facts.places().imported(facts));
            grown.methods.extend(facts.classes.iter().flat_map(|class| class.methods.keys()).cloned());
            let imported = facts.bindings.iter().filter_map(|binding| match &binding.kind {
                BindingKind::Import { module, name } => {
                    let default = name.as_ref().is_none_or(|name| name.as_ref() == "default");
                    default.then(|| program.resolve_module(facts, module)).flatten()
                }
                _ => None,
            });
            grown.defaults.extend(imported);
        }
        grown
    }

    /// Whether what was added calls something by this name, or passes it on.
    pub(crate) fn names(&self, name: &Arc<str>) -> bool {
        self.calls.contains(name) || self.values.contains(name)
    }

    /// Whether what was added may be a caller of one of these functions, or make one of another call.
    pub(crate) fn may_call_any(&self, program: &Program<'_>, asked: &Asked) -> bool {
        asked.iter().any(|((_, function), facts)| self.may_call(program, facts, *function))
    }

    /// Whether what was added may be a caller of a function, or make one of another call.
    pub(crate) fn may_call(&self, program: &Program<'_>, facts: &Facts, function: FunctionId) -> bool {
        let info = &facts.functions[function.index()];
        let calls = |name: &Option<Arc<str>>| name.as_ref().is_some_and(|name| self.calls.contains(name));
        if is_constructor(info) {
            let names = program.called_as(facts, function);
            let names = names.map_or_else(Vec::new, |name| program.constructed_as(&name));
            return self.calls.contains("super") || names.iter().any(|name| self.calls.contains(name));
        }
        let Some(name) = &info.name else { return calls(&program.called_as(facts, function)) };
        let default = facts.exports.contains_key("default") && info.class.is_none();
        self.names(name)
            || (info.class.is_some() && self.methods.contains(name))
            || (default && self.defaults.contains(&facts.path))
    }
}
