//! Members of values: exports, fields, methods, indexes.

use std::sync::Arc;

use rollproof_source::Span;

use super::choice::marked_all;
use super::drizzle::seen;
use super::flow::union;
use super::value::{ClassRef, Env, FunctionRef, Place, Value, Written, add, constant};
use super::{Evaluator, MAX_DEPTH, REFERS_TO_ITSELF, span};
use crate::ir::{ExprId, ExprKind, Facts, Field, Logic, Step};

/// What is said of a field that its class never sets.
pub(super) const NEVER_SET: &str = "field that is never set";

/// How long a chain of base classes may be.
const MAX_BASES: u32 = 8;

impl Evaluator<'_> {
    pub(crate) fn member(&mut self, objects: &[Value], name: &Arc<str>, at: Span) -> Vec<Value> {
        // `a = { ...a }` leads back to itself.
        if self.depth >= MAX_DEPTH {
            return self.cut_off(REFERS_TO_ITSELF, at);
        }
        self.depth += 1;
        let mut found = Vec::new();
        for object in objects {
            for value in self.member_of(object, name, at) {
                add(&mut found, value);
            }
        }
        self.depth -= 1;
        found
    }

    fn member_of(&mut self, object: &Value, name: &Arc<str>, at: Span) -> Vec<Value> {
        match object {
            _ if matches!(name.as_ref(), "length" | "size" | "rowCount") => vec![Value::Number(at)],
            Value::Module(path) => {
                // `import x from` a CommonJS module, and `import * as x`, both name the module.
                let path = path.clone();
                self.exported(&path, name, 12).unwrap_or_else(|| vec![self.not_exported(&path, name, at)])
            }
            Value::Object(place) => {
                let place = place.clone();
                marked_all(self.field(&place, name, at), place.marks())
            }
            Value::Written(object) => self.written_field(&object.clone(), name, at),
            Value::Record(fields) => match fields.iter().find(|(field, _)| field == name) {
                Some((_, values)) => values.clone(),
                None => vec![Value::Nothing],
            },
            Value::Instance(class, made) => {
                let Some(made) = made else { return self.class_member(class, object, name, at) };
                let values = self.member_of_any_class((class, made), name, at);
                self.outside_instance(made, name, values, at)
            }
            Value::Class(class) => self.class_member(class, object, name, at),
            Value::External { module, path } => {
                let path: Vec<Arc<str>> = path.iter().cloned().chain([name.clone()]).collect();
                vec![Value::External { module: module.clone(), path: path.into() }]
            }
            Value::Fragment(..) if matches!(name.as_ref(), "sql" | "text" | "query" | "queryString") => {
                vec![object.clone()]
            }
            Value::Fragment(pieces, ..) if name.as_ref() == "name" => {
                let column = constant(pieces).and_then(|text| super::drizzle::column_in(&text));
                vec![column.map_or(Value::Opaque(at), |name| Value::derived(&name, at))]
            }
            Value::Param(param, _) => {
                let mut param = param.clone();
                if param.steps.len() > 6 {
                    return vec![Value::unknown("part of a parameter", at)];
                }
                param.steps.push(Step::Field(name.clone()));
                vec![Value::Param(param, at)]
            }
            Value::Unknown(..) => vec![object.clone()],
            Value::Nothing => Vec::new(),
            Value::Text(_)
            | Value::Fragment(..)
            | Value::List(_)
            | Value::Number(_)
            | Value::Function(_)
            | Value::Opaque(_) => {
                vec![Value::Opaque(at)]
            }
        }
    }

    /// The field `name` of an object literal, spreads included; the last one wins.
    pub(super) fn field(&mut self, place: &Place, name: &Arc<str>, at: Span) -> Vec<Value> {
        let facts = place.facts.clone();
        let ExprKind::Object(fields) = &facts.expr(place.expr).kind else { return vec![Value::Opaque(at)] };
        let mut found: Vec<Value> = self.unseen_field(place, name).into_iter().collect();
        let mut computed = false;
        for (before, Field { name: field, key, value }) in fields.iter().enumerate().rev() {
            if let Some(key) = key {
                match self.computed_names(&facts, *key, &place.env) {
                    Some(names) if !names.contains(name) => continue,
                    Some(names) => {
                        self.eval(&facts, *value, &place.env).into_iter().for_each(|value| add(&mut found, value));
                        if names.len() == 1 {
                            return found;
                        }
                    }
                    None => add(&mut found, Value::unknown("computed field", at)),
                }
                continue;
            }
            match field {
                Some(field) if field == name => {
                    let Some(values) = self.read_field(&facts, *value, place, at) else { continue };
                    values.into_iter().for_each(|value| add(&mut found, value));
                    return found;
                }
                Some(_) => {}
                None => {
                    let spread = self.eval(&facts, *value, &place.env);
                    let mut inner = self.member(&spread, name, at);
                    let may_lack = spread.iter().any(|value| !may_have_fields(value))
                        || matches!(facts.expr(*value).kind, ExprKind::Logic { op: Logic::And, .. });
                    if inner.iter().all(|value| matches!(value, Value::Nothing | Value::Opaque(_))) {
                        computed = true;
                        continue;
                    }
                    let earlier =
                        fields[..before].iter().any(|other| other.name.as_ref().is_none_or(|other| other == name));
                    if earlier && inner.iter().any(may_be_absent) {
                        // What is spread may lack the field: what stands before it is the default.
                        inner = self.forced(inner);
                    }
                    let absent =
                        (earlier || may_lack) && (may_lack || inner.is_empty() || inner.iter().any(may_be_absent));
                    inner.retain(|value| !(absent && *value == Value::Nothing));
                    inner.into_iter().for_each(|value| add(&mut found, value));
                    if !absent {
                        return found;
                    }
                }
            }
        }
        if found.iter().all(|value| matches!(value, Value::Unknown(..))) {
            found.push(if computed { Value::unknown("computed field", at) } else { Value::Nothing });
        }
        found
    }

    /// What a field of an object literal is read as: what it gives, where it is a getter; none where it is a setter.
    fn read_field(&mut self, facts: &Arc<Facts>, value: ExprId, place: &Place, at: Span) -> Option<Vec<Value>> {
        let values = self.eval(facts, value, &place.env);
        let ExprKind::Function(function) = facts.expr(value).kind else { return Some(values) };
        let info = &facts.functions[function.index()];
        match values.as_slice() {
            _ if info.setter => None,
            [Value::Function(getter)] if info.getter => Some(self.invoke(&getter.clone(), Vec::new(), at)),
            _ => Some(values),
        }
    }

    pub(super) fn class_member(&mut self, own: &ClassRef, this: &Value, name: &Arc<str>, at: Span) -> Vec<Value> {
        let mut class = own.clone();
        for _ in 0..MAX_BASES {
            let facts = class.facts.clone();
            let here = &facts.classes[class.class.index()];
            if let Some(function) = here.methods.get(name) {
                let function = FunctionRef {
                    facts: facts.clone(),
                    function: *function,
                    env: self.env_around(&class, this),
                    this: Some(Arc::new(this.clone())),
                };
                if facts.functions[function.function.index()].getter {
                    return self.invoke(&function, Vec::new(), at);
                }
                let unseen = self.unseen_member(&class, this, name);
                let state = Some([Value::Function(function)].into_iter().chain(unseen).collect());
                return self.outside_static((&facts, class.class), name, state, at).unwrap_or_default();
            }
            if let Some(field) = here.fields.get(name) {
                let env = self.env_of_field(own, &class, this);
                let mut values = self.class_field(&facts, field, at, &env);
                values.extend(self.unseen_member(&class, this, name));
                values = union(values, self.field_of_bases(&class, this, name, at));
                let state = Some(values);
                return self.outside_static((&facts, class.class), name, state, at).unwrap_or_default();
            }
            if let Some(set) = self.outside_static((&facts, class.class), name, None, at) {
                let base = here.extends.map_or_else(Vec::new, |extends| self.eval(&facts, extends, &None));
                let Some(Value::Class(base)) = base.into_iter().next() else { return set };
                let inherited = self.class_member(&base, this, name, at);
                return union(inherited, set.into_iter().filter(|value| *value != Value::Nothing).collect());
            }
            let Some(extends) = here.extends else { return vec![Value::Opaque(at)] };
            match self.eval(&facts, extends, &None).into_iter().next() {
                Some(Value::Class(base)) => class = base,
                Some(Value::External { module, path }) => {
                    let path: Vec<Arc<str>> = path.iter().cloned().chain([name.clone()]).collect();
                    return vec![Value::External { module, path: path.into() }];
                }
                _ => break,
            }
        }
        vec![Value::unknown("member of an unknown class", at)]
    }

    /// What a field may keep of the classes that its class extends: their values, where the class only may set it, and what
    /// their methods write.
    fn field_of_bases(&mut self, class: &ClassRef, this: &Value, name: &Arc<str>, at: Span) -> Vec<Value> {
        let declared =
            |class: &ClassRef| class.facts.classes[class.class.index()].fields.get(name).map(|field| field.declared);
        let Some(own) = declared(class) else { return Vec::new() };
        let mut next = class.clone();
        for _ in 0..MAX_BASES {
            let facts = next.facts.clone();
            let Some(extends) = facts.classes[next.class.index()].extends else { break };
            let Some(Value::Class(base)) = self.eval(&facts, extends, &None).into_iter().next() else { break };
            if let Some(field) = base.facts.classes[base.class.index()].fields.get(name) {
                let only_declared = field.declared && !field.lost && field.values.len() < 2;
                return if own && only_declared { Vec::new() } else { self.class_member(&base, this, name, at) };
            }
            next = base;
        }
        Vec::new()
    }

    /// A field of a class, `env` being the object that it is of.
    fn class_field(&mut self, facts: &Arc<Facts>, field: &crate::ir::ClassField, at: Span, env: &Env) -> Vec<Value> {
        if field.lost {
            return vec![Value::unknown("field changed in place", at)];
        }
        let mut values = Vec::new();
        for value in &field.values {
            for value in self.eval(facts, *value, env) {
                add(&mut values, value);
            }
        }
        let known = values
            .iter()
            .any(|value| !matches!(value, Value::Param(..) | Value::Nothing | Value::Opaque(_) | Value::Unknown(..)));
        if !known
            && let Some(typed) = field.type_expr
            && let Some(value) = self.of_type(facts, typed, at, env)
        {
            return vec![value];
        }
        if values.is_empty() { vec![Value::unknown(NEVER_SET, at)] } else { values }
    }

    /// `object[index]`: a known part, or any of the parts.
    pub(super) fn index(&mut self, facts: &Arc<Facts>, object: ExprId, index: ExprId, env: &Env) -> Vec<Value> {
        let at = span(facts, index);
        let objects = self.eval(facts, object, env);
        let objects = self.forced(objects);
        let keys: Option<Vec<String>> = self.eval(facts, index, env).iter().map(Value::constant).collect();
        let mut found = Vec::new();
        for object in &objects {
            let values = match (object, &keys) {
                (Value::List(_), Some(keys)) => keys
                    .iter()
                    .filter_map(|key| key.parse().ok())
                    .flat_map(|index| self.step(std::slice::from_ref(object), &Step::Item(index), at))
                    .collect(),
                (Value::List(items), None) => items.iter().flat_map(|item| item.values.iter().cloned()).collect(),
                (Value::Object(_) | Value::Module(_) | Value::Class(_), Some(keys)) => keys
                    .iter()
                    .flat_map(|key| self.member(std::slice::from_ref(object), &key.as_str().into(), at))
                    .collect(),
                (Value::Record(_) | Value::Written(_), Some(keys)) => keys
                    .iter()
                    .flat_map(|key| self.member(std::slice::from_ref(object), &key.as_str().into(), at))
                    .collect(),
                (Value::Record(fields), None) => seen(fields).flat_map(|(_, values)| values.clone()).collect(),
                (Value::Object(place), None) => self.all_fields(&place.clone()),
                (Value::Written(written), None) => self.all_written(&written.clone(), at),
                (Value::Unknown(..) | Value::External { .. }, _) => vec![object.clone()],
                _ => vec![Value::unknown("element of an unknown value", at)],
            };
            values.into_iter().for_each(|value| add(&mut found, value));
        }
        found
    }

    /// What a place is worth, with what the same function stored there before: `cache[key] ??= value; return cache[key]`.
    pub(super) fn with_stored(
        &mut self,
        facts: &Arc<Facts>,
        expr: ExprId,
        values: Vec<Value>,
        env: &Env,
    ) -> Vec<Value> {
        let range = facts.expr(expr).range;
        let place = range.slice(&facts.text);
        let open = |value: &Value| matches!(value, Value::Unknown(..) | Value::External { .. } | Value::Nothing);
        if facts.stored.is_empty() || !values.iter().all(open) {
            return values;
        }
        let around = facts.function_at(range.start);
        let mut found = Vec::new();
        for (stored, value) in &facts.stored {
            if stored.slice(&facts.text) == place
                && stored.end <= range.start
                && facts.function_at(stored.start) == around
            {
                self.eval(facts, *value, env).into_iter().for_each(|value| add(&mut found, value));
            }
        }
        values.into_iter().for_each(|value| add(&mut found, value));
        found
    }

    /// The same of an object whose fields are set later.
    fn all_written(&mut self, written: &Written, at: Span) -> Vec<Value> {
        let mut values = match &written.base {
            Value::Object(place) => self.all_fields(place),
            Value::Record(fields) => seen(fields).flat_map(|(_, values)| values.clone()).collect(),
            Value::Written(inner) => self.all_written(&inner.clone(), at),
            _ => Vec::new(),
        };
        let fields: std::collections::BTreeSet<&Arc<str>> = written.fields_set().into_iter().collect();
        for field in fields {
            for value in self.written_field(written, field, at) {
                if value != Value::Nothing {
                    add(&mut values, value);
                }
            }
        }
        values
    }

    /// The values of all fields, for a look-up whose key is not known.
    pub(super) fn all_fields(&mut self, place: &Place) -> Vec<Value> {
        let facts = place.facts.clone();
        let ExprKind::Object(fields) = &facts.expr(place.expr).kind else { return Vec::new() };
        let mut values: Vec<Value> = self.unseen_fields(place).into_iter().collect();
        for field in fields {
            for value in marked_all(self.eval(&facts, field.value, &place.env), place.marks()) {
                add(&mut values, value);
            }
        }
        values
    }
}

/// What may be spread to fields.
fn may_have_fields(value: &Value) -> bool {
    !matches!(value, Value::Nothing | Value::Text(_) | Value::Number(_) | Value::Opaque(_))
}

/// A field of what is spread that may not be there.
fn may_be_absent(value: &Value) -> bool {
    matches!(value, Value::Nothing | Value::Param(..) | Value::Unknown(..) | Value::External { .. })
}
