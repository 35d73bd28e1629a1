//! Rules of `aclchk.c`: GRANT, REVOKE, default privileges. And policies (`policy.c`).

use std::sync::Arc;

use rollproof_catalog::{
    Acl, AclEntry, DefaultAcl, DependencyKind, ObjectId, Oid, Policy as StoredPolicy, Privilege, Relation,
    RelationKind, TypeKind,
};
use rollproof_resolve::ExpressionPlace;
use rollproof_source::TextRange;
use rollproof_sql::ast::{
    DefaultPrivileges, Grant, GrantTarget, Name, ObjectKind, ObjectName, Policy, Privilege as Written, TypeName,
};

use crate::bind::{BoundExpr, relation_scope};
use crate::context::{Context, Outcome, refuse};
use crate::find::{kind_word, shown};
use crate::signature::Routine;
use crate::types::as_type_name;

/// Letters of kinds that have privileges, as `pg_default_acl.defaclobjtype` has them.
fn all_privileges(object: u8, version: u32) -> u16 {
    use Privilege::{Create, Delete, Execute, Insert, Maintain, References, Select, Trigger, Truncate, Update, Usage};
    let of = |list: &[Privilege]| list.iter().fold(0, |bits, privilege| bits | *privilege as u16);
    match object {
        b'r' if version >= 17 => of(&[Select, Insert, Update, Delete, Truncate, References, Trigger, Maintain]),
        b'r' => of(&[Select, Insert, Update, Delete, Truncate, References, Trigger]),
        b'c' => of(&[Select, Insert, Update, References]),
        b'S' => of(&[Usage, Select, Update]),
        b'f' => of(&[Execute]),
        b'T' => of(&[Usage]),
        b'n' => of(&[Usage, Create]),
        _ => 0,
    }
}

fn privilege_bit(name: &str) -> Option<u16> {
    Some(match name {
        "select" => Privilege::Select,
        "insert" => Privilege::Insert,
        "update" => Privilege::Update,
        "delete" => Privilege::Delete,
        "truncate" => Privilege::Truncate,
        "references" => Privilege::References,
        "trigger" => Privilege::Trigger,
        "execute" => Privilege::Execute,
        "usage" => Privilege::Usage,
        "create" | "temporary" | "temp" | "connect" => Privilege::Create,
        "maintain" => Privilege::Maintain,
        _ => return None,
    } as u16)
}

/// What can be granted on relations.
const ON_RELATIONS: [Privilege; 9] = [
    Privilege::Select,
    Privilege::Insert,
    Privilege::Update,
    Privilege::Delete,
    Privilege::Truncate,
    Privilege::References,
    Privilege::Trigger,
    Privilege::Maintain,
    Privilege::Usage,
];

/// `acldefault`: the owner has everything; functions and types everyone may use.
fn default_entries(object: u8, owner: Oid, version: u32) -> Acl {
    let mut acl = Acl::default();
    let everyone = match object {
        b'f' => Privilege::Execute as u16,
        b'T' => Privilege::Usage as u16,
        _ => 0,
    };
    if everyone != 0 {
        acl.entries.push(AclEntry { grantee: Oid::NONE, privileges: everyone });
    }
    if object != b'c' {
        acl.entries.push(AclEntry { grantee: owner, privileges: all_privileges(object, version) });
    }
    acl
}

fn add_privileges(acl: &mut Acl, grantee: Oid, bits: u16, grant: bool) {
    match acl.entries.iter_mut().find(|entry| entry.grantee == grantee) {
        Some(entry) if grant => entry.privileges |= bits,
        Some(entry) => entry.privileges &= !bits,
        None if grant => acl.entries.push(AclEntry { grantee, privileges: bits }),
        None => {}
    }
    acl.entries.retain(|entry| entry.privileges != 0);
    acl.entries.sort_by_key(|entry| entry.grantee);
}

