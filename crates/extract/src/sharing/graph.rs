//! Which objects the names and expressions of a file may stand for: inclusion between sets, solved to the end. No order of
//! statements counts, and the fields of each object are told apart.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::set::Set;
use crate::ir::{BindingId, CallStyle, ClassId, ExprId, ExprKind, Facts, FunctionId, ParamId};

/// Something that stands for objects: a name, an expression, a field of an object, what a function is given or gives.
pub(super) type Node = u32;

/// Something that is made, or that comes from outside.
pub(super) type Object = u32;

/// A field's name by its number.
pub(super) type Field = u32;

/// The items of a list, the values of a map, and fields whose names are not known.
pub(super) const ANY: Field = 0;

/// How often an object may be added to a set before a file is given up. Of the files of real projects one in thousands takes
/// more than 20,000, and most of those that take 60,000 take any number.
const MAX_ADDED: usize = 60_000;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// What this expression makes.
    Made(ExprId),
    Function(FunctionId),
    Class(ClassId),
    /// Any object of a class.
    Instance(ClassId),
    /// What callers give.
    Given(ParamId),
    Import(BindingId),
    /// A field of what comes from outside.
    Part(Object, Field),
}

#[derive(Debug)]
pub(super) struct Info {
    pub(super) kind: Kind,
    /// Its fields are not all made in the file.
    open: bool,
    slots: Vec<(Field, Node)>,
    /// Who reads all of its fields.
    readers: Vec<Node>,
    /// The objects that its fields are copied to.
    copies: Vec<Object>,
}

/// What follows from an object in a set.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// Its field is read.
    Load(Field, Node),
    /// Its field is called.
    Callee(Field, Node),
    /// Its field is set to what this stands for.
    Store(Field, Node),
    /// Its fields are copied to an object.
    CopyTo(Object),
    /// The fields of what this stands for are copied to it.
    CopyFrom(Node),
    /// It is called.
    Call(ExprId),
}

pub(super) struct Graph<'f> {
    pub(super) facts: &'f Facts,
    pub(super) sets: Vec<Set>,
    pub(super) edges: Vec<Set>,
    rules: FxHashMap<Node, Vec<Rule>>,
    pub(super) objects: Vec<Info>,
    known: FxHashMap<Kind, Object>,
    slots: FxHashMap<(Object, Field), Node>,
    fields: FxHashMap<Arc<str>, Field>,
    /// The names of the fields by their numbers.
    names: Vec<Arc<str>>,
    params: FxHashMap<ParamId, Node>,
    /// The calls that give a parameter its value, and what they give.
    arguments: FxHashMap<ParamId, Vec<(ExprId, ExprId)>>,
    /// Parameters that are given otherwise, too: each item of a list, what a promise holds.
    pub(super) given_otherwise: FxHashSet<ParamId>,
    returns: FxHashMap<FunctionId, Node>,
    receivers: FxHashMap<FunctionId, Node>,
    open: Vec<(Node, Object)>,
    added: usize,
    pub(super) callees: FxHashSet<ExprId>,
    /// Where each class's fields are: classes that extend one another in the file share theirs.
    pub(super) families: Vec<ClassId>,
}

impl Info {
    pub(super) fn fields(&self) -> impl Iterator<Item = (Field, Node)> + '_ {
        self.slots.iter().copied()
    }

    /// What stands for its fields.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Node> + '_ {
        self.slots.iter().map(|(_, node)| *node)
    }
}

impl<'f> Graph<'f> {
    pub(super) fn new(facts: &'f Facts) -> Self {
        let nodes = facts.bindings.len() + facts.exprs.len();
        let mut graph = Self {
            facts,
            sets: vec![Set::default(); nodes],
            edges: vec![Set::default(); nodes],
            rules: FxHashMap::default(),
            objects: Vec::new(),
            known: FxHashMap::default(),
            slots: FxHashMap::default(),
            fields: FxHashMap::default(),
            names: Vec::new(),
            params: FxHashMap::default(),
            arguments: FxHashMap::default(),
            given_otherwise: FxHashSet::default(),
            returns: FxHashMap::default(),
            receivers: FxHashMap::default(),
            open: Vec::new(),
            added: 0,
            callees: facts.calls.iter().filter_map(|id| callee_of(facts, *id)).collect(),
            families: (0..facts.classes.len() as u32).map(ClassId).collect(),
        };
        graph.field(&crate::ir::ANY_FIELD.into());
        graph
    }

    /// Whether the sets are what they would be without a limit.
    pub(super) fn is_whole(&self) -> bool {
        self.added < MAX_ADDED
    }

    pub(super) fn of_binding(binding: BindingId) -> Node {
        binding.0
    }

