//! Operands: `c_expr`.

use std::sync::Arc;

use rollproof_source::TextRange;

use super::cursor::Parser;
use super::expr::expr_at;
use crate::ast::{CaseWhen, CastSyntax, ColumnRef, Expr, ExprKind, Literal, Name, QualifiedName, SubLink, SubLinkKind};
use crate::error::PResult;
use crate::lex::{Punct, TokenKind};

impl Parser<'_> {
    /// `c_expr`
    pub(crate) fn c_expr(&mut self) -> PResult<Expr> {
        let token = self.peek();
        let literal = match &token.kind {
            TokenKind::Integer(value) => Literal::Integer(*value),
            TokenKind::Number(value) => Literal::Number(Arc::clone(value)),
            TokenKind::String(value) => Literal::String(Arc::clone(value)),
            TokenKind::BitString(value) => Literal::BitString(Arc::clone(value)),
            TokenKind::Parameter(number) => {
                self.advance();
                return self.with_indirection(expr_at(ExprKind::Parameter(*number), token.span));
            }
            TokenKind::Hole(hole) => return self.hole_operand(*hole),
            TokenKind::Punct(Punct::LeftParen) => {
                let inner = self.paren()?;
                return self.paren_operand(inner, token.span.start);
            }
            TokenKind::Ident { text, quoted: false, category } if !category.identifier => {
                return self.keyword_operand(text);
            }
            TokenKind::Ident { .. } => return self.name_operand(),
            _ => return self.error("an expression"),
        };
        self.advance();
        Ok(expr_at(ExprKind::Literal(literal), token.span))
    }

    /// `AexprConst`, as SEARCH and CYCLE have it.
    pub(super) fn constant(&mut self) -> PResult<Expr> {
        let start = self.save();
        let value = self.c_expr()?;
        match value.kind {
            ExprKind::Literal(_) | ExprKind::Cast { syntax: CastSyntax::Literal, .. } | ExprKind::Hole(_) => Ok(value),
            _ => {
                self.restore(start);
                self.error("a constant")
            }
        }
    }

    /// A hole where an operand stands, with what would go on with a name: the whole is not known.
    fn hole_operand(&mut self, hole: u32) -> PResult<Expr> {
        let start = self.position();
        self.advance();
        self.hole_rest()?;
        Ok(expr_at(ExprKind::Hole(hole), self.span_from(start)))
    }

    /// `.name`, `.*`, `[…]` and arguments after a hole.
    pub(super) fn hole_rest(&mut self) -> PResult<()> {
        loop {
            if self.eat_punct(Punct::Dot) {
                if !self.eat_operator("*") && self.eat_hole().is_none() {
                    self.label()?;
                }
            } else if self.at_punct(Punct::LeftBracket) {
                self.indirection()?;
            } else if self.at_punct(Punct::LeftParen) {
                self.call_arguments()?;
            } else {
                return Ok(());
            }
        }
    }

    /// A word that is a keyword of some kind.
    fn keyword_operand(&mut self, word: &str) -> PResult<Expr> {
        let span = self.peek().span;
        let literal = match word {
            "null" => Some(Literal::Null),
            "true" => Some(Literal::Boolean(true)),
            "false" => Some(Literal::Boolean(false)),
            _ => None,
        };
        if let Some(literal) = literal {
            self.advance();
            return Ok(expr_at(ExprKind::Literal(literal), span));
        }
        match word {
            "case" => return self.case(),
            "array" if self.punct_at(1, Punct::LeftBracket) => {
                self.advance();
                return self.array(span.start);
            }
            "array" => {
                self.advance();
                let query = Box::new(self.parenthesized_query()?);
                let kind = ExprKind::SubLink(SubLink { kind: SubLinkKind::Array, query });
                return Ok(expr_at(kind, self.span_from(span.start)));
            }
            "exists" if self.punct_at(1, Punct::LeftParen) => {
                self.advance();
                let query = Box::new(self.parenthesized_query()?);
                let kind = ExprKind::SubLink(SubLink { kind: SubLinkKind::Exists, query });
                return Ok(expr_at(kind, self.span_from(span.start)));
            }
            "row" if self.punct_at(1, Punct::LeftParen) => return self.explicit_row(),
            "grouping" if self.punct_at(1, Punct::LeftParen) => {
                self.advance();
                let list = self.parenthesized(Self::expr_list)?;
                return Ok(expr_at(ExprKind::Grouping(list), self.span_from(span.start)));
            }
            _ => {}
        }
        if let Some(special) = self.special_function(word)? {
            return Ok(special);
        }
        if let Some(typed) = self.typed_literal(word)? {
            return Ok(typed);
        }
        self.name_operand()
    }

    fn explicit_row(&mut self) -> PResult<Expr> {
        let start = self.position();
        self.advance();
        let fields =
            self.parenthesized(
                |parser| {
                    if parser.at_punct(Punct::RightParen) { Ok(Vec::new()) } else { parser.expr_list() }
                },
            )?;
        Ok(expr_at(ExprKind::Row(fields, true), self.span_from(start)))
    }

    /// `array_expr` from its bracket on.
    fn array(&mut self, start: u32) -> PResult<Expr> {
        self.expect_punct(Punct::LeftBracket)?;
        let items = self.descend(|parser| {
            if parser.at_punct(Punct::RightBracket) {
                Ok(Vec::new())
            } else if parser.at_punct(Punct::LeftBracket) {
                parser.comma_separated(|parser| {
                    let start = parser.position();
                    parser.array(start)
                })
            } else {
                parser.expr_list()
            }
        })?;
        self.expect_punct(Punct::RightBracket)?;
        Ok(expr_at(ExprKind::Array(items), self.span_from(start)))
    }

    fn case(&mut self) -> PResult<Expr> {
        let start = self.position();
        self.advance();
        let argument = if self.at_keyword("when") { None } else { Some(Box::new(self.expr()?)) };
        let mut whens = Vec::new();
        while self.eat_keyword("when") {
            let when = self.expr()?;
            self.expect_keyword("then")?;
            let then = self.expr()?;
            whens.push(CaseWhen { when, then });
        }
        if whens.is_empty() {
            return self.error("WHEN");
        }
        let otherwise = if self.eat_keyword("else") { Some(Box::new(self.expr()?)) } else { None };
        self.expect_keyword("end")?;
        Ok(expr_at(ExprKind::Case { argument, whens, otherwise }, self.span_from(start)))
    }

    /// `ConstTypename Sconst`: a literal after a type that has a spelling of its own (`interval '1 day'`).
    fn typed_literal(&mut self, word: &str) -> PResult<Option<Expr>> {
        if !Self::is_type_word(word) {
            return Ok(None);
        }
        let start = self.position();
        Ok(self.attempt(|parser| {
            let mut target = parser.constant_type_name()?;
            let value = parser.literal_string()?;
            if target.name.object().as_str() == "interval" && target.modifiers.is_empty() {
                parser.interval_fields(&mut target)?;
            }
            let kind = ExprKind::Cast { value: Box::new(value), target, syntax: CastSyntax::Literal };
            Ok(expr_at(kind, parser.span_from(start)))
        }))
    }

    fn literal_string(&mut self) -> PResult<Expr> {
        let (text, span) = self.string()?;
        Ok(expr_at(ExprKind::Literal(Literal::String(text)), span))
    }

    /// A column, a call, or a literal of a type, all of which begin with a name.
    fn name_operand(&mut self) -> PResult<Expr> {
        let start = self.position();
        let TokenKind::Ident { category, .. } = &self.peek().kind else {
            return self.error("an expression");
        };
        if category.function {
            if self.punct_at(1, Punct::LeftParen) {
                let name = self.type_function_name()?;
                return self.call_or_literal(single(name), true);
            }
            if matches!(self.peek_at(1).kind, TokenKind::String(_)) {
                let name = self.type_function_name()?;
                return self.generic_literal(single(name), Vec::new());
            }
        }
        if !category.column {
            return self.error("an expression");
        }
        let first = self.name()?;
        let mut fields = vec![first];
        let mut star = None;
        while star.is_none() && self.at_punct(Punct::Dot) {
            self.advance();
            if let Some(hole) = self.at_hole() {
                return self.hole_operand(hole).map(|rest| expr_at(rest.kind, self.span_from(start)));
            }
            let span = self.peek().span;
            if self.eat_operator("*") {
                star = Some(span);
            } else {
                fields.push(self.label()?);
            }
        }
        if fields.len() > 1 && star.is_none() {
            if self.at_punct(Punct::LeftParen) {
                let name = QualifiedName { span: self.span_from(start), parts: fields };
                return self.call_or_literal(name, true);
            }
            if matches!(self.peek().kind, TokenKind::String(_)) {
                let name = QualifiedName { span: self.span_from(start), parts: fields };
                return self.generic_literal(name, Vec::new());
            }
        }
        self.column(fields, star, start)
    }

    /// `columnref`: subscripts after the names make it an indirection.
    fn column(&mut self, fields: Vec<Name>, star: Option<TextRange>, start: u32) -> PResult<Expr> {
        let column = expr_at(ExprKind::Column(ColumnRef { fields, star }), self.span_from(start));
        if let (Some(span), true) = (star, self.at_punct(Punct::Dot) || self.at_punct(Punct::LeftBracket)) {
            return self.error_at("improper use of \"*\"", span);
        }
        let steps = self.indirection()?;
        if steps.is_empty() {
            return Ok(column);
        }
        Ok(expr_at(ExprKind::Indirection(Box::new(column), steps), self.span_from(start)))
    }

    /// `func_name Sconst`: a literal of a type known by its name.
    pub(super) fn generic_literal(&mut self, name: QualifiedName, modifiers: Vec<Expr>) -> PResult<Expr> {
        let start = name.span.start;
        let target = Self::plain_type(name, modifiers);
        let value = Box::new(self.literal_string()?);
        let kind = ExprKind::Cast { value, target, syntax: CastSyntax::Literal };
        Ok(expr_at(kind, self.span_from(start)))
    }
}

/// A name of one part.
pub(super) fn single(name: Name) -> QualifiedName {
    QualifiedName { span: name.span, parts: vec![name] }
}