/// What a GRANT changes: which bits, for whom.
struct Change<'a> {
    grant: bool,
    grantees: &'a [Oid],
}

impl Context {
    /// The privileges that a new object starts with (`get_user_default_acl`); none for the built-in default.
    pub(crate) fn default_acl(&self, object: u8, namespace: Oid) -> Option<Arc<Acl>> {
        let role = self.current_role();
        let found = |of: Oid| {
            self.schema
                .default_acls
                .iter()
                .find(|each| each.role == role && each.object == object && each.namespace == of)
        };
        let (global, local) = (found(Oid::NONE), found(namespace));
        if global.is_none() && local.is_none() {
            return None;
        }
        let mut acl = match global {
            Some(global) => global.acl.clone(),
            None => default_entries(object, role, self.schema.builtin.version),
        };
        for entry in local.iter().flat_map(|local| &local.acl.entries) {
            add_privileges(&mut acl, entry.grantee, entry.privileges, true);
        }
        Some(Arc::new(acl))
    }

    /// The bits that a list of privileges means for a kind of object (0LP01 where one does not apply).
    fn bits(&self, privileges: &[Written], object: u8, columns: bool) -> Outcome<u16> {
        let version = self.schema.builtin.version;
        let all = all_privileges(object, version);
        let mut bits = 0;
        for written in privileges.iter().filter(|written| written.columns.is_empty() != columns) {
            if &*written.name == "all" {
                bits |= all;
                continue;
            }
            let Some(bit) = privilege_bit(&written.name) else {
                let message = format!("unrecognized privilege type \"{}\"", written.name);
                return Err(refuse("42601", message, self.span));
            };
            // GRANT … ON TABLE of a sequence takes the sequence's privileges with a warning.
            if bit & all == 0 && object != b'S' {
                let what = match object {
                    b'r' => "relation",
                    b'c' => "column",
                    b'f' => "function",
                    b'n' => "schema",
                    _ => "type",
                };
                let message = format!("invalid privilege type {} for {what}", written.name.to_uppercase());
                return Err(refuse("0LP01", message, self.span));
            }
            bits |= bit;
        }
        Ok(bits)
    }

    fn grantees(&self, names: &[Name]) -> Outcome<Vec<Oid>> {
        names.iter().map(|name| self.role(name)).collect()
    }

    /// `GRANT`, `REVOKE`
    pub(crate) fn grant(&mut self, grant: &Grant) -> Outcome {
        let grantees = self.grantees(&grant.grantees)?;
        if let Some(name) = &grant.granted_by
            && self.role(name)? != self.current_role()
        {
            return Err(refuse("0A000", "grantor must be current user", name.span));
        }
        if grant.only_option {
            return self.revoke_option(grant);
        }
        let change = Change { grant: grant.grant, grantees: &grantees };
        if grant.with_option {
            Arc::make_mut(&mut self.schema.grant_options).extend(&grantees);
        }
        match &grant.target {
            GrantTarget::AllInSchema(kind, schemas) => {
                for schema in schemas {
                    let namespace = self.namespace(schema)?;
                    self.grant_all_in(namespace, *kind, grant, &change)?;
                }
                Ok(())
            }
            GrantTarget::Objects(kind, objects) => {
                for object in objects {
                    self.grant_on(*kind, object, grant, &change)?;
                }
                Ok(())
            }
        }
    }

    /// `REVOKE GRANT OPTION FOR`: with CASCADE those to whom a privilege was passed on lose it, and who passed it on is not
    /// kept here.
    fn revoke_option(&self, grant: &Grant) -> Outcome {
        if !grant.cascade {
            return Ok(());
        }
        let names: Vec<Arc<str>> = match &grant.target {
            GrantTarget::Objects(_, objects) => objects.iter().filter_map(name_of).collect(),
            GrantTarget::AllInSchema(..) => Vec::new(),
        };
        Err(crate::context::unmodelled("who loses privileges by REVOKE … CASCADE is not followed", names, self.span))
    }

