//! `ADD CONSTRAINT`, `DROP CONSTRAINT`, `ALTER CONSTRAINT`, `VALIDATE CONSTRAINT`.

use std::sync::Arc;

use rollproof_catalog::{Constraint, ConstraintKind, ObjectId, Oid, Relation, RelationKind};
use rollproof_sql::ast::{ConstraintDefinition, ConstraintKind as Written, Name};

use crate::columns::NewConstraint;
use crate::constraint::not_null_constraint;
use crate::context::{Context, Outcome, refuse};
use crate::inherit::InheritedCheck;

impl Context {
    /// Adds a constraint to a table; checks and NOT NULL come down to its children.
    pub(super) fn add_table_constraint(&mut self, oid: Oid, new: &NewConstraint, inherit: bool) -> Outcome {
        let definition = &new.definition;
        self.whole_tree_refers(oid, definition, inherit)?;
        let before = self.relation(oid)?.constraints.len();
        let key = matches!(definition.kind, Written::PrimaryKey(_) | Written::Unique(_) | Written::Exclude { .. });
        if key {
            return self.add_key(oid, new, inherit);
        }
        self.add_constraint(oid, new)?;
        let children = self.children_of(oid);
        if children.is_empty() || definition.no_inherit {
            return Ok(());
        }
        match &definition.kind {
            Written::Check(_) if !inherit => {
                Err(refuse("42P16", "constraint must be added to child tables too", definition.span))
            }
            Written::Check(_) => {
                let table = self.relation(oid)?;
                let Some(made) = table.constraints.get(before) else { return Ok(()) };
                let ConstraintKind::Check(stored) = &made.kind else { return Ok(()) };
                let check = InheritedCheck {
                    name: made.name.clone(),
                    stored: stored.clone(),
                    inherited: true,
                    no_inherit: false,
                    enforced: made.enforced,
                };
                let validated = made.validated;
                for child in children {
                    self.inherit_check(child, &check, validated, definition.span)?;
                }
                Ok(())
            }
            Written::NotNull(Some(column)) => self.hand_down_not_null(oid, &column.text, &children, definition.span),
            _ => Ok(()),
        }
    }

    /// A foreign key of a partitioned table is one of its partitions too (42809).
    fn whole_tree_refers(&self, oid: Oid, definition: &ConstraintDefinition, inherit: bool) -> Outcome {
        let Written::ForeignKey { table: target, .. } = &definition.kind else { return Ok(()) };
        let table = self.relation(oid)?;
        if inherit || table.kind != RelationKind::PartitionedTable {
            return Ok(());
        }
        let message = format!(
            "cannot use ONLY for foreign key on partitioned table \"{}\" referencing relation \"{}\"",
            table.name,
            target.object().text
        );
        Err(refuse("42809", message, definition.span))
    }

    fn inherit_check(
        &mut self,
        child: Oid,
        check: &InheritedCheck,
        validated: bool,
        span: rollproof_source::TextRange,
    ) -> Outcome {
        let table = self.relation(child)?;
        match table.constraints.iter().find(|known| known.name == check.name) {
            Some(known) if matches!(known.kind, ConstraintKind::Check(_)) => {
                let conflict = if known.no_inherit {
                    Some("non-inherited")
                } else if validated && known.enforced && !known.validated {
                    Some("NOT VALID")
                } else {
                    None
                };
                if let Some(what) = conflict {
                    let message = format!(
                        "constraint \"{}\" conflicts with {what} constraint on relation \"{}\"",
                        check.name, table.name
                    );
                    return Err(refuse("42P17", message, span));
                }
                let oid = known.oid;
                self.change_constraint(child, oid, |known| known.inherit_count += 1)?;
            }
            Some(_) => {
                let message = format!("constraint \"{}\" for relation \"{}\" already exists", check.name, table.name);
                return Err(refuse("42710", message, span));
            }
            None => {
                self.add_inherited_check(child, check)?;
                let made = self.relation(child)?.constraints.last().map(|made| made.oid);
                if let Some(made) = made {
                    self.change_constraint(child, made, |made| made.validated = validated)?;
                }
            }
        }
        for grandchild in self.children_of(child) {
            self.inherit_check(grandchild, check, validated, span)?;
        }
        Ok(())
    }

