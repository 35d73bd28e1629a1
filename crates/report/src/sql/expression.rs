//! Expressions and queries that the schema keeps.

use rollproof_catalog::{StoredExpr, StoredStatement};
use rollproof_sql::ast::ExprKind;

use super::Printer;

impl Printer<'_> {
    /// The expression as it means the same anywhere.
    pub(crate) fn expression(&self, stored: &StoredExpr) -> String {
        self.schema.print_expression(stored)
    }

    /// After DEFAULT in a column's definition nothing but a simple expression may stand bare (`b_expr` of the grammar).
    pub(crate) fn default_expression(&self, stored: &StoredExpr) -> String {
        let text = self.expression(stored);
        match stored.expr.kind {
            ExprKind::Literal(_) | ExprKind::Function(_) | ExprKind::Cast { .. } | ExprKind::Column(_) => text,
            _ if text.starts_with('(') && text.ends_with(')') => text,
            _ => format!("({text})"),
        }
    }

    /// A query or an action, without a semicolon at its end.
    pub(crate) fn statement(&self, stored: &StoredStatement) -> String {
        self.schema.print_qualified(&stored.text).trim().trim_end_matches(';').to_owned()
    }
}
