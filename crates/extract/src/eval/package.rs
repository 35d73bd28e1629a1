//! Functions of packages that only rearrange what they are given: `compact`, `pick`, lists of conditions.

use std::sync::Arc;

use rollproof_source::Span;

use super::Evaluator;
use super::method::filtered;
use super::value::{Env, Item, Value, add};
use crate::ir::{Call, Facts};

/// What a function makes of its arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rearranged {
    /// The items of a list that are not false.
    Compact,
    /// The arguments that are not false as one list; those that are lists give their items.
    ConditionalList,
    /// The argument, where it is not false.
    Conditional,
    /// Some fields of an object.
    Pick,
}

/// What a package's function makes: `lodash`, `es-toolkit`, `radash`, `@silverhand/essentials`.
pub(super) fn of(module: &str, name: &str) -> Option<Rearranged> {
    let last = name.rsplit('.').next().unwrap_or("");
    match (module, last) {
        ("lodash" | "lodash-es" | "es-toolkit", "compact")
        | ("radash", "sift")
        | ("lodash/compact", "" | "default") => Some(Rearranged::Compact),
        ("lodash" | "lodash-es" | "es-toolkit" | "radash" | "@silverhand/essentials", "pick")
        | ("lodash/pick" | "lodash.pick", "" | "default") => Some(Rearranged::Pick),
        ("@silverhand/essentials", "conditionalArray" | "condArray") => Some(Rearranged::ConditionalList),
        ("@silverhand/essentials", "conditional" | "cond") => Some(Rearranged::Conditional),
        _ => None,
    }
}

impl Evaluator<'_> {
    /// What the function makes in one call.
    pub(super) fn rearranged(
        &mut self,
        facts: &Arc<Facts>,
        call: &Call,
        made: Rearranged,
        at: Span,
        env: &Env,
    ) -> Vec<Value> {
        let arguments = self.arguments(facts, &call.arguments, env);
        let first = || arguments.first().cloned().unwrap_or_default();
        match made {
            Rearranged::Conditional => {
                let mut values = first();
                add(&mut values, Value::Nothing);
                values
            }
            Rearranged::Compact => {
                let lists = self.forced(first());
                let compact = |list: Value| match list {
                    Value::List(items) => Value::List(filtered(&items).into()),
                    _ => Value::unknown("element of an unknown list", at),
                };
                lists.into_iter().map(compact).collect()
            }
            Rearranged::ConditionalList => vec![Value::List(filtered(&listed(&arguments)).into())],
            Rearranged::Pick => self.picked(&arguments, at),
        }
    }

    /// The fields of an object that are named by texts or by lists of texts.
    fn picked(&mut self, arguments: &[Vec<Value>], at: Span) -> Vec<Value> {
        let unknown = || vec![Value::unknown("key of an unknown object", at)];
        let Some((object, names)) = arguments.split_first() else { return unknown() };
        let mut keys: Vec<Arc<str>> = Vec::new();
        for values in names {
            for item in listed(std::slice::from_ref(values)) {
                let [name] = item.values.as_slice() else { return unknown() };
                let (Some(name), true) = (name.constant(), item.is_sure()) else { return unknown() };
                keys.push(name.into());
            }
        }
        let objects = self.forced(object.clone());
        let fields = keys.into_iter().map(|name| {
            let values = self.member(&objects, &name, at);
            (name, values)
        });
        vec![Value::Record(fields.collect())]
    }
}

/// Arguments as the items of one list; what may be nothing, or a list, may be left out.
fn listed(arguments: &[Vec<Value>]) -> Vec<Item> {
    let mut items = Vec::new();
    for values in arguments {
        let lists = values.iter().filter(|value| matches!(value, Value::List(_))).count();
        let others: Vec<Value> = values.iter().filter(|value| !matches!(value, Value::List(_))).cloned().collect();
        let always = lists == 1 && others.is_empty();
        for value in values {
            let Value::List(inner) = value else { continue };
            items.extend(inner.iter().map(|item| Item { optional: item.optional || !always, ..item.clone() }));
        }
        if !others.is_empty() {
            items.push(Item { optional: lists > 0, ..Item::one(others) });
        }
    }
    items
}
