//! FROM (`transformFromClause` of parse_clause.c): one file a kind of entry.

mod full_join;
mod function;
mod join;
mod relation;
mod sample;
mod subquery;
mod table;

pub(crate) use relation::relation_entry;
use rollproof_source::TextRange;
use rollproof_sql::ast::{Alias, FromItem, FromKind};

use super::{Analyzer, DYNAMIC, Entry, EntryColumn, EntryKind, Item};
use crate::error::{Error, ErrorKind, Failure, Result};

/// What an entry of FROM brings: the items to put into the namespace, and the one that stands for all of it.
pub(crate) struct FromResult {
    /// Items, joins' inner ones included.
    pub items: Vec<Item>,
    /// The item of the entry itself.
    pub top: Item,
}

impl FromResult {
    fn single(item: Item) -> Self {
        Self { items: vec![item.clone()], top: item }
    }
}

impl<'a> Analyzer<'a> {
    /// `transformFromClause`
    pub(crate) fn analyze_from(&mut self, from: &'a [FromItem]) -> Result<()> {
        for (at, item) in from.iter().enumerate() {
            // `FROM ${"t ORDER BY a"}, b`: after unknown text an item may be something else.
            let dynamic = self.unknown.is_some() && !self.doubtful;
            let mut result = match self.source_item(item) {
                Err(Failure::Error(_)) if dynamic && at > 0 => {
                    self.level().open_from = true;
                    continue;
                }
                other => other?,
            };
            self.check_conflicts(&self.levels[self.here()].items, &result.items)?;
            set_lateral(&mut result.items, true, true);
            self.level().items.extend(result.items);
        }
        set_lateral(&mut self.level().items, false, true);
        Ok(())
    }

    /// `transformFromClauseItem`
    pub(crate) fn source_item(&mut self, item: &'a FromItem) -> Result<FromResult> {
        self.deeper(item.span, |this| match &item.kind {
            FromKind::Relation(relation) => this.source_relation(relation),
            FromKind::Sample { relation, method, arguments, repeatable } => {
                this.source_sample(relation, method, arguments, repeatable.as_ref())
            }
            FromKind::Subquery { lateral, query, alias } => {
                this.source_subquery(*lateral, query, alias.as_ref(), item.span)
            }
            FromKind::Functions { calls, rows_from, ordinality, alias, .. } => {
                this.source_functions(calls, *rows_from, *ordinality, alias.as_ref(), item.span)
            }
            FromKind::Join(join) => this.source_join(join, item.span),
            FromKind::TableExpression { table, alias, .. } => {
                this.source_table_expression(table, alias.as_ref(), item.span)
            }
            FromKind::Hole(_) => Ok(this.source_hole(item.span)),
        })
    }

    /// Unknown text in FROM: any relations, under any names.
    pub(crate) fn source_hole(&mut self, span: TextRange) -> FromResult {
        self.note_unknown(DYNAMIC, span);
        let level = self.level();
        (level.open_from, level.open) = (true, true);
        let mut entry = Entry::new(EntryKind::Open, "".into(), Vec::new(), span);
        entry.open = true;
        let at = level.add(entry);
        FromResult::single(level.item(at, false, false))
    }

    /// `checkNameSpaceConflicts`: no two items of the same name (42712), unless they are different relations without alias.
    pub(crate) fn check_conflicts(&self, left: &[Item], right: &[Item]) -> Result<()> {
        let entries = &self.levels[self.here()].entries;
        let unaliased = |item: &Item| match &entries[item.entry] {
            Entry { kind: EntryKind::Relation(oid, _), aliased: false, .. } => Some(*oid),
            _ => None,
        };
        if self.levels.last().is_some_and(|level| level.open_from) {
            // The text may be an alias.
            return Ok(());
        }
        for one in left.iter().filter(|item| item.relation_visible) {
            for other in right.iter().filter(|item| item.relation_visible && item.name == one.name) {
                match (unaliased(one), unaliased(other)) {
                    (Some(first), Some(second)) if first != second => {}
                    _ => return Err(duplicate_table(&other.name, entries[other.entry].span)),
                }
            }
        }
        Ok(())
    }

    /// Adds an entry with its alias and makes an item of it. Without an alias its name can qualify only if `named`.
    pub(crate) fn add_entry(&mut self, mut entry: Entry, alias: Option<&Alias>, named: bool) -> Result<Item> {
        let mut visible = named;
        if let Some(alias) = alias {
            if let Some(name) = &alias.name {
                entry.name = name.text.clone();
                entry.aliased = true;
                visible = true;
            }
            rename_columns(&mut entry, alias)?;
        }
        let (open, tree) = (entry.open, entry.tree.clone());
        let level = self.level();
        level.parts.extend(tree);
        if open {
            (level.open_from, level.open) = (true, true);
        }
        let at = level.add(entry);
        Ok(level.item(at, visible, true))
    }
}

/// The alias's column names (`buildRelationAliases`, `addRangeTableEntryForSubquery`).
fn rename_columns(entry: &mut Entry, alias: &Alias) -> Result<()> {
    let mut names = alias.columns.iter();
    for column in entry.columns.iter_mut().filter(|column| !column.dropped) {
        let Some(name) = names.next() else { return Ok(()) };
        column.name = name.text.clone();
    }
    check_alias(entry, alias, entry.columns.iter().filter(|column| !column.dropped).count())
}

/// An alias names no more columns than there are (42P10).
pub(crate) fn check_alias(entry: &Entry, alias: &Alias, available: usize) -> Result<()> {
    if alias.columns.len() <= available || entry.open {
        return Ok(());
    }
    let message = format!(
        "table \"{}\" has {available} columns available but {} columns specified",
        alias.name.as_ref().map_or(&entry.name, |name| &name.text),
        alias.columns.len()
    );
    let span = alias.columns.get(available).map_or(entry.span, |name| name.span);
    Err(Error::fail("42P10", message, span, ErrorKind::ColumnCount))
}

/// `setNamespaceLateralState`
pub(crate) fn set_lateral(items: &mut [Item], only: bool, ok: bool) {
    for item in items {
        item.lateral_only = only;
        item.lateral_ok = ok;
    }
}

/// 42712
pub(crate) fn duplicate_table(name: &std::sync::Arc<str>, span: TextRange) -> Failure {
    let message = format!("table name \"{name}\" specified more than once");
    Error::fail("42712", message, span, ErrorKind::AmbiguousName(name.clone()))
}

/// Columns of a list of values, by name.
pub(crate) fn columns_of(outputs: &[super::Output]) -> Vec<EntryColumn> {
    outputs.iter().filter(|output| !output.hidden).map(super::Output::to_column).collect()
}
