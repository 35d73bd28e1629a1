//! What ALTER COLUMN changes besides the type.

use std::sync::Arc;

use rollproof_catalog::{Column, ColumnId, ConstraintKind, Generated, ObjectId, Oid, Relation};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, IdentityKind, Name, SequenceOption};

use crate::columns::{NotNull, identity};
use crate::constraint::not_null_constraint;
use crate::context::{Context, Outcome, refuse};

impl Context {
    /// A column that has to be there, with its table.
    pub(super) fn column_of(&self, oid: Oid, name: &Name) -> Outcome<(Relation, Arc<Column>)> {
        let table = self.relation(oid)?;
        match table.column(&name.text).cloned() {
            Some(column) => Ok((table, column)),
            None => {
                let message = format!("column \"{}\" of relation \"{}\" does not exist", name.text, table.name);
                Err(refuse("42703", message, name.span))
            }
        }
    }

    /// `SET STATISTICS` and the like: the column has to be there.
    pub(super) fn column_exists(&self, oid: Oid, name: &Name) -> Outcome {
        let relation = self.relation(oid)?;
        if relation.index.is_none() { self.column_of(oid, name).map(|_| ()) } else { Ok(()) }
    }

    /// `SET DEFAULT`, `DROP DEFAULT` (`ATExecColumnDefault`)
    pub(super) fn alter_default(&mut self, oid: Oid, name: &Name, value: Option<&Expr>, inherit: bool) -> Outcome {
        let (table, column) = self.column_of(oid, name)?;
        let what = if column.identity.is_some() {
            Some("an identity column")
        } else if column.generated.is_some() {
            Some("a generated column")
        } else {
            None
        };
        if let Some(what) = what {
            let message = format!("column \"{}\" of relation \"{}\" is {what}", name.text, table.name);
            return Err(refuse("42601", message, name.span));
        }
        let children = if inherit { self.descendants_of(oid) } else { Vec::new() };
        for relation in std::iter::once(oid).chain(children) {
            let Some(number) = self.relation(relation)?.column(&name.text).map(|column| column.number) else {
                continue;
            };
            match value {
                Some(value) => self.set_written_default(relation, number, value)?,
                None => self.forget_default(relation, number)?,
            }
        }
        Ok(())
    }

    /// `SET NOT NULL`
    pub(super) fn alter_set_not_null(&mut self, oid: Oid, name: &Name, inherit: bool, span: TextRange) -> Outcome {
        let (table, column) = self.column_of(oid, name)?;
        if let Some(known) = not_null_constraint(&table, column.number).filter(|known| known.no_inherit && inherit) {
            let message = format!(
                "cannot change NO INHERIT status of NOT NULL constraint \"{}\" on relation \"{}\"",
                known.name, table.name
            );
            return Err(refuse("0A000", message, span));
        }
        if column.not_null && table.constraints.iter().all(|known| known.columns != [column.number] || known.validated)
        {
            return Ok(());
        }
        let children = self.children_of(oid);
        let only = !inherit && !children.is_empty();
        if only && table.kind == rollproof_catalog::RelationKind::PartitionedTable {
            return Err(refuse("42P16", "constraint must be added to child tables too", name.span));
        }
        let children = if only { Vec::new() } else { children };
        let not_null = NotNull { name: None, no_inherit: only, written: true };
        self.set_not_null(oid, column.number, &not_null, span)?;
        self.hand_down_not_null(oid, &name.text, &children, span)
    }

    /// The NOT NULL of a column comes down to these children, under its name where that is free
    /// (`AdjustNotNullInheritance`).
    pub(crate) fn hand_down_not_null(&mut self, oid: Oid, column: &str, children: &[Oid], span: TextRange) -> Outcome {
        let made = self.relation(oid)?;
        let number = made.column(column).map_or(0, |column| column.number);
        let name = not_null_constraint(&made, number).map(|known| known.name.clone());
        for child in children {
            self.inherit_not_null(*child, column, name.clone(), span)?;
        }
        Ok(())
    }

