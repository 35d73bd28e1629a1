//! XMLTABLE and JSON_TABLE (`transformRangeTableFunc`, `transformJsonTable`).

use rollproof_catalog::{Oid, TypeKind, TypeRef, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Alias, Expr, TableExpression, TableExpressionColumn};

use super::FromResult;
use crate::analyze::expr::{Operation, check_behaviors};
use crate::analyze::{Analyzer, Entry, EntryColumn, EntryKind, Kind, Node, Tag, Tree, syntax_error, unsupported};
use crate::error::{Error, ErrorKind, Result};
use crate::typed::Typed;
use crate::types;

/// `int4`
const INTEGER: Oid = Oid(23);

impl<'a> Analyzer<'a> {
    /// A table made of a document.
    pub(crate) fn source_table_expression(
        &mut self,
        table: &'a TableExpression,
        alias: Option<&'a Alias>,
        span: TextRange,
    ) -> Result<FromResult> {
        self.level().lateral_active = true;
        let result = if table.json { self.json_table(table, span) } else { self.xml_table(table, span) };
        self.level().lateral_active = false;
        let (columns, children) = result?;
        let name = if table.json { "json_table" } else { "xmltable" };
        let mut entry = Entry::new(EntryKind::Table, name.into(), columns, span);
        entry.tree = Some(Node::new(Tag::Construct(name), children, span));
        Ok(FromResult::single(self.add_entry(entry, alias, true)?))
    }

    /// `transformRangeTableFunc`
    fn xml_table(&mut self, table: &'a TableExpression, span: TextRange) -> Result<(Vec<EntryColumn>, Vec<Tree>)> {
        let mut children = Vec::new();
        let document = table.arguments.len().saturating_sub(1);
        // The row's path and the document come before the names of namespaces.
        let order = (document.saturating_sub(1)..=document).chain(0..document.saturating_sub(1));
        for at in order {
            let Some(argument) = table.arguments.get(at) else { continue };
            let target = if at == document { oid::XML } else { oid::TEXT };
            children.push(self.xml_table_value(argument, TypeRef::plain(target))?);
        }
        let mut columns: Vec<EntryColumn> = Vec::new();
        let mut ordinality = false;
        for column in &table.columns {
            let data_type = match &column.type_name {
                Some(name) => types::type_name(&mut self.cx, name)?,
                None if ordinality => {
                    return Err(syntax_error("only one FOR ORDINALITY column is allowed", span));
                }
                None => {
                    ordinality = true;
                    TypeRef::plain(INTEGER)
                }
            };
            for (at, expression) in column.expressions.iter().enumerate() {
                let target = if column.default == Some(at) { data_type } else { TypeRef::plain(oid::TEXT) };
                children.push(self.xml_table_value(expression, target)?);
            }
            if columns.iter().any(|other| *other.name == *column.name.text) {
                let message = format!("column name \"{}\" is not unique", column.name.text);
                return Err(Error::fail("42601", message, column.name.span, ErrorKind::Other));
            }
            columns.push(self.table_column(column, data_type));
        }
        Ok((columns, children))
    }

    fn xml_table_value(&mut self, expr: &'a Expr, target: TypeRef) -> Result<Tree> {
        let mut value = self.expression_of(expr, Kind::FromFunction)?;
        if !value.open {
            let settled =
                types::coerce_to_specific_type_and_modifier(&mut self.cx, &mut value.typed, target, "XMLTABLE");
            self.tolerate(settled)?;
        }
        Ok(value.tree)
    }

    fn table_column(&self, column: &TableExpressionColumn, data_type: TypeRef) -> EntryColumn {
        let mut typed = Typed::new(data_type, self.default_collation(data_type.oid), column.name.span);
        typed.nullable = column.type_name.is_some();
        EntryColumn::of_value(column.name.text.clone(), &typed)
    }

    /// `transformJsonTable`
    fn json_table(&mut self, table: &'a TableExpression, span: TextRange) -> Result<(Vec<EntryColumn>, Vec<Tree>)> {
        if self.version() < 17 {
            let message = "syntax error: JSON_TABLE is not known before PostgreSQL 17";
            return Err(syntax_error(message, span));
        }
        check_behaviors(Operation::Table, &table.clauses, None, span)?;
        let names = table.columns.iter().map(|column| &column.name).chain(&table.path_names);
        let mut seen: Vec<&str> = Vec::new();
        for name in names {
            if seen.contains(&&*name.text) {
                let message = format!("duplicate JSON_TABLE column or path name: {}", name.text);
                return Err(Error::fail("42712", message, name.span, ErrorKind::Other));
            }
            seen.push(&name.text);
        }
        let (arguments, clauses, formats) = (&table.arguments, &table.clauses, &table.formats);
        let mut children = self.standing(Kind::FromFunction, |this| {
            this.json_subject_and_path(Operation::Table, arguments, clauses, formats)
        })?;
        let set = |tree: &Tree| {
            let found = tree.find_outside_queries(&mut |node| matches!(node.tag, Tag::SetReturning(_)));
            found.map(|node| node.span)
        };
        if let Some(set) = children.iter().find_map(set) {
            // The executor sees it first.
            let message = "set-valued function called in context that cannot accept a set";
            self.refuse_later(Err(unsupported(message, set)))?;
        }
        let mut columns: Vec<EntryColumn> = Vec::new();
        let mut counted: Vec<usize> = Vec::new();
        for column in &table.columns {
            let data_type = match &column.type_name {
                Some(_) => self.standing(Kind::FromFunction, |this| this.json_column(column, &mut children))?,
                None if counted.contains(&column.level) => {
                    return Err(syntax_error("only one FOR ORDINALITY column is allowed", span));
                }
                None => {
                    counted.push(column.level);
                    TypeRef::plain(INTEGER)
                }
            };
            columns.push(self.table_column(column, data_type));
        }
        for path in &table.paths {
            let mut value = self.expression_of(path, Kind::FromFunction)?;
            self.json_path(&mut value)?;
        }
        Ok((columns, children))
    }

    /// `transformJsonTableColumn`: a column is a function of its own over the document.
    fn json_column(&mut self, column: &'a TableExpressionColumn, children: &mut Vec<Tree>) -> Result<TypeRef> {
        let Some(name) = &column.type_name else { return Ok(TypeRef::plain(INTEGER)) };
        let data_type = types::type_name(&mut self.cx, name)?;
        let clauses = &column.clauses;
        let formatted = column.format.is_some() || clauses.wrapper.is_some() || clauses.omit_quotes.is_some();
        let operation = if column.exists {
            Operation::Exists
        } else if formatted || self.is_composite(data_type.oid) {
            Operation::Query
        } else {
            Operation::Value
        };
        check_behaviors(operation, clauses, Some(&column.name.text), column.name.span)?;
        if let Some(path) = column.path.and_then(|at| column.expressions.get(at)) {
            let mut value = self.expression(path)?;
            self.json_path(&mut value)?;
        }
        self.json_output(Some(name), column.format.as_ref(), false)?;
        self.json_defaults(clauses, &column.expressions, data_type, children)?;
        Ok(data_type)
    }

    /// Types whose values JSON_TABLE takes as JSON, not as text (`isCompositeType`).
    fn is_composite(&self, of: Oid) -> bool {
        let base = self.base_of(of);
        let composite = |of: &rollproof_catalog::Type| matches!(of.kind, TypeKind::Composite(_)) || of.is_array;
        matches!(base, Oid(114 | 3802 | 2249)) || self.schema().type_of(base).is_some_and(composite)
    }
}
