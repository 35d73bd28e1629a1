//! Joins (`transformFromClauseItem`'s JoinExpr, `buildMergedJoinVar`, `transformJoinUsingClause`).

use std::rc::Rc;
use std::sync::Arc;

use rollproof_source::TextRange;
use rollproof_sql::ast::{Alias, FromKind, Join, JoinCondition, JoinKind, Name, OperatorName};

use super::{FromResult, duplicate_table, set_lateral};
use crate::analyze::level::ItemColumn;
use crate::analyze::{
    Analyzer, Entry, EntryColumn, EntryKind, Expression, Item, Kind, Node, Returning, Tag, Tree, Var,
};
use crate::error::{Error, ErrorKind, Result};
use crate::resolution::MergedJoin;
use crate::types;

/// A join being put together: what its item makes visible, and the columns that are its own.
#[derive(Default)]
struct Merged {
    columns: Vec<ItemColumn>,
    own: Vec<EntryColumn>,
}

/// `MaxAttrNumber`
const MOST_COLUMNS: usize = 32_767;

impl<'a> Analyzer<'a> {
    /// A join, and those on its left side, from the innermost on: a chain of them is as deep as it is long.
    pub(crate) fn source_join(&mut self, join: &'a Join, span: TextRange) -> Result<FromResult> {
        let mut chain = vec![(join, span)];
        let mut first = &join.left;
        while let FromKind::Join(inner) = &first.kind {
            chain.push((inner, first.span));
            first = &inner.left;
        }
        let mut left = self.source_item(first)?;
        for (join, span) in chain.into_iter().rev() {
            left = self.join_onto(left, join, span)?;
        }
        Ok(left)
    }

    fn join_onto(&mut self, mut left: FromResult, join: &'a Join, span: TextRange) -> Result<FromResult> {
        set_lateral(&mut left.items, true, matches!(join.kind, JoinKind::Inner | JoinKind::Left));
        let visible = self.level().items.len();
        self.level().items.extend(left.items.iter().cloned());
        let right = self.source_item(&join.right);
        self.level().items.truncate(visible);
        let right = right?;
        self.check_conflicts(&left.items, &right.items)?;
        let (left_entries, right_entries) = (self.entries_of(&left), self.entries_of(&right));
        let mut inner: Vec<Item> = left.items.iter().chain(&right.items).cloned().collect();

        let using = self.merged_names(join, &left.top, &right.top)?;
        let entry_number = self.level().entries.len();
        let mut merged = self.merge_columns(join, &using, (&left.top, &right.top), entry_number, span)?;
        let merged_count = merged.columns.len();
        append_rest(&mut merged.columns, &left.top, &using);
        append_rest(&mut merged.columns, &right.top, &using);
        if let JoinCondition::On(condition) = &join.condition {
            let tree = self.join_condition(condition, &inner)?;
            // The text may go on with another join.
            self.level().open_from |= crate::walk::ends_open(condition);
            if join.kind == JoinKind::Full {
                self.check_full_join(&tree, &left_entries, &right_entries, condition.span);
            }
        }
        if merged.columns.len() > MOST_COLUMNS {
            let message = format!("joins can have at most {MOST_COLUMNS} columns");
            return Err(Error::fail("54000", message, span, ErrorKind::Other));
        }
        self.note_nulled(join.kind, &left_entries, &right_entries);

        let top = self.add_join(join, merged.clone_columns(), merged.own, span)?;
        let level = self.level();
        let open = left_entries.iter().chain(&right_entries).any(|entry| level.entries[*entry].open);
        level.entries[top.entry].open |= open;
        let items = if join.alias.is_some() {
            vec![top.clone()]
        } else {
            for item in &mut inner {
                item.columns_visible = false;
                if !item.relation_visible {
                    // A join without a name inside of another: a thousand of them would keep each other's columns.
                    item.columns = std::rc::Rc::default();
                }
            }
            if let JoinCondition::Using(_, Some(alias)) = &join.condition {
                inner.push(self.using_alias(alias, &top, merged_count, &inner)?);
            }
            inner.push(top.clone());
            inner
        };
        Ok(FromResult { items, top })
    }

