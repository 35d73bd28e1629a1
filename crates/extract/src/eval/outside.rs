//! What other files write into what a file makes. Nobody knows when they do: whatever is read may be as its own file makes it,
//! and as any of the writes leaves it.

use std::sync::Arc;

use rollproof_source::Span;

use super::unseen::has_parts;
use super::value::{Item, Made, Place, Value, Written, add};
use super::{Evaluator, REFERS_TO_ITSELF};
use crate::ir::{
    ANY_FIELD, Binding, BindingId, BindingKind, ClassId, DELETED, ExprId, ExprKind, Facts, Write, WriteOp,
};
use crate::program::{CHANGED, OutsideWrite, Target};

/// The writes to an object, of which a value is the part that `path` leads to.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    made: (Arc<Facts>, Target),
    writes: Arc<[OutsideWrite]>,
    path: Vec<Arc<str>>,
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.made.0.file == other.made.0.file && self.made.1 == other.made.1 && self.path == other.path
    }
}

impl Eq for Part {}

impl Part {
    fn field(&self, name: &Arc<str>) -> Self {
        let path = self.path.iter().chain([name]).cloned().collect();
        Self { path, ..self.clone() }
    }

    /// The writes to this part as a whole.
    fn direct(&self) -> impl Iterator<Item = &OutsideWrite> {
        self.writes.iter().filter(|write| write.path == self.path)
    }

    fn has_inner(&self) -> bool {
        self.writes.iter().any(|write| write.path.len() > self.path.len() && write.path.starts_with(&self.path))
    }

    /// A write to a part of one of its items, or of a field whose name is not known.
    fn inside_any(&self) -> Option<&OutsideWrite> {
        let depth = self.path.len();
        let inner = |write: &&OutsideWrite| write.path.len() > depth + 1 && write.path.starts_with(&self.path);
        self.writes.iter().filter(inner).find(|write| write.path[depth].as_ref() == ANY_FIELD)
    }

    /// The names of fields that are written, [`ANY_FIELD`] where one's is not known.
    pub(super) fn fields(&self) -> impl Iterator<Item = &Arc<str>> {
        let depth = self.path.len();
        let inner = self.writes.iter().filter(move |write| write.path.starts_with(&self.path));
        inner.filter_map(move |write| write.path.get(depth))
    }
}

