//! Rows into variables: `INTO`, cursors, loops.

use std::sync::Arc;

use rollproof_source::TextRange;
use rollproof_sql::ast::{QualifiedName, StatementKind};
use rollproof_sql::plpgsql::{PlDynamic, PlInto, PlOpen};

use super::expression::Evaluator;
use super::machine::Machine;
use super::query::{ResultRow, Sources};
use super::value::{Known, Unknown, Value};
use crate::context::{Context, Outcome, refuse};

impl Machine {
    /// The first row into the variables; `STRICT` wants exactly one.
    pub(super) fn store(&mut self, into: &PlInto, rows: Known<Vec<ResultRow>>, span: TextRange) -> Outcome {
        if let (true, Ok(rows)) = (into.strict, &rows) {
            match rows.len() {
                0 => return Err(refuse("P0002", "query returned no rows", span)),
                1 => {}
                _ => return Err(refuse("P0003", "query returned more than one row", span)),
            }
        }
        let found = rows.as_ref().map(|rows| Value::Bool(!rows.is_empty())).map_err(Clone::clone);
        self.row_count = rows.as_ref().map(|rows| Value::Int(i64::from(!rows.is_empty()))).map_err(Clone::clone);
        self.assign("found", found.map_err(Unknown::opaque));
        let rows = rows.and_then(|rows| match rows.iter().any(|row| *row != rows[0]) {
            true => Err(Unknown::because("the first of several rows")),
            false => Ok(rows),
        });
        self.put(&into.targets, rows.map(|rows| rows.into_iter().next()));
        Ok(())
    }

    /// A row into a record, a scalar, or a variable a column.
    pub(super) fn put(&mut self, targets: &[QualifiedName], row: Known<Option<ResultRow>>) {
        match targets {
            [target] => {
                let scalar = self.is_scalar(&target.object().text);
                let value = row.and_then(|row| match row {
                    None => Ok(Value::Null),
                    Some(row) if scalar => row.into_iter().next().map_or(Ok(Value::Null), |(_, value)| value.known()),
                    Some(row) => Ok(Value::Row(row)),
                });
                self.assign(&target.object().text, value);
            }
            targets => {
                for (at, target) in targets.iter().enumerate() {
                    let value = row.clone().and_then(|row| {
                        let column = row.and_then(|row| row.into_iter().nth(at));
                        column.map_or(Ok(Value::Null), |(_, value)| value.known())
                    });
                    self.assign(&target.object().text, value);
                }
            }
        }
    }

    /// Whether a variable holds one value, by its declaration.
    pub(super) fn is_scalar(&self, name: &Arc<str>) -> bool {
        let known = self.types.iter().rev().find(|(known, _)| known == name);
        known.is_some_and(|(_, data_type)| data_type.oid != rollproof_catalog::oid::RECORD)
    }

    /// `OPEN`
    pub(super) fn open(&mut self, context: &Context, cursor: &Arc<str>, how: &PlOpen) {
        let rows = match how {
            PlOpen::Query(sql) => self.rows_of(context, sql),
            PlOpen::Execute(dynamic) => self.executed_rows(context, dynamic),
            PlOpen::Bound(Ok(arguments)) if arguments.is_empty() => return,
            PlOpen::Bound(_) => Err(Unknown::because("a cursor with parameters")),
        };
        self.cursors.retain(|(name, _)| name != cursor);
        self.cursors.push((cursor.clone(), rows));
    }

    /// `FETCH`: the next row, or none.
    pub(super) fn fetch(&mut self, cursor: &Arc<str>, targets: &[QualifiedName]) {
        let open = self.cursors.iter_mut().rev().find(|(name, _)| name == cursor);
        let next = match open.map(|(_, rows)| rows) {
            Some(Ok(rows)) if rows.is_empty() => Ok(None),
            Some(Ok(rows)) => Ok(Some(rows.remove(0))),
            _ => Err(Unknown::because("a cursor's row")),
        };
        self.assign("found", next.as_ref().map(|row| Value::Bool(row.is_some())).map_err(Clone::clone));
        self.put(targets, next);
    }

    /// The rows of a query in a text that is executed.
    pub(super) fn executed_rows(&self, context: &Context, dynamic: &PlDynamic) -> Known<Vec<ResultRow>> {
        let text = self.value(context, &dynamic.text).map_err(Unknown::opaque)?;
        let text =
            text.to_text().ok_or_else(|| Unknown::raised("22004", "query string argument of EXECUTE is null"))?;
        let parsed = rollproof_sql::parse_query_text(&text).map_err(|error| Unknown::raised("42601", error.message))?;
        let StatementKind::Query(query) = &parsed.kind else {
            return Err(Unknown::because("a statement that is executed"));
        };
        // Variables are not seen in there, only what USING gives.
        let given = dynamic.using.iter().enumerate();
        let variables: Vec<(Arc<str>, Known)> = given
            .map(|(at, value)| (Arc::from(format!("${}", at + 1)), self.value(context, value).map_err(Unknown::opaque)))
            .collect();
        let evaluator = Evaluator { schema: &context.schema, variables: &variables, steps: &self.steps };
        evaluator.query(query, &Sources::default(), 0)
    }

    /// Rows as a loop's variables get them: one record, one scalar, or a variable a column.
    pub(super) fn bind_rows(&self, targets: &[QualifiedName], rows: Vec<ResultRow>) -> Vec<ResultRow> {
        let bind = |row: ResultRow| match targets {
            [target] if !self.is_scalar(&target.object().text) => vec![(target.object().text.clone(), Value::Row(row))],
            _ => targets
                .iter()
                .enumerate()
                .map(|(at, target)| {
                    (target.object().text.clone(), row.get(at).map_or(Value::Null, |(_, value)| value.clone()))
                })
                .collect(),
        };
        rows.into_iter().map(bind).collect()
    }
}
