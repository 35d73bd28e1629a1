//! MERGE (`transformMergeStmt` of parse_merge.c).

use rollproof_catalog::RelationKind;
use rollproof_sql::ast::{Merge, MergeAction, MergeClause, MergeMatch};

use super::TargetRelation;
use super::insert::InsertValue;
use crate::analyze::{Analyzer, Item, Kind, Rows, Tree, syntax_error, unsupported};
use crate::error::{Error, ErrorKind, Result};
use crate::resolution::{Write, WriteAction};

impl<'a> Analyzer<'a> {
    /// MERGE
    pub(crate) fn merge(&mut self, merge: &'a Merge) -> Result<Rows> {
        if let Some(with) = &merge.with {
            if with.recursive {
                return Err(syntax_error("WITH RECURSIVE is not supported for MERGE statement", with.span));
            }
            self.with_clause(with)?;
        }
        check_reachable(merge)?;
        let target = self.target_relation(&merge.target)?;
        check_target(&target, self.version())?;
        let ruled = check_rules(&target);
        self.refuse_later(ruled)?;
        let mut own = target.item.clone();
        (own.lateral_only, own.lateral_ok) = (true, false);
        let source = self.merge_source(merge, &target)?;
        self.level().items.push(Item { lateral_only: false, lateral_ok: true, ..own });
        // The server does not ask for a boolean here.
        let condition = self.expression_of(&merge.condition, Kind::JoinOn)?.tree;
        self.merge_join(merge, &condition, &target);
        let all = self.level().items.clone();
        let by_source = merge.clauses.iter().any(|clause| clause.matched == MergeMatch::NotMatchedBySource);
        if by_source {
            for item in &source {
                self.level().entries[item.entry].nulled = true;
            }
        }
        // RETURNING is analysed before the actions.
        let rows = self.returning(merge.returning.as_ref(), Some(&target), merge.span, Kind::MergeReturning)?;
        for clause in &merge.clauses {
            self.level().items = match clause.matched {
                MergeMatch::Matched => all.clone(),
                MergeMatch::NotMatchedByTarget => source.clone(),
                MergeMatch::NotMatchedBySource => vec![target.item.clone()],
            };
            self.merge_clause(clause, &target)?;
        }
        self.level().items = all;
        Ok(rows)
    }

    /// Rows that only one side has are sought on both sides if something is done with both (`transform_MERGE_to_join`).
    fn merge_join(&mut self, merge: &'a Merge, condition: &Tree, target: &TargetRelation<'a>) {
        let acts = |matched: MergeMatch| {
            let mut clauses = merge.clauses.iter().filter(|clause| clause.matched == matched);
            clauses.any(|clause| !matches!(clause.action, MergeAction::DoNothing))
        };
        if acts(MergeMatch::NotMatchedByTarget) && acts(MergeMatch::NotMatchedBySource) {
            let own = [target.item.entry];
            let others: Vec<usize> = (0..self.level().entries.len()).filter(|entry| !own.contains(entry)).collect();
            self.check_full_join(condition, &own, &others, merge.condition.span);
        }
    }

    /// The source, which does not see the target.
    fn merge_source(&mut self, merge: &'a Merge, target: &TargetRelation<'a>) -> Result<Vec<Item>> {
        self.analyze_from(std::slice::from_ref(&merge.source))?;
        let source = self.level().items.clone();
        let same = source.iter().find(|item| item.relation_visible && item.name == target.item.name);
        match same {
            Some(item) => {
                let message = format!("name \"{}\" specified more than once", item.name);
                let kind = ErrorKind::AmbiguousName(item.name.clone());
                Err(Error::fail("42712", message, merge.source.span, kind))
            }
            None => Ok(source),
        }
    }

    fn merge_clause(&mut self, clause: &'a MergeClause, target: &TargetRelation<'a>) -> Result<()> {
        if let Some(condition) = &clause.condition {
            self.condition(condition, Kind::MergeWhen, "WHEN")?;
        }
        let relation = target.relation;
        let mut write = Write {
            relation: relation.oid,
            base: relation.oid,
            action: WriteAction::Update,
            columns: Vec::new(),
            omitted: Vec::new(),
            positional: false,
            from_star: None,
            span: target.span,
        };
        match &clause.action {
            MergeAction::DoNothing => return Ok(()),
            MergeAction::Delete => {
                write.action = WriteAction::Delete;
                let taken = self.check_write(&mut write, relation, None, false);
                self.refuse_later(taken)?;
            }
            MergeAction::Update(assignments) => {
                self.assignments(assignments, relation, &mut write)?;
                let taken = self.check_write(&mut write, relation, None, false);
                self.refuse_later(taken)?;
            }
            MergeAction::Insert { columns, overriding_system, values } => {
                write.action = WriteAction::Insert;
                let named = !columns.is_empty();
                write.positional = !named && values.is_some();
                let columns = self.insert_columns(target, columns)?;
                if let Some(values) = values {
                    let open = values.iter().any(crate::walk::may_be_several);
                    let items = self.insert_items(values, Kind::ValuesSingle)?;
                    let sets = refuse_sets(&items);
                    self.refuse_later(sets)?;
                    self.insert_row(items, &columns, named, open, &mut write)?;
                }
                let given: Vec<i16> = write.columns.iter().map(|column| column.number).collect();
                let omitted = relation.live_columns().map(|column| column.number);
                write.omitted = omitted.filter(|number| !given.contains(number)).collect();
                let taken = self.check_write(&mut write, relation, *overriding_system, false);
                self.refuse_later(taken)?;
            }
        }
        self.out.writes.push(write);
        Ok(())
    }
}

/// A clause after one without a condition of the same kind is never reached, which the server refuses.
fn check_reachable(merge: &Merge) -> Result<()> {
    let mut settled: Vec<MergeMatch> = Vec::new();
    for clause in &merge.clauses {
        if settled.contains(&clause.matched) {
            let message = "unreachable WHEN clause specified after unconditional WHEN clause";
            return Err(syntax_error(message, merge.span));
        }
        if clause.condition.is_none() {
            settled.push(clause.matched);
        }
    }
    Ok(())
}

/// Views are taken since 17.
fn check_target(target: &TargetRelation<'_>, version: u32) -> Result<()> {
    let relation = target.relation;
    if !matches!(relation.kind, RelationKind::Table | RelationKind::PartitionedTable | RelationKind::View)
        || (relation.kind == RelationKind::View && version < 17)
    {
        let message = format!("cannot execute MERGE on relation \"{}\"", relation.name);
        return Err(Error::fail("0A000", message, target.span, ErrorKind::ReadOnly(relation.name.clone())));
    }
    Ok(())
}

/// The executor makes one row of an action.
fn refuse_sets(items: &[InsertValue]) -> Result<()> {
    let set = items.iter().find_map(|item| match item {
        InsertValue::Value(value, _) if value.typed.set_returning => Some(value.span()),
        _ => None,
    });
    let message = "set-valued function called in context that cannot accept a set";
    set.map_or(Ok(()), |span| Err(unsupported(message, span)))
}

/// The rewriter knows no rules of MERGE.
fn check_rules(target: &TargetRelation<'_>) -> Result<()> {
    let relation = target.relation;
    if relation.rules.iter().any(|rule| &*rule.event != "select") {
        let message = format!("cannot execute MERGE on relation \"{}\"", relation.name);
        return Err(unsupported(message, target.span));
    }
    Ok(())
}
