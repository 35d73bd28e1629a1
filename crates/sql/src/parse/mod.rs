//! The grammar: PostgreSQL 18's `gram.y`, by recursive descent, a file for each clause.

pub(crate) mod cursor;
mod ddl;

use cursor::Parser;

use crate::ast::{Expr, Query, RelationRef, Statement, TypeName};
use crate::error::PResult;

impl Parser<'_> {
    /// `a_expr`
    pub(crate) fn expr(&mut self) -> PResult<Expr> {
        self.error("")
    }

    /// `b_expr`
    pub(crate) fn b_expr(&mut self) -> PResult<Expr> {
        self.error("")
    }

    /// `c_expr`
    pub(crate) fn c_expr(&mut self) -> PResult<Expr> {
        self.error("")
    }

    /// `Typename`
    pub(crate) fn type_name(&mut self) -> PResult<TypeName> {
        self.error("")
    }

    /// `SelectStmt`, `WITH` included.
    pub(crate) fn query(&mut self) -> PResult<Query> {
        self.error("")
    }

    /// `relation_expr`
    pub(crate) fn relation_ref(&mut self) -> PResult<RelationRef> {
        self.error("")
    }

    /// `stmt`
    pub(crate) fn statement(&mut self) -> PResult<Statement> {
        let start = self.position();
        let kind = ddl::definition(self)?;
        Ok(Statement { kind, span: self.span_from(start) })
    }
}