    fn constraint_named(&self, table: &Relation, name: &Name) -> Outcome<Arc<Constraint>> {
        let found = table.constraints.iter().find(|known| known.name == name.text).cloned();
        found.ok_or_else(|| {
            let message = format!("constraint \"{}\" of relation \"{}\" does not exist", name.text, table.name);
            refuse("42704", message, name.span)
        })
    }

    /// `DROP CONSTRAINT` (`ATExecDropConstraint`)
    pub(super) fn drop_constraint(
        &mut self,
        oid: Oid,
        name: &Name,
        if_exists: bool,
        cascade: bool,
        inherit: bool,
    ) -> Outcome {
        let table = self.relation(oid)?;
        let known = match self.constraint_named(&table, name) {
            Ok(known) => known,
            Err(stop) => return self.absent_constraint(&table, if_exists, stop, name),
        };
        if matches!(known.kind, ConstraintKind::NotNull)
            && let [number] = known.columns[..]
            && table.column_by_number(number).is_some_and(|column| column.identity.is_some())
        {
            let column = table.column_by_number(number).map_or("", |column| &column.name);
            let message = format!("column \"{column}\" of relation \"{}\" is an identity column", table.name);
            return Err(refuse("42601", message, name.span));
        }
        if let (ConstraintKind::NotNull, [number]) = (&known.kind, &known.columns[..])
            && table
                .constraints
                .iter()
                .any(|key| matches!(key.kind, ConstraintKind::PrimaryKey) && key.columns.contains(number))
        {
            let column = table.column_by_number(*number).map_or("", |column| &column.name);
            return Err(refuse("42P16", format!("column \"{column}\" is in a primary key"), name.span));
        }
        self.drop_inheritable(oid, &known, inherit, cascade, name)
    }

    fn absent_constraint(
        &self,
        table: &Relation,
        if_exists: bool,
        stop: Box<crate::context::Stop>,
        name: &Name,
    ) -> Outcome {
        if !if_exists {
            return Err(stop);
        }
        match self.taint_of(&table.name) {
            None => Ok(()),
            Some(why) => {
                let message = format!("cannot tell whether constraint \"{}\" exists: {why}", name.text);
                Err(crate::context::unmodelled(message, vec![table.name.clone()], name.span))
            }
        }
    }

    /// Drops a constraint, and what children have of it.
    pub(super) fn drop_inheritable(
        &mut self,
        oid: Oid,
        known: &Constraint,
        inherit: bool,
        cascade: bool,
        name: &Name,
    ) -> Outcome {
        let table = self.relation(oid)?;
        if known.inherit_count > 0 {
            let message = format!("cannot drop inherited constraint \"{}\" of relation \"{}\"", known.name, table.name);
            return Err(refuse("42P16", message, name.span));
        }
        let inherited = matches!(known.kind, ConstraintKind::Check(_) | ConstraintKind::NotNull) && !known.no_inherit;
        if inherited {
            for child in self.children_of(oid) {
                self.drop_inherited_constraint(child, known, &table, inherit, name)?;
            }
        }
        self.drop_objects(&[ObjectId::Constraint(known.oid)], cascade, name.span)
    }

    fn drop_inherited_constraint(
        &mut self,
        child: Oid,
        known: &Constraint,
        parent: &Relation,
        inherit: bool,
        name: &Name,
    ) -> Outcome {
        let table = self.relation(child)?;
        let column = known.columns.first().and_then(|number| parent.column_by_number(*number));
        let own = match (&known.kind, column) {
            (ConstraintKind::NotNull, Some(column)) => {
                let number = table.column(&column.name).map(|column| column.number);
                number.and_then(|number| not_null_constraint(&table, number)).cloned()
            }
            _ => table.constraints.iter().find(|own| own.name == known.name && own.inherit_count > 0).cloned(),
        };
        let Some(own) = own.filter(|own| own.inherit_count > 0) else { return Ok(()) };
        if inherit && own.inherit_count == 1 && !own.is_local {
            for grandchild in self.children_of(child) {
                self.drop_inherited_constraint(grandchild, &own, &table, inherit, name)?;
            }
            return self.drop_objects(&[ObjectId::Constraint(own.oid)], true, name.span);
        }
        self.change_constraint(child, own.oid, |own| {
            own.inherit_count -= 1;
            own.is_local |= !inherit || own.inherit_count == 0;
        })
    }

