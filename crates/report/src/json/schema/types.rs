//! Types and collations.

use rollproof_catalog::{ObjectId, TypeKind};
use serde::Serialize;

use super::relations::{AttributeJson, attributes};
use crate::sql::Printer;

#[derive(Serialize)]
pub(super) struct TypeJson {
    schema: String,
    name: String,
    kind: &'static str,
    /// Of an enum, in order.
    labels: Option<Vec<String>>,
    /// Of a composite type.
    attributes: Option<Vec<AttributeJson>>,
    /// Of a domain: what it is over. Of a range: its subtype.
    base: Option<String>,
    not_null: bool,
    default: Option<String>,
    checks: Vec<CheckJson>,
}

#[derive(Serialize)]
struct CheckJson {
    name: String,
    definition: String,
}

#[derive(Serialize)]
pub(super) struct CollationJson {
    schema: String,
    name: String,
    deterministic: bool,
}

pub(super) fn types(printer: &Printer) -> Vec<TypeJson> {
    let schema = printer.schema;
    let mut all: Vec<TypeJson> = Vec::new();
    for of in schema.types.iter().filter(|of| printer.is_printed_type(of)) {
        let mut json = TypeJson {
            schema: printer.namespace_name(of.namespace),
            name: of.name.to_string(),
            kind: "base",
            labels: None,
            attributes: None,
            base: None,
            not_null: false,
            default: None,
            checks: Vec::new(),
        };
        match &of.kind {
            TypeKind::Enum(labels) => {
                json.kind = "enum";
                json.labels = Some(labels.iter().map(|label| label.label.to_string()).collect());
            }
            TypeKind::Composite(relation) => {
                json.kind = "composite";
                json.attributes = schema.relation(*relation).map(|relation| attributes(printer, relation));
            }
            TypeKind::Domain { base, not_null, default, checks } => {
                json.kind = "domain";
                json.base = Some(schema.format_type(*base));
                json.not_null = *not_null;
                json.default = default.as_ref().map(|value| printer.expression(value));
                let check = |of: &std::sync::Arc<rollproof_catalog::Constraint>| CheckJson {
                    name: of.name.to_string(),
                    definition: printer.check(of),
                };
                json.checks = checks.iter().map(check).collect();
            }
            TypeKind::Range { subtype, .. } => {
                json.kind = "range";
                json.base = Some(schema.format_type_plain(*subtype));
            }
            TypeKind::Shell => json.kind = "shell",
            TypeKind::Base | TypeKind::Pseudo | TypeKind::Multirange(_) => {}
        }
        all.push(json);
    }
    all.sort_by(|left, right| (&left.schema, &left.name).cmp(&(&right.schema, &right.name)));
    all
}

pub(super) fn collations(printer: &Printer) -> Vec<CollationJson> {
    let own = printer.schema.collations.iter();
    let mut all: Vec<CollationJson> = own
        .filter(|of| of.definition.is_some() && printer.is_own(of.oid, of.namespace, ObjectId::Collation(of.oid)))
        .map(|of| CollationJson {
            schema: printer.namespace_name(of.namespace),
            name: of.name.to_string(),
            deterministic: of.deterministic,
        })
        .collect();
    all.sort_by(|left, right| (&left.schema, &left.name).cmp(&(&right.schema, &right.name)));
    all
}
