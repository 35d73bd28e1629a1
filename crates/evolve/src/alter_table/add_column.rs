//! `ADD COLUMN`, `ADD ATTRIBUTE` (`ATExecAddColumn`).

use std::sync::Arc;

use rollproof_catalog::{Oid, Relation, RelationKind};
use rollproof_sql::ast::{ColumnDefinition, ConstraintKind};

use crate::columns::{NewColumn, NewConstraint, NewDefault, NotNull};
use crate::constraint::{is_system_column, not_null_constraint};
use crate::context::{Context, Outcome, refuse};

impl Context {
    /// Adds a column to a table and its children; the constraints that wait for later passes are returned.
    pub(super) fn add_column(
        &mut self,
        oid: Oid,
        definition: &ColumnDefinition,
        if_not_exists: bool,
        inherit: bool,
    ) -> Outcome<Vec<NewConstraint>> {
        let table = self.relation(oid)?;
        let name = &definition.name;
        if table.of_type.is_some() {
            return Err(refuse("42809", "cannot add column to typed table", name.span));
        }
        if table.partition.is_some() {
            return Err(refuse("42809", "cannot add column to a partition", name.span));
        }
        if table.kind == RelationKind::View {
            let message = format!("ALTER action ADD COLUMN cannot be performed on relation \"{}\"", table.name);
            return Err(refuse("42809", message, name.span));
        }
        if table.column(&name.text).is_some() && if_not_exists {
            return Ok(Vec::new());
        }
        let typed_tables = self.tables_to_follow(&table, inherit, name.span)?;
        column_is_free(&table, &name.text, name.span)?;
        let (mut column, constraints) = self.new_column(definition, &table.name)?;
        self.no_row_in_itself(table.row_type, column.data_type.oid, column.span)?;
        primary_is_not_null(&mut column, &constraints);
        let children = self.children_of(oid);
        if !children.is_empty() {
            if !inherit {
                return Err(refuse("42P16", "column must be added to child tables too", name.span));
            }
            let shared = table.kind == RelationKind::PartitionedTable && self.shares_identity();
            if matches!(column.default, Some(NewDefault::Identity(..))) && !shared {
                let message = "cannot recursively add identity column to table that has child tables";
                return Err(refuse("42P16", message, name.span));
            }
        }
        // Values that are to be written into rows (`ATRewriteTables`): not where another table holds such rows.
        if table.kind != RelationKind::Composite && column.default.as_ref().is_some_and(writes_values) {
            self.row_type_unused(&table, name.span)?;
        }
        self.append_column(oid, &column)?;
        let inherited = NewColumn { not_null: None, ..column.clone() };
        for child in &children {
            self.add_inherited_column(*child, &inherited, name.span)?;
        }
        if column.not_null.as_ref().is_some_and(|not_null| !not_null.no_inherit) {
            self.hand_down_not_null(oid, &name.text, &children, name.span)?;
        }
        for typed in typed_tables {
            self.append_column(typed, &column)?;
        }
        Ok(constraints)
    }

    /// Puts a column at the end of one relation.
    fn append_column(&mut self, oid: Oid, column: &NewColumn) -> Outcome {
        let number = self.relation(oid)?.columns.len() as i16 + 1;
        if number > 1600 {
            return Err(refuse("54011", "tables can have at most 1600 columns", column.span));
        }
        let made = Self::catalog_column(column, number);
        self.depend_column(oid, &made);
        self.change(oid, |relation| relation.columns.push(made))?;
        self.store_default(oid, number, column)?;
        if let Some(not_null) = &column.not_null {
            // The mark is set with the column; its constraint is made here.
            self.set_not_null(oid, number, not_null, column.span)?;
        }
        Ok(())
    }

    fn add_inherited_column(&mut self, child: Oid, column: &NewColumn, span: rollproof_source::TextRange) -> Outcome {
        let table = self.relation(child)?;
        if let Some(known) = table.column(&column.name) {
            if known.data_type != column.data_type {
                let message =
                    format!("child table \"{}\" has different type for column \"{}\"", table.name, column.name);
                return Err(refuse("42804", message, span));
            }
            let id = rollproof_catalog::ColumnId { relation: child, number: known.number };
            return self.change_column(id, |known| known.inherit_count += 1);
        }
        column_is_free(&table, &column.name, span)?;
        let mut inherited = column.clone();
        inherited.is_local = false;
        inherited.inherit_count = 1;
        let parents: Vec<Oid> =
            table.inherits.iter().copied().chain(table.partition.as_ref().map(|part| part.parent)).collect();
        if let Some(not_null) = &mut inherited.not_null {
            // Its NOT NULL has the name that it has in the parent.
            let name = parents.iter().find_map(|parent| {
                let parent = self.schema.relation(*parent)?;
                Some(not_null_constraint(parent, parent.column(&column.name)?.number)?.name.clone())
            });
            *not_null = NotNull { name, written: false, ..not_null.clone() };
        }
        // A child reads its parent's sequence.
        if let Some(NewDefault::Serial) = &inherited.default {
            inherited.default = self.parent_default(&parents, &column.name);
        }
        let identity = match &inherited.default {
            Some(NewDefault::Identity(kind, _)) => Some(*kind),
            _ => None,
        };
        if identity.is_some() {
            inherited.default = None;
        }
        self.append_column(child, &inherited)?;
        let number = self.relation(child)?.columns.len() as i16;
        if identity.is_some() {
            self.change_column(rollproof_catalog::ColumnId { relation: child, number }, |own| own.identity = identity)?;
        }
        if inherited.not_null.is_some() {
            self.not_null_inherited(child, number, false)?;
        }
        for grandchild in self.children_of(child) {
            self.add_inherited_column(grandchild, column, span)?;
        }
        Ok(())
    }

    fn parent_default(&self, parents: &[Oid], name: &str) -> Option<NewDefault> {
        parents.iter().find_map(|parent| {
            let column = self.schema.relation(*parent)?.column(name)?;
            column.default.clone().map(|stored| NewDefault::Stored(stored, None))
        })
    }
}

/// Whether a default gives rows that are there a value.
fn writes_values(default: &NewDefault) -> bool {
    use rollproof_sql::ast::{ExprKind, Literal};
    match default {
        NewDefault::Written(value) => !matches!(value.kind, ExprKind::Literal(Literal::Null)),
        NewDefault::Generated(_, kind) => *kind == rollproof_catalog::Generated::Stored,
        NewDefault::Serial | NewDefault::Identity(..) => true,
        NewDefault::Stored(..) => false,
    }
}

/// A primary key makes its column NOT NULL at once, before the key's own pass.
fn primary_is_not_null(column: &mut NewColumn, constraints: &[NewConstraint]) {
    if constraints.iter().any(|new| matches!(new.definition.kind, ConstraintKind::PrimaryKey(_))) {
        column.not_null.get_or_insert(NotNull { name: None::<Arc<str>>, no_inherit: false, written: true });
    }
}

/// No column has this name yet (42701).
fn column_is_free(table: &Relation, name: &str, span: rollproof_source::TextRange) -> Outcome {
    if is_system_column(name) && table.kind != RelationKind::Composite {
        let message = format!("column name \"{name}\" conflicts with a system column name");
        return Err(refuse("42701", message, span));
    }
    if table.column(name).is_some() {
        let message = format!("column \"{name}\" of relation \"{}\" already exists", table.name);
        return Err(refuse("42701", message, span));
    }
    Ok(())
}
