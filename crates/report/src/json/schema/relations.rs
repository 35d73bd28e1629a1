//! Relations, and what hangs on them.

use rollproof_catalog::{
    Column, Constraint, ConstraintKind, Generated, Identity, Persistence, Policy, Relation, RelationKind, Rule, Trigger,
};
use rollproof_sql::ast::TriggerTiming;
use serde::Serialize;

use super::{GrantJson, grants, role_name};
use crate::sql::Printer;

#[derive(Serialize)]
pub(super) struct RelationJson {
    schema: String,
    name: String,
    kind: &'static str,
    persistence: &'static str,
    owner: String,
    columns: Vec<ColumnJson>,
    constraints: Vec<ConstraintJson>,
    indexes: Vec<IndexJson>,
    triggers: Vec<TriggerJson>,
    rules: Vec<RuleJson>,
    policies: Vec<PolicyJson>,
    row_security: bool,
    force_row_security: bool,
    inherits: Vec<NameJson>,
    partition_of: Option<NameJson>,
    partition_by: Option<String>,
    /// Of a view or materialized view: its query.
    definition: Option<String>,
    /// Of a sequence.
    sequence: Option<SequenceJson>,
    grants: Vec<GrantJson>,
}

#[derive(Serialize)]
pub(super) struct NameJson {
    schema: String,
    name: String,
}

/// A column of a composite type.
#[derive(Serialize)]
pub(super) struct AttributeJson {
    name: String,
    #[serde(rename = "type")]
    data_type: String,
}

#[derive(Serialize)]
struct ColumnJson {
    name: String,
    position: usize,
    #[serde(rename = "type")]
    data_type: String,
    not_null: bool,
    collation: Option<String>,
    default: Option<String>,
    generated: Option<&'static str>,
    identity: Option<&'static str>,
    inherited: bool,
    grants: Vec<GrantJson>,
}

#[derive(Serialize)]
struct ConstraintJson {
    name: String,
    kind: &'static str,
    columns: Vec<String>,
    references: Option<ReferenceJson>,
    deferrable: bool,
    initially_deferred: bool,
    validated: bool,
    enforced: bool,
    definition: Option<String>,
}

#[derive(Serialize)]
struct ReferenceJson {
    schema: String,
    name: String,
    columns: Vec<String>,
}

#[derive(Serialize)]
struct IndexJson {
    schema: String,
    name: String,
    method: String,
    unique: bool,
    primary: bool,
    nulls_not_distinct: bool,
    valid: bool,
    /// Columns and expressions, with collation, operator class and order where they are not the default.
    keys: Vec<String>,
    include: Vec<String>,
    predicate: Option<String>,
}

#[derive(Serialize)]
struct TriggerJson {
    name: String,
    timing: &'static str,
    events: Vec<&'static str>,
    columns: Vec<String>,
    level: &'static str,
    when: Option<String>,
    function: String,
    arguments: Vec<String>,
    enabled: char,
}

#[derive(Serialize)]
struct RuleJson {
    name: String,
    event: String,
    instead: bool,
    condition: Option<String>,
    actions: Vec<String>,
}

#[derive(Serialize)]
struct PolicyJson {
    name: String,
    permissive: bool,
    command: String,
    /// PUBLIC is null.
    roles: Vec<Option<String>>,
    using: Option<String>,
    with_check: Option<String>,
}

#[derive(Serialize)]
struct SequenceJson {
    #[serde(rename = "type")]
    data_type: String,
    owned_by: Option<OwnerJson>,
    identity: bool,
}

#[derive(Serialize)]
struct OwnerJson {
    schema: String,
    name: String,
    column: String,
}

pub(super) fn relations(printer: &Printer) -> Vec<RelationJson> {
    let own = printer.own_relations();
    let shown = own.into_iter().filter_map(|relation| kind(relation.kind).map(|kind| one(printer, relation, kind)));
    let mut all: Vec<RelationJson> = shown.collect();
    all.sort_by(|left, right| (&left.schema, &left.name).cmp(&(&right.schema, &right.name)));
    all
}

