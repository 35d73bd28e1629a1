//! Lists and objects of a file that have several names: what is written into them under one of these is read under the others.
//! Which writes the evaluator follows is said here once; what is written otherwise and may be read afterwards makes a list, or a
//! field of an object, unknown.

mod foreign;
mod graph;
mod looks;
mod notes;
mod rules;
mod set;

use std::sync::Arc;

use rollproof_source::TextRange;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::{
    ANY_FIELD, BindingId, BindingKind, ClassId, Export, ExprId, ExprKind, Facts, FunctionId, Mutation, ParamId,
    RegionId, RegionKind, Step,
};
pub(crate) use foreign::{Foreign, Handed, ImportWrite, MAX_HELD, Source};
use graph::{ANY, Field, Graph, Kind, Node, Object};
use looks::looks_of;

/// A write that is not seen wherever it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unseen {
    /// The field; none where that may be any, or an item of a list.
    pub(crate) field: Option<Arc<str>>,
    /// Where it stands.
    pub(crate) at: TextRange,
}

/// What a function does to what it is given.
#[derive(Debug, Clone)]
pub(crate) struct Changed {
    /// The fields that lead from the parameter to what is changed, [`ANY_FIELD`] for an item.
    pub(crate) path: Vec<Arc<str>>,
    pub(crate) unseen: Unseen,
}

/// An argument of a call, or what its fields hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passed {
    pub(crate) call: ExprId,
    pub(crate) index: u32,
    /// The fields that lead to it from the argument.
    pub(crate) held: Vec<Arc<str>>,
}

/// The writes of a file that are not followed wherever they matter.
#[derive(Debug, Default)]
pub(crate) struct Sharing {
    made: FxHashMap<ExprId, Vec<Unseen>>,
    /// What may be written into any list or object: all of it, in a file in which too much flows through too much to say more.
    anywhere: Vec<Unseen>,
    /// Of objects of classes, and of classes.
    instances: FxHashMap<ClassId, Vec<Unseen>>,
    statics: FxHashMap<ClassId, Vec<Unseen>>,
    families: Vec<ClassId>,
    given: FxHashMap<(FunctionId, u32), Vec<Changed>>,
    /// The calls of functions of other files that something is given to.
    passed: FxHashMap<ExprId, Vec<Passed>>,
    /// The same of what is imported, and of what functions are given themselves.
    handed_imports: Vec<Handed>,
    handed_on: FxHashMap<ParamId, Vec<Handed>>,
    into_imports: Vec<ImportWrite>,
    /// Where names are read whose values are put into something, or come back from a call.
    kept: FxHashSet<u32>,
}

impl Sharing {
    pub(crate) fn of(facts: &Facts) -> Self {
        let mut graph = Graph::new(facts);
        graph.read();
        let mut search = Search { facts, graph, found: Self::default(), reached: FxHashMap::default() };
        search.run();
        search.found
    }

    /// What is written into what an expression makes, where its readers do not see it.
    pub(crate) fn made(&self, facts: &Facts, expr: ExprId) -> &[Unseen] {
        if !self.anywhere.is_empty() && matches!(facts.expr(expr).kind, ExprKind::Array(_) | ExprKind::Object(_)) {
            return &self.anywhere;
        }
        self.made.get(&expr).map_or(&[], Vec::as_slice)
    }

    /// The same of the objects of a class, and of the class itself.
    pub(crate) fn of_class(&self, class: ClassId) -> impl Iterator<Item = &Unseen> {
        let family = self.families.get(class.index());
        let instances = family.and_then(|family| self.instances.get(family)).into_iter().flatten();
        instances.chain(self.statics.get(&class).into_iter().flatten())
    }

    /// What a function changes of what it is given.
    pub(crate) fn given(&self, function: FunctionId, index: u32) -> &[Changed] {
        self.given.get(&(function, index)).map_or(&[], Vec::as_slice)
    }

    /// The parts of what it is given that a function gives to functions of other files.
    pub(crate) fn handed_on(&self, function: FunctionId, index: u32) -> &[Handed] {
        self.handed_on.get(&ParamId { function, index }).map_or(&[], Vec::as_slice)
    }

    /// The parts of what is imported that are given to functions of other files.
    pub(crate) fn handed_imports(&self) -> &[Handed] {
        &self.handed_imports
    }

    /// What the file writes into what it imports.
    pub(crate) fn into_imports(&self) -> &[ImportWrite] {
        &self.into_imports
    }

