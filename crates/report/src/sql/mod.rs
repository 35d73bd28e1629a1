//! A schema as SQL that makes it on an empty server, in the spirit of `pg_dump --schema-only`: every name qualified, what
//! is used before what uses it, constraints with the names that they have.
//!
//! What the schema does not keep (options of sequences, members of operator classes, the insides of base types) is either
//! left at its default or, where the object cannot be made without it, said in a comment.

mod columns;
mod expression;
mod order;
mod privileges;
mod relations;
mod routines;
mod tables;
mod types;

use std::sync::Arc;

use rollproof_catalog::{DependencyKind, Function, ObjectId, Oid, Relation, Schema};
use rollproof_sql::quote_identifier;

/// Prints the schema as a script; temporary objects and members of extensions are not in it.
#[must_use]
pub fn render(schema: &Schema) -> String {
    let bare = bare(schema);
    let mut printer = Printer::new(&bare, schema.session.temporary);
    printer.run();
    printer.text
}

/// The schema with an empty path: every type that is not built in prints qualified.
pub(crate) fn bare(schema: &Schema) -> Schema {
    let mut bare = schema.clone();
    bare.session.search_path = Arc::from([]);
    bare.session.temporary = Oid::NONE;
    bare
}

/// The script so far.
pub(crate) struct Printer<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) temporary: Oid,
    text: String,
}

impl<'a> Printer<'a> {
    /// `schema` is [`bare`]; `temporary` is the session's temporary namespace.
    pub(crate) fn new(schema: &'a Schema, temporary: Oid) -> Self {
        Self { schema, temporary, text: String::new() }
    }

    /// The plain name of a namespace.
    pub(crate) fn namespace_name(&self, oid: Oid) -> String {
        self.schema.namespace_name(oid).map_or_else(String::new, |name| name.to_string())
    }

    pub(crate) fn own_relations(&self) -> Vec<&'a Relation> {
        let schema: &'a Schema = self.schema;
        schema.relations.iter().map(|of| &**of).filter(|of| self.is_own_relation(of)).collect()
    }

    pub(crate) fn own_functions(&self) -> Vec<&'a Function> {
        let schema: &'a Schema = self.schema;
        let internal = |of: &Function| self.is_internal(ObjectId::Function(of.oid));
        let own = |of: &&Function| self.is_own(of.oid, of.namespace, ObjectId::Function(of.oid)) && !internal(of);
        schema.functions.iter().map(|of| &**of).filter(own).collect()
    }
}

/// What the names of such objects are kept under.
const WRAPPER: &str = "foreign-data wrapper ";
const SERVER: &str = "server ";