impl Evaluator<'_> {
    /// What a name of a file stands for, with what others write into it.
    pub(super) fn with_outside(
        &mut self,
        facts: &Arc<Facts>,
        target: Target,
        values: Vec<Value>,
        at: Span,
    ) -> Vec<Value> {
        if self.program.is_rust() || !values.iter().any(may_be_written) {
            return values;
        }
        // Only lists and objects may be changed under other names.
        let writes = match values.iter().any(has_parts) {
            true => self.program.writes_to(facts, target),
            false => self.program.outside(facts).of(target).cloned(),
        };
        let Some(writes) = writes else { return values };
        let part = Part { made: (facts.clone(), target), writes, path: Vec::new() };
        self.after_part(&part, values, at)
    }

    /// The values of a part, with what is written into it.
    fn after_part(&mut self, part: &Part, values: Vec<Value>, at: Span) -> Vec<Value> {
        let mut values = self.after_outside(part, values, at);
        if let Some(write) = part.inside_any().filter(|_| values.iter().any(|value| matches!(value, Value::List(_)))) {
            add(&mut values, Value::unknown(CHANGED, place(write)));
        }
        if part.has_inner() {
            for value in &mut values {
                if matches!(value, Value::Object(_) | Value::Record(_) | Value::Written(_)) {
                    let (facts, base) = (part.made.0.clone(), value.clone());
                    let outside = Some(part.clone());
                    *value = Value::Written(Arc::new(Written { facts, binding: None, at, env: None, base, outside }));
                }
            }
        }
        values
    }

    /// A field of what `part` is, with what is written into it.
    pub(super) fn outside_field(&mut self, part: &Part, name: &Arc<str>, state: Vec<Value>, at: Span) -> Vec<Value> {
        let mut values = self.after_part(&part.field(name), state, at);
        // Which field it is that is written nobody knows: it may be this one.
        for value in self.after_outside(&part.field(&ANY_FIELD.into()), values.clone(), at) {
            add(&mut values, value);
        }
        if let Some(write) = part.inside_any().filter(|_| values.iter().any(has_parts)) {
            add(&mut values, Value::unknown(CHANGED, place(write)));
        }
        values
    }

    /// A member of a class, with what is written into it under the class's name.
    pub(super) fn outside_static(
        &mut self,
        (facts, class): (&Arc<Facts>, ClassId),
        name: &Arc<str>,
        state: Option<Vec<Value>>,
        at: Span,
    ) -> Option<Vec<Value>> {
        let is = |binding: &Binding| matches!(binding.kind, BindingKind::Class(other) if other == class);
        match self.part_of(facts, is, name) {
            Some(part) => Some(self.outside_member(&part, name, state, at)),
            None => state,
        }
    }

    /// A member of an object of a class, with what is written into it under the object's name.
    pub(super) fn outside_instance(&mut self, made: &Made, name: &Arc<str>, state: Vec<Value>, at: Span) -> Vec<Value> {
        let Place { facts, expr, .. } = &made.place;
        let is = |binding: &Binding| binding.init == Some(*expr) && binding.path.is_empty();
        match self.part_of(facts, is, name) {
            Some(part) => self.outside_member(&part, name, Some(state), at),
            None => state,
        }
    }

    /// What is written into what a name of a file stands for, where that may be this field.
    fn part_of(&mut self, facts: &Arc<Facts>, is: impl Fn(&Binding) -> bool, name: &Arc<str>) -> Option<Part> {
        if self.program.is_rust() {
            return None;
        }
        let outside = self.program.outside(facts);
        if outside.is_empty() {
            return None;
        }
        let target = Target::Binding(BindingId(facts.bindings.iter().position(is)? as u32));
        let writes = outside.of(target)?.clone();
        let part = Part { made: (facts.clone(), target), writes, path: Vec::new() };
        let set = |field: &Arc<str>| field == name || field.as_ref() == ANY_FIELD;
        let is_set = part.fields().any(set);
        is_set.then_some(part)
    }

    fn outside_member(&mut self, part: &Part, name: &Arc<str>, state: Option<Vec<Value>>, at: Span) -> Vec<Value> {
        let mut state = state.unwrap_or_else(|| vec![Value::Nothing]);
        if part.field(name).direct().any(|write| matches!(write.write.op, WriteOp::Assign(_))) {
            state.retain(|value| !matches!(value, Value::Unknown(why, _) if why.as_ref() == super::member::NEVER_SET));
        }
        self.outside_field(part, name, state, at)
    }

    /// `state` as it is, and as each of the writes to this very part leaves it.
    fn after_outside(&mut self, part: &Part, state: Vec<Value>, at: Span) -> Vec<Value> {
        let writes: Vec<&OutsideWrite> = part.direct().collect();
        if writes.is_empty() {
            return state;
        }
        if self.writing.contains(part) {
            let mut values = state;
            self.cut_off(REFERS_TO_ITSELF, at).into_iter().for_each(|value| add(&mut values, value));
            return values;
        }
        self.writing.push(part.clone());
        let mut values = state.clone();
        for outside in &writes {
            let alone = writes.len() == 1 && !adds_itself(part);
            let after = match &outside.write.op {
                WriteOp::Assign(value) => self.assigned_outside(part, outside, *value),
                WriteOp::Lost(reason)
                    if *reason == DELETED && part.path.last().is_some_and(|name| &**name == ANY_FIELD) =>
                {
                    self.deleted_any(part, outside)
                }
                WriteOp::Lost(reason) => lost(&state, reason, !part.path.is_empty(), outside),
                WriteOp::ListLost(reason) => lost(&state, reason, false, outside),
                WriteOp::Push(items) => self.added_outside(&state, items, alone, outside),
                WriteOp::Unshift(items) => self.added_outside(&state, items, false, outside),
                WriteOp::Include(item) => self.added_outside(&state, &[*item], alone, outside),
                WriteOp::Append(_) => {
                    let text =
                        |value: &Value| !matches!(value, Value::Opaque(_) | Value::Number(_) | Value::External { .. });
                    let lost = state
                        .iter()
                        .any(text)
                        .then(|| Value::unknown("text that another file adds to", place(outside)));
                    lost.into_iter().collect()
                }
                WriteOp::Called { .. } => Vec::new(),
            };
            after.into_iter().for_each(|value| add(&mut values, value));
        }
        self.writing.pop();
        values
    }

    /// What is assigned; of `a.b ??= c`, what stands there if nothing did.
    fn assigned_outside(&mut self, part: &Part, outside: &OutsideWrite, value: ExprId) -> Vec<Value> {
        let facts = &outside.facts;
        if let ExprKind::Logic { left, right, .. } = facts.expr(value).kind
            && self.program.reads_slot(facts, left, (&part.made.0, part.made.1), &part.path)
        {
            return self.eval(facts, right, &None);
        }
        self.eval(facts, value, &None)
    }

    /// `delete a[b]`; of `delete a.b` nothing is lost but that field.
    fn deleted_any(&self, part: &Part, outside: &OutsideWrite) -> Vec<Value> {
        let named = |other: &&OutsideWrite| {
            other.facts.file == outside.facts.file
                && other.write.at == outside.write.at
                && other.path.len() == part.path.len()
                && other.path != part.path
        };
        if part.writes.iter().any(|other| named(&other)) {
            return Vec::new();
        }
        vec![Value::unknown(DELETED, place(outside))]
    }

    /// Lists with items that another file adds.
    fn added_outside(&mut self, state: &[Value], items: &[ExprId], alone: bool, outside: &OutsideWrite) -> Vec<Value> {
        let lists: Vec<&Value> = state.iter().filter(|value| matches!(value, Value::List(_))).collect();
        if lists.is_empty() {
            return Vec::new();
        }
        let facts = &outside.facts;
        let repeated = !facts.is_said_once(outside.write.region);
        // Nobody knows how often a function runs.
        if !alone || (repeated && facts.function_of(outside.write.region).is_some()) {
            return vec![Value::unknown("list that another file adds to", place(outside))];
        }
        let new = self.items(facts, items, &None, repeated);
        let with = |list: &Value| match list {
            Value::List(before) => {
                Some(Value::List(before.iter().cloned().chain(new.clone()).collect::<Vec<Item>>().into()))
            }
            _ => None,
        };
        lists.into_iter().filter_map(with).collect()
    }
}

