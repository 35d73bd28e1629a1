//! Operands that unknown text goes on with: of them only what holds whatever the text is.

use rollproof_source::TextRange;
use rollproof_sql::ast::{CastSyntax, ColumnRef, Expr, ExprKind, FunctionCall, Name};

use crate::analyze::{Analyzer, DYNAMIC, Expression};
use crate::error::{Failure, Result};

/// Names that are the beginning of a construct if the right text follows: `CURRENT OF c`, `double precision '1'`.
const BEGINNINGS: &[&str] = &[
    "coalesce", "cube", "current", "double", "exists", "greatest", "grouping", "least", "nullif", "operator", "rollup",
    "row", "values",
];

impl<'a> Analyzer<'a> {
    /// The operand's names are looked up; its value is not known, nor whether what it calls is called so: `over (…)` makes
    /// another call of it.
    pub(crate) fn open_operand(&mut self, inner: &'a Expr) -> Result<Expression> {
        let span = inner.span;
        self.note_unknown(DYNAMIC, span);
        let tree = match &inner.kind {
            ExprKind::Literal(_)
            | ExprKind::Default
            | ExprKind::Special(_)
            | ExprKind::CurrentOf(_)
            | ExprKind::Cast { syntax: CastSyntax::Literal, .. } => None,
            ExprKind::Column(column) if column.star.is_some() => None,
            // A cast may come: then its elements have a type.
            ExprKind::Array(list) if list.is_empty() => None,
            ExprKind::Column(column) => self.open_column(column, span)?,
            ExprKind::Function(call) => self.open_call(call)?,
            _ => Some(self.expression(inner)?.tree),
        };
        self.level().open = true;
        Ok(Expression::open(tree.into_iter().collect(), span))
    }

    /// A name before unknown text may be a column, or the beginning of `name(…)`, `name.column`, `name '…'`.
    fn open_column(&mut self, column: &'a ColumnRef, span: TextRange) -> Result<Option<crate::analyze::Tree>> {
        match self.column_ref(column, span) {
            Ok(value) => Ok(Some(value.tree)),
            Err(Failure::Error(_)) if self.begins_something(&column.fields) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    fn begins_something(&mut self, fields: &[Name]) -> bool {
        let [first, rest @ ..] = fields else { return true };
        let name = &*first.text;
        if self.schema().find_namespace(name).is_some() {
            return true;
        }
        let is_alias = |name: &str| self.levels.iter().flat_map(|level| &level.items).any(|item| *item.name == *name);
        match rest {
            [] => {
                BEGINNINGS.contains(&name)
                    || is_alias(name)
                    || self.schema().find_type(None, name).is_some()
                    || !self.schema().functions_named(None, name).is_empty()
            }
            _ => false,
        }
    }

    /// The arguments of a call that may be another one.
    fn open_call(&mut self, call: &'a FunctionCall) -> Result<Option<crate::analyze::Tree>> {
        for argument in &call.arguments {
            self.expression(&argument.value)?;
        }
        Ok(None)
    }
}
