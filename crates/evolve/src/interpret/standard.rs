//! The rows of `information_schema`.

use std::sync::Arc;

use rollproof_catalog::{
    Constraint, ConstraintKind, FunctionKind, Identity, Oid, Relation, RelationKind, Schema, TypeRef,
};

use super::relations::{Row, Wanted, all_namespaces, is_table, namespace, own, text, word, yes_no};
use super::value::Value;

pub(super) fn tables(schema: &Schema, wanted: &Wanted) -> Vec<Row> {
    let row = |relation: &Relation| {
        let kind = match relation.kind {
            RelationKind::View => "VIEW",
            RelationKind::ForeignTable => "FOREIGN",
            _ if relation.namespace == schema.session.temporary => "LOCAL TEMPORARY",
            _ => "BASE TABLE",
        };
        vec![
            ("table_schema", namespace(schema, relation.namespace)),
            ("table_name", text(&relation.name)),
            ("table_type", word(kind)),
        ]
    };
    wanted.relations(schema).filter(|relation| is_table(relation)).map(row).collect()
}

pub(super) fn views(schema: &Schema) -> Vec<Row> {
    let row = |relation: &Arc<Relation>| {
        vec![("table_schema", namespace(schema, relation.namespace)), ("table_name", text(&relation.name))]
    };
    own(schema).filter(|relation| relation.kind == RelationKind::View).map(row).collect()
}

pub(super) fn columns(schema: &Schema, wanted: &Wanted) -> Vec<Row> {
    let mut rows = Vec::new();
    for relation in wanted.relations(schema).filter(|relation| is_table(relation)) {
        for column in relation.live_columns() {
            let base = schema.base_type(column.data_type);
            let found = schema.type_of(base.oid);
            let data_type = match found {
                Some(found) if found.is_array => "ARRAY".to_owned(),
                Some(found) if found.oid >= Oid::FIRST_USER => "USER-DEFINED".to_owned(),
                _ => schema.format_type(TypeRef::plain(base.oid)),
            };
            let length = match base.oid {
                rollproof_catalog::oid::VARCHAR | rollproof_catalog::oid::BPCHAR if base.modifier > 4 => {
                    Value::Int(i64::from(base.modifier - 4))
                }
                _ => Value::Null,
            };
            rows.push(vec![
                ("table_schema", namespace(schema, relation.namespace)),
                ("table_name", text(&relation.name)),
                ("column_name", text(&column.name)),
                ("ordinal_position", Value::Int(i64::from(column.number))),
                ("is_nullable", yes_no(!column.not_null)),
                ("data_type", word(&data_type)),
                ("character_maximum_length", length),
                ("udt_schema", found.map_or(Value::Null, |found| namespace(schema, found.namespace))),
                ("udt_name", found.map_or(Value::Null, |found| text(&found.name))),
                ("is_identity", yes_no(column.identity.is_some())),
                (
                    "identity_generation",
                    match column.identity {
                        Some(Identity::Always) => word("ALWAYS"),
                        Some(Identity::ByDefault) => word("BY DEFAULT"),
                        None => Value::Null,
                    },
                ),
                ("is_generated", word(if column.generated.is_some() { "ALWAYS" } else { "NEVER" })),
            ]);
        }
    }
    rows
}

pub(super) fn schemata(schema: &Schema) -> Vec<Row> {
    all_namespaces(schema).map(|(_, name)| vec![("schema_name", name)]).collect()
}

fn constraint_word(constraint: &Constraint) -> &'static str {
    match constraint.kind {
        ConstraintKind::Check(_) | ConstraintKind::NotNull => "CHECK",
        ConstraintKind::PrimaryKey => "PRIMARY KEY",
        ConstraintKind::Unique => "UNIQUE",
        ConstraintKind::ForeignKey(_) => "FOREIGN KEY",
        ConstraintKind::Exclusion | ConstraintKind::Trigger => "",
    }
}

