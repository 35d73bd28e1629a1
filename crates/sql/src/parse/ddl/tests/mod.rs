//! What must parse, what must not (asked of PostgreSQL 18), and what comes of it.

mod accepted;
mod altered;
mod compact;
mod refused;
mod routines;
mod tables;
mod various;

use rollproof_source::TextRange;

use crate::ast::Statement;
use crate::error::ParseError;
use crate::lex::lex;
use crate::parse::cursor::Parser;

/// The one statement of a text.
fn parse(text: &str) -> Result<Statement, ParseError> {
    let tokens = lex(text, TextRange::new(0, u32::try_from(text.len()).unwrap()))?;
    let mut parser = Parser::new(text, &tokens);
    let statement = parser.statement()?;
    if parser.at_end() { Ok(statement) } else { parser.error("the end") }
}

/// Asserts that the statement comes out as this, in the short form that [`compact::compact`] describes.
#[track_caller]
fn check(text: &str, expected: &str) {
    let found = match parse(text) {
        Ok(statement) => compact::compact(&format!("{:?}", statement.kind), text),
        Err(error) => format!("error: {error}"),
    };
    assert_eq!(found, expected, "of {text}");
}

/// Asserts that each line is a statement, and that none of its beginnings makes the parser panic.
#[track_caller]
fn accepts(lines: &str) {
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Err(error) = parse(line) {
            panic!("refused: {line}\n{error}");
        }
        for (end, _) in line.char_indices() {
            let _ = parse(&line[..end]);
        }
    }
}

/// Asserts that each line is a syntax error.
#[track_caller]
fn refuses(lines: &str) {
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        assert!(parse(line).is_err(), "accepted: {line}");
    }
}
