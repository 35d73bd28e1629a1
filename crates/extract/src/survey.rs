//! What the sinks and tags of a program are given, before its sites are listed, and whose callers have to be known for it.

use std::sync::Arc;

use rayon::prelude::*;
use rollproof_source::FileId;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::eval::text::names_schema;
use crate::eval::value::{ParamRef, Piece, Value};
use crate::eval::{Evaluator, span};
use crate::ir::{ExprId, ExprKind, Facts};
use crate::looks::statement_head;
use crate::matching::Target;
use crate::program::{Asked, Grown, Program};

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
    /// Those among them that stand where a schema does: most often they have a default, however far away.
    schemas: Vec<ParamRef>,
    /// The parameters in texts that no sink takes.
    text_params: Vec<ParamRef>,
    /// Texts that the sinks and tags went through, and tags that are a part of another.
    pub(crate) touched: Texts,
    pub(crate) used_tags: Texts,
    /// The functions whose callers had to be known.
    asked: Asked,
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

    /// The same for more files. What a file's sinks are given is as it was, unless the new files hold callers that it hangs
    /// on. What texts that no sink takes are made of depends little on who calls: those of the files that were there before
    /// are not evaluated again.
    pub(crate) fn again(self, program: &Program<'_>, before: &[Arc<Facts>], grown: &Grown) -> Self {
        let known = before.iter().zip(self.files).map(|(facts, file)| (facts.file, file));
        let mut known: FxHashMap<FileId, FileSurvey> = known.collect();
        let files = program.wave.iter().map(|facts| (facts, known.remove(&facts.file))).collect::<Vec<_>>();
        let surveyed = files.into_par_iter().map(|(facts, known)| match known {
            Some(known) if !grown.may_call_any(program, &known.asked) => known,
            Some(known) => FileSurvey { text_params: known.text_params, ..survey(program, facts) },
            None => {
                let mut found = survey(program, facts);
                found.text_params = params_of_texts(program, facts, &found.touched);
                found
            }
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
            params.extend(evaluator.eval_of_any_class(facts, *expr).iter().flat_map(params_of));
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
                // What it costs to tell a sink does not count against its text.
                evaluator.begin();
                let values = evaluator.argument_values(facts, call, &target);
                found.schemas.extend(values.iter().flat_map(schemas_of));
                found.params.extend(values.iter().flat_map(params_of));
                found.sinks.push((*expr, target, values));
            }
            // A tag may be a part of another that stands in another file: all are evaluated before any is judged.
            ExprKind::Tagged { .. } => {
                let values = evaluator.eval_of_any_class(facts, *expr);
                found.params.extend(values.iter().flat_map(params_of));
                found.schemas.extend(values.iter().flat_map(schemas_of));
            }
            _ => {}
        }
    }
    found.touched = std::mem::take(&mut evaluator.touched);
    found.used_tags = std::mem::take(&mut evaluator.spliced);
    found.asked = std::mem::take(&mut evaluator.asked);
    found
}

/// Names of functions whose callers have to be known.
#[derive(Default)]
pub(crate) struct ToFollow {
    /// They stand around a sink.
    pub(crate) near: FxHashSet<Arc<str>>,
    /// All of them.
    pub(crate) far: FxHashSet<Arc<str>>,
    /// They give the name of a schema, or inherit a constructor that stands around a sink.
    pub(crate) schemas: FxHashSet<Arc<str>>,
}

impl ToFollow {
    pub(crate) fn extend(&mut self, other: Self) {
        self.far.extend(other.far);
        self.schemas.extend(other.schemas);
    }

    pub(crate) fn len(&self) -> usize {
        self.far.len() + self.schemas.len()
    }
}

/// Names of the functions whose parameters reach a sink, wholly or as a part of the text: those that stand around the
/// sinks or give the name of a schema, and all of them, through however many calls.
pub(crate) fn functions_to_follow(program: &Program<'_>, survey: &Survey) -> ToFollow {
    let all =
        survey.files.iter().flat_map(|file| file.params.iter().chain(&file.text_params).map(|param| (param, false)));
    let schemas = survey.files.iter().flat_map(|file| file.schemas.iter().map(|param| (param, true)));
    // The last are taken first: a schema's name counts as one however else it is reached.
    let mut open: Vec<(ParamRef, bool)> = all.chain(schemas).map(|(param, schema)| (param.clone(), schema)).collect();
    let name = |param: &ParamRef| {
        let facts = program.facts(&param.path)?;
        program.called_as(&facts, param.param.function)
    };
    let near = open.iter().filter_map(|(param, _)| name(param));
    let near: FxHashSet<Arc<str>> = near.flat_map(|name| program.constructed_as(&name)).collect();
    let mut schemas = FxHashSet::default();
    let mut seen: FxHashSet<ParamRef> = FxHashSet::default();
    let mut names = FxHashSet::default();
    let mut evaluator = Evaluator::new(program);
    while let Some((param, schema)) = open.pop() {
        if seen.len() > MAX_HOPS || seen.contains(&param) {
            continue;
        }
        seen.insert(param.clone());
        let Some(facts) = program.facts(&param.path) else { continue };
        let called = name(&param).map_or_else(Vec::new, |name| program.constructed_as(&name));
        // An heir's name is as good as that of the class whose constructor it is.
        let heirs = called.len() > 1 && near.contains(&called[0]);
        if schema || heirs {
            schemas.extend(called.iter().cloned());
        }
        names.extend(called);
        evaluator.begin();
        for (caller, call) in program.callers(&mut evaluator, &facts, param.param.function).iter() {
            evaluator.begin();
            let at = span(caller, *call);
            let given = evaluator.given(caller, *call, &facts, &param, at);
            open.extend(given.iter().flat_map(params_of).map(|param| (param, schema)));
        }
    }
    ToFollow { near, far: names, schemas }
}

/// The parameters that stand before a dot.
fn schemas_of(value: &Value) -> Vec<ParamRef> {
    let (Value::Text(pieces) | Value::Fragment(pieces, ..)) = value else { return Vec::new() };
    let schema = |pair: &[Piece]| match pair {
        [Piece::Param(param, _), Piece::Text { text, .. }] if names_schema(text) => Some(param.clone()),
        _ => None,
    };
    pieces.windows(2).filter_map(schema).collect()
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
