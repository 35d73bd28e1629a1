//! What a test against known texts leaves open: in `ALLOWED.includes(sort) ? sort : "name"` the name is one of the list's.

use std::sync::Arc;

use super::value::{Env, Value, add};
use super::{Evaluator, span};
use crate::ir::{BindingKind, ExprId, ExprKind, Facts, GroupTest, Logic, RegionId};

/// How deep a condition is looked into.
const MAX_NESTING: u32 = 8;

impl Evaluator<'_> {
    /// What `subject` is worth where a condition holds, or does not, if that says which text it is.
    pub(super) fn narrowed(
        &mut self,
        facts: &Arc<Facts>,
        condition: ExprId,
        subject: ExprId,
        holds: bool,
        env: &Env,
    ) -> Option<Vec<Value>> {
        is_steady(facts, subject).then(|| self.narrowed_at(facts, condition, subject, holds, (env, 0)))?
    }

    fn narrowed_at(
        &mut self,
        facts: &Arc<Facts>,
        condition: ExprId,
        subject: ExprId,
        holds: bool,
        (env, depth): (&Env, u32),
    ) -> Option<Vec<Value>> {
        if depth > MAX_NESTING {
            return None;
        }
        let within = (env, depth + 1);
        match &facts.expr(condition).kind {
            ExprKind::Not(inner) => self.narrowed_at(facts, *inner, subject, !holds, within),
            ExprKind::Logic { op, left, right } if (*op == Logic::And) == holds && *op != Logic::Nullish => self
                .narrowed_at(facts, *left, subject, holds, within)
                .or_else(|| self.narrowed_at(facts, *right, subject, holds, within)),
            // Where `a && !LIST.includes(a)` does not hold, `a` is nothing or one of the list.
            ExprKind::Logic { op: Logic::And, left, right } if !holds && same_text(facts, *left, subject) => {
                let mut values = self.narrowed_at(facts, *right, subject, false, within)?;
                add(&mut values, Value::Nothing);
                Some(values)
            }
            ExprKind::Equal { left, right, negated, .. } if *negated != holds && same_text(facts, *left, subject) => {
                let values = self.eval(facts, *right, env);
                values.iter().all(|value| value.constant().is_some()).then_some(values)
            }
            ExprKind::Equal { left, right, negated, .. } if *negated != holds && is_type_of(facts, *left, subject) => {
                let named = self.eval(facts, *right, env);
                let is_number =
                    named.iter().all(|name| matches!(name.constant().as_deref(), Some("number" | "bigint")));
                (is_number && !named.is_empty()).then(|| vec![Value::Number(span(facts, subject))])
            }
            ExprKind::Call(call) if holds => {
                let ExprKind::Member { object, property } = &facts.expr(call.callee).kind else { return None };
                let [sought] = call.arguments[..] else { return None };
                let asks = matches!(property.as_ref(), "isInteger" | "isSafeInteger" | "isFinite");
                if asks && same_text(facts, sought, subject) {
                    // The global `isFinite` takes texts for numbers.
                    let of_number =
                        matches!(&facts.expr(*object).kind, ExprKind::Global(name) if name.as_ref() == "Number");
                    return of_number.then(|| vec![Value::Number(span(facts, subject))]);
                }
                if !matches!(property.as_ref(), "includes" | "has") || !same_text(facts, sought, subject) {
                    return None;
                }
                let lists = self.eval(facts, *object, env);
                items_of(&lists)
            }
            _ => None,
        }
    }

    /// What a name is worth behind a test of it: in the arm that the test opens, or after one that leaves the function.
    pub(super) fn guarded(
        &mut self,
        facts: &Arc<Facts>,
        subject: ExprId,
        values: &[Value],
        env: &Env,
    ) -> Option<Vec<Value>> {
        let open = |value: &Value| matches!(value, Value::Param(..) | Value::Unknown(..) | Value::External { .. });
        if !values.iter().any(open) || !is_steady(facts, subject) {
            return None;
        }
        let at = facts.expr(subject).range;
        let inside = |region: RegionId| {
            let range = facts.region(region).range;
            range.start <= at.start && at.end <= range.end
        };
        let around = facts.function_at(at.start);
        for group in &facts.groups {
            let (Some(GroupTest::If(condition)), Some(first)) = (&group.test, group.arms.first()) else { continue };
            let seen = facts.function_of(*first) == around || self.runs_after(facts, subject, *first);
            if facts.expr(*condition).range.end > at.start || !seen {
                continue;
            }
            let second = || group.arms.get(1).is_some_and(|arm| inside(*arm));
            let left = || {
                let region = facts.region(*first);
                region.exits && region.range.end <= at.start && region.parent.is_some_and(inside)
            };
            let holds = match inside(*first) {
                true => true,
                false if second() || left() => false,
                false => continue,
            };
            if let Some(mut values) = self.narrowed(facts, *condition, subject, holds, env) {
                leave_nothing_out(facts, subject, &mut values);
                return Some(values);
            }
        }
        None
    }

    /// Whether the functions around a name that is written once are only made where a region is left: then what was tested
    /// there holds in them too. A function that is declared may be called before.
    fn runs_after(&self, facts: &Facts, subject: ExprId, region: RegionId) -> bool {
        let here = facts.expr(subject).range;
        let tested = facts.region(region).range;
        let around = |id: &usize| {
            let range = facts.functions[*id].range;
            range.start <= here.start
                && here.end <= range.end
                && !(range.start <= tested.start && tested.end <= range.end)
        };
        let declared = |id: usize| {
            facts.bindings.iter().any(|binding| matches!(binding.kind, BindingKind::Function(of) if of.index() == id))
        };
        matches!(facts.expr(subject).kind, ExprKind::Binding(_))
            && facts.function_of(region).is_some_and(|outer| {
                let outer = facts.functions[outer.index()].range;
                outer.start <= here.start && here.end <= outer.end
            })
            && (0..facts.functions.len()).filter(around).all(|id| !declared(id))
    }
}

