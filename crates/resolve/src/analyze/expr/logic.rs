//! AND, OR, NOT and the tests with IS.

use rollproof_catalog::{Oid, TypeKind};
use rollproof_sql::ast::{BooleanTestKind, Expr, ExprKind};

use super::{BOOLEAN, TEXT, UNKNOWN};
use crate::analyze::{Analyzer, Expression, syntax_error};
use crate::error::{Error, ErrorKind, Result};
use crate::types;

/// `xml`
const XML: Oid = Oid(142);

impl<'a> Analyzer<'a> {
    /// Logic and tests.
    pub(crate) fn logic(&mut self, expr: &'a Expr) -> Result<Expression> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::And(list) => self.boolean_list(list, "AND", expr),
            ExprKind::Or(list) => self.boolean_list(list, "OR", expr),
            ExprKind::Not(value) => self.boolean_list(std::slice::from_ref(&**value), "NOT", expr),
            ExprKind::NullTest { value, negated } => {
                let value = self.expression(value)?;
                let construct = if *negated { "is not null" } else { "is null" };
                Ok(self.simple(construct, BOOLEAN, false, vec![value.tree], span))
            }
            ExprKind::BooleanTest { value, kind, negated } => {
                let mut value = self.expression(value)?;
                let construct = match (kind, negated) {
                    (BooleanTestKind::True, false) => "IS TRUE",
                    (BooleanTestKind::True, true) => "IS NOT TRUE",
                    (BooleanTestKind::False, false) => "IS FALSE",
                    (BooleanTestKind::False, true) => "IS NOT FALSE",
                    (BooleanTestKind::Unknown, false) => "IS UNKNOWN",
                    (BooleanTestKind::Unknown, true) => "IS NOT UNKNOWN",
                };
                if !value.open {
                    types::coerce_to_boolean(&mut self.cx, &mut value.typed, construct)?;
                }
                Ok(self.simple(construct, BOOLEAN, false, vec![value.tree], span))
            }
            ExprKind::IsDocument { value, .. } => {
                let mut value = self.expression(value)?;
                if !value.open {
                    types::coerce_to_specific_type(&mut self.cx, &mut value.typed, XML, "IS DOCUMENT")?;
                }
                Ok(self.simple("is document", BOOLEAN, true, vec![value.tree], span))
            }
            ExprKind::IsJson { .. } if self.version() < 16 => {
                Err(syntax_error("syntax error: IS JSON is not known before PostgreSQL 16", expr.span))
            }
            ExprKind::IsJson { value, .. } => {
                let mut value = self.expression(value)?;
                if !value.open {
                    self.json_subject(&mut value)?;
                }
                Ok(self.simple("is json", BOOLEAN, true, vec![value.tree], span))
            }
            _ => Ok(Expression::open(Vec::new(), span)),
        }
    }

    fn boolean_list(&mut self, list: &'a [Expr], construct: &'static str, expr: &'a Expr) -> Result<Expression> {
        let (mut children, mut nullable) = (Vec::new(), false);
        for (at, each) in list.iter().enumerate() {
            let mut value = self.expression(each)?;
            // `a ${"BETWEEN b"} AND c`
            let bound = construct == "AND" && at > 0 && crate::walk::ends_open(&list[at - 1]);
            if !value.open && !bound {
                let result = types::coerce_to_boolean(&mut self.cx, &mut value.typed, construct);
                self.tolerate(result)?;
            }
            nullable |= value.typed.nullable;
            children.push(value.tree);
        }
        Ok(self.simple(construct, BOOLEAN, nullable, children, expr.span))
    }

    /// The value of `IS JSON`: text of some kind, json, jsonb, bytea.
    fn json_subject(&mut self, value: &mut Expression) -> Result<()> {
        let oid = value.typed.oid();
        if oid == UNKNOWN {
            return types::coerce_type(&mut self.cx, &mut value.typed, TEXT, types::CoercionContext::Implicit);
        }
        let mut base = oid;
        for _ in 0..32 {
            match self.schema().type_of(base).map(|of| &of.kind) {
                Some(TypeKind::Domain { base: under, .. }) => base = under.oid,
                _ => break,
            }
        }
        let stringy = self.schema().type_of(base).is_none_or(|of| of.category == b'S');
        if stringy || matches!(base, Oid(17 | 114 | 3802)) {
            return Ok(());
        }
        let shown = types::format_type(&self.cx, oid);
        let message = format!("cannot use type {shown} in IS JSON predicate");
        let kind = ErrorKind::TypeMismatch { from: shown.into(), to: "json".into() };
        Err(Error::fail("42804", message, value.span(), kind))
    }
}
