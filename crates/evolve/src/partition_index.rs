//! Indexes of partitioned tables and their parts on partitions (`indexcmds.c`, `ATExecAttachPartitionIdx`).

use std::sync::Arc;

use rollproof_catalog::{ConstraintKind, DependencyKind, ObjectId, Oid, Partition, Relation, RelationKind};
use rollproof_source::TextRange;

use crate::context::{Context, Outcome, refuse};
use crate::index::IndexRequest;

impl Context {
    /// A partition that has a primary key of its own cannot get its parent's (42P16).
    pub(crate) fn one_primary_key(&self, child: Oid, request: &IndexRequest) -> Outcome {
        let table = self.relation(child)?;
        let has_one = table.constraints.iter().any(|known| matches!(known.kind, ConstraintKind::PrimaryKey));
        if request.role != crate::index::Role::Primary || !has_one {
            return Ok(());
        }
        let message = format!("multiple primary keys for table \"{}\" are not allowed", table.name);
        Err(refuse("42P16", message, self.span))
    }

    /// An index of the partition that already does what the parent's index asks (`CompareIndexInfo`).
    pub(crate) fn matching_index(&mut self, child: Oid, parent_index: Oid) -> Outcome<Option<Oid>> {
        let Some(wanted) = self.cloned_index(parent_index, child, parent_index)? else { return Ok(None) };
        let own = self.relation(child)?.indexes;
        let fits = |oid: &&Oid| {
            self.schema.relation(**oid).is_some_and(|each| each.partition.is_none() && self.same_index(each, &wanted))
        };
        Ok(own.iter().find(fits).copied())
    }

    fn same_index(&self, relation: &Relation, wanted: &IndexRequest) -> bool {
        let Some(index) = &relation.index else { return false };
        let text = |stored: &rollproof_catalog::StoredExpr| stored.text.range.slice(&stored.text.text).to_owned();
        let keys_match = index.keys.len() == wanted.keys.len()
            && index.keys.iter().zip(&wanted.keys).all(|(own, other)| {
                own.column == other.key.column
                    && own.operator_class == other.key.operator_class
                    && own.collation == other.key.collation
                    && own.expression.as_ref().map(text) == other.key.expression.as_ref().map(text)
            });
        let needs_constraint = wanted.role != crate::index::Role::Plain;
        keys_match
            && index.unique == wanted.unique
            && index.method == wanted.method
            && index.include.len() == wanted.include.len()
            && index.predicate.as_ref().map(text) == wanted.predicate.as_ref().map(|bound| text(&bound.stored))
            && (!needs_constraint || index.constraint.is_some())
    }

    /// Makes an index of a partition a part of the partitioned table's (`IndexSetParentIndex`).
    pub(crate) fn attach_index(&mut self, index: Oid, parent: Oid) -> Outcome {
        self.change(index, |relation| relation.partition = Some(Partition { parent, bound: None, source: None }))?;
        self.depend(ObjectId::Relation(index), ObjectId::Relation(parent), DependencyKind::Internal);
        let (own, above) = (self.constraint_of_index(index), self.constraint_of_index(parent));
        let table = self.schema.relation(index).and_then(|each| each.index.as_ref()).map(|index| index.table);
        if let (true, true, Some(table)) = (own.is_some(), above.is_some(), table) {
            self.change_constraint(table, own, |constraint| {
                constraint.parent = above;
                constraint.is_local = false;
                constraint.inherit_count = 1;
            })?;
            self.depend(ObjectId::Constraint(own), ObjectId::Constraint(above), DependencyKind::Internal);
        }
        self.validate_partitioned_index(parent)
    }

    /// `validatePartitionedIndex`: a partitioned index is valid once every partition has its part.
    fn validate_partitioned_index(&mut self, index: Oid) -> Outcome {
        let relation = self.relation(index)?;
        let Some(own) = &relation.index else { return Ok(()) };
        if !own.valid && self.children_of(own.table).len() == self.children_of(index).len() {
            self.change(index, |relation| {
                if let Some(index) = &mut relation.index {
                    Arc::make_mut(index).valid = true;
                }
            })?;
        }
        Ok(())
    }

    /// The part of a new partitioned index on a partition: one that is there already, else a new one.
    pub(crate) fn index_on_partition(&mut self, _request: &IndexRequest, parent_index: Oid, child: Oid) -> Outcome {
        if self.relation(child)?.kind == RelationKind::ForeignTable {
            return Ok(());
        }
        match self.matching_index(child, parent_index)? {
            Some(own) => self.attach_index(own, parent_index),
            None => match self.cloned_index(parent_index, child, parent_index)? {
                Some(request) => {
                    self.one_primary_key(child, &request)?;
                    self.define_index(request).map(|_| ())
                }
                None => Ok(()),
            },
        }
    }

    /// Whether an index of a partition can be a part of the partitioned table's (`ATExecAttachPartitionIdx`).
    pub(crate) fn attachable(&mut self, part: &Relation, parent: &Relation, span: TextRange) -> Outcome {
        let (Some(own), Some(above)) = (&part.index, &parent.index) else { return Ok(()) };
        let refused = |code| {
            let message = format!("cannot attach index \"{}\" as a partition of index \"{}\"", part.name, parent.name);
            Err(refuse(code, message, span))
        };
        let of_parent = |index: &Oid| {
            let index = self.schema.relation(*index).and_then(|index| index.partition.as_ref());
            index.is_some_and(|partition| partition.parent == parent.oid)
        };
        let taken = self.relation(own.table)?.indexes.iter().any(of_parent);
        if taken || part.partition.is_some() || !self.children_of(above.table).contains(&own.table) {
            return refused("55000");
        }
        let Some(wanted) = self.cloned_index(parent.oid, own.table, parent.oid)? else { return Ok(()) };
        if self.same_index(part, &wanted) { Ok(()) } else { refused("42P17") }
    }

    pub(crate) fn detach_index(&mut self, index: Oid) -> Outcome {
        let Some(part) = self.relation(index)?.partition else { return Ok(()) };
        self.change(index, |relation| relation.partition = None)?;
        self.unlink(ObjectId::Relation(index), ObjectId::Relation(part.parent));
        // A plain index goes with its table from now on, as one that was made alone does.
        let index_data = self.relation(index)?.index;
        if let Some(data) = index_data.filter(|data| data.constraint.is_none()) {
            for number in data.keys.iter().map(|key| key.column).filter(|number| *number > 0) {
                let id = rollproof_catalog::ColumnId { relation: data.table, number };
                self.depend(ObjectId::Relation(index), ObjectId::Column(id), DependencyKind::Automatic);
            }
        }
        Ok(())
    }
}
