//! What is bound to the placeholders of a query: names among them become part of its text.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::eval::Evaluator;
use crate::eval::value::{Item, Value};
use crate::ir::{ExprId, ExprKind, Facts};

/// The known texts of a call's bindings. A list of texts is one binding: columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bindings {
    /// By place.
    pub(crate) listed: Vec<Option<Vec<String>>>,
    /// By name.
    pub(crate) named: BTreeMap<String, Vec<String>>,
}

impl Bindings {
    /// The one text that is bound at a place.
    pub(crate) fn text_at(&self, place: usize) -> Option<&str> {
        match self.listed.get(place)?.as_deref()? {
            [text] => Some(text),
            _ => None,
        }
    }

    /// The texts that are bound to what a placeholder says: a number from 1, or a name.
    pub(crate) fn of(&self, placeholder: &str) -> Option<&[String]> {
        match placeholder.parse::<usize>() {
            Ok(number) => self.listed.get(number.checked_sub(1)?)?.as_deref(),
            Err(_) => self.named.get(placeholder).map(Vec::as_slice),
        }
    }
}

impl Evaluator<'_> {
    /// What the argument that holds the bindings says: a list, an object, or one value.
    pub(crate) fn bindings(&mut self, facts: &Arc<Facts>, argument: ExprId) -> Bindings {
        match self.eval(facts, argument, &None).as_slice() {
            [Value::List(items)] => Bindings { listed: items.iter().map(bound).collect(), ..Bindings::default() },
            [Value::Object(place)] => {
                let (owner, env) = (place.facts.clone(), place.env.clone());
                let ExprKind::Object(fields) = &owner.expr(place.expr).kind else { return Bindings::default() };
                let mut named = BTreeMap::new();
                for field in fields {
                    // A spread may bind any name again.
                    let Some(name) = &field.name else { return Bindings::default() };
                    if let [one] = self.eval(&owner, field.value, &env).as_slice()
                        && let Some(texts) = texts_of(one)
                    {
                        named.insert(name.to_string(), texts);
                    }
                }
                Bindings { named, ..Bindings::default() }
            }
            [one] => Bindings { listed: vec![texts_of(one)], ..Bindings::default() },
            _ => Bindings::default(),
        }
    }
}

fn bound(item: &Item) -> Option<Vec<String>> {
    match item.values.as_slice() {
        [one] if !item.repeated && !item.optional => texts_of(one),
        _ => None,
    }
}

/// A text, or a list of texts that are all known.
fn texts_of(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::List(items) => items.iter().map(|item| bound(item)?.into_iter().next()).collect(),
        one => one.constant().map(|text| vec![text]),
    }
}
