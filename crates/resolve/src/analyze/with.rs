//! WITH (`transformWithClause`, `analyzeCTE`).

mod recursion;
mod references;
mod search;

use std::sync::Arc;

use rollproof_catalog::Oid;
use rollproof_sql::ast::{Cte, CteStatement, With};

use super::{Analyzer, DYNAMIC, EntryColumn, Level, Output, Rows, unsupported};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::types;

/// A CTE as names see it.
#[derive(Debug, Clone)]
pub(crate) struct CteInfo<'a> {
    /// Its name.
    pub name: Arc<str>,
    /// Its columns, as far as they are known by now.
    pub columns: Vec<EntryColumn>,
    /// There may be more columns.
    pub open: bool,
    /// Of one that changes data: whether it returns rows. None for a query.
    pub returning: Option<bool>,
    /// It is recursive and being analysed.
    pub in_progress: bool,
    /// What was written.
    pub written: &'a Cte,
}

impl<'a> Analyzer<'a> {
    /// `transformWithClause`
    pub(crate) fn with_clause(&mut self, with: &'a With) -> Result<()> {
        // What stands in it lies in the statement's own level, which is there from here on.
        self.level();
        for (at, cte) in with.ctes.iter().enumerate() {
            if with.ctes[..at].iter().any(|other| other.name.text == cte.name.text) {
                let message = format!("WITH query name \"{}\" specified more than once", cte.name.text);
                let kind = ErrorKind::AmbiguousName(cte.name.text.clone());
                return Err(Error::fail("42712", message, cte.name.span, kind));
            }
        }
        if with.recursive {
            return self.recursive_with(with);
        }
        for cte in &with.ctes {
            let info = self.cte(cte, None)?;
            self.level().ctes.push(info);
        }
        Ok(())
    }

    /// WITH RECURSIVE: all names are seen by all, so they are taken in the order in which they need each other.
    fn recursive_with(&mut self, with: &'a With) -> Result<()> {
        let order = recursion::order(with)?;
        let depth = self.here();
        for (at, _) in order.iter().filter(|(_, itself)| *itself) {
            let cte = &with.ctes[*at];
            match recursion::check_form(cte) {
                // `SELECT ${"1 UNION SELECT a"} FROM itself`
                Err(Failure::Error(_)) if cte.open => self.note_unknown(DYNAMIC, cte.span),
                other => other?,
            }
        }
        for (at, itself) in order {
            let cte = &with.ctes[at];
            if itself {
                self.level().ctes.push(CteInfo {
                    name: cte.name.text.clone(),
                    columns: Vec::new(),
                    open: cte.open,
                    returning: None,
                    in_progress: true,
                    written: cte,
                });
                let position = self.level().ctes.len() - 1;
                let info = self.cte(cte, Some((depth, position)))?;
                self.level().ctes[position] = info;
            } else {
                let info = self.cte(cte, None)?;
                self.level().ctes.push(info);
            }
        }
        Ok(())
    }

