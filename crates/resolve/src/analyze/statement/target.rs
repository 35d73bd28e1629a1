//! The relation that a statement writes (`setTargetTable`).

use rollproof_catalog::Relation;
use rollproof_source::TextRange;
use rollproof_sql::ast::RelationRef;

use crate::analyze::from::relation_entry;
use crate::analyze::{Analyzer, Item, Node, Tag};
use crate::error::Result;
use crate::resolution::Role;

/// The relation that is written.
#[derive(Debug, Clone)]
pub(crate) struct TargetRelation<'a> {
    /// The relation.
    pub relation: &'a Relation,
    /// Its item, not in the namespace yet.
    pub item: Item,
    /// Its name in the statement.
    pub span: TextRange,
}

impl<'a> Analyzer<'a> {
    /// Opens the relation and gives it an entry.
    pub(crate) fn target_relation(&mut self, reference: &'a RelationRef) -> Result<TargetRelation<'a>> {
        let span = reference.name.span;
        let relation = self.open_relation(&reference.name, Role::Write)?;
        let mut entry = relation_entry(relation, span);
        entry.in_from = false;
        entry.tree = Some(Node::new(Tag::Relation(relation.oid), Vec::new(), span));
        let item = self.add_entry(entry, reference.alias.as_ref(), true)?;
        self.level().target = Some(item.entry);
        Ok(TargetRelation { relation, item, span })
    }
}
