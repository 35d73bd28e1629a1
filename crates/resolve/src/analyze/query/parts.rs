//! A query without its parentheses (`insertSelectOptions` of gram.y).

use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, Locking, Query, QueryBody, SortBy, With};

use crate::analyze::syntax_error;
use crate::error::{Failure, Result};

/// A query's clauses, gathered through parentheses: `(SELECT …) ORDER BY x` is `SELECT … ORDER BY x`.
#[derive(Debug, Clone)]
pub(crate) struct Parts<'a> {
    /// `WITH`
    pub with: Option<&'a With>,
    /// The body, which is not [`QueryBody::Nested`].
    pub body: &'a QueryBody,
    /// `ORDER BY`
    pub order_by: &'a [SortBy],
    /// `LIMIT`
    pub limit: Option<&'a Expr>,
    /// `WITH TIES`
    pub with_ties: bool,
    /// `OFFSET`
    pub offset: Option<&'a Expr>,
    /// `FOR UPDATE`
    pub locking: Vec<&'a Locking>,
    /// Unknown text stands among the clauses.
    pub has_holes: bool,
    /// All of it.
    pub span: TextRange,
}

impl<'a> Parts<'a> {
    /// The parts of a query.
    ///
    /// # Errors
    /// 42601 where a clause stands both inside and outside of parentheses.
    pub(crate) fn of(query: &'a Query) -> Result<Self> {
        let mut parts = Self::outer(query);
        let mut steps = 0;
        while let QueryBody::Nested(inner) = parts.body {
            parts.merge(inner)?;
            steps += 1;
            if steps > 1000 {
                return Err(Failure::unknown("queries lie too deep in parentheses", query.span));
            }
        }
        Ok(parts)
    }

    /// The parts of a body of a set operation.
    pub(crate) fn of_body(body: &'a QueryBody, span: TextRange) -> Result<Self> {
        match body {
            QueryBody::Nested(query) => Self::of(query),
            _ => Ok(Self {
                with: None,
                body,
                order_by: &[],
                limit: None,
                with_ties: false,
                offset: None,
                locking: Vec::new(),
                has_holes: false,
                span,
            }),
        }
    }

    fn outer(query: &'a Query) -> Self {
        Self {
            with: query.with.as_ref(),
            body: &query.body,
            order_by: &query.order_by,
            limit: query.limit.as_ref(),
            with_ties: query.with_ties,
            offset: query.offset.as_ref(),
            locking: query.locking.iter().collect(),
            has_holes: !query.holes.is_empty(),
            span: query.span,
        }
    }

    fn merge(&mut self, inner: &'a Query) -> Result<()> {
        if !inner.order_by.is_empty() {
            if let Some(outer) = self.order_by.first() {
                return Err(syntax_error("multiple ORDER BY clauses not allowed", outer.value.span));
            }
            self.order_by = &inner.order_by;
        }
        if let Some(offset) = &inner.offset {
            if let Some(outer) = self.offset {
                return Err(syntax_error("multiple OFFSET clauses not allowed", outer.span));
            }
            self.offset = Some(offset);
        }
        if let Some(limit) = &inner.limit {
            if let Some(outer) = self.limit {
                return Err(syntax_error("multiple LIMIT clauses not allowed", outer.span));
            }
            self.limit = Some(limit);
            self.with_ties = inner.with_ties;
        }
        if let Some(with) = &inner.with {
            if let Some(outer) = self.with {
                return Err(syntax_error("multiple WITH clauses not allowed", outer.span));
            }
            self.with = Some(with);
        }
        let outer = std::mem::take(&mut self.locking);
        self.locking = inner.locking.iter().chain(outer).collect();
        self.has_holes |= !inner.holes.is_empty();
        self.body = &inner.body;
        Ok(())
    }

    /// Whether it is a set operation with nothing around, so that it is part of the one it stands in.
    pub(crate) fn is_bare(&self) -> bool {
        self.has_no_clauses() && !self.has_holes
    }

    /// Whether no clause is written, unknown text not counted.
    pub(crate) fn has_no_clauses(&self) -> bool {
        self.with.is_none()
            && self.order_by.is_empty()
            && self.limit.is_none()
            && self.offset.is_none()
            && self.locking.is_empty()
    }
}
