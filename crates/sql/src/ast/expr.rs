//! Expressions.

use std::sync::Arc;

use rollproof_source::TextRange;

use super::name::{Name, QualifiedName, TypeName};
use super::query::{Query, SortBy, WindowDefinition};

/// An expression and where it stands.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// All of it.
    pub span: TextRange,
}

/// `A_Const`.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `NULL`.
    Null,
    /// `TRUE`, `FALSE`.
    Boolean(bool),
    /// A number that fits int4.
    Integer(i32),
    /// Any other number, as written (gram.y's `T_Float`).
    Number(Arc<str>),
    /// A string of any spelling, its value after escapes: of type unknown.
    String(Arc<str>),
    /// `B'101'` with `b` first, or `X'1F'` with `x` first, as gram.y keeps them.
    BitString(Arc<str>),
}

/// An operator as written: `+`, `OPERATOR(pg_catalog.+)`.
#[derive(Debug, Clone)]
pub struct OperatorName {
    /// The schema of `OPERATOR(schema.op)`.
    pub schema: Option<Name>,
    /// The symbol. `!=` comes as `<>`, as the server's scanner does.
    pub symbol: Arc<str>,
    /// Where the symbol stands.
    pub span: TextRange,
}

/// `a`, `a.b`, `a.b.c`, `*`, `a.*`: a `ColumnRef` of PostgreSQL.
#[derive(Debug, Clone)]
pub struct ColumnRef {
    /// The names before any star. Empty for a bare `*`.
    pub fields: Vec<Name>,
    /// Where a final `*` stands.
    pub star: Option<TextRange>,
}

/// A step of `A_Indirection`.
#[derive(Debug, Clone)]
pub enum Indirection {
    /// `.name`
    Field(Name),
    /// `.*`
    Star(TextRange),
    /// `[i]`
    Index(Expr),
    /// `[lower:upper]`, each may be left out.
    Slice(Option<Expr>, Option<Expr>),
}

/// `BETWEEN` forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BetweenKind {
    /// `BETWEEN`
    Plain,
    /// `BETWEEN SYMMETRIC`
    Symmetric,
}

/// `LIKE` and its relatives; each is an operator or a function underneath.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LikeKind {
    /// `LIKE`: operator `~~`
    Like,
    /// `ILIKE`: operator `~~*`
    ILike,
    /// `SIMILAR TO`: `~` on `similar_to_escape`
    SimilarTo,
}

/// `IS [NOT] TRUE | FALSE | UNKNOWN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BooleanTestKind {
    /// `IS TRUE`
    True,
    /// `IS FALSE`
    False,
    /// `IS UNKNOWN`
    Unknown,
}

/// How a cast was written: it matters for error places and for `type 'literal'`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CastSyntax {
    /// `x::t`
    Colons,
    /// `CAST(x AS t)`
    Cast,
    /// `t 'literal'`
    Literal,
}

/// `GREATEST` or `LEAST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinMax {
    /// `GREATEST`
    Greatest,
    /// `LEAST`
    Least,
}

/// The keywords of SQL that are values (`SQLValueFunction`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlValueFunction {
    /// `CURRENT_DATE`: date
    CurrentDate,
    /// `CURRENT_TIME[(p)]`: timetz
    CurrentTime,
    /// `CURRENT_TIMESTAMP[(p)]`: timestamptz
    CurrentTimestamp,
    /// `LOCALTIME[(p)]`: time
    LocalTime,
    /// `LOCALTIMESTAMP[(p)]`: timestamp
    LocalTimestamp,
    /// `CURRENT_ROLE`: name
    CurrentRole,
    /// `CURRENT_USER`: name
    CurrentUser,
    /// `USER`: name
    User,
    /// `SESSION_USER`: name
    SessionUser,
    /// `CURRENT_CATALOG`: name
    CurrentCatalog,
    /// `CURRENT_SCHEMA`: name
    CurrentSchema,
}

/// What a [`SubLink`] asks of its query.
#[derive(Debug, Clone)]
pub enum SubLinkKind {
    /// `EXISTS (…)`
    Exists,
    /// `(SELECT …)` as a value
    Scalar,
    /// `ARRAY(SELECT …)`
    Array,
    /// `x IN (…)` (operator none), `x op ANY (…)`
    Any {
        /// The left side, maybe a row.
        test: Box<Expr>,
        /// The operator, none for `IN`.
        operator: Option<OperatorName>,
    },
    /// `x op ALL (…)`
    All {
        /// The left side, maybe a row.
        test: Box<Expr>,
        /// The operator.
        operator: OperatorName,
    },
}

/// A query inside an expression.
#[derive(Debug, Clone)]
pub struct SubLink {
    /// What is asked.
    pub kind: SubLinkKind,
    /// The query.
    pub query: Box<Query>,
}

