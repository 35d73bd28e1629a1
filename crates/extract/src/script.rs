//! Scripts read by the same engine: which calls a function makes, in order, and with which texts. Migrations written in
//! JavaScript are read so.

use std::sync::Arc;

use rollproof_source::{Snapshot, SourceMap, Span};
use rollproof_sql::MappedText;

use crate::eval::call::callee_path;
use crate::eval::{Evaluator, span};
use crate::ir::{ExprKind, Facts, FunctionId, RegionKind};
use crate::program::{Cache, Program};
use crate::render::render;
use crate::sinks::{Placeholders, languages};
use crate::{Options, Unknown};

/// One call of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptCall {
    /// The names of the callee from left to right, `this` left out: `["pgm", "sql"]`, `["queryRunner", "query"]`.
    pub callee: Vec<Arc<str>>,
    /// The whole call.
    pub span: Span,
    /// Its arguments; for a template tag the template.
    pub arguments: Vec<ScriptArgument>,
    /// It stands in a branch or a loop: it may run or not, once or often.
    pub conditional: bool,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptArgument {
    /// Where it stands.
    pub span: Span,
    /// Every text that it may be; none where it is no text. A text that is not wholly known has holes.
    pub texts: Vec<MappedText>,
    /// Why nothing is known of it, and where the trail was lost.
    pub unknown: Option<Unknown>,
}

/// The calls that the function `name` of the TypeScript or JavaScript file at `path` makes, in source order; calls of
/// functions inside of it included. None where there is no such file or function.
#[must_use]
pub fn calls_of(
    snapshot: &Snapshot,
    sources: &SourceMap,
    options: &Options,
    cache: &Cache,
    path: &str,
    name: &str,
) -> Option<Vec<ScriptCall>> {
    let language = languages().iter().find(|language| language.files.name == "typescript")?;
    let program = Program::new(snapshot, sources, options, cache, language);
    let facts = program.facts(&path.into())?;
    let function = facts.functions.iter().position(|function| function.name.as_deref() == Some(name))?;
    let function = FunctionId(function as u32);
    let range = facts.functions[function.index()].range;
    let mut evaluator = Evaluator::new(&program);
    let mut calls = Vec::new();
    for expr in &facts.calls {
        let at = facts.expr(*expr).range;
        if at.start < range.start || at.end > range.end {
            continue;
        }
        evaluator.begin();
        let (callee, arguments, region) = match &facts.expr(*expr).kind {
            ExprKind::Call(call) => (call.callee, call.arguments.clone(), Some(call.region)),
            ExprKind::Tagged { tag, .. } => (*tag, vec![*expr], None),
            _ => continue,
        };
        let arguments = arguments.into_iter().map(|argument| argument_of(&mut evaluator, &facts, argument)).collect();
        let conditional = region.is_some_and(|region| is_conditional(&facts, region, function));
        calls.push(ScriptCall {
            callee: callee_path(&facts, callee),
            span: span(&facts, *expr),
            arguments,
            conditional,
        });
    }
    Some(calls)
}

fn argument_of(evaluator: &mut Evaluator<'_>, facts: &Arc<Facts>, argument: crate::ir::ExprId) -> ScriptArgument {
    let at = span(facts, argument);
    let values = evaluator.eval(facts, argument, &None);
    let mut texts: Vec<MappedText> = Vec::new();
    let mut unknown = None;
    for text in evaluator.value_texts(&values, at) {
        for text in evaluator.expand(&text, at) {
            let rendered = render(&text, Placeholders::Dollar, &crate::bindings::Bindings::default(), at).text;
            let bare = rendered.text.chars().all(|character| character == MappedText::HOLE);
            if bare {
                unknown = rendered.holes().next().map(|hole| Unknown { reason: hole.reason.clone(), at: hole.at });
            } else if !texts.contains(&rendered) {
                texts.push(rendered);
            }
        }
    }
    ScriptArgument { span: at, texts, unknown }
}

fn is_conditional(facts: &Facts, mut region: crate::ir::RegionId, function: FunctionId) -> bool {
    loop {
        let here = facts.region(region);
        match here.kind {
            RegionKind::Arm(_) | RegionKind::Loop(_) => return true,
            RegionKind::Function(inner) if inner == function => return false,
            _ => {}
        }
        let Some(parent) = here.parent else { return false };
        region = parent;
    }
}
