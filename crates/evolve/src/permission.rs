//! Who may do it (`aclchk.c`, `pg_class_ownercheck` and its like). The bootstrap superuser, who runs migrations unless
//! `SET ROLE` says otherwise, may do everything.

use rollproof_catalog::{Function, Oid, Privilege, Relation, Schema, Type, TypeKind};
use rollproof_source::TextRange;
use rollproof_sql::ast::QualifiedName;

use crate::context::{Context, Outcome, refuse};
use crate::find::kind_word;

impl Context {
    /// Whether the current role has what `owner` has.
    pub(crate) fn has_role(&self, owner: Oid) -> bool {
        let role = self.current_role();
        self.schema.is_superuser(role) || self.schema.roles_of(role).contains(&owner)
    }

    /// `must be owner of table t` (42501)
    pub(crate) fn own(&self, owner: Oid, what: &str, span: TextRange) -> Outcome {
        if self.has_role(owner) {
            return Ok(());
        }
        Err(refuse("42501", format!("must be owner of {what}"), span))
    }

    /// An owner gives the object to somebody: one has to be able to become the new owner (42501).
    pub(crate) fn may_give(&self, from: Oid, to: Oid, what: &str, span: TextRange) -> Outcome {
        let current = self.current_role();
        if self.schema.is_superuser(current) || from == to {
            return Ok(());
        }
        self.own(from, what, span)?;
        if self.schema.can_set_role(current, to) {
            return Ok(());
        }
        let name = self.schema.role(to).map_or("", |role| &role.name);
        Err(refuse("42501", format!("must be able to SET ROLE \"{name}\""), span))
    }

    /// The role owns the relation.
    pub(crate) fn owns_relation(&self, relation: &Relation, span: TextRange) -> Outcome {
        if self.has_role(relation.owner) {
            return Ok(());
        }
        self.own(relation.owner, &format!("{} {}", kind_word(relation.kind), relation.name), span)
    }

    /// The role owns the type.
    pub(crate) fn owns_type(&self, found: &Type, span: TextRange) -> Outcome {
        self.own(found.owner, &format!("type {}", found.name), span)
    }

    /// The role owns the routine.
    pub(crate) fn owns_function(&self, function: &Function, span: TextRange) -> Outcome {
        let word = match function.kind {
            rollproof_catalog::FunctionKind::Procedure => "procedure",
            rollproof_catalog::FunctionKind::Aggregate => "aggregate",
            _ => "function",
        };
        self.own(function.owner, &format!("{word} {}", function.name), span)
    }

    /// The role may make objects in the schema.
    pub(crate) fn may_create_in(&self, namespace: Oid, span: TextRange) -> Outcome {
        if namespace == self.schema.session.temporary {
            return Ok(());
        }
        let Some(found) = self.schema.namespace(namespace) else { return Ok(()) };
        if namespace == Schema::PG_CATALOG || self.schema.may_on_namespace(found, Privilege::Create) != Some(false) {
            return Ok(());
        }
        Err(refuse("42501", format!("permission denied for schema {}", found.name), span))
    }

    /// The role may make schemas. The database's name is not known: the message has none.
    pub(crate) fn may_make_schemas(&self, span: TextRange) -> Outcome {
        match self.schema.may_on_database() {
            Some(false) => Err(refuse("42501", "permission denied for database", span)),
            _ => Ok(()),
        }
    }

    /// The role may look into the schema that a name is qualified with (`LookupExplicitNamespace`).
    pub(crate) fn may_look_in(&self, name: &QualifiedName) -> Outcome {
        let found = name.schema().and_then(|schema| self.schema.find_namespace(&schema.text));
        let Some(namespace) = found.and_then(|oid| self.schema.namespace(oid)) else { return Ok(()) };
        let denied = namespace.oid != self.schema.session.temporary
            && self.schema.may_on_namespace(namespace, Privilege::Usage) == Some(false);
        match denied {
            true => Err(refuse("42501", format!("permission denied for schema {}", namespace.name), name.span)),
            false => Ok(()),
        }
    }

    /// Whether the role may pass privileges on the object on: it is the owner's, or it was granted something with the
    /// option to do so. One that has some privilege without the option is told that nothing was granted, one that has none
    /// is refused (`restrict_and_check_grant`).
    pub(crate) fn may_grant(&self, owner: Oid, has_any: bool, what: &str, name: &str) -> Outcome<bool> {
        if self.has_role(owner) || self.schema.current_role().is_none() {
            return Ok(true);
        }
        if !has_any {
            return Err(refuse("42501", format!("permission denied for {what} {name}"), self.span));
        }
        let roles = self.schema.roles_of(self.current_role());
        Ok(self.schema.grant_options.iter().any(|role| roles.contains(role)))
    }

    /// The role may do one of these to the relation, or to one of its columns.
    pub(crate) fn may_any_on(&self, relation: &Relation, privileges: &[Privilege]) -> bool {
        privileges.iter().any(|privilege| {
            let on_column = |number| self.schema.may_on_column(relation, number, *privilege) != Some(false);
            self.schema.may_on_relation(relation, *privilege) != Some(false)
                || relation.live_columns().any(|column| on_column(column.number))
        })
    }

    /// The role may make objects of the type (`object_aclcheck` of `pg_type`): of an array its elements', of a multirange its
    /// range's privileges count.
    pub(crate) fn may_use_type(&self, data_type: Oid, span: TextRange) -> Outcome {
        let Some(mut found) = self.schema.type_of(data_type) else { return Ok(()) };
        if found.is_array {
            found = self.schema.type_of(found.element).unwrap_or(found);
        }
        if let TypeKind::Multirange(range) = found.kind {
            found = self.schema.type_of(range).unwrap_or(found);
        }
        if self.schema.may_use_type(found) != Some(false) {
            return Ok(());
        }
        Err(refuse("42501", format!("permission denied for type {}", found.name), span))
    }

    /// The role may run the routine.
    pub(crate) fn may_run(&self, function: &Function, span: TextRange) -> Outcome {
        if self.schema.may_execute(function) != Some(false) {
            return Ok(());
        }
        Err(refuse("42501", format!("permission denied for function {}", function.name), span))
    }

    /// The role has a privilege on the relation.
    pub(crate) fn may_on(&self, relation: &Relation, privilege: Privilege, span: TextRange) -> Outcome {
        if self.schema.may_on_relation(relation, privilege) != Some(false) {
            return Ok(());
        }
        let message = format!("permission denied for {} {}", kind_word(relation.kind), relation.name);
        Err(refuse("42501", message, span))
    }
}
