//! Expressions over constants, variables and rows of system relations.

use std::cmp::Ordering;
use std::sync::Arc;

use rollproof_catalog::{Oid, Schema, UNKNOWN_PART};
use rollproof_sql::ast::{
    CaseWhen, Expr, ExprKind, FunctionCall, Indirection, LikeKind, Literal, SqlValueFunction, SubLink, SubLinkKind,
    TypeName,
};

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
                let left = self.value(left, rows, next)?;
                let list: Vec<Value> = list.iter().map(|each| self.value(each, rows, next)).collect::<Known<_>>()?;
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
                match (&*operator.symbol, all) {
                    ("=", false) => any_equal(&left, &values),
                    ("<>", true) => negate(any_equal(&left, &values)?, true),
                    (symbol, all) => {
                        let mut null = false;
                        for value in values {
                            match binary(symbol, Some(left.clone()), value)?.to_bool()? {
                                Some(holds) if holds != *all => return Ok(Value::Bool(holds)),
                                Some(_) => {}
                                None => null = true,
                            }
                        }
                        Ok(if null { Value::Null } else { Value::Bool(*all) })
                    }
                }
            }
            ExprKind::Indirection(inner, steps) => self.indirection(inner, steps, rows, depth),
            ExprKind::SubLink(link) => self.sublink(link, rows, depth),
            ExprKind::Function(call) => self.call(call, rows, depth),
            ExprKind::SqlValue(function, _) => self.sql_value(*function),
            ExprKind::MinMax(which, parts) => {
                use rollproof_sql::ast::MinMax;
                let wanted = if *which == MinMax::Greatest { Ordering::Greater } else { Ordering::Less };
                let mut best = Value::Null;
                for part in parts {
                    let value = self.value(part, rows, depth)?;
                    if best == Value::Null || value.compare(&best)? == Some(wanted) {
                        best = value;
                    }
                }
                Ok(best)
            }
            _ => Err(Unknown::because("an expression that is not followed")),
        }
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
                    let Value::Array(values) = array(value)? else { return Ok(Value::Null) };
                    let at = index.and_then(|index| usize::try_from(index - 1).ok());
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

    /// A cast to `regclass` and its like: of a number the object of this number, of a text the object of this name.
    pub(super) fn object(&self, value: Value, kind: &str) -> Known {
        let missing = |code, what: &str| Unknown::raised(code, format!("{what} \"{}\" does not exist", shown(&value)));
        let oid = match (&value, kind) {
            (Value::Int(oid) | Value::Object(oid, _), _) => *oid,
            (Value::Text(text), _) if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() => {
                text.parse().map_err(|_| Unknown::because("a number of an object"))?
            }
            (_, "regclass") => {
                let found = self.relation_of(&value)?.ok_or_else(|| missing("42P01", "relation"))?;
                i64::from(found.0)
            }
            (_, "regnamespace") => {
                let found = value.to_text().and_then(|text| self.schema.find_namespace(&split_name(&text).ok()?.1));
                i64::from(found.ok_or_else(|| missing("3F000", "schema"))?.0)
            }
            (_, "regtype") => i64::from(self.type_of(&value).ok_or_else(|| missing("42704", "type"))?.0),
            (_, "regrole") => {
                let found = value.to_text().and_then(|text| self.schema.find_role(&text)).map(|role| role.oid);
                i64::from(found.ok_or_else(|| missing("42704", "role"))?.0)
            }
            _ => return Err(Unknown::because(format!("a cast to {kind}"))),
        };
        let number = Oid(u32::try_from(oid).unwrap_or(0));
        let schema = self.schema;
        let function = || schema.function(number);
        let printed = match kind {
            "regclass" => schema.relation(number).map(|found| match schema.is_visible(found) {
                true => rollproof_sql::quote_identifier(&found.name),
                false => schema.qualified_name(found.namespace, &found.name),
            }),
            "regnamespace" => schema.namespace_name(number).map(|name| rollproof_sql::quote_identifier(name)),
            "regtype" => schema.type_of(number).map(|_| schema.format_type_plain(number)),
            "regrole" => schema.role(number).map(|role| rollproof_sql::quote_identifier(&role.name)),
            "regproc" => function()
                .filter(|found| schema.functions_named(None, &found.name).len() == 1)
                .map(|found| rollproof_sql::quote_identifier(&found.name)),
            _ => None,
        };
        printed
            .map(|printed| Value::Object(oid, Arc::from(printed)))
            .ok_or_else(|| Unknown::because(format!("how a {kind} prints")))
    }

    /// The relation that a text names (`to_regclass`). A tainted name cannot be told.
    pub(super) fn relation_of(&self, value: &Value) -> Known<Option<Oid>> {
        if let Value::Object(oid, _) = value {
            return Ok(Some(Oid(u32::try_from(*oid).unwrap_or(0))));
        }
        let Some(text) = value.to_text() else { return Ok(None) };
        let (schema, name) = match split_name(&text) {
            Ok(parts) => parts,
            // Since 16 a text that is no name is no relation (`to_regclass`).
            Err(why) if self.schema.builtin.version < 16 => return Err(why),
            Err(_) => return Ok(None),
        };
        self.sure(&name)?;
        Ok(self.schema.find_relation(schema.as_deref(), &name).map(|relation| relation.oid))
    }

    /// Nothing that was not followed may have made or dropped a relation of this name.
    pub(super) fn sure(&self, name: &str) -> Known<()> {
        use rollproof_catalog::Taint;
        let why = self.schema.taints.iter().find_map(|taint| match taint {
            Taint::Relations(names, why) => rollproof_catalog::taints_name(names, name).then_some(why),
            Taint::Everything(why) => Some(why),
            Taint::Functions(..) | Taint::Extension(_) => None,
        });
        why.map_or(Ok(()), |why| Err(Unknown::because(why.clone())))
    }

    pub(super) fn type_of(&self, value: &Value) -> Option<Oid> {
        let text = value.to_text()?;
        let parsed = rollproof_sql::parse_type_name(&text).ok()?;
        let schema = parsed.name.schema().map(|schema| schema.text.clone());
        let found = self.schema.find_type(schema.as_deref(), parsed.name.object().as_str())?;
        if parsed.array_bounds.is_empty() { Some(found.oid) } else { self.schema.array_of(found.oid) }
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
            let text = super::builtin::call(self, name, known_in_part.collect()).ok().and_then(|text| text.to_text());
            return Err(Unknown { text, ..why });
        }
        let arguments = arguments.into_iter().map(|argument| argument.map_err(Unknown::opaque));
        super::builtin::call(self, name, arguments.collect::<Known<Vec<_>>>()?)
    }

    /// A function of the project in SQL: one query over its parameters.
    fn own_call(&self, oid: Oid, call: &FunctionCall, arguments: Vec<Known>, depth: usize) -> Known {
        use rollproof_catalog::{Language, RoutineBody};
        let name = call.name.object().as_str();
        let other = || Unknown::because(format!("function {name}()"));
        let function = self.schema.function(oid).ok_or_else(other)?;
        self.sure(&function.name)?;
        let Some(RoutineBody::Text { text, range }) = function.body.as_deref() else { return Err(other()) };
        let named = call.arguments.iter().any(|argument| argument.name.is_some());
        if function.language != Language::Sql || named || arguments.len() != function.inputs.len() || depth > 20 {
            return Err(other());
        }
        let parsed = rollproof_sql::parse_query_text(range.slice(text)).map_err(|_| other())?;
        let rollproof_sql::ast::StatementKind::Query(query) = &parsed.kind else { return Err(other()) };
        let mut variables: Vec<(Arc<str>, Known)> = Vec::new();
        for (at, (argument, parameter)) in arguments.into_iter().zip(function.parameters.iter()).enumerate() {
            let argument = argument.map_err(Unknown::opaque);
            variables.push((Arc::from(format!("${}", at + 1)), argument.clone()));
            variables.extend(parameter.name.clone().map(|name| (name, argument)));
        }
        let inner = Evaluator { schema: self.schema, variables: &variables, steps: self.steps };
        let rows = inner.query(query, &Sources::default(), depth + 10)?;
        rows.into_iter()
            .next()
            .and_then(|row| row.into_iter().next())
            .map_or(Ok(Value::Null), |(_, value)| value.known())
    }
}

