//! What a file does with what comes from outside, whatever it calls it there: which parts of it are written, and which are
//! given to functions of other files. A second file that changes what a first one makes is told by this alone.

use std::sync::Arc;

use super::graph::{Field, Kind, Node, Object};
use super::{MAX_PASSED, MAX_PATH, Passed, Search};
use crate::ir::{ANY_FIELD, BindingId, BindingKind, ExprId, ExprKind, Mutation, ParamId, Step};

/// How many things from outside one expression may stand for.
const MAX_FOREIGN: usize = 8;

/// Through how many objects that a file makes is looked for what they hold.
pub(crate) const MAX_HELD: usize = 3;

/// How many objects of one argument are looked at.
const MAX_SEEN: usize = 32;

/// How many steps it may take to see what an expression stands for.
const MAX_STEPS: u32 = 12;

/// Where something comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Import(BindingId),
    Given(ParamId),
}

/// A part of what comes from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Foreign {
    pub(crate) source: Source,
    /// The fields that lead to it, [`ANY_FIELD`] for an item.
    pub(crate) path: Vec<Arc<str>>,
}

/// A write into what is imported.
#[derive(Debug, Clone)]
pub(crate) struct ImportWrite {
    pub(crate) import: BindingId,
    /// What is written into.
    pub(crate) path: Vec<Arc<str>>,
    /// Its place among the mutations of the file.
    pub(crate) mutation: usize,
}

/// A part of what comes from outside is given to a function of another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Handed {
    pub(crate) what: Foreign,
    pub(crate) call: ExprId,
    pub(crate) index: u32,
    /// The fields that lead to it from the argument.
    pub(crate) held: Vec<Arc<str>>,
    /// What its fields hold is there, not it itself, and these fields are set anew (`{ ...names, table }`).
    pub(crate) copied: Option<Vec<Arc<str>>>,
}

