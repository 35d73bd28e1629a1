//! Expressions: each goes out as the query that the server runs for it, with what its place asks of it.

use rollproof_catalog::{TypeRef, oid};
use rollproof_source::TextRange;
use rollproof_sql::ast::{
    AssignmentTarget, Expr, ExprKind, Indirection, Literal, QualifiedName, Statement, StatementKind,
};
use rollproof_sql::plpgsql::{PlExpression, PlValue};

use super::super::output::NamedType;
use super::super::synthetic::{select, variable};
use super::Walker;
use super::emit::Emitted;
use super::scope::{Held, Place};
use crate::environment::VariableKind;
use crate::error::{Error, ErrorKind};
use crate::types::{self, CoercionContext, info};
use crate::{Context, Parameters, Shape, Typed};

impl Walker<'_> {
    /// An expression that yields one value (`exec_eval_expr`).
    pub(super) fn value(&mut self, expression: &PlExpression) -> Option<Emitted> {
        let emitted = self.query_of(expression)?;
        if let Some(columns) = self.columns(emitted)
            && columns.len() != 1
        {
            let message = format!("query returned {} columns", columns.len());
            self.refuse(emitted, "42601", &message, ErrorKind::ColumnCount);
        }
        Some(emitted)
    }

    /// An expression, whatever columns it has.
    pub(super) fn query_of(&mut self, expression: &PlExpression) -> Option<Emitted> {
        let span = expression.span;
        match &expression.value {
            Ok(PlValue::Expr(value)) => Some(self.emit(select(vec![(**value).clone()], span), span)),
            Ok(PlValue::Query(query)) => {
                let statement = Statement { kind: StatementKind::Query(query.clone()), span };
                Some(self.emit(statement, span))
            }
            Err(error) => {
                self.unread(error);
                None
            }
        }
    }

    /// Each of several expressions.
    pub(super) fn values(&mut self, expressions: &[PlExpression]) -> Vec<Option<Emitted>> {
        expressions.iter().map(|expression| self.value(expression)).collect()
    }

    /// The type of the one value of an expression.
    pub(super) fn type_of(&self, emitted: Option<Emitted>) -> Option<TypeRef> {
        match &self.columns(emitted?)?[..] {
            [(_, data_type)] => Some(*data_type),
            _ => None,
        }
    }

    /// A constant meets the type that it is assigned to: its input function runs at once or at every run.
    pub(super) fn assign_check(&mut self, emitted: Emitted, value: &PlExpression, target: TypeRef) {
        let Ok(PlValue::Expr(expr)) = &value.value else { return };
        let ExprKind::Literal(Literal::String(text)) = &expr.kind else { return };
        let schema = self.schema.clone();
        let mut cx = Context::new(&schema, Parameters::none());
        let mut literal = Typed::new(TypeRef::plain(oid::UNKNOWN), rollproof_catalog::Oid::NONE, value.span)
            .with_shape(Shape::UnknownLiteral(Some(text.clone())));
        let result = types::coerce_to_target_type(&mut cx, &mut literal, target, CoercionContext::PlPgSql);
        if let Some(resolution) = self.resolution_mut(emitted) {
            resolution.depends.type_ids.insert(target.oid);
            resolution.unchecked_literals.append(&mut cx.unchecked_literals);
        }
        if let Err(failure) = result {
            self.fail(emitted, failure);
        }
    }

    /// `target := value`
    pub(super) fn assignment(&mut self, target: &AssignmentTarget, value: &PlExpression) {
        let steps = &target.indirection[..];
        let fields = steps.iter().map_while(|step| match step {
            Indirection::Field(name) => Some(name.clone()),
            _ => None,
        });
        let mut parts = vec![target.column.clone()];
        parts.extend(fields);
        let rest = &steps[parts.len() - 1..];
        let whole = rest.is_empty();
        let wanted =
            if steps.is_empty() { self.type_of_target(&parts) } else { self.target(&parts, rest, target.span) };
        let emitted = self.query_of(value);
        if let Some(emitted) = emitted {
            if let Some(columns) = self.columns(emitted)
                && columns.len() != 1
            {
                let message = format!("assignment source returned {} columns", columns.len());
                self.refuse(emitted, "42601", &message, ErrorKind::ColumnCount);
            }
            if let Some(wanted) = wanted.filter(|_| whole) {
                self.assign_check(emitted, value, wanted);
            }
        }
        if let Some((place, used)) = self.find(&parts)
            && used == parts.len()
            && whole
        {
            self.assigned(place, value, emitted);
        }
    }

    fn type_of_target(&self, parts: &[rollproof_sql::ast::Name]) -> Option<TypeRef> {
        match self.kind_at(self.find(parts)?.0) {
            VariableKind::Scalar(found) => Some(found),
            VariableKind::Row(_) | VariableKind::Record => None,
        }
    }

    /// A field or element that is assigned: it goes out as if it were read, which asks for the same names.
    fn target(&mut self, parts: &[rollproof_sql::ast::Name], rest: &[Indirection], span: TextRange) -> Option<TypeRef> {
        let read = variable(parts, span);
        let read = if rest.is_empty() {
            read
        } else {
            Expr { kind: ExprKind::Indirection(Box::new(read), rest.to_vec()), span }
        };
        let emitted = self.emit(select(vec![read], span), span);
        self.type_of(Some(emitted))
    }

    /// Targets of INTO, FETCH and FOR; names with dots go out as if they were read.
    pub(super) fn targets(&mut self, targets: &[QualifiedName]) {
        for target in targets.iter().filter(|target| target.parts.len() > 1) {
            self.target(&target.parts, &[], target.span);
        }
    }

    /// Rows with these columns go into targets: a single record takes their shape.
    pub(super) fn receive(&mut self, targets: &[QualifiedName], columns: Option<Vec<NamedType>>) -> bool {
        let [target] = targets else { return false };
        let Some((place, used)) = self.find(&target.parts) else { return false };
        if used != target.parts.len() || self.held_at(place).is_none() {
            return false;
        }
        self.hold(place, columns.map_or(Held::Unknown, |columns| Held::Known(VariableKind::Row(columns))));
        true
    }

    /// A record is assigned the value of an expression.
    pub(super) fn assigned(&mut self, place: Place, value: &PlExpression, emitted: Option<Emitted>) {
        if self.held_at(place).is_none() {
            return;
        }
        let is_null =
            matches!(&value.value, Ok(PlValue::Expr(expr)) if matches!(expr.kind, ExprKind::Literal(Literal::Null)));
        let now = match self.type_of(emitted) {
            _ if is_null => Held::Nothing,
            Some(found) if info::is_complex(&self.schema, found.oid) => Held::Known(VariableKind::Scalar(found)),
            _ => self.record_of(value),
        };
        self.hold(place, now);
    }

    /// What another record holds that is assigned as a whole.
    fn record_of(&self, value: &PlExpression) -> Held {
        let Ok(PlValue::Expr(expr)) = &value.value else { return Held::Unknown };
        let ExprKind::Column(column) = &expr.kind else { return Held::Unknown };
        let found = self.find(&column.fields).filter(|(_, used)| *used == column.fields.len() && column.star.is_none());
        found.and_then(|(place, _)| self.held_at(place).cloned()).unwrap_or(Held::Unknown)
    }

    /// The row that an expression yields, where it is a record variable or of a row type.
    pub(super) fn row_given(&self, value: &PlExpression, emitted: Option<Emitted>) -> Option<Vec<NamedType>> {
        let found = self.type_of(emitted);
        if let Some(relation) = found.and_then(|found| info::row_relation(&self.schema, found.oid)) {
            return Some(super::super::output::row_of(&self.schema, relation));
        }
        match self.record_of(value) {
            Held::Known(VariableKind::Row(columns)) => Some(columns),
            _ => None,
        }
    }

    /// An error of a place.
    pub(super) fn give(&mut self, emitted: Emitted, error: Option<Error>) {
        if let Some(error) = error {
            self.fail(emitted, crate::Failure::Error(Box::new(error)));
        }
    }
}