    /// What an expression stands for: a name's node is that of every place where it is read.
    pub(super) fn of_expr(&self, expr: ExprId) -> Node {
        match self.facts.expr(expr).kind {
            ExprKind::Binding(binding) => Self::of_binding(binding),
            ExprKind::Spread(inner) => self.of_expr(inner),
            _ => self.facts.bindings.len() as Node + expr.0,
        }
    }

    pub(super) fn node(&mut self) -> Node {
        self.sets.push(Set::default());
        self.edges.push(Set::default());
        self.sets.len() as Node - 1
    }

    pub(super) fn of_param(&mut self, param: ParamId) -> Node {
        if let Some(known) = self.params.get(&param) {
            return *known;
        }
        let node = self.node();
        self.params.insert(param, node);
        let given = self.object(Kind::Given(param));
        self.add(node, given);
        node
    }

    /// The parameters that are given something in the file.
    pub(super) fn params(&self) -> impl Iterator<Item = (&ParamId, Node)> {
        self.params.iter().map(|(param, node)| (param, *node))
    }

    pub(super) fn arguments_of(&self, param: ParamId) -> &[(ExprId, ExprId)] {
        self.arguments.get(&param).map_or(&[], Vec::as_slice)
    }

    pub(super) fn of_return(&mut self, function: FunctionId) -> Node {
        if let Some(known) = self.returns.get(&function) {
            return *known;
        }
        let node = self.node();
        self.returns.insert(function, node);
        node
    }

    /// What `this` is in a function.
    pub(super) fn of_this(&mut self, function: FunctionId) -> Node {
        if let Some(known) = self.receivers.get(&function) {
            return *known;
        }
        let node = self.node();
        self.receivers.insert(function, node);
        node
    }

    pub(super) fn field(&mut self, name: &Arc<str>) -> Field {
        if let Some(known) = self.fields.get(name) {
            return *known;
        }
        let next = self.names.len() as Field;
        self.fields.insert(name.clone(), next);
        self.names.push(name.clone());
        next
    }

    pub(super) fn name_of(&self, field: Field) -> Option<&Arc<str>> {
        self.names.get(field as usize)
    }

    pub(super) fn object(&mut self, kind: Kind) -> Object {
        if let Some(known) = self.known.get(&kind) {
            return *known;
        }
        let open = match kind {
            Kind::Made(expr) => matches!(self.facts.expr(expr).kind, ExprKind::Call(_)),
            Kind::Given(_) | Kind::Import(_) | Kind::Part(..) => true,
            Kind::Function(_) | Kind::Class(_) | Kind::Instance(_) => false,
        };
        let object = self.objects.len() as Object;
        let (slots, readers, copies) = (Vec::new(), Vec::new(), Vec::new());
        self.objects.push(Info { kind, open, slots, readers, copies });
        self.known.insert(kind, object);
        object
    }

    pub(super) fn known(&self, kind: Kind) -> Option<Object> {
        self.known.get(&kind).copied()
    }

    /// What a field of an object stands for.
    pub(super) fn slot(&mut self, object: Object, field: Field) -> Node {
        self.slot_of(object, field, true)
    }

    /// `filled`: of what callers give it stands for something that they give, too.
    fn slot_of(&mut self, object: Object, field: Field, filled: bool) -> Node {
        if let Some(known) = self.slots.get(&(object, field)) {
            return *known;
        }
        let node = self.node();
        self.slots.insert((object, field), node);
        let info = &mut self.objects[object as usize];
        info.slots.push((field, node));
        let (readers, copies) = (info.readers.clone(), info.copies.clone());
        // What functions write into fields of fields of what they are given is not asked for.
        if filled && matches!(info.kind, Kind::Given(_)) {
            let part = self.object(Kind::Part(object, field));
            self.add(node, part);
        }
        for reader in readers {
            self.edge(node, reader);
        }
        for copy in copies {
            let to = self.slot(copy, field);
            self.edge(node, to);
        }
        node
    }

    pub(super) fn add(&mut self, node: Node, object: Object) {
        let set = &mut self.sets[node as usize];
        if !set.contains(object) && self.added < MAX_ADDED {
            set.push(object);
            self.added += 1;
            self.open.push((node, object));
        }
    }

    pub(super) fn edge(&mut self, from: Node, to: Node) {
        if from == to || self.edges[from as usize].contains(to) {
            return;
        }
        self.edges[from as usize].push(to);
        for object in self.sets[from as usize].all() {
            self.add(to, object);
        }
    }

    pub(super) fn rule(&mut self, node: Node, rule: Rule) {
        self.rules.entry(node).or_default().push(rule);
        for object in self.sets[node as usize].all() {
            self.apply(rule, object);
        }
    }

    pub(super) fn solve(&mut self) {
        while let Some((node, object)) = self.open.pop() {
            for to in self.edges[node as usize].all() {
                self.add(to, object);
            }
            for rule in self.rules.get(&node).cloned().unwrap_or_default() {
                self.apply(rule, object);
            }
        }
    }

