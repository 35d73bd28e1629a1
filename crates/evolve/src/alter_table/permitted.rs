//! Which kinds of relation an action of `ALTER TABLE` is for (`ATPrepCmd`, `ATSimplePermissions` of tablecmds.c).

use rollproof_catalog::{Relation, RelationKind};
use rollproof_source::TextRange;
use rollproof_sql::ast::AlterTableAction as Action;

use crate::context::{Context, Outcome, refuse};

use RelationKind::{
    Composite, ForeignTable, Index, MaterializedView, PartitionedIndex, PartitionedTable, Sequence, Table, View,
};

const TABLES: &[RelationKind] = &[Table, PartitionedTable];
const WITH_FOREIGN: &[RelationKind] = &[Table, PartitionedTable, ForeignTable];
const WITH_VIEWS: &[RelationKind] = &[Table, PartitionedTable, View, ForeignTable];
const WITH_COMPOSITE: &[RelationKind] = &[Table, PartitionedTable, Composite, ForeignTable];
const STORED: &[RelationKind] = &[Table, PartitionedTable, MaterializedView];
const STORED_OR_FOREIGN: &[RelationKind] = &[Table, PartitionedTable, MaterializedView, ForeignTable];

/// An action in the words of the server's messages, and the kinds of relation that it is for.
type Permitted = (&'static str, &'static [RelationKind]);

impl Context {
    /// Refuses an action on a relation of another kind (42809).
    pub(super) fn action_permitted(&self, relation: &Relation, action: &Action, span: TextRange) -> Outcome {
        let permitted = column_action(action)
            .or_else(|| constraint_action(action))
            .or_else(|| storage_action(action, self.schema.builtin.version))
            .or_else(|| rest(action));
        let Some((what, kinds)) = permitted else { return Ok(()) };
        if !kinds.contains(&relation.kind) {
            let message = format!("ALTER action {what} cannot be performed on relation \"{}\"", relation.name);
            return Err(refuse("42809", message, span));
        }
        Ok(())
    }
}

fn column_action(action: &Action) -> Option<Permitted> {
    Some(match action {
        Action::AddColumn(..) => ("ADD COLUMN", &[Table, PartitionedTable, View, Composite, ForeignTable]),
        Action::DropColumn { .. } => ("DROP COLUMN", WITH_COMPOSITE),
        Action::ColumnType { .. } => ("ALTER COLUMN ... SET DATA TYPE", WITH_COMPOSITE),
        Action::ColumnDefault(_, Some(_)) => ("ALTER COLUMN ... SET DEFAULT", WITH_VIEWS),
        Action::ColumnDefault(_, None) => ("ALTER COLUMN ... DROP DEFAULT", WITH_VIEWS),
        Action::ColumnNotNull(_, true) => ("ALTER COLUMN ... SET NOT NULL", WITH_FOREIGN),
        Action::ColumnNotNull(_, false) => ("ALTER COLUMN ... DROP NOT NULL", WITH_FOREIGN),
        Action::AddIdentity(..) => ("ALTER COLUMN ... ADD IDENTITY", WITH_VIEWS),
        Action::SetIdentity(..) => ("ALTER COLUMN ... SET", WITH_VIEWS),
        Action::DropIdentity(..) => ("ALTER COLUMN ... DROP IDENTITY", WITH_VIEWS),
        Action::SetExpression(..) => ("ALTER COLUMN ... SET EXPRESSION", WITH_FOREIGN),
        Action::DropExpression(..) => ("ALTER COLUMN ... DROP EXPRESSION", WITH_FOREIGN),
        Action::ColumnOptions(..) => ("ALTER COLUMN ... SET", STORED_OR_FOREIGN),
        Action::ColumnReset(_) => ("ALTER COLUMN ... RESET", STORED_OR_FOREIGN),
        Action::ColumnStorage(..) => ("ALTER COLUMN ... SET STORAGE", STORED_OR_FOREIGN),
        Action::ColumnCompression(..) => ("ALTER COLUMN ... SET COMPRESSION", STORED),
        Action::ColumnForeignOptions(_) => ("ALTER COLUMN ... OPTIONS", &[ForeignTable]),
        Action::ColumnStatistics(_) | Action::NumberStatistics(..) => (
            "ALTER COLUMN ... SET STATISTICS",
            &[Table, PartitionedTable, MaterializedView, Index, PartitionedIndex, ForeignTable],
        ),
        _ => return None,
    })
}

