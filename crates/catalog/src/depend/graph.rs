//! The dependencies around some objects as a petgraph: what a DROP takes along, in which order, what stands in its way,
//! and by which path one object depends on another (`findDependentObjects`, `reportDependentObjects`).
//!
//! A graph is made for the question that is asked, out of the edges that the question can reach: most statements ask
//! none, and [`Dependencies`](crate::Dependencies) shares its structure between states, which a petgraph could not.

use std::collections::BTreeSet;

use petgraph::algo::astar;
use petgraph::graphmap::DiGraphMap;
use petgraph::visit::{Dfs, DfsPostOrder, Reversed};
use rustc_hash::FxHashMap;

use crate::{ColumnId, DependencyKind, ObjectId, Schema, TypeKind};

/// Objects and the edges between them, each from what is used to what uses it.
#[derive(Debug, Clone)]
pub struct DependencyGraph {
    edges: DiGraphMap<ObjectId, DependencyKind>,
    /// What was asked about, in the order of the question.
    roots: Vec<ObjectId>,
}

/// Something that a DROP without CASCADE must not take along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocked {
    /// It.
    pub dependent: ObjectId,
    /// What it depends on, nearer to what was to be dropped.
    pub on: ObjectId,
}

impl DependencyGraph {
    /// What goes with `objects` when they are dropped with CASCADE. A relation's columns and an enum's labels are parts
    /// of it, and what uses them uses the whole.
    #[must_use]
    pub fn of_drop(schema: &Schema, objects: &[ObjectId]) -> Self {
        let mut graph = Self { edges: DiGraphMap::new(), roots: objects.to_vec() };
        let mut pending = Vec::new();
        for object in objects {
            graph.edges.add_node(*object);
            pending.push(*object);
        }
        while let Some(object) = pending.pop() {
            for (dependent, kind) in dependents(schema, object) {
                if graph.connect(object, dependent, kind) {
                    pending.push(dependent);
                }
                // What is a part of something else takes that with it, and the whole is then said to be in the way.
                for (whole, _) in wholes(schema, dependent).filter(|(whole, _)| *whole != object) {
                    if !is_partition_link(schema, dependent, whole)
                        && graph.connect(object, whole, DependencyKind::Normal)
                    {
                        pending.push(whole);
                    }
                }
            }
        }
        graph
    }

    /// Everything that `object` depends on, and what that depends on.
    #[must_use]
    pub fn of_needs(schema: &Schema, object: ObjectId) -> Self {
        let mut graph = Self { edges: DiGraphMap::new(), roots: vec![object] };
        graph.edges.add_node(object);
        let mut pending = vec![object];
        while let Some(dependent) = pending.pop() {
            for (used, kind) in needs(schema, dependent) {
                if graph.connect(used, dependent, kind) {
                    pending.push(used);
                }
            }
        }
        graph
    }

    /// Adds an edge; of two between the same objects the one that needs no CASCADE holds. Whether an end is new.
    fn connect(&mut self, used: ObjectId, dependent: ObjectId, kind: DependencyKind) -> bool {
        let new = !self.edges.contains_node(dependent) || !self.edges.contains_node(used);
        let known = self.edges.edge_weight(used, dependent).copied();
        self.edges.add_edge(used, dependent, known.map_or(kind, |known| known.max(kind)));
        new
    }

    /// Everything, dependents before what they depend on, as far as no cycle forbids it; newer objects first.
    #[must_use]
    pub fn deletion_order(&self) -> Vec<ObjectId> {
        let mut order = Vec::with_capacity(self.edges.node_count());
        let mut walk = DfsPostOrder::empty(&self.edges);
        for root in &self.roots {
            walk.move_to(*root);
            while let Some(object) = walk.next(&self.edges) {
                order.push(object);
            }
        }
        order
    }

