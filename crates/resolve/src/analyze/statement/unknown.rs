//! Statements that write a relation of which not even the name is known: what they read besides it is looked at.

use rollproof_sql::ast::{Assignment, Delete, Expr, ExprKind, FromItem, Insert, QueryBody, Update};

use crate::analyze::query::Parts;
use crate::analyze::{Analyzer, DYNAMIC, Kind, Level, Rows};
use crate::error::Result;

impl<'a> Analyzer<'a> {
    /// INSERT into such a relation.
    pub(crate) fn insert_into_unknown(&mut self, insert: &'a Insert) -> Result<Rows> {
        let span = insert.target.name.span;
        self.note_unknown(DYNAMIC, span);
        let Some(source) = &insert.source else { return Ok(Rows::open(span)) };
        let parts = Parts::of(source)?;
        match parts.body {
            QueryBody::Values(rows) if parts.has_no_clauses() => {
                let kind = if rows.len() == 1 { Kind::ValuesSingle } else { Kind::Values };
                for row in rows {
                    self.insert_items(row, kind)?;
                }
            }
            _ => {
                self.inside(Level::default(), |this| this.query(source))?;
            }
        }
        Ok(Rows::open(span))
    }

    /// UPDATE of such a relation.
    pub(crate) fn update_unknown(&mut self, update: &'a Update) -> Result<Rows> {
        self.note_holes(&update.holes, update.open_from, update.span);
        self.write_unknown(&update.from, update.filter.as_ref(), update.target.name.span)?;
        for assignment in &update.assignments {
            if let Assignment::One(_, value) = assignment
                && !matches!(value.kind, ExprKind::Default)
            {
                self.expression_of(value, Kind::UpdateSource)?;
            }
        }
        Ok(Rows::open(update.target.name.span))
    }

    /// DELETE from such a relation.
    pub(crate) fn delete_from_unknown(&mut self, delete: &'a Delete) -> Result<Rows> {
        self.note_holes(&delete.holes, delete.open_from, delete.span);
        self.write_unknown(&delete.using, delete.filter.as_ref(), delete.target.name.span)?;
        Ok(Rows::open(delete.target.name.span))
    }

    fn write_unknown(
        &mut self,
        from: &'a [FromItem],
        filter: Option<&'a Expr>,
        span: rollproof_source::TextRange,
    ) -> Result<()> {
        let target = self.source_hole(span);
        self.level().items.extend(target.items);
        self.analyze_from(from)?;
        match filter {
            Some(filter) if !matches!(filter.kind, ExprKind::CurrentOf(_)) => {
                self.condition(filter, Kind::Where, "WHERE").map(drop)
            }
            _ => Ok(()),
        }
    }
}
