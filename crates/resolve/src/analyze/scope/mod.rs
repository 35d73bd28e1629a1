//! Finding names in the queries around (`parse_relation.c`).

mod column;
mod missing;
mod relation;
mod var;

use rollproof_source::TextRange;
use rollproof_sql::ast::Name;

use super::{Analyzer, DYNAMIC, EntryKind, Item, Returning};
use crate::error::{Error, ErrorKind, Failure, Result};

pub(crate) use column::{FoundColumn, system_column};
pub(crate) use relation::is_unknown;

/// What a name was found as.
#[derive(Debug, Clone)]
pub(crate) enum FoundItem {
    /// This item of the query at this depth.
    Item(usize, Item),
    /// Nothing by that name; unknown text may bring it in.
    Open,
    /// Nothing.
    Nothing,
}

impl Analyzer<'_> {
    /// `refnameNamespaceItem`: what `name` or `schema.name` qualifies.
    pub(crate) fn find_item(&mut self, schema: Option<&Name>, name: &Name, span: TextRange) -> Result<FoundItem> {
        let relation = match schema {
            None => None,
            Some(schema) => match self.relation_in(schema, name) {
                Some(oid) => Some(oid),
                None if self.levels.iter().any(|level| level.open_from) => return Ok(FoundItem::Open),
                None => return Ok(FoundItem::Nothing),
            },
        };
        for depth in (0..self.levels.len()).rev() {
            let level = &self.levels[depth];
            let mut found: Option<&Item> = None;
            for item in &level.items {
                if !item.relation_visible || (item.lateral_only && !level.lateral_active) {
                    continue;
                }
                let entry = &level.entries[item.entry];
                let fits = match relation {
                    None => *item.name == *name.text,
                    Some(oid) => {
                        item.returning == Returning::Default
                            && !entry.aliased
                            && matches!(entry.kind, EntryKind::Relation(of, _) if of == oid)
                    }
                };
                if !fits {
                    continue;
                }
                if found.is_some() && level.open_from {
                    // `FROM t, t ${"AS u"}`
                    self.note_unknown(DYNAMIC, span);
                    return Ok(FoundItem::Open);
                }
                if found.is_some() {
                    let message = format!("table reference \"{}\" is ambiguous", name.text);
                    return Err(Error::fail("42P09", message, span, ErrorKind::AmbiguousName(name.text.clone())));
                }
                check_lateral(item, span)?;
                found = Some(item);
            }
            if let Some(item) = found {
                return Ok(FoundItem::Item(depth, item.clone()));
            }
            if level.open_from {
                self.note_unknown(DYNAMIC, span);
                return Ok(FoundItem::Open);
            }
        }
        Ok(FoundItem::Nothing)
    }
}

/// `check_lateral_ref_ok`
pub(crate) fn check_lateral(item: &Item, span: TextRange) -> Result<()> {
    if !item.lateral_only || item.lateral_ok {
        return Ok(());
    }
    let message = format!("invalid reference to FROM-clause entry for table \"{}\"", item.name);
    Err(Error::fail("42P10", message, span, ErrorKind::Other))
}

/// A column name that several relations have (42702).
pub(crate) fn ambiguous_column(name: &Name, span: TextRange) -> Failure {
    let message = format!("column reference \"{}\" is ambiguous", name.text);
    Error::fail("42702", message, span, ErrorKind::AmbiguousColumn(name.text.clone()))
}
