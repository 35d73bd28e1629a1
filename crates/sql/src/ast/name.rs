//! Identifiers, names with dots, type names.

use std::sync::Arc;

use rollproof_source::TextRange;

use super::expr::Expr;

/// An identifier: folded to lower case unless it was quoted, cut at 63 bytes as the server does (`NAMEDATALEN`).
#[derive(Debug, Clone)]
pub struct Name {
    /// The identifier as the catalog would hold it.
    pub text: Arc<str>,
    /// Where it was written, quotes included.
    pub span: TextRange,
}

impl Name {
    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// `a`, `a.b` or `a.b.c`: never empty.
#[derive(Debug, Clone)]
pub struct QualifiedName {
    /// From the outermost (catalog, schema) to the object.
    pub parts: Vec<Name>,
    /// All of it.
    pub span: TextRange,
}

impl QualifiedName {
    /// The last part: the object's own name.
    #[must_use]
    pub fn object(&self) -> &Name {
        &self.parts[self.parts.len() - 1]
    }

    /// The part before the last, if any.
    #[must_use]
    pub fn schema(&self) -> Option<&Name> {
        self.parts.len().checked_sub(2).map(|at| &self.parts[at])
    }
}

/// A type as written (PostgreSQL's `TypeName`). Built-in spellings are already the catalog's: `integer` comes as
/// `pg_catalog.int4`, `varchar(10)` as `pg_catalog.varchar` with one modifier, `timestamp with time zone` as
/// `pg_catalog.timestamptz`, `interval` as gram.y does.
#[derive(Debug, Clone)]
pub struct TypeName {
    /// The name; of `t.c%TYPE` the column's name.
    pub name: QualifiedName,
    /// The modifiers between parentheses, as written.
    pub modifiers: Vec<Expr>,
    /// `interval` fields (`YEAR TO MONTH`) as gram.y's mask, else none.
    pub interval_fields: Option<i32>,
    /// One entry a pair of brackets (or `ARRAY`), its bound where written.
    pub array_bounds: Vec<Option<i32>>,
    /// `SETOF`.
    pub set_of: bool,
    /// `%TYPE`.
    pub percent_type: bool,
    /// All of it.
    pub span: TextRange,
}
