//! What the sinks and tags of a program are given, before its sites are listed, and whose callers have to be known for it.

use std::sync::Arc;

use rayon::prelude::*;
use rollproof_source::{FileId, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::eval::each::is_uncalled;
use crate::eval::value::{ParamRef, Piece, Value};
use crate::eval::{Evaluator, span};
use crate::ir::{ExprId, ExprKind, Facts, FunctionId};
use crate::looks::statement_head;
use crate::matching::Target;
use crate::program::{Grown, Program};

/// How many functions may pass a text on, one to the next.
pub(crate) const MAX_HOPS: usize = 2_000;

/// What the sinks of a wave are given, by file: all that the search for callers and the list of sites both ask for.
pub(crate) struct Survey {
    pub(crate) files: Vec<FileSurvey>,
    /// What callers give for the parameters in texts.
    followed: FxHashMap<Followed, Given>,
    /// Texts that those went through, and the tags that are a part of another.
    pub(crate) touched: Texts,
    pub(crate) spliced: Texts,
}

/// A call, and the parameter for which it gives something.
type Followed = (FileId, ExprId, ParamRef);

/// What a call gives for a parameter, and what of it leads on to other callers.
struct Given {
    values: Vec<Value>,
    params: Vec<ParamRef>,
    uncalled: Vec<Span>,
    /// The functions whose callers have a say in it.
    asked: Vec<(FileId, FunctionId)>,
}

/// What is sent in one file.
#[derive(Default)]
pub(crate) struct FileSurvey {
    /// The calls and tags that send something, or might if others called what they stand in, in source order.
    calls: Vec<CallSurvey>,
    /// The parameters in texts that no sink takes.
    text_params: Vec<ParamRef>,
    /// Texts that the sinks and tags went through.
    pub(crate) touched: Texts,
}

/// What one call or tag is given.
struct CallSurvey {
    expr: ExprId,
    /// The sink that it is, if it is one.
    target: Option<Target>,
    /// The values of its text.
    values: Vec<Value>,
    /// Tags that are a part of it.
    used_tags: Texts,
    /// The functions on whose callers the text hangs.
    hangs: Vec<(FileId, FunctionId)>,
    /// Those whose callers had a say in what is sent at all.
    tried: FxHashSet<(FileId, FunctionId)>,
}

impl CallSurvey {
    /// The functions whose callers have a say in it.
    fn asked(&self) -> impl Iterator<Item = &(FileId, FunctionId)> {
        self.hangs.iter().chain(&self.tried)
    }

    /// Whether nothing comes of it, whoever calls what.
    fn is_idle(&self) -> bool {
        self.values.is_empty() && self.target.is_none() && self.used_tags.is_empty() && self.asked().next().is_none()
    }

    /// The parameters in its text.
    fn params(&self) -> impl Iterator<Item = ParamRef> + '_ {
        self.values.iter().flat_map(params_of)
    }

    /// Where parameters stand whose callers were asked for in vain on the way to its text.
    fn uncalled(&self) -> impl Iterator<Item = Span> + '_ {
        self.values.iter().flat_map(uncalled_of)
    }
}

impl FileSurvey {
    /// The calls that are sinks, in source order, and the values of their text argument.
    pub(crate) fn sinks(&self) -> impl Iterator<Item = (ExprId, &Target, &[Value])> {
        self.calls.iter().filter_map(|call| Some((call.expr, call.target.as_ref()?, call.values.as_slice())))
    }

    /// Tags that are a part of another.
    pub(crate) fn used_tags(&self) -> impl Iterator<Item = &(FileId, ExprId)> {
        self.calls.iter().flat_map(|call| &call.used_tags)
    }

    /// What is as it was stays; what hangs on one of the functions that have new callers is asked again.
    fn again(mut self, program: &Program<'_>, facts: &Arc<Facts>, new: &FxHashSet<(FileId, FunctionId)>) -> Self {
        let mut evaluator = None;
        for call in &mut self.calls {
            if call.asked().any(|key| new.contains(key)) {
                *call = survey_call(evaluator.get_or_insert_with(|| Evaluator::new(program)), facts, call.expr);
            }
        }
        self.touched.extend(evaluator.map(|evaluator| evaluator.touched).unwrap_or_default());
        self
    }
}

