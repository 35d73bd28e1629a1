//! RETURNING (`transformReturningClause`).

use std::sync::Arc;

use rollproof_source::TextRange;
use rollproof_sql::ast::{Name, Returning as Clause};

use super::TargetRelation;
use crate::analyze::from::duplicate_table;
use crate::analyze::{Analyzer, Item, Kind, Node, Returning, Rows, Tag, syntax_error};
use crate::error::Result;

impl<'a> Analyzer<'a> {
    /// The rows that a statement returns; none without RETURNING.
    pub(crate) fn returning(
        &mut self,
        clause: Option<&'a Clause>,
        target: Option<&TargetRelation<'a>>,
        span: TextRange,
        kind: Kind,
    ) -> Result<Rows> {
        let Some(clause) = clause else {
            let parts = std::mem::take(&mut self.level().parts);
            return Ok(Rows {
                outputs: Vec::new(),
                tree: Node::new(Tag::Query(false), parts, span),
                open: false,
                obstacle: None,
            });
        };
        let known = self.level().items.len();
        if let Some(target) = target {
            self.old_and_new(clause, target)?;
        }
        let outputs = self.target_list(&clause.targets, kind)?;
        self.level().items.truncate(known);
        if outputs.is_empty() && !self.level().open_targets {
            let message = "RETURNING must have at least one column";
            return Err(syntax_error(message, clause.targets.first().map_or(span, |target| target.value.span)));
        }
        let rows = self.finish_rows(outputs, Vec::new(), span);
        self.settle_unknowns(rows)
    }

    /// `OLD` and `NEW` of PostgreSQL 18, unless something else has those names.
    fn old_and_new(&mut self, clause: &'a Clause, target: &TargetRelation<'a>) -> Result<()> {
        if self.version() < 18 {
            return Ok(());
        }
        for (alias, default, returning) in
            [(&clause.old_alias, "old", Returning::Old), (&clause.new_alias, "new", Returning::New)]
        {
            let name: Arc<str> = match alias {
                Some(alias) => {
                    self.check_alias(alias)?;
                    alias.text.clone()
                }
                None if self.level().items.iter().any(|item| item.relation_visible && &*item.name == default) => {
                    continue;
                }
                None => default.into(),
            };
            let item = Item { name, relation_visible: true, columns_visible: false, returning, ..target.item.clone() };
            self.level().items.push(item);
        }
        Ok(())
    }

    fn check_alias(&mut self, alias: &Name) -> Result<()> {
        let taken = self.level().items.iter().any(|item| item.relation_visible && item.name == alias.text);
        if taken { Err(duplicate_table(&alias.text, alias.span)) } else { Ok(()) }
    }
}
