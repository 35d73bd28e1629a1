//! `schema --format json`, version 1: fields are added, never renamed. `schema/schema-v1.json` beside this crate
//! describes it. Every list is sorted by schema and name, columns by their position.

mod relations;
mod routines;
mod types;

use rollproof_catalog::{Acl, Oid, Privilege, Schema, Taint};
use serde::Serialize;

use crate::sql::{Printer, bare};
use relations::RelationJson;
use routines::{CastJson, OperatorJson, RoutineJson};
use types::{CollationJson, TypeJson};

/// The JSON Schema of this version.
pub const SCHEMA: &str = include_str!("../../../schema/schema-v1.json");

/// Prints `schema`, as it is in `state`, as one JSON document with a final line feed.
#[must_use]
pub fn render(schema: &Schema, state: &str) -> String {
    let bare = bare(schema);
    let printer = Printer::new(&bare, schema.session.temporary);
    let mut text = serde_json::to_string_pretty(&Document::of(&printer, schema, state)).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document {
    schema_version: u32,
    tool: Tool,
    state: String,
    server: u32,
    search_path: Vec<String>,
    schemas: Vec<NamespaceJson>,
    extensions: Vec<ExtensionJson>,
    roles: Vec<RoleJson>,
    types: Vec<TypeJson>,
    relations: Vec<RelationJson>,
    routines: Vec<RoutineJson>,
    operators: Vec<OperatorJson>,
    casts: Vec<CastJson>,
    collations: Vec<CollationJson>,
    default_privileges: Vec<DefaultPrivilegesJson>,
    others: Vec<String>,
    unknown: Vec<UnknownJson>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct NamespaceJson {
    name: String,
    owner: String,
    grants: Vec<GrantJson>,
}

#[derive(Serialize)]
struct ExtensionJson {
    name: String,
    schema: Option<String>,
    modelled: bool,
}

#[derive(Serialize)]
struct RoleJson {
    name: String,
    superuser: bool,
    bypass_row_security: bool,
    inherit: bool,
    member_of: Vec<String>,
}

/// What one role was granted; `role` is null for PUBLIC.
#[derive(Serialize)]
struct GrantJson {
    role: Option<String>,
    privileges: Vec<&'static str>,
}

#[derive(Serialize)]
struct DefaultPrivilegesJson {
    role: String,
    schema: Option<String>,
    objects: &'static str,
    grants: Vec<GrantJson>,
}

/// What could not be followed, and the names that it may concern; no name where it may be anything.
#[derive(Serialize)]
struct UnknownJson {
    reason: String,
    relations: Option<Vec<String>>,
}

impl Document {
    fn of(printer: &Printer, schema: &Schema, state: &str) -> Self {
        let text = |name: &std::sync::Arc<str>| name.to_string();
        Self {
            schema_version: 1,
            tool: Tool { name: "rollproof", version: env!("CARGO_PKG_VERSION") },
            state: state.to_owned(),
            server: schema.builtin.version,
            search_path: schema.session.search_path.iter().map(text).collect(),
            schemas: namespaces(printer),
            extensions: extensions(schema),
            roles: roles(schema),
            types: types::types(printer),
            relations: relations::relations(printer),
            routines: routines::routines(printer),
            operators: routines::operators(printer),
            casts: routines::casts(printer),
            collations: types::collations(printer),
            default_privileges: default_privileges(schema),
            others: schema.others.iter().map(|other| other.key.to_string()).collect(),
            unknown: schema.taints.iter().map(unknown).collect(),
        }
    }
}

/// The name of a role; the superuser that made the server has none that is known.
fn role_name(schema: &Schema, oid: Oid) -> String {
    schema.role(oid).map_or_else(|| "postgres".to_owned(), |role| role.name.to_string())
}

/// Who was granted what, the owner left out; none where nothing was said of it.
fn grants(schema: &Schema, owner: Oid, acl: Option<&Acl>) -> Vec<GrantJson> {
    let entries = acl.map_or(&[][..], |acl| &acl.entries);
    let others = entries.iter().filter(|entry| entry.grantee != owner && entry.privileges != 0);
    let one = |entry: &rollproof_catalog::AclEntry| GrantJson {
        role: entry.grantee.is_some().then(|| role_name(schema, entry.grantee)),
        privileges: Privilege::words(entry.privileges),
    };
    let mut grants: Vec<GrantJson> = others.map(one).collect();
    grants.sort_by(|left, right| left.role.cmp(&right.role));
    grants
}

fn namespaces(printer: &Printer) -> Vec<NamespaceJson> {
    let schema = printer.schema;
    let mut all: Vec<_> = schema
        .namespaces
        .iter()
        .filter(|namespace| namespace.oid != printer.temporary)
        .map(|namespace| NamespaceJson {
            name: namespace.name.to_string(),
            owner: role_name(schema, namespace.owner),
            grants: grants(schema, namespace.owner, namespace.acl.as_deref()),
        })
        .collect();
    all.sort_by(|left, right| left.name.cmp(&right.name));
    all
}

fn extensions(schema: &Schema) -> Vec<ExtensionJson> {
    let one = |extension: &rollproof_catalog::Extension| ExtensionJson {
        name: extension.name.to_string(),
        schema: schema.namespace_name(extension.namespace).map(|name| name.to_string()),
        modelled: extension.modelled,
    };
    let mut all: Vec<_> = schema.extensions.iter().map(|extension| one(extension)).collect();
    all.sort_by(|left, right| left.name.cmp(&right.name));
    all
}

fn roles(schema: &Schema) -> Vec<RoleJson> {
    let own = schema.roles.iter().filter(|role| role.oid >= Oid::FIRST_USER);
    let mut all: Vec<_> = own
        .map(|role| RoleJson {
            name: role.name.to_string(),
            superuser: role.superuser,
            bypass_row_security: role.bypass_row_security,
            inherit: role.inherit,
            member_of: role.member_of.iter().map(|of| role_name(schema, of.group)).collect(),
        })
        .collect();
    all.sort_by(|left, right| left.name.cmp(&right.name));
    all
}

fn default_privileges(schema: &Schema) -> Vec<DefaultPrivilegesJson> {
    let one = |default: &rollproof_catalog::DefaultAcl| DefaultPrivilegesJson {
        role: role_name(schema, default.role),
        schema: schema.namespace_name(default.namespace).map(|name| name.to_string()),
        objects: match default.object {
            b'r' => "tables",
            b'S' => "sequences",
            b'f' => "routines",
            b'T' => "types",
            _ => "schemas",
        },
        grants: grants(schema, default.role, Some(&default.acl)),
    };
    schema.default_acls.iter().map(one).collect()
}

fn unknown(taint: &Taint) -> UnknownJson {
    let names = |names: &[std::sync::Arc<str>]| Some(names.iter().map(|name| name.to_string()).collect());
    match taint {
        Taint::Relations(relations, reason) => UnknownJson { reason: reason.to_string(), relations: names(relations) },
        Taint::Functions(_, reason) | Taint::Types(_, reason) => {
            UnknownJson { reason: reason.to_string(), relations: names(&[]) }
        }
        Taint::Extension(name) => {
            UnknownJson { reason: format!("extension {name} is not modelled"), relations: names(&[]) }
        }
        Taint::Everything(reason) => UnknownJson { reason: reason.to_string(), relations: None },
    }
}
