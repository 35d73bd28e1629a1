//! Values that are stored in columns (`transformAssignedExpr`, `checkInsertTargets`).

use rollproof_catalog::{Column, Oid, Relation, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::{AssignmentTarget, Indirection, Name};

use super::expr::is_subscript;
use super::{Analyzer, Expression, unsupported};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::resolution::Role;
use crate::types;

impl<'a> Analyzer<'a> {
    /// The column that an assignment names (`attnameAttNum`). System columns can be named in UPDATE only, to be refused.
    pub(crate) fn assigned_column(
        &mut self,
        relation: &'a Relation,
        target: &AssignmentTarget,
        update: bool,
    ) -> Result<&'a Column> {
        let name = &target.column;
        self.cx.lookups.column_names.insert((relation.oid, name.text.clone()));
        if let Some(column) = relation.column(&name.text) {
            self.bind_assigned(relation, column, name.span, Role::Write);
            return Ok(column);
        }
        if update && super::scope::system_column(&name.text).is_some() {
            return Err(unsupported(format!("cannot assign to system column \"{}\"", name.text), name.span));
        }
        Err(missing_target(relation, name, update))
    }

    /// Records that a column is written.
    pub(crate) fn bind_assigned(&mut self, relation: &Relation, column: &Column, span: TextRange, role: Role) {
        let id = rollproof_catalog::ColumnId { relation: relation.oid, number: column.number };
        self.cx.lookups.columns.insert(id);
        self.bind(span, rollproof_catalog::ObjectId::Column(id), role);
    }

    /// `transformAssignedExpr`: a value brought to its column's type.
    pub(crate) fn assign(
        &mut self,
        mut value: Expression,
        column: &Column,
        indirection: &'a [Indirection],
        target_span: TextRange,
    ) -> Result<Expression> {
        if value.open {
            return Ok(value);
        }
        let span = value.span();
        let goal = if indirection.is_empty() {
            column.data_type
        } else {
            match self.assigned_part(column.data_type, indirection, &column.name, target_span)? {
                Some(goal) => goal,
                None => return Ok(value),
            }
        };
        let result = match indirection.first() {
            None => types::coerce_for_assignment(&mut self.cx, &mut value.typed, &column.name, goal, span),
            Some(step) => self.assign_part(&mut value, goal, &column.name, step),
        };
        self.tolerate(result)?;
        Ok(value)
    }

    /// A value stored in an element or a field.
    fn assign_part(&mut self, value: &mut Expression, goal: TypeRef, column: &str, step: &Indirection) -> Result<()> {
        let context = types::CoercionContext::Assignment;
        let from = value.typed.oid();
        if types::coerce_to_target_type(&mut self.cx, &mut value.typed, goal, context)? {
            return Ok(());
        }
        let (wanted, found) = (types::format_type(&self.cx, goal.oid), types::format_type(&self.cx, from));
        let message = if is_subscript(step) {
            format!("subscripted assignment to \"{column}\" requires type {wanted} but expression is of type {found}")
        } else {
            format!("subfield \"{column}\" is of type {wanted} but expression is of type {found}")
        };
        let kind = ErrorKind::TypeMismatch { from: found.into(), to: wanted.into() };
        Err(Error::fail("42804", message, value.span(), kind))
    }

    /// The type that an element or a field of a column has; none where it is not known (`transformAssignmentIndirection`).
    fn assigned_part(
        &mut self,
        container: TypeRef,
        steps: &'a [Indirection],
        column: &str,
        span: TextRange,
    ) -> Result<Option<TypeRef>> {
        let mut goal = container;
        let mut at = 0;
        while let Some(step) = steps.get(at) {
            match step {
                Indirection::Star(star) => {
                    return Err(unsupported("row expansion via \"*\" is not supported here", *star));
                }
                Indirection::Field(name) => {
                    let Some(next) = self.assigned_field(goal, name, column, span)? else { return Ok(None) };
                    goal = next;
                    at += 1;
                }
                Indirection::Index(_) | Indirection::Slice(..) => {
                    let count = steps[at..].iter().take_while(|step| is_subscript(step)).count();
                    types::check_subscriptable(&self.cx, goal, span)?;
                    let (mut subscripts, _, open) = self.subscripts(&steps[at..at + count])?;
                    if open {
                        return Ok(None);
                    }
                    goal = types::subscript_assignment(&mut self.cx, goal, &mut subscripts, span)?;
                    at += count;
                }
            }
        }
        Ok(Some(goal))
    }

    fn assigned_field(
        &mut self,
        container: TypeRef,
        name: &Name,
        column: &str,
        span: TextRange,
    ) -> Result<Option<TypeRef>> {
        let typed = crate::typed::Typed::new(container, Oid::NONE, span);
        let shown = types::format_type(&self.cx, container.oid);
        if !self.is_row_type(container.oid) {
            let message = format!(
                "cannot assign to field \"{}\" of column \"{column}\" because its type {shown} is not a composite type",
                name.text
            );
            let kind = ErrorKind::TypeMismatch { from: shown.into(), to: "".into() };
            return Err(Error::fail("42804", message, name.span, kind));
        }
        let Some(columns) = types::row_columns(&mut self.cx, &typed) else {
            self.note_unknown("a row whose columns are not known", span);
            return Ok(None);
        };
        match columns.iter().find(|field| *field.name == *name.text) {
            Some(field) => Ok(Some(field.data_type)),
            None => {
                let message = format!(
                    "cannot assign to field \"{}\" of column \"{column}\" because there is no such column in data type {shown}",
                    name.text
                );
                let kind = ErrorKind::MissingField { data_type: shown.into(), name: name.text.clone() };
                Err(Error::fail("42703", message, name.span, kind))
            }
        }
    }
}

/// 42703 "column … of relation … does not exist"
fn missing_target(relation: &Relation, name: &Name, _update: bool) -> Failure {
    let message = format!("column \"{}\" of relation \"{}\" does not exist", name.text, relation.name);
    let kind = ErrorKind::MissingColumn { table: Some(relation.name.clone()), name: name.text.clone() };
    Error::fail("42703", message, name.span, kind)
}
