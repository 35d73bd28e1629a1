//! INSERT (`transformInsertStmt`).

use rollproof_catalog::Column;
use rollproof_source::TextRange;
use rollproof_sql::ast::{AssignmentTarget, Expr, ExprKind, Insert, Query, QueryBody};

use super::TargetRelation;
use crate::analyze::query::Parts;
use crate::analyze::scope::is_unknown;
use crate::analyze::{Analyzer, Expression, Kind, Level, Output, Rows, ValueKind, syntax_error, unsupported};
use crate::error::{Error, ErrorKind, Result};
use crate::resolution::{Role, Write, WriteAction, WriteColumn, WriteValue};

/// A column that an INSERT gives a value to.
pub(crate) struct InsertColumn<'a> {
    pub column: &'a Column,
    pub written: Option<&'a AssignmentTarget>,
}

/// A value of a row.
pub(crate) enum InsertValue {
    Default(TextRange),
    Value(Expression, WriteValue),
}

impl<'a> Analyzer<'a> {
    /// INSERT
    pub(crate) fn insert(&mut self, insert: &'a Insert) -> Result<Rows> {
        if let Some(with) = &insert.with {
            self.with_clause(with)?;
        }
        if is_unknown(&insert.target.name) {
            return self.insert_into_unknown(insert);
        }
        let target = self.target_relation(&insert.target)?;
        let columns = self.insert_columns(&target, &insert.columns)?;
        let mut write = Write {
            relation: target.relation.oid,
            base: target.relation.oid,
            action: WriteAction::Insert,
            columns: Vec::new(),
            omitted: Vec::new(),
            positional: insert.columns.is_empty() && insert.source.is_some(),
            from_star: None,
            span: target.span,
        };
        if let Some(source) = &insert.source {
            let named = !insert.columns.is_empty();
            self.insert_source(source, &columns, named, &mut write)?;
        }
        let given: Vec<i16> = write.columns.iter().map(|column| column.number).collect();
        let omitted = target.relation.live_columns().map(|column| column.number);
        write.omitted = omitted.filter(|number| !given.contains(number)).collect();
        let taken = self.check_write(&mut write, target.relation, insert.overriding_system, insert.returning.is_some());
        self.refuse_later(taken)?;
        self.out.writes.push(write);
        if let Some(conflict) = &insert.on_conflict {
            self.on_conflict(conflict, &target)?;
        }
        self.level().items = vec![crate::analyze::Item { relation_visible: true, ..target.item.clone() }];
        self.returning(insert.returning.as_ref(), Some(&target), insert.span, Kind::Returning)
    }

