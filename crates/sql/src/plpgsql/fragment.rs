//! The parser of PL/pgSQL, and how it takes SQL out of a body: tokens up to a word that ends them, read by the SQL
//! grammar, as `read_sql_construct` does.

use rollproof_source::TextRange;

use super::ast::{PlDynamic, PlExpression, PlInto, PlValue, SqlStatement};
use crate::ast::{Argument, Name, QualifiedName, Query, QueryBody, Select};
use crate::error::{PResult, ParseError};
use crate::keyword::Category;
use crate::lex::{Punct, Token, TokenKind};
use crate::parse::cursor::Parser;

/// What ends a piece of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    Keyword(&'static str),
    Punct(Punct),
}

pub(super) const SEMICOLON: Until = Until::Punct(Punct::Semicolon);

/// Over the tokens of a body.
pub(super) struct PlParser<'a> {
    pub(super) text: &'a str,
    tokens: &'a [Token],
    /// The tokens as the SQL parser sees them: its cursor is ours.
    pub(super) sql: Parser<'a>,
    /// Bound cursors in scope.
    pub(super) cursors: Vec<Name>,
}

impl<'a> PlParser<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self { text, tokens, sql: Parser::new(text, tokens), cursors: Vec::new() }
    }

    /// The tokens up to one of `until` outside of parentheses, which is not taken. At the end of the body it fails.
    pub(super) fn take_until(&mut self, until: &[Until]) -> PResult<&'a [Token]> {
        let start = self.sql.save();
        let mut depth = 0_u32;
        loop {
            let token = self.sql.peek();
            match &token.kind {
                TokenKind::End => return self.sql.error("the end of the expression"),
                TokenKind::Punct(Punct::LeftParen | Punct::LeftBracket) => depth += 1,
                TokenKind::Punct(Punct::RightParen | Punct::RightBracket) => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None if self.stops(until) => break,
                    None => return self.sql.error("the end of the expression"),
                },
                TokenKind::Punct(Punct::Semicolon) if depth > 0 => return self.sql.error(")"),
                _ if depth == 0 && self.stops(until) => break,
                TokenKind::Punct(Punct::Semicolon) => return self.sql.error("the end of the expression"),
                _ => {}
            }
            self.sql.advance();
        }
        Ok(&self.tokens[start..self.sql.save()])
    }

    fn stops(&self, until: &[Until]) -> bool {
        until.iter().any(|one| match one {
            Until::Keyword(word) => self.sql.at_keyword(word),
            Until::Punct(punct) => self.sql.at_punct(*punct),
        })
    }

    /// An expression up to one of `until`.
    pub(super) fn expression(&mut self, until: &[Until]) -> PResult<PlExpression> {
        let start = self.sql.position();
        let tokens = self.take_until(until)?;
        if tokens.is_empty() {
            return self.sql.error("an expression");
        }
        let span = self.sql.span_from(start);
        Ok(PlExpression { value: self.read_value(tokens, span), span })
    }

    /// An expression that ends with its statement, whose semicolon is taken.
    pub(super) fn last_expression(&mut self) -> PResult<PlExpression> {
        let expression = self.expression(&[SEMICOLON])?;
        self.sql.expect_punct(Punct::Semicolon)?;
        Ok(expression)
    }

    /// `SELECT` is put before it: an expression is what may follow that.
    fn read_value(&self, tokens: &[Token], span: TextRange) -> Result<PlValue, ParseError> {
        let query = self.read(&self.with_select(tokens, span), span, |parser| parser.query())?;
        Ok(match plain_value(query) {
            Ok(value) => PlValue::Expr(Box::new(value)),
            Err(query) => PlValue::Query(query),
        })
    }

    pub(super) fn with_select(&self, tokens: &[Token], span: TextRange) -> Vec<Token> {
        let select = TokenKind::Ident { text: "select".into(), quoted: false, category: Category::UNRESERVED };
        let place = TextRange::new(span.start, span.start);
        let mut all = vec![Token { kind: select, span: place }];
        all.extend_from_slice(tokens);
        all
    }

    /// Runs the SQL parser over some tokens, all of which it must take.
    pub(super) fn read<T>(
        &self,
        tokens: &[Token],
        span: TextRange,
        read: impl FnOnce(&mut Parser<'_>) -> PResult<T>,
    ) -> PResult<T> {
        let mut all = tokens.to_vec();
        all.push(Token { kind: TokenKind::End, span: TextRange::new(span.end, span.end) });
        let mut parser = Parser::new(self.text, &all);
        let found = read(&mut parser)?;
        if parser.at_end() { Ok(found) } else { parser.error("") }
    }

    /// A statement of SQL up to one of `until`.
    pub(super) fn sql_statement(&mut self, until: &[Until]) -> PResult<SqlStatement> {
        let start = self.sql.position();
        let tokens = self.take_until(until)?;
        let span = self.sql.span_from(start);
        Ok(SqlStatement { value: self.read(tokens, span, |parser| parser.statement()).map(Box::new), span })
    }

    /// A statement of SQL up to its semicolon, the `INTO` of PL/pgSQL taken out of its tokens, so that ranges still
    /// count in the text (`make_execsql_stmt`).
    pub(super) fn sql_with_into(&mut self) -> PResult<(SqlStatement, Option<PlInto>)> {
        let start = self.sql.position();
        let creates = self.sql.at_keyword("create");
        let imports = self.sql.at_keyword("import");
        let mut kept: Vec<Token> = Vec::new();
        let mut into = None;
        let (mut parentheses, mut begins) = (0_u32, 0_u32);
        loop {
            let token = self.sql.peek();
            let previous = kept.last().and_then(word_of);
            match &token.kind {
                TokenKind::End => return self.sql.error(";"),
                TokenKind::Punct(Punct::Semicolon) if parentheses == 0 && begins == 0 => break,
                TokenKind::Punct(Punct::LeftParen) => parentheses += 1,
                TokenKind::Punct(Punct::RightParen) => parentheses = parentheses.saturating_sub(1),
                _ => match word_of(token) {
                    Some("into") if !imports && !matches!(previous, Some("insert" | "merge")) && begins == 0 => {
                        if into.is_some() {
                            return self.sql.error_at("INTO specified more than once", token.span);
                        }
                        self.sql.advance();
                        into = Some(self.strict_targets()?);
                        continue;
                    }
                    // A routine with an SQL body may be created here.
                    Some("begin") if creates && parentheses == 0 => begins += 1,
                    Some("case") if begins > 0 && parentheses == 0 => begins += 1,
                    Some("end") if begins > 0 && parentheses == 0 => begins -= 1,
                    _ => {}
                },
            }
            kept.push(token.clone());
            self.sql.advance();
        }
        let span = self.sql.span_from(start);
        self.sql.expect_punct(Punct::Semicolon)?;
        let value = self.read(&kept, span, |parser| parser.statement()).map(Box::new);
        Ok((SqlStatement { value, span }, into))
    }

    /// `[STRICT] target, target`, after INTO.
    pub(super) fn strict_targets(&mut self) -> PResult<PlInto> {
        let strict = self.sql.at_keyword("strict") && !self.sql.punct_at(1, Punct::Comma);
        if strict {
            self.sql.advance();
        }
        Ok(PlInto { strict, targets: self.targets()? })
    }

    /// Variables with commas between them.
    pub(super) fn targets(&mut self) -> PResult<Vec<QualifiedName>> {
        let mut targets = vec![self.variable()?];
        while self.sql.eat_punct(Punct::Comma) {
            targets.push(self.variable()?);
        }
        Ok(targets)
    }

    /// A variable: `x`, `r.x`, `$1`.
    pub(super) fn variable(&mut self) -> PResult<QualifiedName> {
        let first = self.variable_name()?;
        self.sql.rest_of_name(first)
    }

    /// A word that PL/pgSQL does not reserve, or a parameter.
    pub(super) fn variable_name(&mut self) -> PResult<Name> {
        if let TokenKind::Parameter(number) = self.sql.peek().kind {
            let span = self.sql.advance().span;
            return Ok(Name { text: format!("${number}").into(), span });
        }
        if self.sql.word_at(0).is_some_and(is_reserved) {
            return self.sql.error("a variable");
        }
        self.sql.label()
    }

    /// `text [USING …]` up to one of `until`.
    pub(super) fn dynamic(&mut self, until: Until) -> PResult<PlDynamic> {
        let text = self.expression(&[Until::Keyword("using"), until])?;
        let using = if self.sql.eat_keyword("using") { self.expressions(&[until])? } else { Vec::new() };
        Ok(PlDynamic { text, using })
    }

    /// Expressions with commas between them, up to one of `until`.
    pub(super) fn expressions(&mut self, until: &[Until]) -> PResult<Vec<PlExpression>> {
        let mut ends = until.to_vec();
        ends.push(Until::Punct(Punct::Comma));
        let mut list = vec![self.expression(&ends)?];
        while self.sql.eat_punct(Punct::Comma) {
            list.push(self.expression(&ends)?);
        }
        Ok(list)
    }

    /// `(arguments)` of a cursor, if they stand here: by position or by name.
    pub(super) fn cursor_arguments(&mut self) -> PResult<Result<Vec<Argument>, ParseError>> {
        if !self.sql.eat_punct(Punct::LeftParen) {
            return Ok(Ok(Vec::new()));
        }
        let start = self.sql.position();
        let tokens = self.take_until(&[Until::Punct(Punct::RightParen)])?;
        let span = self.sql.span_from(start);
        self.sql.expect_punct(Punct::RightParen)?;
        Ok(self.read(tokens, span, |parser| parser.comma_separated(|parser| parser.argument())))
    }

    /// The word that a statement begins with.
    pub(super) fn word_of_statement(&self) -> Option<&'a str> {
        self.sql.word_at(0)
    }
}

