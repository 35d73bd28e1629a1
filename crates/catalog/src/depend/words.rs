//! Objects in words (`getObjectDescription`).

use crate::{ColumnId, DependencyKind, FunctionKind, ObjectId, Oid, Operator, RelationKind, Schema, TypeKind, TypeRef};

impl Schema {
    /// What a constraint, trigger, rule or policy is on: the relation or the domain it goes with.
    #[must_use]
    pub fn whole_of(&self, object: ObjectId) -> Option<ObjectId> {
        let uses = self.dependencies.uses(object).iter();
        uses.filter(|edge| edge.1 == DependencyKind::Automatic).find_map(|edge| match edge.0 {
            ObjectId::Relation(oid) => Some(ObjectId::Relation(oid)),
            ObjectId::Column(id) => Some(ObjectId::Relation(id.relation)),
            ObjectId::Type(oid) => Some(ObjectId::Type(oid)),
            _ => None,
        })
    }

    /// An object as the server's messages name it: `column b of table t`.
    #[must_use]
    pub fn describe_object(&self, object: ObjectId) -> String {
        match object {
            ObjectId::Relation(oid) => self.describe_relation(oid),
            ObjectId::Column(id) => self.describe_column(id),
            ObjectId::Default(id) => format!("default value for {}", self.describe_column(id)),
            ObjectId::Type(oid) => {
                format!("type {}", self.format_type(TypeRef::plain(oid)))
            }
            ObjectId::Function(oid) => match self.function(oid) {
                Some(function) => {
                    let word = match function.kind {
                        FunctionKind::Procedure => "procedure",
                        _ => "function",
                    };
                    format!("{word} {}", self.function_signature(function))
                }
                None => "function".to_owned(),
            },
            ObjectId::Namespace(oid) => {
                format!("schema {}", self.namespace_name(oid).map_or("", |name| name))
            }
            ObjectId::Extension(oid) => {
                format!("extension {}", self.extension(oid).map_or("", |found| &found.name))
            }
            ObjectId::Role(oid) => format!("role {}", self.role(oid).map_or("", |found| &found.name)),
            ObjectId::Constraint(oid) => self.describe_constraint(oid),
            ObjectId::Trigger(_) | ObjectId::Rule(_) | ObjectId::Policy(_) => self.describe_part(object),
            ObjectId::Operator(oid) => match self.operator(oid) {
                Some(operator) => format!("operator {}", self.operator_signature(operator)),
                None => "operator".to_owned(),
            },
            ObjectId::Collation(oid) => {
                format!("collation {}", self.collation(oid).map_or("", |found| &found.name))
            }
            ObjectId::Cast(oid) => match self.cast(oid) {
                Some(cast) => format!(
                    "cast from {} to {}",
                    self.format_type(TypeRef::plain(cast.source)),
                    self.format_type(TypeRef::plain(cast.target))
                ),
                None => "cast".to_owned(),
            },
            ObjectId::OperatorClass(oid) => match self.operator_class(oid) {
                Some(class) => format!("operator class {} for access method {}", class.name, class.method),
                None => "operator class".to_owned(),
            },
            ObjectId::OperatorFamily(oid) => match self.operator_family(oid) {
                Some(family) => format!("operator family {} for access method {}", family.name, family.method),
                None => "operator family".to_owned(),
            },
            ObjectId::EnumLabel(_) => "enum label".to_owned(),
            ObjectId::Language(oid) | ObjectId::Other(oid) => {
                self.others.get(oid).map_or_else(|| "object".to_owned(), |other| other.key.to_string())
            }
        }
    }

    fn describe_relation(&self, oid: Oid) -> String {
        match self.relation(oid) {
            Some(relation) => format!("{} {}", relation_word(relation.kind), self.relation_name(oid)),
            None => "relation".to_owned(),
        }
    }

    fn describe_column(&self, id: ColumnId) -> String {
        let name = self.column(id).map_or("", |column| &column.name);
        format!("column {name} of {}", self.describe_relation(id.relation))
    }

    fn describe_constraint(&self, oid: Oid) -> String {
        match self.whole_of(ObjectId::Constraint(oid)) {
            Some(ObjectId::Relation(table)) => {
                let relation = self.relation(table);
                let found = relation.and_then(|each| each.constraints.iter().find(|known| known.oid == oid));
                let name = found.map_or("", |known| &known.name);
                format!("constraint {name} on {}", self.describe_relation(table))
            }
            // A domain's constraint is named alone.
            Some(ObjectId::Type(domain)) => {
                let found = self.type_of(domain).and_then(|found| match &found.kind {
                    TypeKind::Domain { checks, .. } => checks.iter().find(|check| check.oid == oid),
                    _ => None,
                });
                format!("constraint {}", found.map_or("", |known| &known.name))
            }
            _ => "constraint".to_owned(),
        }
    }

    fn describe_part(&self, object: ObjectId) -> String {
        let table = match self.whole_of(object) {
            Some(ObjectId::Relation(table)) => table,
            _ => Oid::NONE,
        };
        let relation = self.relation(table);
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

    /// `=(integer,integer)`, with `NONE` for an operand that is not there (`format_operator`).
    fn operator_signature(&self, operator: &Operator) -> String {
        let operand = |oid: Oid| match oid {
            Oid::NONE => "NONE".to_owned(),
            oid => self.format_type(TypeRef::plain(oid)),
        };
        let name = match self.namespace_name(operator.namespace) {
            Some(namespace) if !self.is_operator_visible(operator) => format!("{namespace}.{}", operator.name),
            _ => operator.name.to_string(),
        };
        format!("{name}({},{})", operand(operator.left), operand(operator.right))
    }
}

/// What `getRelationDescription` calls a kind.
const fn relation_word(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Table | RelationKind::PartitionedTable => "table",
        RelationKind::Toast => "toast table",
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialized view",
        RelationKind::Index | RelationKind::PartitionedIndex => "index",
        RelationKind::Sequence => "sequence",
        RelationKind::Composite => "composite type",
        RelationKind::ForeignTable => "foreign table",
    }
}