    /// The names of NATURAL or USING, each checked on both sides.
    fn merged_names(&mut self, join: &'a Join, left: &Item, right: &Item) -> Result<Vec<Name>> {
        let depth = self.here();
        match &join.condition {
            JoinCondition::Natural => {
                for item in [left, right] {
                    self.note_whole_item(depth, item);
                }
                let span = join.right.span;
                let shared = left.columns.iter().filter(|column| !column.dropped);
                let shared = shared.filter(|column| right.columns.iter().any(|o| !o.dropped && o.name == column.name));
                Ok(shared.map(|column| Name { text: column.name.clone(), span }).collect())
            }
            JoinCondition::Using(names, _) => {
                for (at, name) in names.iter().enumerate() {
                    // Names before it are looked up first.
                    if names[..at].iter().any(|other| other.text == name.text) {
                        for before in &names[..at] {
                            self.using_column(left, before, "left")?;
                            self.using_column(right, before, "right")?;
                        }
                        let message = format!("column name \"{}\" appears more than once in USING clause", name.text);
                        let kind = ErrorKind::AmbiguousColumn(name.text.clone());
                        return Err(Error::fail("42701", message, name.span, kind));
                    }
                }
                Ok(names.clone())
            }
            JoinCondition::None | JoinCondition::On(_) => Ok(Vec::new()),
        }
    }

    /// All columns of an item matter: adding one would change the statement's meaning.
    pub(crate) fn note_whole_item(&mut self, depth: usize, item: &Item) {
        for column in item.columns.iter() {
            if let EntryKind::Relation(oid, _) | EntryKind::Excluded(oid) =
                self.levels[depth].entries[column.entry].kind
            {
                self.cx.lookups.whole_relations.insert(oid);
            }
        }
        if let EntryKind::Relation(oid, _) = self.levels[depth].entries[item.entry].kind {
            self.cx.lookups.whole_relations.insert(oid);
        }
    }

    /// The merged columns of USING or NATURAL, and their equalities.
    fn merge_columns(
        &mut self,
        join: &'a Join,
        names: &[Name],
        (left, right): (&Item, &Item),
        entry: usize,
        span: TextRange,
    ) -> Result<Merged> {
        let mut merged = Merged::default();
        let mut note = MergedJoin {
            natural: matches!(join.condition, JoinCondition::Natural),
            columns: Vec::new(),
            span: join.right.span,
        };
        let mut found = Vec::new();
        for name in names {
            let Some(from_left) = self.using_column(left, name, "left")? else { continue };
            let Some(from_right) = self.using_column(right, name, "right")? else { continue };
            let origins = (self.item_origin(&from_left), self.item_origin(&from_right));
            note.columns.push((name.text.clone(), origins.0, origins.1));
            found.push((name, from_left, from_right));
        }
        for (name, from_left, from_right) in found {
            let one = self.item_value(&from_left, name.span)?;
            let other = self.item_value(&from_right, name.span)?;
            self.using_equality(&one, &other, name)?;
            self.merge_column(join.kind, name, (from_left, one), (from_right, other), entry, span, &mut merged)?;
        }
        if matches!(join.condition, JoinCondition::Natural | JoinCondition::Using(..)) {
            self.out.merges.push(note);
        }
        Ok(merged)
    }

    /// A column of one side by name.
    fn using_column(&mut self, side: &Item, name: &Name, which: &str) -> Result<Option<ItemColumn>> {
        let depth = self.here();
        let mut found: Option<&ItemColumn> = None;
        for column in side.columns.iter().filter(|column| !column.dropped && *column.name == *name.text) {
            if found.is_some() {
                let message = format!("common column name \"{}\" appears more than once in {which} table", name.text);
                let kind = ErrorKind::AmbiguousColumn(name.text.clone());
                return Err(Error::fail("42702", message, name.span, kind));
            }
            found = Some(column);
        }
        let entries = &self.levels[depth].entries;
        if let EntryKind::Relation(oid, _) = entries[side.entry].kind {
            self.cx.lookups.column_names.insert((oid, name.text.clone()));
        }
        let open = entries[side.entry].open || (entries[side.entry].kind == EntryKind::Join && self.level().open_from);
        match found {
            Some(column) => {
                let place = super::super::scope::FoundColumn { entry: column.entry, attribute: column.attribute };
                if !name.span.is_empty() {
                    self.bind_column(depth, place, name.span, Some(name));
                }
                Ok(Some(column.clone()))
            }
            None if open => Ok(None),
            None => {
                let message =
                    format!("column \"{}\" specified in USING clause does not exist in {which} table", name.text);
                let kind = ErrorKind::MissingColumn { table: Some(side.name.clone()), name: name.text.clone() };
                Err(Error::fail("42703", message, name.span, kind))
            }
        }
    }