    /// Whether what is read at a place is kept by what it is put into or given to.
    pub(crate) fn keeps(&self, place: u32) -> bool {
        self.kept.contains(&place)
    }

    /// The calls of functions of other files that what an expression makes is given to.
    pub(crate) fn passed(&self, expr: ExprId) -> &[Passed] {
        self.passed.get(&expr).map_or(&[], Vec::as_slice)
    }
}

impl Unseen {
    /// Whether it may be a write to this field.
    pub(crate) fn may_be(&self, field: &str) -> bool {
        self.field.as_ref().is_none_or(|own| own.as_ref() == field)
    }
}

/// How something is reached: a name or `this`, and the fields from there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Access {
    root: Root,
    path: Vec<Arc<str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    Name(BindingId),
    This,
}

/// A place where an object's field, or all of it, is looked at.
#[derive(Debug, Clone, Copy)]
struct Look {
    expr: ExprId,
    field: Field,
    at: u32,
}

struct Search<'f> {
    facts: &'f Facts,
    graph: Graph<'f>,
    found: Sharing,
    /// Where an object gets to from a node.
    reached: FxHashMap<(Node, Object), FxHashSet<Node>>,
}

/// Methods that change a list or a map and are followed where it is called by its name.
pub(crate) const CHANGING: &[&str] = &[
    "push",
    "unshift",
    "append",
    "add",
    "set",
    "delete",
    "clear",
    "copyWithin",
    "splice",
    "pop",
    "shift",
    "reverse",
    "sort",
    "fill",
];

impl<'f> Search<'f> {
    fn run(&mut self) {
        self.found.families = self.graph.families.clone();
        let facts = self.facts;
        let objects = |mutation: &Mutation| self.graph.sets[self.graph.of_expr(mutation.object) as usize].to_vec();
        let written: Vec<(&Mutation, Vec<Object>)> = facts.mutations.iter().map(|one| (one, objects(one))).collect();
        let changed: FxHashSet<Object> = written.iter().flat_map(|(_, objects)| objects.iter().copied()).collect();
        let looks = self.looks_at(&changed);
        let exported = self.held_by_exports();
        for (mutation, objects) in &written {
            for object in objects {
                self.judge(mutation, *object, looks.get(object).map_or(&[], Vec::as_slice), &exported);
            }
        }
        if !self.graph.is_whole() {
            // Nothing is known of who reads what.
            let mut fields = FxHashSet::default();
            let unseen = facts.mutations.iter().filter(|one| fields.insert(one.field.as_ref()));
            self.found.anywhere = unseen.map(|one| self.unseen(one)).collect();
        }
        for (at, mutation) in facts.mutations.iter().enumerate() {
            self.note_foreign_write(at, mutation);
        }
        self.note_handed();
        self.note_kept();
    }

    fn unseen(&self, mutation: &Mutation) -> Unseen {
        Unseen { field: mutation.field.clone(), at: TextRange::new(mutation.at.saturating_sub(1), mutation.at) }
    }

    /// Whether a write to an object is seen wherever it is read.
    fn judge(&mut self, mutation: &Mutation, object: Object, looks: &[Look], exported: &FxHashSet<Object>) {
        let kind = self.graph.objects[object as usize].kind;
        let access = access(self.facts, mutation.object);
        // Objects that are no lists have methods of their own.
        let is_list = match kind {
            Kind::Made(expr) => !matches!(self.facts.expr(expr).kind, ExprKind::Object(_)),
            Kind::Instance(_) | Kind::Class(_) => false,
            _ => true,
        };
        if mutation.by_method && !is_list {
            return;
        }
        match kind {
            Kind::Made(expr) => {
                let field = mutation.field.as_ref().map_or(ANY, |name| self.graph.field(name));
                let is_looked_at = |look: &&Look| look.field == ANY || field == ANY || look.field == field;
                let looks: Vec<Look> = looks.iter().filter(is_looked_at).copied().collect();
                let missed = looks.into_iter().any(|look| {
                    self.may_follow(mutation, &look, expr) && !self.sees(mutation, access.as_ref(), &look, object)
                });
                let missed =
                    missed || (exported.contains(&object) && !self.is_seen_elsewhere(mutation, access.as_ref()));
                if missed {
                    let unseen = self.unseen(mutation);
                    push(self.found.made.entry(expr).or_default(), unseen);
                }
            }
            Kind::Instance(family) => {
                let own = access.is_some_and(|access| access.root == Root::This && access.path.is_empty());
                if !own || mutation.field.is_none() {
                    let unseen = self.unseen(mutation);
                    push(self.found.instances.entry(family).or_default(), unseen);
                }
            }
            Kind::Class(class) => {
                let shared = |binding: BindingId| self.is_shared(binding);
                let own = access.is_some_and(|access| match access.root {
                    Root::Name(binding) => access.path.is_empty() && shared(binding),
                    Root::This => access.path.is_empty() && mutation.field.is_some(),
                });
                if !own {
                    let unseen = self.unseen(mutation);
                    push(self.found.statics.entry(class).or_default(), unseen);
                }
            }
            // Those are noted for whoever else has them (`foreign.rs`).
            Kind::Given(_) | Kind::Part(..) | Kind::Import(_) | Kind::Function(_) => {}
        }
    }

