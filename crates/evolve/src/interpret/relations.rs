//! The rows of system relations that migrations ask: `pg_catalog` and `information_schema` over the schema.

use std::sync::Arc;

use rollproof_catalog::{ConstraintKind, Identity, Oid, Relation, RelationKind, Schema, TypeKind};

use super::standard;
use super::value::Value;

/// A row: column names and values.
pub(super) type Row = Vec<(&'static str, Value)>;

pub(super) fn text(text: &Arc<str>) -> Value {
    Value::Text(text.clone())
}

pub(super) fn word(text: &str) -> Value {
    Value::text(text)
}

pub(super) fn yes_no(on: bool) -> Value {
    word(if on { "YES" } else { "NO" })
}

fn number(oid: Oid) -> Value {
    Value::Int(i64::from(oid.0))
}

pub(super) fn namespace(schema: &Schema, oid: Oid) -> Value {
    schema.namespace_name(oid).map_or(Value::Null, text)
}

/// What of a system relation is asked for: a query says it by constants.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Objects in the schema of this name.
    pub(super) namespace: Option<Arc<str>>,
    /// The relation of this name.
    pub(super) name: Option<Arc<str>>,
    /// The relation of this number.
    pub(super) relation: Option<i64>,
}

impl Wanted {
    /// The relations that are asked for, the server's own among them.
    pub(super) fn relations<'a>(&self, schema: &'a Schema) -> impl Iterator<Item = &'a Relation> + use<'a> {
        let namespace = self.namespace.as_ref().map(|name| schema.find_namespace(name));
        let (name, number) = (self.name.clone(), self.relation);
        let own = !matches!(namespace, Some(Some(oid)) if oid >= Oid::FIRST_USER);
        let own = own && number.is_none_or(|number| number < i64::from(Oid::FIRST_USER.0));
        let builtin = own.then(|| schema.builtin.relations().iter()).into_iter().flatten();
        builtin.chain(schema.relations.iter().map(|relation| &**relation)).filter(move |relation| {
            namespace.is_none_or(|namespace| namespace == Some(relation.namespace))
                && name.as_ref().is_none_or(|name| *name == relation.name)
                && number.is_none_or(|number| number == i64::from(relation.oid.0))
        })
    }
}

/// The rows of a system relation, or none where it is not one that is known here. Relations, types, functions, roles and
/// extensions of the server's own are in them; what hangs on relations is there of those that a migration can have made.
pub(super) fn rows(schema: &Schema, namespace_name: Option<&str>, name: &str, wanted: &Wanted) -> Option<Vec<Row>> {
    let standard = namespace_name == Some("information_schema");
    let catalog = matches!(namespace_name, None | Some("pg_catalog"));
    Some(match name {
        "tables" if standard => standard::tables(schema, wanted),
        "views" if standard => standard::views(schema),
        "columns" if standard => standard::columns(schema, wanted),
        "schemata" if standard => standard::schemata(schema),
        "table_constraints" if standard => standard::table_constraints(schema),
        "key_column_usage" if standard => standard::key_columns(schema),
        "constraint_column_usage" if standard => standard::used_columns(schema),
        "referential_constraints" if standard => standard::referential_constraints(schema),
        "sequences" if standard => standard::sequences(schema),
        "triggers" if standard => standard::standard_triggers(schema),
        "routines" if standard => standard::routines(schema),
        "pg_class" if catalog => classes(schema, wanted),
        "pg_attribute" if catalog => attributes(schema, wanted),
        "pg_namespace" if catalog => namespaces(schema),
        "pg_type" if catalog => types(schema),
        "pg_enum" if catalog => enums(schema),
        "pg_constraint" if catalog => constraints(schema),
        "pg_indexes" if catalog => indexes(schema),
        "pg_index" if catalog => index_entries(schema),
        "pg_tables" if catalog => pg_tables(schema, wanted),
        "pg_views" if catalog => pg_views(schema, RelationKind::View, "viewname"),
        "pg_matviews" if catalog => pg_views(schema, RelationKind::MaterializedView, "matviewname"),
        "pg_sequences" if catalog => pg_views(schema, RelationKind::Sequence, "sequencename"),
        "pg_inherits" if catalog => inherits(schema),
        "pg_attrdef" if catalog => defaults(schema),
        "pg_roles" | "pg_authid" | "pg_user" if catalog => roles(schema),
        "pg_extension" if catalog => extensions(schema),
        "pg_trigger" if catalog => triggers(schema),
        "pg_policies" if catalog => pg_policies(schema),
        "pg_policy" if catalog => policies(schema),
        "pg_proc" if catalog => functions(schema),
        "pg_event_trigger" if catalog => event_triggers(schema),
        _ => return None,
    })
}

