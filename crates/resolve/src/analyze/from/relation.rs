//! Relations and CTEs in FROM (`transformTableEntry`, `addRangeTableEntry`, `addRangeTableEntryForCTE`).

use rollproof_catalog::{ColumnId, Relation};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Alias, RelationRef};

use super::{FromResult, check_alias};
use crate::analyze::{Analyzer, DYNAMIC, Entry, EntryColumn, EntryKind, Item, Node, Tag, unsupported};
use crate::error::{Failure, Result};
use crate::resolution::Role;

impl<'a> Analyzer<'a> {
    /// A relation's or CTE's name in FROM.
    pub(crate) fn source_relation(&mut self, reference: &'a RelationRef) -> Result<FromResult> {
        if reference.name.parts.len() == 1
            && let Some((depth, at)) = self.find_cte(&reference.name.object().text)
        {
            return Ok(FromResult::single(self.cte_item(depth, at, reference)?));
        }
        let relation = self.open_relation(&reference.name, Role::Read)?;
        self.read_of(relation.oid, reference.name.span);
        let item = self.relation_item(relation, reference.alias.as_ref(), reference.name.span)?;
        Ok(FromResult::single(item))
    }

    /// `addRangeTableEntryForRelation`
    pub(crate) fn relation_item(
        &mut self,
        relation: &'a Relation,
        alias: Option<&Alias>,
        span: TextRange,
    ) -> Result<Item> {
        let mut entry = relation_entry(relation, span);
        entry.tree = Some(Node::new(Tag::Relation(relation.oid), Vec::new(), span));
        self.add_entry(entry, alias, true)
    }

    /// A CTE by name, from the innermost query outwards (`scanNameSpaceForCTE`).
    pub(crate) fn find_cte(&self, name: &str) -> Option<(usize, usize)> {
        self.levels.iter().enumerate().rev().find_map(|(depth, level)| {
            let at = level.ctes.iter().position(|cte| &*cte.name == name)?;
            Some((depth, at))
        })
    }

    fn cte_item(&mut self, depth: usize, at: usize, reference: &RelationRef) -> Result<Item> {
        let cte = &self.levels[depth].ctes[at];
        let span = reference.name.span;
        if cte.returning == Some(false) && cte.written.open {
            return Err(Failure::unknown(DYNAMIC, span));
        }
        if cte.returning == Some(false) {
            let message = format!("WITH query \"{}\" does not have a RETURNING clause", cte.name);
            return Err(unsupported(message, span));
        }
        let in_progress = cte.in_progress;
        let mut entry = Entry::new(EntryKind::Cte, cte.name.clone(), cte.columns.clone(), span);
        entry.open = cte.open;
        let added = cte.written.search.iter().count() + 2 * cte.written.cycle.iter().count();
        let position = std::sync::Arc::from(format!("{depth}:{at}"));
        entry.tree = Some(Node::new(Tag::Field(position), Vec::new(), span));
        if let Some(alias) = &reference.alias {
            // Its own columns alone get names by position.
            let own = entry.columns.len().saturating_sub(added);
            check_alias(&entry, alias, own)?;
        }
        let mut item = self.add_entry(entry, reference.alias.as_ref(), true)?;
        self.level().self_reference |= in_progress;
        if in_progress {
            // The recursive term's `*` leaves out what SEARCH and CYCLE add.
            let columns = std::rc::Rc::make_mut(&mut item.columns);
            columns.iter_mut().rev().take(added).for_each(|column| column.hidden = true);
        }
        Ok(item)
    }
}

/// A relation as an entry of a range table, dropped columns kept for their numbers.
pub(crate) fn relation_entry(relation: &Relation, span: TextRange) -> Entry {
    let columns = relation.columns.iter().map(|column| EntryColumn {
        name: column.name.clone(),
        data_type: column.data_type,
        collation: column.collation,
        nullable: !column.not_null,
        origin: Some(ColumnId { relation: relation.oid, number: column.number }),
        dropped: column.dropped,
        record: None,
        merged: None,
        field_of: None,
    });
    Entry::new(EntryKind::Relation(relation.oid, relation.kind), relation.name.clone(), columns.collect(), span)
}