    /// The places where some objects are looked at.
    fn looks_at(&mut self, changed: &FxHashSet<Object>) -> FxHashMap<Object, Vec<Look>> {
        let mut looks: FxHashMap<Object, Vec<Look>> = FxHashMap::default();
        for (expr, field) in looks_of(self.facts) {
            let field = field.map_or(ANY, |name| self.graph.field(&name));
            let at = self.facts.expr(expr).range.start;
            for object in self.graph.sets[self.graph.of_expr(expr) as usize].iter() {
                if changed.contains(object) {
                    looks.entry(*object).or_default().push(Look { expr, field, at });
                }
            }
        }
        looks
    }

    /// What is held by what the file exports, however deep: other files look at it.
    fn held_by_exports(&self) -> FxHashSet<Object> {
        let node = |export: &Export| match export {
            Export::Binding(binding) => Some(Graph::of_binding(*binding)),
            Export::Expr(expr) => Some(self.graph.of_expr(*expr)),
            Export::From { .. } => None,
        };
        let set = |node: Node| self.graph.sets[node as usize].iter().copied();
        let tops: Vec<Object> = self.facts.exports.values().filter_map(node).flat_map(set).collect();
        let mut open = tops;
        let (mut seen, mut held) = (FxHashSet::default(), FxHashSet::default());
        while let Some(object) = open.pop() {
            if !seen.insert(object) {
                continue;
            }
            let info = &self.graph.objects[object as usize];
            if let Kind::Class(class) = info.kind {
                let family = self.graph.families[class.index()];
                open.extend(self.graph.known(Kind::Instance(family)));
            }
            for inner in info.nodes().flat_map(set) {
                held.insert(inner);
                open.push(inner);
            }
        }
        held
    }

    /// Whether a write is seen where another file reads what it is into.
    fn is_seen_elsewhere(&self, mutation: &Mutation, written: Option<&Access>) -> bool {
        let shared = |written: &Access| match written.root {
            Root::This => true,
            Root::Name(binding) => self.is_shared(binding),
        };
        written.is_some_and(|written| !mutation.computed && shared(written) && self.is_followed(written, mutation))
    }

    /// Whether an object made at `made` may be looked at there after it is written to.
    fn may_follow(&self, mutation: &Mutation, look: &Look, made: ExprId) -> bool {
        let facts = self.facts;
        let start = facts.expr(made).range.start;
        let (home, reader) = (facts.function_at(start), facts.function_at(look.at));
        let writer = facts.function_of(mutation.region);
        if home != reader {
            return true;
        }
        if writer == home {
            return home.is_none() || mutation.at < look.at || self.repeats(mutation.region, look.at, start);
        }
        // What a function only gives back is written to when it is over.
        let Some(home) = home else { return true };
        let inside = facts.functions_around(mutation.at.saturating_sub(1)).any(|around| around == home);
        inside || self.leaves_otherwise(made, MAX_HOLDERS)
    }

    /// Whether a write and a look are in a loop that what is written to is not made in.
    fn repeats(&self, mut region: RegionId, look: u32, made: u32) -> bool {
        loop {
            let here = self.facts.region(region);
            let holds = |at: u32| here.range.start <= at && at < here.range.end;
            if matches!(here.kind, RegionKind::Loop(_)) && holds(look) && !holds(made) {
                return true;
            }
            match here.parent {
                Some(parent) if !matches!(here.kind, RegionKind::Function(_)) => region = parent,
                _ => return false,
            }
        }
    }

