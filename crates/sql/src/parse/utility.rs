//! Statements that run queries or name relations without being one: `TRUNCATE`, `LOCK`, `PREPARE`, `EXPLAIN`, cursors …

use super::cursor::Parser;
use super::paren::Paren;
use crate::ast::{Call, Expr, Name, Query, StatementKind, TypeName};
use crate::error::PResult;
use crate::lex::{Punct, TokenKind};

impl Parser<'_> {
    /// `CallStmt`
    pub(super) fn call_statement(&mut self) -> PResult<StatementKind> {
        let start = self.position();
        self.expect_keyword("call")?;
        let call = self.function_application()?;
        Ok(StatementKind::Call(Box::new(Call { call, span: self.span_from(start) })))
    }

    /// `TruncateStmt`
    pub(super) fn truncate(&mut self) -> PResult<StatementKind> {
        self.expect_keyword("truncate")?;
        self.eat_keyword("table");
        let relations = self.comma_separated(Self::relation_ref)?;
        if !self.eat_keywords(&["continue", "identity"]) {
            self.eat_keywords(&["restart", "identity"]);
        }
        let cascade = self.drop_behavior();
        Ok(StatementKind::Truncate(relations, cascade))
    }

    /// `opt_drop_behavior`: whether it is CASCADE.
    pub(crate) fn drop_behavior(&mut self) -> bool {
        let cascade = self.eat_keyword("cascade");
        if !cascade {
            self.eat_keyword("restrict");
        }
        cascade
    }

    /// `LockStmt`
    pub(super) fn lock(&mut self) -> PResult<StatementKind> {
        self.expect_keyword("lock")?;
        self.eat_keyword("table");
        let relations = self.comma_separated(Self::relation_ref)?;
        if self.eat_keyword("in") {
            if self.eat_keyword("access") || self.eat_keyword("row") {
                if !self.eat_keyword("share") {
                    self.expect_keyword("exclusive")?;
                }
            } else if self.eat_keyword("share") {
                if self.eat_keyword("update") || self.eat_keyword("row") {
                    self.expect_keyword("exclusive")?;
                }
            } else {
                self.expect_keyword("exclusive")?;
            }
            self.expect_keyword("mode")?;
        }
        self.eat_keyword("nowait");
        Ok(StatementKind::Lock(relations))
    }

    /// `PrepareStmt`
    pub(super) fn prepare(&mut self) -> PResult<StatementKind> {
        self.expect_keyword("prepare")?;
        let name = self.own_name()?;
        let types: Vec<TypeName> = if self.at_punct(Punct::LeftParen) {
            self.parenthesized(|parser| parser.comma_separated(Self::type_name))?
        } else {
            Vec::new()
        };
        self.expect_keyword("as")?;
        let statement = Box::new(self.preparable()?);
        Ok(StatementKind::Prepare { name, types, statement })
    }

    /// `ExecuteStmt`
    pub(super) fn execute(&mut self) -> PResult<StatementKind> {
        self.expect_keyword("execute")?;
        let name = self.name()?;
        let arguments: Vec<Expr> =
            if self.at_punct(Punct::LeftParen) { self.parenthesized(Self::expr_list)? } else { Vec::new() };
        Ok(StatementKind::Execute(name, arguments))
    }

    /// `DeallocateStmt`
    pub(super) fn deallocate(&mut self) -> PResult<StatementKind> {
        self.expect_keyword("deallocate")?;
        if self.at_keyword("prepare") && !matches!(self.peek_at(1).kind, TokenKind::End) {
            self.advance();
        }
        let name: Option<Name> = if self.eat_keyword("all") { None } else { Some(self.own_name()?) };
        Ok(StatementKind::Deallocate(name))
    }

    /// `ExplainStmt`
    pub(super) fn explain(&mut self) -> PResult<StatementKind> {
        self.expect_keyword("explain")?;
        if self.at_punct(Punct::LeftParen) && !self.at_query() {
            self.parenthesized(|parser| parser.comma_separated(Self::explain_option))?;
        } else {
            if !self.eat_keyword("analyze") {
                self.eat_keyword("analyse");
            }
            self.eat_keyword("verbose");
        }
        let explainable = self.at_query()
            || self.at_hole().is_some()
            || self.at_one_of(&["insert", "update", "delete", "merge", "declare", "create", "refresh", "execute"]);
        if !explainable {
            return self.error("a query");
        }
        let inner = self.descend(Self::statement)?;
        Ok(StatementKind::Explain(Box::new(inner)))
    }

    /// `utility_option_elem`
    fn explain_option(&mut self) -> PResult<()> {
        if self.at_one_of(&["analyze", "analyse", "format"]) {
            self.advance();
        } else {
            self.non_reserved_word()?;
        }
        if self.at_punct(Punct::Comma) || self.at_punct(Punct::RightParen) {
            return Ok(());
        }
        self.boolean_or_number()
    }

    /// `opt_boolean_or_string | NumericOnly`
    pub(super) fn boolean_or_number(&mut self) -> PResult<()> {
        if !self.eat_operator("+") {
            self.eat_operator("-");
        }
        match &self.peek().kind {
            TokenKind::String(_) | TokenKind::Integer(_) | TokenKind::Number(_) => self.advance(),
            TokenKind::Ident { .. } if self.at_one_of(&["true", "false", "on"]) => self.advance(),
            _ => return self.non_reserved_word().map(drop),
        };
        Ok(())
    }

    /// `DeclareCursorStmt`
    pub(super) fn declare_cursor(&mut self) -> PResult<StatementKind> {
        self.expect_keyword("declare")?;
        let name = self.own_name()?;
        while self.eat_keywords(&["no", "scroll"])
            || self.eat_keyword("scroll")
            || self.eat_keyword("binary")
            || self.eat_keyword("asensitive")
            || self.eat_keyword("insensitive")
        {}
        self.expect_keyword("cursor")?;
        let hold = self.at_keyword("with");
        if hold || self.at_keyword("without") {
            self.advance();
            self.expect_keyword("hold")?;
        }
        self.expect_keyword("for")?;
        let query = self.query_statement()?;
        Ok(StatementKind::DeclareCursor(name, hold, Box::new(query)))
    }

    /// `FetchStmt`, as FETCH or MOVE.
    pub(super) fn fetch(&mut self) -> PResult<StatementKind> {
        let tag = if self.at_keyword("move") { "MOVE" } else { "FETCH" };
        self.advance();
        // The first name may be a direction or the cursor.
        let direction = match self.word_at(0) {
            Some("next" | "prior" | "first" | "last" | "all") => !self.peek_is_last(),
            Some("absolute" | "relative" | "forward" | "backward") if !self.peek_is_last() => {
                self.advance();
                let counted = matches!(self.peek().kind, TokenKind::Integer(_) | TokenKind::Operator(_));
                if counted {
                    self.integer()?;
                } else {
                    self.eat_keyword("all");
                }
                false
            }
            _ => {
                if matches!(self.peek().kind, TokenKind::Integer(_) | TokenKind::Operator(_)) {
                    self.integer()?;
                }
                false
            }
        };
        if direction {
            self.advance();
        }
        if !self.eat_keyword("from") {
            self.eat_keyword("in");
        }
        Ok(StatementKind::UseCursor(tag, Some(self.own_name()?)))
    }

    /// Whether the next token is the statement's last.
    fn peek_is_last(&self) -> bool {
        matches!(self.peek_at(1).kind, TokenKind::End | TokenKind::Punct(Punct::Semicolon))
    }

    /// `ClosePortalStmt`
    pub(super) fn close(&mut self) -> PResult<StatementKind> {
        self.expect_keyword("close")?;
        let name = if self.eat_keyword("all") { None } else { Some(self.own_name()?) };
        Ok(StatementKind::UseCursor("CLOSE CURSOR", name))
    }

    /// `RefreshMatViewStmt`
    pub(super) fn refresh(&mut self) -> PResult<StatementKind> {
        self.expect_keywords(&["refresh", "materialized", "view"])?;
        self.eat_keyword("concurrently");
        let relation = self.relation_ref()?;
        if self.eat_keyword("with") {
            self.eat_keyword("no");
            self.expect_keyword("data")?;
        }
        Ok(StatementKind::RefreshMaterializedView(relation))
    }

    /// `DoStmt`
    pub(super) fn do_statement(&mut self) -> PResult<StatementKind> {
        self.expect_keyword("do")?;
        let mut body = None;
        let mut language = None;
        loop {
            if self.at_keyword("language") && language.is_none() {
                self.advance();
                language = Some(self.word_or_string()?);
            } else if body.is_none() && matches!(self.peek().kind, TokenKind::String(_)) {
                body = Some(self.string()?);
            } else {
                break;
            }
        }
        let Some((text, span)) = body else {
            return self.error("a string");
        };
        Ok(StatementKind::Do(language.unwrap_or_else(|| "plpgsql".into()), text, span))
    }

    /// `SelectStmt` where a whole statement stands: maybe all in parentheses.
    pub(crate) fn query_statement(&mut self) -> PResult<Query> {
        if !self.at_punct(Punct::LeftParen) {
            return self.query();
        }
        let start = self.position();
        match self.paren()? {
            Paren::Query(first) => self.query_after(*first, start),
            Paren::List(_, _) => self.error_at("syntax error, expected a query", self.span_from(start)),
        }
    }
}
