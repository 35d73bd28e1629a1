//! What a resolution returns.

use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_catalog::{ColumnId, ObjectId, Oid, TypeRef};
use rollproof_source::TextRange;

use crate::context::Lookups;

/// Everything that a resolved statement says. Ranges count in the statement's text.
#[derive(Debug, Clone, Default)]
pub struct Resolution {
    /// Each written name and what it means, in the order of the text; a star has one entry a column.
    pub bindings: Vec<Binding>,
    /// Names that reach a column of a table through a query of the statement: what that query calls the column.
    pub through: Vec<TextRange>,
    /// Entries of target lists that have no alias, and what they are called (`FigureColname`).
    pub unaliased: Vec<(TextRange, Arc<str>)>,
    /// The result's columns; empty where the statement returns no rows.
    pub columns: Vec<ResultColumn>,
    /// Whether it returns rows at all.
    pub returns_rows: bool,
    /// Types of `$1`, `$2`, …
    pub parameters: Vec<Oid>,
    /// Relations that are read, each once, with what is needed of them.
    pub reads: Vec<Read>,
    /// What the statement writes, in order.
    pub writes: Vec<Write>,
    /// Routines that are called, with the place of each call; those behind operators are not listed.
    pub routines: Vec<(Oid, TextRange)>,
    /// Calls of polymorphic routines: the types that the call gives them.
    pub polymorphic_calls: Vec<PolymorphicCall>,
    /// Constraints and indexes without which the statement would be refused.
    pub needs: Vec<Need>,
    /// NATURAL and USING joins and the columns they merged.
    pub merges: Vec<MergedJoin>,
    /// Stars and what they expanded to.
    pub stars: Vec<StarExpansion>,
    /// Names that were found in an outer query, though an inner one was looked at first.
    pub captures: Vec<Capture>,
    /// Whole rows that are used as values (`SELECT t FROM t`, `row_to_json(t)`): relation and place.
    pub whole_rows: Vec<(Oid, TextRange)>,
    /// Rows without a relation of their own that are used as values: rows of subqueries and joins, `ROW(t.*)`.
    pub row_values: Vec<RowValue>,
    /// Columns of named row types whose values are taken out of a row that is not read from its relation: `(f()).a`, `x.a`
    /// of `FROM f() x`.
    pub fields: BTreeSet<ColumnId>,
    /// Literals that the server's input functions judge and that could not be judged here: place and type.
    pub unchecked_literals: Vec<(TextRange, Oid)>,
    /// Comparisons of text whose collations conflict: they fail on the first row that they meet (42P22).
    pub collation_conflicts: Vec<TextRange>,
    /// Literals that mean an object by its identity from here on: relations named by `regclass`, labels of enums.
    pub named_literals: Vec<(TextRange, ObjectId)>,
    /// Every look-up that was made, found or not. A schema change that touches none of them changes nothing here.
    pub depends: Lookups,
    /// For statements kept by the schema: every object that is used (`recordDependencyOnExpr`), sorted.
    pub uses: BTreeSet<ObjectId>,
}

/// A call of a routine whose types depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolymorphicCall {
    /// The routine.
    pub function: Oid,
    /// The call.
    pub span: TextRange,
    /// The types of its inputs here, in order.
    pub inputs: Vec<Oid>,
    /// The type of its result here.
    pub returns: Oid,
}

/// A row that is used as a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowValue {
    /// Where it stands.
    pub span: TextRange,
    /// Its columns: name (empty in a row constructor) and type.
    pub columns: Vec<(Arc<str>, TypeRef)>,
}

/// What a name stands for in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Read: a column, a relation in FROM, a function that is called.
    Read,
    /// Written: the target relation, a column that is assigned.
    Write,
    /// Brought in by `*`.
    Star,
    /// A column merged by NATURAL or USING; there is one entry a side.
    Merge,
    /// A relation's alias or name used to qualify a column.
    Qualifier,
    /// A whole row.
    WholeRow,
    /// A column written by position, in an INSERT without a column list.
    Position,
    /// A type's name, an enum's label, a collation, a constraint, whatever else is named.
    Other,
}

