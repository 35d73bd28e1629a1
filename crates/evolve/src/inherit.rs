//! Inheritance: what children take from their parents (`MergeAttributes`), INHERIT and NO INHERIT.

use std::sync::Arc;

use rollproof_catalog::{
    Column, Constraint, ConstraintKind, DependencyKind, ObjectId, Oid, Partition, Relation, RelationKind, StoredExpr,
};
use rollproof_source::TextRange;
use rollproof_sql::ast::{CreateTable, QualifiedName};

use crate::columns::{NewColumn, NewDefault, NotNull};
use crate::constraint::{not_null_constraint, plain_constraint};
use crate::context::{Context, Outcome, refuse};
use crate::create_table::TablePlan;

/// A check that comes from a parent or a LIKE source.
#[derive(Debug, Clone)]
pub(crate) struct InheritedCheck {
    /// Its name.
    pub(crate) name: Arc<str>,
    /// Its expression, bound to the source.
    pub(crate) stored: StoredExpr,
    /// False for LIKE: the check is then the table's own.
    pub(crate) inherited: bool,
    /// NO INHERIT, which LIKE keeps.
    pub(crate) no_inherit: bool,
    /// NOT ENFORCED is kept.
    pub(crate) enforced: bool,
}

impl Context {
    /// Direct children of a relation: inheritance children, partitions, parts of a partitioned index.
    pub(crate) fn children_of(&self, parent: Oid) -> Vec<Oid> {
        let users = self.schema.dependencies.used_by(ObjectId::Relation(parent)).iter();
        let relations = users.filter_map(|(object, _)| match object {
            ObjectId::Relation(oid) => self.schema.relations.get(*oid),
            _ => None,
        });
        let is_child = |child: &&Arc<Relation>| {
            child.inherits.contains(&parent) || child.partition.as_ref().is_some_and(|part| part.parent == parent)
        };
        relations.filter(is_child).map(|child| child.oid).collect()
    }

    /// All descendants, parents before children, each once.
    pub(crate) fn descendants_of(&self, parent: Oid) -> Vec<Oid> {
        let mut found = Vec::new();
        let mut pending = std::collections::VecDeque::from(self.children_of(parent));
        while let Some(child) = pending.pop_front() {
            if !found.contains(&child) {
                found.push(child);
                pending.extend(self.children_of(child));
            }
        }
        found
    }

    /// The columns and checks of the parents, merged with the table's own.
    pub(crate) fn merge_parents(
        &mut self,
        plan: &mut TablePlan,
        parents: &[Relation],
        create: &CreateTable,
    ) -> Outcome {
        if parents.is_empty() {
            return Ok(());
        }
        let mut merged: Vec<NewColumn> = Vec::new();
        let mut conflicts: Vec<(Arc<str>, String)> = Vec::new();
        for parent in parents {
            for column in parent.live_columns() {
                conflicts.extend(default_conflict(&merged, column).map(|message| (column.name.clone(), message)));
                if let (Some(constraint), true) = (not_null_constraint(parent, column.number), column.not_null)
                    && !constraint.no_inherit
                {
                    plan.parent_not_null.push((column.name.clone(), constraint.name.clone()));
                }
                merge_parent_column(&mut merged, parent, column, create)?;
            }
            self.parent_checks(plan, parent);
        }
        let own = std::mem::take(&mut plan.columns);
        let decided: Vec<Arc<str>> =
            own.iter().filter(|column| column.default.is_some()).map(|column| column.name.clone()).collect();
        for column in own {
            self.merge_own_column(&mut merged, column, create)?;
        }
        if let Some((_, message)) = conflicts.iter().find(|(name, _)| !decided.contains(name)) {
            return Err(refuse("42611", message.clone(), create.name.span));
        }
        plan.columns = merged;
        Ok(())
    }

    fn parent_checks(&self, plan: &mut TablePlan, parent: &Relation) {
        for constraint in &parent.constraints {
            let ConstraintKind::Check(stored) = &constraint.kind else { continue };
            let known = plan.checks.iter().any(|check| check.name == constraint.name);
            if !constraint.no_inherit && !known {
                plan.checks.push(InheritedCheck {
                    name: constraint.name.clone(),
                    stored: stored.clone(),
                    inherited: true,
                    no_inherit: false,
                    enforced: constraint.enforced,
                });
            }
        }
    }

