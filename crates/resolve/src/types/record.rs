//! Rows: their columns, and how an anonymous row becomes one of a named type.

use std::sync::Arc;

use rollproof_catalog::{Oid, Schema, TypeRef, oid};

use super::CoercionContext;
use super::coerce::{cannot_cast, coerce_to_target_type};
use super::info;
use crate::context::Context;
use crate::error::Result;
use crate::typed::{CollationStrength, RecordColumn, Shape, Typed};

/// The columns of a relation's rows, live ones in order.
#[must_use]
pub fn relation_columns(schema: &Schema, relation: Oid) -> Option<Arc<[RecordColumn]>> {
    let relation = schema.relation(relation)?;
    let columns = relation.live_columns().map(|column| RecordColumn {
        name: column.name.clone(),
        data_type: column.data_type,
        collation: column.collation,
        nullable: true,
    });
    Some(columns.collect())
}

/// The columns of a value of composite or record type (`expandRecordVariable`, `get_expr_result_tupdesc`), live ones in
/// order; none where the value has no columns that are known.
pub fn row_columns(cx: &mut Context, value: &Typed) -> Option<Arc<[RecordColumn]>> {
    if let Some(relation) = info::row_relation(cx.schema, value.oid()) {
        return relation_columns(cx.schema, relation);
    }
    match &value.shape {
        Shape::Record(columns) | Shape::RecordCall(columns) => Some(columns.clone()),
        Shape::Row(fields) => Some((1..).zip(fields).map(row_field).collect()),
        Shape::WholeRow(relation) => relation_columns(cx.schema, *relation),
        _ => None,
    }
}

fn row_field((number, field): (u32, &Typed)) -> RecordColumn {
    RecordColumn {
        name: Arc::from(format!("f{number}")),
        data_type: field.data_type,
        collation: field.collation,
        nullable: field.nullable,
    }
}

/// `coerce_record_to_complex`: field by field, as many as the type has columns.
pub(super) fn coerce_record_to_complex(
    cx: &mut Context,
    value: &mut Typed,
    target: Oid,
    context: CoercionContext,
) -> Result<()> {
    let (span, input) = (value.span, value.oid());
    let refuse = |cx: &Context| cannot_cast(cx, input, target, span);
    let mut fields: Vec<Typed> = match std::mem::take(&mut value.shape) {
        Shape::Row(fields) => fields,
        Shape::Record(columns) => columns
            .iter()
            .map(|column| {
                let mut field = Typed::new(column.data_type, column.collation, span);
                field.nullable = column.nullable;
                field
            })
            .collect(),
        _ => return Err(refuse(cx)),
    };
    let columns = info::row_relation(cx.schema, target).and_then(|relation| relation_columns(cx.schema, relation));
    let Some(columns) = columns else { return Err(refuse(cx)) };
    // The server goes column by column, and sees too few or too many fields only as it comes to them.
    for (field, column) in fields.iter_mut().zip(columns.iter()) {
        if !coerce_to_target_type(cx, field, column.data_type, context)? {
            return Err(refuse(cx));
        }
    }
    if columns.len() != fields.len() {
        return Err(refuse(cx));
    }
    value.data_type = TypeRef::plain(target);
    value.shape = Shape::Row(fields);
    value.collation = Oid::NONE;
    value.strength = CollationStrength::None;
    Ok(())
}

/// The field of this name of a row (`ParseComplexProjection`): its place, and itself as an expression.
pub fn project(cx: &mut Context, value: &Typed, name: &str) -> Option<(usize, Typed)> {
    if value.oid() != oid::RECORD && !info::is_complex(cx.schema, value.oid()) {
        return None;
    }
    if let Some(relation) = info::row_relation(cx.schema, value.oid()) {
        cx.lookups.column_names.insert((relation, Arc::from(name)));
    }
    let columns = row_columns(cx, value)?;
    let at = columns.iter().position(|column| &*column.name == name)?;
    let column = &columns[at];
    let mut field = Typed::new(column.data_type, column.collation, value.span);
    field.set_returning = value.set_returning;
    if let Some(relation) = info::row_relation(cx.schema, value.oid())
        && let Some(found) = cx.schema.relation(relation).and_then(|found| found.column(name))
    {
        let id = rollproof_catalog::ColumnId { relation, number: found.number };
        cx.lookups.columns.insert(id);
        if matches!(value.shape, Shape::WholeRow(whole) if whole == relation) {
            field.shape = Shape::Column(id);
        }
    }
    Some((at, field))
}