/// An argument of a call.
#[derive(Debug, Clone)]
pub struct Argument {
    /// The name of `name => value`.
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// How a call was written, where it was not `f(…)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallSyntax {
    /// `f(…)`
    Call,
    /// SQL's own syntax (`EXTRACT(x FROM y)`, `TRIM(…)`, `OVERLAY(…)`, `x AT TIME ZONE y`): the function is the
    /// `pg_catalog` one that gram.y names.
    Sql,
}

/// A call (`FuncCall`).
#[derive(Debug, Clone)]
pub struct FunctionCall {
    /// The function's name.
    pub name: QualifiedName,
    /// The arguments.
    pub arguments: Vec<Argument>,
    /// `f(*)`
    pub star: bool,
    /// `f(DISTINCT …)`
    pub distinct: bool,
    /// The last argument is `VARIADIC`.
    pub variadic: bool,
    /// `ORDER BY` inside the parentheses, or of `WITHIN GROUP`.
    pub order_by: Vec<SortBy>,
    /// `WITHIN GROUP (ORDER BY …)`.
    pub within_group: bool,
    /// `FILTER (WHERE …)`
    pub filter: Option<Box<Expr>>,
    /// `OVER name` or `OVER (…)`
    pub over: Option<Box<Over>>,
    /// How it was written.
    pub syntax: CallSyntax,
}

/// `OVER …`
#[derive(Debug, Clone)]
pub enum Over {
    /// `OVER w`
    Name(Name),
    /// `OVER (…)`
    Window(WindowDefinition),
}

/// A `WHEN … THEN …`.
#[derive(Debug, Clone)]
pub struct CaseWhen {
    /// The condition, or the value compared with the `CASE`'s argument.
    pub when: Expr,
    /// The result.
    pub then: Expr,
}

/// `IS JSON …` kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsJsonKind {
    /// `IS JSON [VALUE]`
    Value,
    /// `IS JSON OBJECT`
    Object,
    /// `IS JSON ARRAY`
    Array,
    /// `IS JSON SCALAR`
    Scalar,
}

/// SQL/JSON and XML expressions that are syntax of their own, not calls. `name` is the keyword in lower case
/// (`json_object`, `json_arrayagg`, `json_value`, `xmlelement`, `xmlserialize`, …).
#[derive(Debug, Clone)]
pub struct SpecialCall {
    /// The keyword, in lower case.
    pub name: Name,
    /// Every value expression inside, in order: what must resolve.
    pub arguments: Vec<Expr>,
    /// The names given with `AS` (`xmlforest(x AS a)`), aligned with `arguments`.
    pub aliases: Vec<Option<Name>>,
    /// `RETURNING t`, or the `AS t` of `xmlserialize`.
    pub returning: Option<TypeName>,
    /// `ORDER BY` inside (`json_arrayagg`).
    pub order_by: Vec<SortBy>,
    /// `FILTER (WHERE …)`
    pub filter: Option<Box<Expr>>,
    /// `OVER …`
    pub over: Option<Box<Over>>,
    /// `FORMAT JSON`, of which values and of the result.
    pub formats: Vec<JsonFormat>,
    /// What a function of SQL/JSON says besides.
    pub json: JsonClauses,
}

/// What a function of SQL/JSON, or a column of `JSON_TABLE`, says beside its values.
#[derive(Debug, Clone, Default)]
pub struct JsonClauses {
    /// How many values after the path are `PASSING`.
    pub passing: usize,
    /// `… ON EMPTY`
    pub on_empty: Option<JsonBehavior>,
    /// `… ON ERROR`
    pub on_error: Option<JsonBehavior>,
    /// `WITH WRAPPER` in one of its spellings, or `WITHOUT WRAPPER`.
    pub wrapper: Option<bool>,
    /// `OMIT QUOTES`, or `KEEP QUOTES`.
    pub omit_quotes: Option<bool>,
    /// `WITH UNIQUE KEYS`
    pub unique_keys: bool,
}

/// What to do where there is nothing, or an error.
#[derive(Debug, Clone, Copy)]
pub struct JsonBehavior {
    /// Which.
    pub kind: JsonBehaviorKind,
    /// Of `DEFAULT`: which value it is among those of the call or the column.
    pub value: Option<usize>,
    /// Where it stands.
    pub span: TextRange,
}

/// Kinds of behaviour (`JsonBehaviorType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonBehaviorKind {
    /// `ERROR`
    Error,
    /// `NULL`
    Null,
    /// `TRUE`
    True,
    /// `FALSE`
    False,
    /// `UNKNOWN`
    Unknown,
    /// `EMPTY`, `EMPTY ARRAY`
    EmptyArray,
    /// `EMPTY OBJECT`
    EmptyObject,
    /// `DEFAULT value`
    Default,
}

