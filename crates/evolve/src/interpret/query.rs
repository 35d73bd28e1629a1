//! Queries over system relations: WITH, joins, filters, groups, sets, order.

use std::cmp::Ordering;
use std::sync::Arc;

use rollproof_catalog::Oid;
use rollproof_sql::ast::{
    CteStatement, Distinct, Expr, ExprKind, FunctionCall, GroupItem, Literal, Query, QueryBody, Select, SetOperation,
    SetOperator, SortBy,
};

use super::aggregate::has_aggregate;
use super::expression::Evaluator;
use super::from::{Condition, Entry, conjuncts};
use super::value::{Known, Unknown, Value};

/// A row of a result.
pub(super) type ResultRow = Vec<(Arc<str>, Value)>;

/// What a query of WITH answered.
pub(super) type Answer = Arc<Known<Vec<ResultRow>>>;

/// What a name in an expression can mean: the current row of each entry of FROM, outer queries first.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources {
    /// Rows that are there: of an outer join that found none, no row.
    pub(super) entries: Vec<(Arc<str>, Option<ResultRow>)>,
    /// Entries whose row is not there yet, by name and columns, the next one last.
    pub(super) pending: Vec<(Arc<str>, Vec<Arc<str>>)>,
    /// Queries of WITH.
    pub(super) queries: Vec<(Arc<str>, Answer)>,
    /// The rows of the group that an aggregate goes over.
    pub(super) group: Option<Arc<Vec<Sources>>>,
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
        let mut nulls = false;
        for (entry, row) in self.entries.iter().rev().filter(|(entry, _)| fits(entry)) {
            match row {
                Some(row) => {
                    if let Some((_, value)) = row.iter().find(|(column, _)| **column == *name) {
                        return Some(value.clone().known());
                    }
                }
                None if alias == Some(&**entry) => return Some(Ok(Value::Null)),
                None => nulls = true,
            }
        }
        // An entry of this name without the column: nothing else is meant.
        let named = |entry: &Arc<str>| alias.is_some_and(|alias| alias == &**entry);
        let known =
            self.entries.iter().any(|(entry, _)| named(entry)) || self.pending.iter().any(|(entry, _)| named(entry));
        (known || nulls).then(|| Err(Unknown::because(format!("column \"{name}\" of a system relation"))))
    }

    /// Why it is not known whether the rows are there at all.
    pub(super) fn doubt(&self) -> Option<Unknown> {
        let rows = self.entries.iter().filter_map(|(_, row)| row.as_ref());
        let marks = rows.filter_map(|row| row.iter().find(|(column, _)| **column == *super::doubtful::MARK));
        marks.into_iter().find_map(|(_, mark)| mark.clone().known().err())
    }

    /// All of an entry's row, where a name means one.
    pub(super) fn whole_row(&self, name: &str) -> Option<Value> {
        let (_, row) = self.entries.iter().rev().find(|(entry, _)| **entry == *name)?;
        Some(row.clone().map_or(Value::Null, Value::Row))
    }
}

/// A row of a result before ORDER BY: with what its sort keys are evaluated in.
struct Found {
    row: ResultRow,
    sources: Sources,
}

