//! Types, and constraints of domains.

use rollproof_sql::quote_literal;

use super::Description;
use crate::{ObjectId, Oid, RelationKind, Type, TypeKind};

impl Description<'_> {
    pub(super) fn types(&mut self) {
        let schema = self.schema;
        for of in schema.types.iter().filter(|of| !of.is_array) {
            if !self.is_own(of.oid, of.namespace, ObjectId::Type(of.oid)) {
                continue;
            }
            if let Some(what) = self.type_definition(of) {
                let name = self.name(of.namespace, &of.name);
                self.lines.push(format!("type {name} {what}"));
                self.domain_checks(&name, of);
            }
        }
        for collation in schema.collations.iter().filter(|collation| collation.definition.is_some()) {
            if self.is_own(collation.oid, collation.namespace, ObjectId::Collation(collation.oid)) {
                let rest = if collation.deterministic { "" } else { " nondeterministic" };
                self.lines.push(format!("collation {}{rest}", self.name(collation.namespace, &collation.name)));
            }
        }
    }

    /// What a type is; none for the rows of relations and for multiranges, which come with something else.
    fn type_definition(&self, of: &Type) -> Option<String> {
        Some(match &of.kind {
            TypeKind::Enum(labels) => {
                let labels: Vec<_> = labels.iter().map(|label| quote_literal(&label.label)).collect();
                format!("enum {}", labels.join(", "))
            }
            TypeKind::Composite(relation) => {
                let relation = self.schema.relation(*relation)?;
                if relation.kind != RelationKind::Composite {
                    return None;
                }
                "composite".to_owned()
            }
            TypeKind::Domain { base, not_null, default, .. } => {
                let mut line = format!("domain over {}", self.schema.format_type(*base));
                if *not_null {
                    line.push_str(" not null");
                }
                if let Some(default) = default {
                    line.push_str(&format!(" {}", self.expression("default", &default.text)));
                }
                line
            }
            TypeKind::Range { subtype, .. } => format!("range of {}", self.schema.format_type_plain(*subtype)),
            TypeKind::Multirange(_) => return None,
            TypeKind::Base => "base".to_owned(),
            TypeKind::Pseudo => "pseudo".to_owned(),
            TypeKind::Shell => "shell".to_owned(),
        })
    }

    fn domain_checks(&mut self, name: &str, of: &Type) {
        let TypeKind::Domain { checks, .. } = &of.kind else { return };
        for check in checks {
            let definition = self.constraint_definition(Oid::NONE, check);
            self.lines.push(format!("constraint {name}.{} {definition}", rollproof_sql::quote_identifier(&check.name)));
        }
    }
}