/// A relation that is in neither place, though its name says it is the server's own.
pub(super) fn is_system_name(namespace_name: Option<&str>, name: &str) -> bool {
    matches!(namespace_name, Some("information_schema" | "pg_catalog")) || name.starts_with("pg_")
}

pub(super) fn own(schema: &Schema) -> impl Iterator<Item = &Arc<Relation>> {
    schema.relations.iter()
}

pub(super) fn is_table(relation: &Relation) -> bool {
    matches!(
        relation.kind,
        RelationKind::Table | RelationKind::PartitionedTable | RelationKind::View | RelationKind::ForeignTable
    )
}

pub(super) fn all_namespaces(schema: &Schema) -> impl Iterator<Item = (Value, Value)> {
    let builtin = schema.builtin.namespaces().iter().map(|each| (number(each.oid), text(&each.name)));
    builtin.chain(schema.namespaces.iter().map(|each| (number(each.oid), text(&each.name))))
}

fn namespaces(schema: &Schema) -> Vec<Row> {
    all_namespaces(schema).map(|(oid, name)| vec![("oid", oid), ("nspname", name)]).collect()
}

fn kind_letter(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Table => "r",
        RelationKind::PartitionedTable => "p",
        RelationKind::View => "v",
        RelationKind::MaterializedView => "m",
        RelationKind::Index => "i",
        RelationKind::PartitionedIndex => "I",
        RelationKind::Sequence => "S",
        RelationKind::Composite => "c",
        RelationKind::ForeignTable => "f",
        RelationKind::Toast => "t",
    }
}

fn classes(schema: &Schema, wanted: &Wanted) -> Vec<Row> {
    let row = |relation: &Relation| {
        vec![
            ("oid", number(relation.oid)),
            ("relname", text(&relation.name)),
            ("relnamespace", number(relation.namespace)),
            ("relkind", word(kind_letter(relation.kind))),
            ("relrowsecurity", Value::Bool(relation.row_security)),
            ("relforcerowsecurity", Value::Bool(relation.force_row_security)),
            ("relispartition", Value::Bool(relation.partition.is_some())),
            ("reltype", number(relation.row_type)),
            ("relowner", number(relation.owner)),
        ]
    };
    wanted.relations(schema).map(row).collect()
}

fn inherits(schema: &Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    for relation in own(schema) {
        for (at, parent) in relation.inherits.iter().enumerate() {
            rows.push(vec![
                ("inhrelid", number(relation.oid)),
                ("inhparent", number(*parent)),
                ("inhseqno", Value::Int(at as i64 + 1)),
            ]);
        }
    }
    rows
}

fn defaults(schema: &Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    for relation in own(schema) {
        for column in relation.live_columns().filter(|column| column.default.is_some()) {
            rows.push(vec![("adrelid", number(relation.oid)), ("adnum", Value::Int(i64::from(column.number)))]);
        }
    }
    rows
}

fn attributes(schema: &Schema, wanted: &Wanted) -> Vec<Row> {
    let mut rows = Vec::new();
    for relation in wanted.relations(schema) {
        for column in &relation.columns {
            rows.push(vec![
                ("attrelid", number(relation.oid)),
                ("attname", text(&column.name)),
                ("attnum", Value::Int(i64::from(column.number))),
                ("atttypid", number(column.data_type.oid)),
                ("atttypmod", Value::Int(i64::from(column.data_type.modifier))),
                ("attnotnull", Value::Bool(column.not_null)),
                ("atthasdef", Value::Bool(column.default.is_some())),
                ("attisdropped", Value::Bool(column.dropped)),
                (
                    "attidentity",
                    word(match column.identity {
                        Some(Identity::Always) => "a",
                        Some(Identity::ByDefault) => "d",
                        None => "",
                    }),
                ),
            ]);
        }
    }
    rows
}

