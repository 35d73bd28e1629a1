//! Reading whole texts: a script, a statement, a query, an expression, a type.

use rollproof_source::TextRange;

use crate::ast::{Expr, Statement, TypeName};
use crate::error::{PResult, ParseError};
use crate::lex::{Punct, lex};
use crate::parse::cursor::Parser;
use crate::split::{ChunkKind, split};

/// Reads the one statement that stands in `text[range]`, as [`split`] found it. Ranges in the tree count in `text`.
///
/// # Errors
///
/// Where the server would answer 42601, or the text nests deeper than this parser follows.
pub fn parse_statement(text: &str, range: TextRange) -> Result<Statement, ParseError> {
    let tokens = lex(text, range)?;
    Parser::new(text, &tokens).whole_statement()
}

/// Reads every statement of a script, in order, each apart: one that cannot be read does not lose the next. Commands of
/// psql and the data of COPY are passed over.
#[must_use]
pub fn parse_script(text: &str) -> Vec<(TextRange, Result<Statement, ParseError>)> {
    split(text)
        .into_iter()
        .filter(|chunk| matches!(chunk.kind, ChunkKind::Statement | ChunkKind::Unterminated))
        .map(|chunk| (chunk.range, parse_statement(text, chunk.range)))
        .collect()
}

/// Reads a text that a program sends: one statement, maybe with semicolons after it.
///
/// # Errors
///
/// As [`parse_statement`]; also where there is no statement, or more than one.
pub fn parse_query_text(text: &str) -> Result<Statement, ParseError> {
    let tokens = lex(text, whole(text))?;
    let mut parser = Parser::new(text, &tokens);
    let statement = parser.statement()?;
    let ended = parser.at_punct(Punct::Semicolon);
    while parser.eat_punct(Punct::Semicolon) {}
    if parser.at_end() {
        return Ok(statement);
    }
    if ended {
        return Err(ParseError::new("more than one statement", parser.peek().span));
    }
    parser.error("")
}

/// Reads an expression (`a_expr`).
///
/// # Errors
///
/// Where it is not one, or something follows it.
pub fn parse_expression(text: &str) -> Result<Expr, ParseError> {
    read_all(text, |parser| parser.expr())
}

/// Reads a type as SQL writes it (`numeric(10,2)[]`); also `t.c%TYPE`.
///
/// # Errors
///
/// Where it is not one, or something follows it.
pub fn parse_type_name(text: &str) -> Result<TypeName, ParseError> {
    read_all(text, |parser| parser.type_name())
}

/// The range of a whole text.
pub(crate) fn whole(text: &str) -> TextRange {
    TextRange::new(0, text.len() as u32)
}

fn read_all<T>(text: &str, read: impl FnOnce(&mut Parser<'_>) -> PResult<T>) -> PResult<T> {
    let tokens = lex(text, whole(text))?;
    let mut parser = Parser::new(text, &tokens);
    let found = read(&mut parser)?;
    if parser.at_end() { Ok(found) } else { parser.error("") }
}
