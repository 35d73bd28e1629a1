//! Triggers (`trigger.c`).

use std::sync::Arc;

use rollproof_catalog::{
    ColumnId, ConstraintKind, DependencyKind, Function, ObjectId, Oid, Relation, RelationKind, Trigger, oid,
};
use rollproof_resolve::{ExpressionPlace, ExpressionScope};
use rollproof_source::TextRange;
use rollproof_sql::ast::{CreateTrigger, Name, QualifiedName, TriggerTiming};

use crate::bind::BoundExpr;
use crate::constraint::plain_constraint;
use crate::context::{Context, Outcome, refuse, refuse_with};
use crate::find::shown;

/// Names of transition tables: old, new.
type Transitions = (Option<Arc<str>>, Option<Arc<str>>);

impl Context {
    /// `CREATE [OR REPLACE] [CONSTRAINT] TRIGGER`
    pub(crate) fn create_trigger(&mut self, create: &CreateTrigger) -> Outcome {
        let table = self.relation_named(&create.table)?;
        if table.oid < Oid::FIRST_USER {
            self.changeable(&table, create.table.span)?;
        }
        self.may_on(&table, rollproof_catalog::Privilege::Trigger, create.table.span)?;
        trigger_fits(create, &table, self.schema.builtin.version)?;
        let columns = self.trigger_columns(create, &table)?;
        let transitions = transition_tables(create, &table)?;
        let function = self.trigger_function(&create.function)?;
        let known = replaced(create, &table)?;
        let when = match &create.when {
            None => None,
            Some(value) => {
                let row = create.for_each_row;
                let scope = ExpressionScope {
                    relation: table.oid,
                    old: row && (create.on_update || create.on_delete) && !create.on_insert,
                    new: row && (create.on_update || create.on_insert) && !create.on_delete,
                };
                Some(self.bind(value, &scope, &ExpressionPlace::TriggerWhen)?)
            }
        };
        generated_unread(create, &table, when.as_ref())?;
        let oid = known.as_ref().map_or_else(|| self.schema.allocate(), |known| known.oid);
        let me = ObjectId::Trigger(oid);
        self.schema.dependencies.clear_uses(me);
        let constraint = if create.constraint { self.trigger_constraint(&table, create)? } else { Oid::NONE };
        let trigger = Trigger {
            oid,
            name: create.name.text.clone(),
            function,
            timing: create.timing,
            on_insert: create.on_insert,
            on_update: create.on_update,
            on_delete: create.on_delete,
            on_truncate: create.on_truncate,
            columns: columns.clone(),
            for_each_row: create.for_each_row,
            when: when.as_ref().map(|bound| bound.stored.clone()),
            enabled: 'O',
            constraint,
            arguments: create.arguments.clone(),
            transitions,
            parent: Oid::NONE,
        };
        self.depend(me, ObjectId::Relation(table.oid), DependencyKind::Automatic);
        self.depend(me, ObjectId::Function(function), DependencyKind::Normal);
        if constraint.is_some() {
            self.depend(ObjectId::Constraint(constraint), me, DependencyKind::Internal);
        }
        for number in &columns {
            let id = ColumnId { relation: table.oid, number: *number };
            self.depend(me, ObjectId::Column(id), DependencyKind::Normal);
        }
        if let Some(bound) = &when {
            self.depend_on_uses(me, &bound.uses, table.oid, DependencyKind::Normal);
        }
        if known.is_some() {
            self.change(table.oid, |relation| relation.triggers.retain(|known| known.oid != oid))?;
            self.forget_copies(table.oid, oid)?;
        }
        self.insert_trigger(table.oid, trigger.clone())?;
        self.copy_trigger(&table, &trigger, create.or_replace)
    }

    /// A row trigger of a partitioned table is one of each partition.
    fn copy_trigger(&mut self, table: &Relation, trigger: &Trigger, or_replace: bool) -> Outcome {
        if table.kind != RelationKind::PartitionedTable || !trigger.for_each_row {
            return Ok(());
        }
        if or_replace {
            self.displace_triggers(table.oid, &trigger.name)?;
        }
        for child in self.children_of(table.oid) {
            self.clone_trigger(trigger, child)?;
        }
        Ok(())
    }

    /// OR REPLACE of a partitioned table's trigger replaces those of that name that its partitions have of their own.
    fn displace_triggers(&mut self, relation: Oid, name: &str) -> Outcome {
        for child in self.descendants_of(relation) {
            let table = self.relation(child)?;
            let displaced = |known: &&Arc<Trigger>| *known.name == *name && known.constraint.is_none();
            let Some(known) = table.triggers.iter().find(displaced).map(|known| known.oid) else { continue };
            self.schema.dependencies.remove(ObjectId::Trigger(known));
            self.change(child, |relation| relation.triggers.retain(|trigger| trigger.oid != known))?;
        }
        Ok(())
    }