/// `FORMAT JSON [ENCODING name]`
#[derive(Debug, Clone)]
pub struct JsonFormat {
    /// Of which argument it is said; none for the result.
    pub argument: Option<usize>,
    /// The encoding.
    pub encoding: Option<Name>,
    /// Where it stands.
    pub span: TextRange,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A constant.
    Literal(Literal),
    /// `$n`
    Parameter(u32),
    /// A name with dots.
    Column(ColumnRef),
    /// `(x).f`, `x[1]`, `(f(y)).*`
    Indirection(Box<Expr>, Vec<Indirection>),
    /// `a op b`, `op b`
    Operator {
        /// The operator.
        operator: OperatorName,
        /// None for a prefix operator.
        left: Option<Box<Expr>>,
        /// The right side.
        right: Box<Expr>,
    },
    /// `x op ANY (array)`, `x op ALL (array)`
    AnyAll {
        /// The operator.
        operator: OperatorName,
        /// The left side.
        left: Box<Expr>,
        /// The array.
        right: Box<Expr>,
        /// `ALL`
        all: bool,
    },
    /// `a AND b AND …`
    And(Vec<Expr>),
    /// `a OR b OR …`
    Or(Vec<Expr>),
    /// `NOT a`
    Not(Box<Expr>),
    /// `a [NOT] LIKE b [ESCAPE c]`
    Like {
        /// Which.
        kind: LikeKind,
        /// `NOT`
        negated: bool,
        /// The value.
        left: Box<Expr>,
        /// The pattern.
        right: Box<Expr>,
        /// `ESCAPE`
        escape: Option<Box<Expr>>,
        /// Where the keyword stands: where the server points.
        operator_span: TextRange,
    },
    /// `a [NOT] BETWEEN b AND c`
    Between {
        /// Which.
        kind: BetweenKind,
        /// `NOT`
        negated: bool,
        /// The value.
        value: Box<Expr>,
        /// Lower bound.
        low: Box<Expr>,
        /// Upper bound.
        high: Box<Expr>,
        /// Where the keyword stands.
        operator_span: TextRange,
    },
    /// `a [NOT] IN (b, c)`
    In {
        /// The value, maybe a row.
        left: Box<Expr>,
        /// The list.
        list: Vec<Expr>,
        /// `NOT`
        negated: bool,
        /// Where the keyword stands.
        operator_span: TextRange,
    },
    /// `a IS [NOT] DISTINCT FROM b`
    IsDistinct {
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
        /// `NOT`
        negated: bool,
        /// Where `IS` stands.
        operator_span: TextRange,
    },
    /// `NULLIF(a, b)`
    NullIf(Box<Expr>, Box<Expr>),
    /// `a IS [NOT] NULL`
    NullTest {
        /// The value.
        value: Box<Expr>,
        /// `NOT`
        negated: bool,
    },
    /// `a IS [NOT] TRUE`
    BooleanTest {
        /// The value.
        value: Box<Expr>,
        /// Which.
        kind: BooleanTestKind,
        /// `NOT`
        negated: bool,
    },
    /// `a IS [NOT] DOCUMENT`
    IsDocument {
        /// The value.
        value: Box<Expr>,
        /// `NOT`
        negated: bool,
    },
    /// `a IS [NOT] JSON …`
    IsJson {
        /// The value.
        value: Box<Expr>,
        /// Which.
        kind: IsJsonKind,
        /// `NOT`
        negated: bool,
    },
    /// A cast.
    Cast {
        /// The value.
        value: Box<Expr>,
        /// The type.
        target: TypeName,
        /// How it was written.
        syntax: CastSyntax,
    },
    /// `a COLLATE c`
    Collate(Box<Expr>, QualifiedName),
    /// A call.
    Function(Box<FunctionCall>),
    /// `CASE`
    Case {
        /// `CASE argument`
        argument: Option<Box<Expr>>,
        /// The branches.
        whens: Vec<CaseWhen>,
        /// `ELSE`
        otherwise: Option<Box<Expr>>,
    },
    /// `COALESCE(…)`
    Coalesce(Vec<Expr>),
    /// `GREATEST(…)`, `LEAST(…)`
    MinMax(MinMax, Vec<Expr>),
    /// `ARRAY[…]`; inner `[…]` of a multi-dimensional one come as arrays too.
    Array(Vec<Expr>),
    /// `ROW(a, b)` (explicit) or `(a, b)`
    Row(Vec<Expr>, bool),
    /// A query in an expression.
    SubLink(SubLink),
    /// `GROUPING(a, b)`
    Grouping(Vec<Expr>),
    /// `CURRENT_DATE` …, with a precision where one was written.
    SqlValue(SqlValueFunction, Option<i32>),
    /// SQL/JSON or XML syntax.
    Special(Box<SpecialCall>),
    /// `DEFAULT`, where a value may be that.
    Default,
    /// `MERGE_ACTION()`
    MergeAction,
    /// `WHERE CURRENT OF cursor`
    CurrentOf(Name),
    /// Text of the program that is not known: the hole with this index of the query's map.
    Hole(u32),
    /// An operand right before unknown text, which may go on with it: `a ${"::int"}`, `f(b) ${"over ()"}`.
    Open(Box<Expr>),
}
