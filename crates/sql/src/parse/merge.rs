//! `MERGE`.

use super::cursor::Parser;
use crate::ast::{Merge, MergeAction, MergeClause, MergeMatch, With};
use crate::error::PResult;
use crate::lex::Punct;

impl Parser<'_> {
    /// `MergeStmt` after its WITH, which began at `start`.
    pub(super) fn merge(&mut self, with: Option<With>, start: u32) -> PResult<Merge> {
        let holes = std::mem::take(&mut self.clause_holes);
        self.expect_keywords(&["merge", "into"])?;
        let target = self.target_relation()?;
        self.expect_keyword("using")?;
        let source = self.source_item()?;
        self.expect_keyword("on")?;
        let condition = self.expr()?;
        let mut clauses = Vec::new();
        while self.eat_keyword("when") {
            clauses.push(self.merge_clause()?);
        }
        if clauses.is_empty() {
            return self.error("WHEN");
        }
        let returning = self.returning()?;
        // The tree has no place for an unknown clause here.
        let found = std::mem::replace(&mut self.clause_holes, holes);
        if !found.is_empty() {
            return self.error_at("a clause of MERGE is not known", self.span_from(start));
        }
        Ok(Merge { with, target, source, condition, clauses, returning, span: self.span_from(start) })
    }

    fn merge_clause(&mut self) -> PResult<MergeClause> {
        let matched = if self.eat_keyword("matched") {
            MergeMatch::Matched
        } else {
            self.expect_keywords(&["not", "matched"])?;
            if self.eat_keywords(&["by", "source"]) {
                MergeMatch::NotMatchedBySource
            } else {
                self.eat_keywords(&["by", "target"]);
                MergeMatch::NotMatchedByTarget
            }
        };
        let condition = if self.eat_keyword("and") { Some(self.expr()?) } else { None };
        self.expect_keyword("then")?;
        let inserts = matched == MergeMatch::NotMatchedByTarget;
        let action = if self.eat_keywords(&["do", "nothing"]) {
            MergeAction::DoNothing
        } else if inserts {
            self.expect_keyword("insert")?;
            self.merge_insert()?
        } else if self.eat_keyword("delete") {
            MergeAction::Delete
        } else {
            self.expect_keywords(&["update", "set"])?;
            MergeAction::Update(self.assignments()?)
        };
        Ok(MergeClause { matched, condition, action })
    }

    fn merge_insert(&mut self) -> PResult<MergeAction> {
        if self.eat_keywords(&["default", "values"]) {
            return Ok(MergeAction::Insert { columns: Vec::new(), overriding_system: None, values: None });
        }
        let columns = if self.at_punct(Punct::LeftParen) { self.insert_columns()? } else { Vec::new() };
        let overriding_system = self.overriding()?;
        self.expect_keyword("values")?;
        let values = self.parenthesized(Self::expr_list)?;
        Ok(MergeAction::Insert { columns, overriding_system, values: Some(values) })
    }
}
