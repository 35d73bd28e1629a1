//! Target lists (parse_target.c): entries, stars, and the names of columns.

mod figure;
mod star;

use std::sync::Arc;

use rollproof_sql::ast::{ColumnRef, ExprKind, Indirection, Literal, Target};

use super::{Analyzer, Kind, Output, ValueKind};
use crate::error::{Error, ErrorKind, Result};

pub(crate) use figure::FirstNames;
use figure::figure_name;

/// `MaxTupleAttributeNumber`
const MOST_TARGETS: usize = 1664;

impl<'a> Analyzer<'a> {
    /// `transformTargetList`
    pub(crate) fn target_list(&mut self, targets: &'a [Target], kind: Kind) -> Result<Vec<Output>> {
        let mut outputs = Vec::new();
        for target in targets {
            self.standing(kind, |this| this.target(target, &mut outputs))?;
            if outputs.len() > MOST_TARGETS {
                let message = format!("target lists can have at most {MOST_TARGETS} entries");
                return Err(Error::fail("54011", message, target.value.span, ErrorKind::Other));
            }
        }
        Ok(outputs)
    }

    fn target(&mut self, target: &'a Target, outputs: &mut Vec<Output>) -> Result<()> {
        let span = target.value.span;
        let value = match &target.value.kind {
            ExprKind::Open(star) if is_star(star) => {
                self.hole(span);
                self.level().open_targets = true;
                &**star
            }
            _ => &target.value,
        };
        let expanded = match &value.kind {
            ExprKind::Column(column @ ColumnRef { star: Some(star), .. }) => self.expand_star(column, *star, span)?,
            ExprKind::Indirection(inner, steps) if matches!(steps.last(), Some(Indirection::Star(_))) => {
                self.expand_value_star(inner, steps, span)?
            }
            ExprKind::Hole(_) => {
                self.hole(span);
                self.level().open_targets = true;
                return Ok(());
            }
            _ => {
                self.level().open_targets |= crate::walk::may_be_several(&target.value);
                let value = self.expression(&target.value)?;
                let name = match &target.alias {
                    Some(alias) => alias.text.clone(),
                    None => {
                        let name = self.figure(&target.value);
                        self.out.unaliased.push((span, name.clone()));
                        name
                    }
                };
                let origin = self.tree_origin(&value.tree);
                let written = ValueKind::of(&target.value);
                outputs.push(Output { origin, written, ..Output::new(name, value) });
                return Ok(());
            }
        };
        for (name, value) in expanded {
            let origin = self.tree_origin(&value.tree);
            outputs.push(Output { origin, from_star: Some(span), ..Output::new(name, value) });
        }
        Ok(())
    }

    /// `FigureColname`
    pub(crate) fn figure(&self, expr: &rollproof_sql::ast::Expr) -> Arc<str> {
        if self.cx.version() < 15 && matches!(expr.kind, ExprKind::Literal(Literal::Boolean(_))) {
            // These were casts of a text before PostgreSQL 15.
            return "bool".into();
        }
        figure_name(expr, &self.first_names)
    }

    /// `markTargetListOrigin`: the table's column that a bare column is.
    pub(crate) fn tree_origin(&self, tree: &super::Tree) -> Option<rollproof_catalog::ColumnId> {
        let var = tree.var()?;
        if var.attribute <= 0 {
            return None;
        }
        self.origin(var.depth, super::scope::FoundColumn { entry: var.entry, attribute: var.attribute })
    }
}

/// `*`, `t.*` or `(value).*`
pub(crate) fn is_star(expr: &rollproof_sql::ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Column(column) => column.star.is_some(),
        ExprKind::Indirection(_, steps) => matches!(steps.last(), Some(Indirection::Star(_))),
        _ => false,
    }
}

/// A name that no text was given for.
pub(crate) fn unnamed() -> Arc<str> {
    "?column?".into()
}