    /// Whether what is made somewhere leaves its function otherwise than by being given back.
    fn leaves_otherwise(&self, made: ExprId, steps: u32) -> bool {
        let Some(steps) = steps.checked_sub(1) else { return true };
        let Some(object) = self.graph.known(Kind::Made(made)) else { return true };
        let holds = |node: Node| self.graph.sets[node as usize].contains(object);
        let kept = |info: &graph::Info| match info.kind {
            Kind::Class(_) | Kind::Instance(_) | Kind::Given(_) | Kind::Import(_) | Kind::Part(..) => true,
            Kind::Made(other) => {
                let (own, other) = (self.facts.expr(made).range.start, self.facts.expr(other).range.start);
                self.facts.function_at(own) != self.facts.function_at(other)
            }
            Kind::Function(_) => false,
        };
        let leaves = |info: &graph::Info| match info.kind {
            Kind::Made(other) if other != made => kept(info) || self.leaves_otherwise(other, steps),
            _ => kept(info),
        };
        let mut holders = self.graph.objects.iter().filter(|info| info.nodes().any(holds));
        self.graph.params().any(|(_, node)| holds(node)) || holders.any(leaves)
    }

    /// Whether the evaluator sees a write where it looks at an object.
    fn sees(&mut self, mutation: &Mutation, written: Option<&Access>, look: &Look, object: Object) -> bool {
        let followed = |written: &&Access| !mutation.computed && self.is_followed(written, mutation);
        let Some(written) = written.filter(followed) else { return false };
        if let Some(read) = access(self.facts, look.expr)
            && (*written == read || self.is_other_name(written, &read, mutation))
        {
            return true;
        }
        let to = self.graph.of_expr(look.expr);
        let mut from = self.nodes_of(written, mutation.object);
        if let (Root::Name(param), true) = (written.root, written.path.is_empty()) {
            from.extend(self.givers_of(param, mutation, object).into_iter().map(Graph::of_binding));
        }
        from.into_iter().any(|from| self.gets_to(from, to, object))
    }

    /// Whether a write is followed where it is reached so.
    fn is_followed(&self, access: &Access, mutation: &Mutation) -> bool {
        match access.root {
            Root::This => {
                let in_class = self.facts.class_at(mutation.at.saturating_sub(1)).is_some();
                in_class && access.path.len() == 1 && mutation.by_method
            }
            Root::Name(binding) => {
                let variable = !matches!(self.facts.binding(binding).kind, BindingKind::Class(_));
                // Fields of objects of classes are those that the class says.
                let of_class = |object: &Object| matches!(self.graph.objects[*object as usize].kind, Kind::Instance(_));
                let holds = &self.graph.sets[Graph::of_binding(binding) as usize];
                let held = access.path.len() == 1 && mutation.by_method && !holds.iter().any(of_class);
                let plain = access.path.is_empty() || held;
                let named = access.path.iter().all(|field| field.as_ref() != ANY_FIELD);
                (named && self.is_shared(binding)) || (plain && variable)
            }
        }
    }

    /// Whether writes to all parts of what a name stands for are found (`program/outside.rs`).
    fn is_shared(&self, binding: BindingId) -> bool {
        let binding = self.facts.binding(binding);
        let plain = matches!(binding.kind, BindingKind::Variable | BindingKind::Class(_));
        plain && self.facts.is_said_once(binding.region)
    }

    /// Whether the evaluator looks for a write under the other name when it reads the one.
    fn is_other_name(&self, written: &Access, read: &Access, mutation: &Mutation) -> bool {
        let (Root::Name(other), Root::Name(name)) = (written.root, read.root) else { return false };
        let uses = self.facts.uses();
        if written.path == read.path && read.path.is_empty() && uses.aliases(name).contains(&other) {
            return true;
        }
        let held = |(holder, field): &(BindingId, Arc<str>)| *holder == other && written.path == [field.clone()];
        if read.path.is_empty() && mutation.by_method && uses.held(name).iter().any(held) {
            return true;
        }
        false
    }

    /// The names whose readers see what is written into a parameter that gets their value.
    fn givers_of(&self, param: BindingId, mutation: &Mutation, object: Object) -> Vec<BindingId> {
        let holds = |node: Node| self.graph.sets[node as usize].contains(object);
        let names = (0..self.facts.bindings.len() as u32).map(BindingId);
        names
            .filter(|name| *name != param && holds(Graph::of_binding(*name)))
            .filter(|name| self.is_given(param, *name, mutation, object, MAX_PASSES))
            .collect()
    }

