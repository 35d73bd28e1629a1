//! PL/pgSQL: the tree of a body, and its parser (the server's `src/pl/plpgsql/src/pl_gram.y`).

mod ast;
mod block;
mod fragment;
mod loops;
mod statement;

pub use ast::{
    Block, Body, Declaration, DeclarationKind, Handler, PlBranch, PlDynamic, PlExpression, PlInto, PlLoop, PlLoopKind,
    PlOpen, PlRaise, PlStatement, PlStatementKind, PlType, PlValue, SqlStatement,
};

use rollproof_source::TextRange;

use crate::error::ParseError;
use crate::lex::lex;
use fragment::PlParser;

/// Reads the body of a function, a procedure or `DO` in `text[range]`. Ranges in the tree count in `text`: where the
/// body is a dollar-quoted string, give the outer text and the range of the string's content; where it was written
/// `'…'`, give the string's value and all of it.
///
/// # Errors
///
/// Where the blocks themselves cannot be made out, which the server refuses too. SQL and statements that cannot be read
/// are errors in their place, and do not lose the rest.
pub fn parse_body(text: &str, range: TextRange) -> Result<Body, ParseError> {
    let tokens = lex(text, range)?;
    PlParser::new(text, &tokens).body()
}

#[cfg(test)]
mod tests;
