//! One statement's run.

use std::sync::Arc;

use rollproof_catalog::{Schema, Taint};
use rollproof_sql::ast::Statement;

use crate::{Problem, ProblemKind, SourceText};

/// Runs `statement`.
pub(crate) fn run(schema: &Schema, statement: &Statement, _source: &SourceText) -> (Schema, Vec<Problem>) {
    let taint = Taint::Everything(Arc::from("statement not modelled"));
    let mut after = schema.clone();
    Arc::make_mut(&mut after.taints).push(taint.clone());
    let problem = Problem {
        kind: ProblemKind::Unmodelled { taint },
        message: "this statement is not modelled".to_owned(),
        span: statement.span,
    };
    (after, vec![problem])
}