    fn inherit_not_null(&mut self, oid: Oid, column: &str, name: Option<Arc<str>>, span: TextRange) -> Outcome {
        let table = self.relation(oid)?;
        let Some(number) = table.column(column).map(|column| column.number) else { return Ok(()) };
        let had = not_null_constraint(&table, number).is_some();
        let free = name.filter(|name| !table.constraints.iter().any(|known| known.name == *name));
        let not_null = NotNull { name: free, no_inherit: false, written: false };
        self.set_not_null(oid, number, &not_null, span)?;
        let table = self.relation(oid)?;
        if let Some(known) = not_null_constraint(&table, number) {
            let constraint = known.oid;
            self.change_constraint(oid, constraint, |known| {
                known.inherit_count += 1;
                known.is_local = had && known.is_local;
            })?;
        }
        let children = self.children_of(oid);
        self.hand_down_not_null(oid, column, &children, span)
    }

    /// `DROP NOT NULL`
    pub(super) fn alter_drop_not_null(&mut self, oid: Oid, name: &Name, inherit: bool) -> Outcome {
        let (table, column) = self.column_of(oid, name)?;
        if !column.not_null {
            return Ok(());
        }
        if column.identity.is_some() {
            let message = format!("column \"{}\" of relation \"{}\" is an identity column", name.text, table.name);
            return Err(refuse("42601", message, name.span));
        }
        let in_key = |known: &&Arc<rollproof_catalog::Constraint>| {
            matches!(known.kind, ConstraintKind::PrimaryKey) && known.columns.contains(&column.number)
        };
        if table.constraints.iter().any(|known| in_key(&known)) {
            let message = format!("column \"{}\" is in a primary key", name.text);
            return Err(refuse("42P16", message, name.span));
        }
        self.not_in_replica_identity(&table, column.number, name)?;
        if let Some(known) = not_null_constraint(&table, column.number).cloned() {
            return self.drop_inheritable(oid, &known, inherit, false, name);
        }
        if let Some(part) = &table.partition
            && self.relation(part.parent)?.column(&name.text).is_some_and(|above| above.not_null)
        {
            let message = format!("column \"{}\" is marked NOT NULL in parent table", name.text);
            return Err(refuse("42P16", message, name.span));
        }
        let children = if inherit { self.descendants_of(oid) } else { Vec::new() };
        let is_partitioned = table.partition_key.is_some();
        for relation in std::iter::once(oid).chain(children.into_iter().filter(|_| is_partitioned)) {
            let Some(number) = self.relation(relation)?.column(&name.text).map(|column| column.number) else {
                continue;
            };
            self.change_column(ColumnId { relation, number }, |column| column.not_null = false)?;
        }
        Ok(())
    }

    /// `ADD GENERATED … AS IDENTITY`
    pub(super) fn alter_add_identity(
        &mut self,
        oid: Oid,
        name: &Name,
        kind: IdentityKind,
        options: &[SequenceOption],
        inherit: bool,
    ) -> Outcome {
        let (table, column) = self.column_of(oid, name)?;
        let parts =
            self.partitions_with(&table, inherit, "add identity to a column", "add identity to a column", name.span)?;
        let complaint = if !column.not_null {
            Some("must be declared NOT NULL before identity can be added")
        } else if column.identity.is_some() {
            Some("is already an identity column")
        } else if column.default.is_some() {
            Some("already has a default value")
        } else {
            None
        };
        if let Some(what) = complaint {
            let message = format!("column \"{}\" of relation \"{}\" {what}", name.text, table.name);
            return Err(refuse("55000", message, name.span));
        }
        self.identity_type(column.data_type.oid, name.span)?;
        self.make_identity(oid, column.number, identity(kind), options, name.span)?;
        self.identity_of_parts(&parts, name, Some(identity(kind)))
    }

    /// The partitions that follow a change of identity (since 17): it is neither for one of them nor for the table alone.
    fn partitions_with(
        &self,
        table: &Relation,
        inherit: bool,
        of_part: &str,
        of_only: &str,
        span: rollproof_source::TextRange,
    ) -> Outcome<Vec<Oid>> {
        if !self.shares_identity() {
            return Ok(Vec::new());
        }
        if table.partition.is_some() {
            return Err(refuse("42P16", format!("cannot {of_part} of a partition"), span));
        }
        let parts = match table.kind {
            rollproof_catalog::RelationKind::PartitionedTable => self.descendants_of(table.oid),
            _ => Vec::new(),
        };
        if !inherit && !parts.is_empty() {
            return Err(refuse("42P16", format!("cannot {of_only} of only the partitioned table"), span));
        }
        Ok(parts)
    }