/// The word of a token, if it is one without quotes.
fn word_of(token: &Token) -> Option<&str> {
    match &token.kind {
        TokenKind::Ident { text, quoted: false, .. } => Some(text),
        _ => None,
    }
}

/// The words that PL/pgSQL keeps to itself (`pl_reserved_kwlist.h`).
pub(super) fn is_reserved(word: &str) -> bool {
    matches!(
        word,
        "all"
            | "begin"
            | "by"
            | "case"
            | "declare"
            | "else"
            | "end"
            | "execute"
            | "for"
            | "foreach"
            | "from"
            | "if"
            | "in"
            | "into"
            | "loop"
            | "not"
            | "null"
            | "or"
            | "strict"
            | "then"
            | "to"
            | "using"
            | "when"
            | "while"
    )
}

/// The value of a query that is nothing but `SELECT value`; else the query.
fn plain_value(query: Query) -> Result<crate::ast::Expr, Box<Query>> {
    let bare = query.with.is_none()
        && query.order_by.is_empty()
        && query.limit.is_none()
        && query.offset.is_none()
        && query.locking.is_empty()
        && query.holes.is_empty();
    match query.body {
        QueryBody::Select(select) if bare && is_plain(&select) => {
            let mut select = *select;
            match select.targets.pop() {
                Some(target) => Ok(target.value),
                None => Err(Box::new(Query { body: QueryBody::Select(Box::new(select)), ..query })),
            }
        }
        body => Err(Box::new(Query { body, ..query })),
    }
}

fn is_plain(select: &Select) -> bool {
    select.targets.len() == 1
        && select.targets.iter().all(|target| target.alias.is_none())
        && select.distinct.is_none()
        && select.into.is_none()
        && select.from.is_empty()
        && select.filter.is_none()
        && select.group_by.is_empty()
        && select.having.is_none()
        && select.windows.is_empty()
        && select.holes.is_empty()
}