fn constraint_action(action: &Action) -> Option<Permitted> {
    Some(match action {
        // That keys are not for foreign tables is said otherwise, when the constraint is read.
        Action::AddConstraint(_) => ("ADD CONSTRAINT", WITH_FOREIGN),
        Action::DropConstraint { .. } => ("DROP CONSTRAINT", WITH_FOREIGN),
        Action::ValidateConstraint(_) => ("VALIDATE CONSTRAINT", WITH_FOREIGN),
        Action::AlterConstraint { .. } | Action::ConstraintInherit(_) => ("ALTER CONSTRAINT", TABLES),
        _ => return None,
    })
}

fn storage_action(action: &Action, version: u32) -> Option<Permitted> {
    Some(match action {
        Action::Options(_) => ("SET", &[Table, PartitionedTable, View, MaterializedView, Index]),
        Action::ResetOptions(_) => ("RESET", &[Table, PartitionedTable, View, MaterializedView, Index]),
        Action::Cluster(Some(_)) => ("CLUSTER ON", STORED),
        Action::Cluster(None) => ("SET WITHOUT CLUSTER", STORED),
        Action::ReplicaIdentity(_) => ("REPLICA IDENTITY", STORED),
        // Partitioned tables have nothing that could be logged, which was passed over before.
        Action::Logged(logged) => {
            let what = if *logged { "SET LOGGED" } else { "SET UNLOGGED" };
            (what, if version >= 18 { &[Table, Sequence] } else { &[Table, PartitionedTable, Sequence] })
        }
        Action::AccessMethod(_) => {
            ("SET ACCESS METHOD", if version >= 17 { STORED } else { &[Table, MaterializedView] })
        }
        Action::Tablespace => ("SET TABLESPACE", &[Table, PartitionedTable, MaterializedView, Index, PartitionedIndex]),
        Action::WithoutOids => ("SET WITHOUT OIDS", WITH_FOREIGN),
        Action::ForeignOptions => ("OPTIONS", &[ForeignTable]),
        _ => return None,
    })
}

fn rest(action: &Action) -> Option<Permitted> {
    Some(match action {
        Action::RowSecurity('E') => ("ENABLE ROW SECURITY", TABLES),
        Action::RowSecurity('D') => ("DISABLE ROW SECURITY", TABLES),
        Action::RowSecurity('F') => ("FORCE ROW SECURITY", TABLES),
        Action::RowSecurity(_) => ("NO FORCE ROW SECURITY", TABLES),
        Action::Trigger(name, state) => {
            let what = match (name, state) {
                (Some(_), 'D') => "DISABLE TRIGGER",
                (Some(_), _) => "ENABLE TRIGGER",
                (None, 'D') => "DISABLE TRIGGER ALL",
                (None, _) => "ENABLE TRIGGER ALL",
            };
            (what, WITH_FOREIGN)
        }
        Action::Rule(_, 'D') => ("DISABLE RULE", TABLES),
        Action::Rule(..) => ("ENABLE RULE", TABLES),
        Action::Inherit(_) => ("INHERIT", WITH_FOREIGN),
        Action::NoInherit(_) => ("NO INHERIT", WITH_FOREIGN),
        Action::OfType(_) => ("OF", TABLES),
        Action::NotOf => ("NOT OF", TABLES),
        Action::AttachPartition(..) => ("ATTACH PARTITION", &[Table, PartitionedTable, PartitionedIndex]),
        Action::DetachPartition(..) => ("DETACH PARTITION", TABLES),
        _ => return None,
    })
}