    /// Whether a parameter gets an object as the value of a name alone.
    fn is_given(&self, param: BindingId, name: BindingId, mutation: &Mutation, object: Object, passes: u32) -> bool {
        let binding = self.facts.binding(param);
        let BindingKind::Param(id) = binding.kind else { return false };
        let list = mutation.by_method;
        if self.graph.given_otherwise.contains(&id) {
            return false;
        }
        let field = match binding.path.as_slice() {
            [] => None,
            [Step::Field(field)] if list => Some(field),
            _ => return false,
        };
        let holds = |expr: ExprId| self.graph.sets[self.graph.of_expr(expr) as usize].contains(object);
        let is_name = |expr: ExprId| match self.facts.expr(expr).kind {
            ExprKind::Binding(given) => {
                given == name
                    || self.facts.uses().aliases(name).contains(&given)
                    || (list && passes > 0 && self.is_given(given, name, mutation, object, passes - 1))
            }
            _ => false,
        };
        let mut any = false;
        for (call, argument) in self.graph.arguments_of(id) {
            let ExprKind::Call(made) = &self.facts.expr(*call).kind else { return false };
            let by_name = match self.facts.expr(made.callee).kind {
                ExprKind::Binding(_) if !self.graph.is_own(made) => return false,
                ExprKind::Binding(_) => true,
                ExprKind::Member { .. } => false,
                _ => return false,
            };
            let value = match (field, &self.facts.expr(*argument).kind) {
                (None, _) => Some(*argument),
                (Some(_), ExprKind::Object(fields)) if fields.iter().any(|field| field.key.is_some()) => return false,
                (Some(field), ExprKind::Object(fields)) => {
                    fields.iter().find(|one| one.name.as_ref() == Some(field)).map(|one| one.value)
                }
                _ => return false,
            };
            let Some(value) = value.filter(|value| holds(*value)) else { continue };
            // Of an object only fields that are named, in a function that is called by its name, are followed.
            if !is_name(value) || !(list || (by_name && mutation.field.is_some())) {
                return false;
            }
            any = true;
        }
        any
    }

    /// What stands for what is reached so.
    fn nodes_of(&self, access: &Access, expr: ExprId) -> Vec<Node> {
        match access.root {
            Root::Name(binding) if access.path.is_empty() => vec![Graph::of_binding(binding)],
            _ => {
                let last = access.path.last();
                let is_it = |(at, other): (usize, &crate::ir::Expr)| {
                    let id = ExprId(at as u32);
                    let named = matches!(&other.kind, ExprKind::Member { property, .. } if Some(property) == last);
                    (id == expr || (named && self::access(self.facts, id).as_ref() == Some(access)))
                        .then(|| self.graph.of_expr(id))
                };
                self.facts.exprs.iter().enumerate().filter_map(is_it).collect()
            }
        }
    }

    /// Whether an object gets from one node to another.
    fn gets_to(&mut self, from: Node, to: Node, object: Object) -> bool {
        if let Some(known) = self.reached.get(&(from, object)) {
            return known.contains(&to);
        }
        let mut reached = FxHashSet::default();
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            if reached.insert(node) {
                let holds = |node: &&Node| self.graph.sets[**node as usize].contains(object);
                open.extend(self.graph.edges[node as usize].iter().filter(holds));
            }
        }
        let found = reached.contains(&to);
        self.reached.insert((from, object), reached);
        found
    }
}

/// How many calls of functions of other files are looked at for one list or object.
const MAX_PASSED: usize = 16;

/// Through how many objects that hold one another is asked who else reaches one.
const MAX_HOLDERS: u32 = 4;

/// How many functions may pass a list on.
const MAX_PASSES: u32 = 4;

/// How many fields may lead to what is written.
const MAX_PATH: usize = 16;

fn access(facts: &Facts, expr: ExprId) -> Option<Access> {
    let mut path = Vec::new();
    let mut next = expr;
    for _ in 0..MAX_PATH {
        let root = match &facts.expr(next).kind {
            ExprKind::Binding(binding) => Root::Name(*binding),
            ExprKind::This => Root::This,
            ExprKind::Member { object, property } => {
                path.insert(0, property.clone());
                next = *object;
                continue;
            }
            ExprKind::Index { object, .. } => {
                path.insert(0, ANY_FIELD.into());
                next = *object;
                continue;
            }
            _ => return None,
        };
        return Some(Access { root, path });
    }
    None
}

fn push(all: &mut Vec<Unseen>, one: Unseen) {
    if !all.iter().any(|known| known.field == one.field) {
        all.push(one);
    }
}