fn type_letter(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Base => "b",
        TypeKind::Composite(_) => "c",
        TypeKind::Domain { .. } => "d",
        TypeKind::Enum(_) => "e",
        TypeKind::Pseudo | TypeKind::Shell => "p",
        TypeKind::Range { .. } => "r",
        TypeKind::Multirange(_) => "m",
    }
}

fn types(schema: &Schema) -> Vec<Row> {
    let row = |found: &rollproof_catalog::Type| {
        vec![
            ("oid", number(found.oid)),
            ("typname", text(&found.name)),
            ("typnamespace", number(found.namespace)),
            ("typtype", word(type_letter(&found.kind))),
            ("typarray", number(found.array)),
            ("typelem", number(found.element)),
        ]
    };
    let builtin = schema.builtin.types().iter().map(row);
    builtin.chain(schema.types.iter().map(|found| row(found))).collect()
}

fn enums(schema: &Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    for found in schema.types.iter() {
        let TypeKind::Enum(labels) = &found.kind else { continue };
        for (order, label) in labels.iter().enumerate() {
            rows.push(vec![
                ("oid", number(label.oid)),
                ("enumtypid", number(found.oid)),
                ("enumlabel", text(&label.label)),
                ("enumsortorder", Value::Int(order as i64 + 1)),
            ]);
        }
    }
    rows
}

fn constraints(schema: &Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    for relation in own(schema) {
        for constraint in &relation.constraints {
            let letter = match constraint.kind {
                ConstraintKind::Check(_) => "c",
                ConstraintKind::NotNull => "n",
                ConstraintKind::PrimaryKey => "p",
                ConstraintKind::Unique => "u",
                ConstraintKind::Exclusion => "x",
                ConstraintKind::ForeignKey(_) => "f",
                ConstraintKind::Trigger => "t",
            };
            let referenced = match &constraint.kind {
                ConstraintKind::ForeignKey(key) => key.relation,
                _ => Oid::NONE,
            };
            let keys = constraint.columns.iter().map(|column| Value::Int(i64::from(*column))).collect();
            rows.push(vec![
                ("oid", number(constraint.oid)),
                ("conname", text(&constraint.name)),
                ("connamespace", number(relation.namespace)),
                ("conrelid", number(relation.oid)),
                ("confrelid", number(referenced)),
                ("conindid", number(constraint.index)),
                ("contype", word(letter)),
                ("conkey", Value::Array(keys)),
                ("convalidated", Value::Bool(constraint.validated)),
                ("condeferrable", Value::Bool(constraint.deferrable)),
            ]);
        }
    }
    rows
}

fn indexes(schema: &Schema) -> Vec<Row> {
    let row = |relation: &Arc<Relation>| {
        let table = schema.relation(relation.index.as_ref()?.table)?;
        Some(vec![
            ("schemaname", namespace(schema, relation.namespace)),
            ("tablename", text(&table.name)),
            ("indexname", text(&relation.name)),
        ])
    };
    own(schema).filter_map(row).collect()
}

fn index_entries(schema: &Schema) -> Vec<Row> {
    let row = |relation: &Arc<Relation>| {
        let index = relation.index.as_ref()?;
        let keys = index.keys.iter().map(|key| key.column);
        let columns: Vec<Value> =
            keys.chain(index.include.iter().copied()).map(|column| Value::Int(i64::from(column))).collect();
        Some(vec![
            ("indnatts", Value::Int(columns.len() as i64)),
            ("indnkeyatts", Value::Int(index.keys.len() as i64)),
            ("indkey", Value::Vector(columns)),
            ("indisexclusion", Value::Bool(index.exclusion)),
            ("indimmediate", Value::Bool(index.immediate)),
            ("indnullsnotdistinct", Value::Bool(index.nulls_not_distinct)),
            ("indexrelid", number(relation.oid)),
            ("indrelid", number(index.table)),
            ("indisunique", Value::Bool(index.unique)),
            ("indisprimary", Value::Bool(index.primary)),
            ("indisvalid", Value::Bool(index.valid)),
        ])
    };
    own(schema).filter_map(row).collect()
}

