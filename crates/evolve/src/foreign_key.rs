//! FOREIGN KEY (`ATAddForeignKeyConstraint`).

use rollproof_catalog::{
    Column, ColumnId, ConstraintKind, DependencyKind, ForeignKey, Generated, ObjectId, Oid, Persistence, Relation,
    RelationKind, TypeRef, oid,
};
use rollproof_resolve::types::CoercionContext;
use rollproof_source::TextRange;
use rollproof_sql::ast::{ConstraintKind as Written, Name, ReferentialAction};

use crate::columns::NewConstraint;
use crate::constraint::plain_constraint;
use crate::context::{Context, Outcome, refuse, refuse_with};
use crate::names::{constraint_name, name_addition};

/// A unique key of the referenced table that fits: its columns as the foreign key names them, and its index.
type Target = (Vec<i16>, Oid);

impl Context {
    /// `FOREIGN KEY (…) REFERENCES …`
    pub(crate) fn add_foreign_key(&mut self, relation: Oid, new: &NewConstraint) -> Outcome {
        let definition = &new.definition;
        let Written::ForeignKey { columns, table, referenced, on_delete, set_columns, on_update, match_full } =
            &definition.kind
        else {
            return Ok(());
        };
        let own = self.relation(relation)?;
        if own.kind == RelationKind::ForeignTable {
            let message = "foreign key constraints are not supported on foreign tables";
            return Err(refuse("0A000", message, definition.span));
        }
        let target = self.relation_named(table)?;
        let span = definition.span;
        if !matches!(target.kind, RelationKind::Table | RelationKind::PartitionedTable) {
            let message = format!("referenced relation \"{}\" is not a table", target.name);
            return Err(refuse("42809", message, table.span));
        }
        self.may_on(&target, rollproof_catalog::Privilege::References, table.span)?;
        persistence_fits(&own, &target, span)?;
        let own_column = new.column.as_ref().map(|text| Name { text: text.clone(), span });
        let names: Vec<Name> = if columns.is_empty() { own_column.into_iter().collect() } else { columns.clone() };
        let keys = foreign_key_columns(&own, &names)?;
        let (target_columns, index) = match referenced.is_empty() {
            true => self.primary_key_target(&target, keys.len(), span)?,
            false => self.unique_target(&target, referenced, keys.len(), span)?,
        };
        let set_columns = set_columns_fit(&own, &keys, set_columns)?;
        generated_fits(&own, &keys, *on_update, *on_delete, span)?;
        let name = match &definition.name {
            Some(name) => {
                self.constraint_name_free(&own, &name.text, span)?;
                name.text.clone()
            }
            None => {
                let addition = name_addition(names.iter().map(Name::as_str));
                constraint_name(&self.schema, &own.name, Some(&addition), "fkey", own.namespace, &[])
            }
        };
        self.key_types_fit(&own, &keys, &target, &target_columns, &name, span)?;
        let key = ForeignKey {
            relation: target.oid,
            columns: target_columns,
            on_delete: *on_delete,
            set_columns,
            on_update: *on_update,
            match_full: *match_full,
            index,
        };
        let oid = self.schema.allocate();
        let mut constraint = plain_constraint(oid, name, ConstraintKind::ForeignKey(key), keys);
        constraint.deferrable = definition.deferrable;
        constraint.deferred = definition.initially_deferred;
        constraint.validated = !definition.not_valid && !definition.not_enforced;
        constraint.enforced = !definition.not_enforced;
        // A foreign key of one table is never inherited (connoinherit), that of a partitioned table always.
        constraint.no_inherit = own.kind != RelationKind::PartitionedTable;
        self.store_foreign_key(relation, constraint)?;
        if own.kind == RelationKind::PartitionedTable {
            for child in self.children_of(relation) {
                self.clone_foreign_key(relation, oid, child)?;
            }
        }
        Ok(())
    }

