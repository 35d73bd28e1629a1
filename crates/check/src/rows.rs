//! The rows that a statement writes, as far as their values are known.

use rollproof_catalog::{Column, Relation, Schema};
use rollproof_resolve::{Write, WriteAction, WriteValue};

use crate::constants::{Value, literal, typed};
use crate::supply::{base_number, fills_rows, omitted};

/// How many rows the write is known to have; one for an UPDATE, none where triggers or rules may change every row.
pub(crate) fn count(relation: &Relation, write: &Write) -> usize {
    let changed = match write.action {
        WriteAction::Insert => fills_rows(relation),
        WriteAction::Update => rewrites_updates(relation),
        WriteAction::Delete | WriteAction::Truncate => true,
    };
    if changed {
        return 0;
    }
    write.columns.iter().map(|column| column.values.len()).max().unwrap_or(1).max(1)
}

/// Whether a BEFORE UPDATE trigger or a rule may change what is written.
fn rewrites_updates(relation: &Relation) -> bool {
    use rollproof_sql::ast::TriggerTiming;
    let trigger = relation.triggers.iter().any(|trigger| {
        trigger.on_update && trigger.for_each_row && trigger.enabled != 'D' && trigger.timing != TriggerTiming::After
    });
    trigger || relation.rules.iter().any(|rule| rule.instead && &*rule.event == "update")
}

/// The value of a column of the written table in row `at`; none where it is not known.
pub(crate) fn value(schema: &Schema, write: &Write, at: usize, column: &Column) -> Option<Value> {
    if column.generated.is_some() || column.identity.is_some() {
        return None;
    }
    let written = write.columns.iter().find(|each| base_number(schema, write, each.number) == Some(column.number));
    let by_default = match written {
        Some(written) => {
            let given = if written.values.len() == 1 { written.values.first()? } else { written.values.get(at)? };
            match given {
                WriteValue::Null => return Some(Value::Null),
                WriteValue::Constant(text) => return typed(schema, text, column.data_type),
                WriteValue::Default => true,
                WriteValue::Parameter(_) | WriteValue::Expression => return None,
            }
        }
        None => write.action == WriteAction::Insert && omitted(schema, write).contains(&column.number),
    };
    if !by_default || schema.type_of(column.data_type.oid).is_none_or(has_default) {
        return None;
    }
    match &column.default {
        None => Some(Value::Null),
        Some(default) => match literal(&default.expr)? {
            Value::Literal(text) => typed(schema, &text, column.data_type),
            value => Some(value),
        },
    }
}

fn has_default(data_type: &rollproof_catalog::Type) -> bool {
    matches!(data_type.kind, rollproof_catalog::TypeKind::Domain { .. })
}