    /// `MergeChildAttribute`
    fn merge_own_column(&self, merged: &mut Vec<NewColumn>, own: NewColumn, create: &CreateTable) -> Outcome {
        let Some(known) = merged.iter_mut().find(|known| known.name == own.name) else {
            if create.partition_of.is_some() {
                let message = format!("column \"{}\" does not exist", own.name);
                return Err(refuse("42703", message, own.span));
            }
            merged.push(own);
            return Ok(());
        };
        let typed = own.data_type.oid.is_some();
        if typed && own.data_type != known.data_type {
            let message = format!("column \"{}\" has a type conflict", own.name);
            return Err(refuse("42804", message, own.span));
        }
        if typed && own.collation != known.collation {
            let message = format!("column \"{}\" has a collation conflict", own.name);
            return Err(refuse("42P21", message, own.span));
        }
        let is_generated = |default: &Option<NewDefault>| {
            matches!(default, Some(NewDefault::Generated(..) | NewDefault::Stored(_, Some(_))))
        };
        if is_generated(&known.default) && own.default.is_some() && !is_generated(&own.default) {
            let message = format!("column \"{}\" inherits from generated column but specifies default", own.name);
            return Err(refuse("42611", message, own.span));
        }
        if !is_generated(&known.default) && is_generated(&own.default) {
            let message = format!("child column \"{}\" specifies generation expression", own.name);
            return Err(refuse("42611", message, own.span));
        }
        // What PARTITION OF says of a column is no column of its own.
        known.is_local = create.partition_of.is_none();
        known.not_null = match (own.not_null, known.not_null.take()) {
            (Some(own), _) => Some(own),
            (None, inherited) => inherited,
        };
        known.default = own.default.or(known.default.take());
        known.span = own.span;
        Ok(())
    }

    /// Records who the parents are.
    pub(crate) fn attach_to_parents(&mut self, oid: Oid, create: &CreateTable, parents: &[Relation]) -> Outcome {
        for parent in parents {
            let kind = if create.partition_of.is_some() { DependencyKind::Automatic } else { DependencyKind::Normal };
            self.depend(ObjectId::Relation(oid), ObjectId::Relation(parent.oid), kind);
        }
        if let (Some((_, bound)), [parent]) = (&create.partition_of, parents) {
            let child = self.relation(oid)?;
            crate::partition::persistence_fits(parent, &child, create.name.span)?;
            self.check_bound(parent, bound, create.name.span, &create.name.object().text)?;
            let partition = Partition {
                parent: parent.oid,
                bound: Some(Arc::new(bound.clone())),
                source: Some(self.source.clone()),
            };
            self.change(oid, |relation| relation.partition = Some(partition))?;
            return self.take_identity(oid, parent);
        }
        let oids = parents.iter().map(|parent| parent.oid).collect();
        self.change(oid, |relation| relation.inherits = oids)
    }

    /// Adds a parent's check, bound to this table's own columns.
    pub(crate) fn add_inherited_check(&mut self, relation: Oid, check: &InheritedCheck) -> Outcome {
        let table = self.relation(relation)?;
        if check.no_inherit && table.kind == RelationKind::PartitionedTable {
            let message = format!("cannot add NO INHERIT constraint to partitioned table \"{}\"", table.name);
            return Err(refuse("42P16", message, self.span));
        }
        let stored = self.moved_expr(&check.stored, relation);
        let uses: std::collections::BTreeSet<ObjectId> = stored.text.bindings.iter().map(|binding| binding.1).collect();
        let columns = uses.iter().filter_map(|object| match object {
            ObjectId::Column(id) if id.relation == relation => Some(id.number),
            _ => None,
        });
        let oid = self.schema.allocate();
        let mut constraint =
            plain_constraint(oid, check.name.clone(), ConstraintKind::Check(stored.clone()), columns.collect());
        constraint.no_inherit = check.no_inherit;
        constraint.enforced = check.enforced;
        constraint.validated = check.enforced;
        if check.inherited {
            constraint.is_local = false;
            constraint.inherit_count = 1;
        }
        self.add_constraint_entry(relation, constraint)?;
        self.depend_on_uses(ObjectId::Constraint(oid), &uses, relation, DependencyKind::Normal);
        Ok(())
    }

    /// `ALTER TABLE c INHERIT p` (`ATExecAddInherit`, `MergeAttributesIntoExisting`).
    pub(crate) fn add_parent(&mut self, child: Oid, name: &QualifiedName) -> Outcome {
        let table = self.relation(child)?;
        if table.kind == RelationKind::PartitionedTable {
            return Err(refuse("42809", "cannot change inheritance of partitioned table", name.span));
        }
        if table.partition.is_some() {
            return Err(refuse("42809", "cannot change inheritance of a partition", name.span));
        }
        if table.of_type.is_some() {
            return Err(refuse("42809", "cannot change inheritance of typed table", name.span));
        }
        let parent = self.relation_named(name)?;
        let complaint = match parent.kind {
            RelationKind::PartitionedTable => {
                Some(("42809", format!("cannot inherit from partitioned table \"{}\"", parent.name)))
            }
            RelationKind::Table | RelationKind::ForeignTable if parent.partition.is_some() => {
                Some(("42809", "cannot inherit from a partition".to_owned()))
            }
            RelationKind::Table | RelationKind::ForeignTable => None,
            _ => Some(("42809", format!("\"{}\" is not a table or foreign table", parent.name))),
        };
        if let Some((code, message)) = complaint {
            return Err(refuse(code, message, name.span));
        }
        if table.inherits.contains(&parent.oid) {
            let message = format!("relation \"{}\" would be inherited from more than once", parent.name);
            return Err(refuse("42P07", message, name.span));
        }
        if child == parent.oid || self.descendants_of(child).contains(&parent.oid) {
            return Err(refuse("42P07", "circular inheritance not allowed", name.span));
        }
        no_row_transitions(&table, "an inheritance child", name.span)?;
        self.merge_into_existing(child, &parent, name.span, false)?;
        self.depend(ObjectId::Relation(child), ObjectId::Relation(parent.oid), DependencyKind::Normal);
        self.change(child, |relation| relation.inherits.push(parent.oid))
    }

