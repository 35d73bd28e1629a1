//! SEARCH and CYCLE (`analyzeCTE`, `rewriteSearchAndCycle`).

use rollproof_catalog::{Oid, TypeRef};
use rollproof_sql::ast::{Cte, CteStatement, FromItem, FromKind, Name, QueryBody};

use crate::analyze::query::Parts;
use crate::analyze::{Analyzer, EntryColumn, Kind, syntax_error};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::typed::Typed;
use crate::types;

/// `record[]`, `record`, `bool`
const RECORD_ARRAY: Oid = Oid(2287);
const RECORD: Oid = Oid(2249);
const BOOLEAN: Oid = Oid(16);

impl<'a> Analyzer<'a> {
    /// The columns that SEARCH and CYCLE add.
    pub(crate) fn search_columns(&mut self, cte: &'a Cte, columns: &mut Vec<EntryColumn>) -> Result<()> {
        let mut add = |name: &Name, oid: Oid| {
            let typed = Typed::new(TypeRef::plain(oid), Oid::NONE, name.span);
            columns.push(EntryColumn::of_value(name.text.clone(), &typed));
        };
        if let Some(search) = &cte.search {
            add(&search.sequence, if search.breadth { RECORD } else { RECORD_ARRAY });
        }
        if let Some(cycle) = &cte.cycle {
            let mark = match (&cycle.mark_value, &cycle.mark_default) {
                (Some(value), Some(default)) => {
                    let value = self.expression_of(value, Kind::CycleMark)?;
                    let default = self.expression_of(default, Kind::CycleMark)?;
                    let mut values = [value.typed, default.typed];
                    let mark = types::unify(&mut self.cx, &mut values, "CYCLE", cycle.mark.span)?.oid();
                    types::require_equality(&mut self.cx, mark, cycle.mark.span)?;
                    mark
                }
                _ => BOOLEAN,
            };
            add(&cycle.mark, mark);
            add(&cycle.path, RECORD_ARRAY);
        }
        Ok(())
    }
}

/// What SEARCH and CYCLE name must be columns, and what they add must not be.
pub(crate) fn check(cte: &Cte, columns: &[EntryColumn], recursive: bool) -> Result<()> {
    if cte.search.is_none() && cte.cycle.is_none() {
        return Ok(());
    }
    let has = |name: &Name| columns.iter().any(|column| *column.name == *name.text);
    if !recursive {
        return Err(syntax_error("WITH query is not recursive", cte.name.span));
    }
    check_sides(cte)?;
    if let Some(search) = &cte.search {
        check_list("search", &search.columns, &has)?;
        if has(&search.sequence) {
            return Err(used("search sequence column", &search.sequence));
        }
    }
    if let Some(cycle) = &cte.cycle {
        check_list("cycle", &cycle.columns, &has)?;
        if has(&cycle.mark) {
            return Err(used("cycle mark column", &cycle.mark));
        }
        if has(&cycle.path) {
            return Err(used("cycle path column", &cycle.path));
        }
        if cycle.mark.text == cycle.path.text {
            let message = "cycle mark column name and cycle path column name are the same";
            return Err(syntax_error(message, cycle.path.span));
        }
    }
    if let (Some(search), Some(cycle)) = (&cte.search, &cte.cycle) {
        if search.sequence.text == cycle.mark.text {
            let message = "search sequence column name and cycle mark column name are the same";
            return Err(syntax_error(message, search.sequence.span));
        }
        if search.sequence.text == cycle.path.text {
            let message = "search sequence column name and cycle path column name are the same";
            return Err(syntax_error(message, search.sequence.span));
        }
    }
    Ok(())
}

/// Both sides of the UNION are a SELECT each, and the recursive one names the CTE itself.
fn check_sides(cte: &Cte) -> Result<()> {
    let CteStatement::Query(query) = &cte.statement else { return Ok(()) };
    let parts = Parts::of(query)?;
    let QueryBody::SetOperation(operation) = parts.body else { return Ok(()) };
    for (side, which) in [(&operation.left, "left"), (&operation.right, "right")] {
        let inner = Parts::of_body(side, operation.span)?;
        if matches!(inner.body, QueryBody::SetOperation(_)) && inner.is_bare() {
            let message = format!("with a SEARCH or CYCLE clause, the {which} side of the UNION must be a SELECT");
            let code = if which == "left" { "0A000" } else { "42601" };
            return Err(Error::fail(code, message, cte.name.span, ErrorKind::Other));
        }
    }
    let right = Parts::of_body(&operation.right, operation.span)?;
    let direct = match right.body {
        QueryBody::Select(select) => select.from.iter().any(|item| names(item, cte)),
        QueryBody::Table(relation) => relation.name.object().text == cte.name.text,
        _ => false,
    };
    let hidden = right.with.is_some_and(|with| with.ctes.iter().any(|inner| inner.name.text == cte.name.text));
    if direct && !hidden {
        return Ok(());
    }
    let message = format!(
        "with a SEARCH or CYCLE clause, the recursive reference to WITH query \"{}\" must be at the top level of its right-hand SELECT",
        cte.name.text
    );
    Err(crate::analyze::unsupported(message, cte.name.span))
}

/// Whether an entry of FROM is the CTE, or a join with it.
fn names(item: &FromItem, cte: &Cte) -> bool {
    let mut pending = vec![item];
    while let Some(item) = pending.pop() {
        match &item.kind {
            FromKind::Relation(relation)
                if relation.name.parts.len() == 1 && relation.name.object().text == cte.name.text =>
            {
                return true;
            }
            FromKind::Join(join) => pending.extend([&join.left, &join.right]),
            _ => {}
        }
    }
    false
}

fn check_list(what: &str, names: &[Name], has: &dyn Fn(&Name) -> bool) -> Result<()> {
    for (at, name) in names.iter().enumerate() {
        if !has(name) {
            let message = format!("{what} column \"{}\" not in WITH query column list", name.text);
            return Err(syntax_error(message, name.span));
        }
        if names[..at].iter().any(|other| other.text == name.text) {
            let message = format!("{what} column \"{}\" specified more than once", name.text);
            return Err(Error::fail("42701", message, name.span, ErrorKind::AmbiguousColumn(name.text.clone())));
        }
    }
    Ok(())
}

fn used(what: &str, name: &Name) -> Failure {
    syntax_error(format!("{what} name \"{}\" already used in WITH query column list", name.text), name.span)
}