    fn identity_of_parts(&mut self, parts: &[Oid], name: &Name, kind: Option<rollproof_catalog::Identity>) -> Outcome {
        for relation in parts {
            let number = self.relation(*relation)?.column(&name.text).map(|column| column.number);
            if let Some(number) = number {
                let id = ColumnId { relation: *relation, number };
                self.change_column(id, |column| column.identity = kind)?;
            }
        }
        Ok(())
    }

    fn not_identity(&self, table: &Relation, name: &Name) -> Outcome {
        let message = format!("column \"{}\" of relation \"{}\" is not an identity column", name.text, table.name);
        Err(refuse("55000", message, name.span))
    }

    /// `SET GENERATED …`
    pub(super) fn alter_set_identity(
        &mut self,
        oid: Oid,
        name: &Name,
        kind: Option<IdentityKind>,
        inherit: bool,
    ) -> Outcome {
        let (table, column) = self.column_of(oid, name)?;
        let what = "change identity column";
        let parts = self.partitions_with(&table, inherit, what, what, name.span)?;
        if column.identity.is_none() {
            return self.not_identity(&table, name);
        }
        let Some(kind) = kind else { return Ok(()) };
        let id = ColumnId { relation: oid, number: column.number };
        self.change_column(id, |column| column.identity = Some(identity(kind)))?;
        self.identity_of_parts(&parts, name, Some(identity(kind)))
    }

    /// `DROP IDENTITY`
    pub(super) fn alter_drop_identity(&mut self, oid: Oid, name: &Name, if_exists: bool, inherit: bool) -> Outcome {
        let (table, column) = self.column_of(oid, name)?;
        let what = "drop identity from a column";
        let parts = self.partitions_with(&table, inherit, what, what, name.span)?;
        if column.identity.is_none() {
            return if if_exists { Ok(()) } else { self.not_identity(&table, name) };
        }
        let id = ColumnId { relation: oid, number: column.number };
        for sequence in self.sequences_of(id) {
            self.schema.dependencies.clear_uses(ObjectId::Relation(sequence));
            self.drop_objects(&[ObjectId::Relation(sequence)], true, name.span)?;
        }
        self.change_column(id, |column| column.identity = None)?;
        self.identity_of_parts(&parts, name, None)
    }

    /// `SET EXPRESSION AS (x)` (PostgreSQL 17)
    pub(super) fn alter_set_expression(&mut self, oid: Oid, name: &Name, value: &Expr) -> Outcome {
        let (table, column) = self.column_of(oid, name)?;
        let Some(kind) = column.generated else {
            let message = format!("column \"{}\" of relation \"{}\" is not a generated column", name.text, table.name);
            return Err(refuse("55000", message, name.span));
        };
        for relation in std::iter::once(oid).chain(self.descendants_of(oid)) {
            let Some(number) = self.relation(relation)?.column(&name.text).map(|column| column.number) else {
                continue;
            };
            self.set_generated(relation, number, value, kind)?;
        }
        Ok(())
    }

    /// `DROP EXPRESSION`: the column becomes a plain one.
    pub(super) fn alter_drop_expression(&mut self, oid: Oid, name: &Name, if_exists: bool, inherit: bool) -> Outcome {
        let (table, column) = self.column_of(oid, name)?;
        if !inherit && !self.children_of(oid).is_empty() {
            let message = "ALTER TABLE / DROP EXPRESSION must be applied to child tables too";
            return Err(refuse("0A000", message, name.span));
        }
        if column.inherit_count > 0 {
            return Err(refuse("42P16", "cannot drop generation expression from inherited column", name.span));
        }
        let message = match column.generated {
            Some(Generated::Stored) => None,
            Some(Generated::Virtual) => Some((
                "0A000",
                "ALTER TABLE / DROP EXPRESSION is not supported for virtual generated columns".to_owned(),
            )),
            None if if_exists => return Ok(()),
            None => Some((
                "55000",
                format!("column \"{}\" of relation \"{}\" is not a generated column", name.text, table.name),
            )),
        };
        if let Some((code, message)) = message {
            return Err(refuse(code, message, name.span));
        }
        for relation in std::iter::once(oid).chain(self.descendants_of(oid)) {
            let Some(number) = self.relation(relation)?.column(&name.text).map(|column| column.number) else {
                continue;
            };
            self.forget_default(relation, number)?;
            self.change_column(ColumnId { relation, number }, |column| column.generated = None)?;
        }
        Ok(())
    }
}
