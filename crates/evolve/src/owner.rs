//! `ALTER … OWNER TO`, `REASSIGN OWNED`, `DROP OWNED`.

use std::sync::Arc;

use rollproof_catalog::{ColumnId, ObjectId, Oid, Relation, TypeKind};
use rollproof_sql::ast::{Name, ObjectKind, ObjectName};

use crate::context::{Context, Outcome, refuse};
use crate::drop::{object_span, routine_kind};
use crate::find::shown;
use crate::namespace::other_word;

impl Context {
    /// `ALTER … OWNER TO`
    pub(crate) fn set_owner(&mut self, kind: ObjectKind, object: &ObjectName, to: &Name) -> Outcome {
        let owner = self.role(to)?;
        match (kind, object) {
            (_, ObjectName::Signature(signature)) => {
                let oid = self.routine(signature, routine_kind(kind))?;
                let Some(mut function) = self.schema.function(oid).cloned() else { return Ok(()) };
                self.own_function(&function, signature.name.span)?;
                function.owner = owner;
                self.schema.put_function(function);
                Ok(())
            }
            (_, ObjectName::Type(name)) => {
                let oid = self.type_ref(name)?.oid;
                let Some(mut found) = self.schema.type_of(oid).cloned() else { return Ok(()) };
                if oid >= Oid::FIRST_USER {
                    found.owner = owner;
                    self.schema.put_type(found);
                }
                Ok(())
            }
            (ObjectKind::Type | ObjectKind::Domain, ObjectName::Name(name)) => {
                self.set_owner(kind, &ObjectName::Type(crate::types::as_type_name(name)), to)
            }
            (ObjectKind::Schema, ObjectName::Name(name)) => {
                let oid = self.namespace(name.object())?;
                let Some(mut namespace) = self.schema.namespace(oid).cloned() else { return Ok(()) };
                namespace.owner = owner;
                self.schema.put_namespace(namespace);
                Ok(())
            }
            (
                ObjectKind::Table
                | ObjectKind::View
                | ObjectKind::MaterializedView
                | ObjectKind::Sequence
                | ObjectKind::Index
                | ObjectKind::ForeignTable,
                ObjectName::Name(name),
            ) => {
                let relation = self.relation_named(name)?;
                self.own_relation(relation.oid, owner)
            }
            (
                ObjectKind::Database
                | ObjectKind::Tablespace
                | ObjectKind::Collation
                | ObjectKind::Statistics
                | ObjectKind::Publication
                | ObjectKind::Subscription,
                _,
            ) => Ok(()),
            (kind, ObjectName::Name(name)) if self.find_other(kind, &name.object().text).is_none() => {
                let message = format!("{} \"{}\" does not exist", other_word(kind), shown(name));
                Err(refuse("42704", message, object_span(object)))
            }
            _ => Ok(()),
        }
    }

    /// A new owner for a relation, its indexes and its sequences (`ATExecChangeOwner`).
    pub(crate) fn own_relation(&mut self, oid: Oid, owner: Oid) -> Outcome {
        let relation = self.relation(oid)?;
        let mut follow = relation.indexes.clone();
        for column in relation.live_columns() {
            follow.extend(self.sequences_of(ColumnId { relation: oid, number: column.number }));
        }
        for each in std::iter::once(oid).chain(follow) {
            self.change(each, |relation| {
                if let Some(acl) = &mut relation.acl {
                    for entry in Arc::make_mut(acl).entries.iter_mut().filter(|entry| entry.grantee == relation.owner) {
                        entry.grantee = owner;
                    }
                }
                relation.owner = owner;
            })?;
        }
        for type_oid in [relation.row_type] {
            if let Some(mut row) = self.schema.type_of(type_oid).cloned().filter(|_| type_oid.is_some()) {
                row.owner = owner;
                self.schema.put_type(row);
            }
        }
        Ok(())
    }

    /// Whether an object has an owner by this identity, for DROP ROLE and DROP OWNED.
    pub(crate) fn owned_by(&self, role: Oid) -> Vec<ObjectId> {
        let relations = self.schema.relations.iter().filter(|each| each.owner == role && each.index.is_none());
        let functions = self.schema.functions.iter().filter(|each| each.owner == role);
        let types = self.schema.types.iter().filter(|each| {
            each.owner == role
                && !each.is_array
                && !matches!(each.kind, TypeKind::Composite(_) | TypeKind::Multirange(_))
        });
        let namespaces = self.schema.namespaces.iter().filter(|each| each.owner == role);
        let mut found: Vec<ObjectId> = relations.map(|each| ObjectId::Relation(each.oid)).collect();
        found.extend(functions.map(|each| ObjectId::Function(each.oid)));
        found.extend(types.map(|each| ObjectId::Type(each.oid)));
        found.extend(namespaces.map(|each| ObjectId::Namespace(each.oid)));
        found.retain(|object| !(self.is_sequence(*object) && self.is_owned_sequence(*object)));
        found
    }