pub(super) fn table_constraints(schema: &Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    for relation in own(schema) {
        for constraint in relation.constraints.iter().filter(|each| !constraint_word(each).is_empty()) {
            rows.push(vec![
                ("constraint_schema", namespace(schema, relation.namespace)),
                ("constraint_name", text(&constraint.name)),
                ("table_schema", namespace(schema, relation.namespace)),
                ("table_name", text(&relation.name)),
                ("constraint_type", word(constraint_word(constraint))),
            ]);
        }
    }
    rows
}

fn column_of_constraint(
    schema: &Schema,
    of: &Relation,
    constraint: &Constraint,
    table: &Relation,
    name: &Arc<str>,
) -> Row {
    vec![
        ("constraint_schema", namespace(schema, of.namespace)),
        ("constraint_name", text(&constraint.name)),
        ("table_schema", namespace(schema, table.namespace)),
        ("table_name", text(&table.name)),
        ("column_name", text(name)),
    ]
}

/// Columns that keys are made of: primary, unique and foreign ones.
pub(super) fn key_columns(schema: &Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    for relation in own(schema) {
        let is_key = |constraint: &&Arc<Constraint>| {
            matches!(
                constraint.kind,
                ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::ForeignKey(_)
            )
        };
        for constraint in relation.constraints.iter().filter(is_key) {
            let columns = constraint.columns.iter().filter_map(|number| relation.column_by_number(*number));
            for (at, column) in columns.enumerate() {
                let mut row = column_of_constraint(schema, relation, constraint, relation, &column.name);
                row.push(("ordinal_position", Value::Int(at as i64 + 1)));
                rows.push(row);
            }
        }
    }
    rows
}

/// Columns that constraints look at: of a foreign key those that it refers to.
pub(super) fn used_columns(schema: &Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    for relation in own(schema) {
        for constraint in &relation.constraints {
            let (table, numbers) = match &constraint.kind {
                ConstraintKind::ForeignKey(key) => match schema.relation(key.relation) {
                    Some(table) => (table, &key.columns),
                    None => continue,
                },
                // The server has NOT NULL here since it keeps it as a constraint.
                ConstraintKind::NotNull if schema.builtin.version < 18 => continue,
                ConstraintKind::Exclusion | ConstraintKind::Trigger => continue,
                _ => (&**relation, &constraint.columns),
            };
            for column in numbers.iter().filter_map(|number| table.column_by_number(*number)) {
                rows.push(column_of_constraint(schema, relation, constraint, table, &column.name));
            }
        }
    }
    rows
}

pub(super) fn referential_constraints(schema: &Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    for relation in own(schema) {
        let is_foreign = |constraint: &&Arc<Constraint>| matches!(constraint.kind, ConstraintKind::ForeignKey(_));
        for constraint in relation.constraints.iter().filter(is_foreign) {
            rows.push(vec![
                ("constraint_schema", namespace(schema, relation.namespace)),
                ("constraint_name", text(&constraint.name)),
            ]);
        }
    }
    rows
}

pub(super) fn sequences(schema: &Schema) -> Vec<Row> {
    let row = |relation: &Arc<Relation>| {
        vec![("sequence_schema", namespace(schema, relation.namespace)), ("sequence_name", text(&relation.name))]
    };
    own(schema).filter(|relation| relation.kind == RelationKind::Sequence).map(row).collect()
}

pub(super) fn standard_triggers(schema: &Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    for relation in own(schema) {
        for trigger in &relation.triggers {
            rows.push(vec![
                ("trigger_schema", namespace(schema, relation.namespace)),
                ("trigger_name", text(&trigger.name)),
                ("event_object_schema", namespace(schema, relation.namespace)),
                ("event_object_table", text(&relation.name)),
            ]);
        }
    }
    rows
}

pub(super) fn routines(schema: &Schema) -> Vec<Row> {
    let row = |function: &Arc<rollproof_catalog::Function>| {
        let kind = if function.kind == FunctionKind::Procedure { "PROCEDURE" } else { "FUNCTION" };
        vec![
            ("routine_schema", namespace(schema, function.namespace)),
            ("routine_name", text(&function.name)),
            ("routine_type", word(kind)),
        ]
    };
    schema.functions.iter().map(row).collect()
}
