//! Columns by name.

use rollproof_catalog::{Oid, RelationKind, TypeRef};
use rollproof_source::TextRange;
use rollproof_sql::ast::Name;

use super::{ambiguous_column, check_lateral};
use crate::analyze::{Analyzer, DYNAMIC, EntryKind, Expression, Item, Kind, Returning, Var};
use crate::error::{Error, ErrorKind, Result};
use crate::resolution::Capture;

/// Where a column was found: an entry and its number there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FoundColumn {
    /// The entry, of joins the one below.
    pub entry: usize,
    /// The number.
    pub attribute: i16,
}

/// A system column: its number, type and whether it may be null (`SysAtt` of heap.c).
pub(crate) fn system_column(name: &str) -> Option<(i16, TypeRef)> {
    Some(match name {
        "ctid" => (-1, TypeRef::plain(Oid(27))),
        "xmin" => (-2, TypeRef::plain(Oid(28))),
        "cmin" => (-3, TypeRef::plain(Oid(29))),
        "xmax" => (-4, TypeRef::plain(Oid(28))),
        "cmax" => (-5, TypeRef::plain(Oid(29))),
        "tableoid" => (-6, TypeRef::plain(Oid(26))),
        _ => return None,
    })
}

impl Analyzer<'_> {
    /// `colNameToVar`: a name without qualifier. `local` looks at the innermost query only.
    pub(crate) fn column_by_name(&mut self, name: &Name, local: bool, span: TextRange) -> Result<Option<Expression>> {
        let here = self.here();
        for depth in (0..self.levels.len()).rev() {
            if local && depth != here {
                break;
            }
            let mut found: Option<(FoundColumn, Returning)> = None;
            for at in 0..self.levels[depth].items.len() {
                let level = &self.levels[depth];
                let item = &level.items[at];
                if !item.columns_visible || (item.lateral_only && !level.lateral_active) {
                    continue;
                }
                let (item_returning, item) = (item.returning, item.clone());
                let Some(column) = self.column_of_item(depth, &item, name, span)? else { continue };
                if found.is_some() {
                    return Err(ambiguous_column(name, span));
                }
                check_lateral(&item, span)?;
                found = Some((column, item_returning));
            }
            let open = self.levels[depth].open_from;
            if open {
                self.note_unknown(DYNAMIC, span);
            }
            if let Some((column, returning)) = found {
                let mut value = self.var(depth, column, returning, span)?;
                self.bind_column(depth, column, span, Some(name));
                self.note_capture(depth, column, span, false);
                if returning != Returning::Default {
                    value.typed.nullable = true;
                }
                return Ok(Some(value));
            }
            if open {
                return Ok(Some(Expression::open(Vec::new(), span)));
            }
        }
        Ok(None)
    }

    /// A name found in an outer query, if it was.
    pub(crate) fn note_capture(&mut self, depth: usize, column: FoundColumn, span: TextRange, qualified: bool) {
        let levels = self.here().saturating_sub(depth) as u32;
        if levels > 0 {
            let column = self.origin(depth, column);
            self.out.captures.push(Capture { span, levels, column, qualified });
        }
    }

    /// `scanNSItemForColumn`: a column of this item by name, system columns of relations included.
    pub(crate) fn column_of_item(
        &mut self,
        depth: usize,
        item: &Item,
        name: &Name,
        span: TextRange,
    ) -> Result<Option<FoundColumn>> {
        let mut found = None;
        for column in item.columns.iter() {
            if !column.dropped && *column.name == *name.text {
                if found.is_some() {
                    return Err(ambiguous_column(name, span));
                }
                found = Some(FoundColumn { entry: column.entry, attribute: column.attribute });
            }
        }
        if let EntryKind::Relation(oid, kind) = self.levels[depth].entries[item.entry].kind {
            self.cx.lookups.column_names.insert((oid, name.text.clone()));
            if found.is_none() && item.entry_is_relation(depth, self) {
                return self.system_column_of(item.entry, oid, kind, name, span);
            }
        }
        Ok(found)
    }

    /// A system column of a relation, where the place allows one.
    fn system_column_of(
        &self,
        entry: usize,
        _relation: Oid,
        kind: RelationKind,
        name: &Name,
        span: TextRange,
    ) -> Result<Option<FoundColumn>> {
        if matches!(kind, RelationKind::View | RelationKind::Composite) {
            return Ok(None);
        }
        let Some((attribute, _)) = system_column(&name.text) else { return Ok(None) };
        let tableoid = attribute == -6;
        let message = match self.levels.last().map(|level| level.kind) {
            Some(Kind::CheckConstraint) if !tableoid => {
                format!("system column \"{}\" reference in check constraint is invalid", name.text)
            }
            Some(Kind::GeneratedColumn) if !tableoid => {
                format!("cannot use system column \"{}\" in column generation expression", name.text)
            }
            Some(Kind::MergeWhen) if !tableoid => {
                format!("cannot use system column \"{}\" in MERGE WHEN condition", name.text)
            }
            _ => return Ok(Some(FoundColumn { entry, attribute })),
        };
        Err(Error::fail("42P10", message, span, ErrorKind::Other))
    }

    /// The column as an expression. Joins' merged columns come as what they are made of.
    pub(crate) fn var(
        &mut self,
        depth: usize,
        column: FoundColumn,
        returning: Returning,
        span: TextRange,
    ) -> Result<Expression> {
        let var = Var { depth, entry: column.entry, attribute: column.attribute };
        self.var_expression(var, returning, span)
    }
}

impl Item {
    /// Whether this is the relation itself, not a join's item or a JOIN USING alias that only borrows its entry.
    fn entry_is_relation(&self, depth: usize, analyzer: &Analyzer<'_>) -> bool {
        matches!(analyzer.levels[depth].entries[self.entry].kind, EntryKind::Relation(..))
    }
}
