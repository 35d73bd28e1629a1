//! A transformed expression, as far as what stands around it asks: its type, its collation, what kind of node it is.

use std::sync::Arc;

use rollproof_catalog::{ColumnId, Oid, TypeRef};
use rollproof_source::TextRange;

/// How an expression came by its collation (`CollateStrength` of parse_collate.c).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum CollationStrength {
    /// Its type has none.
    #[default]
    None,
    /// From a column or a type's default.
    Implicit,
    /// Two implicit ones met; `collation` is none, and the two are kept for the message.
    Conflict(Oid, Oid),
    /// A `COLLATE` clause.
    Explicit,
}

/// What `exprType`, `exprTypmod`, `exprCollation` and `IsA` tell of a transformed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// Its type and modifier; a literal that is not coerced yet is of type `unknown`.
    pub data_type: TypeRef,
    /// Its collation, none where its type has none, or where collations conflict.
    pub collation: Oid,
    /// How it came by that.
    pub strength: CollationStrength,
    /// What it is.
    pub shape: Shape,
    /// Where it stands.
    pub span: TextRange,
    /// Whether it may be null; true where that is not known.
    pub nullable: bool,
    /// Whether it holds a call that returns a set (`expression_returns_set`).
    pub set_returning: bool,
}

/// A column of a row whose type has no name (`record`).
#[derive(Debug, Clone, PartialEq)]
pub struct RecordColumn {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub data_type: TypeRef,
    /// Its collation.
    pub collation: Oid,
    /// Whether it may be null.
    pub nullable: bool,
}

/// What kind of node an expression is, as far as coercion and projection ask.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Shape {
    /// A `Const` of type unknown: a string literal's text, or none for `NULL`.
    UnknownLiteral(Option<Arc<str>>),
    /// A `Param`. `occurrence` names this use of it ([`crate::context::Parameters`]).
    Parameter {
        /// `$n`
        number: u32,
        /// Which use of it.
        occurrence: u32,
    },
    /// A `Var` that stands for a column of a relation.
    Column(ColumnId),
    /// A `Var` that stands for a whole row of a relation.
    WholeRow(Oid),
    /// A `RowExpr` that nothing coerced yet.
    Row(Vec<Typed>),
    /// A `Var` of type `record` whose columns are known: the whole row of a subquery or join.
    Record(Arc<[RecordColumn]>),
    /// A call that yields an anonymous row whose columns are known from OUT parameters: its fields can be read, but it
    /// cannot be cast to a named row type.
    RecordCall(Arc<[RecordColumn]>),
    /// A `CollateExpr` over another expression: a coercion goes below it.
    Collate(Box<Typed>),
    /// A `Const` of a known type. `text` is the literal's text where it came from a string (enum labels, dates).
    Constant(Option<Arc<str>>),
    /// A null constant of a known type (`NULL::integer`).
    NullConstant,
    /// Anything else.
    #[default]
    Other,
}

impl Typed {
    /// An expression of this type, its collation the type's default, nullable, of no particular shape.
    #[must_use]
    pub fn new(data_type: TypeRef, collation: Oid, span: TextRange) -> Self {
        let strength = if collation.is_some() { CollationStrength::Implicit } else { CollationStrength::None };
        Self { data_type, collation, strength, shape: Shape::Other, span, nullable: true, set_returning: false }
    }

    /// The same with this shape.
    #[must_use]
    pub fn with_shape(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    /// The type, without its modifier.
    #[must_use]
    pub fn oid(&self) -> Oid {
        self.data_type.oid
    }

    /// Whether it is a bare null, typed or not (`exprIsNullConstant` sees only the untyped one).
    #[must_use]
    pub fn is_null_constant(&self) -> bool {
        matches!(self.shape, Shape::UnknownLiteral(None) | Shape::NullConstant)
    }
}
