//! What `ALTER TABLE` says of how a relation is stored: names and rows stay, but not everything is taken (`tablecmds.c`).

use rollproof_catalog::{ColumnId, ConstraintKind, Oid, Persistence, Relation, RelationKind};
use rollproof_source::TextRange;
use rollproof_sql::ast::{AlterTableAction, Name, ReplicaIdentity};

use crate::context::{Context, Outcome, refuse};

impl Context {
    /// The actions that do not change what names mean.
    pub(super) fn alter_storage(&mut self, oid: Oid, action: &AlterTableAction, span: TextRange) -> Outcome {
        match action {
            AlterTableAction::ColumnStatistics(name) => self.column_statistics(oid, name),
            AlterTableAction::NumberStatistics(number, span) => self.number_statistics(oid, *number, *span),
            AlterTableAction::ColumnStorage(name, storage) => {
                let (_, column) = self.column_of(oid, name)?;
                storage.as_ref().map_or(Ok(()), |storage| self.check_storage(column.data_type.oid, storage))
            }
            AlterTableAction::ColumnOptions(name, options) => {
                self.column_of(oid, name)?;
                self.check_column_options(options)
            }
            AlterTableAction::Cluster(name) => self.cluster(oid, name.as_ref(), span),
            AlterTableAction::ReplicaIdentity(identity) => self.replica_identity(oid, identity),
            AlterTableAction::Logged(logged) => self.set_logged(oid, *logged, span),
            AlterTableAction::AccessMethod(name) => self.put_access_method(oid, name.as_ref()),
            _ => Ok(()),
        }
    }

    fn index_by_name(&self, table: &Relation, name: &Name) -> Outcome<Relation> {
        let Some(found) = self.schema.relations_in(table.namespace, &name.text).next() else {
            let message = format!("index \"{}\" for table \"{}\" does not exist", name.text, table.name);
            return Err(refuse("42704", message, name.span));
        };
        if !table.indexes.contains(&found.oid) {
            let message = format!("\"{}\" is not an index for table \"{}\"", name.text, table.name);
            return Err(refuse("42809", message, name.span));
        }
        Ok(found.clone())
    }

    /// `CLUSTER ON i`, `SET WITHOUT CLUSTER`
    fn cluster(&mut self, oid: Oid, name: Option<&Name>, span: TextRange) -> Outcome {
        let table = self.relation(oid)?;
        let partitioned = || refuse("0A000", "cannot mark index clustered in partitioned table", span);
        let is_partitioned = table.kind == RelationKind::PartitionedTable;
        let Some(name) = name else { return if is_partitioned { Err(partitioned()) } else { Ok(()) } };
        let index = self.index_by_name(&table, name)?;
        let Some(data) = &index.index else { return Ok(()) };
        if matches!(&*data.method, "hash" | "gin" | "brin" | "spgist") {
            let message =
                format!("cannot cluster on index \"{}\" because access method does not support clustering", name.text);
            return Err(refuse("0A000", message, name.span));
        }
        if data.predicate.is_some() {
            return Err(refuse("0A000", format!("cannot cluster on partial index \"{}\"", name.text), name.span));
        }
        if !data.valid {
            return Err(refuse("0A000", format!("cannot cluster on invalid index \"{}\"", name.text), name.span));
        }
        if is_partitioned {
            return Err(partitioned());
        }
        Ok(())
    }

    /// `REPLICA IDENTITY` (`ATExecReplicaIdentity`)
    fn replica_identity(&mut self, oid: Oid, identity: &ReplicaIdentity) -> Outcome {
        let ReplicaIdentity::Index(name) = identity else {
            return self.change(oid, |relation| relation.replica_index = Oid::NONE);
        };
        let table = self.relation(oid)?;
        let index = self.index_by_name(&table, name)?;
        let Some(data) = index.index.clone() else { return Ok(()) };
        let wrong = |code, what: &str| {
            Err(refuse(code, format!("cannot use {what} index \"{}\" as replica identity", name.text), name.span))
        };
        if !data.unique {
            return wrong("42809", "non-unique");
        }
        if !data.immediate {
            return wrong("0A000", "non-immediate");
        }
        if data.keys.iter().any(|key| key.expression.is_some()) {
            return wrong("0A000", "expression");
        }
        if data.predicate.is_some() {
            return wrong("0A000", "partial");
        }
        for key in &data.keys {
            let column = table.column_by_number(key.column).filter(|column| !column.not_null);
            if let Some(column) = column {
                let message = format!(
                    "index \"{}\" cannot be used as replica identity because column \"{}\" is nullable",
                    name.text, column.name
                );
                return Err(refuse("42809", message, name.span));
            }
        }
        self.change(oid, |relation| relation.replica_index = index.oid)
    }

