//! Objects whose fields are set under computed names: `for (const key in from) { to[key] = from[key]; }`.

use std::sync::Arc;

use rollproof_source::Span;

use super::Evaluator;
use super::flow::Use;
use super::objects::MAX_SPREADS;
use super::value::{Item, Value, Written, add};
use crate::ir::{ANY_FIELD, BindingId, BindingKind, Call, ExprId, ExprKind, Facts, Write};

/// A field by its name: its values, and whether it may be left out.
pub(super) type Fields = Vec<(Arc<str>, Item)>;

/// What is said of a field that may be one of those.
const COMPUTED: &str = "field that may be set under a computed name";

impl Evaluator<'_> {
    /// The fields of such an object as it is where it is read, in each of the ways that it may have been filled; none where
    /// their names are not known. Fields that are set by name as well are not among them.
    pub(super) fn keyed_fields(&mut self, written: &Written) -> Option<Vec<Fields>> {
        let facts = written.facts.clone();
        let id = written.binding.filter(|_| written.outside.is_none())?;
        let binding = facts.binding(id);
        let read = written.at.range.start;
        let elsewhere = facts.function_of(binding.region) != facts.function_at(read);
        let kept = super::name::is_kept(&facts, read);
        let computed = binding.writes.iter().filter(|write| write.field.as_deref() == Some(ANY_FIELD)).count();
        let keyed: Vec<&Write> = facts.keyed.iter().filter(|(of, _)| *of == id).map(|(_, write)| write).collect();
        if computed != keyed.len() || (kept && keyed.iter().any(|write| write.at > read)) {
            return None;
        }
        let writes: Vec<&Write> = keyed.into_iter().filter(|write| elsewhere || write.at <= read).collect();
        let made = self.fields_of(&written.base, MAX_SPREADS)?;
        let pair = |(name, values): (Arc<str>, Vec<Value>)| {
            let name = Item::one(vec![Value::derived(&name, written.at)]);
            Item::one(vec![Value::List(vec![name, Item::one(values)].into())])
        };
        let start = vec![Value::List(made.into_iter().map(pair).collect())];
        let reader = Use { at: written.at, elsewhere, turning: None, jump: None, from: u32::MAX };
        let ways = self.flow(&facts, start, &writes, binding.region, reader, &written.env);
        ways.iter().map(fields_of).collect()
    }

    /// Whether fields of an object are set under names that are computed.
    pub(super) fn is_keyed(written: &Written) -> bool {
        written.binding.is_some() && written.outside.is_none() && written.sets_any()
    }

    /// What a field may be, `state` being what it is by its own name.
    pub(super) fn keyed_field(&mut self, written: &Written, name: &str, state: Vec<Value>, at: Span) -> Vec<Value> {
        let Some(ways) = self.keyed_fields(written) else {
            let mut found = state;
            add(&mut found, Value::unknown(COMPUTED, at));
            return found;
        };
        // What the object is made with is among the fields.
        let is_named = |write: &Write| write.field.as_deref() == Some(name);
        let by_name = written.binding.is_some_and(|id| written.facts.binding(id).writes.iter().any(is_named));
        let mut found = if by_name { state } else { Vec::new() };
        for fields in ways {
            match fields.into_iter().find(|(field, _)| field.as_ref() == name) {
                Some((_, item)) => {
                    item.values.iter().for_each(|value| add(&mut found, value.clone()));
                    if item.optional && !by_name {
                        add(&mut found, Value::Nothing);
                    }
                }
                None if by_name => {}
                None => add(&mut found, Value::Nothing),
            }
        }
        found
    }
}

/// The fields that pairs of names and values make; none where one of the names is not known, or has two values.
fn fields_of(pairs: &Value) -> Option<Fields> {
    let Value::List(pairs) = pairs else { return None };
    let mut fields = Fields::with_capacity(pairs.len());
    for pair in pairs.iter().filter(|pair| !pair.values.is_empty()) {
        let [Value::List(parts)] = pair.values.as_slice() else { return None };
        let [name, value] = &parts[..] else { return None };
        let [name] = name.values.as_slice() else { return None };
        let name: Arc<str> = name.constant()?.into();
        let field = Item { values: value.values.clone(), ..pair.clone() };
        match fields.iter_mut().find(|(known, _)| *known == name) {
            _ if pair.repeated => return None,
            // What is sure to be set takes the place of what is there.
            Some((_, former)) if !field.optional => *former = Item { optional: false, choice: None, ..field },
            Some(_) => return None,
            None => fields.push((name, field)),
        }
    }
    Some(fields)
}

/// Whether a call asks if an object has, of its own, a name that a loop takes from it: `for (const key in object) { if
/// (!Object.hasOwn(object, key)) … }`.
pub(super) fn asks_for_own_key(facts: &Facts, call: &Call) -> bool {
    let path = super::call::callee_path(facts, call.callee);
    let path: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
    let asked = match (path.as_slice(), call.arguments.as_slice()) {
        (["Object", "hasOwn"] | ["Object", "prototype", "hasOwnProperty", "call"], [object, key]) => {
            Some((*object, *key)).filter(|_| is_global(facts, call.callee))
        }
        ([.., "hasOwnProperty"], [key]) => match facts.expr(call.callee).kind {
            ExprKind::Member { object, .. } => Some((object, *key)),
            _ => None,
        },
        _ => None,
    };
    let Some((object, key)) = asked else { return false };
    let (ExprKind::Binding(object), ExprKind::Binding(key)) = (&facts.expr(object).kind, &facts.expr(key).kind) else {
        return false;
    };
    facts.binding(*object).writes.is_empty() && keys_of(facts, *key) == Some(*object)
}

/// The name whose keys a loop runs over with this element.
fn keys_of(facts: &Facts, element: BindingId) -> Option<BindingId> {
    let element = facts.binding(element);
    if !matches!(element.kind, BindingKind::Element) || !element.path.is_empty() || !element.writes.is_empty() {
        return None;
    }
    let ExprKind::Call(call) = &facts.expr(element.init?).kind else { return None };
    let path = super::call::callee_path(facts, call.callee);
    let is_keys = matches!(path.as_slice(), [object, keys] if &**object == "Object" && &**keys == "keys");
    match call.arguments[..] {
        [object] if is_keys && is_global(facts, call.callee) => match facts.expr(object).kind {
            ExprKind::Binding(object) => Some(object),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the first name of a path is one of the language itself.
fn is_global(facts: &Facts, mut expr: ExprId) -> bool {
    for _ in 0..8 {
        match facts.expr(expr).kind {
            ExprKind::Member { object, .. } => expr = object,
            ExprKind::Global(_) => return true,
            _ => return false,
        }
    }
    false
}
