//! `Object.keys`, `Object.entries`, `Object.fromEntries` and the like.

use std::sync::Arc;

use rollproof_source::Span;

use super::Evaluator;
use super::choice::{marked, marked_all};
use super::value::{Env, Item, Value, add};
use crate::ir::{ANY_FIELD, DELETED, ExprId, ExprKind, Facts, Step};
use crate::unbuilt::MISSING_FILE;

/// How many spreads are followed in an object's spread, so that one that spreads itself comes to an end.
pub(super) const MAX_SPREADS: u32 = 16;

impl Evaluator<'_> {
    pub(super) fn object_call(
        &mut self,
        facts: &Arc<Facts>,
        name: &str,
        first: Option<ExprId>,
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        let Some(first) = first else { return Vec::new() };
        let objects = self.eval(facts, first, env);
        if name == "Object.freeze" {
            for object in &objects {
                if let Value::Object(place) = object {
                    self.frozen.insert((place.facts.file, place.expr));
                }
            }
        }
        if matches!(name, "Object.freeze" | "Object.assign") {
            return objects;
        }
        let objects = self.forced(objects);
        let mut lists = Vec::new();
        for object in objects {
            if let Value::Written(written) = &object
                && let Some(ways) = self.keyed_items(&written.clone(), name, at)
            {
                ways.into_iter().for_each(|items| add(&mut lists, Value::List(items.into())));
                continue;
            }
            let items = match &object {
                Value::Written(written) => self.written_items(&written.clone(), name, at),
                Value::Object(_) | Value::Record(_) => {
                    self.fields_of(&object, MAX_SPREADS).map(|fields| items_of(fields, name, at))
                }
                _ => None,
            };
            let unknown = || {
                let value = match &object {
                    Value::Unknown(reason, place) if is_of_a_file(reason) => Value::Unknown(reason.clone(), *place),
                    _ => Value::unknown("key of an unknown object", at),
                };
                vec![Item::many(vec![value])]
            };
            let list = Value::List(items.unwrap_or_else(unknown).into());
            add(&mut lists, marked(list, object.marks()));
        }
        lists
    }

    /// What a pattern leaves over of a list or an object.
    pub(super) fn rest_of(&mut self, value: &Value, step: &Step, at: Span) -> Value {
        match (value, step) {
            (Value::List(items), Step::From(first)) => {
                let taken = items.iter().take(*first as usize);
                if { taken }.any(|item| !item.is_sure()) {
                    return Value::List(items.iter().map(|item| Item { optional: true, ..item.clone() }).collect());
                }
                Value::List(items.iter().skip(*first as usize).cloned().collect())
            }
            (Value::Param(param, _), _) => {
                let mut param = param.clone();
                param.steps.push(step.clone());
                Value::Param(param, at)
            }
            (_, Step::From(_)) => Value::unknown("rest of an unknown list", at),
            (_, Step::Without(names)) => match self.fields_of(value, MAX_SPREADS) {
                Some(mut fields) => {
                    fields.retain(|(name, _)| !names.contains(name));
                    Value::Record(fields.into())
                }
                None => value.clone(),
            },
            _ => value.clone(),
        }
    }

    /// The names of an object's fields in their order, and what they are; none where a spread is not known.
    pub(super) fn fields_of(&mut self, object: &Value, spreads: u32) -> Option<Vec<(Arc<str>, Vec<Value>)>> {
        let place = match object {
            Value::Object(place) => place.clone(),
            Value::Record(fields) => return Some(super::drizzle::seen(fields).cloned().collect()),
            _ => return None,
        };
        let facts = place.facts.clone();
        let ExprKind::Object(written) = &facts.expr(place.expr).kind else { return None };
        if self.unseen_fields(&place).is_some() {
            return None;
        }
        let mut fields: Vec<(Arc<str>, Vec<Value>)> = Vec::new();
        for field in written {
            let names = match field.key {
                Some(key) => Some(self.computed_names(&facts, key, &place.env)?),
                None => field.name.clone().map(|name| vec![name]),
            };
            let values = marked_all(self.eval(&facts, field.value, &place.env), place.marks());
            let values = if field.is_spread() { self.forced(values) } else { values };
            let more = match (names.as_deref(), values.as_slice()) {
                (Some([]), _) => Vec::new(),
                (Some([name]), _) => vec![(name.clone(), values)],
                // One of them is its name.
                (Some(_), _) => return None,
                (None, [Value::Nothing]) => Vec::new(),
                (None, _) if matches!(facts.expr(field.value).kind, ExprKind::Logic { .. }) => return None,
                (None, [only]) if spreads > 0 => self.fields_of(only, spreads - 1)?,
                (None, _) => return None,
            };
            for (name, values) in more {
                // A later field of the same name takes the place of the former.
                match fields.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, former)) => *former = values,
                    None => fields.push((name, values)),
                }
            }
        }
        // Names that are whole numbers come first: https://tc39.es/ecma262/#sec-ordinaryownpropertykeys
        fields.sort_by_key(|(name, _)| place_number(name).map_or((1, 0), |number| (0, number)));
        Some(fields)
    }

    /// The names that a computed one may be; empty for a symbol, which is no name, and none where it may be any.
    pub(super) fn computed_names(&mut self, facts: &Arc<Facts>, key: ExprId, env: &Env) -> Option<Vec<Arc<str>>> {
        let values = self.eval(facts, key, env);
        let values = self.forced(values);
        let mut names = Vec::new();
        for value in &values {
            match value {
                Value::External { module, path }
                    if module.is_empty() && path.first().is_some_and(|first| &**first == "Symbol") => {}
                value => {
                    let name = Arc::from(value.constant()?);
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
        }
        (!values.is_empty()).then_some(names)
    }

    /// The same of an object whose fields are set later: those that it is made with, and any of the others.
    fn written_items(&mut self, written: &super::value::Written, name: &str, at: Span) -> Option<Vec<Item>> {
        // What others write into may be what its own file writes into.
        let inner = match &written.base {
            Value::Written(inner) => inner.as_ref(),
            _ => written,
        };
        let Value::Object(place) = &inner.base else { return None };
        if self.unseen_fields(place).is_some() {
            return None;
        }
        if let Some(binding) = written.binding
            && !self.calls_that_write(&written.facts, binding, None).is_empty()
        {
            return None;
        }
        let ExprKind::Object(fields) = &place.facts.expr(place.expr).kind else { return None };
        let made: Option<Vec<Arc<str>>> = fields.iter().map(|field| field.name.clone()).collect();
        let made = match made {
            Some(made) => made,
            // What is spread into it may be known.
            None => self.fields_of(&inner.base, MAX_SPREADS)?.into_iter().map(|(name, _)| name).collect(),
        };
        let mut names: Vec<(Arc<str>, bool)> = made.into_iter().map(|name| (name, false)).collect();
        if inner.sets_any() || written.sets_any() {
            return None;
        }
        for field in inner.fields_set().into_iter().chain(written.fields_set()) {
            if field.as_ref() != ANY_FIELD && !names.iter().any(|(known, _)| known == field) {
                names.push((field.clone(), true));
            }
        }
        let mut items = Vec::new();
        for (field, optional) in names {
            let value = match name == "Object.keys" && !written.deletes(&field) {
                true => Vec::new(),
                false => self.written_field(written, &field, at),
            };
            let is_gone = |value: &Value| matches!(value, Value::Unknown(why, _) if why.as_ref() == DELETED);
            if !value.is_empty() && value.iter().all(is_gone) {
                continue;
            }
            let optional = optional || value.iter().any(is_gone);
            items.push(Item { optional, ..item_of((field, value), name, at) });
        }
        Some(items)
    }

    /// The same of an object whose fields are set under computed names, in each of the ways that it may have been filled.
    fn keyed_items(&mut self, written: &super::value::Written, name: &str, at: Span) -> Option<Vec<Vec<Item>>> {
        let binding = written.binding.filter(|_| Self::is_keyed(written))?;
        let by_name = |field: &&Arc<str>| field.as_ref() != ANY_FIELD;
        if !self.calls_that_write(&written.facts, binding, None).is_empty()
            || written.fields_set().into_iter().any(|field| by_name(&field))
        {
            return None;
        }
        let ways = self.keyed_fields(written)?;
        let item = |(field, item): (Arc<str>, Item)| {
            let made = item_of((field, item.values.to_vec()), name, at);
            Item { values: made.values, ..item }
        };
        Some(ways.into_iter().map(|fields| fields.into_iter().map(item).collect()).collect())
    }

    /// `Object.fromEntries(list)`, where every item names its field.
    pub(super) fn from_entries(
        &mut self,
        facts: &Arc<Facts>,
        first: Option<ExprId>,
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        let lists = first.map_or_else(Vec::new, |first| self.eval(facts, first, env));
        let lists = self.forced(lists);
        let mut found = Vec::new();
        for list in lists {
            let value = match &list {
                Value::List(items) => match fields_of(items) {
                    Some(fields) => Value::Record(fields.into()),
                    None => Value::unknown("key of an unknown object", at),
                },
                Value::Unknown(..) => list,
                _ => Value::unknown("key of an unknown object", at),
            };
            add(&mut found, value);
        }
        found
    }
}

/// Names and values of a list of pairs.
fn fields_of(items: &[Item]) -> Option<Vec<(Arc<str>, Vec<Value>)>> {
    let mut fields: Vec<(Arc<str>, Vec<Value>)> = Vec::new();
    for (item, pair) in items.iter().flat_map(|item| item.values.iter().map(move |value| (item, value))) {
        let Value::List(pair) = pair else { return None };
        let [name] = pair.first()?.values.as_slice() else { return None };
        let name: Arc<str> = name.constant()?.into();
        let values = pair.get(1).map_or_else(Vec::new, |value| value.values.to_vec());
        // Which of the fields are there would have to be kept.
        if item.optional {
            return None;
        }
        match fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => values.into_iter().for_each(|value| add(known, value)),
            None => fields.push((name, values)),
        }
    }
    Some(fields)
}

/// What `Object.keys`, `Object.values` or `Object.entries` gives for these fields.
fn items_of(fields: Vec<(Arc<str>, Vec<Value>)>, function: &str, at: Span) -> Vec<Item> {
    fields.into_iter().map(|field| item_of(field, function, at)).collect()
}

/// What one of these functions gives for a field.
fn item_of((key, values): (Arc<str>, Vec<Value>), function: &str, at: Span) -> Item {
    let key = vec![Value::derived(&key, at)];
    match function {
        "Object.keys" => Item::one(key),
        "Object.values" => Item::one(values),
        _ => Item::one(vec![Value::List(vec![Item::one(key), Item::one(values)].into())]),
    }
}

/// Whether a reason says that a file is missing: that is the reason of all that comes of it.
fn is_of_a_file(reason: &str) -> bool {
    reason.starts_with(MISSING_FILE) || reason.contains("is not exported")
}

/// The number that a field's name is, as it would be written.
fn place_number(name: &str) -> Option<u32> {
    name.parse().ok().filter(|number: &u32| number.to_string() == name)
}
