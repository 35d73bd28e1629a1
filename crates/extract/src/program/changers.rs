//! Functions that change a list that they are given, by name: for calls of which no more is known.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Program;
use crate::ir::{BindingKind, Facts, Write, WriteOp};

impl Program<'_> {
    /// Whether some function of this name changes a list that it is given.
    pub(crate) fn changes_lists(&self, name: &str) -> bool {
        self.changers.get_or_init(|| self.wave.iter().flat_map(|facts| changers(facts)).collect()).contains(name)
    }
}

fn changers(facts: &Facts) -> FxHashSet<Arc<str>> {
    let changes = |write: &Write| write.field.is_none() && !matches!(write.op, WriteOp::Assign(_) | WriteOp::Append(_));
    let changed = facts.bindings.iter().filter(|binding| binding.writes.iter().any(changes));
    let functions = changed.filter_map(|binding| match binding.kind {
        BindingKind::Param(param) => facts.functions[param.function.index()].name.clone(),
        _ => None,
    });
    functions.collect()
}
