//! `EXECUTE`: a text that is constant is a statement like any other, without the body's variables.

use rollproof_catalog::TypeRef;
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, ExprKind, Literal};
use rollproof_sql::plpgsql::{PlDynamic, PlInto, PlValue};

use super::super::constant::text_of;
use super::super::language_sql::{follow_settings, note_made, statements_in};
use super::Walker;
use super::emit::Emitted;
use crate::environment::Environment;

/// Why a dynamic statement is not followed.
const NOT_CONSTANT: &str = "EXECUTE of a text that is not constant";

impl Walker<'_> {
    /// `EXECUTE … INTO …`
    pub(super) fn execute(&mut self, dynamic: &PlDynamic, into: Option<&PlInto>, span: TextRange) {
        if let Some(into) = into {
            self.targets(&into.targets);
        }
        let emitted = self.dynamic(dynamic, span);
        if let Some(into) = into {
            let columns = emitted.last().and_then(|emitted| self.columns(*emitted));
            self.receive(&into.targets, columns);
        }
    }

    /// The expression of the text, the values of `USING`, then the statements of the text.
    pub(super) fn dynamic(&mut self, dynamic: &PlDynamic, span: TextRange) -> Vec<Emitted> {
        self.value(&dynamic.text);
        let values = self.values(&dynamic.using);
        let types: Vec<Option<TypeRef>> = values.into_iter().map(|value| self.type_of(value)).collect();
        let Ok(PlValue::Expr(expr)) = &dynamic.text.value else {
            self.unknown(NOT_CONSTANT, span);
            self.may_have_made = true;
            return Vec::new();
        };
        let Some(constant) = text_of(expr) else {
            self.unknown(NOT_CONSTANT, span);
            self.may_have_made |= may_define(expr);
            return Vec::new();
        };
        let known = types.iter().all(Option::is_some);
        let environment = Environment { parameter_types: types, fixed_parameters: known, ..Environment::default() };
        self.constant(expr, &constant, &environment, span)
    }

    /// The statements of a constant text. Their ranges count in the body where the text stands there as it is, else in
    /// the text that is put after the body.
    fn constant(&mut self, expr: &Expr, constant: &str, environment: &Environment, span: TextRange) -> Vec<Emitted> {
        let written = written_range(expr, constant, &self.text);
        let range = written.unwrap_or_else(|| {
            self.text.push('\n');
            let start = self.text.len() as u32;
            self.text.push_str(constant);
            TextRange::new(start, self.text.len() as u32)
        });
        let mut emitted = Vec::new();
        for (_, parsed) in statements_in(&self.text, range) {
            match parsed {
                Ok(statement) => {
                    note_made(&statement, &mut self.made);
                    follow_settings(&statement, &mut self.schema);
                    emitted.push(self.emit_in(statement, span, environment));
                }
                Err(error) => self.unread(&error),
            }
        }
        emitted
    }
}

/// Where a literal's text stands in the body without quotes and escapes.
fn written_range(expr: &Expr, constant: &str, text: &str) -> Option<TextRange> {
    let ExprKind::Literal(Literal::String(_)) = &expr.kind else { return None };
    let written = expr.span.slice(text);
    let at = written.find(constant).filter(|_| !constant.is_empty())?;
    let start = expr.span.start + at as u32;
    Some(TextRange::new(start, start + constant.len() as u32))
}

/// Whether a text of which only pieces are known may make or change relations.
fn may_define(expr: &Expr) -> bool {
    let mut pieces = Vec::new();
    let mut pending = vec![expr];
    while let Some(expr) = pending.pop() {
        if let ExprKind::Literal(Literal::String(text)) = &expr.kind {
            pieces.push(text.to_lowercase());
        }
        crate::walk::children(expr, &mut |child| pending.push(child));
    }
    let words = ["create ", "alter ", "drop ", "search_path"];
    pieces.is_empty() || pieces.iter().any(|piece| words.iter().any(|word| piece.contains(word)))
}
