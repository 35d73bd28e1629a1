//! SELECT and what stands in it.

use rollproof_source::TextRange;

use super::expr::{Expr, FunctionCall, Indirection, JsonClauses, JsonFormat};
use super::name::{Name, QualifiedName, TypeName};
use super::statement::{Delete, Insert, Merge, Update};

/// A query: a body with its `WITH`, `ORDER BY`, `LIMIT` and locking.
#[derive(Debug, Clone)]
pub struct Query {
    /// `WITH`
    pub with: Option<With>,
    /// The body.
    pub body: QueryBody,
    /// `ORDER BY`
    pub order_by: Vec<SortBy>,
    /// `LIMIT` / `FETCH`; `LIMIT ALL` comes as a null literal.
    pub limit: Option<Expr>,
    /// `FETCH … WITH TIES`
    pub with_ties: bool,
    /// `OFFSET`
    pub offset: Option<Expr>,
    /// `FOR UPDATE …`
    pub locking: Vec<Locking>,
    /// Clauses made of unknown text (holes that stand where a clause may).
    pub holes: Vec<u32>,
    /// All of it.
    pub span: TextRange,
}

/// What a query's body is.
#[derive(Debug, Clone)]
pub enum QueryBody {
    /// `SELECT …`
    Select(Box<Select>),
    /// `VALUES (…), (…)`
    Values(Vec<Vec<Expr>>),
    /// `TABLE t`
    Table(RelationRef),
    /// `a UNION b` …
    SetOperation(Box<SetOperation>),
    /// `( … )` with clauses of its own
    Nested(Box<Query>),
    /// Unknown text stands for the whole body.
    Hole(u32),
}

/// `UNION`, `INTERSECT`, `EXCEPT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperator {
    /// `UNION`
    Union,
    /// `INTERSECT`
    Intersect,
    /// `EXCEPT`
    Except,
}

/// Two bodies put together.
#[derive(Debug, Clone)]
pub struct SetOperation {
    /// Which.
    pub operator: SetOperator,
    /// `ALL`
    pub all: bool,
    /// Left.
    pub left: QueryBody,
    /// Right.
    pub right: QueryBody,
    /// All of it.
    pub span: TextRange,
}

/// `SELECT …` without what stands around it.
#[derive(Debug, Clone)]
pub struct Select {
    /// `DISTINCT`, `DISTINCT ON (…)`
    pub distinct: Option<Distinct>,
    /// The target list.
    pub targets: Vec<Target>,
    /// `SELECT … INTO t`
    pub into: Option<IntoClause>,
    /// `FROM`
    pub from: Vec<FromItem>,
    /// `WHERE`
    pub filter: Option<Expr>,
    /// `GROUP BY`
    pub group_by: Vec<GroupItem>,
    /// `GROUP BY DISTINCT`
    pub group_distinct: bool,
    /// `HAVING`
    pub having: Option<Expr>,
    /// `WINDOW`
    pub windows: Vec<(Name, WindowDefinition)>,
    /// Clauses made of unknown text.
    pub holes: Vec<u32>,
    /// One of them stands before WHERE: it may add to FROM.
    pub open_from: bool,
    /// All of it.
    pub span: TextRange,
}

/// `DISTINCT …`
#[derive(Debug, Clone)]
pub enum Distinct {
    /// `DISTINCT`
    All,
    /// `DISTINCT ON (…)`
    On(Vec<Expr>),
}

/// An entry of a target list (`ResTarget`).
#[derive(Debug, Clone)]
pub struct Target {
    /// The value. A star is an [`super::ExprKind::Column`] or an indirection that ends with one.
    pub value: Expr,
    /// `AS alias`
    pub alias: Option<Name>,
}

/// `INTO [TEMP] t` of SELECT.
#[derive(Debug, Clone)]
pub struct IntoClause {
    /// The new table.
    pub name: QualifiedName,
    /// `TEMP`
    pub temporary: bool,
    /// `UNLOGGED`
    pub unlogged: bool,
}