    /// `checkInsertTargets`
    pub(crate) fn insert_columns(
        &mut self,
        target: &TargetRelation<'a>,
        written: &'a [AssignmentTarget],
    ) -> Result<Vec<InsertColumn<'a>>> {
        if written.is_empty() {
            self.cx.lookups.whole_relations.insert(target.relation.oid);
            let live = target.relation.columns.iter().filter(|column| !column.dropped);
            return Ok(live.map(|column| InsertColumn { column, written: None }).collect());
        }
        let mut columns: Vec<InsertColumn<'a>> = Vec::new();
        for each in written {
            let column = self.assigned_column(target.relation, each, false)?;
            let twice = columns.iter().any(|known| {
                let whole = each.indirection.is_empty() || known.written.is_some_and(|of| of.indirection.is_empty());
                known.column.number == column.number && whole
            });
            if twice {
                let message = format!("column \"{}\" specified more than once", column.name);
                let kind = ErrorKind::AmbiguousColumn(column.name.clone());
                return Err(Error::fail("42701", message, each.column.span, kind));
            }
            columns.push(InsertColumn { column, written: Some(each) });
        }
        Ok(columns)
    }

    fn insert_source(
        &mut self,
        source: &'a Query,
        columns: &[InsertColumn<'a>],
        named: bool,
        write: &mut Write,
    ) -> Result<()> {
        let parts = Parts::of(source)?;
        match parts.body {
            QueryBody::Values(rows) if parts.has_no_clauses() => {
                // Unknown text after the rows may be ON CONFLICT, or more rows.
                self.note_holes(if parts.has_holes { &[0] } else { &[] }, false, source.span);
                self.insert_values(rows, columns, named, write)
            }
            _ => self.insert_select(source, columns, named, write),
        }
    }

    fn insert_values(
        &mut self,
        rows: &'a [Vec<Expr>],
        columns: &[InsertColumn<'a>],
        named: bool,
        write: &mut Write,
    ) -> Result<()> {
        let kind = if rows.len() == 1 { Kind::ValuesSingle } else { Kind::Values };
        let mut width = None;
        for row in rows {
            let values = self.insert_items(row, kind)?;
            let open = row.iter().any(crate::walk::may_be_several);
            if !open && *width.get_or_insert(values.len()) != values.len() {
                let span = row.first().map(|value| value.span).unwrap_or_default();
                return Err(syntax_error("VALUES lists must all be the same length", span));
            }
            self.insert_row(values, columns, named, open, write)?;
        }
        Ok(())
    }

    /// Items of a row, DEFAULT allowed.
    pub(crate) fn insert_items(&mut self, row: &'a [Expr], kind: Kind) -> Result<Vec<InsertValue>> {
        let mut values = Vec::new();
        for each in row {
            if matches!(each.kind, ExprKind::Default) {
                values.push(InsertValue::Default(each.span));
                continue;
            }
            let items = self.standing(kind, |this| this.row_items(std::slice::from_ref(each)))?;
            let single = items.len() == 1;
            for item in items {
                let written = if single { ValueKind::of(each) } else { WriteValue::Expression };
                values.push(InsertValue::Value(item, written));
            }
        }
        Ok(values)
    }

    /// INSERT … SELECT: the query is looked at by itself, then its columns are assigned.
    fn insert_select(
        &mut self,
        source: &'a Query,
        columns: &[InsertColumn<'a>],
        named: bool,
        write: &mut Write,
    ) -> Result<()> {
        let rows = self.inside(Level::default(), |this| this.query(source))?;
        let tree = rows.tree.clone();
        self.level().parts.push(tree);
        let open = rows.open;
        write.from_star = rows.visible().find_map(|output| output.from_star);
        let values = rows.visible().map(|output| {
            let mut value = output.expression();
            // What is stored is a column of the query; only a bare literal or parameter may still take a type.
            let literal = value.typed.oid() == rollproof_catalog::Oid(705);
            if !literal {
                value.typed.shape = match value.typed.shape {
                    crate::Shape::Record(columns) => crate::Shape::Record(columns),
                    _ => crate::Shape::Other,
                };
            }
            value.typed.set_returning = false;
            InsertValue::Value(value, written_of(output))
        });
        let values = values.collect();
        self.insert_row(values, columns, named, open, write)
    }

    /// `transformInsertRow`
    pub(crate) fn insert_row(
        &mut self,
        values: Vec<InsertValue>,
        columns: &[InsertColumn<'a>],
        named: bool,
        open: bool,
        write: &mut Write,
    ) -> Result<()> {
        if open {
            return Ok(());
        }
        if let Some(extra) = values.get(columns.len()) {
            let message = "INSERT has more expressions than target columns";
            return Err(Error::fail("42601", message, value_span(extra), ErrorKind::ColumnCount));
        }
        if named && let Some(lacking) = columns.get(values.len()) {
            let message = "INSERT has more target columns than expressions";
            let span = lacking.written.map(|written| written.span).unwrap_or_default();
            return Err(Error::fail("42601", message, span, ErrorKind::ColumnCount));
        }
        for (value, column) in values.into_iter().zip(columns) {
            self.insert_value(value, column, write)?;
        }
        Ok(())
    }

    fn insert_value(&mut self, value: InsertValue, target: &InsertColumn<'a>, write: &mut Write) -> Result<()> {
        let span = target.written.map_or_else(|| value_span(&value), |written| written.column.span);
        let indirection = target.written.map_or(&[][..], |written| &written.indirection[..]);
        let (written, nullable) = match value {
            InsertValue::Default(place) => {
                refuse_part_default(indirection, place)?;
                (WriteValue::Default, false)
            }
            InsertValue::Value(value, written) => {
                if target.written.is_none() {
                    let id = rollproof_catalog::ColumnId { relation: write.relation, number: target.column.number };
                    self.cx.lookups.columns.insert(id);
                    self.bind(value.span(), rollproof_catalog::ObjectId::Column(id), Role::Position);
                }
                let target_span = target.written.map_or(span, |written| written.span);
                let value = self
                    .standing(Kind::InsertTarget, |this| this.assign(value, target.column, indirection, target_span))?;
                (written, value.typed.nullable)
            }
        };
        let number = target.column.number;
        match write.columns.iter_mut().find(|column| column.number == number) {
            Some(column) => {
                column.values.push(written);
                column.nullable |= nullable;
            }
            None => write.columns.push(WriteColumn { number, span, values: vec![written], nullable }),
        }
        Ok(())
    }
}

/// DEFAULT cannot be stored in a part of a column.
pub(crate) fn refuse_part_default(indirection: &[rollproof_sql::ast::Indirection], span: TextRange) -> Result<()> {
    match indirection.first() {
        None => Ok(()),
        Some(step) if crate::analyze::is_subscript(step) => {
            Err(unsupported("cannot set an array element to DEFAULT", span))
        }
        Some(_) => Err(unsupported("cannot set a subfield to DEFAULT", span)),
    }
}

fn value_span(value: &InsertValue) -> TextRange {
    match value {
        InsertValue::Default(span) => *span,
        InsertValue::Value(value, _) => value.span(),
    }
}

fn written_of(output: &Output) -> WriteValue {
    output.written.clone()
}
