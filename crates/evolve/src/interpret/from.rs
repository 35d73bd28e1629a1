//! FROM: its entries, their rows, and how they join.

use std::sync::Arc;

use rollproof_sql::ast::{
    Alias, ColumnSpec, Expr, ExprKind, FromItem, FromKind, JoinCondition, JoinKind, Literal, Name, RelationRef,
};

use super::doubtful::with_doubtful;
use super::expression::Evaluator;
use super::query::{ResultRow, Sources, renamed};
use super::relations::{Wanted, is_system_name, rows};
use super::value::{Known, Unknown, Value};

/// An entry of FROM.
pub(super) struct Entry<'a> {
    /// Its name.
    pub(super) name: Arc<str>,
    /// Its columns, where rows tell them.
    pub(super) columns: Vec<Arc<str>>,
    /// Its rows.
    rows: Rows<'a>,
    /// Conditions that decide whether a row joins; of a left join no row gives one of nulls.
    left: Option<Vec<Condition<'a>>>,
}

/// Where the rows of an entry come from.
enum Rows<'a> {
    /// They are there.
    Known(Vec<ResultRow>),
    /// A function's, called for each row of the entries before.
    Function(&'a [(Expr, Vec<ColumnSpec>)], Option<&'a Alias>, bool),
    /// A query's, asked for each row of the entries before.
    Query(&'a rollproof_sql::ast::Query, Vec<Name>),
}

