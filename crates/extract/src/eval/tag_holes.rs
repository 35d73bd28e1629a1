//! What stands in a tag's text that is no value: what the tag's own methods make, names that a library puts in quotes.

use std::sync::Arc;

use super::value::{Env, Piece, Pieces, Value};
use super::{Evaluator, span};
use crate::ir::{ExprId, ExprKind, Facts};

impl Evaluator<'_> {
    /// `` sql`… ${sql.insert(rows)}` ``: what a tag's own method makes that no helper is known for is no value.
    pub(super) fn made_by_tag(&mut self, facts: &Arc<Facts>, tag: ExprId, hole: ExprId) -> Option<Piece> {
        let ExprKind::Call(call) = &facts.expr(hole).kind else { return None };
        let ExprKind::Member { object, property } = &facts.expr(call.callee).kind else { return None };
        let written = |expr: ExprId| facts.expr(expr).range.slice(&facts.text);
        let own = matches!(facts.expr(tag).kind, ExprKind::Binding(_)) && written(*object) == written(tag);
        if !own || call.awaited || self.helper_of(facts, call).is_some() {
            return None;
        }
        let values = self.eval(facts, call.callee, &None);
        // Of a library that is known it is said whose it is.
        let told = |value: &Value| match value {
            Value::Function(_) => true,
            Value::External { module, path } => self.program.makes_parts(module, path),
            _ => false,
        };
        if values.iter().any(told) {
            return None;
        }
        Some(Piece::Unknown(format!("`{property}` of a tag").into(), span(facts, hole)))
    }

    /// What one interpolation puts into a text in which texts are names.
    pub(super) fn written_out(&mut self, facts: &Arc<Facts>, hole: ExprId, env: &Env) -> Vec<Pieces> {
        let at = span(facts, hole);
        let values = self.eval(facts, hole, env);
        let values = self.forced(values);
        // Zapatos's `param(value, type)`.
        let is_cast = matches!(&facts.expr(hole).kind, ExprKind::Call(call) if call.arguments.len() > 1);
        let mut texts: Vec<Pieces> = Vec::new();
        for value in &values {
            let text: Pieces = match value {
                Value::Fragment(pieces, file, expr) => {
                    self.spliced.insert((*file, *expr));
                    pieces.clone()
                }
                Value::Text(_) => super::helper::name_pieces(value, true, at),
                Value::External { path, .. }
                    if path.last().is_some_and(|name| name.as_ref() == "param") && !is_cast =>
                {
                    vec![Piece::Placeholder(at)].into()
                }
                Value::Unknown(reason, place) => vec![Piece::Unknown(reason.clone(), *place)].into(),
                _ => vec![Piece::Unknown("what a tag writes out".into(), at)].into(),
            };
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }

    /// Whether what is put in is a list of values: Drizzle writes its items out wherever it stands.
    pub(super) fn is_list(&mut self, facts: &Arc<Facts>, hole: ExprId, env: &Env) -> bool {
        let values = self.eval(facts, hole, env);
        let declared = |evaluator: &Self, value: &Value| match value {
            Value::Param(param, _) => evaluator.is_declared_values(param),
            _ => matches!(value, Value::List(_)),
        };
        !values.is_empty() && values.iter().all(|value| declared(self, value))
    }
}
