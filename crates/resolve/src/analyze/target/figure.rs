//! What a column is called that was given no name (`FigureColname`).

use std::sync::Arc;

use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, ExprKind, Indirection, MinMax, SqlValueFunction, SubLinkKind};

/// The names of the first columns of queries in expressions, by where the queries stand.
pub(crate) type FirstNames = rustc_hash::FxHashMap<TextRange, Arc<str>>;

/// `FigureColname`
pub(super) fn figure_name(expr: &Expr, queries: &FirstNames) -> Arc<str> {
    figure(expr, queries).map_or_else(super::unnamed, |(name, _)| name)
}

/// A name and how good it is: 1 for a type's name, 2 for anything better (`FigureColnameInternal`).
fn figure(expr: &Expr, queries: &FirstNames) -> Option<(Arc<str>, u8)> {
    let named = |name: &str| Some((Arc::from(name), 2));
    match &expr.kind {
        ExprKind::Column(column) => column.fields.last().map(|field| (field.text.clone(), 2)),
        ExprKind::Indirection(value, steps) => {
            let field = steps.iter().rev().find_map(|step| match step {
                Indirection::Field(name) => Some(name.text.clone()),
                _ => None,
            });
            field.map(|name| (name, 2)).or_else(|| figure(value, queries))
        }
        ExprKind::Function(call) => Some((call.name.object().text.clone(), 2)),
        ExprKind::NullIf(..) => named("nullif"),
        ExprKind::Cast { value, target, .. } => match figure(value, queries) {
            Some((name, 2)) => Some((name, 2)),
            _ => Some((target.name.object().text.clone(), 1)),
        },
        ExprKind::Collate(value, _) => figure(value, queries),
        ExprKind::Grouping(_) => named("grouping"),
        ExprKind::MergeAction => named("merge_action"),
        ExprKind::SubLink(link) => match link.kind {
            SubLinkKind::Exists => named("exists"),
            SubLinkKind::Array => named("array"),
            SubLinkKind::Scalar => queries.get(&link.query.span).map(|name| (name.clone(), 2)),
            SubLinkKind::Any { .. } | SubLinkKind::All { .. } => None,
        },
        ExprKind::Case { otherwise, .. } => match otherwise.as_deref().and_then(|value| figure(value, queries)) {
            Some((name, 2)) => Some((name, 2)),
            _ => Some((Arc::from("case"), 1)),
        },
        ExprKind::Array(_) => named("array"),
        ExprKind::Row(..) => named("row"),
        ExprKind::Coalesce(_) => named("coalesce"),
        ExprKind::MinMax(MinMax::Greatest, _) => named("greatest"),
        ExprKind::MinMax(MinMax::Least, _) => named("least"),
        ExprKind::SqlValue(which, _) => named(sql_value_name(*which)),
        ExprKind::Special(special) => Some((special.name.text.clone(), 2)),
        _ => None,
    }
}

fn sql_value_name(which: SqlValueFunction) -> &'static str {
    use SqlValueFunction as F;
    match which {
        F::CurrentDate => "current_date",
        F::CurrentTime => "current_time",
        F::CurrentTimestamp => "current_timestamp",
        F::LocalTime => "localtime",
        F::LocalTimestamp => "localtimestamp",
        F::CurrentRole => "current_role",
        F::CurrentUser => "current_user",
        F::User => "user",
        F::SessionUser => "session_user",
        F::CurrentCatalog => "current_catalog",
        F::CurrentSchema => "current_schema",
    }
}
