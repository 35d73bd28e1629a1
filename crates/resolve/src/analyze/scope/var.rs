//! Columns and whole rows as expressions (`makeVar`, `makeWholeRowVar`), and the record of what is read.

use std::sync::Arc;

use rollproof_catalog::{ColumnId, ObjectId, Oid, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::Name;

use super::column::FoundColumn;
use crate::analyze::{Analyzer, EntryKind, Expression, Item, Node, Returning, Tag, Var};
use crate::error::{Error, ErrorKind, Result};
use crate::resolution::{Read, Role, RowValue};
use crate::typed::{RecordColumn, Shape, Typed};
use crate::types::info::composite_relation;

/// `record`
const RECORD: Oid = Oid(2249);

impl Analyzer<'_> {
    /// The column as an expression, and the note that it is read.
    pub(crate) fn var_expression(&mut self, var: Var, returning: Returning, span: TextRange) -> Result<Expression> {
        let entry = &self.levels[var.depth].entries[var.entry];
        if var.attribute < 0 {
            return Ok(self.system_var(var, returning, span));
        }
        let at = usize::try_from(var.attribute).ok().and_then(|number| number.checked_sub(1));
        let Some(column) = at.and_then(|at| entry.columns.get(at)) else {
            return Err(crate::error::Failure::unknown("column number out of range", span));
        };
        let mut typed = Typed::new(column.data_type, column.collation, span);
        typed.nullable = column.nullable || entry.nulled;
        typed.shape = match (&column.record, column.origin, entry.kind) {
            (Some(columns), ..) => Shape::Record(columns.clone()),
            (None, Some(origin), EntryKind::Relation(..)) => Shape::Column(origin),
            _ => Shape::Other,
        };
        let tree = match (&column.merged, returning) {
            (Some(tree), _) => tree.clone(),
            (None, Returning::Default) => Node::new(Tag::Var(var), Vec::new(), span),
            (None, Returning::Old) => Node::new(Tag::Field("old".into()), vec![leaf(var, span)], span),
            (None, Returning::New) => Node::new(Tag::Field("new".into()), vec![leaf(var, span)], span),
        };
        let field = column.field_of;
        self.out.fields.extend(field);
        self.note_read(var.depth, var.entry, var.attribute, span);
        Ok(Expression::new(typed, tree))
    }

    fn system_var(&mut self, var: Var, returning: Returning, span: TextRange) -> Expression {
        let types = [27, 28, 29, 28, 29, 26];
        let at = usize::try_from(-var.attribute - 1).unwrap_or(0).min(types.len() - 1);
        let mut typed = Typed::new(TypeRef::plain(Oid(types[at])), Oid::NONE, span);
        typed.nullable = self.levels[var.depth].entries[var.entry].nulled || returning != Returning::Default;
        self.note_read(var.depth, var.entry, var.attribute, span);
        Expression::new(typed, leaf(var, span))
    }

    /// Notes that a column (0: the whole row) of a relation is read.
    pub(crate) fn note_read(&mut self, depth: usize, entry: usize, attribute: i16, span: TextRange) {
        let EntryKind::Relation(relation, _) = self.levels[depth].entries[entry].kind else { return };
        if attribute > 0 {
            self.cx.lookups.columns.insert(ColumnId { relation, number: attribute });
        }
        self.read_of(relation, span).columns.insert(attribute);
    }

    /// The record of reading a relation.
    pub(crate) fn read_of(&mut self, relation: Oid, span: TextRange) -> &mut Read {
        let at = self.out.reads.iter().position(|read| read.relation == relation).unwrap_or_else(|| {
            self.out.reads.push(Read { relation, columns: Default::default(), locked: false, span });
            self.out.reads.len() - 1
        });
        &mut self.out.reads[at]
    }

    /// The table's column that this is, through queries and joins.
    pub(crate) fn origin(&self, depth: usize, column: FoundColumn) -> Option<ColumnId> {
        let entry = &self.levels[depth].entries[column.entry];
        if column.attribute < 0 {
            return match entry.kind {
                EntryKind::Relation(relation, _) => Some(ColumnId { relation, number: column.attribute }),
                _ => None,
            };
        }
        let at = usize::try_from(column.attribute).ok()?.checked_sub(1)?;
        entry.columns.get(at)?.origin
    }

    /// Records what a column's name means. A merged column has an entry a side.
    pub(crate) fn bind_column(&mut self, depth: usize, column: FoundColumn, span: TextRange, name: Option<&Name>) {
        let span = name.map_or(span, |name| name.span);
        let role = if name.is_some() { Role::Read } else { Role::Star };
        if let Some(origin) = self.origin(depth, column) {
            self.note_through(depth, column.entry, span);
            self.bind(span, ObjectId::Column(origin), role);
            return;
        }
        let at = usize::try_from(column.attribute).ok().and_then(|number| number.checked_sub(1));
        let entry = &self.levels[depth].entries[column.entry];
        let Some(tree) = at.and_then(|at| entry.columns.get(at)).and_then(|of| of.merged.clone()) else { return };
        for child in &tree.children {
            let Some(var) = child.var() else { continue };
            let side = FoundColumn { entry: var.entry, attribute: var.attribute };
            if let Some(origin) = self.origin(var.depth, side) {
                self.bind(span, ObjectId::Column(origin), Role::Merge);
            }
        }
    }

    /// Notes that a name, or a star, is one of a query in FROM.
    pub(crate) fn note_through(&mut self, depth: usize, entry: usize, span: TextRange) {
        if matches!(self.levels[depth].entries[entry].kind, EntryKind::Subquery | EntryKind::Cte) {
            self.out.through.push(span);
        }
    }

    /// `transformWholeRowRef`: all columns of an item as one value.
    pub(crate) fn whole_row(&mut self, depth: usize, item: &Item, span: TextRange) -> Result<Expression> {
        let entry = &self.levels[depth].entries[item.entry];
        let var = Var { depth, entry: item.entry, attribute: 0 };
        let nullable = entry.nulled || item.returning != Returning::Default;
        let (data_type, shape) = match entry.kind {
            EntryKind::Relation(oid, _) | EntryKind::Excluded(oid) => {
                let row_type = self.schema().relation(oid).map_or(Oid::NONE, |relation| relation.row_type);
                if row_type.is_none() {
                    let message = format!("relation \"{}\" does not have a composite type", item.name);
                    return Err(Error::fail("42809", message, span, ErrorKind::Other));
                }
                (row_type, Shape::WholeRow(oid))
            }
            EntryKind::Function => match self.function_row(depth, item, span)? {
                Ok(scalar) => return Ok(scalar),
                Err(pair) => pair,
            },
            _ => (RECORD, Shape::Record(self.record_columns(depth, item))),
        };
        if let Shape::WholeRow(oid) = shape {
            self.out.whole_rows.push((oid, span));
            self.cx.lookups.whole_relations.insert(oid);
            self.bind(span, ObjectId::Relation(oid), Role::WholeRow);
            self.note_read(depth, item.entry, 0, span);
        }
        if let Shape::Record(columns) = &shape {
            let columns = columns.iter().map(|column| (column.name.clone(), column.data_type)).collect();
            self.out.row_values.push(RowValue { span, columns });
        }
        let mut typed = Typed::new(TypeRef::plain(data_type), Oid::NONE, span).with_shape(shape);
        typed.nullable = nullable;
        Ok(Expression::new(typed, leaf(var, span)))
    }

    /// The row of a function in FROM: the value itself where it is one scalar, else its type and columns.
    #[allow(clippy::type_complexity)]
    fn function_row(
        &mut self,
        depth: usize,
        item: &Item,
        span: TextRange,
    ) -> Result<std::result::Result<Expression, (Oid, Shape)>> {
        let entry = &self.levels[depth].entries[item.entry];
        let tag = entry.tree.as_ref().map(|tree| tree.tag.clone());
        match tag {
            // One function with a scalar result: the row is its value.
            Some(Tag::Construct("scalar")) => {
                let var = Var { depth, entry: item.entry, attribute: 1 };
                Ok(Ok(self.var_expression(var, Returning::Default, span)?))
            }
            // One function with a named composite result.
            Some(Tag::Cast(row)) => {
                if let Some(relation) = composite_relation(self.schema(), row.oid) {
                    self.out.whole_rows.push((relation, span));
                    self.cx.lookups.whole_relations.insert(relation);
                }
                Ok(Err((row.oid, Shape::Other)))
            }
            _ => Ok(Err((RECORD, Shape::Record(self.record_columns(depth, item))))),
        }
    }

    fn record_columns(&self, depth: usize, item: &Item) -> Arc<[RecordColumn]> {
        let entries = &self.levels[depth].entries;
        let visible = item.columns.iter().filter(|column| !column.dropped);
        let columns = visible.filter_map(|column| {
            let at = usize::try_from(column.attribute).ok()?.checked_sub(1)?;
            let of = entries[column.entry].columns.get(at)?;
            Some(RecordColumn {
                name: column.name.clone(),
                data_type: of.data_type,
                collation: of.collation,
                nullable: of.nullable || entries[column.entry].nulled,
            })
        });
        columns.collect()
    }
}

fn leaf(var: Var, span: TextRange) -> crate::analyze::Tree {
    Node::new(Tag::Var(var), Vec::new(), span)
}
