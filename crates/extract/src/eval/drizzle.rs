//! Drizzle's tables, whose objects are interpolated for their names: <https://orm.drizzle.team/docs/sql>.

use std::sync::Arc;

use rollproof_source::Span;
use rollproof_sql::delimited_identifier;

use super::value::{Env, FunctionRef, Piece, Value};
use super::{Evaluator, span};
use crate::ir::{Call, ExprId, ExprKind, Facts};

/// The field of a table's object that holds the table itself, and of a schema's its name: no column is called so.
const ITSELF: &str = "";

/// What makes a view.
const VIEWS: &[&str] = &["pgView", "pgMaterializedView", "view", "materializedView"];

/// What makes something that has a name in the database.
const MAKERS: &[&str] = &[
    "pgTable",
    "pgSchema",
    "table",
    "alias",
    "as",
    "existing",
    "pgView",
    "pgMaterializedView",
    "view",
    "materializedView",
];

impl Evaluator<'_> {
    /// `pgTable("users", { … })`, `pgSchema("app")`, `app.table("users", { … })`, a view with its columns, and what
    /// `pgTableCreator` and `alias` make; none where the call is none of them.
    pub(super) fn drizzle(&mut self, facts: &Arc<Facts>, expr: ExprId, call: &Call, env: &Env) -> Option<Vec<Value>> {
        let name = facts.name_of(call.callee)?;
        if !facts.modules.iter().any(|module| module.starts_with("drizzle-orm")) {
            return None;
        }
        let maker = self.table_maker(facts, call);
        if maker.is_none() && !MAKERS.contains(&name.as_ref()) {
            return None;
        }
        let at = span(facts, expr);
        let fragment = |text: &str| {
            Value::Fragment([Piece::Text { text: text.into(), at, verbatim: false }].into(), facts.file, expr)
        };
        if let ("as" | "existing", ExprKind::Member { object, .. }) = (name.as_ref(), &facts.expr(call.callee).kind) {
            return self.view(facts, *object, env);
        }
        let first = *call.arguments.first()?;
        if name.as_ref() == "alias" {
            return self.alias(facts, (first, *call.arguments.get(1)?), &fragment, env);
        }
        let mut text = self.eval(facts, first, env).first().and_then(Value::constant)?;
        let made_by_project = maker.is_some();
        if let Some(maker) = maker {
            let made = self.invoke(&maker, vec![vec![Value::derived(&text, at)]], at);
            let [one] = made.as_slice() else { return None };
            text = one.constant()?;
        }
        let mut table = delimited_identifier(&text);
        match (name.as_ref(), &facts.expr(call.callee).kind) {
            _ if made_by_project => {}
            ("pgSchema", _) => return Some(vec![Value::Record([(ITSELF.into(), vec![fragment(&table)])].into())]),
            ("table" | "view" | "materializedView", ExprKind::Member { object, .. }) => {
                let schema = self.eval(facts, *object, env).first().and_then(itself)?;
                table = format!("{}.{table}", schema.constant()?);
            }
            ("table" | "view" | "materializedView", _) => return None,
            _ => {}
        }
        let mut fields = vec![(ITSELF.into(), vec![fragment(&table)])];
        for (key, column) in self.columns_of(facts, *call.arguments.get(1)?, at, env)? {
            let value = match column {
                Some(column) => fragment(&format!("{table}.{}", delimited_identifier(&column))),
                None => Value::unknown("column whose name a casing may change", at),
            };
            fields.push((key, vec![value]));
        }
        Some(vec![Value::Record(fields.into())])
    }

    /// The function by which what is called here makes a table's name of another: `const table = pgTableCreator((name) => …)`.
    fn table_maker(&mut self, facts: &Arc<Facts>, call: &Call) -> Option<FunctionRef> {
        let ExprKind::Binding(binding) = facts.expr(call.callee).kind else { return None };
        let ExprKind::Call(creator) = &facts.expr(facts.binding(binding).init?).kind else { return None };
        if facts.name_of(creator.callee)?.as_ref() != "pgTableCreator" {
            return None;
        }
        match self.eval(facts, *creator.arguments.first()?, &None).into_iter().next()? {
            Value::Function(function) => Some(function),
            _ => None,
        }
    }

    /// `pgView("active", { … }).existing()`: a view whose columns are named.
    fn view(&mut self, facts: &Arc<Facts>, object: ExprId, env: &Env) -> Option<Vec<Value>> {
        let ExprKind::Call(call) = &facts.expr(object).kind else { return None };
        if !VIEWS.contains(&facts.name_of(call.callee)?.as_ref()) || call.arguments.len() < 2 {
            return None;
        }
        let values = self.eval(facts, object, env);
        matches!(values.as_slice(), [view] if itself(view).is_some()).then_some(values)
    }

    /// `alias(users, "parent")`: the same columns under another name.
    fn alias(
        &mut self,
        facts: &Arc<Facts>,
        (table, name): (ExprId, ExprId),
        fragment: &dyn Fn(&str) -> Value,
        env: &Env,
    ) -> Option<Vec<Value>> {
        let tables = self.eval(facts, table, env);
        let [Value::Record(fields)] = tables.as_slice() else { return None };
        let before = itself(tables.first()?)?.constant()?;
        let name = delimited_identifier(&self.eval(facts, name, env).first().and_then(Value::constant)?);
        let mut renamed = vec![(ITSELF.into(), vec![fragment(&name)])];
        for (key, values) in seen(fields) {
            let column = values.first().and_then(Value::constant);
            let column = column.as_deref().and_then(|column| column.strip_prefix(&before));
            let value = match column {
                Some(column) => vec![fragment(&format!("{name}{column}"))],
                None => values.clone(),
            };
            renamed.push((key.clone(), value));
        }
        Some(vec![Value::Record(renamed.into())])
    }

    /// Keys and names of a table's columns, from an object or from the function that makes it.
    fn columns_of(
        &mut self,
        facts: &Arc<Facts>,
        columns: ExprId,
        at: Span,
        env: &Env,
    ) -> Option<Vec<(Arc<str>, Option<String>)>> {
        let mut values = self.eval(facts, columns, env);
        if let [Value::Function(function)] = values.as_slice() {
            let function = function.clone();
            values = self.invoke(&function, vec![vec![Value::Opaque(at)]], at);
        }
        let [Value::Object(place)] = values.as_slice() else { return None };
        let (facts, env) = (place.facts.clone(), place.env.clone());
        let ExprKind::Object(fields) = &facts.expr(place.expr).kind else { return None };
        let mut found = Vec::new();
        for field in fields {
            match &field.name {
                Some(key) => {
                    let given = self.column_name(&facts, field.value, &env);
                    // Without a name the key is the name, unless a casing is set.
                    let cased = self.program.renames("drizzle");
                    let plain = !cased || !key.bytes().any(|byte| byte.is_ascii_uppercase());
                    found.push((key.clone(), given.or_else(|| plain.then(|| key.to_string()))));
                }
                None if field.key.is_some() => return None,
                None => found.extend(self.columns_of(&facts, field.value, at, &env)?),
            }
        }
        Some(found)
    }

    /// `serial("id").primaryKey()`: the text that the first call of the chain is given.
    fn column_name(&mut self, facts: &Arc<Facts>, column: ExprId, env: &Env) -> Option<String> {
        let mut next = column;
        for _ in 0..32 {
            let ExprKind::Call(call) = &facts.expr(next).kind else { return None };
            match facts.expr(call.callee).kind {
                ExprKind::Member { object, .. } if matches!(facts.expr(object).kind, ExprKind::Call(_)) => {
                    next = object
                }
                _ => {
                    let first = *call.arguments.first()?;
                    return self.eval(facts, first, env).first().and_then(Value::constant);
                }
            }
        }
        None
    }
}

/// What the fields of an object are worth that a program sees.
pub(super) fn seen(fields: &[(Arc<str>, Vec<Value>)]) -> impl Iterator<Item = &(Arc<str>, Vec<Value>)> {
    fields.iter().filter(|(name, _)| name.as_ref() != ITSELF)
}

/// What stands in a query for an object that is interpolated whole.
pub(super) fn itself(value: &Value) -> Option<Value> {
    let Value::Record(fields) = value else { return None };
    fields.iter().find(|(name, _)| name.as_ref() == ITSELF).and_then(|(_, values)| values.first().cloned())
}

/// The column of `"schema"."table"."column"`: `users.email.name`.
pub(super) fn column_in(text: &str) -> Option<String> {
    let (_, name) = text.strip_prefix('"')?.strip_suffix('"')?.rsplit_once("\".\"")?;
    Some(name.replace("\"\"", "\""))
}