    fn apply(&mut self, rule: Rule, object: Object) {
        match rule {
            Rule::Load(ANY, to) => {
                self.objects[object as usize].readers.push(to);
                let any = self.slot(object, ANY);
                self.edge(any, to);
                for (_, from) in self.objects[object as usize].slots.clone() {
                    self.edge(from, to);
                }
            }
            // Of what comes from outside nobody knows what its methods do.
            Rule::Callee(..) if self.objects[object as usize].open => {}
            Rule::Load(field, to) | Rule::Callee(field, to) => {
                let from = self.slot(object, field);
                self.edge(from, to);
                let any = self.slot_of(object, ANY, false);
                self.edge(any, to);
            }
            Rule::Store(field, from) => {
                let to = self.slot(object, field);
                self.edge(from, to);
            }
            Rule::CopyTo(copy) => self.copy(object, copy),
            Rule::CopyFrom(from) => self.rule(from, Rule::CopyTo(object)),
            Rule::Call(call) => self.called(call, object),
        }
    }

    fn copy(&mut self, from: Object, to: Object) {
        if from == to || self.objects[from as usize].copies.contains(&to) {
            return;
        }
        self.objects[from as usize].copies.push(to);
        self.slot_of(from, ANY, true);
        for (field, node) in self.objects[from as usize].slots.clone() {
            let copied = self.slot(to, field);
            self.edge(node, copied);
        }
    }

    /// A call of what may be this function or class.
    fn called(&mut self, id: ExprId, callee: Object) {
        let facts = self.facts;
        let ExprKind::Call(call) = &facts.expr(id).kind else { return };
        let result = self.of_expr(id);
        match self.objects[callee as usize].kind {
            Kind::Function(function) => {
                self.gives(function, id, &call.arguments);
                let returned = self.of_return(function);
                self.edge(returned, result);
                if let ExprKind::Member { object, .. } | ExprKind::Index { object, .. } = facts.expr(call.callee).kind {
                    let (receiver, this) = (self.of_expr(object), self.of_this(function));
                    self.edge(receiver, this);
                }
            }
            Kind::Class(class) if call.style == CallStyle::New => {
                let instance = self.object(Kind::Instance(self.families[class.index()]));
                self.add(result, instance);
                let mut next = Some(class);
                // A class without a constructor has that of the one that it extends.
                for _ in 0..MAX_BASES {
                    let Some(class) = next else { break };
                    if let Some(constructor) = facts.classes[class.index()].methods.get("constructor") {
                        self.gives(*constructor, id, &call.arguments);
                        break;
                    }
                    next = base_of(facts, class);
                }
            }
            _ => {}
        }
    }

    /// A call gives a function these.
    pub(super) fn gives(&mut self, function: FunctionId, call: ExprId, arguments: &[ExprId]) {
        let params = &self.facts.functions[function.index()].params;
        let spread =
            arguments.iter().position(|argument| matches!(self.facts.expr(*argument).kind, ExprKind::Spread(_)));
        for (at, argument) in arguments.iter().enumerate() {
            let from = self.of_expr(*argument);
            let spreads = spread.is_some_and(|spread| spread <= at);
            for (index, param) in params.iter().enumerate() {
                let index = index as u32;
                let is_it = at as u32 == index || (param.rest && at as u32 >= index);
                if !is_it && !spreads {
                    continue;
                }
                let to = self.of_param(ParamId { function, index });
                let given = self.arguments.entry(ParamId { function, index }).or_default();
                if !given.contains(&(call, *argument)) {
                    given.push((call, *argument));
                }
                match (param.rest, spreads) {
                    (false, false) => self.edge(from, to),
                    (false, true) => self.rule(from, Rule::Load(ANY, to)),
                    (true, _) => {
                        // The list of the rest is made for the call.
                        let list = self.object(Kind::Given(ParamId { function, index }));
                        let item = self.slot(list, ANY);
                        if spreads { self.rule(from, Rule::Load(ANY, item)) } else { self.edge(from, item) }
                    }
                }
            }
        }
    }
}

/// What a call calls.
pub(super) fn callee_of(facts: &Facts, call: ExprId) -> Option<ExprId> {
    match &facts.expr(call).kind {
        ExprKind::Call(call) => Some(call.callee),
        _ => None,
    }
}

/// How long a chain of base classes may be.
const MAX_BASES: u32 = 8;

/// The class of the same file that a class extends.
pub(super) fn base_of(facts: &Facts, class: ClassId) -> Option<ClassId> {
    match facts.expr(facts.classes[class.index()].extends?).kind {
        ExprKind::Binding(binding) => match facts.binding(binding).kind {
            crate::ir::BindingKind::Class(base) => Some(base),
            _ => None,
        },
        _ => None,
    }
}
