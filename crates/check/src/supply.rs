//! Which columns of the table a write gives values to, and what becomes of those that it leaves out.

use rollproof_catalog::{Column, Relation, Schema, TypeKind};
use rollproof_resolve::{Write, WriteAction};
use rollproof_sql::ast::TriggerTiming;

/// Whether a BEFORE INSERT trigger or an INSTEAD rule may supply what an INSERT leaves out.
pub(crate) fn fills_rows(relation: &Relation) -> bool {
    let trigger = relation.triggers.iter().any(|trigger| {
        trigger.on_insert && trigger.for_each_row && trigger.enabled != 'D' && trigger.timing != TriggerTiming::After
    });
    trigger || relation.rules.iter().any(|rule| rule.instead && &*rule.event == "insert")
}

/// Whether the column refuses NULL, by itself or through its domain.
pub(crate) fn not_null(schema: &Schema, relation: &Relation, number: i16) -> bool {
    let Some(column) = relation.column_by_number(number) else { return false };
    column.not_null || domain(schema, column).any(|each| each.0)
}

/// Whether an INSERT that does not mention the column fails: it refuses NULL and nothing else fills it.
pub(crate) fn needs_value(schema: &Schema, relation: &Relation, number: i16) -> bool {
    let Some(column) = relation.column_by_number(number) else { return false };
    !column.dropped && not_null(schema, relation, number) && left_null(schema, column)
}

/// Whether a column that is not mentioned gets NULL.
pub(crate) fn left_null(schema: &Schema, column: &Column) -> bool {
    let filled = column.default.is_some() || column.identity.is_some() || column.generated.is_some();
    !filled && !domain(schema, column).any(|each| each.1)
}

/// (refuses NULL, has a default) of each domain that the column's type is made of.
fn domain<'a>(schema: &'a Schema, column: &Column) -> impl Iterator<Item = (bool, bool)> + 'a {
    let mut next = Some(column.data_type.oid);
    std::iter::from_fn(move || {
        let TypeKind::Domain { base, not_null, default, .. } = &schema.type_of(next?)?.kind else { return None };
        next = Some(base.oid);
        Some((*not_null, default.is_some()))
    })
}

/// The column of the table underneath that a column of the written relation stands for.
pub(crate) fn base_number(schema: &Schema, write: &Write, number: i16) -> Option<i16> {
    let (mut relation, mut number) = (write.relation, number);
    // Views lie at most this deep in each other where the write was resolved.
    for _ in 0..128 {
        if relation == write.base {
            return Some(number);
        }
        let (base, map) = schema.relation(relation)?.view.as_ref()?.updatable.as_ref()?;
        number = map.get(usize::try_from(number).ok()?.checked_sub(1)?).copied().flatten()?;
        relation = *base;
    }
    None
}

/// Columns of the written table that the write supplies, by number: through a view those that the view maps to.
pub(crate) fn supplied(schema: &Schema, write: &Write) -> Vec<i16> {
    write.columns.iter().filter_map(|column| base_number(schema, write, column.number)).collect()
}

/// Columns of the written table that an INSERT leaves to their defaults, by number.
pub(crate) fn omitted(schema: &Schema, write: &Write) -> Vec<i16> {
    if write.base == write.relation || write.action != WriteAction::Insert {
        return write.omitted.clone();
    }
    let (Some(view), Some(base)) = (schema.relation(write.relation), schema.relation(write.base)) else {
        return Vec::new();
    };
    let given = supplied(schema, write);
    let own_default = view.live_columns().filter(|column| column.default.is_some());
    let defaults: Vec<i16> = own_default.filter_map(|column| base_number(schema, write, column.number)).collect();
    let numbers = base.live_columns().map(|column| column.number);
    numbers.filter(|number| !given.contains(number) && !defaults.contains(number)).collect()
}
