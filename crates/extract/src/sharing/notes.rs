//! What becomes of the lists and objects of a file in others: what its functions change of what they are given, what it gives
//! to functions of other files, and what is kept by what it is put into.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::graph::{Field, Kind, Object};
use super::{Changed, MAX_PASSED, Passed, Search};
use crate::ir::{ANY_FIELD, ExprId, ExprKind, Mutation};

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
    pub(super) fn note_given(&mut self, mutation: &Mutation, kind: Kind) {
        let mut path = Vec::new();
        let mut next = kind;
        let param = loop {
            match next {
                Kind::Given(param) => break param,
                Kind::Part(whole, field) => {
                    let any: Arc<str> = ANY_FIELD.into();
                    path.insert(0, self.graph.name_of(field).cloned().unwrap_or(any));
                    next = self.graph.objects[whole as usize].kind;
                }
                _ => return,
            }
        };
        let unseen = self.unseen(mutation);
        let changes = self.found.given.entry((param.function, param.index)).or_default();
        if !changes.iter().any(|known| known.path == path && known.unseen == unseen) {
            changes.push(Changed { path, unseen });
        }
    }

    /// Notes what is given to functions of other files.
    pub(super) fn note_passed(&mut self) {
        let facts = self.facts;
        for id in &facts.calls {
            let ExprKind::Call(call) = &facts.expr(*id).kind else { continue };
            let callee = self.graph.of_expr(call.callee) as usize;
            let is_own = |object: &Object| matches!(self.graph.objects[*object as usize].kind, Kind::Function(_));
            if self.graph.sets[callee].iter().any(is_own) {
                continue;
            }
            for (index, argument) in call.arguments.iter().enumerate() {
                let index = index as u32;
                let mut add = |object: Object, field: Option<Field>| {
                    if let Kind::Made(expr) = self.graph.objects[object as usize].kind {
                        let field = field.map(|field| self.graph.name_of(field).cloned().unwrap_or_default());
                        let passed = self.found.passed.entry(expr).or_default();
                        let one = Passed { call: *id, index, field };
                        if passed.len() < MAX_PASSED && !passed.contains(&one) {
                            passed.push(one);
                        }
                    }
                };
                for object in self.graph.sets[self.graph.of_expr(*argument) as usize].iter() {
                    add(*object, None);
                    for (field, node) in self.graph.objects[*object as usize].fields() {
                        self.graph.sets[node as usize].iter().for_each(|inner| add(*inner, Some(field)));
                    }
                }
            }
        }
    }
}
