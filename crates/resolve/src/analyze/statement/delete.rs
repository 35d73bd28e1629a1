//! DELETE (`transformDeleteStmt`).

use rollproof_sql::ast::Delete;

use crate::analyze::scope::is_unknown;
use crate::analyze::{Analyzer, Kind, Rows};
use crate::error::Result;
use crate::resolution::{Write, WriteAction};

impl<'a> Analyzer<'a> {
    /// DELETE
    pub(crate) fn delete(&mut self, delete: &'a Delete) -> Result<Rows> {
        if let Some(with) = &delete.with {
            self.with_clause(with)?;
        }
        if is_unknown(&delete.target.name) {
            return self.delete_from_unknown(delete);
        }
        let target = self.target_relation(&delete.target)?;
        self.note_holes(&delete.holes, delete.open_from, delete.span);
        let mut own = target.item.clone();
        (own.lateral_only, own.lateral_ok) = (true, false);
        self.level().items.push(own);
        self.analyze_from(&delete.using)?;
        if let Some(filter) = &delete.filter {
            super::update::refuse_cursor(filter, target.relation)?;
            let tree = self.condition(filter, Kind::Where, "WHERE")?.tree;
            self.level().parts.push(tree);
        }
        let rows = self.returning(delete.returning.as_ref(), Some(&target), delete.span, Kind::Returning)?;
        let mut write = Write {
            relation: target.relation.oid,
            base: target.relation.oid,
            action: WriteAction::Delete,
            columns: Vec::new(),
            omitted: Vec::new(),
            positional: false,
            from_star: None,
            span: target.span,
        };
        let taken = self.check_write(&mut write, target.relation, None, delete.returning.is_some());
        self.refuse_later(taken)?;
        self.out.writes.push(write);
        Ok(rows)
    }
}
