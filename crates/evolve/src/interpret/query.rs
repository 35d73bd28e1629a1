//! Queries over system relations: joins, filters, counts.

use std::sync::Arc;

use rollproof_sql::ast::{Expr, ExprKind, FromItem, FromKind, JoinCondition, JoinKind, Query, QueryBody, Select};

use super::expression::Evaluator;
use super::relations::{is_system_name, rows};
use super::value::{Known, Unknown, Value};

/// A row of a result.
pub(super) type ResultRow = Vec<(Arc<str>, Value)>;

/// The rows that names in an expression can mean: the current row of each entry of FROM, outer queries first.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources {
    entries: Vec<(Arc<str>, ResultRow)>,
    /// Entries whose row is not there yet, by name and columns.
    pending: Vec<(Arc<str>, Vec<Arc<str>>)>,
}

impl Sources {
    /// The column that a name means, if an entry has it. One of an entry whose row is still to come is not known yet.
    pub(super) fn column(&self, names: &[&str]) -> Option<Known> {
        let (alias, name) = match names {
            [name] => (None, *name),
            [.., alias, name] => (Some(*alias), *name),
            [] => return None,
        };
        let fits = |entry: &str| alias.is_none_or(|alias| alias == entry);
        for (entry, columns) in &self.pending {
            if fits(entry) && columns.iter().any(|column| **column == *name) {
                return Some(Err(Unknown::because("a row that is still to come")));
            }
        }
        for (entry, row) in self.entries.iter().rev().filter(|(entry, _)| fits(entry)) {
            let _ = entry;
            if let Some((_, value)) = row.iter().find(|(column, _)| **column == *name) {
                return Some(Ok(value.clone()));
            }
        }
        // An entry of this name without the column: nothing else is meant.
        let named = |entry: &Arc<str>| alias.is_some_and(|alias| alias == &**entry);
        let known =
            self.entries.iter().any(|(entry, _)| named(entry)) || self.pending.iter().any(|(entry, _)| named(entry));
        known.then(|| Err(Unknown::because(format!("column \"{name}\" of a system relation"))))
    }
}

/// An entry of FROM with its rows.
struct Entry {
    name: Arc<str>,
    rows: Vec<ResultRow>,
    /// Conditions that decide whether a row joins; of a left join no row gives one of nulls.
    left: Option<Vec<Expr>>,
}

