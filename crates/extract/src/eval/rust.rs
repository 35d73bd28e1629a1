//! What only Rust has: paths and macros.

use std::sync::Arc;

use rollproof_source::Span;

use super::value::{Env, Value};
use super::{Evaluator, span};
use crate::ir::{Call, ExprId, Facts};

impl Evaluator<'_> {
    pub(super) fn path(&mut self, _facts: &Arc<Facts>, path: &[Arc<str>], _at: Span) -> Vec<Value> {
        vec![Value::External { module: path.first().cloned().unwrap_or_else(|| "".into()), path: path.into() }]
    }

    pub(super) fn macro_call(&mut self, facts: &Arc<Facts>, expr: ExprId, _call: &Call, _env: &Env) -> Vec<Value> {
        vec![Value::Opaque(span(facts, expr))]
    }
}

impl Evaluator<'_> {
    /// The sink of a macro.
    pub(crate) fn macro_sink(&mut self, facts: &Arc<Facts>, path: &[Arc<str>]) -> Option<crate::matching::Target> {
        let _ = (facts, path);
        None
    }

    /// The text of the file that an argument names.
    pub(crate) fn sql_file(&mut self, facts: &Arc<Facts>, argument: ExprId, at: Span) -> Vec<Value> {
        self.read_file(facts, Some(argument), at, &None)
    }
}
