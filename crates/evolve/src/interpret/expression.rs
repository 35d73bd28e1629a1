//! Expressions over constants, variables and rows of system relations.

use std::cmp::Ordering;
use std::sync::Arc;

use rollproof_catalog::{Schema, UNKNOWN_PART};
use rollproof_sql::ast::{
    CaseWhen, Expr, ExprKind, FunctionCall, Indirection, LikeKind, Literal, MinMax, SqlValueFunction, SubLink,
    SubLinkKind, TypeName,
};

use super::operators::{any_equal, binary, differ, joined_in_part, negate, with_each};
use super::query::Sources;
use super::value::{Known, Unknown, Value, like};

/// Expressions deeper than this are not followed.
pub(super) const DEPTH_LIMIT: usize = 200;

/// What an expression is evaluated in.
pub(super) struct Evaluator<'a> {
    /// The schema that is asked.
    pub(super) schema: &'a Schema,
    /// Variables, innermost last; a value that is not known is an error.
    pub(super) variables: &'a [(Arc<str>, Known)],
    /// Steps that are left for the whole block.
    pub(super) steps: &'a std::cell::Cell<u64>,
}

impl Evaluator<'_> {
    /// Takes a step; an end where there are none left.
    pub(super) fn step(&self) -> Known<()> {
        let left = self.steps.get();
        if left == 0 {
            return Err(Unknown::because("it takes too many steps"));
        }
        self.steps.set(left - 1);
        Ok(())
    }

    /// The value of a variable.
    pub(super) fn variable(&self, name: &str) -> Option<Known> {
        self.variables.iter().rev().find(|(known, _)| **known == *name).map(|(_, value)| value.clone())
    }

    /// The value of an expression over the current rows. Where it is not known, its text may be known in part.
    pub(super) fn value(&self, expr: &Expr, rows: &Sources, depth: usize) -> Known {
        let keeps = match &expr.kind {
            ExprKind::Column(_) | ExprKind::Parameter(_) | ExprKind::Collate(..) | ExprKind::Coalesce(_) => true,
            ExprKind::Operator { operator, .. } => &*operator.symbol == "||",
            ExprKind::Function(call) => super::builtin::keeps_text(call.name.object().as_str()),
            ExprKind::Cast { target, .. } => {
                target.array_bounds.is_empty() && matches!(target.name.object().as_str(), "text" | "varchar" | "name")
            }
            _ => false,
        };
        self.value_of(expr, rows, depth).map_err(|why| if keeps { why } else { why.opaque() })
    }

    fn value_of(&self, expr: &Expr, rows: &Sources, depth: usize) -> Known {
        self.step()?;
        if depth > DEPTH_LIMIT {
            return Err(Unknown::because("an expression that is too deep"));
        }
        let next = depth + 1;
        match &expr.kind {
            ExprKind::Literal(literal) => constant(literal),
            ExprKind::Column(reference) if reference.star.is_none() => {
                let names: Vec<&str> = reference.fields.iter().map(|name| &*name.text).collect();
                self.name(&names, rows)
            }
            ExprKind::Parameter(number) => {
                let name = format!("${number}");
                self.variable(&name).unwrap_or_else(|| Err(Unknown::because("a parameter")))
            }
            ExprKind::Operator { operator, left, right } => {
                let left = left.as_ref().map(|left| self.value(left, rows, next));
                let right = self.value(right, rows, next);
                match (&*operator.symbol, left) {
                    (symbol @ ("=" | "<>"), Some(left)) if differ(&left, &right) => Ok(Value::Bool(symbol == "<>")),
                    ("||", Some(left)) if left.is_err() || right.is_err() => joined_in_part(left, right),
                    (symbol, left) => binary(symbol, left.transpose()?, right?),
                }
            }
            ExprKind::And(parts) => self.conjunction(parts, rows, next, false),
            ExprKind::Or(parts) => self.conjunction(parts, rows, next, true),
            ExprKind::Not(inner) => {
                let value = self.value(inner, rows, next)?.to_bool()?;
                Ok(value.map_or(Value::Null, |value| Value::Bool(!value)))
            }
            ExprKind::NullTest { value, negated } => {
                let value = self.value(value, rows, next)?;
                Ok(Value::Bool((value == Value::Null) != *negated))
            }
            ExprKind::BooleanTest { value, kind, negated } => {
                use rollproof_sql::ast::BooleanTestKind;
                let value = self.value(value, rows, next)?.to_bool()?;
                let holds = match kind {
                    BooleanTestKind::True => value == Some(true),
                    BooleanTestKind::False => value == Some(false),
                    BooleanTestKind::Unknown => value.is_none(),
                };
                Ok(Value::Bool(holds != *negated))
            }
            ExprKind::In { left, list, negated, .. } => {
                let left = self.value(left, rows, next);
                let list: Vec<Value> = list.iter().map(|each| self.value(each, rows, next)).collect::<Known<_>>()?;
                if list.iter().all(|each| differ(&left, &Ok(each.clone()))) {
                    return Ok(Value::Bool(*negated));
                }
                let left = left?;
                negate(any_equal(&left, &list)?, *negated)
            }
            ExprKind::Like { kind, negated, left, right, .. } => {
                let (left, right) = (self.value(left, rows, next)?, self.value(right, rows, next)?);
                let (Some(left), Some(right)) = (left.to_text(), right.to_text()) else { return Ok(Value::Null) };
                let matches = match kind {
                    LikeKind::Like => like(&left, &right),
                    LikeKind::ILike => like(&left.to_lowercase(), &right.to_lowercase()),
                    LikeKind::SimilarTo => return Err(Unknown::because("SIMILAR TO")),
                };
                Ok(Value::Bool(matches != *negated))
            }
            _ => self.rest(expr, rows, next),
        }
    }

    fn rest(&self, expr: &Expr, rows: &Sources, depth: usize) -> Known {
        match &expr.kind {
            ExprKind::Between { value, low, high, negated, .. } => {
                let value = self.value(value, rows, depth)?;
                let low = value.compare(&self.value(low, rows, depth)?)?;
                let high = value.compare(&self.value(high, rows, depth)?)?;
                let (Some(low), Some(high)) = (low, high) else { return Ok(Value::Null) };
                Ok(Value::Bool((low != Ordering::Less && high != Ordering::Greater) != *negated))
            }
            ExprKind::IsDistinct { left, right, negated, .. } => {
                let (left, right) = (self.value(left, rows, depth)?, self.value(right, rows, depth)?);
                let same = match (&left, &right) {
                    (Value::Null, Value::Null) => true,
                    (Value::Null, _) | (_, Value::Null) => false,
                    _ => left.compare(&right)? == Some(Ordering::Equal),
                };
                Ok(Value::Bool(same == *negated))
            }
            ExprKind::Cast { value, target, .. } => {
                let value = self.value(value, rows, depth)?;
                self.cast(value, target)
            }
            ExprKind::Collate(inner, _) => self.value(inner, rows, depth),
            ExprKind::Coalesce(parts) => {
                for part in parts {
                    let value = self.value(part, rows, depth).map_err(Unknown::opaque)?;
                    if value != Value::Null {
                        return Ok(value);
                    }
                }
                Ok(Value::Null)
            }
            ExprKind::NullIf(first, second) => {
                let (first, second) = (self.value(first, rows, depth)?, self.value(second, rows, depth)?);
                let same = first.compare(&second)? == Some(Ordering::Equal);
                Ok(if same { Value::Null } else { first })
            }
            ExprKind::Case { argument, whens, otherwise } => {
                self.case(argument.as_deref(), whens, otherwise.as_deref(), rows, depth)
            }
            ExprKind::Array(parts) => {
                parts.iter().map(|part| self.value(part, rows, depth)).collect::<Known<Vec<_>>>().map(Value::Array)
            }
            ExprKind::Row(parts, _) => {
                let values = parts.iter().map(|part| self.value(part, rows, depth)).collect::<Known<Vec<_>>>()?;
                let names = (1..).map(|number: usize| Arc::from(format!("f{number}")));
                Ok(Value::Row(names.zip(values).collect()))
            }
            ExprKind::AnyAll { operator, left, right, all } => {
                let (left, right) = (self.value(left, rows, depth)?, self.value(right, rows, depth)?);
                let Value::Array(values) = array(right)? else { return Ok(Value::Null) };
                with_each(&operator.symbol, &left, values, *all)
            }
            ExprKind::Indirection(inner, steps) => self.indirection(inner, steps, rows, depth),
            ExprKind::SubLink(link) => self.sublink(link, rows, depth),
            ExprKind::Function(call) => self.call(call, rows, depth),
            ExprKind::SqlValue(function, _) => self.sql_value(*function),
            ExprKind::MinMax(which, parts) => self.extreme(*which, parts, rows, depth),
            _ => Err(Unknown::because("an expression that is not followed")),
        }
    }

    /// `GREATEST`, `LEAST`: NULLs do not count.
    fn extreme(&self, which: MinMax, parts: &[Expr], rows: &Sources, depth: usize) -> Known {
        let wanted = if which == MinMax::Greatest { Ordering::Greater } else { Ordering::Less };
        let mut best = Value::Null;
        for part in parts {
            let value = self.value(part, rows, depth)?;
            if best == Value::Null || value.compare(&best)? == Some(wanted) {
                best = value;
            }
        }
        Ok(best)
    }

    /// AND (or OR): one part that decides is enough, whatever the others are.
    fn conjunction(&self, parts: &[Expr], rows: &Sources, depth: usize, deciding: bool) -> Known {
        let mut null = false;
        let mut unknown = None;
        for part in parts {
            match self.value(part, rows, depth).and_then(|value| value.to_bool()) {
                Ok(Some(value)) if value == deciding => return Ok(Value::Bool(deciding)),
                Ok(Some(_)) => {}
                Ok(None) => null = true,
                Err(why) => unknown = Some(why),
            }
        }
        match (unknown, null) {
            (Some(why), _) => Err(why.maybe()),
            (None, true) => Ok(Value::Null),
            (None, false) => Ok(Value::Bool(!deciding)),
        }
    }

    fn case(
        &self,
        argument: Option<&Expr>,
        whens: &[CaseWhen],
        otherwise: Option<&Expr>,
        rows: &Sources,
        depth: usize,
    ) -> Known {
        let argument = argument.map(|argument| self.value(argument, rows, depth)).transpose()?;
        for when in whens {
            let value = self.value(&when.when, rows, depth)?;
            let holds = match &argument {
                Some(argument) => argument.compare(&value)? == Some(Ordering::Equal),
                None => value.to_bool()? == Some(true),
            };
            if holds {
                return self.value(&when.then, rows, depth);
            }
        }
        otherwise.map_or(Ok(Value::Null), |otherwise| self.value(otherwise, rows, depth))
    }

    fn name(&self, names: &[&str], rows: &Sources) -> Known {
        if let Some(value) = rows.column(names) {
            return value;
        }
        match names {
            [name] => rows
                .whole_row(name)
                .map(Ok)
                .or_else(|| self.variable(name))
                .unwrap_or_else(|| Err(Unknown::because(format!("\"{name}\"")))),
            [record, field] => match self.variable(record) {
                Some(value) => field_of(&value.map_err(Unknown::opaque)?, field),
                None => Err(Unknown::because(format!("\"{record}.{field}\""))),
            },
            _ => Err(Unknown::because("a name")),
        }
    }

    fn indirection(&self, inner: &Expr, steps: &[Indirection], rows: &Sources, depth: usize) -> Known {
        let mut value = self.value(inner, rows, depth).map_err(Unknown::opaque)?;
        for step in steps {
            value = match step {
                Indirection::Field(name) => field_of(&value, &name.text)?,
                Indirection::Index(index) => {
                    let index = self.value(index, rows, depth)?.to_int();
                    let index = index.map(|index| index.saturating_add(i64::from(matches!(value, Value::Vector(_)))));
                    let Value::Array(values) = array(value)? else { return Ok(Value::Null) };
                    let at = index.and_then(|index| usize::try_from(index.saturating_sub(1)).ok());
                    at.and_then(|at| values.get(at).cloned()).unwrap_or(Value::Null)
                }
                Indirection::Star(_) | Indirection::Slice(..) => return Err(Unknown::because("a slice")),
            };
        }
        Ok(value)
    }

    fn sublink(&self, link: &SubLink, rows: &Sources, depth: usize) -> Known {
        if let SubLinkKind::Exists = &link.kind {
            return self.has_rows(&link.query, rows, depth).map(Value::Bool);
        }
        let found = self.query(&link.query, rows, depth)?;
        match &link.kind {
            SubLinkKind::Scalar => match &found[..] {
                [] => Ok(Value::Null),
                [row] => row.first().map_or(Ok(Value::Null), |(_, value)| value.clone().known()),
                _ => Err(Unknown::raised("21000", "more than one row returned by a subquery used as an expression")),
            },
            SubLinkKind::Array => first_columns(found).map(Value::Array),
            SubLinkKind::Any { test, operator }
                if operator.as_ref().is_none_or(|operator| &*operator.symbol == "=") =>
            {
                let test = self.value(test, rows, depth)?;
                any_equal(&test, &first_columns(found)?)
            }
            _ => Err(Unknown::because("a comparison with a query")),
        }
    }

    fn cast(&self, value: Value, target: &TypeName) -> Known {
        let name = target.name.object().as_str();
        if !target.array_bounds.is_empty() {
            return array(value);
        }
        if value == Value::Null {
            return Ok(value);
        }
        match name {
            "text" | "varchar" | "name" | "bpchar" | "citext" | "char" if target.modifiers.is_empty() => {
                Ok(value.to_text().map_or(Value::Null, Value::Text))
            }
            "int4" | "int8" | "int2" | "oid" | "numeric" => {
                value.to_int().map(Value::Int).ok_or_else(|| Unknown::because("a number"))
            }
            "bool" => value.to_bool().map(|value| value.map_or(Value::Null, Value::Bool)),
            "regclass" | "regnamespace" | "regtype" | "regproc" | "regprocedure" | "regrole" => {
                self.object(value, name)
            }
            _ => Err(Unknown::because(format!("a cast to {name}"))),
        }
    }

    fn sql_value(&self, function: SqlValueFunction) -> Known {
        match function {
            SqlValueFunction::CurrentSchema => self.current_schema(),
            SqlValueFunction::CurrentRole
            | SqlValueFunction::CurrentUser
            | SqlValueFunction::User
            | SqlValueFunction::SessionUser => Ok(self
                .schema
                .session
                .role
                .clone()
                .or_else(|| self.schema.session.user.clone())
                .map_or_else(|| Value::text("postgres"), Value::Text)),
            SqlValueFunction::CurrentCatalog => Err(Unknown::because("the database's name")),
            _ => Err(Unknown::because("the time")),
        }
    }

    pub(super) fn current_schema(&self) -> Known {
        let found = self.schema.creation_namespace().and_then(|oid| self.schema.namespace_name(oid));
        Ok(found.map_or(Value::Null, |name| Value::Text(name.clone())))
    }

    /// A call by name over evaluated arguments.
    fn call(&self, call: &FunctionCall, rows: &Sources, depth: usize) -> Known {
        if let Some(value) = self.aggregate(call, rows, depth) {
            return value;
        }
        if call.over.is_some() || call.filter.is_some() || call.within_group {
            return Err(Unknown::because("a window function"));
        }
        let name = call.name.object().as_str();
        let arguments: Vec<Known> =
            call.arguments.iter().map(|argument| self.value(&argument.value, rows, depth)).collect();
        if let Some(oid) = self.own_function(call) {
            return self.own_call(oid, call, arguments, depth);
        }
        if let Some(why) = arguments.iter().find_map(|argument| argument.as_ref().err().cloned())
            && super::builtin::keeps_text(name)
        {
            let known_in_part = arguments.into_iter().map(|argument| match argument {
                Ok(value) => value,
                Err(why) => Value::Text(why.text.unwrap_or_else(|| Arc::from(UNKNOWN_PART.to_string()))),
            });
            let text = match super::builtin::call(self, name, known_in_part.collect()) {
                Ok(text) => text.to_text(),
                Err(why) => why.text,
            };
            return Err(Unknown { text, ..why });
        }
        let arguments = arguments.into_iter().map(|argument| argument.map_err(Unknown::opaque));
        super::builtin::call(self, name, arguments.collect::<Known<Vec<_>>>()?)
    }
}