/// Indexes come with their tables, composite types with the types.
fn kind(kind: RelationKind) -> Option<&'static str> {
    Some(match kind {
        RelationKind::Table => "table",
        RelationKind::PartitionedTable => "partitioned table",
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialized view",
        RelationKind::ForeignTable => "foreign table",
        RelationKind::Sequence => "sequence",
        RelationKind::Index | RelationKind::PartitionedIndex | RelationKind::Composite | RelationKind::Toast => {
            return None;
        }
    })
}

fn one(printer: &Printer, relation: &Relation, kind: &'static str) -> RelationJson {
    let schema = printer.schema;
    let is_sequence = relation.kind == RelationKind::Sequence;
    let columns = relation.live_columns().filter(|_| !is_sequence).enumerate();
    let partition = relation.partition.as_ref();
    RelationJson {
        schema: printer.namespace_name(relation.namespace),
        name: relation.name.to_string(),
        kind,
        persistence: if relation.persistence == Persistence::Unlogged { "unlogged" } else { "permanent" },
        owner: role_name(schema, relation.owner),
        columns: columns.map(|(at, of)| column(printer, relation, of, at + 1)).collect(),
        constraints: relation.constraints.iter().map(|of| constraint(printer, relation, of)).collect(),
        indexes: indexes(printer, relation),
        triggers: relation.triggers.iter().map(|of| trigger(printer, relation, of)).collect(),
        rules: relation.rules.iter().map(|of| rule(printer, of)).collect(),
        policies: relation.policies.iter().map(|of| policy(printer, of)).collect(),
        row_security: relation.row_security,
        force_row_security: relation.force_row_security,
        inherits: relation.inherits.iter().filter_map(|parent| name(printer, *parent)).collect(),
        partition_of: partition.and_then(|partition| name(printer, partition.parent)),
        partition_by: relation.partition_key.as_ref().map(|_| printer.partition_by(relation).trim().to_owned()),
        definition: relation.view.as_ref().map(|view| printer.view_query(&view.query)),
        sequence: relation.sequence.as_ref().map(|sequence| SequenceJson {
            data_type: printer.type_name(sequence.data_type),
            owned_by: sequence.owned_by.and_then(|owner| {
                let table = name(printer, owner.relation)?;
                let column = schema.column(owner)?.name.to_string();
                Some(OwnerJson { schema: table.schema, name: table.name, column })
            }),
            identity: sequence.internal,
        }),
        grants: grants(schema, relation.owner, relation.acl.as_deref()),
    }
}

fn name(printer: &Printer, relation: rollproof_catalog::Oid) -> Option<NameJson> {
    let found = printer.schema.relation(relation)?;
    Some(NameJson { schema: printer.namespace_name(found.namespace), name: found.name.to_string() })
}

pub(super) fn attributes(printer: &Printer, relation: &Relation) -> Vec<AttributeJson> {
    let one = |column: &std::sync::Arc<Column>| AttributeJson {
        name: column.name.to_string(),
        data_type: printer.schema.format_type(column.data_type),
    };
    relation.live_columns().map(one).collect()
}

fn column(printer: &Printer, relation: &Relation, column: &Column, position: usize) -> ColumnJson {
    let collation = printer.column_collation(column);
    ColumnJson {
        name: column.name.to_string(),
        position,
        data_type: printer.schema.format_type(column.data_type),
        not_null: column.not_null,
        collation: collation.strip_prefix(" COLLATE ").map(str::to_owned),
        default: column.default.as_ref().map(|value| printer.expression(value)),
        generated: column.generated.map(|generated| match generated {
            Generated::Stored => "stored",
            Generated::Virtual => "virtual",
        }),
        identity: column.identity.map(|identity| match identity {
            Identity::Always => "always",
            Identity::ByDefault => "by default",
        }),
        inherited: column.inherit_count > 0,
        grants: grants(printer.schema, relation.owner, column.acl.as_deref()),
    }
}

