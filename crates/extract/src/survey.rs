//! What the sinks and tags of a program are given, before its sites are listed, and whose callers have to be known for it.

use std::sync::Arc;

use rayon::prelude::*;
use rollproof_source::FileId;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::eval::value::{ParamRef, Piece, Value};
use crate::eval::{Evaluator, span};
use crate::ir::{ExprId, ExprKind, Facts};
use crate::looks::statement_head;
use crate::matching::Target;
use crate::program::Program;

/// How many functions may pass a text on, one to the next.
pub(crate) const MAX_HOPS: usize = 2_000;

/// What the sinks of a wave are given, by file: all that the search for callers and the list of sites both ask for.
pub(crate) struct Survey {
    pub(crate) files: Vec<FileSurvey>,
}

/// What is sent in one file.
#[derive(Default)]
pub(crate) struct FileSurvey {
    /// The calls that are sinks, in source order, and the values of their text argument.
    pub(crate) sinks: Vec<(ExprId, Target, Vec<Value>)>,
    /// The parameters in those and in tags.
    params: Vec<ParamRef>,
    /// The parameters in texts that no sink takes.
    text_params: Vec<ParamRef>,
    /// Texts that the sinks and tags went through, and tags that are a part of another.
    pub(crate) touched: Texts,
    pub(crate) used_tags: Texts,
}

impl Survey {
    pub(crate) fn new(program: &Program<'_>) -> Self {
        let surveyed = program.wave.par_iter().map(|facts| {
            let mut found = survey(program, facts);
            found.text_params = params_of_texts(program, facts, &found.touched);
            found
        });
        Self { files: surveyed.collect() }
    }

    /// The same for more files. What texts that no sink takes are made of depends little on who calls: those of the files
    /// that were there before are not evaluated again.
    pub(crate) fn again(self, program: &Program<'_>, before: &[Arc<Facts>]) -> Self {
        let known = before.iter().zip(self.files).map(|(facts, file)| (facts.file, file.text_params));
        let known: FxHashMap<FileId, Vec<ParamRef>> = known.collect();
        let surveyed = program.wave.par_iter().map(|facts| {
            let mut found = survey(program, facts);
            found.text_params = match known.get(&facts.file) {
                Some(params) => params.clone(),
                None => params_of_texts(program, facts, &found.touched),
            };
            found
        });
        Self { files: surveyed.collect() }
    }
}

pub(crate) type Texts = FxHashSet<(FileId, ExprId)>;

/// The parameters in a file's texts that read as SQL: one that no sink takes is a site too.
fn params_of_texts(program: &Program<'_>, facts: &Arc<Facts>, touched: &Texts) -> Vec<ParamRef> {
    let mut evaluator = Evaluator::new(program);
    let mut params = Vec::new();
    for expr in &facts.texts {
        if may_read_as_sql(facts, *expr) && !touched.contains(&(facts.file, *expr)) {
            evaluator.begin();
            params.extend(evaluator.eval(facts, *expr, &None).iter().flat_map(params_of));
        }
    }
    params
}

fn survey(program: &Program<'_>, facts: &Arc<Facts>) -> FileSurvey {
    let mut evaluator = Evaluator::new(program);
    let mut found = FileSurvey::default();
    for expr in &facts.calls {
        evaluator.begin();
        match &facts.expr(*expr).kind {
            ExprKind::Call(call) => {
                let Some(target) = evaluator.sink_of(facts, *expr) else { continue };
                let values = evaluator.argument_values(facts, call, &target);
                found.params.extend(values.iter().flat_map(params_of));
                found.sinks.push((*expr, target, values));
            }
            // A tag may be a part of another that stands in another file: all are evaluated before any is judged.
            ExprKind::Tagged { .. } => {
                found.params.extend(evaluator.eval(facts, *expr, &None).iter().flat_map(params_of));
            }
            _ => {}
        }
    }
    found.touched = std::mem::take(&mut evaluator.touched);
    found.used_tags = std::mem::take(&mut evaluator.spliced);
    found
}

/// Names of the functions whose parameters reach a sink, wholly or as a part of the text: those that stand around the
/// sinks, and all of them, through however many calls.
pub(crate) fn functions_to_follow(
    program: &Program<'_>,
    survey: &Survey,
) -> (FxHashSet<Arc<str>>, FxHashSet<Arc<str>>) {
    let mut open: Vec<ParamRef> =
        survey.files.iter().flat_map(|file| file.params.iter().chain(&file.text_params).cloned()).collect();
    let name = |param: &ParamRef| {
        let facts = program.facts(&param.path)?;
        program.called_as(&facts, param.param.function)
    };
    let near: FxHashSet<Arc<str>> = open.iter().filter_map(name).collect();
    let mut seen: FxHashSet<ParamRef> = FxHashSet::default();
    let mut names = FxHashSet::default();
    let mut evaluator = Evaluator::new(program);
    while let Some(param) = open.pop() {
        if seen.len() > MAX_HOPS || seen.contains(&param) {
            continue;
        }
        seen.insert(param.clone());
        let Some(facts) = program.facts(&param.path) else { continue };
        names.extend(name(&param));
        evaluator.begin();
        for (caller, call) in program.callers(&mut evaluator, &facts, param.param.function).iter() {
            evaluator.begin();
            let at = span(caller, *call);
            open.extend(evaluator.given(caller, *call, &facts, &param, at).iter().flat_map(params_of));
        }
    }
    (near, names)
}

fn params_of(value: &Value) -> Vec<ParamRef> {
    match value {
        Value::Param(param, _) => vec![param.clone()],
        Value::Text(pieces) | Value::Fragment(pieces, ..) => pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Param(param, _) => Some(param.clone()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// A look at the literal head alone, before anything is evaluated.
pub(crate) fn may_read_as_sql(facts: &Facts, expr: ExprId) -> bool {
    let mut next = expr;
    for _ in 0..8 {
        match &facts.expr(next).kind {
            ExprKind::Concat(parts) => match parts.first() {
                Some(first) => next = *first,
                None => return false,
            },
            ExprKind::Template(_) => {
                let text = facts.expr(next).range.slice(&facts.text);
                let text = text.trim_start_matches(['"', '\'', '`', '\\', 'n', 'r', '#']);
                return statement_head(text);
            }
            _ => return false,
        }
    }
    false
}