    /// Adds a foreign key with what it depends on.
    pub(crate) fn store_foreign_key(&mut self, relation: Oid, constraint: rollproof_catalog::Constraint) -> Outcome {
        let ConstraintKind::ForeignKey(key) = constraint.kind.clone() else { return Ok(()) };
        let (me, parent) = (ObjectId::Constraint(constraint.oid), constraint.parent);
        self.add_constraint_entry(relation, constraint)?;
        for number in &key.columns {
            let id = ColumnId { relation: key.relation, number: *number };
            self.depend(me, ObjectId::Column(id), DependencyKind::Normal);
        }
        self.depend(me, ObjectId::Relation(key.index), DependencyKind::Normal);
        // Each partition of the referenced table has a constraint of its own on the server (`CloneFkReferenced`).
        for partition in self.partitions_below(key.relation) {
            self.depend(me, ObjectId::Relation(partition), DependencyKind::Normal);
        }
        if parent.is_some() {
            self.depend(me, ObjectId::Constraint(parent), DependencyKind::Internal);
        }
        Ok(())
    }

    fn primary_key_target(&self, target: &Relation, count: usize, span: TextRange) -> Outcome<Target> {
        let found = target.constraints.iter().find(|known| matches!(known.kind, ConstraintKind::PrimaryKey));
        let Some(key) = found else {
            let message = format!("there is no primary key for referenced table \"{}\"", target.name);
            return Err(refuse("42704", message, span));
        };
        if key.deferrable {
            let message = format!("cannot use a deferrable primary key for referenced table \"{}\"", target.name);
            return Err(refuse("55000", message, span));
        }
        counts_agree(count, key.columns.len(), span)?;
        Ok((key.columns.clone(), key.index))
    }

    /// `transformFkeyCheckAttrs`: any unique index without predicate and expressions over exactly these columns.
    fn unique_target(&self, target: &Relation, names: &[Name], count: usize, span: TextRange) -> Outcome<Target> {
        let columns = foreign_key_columns(target, names)?;
        counts_agree(count, columns.len(), span)?;
        if (1..columns.len()).any(|at| columns[..at].contains(&columns[at])) {
            let message = "foreign key referenced-columns list must not contain duplicates";
            return Err(refuse("42830", message, span));
        }
        let mut deferrable = false;
        for oid in &target.indexes {
            let Some(index) = self.schema.relation(*oid).and_then(|each| each.index.as_ref()) else { continue };
            let fits = index.unique
                && index.valid
                && index.predicate.is_none()
                && index.keys.len() == columns.len()
                && index.keys.iter().all(|key| key.expression.is_none() && columns.contains(&key.column));
            if fits && index.immediate {
                return Ok((columns, *oid));
            }
            deferrable |= fits;
        }
        if deferrable {
            let message = format!("cannot use a deferrable unique constraint for referenced table \"{}\"", target.name);
            return Err(refuse("55000", message, span));
        }
        let message =
            format!("there is no unique constraint matching given keys for referenced table \"{}\"", target.name);
        Err(refuse("42830", message, span))
    }

    /// Each pair of columns needs an equality operator of the key's operator family (42804).
    pub(crate) fn key_types_fit(
        &self,
        own: &Relation,
        keys: &[i16],
        target: &Relation,
        columns: &[i16],
        name: &str,
        span: TextRange,
    ) -> Outcome {
        for (own_number, number) in keys.iter().zip(columns) {
            let (Some(from), Some(to)) = (own.column_by_number(*own_number), target.column_by_number(*number)) else {
                continue;
            };
            if self.comparable(from.data_type, to.data_type) {
                self.key_collations_fit(from, to, name, span)?;
                continue;
            }
            let show = |data_type: TypeRef| self.schema.format_type(TypeRef::plain(data_type.oid));
            let detail = format!(
                "Key columns \"{}\" of the referencing table and \"{}\" of the referenced table are of incompatible \
                 types: {} and {}.",
                from.name,
                to.name,
                show(from.data_type),
                show(to.data_type)
            );
            let message = format!("foreign key constraint \"{name}\" cannot be implemented");
            return Err(refuse_with("42804", message, detail, span));
        }
        Ok(())
    }

    /// Since PostgreSQL 18 columns whose collations do not tell equal texts by their bytes need the same one.
    fn key_collations_fit(&self, from: &Column, to: &Column, name: &str, span: TextRange) -> Outcome {
        let of = |column: &Column| self.schema.collation(column.collation).filter(|_| column.collation.is_some());
        let (Some(own), Some(referenced)) = (of(from), of(to)) else { return Ok(()) };
        if self.schema.builtin.version < 18
            || own.oid == referenced.oid
            || own.deterministic && referenced.deterministic
        {
            return Ok(());
        }
        let detail = format!(
            "Key columns \"{}\" of the referencing table and \"{}\" of the referenced table have incompatible \
             collations: \"{}\" and \"{}\".  If either collation is nondeterministic, then both collations have to be the \
             same.",
            from.name, to.name, own.name, referenced.name
        );
        let message = format!("foreign key constraint \"{name}\" cannot be implemented");
        Err(refuse_with("42P21", message, detail, span))
    }

