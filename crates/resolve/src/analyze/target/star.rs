//! Stars (`ExpandColumnRefStar`, `ExpandAllTables`, `ExpandIndirectionStar`).

use std::sync::Arc;

use rollproof_catalog::{ColumnId, ObjectId};
use rollproof_source::TextRange;
use rollproof_sql::ast::{ColumnRef, Expr, Indirection};

use crate::analyze::scope::{FoundColumn, FoundItem};
use crate::analyze::{Analyzer, DYNAMIC, Expression, Item, Node, Returning, Tag, Var, syntax_error};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::resolution::{Role, StarExpansion};
use crate::typed::Typed;
use crate::types;

/// A column that a star brought in.
type Named = (Arc<str>, Expression);

impl<'a> Analyzer<'a> {
    /// `*`, `t.*`, `s.t.*`
    pub(crate) fn expand_star(
        &mut self,
        column: &'a ColumnRef,
        star: TextRange,
        span: TextRange,
    ) -> Result<Vec<Named>> {
        let (schema, table) = match &column.fields[..] {
            [] => return self.expand_all(star, span),
            [table] => (None, table),
            [schema, table] => (Some(schema), table),
            _ => return Err(Failure::unknown("the name of the database is not known", span)),
        };
        match self.find_item(schema, table, span)? {
            FoundItem::Item(depth, item) => {
                self.bind_item(depth, &item, table.span);
                self.expand_item(depth, &item, star, span)
            }
            FoundItem::Open => {
                self.open_star(star);
                Ok(Vec::new())
            }
            FoundItem::Nothing => {
                if let Some(variable) = self.variable(column, false, span)? {
                    return self.expand_value(variable, star, span);
                }
                Err(self.missing_item(schema, table, span))
            }
        }
    }

    /// Columns that are not known come in with a star.
    fn open_star(&mut self, star: TextRange) {
        self.note_unknown(DYNAMIC, star);
        self.level().open_targets = true;
    }

    fn expand_all(&mut self, star: TextRange, span: TextRange) -> Result<Vec<Named>> {
        let depth = self.here();
        let items: Vec<Item> = self.level().items.iter().filter(|item| item.columns_visible).cloned().collect();
        if self.level().open_from {
            self.open_star(star);
        } else if items.is_empty() {
            return Err(syntax_error("SELECT * with no tables specified is not valid", star));
        }
        let mut columns = Vec::new();
        for item in items {
            columns.extend(self.expand_item(depth, &item, star, span)?);
        }
        Ok(columns)
    }

    /// `expandNSItemAttrs`
    fn expand_item(&mut self, depth: usize, item: &Item, star: TextRange, _span: TextRange) -> Result<Vec<Named>> {
        if self.levels[depth].entries[item.entry].open {
            self.open_star(star);
        }
        self.note_whole_item(depth, item);
        let mut expanded = StarExpansion { span: star, columns: Vec::new() };
        let mut columns = Vec::new();
        for column in item.columns.iter().filter(|column| !column.dropped && !column.hidden) {
            let found = FoundColumn { entry: column.entry, attribute: column.attribute };
            let var = Var { depth, entry: column.entry, attribute: column.attribute };
            let mut value = self.var_expression(var, item.returning, star)?;
            value.typed.nullable |= item.returning != Returning::Default;
            let origin = self.origin(depth, found);
            if let Some(origin) = origin {
                self.note_through(depth, column.entry, star);
                self.bind(star, ObjectId::Column(origin), Role::Star);
            }
            expanded.columns.push((column.name.clone(), origin));
            columns.push((column.name.clone(), value));
        }
        self.out.stars.push(expanded);
        Ok(columns)
    }

    /// `(value).*`
    pub(crate) fn expand_value_star(
        &mut self,
        inner: &'a Expr,
        steps: &'a [Indirection],
        span: TextRange,
    ) -> Result<Vec<Named>> {
        let Some((Indirection::Star(star), before)) = steps.split_last() else { return Ok(Vec::new()) };
        let value = self.expression(inner)?;
        let value = self.follow(value, before, span)?;
        self.expand_value(value, *star, span)
    }

    /// `ExpandRowReference`
    fn expand_value(&mut self, value: Expression, star: TextRange, span: TextRange) -> Result<Vec<Named>> {
        if value.open {
            self.open_star(star);
            return Ok(Vec::new());
        }
        if let Some(var) = value.tree.var().filter(|var| var.attribute == 0) {
            let item = self.levels[var.depth].item_of(var.entry);
            return self.expand_item(var.depth, &item, star, span);
        }
        if !self.is_row_type(value.typed.oid()) {
            let shown = types::format_type(&self.cx, value.typed.oid());
            let kind = ErrorKind::TypeMismatch { from: shown.as_str().into(), to: "".into() };
            return Err(Error::fail("42809", format!("type {shown} is not composite"), span, kind));
        }
        let Some(fields) = types::row_columns(&mut self.cx, &value.typed) else {
            if value.typed.oid() == crate::analyze::RECORD_TYPE {
                let message = "record type has not been registered";
                return Err(Error::fail("42809", message, span, ErrorKind::Other));
            }
            self.note_unknown("a row whose columns are not known", span);
            self.level().open_targets = true;
            return Ok(Vec::new());
        };
        if let Some(relation) = types::info::row_relation(self.schema(), value.typed.oid())
            && let Some(found) = self.schema().relation(relation)
        {
            let fields = found.live_columns().map(|field| ColumnId { relation, number: field.number });
            self.out.fields.extend(fields.collect::<Vec<_>>());
        }
        let mut expanded = StarExpansion { span: star, columns: Vec::new() };
        let mut columns = Vec::new();
        for field in fields.iter() {
            let mut typed = Typed::new(field.data_type, field.collation, star);
            typed.set_returning = value.typed.set_returning;
            let tree = Node::new(Tag::Field(field.name.clone()), vec![value.tree.clone()], star);
            expanded.columns.push((field.name.clone(), None));
            columns.push((field.name.clone(), Expression::new(typed, tree)));
        }
        self.out.stars.push(expanded);
        Ok(columns)
    }
}
