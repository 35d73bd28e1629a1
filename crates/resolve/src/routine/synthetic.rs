//! Trees that nobody wrote: an expression as the query that the server runs for it.

use rollproof_source::TextRange;
use rollproof_sql::ast::{
    CastSyntax, ColumnRef, Expr, ExprKind, Indirection, Literal, Name, QualifiedName, Query, QueryBody, Select,
    Statement, StatementKind, Target, TypeName,
};

/// `SELECT value, …`
pub(super) fn select(values: Vec<Expr>, span: TextRange) -> Statement {
    let select = Select {
        distinct: None,
        targets: values.into_iter().map(|value| Target { value, alias: None }).collect(),
        into: None,
        from: Vec::new(),
        filter: None,
        group_by: Vec::new(),
        group_distinct: false,
        having: None,
        windows: Vec::new(),
        holes: Vec::new(),
        open_from: false,
        span,
    };
    let query = Query {
        with: None,
        body: QueryBody::Select(Box::new(select)),
        order_by: Vec::new(),
        limit: None,
        with_ties: false,
        offset: None,
        locking: Vec::new(),
        holes: Vec::new(),
        span,
    };
    Statement { kind: StatementKind::Query(Box::new(query)), span }
}

/// `NULL::type`
pub(super) fn null_of(target: TypeName) -> Expr {
    let span = target.span;
    let value = Box::new(Expr { kind: ExprKind::Literal(Literal::Null), span });
    Expr { kind: ExprKind::Cast { value, target, syntax: CastSyntax::Colons }, span }
}

/// A variable by name: `$1` is a parameter.
pub(super) fn variable(parts: &[Name], span: TextRange) -> Expr {
    let number = parts.first().and_then(|first| first.text.strip_prefix('$')).and_then(|digits| digits.parse().ok());
    let Some(number) = number else {
        let column = ColumnRef { fields: parts.to_vec(), star: None };
        return Expr { kind: ExprKind::Column(column), span };
    };
    let parameter = Expr { kind: ExprKind::Parameter(number), span };
    if parts.len() < 2 {
        return parameter;
    }
    let fields = parts[1..].iter().cloned().map(Indirection::Field).collect();
    Expr { kind: ExprKind::Indirection(Box::new(parameter), fields), span }
}

/// A name of one part.
pub(super) fn name(parts: Vec<Name>, span: TextRange) -> QualifiedName {
    QualifiedName { parts, span }
}