    fn comparable(&self, from: TypeRef, to: TypeRef) -> bool {
        const FAMILIES: [&[Oid]; 4] = [
            &[oid::INT2, oid::INT4, oid::INT8],
            &[oid::DATE, oid::TIMESTAMP, oid::TIMESTAMPTZ],
            &[oid::FLOAT4, oid::FLOAT8],
            &[oid::TEXT, oid::VARCHAR, oid::NAME],
        ];
        let (from_base, to_base) = (self.schema.base_type(from).oid, self.schema.base_type(to).oid);
        from_base == to_base
            || FAMILIES.iter().any(|family| family.contains(&from_base) && family.contains(&to_base))
            || self.can_coerce(from_base, to_base, CoercionContext::Implicit)
    }
}

fn counts_agree(own: usize, referenced: usize, span: TextRange) -> Outcome {
    if own == referenced {
        return Ok(());
    }
    let message = "number of referencing and referenced columns for foreign key disagree";
    Err(refuse("42830", message, span))
}

fn foreign_key_columns(table: &Relation, names: &[Name]) -> Outcome<Vec<i16>> {
    let find = |name: &Name| match table.column(&name.text) {
        Some(column) => Ok(column.number),
        None => {
            let message = format!("column \"{}\" referenced in foreign key constraint does not exist", name.text);
            Err(refuse("42703", message, name.span))
        }
    };
    names.iter().map(find).collect()
}

/// `ON DELETE SET NULL (…)`: columns of the key (42P10).
fn set_columns_fit(own: &Relation, keys: &[i16], names: &[Name]) -> Outcome<Vec<i16>> {
    let numbers = foreign_key_columns(own, names)?;
    match numbers.iter().zip(names).find(|(number, _)| !keys.contains(number)) {
        Some((_, name)) => {
            let message =
                format!("column \"{}\" referenced in ON DELETE SET action must be part of foreign key", name.text);
            Err(refuse("42P10", message, name.span))
        }
        None => Ok(numbers),
    }
}

/// A permanent table must not rely on one that can vanish (42P16).
fn persistence_fits(own: &Relation, target: &Relation, span: TextRange) -> Outcome {
    let message = match (own.persistence, target.persistence) {
        (Persistence::Permanent, Persistence::Unlogged | Persistence::Temporary) => {
            "constraints on permanent tables may reference only permanent tables"
        }
        (Persistence::Unlogged, Persistence::Temporary) => {
            "constraints on unlogged tables may reference only permanent or unlogged tables"
        }
        (Persistence::Temporary, Persistence::Permanent | Persistence::Unlogged) => {
            "constraints on temporary tables may reference only temporary tables"
        }
        _ => return Ok(()),
    };
    Err(refuse("42P16", message, span))
}

/// Actions that would write a generated column are refused.
fn generated_fits(
    own: &Relation,
    keys: &[i16],
    on_update: ReferentialAction,
    on_delete: ReferentialAction,
    span: TextRange,
) -> Outcome {
    let generated = |number: &i16| own.column_by_number(*number).and_then(|column| column.generated);
    let kinds: Vec<Generated> = keys.iter().filter_map(generated).collect();
    if kinds.contains(&Generated::Virtual) {
        let message = "foreign key constraints on virtual generated columns are not supported";
        return Err(refuse("0A000", message, span));
    }
    let sets = |action| matches!(action, ReferentialAction::SetNull | ReferentialAction::SetDefault);
    let what = if kinds.is_empty() {
        None
    } else if sets(on_update) || on_update == ReferentialAction::Cascade {
        Some("UPDATE")
    } else if sets(on_delete) {
        Some("DELETE")
    } else {
        None
    };
    what.map_or(Ok(()), |what| {
        let message = format!("invalid ON {what} action for foreign key constraint containing generated column");
        Err(refuse("42601", message, span))
    })
}