    /// A column of the index that tells rows apart in replication stays NOT NULL (42P16).
    pub(super) fn not_in_replica_identity(&self, table: &Relation, number: i16, name: &Name) -> Outcome {
        let index = self.schema.relation(table.replica_index).filter(|_| table.replica_index.is_some());
        let inside = index
            .and_then(|each| each.index.as_ref())
            .is_some_and(|data| data.keys.iter().any(|key| key.column == number));
        if !inside {
            return Ok(());
        }
        Err(refuse("42P16", format!("column \"{}\" is in index used as replica identity", name.text), name.span))
    }

    /// `SET LOGGED`, `SET UNLOGGED`: a logged table cannot refer to an unlogged one (`ATPrepChangePersistence`).
    fn set_logged(&mut self, oid: Oid, logged: bool, span: TextRange) -> Outcome {
        let table = self.relation(oid)?;
        let wanted = if logged { Persistence::Permanent } else { Persistence::Unlogged };
        if table.persistence == Persistence::Temporary {
            let message = format!("cannot change logged status of table \"{}\" because it is temporary", table.name);
            return Err(refuse("42P16", message, span));
        }
        if table.persistence == wanted {
            return Ok(());
        }
        let refers = |from: &Relation, to: Oid| {
            from.constraints
                .iter()
                .any(|known| matches!(&known.kind, ConstraintKind::ForeignKey(key) if key.relation == to))
        };
        let others = self.schema.relations.iter().filter(|other| other.oid != oid);
        for other in others {
            let (verb, between) =
                if logged { ("references", refers(&table, other.oid)) } else { ("references", refers(other, oid)) };
            if !between {
                continue;
            }
            let message = match (logged, other.persistence) {
                (true, Persistence::Unlogged) => format!(
                    "could not change table \"{}\" to logged because it {verb} unlogged table \"{}\"",
                    table.name, other.name
                ),
                (false, Persistence::Permanent) => format!(
                    "could not change table \"{}\" to unlogged because it {verb} logged table \"{}\"",
                    table.name, other.name
                ),
                _ => continue,
            };
            return Err(refuse("42P16", message, span));
        }
        let mut changed = vec![oid];
        changed.extend(&table.indexes);
        if self.schema.builtin.version >= 15 {
            for column in table.live_columns() {
                changed.extend(self.sequences_of(ColumnId { relation: oid, number: column.number }));
            }
        }
        for each in changed {
            self.change(each, |relation| relation.persistence = wanted)?;
        }
        Ok(())
    }

    /// `ALTER COLUMN c SET STATISTICS`: of an index only by number.
    fn column_statistics(&mut self, oid: Oid, name: &Name) -> Outcome {
        let relation = self.relation(oid)?;
        match &relation.index {
            None => self.column_of(oid, name).map(|_| ()),
            Some(index) => self.index_statistics_by_name(&relation, index, name),
        }
    }

    /// A column of an index by name: only an expression has a target of its own, and is called otherwise than a column.
    fn index_statistics_by_name(&self, relation: &Relation, index: &rollproof_catalog::Index, name: &Name) -> Outcome {
        let table = self.schema.relation(index.table);
        let keys = index.keys.iter().map(|key| key.column).chain(index.include.iter().copied());
        let is_key = keys.filter_map(|number| table?.column_by_number(number)).any(|column| column.name == name.text);
        if is_key {
            let message = format!("cannot alter statistics on non-expression column \"{}\"", name.text);
            return Err(refuse("0A000", message, name.span));
        }
        if index.keys.iter().any(|key| key.expression.is_some()) {
            return Ok(());
        }
        let message = format!("column \"{}\" of relation \"{}\" does not exist", name.text, relation.name);
        Err(refuse("42703", message, name.span))
    }

    /// `ALTER COLUMN n SET STATISTICS` (`ATExecSetStatistics`): only an index's expressions have a target of their own.
    fn number_statistics(&mut self, oid: Oid, number: i16, span: TextRange) -> Outcome {
        let relation = self.relation(oid)?;
        let Some(index) = &relation.index else {
            return Err(refuse("0A000", "cannot refer to non-index column by number", span));
        };
        let keys = index.keys.len();
        let place = usize::from(number.unsigned_abs()).saturating_sub(1);
        let column = |number: i16| {
            let table = self.schema.relation(index.table);
            table
                .and_then(|table| table.column_by_number(number))
                .map_or_else(String::new, |found| found.name.to_string())
        };
        if place >= keys + index.include.len() {
            let message = format!("column number {number} of relation \"{}\" does not exist", relation.name);
            return Err(refuse("42703", message, span));
        }
        if let Some(included) = place.checked_sub(keys).and_then(|at| index.include.get(at)) {
            let message = format!(
                "cannot alter statistics on included column \"{}\" of index \"{}\"",
                column(*included),
                relation.name
            );
            return Err(refuse("0A000", message, span));
        }
        if let Some(key) = index.keys.get(place).filter(|key| key.column != 0) {
            let message = format!(
                "cannot alter statistics on non-expression column \"{}\" of index \"{}\"",
                column(key.column),
                relation.name
            );
            return Err(refuse("0A000", message, span));
        }
        Ok(())
    }
}