    /// What goes along by no other way than CASCADE, in the order in which the server lists it. What was named itself is
    /// not in the way, and neither are the columns and defaults of a relation that goes anyway.
    #[must_use]
    pub fn blocked(&self) -> Vec<Blocked> {
        let can_be = |object: ObjectId| !self.roots.contains(&object) && !self.goes_by_itself(object);
        if !self.edges.nodes().any(can_be) {
            return Vec::new();
        }
        let roots: BTreeSet<ObjectId> = self.roots.iter().copied().collect();
        let found: FxHashMap<ObjectId, usize> = self.discovery_order();
        let order = self.deletion_order();
        let done: FxHashMap<ObjectId, usize> = order.iter().enumerate().map(|(at, object)| (*object, at)).collect();
        let in_the_way = |object: &ObjectId| {
            let goes_anyway = match object {
                ObjectId::Column(id) | ObjectId::Default(id) => done.contains_key(&ObjectId::Relation(id.relation)),
                _ => false,
            };
            !goes_anyway && !roots.contains(object) && !self.goes_by_itself(*object)
        };
        let blocked = order.iter().rev().copied().filter(in_the_way).filter_map(|dependent| {
            // The innermost of the objects that the walk was within when it came here.
            let around = self.edges.neighbors_directed(dependent, petgraph::Incoming);
            let around = around.filter(|used| found[used] < found[&dependent] && done[used] > done[&dependent]);
            around.max_by_key(|used| found[used]).map(|on| Blocked { dependent, on })
        });
        blocked.collect()
    }

    /// Whether an edge takes the object along without CASCADE: automatic, of a part, of an extension's member.
    fn goes_by_itself(&self, object: ObjectId) -> bool {
        let edges = self.edges.edges_directed(object, petgraph::Incoming);
        edges.into_iter().any(|(_, _, kind)| *kind != DependencyKind::Normal)
    }

    fn discovery_order(&self) -> FxHashMap<ObjectId, usize> {
        let mut order = FxHashMap::default();
        let mut walk = Dfs::empty(&self.edges);
        for root in &self.roots {
            walk.move_to(*root);
            while let Some(object) = walk.next(&self.edges) {
                let at = order.len();
                order.insert(object, at);
            }
        }
        order
    }

    /// The shortest way from the object that was asked about to one that `is_end`, both ends included: each depends on
    /// the next.
    pub fn path_to(&self, is_end: impl Fn(ObjectId) -> bool) -> Option<Vec<ObjectId>> {
        let start = *self.roots.first()?;
        astar(Reversed(&self.edges), start, is_end, |_| 1usize, |_| 0).map(|(_, path)| path)
    }
}

/// What depends on an object directly, parts included. Oldest first: the walks go to the last edge first, as the server
/// goes to the newest object first.
fn dependents(schema: &Schema, object: ObjectId) -> Vec<(ObjectId, DependencyKind)> {
    let mut found: Vec<(ObjectId, DependencyKind)> = Vec::new();
    let mut add = |on: ObjectId| found.extend_from_slice(schema.dependencies.used_by(on));
    add(object);
    match object {
        ObjectId::Relation(relation) => {
            let columns = schema.relation(relation).map_or(0, |found| found.columns.len()) as i16;
            (1..=columns).for_each(|number| add(ObjectId::Column(ColumnId { relation, number })));
        }
        ObjectId::Type(oid) => {
            if let Some(TypeKind::Enum(labels)) = schema.type_of(oid).map(|found| &found.kind) {
                labels.iter().for_each(|label| add(ObjectId::EnumLabel(label.oid)));
            }
        }
        _ => {}
    }
    found.retain(|edge| edge.0 != object);
    found.sort_by_key(|edge| (age(edge.0), edge.1));
    found
}

/// Objects in the order of their creation, a relation's columns last to first after it.
fn age(object: ObjectId) -> (u32, std::cmp::Reverse<i16>, ObjectId) {
    let (oid, number) = object.address();
    (oid.0, std::cmp::Reverse(number), object)
}

/// What an object depends on directly: its edges, and the whole that it is a part of.
fn needs(schema: &Schema, object: ObjectId) -> Vec<(ObjectId, DependencyKind)> {
    let whole = match object {
        ObjectId::Column(id) => Some(ObjectId::Relation(id.relation)),
        ObjectId::Default(id) => Some(ObjectId::Column(id)),
        _ => None,
    };
    let whole = whole.map(|whole| (whole, DependencyKind::Internal));
    schema.dependencies.uses(object).iter().copied().chain(whole).filter(|edge| edge.0 != object).collect()
}

