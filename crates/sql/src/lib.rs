//! SQL text: split into statements, lexed, parsed into our own tree; queries with a map back to source.

pub mod ast;
#[cfg(test)]
mod debug_tree;
mod dialect;
mod error;
mod identifier;
mod keyword;
mod lex;
mod made;
mod mapped;
mod parse;
pub mod plpgsql;
#[cfg(test)]
mod properties;
mod scan;
#[cfg(test)]
mod scan_compared;
mod script;
mod split;

pub use dialect::other_dialect;
pub use error::ParseError;
pub use identifier::{cut_identifier, delimited_identifier, fold_identifier, quote_identifier, quote_literal};
pub use made::{Letters, MadeText};
pub use mapped::{Hole, MappedText, Origin, Segment};
pub use script::{parse_expression, parse_query_text, parse_script, parse_statement, parse_type_name};
pub use split::{Chunk, ChunkKind, split, tokens};