    /// A child that exists has to have the parent's columns and checks already.
    pub(crate) fn merge_into_existing(
        &mut self,
        child: Oid,
        parent: &Relation,
        span: TextRange,
        partition: bool,
    ) -> Outcome {
        let mut table = self.relation(child)?;
        for column in parent.live_columns() {
            let name = table.name.clone();
            let Some(at) = table.columns.iter().position(|own| !own.dropped && own.name == column.name) else {
                let message = format!("child table is missing column \"{}\"", column.name);
                return Err(refuse("42804", message, span));
            };
            let own = Arc::make_mut(&mut table.columns[at]);
            fits_parent(own, column, &name, span)?;
            own.inherit_count += 1;
            if partition {
                own.is_local = false;
            }
        }
        for constraint in &parent.constraints {
            let inherited = match &constraint.kind {
                ConstraintKind::Check(_) => !constraint.no_inherit,
                _ => false,
            };
            if !inherited {
                continue;
            }
            let Some(own) = table.constraints.iter_mut().find(|own| own.name == constraint.name) else {
                let message = format!("child table is missing constraint \"{}\"", constraint.name);
                return Err(refuse("42804", message, span));
            };
            count_parent(Arc::make_mut(own), 1, partition);
        }
        for column in parent.live_columns() {
            let Some(constraint) = not_null_constraint(parent, column.number).filter(|found| !found.no_inherit) else {
                continue;
            };
            let _ = constraint;
            let number = table.column(&column.name).map(|own| own.number);
            let mine = |own: &&mut Arc<Constraint>| {
                matches!(own.kind, ConstraintKind::NotNull) && number.is_some_and(|number| own.columns == [number])
            };
            if let Some(own) = table.constraints.iter_mut().find(mine) {
                count_parent(Arc::make_mut(own), 1, partition);
            }
        }
        self.schema.put_relation(table);
        Ok(())
    }

    /// `ALTER TABLE c NO INHERIT p`
    pub(crate) fn remove_parent(&mut self, child: Oid, name: &QualifiedName) -> Outcome {
        let parent = self.relation_named(name)?;
        let table = self.relation(child)?;
        if table.partition.is_some() {
            return Err(refuse("42809", "cannot change inheritance of a partition", name.span));
        }
        if !table.inherits.contains(&parent.oid) {
            let message = format!("relation \"{}\" is not a parent of relation \"{}\"", parent.name, table.name);
            return Err(refuse("42P01", message, name.span));
        }
        self.leave_parent(child, &parent)?;
        self.change(child, |relation| relation.inherits.retain(|other| *other != parent.oid))
    }

    /// `RemoveInheritance`: columns and constraints are the child's own from now on.
    pub(crate) fn leave_parent(&mut self, child: Oid, parent: &Relation) -> Outcome {
        let mut table = self.relation(child)?;
        for column in parent.live_columns() {
            if let Some(own) = table.columns.iter_mut().find(|own| !own.dropped && own.name == column.name) {
                let own = Arc::make_mut(own);
                own.inherit_count = (own.inherit_count - 1).max(0);
                own.is_local |= own.inherit_count == 0;
            }
        }
        for constraint in &parent.constraints {
            let mine = |own: &&mut Arc<Constraint>| match (&own.kind, &constraint.kind) {
                (ConstraintKind::Check(_), ConstraintKind::Check(_)) => own.name == constraint.name,
                (ConstraintKind::NotNull, ConstraintKind::NotNull) => own.inherit_count > 0,
                _ => false,
            };
            if let Some(own) = table.constraints.iter_mut().find(mine) {
                count_parent(Arc::make_mut(own), -1, false);
            }
        }
        self.schema.put_relation(table);
        let me = ObjectId::Relation(child);
        let kept: Vec<_> = self.schema.dependencies.uses(me).to_vec();
        self.schema.dependencies.clear_uses(me);
        for (object, kind) in kept.into_iter().filter(|edge| edge.0 != ObjectId::Relation(parent.oid)) {
            self.schema.dependencies.add(me, object, kind);
        }
        Ok(())
    }
}

