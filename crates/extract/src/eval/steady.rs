//! What a condition may ask of: literals under a name, lists and texts whose length is known, variables whose writes are all
//! seen before they are read.

use std::sync::Arc;

use super::choice::{is_empty, is_possible, marked_all};
use super::condition::{Known, all_agree, hashed, held};
use super::value::{Env, Item, Piece, Pieces, Value};
use super::{Evaluator, span};
use crate::ir::{BindingId, BindingKind, ExprId, ExprKind, Facts, Group, Logic, Part, RegionId, RegionKind, Write};

/// How deep conditions may nest.
const MAX_NESTING: u32 = 12;

/// A value that source says in one word.
#[derive(Debug, PartialEq)]
pub(super) enum Literal<'f> {
    Text(&'f str),
    Number(f64),
    True,
}

impl Literal<'_> {
    /// Whether it counts as true.
    pub(super) fn holds(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::True => true,
        }
    }
}

/// The text or number that an expression is, or that a name of it is made with and keeps.
pub(super) fn literal(facts: &Facts, expr: ExprId) -> Option<Literal<'_>> {
    let expr = match facts.expr(expr).kind {
        ExprKind::Binding(binding) => {
            let binding = facts.binding(binding);
            let kept = matches!(binding.kind, BindingKind::Variable) && binding.writes.is_empty();
            binding.init.filter(|_| kept && binding.path.is_empty() && binding.default.is_none())?
        }
        _ => expr,
    };
    match &facts.expr(expr).kind {
        ExprKind::Number(Some(text)) if text.as_ref() == "true" => Some(Literal::True),
        ExprKind::Number(Some(text)) => text.parse().ok().map(Literal::Number),
        ExprKind::Template(parts) => match parts.as_slice() {
            [] => Some(Literal::Text("")),
            [Part::Text(chunk)] if chunk.derived.is_none() => Some(Literal::Text(chunk.range.slice(&facts.text))),
            _ => None,
        },
        _ => None,
    }
}

/// A whole number that is written down.
pub(super) fn count(facts: &Facts, expr: ExprId) -> Option<usize> {
    match &facts.expr(expr).kind {
        ExprKind::Number(Some(text)) => text.parse().ok(),
        _ => None,
    }
}

/// Whether a condition may be decided by what its own function says, whatever that is given.
pub(super) fn is_said(facts: &Facts, condition: ExprId, depth: u32) -> bool {
    if depth > MAX_NESTING {
        return false;
    }
    match &facts.expr(condition).kind {
        ExprKind::Not(inner) => is_said(facts, *inner, depth + 1),
        ExprKind::Logic { op, left, right } => {
            *op != Logic::Nullish && is_said(facts, *left, depth + 1) && is_said(facts, *right, depth + 1)
        }
        ExprKind::Equal { left, right, .. } => {
            literal(facts, *right).is_some() && (literal(facts, *left).is_some() || is_length(facts, *left))
        }
        ExprKind::Binding(_) => literal(facts, condition).is_some(),
        ExprKind::Member { .. } => is_length(facts, condition),
        _ => false,
    }
}

/// Whether an expression is a parameter whose object is only read, and given to nobody.
fn has_no_other_name(facts: &Facts, expr: ExprId) -> bool {
    let ExprKind::Binding(id) = facts.expr(expr).kind else { return false };
    let binding = facts.binding(id);
    let read_only = binding.writes.is_empty() && !facts.deep_writes.iter().any(|write| write.binding == id);
    let is_param = matches!(binding.kind, BindingKind::Param(_)) && binding.path.is_empty();
    let is_it = |expr: &ExprId| matches!(facts.expr(*expr).kind, ExprKind::Binding(other) if other == id);
    is_param && read_only && !facts.places().named(&binding.name).iter().any(is_it)
}

/// Whether an object literal stands as an argument: but for the function that is called nobody has it.
fn is_argument(facts: &Facts, expr: ExprId) -> bool {
    facts.calls.iter().any(|call| match &facts.expr(*call).kind {
        ExprKind::Call(call) => call.arguments.contains(&expr),
        _ => false,
    })
}

fn is_length(facts: &Facts, expr: ExprId) -> bool {
    matches!(&facts.expr(expr).kind, ExprKind::Member { property, .. } if property.as_ref() == "length")
}

/// Whether all that is written to a variable is seen where it is read: by its own function, and not in a later turn of a loop
/// around the reader.
pub(super) fn is_followed(facts: &Facts, id: BindingId, at: u32) -> bool {
    let binding = facts.binding(id);
    let owner = facts.function_of(binding.region);
    let in_loop = |write: u32| {
        facts.regions.iter().any(|region| {
            let holds = |place: u32| region.range.start <= place && place <= region.range.end;
            let turns = matches!(region.kind, RegionKind::Loop(_));
            turns && holds(at) && holds(write) && !holds(facts.region(binding.region).range.start)
        })
    };
    let seen = |write: &Write| facts.function_of(write.region) == owner && !in_loop(write.at);
    facts.function_at(at) == owner && binding.writes.iter().all(seen)
}

