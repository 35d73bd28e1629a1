//! XMLTABLE and JSON_TABLE (`transformRangeTableFunc`, `transformJsonTable`).

use rollproof_catalog::{Oid, TypeRef, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Alias, TableExpression};

use super::FromResult;
use crate::analyze::{Analyzer, Entry, EntryColumn, EntryKind, Kind, Node, Tag};
use crate::error::{Error, ErrorKind, Result};
use crate::typed::Typed;
use crate::types;

/// `int4`, `bool`
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
        let result = self.table_columns(table, span);
        self.level().lateral_active = false;
        let (columns, children) = result?;
        let name = if table.json { "json_table" } else { "xmltable" };
        let mut entry = Entry::new(EntryKind::Table, name.into(), columns, span);
        entry.tree = Some(Node::new(Tag::Construct(name), children, span));
        Ok(FromResult::single(self.add_entry(entry, alias, true)?))
    }

    fn table_columns(
        &mut self,
        table: &'a TableExpression,
        span: TextRange,
    ) -> Result<(Vec<EntryColumn>, Vec<crate::analyze::Tree>)> {
        let mut children = Vec::new();
        for (at, argument) in table.arguments.iter().enumerate() {
            let mut value = self.expression_of(argument, Kind::FromFunction)?;
            // The last one is the document; paths and names of namespaces are text.
            let document = at + 1 == table.arguments.len();
            let settled = if table.json {
                types::resolve_unknown(&mut self.cx, &mut value.typed)
            } else {
                let target = if document { oid::XML } else { oid::TEXT };
                types::coerce_to_specific_type(&mut self.cx, &mut value.typed, target, "XMLTABLE")
            };
            if !value.open {
                self.tolerate(settled)?;
            }
            children.push(value.tree);
        }
        let mut columns: Vec<EntryColumn> = Vec::new();
        let mut ordinality = false;
        for column in &table.columns {
            if columns.iter().any(|other| *other.name == *column.name.text) {
                let message = format!("column name \"{}\" is not unique", column.name.text);
                let message = if table.json {
                    format!("duplicate JSON_TABLE column or path name: {}", column.name.text)
                } else {
                    message
                };
                let (code, kind) = if table.json { ("42712", ErrorKind::Other) } else { ("42601", ErrorKind::Other) };
                return Err(Error::fail(code, message, column.name.span, kind));
            }
            let data_type = match &column.type_name {
                Some(name) => types::type_name(&mut self.cx, name)?,
                None => {
                    if ordinality && !table.json {
                        let message = "only one FOR ORDINALITY column is allowed";
                        return Err(crate::analyze::syntax_error(message, span));
                    }
                    ordinality = true;
                    TypeRef::plain(INTEGER)
                }
            };
            for expression in &column.expressions {
                let value = self.expression_of(expression, Kind::FromFunction)?;
                children.push(value.tree);
            }
            let collation = self.schema().type_of(data_type.oid).map_or(Oid::NONE, |of| of.collation);
            let mut typed = Typed::new(data_type, collation, column.name.span);
            typed.nullable = column.type_name.is_some();
            columns.push(EntryColumn::of_value(column.name.text.clone(), &typed));
        }
        Ok((columns, children))
    }
}