/// What a row must fulfil.
#[derive(Clone)]
pub(super) enum Condition<'a> {
    /// `ON …`, `WHERE …`
    Holds(&'a Expr),
    /// `USING (c)` of the entry with this number.
    Using(&'a str, usize),
}

impl Evaluator<'_> {
    /// All rows of the entries that fulfil the conditions, each condition asked as soon as its rows are there.
    pub(super) fn join(
        &self,
        entries: &[Entry],
        conditions: &[&Condition],
        mut sources: Sources,
        depth: usize,
        found: &mut Vec<Sources>,
    ) -> Known<()> {
        self.step()?;
        let mut open: Vec<&Condition> = Vec::new();
        let mut untold = None;
        for condition in conditions {
            match self.holds(condition, &sources, depth) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(_) if !entries.is_empty() => open.push(condition),
                // Another condition may leave the row out.
                Err(why) if why.raises.is_none() => untold = untold.or(Some(why)),
                Err(why) => return Err(why),
            }
        }
        let Some((entry, rest)) = entries.split_first() else {
            if let Some(why) = untold.or_else(|| sources.doubt()) {
                return Err(why);
            }
            found.push(sources);
            return Ok(());
        };
        sources.pending.pop();
        let made;
        let rows = match &entry.rows {
            Rows::Known(rows) => rows,
            Rows::Function(calls, alias, ordinality) => {
                made = self.function_rows(calls, *alias, *ordinality, &sources, depth)?;
                &made
            }
            Rows::Query(query, columns) => {
                let rows = self.query(query, &sources, depth + 1)?;
                made = rows.into_iter().map(|row| renamed(row, columns)).collect();
                &made
            }
        };
        let mut any = false;
        for row in rows {
            let mut next = sources.clone();
            next.entries.push((entry.name.clone(), Some(row.clone())));
            if self.all_hold(entry.left.iter().flatten(), &next, depth)? {
                any = true;
                self.join(rest, &open, next, depth, found)?;
            }
        }
        if entry.left.is_some() && !any {
            sources.entries.push((entry.name.clone(), None));
            self.join(rest, &open, sources, depth, found)?;
        }
        Ok(())
    }

    /// Whether a row fulfils all conditions: one that it does not fulfil is enough, whatever the others are.
    fn all_hold<'c>(
        &self,
        conditions: impl Iterator<Item = &'c Condition<'c>>,
        sources: &Sources,
        depth: usize,
    ) -> Known<bool> {
        let mut untold = None;
        for condition in conditions {
            match self.holds(condition, sources, depth) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(why) if why.raises.is_none() => untold = untold.or(Some(why)),
                Err(why) => return Err(why),
            }
        }
        untold.map_or(Ok(true), Err)
    }

    fn holds(&self, condition: &Condition, sources: &Sources, depth: usize) -> Known<bool> {
        match condition {
            Condition::Holds(expr) => Ok(self.value(expr, sources, depth)?.to_bool()? == Some(true)),
            Condition::Using(name, at) => {
                let Some((_, right)) = sources.entries.get(*at) else {
                    return Err(Unknown::because("a row that is still to come"));
                };
                let column = |row: &Option<ResultRow>| {
                    row.as_ref()?.iter().find(|(column, _)| **column == **name).map(|(_, value)| value.clone())
                };
                let left = sources.entries.iter().take(*at).rev().find_map(|(_, row)| column(row));
                let (Some(left), Some(right)) = (left, column(right)) else {
                    return Err(Unknown::because("a column of a join"));
                };
                Ok(left.compare(&right)? == Some(std::cmp::Ordering::Equal))
            }
        }
    }

    /// Reads an entry of FROM. `filters` are the conditions of WHERE: those that name an object by a constant spare the
    /// rows of all others.
    pub(super) fn read_from<'a>(
        &self,
        item: &'a FromItem,
        outer: &Sources,
        depth: usize,
        filters: &[&'a Expr],
        entries: &mut Vec<Entry<'a>>,
        conditions: &mut Vec<Condition<'a>>,
    ) -> Known<()> {
        match &item.kind {
            FromKind::Relation(reference) => {
                entries.push(self.read_relation(reference, outer, filters)?);
                Ok(())
            }
            FromKind::Subquery { query, alias, lateral } => {
                let name = alias.as_ref().and_then(|alias| alias.name.as_ref());
                let name = name.map_or_else(|| Arc::from(""), |name| name.text.clone());
                let columns = alias.as_ref().map_or(&[][..], |alias| &alias.columns);
                if *lateral {
                    let rows = Rows::Query(query, columns.to_vec());
                    entries.push(Entry { name, columns: Vec::new(), rows, left: None });
                    return Ok(());
                }
                let rows = self.query(query, outer, depth + 1)?;
                entries.push(known_entry(name, rows.into_iter().map(|row| renamed(row, columns)).collect()));
                Ok(())
            }
            FromKind::Functions { calls, alias, ordinality, rows_from: false, .. } => {
                let [(Expr { kind: ExprKind::Function(call), .. }, _)] = &calls[..] else {
                    return Err(Unknown::because("functions in FROM"));
                };
                let name = alias.as_ref().and_then(|alias| alias.name.as_ref());
                let name = name.map_or_else(|| call.name.object().text.clone(), |name| name.text.clone());
                let columns = alias.as_ref().map_or(&[][..], |alias| &alias.columns);
                let mut columns: Vec<Arc<str>> = columns.iter().map(|column| column.text.clone()).collect();
                if columns.is_empty() {
                    columns.push(name.clone());
                }
                let rows = Rows::Function(calls, alias.as_ref(), *ordinality);
                entries.push(Entry { name, columns, rows, left: None });
                Ok(())
            }
            FromKind::Join(join) if join.alias.is_none() => {
                self.read_from(&join.left, outer, depth, filters, entries, conditions)?;
                let before = entries.len();
                self.read_from(&join.right, outer, depth, filters, entries, conditions)?;
                let base = outer.entries.len();
                let mut parts: Vec<Condition<'a>> = Vec::new();
                match &join.condition {
                    JoinCondition::On(condition) => {
                        let mut holds = Vec::new();
                        conjuncts(condition, &mut holds);
                        parts.extend(holds.into_iter().map(Condition::Holds));
                    }
                    JoinCondition::Using(columns, None) if entries.len() == before + 1 => {
                        parts.extend(columns.iter().map(|name| Condition::Using(&name.text, base + before)));
                    }
                    JoinCondition::None => {}
                    _ => return Err(Unknown::because("a join that is not followed")),
                }
                match join.kind {
                    JoinKind::Inner => conditions.extend(parts),
                    JoinKind::Left if entries.len() == before + 1 => {
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

    fn read_relation<'a>(&self, reference: &RelationRef, outer: &Sources, filters: &[&Expr]) -> Known<Entry<'a>> {
        let schema = reference.name.schema().map(|schema| schema.text.clone());
        let name = reference.name.object().text.clone();
        let alias = reference.alias.as_ref();
        let columns = alias.map_or(&[][..], |alias| &alias.columns);
        let alias = alias.and_then(|alias| alias.name.as_ref());
        let alias = alias.map_or_else(|| name.clone(), |alias| alias.text.clone());
        if schema.is_none()
            && let Some((_, rows)) = outer.queries.iter().rev().find(|(known, _)| *known == name)
        {
            let rows = Known::clone(rows)?;
            return Ok(known_entry(alias, rows.into_iter().map(|row| renamed(row, columns)).collect()));
        }
        if !is_system_name(schema.as_deref(), &name) {
            return Err(Unknown::because(format!("rows of \"{name}\"")));
        }
        self.nothing_unknown()?;
        let wanted = self.wanted(&alias, filters);
        let Some(found) = rows(self.schema, schema.as_deref(), &name, &wanted) else {
            return Err(Unknown::because(format!("rows of \"{name}\"")));
        };
        let found = with_doubtful(self.schema, &name, found);
        // All rows share the texts of their columns' names.
        let mut names: Vec<(&str, Arc<str>)> = Vec::new();
        let mut shared = |name: &'static str| match names.iter().find(|(known, _)| *known == name) {
            Some((_, shared)) => shared.clone(),
            None => {
                let made: Arc<str> = Arc::from(name);
                names.push((name, made.clone()));
                made
            }
        };
        let rows = found.into_iter().map(|row| row.into_iter().map(|(name, value)| (shared(name), value)).collect());
        Ok(known_entry(alias, rows.map(|row| renamed(row, columns)).collect()))
    }

    /// What the conditions say of an entry by constants: which schema's rows, of which name or number.
    fn wanted(&self, alias: &str, filters: &[&Expr]) -> Wanted {
        let mut wanted = Wanted::default();
        for filter in filters {
            let ExprKind::Operator { operator, left: Some(left), right } = &filter.kind else { continue };
            if &*operator.symbol != "=" {
                continue;
            }
            for (column, constant) in [(left, right), (right, left)] {
                let ExprKind::Column(reference) = &column.kind else { continue };
                let (qualifier, column) = match &reference.fields[..] {
                    [column] => (None, column),
                    [qualifier, column] => (Some(qualifier), column),
                    _ => continue,
                };
                if qualifier.is_some_and(|qualifier| *qualifier.text != *alias) || !is_constant(constant) {
                    continue;
                }
                let Ok(value) = self.value(constant, &Sources::default(), 0) else { continue };
                match &*column.text {
                    "table_schema" | "schemaname" => wanted.namespace = value.to_text(),
                    "table_name" | "relname" | "tablename" => wanted.name = value.to_text(),
                    "attrelid" => wanted.relation = value.to_int(),
                    _ => {}
                }
            }
        }
        wanted
    }

    /// `unnest(ARRAY[…]) AS x`, `generate_series(a, b)`
    fn function_rows(
        &self,
        calls: &[(Expr, Vec<ColumnSpec>)],
        alias: Option<&Alias>,
        ordinality: bool,
        sources: &Sources,
        depth: usize,
    ) -> Known<Vec<ResultRow>> {
        let [(Expr { kind: ExprKind::Function(call), .. }, _)] = calls else {
            return Err(Unknown::because("functions in FROM"));
        };
        let function = call.name.object().as_str();
        let mut arguments = Vec::new();
        for argument in &call.arguments {
            arguments.push(self.value(&argument.value, sources, depth)?);
        }
        let lists: Vec<Vec<Value>> = match (function, &arguments[..]) {
            ("unnest", [_, ..]) => {
                let list = |value: &Value| match super::expression::array(value.clone())? {
                    Value::Array(values) => Ok(values),
                    _ => Ok(Vec::new()),
                };
                arguments.iter().map(list).collect::<Known<_>>()?
            }
            ("generate_series", [Value::Int(first), Value::Int(last)]) if last.saturating_sub(*first) < 100_000 => {
                vec![(*first..=*last).map(Value::Int).collect()]
            }
            ("generate_subscripts", [Value::Array(values), Value::Int(1)]) => {
                vec![(1..=values.len() as i64).map(Value::Int).collect()]
            }
            ("generate_subscripts", [Value::Vector(values), Value::Int(1)]) => {
                vec![(0..values.len() as i64).map(Value::Int).collect()]
            }
            ("regexp_split_to_table" | "string_to_table", [Value::Text(text), Value::Text(separator)])
                if !separator.is_empty() && !separator.contains(['\\', '[', '.', '*', '+', '(', '|']) =>
            {
                vec![text.split(&**separator).map(Value::text).collect()]
            }
            _ => return Err(Unknown::because(format!("function {function}() in FROM"))),
        };
        let name = alias.and_then(|alias| alias.name.as_ref());
        let name = name.map_or_else(|| Arc::from(function), |name| name.text.clone());
        let columns = alias.map_or(&[][..], |alias| &alias.columns);
        let column = |at: usize| match (columns.get(at), lists.len()) {
            (Some(column), _) => column.text.clone(),
            (None, 1) if at == 0 => name.clone(),
            (None, count) if at == count => Arc::from("ordinality"),
            (None, _) => Arc::from(function),
        };
        let length = lists.iter().map(Vec::len).max().unwrap_or(0);
        let row = |at: usize| -> ResultRow {
            let mut row: ResultRow = lists
                .iter()
                .enumerate()
                .map(|(number, list)| (column(number), list.get(at).cloned().unwrap_or(Value::Null)))
                .collect();
            if ordinality {
                row.push((column(lists.len()), Value::Int(at as i64 + 1)));
            }
            row
        };
        Ok((0..length).map(row).collect())
    }
}

fn known_entry<'a>(name: Arc<str>, rows: Vec<ResultRow>) -> Entry<'a> {
    let columns = rows.first().map_or_else(Vec::new, |row| row.iter().map(|(name, _)| name.clone()).collect());
    Entry { name, columns, rows: Rows::Known(rows), left: None }
}

/// A constant, or a cast of one: it means the same wherever it stands.
fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(literal) => !matches!(literal, Literal::Null),
        ExprKind::Cast { value, .. } => is_constant(value),
        _ => false,
    }
}

/// The parts of a condition that all have to hold.
pub(super) fn conjuncts<'a>(condition: &'a Expr, parts: &mut Vec<&'a Expr>) {
    match &condition.kind {
        ExprKind::And(all) => {
            for part in all {
                conjuncts(part, parts);
            }
        }
        _ => parts.push(condition),
    }
}
