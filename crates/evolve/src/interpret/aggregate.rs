//! Aggregates over the rows of a group.

use std::cmp::Ordering;

use rollproof_sql::ast::{Expr, ExprKind, FunctionCall};

use super::expression::Evaluator;
use super::query::Sources;
use super::value::{Known, Unknown, Value};

/// Whether a name is an aggregate's that is followed here, or one that is known not to be.
fn is_aggregate(name: &str) -> bool {
    matches!(
        name,
        "count"
            | "array_agg"
            | "string_agg"
            | "max"
            | "min"
            | "sum"
            | "avg"
            | "bool_or"
            | "bool_and"
            | "every"
            | "json_agg"
            | "jsonb_agg"
            | "json_object_agg"
            | "jsonb_object_agg"
    )
}

/// Whether an expression has an aggregate of this query in it.
pub(super) fn has_aggregate(expr: &Expr) -> bool {
    let mut pending = vec![expr];
    while let Some(expr) = pending.pop() {
        if let ExprKind::Function(call) = &expr.kind
            && (is_aggregate(call.name.object().as_str()) || call.within_group)
            && call.over.is_none()
        {
            return true;
        }
        rollproof_resolve::expression_children(expr, &mut |child| pending.push(child));
    }
    false
}

impl Evaluator<'_> {
    /// The value of an aggregate over the group of the current row; none where the call is none.
    pub(super) fn aggregate(&self, call: &FunctionCall, rows: &Sources, depth: usize) -> Option<Known> {
        let name = call.name.object().as_str();
        let group = rows.group.as_ref().filter(|_| is_aggregate(name))?;
        if call.over.is_some() || call.within_group {
            return Some(Err(Unknown::because("a window function")));
        }
        Some(self.over_group(name, call, group, depth))
    }

    fn over_group(&self, name: &str, call: &FunctionCall, group: &[Sources], depth: usize) -> Known {
        let mut keyed: Vec<(Vec<Value>, Value)> = Vec::new();
        let mut separator = None;
        for sources in group {
            self.step()?;
            if let Some(filter) = &call.filter
                && self.value(filter, sources, depth)?.to_bool()? != Some(true)
            {
                continue;
            }
            let keys =
                call.order_by.iter().map(|sort| self.value(&sort.value, sources, depth)).collect::<Known<_>>()?;
            let value = match call.arguments.first() {
                Some(argument) => self.value(&argument.value, sources, depth)?,
                None => Value::Int(1),
            };
            if let Some(argument) = call.arguments.get(1) {
                separator = self.value(&argument.value, sources, depth)?.to_text();
            }
            if !call.distinct || !keyed.iter().any(|(_, other)| *other == value) {
                keyed.push((keys, value));
            }
        }
        self.sorted(&call.order_by, &mut keyed)?;
        let values: Vec<Value> = keyed.into_iter().map(|(_, value)| value).collect();
        let given = || values.iter().filter(|value| **value != Value::Null);
        match name {
            "count" => Ok(Value::Int(given().count() as i64)),
            "array_agg" if values.is_empty() => Ok(Value::Null),
            "array_agg" => Ok(Value::Array(values)),
            "string_agg" => {
                let parts: Vec<String> = given().filter_map(Value::to_text).map(|part| part.to_string()).collect();
                match parts.is_empty() {
                    true => Ok(Value::Null),
                    false => Ok(Value::text(parts.join(separator.as_deref().unwrap_or("")))),
                }
            }
            "max" => extreme(given(), Ordering::Greater),
            "min" => extreme(given(), Ordering::Less),
            "sum" => {
                let mut sum = None;
                for value in given() {
                    let number = value.to_int().ok_or_else(|| Unknown::because("a sum"))?;
                    sum = Some(sum.unwrap_or(0i64).checked_add(number).ok_or_else(|| Unknown::because("a sum"))?);
                }
                Ok(sum.map_or(Value::Null, Value::Int))
            }
            "bool_or" | "bool_and" | "every" => {
                let all = name != "bool_or";
                let mut result = None;
                for value in given() {
                    let value = value.to_bool()?.unwrap_or(all);
                    let so_far = result.unwrap_or(all);
                    result = Some(if all { so_far && value } else { so_far || value });
                }
                Ok(result.map_or(Value::Null, Value::Bool))
            }
            _ => Err(Unknown::because(format!("aggregate {name}()"))),
        }
    }
}

fn extreme<'a>(values: impl Iterator<Item = &'a Value>, wanted: Ordering) -> Known {
    let mut best: Option<&Value> = None;
    for value in values {
        match best {
            Some(so_far) if value.compare(so_far)? != Some(wanted) => {}
            _ => best = Some(value),
        }
    }
    Ok(best.cloned().unwrap_or(Value::Null))
}
