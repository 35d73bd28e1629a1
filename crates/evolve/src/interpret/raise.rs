//! Whether a routine raises errors of its own: then what runs it for the rows of a table may fail.

use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_catalog::{Language, ObjectId, Oid, RoutineBody};
use rollproof_source::TextRange;
use rollproof_sql::plpgsql::{Block, PlStatement, PlStatementKind, parse_body};

use super::{ROUTINE_LIMIT, words};
use crate::context::Context;
use crate::{Problem, ProblemKind};

impl Context {
    /// Rows are not known here, so neither is whether `what`, which runs these routines for each of them and folds the calls
    /// with constants first, is refused. It is followed as taken, and that is said.
    pub(crate) fn presume_quiet<'a>(
        &mut self,
        what: &str,
        uses: impl IntoIterator<Item = &'a ObjectId>,
        span: TextRange,
    ) {
        let mut seen = BTreeSet::new();
        let raising = uses.into_iter().find_map(|used| match used {
            ObjectId::Function(oid) => self.raising(*oid, &mut seen),
            _ => None,
        });
        if let Some(name) = raising {
            let message = format!("whether {what} is made depends on function \"{name}\", which raises errors");
            self.problems.push(Problem { kind: ProblemKind::Presumed, message, detail: None, span });
        }
    }

    /// The name of the first routine among this one and those that its body names that raises errors.
    fn raising(&self, oid: Oid, seen: &mut BTreeSet<Oid>) -> Option<Arc<str>> {
        if oid < Oid::FIRST_USER || !seen.insert(oid) || seen.len() > ROUTINE_LIMIT {
            return None;
        }
        let function = self.schema.function(oid)?;
        let RoutineBody::Text { text, range } = function.body.as_deref()? else { return None };
        if function.language == Language::PlPgSql
            && parse_body(text, *range).is_ok_and(|parsed| block_raises(&parsed.block))
        {
            return Some(function.name.clone());
        }
        let named: BTreeSet<Arc<str>> = words(range.slice(text)).into_iter().collect();
        let called = self.schema.functions.iter().filter(|each| named.contains(&each.name));
        called.map(|each| each.oid).find_map(|each| self.raising(each, seen))
    }
}

/// An error that a handler of the block catches is none.
fn block_raises(block: &Block) -> bool {
    let caught = block.handlers.iter().any(|handler| handler.conditions.iter().any(|name| &*name.text == "others"));
    (!caught && raises(&block.statements)) || block.handlers.iter().any(|handler| raises(&handler.statements))
}

fn raises(statements: &[PlStatement]) -> bool {
    statements.iter().any(|statement| match &statement.kind {
        PlStatementKind::Assert(..) => true,
        PlStatementKind::Raise(raise) => raise.again || &*raise.level == "exception",
        PlStatementKind::Block(block) => block_raises(block),
        PlStatementKind::If(branches, otherwise) => {
            branches.iter().any(|branch| raises(&branch.statements)) || raises(otherwise)
        }
        PlStatementKind::Case(_, branches, otherwise) => {
            branches.iter().any(|branch| raises(&branch.statements))
                || otherwise.as_ref().is_some_and(|otherwise| raises(otherwise))
        }
        PlStatementKind::Loop(of) => raises(&of.statements),
        _ => false,
    })
}
