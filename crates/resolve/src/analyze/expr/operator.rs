//! Operators (`transformAExprOp` and its relatives).

use rollproof_catalog::Oid;
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, ExprKind, LikeKind, OperatorName, SubLinkKind};

use super::BOOLEAN;
use super::sublink::Test;
use crate::analyze::{Analyzer, Expression, Node, Tag, split};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::types;

impl<'a> Analyzer<'a> {
    /// Operators of any spelling.
    pub(crate) fn operator_family(&mut self, expr: &'a Expr) -> Result<Expression> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Operator { operator, left, right } => self.operator(operator, left.as_deref(), right, span),
            ExprKind::AnyAll { operator, left, right, all } => {
                let left = self.expression(left)?;
                let right = self.expression(right)?;
                self.scalar_array(operator, left, right, *all, span)
            }
            ExprKind::Like { kind, negated, left, right, escape, operator_span } => {
                let left = self.expression(left)?;
                let right = self.pattern(*kind, right, escape.as_deref(), span)?;
                let symbol = match (kind, negated) {
                    (LikeKind::Like, false) => "~~",
                    (LikeKind::Like, true) => "!~~",
                    (LikeKind::ILike, false) => "~~*",
                    (LikeKind::ILike, true) => "!~~*",
                    (LikeKind::SimilarTo, false) => "~",
                    (LikeKind::SimilarTo, true) => "!~",
                };
                self.apply(&plain(symbol, *operator_span), Some(left), right, span)
            }
            ExprKind::IsDistinct { left, right, negated, operator_span } => {
                self.is_distinct(left, right, *negated, *operator_span, span)
            }
            ExprKind::NullIf(left, right) => {
                let mut left = self.expression(left)?;
                let mut right = self.expression(right)?;
                let children = vec![left.tree, right.tree];
                if left.open || right.open {
                    return Ok(Expression::open(children, span));
                }
                let mut typed = types::make_nullif(&mut self.cx, &mut left.typed, &mut right.typed, span)?;
                typed.nullable = true;
                Ok(Expression::new(typed, Node::new(Tag::Construct("nullif"), children, span)))
            }
            _ => Ok(Expression::open(Vec::new(), span)),
        }
    }

    /// `a op b`. Rows are compared column by column, and a row with a query column by column of its result.
    fn operator(
        &mut self,
        operator: &'a OperatorName,
        left: Option<&'a Expr>,
        right: &'a Expr,
        span: TextRange,
    ) -> Result<Expression> {
        if let Some(Expr { kind: ExprKind::Row(items, _), .. }) = left {
            if let ExprKind::SubLink(link) = &right.kind
                && matches!(link.kind, SubLinkKind::Scalar)
            {
                return self.compare_rows_of(Test::Row(items), Some(operator), link, "row compare", span);
            }
            if let ExprKind::Row(others, _) = &right.kind {
                let left = self.row_items(items)?;
                let right = self.row_items(others)?;
                return self.compare_rows(operator, left, right, span);
            }
        }
        // A chain of operators leans to the left; it is walked, not recursed into, so that its length does not matter.
        let mut chain: Vec<(&'a OperatorName, &'a Expr, TextRange)> = vec![(operator, right, span)];
        let mut first = left;
        while let Some(Expr { kind: ExprKind::Operator { operator, left: Some(inner), right }, span }) = first {
            if matches!(inner.kind, ExprKind::Row(..)) {
                break;
            }
            chain.push((operator, right, *span));
            first = Some(inner);
        }
        let mut value = first.map(|expr| self.expression(expr)).transpose()?;
        while let Some((operator, right, span)) = chain.pop() {
            let right = self.expression(right)?;
            value = Some(self.apply(operator, value, right, span)?);
        }
        Ok(value.unwrap_or_else(|| Expression::open(Vec::new(), span)))
    }

    /// `make_op`
    pub(crate) fn apply(
        &mut self,
        operator: &OperatorName,
        left: Option<Expression>,
        mut right: Expression,
        span: TextRange,
    ) -> Result<Expression> {
        let left_open = left.as_ref().is_some_and(|left| left.open);
        let tag = Tag::Operator(operator.symbol.clone());
        let children = left.iter().map(|left| left.tree.clone()).chain([right.tree.clone()]).collect();
        if left_open || right.open {
            return Ok(Expression::open(children, span));
        }
        let mut left = left.map(|left| left.typed);
        let nullable = left.as_ref().is_some_and(|left| left.nullable) || right.typed.nullable;
        let result = types::make_op(&mut self.cx, operator, left.as_mut(), &mut right.typed);
        let mut typed = match self.tolerate(result)? {
            Some(typed) => typed,
            None => return Ok(Expression::open(children, span)),
        };
        typed.span = span;
        if let Some(left) = &left
            && !left.is_null_constant()
            && !right.typed.is_null_constant()
        {
            self.check_array_elements(&operator.symbol, left.oid(), span)?;
        }
        // Only comparisons are sure to yield a value from values; `->` and its like may yield null.
        let comparison =
            matches!(&*operator.symbol, "=" | "<>" | "<" | ">" | "<=" | ">=" | "||" | "+" | "-" | "*" | "/");
        let jsonb_safe = typed.oid() == BOOLEAN || comparison;
        typed.nullable = nullable || !jsonb_safe;
        Ok(Expression::new(typed, Node::new(tag, children, span)))
    }

    /// Comparing arrays compares their elements: what that takes is looked up when it is done (`array_eq`, `array_cmp`).
    pub(crate) fn check_array_elements(&mut self, symbol: &str, array: Oid, span: TextRange) -> Result<()> {
        let orders = matches!(symbol, "<" | ">" | "<=" | ">=");
        if !orders && !matches!(symbol, "=" | "<>" | "@>" | "<@" | "&&") {
            return Ok(());
        }
        let Some(element) = crate::types::info::base_element_type(self.schema(), array) else { return Ok(()) };
        let own = self.schema().operators.iter().any(|operator| *operator.name == *symbol);
        if own {
            return Ok(());
        }
        if orders && !types::has_ordering(&mut self.cx, element) {
            let name = types::format_type(&self.cx, element);
            let message = format!("could not identify a comparison function for type {name}");
            let kind = ErrorKind::MissingOperator(symbol.into());
            return self.refuse_later(Err(Error::fail("42883", message, span, kind)));
        }
        if orders {
            return Ok(());
        }
        let result = types::require_equality(&mut self.cx, element, span);
        match result {
            Err(unknown @ Failure::Unknown(_)) => self.tolerate::<()>(Err(unknown)).map(|_| ()),
            known => self.refuse_later(known),
        }
    }

    pub(crate) fn scalar_array(
        &mut self,
        operator: &OperatorName,
        mut left: Expression,
        mut right: Expression,
        all: bool,
        span: TextRange,
    ) -> Result<Expression> {
        let word = if all { "all" } else { "any" };
        let tag = Tag::Operator(format!("{} {word}", operator.symbol).into());
        let children = vec![left.tree, right.tree];
        if left.open || right.open {
            return Ok(Expression::open(children, span));
        }
        let result = types::make_scalar_array_op(&mut self.cx, operator, &mut left.typed, &mut right.typed);
        let Some(mut typed) = self.tolerate(result)? else { return Ok(Expression::open(children, span)) };
        typed.span = span;
        // An array may hold a null, which makes the answer null.
        typed.nullable = true;
        Ok(Expression::new(typed, Node::new(tag, children, span)))
    }

    /// The pattern of LIKE with its ESCAPE, as gram.y rewrites it.
    fn pattern(
        &mut self,
        kind: LikeKind,
        pattern: &'a Expr,
        escape: Option<&'a Expr>,
        span: TextRange,
    ) -> Result<Expression> {
        let value = self.expression(pattern)?;
        let function = match (kind, escape) {
            (LikeKind::SimilarTo, _) => "similar_to_escape",
            (_, Some(_)) => "like_escape",
            (_, None) => return Ok(value),
        };
        let mut arguments = vec![value];
        if let Some(escape) = escape {
            arguments.push(self.expression(escape)?);
        }
        if arguments.iter().any(|argument| argument.open) {
            return Ok(Expression::open(arguments.into_iter().map(|each| each.tree).collect(), span));
        }
        self.builtin_call(function, arguments, pattern.span)
    }

    fn is_distinct(
        &mut self,
        left: &'a Expr,
        right: &'a Expr,
        negated: bool,
        operator_span: TextRange,
        span: TextRange,
    ) -> Result<Expression> {
        let construct = if negated { "is not distinct" } else { "is distinct" };
        if let (ExprKind::Row(items, _), ExprKind::Row(others, _)) = (&left.kind, &right.kind) {
            let (left, right) = (self.row_items(items)?, self.row_items(others)?);
            let open = left.iter().chain(&right).any(|each| each.open);
            let (mut left, mut children) = split(left);
            let (mut right, more) = split(right);
            children.extend(more);
            if !open {
                types::make_row_distinct_op(&mut self.cx, &mut left, &mut right, operator_span, span)?;
            }
            return Ok(self.simple(construct, BOOLEAN, false, children, span));
        }
        let mut left = self.expression(left)?;
        let mut right = self.expression(right)?;
        let children = vec![left.tree, right.tree];
        let null = |typed: &crate::Typed| matches!(typed.shape, crate::Shape::UnknownLiteral(None));
        if !left.open && !right.open && !null(&left.typed) && !null(&right.typed) {
            let result = types::make_distinct_op(&mut self.cx, &mut left.typed, &mut right.typed, operator_span);
            self.tolerate(result)?;
        }
        Ok(self.simple(construct, BOOLEAN, false, children, span))
    }

    /// `make_row_comparison_op` over expressions.
    pub(crate) fn compare_rows(
        &mut self,
        operator: &OperatorName,
        left: Vec<Expression>,
        right: Vec<Expression>,
        span: TextRange,
    ) -> Result<Expression> {
        let open = left.iter().chain(&right).any(|each| each.open);
        let (mut left, mut children) = split(left);
        let (mut right, more) = split(right);
        children.extend(more);
        if open {
            return Ok(Expression::open(children, span));
        }
        let result = types::make_row_comparison_op(&mut self.cx, operator, &mut left, &mut right, span);
        let Some(mut typed) = self.tolerate(result)? else { return Ok(Expression::open(children, span)) };
        typed.span = span;
        typed.nullable = left.iter().chain(&right).any(|each| each.nullable);
        let tag = Tag::Operator(format!("row {}", operator.symbol).into());
        Ok(Expression::new(typed, Node::new(tag, children, span)))
    }
}

/// An operator of the server's own.
pub(crate) fn plain(symbol: &str, span: TextRange) -> OperatorName {
    OperatorName { schema: None, symbol: symbol.into(), span }
}
