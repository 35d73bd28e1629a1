//! What the rewriter and the executor always refuse of a write (rewriteHandler.c, `CheckValidResultRel`).

use rollproof_catalog::{Generated, Identity, Relation, RelationKind, Rule, Trigger};
use rollproof_sql::ast::{QueryBody, StatementKind, TriggerTiming};

use super::{Analyzer, unsupported};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::resolution::{Write, WriteAction, WriteValue};

impl<'a> Analyzer<'a> {
    /// Whether the relation takes the write at all; of views, through which table. Fills in [`Write::base`].
    pub(crate) fn check_write(
        &mut self,
        write: &mut Write,
        relation: &'a Relation,
        overriding_system: Option<bool>,
        returning: bool,
    ) -> Result<()> {
        match relation.kind {
            RelationKind::Sequence => return Err(read_only("sequence", relation, write)),
            RelationKind::Toast => return Err(read_only("TOAST relation", relation, write)),
            RelationKind::MaterializedView => return Err(read_only("materialized view", relation, write)),
            _ => {}
        }
        let rules: Vec<&Rule> = rules_of(relation, write.action);
        let replaced = rules.iter().any(|rule| rule.instead && rule.condition.is_none());
        let conditional = rules.iter().any(|rule| rule.instead && rule.condition.is_some());
        let untriggered = relation.kind == RelationKind::View && !has_instead_trigger(relation, write.action);
        if untriggered && conditional && !replaced {
            return Err(self.not_updatable(relation, write, "55000"));
        }
        if returning && (replaced || conditional) && !rules.iter().any(|rule| rule.returning) {
            let verb = verb(write.action);
            let message = format!("cannot perform {verb} RETURNING on relation \"{}\"", relation.name);
            return Err(unsupported(message, write.span));
        }
        if self.level().in_with {
            refuse_rules(&rules, write)?;
        }
        if self.level().writes_in_with && rules.iter().any(|rule| inserts_from_select(rule)) {
            let message = "INSERT ... SELECT rule actions are not supported for queries having data-modifying statements \
                           in WITH";
            return Err(unsupported(message, write.span));
        }
        if replaced {
            return Ok(());
        }
        if untriggered {
            return self.check_view_write(write, relation, overriding_system, 0);
        }
        if relation.kind == RelationKind::View {
            return Ok(());
        }
        self.check_generated(write, relation, overriding_system)
    }

    /// An automatically updatable view (`rewriteTargetView`): the write goes to the relation underneath.
    pub(crate) fn check_view_write(
        &mut self,
        write: &mut Write,
        view: &'a Relation,
        overriding_system: Option<bool>,
        depth: u32,
    ) -> Result<()> {
        let updatable = view.view.as_ref().and_then(|view| view.updatable.as_ref());
        let Some((base, columns)) = updatable else { return Err(self.not_updatable(view, write, "55000")) };
        let Some(base) = self.schema().relation(*base) else {
            return Err(Failure::unknown("a view over a relation that is not known", write.span));
        };
        self.cx.lookups.whole_relations.extend([view.oid, base.oid]);
        self.check_view_defaults(write, view, columns)?;
        let mut inner = Write { columns: Vec::new(), ..write.clone() };
        for column in &write.columns {
            let at = usize::try_from(column.number).ok().and_then(|number| number.checked_sub(1));
            let Some(number) = at.and_then(|at| columns.get(at)).copied().flatten() else {
                let name = view.column_by_number(column.number).map(|of| of.name.clone()).unwrap_or_default();
                let what = if write.action == WriteAction::Insert { "insert into" } else { "update" };
                let message = format!("cannot {what} column \"{name}\" of view \"{}\"", view.name);
                return Err(Error::fail("0A000", message, column.span, ErrorKind::ReadOnly(name)));
            };
            let mut moved = crate::resolution::WriteColumn { number, ..column.clone() };
            if view.column_by_number(column.number).is_some_and(|of| of.default.is_some()) {
                // DEFAULT is the view's own, which for the table is a value.
                let values = moved.values.iter_mut().filter(|value| **value == WriteValue::Default);
                values.for_each(|value| *value = WriteValue::Expression);
            }
            if inner.columns.iter().any(|known| known.number == number) {
                let name = self.schema().relation(base.oid).and_then(|of| of.column_by_number(number));
                let name = name.map(|of| of.name.clone()).unwrap_or_default();
                let message = format!("multiple assignments to same column \"{name}\"");
                return Err(Error::fail("42601", message, column.span, ErrorKind::AmbiguousColumn(name)));
            }
            inner.columns.push(moved);
        }
        inner.relation = base.oid;
        if base.kind == RelationKind::View && !has_instead_trigger(base, write.action) {
            let rules = rules_of(base, write.action);
            if rules.iter().any(|rule| rule.instead && rule.condition.is_none()) {
                write.base = base.oid;
                return Ok(());
            }
            if depth > 100 {
                return Err(Failure::unknown("views lie too deep in each other", write.span));
            }
            self.check_view_write(&mut inner, base, overriding_system, depth + 1)?;
            write.base = inner.base;
            return Ok(());
        }
        write.base = base.oid;
        if base.kind == RelationKind::View {
            return Ok(());
        }
        if !matches!(base.kind, RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable) {
            return Err(self.not_updatable(view, write, "55000"));
        }
        self.check_generated(&inner, base, overriding_system)
    }