    /// Adds a trigger where it fires: by name.
    pub(crate) fn insert_trigger(&mut self, relation: Oid, trigger: Trigger) -> Outcome {
        self.change(relation, |table| {
            let at = table.triggers.partition_point(|known| known.name <= trigger.name);
            table.triggers.insert(at, Arc::new(trigger));
        })
    }

    fn trigger_columns(&self, create: &CreateTrigger, table: &Relation) -> Outcome<Vec<i16>> {
        let mut columns = Vec::new();
        for name in &create.columns {
            let number = self.column_id(table, name)?.number;
            if columns.contains(&number) {
                return Err(refuse("42701", format!("column \"{}\" specified more than once", name.text), name.span));
            }
            columns.push(number);
        }
        Ok(columns)
    }

    /// The function of a trigger: it must return `trigger` (42P17).
    fn trigger_function(&self, name: &QualifiedName) -> Outcome<Oid> {
        let oid = self.function_without_arguments(name)?;
        let returns = self.schema.function(oid).map_or(oid::TRIGGER, |function: &Function| function.returns);
        if returns != oid::TRIGGER {
            let message = format!("function {} must return type trigger", shown(name));
            return Err(refuse("42P17", message, name.span));
        }
        Ok(oid)
    }

    fn trigger_constraint(&mut self, table: &Relation, create: &CreateTrigger) -> Outcome<Oid> {
        let table = self.relation(table.oid)?;
        self.constraint_name_free(&table, &create.name.text, create.name.span)?;
        let oid = self.schema.allocate();
        let constraint = plain_constraint(oid, create.name.text.clone(), ConstraintKind::Trigger, Vec::new());
        self.add_constraint_entry(table.oid, constraint)?;
        Ok(oid)
    }

    /// A trigger of a table by name (42704).
    pub(crate) fn trigger_named(&self, table: &Relation, name: &Name) -> Outcome<Arc<Trigger>> {
        let found = table.triggers.iter().find(|trigger| trigger.name == name.text).cloned();
        found.ok_or_else(|| {
            let message = format!("trigger \"{}\" for table \"{}\" does not exist", name.text, table.name);
            refuse("42704", message, name.span)
        })
    }

    /// `ENABLE | DISABLE TRIGGER`
    pub(crate) fn enable_trigger(&mut self, relation: Oid, name: Option<&Name>, state: char) -> Outcome {
        let table = self.relation(relation)?;
        if let Some(name) = name {
            self.trigger_named(&table, name)?;
        }
        self.change(relation, |table| {
            for trigger in &mut table.triggers {
                if name.is_none_or(|name| trigger.name == name.text) {
                    Arc::make_mut(trigger).enabled = state;
                }
            }
        })
    }
}

/// Before a row is written its generated columns have no value yet (42P17). Where OLD can be meant, nothing is said.
fn generated_unread(create: &CreateTrigger, table: &Relation, when: Option<&BoundExpr>) -> Outcome {
    let only_new =
        create.for_each_row && create.timing == TriggerTiming::Before && create.on_insert && !create.on_delete;
    let Some(bound) = when.filter(|_| only_new) else { return Ok(()) };
    let read = bound.columns_of(table.oid);
    let generated =
        read.iter().filter_map(|number| table.column_by_number(*number)).any(|column| column.generated.is_some());
    if !generated {
        return Ok(());
    }
    let message = "BEFORE trigger's WHEN condition cannot reference NEW generated columns";
    Err(refuse("42P17", message, create.name.span))
}

/// The trigger that OR REPLACE replaces; any other of this name is in the way (42710).
fn replaced(create: &CreateTrigger, table: &Relation) -> Outcome<Option<Arc<Trigger>>> {
    let Some(known) = table.triggers.iter().find(|known| known.name == create.name.text) else { return Ok(None) };
    if create.or_replace && known.constraint.is_none() && !create.constraint && known.parent.is_none() {
        return Ok(Some(known.clone()));
    }
    let name = &create.name.text;
    let message = if create.or_replace && known.parent.is_some() {
        format!("trigger \"{name}\" for relation \"{}\" is an internal or a child trigger", table.name)
    } else if create.or_replace {
        format!("trigger \"{name}\" for relation \"{}\" is a constraint trigger", table.name)
    } else {
        format!("trigger \"{name}\" for relation \"{}\" already exists", table.name)
    };
    Err(refuse("42710", message, create.name.span))
}

