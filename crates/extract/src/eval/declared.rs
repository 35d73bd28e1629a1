//! Parameters by what they are declared to be, where nobody is seen to give them: `dir: "asc" | "desc"` is one of two texts,
//! `options.limit` a number. TypeScript's compiler has seen to it; what is cast to a type is not believed.

use std::sync::Arc;

use rollproof_source::{Span, TextRange};

use super::Evaluator;
use super::typed::imported;
use super::value::{ParamRef, Piece, Value, add};
use crate::ir::{BindingId, ExprId, ExprKind, Facts, Function, Step};
use crate::lang::declared::{Declared, annotation, definition};

/// Through how many types a value is followed.
pub(super) const MAX_HOPS: u32 = 16;

/// A type, and the file that it is written in.
pub(super) type Typed = (Arc<Facts>, Declared);

impl Evaluator<'_> {
    /// The values that a parameter may have by its declared type; none where that does not tell all of their texts.
    pub(super) fn declared_param(&mut self, facts: &Arc<Facts>, param: &ParamRef, at: Span) -> Option<Vec<Value>> {
        let info = &facts.functions[param.param.function.index()].params[param.param.index as usize];
        if info.typed.is_none() && info.default.is_none() {
            return None;
        }
        let key = (param.clone(), at);
        if let Some(known) = self.declared.get(&key) {
            return known.clone();
        }
        // What needs itself to be told is not told.
        self.declared.insert(key.clone(), None);
        let found = self.declared_anew(facts, param, at);
        self.declared.insert(key, found.clone());
        found
    }

    fn declared_anew(&mut self, facts: &Arc<Facts>, param: &ParamRef, at: Span) -> Option<Vec<Value>> {
        let function = &facts.functions[param.param.function.index()];
        let info = &function.params[param.param.index as usize];
        let typed = match info.typed {
            Some(_) if is_generic(facts, function) => return None,
            Some(typed) => info.declared.get_or_init(|| annotation(typed.slice(&facts.text), typed.start)).clone(),
            // What has a number as its default is one, for TypeScript.
            None if is_typescript(&facts.path) && param.steps.is_empty() => match facts.expr(info.default?).kind {
                ExprKind::Number(Some(_)) => return Some(vec![Value::Number(at)]),
                _ => return None,
            },
            None => return None,
        };
        let mut of = (facts.clone(), typed);
        let mut others = Vec::new();
        if info.optional {
            others.push(Value::Nothing);
        }
        for step in &param.steps {
            of = match step {
                Step::Field(name) => self.declared_member(of, name, MAX_HOPS)?,
                Step::Item(_) => self.declared_item(of, MAX_HOPS)?,
                Step::Without(_) => of,
                Step::Or { path, default } => {
                    let facts = self.program.facts(path)?;
                    others.retain(|value| *value != Value::Nothing);
                    others.extend(self.eval(&facts, *default, &None));
                    of
                }
                Step::From(_) | Step::Method { .. } => return None,
            };
        }
        let ends_in_default = matches!(param.steps.last(), Some(Step::Or { .. }));
        let mut values = self.declared_values(&of, at, MAX_HOPS)?;
        if info.default.is_some() && param.steps.is_empty() || ends_in_default {
            values.retain(|value| *value != Value::Nothing);
        }
        others.into_iter().for_each(|value| add(&mut values, value));
        Some(values)
    }

    /// What a call gives for a parameter, what is not known of it told by the declared type, unless the call casts it to that.
    pub(super) fn or_declared(
        &mut self,
        given: Vec<Value>,
        (caller, call): (&Facts, ExprId),
        (facts, param): (&Arc<Facts>, &ParamRef),
        at: Span,
    ) -> Vec<Value> {
        let is_passed = |value: &Value| matches!(value, Value::Param(..));
        if !given.iter().any(|value| is_open(value) || is_passed(value)) || !is_checked(caller, call) {
            return given;
        }
        let Some(declared) = self.declared_param(facts, param, at) else { return given };
        // What the caller itself is given is of the same type.
        let all = if given.iter().any(is_passed) { self.forced(given.clone()) } else { given.clone() };
        if !all.iter().any(is_open) {
            return given;
        }
        let mut values: Vec<Value> = all.into_iter().filter(|value| !is_open(value)).collect();
        declared.into_iter().for_each(|value| add(&mut values, value));
        values
    }

    /// The values of a type of which each is known.
    pub(super) fn declared_values(&mut self, (facts, typed): &Typed, at: Span, hops: u32) -> Option<Vec<Value>> {
        let hops = hops.checked_sub(1)?;
        match typed {
            Declared::Number => Some(vec![Value::Number(at)]),
            Declared::Truth => Some(vec![Value::Opaque(at)]),
            Declared::Nothing => Some(vec![Value::Nothing]),
            Declared::Text(text, range) => Some(vec![written(facts, text, *range)]),
            Declared::OneOf(types) => {
                let mut all = Vec::new();
                for typed in types.iter() {
                    let values = self.declared_values(&(facts.clone(), typed.clone()), at, hops)?;
                    values.into_iter().for_each(|value| add(&mut all, value));
                }
                Some(all)
            }
            // `T & {}`: what is one of them is told by either.
            Declared::AllOf(types) => {
                types.iter().find_map(|typed| self.declared_values(&(facts.clone(), typed.clone()), at, hops))
            }
            Declared::Name(name) => match self.declared_as(facts, name, hops) {
                Some(typed) => self.declared_values(&typed, at, hops),
                None => self.values_of_enum(facts, name, hops),
            },
            Declared::Keys(of) => self.declared_keys(&(facts.clone(), (**of).clone()), at, hops),
            Declared::Items(of) => match self.type_behind((facts.clone(), (**of).clone()), hops)? {
                (facts, Declared::ValueOf(name)) => {
                    let lists = self.value_named(&facts, &name, at)?;
                    let [Value::List(items)] = lists.as_slice() else { return None };
                    all_texts(items.iter().flat_map(|item| item.values.iter().cloned()).collect())
                }
                typed => {
                    let item = self.declared_item(typed, hops)?;
                    self.declared_values(&item, at, hops)
                }
            },
            Declared::Member(of, name) => {
                let member = self.declared_member((facts.clone(), (**of).clone()), name, hops)?;
                self.declared_values(&member, at, hops)
            }
            Declared::ValueOf(name) => all_texts(self.value_named(facts, name, at)?),
            Declared::Schema(_) => {
                let of = self.type_behind((facts.clone(), typed.clone()), hops)?;
                self.declared_values(&of, at, hops)
            }
            Declared::Listed(name) => match self.value_named(facts, name, at)?.as_slice() {
                [Value::List(items)] => all_texts(items.iter().flat_map(|item| item.values.iter().cloned()).collect()),
                _ => self.values_of_enum(facts, name, hops),
            },
            Declared::Members(_) | Declared::List(_) | Declared::Partial(_) | Declared::Anything => None,
        }
    }

    /// `keyof T`, `keyof typeof columns`
    fn declared_keys(&mut self, of: &Typed, at: Span, hops: u32) -> Option<Vec<Value>> {
        let (facts, typed) = self.type_behind(of.clone(), hops)?;
        match typed {
            Declared::Members(members) => Some(
                members
                    .iter()
                    .map(|(name, range, _)| Value::derived(name, Span { file: facts.file, range: *range }))
                    .collect(),
            ),
            Declared::ValueOf(name) => {
                let objects = self.value_named(&facts, &name, at)?;
                let [Value::Object(place)] = objects.as_slice() else { return None };
                let ExprKind::Object(fields) = &place.facts.expr(place.expr).kind else { return None };
                let keys = fields.iter().map(|field| {
                    let at = super::span(&place.facts, field.value);
                    Some(Value::derived(field.name.as_ref()?, at))
                });
                keys.collect()
            }
            _ => None,
        }
    }

    /// The type of a member of what is of a type.
    pub(super) fn declared_member(&mut self, of: Typed, member: &Arc<str>, hops: u32) -> Option<Typed> {
        let hops = hops.checked_sub(1)?;
        let (facts, typed) = self.type_behind(of, hops)?;
        match typed {
            Declared::Members(members) => {
                let (.., typed) = members.iter().find(|(name, ..)| name == member)?;
                Some((facts, typed.clone()))
            }
            Declared::AllOf(types) => {
                types.iter().find_map(|typed| self.declared_member((facts.clone(), typed.clone()), member, hops))
            }
            Declared::Partial(of) => {
                let (facts, typed) = self.declared_member((facts, (*of).clone()), member, hops)?;
                Some((facts, Declared::OneOf([typed, Declared::Nothing].into())))
            }
            // `Options | undefined`: a member is read of what is there. One of several that all have it is one of all.
            Declared::OneOf(types) => {
                let mut there = types.iter().filter(|typed| **typed != Declared::Nothing);
                let one = there.next().filter(|_| there.next().is_none())?;
                self.declared_member((facts, one.clone()), member, hops)
            }
            _ => None,
        }
    }

    pub(super) fn declared_item(&mut self, of: Typed, hops: u32) -> Option<Typed> {
        match self.type_behind(of, hops)? {
            (facts, Declared::List(item)) => Some((facts, (*item).clone())),
            _ => None,
        }
    }

    /// What a type is, names of types followed.
    fn type_behind(&mut self, (facts, typed): Typed, hops: u32) -> Option<Typed> {
        let hops = hops.checked_sub(1)?;
        match typed {
            Declared::Name(name) => {
                let of = self.declared_as(&facts, &name, hops)?;
                self.type_behind(of, hops)
            }
            Declared::Member(of, name) => {
                let of = self.declared_member((facts, (*of).clone()), &name, hops)?;
                self.type_behind(of, hops)
            }
            Declared::Schema(name) => {
                let of = self.schema_named(&facts, &name, hops)?;
                self.type_behind(of, hops)
            }
            typed => Some((facts, typed)),
        }
    }

    /// What a name of a type stands for.
    fn declared_as(&mut self, facts: &Arc<Facts>, name: &Arc<str>, hops: u32) -> Option<Typed> {
        let (facts, name) = self.place_of_type(facts, name, hops)?;
        let known = facts.types.get(&name).filter(|known| !known.again)?;
        let typed =
            known.declared.get_or_init(|| definition(known.range.slice(&facts.text), known.range.start)).clone();
        Some((facts, typed))
    }

    /// The file that defines a type or an enum, and its name there.
    fn place_of_type(&mut self, facts: &Arc<Facts>, name: &Arc<str>, hops: u32) -> Option<(Arc<Facts>, Arc<str>)> {
        if facts.types.contains_key(name) {
            return Some((facts.clone(), name.clone()));
        }
        match imported(facts, name) {
            Some((module, name)) => {
                let path = self.program.resolve_module(facts, module)?;
                self.exported_type(&path, &name?, hops)
            }
            None => Some((facts.clone(), name.clone())),
        }
    }

    /// The values of an enum's members, or of the one that is named: `Order`, `Order.Up`.
    fn values_of_enum(&mut self, facts: &Arc<Facts>, name: &Arc<str>, hops: u32) -> Option<Vec<Value>> {
        let (name, member) = name.split_once('.').map_or((name.as_ref(), None), |(name, member)| (name, Some(member)));
        let (facts, name) = self.place_of_type(facts, &name.into(), hops)?;
        let init = facts.binding(binding_named(&facts, &name)?).init?;
        let (ExprKind::Object(fields), true) = (&facts.expr(init).kind, is_enum(&facts, init)) else { return None };
        let of = fields.iter().filter(|field| member.is_none() || field.name.as_deref() == member);
        let values: Vec<ExprId> = of.map(|field| field.value).collect();
        all_texts(values.into_iter().flat_map(|value| self.eval(&facts, value, &None)).collect())
    }

    /// What a name of a file's values stands for.
    fn value_named(&mut self, facts: &Arc<Facts>, name: &str, at: Span) -> Option<Vec<Value>> {
        let binding = binding_named(facts, name)?;
        let values = self.binding(facts, binding, at, &None);
        Some(self.forced(values))
    }
}

