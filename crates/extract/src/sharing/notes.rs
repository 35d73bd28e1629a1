//! What becomes of the lists and objects of a file: what its functions change of what they are given, and what is kept by what
//! it is put into.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Changed, Search};
use crate::ir::{ExprId, ExprKind, Mutation, ParamId};

impl Search<'_> {
    /// Notes where what has a name is put into something else, or given to what gives it back.
    pub(super) fn note_kept(&mut self) {
        let facts = self.facts;
        let is_name = |expr: &ExprId| matches!(facts.expr(*expr).kind, ExprKind::Binding(_));
        let put = facts.mutations.iter().flat_map(|mutation| &mutation.values).filter(|value| is_name(value));
        let mut kept: FxHashSet<u32> = put.map(|value| facts.expr(*value).range.start).collect();
        for id in &facts.calls {
            let ExprKind::Call(call) = &facts.expr(*id).kind else { continue };
            let result = &self.graph.sets[self.graph.of_expr(*id) as usize];
            for argument in call.arguments.iter().filter(|argument| is_name(argument)) {
                let given = &self.graph.sets[self.graph.of_expr(*argument) as usize];
                if given.iter().any(|object| result.contains(*object)) {
                    kept.insert(facts.expr(*argument).range.start);
                }
            }
        }
        self.found.kept = kept;
    }

    /// Notes that a function changes what it is given.
    pub(super) fn note_given(&mut self, mutation: &Mutation, param: ParamId, path: Vec<Arc<str>>) {
        let unseen = self.unseen(mutation);
        let changes = self.found.given.entry((param.function, param.index)).or_default();
        if !changes.iter().any(|known| known.path == path && known.unseen == unseen) {
            changes.push(Changed { path, unseen });
        }
    }
}
