//! Loops and branches.

use super::ast::{PlBranch, PlLoop, PlLoopKind, PlStatementKind};
use super::fragment::{PlParser, Until};
use crate::ast::Name;
use crate::error::PResult;
use crate::lex::Punct;

const LOOP: Until = Until::Keyword("loop");
const THEN: Until = Until::Keyword("then");

impl PlParser<'_> {
    /// `stmt_if`
    pub(super) fn if_statement(&mut self) -> PResult<PlStatementKind> {
        let mut branches = Vec::new();
        loop {
            self.sql.advance();
            let when = vec![self.expression(&[THEN])?];
            self.sql.expect_keyword("then")?;
            let statements = self.statements(&["elsif", "elseif", "else", "end"])?;
            branches.push(PlBranch { when, statements });
            if !self.sql.at_one_of(&["elsif", "elseif"]) {
                break;
            }
        }
        let otherwise = if self.sql.eat_keyword("else") { self.statements(&["end"])? } else { Vec::new() };
        self.sql.expect_keywords(&["end", "if"])?;
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(PlStatementKind::If(branches, otherwise))
    }

    /// `stmt_case`
    pub(super) fn case_statement(&mut self) -> PResult<PlStatementKind> {
        self.sql.expect_keyword("case")?;
        let argument =
            if self.sql.at_keyword("when") { None } else { Some(self.expression(&[Until::Keyword("when")])?) };
        let mut branches = Vec::new();
        while self.sql.eat_keyword("when") {
            let when = self.expressions(&[THEN])?;
            self.sql.expect_keyword("then")?;
            let statements = self.statements(&["when", "else", "end"])?;
            branches.push(PlBranch { when, statements });
        }
        let otherwise = if self.sql.eat_keyword("else") { Some(self.statements(&["end"])?) } else { None };
        self.sql.expect_keywords(&["end", "case"])?;
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(PlStatementKind::Case(argument, branches, otherwise))
    }

    /// A loop of any kind after its label.
    pub(super) fn loop_statement(&mut self, label: Option<Name>) -> PResult<PlStatementKind> {
        let kind = if self.sql.eat_keyword("while") {
            PlLoopKind::While(self.expression(&[LOOP])?)
        } else if self.sql.eat_keyword("foreach") {
            self.foreach()?
        } else if self.sql.eat_keyword("for") {
            self.for_control()?
        } else {
            PlLoopKind::Forever
        };
        self.sql.expect_keyword("loop")?;
        let statements = self.statements(&["end"])?;
        self.sql.expect_keywords(&["end", "loop"])?;
        self.end_label()?;
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(PlStatementKind::Loop(Box::new(PlLoop { label, kind, statements })))
    }

    fn foreach(&mut self) -> PResult<PlLoopKind> {
        let targets = self.targets()?;
        if self.sql.eat_keyword("slice") {
            self.sql.integer()?;
        }
        self.sql.expect_keywords(&["in", "array"])?;
        Ok(PlLoopKind::Array(targets, self.expression(&[LOOP])?))
    }

    /// `for_control`
    fn for_control(&mut self) -> PResult<PlLoopKind> {
        let mut targets = self.targets()?;
        self.sql.expect_keyword("in")?;
        if self.sql.eat_keyword("execute") {
            return Ok(PlLoopKind::Execute(targets, self.dynamic(LOOP)?));
        }
        let only = if targets.len() == 1 { targets[0].parts.first().cloned() } else { None };
        if let Some(variable) = &only {
            if let Some(cursor) = self.at_bound_cursor() {
                self.sql.advance();
                let arguments = self.cursor_arguments()?;
                return Ok(PlLoopKind::Cursor { variable: variable.clone(), cursor, arguments });
            }
            if let Some(bounds) = self.integer_bounds()? {
                return Ok(PlLoopKind::Integers { variable: variable.clone(), bounds });
            }
        }
        let query = self.sql_statement(&[LOOP])?;
        targets.shrink_to_fit();
        Ok(PlLoopKind::Query(targets, query))
    }

    /// The bound cursor that comes next, if one does and nothing but its arguments follow it.
    fn at_bound_cursor(&self) -> Option<Name> {
        let token = self.sql.peek();
        let crate::lex::TokenKind::Ident { text, .. } = &token.kind else {
            return None;
        };
        let follows = self.sql.keyword_at(1, "loop") || self.sql.punct_at(1, Punct::LeftParen);
        let known = self.cursors.iter().any(|cursor| cursor.text == *text);
        (follows && known).then(|| Name { text: text.clone(), span: token.span })
    }

    /// `[REVERSE] a .. b [BY c]`; none where no two dots stand before LOOP: then it is a query.
    fn integer_bounds(&mut self) -> PResult<Option<Vec<super::ast::PlExpression>>> {
        let place = self.sql.save();
        self.take_until(&[Until::Punct(Punct::DotDot), LOOP])?;
        let integers = self.sql.at_punct(Punct::DotDot);
        self.sql.restore(place);
        if !integers {
            return Ok(None);
        }
        if self.sql.at_keyword("reverse") && !self.sql.punct_at(1, Punct::DotDot) {
            self.sql.advance();
        }
        let mut bounds = vec![self.expression(&[Until::Punct(Punct::DotDot)])?];
        self.sql.expect_punct(Punct::DotDot)?;
        bounds.push(self.expression(&[LOOP, Until::Keyword("by")])?);
        if self.sql.eat_keyword("by") {
            bounds.push(self.expression(&[LOOP])?);
        }
        Ok(Some(bounds))
    }
}
