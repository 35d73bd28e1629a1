//! A description of what the migrations made, one line an object or a part of one, sorted: two schemas are equal where
//! their descriptions are. Built-in objects and members of extensions are not described, temporary ones neither.
//!
//! Names are qualified always, types too, except those of `pg_catalog`. `crates/xtask` asks a server for the same lines.

mod privileges;
mod relations;
mod routines;
mod text;
mod types;

use std::sync::Arc;

use rollproof_sql::quote_identifier;

use crate::{DependencyKind, ObjectId, Oid, Schema, StoredText};

/// How expressions are described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expressions {
    /// By their text, names as they are called now.
    Text,
    /// By their presence and the columns they use: a server prints them in its own words.
    Presence,
}

impl Schema {
    /// The lines that describe this schema, sorted by kind and name.
    #[must_use]
    pub fn describe(&self, expressions: Expressions) -> Vec<String> {
        // With an empty path every name that is not built in prints qualified, whatever the session has set.
        let mut schema = self.clone();
        schema.session.search_path = Arc::from([]);
        schema.session.temporary = Oid::NONE;
        let mut description =
            Description { schema: &schema, expressions, temporary: self.session.temporary, lines: Vec::new() };
        description.run();
        description.lines.sort();
        description.lines
    }
}

/// The lines so far.
struct Description<'a> {
    schema: &'a Schema,
    expressions: Expressions,
    temporary: Oid,
    lines: Vec<String>,
}

impl Description<'_> {
    fn run(&mut self) {
        self.namespaces();
        self.extensions();
        self.types();
        self.relations();
        self.routines();
        self.operators();
        self.operator_classes();
        self.default_privileges();
        self.owners();
    }

    /// Whether an object was made by a migration itself.
    fn is_own(&self, oid: Oid, namespace: Oid, object: ObjectId) -> bool {
        let is_member = |edge: &(ObjectId, DependencyKind)| edge.1 == DependencyKind::Extension;
        let temporary = self.temporary.is_some() && namespace == self.temporary;
        oid >= Oid::FIRST_USER && !temporary && !self.schema.dependencies.uses(object).iter().any(is_member)
    }

    /// Whether an object comes with another one, as the constructors of a range do with its type.
    fn is_internal(&self, object: ObjectId) -> bool {
        self.schema.dependencies.uses(object).iter().any(|edge| edge.1 == DependencyKind::Internal)
    }

    /// `schema.name`
    fn name(&self, namespace: Oid, name: &str) -> String {
        self.schema.qualified_name(namespace, name)
    }

    fn relation_name(&self, oid: Oid) -> String {
        self.schema.relation(oid).map_or_else(|| "?".to_owned(), |found| self.name(found.namespace, &found.name))
    }

    fn function_name(&self, oid: Oid) -> String {
        self.schema.function(oid).map_or_else(|| "?".to_owned(), |found| self.name(found.namespace, &found.name))
    }

    fn role_name(&self, oid: Oid) -> String {
        if oid.is_none() {
            return "PUBLIC".to_owned();
        }
        self.schema.role(oid).map_or_else(|| "?".to_owned(), |role| quote_identifier(&role.name))
    }

    /// An expression after a word: `default (…)`, or the word alone.
    fn expression(&self, word: &str, text: &StoredText) -> String {
        match self.expressions {
            Expressions::Text => format!("{word} ({})", self.schema.print_stored(text)),
            Expressions::Presence => word.to_owned(),
        }
    }

    /// The columns and routines that something kept is bound to, by what they are called now: what a rename must follow.
    fn uses(&mut self, what: &str, object: ObjectId) {
        let mut names: Vec<String> = Vec::new();
        for (used, _) in self.schema.dependencies.uses(object) {
            match used {
                ObjectId::Column(id) => {
                    let column = self.schema.column(*id).map_or("?", |column| &column.name);
                    names.push(format!("{}.{}", self.relation_name(id.relation), quote_identifier(column)));
                }
                ObjectId::Function(oid) => names.push(format!("{}()", self.function_name(*oid))),
                _ => {}
            }
        }
        names.sort();
        names.dedup();
        if !names.is_empty() {
            self.lines.push(format!("{what} uses {}", names.join(", ")));
        }
    }

    fn namespaces(&mut self) {
        for namespace in self.schema.namespaces.iter() {
            let object = ObjectId::Namespace(namespace.oid);
            if namespace.oid == Schema::PUBLIC || !self.is_own(namespace.oid, namespace.oid, object) {
                continue;
            }
            self.lines.push(format!("schema {}", quote_identifier(&namespace.name)));
        }
        let (fresh, temporary) = (Schema::new(self.schema.builtin), self.temporary);
        for namespace in self.schema.namespaces.iter().filter(|namespace| namespace.oid != temporary) {
            // What `public` grants on every new database is not said again.
            let default = fresh.namespaces.get(namespace.oid).and_then(|namespace| namespace.acl.clone());
            if namespace.acl != default {
                self.grants("schema", &quote_identifier(&namespace.name), namespace.owner, namespace.acl.as_deref());
            }
        }
    }

    fn extensions(&mut self) {
        for extension in self.schema.extensions.iter() {
            let schema = self.schema.namespace_name(extension.namespace).map_or("?", |name| name);
            let name = quote_identifier(&extension.name);
            self.lines.push(format!("extension {name} in {}", quote_identifier(schema)));
        }
    }
}

#[cfg(test)]
mod tests;
