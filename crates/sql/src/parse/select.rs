//! `SELECT …` without what stands around it.

use super::cursor::Parser;
use super::expr::expr_at;
use crate::ast::{ColumnRef, Distinct, Expr, ExprKind, GroupItem, IntoClause, Name, Select, Target, WindowDefinition};
use crate::error::PResult;
use crate::lex::{Punct, TokenKind};

impl Parser<'_> {
    /// `simple_select` that begins with SELECT.
    pub(super) fn select(&mut self) -> PResult<Select> {
        let holes = std::mem::take(&mut self.clause_holes);
        let start = self.position();
        self.expect_keyword("select")?;
        let distinct = self.distinct()?;
        let targets = if distinct.is_some() || self.at_target() { self.targets()? } else { Vec::new() };
        self.take_clause_holes();
        let mut select = Select {
            distinct,
            targets,
            into: self.new_table()?,
            from: Vec::new(),
            filter: None,
            group_by: Vec::new(),
            group_distinct: false,
            having: None,
            windows: Vec::new(),
            holes: Vec::new(),
            open_from: false,
            span: self.span_from(start),
        };
        self.select_clauses(&mut select)?;
        select.holes = std::mem::replace(&mut self.clause_holes, holes);
        select.span = self.span_from(start);
        Ok(select)
    }

    fn select_clauses(&mut self, select: &mut Select) -> PResult<()> {
        self.take_clause_holes();
        select.from = self.source_clause("from")?;
        self.take_clause_holes();
        select.open_from = !self.clause_holes.is_empty();
        select.filter = self.where_clause()?;
        self.take_clause_holes();
        if self.eat_keywords(&["group", "by"]) {
            self.group_by(select)?;
            self.take_clause_holes();
        }
        if self.eat_keyword("having") {
            select.having = Some(self.expr()?);
            self.take_clause_holes();
        }
        if self.eat_keyword("window") {
            select.windows = self.comma_separated(Self::named_window)?;
            self.take_clause_holes();
        }
        Ok(())
    }

    /// `where_clause`
    pub(crate) fn where_clause(&mut self) -> PResult<Option<Expr>> {
        if self.eat_keyword("where") { self.expr().map(Some) } else { Ok(None) }
    }

    fn distinct(&mut self) -> PResult<Option<Distinct>> {
        if !self.eat_keyword("distinct") {
            self.eat_keyword("all");
            return Ok(None);
        }
        if self.eat_keyword("on") {
            return self.parenthesized(Self::expr_list).map(|list| Some(Distinct::On(list)));
        }
        Ok(Some(Distinct::All))
    }

    /// Whether a target comes next: a target list may be empty.
    fn at_target(&self) -> bool {
        match &self.peek().kind {
            TokenKind::End | TokenKind::Punct(Punct::RightParen | Punct::Semicolon) => false,
            TokenKind::Ident { text, quoted: false, .. } => !matches!(
                &**text,
                "into"
                    | "from"
                    | "where"
                    | "group"
                    | "having"
                    | "window"
                    | "union"
                    | "intersect"
                    | "except"
                    | "order"
                    | "limit"
                    | "offset"
                    | "fetch"
                    | "for"
                    | "on"
                    | "returning"
                    | "with"
            ),
            _ => true,
        }
    }

    /// `target_list`
    pub(crate) fn targets(&mut self) -> PResult<Vec<Target>> {
        let mut targets = self.comma_separated(Self::target)?;
        // Unknown text right after the list may bring more of them. It may as well be a clause, and stays to be read as one.
        if let Some(hole) = self.at_hole() {
            targets.push(Target { value: expr_at(ExprKind::Hole(hole), self.peek().span), alias: None });
        }
        Ok(targets)
    }

    fn target(&mut self) -> PResult<Target> {
        let span = self.peek().span;
        if self.eat_operator("*") {
            let star = ExprKind::Column(ColumnRef { fields: Vec::new(), star: Some(span) });
            return Ok(Target { value: expr_at(star, span), alias: None });
        }
        let mut value = self.expr()?;
        let alias = if self.eat_keyword("as") {
            // An unknown name makes the whole column unknown.
            if let Some(hole) = self.eat_hole() {
                value = expr_at(ExprKind::Hole(hole), value.span);
                None
            } else {
                Some(self.label()?)
            }
        } else if self.at_bare_label() {
            Some(self.label()?)
        } else {
            None
        };
        Ok(Target { value, alias })
    }

    /// `new_table`
    fn new_table(&mut self) -> PResult<Option<IntoClause>> {
        if !self.eat_keyword("into") {
            return Ok(None);
        }
        let scope = self.at_one_of(&["local", "global"]) && matches!(self.word_at(1), Some("temp" | "temporary"));
        if scope {
            self.advance();
        }
        let another = self.name_at(1) || self.keyword_at(1, "table");
        let temporary = another && (self.eat_keyword("temp") || self.eat_keyword("temporary"));
        let unlogged = another && !temporary && self.eat_keyword("unlogged");
        self.eat_keyword("table");
        Ok(Some(IntoClause { name: self.qualified_name()?, temporary, unlogged }))
    }

    fn group_by(&mut self, select: &mut Select) -> PResult<()> {
        if self.at_keyword("all") && self.ends_group_by(1) {
            self.advance();
            select.group_by.push(GroupItem::All);
            return Ok(());
        }
        if self.eat_keyword("distinct") {
            select.group_distinct = true;
        } else {
            self.eat_keyword("all");
        }
        select.group_by = self.comma_separated(Self::group_item)?;
        Ok(())
    }

    /// Whether GROUP BY ends `ahead` places on: after a bare ALL, which PostgreSQL 19 has.
    fn ends_group_by(&self, ahead: usize) -> bool {
        match &self.peek_at(ahead).kind {
            TokenKind::End | TokenKind::Punct(Punct::RightParen | Punct::Semicolon) => true,
            TokenKind::Ident { text, quoted: false, .. } => matches!(
                &**text,
                "having" | "window" | "union" | "intersect" | "except" | "order" | "limit" | "offset" | "fetch" | "for"
            ),
            _ => false,
        }
    }

    /// `group_by_item`
    fn group_item(&mut self) -> PResult<GroupItem> {
        if self.at_punct(Punct::LeftParen) && self.punct_at(1, Punct::RightParen) {
            self.advance();
            self.advance();
            return Ok(GroupItem::Empty);
        }
        if self.punct_at(1, Punct::LeftParen) {
            if self.eat_keyword("rollup") {
                return self.parenthesized(Self::expr_list).map(GroupItem::Rollup);
            }
            if self.eat_keyword("cube") {
                return self.parenthesized(Self::expr_list).map(GroupItem::Cube);
            }
        }
        if self.at_keywords(&["grouping", "sets"]) && self.punct_at(2, Punct::LeftParen) {
            self.advance();
            self.advance();
            let items = self.parenthesized(|parser| parser.comma_separated(Self::group_item))?;
            return Ok(GroupItem::Sets(items));
        }
        self.expr().map(GroupItem::Expr)
    }

    fn named_window(&mut self) -> PResult<(Name, WindowDefinition)> {
        let name = self.name()?;
        self.expect_keyword("as")?;
        Ok((name, self.window_specification()?))
    }
}