    /// `analyzeCTE`
    fn cte(&mut self, cte: &'a Cte, recursive: Option<(usize, usize)>) -> Result<CteInfo<'a>> {
        let level = Level { recursive, in_with: true, ..Level::default() };
        let (rows, returning) = self.inside(level, |this| match &cte.statement {
            CteStatement::Query(query) => {
                let rows = this.query(query)?;
                Ok((this.settle_unknowns(rows)?, None))
            }
            CteStatement::Insert(insert) => {
                let returns = insert.returning.is_some();
                Ok((this.insert(insert)?, Some(returns)))
            }
            CteStatement::Update(update) => {
                let returns = update.returning.is_some();
                Ok((this.update(update)?, Some(returns)))
            }
            CteStatement::Delete(delete) => {
                let returns = delete.returning.is_some();
                Ok((this.delete(delete)?, Some(returns)))
            }
            CteStatement::Merge(merge) => {
                let returns = merge.returning.is_some();
                Ok((this.merge(merge)?, Some(returns)))
            }
        })?;
        if returning.is_some() && self.here() > 0 {
            let message = "WITH clause containing a data-modifying statement must be at the top level";
            return Err(unsupported(message, cte.name.span));
        }
        let (tree, open) = (rows.tree.clone(), rows.open);
        self.level().writes_in_with |= !matches!(cte.statement, CteStatement::Query(_));
        self.level().parts.push(tree);
        let mut columns = if let Some((depth, at)) = recursive {
            self.check_recursive_types(depth, at, &rows, cte)?
        } else {
            named_columns(cte, &rows)?
        };
        let mut open = open;
        if cte.open || open {
            // The reference to itself may stand in unknown text, and so may columns.
            open |= cte.search.is_some() || cte.cycle.is_some();
        } else {
            search::check(cte, &columns, recursive.is_some())?;
            self.search_columns(cte, &mut columns)?;
        }
        Ok(CteInfo { name: cte.name.text.clone(), columns, open, returning, in_progress: false, written: cte })
    }

    /// `determineRecursiveColTypes`: the first term decides what the recursive one sees.
    pub(crate) fn learn_recursive_columns(
        &mut self,
        depth: usize,
        at: usize,
        outputs: &[Output],
        open: bool,
    ) -> Result<()> {
        let mut outputs = outputs.to_vec();
        for output in outputs.iter_mut().filter(|output| !output.open) {
            types::resolve_unknown(&mut self.cx, &mut output.typed)?;
        }
        let cte = self.levels[depth].ctes[at].written;
        let rows = Rows {
            outputs,
            tree: super::Node::new(super::Tag::Query(false), Vec::new(), cte.span),
            open,
            obstacle: None,
        };
        let mut columns = named_columns(cte, &rows)?;
        // What the recursive term brings may be null, whatever the first one is.
        columns.iter_mut().for_each(|column| column.nullable = true);
        self.search_columns(cte, &mut columns)?;
        let info = &mut self.levels[depth].ctes[at];
        (info.columns, info.open) = (columns, open);
        Ok(())
    }

    /// The recursive term must yield what the first one did.
    fn check_recursive_types(&mut self, depth: usize, at: usize, rows: &Rows, cte: &Cte) -> Result<Vec<EntryColumn>> {
        let columns = named_columns(cte, rows)?;
        let expected = self.levels[depth].ctes[at].columns.clone();
        for (number, (column, first)) in columns.iter().zip(&expected).enumerate() {
            let column_type = (first.data_type.oid, column.data_type.oid);
            let modifiers = first.data_type.modifier != column.data_type.modifier;
            if column_type.0 != column_type.1 || modifiers {
                if rows.open || column_type.1 == Oid::NONE || column_type.0 == Oid::NONE {
                    continue;
                }
                let shown = |data_type| self.schema().format_type(data_type);
                let (from, to) = (shown(first.data_type), shown(column.data_type));
                let message = format!(
                    "recursive query \"{}\" column {} has type {from} in non-recursive term but type {to} overall",
                    cte.name.text,
                    number + 1
                );
                let span = rows.outputs.get(number).map_or(cte.span, |output| output.typed.span);
                let kind = ErrorKind::TypeMismatch { from: from.into(), to: to.into() };
                return Err(Error::fail("42804", message, span, kind));
            }
            if first.collation != column.collation {
                let message =
                    format!("recursive query \"{}\" column {} has conflicting collations", cte.name.text, number + 1);
                return Err(Error::fail("42P21", message, cte.span, ErrorKind::CollationMismatch));
            }
        }
        Ok(columns)
    }
}

/// A CTE's columns under its own names (`analyzeCTETargetList`).
fn named_columns(cte: &Cte, rows: &Rows) -> Result<Vec<EntryColumn>> {
    let mut columns: Vec<EntryColumn> = rows.visible().map(Output::to_column).collect();
    if cte.columns.len() > columns.len() && !rows.open {
        let message = format!(
            "WITH query \"{}\" has {} columns available but {} columns specified",
            cte.name.text,
            columns.len(),
            cte.columns.len()
        );
        return Err(Error::fail("42P10", message, cte.name.span, ErrorKind::ColumnCount));
    }
    for (column, name) in columns.iter_mut().zip(&cte.columns) {
        column.name = name.text.clone();
    }
    Ok(columns)
}
