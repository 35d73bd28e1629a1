//! SQL text: split into statements, lexed, parsed into our own tree; queries with a map back to source.

pub mod ast;
mod mapped;

pub use mapped::{Hole, MappedText, Origin, Segment};
