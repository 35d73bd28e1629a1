//! Blocks: declarations, statements, handlers.

use rollproof_catalog::oid;
use rollproof_sql::plpgsql::{Block, PlStatement, PlStatementKind};

use super::Walker;

impl Walker<'_> {
    /// A block. Its handlers take what its statements raise, not what its declarations or other handlers do.
    pub(super) fn block(&mut self, block: &Block) {
        self.open(block.label.as_ref().map(|label| label.text.clone()));
        for declaration in &block.declarations {
            self.declaration(declaration);
        }
        let before = self.moment();
        let guarded = self.guarded;
        let others = |condition: &rollproof_sql::ast::Name| &*condition.text == "others";
        self.guarded |= block.handlers.iter().any(|handler| handler.conditions.iter().any(others));
        self.statements(&block.statements);
        self.guarded = guarded;
        if !block.handlers.is_empty() {
            self.handlers(block, &before);
        }
        self.close();
    }

    fn handlers(&mut self, block: &Block, before: &super::scope::Moment) {
        let after = self.moment();
        let raised = self.blur(&Self::meet(before, &after));
        let mut end = after;
        for handler in &block.handlers {
            self.restore(&raised);
            self.open(None);
            self.scalar("sqlstate", oid::TEXT);
            self.scalar("sqlerrm", oid::TEXT);
            self.statements(&handler.statements);
            self.close();
            if !leaves(&handler.statements) {
                end = Self::meet(&end, &self.moment());
            }
        }
        self.restore(&end);
    }

    /// Statements in order.
    pub(super) fn statements(&mut self, statements: &[PlStatement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    /// Walks one of several ways from `before`; what records hold at its end, none where it goes elsewhere.
    pub(super) fn way(
        &mut self,
        before: &super::scope::Moment,
        statements: &[PlStatement],
    ) -> Option<super::scope::Moment> {
        self.restore(before);
        self.statements(statements);
        (!leaves(statements)).then(|| self.moment())
    }

    /// Goes on where several ways meet.
    pub(super) fn join(&mut self, before: &super::scope::Moment, ways: Vec<Option<super::scope::Moment>>) {
        let mut ends = ways.into_iter().flatten();
        let first = ends.next().unwrap_or_else(|| before.clone());
        let end = ends.fold(first, |one, two| Self::meet(&one, &two));
        self.restore(&end);
    }
}

/// Whether what follows these statements is not reached from them.
pub(super) fn leaves(statements: &[PlStatement]) -> bool {
    statements.last().is_some_and(|last| match &last.kind {
        PlStatementKind::Return(_) | PlStatementKind::Exit(_, None) | PlStatementKind::Continue(_, None) => true,
        PlStatementKind::Raise(raise) => raise.again || &*raise.level == "exception",
        _ => false,
    })
}