impl Survey {
    pub(crate) fn new(program: &Program<'_>) -> Self {
        let surveyed = program.wave.par_iter().map(|facts| survey(program, facts));
        let (followed, touched, spliced) = (FxHashMap::default(), Texts::default(), Texts::default());
        Self { files: surveyed.collect(), followed, touched, spliced }
    }

    /// What a call gives for a parameter, as it was found when its callers were looked for.
    pub(crate) fn given(&self, caller: &Facts, call: ExprId, param: &ParamRef) -> Option<&[Value]> {
        Some(&self.followed.get(&(caller.file, call, param.clone()))?.values)
    }

    /// The same for more files. What a file's sinks are given is as it was, unless the new files hold callers that it hangs
    /// on. What texts that no sink takes are made of depends little on who calls: those of the files that were there before
    /// are not evaluated again.
    pub(crate) fn again(mut self, program: &Program<'_>, before: &[Arc<Facts>], grown: &Grown) -> Self {
        let known = before.iter().zip(self.files).map(|(facts, file)| (facts.file, file));
        let mut known: FxHashMap<FileId, FileSurvey> = known.collect();
        let files = program.wave.iter().map(|facts| (facts, known.remove(&facts.file))).collect::<Vec<_>>();
        let calls = files.iter().filter_map(|(_, known)| known.as_ref()).flat_map(|file| &file.calls);
        let followed = self.followed.values().flat_map(|given| &given.asked);
        let asked: FxHashSet<(FileId, FunctionId)> =
            calls.flat_map(CallSurvey::asked).chain(followed).copied().collect();
        let new: FxHashSet<(FileId, FunctionId)> =
            asked.into_par_iter().filter(|key| program.has_new_callers(grown, *key)).collect();
        self.followed.retain(|_, given| !given.asked.iter().any(|key| new.contains(key)));
        let surveyed = files.into_par_iter().map(|(facts, known)| match known {
            Some(known) => known.again(program, facts, &new),
            None => survey(program, facts),
        });
        Self { files: surveyed.collect(), ..self }
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
        let call = survey_call(&mut evaluator, facts, *expr);
        if !call.is_idle() {
            found.calls.push(call);
        }
    }
    found.touched = evaluator.touched;
    found.text_params = params_of_texts(program, facts, &found.touched);
    found
}

fn survey_call(evaluator: &mut Evaluator<'_>, facts: &Arc<Facts>, expr: ExprId) -> CallSurvey {
    evaluator.begin();
    let (target, values) = match &facts.expr(expr).kind {
        ExprKind::Call(call) => match evaluator.tentatively(|evaluator| (evaluator.sink_of(facts, expr), false)) {
            Some(target) => {
                // What it costs to tell a sink does not count against its text.
                evaluator.begin();
                let values = evaluator.argument_values(facts, call, &target);
                (Some(target), values)
            }
            None => (None, Vec::new()),
        },
        // A tag may be a part of another that stands in another file: all are evaluated before any is judged.
        ExprKind::Tagged { .. } => (None, evaluator.eval_of_any_class(facts, expr)),
        _ => (None, Vec::new()),
    };
    CallSurvey {
        expr,
        target,
        values,
        used_tags: std::mem::take(&mut evaluator.spliced),
        hangs: evaluator.take_hanging(),
        tried: evaluator.take_tried(),
    }
}