impl Evaluator<'_> {
    /// The rows of a query.
    pub(super) fn query(&self, query: &Query, outer: &Sources, depth: usize) -> Known<Vec<ResultRow>> {
        self.step()?;
        let outer = &self.with(query, outer, depth)?;
        let mut found = self.body(&query.body, outer, depth + 1)?;
        self.sort(&query.order_by, &mut found, depth)?;
        let ordered = !query.order_by.is_empty();
        let mut rows: Vec<ResultRow> = found.into_iter().map(|each| each.row).collect();
        let bound = |bound: &Option<Expr>| -> Known<Option<usize>> {
            let Some(bound) = bound else { return Ok(None) };
            let value = self.value(bound, outer, depth + 1)?;
            Ok(value.to_int().and_then(|bound| usize::try_from(bound).ok()))
        };
        let skip = bound(&query.offset)?.unwrap_or(0);
        let take = bound(&query.limit)?.unwrap_or(usize::MAX);
        let cuts = (skip > 0 && !rows.is_empty()) || take < rows.len();
        if cuts && take > 0 && !ordered && rows.iter().any(|row| *row != rows[0]) {
            return Err(Unknown::because("some rows of several, in no order"));
        }
        rows.drain(..skip.min(rows.len()));
        rows.truncate(take);
        Ok(rows)
    }

    /// Whether a query has rows: what is in them does not matter.
    pub(super) fn has_rows(&self, query: &Query, outer: &Sources, depth: usize) -> Known<bool> {
        self.step()?;
        if let (QueryBody::Select(select), None, None) = (&query.body, &query.limit, &query.offset)
            && select.group_by.is_empty()
            && select.having.is_none()
            && select.holes.is_empty()
            && !select.targets.iter().any(|target| has_aggregate(&target.value))
        {
            let outer = &self.with(query, outer, depth)?;
            return Ok(!self.joined(select, outer, depth + 1)?.is_empty());
        }
        self.query(query, outer, depth).map(|rows| !rows.is_empty())
    }

    fn with(&self, query: &Query, outer: &Sources, depth: usize) -> Known<Sources> {
        if !query.holes.is_empty() {
            return Err(Unknown::because("a query that is not followed"));
        }
        let mut sources = outer.clone();
        for cte in query.with.iter().flat_map(|with| &with.ctes) {
            let recursive = query.with.as_ref().is_some_and(|with| with.recursive);
            let rows = match &cte.statement {
                CteStatement::Query(inner) if !recursive => self.query(inner, &sources, depth + 1),
                CteStatement::Query(_) => Err(Unknown::because("a query with WITH RECURSIVE")),
                _ => Err(Unknown::because("a query that writes")),
            };
            let rename = |row: ResultRow| -> ResultRow { renamed(row, &cte.columns) };
            let rows = rows.map(|rows| rows.into_iter().map(rename).collect::<Vec<_>>());
            if !matches!(&cte.statement, CteStatement::Query(_)) {
                rows.clone()?;
            }
            sources.queries.push((cte.name.text.clone(), Arc::new(rows)));
        }
        Ok(sources)
    }

    fn body(&self, body: &QueryBody, outer: &Sources, depth: usize) -> Known<Vec<Found>> {
        let plain = |rows: Vec<ResultRow>| -> Vec<Found> {
            rows.into_iter().map(|row| Found { row, sources: outer.clone() }).collect()
        };
        match body {
            QueryBody::Select(select) => self.select(select, outer, depth + 1),
            QueryBody::Nested(inner) => self.query(inner, outer, depth + 1).map(plain),
            QueryBody::Values(lists) => {
                let names = (1..).map(|number: usize| Arc::from(format!("column{number}")));
                let names: Vec<Arc<str>> = names.take(lists.first().map_or(0, Vec::len)).collect();
                let row = |list: &Vec<Expr>| -> Known<ResultRow> {
                    let values =
                        list.iter().map(|value| self.value(value, outer, depth + 1)).collect::<Known<Vec<_>>>()?;
                    Ok(names.iter().cloned().zip(values).collect())
                };
                lists.iter().map(row).collect::<Known<Vec<_>>>().map(plain)
            }
            QueryBody::SetOperation(operation) => self.set_operation(operation, outer, depth + 1).map(plain),
            QueryBody::Table(_) | QueryBody::Hole(_) => Err(Unknown::because("a query that is not followed")),
        }
    }

    fn set_operation(&self, of: &SetOperation, outer: &Sources, depth: usize) -> Known<Vec<ResultRow>> {
        self.step()?;
        if depth > super::expression::DEPTH_LIMIT {
            return Err(Unknown::because("a query that is too deep"));
        }
        let rows = |found: Vec<Found>| found.into_iter().map(|each| each.row).collect::<Vec<_>>();
        let left = rows(self.body(&of.left, outer, depth)?);
        let right = rows(self.body(&of.right, outer, depth)?);
        let (left, right) = (all_known(left)?, all_known(right)?);
        let same = |one: &ResultRow, other: &ResultRow| {
            one.len() == other.len() && one.iter().zip(other).all(|((_, one), (_, other))| one == other)
        };
        let mut result: Vec<ResultRow> = match (of.operator, of.all) {
            (SetOperator::Union, _) => left.into_iter().chain(right).collect(),
            (_, true) => return Err(Unknown::because("INTERSECT ALL and EXCEPT ALL")),
            (SetOperator::Intersect, _) => {
                left.into_iter().filter(|row| right.iter().any(|other| same(row, other))).collect()
            }
            (SetOperator::Except, _) => {
                left.into_iter().filter(|row| !right.iter().any(|other| same(row, other))).collect()
            }
        };
        if !of.all {
            let mut kept: Vec<ResultRow> = Vec::new();
            for row in result {
                self.step()?;
                if !kept.iter().any(|other| same(&row, other)) {
                    kept.push(row);
                }
            }
            result = kept;
        }
        Ok(result)
    }

    /// The rows of FROM that fulfil the conditions.
    fn joined(&self, select: &Select, outer: &Sources, depth: usize) -> Known<Vec<Sources>> {
        if !select.holes.is_empty() || select.into.is_some() {
            return Err(Unknown::because("a query that is not followed"));
        }
        let mut filters = Vec::new();
        if let Some(filter) = &select.filter {
            conjuncts(filter, &mut filters);
        }
        let mut entries: Vec<Entry> = Vec::new();
        let mut conditions: Vec<Condition> = Vec::new();
        for item in &select.from {
            self.read_from(item, outer, depth, &filters, &mut entries, &mut conditions)?;
        }
        conditions.extend(filters.into_iter().map(Condition::Holds));
        let mut sources = outer.clone();
        sources.group = None;
        sources.pending.extend(entries.iter().rev().map(|entry| (entry.name.clone(), entry.columns.clone())));
        let mut found = Vec::new();
        let conditions: Vec<&Condition> = conditions.iter().collect();
        self.join(&entries, &conditions, sources, depth, &mut found).map_err(|why| match entries.is_empty() {
            true => why,
            // Which of the rows are looked at first is the server's choice.
            false => why.maybe(),
        })?;
        Ok(found)
    }

    fn select(&self, select: &Select, outer: &Sources, depth: usize) -> Known<Vec<Found>> {
        let joined = self.joined(select, outer, depth)?;
        let aggregated = select.targets.iter().any(|target| has_aggregate(&target.value));
        let groups: Vec<Sources> = if select.group_by.is_empty() && select.having.is_none() && !aggregated {
            joined
        } else {
            self.groups(select, joined, outer, depth)?
        };
        let mut found: Vec<Found> = Vec::new();
        for sources in groups {
            if let Some(having) = &select.having
                && self.value(having, &sources, depth)?.to_bool()? != Some(true)
            {
                continue;
            }
            found.push(Found { row: self.target_row(select, &sources, depth)?, sources });
        }
        match &select.distinct {
            None => {}
            Some(Distinct::All) => {
                let mut kept: Vec<Found> = Vec::new();
                for each in found {
                    self.step()?;
                    for (_, value) in &each.row {
                        value.clone().known()?;
                    }
                    if !kept.iter().any(|other| other.row == each.row) {
                        kept.push(each);
                    }
                }
                found = kept;
            }
            Some(Distinct::On(_)) => return Err(Unknown::because("a query with DISTINCT ON")),
        }
        Ok(found)
    }

    /// The groups of GROUP BY, each as its first row with all of them beside it; without GROUP BY there is one.
    fn groups(&self, select: &Select, joined: Vec<Sources>, outer: &Sources, depth: usize) -> Known<Vec<Sources>> {
        let mut keyed: Vec<(Vec<Value>, Vec<Sources>)> = Vec::new();
        if select.group_by.is_empty() {
            keyed.push((Vec::new(), joined));
        } else {
            for sources in joined {
                self.step()?;
                let mut key = Vec::new();
                for item in &select.group_by {
                    let GroupItem::Expr(expr) = item else { return Err(Unknown::because("grouping sets")) };
                    key.push(self.group_key(expr, select, &sources, depth)?);
                }
                match keyed.iter_mut().find(|(other, _)| *other == key) {
                    Some((_, members)) => members.push(sources),
                    None => keyed.push((key, vec![sources])),
                }
            }
        }
        let one = |(_, members): (Vec<Value>, Vec<Sources>)| {
            let mut first = members.first().cloned().unwrap_or_else(|| outer.clone());
            first.group = Some(Arc::new(members));
            first
        };
        Ok(keyed.into_iter().map(one).collect())
    }

    /// A key of GROUP BY: an expression, the number of a target, or a target's name where no column has it.
    fn group_key(&self, expr: &Expr, select: &Select, sources: &Sources, depth: usize) -> Known {
        if let ExprKind::Literal(Literal::Integer(number)) = &expr.kind {
            let target = usize::try_from(number - 1).ok().and_then(|at| select.targets.get(at));
            let target = target.ok_or_else(|| Unknown::because("GROUP BY"))?;
            return self.value(&target.value, sources, depth);
        }
        if let ExprKind::Column(reference) = &expr.kind
            && let [name] = &reference.fields[..]
            && sources.column(&[&name.text]).is_none()
            && let Some(target) =
                select.targets.iter().find(|target| target.alias.as_ref().is_some_and(|alias| alias.text == name.text))
        {
            return self.value(&target.value, sources, depth);
        }
        self.value(expr, sources, depth)
    }

    /// ORDER BY: output names and numbers before input columns. Names compare by bytes, as `name` does.
    fn sort(&self, order_by: &[SortBy], found: &mut [Found], depth: usize) -> Known<()> {
        if order_by.is_empty() || found.len() < 2 {
            return Ok(());
        }
        let mut keyed: Vec<(Vec<Value>, usize)> = Vec::new();
        for (at, each) in found.iter().enumerate() {
            let key = |sort: &SortBy| -> Known {
                if sort.using.is_some() {
                    return Err(Unknown::because("ORDER BY USING"));
                }
                match &sort.value.kind {
                    ExprKind::Literal(Literal::Integer(number)) => {
                        let column = usize::try_from(number - 1).ok().and_then(|at| each.row.get(at));
                        column
                            .map(|(_, value)| value.clone().known())
                            .unwrap_or_else(|| Err(Unknown::because("ORDER BY")))
                    }
                    ExprKind::Column(reference) if reference.fields.len() == 1 && reference.star.is_none() => {
                        let name = &reference.fields[0].text;
                        match each.row.iter().find(|(column, _)| column == name) {
                            Some((_, value)) => value.clone().known(),
                            None => self.value(&sort.value, &each.sources, depth),
                        }
                    }
                    _ => self.value(&sort.value, &each.sources, depth),
                }
            };
            keyed.push((order_by.iter().map(key).collect::<Known<Vec<_>>>()?, at));
        }
        self.sorted(order_by, &mut keyed)?;
        let places: Vec<usize> = keyed.into_iter().map(|(_, at)| at).collect();
        let mut rows: Vec<Option<ResultRow>> =
            found.iter_mut().map(|each| Some(std::mem::take(&mut each.row))).collect();
        for (each, at) in found.iter_mut().zip(places) {
            each.row = rows.get_mut(at).and_then(Option::take).unwrap_or_default();
        }
        Ok(())
    }

    /// Sorts what has keys, the earlier of equals first.
    pub(super) fn sorted<T>(&self, order_by: &[SortBy], keyed: &mut [(Vec<Value>, T)]) -> Known<()> {
        let mut failed = None;
        keyed.sort_by(|(one, _), (other, _)| {
            for ((sort, one), other) in order_by.iter().zip(one).zip(other) {
                let nulls_first = sort.nulls_first.unwrap_or(sort.descending);
                let order = match (one, other) {
                    (Value::Null, Value::Null) => Ordering::Equal,
                    (Value::Null, _) if nulls_first => Ordering::Less,
                    (Value::Null, _) => Ordering::Greater,
                    (_, Value::Null) if nulls_first => Ordering::Greater,
                    (_, Value::Null) => Ordering::Less,
                    _ => match one.compare(other) {
                        Ok(order) => {
                            let order = order.unwrap_or(Ordering::Equal);
                            if sort.descending { order.reverse() } else { order }
                        }
                        Err(why) => {
                            failed = Some(why);
                            Ordering::Equal
                        }
                    },
                };
                if order != Ordering::Equal {
                    return order;
                }
            }
            Ordering::Equal
        });
        failed.map_or(Ok(()), Err)
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
                    let columns = columns.as_ref().ok_or_else(|| Unknown::because("all columns of an outer join"))?;
                    row.extend(columns.iter().cloned());
                }
                continue;
            }
            let name = match &target.alias {
                Some(alias) => alias.text.clone(),
                None => Arc::from(crate::names::column_name(&target.value).unwrap_or_else(|| "?column?".to_owned())),
            };
            // One column that is not known leaves the others.
            let value = match self.value(&target.value, sources, depth) {
                Ok(value) => value,
                Err(why) if why.raises.is_some() => return Err(why),
                Err(why) => Value::Missing(Box::new(why)),
            };
            row.push((name, value));
        }
        Ok(row)
    }

    /// The catalogs can only be asked where everything that was done to them is known.
    pub(super) fn nothing_unknown(&self) -> Known<()> {
        let taint = self.schema.taints.find_any(&[rollproof_catalog::TaintKind::Everything], std::iter::empty());
        taint.map_or(Ok(()), |taint| Err(Unknown::because(taint.reason())))
    }

    /// A function that is the project's own, if the call means one.
    pub(super) fn own_function(&self, call: &FunctionCall) -> Option<Oid> {
        let schema = call.name.schema().map(|schema| &*schema.text);
        let found = self.schema.functions_named(schema, call.name.object().as_str());
        match found[..] {
            [only] if only.function.oid >= Oid::FIRST_USER => Some(only.function.oid),
            _ => None,
        }
    }
}

/// A row under other names.
pub(super) fn renamed(row: ResultRow, names: &[rollproof_sql::ast::Name]) -> ResultRow {
    row.into_iter()
        .enumerate()
        .map(|(at, (name, value))| (names.get(at).map_or(name, |column| column.text.clone()), value))
        .collect()
}

fn all_known(rows: Vec<ResultRow>) -> Known<Vec<ResultRow>> {
    for (_, value) in rows.iter().flatten() {
        value.clone().known()?;
    }
    Ok(rows)
}
