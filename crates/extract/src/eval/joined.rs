//! A library's `join`: fragments and values with a separator between them.

use std::sync::Arc;

use rollproof_source::Span;

use super::Evaluator;
use super::tag::is_plain;
use super::value::{Env, Item, ParamRef, Piece, Pieces, Value};
use crate::ir::{Call, Facts, Step};

impl Evaluator<'_> {
    /// `between` is the separator where the call gives none.
    pub(super) fn join_fragments(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
        between: &str,
        at: Span,
        env: &Env,
    ) -> Vec<Pieces> {
        let lists = call.arguments.first().map_or_else(Vec::new, |first| self.eval(facts, *first, env));
        let lists = lists.into_iter().map(|list| match &list {
            Value::Param(param, at) if self.is_declared_values(param) => {
                Value::List([Item::many(vec![Value::text(vec![Piece::Placeholder(*at)])])].into())
            }
            _ => list,
        });
        let lists = lists.collect();
        let lists = self.forced(lists);
        let separators = self.separators(facts, call, between, at, env);
        self.joined_lists(&lists, &separators, at)
    }

    /// The same with what the call puts before and behind it: `Prisma.join(ids, ",", "(", ")")`.
    pub(super) fn enclosed(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
        joined: Vec<Pieces>,
        at: Span,
        env: &Env,
    ) -> Vec<Pieces> {
        let [_, _, before, after @ ..] = call.arguments.as_slice() else { return joined };
        let before = self.texts_of(facts, *before, env);
        let mut texts = self.product(vec![Vec::new()], &before, at);
        texts = self.product(texts, &joined, at);
        if let [after, ..] = after {
            let after = self.texts_of(facts, *after, env);
            texts = self.product(texts, &after, at);
        }
        texts.into_iter().map(Pieces::from).collect()
    }

    /// What may stand between a list's items.
    pub(super) fn separators(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
        between: &str,
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        let given = call.arguments.get(1).map_or_else(Vec::new, |separator| self.eval(facts, *separator, env));
        self.note_spliced(&given);
        if given.is_empty() { vec![Value::derived(between, at)] } else { given }
    }

    /// The items of each of these lists with a separator between them.
    pub(super) fn joined_lists(&mut self, lists: &[Value], separators: &[Value], at: Span) -> Vec<Pieces> {
        let mut texts: Vec<Pieces> = Vec::new();
        for list in lists {
            let Value::List(items) = list else {
                texts.push(vec![Piece::Unknown("unknown list of fragments".into(), at)].into());
                continue;
            };
            let items: Vec<Item> = items.iter().map(|item| self.as_fragments(item, at)).collect();
            // Between items of which there is only one nothing stands.
            let separators = if items.len() < 2 { separators.get(..1).unwrap_or_default() } else { separators };
            for separator in separators {
                let joined = self.join(&items, separator, at);
                for text in self.value_texts(&joined, at) {
                    if !texts.contains(&text) {
                        texts.push(text);
                    }
                }
            }
        }
        texts
    }

    /// Whether a parameter's declared type is a list of texts or numbers: fragments are objects in every library.
    pub(super) fn is_declared_values(&self, param: &ParamRef) -> bool {
        let Some(facts) = self.program.facts(&param.path) else { return false };
        let function = &facts.functions[param.param.function.index()];
        let declared = function.params[param.param.index as usize].range.slice(&facts.text);
        match param.steps.as_slice() {
            [] => declared.split_once(':').is_some_and(|(name, typed)| !name.contains('{') && is_list_of_values(typed)),
            [Step::Field(name)] => {
                let types = declared.rsplit_once("}:").map_or("", |(_, types)| types);
                let mut fields = types.split([';', ',', '{', '\n']).filter_map(|field| field.split_once(':'));
                fields.any(|(field, typed)| {
                    field.trim().trim_end_matches('?') == name.as_ref() && is_list_of_values(typed)
                })
            }
            _ => false,
        }
    }

    /// Items that are no fragments are values.
    pub(super) fn as_fragments(&mut self, item: &Item, at: Span) -> Item {
        let values = item
            .values
            .iter()
            .map(|value| match value {
                Value::Record(_) if let Some(table) = super::drizzle::itself(value) => table,
                Value::Fragment(_, file, expr) => {
                    self.spliced.insert((*file, *expr));
                    value.clone()
                }
                Value::Unknown(reason, _) if !(reason.starts_with("result of") && is_plain(reason)) => value.clone(),
                Value::External { module, path } if self.program.is_empty_part(module, path) => Value::text(Vec::new()),
                Value::External { module, path } if self.program.makes_parts(module, path) => {
                    let name = path.last().map_or("", AsRef::as_ref);
                    Value::unknown(&format!("`{name}` of package `{module}`"), at)
                }
                _ => Value::text(vec![Piece::Placeholder(at)]),
            })
            .collect::<Vec<Value>>();
        Item { values: values.into(), ..item.clone() }
    }
}

/// `string[]`, `readonly number[]`, perhaps with what stands after a type.
fn is_list_of_values(typed: &str) -> bool {
    let typed = typed.trim().trim_start_matches("readonly ").trim();
    let rest = ["string", "number", "bigint", "boolean"].iter().find_map(|name| typed.strip_prefix(name));
    let after = rest.and_then(|rest| rest.trim_start().strip_prefix("[]")).map(str::trim_start);
    after.is_some_and(|after| after.is_empty() || after.starts_with(['=', '}', ')', ';', ',']))
}

/// An item without what is no condition; none where nothing else is left.
pub(super) fn present(item: &Item) -> Option<Item> {
    let left_out = |value: &Value| matches!(value, Value::Nothing | Value::Opaque(_));
    let values: Vec<Value> = item.values.iter().filter(|value| !left_out(value)).cloned().collect();
    let optional = item.optional || values.len() < item.values.len();
    (!values.is_empty()).then(|| Item { values: values.into(), optional, ..item.clone() })
}
