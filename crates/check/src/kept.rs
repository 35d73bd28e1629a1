//! Functions in what the schema keeps and a statement makes run: defaults, generated columns, checks, keys of indexes and
//! conditions of triggers of the tables that it writes, queries of the views and policies of the tables that it reads,
//! functions behind operators, casts and aggregates.

use rollproof_catalog::{
    ConstraintKind, Generated, ObjectId, Oid, Relation, RelationKind, Schema, StoredText, TypeKind,
};
use rollproof_resolve::{Resolution, Write, WriteAction, WriteValue};
use rollproof_source::TextRange;
use rollproof_sql::ast::ReferentialAction;

use crate::supply::{base_number, omitted};
use crate::triggers::fires;
use crate::writes::{acts, reaches_others};

/// Cascades are followed through this many tables.
const MOST: usize = 100;

/// Calls, each with the place in the statement that makes them.
#[derive(Default)]
struct Calls(Vec<(Oid, TextRange)>);

impl Calls {
    fn add(&mut self, text: &StoredText, span: TextRange) {
        self.0.extend(text.bindings.iter().filter_map(|(_, object)| match object {
            ObjectId::Function(oid) => Some((*oid, span)),
            _ => None,
        }));
    }
}

/// The functions that a statement with this resolution runs without naming them.
pub(crate) fn calls(resolution: &Resolution, schema: &Schema) -> Vec<(Oid, TextRange)> {
    let mut calls = Calls::default();
    behind_symbols(resolution, schema, &mut calls);
    for write in &resolution.writes {
        if let Some(relation) = schema.relation(write.base) {
            of_write(schema, relation, write, &mut calls);
        }
    }
    of_reads(resolution, schema, &mut calls);
    calls.0
}

/// Functions behind operators, casts and aggregates that migrations made.
fn behind_symbols(resolution: &Resolution, schema: &Schema, calls: &mut Calls) {
    let everywhere = TextRange::new(0, 0);
    let span = resolution.bindings.first().map_or(everywhere, |binding| binding.span);
    let lookups = &resolution.depends;
    let operators = lookups.chosen_operators.iter().filter_map(|oid| schema.operators.get(*oid));
    let casts = lookups.casts.values().filter_map(|oid| schema.casts.get(*oid));
    let behind = operators.map(|operator| operator.function).chain(casts.map(|cast| cast.function));
    calls.0.extend(behind.map(|oid| (oid, span)));
    for (oid, span) in &resolution.routines {
        if schema.functions.get(*oid).is_some_and(|function| function.aggregate.is_some()) {
            let uses = schema.dependencies.uses(ObjectId::Function(*oid)).iter();
            calls.0.extend(uses.filter_map(|(used, _)| match used {
                ObjectId::Function(used) => Some((*used, *span)),
                _ => None,
            }));
        }
    }
    for oid in lookups.types.values() {
        domain_checks(schema, *oid, span, calls);
    }
}

fn domain_checks(schema: &Schema, data_type: Oid, span: TextRange, calls: &mut Calls) {
    let mut next = Some(data_type);
    while let Some(TypeKind::Domain { base, checks, .. }) = next.and_then(|oid| Some(&schema.type_of(oid)?.kind)) {
        for check in checks {
            if let ConstraintKind::Check(check) = &check.kind {
                calls.add(&check.text, span);
            }
        }
        next = Some(base.oid);
    }
}

