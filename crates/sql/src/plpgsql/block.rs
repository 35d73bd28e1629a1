//! Blocks: declarations, statements, handlers.

use super::ast::{Block, Body, Declaration, DeclarationKind, Handler, PlStatement, PlStatementKind, PlType};
use super::fragment::{PlParser, SEMICOLON, is_reserved};
use crate::ast::{Name, TypeName};
use crate::error::PResult;
use crate::lex::{Punct, TokenKind};

impl PlParser<'_> {
    /// `pl_function`
    pub(super) fn body(&mut self) -> PResult<Body> {
        let mut options = Vec::new();
        while self.sql.eat_operator("#") {
            let option = self.sql.label()?;
            let value =
                if matches!(self.sql.word_at(0), Some("begin" | "declare")) { None } else { self.option_value() };
            options.push((option, value));
        }
        let label = self.label()?;
        let block = self.block(label)?;
        self.sql.eat_punct(Punct::Semicolon);
        if self.sql.at_end() { Ok(Body { options, block }) } else { self.sql.error("") }
    }

    fn option_value(&mut self) -> Option<Name> {
        matches!(self.sql.peek().kind, TokenKind::Ident { .. }).then(|| self.sql.label().ok()).flatten()
    }

    /// `<<label>>`
    pub(super) fn label(&mut self) -> PResult<Option<Name>> {
        if !self.sql.eat_operator("<<") {
            return Ok(None);
        }
        let name = self.sql.label()?;
        self.sql.expect_operator(">>")?;
        Ok(Some(name))
    }

    /// `pl_block` after its label; its semicolon is the caller's.
    pub(super) fn block(&mut self, label: Option<Name>) -> PResult<Block> {
        let start = label.as_ref().map_or(self.sql.position(), |label| label.span.start);
        let cursors = self.cursors.len();
        let mut declarations = Vec::new();
        if self.sql.eat_keyword("declare") {
            while !self.sql.at_keyword("begin") {
                if !self.sql.eat_keyword("declare") {
                    declarations.push(self.declaration()?);
                }
            }
        }
        self.sql.expect_keyword("begin")?;
        let statements = self.statements(&["end", "exception"])?;
        let handlers = if self.sql.eat_keyword("exception") { self.handlers()? } else { Vec::new() };
        self.sql.expect_keyword("end")?;
        self.end_label()?;
        self.cursors.truncate(cursors);
        Ok(Block { label, declarations, statements, handlers, span: self.sql.span_from(start) })
    }

    /// The label that may follow END.
    pub(super) fn end_label(&mut self) -> PResult<()> {
        let reserved = self.sql.word_at(0).is_some_and(is_reserved);
        if !reserved && matches!(self.sql.peek().kind, TokenKind::Ident { .. }) {
            self.sql.label()?;
        }
        Ok(())
    }

    fn declaration(&mut self) -> PResult<Declaration> {
        let start = self.sql.position();
        if self.sql.word_at(0).is_some_and(is_reserved) {
            return self.sql.error("a declaration");
        }
        let name = self.sql.label()?;
        let kind = if self.sql.eat_keywords(&["alias", "for"]) {
            let aliased = self.variable()?;
            self.sql.expect_punct(Punct::Semicolon)?;
            DeclarationKind::Alias(aliased)
        } else if self.at_cursor() {
            self.cursor(&name)?
        } else {
            self.variable_kind()?
        };
        Ok(Declaration { name, kind, span: self.sql.span_from(start) })
    }

    fn at_cursor(&self) -> bool {
        self.sql.at_keyword("cursor")
            || self.sql.at_keywords(&["scroll", "cursor"])
            || self.sql.at_keywords(&["no", "scroll", "cursor"])
    }

    fn cursor(&mut self, name: &Name) -> PResult<DeclarationKind> {
        while !self.sql.eat_keyword("cursor") {
            self.sql.advance();
        }
        let mut parameters = Vec::new();
        if self.sql.eat_punct(Punct::LeftParen) {
            loop {
                let parameter = self.sql.label()?;
                parameters.push((parameter, self.data_type()?));
                if !self.sql.eat_punct(Punct::Comma) {
                    break;
                }
            }
            self.sql.expect_punct(Punct::RightParen)?;
        }
        if !self.sql.eat_keyword("is") {
            self.sql.expect_keyword("for")?;
        }
        let query = self.sql_statement(&[SEMICOLON])?;
        self.sql.expect_punct(Punct::Semicolon)?;
        self.cursors.push(name.clone());
        Ok(DeclarationKind::Cursor { parameters, query })
    }

    fn variable_kind(&mut self) -> PResult<DeclarationKind> {
        let constant = self.sql.eat_keyword("constant");
        let type_name = self.data_type()?;
        let collation = self.sql.optional_collation()?;
        let not_null = self.sql.eat_keywords(&["not", "null"]);
        let defaults =
            self.sql.eat_punct(Punct::ColonEquals) || self.sql.eat_operator("=") || self.sql.eat_keyword("default");
        let default = if defaults {
            Some(self.last_expression()?)
        } else {
            self.sql.expect_punct(Punct::Semicolon)?;
            None
        };
        Ok(DeclarationKind::Variable { constant, type_name, collation, not_null, default })
    }

    /// `read_datatype`: a type, or `x%TYPE`, `t%ROWTYPE`, of a name with or without dots.
    fn data_type(&mut self) -> PResult<PlType> {
        let start = self.sql.position();
        let mut ahead = 1;
        while self.sql.punct_at(ahead, Punct::Dot) {
            ahead += 2;
        }
        let percent = self.sql.operator_ahead(ahead) == Some("%");
        let word = self.sql.word_at(ahead + 1).filter(|word| percent && matches!(*word, "type" | "rowtype"));
        let Some(word) = word else {
            return Ok(PlType { type_name: self.sql.type_name()?, row_type: false });
        };
        let name = self.variable()?;
        self.sql.advance();
        self.sql.advance();
        let mut type_name = TypeName {
            span: name.span,
            name,
            modifiers: Vec::new(),
            interval_fields: None,
            array_bounds: Vec::new(),
            set_of: false,
            percent_type: word == "type",
        };
        self.sql.array_bounds(&mut type_name)?;
        type_name.span = self.sql.span_from(start);
        Ok(PlType { type_name, row_type: word == "rowtype" })
    }

    fn handlers(&mut self) -> PResult<Vec<Handler>> {
        let mut handlers = Vec::new();
        while self.sql.eat_keyword("when") {
            let mut handler = Handler { conditions: Vec::new(), sqlstates: Vec::new(), statements: Vec::new() };
            loop {
                let is_state =
                    self.sql.at_keyword("sqlstate") && matches!(self.sql.peek_at(1).kind, TokenKind::String(_));
                if is_state {
                    self.sql.advance();
                    handler.sqlstates.push(self.sql.string()?.0);
                } else {
                    handler.conditions.push(self.sql.label()?);
                }
                if !self.sql.eat_keyword("or") {
                    break;
                }
            }
            self.sql.expect_keyword("then")?;
            handler.statements = self.statements(&["when", "end"])?;
            handlers.push(handler);
        }
        if handlers.is_empty() { self.sql.error("WHEN") } else { Ok(handlers) }
    }

    /// Statements up to one of these words. One that cannot be read is kept as an error, and its semicolon passed.
    pub(super) fn statements(&mut self, until: &[&str]) -> PResult<Vec<PlStatement>> {
        let mut statements = Vec::new();
        while !self.sql.at_one_of(until) || self.at_assignment() {
            if self.sql.at_end() {
                return self.sql.error("END");
            }
            let start = self.sql.position();
            let place = self.sql.save();
            let kind = match self.statement() {
                Ok(kind) => kind,
                Err(error) if self.is_compound(place) => return Err(error),
                Err(error) => {
                    self.sql.restore(place);
                    while !self.sql.at_end() && !self.sql.at_punct(Punct::Semicolon) {
                        self.sql.advance();
                    }
                    self.sql.expect_punct(Punct::Semicolon)?;
                    PlStatementKind::Error(error)
                }
            };
            statements.push(PlStatement { kind, span: self.sql.span_from(start) });
        }
        Ok(statements)
    }

    /// Whether the statement at `place` holds others: then its end is not at its semicolon.
    fn is_compound(&mut self, place: usize) -> bool {
        let here = self.sql.save();
        self.sql.restore(place);
        let compound = self.sql.at_operator("<<")
            || self.sql.at_one_of(&["begin", "declare", "if", "case", "loop", "while", "for", "foreach"]);
        self.sql.restore(here);
        compound
    }
}