/// A relation by name (`RangeVar`).
#[derive(Debug, Clone)]
pub struct RelationRef {
    /// Its name.
    pub name: QualifiedName,
    /// False after `ONLY`.
    pub inherit: bool,
    /// `AS alias (columns)`
    pub alias: Option<Alias>,
}

/// `AS a (b, c)`
#[derive(Debug, Clone)]
pub struct Alias {
    /// The name. Of `AS (a int, b text)` it is absent.
    pub name: Option<Name>,
    /// Column names.
    pub columns: Vec<Name>,
    /// A column definition list `AS t(a int, b text)`; then `columns` is empty.
    pub definitions: Vec<ColumnSpec>,
}

/// A column of a column definition list.
#[derive(Debug, Clone)]
pub struct ColumnSpec {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub type_name: TypeName,
    /// `COLLATE`
    pub collation: Option<QualifiedName>,
}

/// An entry of `FROM`.
#[derive(Debug, Clone)]
pub struct FromItem {
    /// What it is.
    pub kind: FromKind,
    /// All of it.
    pub span: TextRange,
}

/// What an entry of `FROM` is.
#[derive(Debug, Clone)]
pub enum FromKind {
    /// A table, view or CTE.
    Relation(RelationRef),
    /// `t TABLESAMPLE method (args) REPEATABLE (seed)`
    Sample {
        /// The relation, alias included.
        relation: RelationRef,
        /// The method's name.
        method: QualifiedName,
        /// Its arguments.
        arguments: Vec<Expr>,
        /// `REPEATABLE`
        repeatable: Option<Expr>,
    },
    /// `[LATERAL] (query) AS a`
    Subquery {
        /// `LATERAL`
        lateral: bool,
        /// The query.
        query: Box<Query>,
        /// Its alias.
        alias: Option<Alias>,
    },
    /// `[LATERAL] f(…)`, `ROWS FROM (…)`
    Functions {
        /// `LATERAL`
        lateral: bool,
        /// The calls, each with its own column definitions (ROWS FROM).
        calls: Vec<(Expr, Vec<ColumnSpec>)>,
        /// Written as `ROWS FROM`.
        rows_from: bool,
        /// `WITH ORDINALITY`
        ordinality: bool,
        /// Alias, or column definitions.
        alias: Option<Alias>,
    },
    /// A join.
    Join(Box<Join>),
    /// `XMLTABLE(…)`, `JSON_TABLE(…)`
    TableExpression {
        /// `LATERAL`
        lateral: bool,
        /// What it is.
        table: Box<TableExpression>,
        /// Its alias.
        alias: Option<Alias>,
    },
    /// Unknown text.
    Hole(u32),
}

/// `XMLTABLE` or `JSON_TABLE`.
#[derive(Debug, Clone)]
pub struct TableExpression {
    /// `JSON_TABLE`, else `XMLTABLE`.
    pub json: bool,
    /// Of XMLTABLE the namespaces, the row's path, the document; of JSON_TABLE the document, the path, `PASSING` values.
    pub arguments: Vec<Expr>,
    /// The columns with their types; `None` as type means `FOR ORDINALITY` (int4). Nested paths come flattened, after
    /// the columns beside them.
    pub columns: Vec<TableExpressionColumn>,
    /// Of JSON_TABLE: the nested paths.
    pub paths: Vec<Expr>,
    /// Of JSON_TABLE: the names given to paths.
    pub path_names: Vec<Name>,
    /// Of JSON_TABLE: what to do on errors, how many values are passed.
    pub clauses: JsonClauses,
    /// Of JSON_TABLE: `FORMAT JSON` of values.
    pub formats: Vec<JsonFormat>,
}