    fn item_origin(&self, column: &ItemColumn) -> Option<rollproof_catalog::ColumnId> {
        let place = super::super::scope::FoundColumn { entry: column.entry, attribute: column.attribute };
        self.origin(self.here(), place)
    }

    /// The column of an item as a value.
    pub(crate) fn item_value(&mut self, column: &ItemColumn, span: TextRange) -> Result<Expression> {
        let var = Var { depth: self.here(), entry: column.entry, attribute: column.attribute };
        self.var_expression(var, Returning::Default, span)
    }

    fn using_equality(&mut self, left: &Expression, right: &Expression, name: &Name) -> Result<()> {
        let operator = OperatorName { schema: None, symbol: "=".into(), span: name.span };
        let (mut one, mut other) = (left.typed.clone(), right.typed.clone());
        let result = types::make_op(&mut self.cx, &operator, Some(&mut one), &mut other);
        if let Some(mut equal) = self.tolerate(result)? {
            types::coerce_to_boolean(&mut self.cx, &mut equal, "JOIN/USING")?;
        }
        Ok(())
    }

    /// `buildMergedJoinVar`: one side's column where it is of the common type, else a column of the join's own.
    #[allow(clippy::too_many_arguments)]
    fn merge_column(
        &mut self,
        kind: JoinKind,
        name: &Name,
        (left_column, left): (ItemColumn, Expression),
        (right_column, right): (ItemColumn, Expression),
        entry: usize,
        span: TextRange,
        merged: &mut Merged,
    ) -> Result<()> {
        let both = [&left.typed, &right.typed];
        let common = types::select_common_type(&mut self.cx, &both, "JOIN/USING");
        let Some(common) = self.tolerate(common)? else {
            let column = if right.typed.oid().is_none() { right_column } else { left_column };
            merged.columns.push(ItemColumn { name: name.text.clone(), hidden: false, ..column });
            return Ok(());
        };
        let modifier = types::select_common_typmod(&both, common);
        let fits = |value: &Expression| {
            value.typed.data_type.oid == common && (modifier == value.typed.data_type.modifier || modifier < 0)
        };
        let (left_fits, right_fits) = (fits(&left), fits(&right));
        let taken = match kind {
            JoinKind::Inner if left_fits => Some(&left_column),
            JoinKind::Inner if right_fits => Some(&right_column),
            JoinKind::Left if left_fits => Some(&left_column),
            JoinKind::Right if right_fits => Some(&right_column),
            _ => None,
        };
        if let Some(column) = taken {
            merged.columns.push(ItemColumn { name: name.text.clone(), hidden: false, ..column.clone() });
            return Ok(());
        }
        let mut typed = left.typed.clone();
        types::coerce_to_common_type(&mut self.cx, &mut typed, common, "JOIN/USING")?;
        typed.data_type = rollproof_catalog::TypeRef { oid: common, modifier };
        typed.nullable = match kind {
            JoinKind::Inner => left.typed.nullable && right.typed.nullable,
            JoinKind::Left => left.typed.nullable,
            JoinKind::Right => right.typed.nullable,
            JoinKind::Full => left.typed.nullable || right.typed.nullable,
        };
        let children = match kind {
            JoinKind::Left => vec![left.tree],
            JoinKind::Right => vec![right.tree],
            _ => vec![left.tree, right.tree],
        };
        let mut own = EntryColumn::of_value(name.text.clone(), &typed);
        own.merged = Some(Node::new(Tag::Construct("merged"), children, span));
        merged.own.push(own);
        merged.columns.push(ItemColumn {
            name: name.text.clone(),
            entry,
            attribute: i16::try_from(merged.own.len()).unwrap_or(i16::MAX),
            dropped: false,
            hidden: false,
        });
        Ok(())
    }

