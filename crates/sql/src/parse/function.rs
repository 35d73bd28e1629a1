//! Calls: `func_application` and what may follow it.

use rollproof_source::TextRange;

use super::cursor::Parser;
use super::expr::expr_at;
use super::type_name::system_name;
use crate::ast::{Argument, CallSyntax, Expr, ExprKind, FunctionCall, Over, QualifiedName, SortBy};
use crate::error::PResult;
use crate::lex::{Punct, TokenKind};

/// What stands between the parentheses of a call.
#[derive(Default)]
pub(super) struct CallArguments {
    pub(super) arguments: Vec<Argument>,
    star: bool,
    distinct: bool,
    variadic: bool,
    order_by: Vec<SortBy>,
}

/// A call without decorations.
pub(super) fn call(name: QualifiedName, arguments: Vec<Argument>, syntax: CallSyntax) -> FunctionCall {
    FunctionCall {
        name,
        arguments,
        star: false,
        distinct: false,
        variadic: false,
        order_by: Vec::new(),
        within_group: false,
        filter: None,
        over: None,
        syntax,
    }
}

impl Parser<'_> {
    /// A call of a `pg_catalog` function that gram.y makes of SQL syntax at `span`.
    pub(super) fn system_call(
        &self,
        name: &str,
        arguments: Vec<Expr>,
        syntax: CallSyntax,
        span: TextRange,
    ) -> ExprKind {
        let arguments = arguments.into_iter().map(|value| Argument { name: None, value }).collect();
        ExprKind::Function(Box::new(call(system_name(name, span), arguments, syntax)))
    }

    /// `func_application`
    pub(crate) fn function_application(&mut self) -> PResult<FunctionCall> {
        let TokenKind::Ident { category, .. } = &self.peek().kind else {
            return self.error("a function");
        };
        let qualified = self.punct_at(1, Punct::Dot);
        if !(qualified && category.column || !qualified && category.function) {
            return self.error("a function");
        }
        let first = self.label()?;
        let name = self.rest_of_name(first)?;
        self.application(name)
    }

    fn application(&mut self, name: QualifiedName) -> PResult<FunctionCall> {
        let inner = self.call_arguments()?;
        Ok(FunctionCall {
            star: inner.star,
            distinct: inner.distinct,
            variadic: inner.variadic,
            order_by: inner.order_by,
            ..call(name, inner.arguments, CallSyntax::Call)
        })
    }

    /// `( … )` of a call.
    pub(super) fn call_arguments(&mut self) -> PResult<CallArguments> {
        self.parenthesized(|parser| {
            let mut inner = CallArguments::default();
            if parser.at_punct(Punct::RightParen) {
                return Ok(inner);
            }
            if parser.at_operator("*") && parser.punct_at(1, Punct::RightParen) {
                parser.advance();
                inner.star = true;
                return Ok(inner);
            }
            inner.distinct = parser.eat_keyword("distinct");
            let all = !inner.distinct && parser.eat_keyword("all");
            loop {
                if !inner.distinct && !all {
                    inner.variadic = parser.eat_keyword("variadic");
                }
                inner.arguments.push(parser.argument()?);
                if inner.variadic || !parser.eat_punct(Punct::Comma) {
                    break;
                }
            }
            inner.order_by = parser.optional_order_by()?;
            Ok(inner)
        })
    }

    /// `func_arg_expr`
    pub(crate) fn argument(&mut self) -> PResult<Argument> {
        let named = matches!(&self.peek().kind, TokenKind::Ident { category, .. } if category.function)
            && (self.punct_at(1, Punct::ColonEquals) || self.punct_at(1, Punct::Arrow));
        let name = if named {
            let name = self.type_function_name()?;
            self.advance();
            Some(name)
        } else {
            None
        };
        Ok(Argument { name, value: self.expr()? })
    }

    /// A call, or a literal whose type has modifiers (`mytype(3) 'x'`). `decorated`: FILTER, OVER and the like may follow.
    pub(super) fn call_or_literal(&mut self, name: QualifiedName, decorated: bool) -> PResult<Expr> {
        let start = name.span.start;
        let mut function = self.application(name)?;
        if decorated && matches!(self.peek().kind, TokenKind::String(_)) {
            let plain = !function.star && !function.distinct && !function.variadic && function.order_by.is_empty();
            if !plain || function.arguments.is_empty() || function.arguments.iter().any(|one| one.name.is_some()) {
                return self.error("");
            }
            let modifiers = function.arguments.into_iter().map(|argument| argument.value).collect();
            return self.generic_literal(function.name, modifiers);
        }
        if decorated {
            self.decorations(&mut function, start)?;
        }
        Ok(expr_at(ExprKind::Function(Box::new(function)), self.span_from(start)))
    }

    /// `within_group_clause filter_clause over_clause`
    pub(super) fn decorations(&mut self, function: &mut FunctionCall, start: u32) -> PResult<()> {
        if self.eat_keywords(&["within", "group"]) {
            let refused = match () {
                () if !function.order_by.is_empty() => Some("cannot use multiple ORDER BY clauses with WITHIN GROUP"),
                () if function.distinct => Some("cannot use DISTINCT with WITHIN GROUP"),
                () if function.variadic => Some("cannot use VARIADIC with WITHIN GROUP"),
                () => None,
            };
            if let Some(message) = refused {
                return self.error_at(message, self.span_from(start));
            }
            function.order_by = self.parenthesized(Self::order_by)?;
            function.within_group = true;
        }
        function.filter = self.filter_clause()?;
        function.over = self.over_clause()?;
        Ok(())
    }

    /// `FILTER (WHERE …)`
    pub(super) fn filter_clause(&mut self) -> PResult<Option<Box<Expr>>> {
        if !(self.at_keyword("filter") && self.punct_at(1, Punct::LeftParen)) {
            return Ok(None);
        }
        self.advance();
        self.parenthesized(|parser| {
            parser.expect_keyword("where")?;
            Ok(Some(Box::new(parser.expr()?)))
        })
    }

    /// `OVER w`, `OVER (…)`
    pub(super) fn over_clause(&mut self) -> PResult<Option<Box<Over>>> {
        if !self.eat_keyword("over") {
            return Ok(None);
        }
        let over = if self.at_punct(Punct::LeftParen) {
            Over::Window(self.window_specification()?)
        } else {
            Over::Name(self.name()?)
        };
        Ok(Some(Box::new(over)))
    }

    /// `func_expr_windowless`: what may stand in FROM and in an index, a call without FILTER or OVER.
    pub(crate) fn windowless_call(&mut self) -> PResult<Expr> {
        let start = self.position();
        if let Some(word) = self.word_at(0) {
            // Only the SQL/JSON aggregates among the special forms could go on with FILTER or OVER.
            self.windowless = matches!(word, "json_objectagg" | "json_arrayagg");
            let special = self.special_function(word)?;
            self.windowless = false;
            if let Some(special) = special {
                return Ok(special);
            }
        }
        let function = self.function_application()?;
        Ok(expr_at(ExprKind::Function(Box::new(function)), self.span_from(start)))
    }
}
