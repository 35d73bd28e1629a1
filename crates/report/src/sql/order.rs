//! What is made in which order: by creation, and what is used before what uses it.

use std::collections::BTreeSet;

use rollproof_catalog::{ConstraintKind, ObjectId, Oid, Relation, RelationKind, TypeKind};

use super::Printer;

impl Printer<'_> {
    /// Types, tables, views, sequences, routines, operators, casts and collations.
    pub(crate) fn objects_in_order(&mut self) {
        let mut done = BTreeSet::new();
        for root in self.roots() {
            // Depth first without recursion: an object is printed when all that it needs has been.
            let mut open = vec![(root, false)];
            while let Some((object, entered)) = open.pop() {
                if entered {
                    self.object(object);
                } else if done.insert(object) {
                    open.push((object, true));
                    let mut needs = self.needs(object);
                    needs.retain(|need| !done.contains(need));
                    open.extend(needs.into_iter().rev().map(|need| (need, false)));
                }
            }
        }
    }

    /// Everything that is printed on its own, by creation.
    fn roots(&self) -> Vec<ObjectId> {
        let schema = self.schema;
        let mut roots: Vec<(Oid, ObjectId)> = Vec::new();
        let relations = schema.relations.iter().filter(|relation| is_root(relation));
        roots.extend(relations.filter_map(|of| self.root(of.oid, of.namespace, ObjectId::Relation(of.oid))));
        let types = schema.types.iter().filter(|of| !of.is_array && is_own_type(&of.kind));
        roots.extend(types.filter_map(|of| self.root(of.oid, of.namespace, ObjectId::Type(of.oid))));
        let functions = self.own_functions().into_iter();
        roots.extend(functions.filter_map(|of| self.root(of.oid, of.namespace, ObjectId::Function(of.oid))));
        let operators = schema.operators.iter();
        roots.extend(operators.filter_map(|of| self.root(of.oid, of.namespace, ObjectId::Operator(of.oid))));
        let collations = schema.collations.iter().filter(|of| of.definition.is_some());
        roots.extend(collations.filter_map(|of| self.root(of.oid, of.namespace, ObjectId::Collation(of.oid))));
        roots.extend(
            schema
                .casts
                .iter()
                .filter(|of| !self.is_internal(ObjectId::Cast(of.oid)))
                .filter_map(|of| self.root(of.oid, Oid::NONE, ObjectId::Cast(of.oid))),
        );
        roots.sort_unstable();
        roots.into_iter().map(|root| root.1).collect()
    }

    fn root(&self, oid: Oid, namespace: Oid, object: ObjectId) -> Option<(Oid, ObjectId)> {
        self.is_own(oid, namespace, object).then_some((oid, object))
    }

    /// The printed object that an object is a part of; none for what is not printed here.
    fn root_of(&self, object: ObjectId) -> Option<ObjectId> {
        let schema = self.schema;
        match object {
            ObjectId::Column(id) | ObjectId::Default(id) => self.root_of(ObjectId::Relation(id.relation)),
            ObjectId::Relation(oid) => {
                let relation = schema.relation(oid)?;
                match relation.kind {
                    RelationKind::Composite => Some(ObjectId::Type(relation.row_type)),
                    RelationKind::Index | RelationKind::PartitionedIndex => {
                        self.root_of(ObjectId::Relation(relation.index.as_ref()?.table))
                    }
                    _ => self.root(oid, relation.namespace, object).map(|root| root.1),
                }
            }
            ObjectId::Type(oid) => {
                let of = schema.type_of(oid)?;
                match of.kind {
                    _ if of.is_array => self.root_of(ObjectId::Type(of.element)),
                    TypeKind::Multirange(range) => self.root_of(ObjectId::Type(range)),
                    TypeKind::Composite(relation) => match schema.relation(relation)?.kind {
                        RelationKind::Composite => self.root(oid, of.namespace, object).map(|root| root.1),
                        _ => self.root_of(ObjectId::Relation(relation)),
                    },
                    _ => self.root(oid, of.namespace, object).map(|root| root.1),
                }
            }
            ObjectId::Function(oid) => self.root(oid, schema.function(oid)?.namespace, object).map(|root| root.1),
            ObjectId::Operator(oid) => self.root(oid, schema.operator(oid)?.namespace, object).map(|root| root.1),
            ObjectId::Collation(oid) => self.root(oid, schema.collation(oid)?.namespace, object).map(|root| root.1),
            ObjectId::Constraint(_) => {
                let owners = schema.dependencies.uses(object).iter();
                owners.filter_map(|edge| matches!(edge.0, ObjectId::Relation(_)).then_some(edge.0)).next()
            }
            _ => None,
        }
    }

    /// What has to be there before an object can be made.
    fn needs(&self, object: ObjectId) -> Vec<ObjectId> {
        let mut parts = vec![object];
        match object {
            ObjectId::Relation(oid) => {
                if let Some(relation) = self.schema.relation(oid) {
                    self.parts_of(relation, &mut parts);
                }
            }
            ObjectId::Type(oid) => match self.schema.type_of(oid).map(|of| &of.kind) {
                Some(TypeKind::Composite(relation)) => {
                    if let Some(relation) = self.schema.relation(*relation) {
                        self.parts_of(relation, &mut parts);
                    }
                }
                Some(TypeKind::Domain { checks, .. }) => {
                    parts.extend(checks.iter().map(|check| ObjectId::Constraint(check.oid)));
                }
                _ => {}
            },
            _ => {}
        }
        let used = parts.iter().flat_map(|part| self.schema.dependencies.uses(*part)).map(|edge| edge.0);
        let mut needs: Vec<ObjectId> = used.filter_map(|used| self.root_of(used)).collect();
        needs.sort_unstable();
        needs.dedup();
        needs.retain(|need| *need != object);
        needs
    }

    /// The parts of a relation that are printed with it.
    fn parts_of(&self, relation: &Relation, parts: &mut Vec<ObjectId>) {
        let id = |number| rollproof_catalog::ColumnId { relation: relation.oid, number };
        if relation.kind == RelationKind::Composite {
            parts.push(ObjectId::Relation(relation.oid));
        }
        for column in relation.live_columns() {
            parts.push(ObjectId::Column(id(column.number)));
            if column.generated.is_some() {
                parts.push(ObjectId::Default(id(column.number)));
            }
        }
        let foreign = |kind: &ConstraintKind| matches!(kind, ConstraintKind::ForeignKey(_));
        for constraint in relation.constraints.iter().filter(|constraint| !foreign(&constraint.kind)) {
            parts.push(ObjectId::Constraint(constraint.oid));
        }
    }

    fn object(&mut self, object: ObjectId) {
        let schema = self.schema;
        match object {
            ObjectId::Relation(oid) => {
                if let Some(relation) = schema.relation(oid) {
                    self.relation(relation);
                }
            }
            ObjectId::Type(oid) => {
                if let Some(of) = schema.type_of(oid) {
                    self.create_type(of);
                }
            }
            ObjectId::Function(oid) => {
                if let Some(function) = schema.function(oid) {
                    self.create_routine(function);
                }
            }
            ObjectId::Operator(oid) => {
                if let Some(operator) = schema.operator(oid) {
                    self.create_operator(operator);
                }
            }
            ObjectId::Collation(oid) => {
                if let Some(collation) = schema.collation(oid) {
                    self.create_collation(collation);
                }
            }
            ObjectId::Cast(oid) => {
                if let Some(cast) = schema.cast(oid) {
                    self.create_cast(cast);
                }
            }
            _ => {}
        }
    }
}

/// Identity columns bring their sequences, tables their indexes, types their composite relations.
fn is_root(relation: &Relation) -> bool {
    match relation.kind {
        RelationKind::Index | RelationKind::PartitionedIndex | RelationKind::Composite | RelationKind::Toast => false,
        RelationKind::Sequence => !relation.sequence.as_ref().is_some_and(|sequence| sequence.internal),
        _ => true,
    }
}

/// Rows of tables and multiranges come with something else.
fn is_own_type(kind: &TypeKind) -> bool {
    !matches!(kind, TypeKind::Multirange(_))
}