    /// `transformJoinOnClause`: the condition sees the two sides only.
    fn join_condition(&mut self, condition: &'a rollproof_sql::ast::Expr, inner: &[Item]) -> Result<Tree> {
        let mut items = inner.to_vec();
        set_lateral(&mut items, false, true);
        let saved = std::mem::replace(&mut self.level().items, items);
        let result = self.condition(condition, Kind::JoinOn, "JOIN/ON");
        self.level().items = saved;
        let part = result?.tree;
        self.level().parts.push(part.clone());
        Ok(part)
    }

    /// Entries below an item.
    fn entries_of(&self, side: &FromResult) -> Vec<usize> {
        side.items.iter().map(|item| item.entry).chain(side.top.columns.iter().map(|column| column.entry)).collect()
    }

    fn note_nulled(&mut self, kind: JoinKind, left: &[usize], right: &[usize]) {
        let level = self.level();
        if matches!(kind, JoinKind::Left | JoinKind::Full) {
            right.iter().for_each(|at| level.entries[*at].nulled = true);
        }
        if matches!(kind, JoinKind::Right | JoinKind::Full) {
            left.iter().for_each(|at| level.entries[*at].nulled = true);
        }
    }

    /// `addRangeTableEntryForJoin`
    fn add_join(
        &mut self,
        join: &Join,
        mut columns: Vec<ItemColumn>,
        own: Vec<EntryColumn>,
        span: TextRange,
    ) -> Result<Item> {
        let mut entry = Entry::new(EntryKind::Join, "unnamed_join".into(), own, span);
        let alias: Option<&Alias> = join.alias.as_ref();
        if let Some(alias) = alias {
            if let Some(name) = &alias.name {
                entry.name = name.text.clone();
                entry.aliased = true;
            }
            if alias.columns.len() > columns.len() && !self.level().open_from {
                let message = format!(
                    "join expression \"{}\" has {} columns available but {} columns specified",
                    entry.name,
                    columns.len(),
                    alias.columns.len()
                );
                return Err(Error::fail("42P10", message, span, ErrorKind::ColumnCount));
            }
            for (column, name) in columns.iter_mut().zip(&alias.columns) {
                column.name = name.text.clone();
            }
        }
        let (name, aliased) = (entry.name.clone(), entry.aliased);
        let tag = Tag::Operator(Arc::from(format!("join {:?}", join.kind)));
        let level = self.level();
        level.parts.push(Node::new(tag, Vec::new(), span));
        let at = level.add(entry);
        let mut item = level.item(at, aliased, true);
        (item.name, item.columns) = (name, Rc::new(columns));
        Ok(item)
    }

    /// `JOIN … USING (…) AS alias`: the merged columns under a name.
    fn using_alias(&mut self, alias: &Name, top: &Item, merged: usize, inner: &[Item]) -> Result<Item> {
        if inner.iter().any(|item| item.relation_visible && item.name == alias.text) {
            return Err(duplicate_table(&alias.text, alias.span));
        }
        let columns = top.columns.iter().take(merged).cloned().collect();
        Ok(Item {
            name: alias.text.clone(),
            columns: Rc::new(columns),
            relation_visible: true,
            columns_visible: false,
            ..top.clone()
        })
    }
}

impl Merged {
    fn clone_columns(&mut self) -> Vec<ItemColumn> {
        std::mem::take(&mut self.columns)
    }
}

/// A side's columns that were not merged (`extractRemainingColumns`).
fn append_rest(columns: &mut Vec<ItemColumn>, side: &Item, merged: &[Name]) {
    let rest = side.columns.iter().filter(|column| !column.dropped);
    columns.extend(rest.filter(|column| !merged.iter().any(|name| *name.text == *column.name)).cloned());
}