impl Search<'_> {
    /// The parts of what comes from outside that an expression may stand for.
    fn foreign(&self, expr: ExprId, steps: u32) -> Vec<Foreign> {
        let mut found = Vec::new();
        for object in self.graph.sets[self.graph.of_expr(expr) as usize].iter() {
            found.extend(self.foreign_of(*object));
        }
        let Some(steps) = steps.checked_sub(1) else { return found };
        match &self.facts.expr(expr).kind {
            ExprKind::Member { object, property } => {
                found.extend(with_field(self.foreign(*object, steps), property));
            }
            ExprKind::Index { object, .. } => found.extend(with_field(self.foreign(*object, steps), &ANY_FIELD.into())),
            ExprKind::Choice { arms, .. } => arms.iter().for_each(|arm| found.extend(self.foreign(*arm, steps))),
            ExprKind::Branch(arms) => arms.iter().for_each(|arm| found.extend(self.foreign(*arm, steps))),
            ExprKind::Logic { left, right, .. } => {
                [left, right].iter().for_each(|side| found.extend(self.foreign(**side, steps)));
            }
            ExprKind::Binding(binding) => found.extend(self.foreign_of_name(*binding, steps)),
            _ => {}
        }
        let mut each: Vec<Foreign> = Vec::new();
        for one in found {
            if each.len() < MAX_FOREIGN && one.path.len() <= MAX_PATH && !each.contains(&one) {
                each.push(one);
            }
        }
        each
    }

    fn foreign_of_name(&self, binding: BindingId, steps: u32) -> Vec<Foreign> {
        let binding = self.facts.binding(binding);
        let Some(init) = binding.init else { return Vec::new() };
        let mut found = match binding.kind {
            BindingKind::Variable => self.foreign(init, steps),
            BindingKind::Element => with_field(self.foreign(init, steps), &ANY_FIELD.into()),
            _ => return Vec::new(),
        };
        for step in &binding.path {
            match step {
                Step::Field(name) => found = with_field(found, name),
                Step::Item(_) => found = with_field(found, &ANY_FIELD.into()),
                // What is left over is a copy, and holds the same parts.
                Step::From(_) | Step::Without(_) | Step::Or { .. } => {}
                Step::Method { .. } => return Vec::new(),
            }
        }
        found
    }

    /// An object as a part of what comes from outside.
    fn foreign_of(&self, object: Object) -> Option<Foreign> {
        let mut path = Vec::new();
        let mut next = object;
        let source = loop {
            match self.graph.objects[next as usize].kind {
                Kind::Given(param) => break Source::Given(param),
                Kind::Import(import) => break Source::Import(import),
                Kind::Part(whole, field) => {
                    path.insert(0, self.graph.name_of(field).cloned().unwrap_or_else(|| ANY_FIELD.into()));
                    next = whole;
                }
                _ => return None,
            }
        };
        Some(Foreign { source, path })
    }

    /// Notes that the file writes into what it imports, or a function into what it is given.
    pub(super) fn note_foreign_write(&mut self, at: usize, mutation: &Mutation) {
        for Foreign { source, path } in self.foreign(mutation.object, MAX_STEPS) {
            match source {
                Source::Import(import) => self.found.into_imports.push(ImportWrite { import, path, mutation: at }),
                Source::Given(param) => self.note_given(mutation, param, path),
            }
        }
    }

    /// Notes what is given to functions of other files.
    pub(super) fn note_handed(&mut self) {
        let facts = self.facts;
        for id in &facts.calls {
            let ExprKind::Call(call) = &facts.expr(*id).kind else { continue };
            let callee = self.graph.of_expr(call.callee) as usize;
            let is_own = |object: &Object| matches!(self.graph.objects[*object as usize].kind, Kind::Function(_));
            if self.graph.sets[callee].iter().any(is_own) {
                continue;
            }
            for (index, argument) in call.arguments.iter().enumerate() {
                let mut within = Within { call: *id, index: index as u32, held: Vec::new(), seen: Vec::new() };
                self.hand_expr(*argument, &mut within);
            }
        }
    }

    /// Notes that an expression stands for a part of an argument.
    fn hand_expr(&mut self, expr: ExprId, within: &mut Within) {
        for what in self.foreign(expr, MAX_STEPS) {
            self.hand(what, within, None);
        }
        for object in self.graph.sets[self.graph.of_expr(expr) as usize].all() {
            self.hand_object(object, within);
        }
    }

    fn hand(&mut self, what: Foreign, within: &Within, copied: Option<Vec<Arc<str>>>) {
        let handed = match what.source {
            Source::Import(_) => &mut self.found.handed_imports,
            Source::Given(param) => self.found.handed_on.entry(param).or_default(),
        };
        let one = Handed { what, call: within.call, index: within.index, held: within.held.clone(), copied };
        let same_call = |known: &&Handed| known.call == one.call;
        if !handed.iter().rev().take_while(same_call).any(|known| *known == one) {
            handed.push(one);
        }
    }

    /// What the file makes, and what that holds.
    fn hand_object(&mut self, object: Object, within: &mut Within) {
        let Kind::Made(expr) = self.graph.objects[object as usize].kind else { return };
        if within.seen.len() >= MAX_SEEN || within.seen.contains(&object) {
            return;
        }
        within.seen.push(object);
        let passed = self.found.passed.entry(expr).or_default();
        let one = Passed { call: within.call, index: within.index, held: within.held.clone() };
        if passed.len() < MAX_PASSED && !passed.contains(&one) {
            passed.push(one);
        }
        if within.held.len() >= MAX_HELD {
            return;
        }
        let fields: Vec<(Field, Node)> = self.graph.objects[object as usize].fields().collect();
        for (field, node) in fields {
            let name = self.graph.name_of(field).cloned().unwrap_or_else(|| ANY_FIELD.into());
            within.held.push(name);
            for inner in self.graph.sets[node as usize].all() {
                if let Some(what) = self.foreign_of(inner) {
                    self.hand(what, within, None);
                }
                self.hand_object(inner, within);
            }
            within.held.pop();
        }
        self.hand_parts(expr, within);
    }

    /// Parts of what is imported are told by how they are named.
    fn hand_parts(&mut self, expr: ExprId, within: &mut Within) {
        let facts = self.facts;
        let is_part = |expr: ExprId| matches!(facts.expr(expr).kind, ExprKind::Member { .. } | ExprKind::Index { .. });
        let parts: Vec<(Arc<str>, ExprId)> = match &facts.expr(expr).kind {
            ExprKind::Object(fields) => {
                for (at, field) in fields.iter().enumerate().filter(|(_, field)| field.is_spread()) {
                    let anew: Vec<Arc<str>> = fields[at..].iter().filter_map(|field| field.name.clone()).collect();
                    for what in self.foreign(field.value, MAX_STEPS) {
                        self.hand(what, within, Some(anew.clone()));
                    }
                }
                let held = fields.iter().filter(|field| !field.is_spread());
                held.map(|field| (field.name.clone().unwrap_or_else(|| ANY_FIELD.into()), field.value)).collect()
            }
            ExprKind::Array(items) => items.iter().map(|item| (ANY_FIELD.into(), *item)).collect(),
            _ => return,
        };
        for (name, part) in parts.into_iter().filter(|(_, part)| is_part(*part)) {
            within.held.push(name);
            for what in self.foreign(part, MAX_STEPS) {
                self.hand(what, within, None);
            }
            within.held.pop();
        }
    }
}

/// Where in an argument something is held.
struct Within {
    call: ExprId,
    index: u32,
    held: Vec<Arc<str>>,
    seen: Vec<Object>,
}

fn with_field(found: Vec<Foreign>, field: &Arc<str>) -> Vec<Foreign> {
    found
        .into_iter()
        .map(|mut one| {
            one.path.push(field.clone());
            one
        })
        .collect()
}
