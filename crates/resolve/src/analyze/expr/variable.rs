//! Variables of a routine's body (`plpgsql_post_column_ref`, `sql_fn_post_column_ref`).

use rollproof_catalog::TypeRef;
use rollproof_source::TextRange;
use rollproof_sql::ast::{ColumnRef, Name};

use super::RECORD;
use crate::analyze::{Analyzer, Expression, Node, Tag};
use crate::environment::{Variable, VariableKind};
use crate::error::{Error, ErrorKind, Result};
use crate::typed::{RecordColumn, Shape, Typed};
use crate::types;

/// Numbers of variables begin above those of parameters.
const FIRST_VARIABLE: u32 = 1 << 20;

impl<'a> Analyzer<'a> {
    /// `resolve_column_ref`: the variable, or field of one, that a name means. `must` says that nothing else has the name, so
    /// a missing field is an error.
    pub(crate) fn variable(&mut self, column: &ColumnRef, must: bool, span: TextRange) -> Result<Option<Expression>> {
        let fields = &column.fields[..];
        let Some((number, variable, used)) = self.find_variable(fields) else { return Ok(None) };
        let (names, starred) = (fields.len(), column.star.is_some());
        if starred || names == used {
            let fits = !starred || names == used;
            return Ok(fits.then(|| self.variable_value(number, variable, span)));
        }
        if names != used + 1 {
            return Ok(None);
        }
        self.variable_field(number, variable, &fields[used], must, span)
    }

    /// `plpgsql_ns_lookup`: innermost block first; a scalar is not looked into by a name with dots.
    fn find_variable(&self, fields: &[Name]) -> Option<(u32, &'a Variable, usize)> {
        let environment = self.environment;
        let first = fields.first()?;
        for (block_at, block) in environment.blocks.iter().enumerate().rev() {
            let number = |at: usize| FIRST_VARIABLE + (block_at as u32) * 4096 + at as u32;
            let fits = |variable: &Variable, rest: usize| rest == 0 || self.has_fields(variable);
            for (at, variable) in block.variables.iter().enumerate() {
                if variable.name == first.text && fits(variable, fields.len() - 1) {
                    return Some((number(at), variable, 1));
                }
            }
            if let (Some(label), Some(second)) = (&block.label, fields.get(1))
                && *label == first.text
            {
                for (at, variable) in block.variables.iter().enumerate() {
                    if variable.name == second.text && fits(variable, fields.len() - 2) {
                        return Some((number(at), variable, 2));
                    }
                }
            }
        }
        None
    }

    fn has_fields(&self, variable: &Variable) -> bool {
        match &variable.kind {
            VariableKind::Scalar(data_type) => self.is_row_type(data_type.oid),
            VariableKind::Row(_) | VariableKind::Record => true,
        }
    }

    fn variable_value(&mut self, number: u32, variable: &Variable, span: TextRange) -> Expression {
        let typed = match &variable.kind {
            VariableKind::Scalar(data_type) => {
                let collation = self.default_collation(data_type.oid);
                Typed::new(*data_type, collation, span)
            }
            VariableKind::Row(columns) => {
                let columns = columns.iter().map(|(name, data_type)| RecordColumn {
                    name: name.clone(),
                    data_type: *data_type,
                    collation: self.default_collation(data_type.oid),
                    nullable: true,
                });
                let shape = Shape::Record(columns.collect());
                Typed::new(TypeRef::plain(RECORD), rollproof_catalog::Oid::NONE, span).with_shape(shape)
            }
            VariableKind::Record => {
                self.note_unknown("a record variable whose columns are not known", span);
                return Expression::open(Vec::new(), span);
            }
        };
        Expression::new(typed, Node::new(Tag::Parameter(number), Vec::new(), span))
    }

    fn variable_field(
        &mut self,
        number: u32,
        variable: &'a Variable,
        field: &Name,
        must: bool,
        span: TextRange,
    ) -> Result<Option<Expression>> {
        let value = self.variable_value(number, variable, span);
        if value.open {
            return Ok(Some(value));
        }
        let Some(columns) = types::row_columns(&mut self.cx, &value.typed) else {
            self.note_unknown("a variable whose columns are not known", span);
            return Ok(Some(Expression::open(Vec::new(), span)));
        };
        if let Some(column) = columns.iter().find(|column| column.name == field.text) {
            let typed = Typed::new(column.data_type, column.collation, span);
            let tree = Node::new(Tag::Field(field.text.clone()), vec![value.tree], span);
            return Ok(Some(Expression::new(typed, tree)));
        }
        if !must {
            return Ok(None);
        }
        let message = format!("record \"{}\" has no field \"{}\"", variable.name, field.text);
        let kind = ErrorKind::MissingField { data_type: variable.name.clone(), name: field.text.clone() };
        Err(Error::fail("42703", message, span, kind))
    }
}