impl Printer<'_> {
    fn run(&mut self) {
        self.line(&format!("-- The schema as PostgreSQL {} has it.", self.schema.builtin.version));
        self.line("");
        self.say("SET check_function_bodies = off");
        self.roles();
        self.namespaces();
        self.extensions();
        self.servers();
        // Operators and types in expressions are found through the path; everything else is qualified.
        self.search_path();
        self.objects_in_order();
        self.sequence_owners();
        self.defaults();
        self.indexes();
        self.partitions();
        self.late_constraints();
        self.rules_and_triggers();
        self.security();
        self.owners();
        self.grants();
        self.default_privileges();
        self.not_printed();
    }

    /// A statement, its semicolon and an empty line.
    fn say(&mut self, statement: &str) {
        self.text.push_str(statement);
        self.text.push_str(";\n\n");
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// What cannot be printed is said.
    fn comment(&mut self, what: &str) {
        self.line(&format!("-- Not printed: {}", what.replace('\n', " ")));
        self.line("");
    }

    /// Whether an object was made by a migration itself.
    pub(crate) fn is_own(&self, oid: Oid, namespace: Oid, object: ObjectId) -> bool {
        let temporary = self.temporary.is_some() && namespace == self.temporary;
        oid >= Oid::FIRST_USER && !temporary && !self.is_member(object)
    }

    /// Whether an object comes with another one, as the constructors of a range do with its type.
    fn is_internal(&self, object: ObjectId) -> bool {
        self.schema.dependencies.uses(object).iter().any(|edge| edge.1 == DependencyKind::Internal)
    }

    fn is_member(&self, object: ObjectId) -> bool {
        self.schema.dependencies.uses(object).iter().any(|edge| edge.1 == DependencyKind::Extension)
    }

    fn name(&self, namespace: Oid, name: &str) -> String {
        self.schema.qualified_name(namespace, name)
    }

    fn relation_name(&self, oid: Oid) -> String {
        self.schema.relation(oid).map_or_else(|| "?".to_owned(), |found| self.name(found.namespace, &found.name))
    }

    pub(crate) fn function_name(&self, oid: Oid) -> String {
        self.schema.function(oid).map_or_else(|| "?".to_owned(), |found| self.name(found.namespace, &found.name))
    }

    fn collation_name(&self, oid: Oid) -> String {
        self.schema.collation(oid).map_or_else(|| "?".to_owned(), |found| self.name(found.namespace, &found.name))
    }

    fn role_name(&self, oid: Oid) -> String {
        match self.schema.role(oid) {
            Some(role) => quote_identifier(&role.name),
            None if oid.is_none() => "PUBLIC".to_owned(),
            None => "CURRENT_USER".to_owned(),
        }
    }

    pub(crate) fn type_name(&self, oid: Oid) -> String {
        self.schema.format_type_plain(oid)
    }

    /// Roles are no part of a database: one that is there stays as it is.
    fn roles(&mut self) {
        let schema = self.schema;
        let own: Vec<_> = schema.roles.iter().filter(|role| role.oid >= Oid::FIRST_USER).collect();
        for role in &own {
            let mut options = String::new();
            for (holds, word) in [
                (role.superuser, " SUPERUSER"),
                (!role.inherit, " NOINHERIT"),
                (role.bypass_row_security, " BYPASSRLS"),
            ] {
                options.push_str(if holds { word } else { "" });
            }
            let name = quote_identifier(&role.name);
            self.say(&format!(
                "DO $$ BEGIN\n    CREATE ROLE {name}{options};\nEXCEPTION WHEN duplicate_object THEN NULL;\nEND $$"
            ));
        }
        for role in &own {
            for group in role.member_of.iter().map(|of| of.group).filter(|group| schema.role(*group).is_some()) {
                self.say(&format!("GRANT {} TO {}", self.role_name(group), quote_identifier(&role.name)));
            }
        }
    }

    fn namespaces(&mut self) {
        let schema = self.schema;
        if schema.namespaces.get(Schema::PUBLIC).is_none() {
            self.say("DROP SCHEMA public");
        }
        for namespace in schema.namespaces.iter() {
            let object = ObjectId::Namespace(namespace.oid);
            if namespace.oid != Schema::PUBLIC && self.is_own(namespace.oid, namespace.oid, object) {
                self.say(&format!("CREATE SCHEMA {}", quote_identifier(&namespace.name)));
            } else if namespace.oid == Schema::PUBLIC && &*namespace.name != "public" {
                self.say(&format!("ALTER SCHEMA public RENAME TO {}", quote_identifier(&namespace.name)));
            }
        }
    }

    fn extensions(&mut self) {
        for extension in self.schema.extensions.iter() {
            let name = quote_identifier(&extension.name);
            match self.schema.namespace_name(extension.namespace) {
                Some(schema) => {
                    self.say(&format!("CREATE EXTENSION {name} WITH SCHEMA {}", quote_identifier(schema)));
                }
                None => self.say(&format!("CREATE EXTENSION {name}")),
            }
        }
    }

    /// Wrappers without their functions, and servers, so that foreign tables can be made.
    fn servers(&mut self) {
        let schema = self.schema;
        let own = |oid: Oid| self.is_own(oid, Oid::NONE, ObjectId::Other(oid));
        let others: Vec<_> = schema.others.iter().filter(|other| own(other.oid)).collect();
        for other in &others {
            if let Some(name) = other.key.strip_prefix(WRAPPER) {
                self.say(&format!("CREATE FOREIGN DATA WRAPPER {}", quote_identifier(name)));
            }
        }
        for other in &others {
            let Some(name) = other.key.strip_prefix(SERVER) else { continue };
            let uses = schema.dependencies.uses(ObjectId::Other(other.oid)).iter();
            let mut wrapper = uses.filter_map(|edge| match edge.0 {
                ObjectId::Other(oid) => schema.others.get(oid)?.key.strip_prefix(WRAPPER),
                _ => None,
            });
            if let Some(wrapper) = wrapper.next_back() {
                let (name, wrapper) = (quote_identifier(name), quote_identifier(wrapper));
                self.say(&format!("CREATE SERVER {name} FOREIGN DATA WRAPPER {wrapper}"));
            }
        }
    }

    fn search_path(&mut self) {
        let own = self.schema.namespaces.iter().filter(|namespace| namespace.oid != self.temporary);
        let path: Vec<String> = own.map(|namespace| quote_identifier(&namespace.name)).collect();
        self.say(&format!("SET search_path = {}", if path.is_empty() { "''".to_owned() } else { path.join(", ") }));
    }

    /// What is kept by its name alone.
    fn not_printed(&mut self) {
        for other in self.schema.others.iter() {
            let printed = other.key.starts_with(WRAPPER) || other.key.starts_with(SERVER);
            if !printed && !self.is_member(ObjectId::Other(other.oid)) {
                self.comment(&other.key);
            }
        }
        for class in self.schema.operator_classes.iter() {
            if self.is_own(class.oid, class.namespace, ObjectId::OperatorClass(class.oid)) {
                self.comment(&format!("operator class {}", self.name(class.namespace, &class.name)));
            }
        }
        for taint in self.schema.taints.iter() {
            self.comment(&match taint {
                rollproof_catalog::Taint::Relations(_, reason)
                | rollproof_catalog::Taint::Functions(_, reason)
                | rollproof_catalog::Taint::Types(_, reason)
                | rollproof_catalog::Taint::Everything(reason) => format!("what was not followed: {reason}"),
                rollproof_catalog::Taint::Extension(name) => format!("the contents of extension {name}"),
            });
        }
    }
}

#[cfg(test)]
mod tests;
