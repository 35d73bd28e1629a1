//! What goes with an object that is dropped (`findDependentObjects`, `reportDependentObjects`).

use std::collections::BTreeMap;

use rollproof_catalog::{DependencyKind, ObjectId, RelationKind};
use rollproof_source::TextRange;

use crate::context::{Context, Outcome, refuse, refuse_with};

/// How an object came to be dropped.
#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    /// It was named.
    original: bool,
    /// Through a dependency that needs no CASCADE: automatic, internal, of an extension, of a partition.
    free: bool,
    /// What was dropped before it, for the message.
    through: Option<ObjectId>,
}

impl Context {
    /// Drops these objects and what depends on them; without `cascade`, only what goes by itself (2BP01).
    pub(crate) fn drop_objects(&mut self, objects: &[ObjectId], cascade: bool, span: TextRange) -> Outcome {
        let reached = self.closure(objects, span)?;
        if !cascade {
            self.restrict(objects, &reached, span)?;
        }
        // Dependents first, so that nothing is looked for in what is gone.
        let mut order: Vec<ObjectId> = reached.keys().copied().collect();
        order.sort_by_key(|object| std::cmp::Reverse(rank(*object)));
        for object in order {
            self.delete_object(object)?;
        }
        Ok(())
    }

    fn closure(&self, objects: &[ObjectId], span: TextRange) -> Outcome<BTreeMap<ObjectId, Reached>> {
        let mut reached: BTreeMap<ObjectId, Reached> = BTreeMap::new();
        let mut pending: Vec<ObjectId> = Vec::new();
        for object in objects {
            self.not_part_of_another(*object, objects, span)?;
            reached.insert(*object, Reached { original: true, ..Reached::default() });
            pending.push(*object);
        }
        while let Some(object) = pending.pop() {
            for (dependent, free) in self.dependents_of(object) {
                let known = reached.get(&dependent).copied();
                let mut now = known.unwrap_or(Reached { through: Some(object), ..Reached::default() });
                let changed = known.is_none() || (free && !now.free);
                now.free |= free;
                reached.insert(dependent, now);
                if known.is_none() {
                    pending.push(dependent);
                    // What is a part of something else takes that with it.
                    for owner in self.owners_of(dependent, &reached) {
                        reached.insert(owner, Reached { through: Some(dependent), ..Reached::default() });
                        pending.push(owner);
                    }
                }
                let _ = changed;
            }
        }
        Ok(reached)
    }

    /// What depends on an object directly, and whether it goes without CASCADE. A relation's columns are parts of it.
    fn dependents_of(&self, object: ObjectId) -> Vec<(ObjectId, bool)> {
        let mut found: Vec<(ObjectId, bool)> = Vec::new();
        let mut add = |on: ObjectId| {
            for (dependent, kind) in self.schema.dependencies.used_by(on) {
                found.push((*dependent, *kind != DependencyKind::Normal));
            }
        };
        add(object);
        if let ObjectId::Relation(oid) = object {
            let columns = self.schema.relation(oid).map_or(0, |relation| relation.columns.len()) as i16;
            for number in 1..=columns {
                add(ObjectId::Column(rollproof_catalog::ColumnId { relation: oid, number }));
            }
        }
        if let ObjectId::Type(oid) = object {
            // Labels are parts of their enum.
            if let Some(rollproof_catalog::TypeKind::Enum(labels)) = self.schema.type_of(oid).map(|found| &found.kind) {
                for label in labels {
                    add(ObjectId::EnumLabel(label.oid));
                }
            }
        }
        found
    }

    /// What an object is a part of, as far as that is not being dropped already. A part of a partitioned table's index
    /// or constraint goes with its own partition alone.
    fn owners_of(&self, object: ObjectId, reached: &BTreeMap<ObjectId, Reached>) -> Vec<ObjectId> {
        self.owners(object)
            .into_iter()
            .filter(|owner| !reached.contains_key(owner) && !self.is_partition_link(object, *owner))
            .filter(|owner| !column_of_reached(*owner, reached))
            .collect()
    }

