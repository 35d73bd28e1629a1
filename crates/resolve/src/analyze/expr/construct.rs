//! CASE, COALESCE, GREATEST, LEAST, ARRAY, ROW, GROUPING.

use rollproof_catalog::{Oid, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::{CaseWhen, ColumnRef, Expr, ExprKind, Indirection, MinMax};

use super::operator::plain;
use super::{INTEGER, RECORD, UNKNOWN};
use crate::analyze::{Analyzer, Expression, Kind, Node, Tag, split, syntax_error, unsupported};
use crate::error::{Error, ErrorKind, Result};
use crate::resolution::RowValue;
use crate::typed::{Shape, Typed};
use crate::types;

impl<'a> Analyzer<'a> {
    /// `transformCaseExpr`
    pub(crate) fn case(
        &mut self,
        argument: Option<&'a Expr>,
        whens: &'a [CaseWhen],
        otherwise: Option<&'a Expr>,
        span: TextRange,
    ) -> Result<Expression> {
        let before = self.level().last_set;
        let argument = argument.map(|argument| self.case_argument(argument)).transpose()?;
        let mut children: Vec<_> = argument.iter().map(|value| value.tree.clone()).collect();
        let mut results = Vec::new();
        for when in whens {
            let value = self.expression(&when.when)?;
            let mut condition = match &argument {
                Some(argument) => {
                    self.apply(&plain("=", when.when.span), Some(argument.clone()), value, when.when.span)?
                }
                None => value,
            };
            if !condition.open {
                let result = types::coerce_to_boolean(&mut self.cx, &mut condition.typed, "CASE/WHEN");
                self.tolerate(result)?;
            }
            children.push(condition.tree);
            results.push(self.expression(&when.then)?);
        }
        // The server lists the default first when it looks for the common type.
        let default = match otherwise {
            Some(otherwise) => self.expression(otherwise)?,
            None => {
                let null = rollproof_sql::ast::Literal::Null;
                let mut typed = types::constant(&mut self.cx, &null, span)?;
                typed.nullable = true;
                Expression::new(typed, Node::new(Tag::Constant("null".into()), Vec::new(), span))
            }
        };
        results.insert(0, default);
        let result = self.unified(results, children, "CASE", "case", span)?;
        if self.level().last_set != before {
            let place = self.level().last_set.unwrap_or(span);
            return Err(unsupported("set-returning functions are not allowed in CASE", place));
        }
        Ok(result)
    }

    /// The argument of CASE: a literal becomes text, since it is compared many times.
    fn case_argument(&mut self, argument: &'a Expr) -> Result<Expression> {
        let mut value = self.expression(argument)?;
        if !value.open && value.typed.oid() == UNKNOWN {
            types::note_text_by_default(&mut self.cx, &[&value.typed]);
            types::coerce_to_common_type(&mut self.cx, &mut value.typed, super::TEXT, "CASE")?;
        }
        // What is compared is a placeholder of the argument's type, not the argument itself.
        value.typed.shape = Shape::Other;
        Ok(value)
    }

    /// Values of one construct brought to their common type.
    fn unified(
        &mut self,
        values: Vec<Expression>,
        mut children: Vec<crate::analyze::Tree>,
        context: &str,
        construct: &'static str,
        span: TextRange,
    ) -> Result<Expression> {
        let open = values.iter().any(|value| value.open);
        let (mut typed, trees) = split(values);
        children.extend(trees);
        if open {
            return Ok(Expression::open(children, span));
        }
        let nullable = match construct {
            "coalesce" | "greatest" | "least" => typed.iter().all(|value| value.nullable),
            _ => typed.iter().any(|value| value.nullable),
        };
        let result = types::unify(&mut self.cx, &mut typed, context, span);
        let Some(mut result) = self.tolerate(result)? else { return Ok(Expression::open(children, span)) };
        result.nullable = nullable;
        result.span = span;
        Ok(Expression::new(result, Node::new(Tag::Construct(construct), children, span)))
    }

    /// `transformCoalesceExpr`
    pub(crate) fn coalesce(&mut self, list: &'a [Expr], span: TextRange) -> Result<Expression> {
        let before = self.level().last_set;
        let values = self.expressions(list)?;
        let result = self.unified(values, Vec::new(), "COALESCE", "coalesce", span)?;
        if self.level().last_set != before {
            let place = self.level().last_set.unwrap_or(span);
            return Err(unsupported("set-returning functions are not allowed in COALESCE", place));
        }
        Ok(result)
    }

    /// `transformMinMaxExpr`
    pub(crate) fn min_max(&mut self, which: MinMax, list: &'a [Expr], span: TextRange) -> Result<Expression> {
        let (context, construct) = match which {
            MinMax::Greatest => ("GREATEST", "greatest"),
            MinMax::Least => ("LEAST", "least"),
        };
        let values = self.expressions(list)?;
        let result = self.unified(values, Vec::new(), context, construct, span)?;
        if !result.open && !types::has_ordering(&mut self.cx, result.typed.oid()) {
            let name = types::format_type(&self.cx, result.typed.oid());
            let message = format!("could not identify a comparison function for type {name}");
            let kind = ErrorKind::MissingOperator("<".into());
            self.refuse_later(Err(Error::fail("42883", message, span, kind)))?;
        }
        Ok(result)
    }

    /// `transformArrayExpr`: `target` is the array type that a cast asks for.
    pub(crate) fn array(&mut self, list: &'a [Expr], target: Option<TypeRef>, span: TextRange) -> Result<Expression> {
        let mut values = Vec::new();
        for each in list {
            values.push(match &each.kind {
                ExprKind::Array(inner) => self.array(inner, target, each.span)?,
                _ => self.expression(each)?,
            });
        }
        let open = values.iter().any(|value| value.open);
        let (mut typed, children) = split(values);
        if open {
            return Ok(Expression::open(children, span));
        }
        let mut result = types::make_array(&mut self.cx, &mut typed, target, span)?;
        result.nullable = false;
        Ok(Expression::new(result, Node::new(Tag::Construct("array"), children, span)))
    }

    /// `transformRowExpr`
    pub(crate) fn row(&mut self, list: &'a [Expr], span: TextRange) -> Result<Expression> {
        let values = self.row_items(list)?;
        if values.len() > 1664 {
            let message = "ROW expressions can have at most 1664 entries";
            return Err(Error::fail("54011", message, span, ErrorKind::Other));
        }
        let several = self.unknown.is_some() && list.iter().any(crate::walk::may_be_several);
        let open = several || values.iter().any(|value| value.open);
        let (typed, children) = split(values);
        let set_returning = typed.iter().any(|each| each.set_returning);
        if open {
            return Ok(Expression::open(children, span));
        }
        let columns = typed.iter().map(|each| ("".into(), each.data_type)).collect();
        self.out.row_values.push(RowValue { span, columns });
        let mut result = Typed::new(TypeRef::plain(RECORD), Oid::NONE, span).with_shape(Shape::Row(typed));
        result.nullable = false;
        result.set_returning = set_returning;
        Ok(Expression::new(result, Node::new(Tag::Construct("row"), children, span)))
    }

    /// `transformExpressionList`: items of a row, stars expanded.
    pub(crate) fn row_items(&mut self, list: &'a [Expr]) -> Result<Vec<Expression>> {
        let mut values = Vec::new();
        for each in list {
            let each = match &each.kind {
                ExprKind::Open(star) if crate::analyze::target::is_star(star) => {
                    self.hole(each.span);
                    star
                }
                _ => each,
            };
            match &each.kind {
                ExprKind::Column(column @ ColumnRef { star: Some(star), .. }) => {
                    let expanded = self.expand_star(column, *star, each.span)?;
                    values.extend(expanded.into_iter().map(|(_, value)| value));
                }
                ExprKind::Indirection(inner, steps) if matches!(steps.last(), Some(Indirection::Star(_))) => {
                    let expanded = self.expand_value_star(inner, steps, each.span)?;
                    values.extend(expanded.into_iter().map(|(_, value)| value));
                }
                _ => values.push(self.expression(each)?),
            }
        }
        Ok(values)
    }

    /// `transformGroupingFunc`
    pub(crate) fn grouping(&mut self, list: &'a [Expr], span: TextRange) -> Result<Expression> {
        if list.len() > 31 {
            let message = "GROUPING must have fewer than 32 arguments";
            return Err(Error::fail("54023", message, span, ErrorKind::Other));
        }
        let values = self.expressions(list)?;
        let children: Vec<_> = values.into_iter().map(|value| value.tree).collect();
        let depth = self.check_aggregate_level(&children, &[], None, true, span)?;
        let mut typed = Typed::new(TypeRef::plain(INTEGER), Oid::NONE, span);
        typed.nullable = false;
        Ok(Expression::new(typed, Node::new(Tag::Grouping(depth), children, span)))
    }

    /// `MERGE_ACTION()`: in RETURNING of MERGE only, or in a query inside it.
    pub(crate) fn merge_action(&mut self, span: TextRange) -> Result<Expression> {
        if self.version() < 17 {
            let kind = ErrorKind::MissingFunction { schema: None, name: "merge_action".into() };
            return Err(Error::fail("42883", "function merge_action() does not exist", span, kind));
        }
        if !self.levels.iter().any(|level| level.kind == Kind::MergeReturning) {
            let message = "MERGE_ACTION() can only be used in the RETURNING list of a MERGE command";
            return Err(syntax_error(message, span));
        }
        Ok(self.simple("merge_action", super::TEXT, false, Vec::new(), span))
    }
}