/// Names of the functions whose parameters reach a sink, wholly or as a part of the text, through however many calls: their
/// callers have to be known.
pub(crate) fn functions_to_follow(program: &Program<'_>, survey: &mut Survey) -> FxHashSet<Arc<str>> {
    let Survey { files, followed, touched, spliced } = survey;
    let calls = || files.iter().flat_map(|file| &file.calls);
    let of_texts = files.iter().flat_map(|file| &file.text_params).cloned();
    let mut open: Vec<ParamRef> = calls().flat_map(CallSurvey::params).chain(of_texts).collect();
    let uncalled = calls().flat_map(CallSurvey::uncalled);
    let mut names: FxHashSet<Arc<str>> = uncalled.flat_map(|at| names_of_uncalled(program, at)).collect();
    // What is known of a text may hang on who calls a function without any of its parameters being left in it.
    let hangs: FxHashSet<(FileId, FunctionId)> = calls().flat_map(|call| &call.hangs).copied().collect();
    for (file, function) in hangs {
        let Some(facts) = program.facts(&program.sources.file(file).path) else { continue };
        if let Some(name) = program.called_as(&facts, function) {
            names.extend(program.constructed_as(&name));
        }
    }
    let mut seen: FxHashSet<ParamRef> = FxHashSet::default();
    let mut evaluator = Evaluator::settling(program);
    while let Some(param) = open.pop() {
        if seen.len() > MAX_HOPS || !seen.insert(param.clone()) {
            continue;
        }
        let Some(facts) = program.facts(&param.path) else { continue };
        let called = program.called_as(&facts, param.param.function);
        // An heir's name is as good as that of the class whose constructor it is.
        names.extend(called.map_or_else(Vec::new, |name| program.constructed_as(&name)));
        evaluator.begin();
        let calls = program.calls(&mut evaluator, &facts, param.param.function);
        names.extend(calls.names.iter().cloned());
        for (caller, call) in calls.callers.iter() {
            let key = (caller.file, *call, param.clone());
            let new = || given_by(&mut evaluator, (caller, *call), &facts, &param);
            let given = followed.entry(key).or_insert_with(new);
            names.extend(given.uncalled.iter().flat_map(|at| names_of_uncalled(program, *at)));
            open.extend(given.params.iter().cloned());
        }
    }
    touched.extend(evaluator.touched);
    spliced.extend(evaluator.spliced);
    names
}

fn given_by(
    evaluator: &mut Evaluator<'_>,
    (caller, call): (&Arc<Facts>, ExprId),
    callee: &Arc<Facts>,
    param: &ParamRef,
) -> Given {
    evaluator.begin();
    // What was asked for on the way to the call is no part of what it gives.
    drop((evaluator.take_hanging(), evaluator.take_tried()));
    let values = evaluator.given(caller, call, callee, param, span(caller, call));
    Given {
        params: values.iter().flat_map(params_of).collect(),
        uncalled: values.iter().flat_map(uncalled_of).collect(),
        asked: evaluator.take_hanging().into_iter().chain(evaluator.take_tried()).collect(),
        values,
    }
}

/// The names that the function is called by one of whose parameters stands there.
fn names_of_uncalled(program: &Program<'_>, at: Span) -> Vec<Arc<str>> {
    let name = name_of_uncalled(program, at);
    name.map_or_else(Vec::new, |name| program.constructed_as(&name))
}

fn name_of_uncalled(program: &Program<'_>, at: Span) -> Option<Arc<str>> {
    let facts = program.facts(&program.sources.file(at.file).path)?;
    let takes = |function: &crate::ir::Function| function.params.iter().any(|param| param.range == at.range);
    let function = facts.functions.iter().position(takes)?;
    program.called_as(&facts, FunctionId(function as u32))
}

/// The parameters in a text that nobody was seen to give.
fn uncalled_of(value: &Value) -> Vec<Span> {
    let (Value::Text(pieces) | Value::Fragment(pieces, ..)) = value else { return Vec::new() };
    let lost = |piece: &Piece| match piece {
        Piece::Unknown(reason, at) if is_uncalled(reason) => Some(*at),
        _ => None,
    };
    pieces.iter().filter_map(lost).collect()
}

fn params_of(value: &Value) -> Vec<ParamRef> {
    match value {
        Value::Param(param, _) => vec![param.of_any()],
        Value::Text(pieces) | Value::Fragment(pieces, ..) => params_in(pieces),
        _ => Vec::new(),
    }
}

fn params_in(pieces: &[Piece]) -> Vec<ParamRef> {
    let params = pieces.iter().flat_map(|piece| match piece {
        Piece::Param(param, _) => vec![param.of_any()],
        Piece::Choice(choice) => choice.ways().flat_map(|way| params_in(way)).collect(),
        _ => Vec::new(),
    });
    params.collect()
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
                // `SELECT\n` in a text on one line.
                let head = text.split_once('\\').filter(|(_, rest)| rest.starts_with(['n', 'r', 't']));
                return statement_head(text) || head.is_some_and(|(head, _)| statement_head(head));
            }
            _ => return false,
        }
    }
    false
}
