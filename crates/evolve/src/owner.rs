//! `ALTER … OWNER TO`, `REASSIGN OWNED`, `DROP OWNED`.

use std::sync::Arc;

use rollproof_catalog::{Acl, AclEntry, ColumnId, ObjectId, Oid, Relation, Type, TypeKind};
use rollproof_sql::ast::{Name, ObjectKind, ObjectName, TypeName};

use crate::context::{Context, Outcome, refuse};
use crate::drop::routine_kind;

impl Context {
    /// `ALTER … OWNER TO`
    pub(crate) fn set_owner(&mut self, kind: ObjectKind, object: &ObjectName, to: &Name) -> Outcome {
        let owner = self.role(to)?;
        match (kind, object) {
            (_, ObjectName::Signature(signature)) => {
                let oid = self.routine(signature, routine_kind(kind))?;
                let Some(mut function) = self.schema.function(oid).cloned() else { return Ok(()) };
                self.own_function(&function, signature.name.span)?;
                self.may_give(function.owner, owner, &format!("function {}", function.name), signature.name.span)?;
                give_acl(&mut function.acl, function.owner, owner);
                function.owner = owner;
                self.schema.put_function(function);
                Ok(())
            }
            (_, ObjectName::Type(name)) => {
                let oid = self.type_ref(name)?.oid;
                let Some(mut found) = self.schema.type_of(oid).cloned() else { return Ok(()) };
                self.type_of_its_own(kind, &found, name)?;
                if oid >= Oid::FIRST_USER {
                    self.may_give(found.owner, owner, &format!("type {}", found.name), name.span)?;
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
                self.may_give(namespace.owner, owner, &format!("schema {}", namespace.name), name.span)?;
                if namespace.owner != owner {
                    self.may_make_schemas(name.span)?;
                }
                give_acl(&mut namespace.acl, namespace.owner, owner);
                namespace.owner = owner;
                self.schema.put_namespace(namespace);
                Ok(())
            }
            (kind, ObjectName::Name(name)) if kind.is_relation() => {
                let relation = self.relation_named(name)?;
                let what = format!("{} {}", crate::find::kind_word(relation.kind), relation.name);
                self.may_give(relation.owner, owner, &what, name.span)?;
                self.own_relation(relation.oid, owner)
            }
            (ObjectKind::Database, _) => {
                Arc::make_mut(&mut self.schema.database_creators).insert(owner);
                Ok(())
            }
            (ObjectKind::Tablespace, _) => Ok(()),
            _ => self.give_unowned(kind, object, owner),
        }
    }

    /// A domain where one is meant, and not the type of a table's rows (42809).
    pub(crate) fn type_of_its_own(&self, kind: ObjectKind, found: &Type, name: &TypeName) -> Outcome {
        let shown = crate::find::shown(&name.name);
        if kind == ObjectKind::Domain && !matches!(found.kind, TypeKind::Domain { .. }) {
            return Err(refuse("42809", format!("\"{shown}\" is not a domain"), name.span));
        }
        let of_table = match found.kind {
            TypeKind::Composite(relation) => self
                .schema
                .relation(relation)
                .is_some_and(|each| each.kind != rollproof_catalog::RelationKind::Composite),
            _ => false,
        };
        if of_table {
            return Err(refuse("42809", format!("{shown} is a table's row type"), name.span));
        }
        Ok(())
    }

    /// `OWNER TO` of what keeps no owner itself.
    fn give_unowned(&mut self, kind: ObjectKind, object: &ObjectName, owner: Oid) -> Outcome {
        match (kind, object) {
            (ObjectKind::Operator, ObjectName::Operator(name, left, right)) => {
                let oid = self.operator_to_drop(name, left.as_ref(), right.as_ref())?;
                self.give_other(ObjectId::Operator(oid), owner, name.span)
            }
            (kind, ObjectName::UsingMethod(name, method)) => {
                let object = self.class_or_family(kind, name, method)?;
                self.give_other(object, owner, name.span)
            }
            (ObjectKind::Collation, ObjectName::Name(name)) => {
                let oid = self.collation_ref(name)?;
                self.give_other(ObjectId::Collation(oid), owner, name.span)
            }
            (kind, ObjectName::Name(name)) => {
                let oid = self.own_other(kind, name)?;
                self.give_other(ObjectId::Other(oid), owner, name.span)
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
                give_acl(&mut relation.acl, relation.owner, owner);
                for column in relation.columns.iter_mut().filter(|column| column.acl.is_some()) {
                    give_acl(&mut Arc::make_mut(column).acl, relation.owner, owner);
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
        // A composite type is there twice: as the type, which is what DROP takes, and as its relation.
        let relations = self.schema.relations.iter().filter(|each| {
            each.owner == role && each.index.is_none() && each.kind != rollproof_catalog::RelationKind::Composite
        });
        let is_free = |relation: Oid| {
            let relation = self.schema.relation(relation);
            relation.is_some_and(|each| each.kind == rollproof_catalog::RelationKind::Composite)
        };
        let functions = self.schema.functions.iter().filter(|each| each.owner == role);
        let types = self.schema.types.iter().filter(|each| {
            each.owner == role
                && !each.is_array
                && match each.kind {
                    TypeKind::Composite(relation) => is_free(relation),
                    TypeKind::Multirange(_) => false,
                    _ => true,
                }
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
            || self.schema.types.iter().any(|each| in_acl(&each.acl))
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

    /// `DROP OWNED BY`: what the roles own, and what was granted to them.
    pub(crate) fn drop_owned(&mut self, roles: &[Name], cascade: bool) -> Outcome {
        let owners = roles.iter().map(|name| self.owner_to_serve(name, "drop")).collect::<Outcome<Vec<Oid>>>()?;
        let span = roles.first().map_or(self.span, |name| name.span);
        let objects: Vec<ObjectId> = owners.iter().flat_map(|owner| self.owned_by(*owner)).collect();
        self.drop_objects(&objects, cascade, span)?;
        for owner in owners {
            self.revoke_everything(owner);
            self.revoke_memberships_of(owner);
        }
        Ok(())
    }

    /// `REASSIGN OWNED BY … TO …`: the new owner is the last name.
    pub(crate) fn reassign_owned(&mut self, roles: &[Name]) -> Outcome {
        let Some((to, from)) = roles.split_last() else { return Ok(()) };
        let owners = from.iter().map(|name| self.owner_to_serve(name, "reassign")).collect::<Outcome<Vec<Oid>>>()?;
        let to = self.owner_to_serve(to, "reassign")?;
        for object in owners.iter().flat_map(|owner| self.owned_by(*owner)).collect::<Vec<_>>() {
            self.give(object, to)?;
        }
        Ok(())
    }

    /// A role whose privileges the current one has (42501).
    fn owner_to_serve(&self, name: &Name, verb: &str) -> Outcome<Oid> {
        let role = self.role(name)?;
        if self.has_role(role) {
            return Ok(role);
        }
        Err(refuse("42501", format!("permission denied to {verb} objects"), name.span))
    }

    /// Memberships that the role granted go with what it owns.
    fn revoke_memberships_of(&mut self, grantor: Oid) {
        for mut role in self.roles_where(|role| role.member_of.iter().any(|each| each.grantor == grantor)) {
            role.member_of.retain(|each| each.grantor != grantor);
            self.schema.put_role(role);
        }
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
        let types: Vec<_> = self.schema.types.iter().filter(|each| each.acl.is_some()).cloned().collect();
        for found in types {
            let mut found = (*found).clone();
            without(&mut found.acl);
            self.schema.put_type(found);
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
                    give_acl(&mut function.acl, function.owner, owner);
                    function.owner = owner;
                    self.schema.put_function(function);
                }
            }
            ObjectId::Type(oid) => {
                if let Some(mut found) = self.schema.type_of(oid).cloned() {
                    give_acl(&mut found.acl, found.owner, owner);
                    found.owner = owner;
                    let relation = found.kind.clone();
                    self.schema.put_type(found);
                    if let TypeKind::Composite(relation) = relation {
                        self.change(relation, |relation| relation.owner = owner)?;
                    }
                }
            }
            ObjectId::Namespace(oid) => {
                if let Some(mut namespace) = self.schema.namespace(oid).cloned() {
                    give_acl(&mut namespace.acl, namespace.owner, owner);
                    namespace.owner = owner;
                    self.schema.put_namespace(namespace);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The new owner takes the place of the old one, and keeps what it was granted before (`aclnewowner`).
fn give_acl(acl: &mut Option<Arc<Acl>>, from: Oid, to: Oid) {
    let Some(acl) = acl else { return };
    let entries = &mut Arc::make_mut(acl).entries;
    let held = entries.iter().filter(|entry| entry.grantee == from || entry.grantee == to);
    let privileges = held.fold(0, |bits, entry| bits | entry.privileges);
    entries.retain(|entry| entry.grantee != from && entry.grantee != to);
    if privileges != 0 {
        entries.push(AclEntry { grantee: to, privileges });
        entries.sort_by_key(|entry| entry.grantee);
    }
}