fn first_columns(rows: Vec<Vec<(Arc<str>, Value)>>) -> Known<Vec<Value>> {
    rows.into_iter().map(|row| row.into_iter().next().map_or(Ok(Value::Null), |(_, value)| value.known())).collect()
}

/// A constant.
fn constant(literal: &Literal) -> Known {
    Ok(match literal {
        Literal::Null => Value::Null,
        Literal::Boolean(value) => Value::Bool(*value),
        Literal::Integer(value) => Value::Int(i64::from(*value)),
        Literal::Number(text) | Literal::String(text) | Literal::BitString(text) => Value::Text(text.clone()),
    })
}

/// A field of a row.
fn field_of(value: &Value, field: &str) -> Known {
    match value {
        Value::Row(fields) => {
            let found = fields.iter().find(|(name, _)| **name == *field);
            found
                .map_or_else(|| Err(Unknown::because(format!("field \"{field}\""))), |(_, value)| value.clone().known())
        }
        Value::Null => Ok(Value::Null),
        _ => Err(Unknown::because(format!("field \"{field}\""))),
    }
}

/// An array as such: also one written `{a,b}`.
pub(super) fn array(value: Value) -> Known {
    match value {
        Value::Array(_) | Value::Null => Ok(value),
        Value::Vector(values) => Ok(Value::Array(values)),
        Value::Text(text) => {
            let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
            let inner = inner.filter(|inner| !inner.contains(['"', '{', '\\']));
            let Some(inner) = inner else { return Err(Unknown::because("an array in text")) };
            let parts = inner.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(Value::Array(parts.map(Value::text).collect()))
        }
        _ => Err(Unknown::because("an array")),
    }
}
