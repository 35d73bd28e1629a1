//! Names with dots (`transformColumnRef`).

use rollproof_source::TextRange;
use rollproof_sql::ast::{ColumnRef, Name};

use crate::analyze::scope::FoundItem;
use crate::analyze::{Analyzer, Expression, Item, Kind, Node, Returning, Tag, syntax_error, unsupported};
use crate::environment::VariableConflict;
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::types::{self, Callee};

/// Why a name means nothing (`crerr`).
enum Miss {
    Column { table: Option<Name>, column: Name },
    Item { schema: Option<Name>, table: Name },
}

impl<'a> Analyzer<'a> {
    /// `transformColumnRef`
    pub(crate) fn column_ref(&mut self, column: &'a ColumnRef, span: TextRange) -> Result<Expression> {
        match self.level().kind {
            Kind::ColumnDefault => {
                return Err(unsupported("cannot use column reference in DEFAULT expression", span));
            }
            Kind::PartitionBound => {
                return Err(unsupported("cannot use column reference in partition bound expression", span));
            }
            _ => {}
        }
        if column.fields.is_empty() {
            return Err(syntax_error("invalid use of \"*\"", span));
        }
        if let Some(value) = self.domain_value_ref(column, span) {
            return Ok(value);
        }
        if let Some(value) = self.stored_column(column, span) {
            return value;
        }
        let conflict = self.environment.conflict;
        let has_variables = !self.environment.blocks.is_empty();
        if has_variables
            && conflict == VariableConflict::UseVariable
            && let Some(variable) = self.variable(column, false, span)?
        {
            return Ok(variable);
        }
        let standard = self.standard_column_ref(column, span)?;
        if has_variables && conflict != VariableConflict::UseVariable {
            let found = standard.is_ok();
            if (!found || conflict == VariableConflict::Error)
                && let Some(variable) = self.variable(column, !found, span)?
            {
                if found {
                    let message = format!("column reference \"{}\" is ambiguous", dotted(column));
                    let kind = ErrorKind::AmbiguousColumn(dotted(column).into());
                    return Err(Error::fail("42702", message, span, kind));
                }
                return Ok(variable);
            }
        }
        match standard {
            Ok(value) => Ok(value),
            Err(Miss::Column { table, column }) => Err(self.missing_column(table.as_ref(), &column, span)),
            Err(Miss::Item { schema, table }) => Err(self.missing_item(schema.as_ref(), &table, span)),
        }
    }

    fn standard_column_ref(
        &mut self,
        column: &'a ColumnRef,
        span: TextRange,
    ) -> Result<std::result::Result<Expression, Miss>> {
        match &column.fields[..] {
            [name] if column.star.is_none() => self.one_name(name, span),
            [table] => self.qualified(None, table, None, span),
            [table, name] if column.star.is_none() => self.qualified(None, table, Some(name), span),
            [schema, table] => self.qualified(Some(schema), table, None, span),
            [schema, table, name] if column.star.is_none() => self.qualified(Some(schema), table, Some(name), span),
            [_, _, _] | [_, _, _, _] => Err(Failure::unknown("the name of the database is not known", span)),
            _ => {
                Err(syntax_error(format!("improper qualified name (too many dotted names): {}", dotted(column)), span))
            }
        }
    }

    fn one_name(&mut self, name: &'a Name, span: TextRange) -> Result<std::result::Result<Expression, Miss>> {
        if let Some(value) = self.column_by_name(name, false, span)? {
            return Ok(Ok(value));
        }
        match self.find_item(None, name, span)? {
            FoundItem::Item(depth, item) => Ok(Ok(self.whole_row(depth, &item, span)?)),
            FoundItem::Open => Ok(Ok(Expression::open(Vec::new(), span))),
            FoundItem::Nothing => Ok(Err(Miss::Column { table: None, column: name.clone() })),
        }
    }

    fn qualified(
        &mut self,
        schema: Option<&'a Name>,
        table: &'a Name,
        name: Option<&'a Name>,
        span: TextRange,
    ) -> Result<std::result::Result<Expression, Miss>> {
        let (depth, item) = match self.find_item(schema, table, span)? {
            FoundItem::Item(depth, item) => (depth, item),
            FoundItem::Open => return Ok(Ok(Expression::open(Vec::new(), span))),
            FoundItem::Nothing => {
                return Ok(Err(Miss::Item { schema: schema.cloned(), table: table.clone() }));
            }
        };
        self.bind_item(depth, &item, table.span);
        let Some(name) = name else { return Ok(Ok(self.whole_row(depth, &item, span)?)) };
        if let Some(found) = self.column_of_item(depth, &item, name, span)? {
            let mut value = self.var(depth, found, item.returning, span)?;
            value.typed.nullable |= item.returning != Returning::Default;
            self.bind_column(depth, found, span, Some(name));
            self.note_capture(depth, found, span, true);
            return Ok(Ok(value));
        }
        if self.levels[depth].entries[item.entry].open {
            return Ok(Ok(Expression::open(Vec::new(), span)));
        }
        match self.item_function(depth, &item, name, span)? {
            Some(value) => Ok(Ok(value)),
            None => Ok(Err(Miss::Column { table: Some(table.clone()), column: name.clone() })),
        }
    }