/// A row trigger with transition tables would not know whose rows they are (0A000; `FindTriggerIncompatibleWithInheritance`).
pub(crate) fn no_row_transitions(table: &Relation, what: &str, span: TextRange) -> Outcome {
    let reads = |trigger: &&Arc<rollproof_catalog::Trigger>| {
        trigger.for_each_row && (trigger.transitions.0.is_some() || trigger.transitions.1.is_some())
    };
    match table.triggers.iter().find(reads) {
        None => Ok(()),
        Some(trigger) => {
            let message =
                format!("trigger \"{}\" prevents table \"{}\" from becoming {what}", trigger.name, table.name);
            Err(refuse("0A000", message, span))
        }
    }
}

fn count_parent(constraint: &mut Constraint, by: i16, partition: bool) {
    constraint.inherit_count = (constraint.inherit_count + by).max(0);
    constraint.is_local = (constraint.is_local && !partition) || constraint.inherit_count == 0;
}

fn fits_parent(own: &Column, parent: &Column, table: &str, span: TextRange) -> Outcome {
    let name = &parent.name;
    if own.data_type != parent.data_type {
        let message = format!("child table \"{table}\" has different type for column \"{name}\"");
        return Err(refuse("42804", message, span));
    }
    if own.collation != parent.collation {
        let message = format!("child table \"{table}\" has different collation for column \"{name}\"");
        return Err(refuse("42P21", message, span));
    }
    if parent.not_null && !own.not_null {
        let message = format!("column \"{name}\" in child table \"{table}\" must be marked NOT NULL");
        return Err(refuse("42804", message, span));
    }
    if parent.generated.is_some() && own.generated.is_none() {
        let message = format!("column \"{name}\" in child table must be a generated column");
        return Err(refuse("42804", message, span));
    }
    if parent.generated.is_none() && own.generated.is_some() {
        let message = format!("column \"{name}\" in child table must not be a generated column");
        return Err(refuse("42804", message, span));
    }
    Ok(())
}

/// Two parents that give a column different values: the child has to decide (`MergeAttributes`).
fn default_conflict(merged: &[NewColumn], column: &Column) -> Option<String> {
    let known = merged.iter().find(|known| known.name == column.name)?;
    let NewDefault::Stored(first, generated) = known.default.as_ref()? else { return None };
    let second = column.default.as_ref()?;
    let plain = |stored: &StoredExpr| -> String {
        let text = stored.text.range.slice(&stored.text.text);
        text.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '(' | ')')).collect::<String>()
    };
    let what = if generated.is_some() { "generation expressions" } else { "default values" };
    let differ = !plain(first).eq_ignore_ascii_case(&plain(second));
    differ.then(|| format!("column \"{}\" inherits conflicting {what}", column.name))
}

/// `MergeInheritedAttribute`
fn merge_parent_column(
    merged: &mut Vec<NewColumn>,
    parent: &Relation,
    column: &Arc<Column>,
    create: &CreateTable,
) -> Outcome {
    let default = column.default.as_ref().map(|stored| NewDefault::Stored(stored.clone(), column.generated));
    let inherited = matches!(
        not_null_constraint(parent, column.number).map(|constraint| constraint.no_inherit),
        None | Some(false)
    );
    let not_null = (column.not_null && inherited).then_some(NotNull { name: None, no_inherit: false, written: false });
    if let Some(known) = merged.iter_mut().find(|known| known.name == column.name) {
        if known.data_type != column.data_type {
            let message = format!("inherited column \"{}\" has a type conflict", column.name);
            return Err(refuse("42804", message, create.name.span));
        }
        if known.collation != column.collation {
            let message = format!("inherited column \"{}\" has a collation conflict", column.name);
            return Err(refuse("42P21", message, create.name.span));
        }
        let generated = |default: &Option<NewDefault>| {
            matches!(default, Some(NewDefault::Generated(..) | NewDefault::Stored(_, Some(_))))
        };
        if generated(&known.default) != generated(&default) {
            let message = format!("inherited column \"{}\" has a generation conflict", column.name);
            return Err(refuse("42804", message, create.name.span));
        }
        known.inherit_count += 1;
        known.not_null = known.not_null.take().or(not_null);
        if known.default.is_none() {
            known.default = default;
        }
        return Ok(());
    }
    merged.push(NewColumn {
        name: column.name.clone(),
        data_type: column.data_type,
        collation: column.collation,
        dimensions: column.dimensions,
        not_null,
        default,
        is_local: false,
        inherit_count: 1,
        span: create.name.span,
    });
    Ok(())
}