/// Whether a text is none that is known, and of a type: what JSON says is of any.
pub(super) fn is_open(value: &Value) -> bool {
    match value {
        Value::Unknown(reason, _) => !reason.contains("JSON"),
        Value::External { module, .. } => !module.is_empty(),
        Value::Text(pieces) => pieces.iter().any(|piece| matches!(piece, Piece::Unknown(..))),
        _ => false,
    }
}

/// How far before a call a comment is looked for that keeps the compiler from seeing to it.
const BEFORE: usize = 160;

/// Whether TypeScript's compiler sees to what a call gives: a call that casts it says what it likes.
fn is_checked(caller: &Facts, call: ExprId) -> bool {
    let range = caller.expr(call).range;
    let text = range.slice(&caller.text);
    if !is_typescript(&caller.path) || [" as ", "<any>", "<unknown>"].iter().any(|cast| text.contains(cast)) {
        return false;
    }
    let start = (range.start as usize).saturating_sub(BEFORE);
    let near = caller.text.as_bytes().get(start..range.start as usize).unwrap_or_default();
    let holds = |text: &[u8], words: &str| memchr::memmem::find(text, words.as_bytes()).is_some();
    let ignored = holds(near, "@ts-ignore") || holds(near, "@ts-expect-error");
    !ignored && !holds(caller.text.as_bytes(), "@ts-nocheck")
}

