//! SQL text: split into statements, lexed, parsed into our own tree; queries with a map back to source.

pub mod ast;
mod error;
mod identifier;
mod keyword;
mod lex;
mod mapped;
mod parse;
mod scan;

pub use error::ParseError;
pub use identifier::{cut_identifier, fold_identifier, quote_identifier, quote_literal};
pub use mapped::{Hole, MappedText, Origin, Segment};
