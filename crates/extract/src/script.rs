//! Scripts read by the same engine: which calls a function makes, in order, and with which texts. Migrations written in
//! JavaScript are read so.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::sync::Arc;

use rollproof_source::{Snapshot, SourceMap, Span, TextRange};
use rollproof_sql::MappedText;

use crate::eval::call::callee_path;
use crate::eval::{Evaluator, span};
use crate::ir::{ExprId, ExprKind, Facts, FunctionId, RegionId, RegionKind};
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
    /// It stands in a branch, a loop, a function that is passed on, or after a return: it may run or not, once or often.
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

/// The scripts of one tree.
pub struct Scripts<'p> {
    snapshot: &'p Snapshot,
    sources: &'p SourceMap,
    options: &'p Options,
    cache: &'p Cache,
    /// Made for the first script of each language: it looks at every package of the tree.
    typescript: OnceCell<Option<Program<'p>>>,
    rust: OnceCell<Option<Program<'p>>>,
}

impl<'p> Scripts<'p> {
    /// Ready to read scripts of `snapshot`; nothing is parsed yet.
    #[must_use]
    pub fn new(snapshot: &'p Snapshot, sources: &'p SourceMap, options: &'p Options, cache: &'p Cache) -> Self {
        Self { snapshot, sources, options, cache, typescript: OnceCell::new(), rust: OnceCell::new() }
    }

    fn program(&self, path: &str) -> Option<&Program<'p>> {
        let (name, cell) = if path.ends_with(".rs") { ("rust", &self.rust) } else { ("typescript", &self.typescript) };
        let make = || {
            let language = languages().iter().find(|language| language.files.name == name)?;
            Some(Program::new(self.snapshot, self.sources, self.options, self.cache, language))
        };
        cell.get_or_init(make).as_ref()
    }

    /// The calls that the function `name` of the TypeScript, JavaScript or Rust file at `path` makes, those of functions inside of
    /// it included, in the order in which they are done: what stands in an argument before the call that takes it. None
    /// where there is no such file or function.
    #[must_use]
    pub fn calls_of(&self, path: &str, name: &str) -> Option<Vec<ScriptCall>> {
        let program = self.program(path)?;
        let facts = program.facts(&path.into())?;
        let function = facts.functions.iter().position(|function| function.name.as_deref() == Some(name))?;
        let function = FunctionId(function as u32);
        let range = facts.functions[function.index()].range;
        let mut evaluator = Evaluator::new(program);
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
            let arguments = arguments.into_iter().map(|argument| argument_of(&mut evaluator, &facts, argument));
            calls.push(ScriptCall {
                arguments: arguments.collect(),
                callee: callee_path(&facts, callee),
                span: span(&facts, *expr),
                conditional: is_conditional(&facts, at, region, function),
            });
        }
        calls.sort_by_key(|call| (call.span.range.end, Reverse(call.span.range.start)));
        Some(calls)
    }
}

fn argument_of(evaluator: &mut Evaluator<'_>, facts: &Arc<Facts>, argument: ExprId) -> ScriptArgument {
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

/// Whether what stands at `at` may not run whenever `function` does, or more than once.
fn is_conditional(facts: &Facts, at: TextRange, region: Option<RegionId>, function: FunctionId) -> bool {
    let Some(mut region) = region.or_else(|| facts.region_around(at)) else { return true };
    loop {
        let here = facts.region(region);
        match here.kind {
            RegionKind::Arm(_) | RegionKind::Loop(_) => return true,
            RegionKind::Function(inner) if inner == function => break,
            RegionKind::Function(inner) if !is_run_once(facts, inner) => return true,
            _ => {}
        }
        let Some(parent) = here.parent else { break };
        region = parent;
    }
    // An arm before it that ends with a return leaves it out; one that throws fails as a whole.
    let own = facts.functions[function.index()].range;
    facts.regions.iter().any(|region| {
        matches!(region.kind, RegionKind::Arm(_))
            && region.exits
            && facts
                .text
                .get(region.range.start as usize..region.range.end as usize)
                .is_some_and(|arm| arm.contains("return"))
            && own.start <= region.range.start
            && region.range.end <= at.start
    })
}

/// Whether a function is an argument of a call that runs it once: `db.transaction(async (tx) => …)`.
fn is_run_once(facts: &Facts, function: FunctionId) -> bool {
    const RUNNERS: [&str; 4] = ["transaction", "tx", "begin", "inTransaction"];
    let is_it = |expr: &ExprId| matches!(facts.expr(*expr).kind, ExprKind::Function(other) if other == function);
    facts.calls.iter().any(|expr| match &facts.expr(*expr).kind {
        ExprKind::Call(call) => {
            call.arguments.iter().any(is_it)
                && facts.name_of(call.callee).is_some_and(|name| RUNNERS.contains(&name.as_ref()))
        }
        _ => false,
    })
}
