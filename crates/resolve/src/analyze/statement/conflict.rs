//! ON CONFLICT (`transformOnConflictClause`, `transformOnConflictArbiter`).

use rollproof_catalog::{Oid, RelationKind, Schema};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Arbiter, ConflictUpdate, OnConflict};

use super::TargetRelation;
use crate::analyze::{Analyzer, EntryKind, Item, Kind, syntax_error, unsupported};
use crate::error::Result;
use crate::resolution::{Write, WriteAction};

impl<'a> Analyzer<'a> {
    /// ON CONFLICT
    pub(crate) fn on_conflict(&mut self, conflict: &'a OnConflict, target: &TargetRelation<'a>) -> Result<()> {
        let relation = target.relation;
        if conflict.arbiter.is_none() && (conflict.update.is_some() || conflict.select) {
            let what = if conflict.select { "DO SELECT" } else { "DO UPDATE" };
            let message = format!("ON CONFLICT {what} requires inference specification or constraint name");
            return Err(syntax_error(message, conflict.span));
        }
        if relation.namespace == Schema::PG_CATALOG && relation.oid < Oid::FIRST_USER {
            let message = "ON CONFLICT is not supported with system catalog tables";
            return Err(unsupported(message, conflict.span));
        }
        self.level().items = vec![Item { relation_visible: true, ..target.item.clone() }];
        let arbiter = match &conflict.arbiter {
            Some(Arbiter::Inference { elements, predicate, span }) => {
                Some(self.inference(elements, predicate.as_ref(), *span, target)?)
            }
            Some(Arbiter::Constraint(name)) => Some(self.named_constraint(name, target)?),
            None => None,
        };
        let ruled = |rule: &&std::sync::Arc<rollproof_catalog::Rule>| {
            matches!(&*rule.event, "insert" | "update") && !matches!(rule.enabled, 'D' | 'R')
        };
        if relation.rules.iter().any(|rule| ruled(&rule)) {
            let message = "INSERT with ON CONFLICT clause cannot be used with table that has INSERT or UPDATE rules";
            self.refuse_later(Err(unsupported(message, conflict.span)))?;
        }
        if let Some(update) = &conflict.update {
            self.conflict_update(update, target, conflict.span)?;
        }
        if let Some(arbiter) = arbiter {
            let found = self.check_arbiter(arbiter, target, conflict);
            self.refuse_later(found)?;
        }
        Ok(())
    }

    /// DO UPDATE: `excluded` is the row that was to be inserted.
    fn conflict_update(
        &mut self,
        update: &'a ConflictUpdate,
        target: &TargetRelation<'a>,
        span: TextRange,
    ) -> Result<()> {
        let mut entry = self.level().entries[target.item.entry].clone();
        entry.kind = EntryKind::Excluded(target.relation.oid);
        entry.name = "excluded".into();
        entry.aliased = true;
        for (column, of) in entry.columns.iter_mut().zip(&target.relation.columns) {
            column.name = of.name.clone();
        }
        let at = self.level().add(entry);
        let excluded = self.level().item(at, true, true);
        self.level().items = vec![Item { relation_visible: true, ..target.item.clone() }, excluded];
        let mut write = Write {
            relation: target.relation.oid,
            base: target.relation.oid,
            action: WriteAction::Update,
            columns: Vec::new(),
            omitted: Vec::new(),
            positional: false,
            from_star: None,
            span,
        };
        self.assignments(&update.assignments, target.relation, &mut write)?;
        if let Some(filter) = &update.filter {
            self.condition(filter, Kind::Where, "WHERE")?;
        }
        let taken = if target.relation.kind == RelationKind::View {
            self.check_view_write(&mut write, target.relation, None, 0)
        } else {
            self.check_generated(&write, target.relation, None)
        };
        self.refuse_later(taken)?;
        self.out.writes.push(write);
        Ok(())
    }
}