    /// Whether some object's privileges, a policy or a default names the role.
    pub(crate) fn is_granted_to(&self, role: Oid) -> bool {
        let in_acl = |acl: &Option<Arc<rollproof_catalog::Acl>>| {
            acl.as_ref().is_some_and(|acl| acl.entries.iter().any(|entry| entry.grantee == role))
        };
        self.schema.relations.iter().any(|each| {
            in_acl(&each.acl)
                || each.columns.iter().any(|column| in_acl(&column.acl))
                || each.policies.iter().any(|policy| policy.roles.contains(&role))
        }) || self.schema.functions.iter().any(|each| in_acl(&each.acl))
            || self.schema.namespaces.iter().any(|each| in_acl(&each.acl))
            || self
                .schema
                .default_acls
                .iter()
                .any(|each| each.role == role || each.acl.entries.iter().any(|entry| entry.grantee == role))
    }

    fn is_owned_sequence(&self, object: ObjectId) -> bool {
        let ObjectId::Relation(oid) = object else { return false };
        let sequence = self.schema.relation(oid).and_then(|relation| relation.sequence.as_ref());
        sequence.is_some_and(|sequence| sequence.owned_by.is_some())
    }

    /// `DROP OWNED BY`, `REASSIGN OWNED BY … TO …` (the new owner is the last name).
    pub(crate) fn owned(&mut self, reassign: bool, roles: &[Name]) -> Outcome {
        let (to, from) = match roles {
            [from @ .., to] if reassign => (Some(self.role(to)?), from),
            all => (None, all),
        };
        for name in from {
            let role = self.role(name)?;
            let objects = self.owned_by(role);
            match to {
                Some(owner) => {
                    for object in objects {
                        self.give(object, owner)?;
                    }
                }
                None => {
                    self.drop_objects(&objects, true, name.span)?;
                    self.revoke_everything(role);
                }
            }
        }
        Ok(())
    }

    /// `DROP OWNED` takes away what was granted to the role, too.
    fn revoke_everything(&mut self, role: Oid) {
        let without = |acl: &mut Option<Arc<rollproof_catalog::Acl>>| {
            if let Some(acl) = acl {
                Arc::make_mut(acl).entries.retain(|entry| entry.grantee != role);
            }
        };
        let relations: Vec<Relation> = self.schema.relations.iter().map(|each| (**each).clone()).collect();
        for mut relation in relations {
            without(&mut relation.acl);
            for column in &mut relation.columns {
                if column.acl.is_some() {
                    without(&mut Arc::make_mut(column).acl);
                }
            }
            for policy in &mut relation.policies {
                if policy.roles.contains(&role) {
                    Arc::make_mut(policy).roles.retain(|each| *each != role);
                }
            }
            relation.policies.retain(|policy| !policy.roles.is_empty());
            self.schema.put_relation(relation);
        }
        let functions: Vec<_> = self.schema.functions.iter().filter(|each| each.acl.is_some()).cloned().collect();
        for function in functions {
            let mut function = (*function).clone();
            without(&mut function.acl);
            self.schema.put_function(function);
        }
        let namespaces: Vec<_> = self.schema.namespaces.iter().filter(|each| each.acl.is_some()).cloned().collect();
        for namespace in namespaces {
            let mut namespace = (*namespace).clone();
            without(&mut namespace.acl);
            self.schema.put_namespace(namespace);
        }
        let mut defaults = (*self.schema.default_acls).clone();
        defaults.retain(|each| each.role != role);
        for each in &mut defaults {
            each.acl.entries.retain(|entry| entry.grantee != role);
        }
        self.schema.default_acls = Arc::new(defaults);
    }

    fn give(&mut self, object: ObjectId, owner: Oid) -> Outcome {
        match object {
            ObjectId::Relation(oid) => self.own_relation(oid, owner)?,
            ObjectId::Function(oid) => {
                if let Some(mut function) = self.schema.function(oid).cloned() {
                    function.owner = owner;
                    self.schema.put_function(function);
                }
            }
            ObjectId::Type(oid) => {
                if let Some(mut found) = self.schema.type_of(oid).cloned() {
                    found.owner = owner;
                    self.schema.put_type(found);
                }
            }
            ObjectId::Namespace(oid) => {
                if let Some(mut namespace) = self.schema.namespace(oid).cloned() {
                    namespace.owner = owner;
                    self.schema.put_namespace(namespace);
                }
            }
            _ => {}
        }
        Ok(())
    }
}
