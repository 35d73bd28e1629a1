//! Grants, and default privileges.

use super::Description;
use rollproof_sql::quote_identifier;

use crate::{Acl, AclEntry, ObjectId, Oid, Privilege, RelationKind};

impl Description<'_> {
    /// One line for each role that was granted something; what the owner has is not said.
    pub(super) fn grants(&mut self, kind: &str, name: &str, owner: Oid, acl: Option<&Acl>) {
        let entries = acl.map_or(&[][..], |acl| &acl.entries);
        for entry in entries.iter().filter(|entry| entry.grantee != owner && entry.privileges != 0) {
            let (words, role) = (Privilege::words(entry.privileges).join(", "), self.role_name(entry.grantee));
            self.lines.push(format!("grant {words} on {kind} {name} to {role}"));
        }
    }

    pub(super) fn default_privileges(&mut self) {
        for default in self.schema.default_acls.iter() {
            let objects = match default.object {
                b'r' => "tables",
                b'S' => "sequences",
                b'f' => "routines",
                b'T' => "types",
                _ => "schemas",
            };
            let place = self.schema.namespace_name(default.namespace);
            let place = place.map_or_else(String::new, |name| format!(" in {}", rollproof_sql::quote_identifier(name)));
            let maker = self.role_name(default.role);
            let everyone = match default.object {
                b'f' => Privilege::Execute as u16,
                b'T' => Privilege::Usage as u16,
                _ => 0,
            };
            let held = |entry: &AclEntry| entry.grantee.is_none() && entry.privileges & everyone != 0;
            if everyone != 0 && default.namespace.is_none() && !default.acl.entries.iter().any(held) {
                self.lines.push(format!("default revoke on {objects} of {maker} from PUBLIC"));
            }
            for entry in default.acl.entries.iter().filter(|entry| entry.grantee != default.role) {
                let (words, role) = (Privilege::words(entry.privileges).join(", "), self.role_name(entry.grantee));
                self.lines.push(format!("default grant {words} on {objects}{place} of {maker} to {role}"));
            }
        }
    }

    /// What belongs to another role than the bootstrap superuser. Indexes, and sequences of columns, go with their table.
    pub(super) fn owners(&mut self) {
        let (schema, temporary) = (self.schema, self.temporary);
        for namespace in schema.namespaces.iter().filter(|of| of.oid != temporary) {
            self.owner("schema", &quote_identifier(&namespace.name), namespace.owner);
        }
        for relation in schema.relations.iter() {
            let alone = match relation.kind {
                RelationKind::Index | RelationKind::PartitionedIndex | RelationKind::Composite => false,
                RelationKind::Sequence => relation.sequence.as_ref().is_some_and(|of| of.owned_by.is_none()),
                _ => true,
            };
            if alone && self.is_own(relation.oid, relation.namespace, ObjectId::Relation(relation.oid)) {
                self.owner("relation", &self.name(relation.namespace, &relation.name), relation.owner);
            }
        }
        for function in schema.functions.iter() {
            let object = ObjectId::Function(function.oid);
            if self.is_own(function.oid, function.namespace, object) && !self.is_internal(object) {
                let signature = self.signature(function);
                self.owner("routine", &signature, function.owner);
            }
        }
    }

    fn owner(&mut self, kind: &str, name: &str, owner: Oid) {
        if owner >= Oid::FIRST_USER {
            self.lines.push(format!("owner {} of {kind} {name}", self.role_name(owner)));
        }
    }
}
