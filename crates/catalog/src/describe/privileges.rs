//! Grants, and default privileges.

use super::Description;
use crate::{Acl, Oid, Privilege};

/// The words of the privileges, in the order of `aclitem`.
const WORDS: [(Privilege, &str); 11] = [
    (Privilege::Insert, "INSERT"),
    (Privilege::Select, "SELECT"),
    (Privilege::Update, "UPDATE"),
    (Privilege::Delete, "DELETE"),
    (Privilege::Truncate, "TRUNCATE"),
    (Privilege::References, "REFERENCES"),
    (Privilege::Trigger, "TRIGGER"),
    (Privilege::Execute, "EXECUTE"),
    (Privilege::Usage, "USAGE"),
    (Privilege::Create, "CREATE"),
    (Privilege::Maintain, "MAINTAIN"),
];

/// Bits of privileges in words.
fn words(privileges: u16) -> String {
    let held = WORDS.iter().filter(|(privilege, _)| privileges & *privilege as u16 != 0);
    held.map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
}

impl Description<'_> {
    /// One line for each role that was granted something; what the owner has is not said.
    pub(super) fn grants(&mut self, kind: &str, name: &str, owner: Oid, acl: Option<&Acl>) {
        let entries = acl.map_or(&[][..], |acl| &acl.entries);
        for entry in entries.iter().filter(|entry| entry.grantee != owner && entry.privileges != 0) {
            let (words, role) = (words(entry.privileges), self.role_name(entry.grantee));
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
            for entry in default.acl.entries.iter().filter(|entry| entry.grantee != default.role) {
                let (words, role) = (words(entry.privileges), self.role_name(entry.grantee));
                self.lines.push(format!("default grant {words} on {objects}{place} of {maker} to {role}"));
            }
        }
    }
}