/// A name and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Binding {
    /// Where it is written.
    pub span: TextRange,
    /// What it means.
    pub object: ObjectId,
    /// As what.
    pub role: Role,
}

/// A column of the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultColumn {
    /// Its name (`FigureColname`).
    pub name: Arc<str>,
    /// Its type and modifier.
    pub data_type: TypeRef,
    /// The same as RowDescription has it: of a domain the type underneath (`getBaseTypeAndTypmod`).
    pub wire_type: TypeRef,
    /// Its collation, or none.
    pub collation: Oid,
    /// The table's column it is taken from unchanged (`resorigtbl`, `resorigcol`).
    pub origin: Option<ColumnId>,
    /// False only where it is certain that no row holds NULL there.
    pub nullable: bool,
}

/// A relation that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The relation.
    pub relation: Oid,
    /// Columns that SELECT is needed on; system columns are negative, 0 is the whole row.
    pub columns: BTreeSet<i16>,
    /// Locked with FOR UPDATE and its like: UPDATE is needed too.
    pub locked: bool,
    /// Where it was first named.
    pub span: TextRange,
}

/// What a write does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WriteAction {
    /// Rows are added.
    Insert,
    /// Rows are changed.
    Update,
    /// Rows are removed.
    Delete,
    /// All rows are removed.
    Truncate,
}

/// A relation that is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The relation as named, maybe a view.
    pub relation: Oid,
    /// For an automatically updatable view the table underneath, else `relation`.
    pub base: Oid,
    /// What is done.
    pub action: WriteAction,
    /// Columns (of `relation`) that get a value.
    pub columns: Vec<WriteColumn>,
    /// Live columns of `relation` that an INSERT leaves to their defaults, by number. Empty for other actions.
    pub omitted: Vec<i16>,
    /// An INSERT without a column list.
    pub positional: bool,
    /// An INSERT whose values come from a `SELECT` with a star in its list: where the star stands.
    pub from_star: Option<TextRange>,
    /// The relation's name.
    pub span: TextRange,
}

/// A column that gets a value.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteColumn {
    /// Its number.
    pub number: i16,
    /// Where its name stands; the value's place where it is written by position.
    pub span: TextRange,
    /// One value a row of VALUES, or one.
    pub values: Vec<WriteValue>,
    /// Whether NULL can be written: false only where that is certain not to happen.
    pub nullable: bool,
}

/// A value that is written.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteValue {
    /// A constant, its text as the type's input function takes it.
    Constant(Arc<str>),
    /// NULL.
    Null,
    /// A parameter, from 1.
    Parameter(u32),
    /// DEFAULT.
    Default,
    /// Anything else.
    Expression,
}

/// A constraint or an index without which the statement would be refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// ON CONFLICT: any one of these indexes, on this relation; where it is written.
    Arbiter {
        /// The table.
        relation: Oid,
        /// Relations of the indexes that were inferred.
        indexes: Vec<Oid>,
        /// Their constraints, for those that have one.
        constraints: Vec<Oid>,
        /// The clause.
        span: TextRange,
    },
    /// GROUP BY names a primary key only, and other columns are used: the constraint, where the first such column stands.
    PrimaryKey(Oid, TextRange),
}

/// A NATURAL or USING join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedJoin {
    /// NATURAL
    pub natural: bool,
    /// The merged columns: name, the identity on each side where it is a table's column.
    pub columns: Vec<(Arc<str>, Option<ColumnId>, Option<ColumnId>)>,
    /// The right side of the join.
    pub span: TextRange,
}

/// A star.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StarExpansion {
    /// Where it stands.
    pub span: TextRange,
    /// What it brought in: name, and identity where it is a table's column.
    pub columns: Vec<(Arc<str>, Option<ColumnId>)>,
}

/// A name that no inner query has, found in an outer one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The name.
    pub span: TextRange,
    /// How many levels up.
    pub levels: u32,
    /// The column, where it is a table's.
    pub column: Option<ColumnId>,
    /// Whether it was written with a qualifier (then the writer meant the outer one).
    pub qualified: bool,
}