fn of_write(schema: &Schema, relation: &Relation, write: &Write, calls: &mut Calls) {
    let rules = relation.rules.iter().filter(|rule| rule.enabled != 'D' && *rule.event == *event(write.action));
    for action in rules.flat_map(|rule| &rule.actions) {
        calls.add(&action.text, write.span);
    }
    for trigger in relation.triggers.iter().filter(|trigger| fires(trigger, write)) {
        if let Some(when) = &trigger.when {
            calls.add(&when.text, write.span);
        }
    }
    policies(relation, true, write.span, calls);
    if matches!(write.action, WriteAction::Delete | WriteAction::Truncate) {
        return;
    }
    let left = if write.action == WriteAction::Insert { omitted(schema, write) } else { Vec::new() };
    let given = |number: i16| write.columns.iter().find(|each| base_number(schema, write, each.number) == Some(number));
    for column in relation.live_columns() {
        let asked = given(column.number).is_some_and(|given| given.values.contains(&WriteValue::Default));
        let by_default = asked || left.contains(&column.number) || column.generated == Some(Generated::Stored);
        if let Some(default) = column.default.as_ref().filter(|_| by_default) {
            calls.add(&default.text, write.span);
        }
        if given(column.number).is_some() {
            domain_checks(schema, column.data_type.oid, write.span, calls);
        }
    }
    for constraint in relation.constraints.iter().filter(|each| each.enforced) {
        if let ConstraintKind::Check(check) = &constraint.kind {
            calls.add(&check.text, write.span);
        }
    }
    for index in relation.indexes.iter().filter_map(|oid| schema.relation(*oid)?.index.as_ref()) {
        let keys = index.keys.iter().filter_map(|key| key.expression.as_ref());
        keys.chain(&index.predicate).for_each(|kept| calls.add(&kept.text, write.span));
    }
}

fn event(action: WriteAction) -> &'static str {
    match action {
        WriteAction::Insert => "insert",
        WriteAction::Update => "update",
        WriteAction::Delete => "delete",
        WriteAction::Truncate => "truncate",
    }
}

fn policies(relation: &Relation, written: bool, span: TextRange, calls: &mut Calls) {
    for policy in relation.policies.iter().filter(|_| relation.row_security) {
        let check = policy.with_check.as_ref().filter(|_| written);
        policy.using.iter().chain(check).for_each(|kept| calls.add(&kept.text, span));
    }
}

fn of_reads(resolution: &Resolution, schema: &Schema, calls: &mut Calls) {
    let mut open: Vec<(Oid, TextRange)> = resolution.reads.iter().map(|read| (read.relation, read.span)).collect();
    let mut seen = Vec::new();
    while let Some((oid, span)) = open.pop() {
        let Some(relation) = schema.relation(oid).filter(|_| !seen.contains(&oid)) else { continue };
        seen.push(oid);
        policies(relation, false, span, calls);
        if relation.kind != RelationKind::View {
            continue;
        }
        let Some(view) = &relation.view else { continue };
        calls.add(&view.query.text, span);
        open.extend(crate::views::below(view).map(|below| (below, span)));
    }
}

/// What a write does, and what foreign keys that refer to its table do with it: rows of other tables are deleted or
/// changed, and their triggers fire.
pub(crate) fn with_cascades(schema: &Schema, writes: &[Write]) -> Vec<Write> {
    let mut found = writes.to_vec();
    let mut at = 0;
    while at < found.len() && found.len() < MOST {
        let write = found[at].clone();
        at += 1;
        if !reaches_others(schema, &write) {
            continue;
        }
        for other in schema.relations.iter().filter(|other| !other.constraints.is_empty()) {
            for constraint in other.constraints.iter().filter(|each| each.enforced) {
                let ConstraintKind::ForeignKey(key) = &constraint.kind else { continue };
                if key.relation != write.base || !acts(key, &write) {
                    continue;
                }
                let action = if write.action == WriteAction::Delete { &key.on_delete } else { &key.on_update };
                let Some(carried) = carried(other, &constraint.columns, action, &write) else { continue };
                if !found.iter().any(|known| known.base == carried.base && known.action == carried.action) {
                    found.push(carried);
                }
            }
        }
    }
    found
}

fn carried(other: &Relation, columns: &[i16], action: &ReferentialAction, write: &Write) -> Option<Write> {
    let deletes = write.action == WriteAction::Delete && *action == ReferentialAction::Cascade;
    if matches!(action, ReferentialAction::NoAction | ReferentialAction::Restrict) {
        return None;
    }
    let written = |number: &i16| rollproof_resolve::WriteColumn {
        number: *number,
        span: write.span,
        values: vec![WriteValue::Expression],
        nullable: false,
    };
    Some(Write {
        relation: other.oid,
        base: other.oid,
        action: if deletes { WriteAction::Delete } else { WriteAction::Update },
        columns: if deletes { Vec::new() } else { columns.iter().map(written).collect() },
        omitted: Vec::new(),
        positional: false,
        from_star: None,
        span: write.span,
    })
}
