//! Taking one object out of the schema (`doDeletion`).

use std::sync::Arc;

use rollproof_catalog::{ColumnId, ConstraintKind, ObjectId, Oid, TypeKind};

use crate::context::{Context, Outcome};

impl Context {
    /// Takes one object out. What depends on it is gone already, or goes with it.
    pub(crate) fn delete_object(&mut self, object: ObjectId) -> Outcome {
        match object {
            ObjectId::Relation(oid) => self.delete_relation(oid)?,
            ObjectId::Column(id) => self.delete_column(id)?,
            ObjectId::Default(id) => self.delete_default(id)?,
            ObjectId::Type(oid) => {
                self.schema.remove_type(oid);
            }
            ObjectId::Function(oid) => {
                self.schema.remove_function(oid);
            }
            ObjectId::Constraint(oid) => self.delete_constraint(oid)?,
            ObjectId::Trigger(oid) => {
                self.change_owner_of(object, |relation| relation.triggers.retain(|each| each.oid != oid))?;
            }
            ObjectId::Rule(oid) => {
                self.change_owner_of(object, |relation| relation.rules.retain(|each| each.oid != oid))?;
            }
            ObjectId::Policy(oid) => {
                self.change_owner_of(object, |relation| relation.policies.retain(|each| each.oid != oid))?;
            }
            ObjectId::Namespace(oid) => {
                self.schema.remove_namespace(oid);
                self.forget_default_acls(|each| each != oid);
            }
            ObjectId::Extension(oid) => {
                self.schema.remove_extension(oid);
            }
            ObjectId::Operator(oid) => {
                self.schema.remove_operator(oid);
            }
            ObjectId::OperatorClass(oid) => {
                self.forget_members(oid);
                self.schema.remove_operator_class(oid);
            }
            ObjectId::OperatorFamily(oid) => {
                self.schema.remove_operator_family(oid);
            }
            ObjectId::Cast(oid) => {
                self.schema.remove_cast(oid);
            }
            ObjectId::Collation(oid) => {
                self.schema.remove_collation(oid);
            }
            ObjectId::Role(oid) => {
                self.forget_memberships(oid);
                self.schema.remove_role(oid);
            }
            ObjectId::Language(oid) | ObjectId::Other(oid) => {
                self.schema.others.remove(oid);
            }
            ObjectId::EnumLabel(_) => {}
        }
        self.schema.dependencies.remove(object);
        self.schema.owners.remove_mut(&object);
        Ok(())
    }

    fn forget_default_acls(&mut self, keep: impl Fn(Oid) -> bool) {
        let kept = self.schema.default_acls.iter().filter(|each| keep(each.namespace)).cloned().collect();
        self.schema.default_acls = Arc::new(kept);
    }

    fn change_owner_of(&mut self, object: ObjectId, change: impl FnOnce(&mut rollproof_catalog::Relation)) -> Outcome {
        match self.schema.whole_of(object) {
            Some(ObjectId::Relation(oid)) if self.schema.relations.get(oid).is_some() => self.change(oid, change),
            _ => Ok(()),
        }
    }

    fn delete_relation(&mut self, oid: Oid) -> Outcome {
        let Some(relation) = self.schema.remove_relation(oid) else { return Ok(()) };
        for column in &relation.columns {
            let id = ColumnId { relation: oid, number: column.number };
            self.schema.dependencies.remove(ObjectId::Default(id));
            self.schema.dependencies.remove(ObjectId::Column(id));
        }
        if let Some(index) = &relation.index
            && self.schema.relations.get(index.table).is_some()
        {
            self.change(index.table, |table| table.indexes.retain(|known| *known != oid))?;
        }
        Ok(())
    }

    /// `RemoveAttributeById`: the number stays taken.
    fn delete_column(&mut self, id: ColumnId) -> Outcome {
        if self.schema.relations.get(id.relation).is_none() {
            return Ok(());
        }
        self.schema.dependencies.remove(ObjectId::Default(id));
        self.change_column(id, |column| {
            column.dropped = true;
            column.name = Arc::from(format!("........pg.dropped.{}........", column.number));
            column.not_null = false;
            column.default = None;
            column.identity = None;
            column.generated = None;
            column.acl = None;
        })
    }

    fn delete_default(&mut self, id: ColumnId) -> Outcome {
        if self.schema.column(id).is_some_and(|column| !column.dropped)
            && self.schema.relations.get(id.relation).is_some()
        {
            self.change_column(id, |column| column.default = None)?;
        }
        Ok(())
    }

    fn delete_constraint(&mut self, oid: Oid) -> Outcome {
        match self.schema.whole_of(ObjectId::Constraint(oid)) {
            Some(ObjectId::Relation(table)) if self.schema.relations.get(table).is_some() => {
                let found = self.relation(table)?.constraints.iter().find(|known| known.oid == oid).cloned();
                self.change(table, |relation| relation.constraints.retain(|known| known.oid != oid))?;
                // The mark on the column goes with its constraint (PostgreSQL 18).
                if let Some(constraint) = found.filter(|known| matches!(known.kind, ConstraintKind::NotNull))
                    && let [number] = constraint.columns[..]
                {
                    self.change_column(ColumnId { relation: table, number }, |column| column.not_null = false)?;
                }
                Ok(())
            }
            Some(ObjectId::Type(domain)) if self.schema.types.get(domain).is_some() => {
                self.change_domain(domain, |not_null, _, checks| {
                    let of_null =
                        |check: &&Arc<rollproof_catalog::Constraint>| matches!(check.kind, ConstraintKind::NotNull);
                    if checks.iter().filter(of_null).any(|check| check.oid == oid) {
                        *not_null = false;
                    }
                    checks.retain(|check| check.oid != oid);
                })
            }
            _ => Ok(()),
        }
    }

    /// Whether a type is the row type of a relation that is not a composite type.
    pub(crate) fn row_type_owner(&self, oid: Oid) -> Option<Oid> {
        match self.schema.type_of(oid)?.kind {
            TypeKind::Composite(relation) => Some(relation),
            _ => None,
        }
    }
}
