//! Tags that are functions of the project itself: what they make of their texts and values is what they return.

use std::sync::Arc;

use rollproof_source::{Span, TextRange};
use rustc_hash::FxHashSet;

use super::Evaluator;
use super::call::callee_path;
use super::text::{Texts, piece_of};
use super::value::{Env, FunctionRef, Item, Piece, Value, add};
use crate::ir::{BindingId, BindingKind, Call, CallStyle, ExprId, ExprKind, Facts, ParamId, Part};
use crate::sinks::ends_with;

/// What a tag of the project makes.
pub(super) enum OwnTag {
    /// These texts, or what is known of them.
    Texts(Vec<Value>),
    /// Text in which each value is a placeholder: the function only passes the values on.
    Placeholders,
}

/// How deep functions are looked into that are given a tag's values.
const MAX_PASSED: u32 = 3;

/// How many expressions a tag may cost: a library that makes SQL in its own way takes any number for each.
const TAG_STEPS: u32 = 1_000;

/// What keeps a list a list of the same values.
const KEEPING: &[&str] = &["map", "filter", "slice", "flat"];

impl Evaluator<'_> {
    /// What a tag makes that is a function of the project; none where it is a library's, or nothing tells.
    pub(super) fn own_tag(
        &mut self,
        facts: &Arc<Facts>,
        tag: ExprId,
        parts: &[Part],
        at: Span,
        env: &Env,
    ) -> Option<OwnTag> {
        let tags = self.eval(facts, tag, env);
        let mut functions = tags.iter().filter_map(|tag| match tag {
            Value::Function(function) => Some(function.clone()),
            _ => None,
        });
        let function = functions.next()?;
        if functions.next().is_some() {
            return Some(OwnTag::Texts(vec![lost(facts, parts, at)]));
        }
        let arguments = self.tag_arguments(facts, parts, at, env);
        let made = self.in_steps(TAG_STEPS, |evaluator| {
            let made = evaluator.invoke(&function, arguments, at);
            evaluator.texts_made(made, at)
        });
        let Some(texts) = made else { return Some(OwnTag::Texts(vec![lost(facts, parts, at)])) };
        if !texts.is_empty() && texts.iter().all(is_whole) {
            return Some(OwnTag::Texts(texts));
        }
        let adds_nothing = match texts.as_slice() {
            [] => writes_no_words(&function),
            texts => texts.iter().all(|text| adds_nothing(text, at)),
        };
        if adds_nothing && self.only_passes_values(&function) {
            return Some(OwnTag::Placeholders);
        }
        Some(OwnTag::Texts(if texts.is_empty() { vec![lost(facts, parts, at)] } else { texts }))
    }

    /// The texts between the values, one more than there are values, and each value.
    fn tag_arguments(&mut self, facts: &Arc<Facts>, parts: &[Part], at: Span, env: &Env) -> Vec<Vec<Value>> {
        let mut texts = vec![Vec::new()];
        let mut values = Vec::new();
        for part in parts {
            match part {
                Part::Text(chunk) => texts.last_mut().into_iter().for_each(|text| text.push(piece_of(facts, chunk))),
                Part::Hole(hole) => {
                    texts.push(Vec::new());
                    values.push(self.eval(facts, *hole, env));
                }
            }
        }
        let item = |text: Vec<Piece>| {
            let empty = Piece::Text { text: "".into(), at, verbatim: false };
            Item::one(vec![Value::text(if text.is_empty() { vec![empty] } else { text })])
        };
        let strings = Value::List(texts.into_iter().map(item).collect());
        std::iter::once(vec![strings]).chain(values).collect()
    }

    /// The texts among what a tag returns: by themselves, or in the field that a library reads them from.
    fn texts_made(&mut self, made: Vec<Value>, at: Span) -> Vec<Value> {
        let mut texts = Vec::new();
        for value in made {
            match &value {
                Value::Text(_) | Value::Fragment(..) => add(&mut texts, value),
                Value::Object(_) | Value::Instance(..) | Value::Record(_) | Value::Written(_) => {
                    for field in ["text", "sql"] {
                        let found = self.member(std::slice::from_ref(&value), &field.into(), at);
                        found
                            .into_iter()
                            .filter(|value| matches!(value, Value::Text(_) | Value::Fragment(..)))
                            .for_each(|text| add(&mut texts, text));
                    }
                }
                _ => {}
            }
        }
        texts
    }

    /// Whether a function gives the values of its last parameter to others as they are, so that none becomes text.
    fn only_passes_values(&mut self, function: &FunctionRef) -> bool {
        let info = &function.facts.functions[function.function.index()];
        let Some(index) = info.params.iter().position(|param| param.rest) else { return false };
        self.only_passes(&function.facts, ParamId { function: function.function, index: index as u32 }, MAX_PASSED)
    }

    fn only_passes(&mut self, facts: &Arc<Facts>, param: ParamId, depth: u32) -> bool {
        let is_param = |kind: &BindingKind| matches!(kind, BindingKind::Param(other) if *other == param);
        let binding = facts.bindings.iter().position(|binding| is_param(&binding.kind) && binding.path.is_empty());
        let Some(binding) = binding.map(|at| BindingId(at as u32)) else { return false };
        let within = facts.functions[param.function.index()].range;
        let of_binding = |expr: &ExprId| matches!(facts.expr(*expr).kind, ExprKind::Binding(other) if other == binding);
        let occurrences: Vec<ExprId> = exprs_within(facts, within).filter(of_binding).collect();
        if occurrences.is_empty() {
            return false;
        }
        let mut passed = FxHashSet::default();
        let mut lists: Vec<(ExprId, ExprId)> = Vec::new();
        for expr in exprs_within(facts, within) {
            match &facts.expr(expr).kind {
                ExprKind::Object(fields) => {
                    passed.extend(fields.iter().filter(|field| field.name.is_some()).map(|field| field.value))
                }
                ExprKind::Array(items) => passed.extend(items.iter().copied()),
                ExprKind::Member { object, property } if &**property == "length" => {
                    passed.insert(*object);
                }
                ExprKind::Call(call) => {
                    if let ExprKind::Member { object, property } = &facts.expr(call.callee).kind
                        && KEEPING.contains(&&**property)
                    {
                        lists.push((*object, expr));
                    }
                    let concerned = call.arguments.iter().any(|argument| is_given(facts, *argument, binding));
                    if concerned && let Some(given) = self.passes_on(facts, call, binding, depth) {
                        passed.extend(given);
                    }
                }
                _ => {}
            }
        }
        let kept = |list: &ExprId| lists.iter().any(|(object, call)| object == list && passed.contains(call));
        occurrences.iter().all(|at| passed.contains(at) || kept(at))
    }

    /// The arguments of a call that are passed on as they are.
    fn passes_on(&mut self, facts: &Arc<Facts>, call: &Call, binding: BindingId, depth: u32) -> Option<Vec<ExprId>> {
        let path = callee_path(facts, call.callee);
        // `sql(strings, ...values)`: a library's tag, called.
        if self.program.tag(facts, &path).is_some() && !ends_with(&path, "String.raw") {
            let spread = |argument: &ExprId| match facts.expr(*argument).kind {
                ExprKind::Spread(inner) => inner,
                _ => *argument,
            };
            return Some(call.arguments.iter().map(spread).collect());
        }
        let is_method = matches!(&facts.expr(call.callee).kind, ExprKind::Member { property, .. } if !matches!(&**property, "concat" | "join" | "raw" | "push"));
        if call.style == CallStyle::New || is_method {
            return Some(call.arguments.clone());
        }
        let callees = self.eval(facts, call.callee, &None);
        let [Value::Function(other)] = &callees[..] else { return None };
        let index = call.arguments.iter().position(|argument| is_given(facts, *argument, binding))? as u32;
        let passes = depth > 0
            && matches!(facts.expr(call.arguments[index as usize]).kind, ExprKind::Binding(_))
            && self.only_passes(&other.facts.clone(), ParamId { function: other.function, index }, depth - 1);
        passes.then(|| call.arguments.clone())
    }

    /// `String.raw(strings, ...values)`.
    pub(super) fn string_raw(&mut self, facts: &Arc<Facts>, call: &Call, at: Span, env: &Env) -> Vec<Value> {
        let unknown = || vec![Value::unknown("result of `String.raw`", at)];
        let arguments = self.arguments(facts, &call.arguments, env);
        let Some((strings, values)) = arguments.split_first() else { return unknown() };
        let [Value::List(strings)] = &strings[..] else { return unknown() };
        let mut texts = Texts::new(self.limit());
        for (index, string) in strings.iter().enumerate() {
            let [Value::Text(pieces)] = &string.values[..] else { return unknown() };
            // Where an escape stands, what is written is another text than what it means.
            let is_plain =
                |piece: &Piece| matches!(piece, Piece::Text { text, verbatim, .. } if *verbatim || text.is_empty());
            if string.repeated || string.optional || !pieces.iter().all(is_plain) {
                return unknown();
            }
            pieces.iter().for_each(|piece| texts.push(piece));
            if index + 1 < strings.len()
                && let Some(value) = values.get(index)
            {
                let value = self.forced(value.clone());
                texts.choose(None, &self.value_texts(&value, at), at);
            }
        }
        let texts = texts.finish();
        self.charge(&texts);
        super::text::distinct(texts)
    }
}