fn first_columns(rows: Vec<Vec<(Arc<str>, Value)>>) -> Known<Vec<Value>> {
    rows.into_iter().map(|row| row.into_iter().next().map_or(Ok(Value::Null), |(_, value)| value.known())).collect()
}

/// A value as an error message has it.
fn shown(value: &Value) -> Arc<str> {
    value.to_text().unwrap_or_else(|| Arc::from("NULL"))
}

/// `||` of which a side is not known: what is known of the text.
fn joined_in_part(left: Known, right: Known) -> Known {
    if matches!(left, Ok(Value::Null)) || matches!(right, Ok(Value::Null)) {
        return Ok(Value::Null);
    }
    let mut text = String::new();
    let mut reason = None;
    for side in [left, right] {
        match side {
            Ok(value) => text.push_str(&value.to_text().unwrap_or_else(|| Arc::from(""))),
            Err(why) => {
                match &why.text {
                    Some(known) => text.push_str(known),
                    None => text.push(UNKNOWN_PART),
                }
                reason.get_or_insert(why);
            }
        }
    }
    let reason = reason.unwrap_or_else(|| Unknown::because("a text"));
    Err(Unknown { text: Some(Arc::from(text)), ..reason })
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

fn any_equal(value: &Value, list: &[Value]) -> Known {
    let mut null = *value == Value::Null && !list.is_empty();
    for each in list {
        match value.compare(each)? {
            Some(Ordering::Equal) => return Ok(Value::Bool(true)),
            Some(_) => {}
            None => null = true,
        }
    }
    Ok(if null { Value::Null } else { Value::Bool(false) })
}

fn negate(value: Value, negated: bool) -> Known {
    Ok(match (value, negated) {
        (Value::Bool(value), true) => Value::Bool(!value),
        (value, _) => value,
    })
}

fn binary(symbol: &str, left: Option<Value>, right: Value) -> Known {
    let Some(left) = left else {
        return match (symbol, right) {
            ("-", Value::Int(value)) => Ok(Value::Int(-value)),
            ("+", value) => Ok(value),
            _ => Err(Unknown::because(format!("operator {symbol}"))),
        };
    };
    let compared = |accept: fn(Ordering) -> bool| -> Known {
        Ok(left.compare(&right)?.map_or(Value::Null, |order| Value::Bool(accept(order))))
    };
    match symbol {
        "=" => compared(|order| order == Ordering::Equal),
        "<>" => compared(|order| order != Ordering::Equal),
        "<" => compared(|order| order == Ordering::Less),
        "<=" => compared(|order| order != Ordering::Greater),
        ">" => compared(|order| order == Ordering::Greater),
        ">=" => compared(|order| order != Ordering::Less),
        "||" => match (&left, &right) {
            (Value::Array(first), Value::Array(second)) => {
                Ok(Value::Array(first.iter().chain(second).cloned().collect()))
            }
            (Value::Array(first), other) => Ok(Value::Array(first.iter().chain([other]).cloned().collect())),
            _ => match (left.to_text(), right.to_text()) {
                (Some(first), Some(second)) => Ok(Value::text(format!("{first}{second}"))),
                _ => Ok(Value::Null),
            },
        },
        "+" | "-" | "*" | "/" | "%" => {
            if left == Value::Null || right == Value::Null {
                return Ok(Value::Null);
            }
            let (Value::Int(first), Value::Int(second)) = (&left, &right) else {
                return Err(Unknown::because("arithmetic of other than whole numbers"));
            };
            let result = match symbol {
                "+" => first.checked_add(*second),
                "-" => first.checked_sub(*second),
                "*" => first.checked_mul(*second),
                "/" => first.checked_div(*second),
                _ => first.checked_rem(*second),
            };
            result.map(Value::Int).ok_or_else(|| Unknown::because("arithmetic that overflows"))
        }
        "~" | "!~" | "~*" | "!~*" => matches_plainly(symbol, &left, &right),
        "@>" | "<@" | "&&" => match (array(left)?, array(right)?) {
            (Value::Array(first), Value::Array(second)) => Ok(Value::Bool(match symbol {
                "@>" => second.iter().all(|value| first.contains(value)),
                "<@" => first.iter().all(|value| second.contains(value)),
                _ => first.iter().any(|value| second.contains(value)),
            })),
            _ => Ok(Value::Null),
        },
        _ => Err(Unknown::because(format!("operator {symbol}"))),
    }
}

/// A regular expression that is plain text but for `^` and `$`.
fn matches_plainly(symbol: &str, left: &Value, right: &Value) -> Known {
    let (Some(text), Some(pattern)) = (left.to_text(), right.to_text()) else { return Ok(Value::Null) };
    let fold = symbol.ends_with('*');
    let (text, pattern) = match fold {
        true => (text.to_lowercase(), pattern.to_lowercase()),
        false => (text.to_string(), pattern.to_string()),
    };
    let (start, rest) = pattern.strip_prefix('^').map_or((false, &*pattern), |rest| (true, rest));
    let (end, rest) = rest.strip_suffix('$').map_or((false, rest), |rest| (true, rest));
    if rest.contains(|character: char| !(character.is_alphanumeric() || "_ -:".contains(character))) {
        return Err(Unknown::because("a regular expression"));
    }
    let matches = match (start, end) {
        (true, true) => text == rest,
        (true, false) => text.starts_with(rest),
        (false, true) => text.ends_with(rest),
        (false, false) => text.contains(rest),
    };
    Ok(Value::Bool(matches != symbol.starts_with('!')))
}

/// A name in text, as `regclass` reads it (`textToQualifiedNameList`).
pub(super) fn split_name(text: &str) -> Known<(Option<Arc<str>>, Arc<str>)> {
    let invalid = || Unknown::raised("42602", "invalid name syntax");
    let mut bare = String::new();
    let mut inside = false;
    for character in text.chars() {
        inside ^= character == '"';
        bare.push(if inside || character == '"' { 'x' } else { character });
    }
    let parts: Vec<&str> = bare.split('.').map(str::trim).collect();
    if inside || parts.iter().any(|part| part.is_empty() || part.contains(char::is_whitespace)) {
        return Err(invalid());
    }
    let mut parts: Vec<String> = Vec::new();
    let mut part = String::new();
    let mut quoted = false;
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(std::mem::take(&mut part)),
            other if quoted => part.push(other),
            other => part.extend(other.to_lowercase()),
        }
    }
    let schema = parts.pop().map(|schema| Arc::from(schema.trim()));
    Ok((schema, Arc::from(part.trim())))
}