    fn grant_all_in(&mut self, namespace: Oid, kind: ObjectKind, grant: &Grant, change: &Change) -> Outcome {
        match kind {
            ObjectKind::Table | ObjectKind::Sequence => {
                let wanted = |relation: &Relation| match kind {
                    ObjectKind::Sequence => relation.kind == RelationKind::Sequence,
                    _ => matches!(
                        relation.kind,
                        RelationKind::Table
                            | RelationKind::PartitionedTable
                            | RelationKind::View
                            | RelationKind::MaterializedView
                            | RelationKind::ForeignTable
                    ),
                };
                let relations: Vec<Oid> = self
                    .schema
                    .relations
                    .iter()
                    .filter(|relation| relation.namespace == namespace && wanted(relation))
                    .map(|relation| relation.oid)
                    .collect();
                for relation in relations {
                    self.grant_on_relation(relation, grant, change)?;
                }
                Ok(())
            }
            _ => {
                let functions = self.schema.functions.iter().filter(|function| function.namespace == namespace);
                let functions: Vec<Oid> = functions.map(|function| function.oid).collect();
                for function in functions {
                    self.grant_on_function(function, grant, change)?;
                }
                Ok(())
            }
        }
    }

    fn grant_on(&mut self, kind: ObjectKind, object: &ObjectName, grant: &Grant, change: &Change) -> Outcome {
        match (kind, object) {
            (
                ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::ForeignTable,
                ObjectName::Name(name),
            ) => {
                let relation = self.relation_named(name)?;
                self.grantable(&relation, name.span)?;
                self.grant_on_relation(relation.oid, grant, change)
            }
            (ObjectKind::Sequence, ObjectName::Name(name)) => {
                let relation = self.sequence_named(name)?;
                self.grant_on_relation(relation.oid, grant, change)
            }
            (ObjectKind::Schema, ObjectName::Name(name)) => {
                let oid = self.namespace(name.object())?;
                let bits = self.bits(&grant.privileges, b'n', false)?;
                let Some(mut namespace) = self.schema.namespace(oid).cloned() else { return Ok(()) };
                let may = |privilege| self.schema.may_on_namespace(&namespace, privilege) != Some(false);
                let has_any = may(Privilege::Usage) || may(Privilege::Create);
                if !self.may_grant(namespace.owner, has_any, "schema", &namespace.name)? {
                    return Ok(());
                }
                let acl = self.changed_acl(namespace.acl.as_deref(), namespace.owner, b'n', bits, change);
                namespace.acl = Some(Arc::new(acl));
                if oid >= Oid::FIRST_USER || oid == rollproof_catalog::Schema::PUBLIC {
                    self.schema.put_namespace(namespace);
                }
                Ok(())
            }
            (
                ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine | ObjectKind::Aggregate,
                ObjectName::Signature(signature),
            ) => {
                let kind = match kind {
                    ObjectKind::Procedure => Routine::Procedure,
                    ObjectKind::Routine => Routine::Any,
                    _ => Routine::Function,
                };
                let function = self.routine(signature, kind)?;
                self.grant_on_function(function, grant, change)
            }
            (ObjectKind::Type | ObjectKind::Domain, ObjectName::Name(name)) => {
                self.grant_on(kind, &ObjectName::Type(as_type_name(name)), grant, change)
            }
            (ObjectKind::Type | ObjectKind::Domain, ObjectName::Type(name)) => {
                let bits = self.bits(&grant.privileges, b'T', false)?;
                self.grant_on_type(kind, name, bits, change)
            }
            (ObjectKind::Language, ObjectName::Name(name)) => match name.object().as_str() {
                language @ ("c" | "internal") => {
                    Err(refuse("42809", format!("language \"{language}\" is not trusted"), name.span))
                }
                _ => Ok(()),
            },
            (ObjectKind::Database, _) => {
                let named = |written: &Written| matches!(&*written.name, "all" | "create");
                if grant.privileges.iter().any(named) {
                    let creators = Arc::make_mut(&mut self.schema.database_creators);
                    match change.grant {
                        true => creators.extend(change.grantees),
                        false => creators.retain(|role| !change.grantees.contains(role)),
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// `GRANT USAGE ON TYPE` (`ExecGrant_Type_check`)
    fn grant_on_type(&mut self, kind: ObjectKind, name: &TypeName, bits: u16, change: &Change) -> Outcome {
        let found = self.type_ref(name)?.oid;
        let Some(mut found) = self.schema.type_of(found).cloned() else { return Ok(()) };
        if found.is_array {
            return Err(refuse("0LP01", "cannot set privileges of array types", name.span));
        }
        if matches!(found.kind, TypeKind::Multirange(_)) {
            return Err(refuse("0LP01", "cannot set privileges of multirange types", name.span));
        }
        if kind == ObjectKind::Domain && !matches!(found.kind, TypeKind::Domain { .. }) {
            return Err(refuse("42809", format!("\"{}\" is not a domain", found.name), name.span));
        }
        if found.oid >= Oid::FIRST_USER {
            found.acl = Some(Arc::new(self.changed_acl(found.acl.as_deref(), found.owner, b'T', bits, change)));
            self.schema.put_type(found);
        }
        Ok(())
    }

    fn grantable(&self, relation: &Relation, span: TextRange) -> Outcome {
        let word = match relation.kind {
            RelationKind::Index | RelationKind::PartitionedIndex => "an index",
            RelationKind::Composite => "a composite type",
            _ => return Ok(()),
        };
        Err(refuse("42809", format!("\"{}\" is {word}", relation.name), span))
    }

    fn changed_acl(&self, acl: Option<&Acl>, owner: Oid, object: u8, bits: u16, change: &Change) -> Acl {
        let version = self.schema.builtin.version;
        let mut acl = acl.cloned().unwrap_or_else(|| default_entries(object, owner, version));
        for grantee in change.grantees {
            add_privileges(&mut acl, *grantee, bits, change.grant);
        }
        acl
    }

    fn grant_on_relation(&mut self, oid: Oid, grant: &Grant, change: &Change) -> Outcome {
        let relation = self.relation(oid)?;
        if oid < Oid::FIRST_USER {
            return Ok(());
        }
        let object = if relation.kind == RelationKind::Sequence { b'S' } else { b'r' };
        let bits = self.bits(&grant.privileges, object, false)?;
        let has_any = self.may_any_on(&relation, &ON_RELATIONS);
        if !self.may_grant(relation.owner, has_any, kind_word(relation.kind), &relation.name)? {
            return Ok(());
        }
        let mut changed = relation.clone();
        if bits != 0 {
            let acl = self.changed_acl(relation.acl.as_deref(), relation.owner, object, bits, change);
            changed.acl = Some(Arc::new(acl));
        }
        if !change.grant && object == b'r' {
            revoke_from_columns(&mut changed, bits, change.grantees);
        }
        for written in grant.privileges.iter().filter(|written| !written.columns.is_empty()) {
            let bits = self.bits(std::slice::from_ref(written), b'c', true)?;
            // Privileges on system columns are kept nowhere here: nothing asks for them alone.
            for name in written.columns.iter().filter(|name| !crate::constraint::is_system_column(&name.text)) {
                let number = self.column_id(&relation, name)?.number;
                let Some(column) = changed.columns.get_mut(number as usize - 1) else { continue };
                let acl = self.changed_acl(column.acl.as_deref(), relation.owner, b'c', bits, change);
                Arc::make_mut(column).acl = (!acl.entries.is_empty()).then(|| Arc::new(acl));
            }
        }
        self.schema.put_relation(changed);
        Ok(())
    }

    fn grant_on_function(&mut self, oid: Oid, grant: &Grant, change: &Change) -> Outcome {
        let bits = self.bits(&grant.privileges, b'f', false)?;
        let Some(mut function) = self.schema.function(oid).cloned() else { return Ok(()) };
        if oid < Oid::FIRST_USER {
            return Ok(());
        }
        let acl = self.changed_acl(function.acl.as_deref(), function.owner, b'f', bits, change);
        function.acl = Some(Arc::new(acl));
        self.schema.put_function(function);
        Ok(())
    }

    /// `ALTER DEFAULT PRIVILEGES` (`SetDefaultACL`).
    pub(crate) fn default_privileges(&mut self, statement: &DefaultPrivileges) -> Outcome {
        let object = match statement.kind {
            ObjectKind::Table => b'r',
            ObjectKind::Sequence => b'S',
            ObjectKind::Function | ObjectKind::Routine | ObjectKind::Procedure => b'f',
            ObjectKind::Type | ObjectKind::Domain => b'T',
            ObjectKind::Schema => b'n',
            _ => return Ok(()),
        };
        let roles =
            if statement.roles.is_empty() { vec![self.current_role()] } else { self.grantees(&statement.roles)? };
        let mut namespaces = Vec::new();
        for name in &statement.schemas {
            namespaces.push(self.namespace(name)?);
        }
        if namespaces.is_empty() {
            namespaces.push(Oid::NONE);
        } else if object == b'n' {
            let message = "cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS";
            return Err(refuse("0LP01", message, self.span));
        }
        let grantees = self.grantees(&statement.grantees)?;
        let bits = self.bits(&statement.privileges, object, false)?;
        let mut all = (*self.schema.default_acls).clone();
        for role in roles {
            for namespace in &namespaces {
                let same =
                    |each: &DefaultAcl| each.role == role && each.namespace == *namespace && each.object == object;
                let known = all.iter().position(same);
                let mut acl = match known {
                    Some(at) => all.remove(at).acl,
                    None if namespace.is_none() => default_entries(object, role, self.schema.builtin.version),
                    None => Acl::default(),
                };
                for grantee in &grantees {
                    add_privileges(&mut acl, *grantee, bits, statement.grant);
                }
                // What is back to what it would be anyway is forgotten (SetDefaultACL).
                let plain = default_entries(object, role, self.schema.builtin.version);
                let same = |one: &Acl, other: &Acl| {
                    one.entries.len() == other.entries.len()
                        && one.entries.iter().all(|entry| other.entries.contains(entry))
                };
                if if namespace.is_none() { !same(&acl, &plain) } else { !acl.entries.is_empty() } {
                    all.push(DefaultAcl { role, namespace: *namespace, object, acl });
                }
            }
        }
        self.schema.default_acls = Arc::new(all);
        Ok(())
    }

    /// `CREATE POLICY`
    pub(crate) fn create_policy(&mut self, create: &Policy) -> Outcome {
        let table = self.relation_named(&create.table)?;
        self.policy_table(&table, create)?;
        if table.policies.iter().any(|known| known.name == create.name.text) {
            let message = format!("policy \"{}\" for table \"{}\" already exists", create.name.text, table.name);
            return Err(refuse("42710", message, create.name.span));
        }
        if create.with_check.is_some() && matches!(&*create.command, "select" | "delete") {
            return Err(refuse("42601", "WITH CHECK cannot be applied to SELECT or DELETE", create.name.span));
        }
        if create.using.is_some() && &*create.command == "insert" {
            return Err(refuse("42601", "only WITH CHECK expression allowed for INSERT", create.name.span));
        }
        let roles = self.policy_roles(create)?.unwrap_or_else(|| vec![Oid::NONE]);
        let using = self.policy_expression(create.using.as_ref(), table.oid)?;
        let with_check = self.policy_expression(create.with_check.as_ref(), table.oid)?;
        let oid = self.schema.allocate();
        self.depend_policy(oid, table.oid, [using.as_ref(), with_check.as_ref()]);
        let policy = StoredPolicy {
            oid,
            name: create.name.text.clone(),
            permissive: !create.restrictive,
            command: create.command.clone(),
            roles,
            using: using.map(|bound| bound.stored),
            with_check: with_check.map(|bound| bound.stored),
        };
        self.change(table.oid, |relation| {
            let at = relation.policies.partition_point(|known| known.name <= policy.name);
            relation.policies.insert(at, Arc::new(policy));
        })
    }

    fn policy_table(&self, table: &Relation, create: &Policy) -> Outcome {
        if matches!(table.kind, RelationKind::Table | RelationKind::PartitionedTable) {
            return self.changeable(table, create.table.span);
        }
        Err(refuse("42809", format!("\"{}\" is not a table", shown(&create.table)), create.table.span))
    }

    fn policy_roles(&self, policy: &Policy) -> Outcome<Option<Vec<Oid>>> {
        policy.roles.as_ref().map(|names| self.grantees(names)).transpose()
    }

    fn policy_expression(&mut self, expr: Option<&rollproof_sql::ast::Expr>, table: Oid) -> Outcome<Option<BoundExpr>> {
        expr.map(|expr| self.bind(expr, &relation_scope(table), &ExpressionPlace::Policy)).transpose()
    }

    fn depend_policy(&mut self, oid: Oid, table: Oid, parts: [Option<&BoundExpr>; 2]) {
        let me = ObjectId::Policy(oid);
        self.depend(me, ObjectId::Relation(table), DependencyKind::Automatic);
        for bound in parts.into_iter().flatten() {
            self.depend_on_uses(me, &bound.uses, Oid::NONE, DependencyKind::Normal);
        }
    }

    /// `ALTER POLICY`
    pub(crate) fn alter_policy(&mut self, alter: &Policy) -> Outcome {
        let table = self.relation_named(&alter.table)?;
        self.owns_relation(&table, alter.table.span)?;
        let Some(known) = table.policies.iter().find(|known| known.name == alter.name.text) else {
            let message = format!("policy \"{}\" for table \"{}\" does not exist", alter.name.text, table.name);
            return Err(refuse("42704", message, alter.name.span));
        };
        let mut policy = (**known).clone();
        let roles = self.policy_roles(alter)?;
        let using = self.policy_expression(alter.using.as_ref(), table.oid)?;
        let with_check = self.policy_expression(alter.with_check.as_ref(), table.oid)?;
        policy.roles = roles.unwrap_or(policy.roles);
        self.depend_policy(policy.oid, table.oid, [using.as_ref(), with_check.as_ref()]);
        policy.using = using.map(|bound| bound.stored).or(policy.using);
        policy.with_check = with_check.map(|bound| bound.stored).or(policy.with_check);
        self.change(table.oid, |relation| {
            if let Some(known) = relation.policies.iter_mut().find(|known| known.oid == policy.oid) {
                *known = Arc::new(policy);
            }
        })
    }
}

/// What is taken away of a whole table is taken away of each of its columns (`ExecGrant_Relation`).
fn revoke_from_columns(relation: &mut Relation, bits: u16, grantees: &[Oid]) {
    for column in relation.columns.iter_mut().filter(|column| column.acl.is_some()) {
        let column = Arc::make_mut(column);
        let Some(mut acl) = column.acl.take().map(|acl| (*acl).clone()) else { continue };
        for grantee in grantees {
            add_privileges(&mut acl, *grantee, bits, false);
        }
        column.acl = (!acl.entries.is_empty()).then(|| Arc::new(acl));
    }
}

/// The last part of an object's name.
fn name_of(object: &ObjectName) -> Option<Arc<str>> {
    match object {
        ObjectName::Name(name) => Some(name.object().text.clone()),
        ObjectName::Type(name) => Some(name.name.object().text.clone()),
        ObjectName::Signature(signature) => Some(signature.name.object().text.clone()),
        _ => None,
    }
}
