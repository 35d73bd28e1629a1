//! Objects by name and by number: `regclass` and its like, and functions of the project.

use std::sync::Arc;

use rollproof_catalog::{Oid, TaintKind};
use rollproof_sql::ast::FunctionCall;

use super::expression::Evaluator;
use super::query::Sources;
use super::value::{Known, Unknown, Value};

impl Evaluator<'_> {
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
        let taint = self.schema.taints.find(&[TaintKind::Relations, TaintKind::Everything], name);
        taint.map_or(Ok(()), |taint| Err(Unknown::because(taint.reason())))
    }

    pub(super) fn type_of(&self, value: &Value) -> Option<Oid> {
        let text = value.to_text()?;
        let parsed = rollproof_sql::parse_type_name(&text).ok()?;
        let schema = parsed.name.schema().map(|schema| schema.text.clone());
        let found = self.schema.find_type(schema.as_deref(), parsed.name.object().as_str())?;
        if parsed.array_bounds.is_empty() { Some(found.oid) } else { self.schema.array_of(found.oid) }
    }

    /// A function of the project in SQL: one query over its parameters.
    pub(super) fn own_call(&self, oid: Oid, call: &FunctionCall, arguments: Vec<Known>, depth: usize) -> Known {
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

/// A value as an error message has it.
fn shown(value: &Value) -> Arc<str> {
    value.to_text().unwrap_or_else(|| Arc::from("NULL"))
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
