//! Owners, grants, default privileges.

use rollproof_catalog::{Acl, FunctionKind, Oid, Privilege, Relation, RelationKind, Schema, TypeKind};
use rollproof_sql::quote_identifier;

use super::Printer;

impl Printer<'_> {
    /// What belongs to another role than the one that runs the script.
    pub(crate) fn owners(&mut self) {
        let schema = self.schema;
        let mut lines = Vec::new();
        let mut own = |owner: Oid, what: String| {
            if owner >= Oid::FIRST_USER {
                lines.push((owner, what));
            }
        };
        for namespace in schema.namespaces.iter().filter(|namespace| namespace.oid != self.temporary) {
            own(namespace.owner, format!("SCHEMA {}", quote_identifier(&namespace.name)));
        }
        for relation in self.own_relations() {
            if let Some(word) = self.owner_word(relation) {
                own(relation.owner, format!("{word} {}", self.name(relation.namespace, &relation.name)));
            }
        }
        for of in schema.types.iter().filter(|of| self.is_printed_type(of)) {
            let word = if matches!(of.kind, TypeKind::Domain { .. }) { "DOMAIN" } else { "TYPE" };
            own(of.owner, format!("{word} {}", self.name(of.namespace, &of.name)));
        }
        for function in self.own_functions() {
            own(function.owner, self.routine_words(function));
        }
        for (owner, what) in lines {
            self.say(&format!("ALTER {what} OWNER TO {}", self.role_name(owner)));
        }
    }

    /// Indexes, owned sequences and composite types belong to whom their table or type does.
    fn owner_word(&self, relation: &Relation) -> Option<&'static str> {
        Some(match relation.kind {
            RelationKind::Table | RelationKind::PartitionedTable => "TABLE",
            RelationKind::View => "VIEW",
            RelationKind::MaterializedView => "MATERIALIZED VIEW",
            RelationKind::ForeignTable => "FOREIGN TABLE",
            RelationKind::Sequence if relation.sequence.as_ref()?.owned_by.is_none() => "SEQUENCE",
            _ => return None,
        })
    }

    /// `FUNCTION f(a)`, `AGGREGATE f(*)`
    fn routine_words(&self, function: &rollproof_catalog::Function) -> String {
        match function.kind {
            FunctionKind::Procedure => format!("PROCEDURE {}", self.signature(function)),
            FunctionKind::Aggregate => {
                let name = self.name(function.namespace, &function.name);
                format!("AGGREGATE {name}({})", self.aggregate_arguments(function))
            }
            FunctionKind::Function | FunctionKind::Window => format!("FUNCTION {}", self.signature(function)),
        }
    }

    pub(crate) fn grants(&mut self) {
        let (schema, temporary) = (self.schema, self.temporary);
        let fresh = Schema::new(schema.builtin);
        for namespace in schema.namespaces.iter().filter(|namespace| namespace.oid != temporary) {
            let default = fresh.namespaces.get(namespace.oid).and_then(|namespace| namespace.acl.clone());
            if namespace.acl == default {
                continue;
            }
            let name = quote_identifier(&namespace.name);
            if default.is_some() {
                self.say(&format!("REVOKE ALL ON SCHEMA {name} FROM PUBLIC"));
            }
            self.acl(&format!("SCHEMA {name}"), "", namespace.owner, namespace.acl.as_deref());
        }
        for relation in self.own_relations() {
            let word = if relation.kind == RelationKind::Sequence { "SEQUENCE" } else { "TABLE" };
            let what = format!("{word} {}", self.name(relation.namespace, &relation.name));
            self.acl(&what, "", relation.owner, relation.acl.as_deref());
            for column in relation.live_columns().filter(|column| column.acl.is_some()) {
                let of = format!(" ({})", quote_identifier(&column.name));
                self.acl(&what, &of, relation.owner, column.acl.as_deref());
            }
        }
        for function in self.own_functions() {
            self.routine_grants(function);
        }
    }

    fn routine_grants(&mut self, function: &rollproof_catalog::Function) {
        let Some(acl) = function.acl.as_deref() else { return };
        let kind = if function.kind == FunctionKind::Procedure { "PROCEDURE" } else { "FUNCTION" };
        let what = format!("{kind} {}", self.signature(function));
        if !is_for_everyone(acl, Privilege::Execute) {
            self.say(&format!("REVOKE ALL ON {what} FROM PUBLIC"));
        }
        let mut named = acl.clone();
        named.entries.retain(|entry| entry.grantee.is_some());
        self.acl(&what, "", function.owner, Some(&named));
    }

    /// A GRANT for each role but the owner.
    fn acl(&mut self, what: &str, columns: &str, owner: Oid, acl: Option<&Acl>) {
        for entry in acl.map_or(&[][..], |acl| &acl.entries) {
            if entry.grantee == owner || entry.privileges == 0 {
                continue;
            }
            let words: Vec<String> =
                Privilege::words(entry.privileges).iter().map(|word| format!("{word}{columns}")).collect();
            self.say(&format!("GRANT {} ON {what} TO {}", words.join(", "), self.role_name(entry.grantee)));
        }
    }

    pub(crate) fn default_privileges(&mut self) {
        let schema = self.schema;
        for default in schema.default_acls.iter() {
            let objects = match default.object {
                b'r' => "TABLES",
                b'S' => "SEQUENCES",
                b'f' => "FUNCTIONS",
                b'T' => "TYPES",
                _ => "SCHEMAS",
            };
            let place = schema.namespace_name(default.namespace);
            let place = place.map_or_else(String::new, |name| format!(" IN SCHEMA {}", quote_identifier(name)));
            let start = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}{place}", self.role_name(default.role));
            let everyone = match default.object {
                b'f' => Some(Privilege::Execute),
                b'T' => Some(Privilege::Usage),
                _ => None,
            };
            let revoked = everyone.is_some_and(|privilege| !is_for_everyone(&default.acl, privilege));
            if revoked && default.namespace.is_none() {
                self.say(&format!("{start} REVOKE ALL ON {objects} FROM PUBLIC"));
            }
            for entry in default.acl.entries.iter().filter(|entry| entry.grantee != default.role) {
                let words = Privilege::words(entry.privileges).join(", ");
                self.say(&format!("{start} GRANT {words} ON {objects} TO {}", self.role_name(entry.grantee)));
            }
        }
    }
}

fn is_for_everyone(acl: &Acl, privilege: Privilege) -> bool {
    acl.entries.iter().any(|entry| entry.grantee.is_none() && entry.privileges & privilege as u16 != 0)
}
