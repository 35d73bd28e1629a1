//! Queries: set operations, `ORDER BY`, `LIMIT`, locking, and what may stand around a `SELECT`.

use super::cursor::Parser;
use super::expr::{MAX_HEIGHT, expr_at};
use crate::ast::{
    Expr, ExprKind, Literal, LockStrength, Locking, Query, QueryBody, SetOperation, SetOperator, SortBy, With,
};
use crate::error::{PResult, ParseError};
use crate::lex::Punct;

impl Parser<'_> {
    /// `SelectStmt`, `WITH` included.
    pub(crate) fn query(&mut self) -> PResult<Query> {
        self.descend(|parser| {
            let start = parser.position();
            let with = parser.optional_with()?;
            parser.query_with(with, start)
        })
    }

    /// A query after its `WITH`, which began at `start`.
    pub(super) fn query_with(&mut self, with: Option<With>, start: u32) -> PResult<Query> {
        let holes = std::mem::take(&mut self.clause_holes);
        let body = self.set_operations(0)?;
        let query = self.query_clauses(with, body, start);
        self.clause_holes = holes;
        query
    }

    /// A query whose first operand, in parentheses, was read already.
    pub(super) fn query_after(&mut self, first: Query, start: u32) -> PResult<Query> {
        let holes = std::mem::take(&mut self.clause_holes);
        let left = QueryBody::Nested(Box::new(first));
        let body = self.set_operators_after(left, 0, start)?;
        let query = self.query_clauses(None, body, start);
        self.clause_holes = holes;
        query
    }

    /// A query that is only a body.
    pub(super) fn bare_query(&self, body: QueryBody, start: u32) -> Query {
        Query {
            with: None,
            body,
            order_by: Vec::new(),
            limit: None,
            with_ties: false,
            offset: None,
            locking: Vec::new(),
            holes: Vec::new(),
            span: self.span_from(start),
        }
    }

    fn query_clauses(&mut self, with: Option<With>, body: QueryBody, start: u32) -> PResult<Query> {
        let mut query = Query { with, ..self.bare_query(body, start) };
        self.take_clause_holes();
        query.order_by = self.optional_order_by()?;
        self.take_clause_holes();
        query.locking = self.locking()?;
        self.limits(&mut query)?;
        if query.locking.is_empty() {
            query.locking = self.locking()?;
        }
        self.take_clause_holes();
        query.holes = std::mem::take(&mut self.clause_holes);
        query.span = self.span_from(start);
        let query = match query.body {
            QueryBody::Nested(_) => merge_nested(query)?,
            _ => query,
        };
        if query.with_ties && query.order_by.is_empty() {
            return self.error_at("WITH TIES cannot be specified without ORDER BY clause", query.span);
        }
        Ok(query)
    }

    /// Takes holes that stand where a clause may.
    pub(super) fn take_clause_holes(&mut self) {
        while let Some(hole) = self.eat_hole() {
            self.clause_holes.push(hole);
        }
    }

    /// `select_clause`: operands and set operators, `INTERSECT` the tighter.
    fn set_operations(&mut self, least: u8) -> PResult<QueryBody> {
        let start = self.position();
        let left = self.query_operand()?;
        self.set_operators_after(left, least, start)
    }

    fn set_operators_after(&mut self, mut left: QueryBody, least: u8, start: u32) -> PResult<QueryBody> {
        let mut height = 0;
        loop {
            let (operator, level) = match self.word_at(0) {
                Some("union") => (SetOperator::Union, 1),
                Some("except") => (SetOperator::Except, 1),
                Some("intersect") => (SetOperator::Intersect, 2),
                _ => return Ok(left),
            };
            if level <= least {
                return Ok(left);
            }
            height += 1;
            if height > MAX_HEIGHT {
                return Err(ParseError::too_deep(self.peek().span));
            }
            self.advance();
            let all = self.eat_keyword("all");
            if !all {
                self.eat_keyword("distinct");
            }
            let right = self.set_operations(level)?;
            let span = self.span_from(start);
            left = QueryBody::SetOperation(Box::new(SetOperation { operator, all, left, right, span }));
        }
    }

    fn query_operand(&mut self) -> PResult<QueryBody> {
        match self.word_at(0) {
            Some("select") => self.select().map(|select| QueryBody::Select(Box::new(select))),
            Some("values") => self.values(),
            Some("table") => {
                self.advance();
                self.relation_ref().map(QueryBody::Table)
            }
            _ if self.at_punct(Punct::LeftParen) => {
                self.parenthesized_query().map(|query| QueryBody::Nested(Box::new(query)))
            }
            _ => match self.eat_hole() {
                Some(hole) => Ok(QueryBody::Hole(hole)),
                None => self.error("a query"),
            },
        }
    }

    /// `values_clause`
    fn values(&mut self) -> PResult<QueryBody> {
        self.expect_keyword("values")?;
        if let Some(hole) = self.eat_hole() {
            return Ok(QueryBody::Hole(hole));
        }
        let rows = self.comma_separated(|parser| parser.parenthesized(Self::expr_list))?;
        Ok(QueryBody::Values(rows))
    }

    /// `opt_sort_clause`
    pub(crate) fn optional_order_by(&mut self) -> PResult<Vec<SortBy>> {
        if self.at_keyword("order") { self.order_by() } else { Ok(Vec::new()) }
    }

    /// `sort_clause`
    pub(crate) fn order_by(&mut self) -> PResult<Vec<SortBy>> {
        self.expect_keywords(&["order", "by"])?;
        self.comma_separated(Self::sort_by)
    }

    fn sort_by(&mut self) -> PResult<SortBy> {
        let value = self.expr()?;
        let mut sort = SortBy { value, descending: false, nulls_first: None, using: None };
        if self.eat_keyword("using") {
            sort.using = Some(self.operator_name()?);
        } else {
            sort.descending = self.direction();
        }
        sort.nulls_first = self.nulls_order()?;
        Ok(sort)
    }

    /// `opt_asc_desc`: whether it is DESC.
    pub(crate) fn direction(&mut self) -> bool {
        let descending = self.eat_keyword("desc");
        if !descending {
            self.eat_keyword("asc");
        }
        descending
    }

    /// `opt_nulls_order`: true for FIRST.
    pub(crate) fn nulls_order(&mut self) -> PResult<Option<bool>> {
        Ok(match () {
            () if self.eat_keywords(&["nulls", "first"]) => Some(true),
            () if self.eat_keywords(&["nulls", "last"]) => Some(false),
            () => None,
        })
    }

    /// `select_limit`: LIMIT or FETCH, and OFFSET, in either order.
    fn limits(&mut self, query: &mut Query) -> PResult<()> {
        loop {
            self.take_clause_holes();
            let repeated = match self.word_at(0) {
                Some("limit") if query.limit.is_none() => {
                    self.advance();
                    query.limit = Some(self.limit_value()?);
                    if self.at_punct(Punct::Comma) {
                        return self.error_at("LIMIT #,# syntax is not supported", self.peek().span);
                    }
                    continue;
                }
                Some("fetch") if query.limit.is_none() => {
                    self.advance();
                    query.limit = Some(self.fetch_value()?);
                    query.with_ties = self.eat_keywords(&["with", "ties"]);
                    if !query.with_ties {
                        self.expect_keyword("only")?;
                    }
                    continue;
                }
                Some("offset") if query.offset.is_none() => {
                    self.advance();
                    query.offset = Some(self.expr()?);
                    if !self.eat_keyword("rows") {
                        self.eat_keyword("row");
                    }
                    continue;
                }
                word => matches!(word, Some("limit" | "fetch" | "offset")),
            };
            return if repeated { self.error("") } else { Ok(()) };
        }
    }

    fn limit_value(&mut self) -> PResult<Expr> {
        let span = self.peek().span;
        if self.eat_keyword("all") {
            return Ok(expr_at(ExprKind::Literal(Literal::Null), span));
        }
        self.expr()
    }

    /// `FETCH {FIRST | NEXT} [count] {ROW | ROWS}`; without a count it is one.
    fn fetch_value(&mut self) -> PResult<Expr> {
        if !self.eat_keyword("first") {
            self.expect_keyword("next")?;
        }
        let span = self.peek().span;
        let value = if self.at_one_of(&["row", "rows"]) && !self.punct_at(1, Punct::LeftParen) {
            expr_at(ExprKind::Literal(Literal::Integer(1)), span)
        } else if self.at_operator("+") || self.at_operator("-") {
            self.expr()?
        } else {
            self.c_expr()?
        };
        if !self.eat_keyword("rows") {
            self.expect_keyword("row")?;
        }
        Ok(value)
    }

    /// `opt_for_locking_clause`
    fn locking(&mut self) -> PResult<Vec<Locking>> {
        let mut clauses = Vec::new();
        self.take_clause_holes();
        while self.at_keyword("for") {
            let start = self.position();
            self.advance();
            if self.eat_keywords(&["read", "only"]) {
                return if clauses.is_empty() { Ok(clauses) } else { self.error("") };
            }
            let strength = if self.eat_keyword("update") {
                LockStrength::Update
            } else if self.eat_keywords(&["no", "key", "update"]) {
                LockStrength::NoKeyUpdate
            } else if self.eat_keyword("share") {
                LockStrength::Share
            } else if self.eat_keywords(&["key", "share"]) {
                LockStrength::KeyShare
            } else {
                return self.error("UPDATE");
            };
            let of = if self.eat_keyword("of") { self.comma_separated(Self::qualified_name)? } else { Vec::new() };
            if !self.eat_keyword("nowait") {
                self.eat_keywords(&["skip", "locked"]);
            }
            clauses.push(Locking { strength, of, span: self.span_from(start) });
            self.take_clause_holes();
        }
        Ok(clauses)
    }
}

/// gram.y's `insertSelectOptions`: clauses after `( … )` belong to the query inside, each at most once.
fn merge_nested(outer: Query) -> PResult<Query> {
    let span = outer.span;
    let QueryBody::Nested(inner) = outer.body else {
        return Ok(outer);
    };
    let mut query = *inner;
    let twice = |clause: &str| Err(ParseError::new(format!("multiple {clause} clauses not allowed"), span));
    if !outer.order_by.is_empty() {
        if !query.order_by.is_empty() {
            return twice("ORDER BY");
        }
        query.order_by = outer.order_by;
    }
    query.locking.extend(outer.locking);
    if outer.offset.is_some() {
        if query.offset.is_some() {
            return twice("OFFSET");
        }
        query.offset = outer.offset;
    }
    if outer.limit.is_some() {
        if query.limit.is_some() {
            return twice("LIMIT");
        }
        query.limit = outer.limit;
        query.with_ties = outer.with_ties;
    }
    if outer.with.is_some() {
        if query.with.is_some() {
            return twice("WITH");
        }
        query.with = outer.with;
    }
    query.holes.extend(outer.holes);
    query.span = span;
    Ok(query)
}