/// A column of `XMLTABLE` or `JSON_TABLE`.
#[derive(Debug, Clone)]
pub struct TableExpressionColumn {
    /// Its name.
    pub name: Name,
    /// Its type; none for `FOR ORDINALITY`.
    pub type_name: Option<TypeName>,
    /// `EXISTS` of JSON_TABLE.
    pub exists: bool,
    /// `PATH`, `DEFAULT` expressions.
    pub expressions: Vec<Expr>,
    /// Which of them is XMLTABLE's `DEFAULT`.
    pub default: Option<usize>,
    /// Which of them is JSON_TABLE's `PATH`.
    pub path: Option<usize>,
    /// `FORMAT JSON`
    pub format: Option<JsonFormat>,
    /// What JSON_TABLE says of it besides.
    pub clauses: JsonClauses,
    /// The nested path that it belongs to, counted from the outermost (0).
    pub level: usize,
}

impl TableExpression {
    /// One without anything in it.
    #[must_use]
    pub fn new(json: bool) -> Self {
        Self {
            json,
            arguments: Vec::new(),
            columns: Vec::new(),
            paths: Vec::new(),
            path_names: Vec::new(),
            clauses: JsonClauses::default(),
            formats: Vec::new(),
        }
    }
}

impl TableExpressionColumn {
    /// A column `FOR ORDINALITY`.
    #[must_use]
    pub fn new(name: Name) -> Self {
        Self {
            name,
            type_name: None,
            exists: false,
            expressions: Vec::new(),
            default: None,
            path: None,
            format: None,
            clauses: JsonClauses::default(),
            level: 0,
        }
    }
}

/// Kinds of join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// `CROSS JOIN`, `[INNER] JOIN`
    Inner,
    /// `LEFT`
    Left,
    /// `RIGHT`
    Right,
    /// `FULL`
    Full,
}

/// What a join is on.
#[derive(Debug, Clone)]
pub enum JoinCondition {
    /// `CROSS JOIN`
    None,
    /// `NATURAL`
    Natural,
    /// `USING (…) [AS alias]`
    Using(Vec<Name>, Option<Name>),
    /// `ON …`
    On(Expr),
}

/// A join.
#[derive(Debug, Clone)]
pub struct Join {
    /// Which.
    pub kind: JoinKind,
    /// Left.
    pub left: FromItem,
    /// Right.
    pub right: FromItem,
    /// On what.
    pub condition: JoinCondition,
    /// `( … ) AS a`
    pub alias: Option<Alias>,
}

/// An entry of `GROUP BY`.
#[derive(Debug, Clone)]
pub enum GroupItem {
    /// An expression.
    Expr(Expr),
    /// `()`
    Empty,
    /// `ROLLUP (…)`
    Rollup(Vec<Expr>),
    /// `CUBE (…)`
    Cube(Vec<Expr>),
    /// `GROUPING SETS (…)`
    Sets(Vec<GroupItem>),
    /// `GROUP BY ALL` (PostgreSQL 19)
    All,
}

/// An entry of `ORDER BY`.
#[derive(Debug, Clone)]
pub struct SortBy {
    /// The value.
    pub value: Expr,
    /// `DESC`
    pub descending: bool,
    /// `NULLS FIRST` (true), `NULLS LAST` (false).
    pub nulls_first: Option<bool>,
    /// `USING op`
    pub using: Option<super::expr::OperatorName>,
}

/// A window (`WindowDef`).
#[derive(Debug, Clone)]
pub struct WindowDefinition {
    /// The window it is built on: `(w ORDER BY …)`.
    pub base: Option<Name>,
    /// `PARTITION BY`
    pub partition_by: Vec<Expr>,
    /// `ORDER BY`
    pub order_by: Vec<SortBy>,
    /// `ROWS`, `RANGE`, `GROUPS`
    pub frame: Option<Frame>,
    /// All of it.
    pub span: TextRange,
}

/// Units of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameUnits {
    /// `ROWS`
    Rows,
    /// `RANGE`
    Range,
    /// `GROUPS`
    Groups,
}