fn pg_tables(schema: &Schema, wanted: &Wanted) -> Vec<Row> {
    let row = |relation: &Relation| {
        vec![
            ("schemaname", namespace(schema, relation.namespace)),
            ("tablename", text(&relation.name)),
            ("rowsecurity", Value::Bool(relation.row_security)),
            ("hasindexes", Value::Bool(!relation.indexes.is_empty())),
        ]
    };
    let is_table = |relation: &&Relation| matches!(relation.kind, RelationKind::Table | RelationKind::PartitionedTable);
    wanted.relations(schema).filter(is_table).map(row).collect()
}

fn pg_views(schema: &Schema, kind: RelationKind, column: &'static str) -> Vec<Row> {
    let row = |relation: &Arc<Relation>| {
        vec![("schemaname", namespace(schema, relation.namespace)), (column, text(&relation.name))]
    };
    own(schema).filter(|relation| relation.kind == kind).map(row).collect()
}

fn roles(schema: &Schema) -> Vec<Row> {
    let row = |role: &rollproof_catalog::Role| {
        vec![
            ("oid", number(role.oid)),
            ("rolname", text(&role.name)),
            ("usename", text(&role.name)),
            ("rolsuper", Value::Bool(role.superuser)),
        ]
    };
    let builtin = schema.builtin.roles().iter().map(row);
    builtin.chain(schema.roles.iter().map(|role| row(role))).collect()
}

fn extensions(schema: &Schema) -> Vec<Row> {
    let row = |each: &rollproof_catalog::Extension| {
        vec![("oid", number(each.oid)), ("extname", text(&each.name)), ("extnamespace", number(each.namespace))]
    };
    let builtin = schema.builtin.extensions().iter().map(row);
    builtin.chain(schema.extensions.iter().map(|each| row(each))).collect()
}

fn triggers(schema: &Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    for relation in own(schema) {
        for trigger in &relation.triggers {
            rows.push(vec![
                ("oid", number(trigger.oid)),
                ("tgname", text(&trigger.name)),
                ("tgrelid", number(relation.oid)),
                ("tgfoid", number(trigger.function)),
                ("tgisinternal", Value::Bool(false)),
                ("tgenabled", Value::text(trigger.enabled.to_string())),
            ]);
        }
    }
    rows
}

fn pg_policies(schema: &Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    for relation in own(schema) {
        for policy in &relation.policies {
            rows.push(vec![
                ("schemaname", namespace(schema, relation.namespace)),
                ("tablename", text(&relation.name)),
                ("policyname", text(&policy.name)),
            ]);
        }
    }
    rows
}

fn policies(schema: &Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    for relation in own(schema) {
        for policy in &relation.policies {
            rows.push(vec![("polname", text(&policy.name)), ("polrelid", number(relation.oid))]);
        }
    }
    rows
}

fn functions(schema: &Schema) -> Vec<Row> {
    let row = |function: &rollproof_catalog::Function| {
        vec![
            ("oid", number(function.oid)),
            ("proname", text(&function.name)),
            ("pronamespace", number(function.namespace)),
            ("pronargs", Value::Int(function.inputs.len() as i64)),
            ("prorettype", number(function.returns)),
        ]
    };
    let builtin = schema.builtin.functions().iter().map(row);
    builtin.chain(schema.functions.iter().map(|function| row(function))).collect()
}

fn event_triggers(schema: &Schema) -> Vec<Row> {
    let named = schema.others.iter().filter_map(|other| other.key.strip_prefix("event trigger "));
    named.map(|name| vec![("evtname", word(name))]).collect()
}