    fn owners(&self, object: ObjectId) -> Vec<ObjectId> {
        let uses = self.schema.dependencies.uses(object).iter();
        uses.filter(|edge| matches!(edge.1, DependencyKind::Internal | DependencyKind::Extension))
            .map(|edge| edge.0)
            .collect()
    }

    /// Whether the link is one between a partitioned table's object and a partition's (`DEPENDENCY_PARTITION_PRI`).
    fn is_partition_link(&self, object: ObjectId, owner: ObjectId) -> bool {
        match (object, owner) {
            (ObjectId::Relation(part), ObjectId::Relation(_)) => {
                self.schema.relation(part).is_some_and(|relation| relation.partition.is_some())
            }
            (ObjectId::Constraint(_), ObjectId::Constraint(_)) | (ObjectId::Trigger(_), ObjectId::Trigger(_)) => true,
            _ => false,
        }
    }

    /// Parts of other objects cannot be dropped alone (2BP01).
    fn not_part_of_another(&self, object: ObjectId, objects: &[ObjectId], span: TextRange) -> Outcome {
        for owner in self.owners(object) {
            if objects.contains(&owner) {
                continue;
            }
            let message = format!("cannot drop {} because {} requires it", self.describe(object), self.describe(owner));
            return Err(refuse("2BP01", message, span));
        }
        Ok(())
    }

    fn restrict(&self, objects: &[ObjectId], reached: &BTreeMap<ObjectId, Reached>, span: TextRange) -> Outcome {
        // A column or default of a relation that goes anyway is no reason.
        let goes_anyway = |object: &ObjectId| match object {
            ObjectId::Column(id) | ObjectId::Default(id) => reached.contains_key(&ObjectId::Relation(id.relation)),
            _ => false,
        };
        let mut blocking = reached.iter().filter(|(object, how)| !how.original && !how.free && !goes_anyway(object));
        let Some((object, how)) = blocking.next() else { return Ok(()) };
        let mut details = vec![self.dependence(*object, how.through)];
        details.extend(blocking.map(|(object, how)| self.dependence(*object, how.through)));
        let message = match objects {
            [only] => format!("cannot drop {} because other objects depend on it", self.describe(*only)),
            _ => "cannot drop desired object(s) because other objects depend on them".to_owned(),
        };
        Err(refuse_with("2BP01", message, details.join("\n"), span))
    }

    fn dependence(&self, object: ObjectId, through: Option<ObjectId>) -> String {
        match through {
            Some(through) => format!("{} depends on {}", self.describe(object), self.describe(through)),
            None => self.describe(object),
        }
    }

    /// What goes with an object, the object included: which statement would take what along.
    pub(crate) fn is_sequence(&self, object: ObjectId) -> bool {
        matches!(object, ObjectId::Relation(oid)
            if self.schema.relation(oid).is_some_and(|each| each.kind == RelationKind::Sequence))
    }
}

/// Whether the object is a column of a relation that goes anyway.
fn column_of_reached(object: ObjectId, reached: &BTreeMap<ObjectId, Reached>) -> bool {
    match object {
        ObjectId::Column(id) => reached.contains_key(&ObjectId::Relation(id.relation)),
        _ => false,
    }
}

/// The order in which kinds are deleted, last first: parts before what they are parts of.
fn rank(object: ObjectId) -> u8 {
    match object {
        ObjectId::Extension(_) => 0,
        ObjectId::Namespace(_) => 1,
        ObjectId::Role(_) | ObjectId::Language(_) | ObjectId::Other(_) => 2,
        ObjectId::Type(_) => 3,
        ObjectId::Function(_) => 4,
        ObjectId::Relation(_) => 5,
        ObjectId::Column(_) => 6,
        ObjectId::Cast(_)
        | ObjectId::Operator(_)
        | ObjectId::OperatorClass(_)
        | ObjectId::OperatorFamily(_)
        | ObjectId::Collation(_)
        | ObjectId::EnumLabel(_) => 7,
        ObjectId::Default(_) => 8,
        ObjectId::Constraint(_) => 9,
        ObjectId::Trigger(_) | ObjectId::Rule(_) | ObjectId::Policy(_) => 10,
    }
}
