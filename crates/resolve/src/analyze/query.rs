//! Queries (`transformSelectStmt`, `transformValuesClause`, `transformSetOperationStmt`).

mod output;
mod parts;
mod select;
mod set_operation;
mod values;

use rollproof_sql::ast::{Query, QueryBody};

use super::clause::strength;
use super::{Analyzer, unsupported};
use crate::error::Result;
use crate::types;

pub(crate) use output::{Output, Rows};
pub(crate) use parts::Parts;

impl<'a> Analyzer<'a> {
    /// A query, in the innermost level, which is its own.
    pub(crate) fn query(&mut self, query: &'a Query) -> Result<Rows> {
        let parts = Parts::of(query)?;
        self.deeper(query.span, |this| this.query_parts(&parts))
    }

    /// A query whose parentheses are taken off.
    pub(crate) fn query_parts(&mut self, parts: &Parts<'a>) -> Result<Rows> {
        if parts.has_holes {
            self.note_unknown(super::DYNAMIC, parts.span);
            let level = self.level();
            (level.open, level.open_clauses) = (true, true);
        }
        if let (QueryBody::SetOperation(_), Some(locking)) = (parts.body, parts.locking.first()) {
            let message = format!("{} is not allowed with UNION/INTERSECT/EXCEPT", strength(locking.strength));
            return Err(unsupported(message, locking.span));
        }
        if let Some(with) = parts.with {
            self.with_clause(with)?;
        }
        match parts.body {
            QueryBody::Select(select) => self.select(select, parts),
            QueryBody::Values(rows) => self.values(rows, parts),
            QueryBody::Table(relation) => self.table(relation, parts),
            QueryBody::SetOperation(operation) => self.set_operation(operation, parts),
            QueryBody::Nested(_) | QueryBody::Hole(_) => {
                self.note_unknown(super::DYNAMIC, parts.span);
                self.level().open = true;
                Ok(Rows::open(parts.span))
            }
        }
    }

    /// `resolveTargetListUnknowns`: literals that nothing gave a type become text.
    pub(crate) fn settle_unknowns(&mut self, mut rows: Rows) -> Result<Rows> {
        for output in rows.outputs.iter_mut().filter(|output| !output.open) {
            types::resolve_unknown(&mut self.cx, &mut output.typed)?;
        }
        Ok(rows)
    }
}
