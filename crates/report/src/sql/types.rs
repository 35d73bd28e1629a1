//! Types, collations.

use rollproof_catalog::{Collation, ConstraintKind, ObjectId, Oid, RelationKind, Type, TypeKind};
use rollproof_sql::{quote_identifier, quote_literal};

use super::Printer;

impl Printer<'_> {
    pub(crate) fn create_type(&mut self, of: &Type) {
        let name = self.name(of.namespace, &of.name);
        match &of.kind {
            TypeKind::Enum(labels) => {
                let labels: Vec<_> =
                    labels.iter().map(|label| format!("\n    {}", quote_literal(&label.label))).collect();
                self.say(&format!("CREATE TYPE {name} AS ENUM ({}\n)", labels.join(",")));
            }
            TypeKind::Composite(relation) => self.composite(&name, *relation),
            TypeKind::Domain { .. } => self.domain(&name, of),
            TypeKind::Range { subtype, multirange } => {
                let multirange = self.schema.type_of(*multirange).map_or_else(String::new, |of| {
                    format!(",\n    multirange_type_name = {}", self.name(of.namespace, &of.name))
                });
                let subtype = self.type_name(*subtype);
                self.say(&format!("CREATE TYPE {name} AS RANGE (\n    subtype = {subtype}{multirange}\n)"));
            }
            TypeKind::Shell => self.say(&format!("CREATE TYPE {name}")),
            TypeKind::Base | TypeKind::Pseudo => self.comment(&format!("base type {name}")),
            TypeKind::Multirange(_) => {}
        }
    }

    fn composite(&mut self, name: &str, relation: Oid) {
        let Some(relation) = self.schema.relation(relation).filter(|of| of.kind == RelationKind::Composite) else {
            return;
        };
        let columns: Vec<String> = relation
            .live_columns()
            .map(|column| {
                let collation = self.column_collation(column);
                format!(
                    "\n    {} {}{collation}",
                    quote_identifier(&column.name),
                    self.schema.format_type(column.data_type)
                )
            })
            .collect();
        self.say(&format!("CREATE TYPE {name} AS ({}\n)", columns.join(",")));
    }

    fn domain(&mut self, name: &str, of: &Type) {
        let TypeKind::Domain { base, not_null, default, checks } = &of.kind else { return };
        let mut text = format!("CREATE DOMAIN {name} AS {}", self.schema.format_type(*base));
        let natural = self.schema.type_of(base.oid).map_or(Oid::NONE, |base| base.collation);
        if of.collation.is_some() && of.collation != natural {
            text.push_str(&format!(" COLLATE {}", self.collation_name(of.collation)));
        }
        if let Some(default) = default {
            text.push_str(&format!(" DEFAULT {}", self.default_expression(default)));
        }
        // From PostgreSQL 17 on it has a name, and is one of the constraints.
        let is_named = checks.iter().any(|check| matches!(check.kind, ConstraintKind::NotNull));
        text.push_str(if *not_null && !is_named { " NOT NULL" } else { "" });
        let (valid, late): (Vec<_>, Vec<_>) = checks.iter().partition(|check| check.validated);
        for check in valid {
            text.push_str(&format!("\n    {}", self.domain_constraint(check)));
        }
        self.say(&text);
        for check in late {
            self.say(&format!("ALTER DOMAIN {name} ADD {} NOT VALID", self.domain_constraint(check)));
        }
    }

    pub(crate) fn create_collation(&mut self, collation: &Collation) {
        let name = self.name(collation.namespace, &collation.name);
        match &collation.definition {
            Some(definition) => self.say(&format!("CREATE COLLATION {name} {definition}")),
            None => self.comment(&format!("collation {name}")),
        }
    }

    /// Whether an object belongs to an extension that is printed as a whole.
    pub(crate) fn is_printed_type(&self, of: &Type) -> bool {
        self.is_own(of.oid, of.namespace, ObjectId::Type(of.oid))
            && !of.is_array
            && match of.kind {
                TypeKind::Composite(relation) => {
                    self.schema.relation(relation).is_some_and(|of| of.kind == RelationKind::Composite)
                }
                TypeKind::Multirange(_) => false,
                _ => true,
            }
    }
}
