//! The syntax tree, shaped like PostgreSQL's parse nodes (`src/include/nodes/parsenodes.h`), a range on every name.
//!
//! Ranges count bytes of the text that was parsed: a whole script, or one query. The tree says what was written, before
//! any look-up: `a.b` is a [`expr::ColumnRef`] whether it will turn out a column, a composite's field or a function call.

pub mod ddl;
pub mod expr;
pub mod name;
pub mod query;
pub mod statement;

pub use ddl::*;
pub use expr::*;
pub use name::*;
pub use query::*;
pub use statement::*;