/// A window frame.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Units.
    pub units: FrameUnits,
    /// Where it starts.
    pub start: FrameBound,
    /// Where it ends.
    pub end: Option<FrameBound>,
    /// All of it.
    pub span: TextRange,
}

/// A bound of a frame.
#[derive(Debug, Clone)]
pub enum FrameBound {
    /// `UNBOUNDED PRECEDING`
    UnboundedPreceding,
    /// `x PRECEDING`
    Preceding(Box<Expr>),
    /// `CURRENT ROW`
    CurrentRow,
    /// `x FOLLOWING`
    Following(Box<Expr>),
    /// `UNBOUNDED FOLLOWING`
    UnboundedFollowing,
}

/// `FOR UPDATE OF a, b NOWAIT`
#[derive(Debug, Clone)]
pub struct Locking {
    /// True for `UPDATE` and `NO KEY UPDATE`, which need UPDATE permission, as all locking does.
    pub strength: LockStrength,
    /// `OF` names.
    pub of: Vec<QualifiedName>,
    /// All of it.
    pub span: TextRange,
}

/// Strength of a row lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockStrength {
    /// `FOR UPDATE`
    Update,
    /// `FOR NO KEY UPDATE`
    NoKeyUpdate,
    /// `FOR SHARE`
    Share,
    /// `FOR KEY SHARE`
    KeyShare,
}

/// `WITH [RECURSIVE] …`
#[derive(Debug, Clone)]
pub struct With {
    /// `RECURSIVE`
    pub recursive: bool,
    /// The entries.
    pub ctes: Vec<Cte>,
    /// All of it.
    pub span: TextRange,
}

/// An entry of `WITH`.
#[derive(Debug, Clone)]
pub struct Cte {
    /// Its name.
    pub name: Name,
    /// Its column names.
    pub columns: Vec<Name>,
    /// What it runs.
    pub statement: CteStatement,
    /// `SEARCH … SET column`
    pub search: Option<CteSearch>,
    /// `CYCLE … SET column …`
    pub cycle: Option<CteCycle>,
    /// Unknown text stands in it.
    pub open: bool,
    /// All of it.
    pub span: TextRange,
}

/// What a CTE runs.
#[derive(Debug, Clone)]
pub enum CteStatement {
    /// A query.
    Query(Box<Query>),
    /// `INSERT … RETURNING`
    Insert(Box<Insert>),
    /// `UPDATE … RETURNING`
    Update(Box<Update>),
    /// `DELETE … RETURNING`
    Delete(Box<Delete>),
    /// `MERGE … RETURNING`
    Merge(Box<Merge>),
}

/// `SEARCH { DEPTH | BREADTH } FIRST BY columns SET sequence`
#[derive(Debug, Clone)]
pub struct CteSearch {
    /// `BREADTH`
    pub breadth: bool,
    /// `BY`
    pub columns: Vec<Name>,
    /// `SET`
    pub sequence: Name,
}

/// `CYCLE columns SET mark TO a DEFAULT b USING path`
#[derive(Debug, Clone)]
pub struct CteCycle {
    /// The columns.
    pub columns: Vec<Name>,
    /// `SET`
    pub mark: Name,
    /// `TO`
    pub mark_value: Option<Box<Expr>>,
    /// `DEFAULT`
    pub mark_default: Option<Box<Expr>>,
    /// `USING`
    pub path: Name,
}

/// A column that is assigned: `a`, `a.b`, `a[1]`.
#[derive(Debug, Clone)]
pub struct AssignmentTarget {
    /// The column.
    pub column: Name,
    /// What follows it.
    pub indirection: Vec<Indirection>,
    /// All of it.
    pub span: TextRange,
}

/// `CALL f(…)`
#[derive(Debug, Clone)]
pub struct Call {
    /// The call.
    pub call: FunctionCall,
    /// All of it.
    pub span: TextRange,
}
