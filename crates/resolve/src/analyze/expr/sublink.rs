//! Queries in expressions (`transformSubLink`).

use rollproof_catalog::Oid;
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, ExprKind, OperatorName, SubLink, SubLinkKind};

use super::BOOLEAN;
use super::operator::plain;
use crate::analyze::{Analyzer, Expression, Level, Node, Rows, Tag, unsupported};
use crate::error::{Error, ErrorKind, Result};
use crate::typed::{Shape, Typed};
use crate::types;

impl<'a> Analyzer<'a> {
    /// A query in an expression.
    pub(crate) fn sub_link(&mut self, link: &'a SubLink, span: TextRange) -> Result<Expression> {
        match &link.kind {
            SubLinkKind::Exists => {
                let rows = self.sub_query(link, span)?;
                let tree = as_link(&rows);
                Ok(self.simple("exists", BOOLEAN, false, vec![tree], span))
            }
            SubLinkKind::Scalar => {
                let rows = self.sub_query(link, span)?;
                let Some(mut typed) = single_column(&rows, span)? else {
                    return Ok(Expression::open(vec![as_link(&rows)], span));
                };
                typed.span = span;
                typed.nullable = true;
                typed.set_returning = false;
                Ok(Expression::new(typed, as_link(&rows)))
            }
            SubLinkKind::Array => {
                let rows = self.sub_query(link, span)?;
                let tree = Node::new(Tag::Construct("array query"), vec![as_link(&rows)], span);
                let Some(column) = single_column(&rows, span)? else {
                    return Ok(Expression::open(vec![tree], span));
                };
                let mut typed = types::array_of_query(&mut self.cx, &column, span)?;
                typed.nullable = false;
                Ok(Expression::new(typed, tree))
            }
            SubLinkKind::Any { test, operator } => {
                self.compare_rows_of(Test::of(test), operator.as_ref(), link, "any", span)
            }
            SubLinkKind::All { test, operator } => {
                self.compare_rows_of(Test::of(test), Some(operator), link, "all", span)
            }
        }
    }

    /// The query, where one may stand.
    fn sub_query(&mut self, link: &'a SubLink, span: TextRange) -> Result<Rows> {
        if let Some(message) = self.level().kind.refuses_subquery() {
            return Err(unsupported(message, span));
        }
        let rows = self.inside(Level::default(), |this| {
            let rows = this.query(&link.query)?;
            this.settle_unknowns(rows)
        })?;
        if let Some(first) = rows.outputs.first() {
            self.first_names.insert(link.query.span, first.name.clone());
        }
        Ok(rows)
    }

    /// A row compared with the columns of a query's rows.
    pub(crate) fn compare_rows_of(
        &mut self,
        test: Test<'a>,
        operator: Option<&'a OperatorName>,
        link: &'a SubLink,
        construct: &'static str,
        span: TextRange,
    ) -> Result<Expression> {
        let rows = self.sub_query(link, span)?;
        let left = match test {
            Test::Row(items) => self.row_items(items)?,
            Test::Value(value) => vec![self.expression(value)?],
        };
        let columns: Vec<&crate::analyze::Output> = rows.outputs.iter().filter(|output| !output.hidden).collect();
        let open = rows.open || left.iter().any(|value| value.open);
        if !open && left.len() < columns.len() {
            return Err(Error::fail("42601", "subquery has too many columns", span, ErrorKind::ColumnCount));
        }
        if !open && left.len() > columns.len() {
            return Err(Error::fail("42601", "subquery has too few columns", span, ErrorKind::ColumnCount));
        }
        let mut children: Vec<_> = left.iter().map(|value| value.tree.clone()).collect();
        children.push(as_link(&rows));
        // Columns that unknown text made compare with anything.
        let typeless = columns.iter().any(|column| column.open || column.typed.oid() == Oid::NONE);
        if !open && !typeless {
            let right = columns.iter().map(|output| {
                let mut typed = output.typed.clone();
                typed.shape = reference_shape(&typed);
                typed.set_returning = false;
                Expression::new(typed, Node::new(Tag::Construct("column"), Vec::new(), span))
            });
            let right = right.collect();
            let equal = plain("=", span);
            let operator = operator.unwrap_or(&equal);
            let compared = self.compare_rows(operator, left, right, span)?;
            if !compared.open {
                let mut typed = compared.typed;
                types::coerce_to_boolean(&mut self.cx, &mut typed, "ANY")?;
            }
        }
        Ok(self.simple(construct, BOOLEAN, true, children, span))
    }
}

/// The shape of a reference to a query's column: only known columns of records are kept.
pub(crate) fn reference_shape(typed: &Typed) -> Shape {
    match &typed.shape {
        Shape::Record(columns) => Shape::Record(columns.clone()),
        _ => Shape::Other,
    }
}

/// The left side of a comparison with a query: a row as it is written, or one value (`t.*` is one).
#[derive(Clone, Copy)]
pub(crate) enum Test<'a> {
    /// The items of a row.
    Row(&'a [Expr]),
    /// One value.
    Value(&'a Expr),
}

impl<'a> Test<'a> {
    fn of(test: &'a Expr) -> Self {
        match &test.kind {
            ExprKind::Row(items, _) => Self::Row(items),
            _ => Self::Value(test),
        }
    }
}

fn as_link(rows: &Rows) -> crate::analyze::Tree {
    Node::new(Tag::Query(true), rows.tree.children.clone(), rows.tree.span)
}

/// The only column of a query that must have just one; none where its columns are not all known.
fn single_column(rows: &Rows, span: TextRange) -> Result<Option<Typed>> {
    let mut columns = rows.outputs.iter().filter(|output| !output.hidden);
    match (columns.next(), columns.next()) {
        _ if rows.open => Ok(None),
        (Some(only), None) => {
            let mut typed = only.typed.clone();
            typed.shape = reference_shape(&typed);
            if typed.oid() == Oid::NONE {
                return Ok(None);
            }
            Ok(Some(typed))
        }
        _ => Err(Error::fail("42601", "subquery must return only one column", span, ErrorKind::ColumnCount)),
    }
}