    /// `ALTER CONSTRAINT`
    pub(super) fn alter_constraint(
        &mut self,
        oid: Oid,
        name: &Name,
        deferrable: Option<bool>,
        deferred: bool,
        enforced: Option<bool>,
    ) -> Outcome {
        let table = self.relation(oid)?;
        let known = self.constraint_named(&table, name)?;
        if (deferrable.is_some() || enforced.is_some()) && !matches!(known.kind, ConstraintKind::ForeignKey(_)) {
            let message = if enforced.is_some() {
                format!("cannot alter enforceability of constraint \"{}\" of relation \"{}\"", name.text, table.name)
            } else {
                format!("constraint \"{}\" of relation \"{}\" is not a foreign key constraint", name.text, table.name)
            };
            return Err(refuse("42809", message, name.span));
        }
        if known.parent.is_some() {
            let message = format!("cannot alter constraint \"{}\" on relation \"{}\"", name.text, table.name);
            return Err(refuse("55000", message, name.span));
        }
        self.change_constraint(oid, known.oid, |known| {
            if let Some(deferrable) = deferrable {
                known.deferrable = deferrable;
                known.deferred = deferrable && deferred;
            }
            if let Some(enforced) = enforced {
                known.enforced = enforced;
                known.validated = enforced;
            }
        })
    }

    /// `ALTER CONSTRAINT n INHERIT`: children get the NOT NULL that was not for them (`ATExecAlterConstrInheritability`).
    pub(super) fn constraint_to_inherit(&mut self, oid: Oid, name: &Name) -> Outcome {
        let table = self.relation(oid)?;
        let known = self.constraint_named(&table, name)?;
        let shown = |what: &str| format!("{what} \"{}\" of relation \"{}\"", name.text, table.name);
        if !matches!(known.kind, ConstraintKind::NotNull) {
            let message = format!("{} is not a not-null constraint", shown("constraint"));
            return Err(refuse("42809", message, name.span));
        }
        let column = known.columns.first().and_then(|number| table.column_by_number(*number));
        let Some(column) = column.filter(|_| known.no_inherit) else { return Ok(()) };
        self.change_constraint(oid, known.oid, |known| known.no_inherit = false)?;
        let children = self.children_of(oid);
        self.hand_down_not_null(oid, &column.name, &children, name.span)
    }

    /// `VALIDATE CONSTRAINT`
    pub(super) fn validate_constraint(&mut self, oid: Oid, name: &Name) -> Outcome {
        let table = self.relation(oid)?;
        let known = self.constraint_named(&table, name)?;
        let fits =
            matches!(known.kind, ConstraintKind::Check(_) | ConstraintKind::ForeignKey(_) | ConstraintKind::NotNull);
        if !fits {
            let what = if self.names_not_null() {
                "cannot validate constraint"
            } else {
                "is not a foreign key or check constraint"
            };
            let message = match what {
                "cannot validate constraint" => {
                    format!("cannot validate constraint \"{}\" of relation \"{}\"", name.text, table.name)
                }
                _ => format!("constraint \"{}\" of relation \"{}\" {what}", name.text, table.name),
            };
            return Err(refuse("42809", message, name.span));
        }
        self.change_constraint(oid, known.oid, |known| known.validated = true)?;
        for child in self.descendants_of(oid) {
            let found = self.relation(child)?.constraints.iter().find(|own| own.name == known.name).map(|own| own.oid);
            if let Some(own) = found {
                self.change_constraint(child, own, |own| own.validated = true)?;
            }
        }
        Ok(())
    }
}
