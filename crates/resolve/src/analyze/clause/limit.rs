//! LIMIT and OFFSET (`transformLimitClause`).

use rollproof_catalog::Oid;
use rollproof_sql::ast::{Expr, ExprKind, Literal};

use crate::analyze::{Analyzer, Kind, Tree, syntax_error};
use crate::error::{Error, ErrorKind, Result};
use crate::types;

/// `int8`
const BIGINT: Oid = Oid(20);

impl<'a> Analyzer<'a> {
    /// LIMIT, OFFSET, FETCH.
    pub(crate) fn limit_clauses(
        &mut self,
        limit: Option<&'a Expr>,
        offset: Option<&'a Expr>,
        with_ties: bool,
        sorted: bool,
    ) -> Result<Vec<Tree>> {
        let mut parts = Vec::new();
        if with_ties && !sorted && !self.level().open {
            let span = limit.map(|limit| limit.span).unwrap_or_default();
            return Err(syntax_error("WITH TIES cannot be specified without ORDER BY clause", span));
        }
        for (clause, kind) in [(offset, Kind::Offset), (limit, Kind::Limit)] {
            let Some(clause) = clause else { continue };
            let mut value = self.expression_of(clause, kind)?;
            if !value.open {
                types::coerce_to_specific_type(&mut self.cx, &mut value.typed, BIGINT, kind.name())?;
                self.check_no_columns(&value.tree, kind.name())?;
            }
            if with_ties && kind == Kind::Limit && matches!(clause.kind, ExprKind::Literal(Literal::Null)) {
                let message = "row count cannot be null in FETCH FIRST ... WITH TIES clause";
                return Err(Error::fail("2201W", message, clause.span, ErrorKind::Other));
            }
            parts.push(value.tree);
        }
        Ok(parts)
    }

    /// `checkExprIsVarFree`
    pub(crate) fn check_no_columns(&self, tree: &Tree, construct: &str) -> Result<()> {
        let here = self.here();
        match tree.find(&mut |node| node.var().is_some_and(|var| var.depth == here)) {
            Some(node) => {
                let message = format!("argument of {construct} must not contain variables");
                Err(Error::fail("42P10", message, node.span, ErrorKind::Other))
            }
            None => Ok(()),
        }
    }
}