/// Leaves out that a value may be missing, where it is only asked for if it is there.
pub(super) fn leave_nothing_out(facts: &Facts, subject: ExprId, values: &mut Vec<Value>) {
    if values.len() > 1 && values.contains(&Value::Nothing) && is_where_it_holds(facts, subject) {
        values.retain(|value| *value != Value::Nothing);
    }
}

/// Whether a name stands in what is only evaluated where the name itself holds: `field ? [field] : fields`.
fn is_where_it_holds(facts: &Facts, subject: ExprId) -> bool {
    if !is_steady(facts, subject) {
        return false;
    }
    let here = facts.expr(subject).range;
    let around = |expr: ExprId| facts.expr(expr).range.covers(here);
    facts.guards().iter().any(|guard| match &facts.expr(*guard).kind {
        _ if !around(*guard) => false,
        ExprKind::Choice { condition, arms } => around(arms[0]) && asks_whether(facts, *condition, subject),
        ExprKind::Logic { op: Logic::And, left, right } => around(*right) && asks_whether(facts, *left, subject),
        _ => false,
    })
}

/// Whether a condition is that a name holds.
fn asks_whether(facts: &Facts, condition: ExprId, subject: ExprId) -> bool {
    match &facts.expr(condition).kind {
        ExprKind::Call(call) => match call.arguments[..] {
            [only] => is_truth(facts, call.callee) && same_text(facts, only, subject),
            _ => false,
        },
        _ => same_text(facts, condition, subject),
    }
}

/// A function that tells whether something counts as true: `Boolean`, `@silverhand/essentials`' `notFalsy`.
fn is_truth(facts: &Facts, callee: ExprId) -> bool {
    match &facts.expr(callee).kind {
        ExprKind::Global(name) => name.as_ref() == "Boolean",
        ExprKind::Binding(binding) => match &facts.binding(*binding).kind {
            BindingKind::Import { module, name: Some(name) } => {
                module.as_ref() == "@silverhand/essentials" && name.as_ref() == "notFalsy"
            }
            _ => false,
        },
        _ => false,
    }
}

/// A name that is written once, or a part of it.
fn is_steady(facts: &Facts, expr: ExprId) -> bool {
    let mut next = expr;
    for _ in 0..8 {
        match &facts.expr(next).kind {
            ExprKind::Member { object, .. } => next = *object,
            ExprKind::Binding(binding) => {
                let binding = facts.binding(*binding);
                return matches!(binding.kind, BindingKind::Param(_) | BindingKind::Variable | BindingKind::Element)
                    && binding.writes.is_empty();
            }
            _ => return false,
        }
    }
    false
}

/// Whether an expression is `typeof subject`.
fn is_type_of(facts: &Facts, expr: ExprId, subject: ExprId) -> bool {
    matches!(facts.expr(expr).kind, ExprKind::TypeOf(of) if same_text(facts, of, subject))
}

/// Whether two expressions are written alike: `options?.sort` is `options.sort`.
fn same_text(facts: &Facts, left: ExprId, right: ExprId) -> bool {
    let plain = |expr: ExprId| {
        facts
            .expr(expr)
            .range
            .slice(&facts.text)
            .chars()
            .filter(|letter| !"?! \n".contains(*letter))
            .collect::<String>()
    };
    matches!(facts.expr(left).kind, ExprKind::Binding(_) | ExprKind::Member { .. }) && plain(left) == plain(right)
}

/// The texts of lists that are known item by item.
fn items_of(lists: &[Value]) -> Option<Vec<Value>> {
    let mut found = Vec::new();
    for list in lists {
        let Value::List(items) = list else { return None };
        for value in items.iter().flat_map(|item| item.values.iter()) {
            value.constant()?;
            add(&mut found, value.clone());
        }
    }
    (!found.is_empty()).then_some(found)
}