/// Which triggers a relation can have (`CreateTriggerFiringOn`).
fn trigger_fits(create: &CreateTrigger, table: &Relation, version: u32) -> Outcome {
    let span = create.table.span;
    let detail = |message: String, detail: &str| Err(refuse_with("42809", message, detail.to_owned(), span));
    let name = &table.name;
    let instead = create.timing == TriggerTiming::InsteadOf;
    match table.kind {
        RelationKind::Table if instead => {
            detail(format!("\"{name}\" is a table"), "Tables cannot have INSTEAD OF triggers.")?;
        }
        RelationKind::PartitionedTable if instead => {
            detail(format!("\"{name}\" is a table"), "Tables cannot have INSTEAD OF triggers.")?;
        }
        RelationKind::PartitionedTable if create.for_each_row && !create.transitions.is_empty() => {
            let message = format!("\"{name}\" is a partitioned table");
            detail(message, "ROW triggers with transition tables are not supported on partitioned tables.")?;
        }
        RelationKind::View if !instead && create.for_each_row => {
            detail(format!("\"{name}\" is a view"), "Views cannot have row-level BEFORE or AFTER triggers.")?;
        }
        RelationKind::View | RelationKind::ForeignTable if !create.transitions.is_empty() => {
            let kind = if table.kind == RelationKind::View { "view" } else { "foreign table" };
            let what = if table.kind == RelationKind::View { "views" } else { "foreign tables" };
            let reason = format!("Triggers on {what} cannot have transition tables.");
            detail(format!("\"{name}\" is a {kind}"), &reason)?;
        }
        RelationKind::View if create.on_truncate => {
            detail(format!("\"{name}\" is a view"), "Views cannot have TRUNCATE triggers.")?;
        }
        RelationKind::ForeignTable if create.on_truncate && version < 16 => {
            detail(format!("\"{name}\" is a foreign table"), "Foreign tables cannot have TRUNCATE triggers.")?;
        }
        RelationKind::ForeignTable if instead => {
            detail(format!("\"{name}\" is a foreign table"), "Foreign tables cannot have INSTEAD OF triggers.")?;
        }
        RelationKind::ForeignTable if create.constraint => {
            detail(format!("\"{name}\" is a foreign table"), "Foreign tables cannot have constraint triggers.")?;
        }
        RelationKind::Table | RelationKind::PartitionedTable | RelationKind::View | RelationKind::ForeignTable => {}
        _ => return Err(refuse("42809", format!("relation \"{name}\" cannot have triggers"), span)),
    }
    let complaint = if create.on_truncate && create.for_each_row {
        Some("TRUNCATE FOR EACH ROW triggers are not supported")
    } else if instead && !create.for_each_row {
        Some("INSTEAD OF triggers must be FOR EACH ROW")
    } else if instead && create.when.is_some() {
        Some("INSTEAD OF triggers cannot have WHEN conditions")
    } else if instead && !create.columns.is_empty() {
        Some("INSTEAD OF triggers cannot have column lists")
    } else {
        None
    };
    complaint.map_or(Ok(()), |message| Err(refuse("0A000", message, create.name.span)))
}

/// `REFERENCING OLD TABLE AS o NEW TABLE AS n`
fn transition_tables(create: &CreateTrigger, table: &Relation) -> Outcome<Transitions> {
    let (mut old, mut new): (Option<Arc<str>>, Option<Arc<str>>) = (None, None);
    for (is_new, name) in &create.transitions {
        let fail = |code, message: &str, span: TextRange| Err(refuse(code, message, span));
        if create.timing != TriggerTiming::After {
            return fail("42P17", "transition table name can only be specified for an AFTER trigger", name.span);
        }
        if create.on_truncate {
            return fail("42P17", "TRUNCATE triggers with transition tables are not supported", name.span);
        }
        let events = [create.on_insert, create.on_update, create.on_delete].iter().filter(|on| **on).count();
        if events != 1 {
            return fail(
                "0A000",
                "transition tables cannot be specified for triggers with more than one event",
                name.span,
            );
        }
        if !create.columns.is_empty() {
            return fail("0A000", "transition tables cannot be specified for triggers with column lists", name.span);
        }
        if create.for_each_row && (table.partition.is_some() || !table.inherits.is_empty()) {
            let message = if table.partition.is_some() {
                "ROW triggers with transition tables are not supported on partitions"
            } else {
                "ROW triggers with transition tables are not supported on inheritance children"
            };
            return fail("0A000", message, name.span);
        }
        if *is_new && create.on_delete {
            return fail("42P17", "NEW TABLE can only be specified for an INSERT or UPDATE trigger", name.span);
        }
        if !*is_new && create.on_insert {
            return fail("42P17", "OLD TABLE can only be specified for a DELETE or UPDATE trigger", name.span);
        }
        let slot = if *is_new { &mut new } else { &mut old };
        if slot.is_some() {
            let word = if *is_new { "NEW" } else { "OLD" };
            return fail("42P17", &format!("{word} TABLE cannot be specified multiple times"), name.span);
        }
        *slot = Some(name.text.clone());
    }
    if old.is_some() && old == new {
        let message = "OLD TABLE name and NEW TABLE name cannot be the same";
        return Err(refuse("42P17", message, create.name.span));
    }
    Ok((old, new))
}
