//! `COPY`.

use super::cursor::Parser;
use crate::ast::{Copy, StatementKind};
use crate::error::PResult;
use crate::lex::{Punct, TokenKind};

impl Parser<'_> {
    /// `CopyStmt`
    pub(super) fn copy(&mut self) -> PResult<StatementKind> {
        self.expect_keyword("copy")?;
        let mut copy = Copy { relation: None, columns: Vec::new(), statement: None, from: false, filter: None };
        if self.at_punct(Punct::LeftParen) {
            let statement = self.parenthesized(Self::preparable)?;
            copy.statement = Some(Box::new(statement));
            self.expect_keyword("to")?;
        } else {
            self.eat_keyword("binary");
            copy.relation = Some(self.relation_ref()?);
            if self.at_punct(Punct::LeftParen) {
                copy.columns = self.parenthesized(Self::name_list)?;
            }
            copy.from = self.eat_keyword("from");
            if !copy.from {
                self.expect_keyword("to")?;
            }
        }
        self.eat_keyword("program");
        if !self.eat_keyword("stdin") && !self.eat_keyword("stdout") {
            self.string()?;
        }
        self.copy_options()?;
        if copy.from {
            copy.filter = self.where_clause()?;
        }
        Ok(StatementKind::Copy(Box::new(copy)))
    }

    fn copy_options(&mut self) -> PResult<()> {
        if self.at_keywords(&["using", "delimiters"]) || self.at_keyword("delimiters") {
            self.eat_keyword("using");
            self.advance();
            self.string()?;
        }
        self.eat_keyword("with");
        if self.at_punct(Punct::LeftParen) {
            return self.parenthesized(|parser| parser.comma_separated(Self::copy_option).map(drop));
        }
        while self.old_copy_option()? {}
        Ok(())
    }

    /// `copy_generic_opt_elem`
    fn copy_option(&mut self) -> PResult<()> {
        self.label()?;
        if self.at_punct(Punct::Comma) || self.at_punct(Punct::RightParen) {
            return Ok(());
        }
        if self.eat_operator("*") || self.eat_keyword("default") {
            return Ok(());
        }
        if self.at_punct(Punct::LeftParen) {
            return self.parenthesized(|parser| parser.comma_separated(Self::boolean_or_number).map(drop));
        }
        self.boolean_or_number()
    }

    /// `copy_opt_item`, the syntax before version 9.0. False where none comes next.
    fn old_copy_option(&mut self) -> PResult<bool> {
        if self.at_one_of(&["binary", "freeze", "csv", "header"]) {
            self.advance();
            return Ok(true);
        }
        if self.at_one_of(&["delimiter", "null", "quote", "escape", "encoding"]) {
            self.advance();
            self.eat_keyword("as");
            self.string()?;
            return Ok(true);
        }
        if !self.eat_keyword("force") {
            return Ok(false);
        }
        if !self.eat_keyword("quote") && !self.eat_keyword("null") {
            self.expect_keywords(&["not", "null"])?;
        }
        if !self.eat_operator("*") {
            self.name_list()?;
        }
        Ok(true)
    }

    /// `NonReservedWord_or_Sconst`
    pub(crate) fn word_or_string(&mut self) -> PResult<std::sync::Arc<str>> {
        match &self.peek().kind {
            TokenKind::String(_) => self.string().map(|(text, _)| text),
            _ => self.non_reserved_word().map(|name| name.text),
        }
    }
}