/// What an object is a part or a member of.
fn wholes(schema: &Schema, object: ObjectId) -> impl Iterator<Item = (ObjectId, DependencyKind)> + '_ {
    let uses = schema.dependencies.uses(object).iter().copied();
    uses.filter(|edge| matches!(edge.1, DependencyKind::Internal | DependencyKind::Extension))
}

/// Whether the link is one between a partitioned table's object and a partition's (`DEPENDENCY_PARTITION_PRI`): the part
/// goes with its own partition alone.
fn is_partition_link(schema: &Schema, part: ObjectId, whole: ObjectId) -> bool {
    match (part, whole) {
        (ObjectId::Relation(part), ObjectId::Relation(_)) => {
            schema.relation(part).is_some_and(|relation| relation.partition.is_some())
        }
        (ObjectId::Constraint(_), ObjectId::Constraint(_)) | (ObjectId::Trigger(_), ObjectId::Trigger(_)) => true,
        _ => false,
    }
}

impl Schema {
    /// Whether the object is there: not dropped, and, of a column, not marked as dropped.
    fn holds(&self, object: ObjectId) -> bool {
        match object {
            ObjectId::Namespace(oid) => self.namespace(oid).is_some(),
            ObjectId::Relation(oid) => self.relation(oid).is_some(),
            ObjectId::Column(id) => self.column(id).is_some_and(|column| !column.dropped),
            ObjectId::Default(id) => self.column(id).is_some_and(|column| column.default.is_some()),
            ObjectId::Type(oid) => self.type_of(oid).is_some(),
            ObjectId::EnumLabel(_) => true,
            ObjectId::Function(oid) => self.function(oid).is_some(),
            ObjectId::Operator(oid) => self.operator(oid).is_some(),
            ObjectId::OperatorClass(oid) => self.operator_class(oid).is_some(),
            ObjectId::OperatorFamily(oid) => self.operator_family(oid).is_some(),
            ObjectId::Cast(oid) => self.cast(oid).is_some(),
            ObjectId::Collation(oid) => self.collation(oid).is_some(),
            ObjectId::Extension(oid) => self.extension(oid).is_some(),
            ObjectId::Role(oid) => self.role(oid).is_some(),
            ObjectId::Language(oid) | ObjectId::Other(oid) => self.others.get(oid).is_some(),
            // Parts of a table or a domain go with their last edge.
            ObjectId::Constraint(_) | ObjectId::Trigger(_) | ObjectId::Rule(_) | ObjectId::Policy(_) => {
                !self.dependencies.uses(object).is_empty()
            }
        }
    }

    /// What `object` is a part or a member of and cannot be dropped without: an identity column's sequence is a part of
    /// the column, a function may be a member of an extension.
    pub fn required_by(&self, object: ObjectId) -> impl Iterator<Item = ObjectId> + '_ {
        wholes(self, object).map(|edge| edge.0)
    }

    /// The shortest way by which `dependent` depends on `on`, both included; none where it does not.
    #[must_use]
    pub fn why(&self, dependent: ObjectId, on: ObjectId) -> Option<Vec<ObjectId>> {
        DependencyGraph::of_needs(self, dependent).path_to(|object| object == on)
    }

    /// By which way an object of this schema went that `after` does not have: from it to the object that the statement in
    /// between named, each depending on the next. Only what is gone is on the way. One object where it was named itself.
    #[must_use]
    pub fn why_gone(&self, after: &Self, object: ObjectId) -> Option<Vec<ObjectId>> {
        let gone = |object: ObjectId| self.holds(object) && !after.holds(object);
        if !gone(object) {
            return None;
        }
        let named = |object: ObjectId| !needs(self, object).iter().any(|edge| gone(edge.0));
        let path = DependencyGraph::of_needs(self, object).within(gone).path_to(named)?;
        Some(path)
    }
}

impl DependencyGraph {
    /// The part of the graph whose objects `keep` says yes to.
    fn within(mut self, keep: impl Fn(ObjectId) -> bool) -> Self {
        let out: Vec<ObjectId> = self.edges.nodes().filter(|object| !keep(*object)).collect();
        for object in out {
            self.edges.remove_node(object);
        }
        self
    }
}
