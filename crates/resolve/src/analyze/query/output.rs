//! What a query yields.

use std::sync::Arc;

use rollproof_catalog::ColumnId;
use rollproof_source::TextRange;

use crate::analyze::{EntryColumn, Expression, Node, Tag, Tree};
use crate::resolution::WriteValue;
use crate::typed::Typed;

/// An entry of a target list.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub typed: Typed,
    /// What it is made of.
    pub tree: Tree,
    /// Nothing is known of its type.
    pub open: bool,
    /// The table's column that it is.
    pub origin: Option<ColumnId>,
    /// Only there to sort or group by (`resjunk`).
    pub hidden: bool,
    /// The value as it is written.
    pub written: WriteValue,
    /// The star that brought it.
    pub from_star: Option<TextRange>,
}

impl Output {
    /// An entry of this value.
    pub(crate) fn new(name: Arc<str>, value: Expression) -> Self {
        Self {
            name,
            typed: value.typed,
            tree: value.tree,
            open: value.open,
            origin: None,
            hidden: false,
            written: WriteValue::Expression,
            from_star: None,
        }
    }

    /// The value.
    pub(crate) fn expression(&self) -> Expression {
        Expression { typed: self.typed.clone(), tree: self.tree.clone(), open: self.open }
    }

    /// As a column of an entry of FROM.
    pub(crate) fn to_column(&self) -> EntryColumn {
        let mut column = EntryColumn::of_value(self.name.clone(), &self.typed);
        column.origin = self.origin;
        column
    }
}

/// A query's result.
#[derive(Debug)]
pub(crate) struct Rows {
    /// Its target list.
    pub outputs: Vec<Output>,
    /// The query, to compare and to search.
    pub tree: Tree,
    /// There may be more columns, brought by unknown text.
    pub open: bool,
    /// What keeps its rows from being locked.
    pub obstacle: Option<&'static str>,
}

impl Rows {
    /// A result of which nothing is known.
    pub(crate) fn open(span: TextRange) -> Self {
        Self { outputs: Vec::new(), tree: Node::new(Tag::Query(false), Vec::new(), span), open: true, obstacle: None }
    }

    /// The columns that are seen from outside.
    pub(crate) fn visible(&self) -> impl Iterator<Item = &Output> {
        self.outputs.iter().filter(|output| !output.hidden)
    }
}
