//! `DROP COLUMN`, `DROP ATTRIBUTE` (`ATExecDropColumn`).

use rollproof_catalog::{ColumnId, ObjectId, Oid, RelationKind};
use rollproof_sql::ast::Name;

use crate::constraint::is_system_column;
use crate::context::{Context, Outcome, refuse};

impl Context {
    /// Drops a column, and what hangs on it alone; from children too.
    pub(super) fn drop_column(
        &mut self,
        oid: Oid,
        name: &Name,
        if_exists: bool,
        cascade: bool,
        inherit: bool,
    ) -> Outcome {
        let table = self.relation(oid)?;
        if table.of_type.is_some() {
            return Err(refuse("42809", "cannot drop column from typed table", name.span));
        }
        let Some(column) = table.column(&name.text).cloned() else {
            if is_system_column(&name.text) {
                return Err(refuse("0A000", format!("cannot drop system column \"{}\"", name.text), name.span));
            }
            if if_exists {
                return self.absent_column(&table.name, name);
            }
            let message = format!("column \"{}\" of relation \"{}\" does not exist", name.text, table.name);
            return Err(refuse("42703", message, name.span));
        };
        if column.inherit_count > 0 {
            return Err(refuse("42P16", format!("cannot drop inherited column \"{}\"", name.text), name.span));
        }
        self.not_in_partition_key(oid, column.number, name, "drop")?;
        let children = self.children_of(oid);
        if !inherit && !children.is_empty() && table.kind == RelationKind::PartitionedTable {
            let message = "cannot drop column from only the partitioned table when partitions exist";
            return Err(refuse("42P16", message, name.span));
        }
        for child in children {
            self.drop_inherited(child, name, inherit, cascade)?;
        }
        for typed in self.tables_to_follow(&table, cascade, name.span)? {
            if let Some(number) = self.relation(typed)?.column(&name.text).map(|column| column.number) {
                self.drop_objects(&[ObjectId::Column(ColumnId { relation: typed, number })], cascade, name.span)?;
            }
        }
        let id = ColumnId { relation: oid, number: column.number };
        self.drop_objects(&[ObjectId::Column(id)], cascade, name.span)
    }

    /// `IF EXISTS` of a column of a relation that is not known for sure.
    fn absent_column(&self, table: &std::sync::Arc<str>, name: &Name) -> Outcome {
        match self.taint_of(table) {
            None => Ok(()),
            Some(why) => {
                let message = format!("cannot tell whether column \"{}\" of \"{table}\" exists: {why}", name.text);
                Err(crate::context::unmodelled(message, vec![table.clone()], name.span))
            }
        }
    }

    /// A column of a partition key stays as it is (42P16).
    pub(super) fn not_in_partition_key(&self, oid: Oid, number: i16, name: &Name, verb: &str) -> Outcome {
        let table = self.relation(oid)?;
        let Some(key) = &table.partition_key else { return Ok(()) };
        let in_expression = key.expressions.iter().any(|stored| {
            let column = ObjectId::Column(ColumnId { relation: oid, number });
            stored.text.bindings.iter().any(|binding| binding.1 == column)
        });
        if key.columns.contains(&number) || in_expression {
            let message = format!(
                "cannot {verb} column \"{}\" because it is part of the partition key of relation \"{}\"",
                name.text, table.name
            );
            return Err(refuse("42P16", message, name.span));
        }
        Ok(())
    }

    fn drop_inherited(&mut self, child: Oid, name: &Name, inherit: bool, cascade: bool) -> Outcome {
        let table = self.relation(child)?;
        let Some(column) = table.column(&name.text).cloned() else { return Ok(()) };
        self.not_in_partition_key(child, column.number, name, "drop")?;
        let id = ColumnId { relation: child, number: column.number };
        if inherit && column.inherit_count == 1 && !column.is_local {
            for grandchild in self.children_of(child) {
                self.drop_inherited(grandchild, name, inherit, cascade)?;
            }
            return self.drop_objects(&[ObjectId::Column(id)], cascade, name.span);
        }
        self.change_column(id, |column| {
            column.inherit_count -= 1;
            column.is_local |= !inherit;
        })
    }
}
