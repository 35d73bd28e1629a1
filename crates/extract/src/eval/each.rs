//! Functions that methods of lists call with each item: what they find there, and what they are given where nobody else is
//! seen to call them.

use std::sync::Arc;

use rollproof_source::Span;

use super::choice::{at_expr, told_apart};
use super::declared::is_open;
use super::given::EACH;
use super::value::{Env, ParamRef, Value, add};
use super::{Evaluator, span};
use crate::ir::{Call, ExprId, ExprKind, Facts, Step};

/// The reasons of a parameter that nobody is seen to give.
const EXPORTED: &str = "parameter of exported function";
pub(crate) const PASSED_ON: &str = "parameter of a function that is passed on";

/// Whether a reason says that nobody is seen to give a parameter.
pub(crate) fn is_uncalled(reason: &str) -> bool {
    matches!(reason, EXPORTED | PASSED_ON)
}

/// What stands for what nobody sees a function given that is passed on.
pub(super) fn passed_on(facts: &Facts, param: &ParamRef) -> Value {
    let info = &facts.functions[param.param.function.index()].params[param.param.index as usize];
    Value::unknown(PASSED_ON, Span { file: facts.file, range: info.range })
}

/// How many calls are looked at that may be a function's.
const MAX_OTHERS: usize = 64;

/// Whether two values come to the same text.
fn is_alike(one: &Value, other: &Value) -> bool {
    one == other || (one.constant().is_some() && one.constant() == other.constant())
}

/// How many expressions a list may cost: most items are rows, of which no text is made.
const LIST_STEPS: u32 = 500;

impl Evaluator<'_> {
    /// What stands for others that may be callers, unless they give what is known already.
    pub(super) fn unseen(
        &mut self,
        others: &[(Arc<Facts>, ExprId)],
        facts: &Arc<Facts>,
        param: &ParamRef,
        ways: &[Vec<Value>],
        at: Span,
    ) -> Option<Vec<Value>> {
        let unseen = others.iter().take(MAX_OTHERS).any(|(caller, call)| {
            let given = self.given(caller, *call, facts, param, at);
            given.iter().any(|value| !ways.iter().flatten().any(|known| is_alike(known, value)))
        });
        let info = &facts.functions[param.param.function.index()].params[param.param.index as usize];
        if !unseen && others.len() <= MAX_OTHERS {
            return None;
        }
        let unknown = || vec![Value::unknown(EXPORTED, Span { file: facts.file, range: info.range })];
        Some(self.declared_param(facts, param, at).unwrap_or_else(unknown))
    }

    /// What is known of a parameter whose function nobody is seen to call.
    pub(super) fn uncalled(&mut self, facts: &Arc<Facts>, param: &ParamRef, at: Span) -> Vec<Value> {
        let values = self.found_uncalled(facts, param, at);
        if !values.iter().any(is_open) {
            return values;
        }
        self.declared_param(facts, param, at).unwrap_or(values)
    }

    /// The same, whatever its type.
    fn found_uncalled(&mut self, facts: &Arc<Facts>, param: &ParamRef, at: Span) -> Vec<Value> {
        let function = &facts.functions[param.param.function.index()];
        let info = &function.params[param.param.index as usize];
        if let Some(default) = info.default {
            let mut values = self.eval(facts, default, &None);
            for step in &param.steps {
                values = self.step(&values, step, at);
            }
            // A default that lacks the part says nothing of what is given.
            values.retain(|value| *value != Value::Nothing);
            values.push(Value::unknown(EXPORTED, Span { file: facts.file, range: info.range }));
            return values;
        }
        let reason = if self.program.is_exported(facts, param.param.function) { EXPORTED } else { PASSED_ON };
        let mut values = match self.given_by_list(facts, param) {
            Some(values) => values,
            None => vec![Value::unknown(reason, Span { file: facts.file, range: info.range })],
        };
        let first = param.steps.iter().position(|step| matches!(step, Step::Or { .. }));
        let known = !matches!(values.as_slice(), [Value::Unknown(..)]);
        for step in param.steps.iter().skip(if known { 0 } else { first.unwrap_or(param.steps.len()) }) {
            values = self.step(&values, step, at);
        }
        values
    }

    /// `list.find(test)`: one of the items that may pass, each with what is decided by it, or none.
    pub(super) fn found_in(
        &mut self,
        facts: &Arc<Facts>,
        expr: ExprId,
        lists: &[Value],
        call: &Call,
        env: &Env,
    ) -> Vec<Value> {
        let at = span(facts, expr);
        let mut ways: Vec<Vec<Value>> = Vec::new();
        for list in lists {
            match list {
                Value::List(items) => {
                    let items = self.passing(facts, items, call, at, env);
                    ways.extend(items.iter().flat_map(|item| item.values.iter()).map(|value| vec![value.clone()]));
                }
                Value::Unknown(..) => ways.push(vec![list.clone()]),
                Value::Nothing => {}
                _ => ways.push(vec![Value::unknown("element of an unknown list", at)]),
            }
        }
        ways.push(vec![Value::Nothing]);
        let mut values = told_apart(at_expr(facts, expr, env), ways);
        self.cap(&mut values, at);
        values
    }

    /// What a list gives a function that one of its methods calls for each item: `["a", "b"].map((table) => …)`.
    fn given_by_list(&mut self, facts: &Arc<Facts>, param: &ParamRef) -> Option<Vec<Value>> {
        let is_called = |expr: ExprId| match facts.expr(expr).kind {
            ExprKind::Function(function) => function == param.param.function,
            _ => false,
        };
        let calls = EACH.iter().filter_map(|name| facts.calls_by_name.get(*name)).flatten();
        let list = calls.copied().find_map(|call| match &facts.expr(call).kind {
            ExprKind::Call(call) if call.arguments.first().is_some_and(|first| is_called(*first)) => {
                match facts.expr(call.callee).kind {
                    ExprKind::Member { object, .. } => Some(object),
                    _ => None,
                }
            }
            _ => None,
        })?;
        if param.param.index > 0 {
            return None;
        }
        self.forcing.push(param.clone());
        let lists = self.in_steps(LIST_STEPS, |evaluator| {
            let lists = evaluator.eval(facts, list, &None);
            evaluator.forced(lists)
        });
        self.forcing.pop();
        let lists = lists?;
        let mut found = Vec::new();
        for list in lists {
            let Value::List(items) = list else { return None };
            items.iter().flat_map(|item| item.values.iter()).for_each(|value| add(&mut found, value.clone()));
        }
        self.cap(&mut found, span(facts, list));
        Some(found)
    }
}
