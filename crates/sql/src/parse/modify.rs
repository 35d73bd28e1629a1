//! `INSERT`, `UPDATE`, `DELETE`.

use super::cursor::Parser;
use super::expr::expr_at;
use super::primary::single;
use crate::ast::{
    Alias, Arbiter, ArbiterElement, Assignment, AssignmentTarget, ColumnRef, ConflictUpdate, Delete, Expr, ExprKind,
    Insert, OnConflict, RelationRef, Returning, Update, With,
};
use crate::error::PResult;
use crate::lex::Punct;

impl Parser<'_> {
    /// `InsertStmt` after its WITH, which began at `start`.
    pub(super) fn insert(&mut self, with: Option<With>, start: u32) -> PResult<Insert> {
        let holes = std::mem::take(&mut self.clause_holes);
        self.expect_keywords(&["insert", "into"])?;
        let mut target = self.relation_ref_plain()?;
        if self.eat_keyword("as") {
            target.alias = Some(self.plain_alias()?);
        }
        let columns = if self.at_punct(Punct::LeftParen) && !self.at_query() && !self.only_hole_in_paren() {
            self.insert_columns()?
        } else {
            Vec::new()
        };
        let overriding_system = self.overriding()?;
        let defaults = columns.is_empty() && overriding_system.is_none() && self.eat_keywords(&["default", "values"]);
        let mut source = if defaults { None } else { Some(Box::new(self.query()?)) };
        self.take_clause_holes();
        let on_conflict = self.on_conflict()?;
        self.take_clause_holes();
        let returning = self.returning()?;
        self.take_clause_holes();
        let found = std::mem::replace(&mut self.clause_holes, holes);
        match (&mut source, found.is_empty()) {
            (_, true) => {}
            (Some(source), false) => source.holes.extend(found),
            (None, false) => return self.error("a known clause"),
        }
        let span = self.span_from(start);
        Ok(Insert { with, target, columns, overriding_system, source, on_conflict, returning, span })
    }

    /// `(￼)`: unknown columns, or an unknown query.
    fn only_hole_in_paren(&self) -> bool {
        self.hole_at(1) && self.punct_at(2, Punct::RightParen) && self.peek_at(3).kind == crate::lex::TokenKind::End
    }

    /// A relation without ONLY or star.
    fn relation_ref_plain(&mut self) -> PResult<RelationRef> {
        let relation = self.relation_ref()?;
        if !relation.inherit {
            return self.error_at("syntax error at or near \"ONLY\"", relation.name.span);
        }
        Ok(relation)
    }

    fn plain_alias(&mut self) -> PResult<Alias> {
        Ok(Alias { name: Some(self.name()?), columns: Vec::new(), definitions: Vec::new() })
    }

    /// `( insert_column_list )`
    pub(super) fn insert_columns(&mut self) -> PResult<Vec<AssignmentTarget>> {
        self.parenthesized(|parser| parser.comma_separated(Self::assignment_target))
    }

    fn assignment_target(&mut self) -> PResult<AssignmentTarget> {
        if self.at_hole().is_some() {
            return self.error_at("the column is not known", self.peek().span);
        }
        let column = self.name()?;
        let start = column.span.start;
        let indirection = self.indirection()?;
        Ok(AssignmentTarget { column, indirection, span: self.span_from(start) })
    }

    /// `OVERRIDING { SYSTEM | USER } VALUE`
    pub(super) fn overriding(&mut self) -> PResult<Option<bool>> {
        if !self.eat_keyword("overriding") {
            return Ok(None);
        }
        let system = self.eat_keyword("system");
        if !system {
            self.expect_keyword("user")?;
        }
        self.expect_keyword("value")?;
        Ok(Some(system))
    }

    fn on_conflict(&mut self) -> PResult<Option<OnConflict>> {
        let start = self.position();
        if !self.eat_keywords(&["on", "conflict"]) {
            return Ok(None);
        }
        let arbiter = self.arbiter()?;
        self.expect_keyword("do")?;
        let mut conflict = OnConflict { arbiter, update: None, select: false, span: self.span_from(start) };
        if self.eat_keyword("update") {
            self.expect_keyword("set")?;
            let assignments = self.assignments()?;
            self.take_clause_holes();
            conflict.update = Some(ConflictUpdate { assignments, filter: self.where_clause()? });
        } else if self.eat_keyword("select") {
            conflict.select = true;
            self.conflict_select()?;
        } else {
            self.expect_keyword("nothing")?;
        }
        conflict.span = self.span_from(start);
        Ok(Some(conflict))
    }

    /// `DO SELECT [FOR UPDATE …] [WHERE …]` of PostgreSQL 19.
    fn conflict_select(&mut self) -> PResult<()> {
        if self.eat_keyword("for") && !self.eat_keyword("update") && !self.eat_keyword("share") {
            if !self.eat_keywords(&["no", "key", "update"]) {
                self.expect_keywords(&["key", "share"])?;
            }
            return Ok(());
        }
        self.where_clause().map(drop)
    }

    /// `opt_conf_expr`
    fn arbiter(&mut self) -> PResult<Option<Arbiter>> {
        let start = self.position();
        if self.eat_keywords(&["on", "constraint"]) {
            return Ok(Some(Arbiter::Constraint(self.name()?)));
        }
        if !self.at_punct(Punct::LeftParen) {
            return Ok(None);
        }
        let elements = self.parenthesized(|parser| parser.comma_separated(Self::arbiter_element))?;
        let predicate = self.where_clause()?;
        Ok(Some(Arbiter::Inference { elements, predicate, span: self.span_from(start) }))
    }

    fn arbiter_element(&mut self) -> PResult<ArbiterElement> {
        let value = self.index_key()?;
        let collation = self.optional_collation()?;
        let operator_class = if self.at_name() { Some(self.qualified_name()?) } else { None };
        self.direction();
        self.nulls_order()?;
        Ok(ArbiterElement { value, collation, operator_class })
    }

    /// The value of `index_elem`: a column, a call, or an expression in parentheses.
    pub(crate) fn index_key(&mut self) -> PResult<Expr> {
        let start = self.position();
        if let Some(hole) = self.eat_hole() {
            return Ok(expr_at(ExprKind::Hole(hole), self.span_from(start)));
        }
        if self.at_punct(Punct::LeftParen) {
            return self.parenthesized(Self::expr);
        }
        let call = self.punct_at(1, Punct::LeftParen) || self.punct_at(1, Punct::Dot) || !self.at_name();
        if call {
            return self.windowless_call();
        }
        let name = single(self.name()?);
        let column = ExprKind::Column(ColumnRef { fields: name.parts, star: None });
        Ok(expr_at(column, name.span))
    }

    /// `returning_clause`
    pub(super) fn returning(&mut self) -> PResult<Option<Returning>> {
        if !self.eat_keyword("returning") {
            return Ok(None);
        }
        let mut returning = Returning { old_alias: None, new_alias: None, targets: Vec::new() };
        if self.eat_keyword("with") {
            self.parenthesized(|parser| {
                loop {
                    let old = parser.eat_keyword("old");
                    if !old {
                        parser.expect_keyword("new")?;
                    }
                    parser.expect_keyword("as")?;
                    let slot = if old { &mut returning.old_alias } else { &mut returning.new_alias };
                    let again = slot.is_some();
                    *slot = Some(parser.name()?);
                    if again {
                        let side = if old { "OLD" } else { "NEW" };
                        let message = format!("{side} cannot be specified multiple times");
                        return parser.error_at(&message, parser.peek().span);
                    }
                    if !parser.eat_punct(Punct::Comma) {
                        return Ok(());
                    }
                }
            })?;
        }
        returning.targets = self.targets()?;
        Ok(Some(returning))
    }

    /// `set_clause_list`
    pub(super) fn assignments(&mut self) -> PResult<Vec<Assignment>> {
        self.comma_separated(Self::assignment)
    }

    fn assignment(&mut self) -> PResult<Assignment> {
        if let Some(hole) = self.at_hole() {
            self.advance();
            self.hole_rest()?;
            if self.eat_operator("=") {
                self.expr()?;
            }
            return Ok(Assignment::Hole(hole));
        }
        if self.at_punct(Punct::LeftParen) {
            let targets = self.insert_columns()?;
            self.expect_operator("=")?;
            return Ok(Assignment::Many(targets, self.expr()?));
        }
        let target = self.assignment_target()?;
        self.expect_operator("=")?;
        Ok(Assignment::One(target, self.expr()?))
    }

    /// `relation_expr_opt_alias`: SET is never an alias without AS.
    pub(super) fn target_relation(&mut self) -> PResult<RelationRef> {
        let mut relation = self.relation_ref()?;
        if self.eat_keyword("as") || (self.at_name() && !self.at_keyword("set")) {
            relation.alias = Some(self.plain_alias()?);
        }
        Ok(relation)
    }

    /// `UpdateStmt` after its WITH.
    pub(super) fn update(&mut self, with: Option<With>, start: u32) -> PResult<Update> {
        let holes = std::mem::take(&mut self.clause_holes);
        self.expect_keyword("update")?;
        let target = self.target_relation()?;
        self.take_clause_holes();
        self.expect_keyword("set")?;
        let assignments = self.assignments()?;
        self.take_clause_holes();
        let from = self.source_clause("from")?;
        self.take_clause_holes();
        let open_from = !self.clause_holes.is_empty();
        let filter = self.where_or_current()?;
        self.take_clause_holes();
        let returning = self.returning()?;
        self.take_clause_holes();
        let holes = std::mem::replace(&mut self.clause_holes, holes);
        Ok(Update { with, target, assignments, from, filter, returning, holes, open_from, span: self.span_from(start) })
    }

    /// `DeleteStmt` after its WITH.
    pub(super) fn delete(&mut self, with: Option<With>, start: u32) -> PResult<Delete> {
        let holes = std::mem::take(&mut self.clause_holes);
        self.expect_keywords(&["delete", "from"])?;
        let target = self.target_relation()?;
        self.take_clause_holes();
        let using = self.source_clause("using")?;
        self.take_clause_holes();
        let open_from = !self.clause_holes.is_empty();
        let filter = self.where_or_current()?;
        self.take_clause_holes();
        let returning = self.returning()?;
        self.take_clause_holes();
        let holes = std::mem::replace(&mut self.clause_holes, holes);
        Ok(Delete { with, target, using, filter, returning, holes, open_from, span: self.span_from(start) })
    }

    /// `where_or_current_clause`
    fn where_or_current(&mut self) -> PResult<Option<Expr>> {
        if !self.at_keywords(&["where", "current", "of"]) {
            return self.where_clause();
        }
        self.advance();
        let start = self.position();
        self.advance();
        self.advance();
        let cursor = self.name()?;
        Ok(Some(expr_at(ExprKind::CurrentOf(cursor), self.span_from(start))))
    }
}
