//! Expressions and queries that the schema keeps.

use std::sync::Arc;

use rollproof_catalog::{Oid, Schema, TypeRef};
use rollproof_sql::ast::{Expr, Query};

use crate::environment::Environment;
use crate::error::Unknown;
use crate::outcome::{ExpressionOutcome, Outcome, Undecided};
use crate::resolution::Resolution;

/// Where the schema keeps an expression: what may stand in it, and what it must yield.
#[derive(Debug, Clone)]
pub enum ExpressionPlace {
    /// `CHECK` of a table: boolean; columns by name.
    Check,
    /// `DEFAULT`, assigned to a column of this name and type: no columns (0A000), no parameters.
    Default(Arc<str>, TypeRef),
    /// `GENERATED ALWAYS AS`, assigned to a column of this name and type: immutable (42P17), no generated columns.
    Generated(Arc<str>, TypeRef),
    /// A key of an index: immutable (42P17).
    IndexKey,
    /// `WHERE` of an index: boolean, immutable.
    IndexPredicate,
    /// A key of `PARTITION BY`.
    PartitionKey,
    /// A value of a partition's bound, assigned to this type: no columns.
    PartitionBound(TypeRef),
    /// `USING` or `WITH CHECK` of a policy: boolean; queries may stand in it.
    Policy,
    /// `WHEN` of a trigger: boolean; `old` and `new`.
    TriggerWhen,
    /// `USING` of `ALTER COLUMN … TYPE`, assigned to this column and type.
    AlterColumnUsing(Arc<str>, TypeRef),
    /// `CHECK` of a domain over this type, which `VALUE` stands for.
    DomainCheck(TypeRef),
    /// `DEFAULT` of a domain.
    DomainDefault(TypeRef),
    /// `DEFAULT` of a routine's parameter.
    ParameterDefault(TypeRef),
    /// An argument of `EXECUTE`, of the declared type.
    ExecuteArgument(TypeRef),
    /// An expression of a statistics object.
    Statistics,
    /// `WHERE` of a rule: boolean; `old` and `new`.
    RuleWhere,
}

/// What names in a kept expression can mean.
#[derive(Debug, Clone, Default)]
pub struct ExpressionScope {
    /// The relation whose columns can be named, alone or after its name; none for none.
    pub relation: Oid,
    /// `old` and `new` stand for rows of the relation instead (triggers, rules): whether each may be named.
    pub old: bool,
    /// See `old`.
    pub new: bool,
}

/// What the server says of an expression that the schema is to keep.
#[must_use]
pub fn resolve_expression(
    expr: &Expr,
    schema: &Schema,
    scope: &ExpressionScope,
    place: &ExpressionPlace,
) -> ExpressionOutcome {
    let _ = (schema, scope, place);
    ExpressionOutcome::Unknown(later(expr.span))
}

/// What the server says of a query that the schema is to keep (a view's), or that stands alone.
#[must_use]
pub fn resolve_query(query: &Query, schema: &Schema, environment: &Environment) -> Outcome {
    let _ = (schema, environment);
    Outcome::Unknown(later(query.span))
}

fn later(span: rollproof_source::TextRange) -> Box<Undecided> {
    let unknown = Unknown { reason: Arc::from("resolution of this is not modelled yet"), span };
    Box::new(Undecided { unknown, partial: Resolution::default() })
}
