//! Expressions (`transformExprRecurse` of parse_expr.c): one file a family.

mod call;
mod column;
mod construct;
mod indirection;
mod json;
mod json_query;
mod logic;
mod membership;
mod open;
mod operator;
mod special;
mod sublink;
mod value;
mod variable;
mod window;
mod xml;

use rollproof_catalog::{Oid, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::{CastSyntax, Expr, ExprKind, Literal, TypeName};

use super::{Analyzer, DYNAMIC, Expression, Kind, Node, Tag, Tree, syntax_error};
use crate::error::{Failure, Result};
use crate::typed::Typed;
use crate::types;

pub(crate) use call::aggregate_never_null;
pub(crate) use indirection::is_subscript;
pub(crate) use json_query::{Operation, check_behaviors};
pub(crate) use value::ValueKind;

/// `bool`
pub(crate) const BOOLEAN: Oid = Oid(16);
/// `int4`
pub(crate) const INTEGER: Oid = Oid(23);
/// `text`
pub(crate) const TEXT: Oid = Oid(25);
/// `record`
pub(crate) const RECORD: Oid = Oid(2249);
/// `unknown`
pub(crate) const UNKNOWN: Oid = Oid(705);

impl<'a> Analyzer<'a> {
    /// `transformExpr`: an expression where `kind` of expression stands.
    pub(crate) fn expression_of(&mut self, expr: &'a Expr, kind: Kind) -> Result<Expression> {
        self.standing(kind, |this| this.expression(expr))
    }

    /// `transformWhereClause`: a condition. `construct` is the word of the message.
    pub(crate) fn condition(&mut self, expr: &'a Expr, kind: Kind, construct: &str) -> Result<Expression> {
        let mut value = self.expression_of(expr, kind)?;
        if !value.open {
            let result = types::coerce_to_boolean(&mut self.cx, &mut value.typed, construct);
            match result {
                // `WHERE status ${comparison}`
                Err(Failure::Error(_)) if self.level().open_clauses => value.open = true,
                result => {
                    self.tolerate(result)?;
                }
            }
        }
        Ok(value)
    }

    /// `transformExprRecurse`
    pub(crate) fn expression(&mut self, expr: &'a Expr) -> Result<Expression> {
        let result = self.deeper(expr.span, |this| this.dispatch(expr));
        match result {
            Err(Failure::Unknown(unknown)) => {
                self.note_unknown(unknown.reason.clone(), unknown.span);
                Ok(Expression::open(Vec::new(), expr.span))
            }
            other => other,
        }
    }

    /// A list of expressions.
    pub(crate) fn expressions(&mut self, list: &'a [Expr]) -> Result<Vec<Expression>> {
        list.iter().map(|each| self.expression(each)).collect()
    }

    fn dispatch(&mut self, expr: &'a Expr) -> Result<Expression> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Literal(literal) => {
                let value = self.literal(literal, span)?;
                self.written_cast(value)
            }
            ExprKind::Parameter(number) => self.parameter(*number, span),
            ExprKind::Column(column) => {
                let value = self.column_ref(column, span)?;
                self.written_cast(value)
            }
            ExprKind::Indirection(value, steps) => self.indirection(value, steps, span),
            ExprKind::Operator { .. }
            | ExprKind::AnyAll { .. }
            | ExprKind::Like { .. }
            | ExprKind::IsDistinct { .. }
            | ExprKind::NullIf(..) => self.operator_family(expr),
            ExprKind::Between { .. } | ExprKind::In { .. } => self.membership(expr),
            ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Not(_)
            | ExprKind::NullTest { .. }
            | ExprKind::BooleanTest { .. }
            | ExprKind::IsDocument { .. }
            | ExprKind::IsJson { .. } => self.logic(expr),
            ExprKind::Cast { value, target, syntax } => self.cast(value, target, *syntax, span),
            ExprKind::Collate(value, collation) => {
                let inner = self.expression(value)?;
                if inner.open {
                    return Ok(inner);
                }
                let tree = inner.tree.clone();
                let typed = types::collate(&mut self.cx, inner.typed, collation, span)?;
                let tag = Tag::Operator(format!("collate {}", typed.collation.0).into());
                Ok(Expression::new(typed, Node::new(tag, vec![tree], span)))
            }
            ExprKind::Function(call) => self.call(call, span),
            ExprKind::Case { argument, whens, otherwise } => {
                self.case(argument.as_deref(), whens, otherwise.as_deref(), span)
            }
            ExprKind::Coalesce(list) => self.coalesce(list, span),
            ExprKind::MinMax(which, list) => self.min_max(*which, list, span),
            ExprKind::Array(list) => self.array(list, None, span),
            ExprKind::Row(list, _) => self.row(list, span),
            ExprKind::SubLink(link) => self.sub_link(link, span),
            ExprKind::Grouping(list) => self.grouping(list, span),
            ExprKind::SqlValue(which, precision) => {
                self.cx.lookups.mutable_construct = true;
                Ok(value::sql_value(*which, *precision, span))
            }
            ExprKind::Special(special) => self.special(special, span),
            ExprKind::Default => Err(syntax_error("DEFAULT is not allowed in this context", span)),
            ExprKind::MergeAction => self.merge_action(span),
            ExprKind::CurrentOf(_) => Ok(self.simple("current of", BOOLEAN, false, Vec::new(), span)),
            ExprKind::Hole(_) => Ok(self.hole(span)),
            ExprKind::Open(inner) => self.open_operand(inner),
        }
    }

    /// Unknown text where an expression stands.
    pub(crate) fn hole(&mut self, span: TextRange) -> Expression {
        self.note_unknown(DYNAMIC, span);
        self.level().open = true;
        Expression::open(Vec::new(), span)
    }

    /// An expression of a construct of the language.
    pub(crate) fn simple(
        &mut self,
        construct: &'static str,
        oid: Oid,
        nullable: bool,
        children: Vec<Tree>,
        span: TextRange,
    ) -> Expression {
        let collation = self.default_collation(oid);
        let mut typed = Typed::new(TypeRef::plain(oid), collation, span);
        typed.nullable = nullable;
        Expression::new(typed, Node::new(Tag::Construct(construct), children, span))
    }

    /// A type's collation.
    pub(crate) fn default_collation(&self, oid: Oid) -> Oid {
        self.schema().type_of(oid).map_or(Oid::NONE, |of| of.collation)
    }

    fn literal(&mut self, literal: &Literal, span: TextRange) -> Result<Expression> {
        let mut typed = types::constant(&mut self.cx, literal, span)?;
        typed.nullable = matches!(literal, Literal::Null);
        let text: std::sync::Arc<str> = match literal {
            Literal::Null => "null".into(),
            Literal::Boolean(value) => if *value { "true" } else { "false" }.into(),
            Literal::Integer(value) => value.to_string().into(),
            Literal::Number(text) => text.clone(),
            Literal::String(text) => format!("'{text}").into(),
            Literal::BitString(text) => format!("b{text}").into(),
        };
        Ok(Expression::new(typed, Node::new(Tag::Constant(text), Vec::new(), span)))
    }

    /// The cast that stands around a column or a literal, as far as the text does not say so itself.
    fn written_cast(&mut self, mut value: Expression) -> Result<Expression> {
        let casts = &self.cx.written_casts;
        let Some((span, target)) = casts.iter().copied().find(|(span, _)| *span == value.span()) else {
            return Ok(value);
        };
        value.typed = types::cast(&mut self.cx, &mut value.typed.clone(), target, span)?;
        Ok(value)
    }

    fn parameter(&mut self, number: u32, span: TextRange) -> Result<Expression> {
        let in_call = self.level().kind == Kind::CallArgument;
        let typed = types::parameter(&mut self.cx, number, in_call, span)?;
        Ok(Expression::new(typed, Node::new(Tag::Parameter(number), Vec::new(), span)))
    }

    /// The array type that a cast's target is underneath, if it is one.
    fn array_goal(&self, target: TypeRef) -> Option<TypeRef> {
        let mut goal = target;
        for _ in 0..32 {
            let of = self.schema().type_of(goal.oid)?;
            match &of.kind {
                rollproof_catalog::TypeKind::Domain { base, .. } => goal = *base,
                _ => return of.is_array.then_some(goal),
            }
        }
        None
    }

    /// `transformTypeCast`
    fn cast(
        &mut self,
        value: &'a Expr,
        target: &'a TypeName,
        _syntax: CastSyntax,
        span: TextRange,
    ) -> Result<Expression> {
        let data_type = types::type_name(&mut self.cx, target)?;
        let mut inner = match &value.kind {
            ExprKind::Array(list) => {
                let goal = self.array_goal(data_type);
                self.array(list, goal, value.span)?
            }
            _ => self.expression(value)?,
        };
        if inner.open {
            let collation = self.default_collation(data_type.oid);
            let typed = Typed::new(data_type, collation, span);
            return Ok(Expression::new(typed, Node::new(Tag::Cast(data_type), vec![inner.tree], span)));
        }
        let nullable = inner.typed.nullable;
        let mut typed = types::cast(&mut self.cx, &mut inner.typed, data_type, span)?;
        typed.span = span;
        typed.nullable = nullable;
        Ok(Expression::new(typed, Node::new(Tag::Cast(data_type), vec![inner.tree], span)))
    }
}