/// Whether a function has types of its own, which may be called like others of the file.
fn is_generic(facts: &Facts, function: &Function) -> bool {
    let first = function.params.first().map_or(function.range.start, |param| param.range.start);
    let head = facts.text.get(function.range.start as usize..first as usize).unwrap_or("<");
    head.contains('<')
}

/// The only name like this in a file.
pub(super) fn binding_named(facts: &Facts, name: &str) -> Option<BindingId> {
    let mut named = facts.bindings.iter().enumerate().filter(|(_, binding)| binding.name.as_ref() == name);
    let (index, _) = named.next()?;
    named.next().is_none().then_some(BindingId(index as u32))
}

fn is_enum(facts: &Facts, init: ExprId) -> bool {
    let text = facts.expr(init).range.slice(&facts.text);
    text.trim_start_matches("const").trim_start().starts_with("enum")
}

/// Values of which each is a text or a number.
fn all_texts(values: Vec<Value>) -> Option<Vec<Value>> {
    let known = |value: &Value| value.constant().is_some() || matches!(value, Value::Number(_) | Value::Nothing);
    (!values.is_empty() && values.iter().all(known)).then_some(values)
}

fn written(facts: &Facts, text: &Arc<str>, range: TextRange) -> Value {
    if text.is_empty() {
        return Value::text(Vec::new());
    }
    let at = Span { file: facts.file, range };
    Value::text(vec![Piece::Text { text: text.clone(), at, verbatim: true }])
}

fn is_typescript(path: &str) -> bool {
    [".ts", ".tsx", ".mts", ".cts"].iter().any(|extension| path.ends_with(extension))
}
