//! What stands inside of another query as SQL: queries that a builder makes, raw texts that are bound like values.

use std::sync::Arc;

use rollproof_source::Span;

use super::value::{Env, Piece, Pieces, Value};
use super::{Evaluator, span};
use crate::QUERY_BUILDER;
use crate::ir::{Call, ExprId, ExprKind, Facts};
use crate::render::translated;
use crate::sinks::Placeholders;

/// The reason of a query that a builder makes and that stands in another, or may: SQL, and no value.
pub(crate) const BUILT: &str = "part that a query builder makes";

/// Methods of a fragment whose result is the fragment again: Drizzle's and Kysely's types and plugins.
const THE_SAME: &[&str] = &[
    "setName",
    "useBind",
    "mapWith",
    "$type",
    "$castTo",
    "$notNull",
    "inlineParams",
    "withPlugin",
    "withoutPlugins",
    "getSQL",
];

/// How many calls a chain may have.
const MAX_CHAIN: usize = 64;

/// Whether a reason says that what is not known is SQL.
pub(crate) fn is_built(reason: &str) -> bool {
    matches!(reason, BUILT | QUERY_BUILDER)
}

impl Evaluator<'_> {
    /// Whether a call starts a built query that others may hold.
    pub(super) fn builds(&mut self, facts: &Arc<Facts>, expr: ExprId, call: &Call) -> bool {
        let first = call.arguments.first().map(|first| &facts.expr(*first).kind);
        // `knex({ client: "pg" })` makes the builder itself.
        let is_made = matches!(first, Some(ExprKind::Object(_)));
        let found = self.builder_at(facts, expr, call);
        found.is_some_and(|(_, builder)| builder.embeds && !((builder.text_argument || builder.called) && is_made))
    }

    /// What a call is worth that is waited for: rows, where it is a built query.
    pub(super) fn waited_for(&mut self, facts: &Arc<Facts>, expr: ExprId, values: Vec<Value>, at: Span) -> Vec<Value> {
        let built = |value: &Value| matches!(value, Value::Unknown(reason, _) if reason.as_ref() == BUILT);
        if !values.iter().any(built) {
            return values;
        }
        let module = self.built_by(facts, expr);
        let rows = |value: Value| match (&module, built(&value)) {
            (_, false) => value,
            (Some(module), true) => {
                Value::External { module: module.clone(), path: ["Rows".into(), "rows".into()].into() }
            }
            (None, true) => Value::Opaque(at),
        };
        values.into_iter().map(rows).collect()
    }

    /// The package whose builder a chain of calls starts with.
    fn built_by(&mut self, facts: &Arc<Facts>, expr: ExprId) -> Option<Arc<str>> {
        let mut next = expr;
        for _ in 0..MAX_CHAIN {
            let ExprKind::Call(call) = &facts.expr(next).kind else { return None };
            if let Some((library, _)) = self.builder_at(facts, next, call) {
                return library.modules.first().map(|module| module.as_str().into());
            }
            next = call.callee;
            while let ExprKind::Member { object, .. } = facts.expr(next).kind {
                next = object;
            }
        }
        None
    }

    /// A method of a fragment; none where it is another's, or gives rows.
    pub(super) fn method_of_fragment(
        &mut self,
        facts: &Arc<Facts>,
        object: ExprId,
        name: &Arc<str>,
        call: &Call,
        env: &Env,
    ) -> Option<Vec<Value>> {
        let same = THE_SAME.contains(&name.as_ref());
        if call.awaited || !(same || name.as_ref() == "as") {
            return None;
        }
        let values = self.eval(facts, object, env);
        // sql-template-strings: what is appended to is a text.
        let grown = matches!(name.as_ref(), "setName" | "useBind");
        let is_part = |value: &Value| matches!(value, Value::Fragment(..)) || grown && matches!(value, Value::Text(_));
        if !values.iter().any(is_part) {
            return None;
        }
        let at = span(facts, object);
        Some(if same { values } else { vec![Value::unknown("fragment under another name", at)] })
    }

    /// A raw text with what is bound to it.
    pub(super) fn part(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Vec<Pieces> {
        let Some(first) = call.arguments.first() else { return Vec::new() };
        let values = self.eval(facts, *first, env);
        let names = match call.arguments.get(1) {
            Some(given) => self.bindings(facts, *given, env),
            None => return self.value_texts(&values, at),
        };
        let texts = self.value_texts(&values, at);
        let closed = |text: &Pieces| super::spread::closed(text, self.limit());
        texts.iter().map(|text| translated(&closed(text), Placeholders::Question, &names).into()).collect()
    }

    /// What is bound as SQL, where a value is that; none for a value that is sent or quoted.
    pub(crate) fn bound_part(&self, value: &Value, at: Span) -> Option<Pieces> {
        let unknown = |reason: &str, at: Span| -> Pieces { [Piece::Unknown(reason.into(), at)].into() };
        match value {
            Value::Fragment(pieces, ..) => Some(pieces.clone()),
            Value::Unknown(reason, at) if is_built(reason) => Some(unknown(BUILT, *at)),
            Value::External { module, path } if self.program.makes_parts(module, path) => Some(unknown(BUILT, at)),
            Value::List(items) => {
                let mut values = items.iter().flat_map(|item| item.values.iter());
                values.any(|value| self.bound_part(value, at).is_some()).then(|| unknown(BUILT, at))
            }
            _ => None,
        }
    }
}