fn names(relation: Option<&Relation>, numbers: &[i16]) -> Vec<String> {
    let name = |number: &i16| Some(relation?.column_by_number(*number)?.name.to_string());
    numbers.iter().filter_map(name).collect()
}

fn constraint(printer: &Printer, relation: &Relation, constraint: &Constraint) -> ConstraintJson {
    let references = match &constraint.kind {
        ConstraintKind::ForeignKey(key) => name(printer, key.relation).map(|table| ReferenceJson {
            schema: table.schema,
            name: table.name,
            columns: names(printer.schema.relation(key.relation), &key.columns),
        }),
        _ => None,
    };
    ConstraintJson {
        name: constraint.name.to_string(),
        kind: match constraint.kind {
            ConstraintKind::Check(_) => "check",
            ConstraintKind::NotNull => "not null",
            ConstraintKind::PrimaryKey => "primary key",
            ConstraintKind::Unique => "unique",
            ConstraintKind::Exclusion => "exclusion",
            ConstraintKind::ForeignKey(_) => "foreign key",
            ConstraintKind::Trigger => "trigger",
        },
        columns: names(Some(relation), &constraint.columns),
        references,
        deferrable: constraint.deferrable,
        initially_deferred: constraint.deferred,
        validated: constraint.validated,
        enforced: constraint.enforced,
        definition: printer.constraint(relation, constraint),
    }
}

fn indexes(printer: &Printer, relation: &Relation) -> Vec<IndexJson> {
    let found = relation.indexes.iter().filter_map(|oid| printer.schema.relation(*oid));
    let one = |of: &Relation| {
        let index = of.index.as_ref()?;
        Some(IndexJson {
            schema: printer.namespace_name(of.namespace),
            name: of.name.to_string(),
            method: index.method.to_string(),
            unique: index.unique,
            primary: index.primary,
            nulls_not_distinct: index.nulls_not_distinct,
            valid: index.valid,
            keys: index.keys.iter().map(|key| printer.index_key(relation.oid, key)).collect(),
            include: names(Some(relation), &index.include),
            predicate: index.predicate.as_ref().map(|value| printer.expression(value)),
        })
    };
    found.filter_map(one).collect()
}

fn trigger(printer: &Printer, relation: &Relation, trigger: &Trigger) -> TriggerJson {
    let events = [
        (trigger.on_insert, "insert"),
        (trigger.on_update, "update"),
        (trigger.on_delete, "delete"),
        (trigger.on_truncate, "truncate"),
    ];
    TriggerJson {
        name: trigger.name.to_string(),
        timing: match trigger.timing {
            TriggerTiming::Before => "before",
            TriggerTiming::After => "after",
            TriggerTiming::InsteadOf => "instead of",
        },
        events: events.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word).collect(),
        columns: names(Some(relation), &trigger.columns),
        level: if trigger.for_each_row { "row" } else { "statement" },
        when: trigger.when.as_ref().map(|value| printer.expression(value)),
        function: printer.function_name(trigger.function),
        arguments: trigger.arguments.iter().map(|argument| argument.to_string()).collect(),
        enabled: trigger.enabled,
    }
}

fn rule(printer: &Printer, rule: &Rule) -> RuleJson {
    RuleJson {
        name: rule.name.to_string(),
        event: rule.event.to_string(),
        instead: rule.instead,
        condition: rule.condition.as_ref().map(|value| printer.expression(value)),
        actions: rule.actions.iter().map(|action| printer.statement(action)).collect(),
    }
}

fn policy(printer: &Printer, policy: &Policy) -> PolicyJson {
    let role = |oid: &rollproof_catalog::Oid| oid.is_some().then(|| role_name(printer.schema, *oid));
    PolicyJson {
        name: policy.name.to_string(),
        permissive: policy.permissive,
        command: policy.command.to_string(),
        roles: policy.roles.iter().map(role).collect(),
        using: policy.using.as_ref().map(|value| printer.expression(value)),
        with_check: policy.with_check.as_ref().map(|value| printer.expression(value)),
    }
}
