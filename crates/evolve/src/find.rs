//! Names to objects, with the errors that DDL reports (`namespace.c`, `objectaddress.c`).

use std::sync::Arc;

use rollproof_catalog::{Oid, Relation, RelationKind, Schema, Taint, TaintKind};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Name, ObjectKind, QualifiedName};

use crate::context::{Context, Outcome, refuse};

/// A name as messages show it: `s.t`, without quotes.
pub(crate) fn shown(name: &QualifiedName) -> String {
    name.parts.iter().map(|part| &*part.text).collect::<Vec<_>>().join(".")
}

/// A word for a kind of relation, as messages use it.
pub(crate) fn kind_word(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Table | RelationKind::PartitionedTable | RelationKind::Toast => "table",
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialized view",
        RelationKind::Index | RelationKind::PartitionedIndex => "index",
        RelationKind::Sequence => "sequence",
        RelationKind::Composite => "type",
        RelationKind::ForeignTable => "foreign table",
    }
}

/// Whether a relation can be called by this kind in DROP and RENAME.
pub(crate) fn kind_fits(kind: ObjectKind, relation: RelationKind) -> bool {
    match kind {
        ObjectKind::Table => matches!(relation, RelationKind::Table | RelationKind::PartitionedTable),
        ObjectKind::ForeignTable => relation == RelationKind::ForeignTable,
        ObjectKind::View => relation == RelationKind::View,
        ObjectKind::MaterializedView => relation == RelationKind::MaterializedView,
        ObjectKind::Index => matches!(relation, RelationKind::Index | RelationKind::PartitionedIndex),
        ObjectKind::Sequence => relation == RelationKind::Sequence,
        ObjectKind::Type => relation == RelationKind::Composite,
        _ => false,
    }
}

/// `a table`, `an index`
pub(crate) fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {word}")
}

impl Context {
    /// The role that runs the statement.
    pub(crate) fn current_role(&self) -> Oid {
        let session = &self.schema.session;
        match session.role.as_ref().or(session.user.as_ref()) {
            None => Schema::SUPERUSER,
            Some(name) => self.find_role(name).unwrap_or(Schema::SUPERUSER),
        }
    }

    /// A role by name.
    pub(crate) fn find_role(&self, name: &str) -> Option<Oid> {
        self.schema.find_role(name).map(|role| role.oid)
    }

    /// A role as DDL names it: `CURRENT_USER` and its relatives too; none stands for PUBLIC.
    pub(crate) fn role(&self, name: &Name) -> Outcome<Oid> {
        match &*name.text {
            "current_user" | "current_role" | "session_user" => Ok(self.current_role()),
            "public" => Ok(Oid::NONE),
            text => self
                .find_role(text)
                .ok_or_else(|| refuse("42704", format!("role \"{text}\" does not exist"), name.span)),
        }
    }

    /// A schema that has to be there (`get_namespace_oid`).
    pub(crate) fn namespace(&self, name: &Name) -> Outcome<Oid> {
        self.note(&name.text);
        if &*name.text == "pg_temp" && self.schema.session.temporary.is_some() {
            return Ok(self.schema.session.temporary);
        }
        self.schema
            .find_namespace(&name.text)
            .ok_or_else(|| refuse("3F000", format!("schema \"{}\" does not exist", name.text), name.span))
    }

    /// The session's temporary schema, made at its first use.
    pub(crate) fn temporary_namespace(&mut self) -> Oid {
        self.schema.ensure_temporary_namespace()
    }

    /// Where an object of this name is made (`RangeVarGetCreationNamespace`, `QualifiedNameGetCreationNamespace`).
    pub(crate) fn creation_namespace(&mut self, name: &QualifiedName, temporary: bool) -> Outcome<Oid> {
        if name.parts.len() > 3 {
            let message = format!("improper qualified name (too many dotted names): {}", shown(name));
            return Err(refuse("42601", message, name.span));
        }
        match name.schema() {
            Some(schema) if &*schema.text == "pg_temp" => Ok(self.temporary_namespace()),
            Some(schema) => {
                let found = self.namespace(schema)?;
                if temporary && found != self.schema.session.temporary {
                    let message = "cannot create temporary relation in non-temporary schema";
                    return Err(refuse("42P16", message, name.span));
                }
                Ok(found)
            }
            None if temporary => Ok(self.temporary_namespace()),
            None => self.default_namespace(name.span),
        }
        .and_then(|found| self.may_create_in(found, name.span).map(|()| found))
    }

    /// The first schema of the search path that exists.
    pub(crate) fn default_namespace(&self, span: TextRange) -> Outcome<Oid> {
        self.schema
            .creation_namespace()
            .ok_or_else(|| refuse("3F000", "no schema has been selected to create in", span))
    }

    /// The relation of this name, if there is one.
    pub(crate) fn find_relation(&self, name: &QualifiedName) -> Option<&Relation> {
        self.note(&name.object().text);
        self.schema.find_relation(name.schema().map(Name::as_str), name.object().as_str())
    }

    /// The relation of this name (`RangeVarGetRelid`): 42P01 where there is none, 3F000 where its schema is missing.
    pub(crate) fn relation_named(&self, name: &QualifiedName) -> Outcome<Relation> {
        if let Some(schema) = name.schema() {
            self.namespace(schema).inspect_err(|_| self.note(&name.object().text))?;
            self.may_look_in(name)?;
        }
        self.find_relation(name)
            .cloned()
            .ok_or_else(|| refuse("42P01", format!("relation \"{}\" does not exist", shown(name)), name.span))
    }

    /// As [`Self::relation_named`], and none with `IF EXISTS` where it is missing.
    pub(crate) fn relation_if(&self, name: &QualifiedName, if_exists: bool) -> Outcome<Option<Relation>> {
        if if_exists && self.find_relation(name).is_none() {
            self.may_look_in(name)?;
            return self.sure_of_absence(name).map(|()| None);
        }
        self.relation_named(name).map(Some)
    }

    /// `IF EXISTS` of a name that is not there is a pass only where nothing unknown may have made it.
    pub(crate) fn sure_of_absence(&self, name: &QualifiedName) -> Outcome {
        match self.taint_of(&name.object().text) {
            None => Ok(()),
            Some(why) => {
                let message = format!("cannot tell whether \"{}\" exists: {why}", shown(name));
                Err(crate::context::unmodelled(message, vec![name.object().text.clone()], name.span))
            }
        }
    }

    /// Why a relation of this name is not known for sure, if it is not.
    pub(crate) fn taint_of(&self, name: &str) -> Option<Arc<str>> {
        self.schema.taints.find(&[TaintKind::Relations, TaintKind::Everything], name).map(Taint::reason)
    }

    /// Refuses a change of a built-in relation (42501, as `allow_system_table_mods` is off).
    pub(crate) fn changeable(&self, relation: &Relation, span: TextRange) -> Outcome {
        if relation.oid < Oid::FIRST_USER {
            let message = format!("permission denied: \"{}\" is a system catalog", relation.name);
            return Err(refuse("42501", message, span));
        }
        self.owns_relation(relation, span)
    }

    /// Refuses a name that a relation of the namespace has already (42P07).
    pub(crate) fn relation_name_free(&self, namespace: Oid, name: &str, span: TextRange) -> Outcome {
        if self.schema.relations_in(namespace, name).next().is_some() {
            return Err(refuse("42P07", format!("relation \"{name}\" already exists"), span));
        }
        Ok(())
    }
}