/// Whether functions of the file that makes a list add to it, too: nobody knows what comes first.
fn adds_itself(part: &Part) -> bool {
    let (facts, Target::Binding(id)) = (&part.made.0, part.made.1) else { return false };
    let of_part = |write: &&Write| match (part.path.as_slice(), &write.field) {
        ([], None) => true,
        ([name], Some(field)) => name == field,
        _ => false,
    };
    let mut writes = facts.binding(id).writes.iter().filter(of_part);
    writes.any(|write| write.op.changes_list() && facts.function_of(write.region).is_some())
}

/// What cannot be followed: of a list, or of any value.
fn lost(state: &[Value], reason: &str, any: bool, outside: &OutsideWrite) -> Vec<Value> {
    let known = any || state.iter().any(|value| matches!(value, Value::List(_)));
    known.then(|| Value::unknown(reason, place(outside))).into_iter().collect()
}

/// Where a write stands.
fn place(outside: &OutsideWrite) -> Span {
    let at = outside.write.at;
    Span::new(outside.facts.file, at.saturating_sub(1), at)
}

/// What has parts or is one.
fn may_be_written(value: &Value) -> bool {
    !matches!(
        value,
        Value::Function(_) | Value::Class(_) | Value::Instance(..) | Value::Module(_) | Value::External { .. }
    )
}