/// What is written where nothing tells what becomes of it: the site is not lost, but every value, and what may come at the
/// end, is unknown.
fn lost(facts: &Facts, parts: &[Part], at: Span) -> Value {
    let unknown = || Piece::Unknown("result of a tag of the project".into(), at);
    let piece = |part: &Part| match part {
        Part::Text(chunk) => piece_of(facts, chunk),
        Part::Hole(_) => unknown(),
    };
    Value::text(parts.iter().map(piece).chain(std::iter::once(unknown())).collect())
}

/// The expressions that stand within a range.
fn exprs_within(facts: &Facts, range: TextRange) -> impl Iterator<Item = ExprId> {
    let within = move |expr: &crate::ir::Expr| range.start <= expr.range.start && expr.range.end <= range.end;
    facts.exprs.iter().enumerate().filter(move |(_, expr)| within(expr)).map(|(at, _)| ExprId(at as u32))
}

/// Whether an argument is a name's value, by itself or spread.
fn is_given(facts: &Facts, argument: ExprId, binding: BindingId) -> bool {
    let argument = match facts.expr(argument).kind {
        ExprKind::Spread(inner) => inner,
        _ => argument,
    };
    matches!(facts.expr(argument).kind, ExprKind::Binding(other) if other == binding)
}

fn pieces(value: &Value) -> &[Piece] {
    match value {
        Value::Text(pieces) | Value::Fragment(pieces, ..) => pieces,
        _ => &[],
    }
}

