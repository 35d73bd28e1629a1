//! BETWEEN and IN (`transformAExprBetween`, `transformAExprIn`).

use rollproof_catalog::{Oid, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::{BetweenKind, Expr, ExprKind};

use super::operator::plain;
use super::{BOOLEAN, RECORD};
use crate::analyze::{Analyzer, Expression, Node, Tag, Tree};
use crate::error::{Failure, Result};
use crate::typed::{Shape, Typed};
use crate::types::{self, CoercionContext};

impl<'a> Analyzer<'a> {
    /// BETWEEN and IN.
    pub(crate) fn membership(&mut self, expr: &'a Expr) -> Result<Expression> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Between { kind, negated, value, low, high, operator_span } => {
                let (below, above) = if *negated { ("<", ">") } else { (">=", "<=") };
                let mut pairs = vec![(&**low, below), (&**high, above)];
                if *kind == BetweenKind::Symmetric {
                    pairs.extend([(&**high, below), (&**low, above)]);
                }
                self.between(value, &pairs, *operator_span, span)
            }
            ExprKind::In { left, list, negated, operator_span } => {
                self.in_list(left, list, *negated, *operator_span, span)
            }
            _ => Ok(Expression::open(Vec::new(), span)),
        }
    }

    /// The comparisons that BETWEEN stands for. Each is transformed by itself, as the server does: a parameter decided by
    /// the first is of that type in the second.
    fn between(
        &mut self,
        value: &'a Expr,
        pairs: &[(&'a Expr, &str)],
        operator_span: TextRange,
        span: TextRange,
    ) -> Result<Expression> {
        // Rows are transformed anew for each comparison, and nothing else needs the whole one.
        let rows =
            self.is_row(value).is_some() && pairs.iter().all(|(bound, _)| matches!(bound.kind, ExprKind::Row(..)));
        let first = if rows { Expression::open(Vec::new(), span) } else { self.expression(value)? };
        let again = matches!(first.typed.shape, Shape::Parameter { .. });
        let mut children: Vec<Tree> = Vec::new();
        let mut nullable = false;
        for (at, (bound, symbol)) in pairs.iter().enumerate() {
            let left = if at > 0 && again { self.expression(value)? } else { first.clone() };
            let right = match (self.is_row(value), &bound.kind) {
                (Some(items), ExprKind::Row(others, _)) => {
                    let (left, right) = (self.row_items(items)?, self.row_items(others)?);
                    let compared = self.compare_rows(&plain(symbol, operator_span), left, right, span)?;
                    children.push(compared.tree);
                    continue;
                }
                _ => self.expression(bound)?,
            };
            let mut compared = self.apply(&plain(symbol, operator_span), Some(left), right, span)?;
            if !compared.open {
                types::coerce_to_boolean(&mut self.cx, &mut compared.typed, "AND")?;
            }
            nullable |= compared.typed.nullable;
            children.push(compared.tree);
        }
        Ok(self.simple("between", BOOLEAN, nullable, children, span))
    }

    fn is_row(&self, value: &'a Expr) -> Option<&'a [Expr]> {
        match &value.kind {
            ExprKind::Row(items, _) => Some(items),
            _ => None,
        }
    }

    fn in_list(
        &mut self,
        left: &'a Expr,
        list: &'a [Expr],
        negated: bool,
        operator_span: TextRange,
        span: TextRange,
    ) -> Result<Expression> {
        let operator = plain(if negated { "<>" } else { "=" }, operator_span);
        let value = self.expression(left)?;
        let here = self.here();
        let mut single: Vec<(&'a Expr, Expression)> = Vec::new();
        let mut constant: Vec<(&'a Expr, Expression)> = Vec::new();
        for each in list {
            let item = self.expression(each)?;
            let has_columns = item.tree.find(&mut |node| node.var().is_some_and(|var| var.depth == here)).is_some();
            if has_columns || item.open { single.push((each, item)) } else { constant.push((each, item)) }
        }
        let mut children = vec![value.tree.clone()];
        children.extend(constant.iter().chain(&single).map(|(_, item)| item.tree.clone()));
        let nullable = value.typed.nullable || constant.iter().chain(&single).any(|(_, item)| item.typed.nullable);
        if constant.len() > 1
            && !value.open
            && let Some(array) = self.in_array(&value.typed, &mut constant)?
        {
            let elements = Expression::new(array, Node::new(Tag::Construct("list"), Vec::new(), span));
            self.scalar_array(&operator, value.clone(), elements, negated, span)?;
        } else {
            single.append(&mut constant);
        }
        for (written, item) in single {
            let rows = self.is_row(left).is_some() && self.is_row(written).is_some();
            let compared = match (items_of(&value), items_of(&item)) {
                (Some(left), Some(right)) if rows => self.compare_rows(&operator, left, right, span)?,
                _ if rows => Expression::open(Vec::new(), span),
                _ => self.apply(&operator, Some(value.clone()), item, span)?,
            };
            if !compared.open {
                let mut typed = compared.typed;
                types::coerce_to_boolean(&mut self.cx, &mut typed, "IN")?;
            }
        }
        let construct = if negated { "not in" } else { "in" };
        Ok(self.simple(construct, BOOLEAN, nullable, children, span))
    }

    /// The array that the constants of the list make, where they and the value have a common type that has arrays.
    fn in_array(&mut self, value: &Typed, constants: &mut [(&'a Expr, Expression)]) -> Result<Option<Typed>> {
        let all: Vec<&Typed> = [value].into_iter().chain(constants.iter().map(|(_, item)| &item.typed)).collect();
        let common = match types::select_common_type(&mut self.cx, &all, "IN") {
            Ok(common) => common,
            Err(Failure::Error(_)) => return Ok(None),
            Err(unknown) => return Err(unknown),
        };
        let oids: Vec<Oid> = all.iter().map(|typed| typed.oid()).collect();
        let mut fits = common.is_some() && common != RECORD;
        for oid in oids {
            fits = fits && types::can_coerce_type(&mut self.cx, oid, common, CoercionContext::Implicit);
        }
        let array = self.schema().type_of(common).map_or(Oid::NONE, |of| of.array);
        if !fits || array.is_none() {
            return Ok(None);
        }
        for (_, item) in constants.iter_mut() {
            types::coerce_to_common_type(&mut self.cx, &mut item.typed, common, "IN")?;
        }
        let span = constants.first().map_or_else(TextRange::default, |(written, _)| written.span);
        let mut typed = Typed::new(TypeRef::plain(array), self.default_collation(array), span);
        let inputs: Vec<&Typed> = constants.iter().map(|(_, item)| &item.typed).collect();
        types::derive_collation(&mut self.cx, &mut typed, &inputs)?;
        Ok(Some(typed))
    }
}

/// The items of a row that has been transformed: a parameter among them is one use, however many rows it is compared with.
/// None where one of them is not known.
fn items_of(row: &Expression) -> Option<Vec<Expression>> {
    let Shape::Row(items) = &row.typed.shape else { return None };
    let item =
        |typed: &Typed| Expression::new(typed.clone(), Node::new(Tag::Construct("item"), Vec::new(), typed.span));
    Some(items.iter().map(item).collect())
}