impl Evaluator<'_> {
    /// The rows of a query.
    pub(super) fn query(&self, query: &Query, outer: &Sources, depth: usize) -> Known<Vec<ResultRow>> {
        self.step()?;
        if query.with.is_some() || !query.holes.is_empty() {
            return Err(Unknown::because("a query with WITH"));
        }
        let mut found = match &query.body {
            QueryBody::Select(select) => self.select(select, outer, depth + 1)?,
            QueryBody::Nested(inner) => self.query(inner, outer, depth + 1)?,
            QueryBody::Values(lists) => {
                let names = (1..).map(|number: usize| Arc::from(format!("column{number}")));
                let names: Vec<Arc<str>> = names.take(lists.first().map_or(0, Vec::len)).collect();
                let row = |list: &Vec<Expr>| -> Known<ResultRow> {
                    let values =
                        list.iter().map(|value| self.value(value, outer, depth + 1)).collect::<Known<Vec<_>>>()?;
                    Ok(names.iter().cloned().zip(values).collect())
                };
                lists.iter().map(row).collect::<Known<Vec<_>>>()?
            }
            _ => return Err(Unknown::because("a query that is not followed")),
        };
        if let Some(limit) = &query.limit {
            let limit = self.value(limit, outer, depth + 1)?;
            if let Some(limit) = limit.to_int().and_then(|limit| usize::try_from(limit).ok()) {
                if limit > 0 && found.len() > limit && query.order_by.is_empty() {
                    // Any of them may come; that there is one is certain.
                    found.truncate(limit);
                } else {
                    found.truncate(limit);
                }
            }
        }
        Ok(found)
    }

    fn select(&self, select: &Select, outer: &Sources, depth: usize) -> Known<Vec<ResultRow>> {
        let grouped = !select.group_by.is_empty() || select.having.is_some();
        if grouped || !select.holes.is_empty() || select.into.is_some() {
            return Err(Unknown::because("a query with GROUP BY"));
        }
        let mut entries = Vec::new();
        let mut conditions: Vec<Expr> = Vec::new();
        for item in &select.from {
            self.read_from(item, outer, depth, &mut entries, &mut conditions)?;
        }
        if let Some(filter) = &select.filter {
            conjuncts(filter, &mut conditions);
        }
        let mut sources = outer.clone();
        let columns = |entry: &Entry| {
            entry.rows.first().map_or_else(Vec::new, |row| row.iter().map(|(name, _)| name.clone()).collect())
        };
        sources.pending.extend(entries.iter().rev().map(|entry| (entry.name.clone(), columns(entry))));
        let mut found = Vec::new();
        self.join(&entries, &conditions, sources, depth, &mut found)?;
        self.project(select, found, depth)
    }

    /// All rows of the entries that fulfil the conditions, each condition asked as soon as its rows are there.
    fn join(
        &self,
        entries: &[Entry],
        conditions: &[Expr],
        mut sources: Sources,
        depth: usize,
        found: &mut Vec<Sources>,
    ) -> Known<()> {
        self.step()?;
        let mut open: Vec<Expr> = Vec::new();
        for condition in conditions {
            match self.value(condition, &sources, depth).and_then(|value| value.to_bool()) {
                Ok(Some(true)) => {}
                Ok(_) => return Ok(()),
                Err(_) if !entries.is_empty() => open.push(condition.clone()),
                Err(why) => return Err(why),
            }
        }
        let Some((entry, rest)) = entries.split_first() else {
            found.push(sources);
            return Ok(());
        };
        sources.pending.pop();
        let mut any = false;
        for row in &entry.rows {
            let mut next = sources.clone();
            next.entries.push((entry.name.clone(), row.clone()));
            let joins = match &entry.left {
                None => true,
                Some(conditions) => self.all_hold(conditions, &next, depth)?,
            };
            if joins {
                any = true;
                self.join(rest, &open, next, depth, found)?;
            }
        }
        if entry.left.is_some() && !any {
            let nulls = entry
                .rows
                .first()
                .map_or_else(Vec::new, |row| row.iter().map(|(name, _)| (name.clone(), Value::Null)).collect());
            sources.entries.push((entry.name.clone(), nulls));
            self.join(rest, &open, sources, depth, found)?;
        }
        Ok(())
    }

    fn all_hold(&self, conditions: &[Expr], sources: &Sources, depth: usize) -> Known<bool> {
        for condition in conditions {
            if self.value(condition, sources, depth)?.to_bool()? != Some(true) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn read_from(
        &self,
        item: &FromItem,
        outer: &Sources,
        depth: usize,
        entries: &mut Vec<Entry>,
        conditions: &mut Vec<Expr>,
    ) -> Known<()> {
        match &item.kind {
            FromKind::Relation(reference) => {
                let schema = reference.name.schema().map(|schema| schema.text.clone());
                let name = reference.name.object().text.clone();
                let alias = reference.alias.as_ref().and_then(|alias| alias.name.as_ref());
                let alias = alias.map_or_else(|| name.clone(), |alias| alias.text.clone());
                if !is_system_name(schema.as_deref(), &name) {
                    return Err(Unknown::because(format!("rows of \"{name}\"")));
                }
                self.nothing_unknown()?;
                let Some(rows) = rows(self.schema, schema.as_deref(), &name) else {
                    return Err(Unknown::because(format!("rows of \"{name}\"")));
                };
                let rows =
                    rows.into_iter().map(|row| row.into_iter().map(|(name, value)| (Arc::from(name), value)).collect());
                entries.push(Entry { name: alias, rows: rows.collect(), left: None });
                Ok(())
            }
            FromKind::Subquery { query, alias, .. } => {
                let rows = self.query(query, outer, depth)?;
                let name = alias.as_ref().and_then(|alias| alias.name.as_ref());
                let columns = alias.as_ref().map_or(&[][..], |alias| &alias.columns);
                let rename = |row: ResultRow| -> ResultRow {
                    row.into_iter()
                        .enumerate()
                        .map(|(at, (name, value))| (columns.get(at).map_or(name, |column| column.text.clone()), value))
                        .collect()
                };
                let name = name.map_or_else(|| Arc::from(""), |name| name.text.clone());
                entries.push(Entry { name, rows: rows.into_iter().map(rename).collect(), left: None });
                Ok(())
            }
            FromKind::Functions { calls, alias, .. } => {
                self.read_function(calls, alias.as_ref(), outer, depth, entries)
            }
            FromKind::Join(join) => {
                self.read_from(&join.left, outer, depth, entries, conditions)?;
                let before = entries.len();
                self.read_from(&join.right, outer, depth, entries, conditions)?;
                match (join.kind, &join.condition) {
                    (JoinKind::Inner, JoinCondition::On(condition)) => conjuncts(condition, conditions),
                    (JoinKind::Inner, JoinCondition::None) => {}
                    (JoinKind::Left, JoinCondition::On(condition)) if entries.len() == before + 1 => {
                        let mut parts = Vec::new();
                        conjuncts(condition, &mut parts);
                        if let Some(entry) = entries.last_mut() {
                            entry.left = Some(parts);
                        }
                    }
                    _ => return Err(Unknown::because("a join that is not followed")),
                }
                Ok(())
            }
            _ => Err(Unknown::because("an entry of FROM that is not followed")),
        }
    }

    /// `unnest(ARRAY[…]) AS x`, `generate_series(a, b)`
    fn read_function(
        &self,
        calls: &[(Expr, Vec<rollproof_sql::ast::ColumnSpec>)],
        alias: Option<&rollproof_sql::ast::Alias>,
        outer: &Sources,
        depth: usize,
        entries: &mut Vec<Entry>,
    ) -> Known<()> {
        let [(Expr { kind: ExprKind::Function(call), .. }, _)] = calls else {
            return Err(Unknown::because("functions in FROM"));
        };
        let function = call.name.object().as_str();
        let mut arguments = Vec::new();
        for argument in &call.arguments {
            arguments.push(self.value(&argument.value, outer, depth)?);
        }
        let values = match (function, &arguments[..]) {
            ("unnest", [only]) => match super::expression::array(only.clone())? {
                Value::Array(values) => values,
                _ => Vec::new(),
            },
            ("generate_series", [Value::Int(first), Value::Int(last)]) if last - first < 100_000 => {
                (*first..=*last).map(Value::Int).collect()
            }
            _ => return Err(Unknown::because(format!("function {function}() in FROM"))),
        };
        let name =
            alias.and_then(|alias| alias.name.as_ref()).map_or_else(|| Arc::from(function), |name| name.text.clone());
        let column =
            alias.and_then(|alias| alias.columns.first()).map_or_else(|| name.clone(), |column| column.text.clone());
        let rows = values.into_iter().map(|value| vec![(column.clone(), value)]).collect();
        entries.push(Entry { name, rows, left: None });
        Ok(())
    }

    /// The catalogs can only be asked where everything that was done to them is known.
    fn nothing_unknown(&self) -> Known<()> {
        use rollproof_catalog::Taint;
        let why = self.schema.taints.iter().find_map(|taint| match taint {
            Taint::Everything(why) => Some(why.clone()),
            _ => None,
        });
        why.map_or(Ok(()), |why| Err(Unknown(why)))
    }

    fn project(&self, select: &Select, found: Vec<Sources>, depth: usize) -> Known<Vec<ResultRow>> {
        if let [target] = &select.targets[..]
            && let ExprKind::Function(call) = &target.value.kind
            && call.filter.is_none()
            && call.over.is_none()
        {
            let name =
                target.alias.as_ref().map_or_else(|| call.name.object().text.clone(), |alias| alias.text.clone());
            match call.name.object().as_str() {
                "count" if call.star => return Ok(vec![vec![(name, Value::Int(found.len() as i64))]]),
                "array_agg" | "string_agg" | "max" | "min" | "bool_or" | "bool_and" | "count" | "sum" => {
                    return self.aggregate(call, name, &found, depth);
                }
                _ => {}
            }
        }
        let mut rows = Vec::new();
        for sources in &found {
            rows.push(self.target_row(select, sources, depth)?);
        }
        Ok(rows)
    }

    fn aggregate(
        &self,
        call: &rollproof_sql::ast::FunctionCall,
        name: Arc<str>,
        found: &[Sources],
        depth: usize,
    ) -> Known<Vec<ResultRow>> {
        let Some(argument) = call.arguments.first() else { return Err(Unknown::because("an aggregate")) };
        let mut values = Vec::new();
        for sources in found {
            values.push(self.value(&argument.value, sources, depth)?);
        }
        let value = match call.name.object().as_str() {
            "array_agg" if values.is_empty() => Value::Null,
            "array_agg" => Value::Array(values),
            "count" if !call.distinct => {
                Value::Int(values.iter().filter(|value| **value != Value::Null).count() as i64)
            }
            "string_agg" => {
                let separator =
                    call.arguments.get(1).map(|argument| self.value(&argument.value, &Sources::default(), depth));
                let separator =
                    separator.transpose()?.and_then(|value| value.to_text()).unwrap_or_else(|| Arc::from(""));
                let parts: Vec<String> =
                    values.iter().filter_map(Value::to_text).map(|part| part.to_string()).collect();
                if parts.is_empty() { Value::Null } else { Value::text(parts.join(&separator)) }
            }
            _ => return Err(Unknown::because("an aggregate")),
        };
        Ok(vec![vec![(name, value)]])
    }

    fn target_row(&self, select: &Select, sources: &Sources, depth: usize) -> Known<ResultRow> {
        let mut row = Vec::new();
        for target in &select.targets {
            if let ExprKind::Column(reference) = &target.value.kind
                && reference.star.is_some()
            {
                let alias = reference.fields.last().map(|name| &*name.text);
                for (_, columns) in
                    sources.entries.iter().filter(|(name, _)| alias.is_none_or(|alias| alias == &**name))
                {
                    row.extend(columns.iter().cloned());
                }
                continue;
            }
            // What is only asked for existence need not be known.
            let name = match &target.alias {
                Some(alias) => alias.text.clone(),
                None => Arc::from(crate::names::column_name(&target.value).unwrap_or_else(|| "?column?".to_owned())),
            };
            row.push((name, self.value(&target.value, sources, depth)?));
        }
        Ok(row)
    }
}

/// The parts of a condition that all have to hold.
fn conjuncts(condition: &Expr, parts: &mut Vec<Expr>) {
    match &condition.kind {
        ExprKind::And(all) => {
            for part in all {
                conjuncts(part, parts);
            }
        }
        _ => parts.push(condition.clone()),
    }
}