/// Whether every part of a text is known.
fn is_whole(value: &Value) -> bool {
    let known = |piece: &Piece| {
        matches!(piece, Piece::Text { .. } | Piece::Chosen(_) | Piece::Made { .. } | Piece::Placeholder(_))
    };
    pieces(value).iter().all(known)
}

/// Whether no literal of a function has more than a placeholder in it: what it makes of its texts is not known, but it adds
/// nothing to them.
fn writes_no_words(function: &FunctionRef) -> bool {
    let facts = &function.facts;
    let range = facts.functions[function.function.index()].range;
    exprs_within(facts, range).all(|expr| match &facts.expr(expr).kind {
        ExprKind::Template(parts) => parts.iter().all(|part| match part {
            Part::Text(chunk) => is_short(chunk.range.slice(&facts.text)),
            Part::Hole(_) => true,
        }),
        _ => true,
    })
}

/// Whether a text is no longer than what stands around a placeholder's number.
fn is_short(text: &str) -> bool {
    text.trim().chars().count() <= 2
}

/// Whether a text has no words but those of the template at `at`: what else a tag writes are placeholders.
fn adds_nothing(value: &Value, at: Span) -> bool {
    pieces(value).iter().all(|piece| match piece {
        Piece::Text { text, at: from, .. } => {
            let is_templates =
                from.file == at.file && at.range.start <= from.range.start && from.range.end <= at.range.end;
            is_templates || is_short(text)
        }
        _ => true,
    })
}
