//! What a package makes of the settings that it is given: `resolvePreset({ extends: [DEFAULTS] }).worker.schema` is, until
//! somebody says otherwise, what the project's own objects say.

use std::sync::Arc;

use rollproof_source::Span;

use super::Evaluator;
use super::value::{Env, Pieces, Place, Value};
use crate::ir::{ExprId, ExprKind, Facts};

/// A package's function: its module and its path.
pub(super) type Made = (Arc<str>, Arc<[Arc<str>]>);

/// How deep objects are looked into.
const MAX_DEPTH: u32 = 4;

/// How many methods a declaration may have.
const MAX_CHAIN: usize = 16;

/// Methods whose argument is the value where none is given.
const DEFAULTS: &[&str] = &["default", "catch", "prefault"];

/// How many calls of one function are remembered.
const MAX_CALLS: usize = 8;

impl Evaluator<'_> {
    /// Remembers a call of a package's function that is given an object of the project.
    pub(super) fn note_settings(
        &mut self,
        facts: &Arc<Facts>,
        arguments: &[ExprId],
        (module, path): (&Arc<str>, &Arc<[Arc<str>]>),
        env: &Env,
    ) {
        for argument in arguments {
            if !matches!(facts.expr(*argument).kind, ExprKind::Object(_) | ExprKind::Array(_) | ExprKind::Binding(_)) {
                continue;
            }
            let calls = self.settings.entry((module.clone(), path.clone())).or_default();
            let place = Place::new(facts, *argument, env);
            if calls.len() < MAX_CALLS && !calls.contains(&place) {
                calls.push(place);
            }
        }
    }

    /// The known texts of a member of what a package's function made, as far as its arguments say.
    pub(super) fn settings(&mut self, module: &Arc<str>, path: &Arc<[Arc<str>]>, at: Span) -> Vec<Pieces> {
        let mut found = Vec::new();
        for length in 1..path.len() {
            let key = (module.clone(), Arc::from(&path[..length]));
            let Some(calls) = self.settings.get(&key).cloned() else { continue };
            for call in calls {
                let values = self.eval(&call.facts, call.expr, &call.env);
                self.look_for(&values, &path[length..], at, MAX_DEPTH, &mut found);
                // Methods of what was made may stand between: `z.object({ … }).parse(env).schema`.
                for start in length..path.len() {
                    self.declared(&values, &path[start..], MAX_DEPTH, &mut found);
                }
            }
        }
        found
    }

    /// The defaults that a schema declares for a member: `z.object({ schema: z.string().default("app") })`,
    /// `cleanEnv(env, { SCHEMA: str({ default: "app" }) })`.
    fn declared(&mut self, values: &[Value], path: &[Arc<str>], depth: u32, found: &mut Vec<Pieces>) {
        let Some((name, rest)) = path.split_first() else { return };
        for value in values {
            let Value::Object(place) = value else { continue };
            let facts = place.facts.clone();
            let ExprKind::Object(fields) = &facts.expr(place.expr).kind else { continue };
            for field in fields.iter().filter(|field| field.name.as_ref() == Some(name)) {
                self.default_of(&Place { expr: field.value, ..place.clone() }, rest, depth, found);
            }
        }
    }

    /// The default that a chain of calls declares, or what it declares for a member of its value.
    fn default_of(&mut self, place: &Place, path: &[Arc<str>], depth: u32, found: &mut Vec<Pieces>) {
        let facts = place.facts.clone();
        let mut next = place.expr;
        for _ in 0..MAX_CHAIN {
            let ExprKind::Call(call) = &facts.expr(next).kind else { return };
            let first = call.arguments.first().map_or_else(Vec::new, |first| self.eval(&facts, *first, &place.env));
            let method = facts.name_of(call.callee).map_or("", |name| name.as_ref());
            let declared = if !path.is_empty() {
                if depth > 0 {
                    self.declared(&first, path, depth - 1, found);
                }
                Vec::new()
            } else if DEFAULTS.contains(&method) {
                first
            } else {
                self.member(&first, &"default".into(), super::span(&facts, next))
            };
            for value in declared {
                if let Value::Text(pieces) = value
                    && super::value::constant(&pieces).is_some_and(|text| !text.is_empty())
                    && !found.contains(&pieces)
                {
                    found.push(pieces);
                }
            }
            let ExprKind::Member { object, .. } = facts.expr(call.callee).kind else { return };
            next = object;
        }
    }

    fn look_for(&mut self, values: &[Value], path: &[Arc<str>], at: Span, depth: u32, found: &mut Vec<Pieces>) {
        for value in values {
            match value {
                Value::Object(place) => {
                    let objects = std::slice::from_ref(value);
                    let reached = path.iter().fold(objects.to_vec(), |values, name| self.member(&values, name, at));
                    for reached in reached {
                        if let Value::Text(pieces) = reached
                            && super::value::constant(&pieces).is_some_and(|text| !text.is_empty())
                            && !found.contains(&pieces)
                        {
                            found.push(pieces);
                        }
                    }
                    if depth > 0 {
                        let inner = self.all_fields(&place.clone());
                        let lists: Vec<Value> =
                            inner.into_iter().filter(|value| matches!(value, Value::List(_))).collect();
                        self.look_for(&lists, path, at, depth - 1, found);
                    }
                }
                Value::List(items) if depth > 0 => {
                    for item in items.iter() {
                        self.look_for(&item.values, path, at, depth - 1, found);
                    }
                }
                _ => {}
            }
        }
    }
}