impl Evaluator<'_> {
    /// Whether there is anything in a list or a text; none where that is not known.
    pub(super) fn is_filled(&mut self, facts: &Arc<Facts>, object: ExprId, env: &Env) -> Option<bool> {
        let values = self.of_known_length(facts, object, env)?;
        let sure = |item: &Item| item.is_sure() && !item.values.is_empty();
        all_agree(values.iter().map(|value| match value {
            Value::List(items) if items.iter().any(sure) => Some(true),
            Value::List(items) => items.is_empty().then_some(false),
            Value::Text(pieces) => match value.constant() {
                Some(text) => Some(!text.is_empty()),
                None => pieces.iter().any(|piece| matches!(piece, Piece::Text { .. })).then_some(true),
            },
            _ => None,
        }))
    }

    /// Whether a list or a text is this long; none where that is not known.
    pub(super) fn has_length(&mut self, facts: &Arc<Facts>, object: ExprId, count: usize, env: &Env) -> Option<bool> {
        if count == 0 {
            return self.is_filled(facts, object, env).map(|filled| !filled);
        }
        let values = self.of_known_length(facts, object, env)?;
        let sure = |item: &Item| item.is_sure() && !item.values.is_empty();
        all_agree(values.iter().map(|value| match value {
            Value::List(items) => items.iter().all(sure).then_some(items.len() == count),
            Value::Text(_) => value.constant().map(|text| text.encode_utf16().count() == count),
            _ => None,
        }))
    }

    /// Nothing is sure to be nothing where it is a name's own value, or a field of an object that is frozen, or that its
    /// function alone has: that of another may have been set through another name.
    pub(super) fn are_sure(&mut self, facts: &Arc<Facts>, expr: ExprId, values: &[Value], env: &Env) -> bool {
        if !values.contains(&Value::Nothing) {
            return true;
        }
        match facts.expr(expr).kind {
            ExprKind::Binding(_) | ExprKind::Nothing => true,
            ExprKind::Member { object, .. } => {
                let objects = self.eval(facts, object, env);
                let own = has_no_other_name(facts, object);
                let stays = |object: &Value| match object {
                    Value::Object(place) => {
                        self.frozen.contains(&(place.facts.file, place.expr))
                            || own && is_argument(&place.facts, place.expr)
                    }
                    _ => false,
                };
                !objects.is_empty() && objects.iter().all(stays)
            }
            _ => false,
        }
    }

    /// The texts of a name or a field, those that count as true apart from those that do not: a condition may ask for that.
    pub(super) fn told_by_truth(
        &mut self,
        facts: &Arc<Facts>,
        expr: ExprId,
        texts: Vec<Pieces>,
        env: &Env,
    ) -> Vec<Pieces> {
        if !texts.iter().any(|text| is_empty(text)) {
            return texts;
        }
        let is_name = matches!(facts.expr(expr).kind, ExprKind::Binding(_) | ExprKind::Member { .. });
        let Some(subject) = is_name.then(|| self.subject(facts, expr, env)).flatten() else { return texts };
        let [yes, no] = held(subject);
        let marked = |text: Pieces| -> Pieces {
            let filled = text.iter().any(|piece| matches!(piece, Piece::Text { .. }));
            let marks = match (is_empty(&text), filled) {
                (true, _) => &no,
                (_, true) => &yes,
                _ => return text,
            };
            text.iter().cloned().chain(marks.iter().copied().map(Piece::Chosen)).collect()
        };
        texts.into_iter().map(marked).collect()
    }

    /// What is so where there is something in a list, and where there is nothing.
    pub(super) fn filled_or_not(&mut self, facts: &Arc<Facts>, object: ExprId, env: &Env) -> [Known; 2] {
        let values = self.of_known_length(facts, object, env).unwrap_or_default();
        let [Value::List(items)] = values.as_slice() else { return [Known::new(), Known::new()] };
        if items.iter().any(|item| !item.optional || item.choice.is_none()) {
            return [Known::new(), Known::new()];
        }
        let left = items.iter().flat_map(|item| item.decided(false)).copied().collect();
        match &items[..] {
            [only] => [only.decided(true).to_vec(), left],
            _ => [Known::new(), left],
        }
    }

    /// What was found out on the way to a place in a function: by the arms around it, and by those before that it would have
    /// been left by.
    pub(super) fn found_at(&mut self, facts: &Arc<Facts>, mut region: RegionId, at: u32, env: &Env) -> Known {
        let mut known = Known::new();
        loop {
            let here = facts.region(region);
            let left = |group: &Group| match group.arms[..] {
                [arm] => {
                    let arm = facts.region(arm);
                    arm.exits && arm.range.end <= at && arm.parent == Some(region)
                }
                _ => false,
            };
            let passed = (0..facts.groups.len()).filter(|group| left(&facts.groups[*group])).collect::<Vec<usize>>();
            for group in passed {
                known.extend(self.found_out(facts, group as u32, env).pop().unwrap_or_default());
            }
            match here.kind {
                RegionKind::Function(_) => return known,
                RegionKind::Arm(group) => {
                    let arms = &facts.groups[group as usize].arms;
                    // What falls into an arm does not pass its test.
                    let arm = arms.iter().position(|arm| *arm == region);
                    let arm = arm.filter(|at| !at.checked_sub(1).is_some_and(|at| facts.region(arms[at]).falls));
                    let mut found = self.found_out(facts, group, env);
                    known.extend(
                        arm.filter(|arm| *arm < found.len()).map(|arm| found.swap_remove(arm)).unwrap_or_default(),
                    );
                }
                _ => {}
            }
            let Some(parent) = here.parent else { return known };
            region = parent;
        }
    }

    /// The values of a text that nobody is seen to take, as they are where it stands: what an arm around it found out holds.
    pub(crate) fn where_it_stands(&mut self, facts: &Arc<Facts>, expr: ExprId, values: Vec<Value>) -> Vec<Value> {
        let here = facts.expr(expr).range;
        let function = facts.function_at(here.start);
        let region = facts.region_around(here);
        let mut known = region.map_or_else(Known::new, |region| self.found_at(facts, region, here.start, &None));
        for guard in facts.guards() {
            let guard = facts.expr(*guard);
            let ExprKind::Choice { condition, arms } = &guard.kind else { continue };
            let arm = arms.iter().position(|arm| facts.expr(*arm).range.covers(here));
            if let Some(arm) = arm.filter(|_| facts.function_at(guard.range.start) == function) {
                let [yes, no] = self.outcomes(facts, *condition, &None);
                known.extend(if arm == 0 { yes } else { no });
            }
        }
        let standing: Vec<Value> = marked_all(values.clone(), &known).into_iter().filter(is_possible).collect();
        if standing.is_empty() { values } else { standing }
    }

    /// A field of the object that `this` is, which its constructor sets once and nobody afterwards.
    pub(super) fn own_field(
        &mut self,
        facts: &Arc<Facts>,
        expr: ExprId,
        names: &[Arc<str>],
        env: &Env,
    ) -> Option<(u64, u32)> {
        let [name] = names else { return None };
        let this = self.this(facts, span(facts, expr), env);
        let [Value::Instance(class, made)] = this.as_slice() else { return None };
        let own = &class.facts;
        let field = own.classes[class.class.index()].fields.get(name)?;
        let [value] = field.values[..] else { return None };
        let method = own.function_at(own.expr(value).range.start).map(|function| &own.functions[function.index()]);
        let is_set_later = method
            .is_some_and(|method| method.class == Some(class.class) && method.name.as_deref() != Some("constructor"));
        let by_others =
            own.bindings.iter().flat_map(|binding| &binding.writes).any(|write| write.field.as_ref() == Some(name));
        if field.lost || is_set_later || by_others {
            return None;
        }
        let subject = hashed(&(own.file.0, class.class, name));
        Some((subject, made.as_ref().map_or(0, |made| made.number())))
    }

    /// What an expression is worth where its length cannot change unseen.
    fn of_known_length(&mut self, facts: &Arc<Facts>, object: ExprId, env: &Env) -> Option<Vec<Value>> {
        if let ExprKind::Binding(id) = facts.expr(object).kind {
            let binding = facts.binding(id);
            let whole = binding.writes.iter().all(|write| write.field.is_none());
            let own = matches!(binding.kind, BindingKind::Variable | BindingKind::Param(_) | BindingKind::Element);
            if !whole || !own || !is_followed(facts, id, facts.expr(object).range.start) {
                return None;
            }
            let uses = facts.uses();
            let shared = !(uses.gifts(id).is_empty() && uses.aliases(id).is_empty() && uses.held(id).is_empty());
            let values = self.eval(facts, object, env);
            let is_list = |value: &Value| matches!(value, Value::List(_));
            return Some(values).filter(|values| !(values.is_empty() || shared && values.iter().any(is_list)));
        }
        env.as_ref()?;
        let values = self.eval(facts, object, env);
        Some(values).filter(|values| !values.is_empty())
    }
}
