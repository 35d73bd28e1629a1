//! What a condition is worth where the call that is being evaluated decides it, and which conditions ask the same.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::Evaluator;
use super::keyed::asks_for_own_key;
use super::subject::{Asked, is_steady};
use super::value::{Chosen, DecisionPlace, Env, Frame, FunctionRef, Piece, Value};
use crate::ir::{BindingKind, Call, ExprId, ExprKind, Facts, GroupTest, Logic, RegionId, RegionKind, WriteOp};

/// How deep conditions may nest.
const MAX_NESTING: u32 = 12;

/// What a condition finds out in one of its outcomes.
pub(super) type Known = Vec<Chosen>;

const YES: u64 = 1;
const NO: u64 = 2;

/// Whether `==` may convert one of the two to compare them: a text and a number, an empty list and a text.
fn converts(facts: &Facts, left: ExprId, right: ExprId) -> bool {
    let kind = |expr: ExprId| match &facts.expr(expr).kind {
        ExprKind::Template(_) => Some("text"),
        ExprKind::Number(_) => Some("number"),
        ExprKind::Array(_) | ExprKind::Object(_) => Some("object"),
        _ => None,
    };
    matches!((kind(left), kind(right)), (Some(left), Some(right)) if left != right)
}

impl Evaluator<'_> {
    /// Whether a condition holds; none where that is not known.
    pub(super) fn holds(&mut self, facts: &Arc<Facts>, condition: ExprId, env: &Env) -> Option<bool> {
        self.truth(facts, condition, env, 0)
    }

    fn truth(&mut self, facts: &Arc<Facts>, expr: ExprId, env: &Env, depth: u32) -> Option<bool> {
        if depth > MAX_NESTING {
            return None;
        }
        match &facts.expr(expr).kind {
            ExprKind::Not(inner) => self.truth(facts, *inner, env, depth + 1).map(|holds| !holds),
            ExprKind::Equal { left, right, negated, strict } => {
                let converts = !strict && converts(facts, *left, *right);
                let equal = if converts { None } else { self.equal(facts, (*left, *right), env) };
                equal.map(|equal| equal != *negated)
            }
            ExprKind::Logic { op, left, right } => {
                let known = [self.truth(facts, *left, env, depth + 1), self.truth(facts, *right, env, depth + 1)];
                match op {
                    Logic::And if known.contains(&Some(false)) => Some(false),
                    Logic::Or if known.contains(&Some(true)) => Some(true),
                    Logic::And | Logic::Or if !known.contains(&None) => known[0],
                    _ => None,
                }
            }
            ExprKind::Call(call) if is_boolean(facts, call) => self.truth(facts, call.arguments[0], env, depth + 1),
            ExprKind::Call(call) if asks_for_own_key(facts, call) => Some(true),
            ExprKind::Call(call) => self.predicate(facts, call, env, depth),
            ExprKind::Nothing => Some(false),
            ExprKind::Number(Some(text)) => Some(!text.trim_start_matches(['0', '.']).is_empty()),
            ExprKind::Member { object, property } if property.as_ref() == "length" => {
                self.is_filled(facts, *object, env)
            }
            _ if let Some(literal) = super::steady::literal(facts, expr) => Some(literal.holds()),
            _ => {
                env.as_ref()?;
                if !is_leaf(facts, expr, 0) {
                    return None;
                }
                let values = self.eval(facts, expr, env);
                let sure = self.are_sure(facts, expr, &values, env);
                all_agree(values.iter().map(|value| is_true(value).filter(|_| sure)))
            }
        }
    }

    /// `Array.isArray(x)`, `text.endsWith("…")`, `list.includes(x)`, `list.some((x) => …)`.
    fn predicate(&mut self, facts: &Arc<Facts>, call: &Call, env: &Env, depth: u32) -> Option<bool> {
        let ExprKind::Member { object, property } = &facts.expr(call.callee).kind else { return None };
        let [first] = call.arguments[..] else { return None };
        if property.as_ref() == "isArray" && facts.name_of(*object).is_some_and(|name| name.as_ref() == "Array") {
            env.as_ref().filter(|_| is_leaf(facts, first, 0))?;
            return all_agree(self.eval(facts, first, env).iter().map(is_list));
        }
        if !is_leaf(facts, *object, 0) {
            return None;
        }
        if matches!(property.as_ref(), "some" | "every") {
            return self.of_items(facts, (*object, first), property.as_ref() == "some", env, depth);
        }
        if !matches!(property.as_ref(), "endsWith" | "startsWith" | "includes") || !is_leaf(facts, first, 0) {
            return None;
        }
        let sought: Option<Vec<String>> = self.eval(facts, first, env).iter().map(Value::constant).collect();
        let sought = sought.filter(|sought| !sought.is_empty())?;
        let objects = self.eval(facts, *object, env);
        let one = |object: &Value, sought: &str| match object {
            Value::List(items) if property.as_ref() == "includes" => {
                let plain = |item: &super::value::Item| match item.values.as_slice() {
                    [one] if item.is_sure() => one.constant(),
                    _ => None,
                };
                let items: Option<Vec<String>> = items.iter().map(plain).collect();
                items.map(|items| items.iter().any(|item| item == sought))
            }
            Value::Text(_) => object.constant().map(|text| match property.as_ref() {
                "endsWith" => text.ends_with(sought),
                "startsWith" => text.starts_with(sought),
                _ => text.contains(sought),
            }),
            _ => None,
        };
        all_agree(objects.iter().flat_map(|object| sought.iter().map(|sought| one(object, sought)).collect::<Vec<_>>()))
    }

    /// `list.some(f)` and `list.every(f)`, both known.
    fn of_items(
        &mut self,
        facts: &Arc<Facts>,
        (list, function): (ExprId, ExprId),
        some: bool,
        env: &Env,
        depth: u32,
    ) -> Option<bool> {
        let functions = self.eval(facts, function, env);
        let lists = self.eval(facts, list, env);
        let ([Value::Function(function)], [Value::List(items)]) = (functions.as_slice(), lists.as_slice()) else {
            return None;
        };
        let [(value, _)] = function.facts.functions[function.function.index()].returns[..] else { return None };
        let mut known = Vec::new();
        for item in items.iter() {
            if !item.is_sure() || !item.values.iter().all(|value| value.constant().is_some()) {
                return None;
            }
            let inner = self.frame_of(function, vec![item.values.to_vec()]);
            known.push(self.truth(&function.facts, value, &inner, depth + 1));
        }
        if known.contains(&Some(some)) {
            return Some(some);
        }
        (!known.contains(&None)).then_some(!some)
    }

    /// Whether what a function returns holds for these arguments.
    pub(super) fn holds_for(
        &mut self,
        function: &FunctionRef,
        returned: ExprId,
        arguments: Vec<Vec<Value>>,
    ) -> Option<bool> {
        let env = self.frame_of(function, arguments);
        self.truth(&function.facts, returned, &env, 0)
    }

    fn frame_of(&mut self, function: &FunctionRef, arguments: Vec<Vec<Value>>) -> Env {
        Some(Arc::new(Frame::of_call(function, arguments, self.next_serial())))
    }

    /// Whether both sides are the same; none where that is not known.
    fn equal(&mut self, facts: &Arc<Facts>, (left, right): (ExprId, ExprId), env: &Env) -> Option<bool> {
        if let (Some(left), Some(right)) = (super::steady::literal(facts, left), super::steady::literal(facts, right)) {
            return Some(left == right);
        }
        if let (ExprKind::Member { object, property }, Some(count)) =
            (&facts.expr(left).kind, super::steady::count(facts, right))
            && property.as_ref() == "length"
        {
            return self.has_length(facts, *object, count, env);
        }
        env.as_ref()?;
        if let ExprKind::TypeOf(inner) = facts.expr(left).kind {
            let name = self.eval(facts, right, env).first().and_then(Value::constant)?;
            let known = is_leaf(facts, inner, 0);
            let types = self.eval(facts, inner, env);
            return all_agree(types.iter().map(|value| type_of(value).filter(|_| known).map(|found| found == name)));
        }
        if !is_leaf(facts, left, 0) || !is_leaf(facts, right, 0) {
            return self.differ(facts, (left, right), env).then_some(false);
        }
        let sides = (self.eval(facts, left, env), self.eval(facts, right, env));
        if !self.are_sure(facts, left, &sides.0, env) || !self.are_sure(facts, right, &sides.1, env) {
            return None;
        }
        let (left, right) = sides;
        all_agree(left.iter().flat_map(|left| right.iter().map(|right| same(left, right)).collect::<Vec<_>>()))
    }

    /// Whether two fragments are not the same: their texts are others. Where those are alike, they may have been made twice.
    fn differ(&mut self, facts: &Arc<Facts>, (left, right): (ExprId, ExprId), env: &Env) -> bool {
        let given = |expr: ExprId| match facts.expr(expr).kind {
            ExprKind::Binding(binding) => matches!(facts.binding(binding).kind, BindingKind::Param(_)),
            _ => false,
        };
        let (given, other) = match (given(left), given(right)) {
            (true, _) => (left, right),
            (false, true) => (right, left),
            (false, false) => return false,
        };
        let texts = |values: Vec<Value>| -> Option<Vec<String>> {
            let text = |value: &Value| value.constant().filter(|_| matches!(value, Value::Fragment(..)));
            values.iter().map(text).collect()
        };
        let Some(one) = texts(self.eval(facts, given, env)).filter(|one| !one.is_empty()) else { return false };
        let others = texts(self.eval(facts, other, env));
        others.is_some_and(|others| !others.is_empty() && one.iter().all(|text| !others.contains(text)))
    }

    /// Which arm of a group is entered, if one is; none where that is not known.
    pub(super) fn taken(&mut self, facts: &Arc<Facts>, group: u32, env: &Env) -> Option<Option<usize>> {
        let group = &facts.groups[group as usize];
        match group.test.as_ref()? {
            GroupTest::If(condition) if env.is_none() && !super::steady::is_said(facts, *condition, 0) => None,
            GroupTest::If(condition) => {
                let arm = usize::from(!self.holds(facts, *condition, env)?);
                Some(Some(arm).filter(|arm| *arm < group.arms.len()))
            }
            GroupTest::Switch { subject, cases } => {
                let mut default = None;
                env.as_ref()?;
                for (arm, case) in cases.iter().enumerate() {
                    let Some(values) = case else {
                        default = Some(arm);
                        continue;
                    };
                    for value in values {
                        if self.equal(facts, (*subject, *value), env)? {
                            return Some(Some(arm));
                        }
                    }
                }
                Some(default)
            }
        }
    }

    /// Whether a stretch of a function is entered, as far as its conditions are known; `within` is around it.
    pub(super) fn entered(
        &mut self,
        facts: &Arc<Facts>,
        mut region: RegionId,
        within: Option<RegionId>,
        env: &Env,
    ) -> Option<bool> {
        let mut certain = true;
        loop {
            let here = facts.region(region);
            match here.kind {
                _ if Some(region) == within => break,
                RegionKind::Function(_) => break,
                RegionKind::Arm(group) => match self.taken(facts, group, env) {
                    Some(Some(arm)) if facts.groups[group as usize].arms[arm] == region => {}
                    Some(_) => return Some(false),
                    None => certain = false,
                },
                // What is tried may end before its end.
                RegionKind::Loop(_) | RegionKind::Tried(_) => certain = false,
                // Its end need not be reached.
                RegionKind::Stretch => certain &= !facts.jumps.iter().any(|jump| jump.target == region),
                RegionKind::Block => {}
            }
            let Some(parent) = here.parent else { break };
            region = parent;
        }
        certain.then_some(true)
    }

    /// What each arm of a group finds out, and last what is so where none is entered.
    pub(super) fn found_out(&mut self, facts: &Arc<Facts>, group: u32, env: &Env) -> Vec<Known> {
        let group = &facts.groups[group as usize];
        match &group.test {
            Some(GroupTest::If(condition)) => {
                let [yes, no] = self.outcomes(facts, *condition, env);
                if group.arms.len() > 1 { vec![yes, no, Vec::new()] } else { vec![yes, no] }
            }
            Some(GroupTest::Switch { subject, cases }) => self.cases(facts, *subject, cases, env),
            None => vec![Vec::new(); group.arms.len() + 1],
        }
    }

    fn cases(&mut self, facts: &Arc<Facts>, subject: ExprId, cases: &[Option<Vec<ExprId>>], env: &Env) -> Vec<Known> {
        let Some(subject) = self.subject(facts, subject, env) else {
            return vec![Vec::new(); cases.len() + 1];
        };
        let literal = |evaluator: &mut Self, value: &ExprId| evaluator.literal_of(facts, *value, env);
        let mut literals: Vec<Vec<Option<u64>>> = Vec::new();
        for case in cases {
            literals.push(case.iter().flatten().map(|value| literal(self, value)).collect());
        }
        let is = |literal: u64, outcomes| Chosen {
            decision: subject.decision(DecisionPlace::Is(subject.number, literal)),
            outcomes,
        };
        let others = |but: Option<usize>| {
            let all = literals.iter().enumerate().filter(|(at, _)| Some(*at) != but);
            all.flat_map(|(_, literals)| literals).flatten().map(|literal| is(*literal, NO)).collect::<Known>()
        };
        let mut found: Vec<Known> = Vec::new();
        for (at, case) in cases.iter().enumerate() {
            let own = match literals[at].as_slice() {
                [Some(only)] if case.is_some() => vec![is(*only, YES)],
                _ => Vec::new(),
            };
            found.push(own.into_iter().chain(others(Some(at))).collect());
        }
        found.push(others(None));
        found
    }

    /// What is so where a condition holds, and where it does not.
    pub(super) fn outcomes(&mut self, facts: &Arc<Facts>, condition: ExprId, env: &Env) -> [Known; 2] {
        self.outcomes_at(facts, condition, env, 0)
    }

    fn outcomes_at(&mut self, facts: &Arc<Facts>, condition: ExprId, env: &Env, depth: u32) -> [Known; 2] {
        if depth > MAX_NESTING {
            return [Vec::new(), Vec::new()];
        }
        match &facts.expr(condition).kind {
            ExprKind::Not(inner) => {
                let [yes, no] = self.outcomes_at(facts, *inner, env, depth + 1);
                [no, yes]
            }
            ExprKind::Equal { left, right, negated, .. }
                if super::steady::count(facts, *right) == Some(0)
                    && let ExprKind::Member { object, property } = &facts.expr(*left).kind
                    && property.as_ref() == "length" =>
            {
                let [filled, not] = self.filled_or_not(facts, *object, env);
                if *negated { [filled, not] } else { [not, filled] }
            }
            ExprKind::Equal { left, right, negated, strict } => {
                // `x == null` is true of two values.
                if !strict && matches!(facts.expr(*right).kind, ExprKind::Nothing) {
                    return [Vec::new(), Vec::new()];
                }
                let known = self.literal_of(facts, *right, env).and_then(|literal| {
                    let subject = self.subject(facts, *left, env)?;
                    Some(subject.decision(DecisionPlace::Is(subject.number, literal)))
                });
                let Some(decision) = known else { return [Vec::new(), Vec::new()] };
                let (yes, no) = if *negated { (NO, YES) } else { (YES, NO) };
                [vec![Chosen { decision, outcomes: yes }], vec![Chosen { decision, outcomes: no }]]
            }
            ExprKind::Logic { op, left, right } => {
                let [left_yes, left_no] = self.outcomes_at(facts, *left, env, depth + 1);
                let [right_yes, right_no] = self.outcomes_at(facts, *right, env, depth + 1);
                let both = |left: Known, right: Known| left.into_iter().chain(right).collect::<Known>();
                match op {
                    Logic::And => [both(left_yes, right_yes), Vec::new()],
                    Logic::Or => [Vec::new(), both(left_no, right_no)],
                    Logic::Nullish => [Vec::new(), Vec::new()],
                }
            }
            ExprKind::Member { object, property } if property.as_ref() == "length" => {
                let [yes, no] = self.filled_or_not(facts, *object, env);
                match self.subject(facts, condition, env) {
                    Some(subject) if yes.is_empty() && no.is_empty() => held(subject),
                    _ => [yes, no],
                }
            }
            ExprKind::Binding(_) | ExprKind::Member { .. } => {
                let [mut yes, mut no] = match self.tested_in(facts, condition) {
                    Some(init) => self.outcomes_at(facts, init, env, depth + 1),
                    None => [Vec::new(), Vec::new()],
                };
                if let Some(subject) = self.subject(facts, condition, env) {
                    let [holds, not] = held(subject);
                    yes.extend(holds);
                    no.extend(not);
                }
                [yes, no]
            }
            _ => [Vec::new(), Vec::new()],
        }
    }

    /// The test that a name stands for: `const exact = mode === "exact"`.
    fn tested_in(&self, facts: &Facts, expr: ExprId) -> Option<ExprId> {
        let ExprKind::Binding(binding) = facts.expr(expr).kind else { return None };
        let binding = facts.binding(binding);
        let steady = matches!(binding.kind, BindingKind::Variable) && is_steady(facts, binding);
        let init = binding.init.filter(|_| steady && binding.path.is_empty() && binding.default.is_none())?;
        let tests =
            matches!(&facts.expr(init).kind, ExprKind::Not(_) | ExprKind::Equal { .. } | ExprKind::Logic { .. });
        tests.then_some(init)
    }

    fn literal_of(&mut self, facts: &Arc<Facts>, expr: ExprId, env: &Env) -> Option<u64> {
        match &facts.expr(expr).kind {
            ExprKind::Nothing => Some(hashed(&facts.expr(expr).range.slice(&facts.text))),
            ExprKind::Template(_) | ExprKind::Number(Some(_)) | ExprKind::Member { .. } => {
                match self.eval(facts, expr, env).as_slice() {
                    [value @ Value::Text(_)] => value.constant().map(|text| hashed(&(1_u8, text))),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// What is so where a subject holds, and where it does not.
pub(super) fn held(subject: Asked) -> [Known; 2] {
    let decision = subject.decision(DecisionPlace::Holds(subject.number));
    [vec![Chosen { decision, outcomes: YES }], vec![Chosen { decision, outcomes: NO }]]
}

pub(super) fn hashed(value: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The one answer of all; none where there is no answer or two.
pub(super) fn all_agree(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = None;
    for answer in answers {
        let answer = answer?;
        if all.is_some_and(|all| all != answer) {
            return None;
        }
        all = Some(answer);
    }
    all
}

/// Whether what an expression is worth hangs on nothing that may change unseen: constants, what a call is given, and what is
/// made of these.
fn is_leaf(facts: &Facts, expr: ExprId, depth: u32) -> bool {
    if depth > 6 {
        return false;
    }
    let inner = |expr: &ExprId| is_leaf(facts, *expr, depth + 1);
    match &facts.expr(expr).kind {
        ExprKind::Template(parts) => parts.iter().all(|part| match part {
            crate::ir::Part::Text(_) => true,
            crate::ir::Part::Hole(hole) => inner(hole),
        }),
        ExprKind::Number(Some(_)) | ExprKind::Nothing => true,
        ExprKind::Array(items) => items.iter().all(inner),
        ExprKind::Member { object, .. } => inner(object),
        ExprKind::Index { object, index } => inner(object) && inner(index),
        ExprKind::Call(call) => match &facts.expr(call.callee).kind {
            ExprKind::Member { object, .. } => inner(object) && call.arguments.iter().all(inner),
            ExprKind::Binding(callee) => {
                matches!(facts.binding(*callee).kind, BindingKind::Function(_) | BindingKind::Import { .. })
                    && call.arguments.iter().all(inner)
            }
            _ => false,
        },
        ExprKind::Binding(id) => {
            let binding = facts.binding(*id);
            match &binding.kind {
                BindingKind::Param(_) | BindingKind::Element => binding.writes.is_empty(),
                BindingKind::Variable if !binding.writes.is_empty() => {
                    let set = |write: &crate::ir::Write| match write.op {
                        WriteOp::Assign(value) => write.field.is_none() && (is_literal(facts, value) || inner(&value)),
                        _ => false,
                    };
                    binding.path.is_empty()
                        && binding.init.as_ref().is_none_or(inner)
                        && binding.writes.iter().all(set)
                        && super::steady::is_followed(facts, *id, facts.expr(expr).range.start)
                }
                BindingKind::Variable => {
                    binding.writes.is_empty()
                        && binding.init.as_ref().is_some_and(|init| is_literal(facts, *init) || inner(init))
                }
                BindingKind::Import { .. } => true,
                _ => false,
            }
        }
        _ => false,
    }
}

/// `Boolean(x)`.
fn is_boolean(facts: &Facts, call: &Call) -> bool {
    matches!(&facts.expr(call.callee).kind, ExprKind::Global(name) if name.as_ref() == "Boolean")
        && call.arguments.len() == 1
}

fn is_literal(facts: &Facts, expr: ExprId) -> bool {
    matches!(facts.expr(expr).kind, ExprKind::Object(_) | ExprKind::Array(_))
}

/// Whether a value counts as true; none where that is not known.
fn is_true(value: &Value) -> Option<bool> {
    match value {
        Value::Nothing => Some(false),
        // A text with something in it.
        Value::Text(pieces) if value.constant().is_none() => {
            let filled = |piece: &Piece| matches!(piece, Piece::Text { text, .. } if !text.is_empty());
            pieces.iter().any(filled).then_some(true)
        }
        Value::Text(_) => value.constant().map(|text| !text.is_empty() && text != "0").filter(|_| is_plain_text(value)),
        Value::Fragment(..)
        | Value::List(_)
        | Value::Object(_)
        | Value::Record(_)
        | Value::Written(_)
        | Value::Function(_)
        | Value::Class(_) => Some(true),
        _ => None,
    }
}

/// A text, and no number that is kept as one.
fn is_plain_text(value: &Value) -> bool {
    value.constant().is_some_and(|text| text.is_empty() || text.parse::<f64>().is_err())
}

fn is_list(value: &Value) -> Option<bool> {
    match value {
        Value::List(_) => Some(true),
        Value::Text(_)
        | Value::Fragment(..)
        | Value::Object(_)
        | Value::Record(_)
        | Value::Written(_)
        | Value::Function(_)
        | Value::Number(_) => Some(false),
        _ => None,
    }
}

fn type_of(value: &Value) -> Option<&'static str> {
    match value {
        Value::Text(_) if is_plain_text(value) => Some("string"),
        Value::List(_) | Value::Object(_) | Value::Record(_) | Value::Written(_) => Some("object"),
        Value::Function(_) | Value::Class(_) => Some("function"),
        Value::Number(_) => Some("number"),
        _ => None,
    }
}

/// Whether two values are the same; none where that is not known. `null`, `undefined` and `false` are not told apart.
fn same(left: &Value, right: &Value) -> Option<bool> {
    let made = |value: &Value| {
        matches!(
            value,
            Value::Text(_)
                | Value::Fragment(..)
                | Value::List(_)
                | Value::Object(_)
                | Value::Record(_)
                | Value::Written(_)
                | Value::Function(_)
        )
    };
    match (left, right) {
        (Value::Text(_), Value::Text(_)) => {
            let (one, other) = (left.constant()?, right.constant()?);
            (one != other || is_plain_text(left)).then_some(one == other)
        }
        (Value::Nothing, other) | (other, Value::Nothing) => made(other).then_some(false),
        _ => None,
    }
}
