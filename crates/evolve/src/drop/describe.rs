//! Objects in words (`getObjectDescription`).

use rollproof_catalog::{ColumnId, FunctionKind, ObjectId, Oid, RelationKind, TypeKind, TypeRef};

use crate::context::Context;
use crate::find::kind_word;

impl Context {
    /// An object as error messages name it: `column b of table t`.
    pub(crate) fn describe(&self, object: ObjectId) -> String {
        match object {
            ObjectId::Relation(oid) => self.describe_relation(oid),
            ObjectId::Column(id) => self.describe_column(id),
            ObjectId::Default(id) => format!("default value for {}", self.describe_column(id)),
            ObjectId::Type(oid) => {
                format!("type {}", self.schema.format_type(TypeRef::plain(oid)))
            }
            ObjectId::Function(oid) => match self.schema.function(oid) {
                Some(function) => {
                    let word = match function.kind {
                        FunctionKind::Procedure => "procedure",
                        _ => "function",
                    };
                    format!("{word} {}", self.schema.function_signature(function))
                }
                None => "function".to_owned(),
            },
            ObjectId::Namespace(oid) => {
                format!("schema {}", self.schema.namespace_name(oid).map_or("", |name| name))
            }
            ObjectId::Extension(oid) => {
                format!("extension {}", self.schema.extension(oid).map_or("", |found| &found.name))
            }
            ObjectId::Role(oid) => format!("role {}", self.schema.role(oid).map_or("", |found| &found.name)),
            ObjectId::Constraint(oid) => self.describe_constraint(oid),
            ObjectId::Trigger(_) | ObjectId::Rule(_) | ObjectId::Policy(_) => self.describe_part(object),
            ObjectId::Operator(oid) => {
                format!("operator {}", self.schema.operator(oid).map_or("", |found| &found.name))
            }
            ObjectId::Collation(oid) => {
                format!("collation {}", self.schema.collation(oid).map_or("", |found| &found.name))
            }
            ObjectId::Cast(oid) => match self.schema.cast(oid) {
                Some(cast) => format!(
                    "cast from {} to {}",
                    self.schema.format_type(TypeRef::plain(cast.source)),
                    self.schema.format_type(TypeRef::plain(cast.target))
                ),
                None => "cast".to_owned(),
            },
            ObjectId::OperatorClass(_) => "operator class".to_owned(),
            ObjectId::OperatorFamily(_) => "operator family".to_owned(),
            ObjectId::Language(_) => "language".to_owned(),
            ObjectId::EnumLabel(_) => "enum label".to_owned(),
            ObjectId::Other(_) => "object".to_owned(),
        }
    }

    fn describe_relation(&self, oid: Oid) -> String {
        match self.schema.relation(oid) {
            Some(relation) if relation.kind == RelationKind::Composite => {
                format!("composite type {}", self.schema.relation_name(oid))
            }
            Some(relation) => format!("{} {}", kind_word(relation.kind), self.schema.relation_name(oid)),
            None => "relation".to_owned(),
        }
    }

    fn describe_column(&self, id: ColumnId) -> String {
        let name = self.schema.column(id).map_or("", |column| &column.name);
        format!("column {name} of {}", self.describe_relation(id.relation))
    }

    fn describe_constraint(&self, oid: Oid) -> String {
        match self.owner_of(ObjectId::Constraint(oid)) {
            Some(ObjectId::Relation(table)) => {
                let relation = self.schema.relation(table);
                let found = relation.and_then(|each| each.constraints.iter().find(|known| known.oid == oid));
                let name = found.map_or("", |known| &known.name);
                format!("constraint {name} on {}", self.describe_relation(table))
            }
            Some(ObjectId::Type(domain)) => {
                let found = self.schema.type_of(domain).and_then(|found| match &found.kind {
                    TypeKind::Domain { checks, .. } => checks.iter().find(|check| check.oid == oid),
                    _ => None,
                });
                let name = found.map_or("", |known| &known.name);
                format!("constraint {name} on domain {}", self.schema.format_type(TypeRef::plain(domain)))
            }
            _ => "constraint".to_owned(),
        }
    }

    fn describe_part(&self, object: ObjectId) -> String {
        let table = match self.owner_of(object) {
            Some(ObjectId::Relation(table)) => table,
            _ => Oid::NONE,
        };
        let relation = self.schema.relation(table);
        let name = relation.and_then(|relation| match object {
            ObjectId::Trigger(oid) => relation.triggers.iter().find(|each| each.oid == oid).map(|each| &each.name),
            ObjectId::Rule(oid) => relation.rules.iter().find(|each| each.oid == oid).map(|each| &each.name),
            ObjectId::Policy(oid) => relation.policies.iter().find(|each| each.oid == oid).map(|each| &each.name),
            _ => None,
        });
        let word = match object {
            ObjectId::Trigger(_) => "trigger",
            ObjectId::Rule(_) => "rule",
            _ => "policy",
        };
        format!("{word} {} on {}", name.map_or("", |name| name), self.describe_relation(table))
    }
}
