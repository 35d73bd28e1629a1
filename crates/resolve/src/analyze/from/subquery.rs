//! Queries in FROM (`transformRangeSubselect`).

use rollproof_source::TextRange;
use rollproof_sql::ast::{Alias, Query, QueryBody};

use super::{FromResult, columns_of};
use crate::analyze::{Analyzer, Entry, EntryKind, Kind, Level, syntax_error};
use crate::error::Result;

impl<'a> Analyzer<'a> {
    /// A query in FROM.
    pub(crate) fn source_subquery(
        &mut self,
        lateral: bool,
        query: &'a Query,
        alias: Option<&'a Alias>,
        span: TextRange,
    ) -> Result<FromResult> {
        if alias.is_none() && self.version() < 16 {
            let what = if matches!(query.body, QueryBody::Values(_)) { "VALUES" } else { "subquery" };
            return Err(syntax_error(format!("{what} in FROM must have an alias"), span));
        }
        let locked = alias.and_then(|alias| alias.name.as_ref()).is_some_and(|name| self.is_locked(&name.text));
        self.level().lateral_active = lateral;
        let level = Level { locked, ..Level::default() };
        let rows = self.standing(Kind::FromSubselect, |this| {
            this.inside(level, |this| {
                let rows = this.query(query)?;
                this.settle_unknowns(rows)
            })
        });
        self.level().lateral_active = false;
        let rows = rows?;
        let mut entry = Entry::new(EntryKind::Subquery, "unnamed_subquery".into(), columns_of(&rows.outputs), span);
        entry.open = rows.open;
        entry.obstacle = rows.obstacle;
        entry.tree = Some(rows.tree);
        Ok(FromResult::single(self.add_entry(entry, alias, false)?))
    }
}
