//! What stands in parentheses: an expression, a list, or a query. `((SELECT 1) + 1)` and `((SELECT 1) UNION …)` differ
//! only after the inner parenthesis, so it is read once and judged by what follows; reading it twice would take
//! exponential time in nested text.

use rollproof_source::TextRange;

use super::cursor::Parser;
use super::expr::expr_at;
use crate::ast::{Expr, ExprKind, Indirection, Query, QueryBody, SubLink, SubLinkKind};
use crate::error::PResult;
use crate::lex::{Punct, TokenKind};

/// The content of a pair of parentheses.
pub(super) enum Paren {
    /// `select_with_parens`
    Query(Box<Query>),
    /// `( expr_list )`, never empty; the range holds the parentheses.
    List(Vec<Expr>, TextRange),
}

impl Parser<'_> {
    /// Whether a query without parentheses begins `ahead` places on.
    pub(crate) fn query_at(&self, ahead: usize) -> bool {
        match self.word_at(ahead) {
            Some("select" | "with" | "table") => true,
            // VALUES may also name a column.
            Some("values") => self.punct_at(ahead + 1, Punct::LeftParen) || self.hole_at(ahead + 1),
            _ => false,
        }
    }

    /// Whether a hole stands `ahead` places on.
    pub(super) fn hole_at(&self, ahead: usize) -> bool {
        matches!(self.peek_at(ahead).kind, TokenKind::Hole(_))
    }

    /// Whether a query comes next, maybe within parentheses; it may turn out that one of these belongs to an expression.
    pub(crate) fn at_query(&self) -> bool {
        let mut ahead = 0;
        while self.punct_at(ahead, Punct::LeftParen) {
            ahead += 1;
        }
        self.query_at(ahead)
    }

    /// Whether what follows a closed parenthesis makes it an operand of a set operation, or a query with clauses of its
    /// own.
    pub(super) fn at_query_rest(&self) -> bool {
        self.at_one_of(&["union", "intersect", "except", "order", "limit", "offset", "fetch", "for"])
    }

    /// A pair of parentheses that may hold either.
    pub(super) fn paren(&mut self) -> PResult<Paren> {
        self.descend(Self::paren_inner)
    }

    fn paren_inner(&mut self) -> PResult<Paren> {
        let start = self.position();
        self.expect_punct(Punct::LeftParen)?;
        if self.query_at(0) {
            let query = self.query()?;
            self.expect_punct(Punct::RightParen)?;
            return Ok(Paren::Query(Box::new(query)));
        }
        let first = if self.at_punct(Punct::LeftParen) {
            let inner_start = self.position();
            match self.paren()? {
                Paren::Query(query) if self.at_punct(Punct::RightParen) => {
                    self.advance();
                    return Ok(Paren::Query(query));
                }
                Paren::Query(query) if self.at_query_rest() => {
                    let whole = self.query_after(*query, inner_start)?;
                    self.expect_punct(Punct::RightParen)?;
                    return Ok(Paren::Query(Box::new(whole)));
                }
                inner => {
                    let operand = self.paren_operand(inner, inner_start)?;
                    self.expr_after(operand)?
                }
            }
        } else {
            self.expr()?
        };
        let mut list = vec![first];
        while self.eat_punct(Punct::Comma) {
            list.push(self.expr()?);
        }
        self.expect_punct(Punct::RightParen)?;
        Ok(Paren::List(list, self.span_from(start)))
    }

    /// What parentheses mean in an expression: a sub-query, a row, or their content; and the subscripts after them.
    pub(super) fn paren_operand(&mut self, inner: Paren, start: u32) -> PResult<Expr> {
        let operand = match inner {
            Paren::Query(query) => {
                let span = self.span_from(start);
                let kind = SubLinkKind::Scalar;
                expr_at(ExprKind::SubLink(SubLink { kind, query }), span)
            }
            Paren::List(mut list, span) => match (list.pop(), list.is_empty()) {
                (Some(only), true) => expr_at(only.kind, span),
                (last, _) => {
                    list.extend(last);
                    return Ok(expr_at(ExprKind::Row(list, false), span));
                }
            },
        };
        self.with_indirection(operand)
    }

    /// `select_with_parens`, where nothing else may stand.
    pub(crate) fn parenthesized_query(&mut self) -> PResult<Query> {
        let start = self.position();
        if self.punct_at(0, Punct::LeftParen) && self.hole_at(1) && self.punct_at(2, Punct::RightParen) {
            self.advance();
            let query = self.hole_query()?;
            self.expect_punct(Punct::RightParen)?;
            return Ok(query);
        }
        match self.paren()? {
            Paren::Query(query) => Ok(*query),
            Paren::List(_, _) => self.error_at("syntax error, expected a query", self.span_from(start)),
        }
    }

    /// A hole that stands for a whole query.
    pub(super) fn hole_query(&mut self) -> PResult<Query> {
        let start = self.position();
        match self.eat_hole() {
            Some(hole) => Ok(self.bare_query(QueryBody::Hole(hole), start)),
            None => self.error("a query"),
        }
    }

    /// `opt_indirection` after an operand.
    pub(super) fn with_indirection(&mut self, operand: Expr) -> PResult<Expr> {
        let start = operand.span.start;
        let steps = self.indirection()?;
        if steps.is_empty() {
            return Ok(operand);
        }
        Ok(expr_at(ExprKind::Indirection(Box::new(operand), steps), self.span_from(start)))
    }

    /// `.name`, `.*`, `[i]`, `[lower:upper]`, any number of them; a star must be the last.
    pub(crate) fn indirection(&mut self) -> PResult<Vec<Indirection>> {
        let mut steps = Vec::new();
        loop {
            if self.at_punct(Punct::Dot) {
                if let Some(Indirection::Star(span)) = steps.last() {
                    return self.error_at("improper use of \"*\"", *span);
                }
                self.advance();
                let span = self.peek().span;
                steps.push(match self.eat_operator("*") {
                    true => Indirection::Star(span),
                    false => Indirection::Field(self.label()?),
                });
            } else if self.at_punct(Punct::LeftBracket) {
                if let Some(Indirection::Star(span)) = steps.last() {
                    return self.error_at("improper use of \"*\"", *span);
                }
                steps.push(self.subscript()?);
            } else {
                return Ok(steps);
            }
        }
    }

    fn subscript(&mut self) -> PResult<Indirection> {
        self.expect_punct(Punct::LeftBracket)?;
        let lower = if self.at_punct(Punct::Colon) { None } else { Some(self.expr()?) };
        let step = if self.eat_punct(Punct::Colon) {
            let upper = if self.at_punct(Punct::RightBracket) { None } else { Some(self.expr()?) };
            Indirection::Slice(lower, upper)
        } else {
            match lower {
                Some(index) => Indirection::Index(index),
                None => return self.error(""),
            }
        };
        self.expect_punct(Punct::RightBracket)?;
        Ok(step)
    }
}