    /// `t.f` where `t` has no column `f`: the function `f(t)`, if there is one.
    fn item_function(
        &mut self,
        depth: usize,
        item: &Item,
        name: &'a Name,
        span: TextRange,
    ) -> Result<Option<Expression>> {
        let mark = (self.out.whole_rows.len(), self.out.bindings.len(), self.out.row_values.len());
        let reads = self.out.reads.clone();
        let row = self.whole_row(depth, item, span)?;
        let tree = row.tree.clone();
        // The item's columns were looked through by now, under the names that its alias gives: what is left is a function.
        let resolved = types::resolve_attribute(&mut self.cx, name, row.typed)?;
        let Some(resolved) = resolved.filter(|resolved| !matches!(resolved.callee, Callee::Field(_))) else {
            self.out.whole_rows.truncate(mark.0);
            self.out.bindings.truncate(mark.1);
            self.out.row_values.truncate(mark.2);
            self.out.reads = reads;
            return Ok(None);
        };
        Ok(Some(self.attribute_result(resolved, name, tree, span)?))
    }

    /// `x.name` after it was found to be a field or a function.
    pub(crate) fn attribute_result(
        &mut self,
        resolved: types::ResolvedFunction,
        name: &'a Name,
        argument: crate::analyze::Tree,
        span: TextRange,
    ) -> Result<Expression> {
        let mut typed = resolved.result.clone();
        typed.span = span;
        let tree = match resolved.callee {
            Callee::Field(_) => {
                self.note_field(name, resolved.arguments.first());
                Node::new(Tag::Field(name.text.clone()), vec![argument], span)
            }
            Callee::Cast => Node::new(Tag::Cast(typed.data_type), vec![argument], span),
            Callee::Function(oid) => {
                self.note_routine(oid, name.span);
                if resolved.returns_set {
                    self.check_set_placement(None, span)?;
                    Node::new(Tag::SetReturning(oid), vec![argument], span)
                } else {
                    Node::new(Tag::Function(oid), vec![argument], span)
                }
            }
        };
        Ok(Expression::new(typed, tree))
    }

    /// Records which column a field is, and that no more of the row it is read from is used.
    pub(crate) fn note_field(&mut self, name: &Name, argument: Option<&Option<crate::Typed>>) {
        let Some(Some(row)) = argument else { return };
        self.forget_row(row.span);
        let Some(relation) = types::info::row_relation(self.schema(), row.oid()) else { return };
        let number =
            self.schema().relation(relation).and_then(|found| found.column(&name.text)).map(|found| found.number);
        if let Some(number) = number {
            let id = rollproof_catalog::ColumnId { relation, number };
            self.bind(name.span, rollproof_catalog::ObjectId::Column(id), crate::resolution::Role::Read);
            self.out.fields.insert(id);
        }
    }

    /// Takes back that the row at `span` is used as a value: only a column of it is.
    pub(crate) fn forget_row(&mut self, span: TextRange) {
        self.out.whole_rows.retain(|(_, each)| *each != span);
        self.out.row_values.retain(|each| each.span != span);
    }

    /// Records what a qualifier means.
    pub(crate) fn bind_item(&mut self, depth: usize, item: &Item, span: TextRange) {
        if let crate::analyze::EntryKind::Relation(oid, _) = self.levels[depth].entries[item.entry].kind {
            self.bind(span, rollproof_catalog::ObjectId::Relation(oid), crate::resolution::Role::Qualifier);
        }
    }

    /// A column of a kept expression, by what its name was bound to.
    fn stored_column(&mut self, column: &ColumnRef, span: TextRange) -> Option<Result<Expression>> {
        let (bindings, entry) = self.stored?;
        let name = column.fields.last().filter(|_| column.star.is_none())?;
        let bound = bindings.iter().find(|(place, _)| *place == name.span)?;
        let rollproof_catalog::ObjectId::Column(id) = bound.1 else { return None };
        let depth = self.here();
        let found = crate::analyze::scope::FoundColumn { entry, attribute: id.number };
        Some(self.var(depth, found, Returning::Default, span))
    }

    /// `VALUE` in a domain's check.
    fn domain_value_ref(&mut self, column: &ColumnRef, span: TextRange) -> Option<Expression> {
        let data_type = self.domain_value?;
        let [name] = &column.fields[..] else { return None };
        if &*name.text != "value" || column.star.is_some() {
            return None;
        }
        let collation = self.default_collation(data_type.oid);
        let typed = crate::typed::Typed::new(data_type, collation, span);
        Some(Expression::new(typed, Node::new(Tag::Construct("value"), Vec::new(), span)))
    }
}

/// The name as it was written, without quotes.
pub(crate) fn dotted(column: &ColumnRef) -> String {
    let mut text = column.fields.iter().map(|name| &*name.text).collect::<Vec<_>>().join(".");
    if column.star.is_some() {
        text.push_str(".*");
    }
    text
}
