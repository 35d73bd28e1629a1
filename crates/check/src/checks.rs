//! What CHECK constraints say of the rows that a statement writes.

use rollproof_catalog::{Column, Constraint, ConstraintKind, ObjectId, Relation, Schema, StoredExpr};
use rollproof_resolve::Write;
use rollproof_sql::ast::Name;

use crate::constants::{Value, evaluate};
use crate::rows::{count, value};

/// What a check says of all rows of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// No row can be refused.
    Passes,
    /// A row is refused whenever it is written.
    Fails,
    /// That depends on values that the text does not tell.
    Open,
}

/// A check of the written table.
pub(crate) fn of_table(schema: &Schema, relation: &Relation, write: &Write, check: &Constraint) -> Judgement {
    let ConstraintKind::Check(expression) = &check.kind else { return Judgement::Open };
    over_rows(relation, write, |row| {
        let named = |name: &Name| {
            let column = relation.column_by_number(number(expression, name)?)?;
            value(schema, write, row, column)
        };
        evaluate(&expression.expr, &named)
    })
}

/// A check of a domain that `column` of the written table is made of.
pub(crate) fn of_domain(
    schema: &Schema,
    relation: &Relation,
    write: &Write,
    column: &Column,
    check: &Constraint,
) -> Judgement {
    let ConstraintKind::Check(expression) = &check.kind else { return Judgement::Open };
    over_rows(relation, write, |row| evaluate(&expression.expr, &|_| value(schema, write, row, column)))
}

fn over_rows(relation: &Relation, write: &Write, row: impl Fn(usize) -> Option<Value>) -> Judgement {
    let rows = count(relation, write);
    let values: Vec<Option<Value>> = (0..rows).map(row).collect();
    let passes = |value: &Option<Value>| matches!(value, Some(Value::Null | Value::Bool(true)));
    if values.contains(&Some(Value::Bool(false))) {
        Judgement::Fails
    } else if rows > 0 && values.iter().all(passes) {
        Judgement::Passes
    } else {
        Judgement::Open
    }
}

/// The column that a name in a kept expression was bound to.
fn number(expression: &StoredExpr, name: &Name) -> Option<i16> {
    expression.text.bindings.iter().find_map(|(span, object)| match object {
        ObjectId::Column(id) if span.end == name.span.end => Some(id.number),
        _ => None,
    })
}