    /// A view column's own default is inserted where nothing else is, which needs a column of the table too.
    fn check_view_defaults(&self, write: &Write, view: &Relation, columns: &[Option<i16>]) -> Result<()> {
        for number in &write.omitted {
            let at = usize::try_from(*number).ok().and_then(|number| number.checked_sub(1));
            let Some(column) = view.column_by_number(*number).filter(|column| column.default.is_some()) else {
                continue;
            };
            if at.and_then(|at| columns.get(at)).copied().flatten().is_none() {
                let message = format!("cannot insert into column \"{}\" of view \"{}\"", column.name, view.name);
                return Err(Error::fail("0A000", message, write.span, ErrorKind::ReadOnly(column.name.clone())));
            }
        }
        Ok(())
    }

    /// The columns of the table under a view, by the view's column numbers.
    pub(crate) fn base_columns(&self, view: &Relation) -> Vec<Option<i16>> {
        let mut columns: Vec<Option<i16>> = view.columns.iter().map(|column| Some(column.number)).collect();
        let mut relation = Some(view);
        for _ in 0..100 {
            let Some((base, map)) = relation.and_then(|of| of.view.as_ref()).and_then(|of| of.updatable.as_ref())
            else {
                break;
            };
            for column in &mut columns {
                let at = column.and_then(|number| usize::try_from(number).ok()).and_then(|at| at.checked_sub(1));
                *column = at.and_then(|at| map.get(at)).copied().flatten();
            }
            relation = self.schema().relation(*base);
        }
        columns
    }

    /// Generated columns and identity columns take DEFAULT only (`rewriteTargetListIU`).
    pub(crate) fn check_generated(
        &mut self,
        write: &Write,
        relation: &Relation,
        overriding_system: Option<bool>,
    ) -> Result<()> {
        for written in &write.columns {
            let Some(column) = relation.column_by_number(written.number) else { continue };
            let always = column.identity == Some(Identity::Always);
            let generated = matches!(column.generated, Some(Generated::Stored | Generated::Virtual));
            // Unknown text may be DEFAULT.
            let dynamic = self.unknown.is_some();
            let given = written.values.iter().any(|value| match value {
                WriteValue::Default => false,
                WriteValue::Expression => !dynamic,
                _ => true,
            });
            let refused = match write.action {
                WriteAction::Insert => {
                    // OVERRIDING SYSTEM VALUE takes the value, OVERRIDING USER VALUE leaves it out of account.
                    given && (generated || (always && overriding_system.is_none()))
                }
                _ => given && (generated || always),
            };
            if refused {
                let message = match write.action {
                    WriteAction::Insert => {
                        format!("cannot insert a non-DEFAULT value into column \"{}\"", column.name)
                    }
                    _ => format!("column \"{}\" can only be updated to DEFAULT", column.name),
                };
                return Err(Error::fail("428C9", message, written.span, ErrorKind::ReadOnly(column.name.clone())));
            }
        }
        Ok(())
    }

    /// `error_view_not_updatable`
    fn not_updatable(&self, view: &Relation, write: &Write, sqlstate: &'static str) -> Failure {
        let what = match write.action {
            WriteAction::Insert => "insert into",
            WriteAction::Update => "update",
            WriteAction::Delete | WriteAction::Truncate => "delete from",
        };
        let message = format!("cannot {what} view \"{}\"", view.name);
        Error::fail(sqlstate, message, write.span, ErrorKind::ReadOnly(view.name.clone()))
    }
}

fn rules_of(relation: &Relation, action: WriteAction) -> Vec<&Rule> {
    let event = match action {
        WriteAction::Insert => "insert",
        WriteAction::Update => "update",
        WriteAction::Delete | WriteAction::Truncate => "delete",
    };
    let active = relation.rules.iter().filter(|rule| &*rule.event == event && !matches!(rule.enabled, 'D' | 'R'));
    active.map(|rule| &**rule).collect()
}

/// What a statement in WITH cannot be replaced with.
fn refuse_rules(rules: &[&Rule], write: &Write) -> Result<()> {
    let what = match rules {
        [] => return Ok(()),
        rules if rules.iter().any(|rule| rule.instead && rule.condition.is_some()) => "conditional DO INSTEAD",
        rules if rules.iter().any(|rule| !rule.instead) => "DO ALSO",
        rules if rules.iter().all(|rule| rule.actions.is_empty()) => "DO INSTEAD NOTHING",
        rules if rules.iter().map(|rule| rule.actions.len()).sum::<usize>() > 1 => "multi-statement DO INSTEAD",
        _ => return Ok(()),
    };
    let message = format!("{what} rules are not supported for data-modifying statements in WITH");
    Err(unsupported(message, write.span))
}

/// Whether an action of the rule is `INSERT … SELECT`.
fn inserts_from_select(rule: &Rule) -> bool {
    rule.actions.iter().any(|action| match &action.statement.kind {
        StatementKind::Insert(insert) => {
            insert.source.as_ref().is_some_and(|source| !matches!(source.body, QueryBody::Values(_)))
        }
        _ => false,
    })
}

fn has_instead_trigger(relation: &Relation, action: WriteAction) -> bool {
    let fires = |trigger: &Trigger| match action {
        WriteAction::Insert => trigger.on_insert,
        WriteAction::Update => trigger.on_update,
        WriteAction::Delete | WriteAction::Truncate => trigger.on_delete,
    };
    relation
        .triggers
        .iter()
        .any(|trigger| matches!(trigger.timing, TriggerTiming::InsteadOf) && trigger.for_each_row && fires(trigger))
}

fn read_only(what: &str, relation: &Relation, write: &Write) -> Failure {
    let message = format!("cannot change {what} \"{}\"", relation.name);
    Error::fail("42809", message, write.span, ErrorKind::ReadOnly(relation.name.clone()))
}

fn verb(action: WriteAction) -> &'static str {
    match action {
        WriteAction::Insert => "INSERT",
        WriteAction::Update => "UPDATE",
        WriteAction::Delete | WriteAction::Truncate => "DELETE",
    }
}
