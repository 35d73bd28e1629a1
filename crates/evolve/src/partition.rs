//! Partitions: keys, bounds, what is cloned to them, ATTACH and DETACH (`tablecmds.c`, `partbounds.c`).

use std::sync::Arc;

use rollproof_catalog::{
    ColumnId, Constraint, ConstraintKind, DependencyKind, ObjectId, Oid, Partition, PartitionKey, Relation,
    RelationKind, Trigger, TypeRef,
};
use rollproof_resolve::ExpressionPlace;
use rollproof_source::TextRange;
use rollproof_sql::ast::{CreateTable, Expr, ExprKind, PartitionBound, PartitionBy, QualifiedName};

use crate::bind::{no_scope, relation_scope};
use crate::constraint::is_system_column;
use crate::context::{Context, Outcome, Stop, refuse};

impl Context {
    /// `PARTITION BY strategy (keys)` (`transformPartitionSpec`, `ComputePartitionAttrs`).
    ///
    /// `generated` names the columns that will be generated: they decide no row's partition (42P17).
    pub(crate) fn set_partition_key(&mut self, relation: Oid, by: &PartitionBy, generated: &[Arc<str>]) -> Outcome {
        let strategy = self.partition_strategy(by)?;
        let mut key = PartitionKey { strategy, columns: Vec::new(), expressions: Vec::new() };
        let method = if strategy == b'h' { "hash" } else { "btree" };
        for element in &by.keys {
            let data_type = match &element.value.kind {
                ExprKind::Column(reference)
                    if reference.fields.len() == 1 && !self.is_whole_row(relation, reference) =>
                {
                    let name = &reference.fields[0];
                    let table = self.relation(relation)?;
                    let Some(column) = table.column(&name.text) else {
                        return Err(missing_key(&name.text, name.span));
                    };
                    if generated.contains(&column.name) {
                        return Err(refuse("42P17", "cannot use generated column in partition key", name.span));
                    }
                    let (number, data_type) = (column.number, column.data_type);
                    key.columns.push(number);
                    self.part_of_key(relation, number);
                    Some(data_type)
                }
                _ => {
                    let place = ExpressionPlace::PartitionKey;
                    let bound = self.bind(&element.value, &relation_scope(relation), &place)?;
                    let columns = bound.columns_of(relation);
                    let table = self.relation(relation)?;
                    let mut read = columns.iter().filter_map(|number| table.column_by_number(*number));
                    if read.any(|column| generated.contains(&column.name)) {
                        let message = "cannot use generated column in partition key";
                        return Err(refuse("42P17", message, element.value.span));
                    }
                    let whole_row = matches!(&element.value.kind, ExprKind::Column(_));
                    if bound.data_type.is_some() && columns.is_empty() && !whole_row {
                        let message = "cannot use constant expression as partition key";
                        return Err(refuse("42P17", message, element.value.span));
                    }
                    let object = ObjectId::Relation(relation);
                    for used in bound.uses.iter().filter(|used| !matches!(used, ObjectId::Column(_))) {
                        self.depend(object, *used, DependencyKind::Normal);
                    }
                    columns.iter().for_each(|number| self.part_of_key(relation, *number));
                    let number = key.columns.len() + 1;
                    let pseudo = bound.data_type.filter(|of| of.oid == rollproof_catalog::oid::RECORD);
                    if let Some(pseudo) = pseudo {
                        let shown = self.schema.format_type(pseudo);
                        let message = format!("partition key column {number} has pseudo-type {shown}");
                        return Err(refuse("42P16", message, element.value.span));
                    }
                    key.columns.push(0);
                    key.expressions.push(bound.stored);
                    bound.data_type
                }
            };
            match (data_type, &element.operator_class) {
                (Some(data_type), None) => self.partition_class(data_type, method, element.value.span)?,
                (data_type, Some(written)) => self.named_operator_class(written, method, data_type).map(|_| ())?,
                (None, None) => {}
            }
        }
        self.change(relation, |table| table.partition_key = Some(Arc::new(key)))
    }

    /// `l`, `r` or `h` (`PartitionStrategy`).
    fn partition_strategy(&self, by: &PartitionBy) -> Outcome<u8> {
        let strategy = match &*by.strategy {
            "list" => b'l',
            "range" => b'r',
            "hash" => b'h',
            other => {
                let message = format!("unrecognized partitioning strategy \"{other}\"");
                return Err(refuse("22023", message, self.span));
            }
        };
        if strategy == b'l' && by.keys.len() != 1 {
            let message = "cannot use \"list\" partition strategy with more than one column";
            return Err(refuse("42P17", message, self.span));
        }
        Ok(strategy)
    }

    /// A column of the key does not go without the table (`StorePartitionKey`).
    fn part_of_key(&mut self, relation: Oid, number: i16) {
        let column = ObjectId::Column(ColumnId { relation, number });
        self.depend(column, ObjectId::Relation(relation), DependencyKind::Internal);
    }

    /// `((t))`: the row of the table itself, where no column has its name.
    fn is_whole_row(&self, relation: Oid, reference: &rollproof_sql::ast::ColumnRef) -> bool {
        let table = self.schema.relation(relation);
        table.is_some_and(|table| {
            let name = reference.fields.first().map(|field| &field.text);
            name == Some(&table.name) && table.column(&table.name).is_none()
        })
    }

    fn partition_class(&self, data_type: TypeRef, method: &str, span: TextRange) -> Outcome {
        self.default_class(data_type, method, span).map(|_| ())
    }

    /// Whether a bound fits its parent's key (`transformPartitionBound`, `check_new_partition_bound`).
    pub(crate) fn check_bound(
        &mut self,
        parent: &Relation,
        bound: &PartitionBound,
        span: TextRange,
        name: &str,
    ) -> Outcome {
        let Some(key) = parent.partition_key.clone() else { return Ok(()) };
        let siblings = self.children_of(parent.oid);
        self.bound_fits(parent, bound, &key, &siblings, span, name)?;
        self.no_overlap(parent, bound, span, name)
    }

    fn bound_fits(
        &mut self,
        parent: &Relation,
        bound: &PartitionBound,
        key: &PartitionKey,
        siblings: &[Oid],
        span: TextRange,
        name: &str,
    ) -> Outcome {
        let wrong =
            |strategy: &str| refuse("42P16", format!("invalid bound specification for a {strategy} partition"), span);
        let expected = match key.strategy {
            b'l' => "list",
            b'r' => "range",
            _ => "hash",
        };
        match (bound, key.strategy) {
            (PartitionBound::Default, b'h') => {
                Err(refuse("42P16", "a hash-partitioned table may not have a default partition", span))
            }
            (PartitionBound::Default, _) => self.only_default(siblings, name, span),
            (PartitionBound::List(values), b'l') => self.bound_values(parent, key, &[0], values),
            (PartitionBound::Range(from, to), b'r') => {
                let count = key.columns.len();
                for (side, values) in [("FROM", from), ("TO", to)] {
                    if values.len() != count {
                        let message = format!("{side} must specify exactly one value per partitioning column");
                        return Err(refuse("42P16", message, span));
                    }
                }
                let at: Vec<usize> = (0..count).collect();
                self.bound_values(parent, key, &at, from)?;
                self.bound_values(parent, key, &at, to)
            }
            (PartitionBound::Hash(modulus, remainder), b'h') => {
                if *modulus <= 0 {
                    let message = "modulus for hash partition must be an integer value greater than zero";
                    return Err(refuse("42P16", message, span));
                }
                if *remainder < 0 || remainder >= modulus {
                    let message = if *remainder < 0 {
                        "remainder for hash partition must be an integer value greater than or equal to zero"
                    } else {
                        "remainder for hash partition must be less than modulus"
                    };
                    return Err(refuse("42P16", message, span));
                }
                Ok(())
            }
            _ => Err(wrong(expected)),
        }
    }

    fn only_default(&self, siblings: &[Oid], name: &str, span: TextRange) -> Outcome {
        let is_default = |oid: &&Oid| {
            let part = self.schema.relation(**oid).and_then(|each| each.partition.as_ref());
            part.and_then(|part| part.bound.as_deref()).is_some_and(|bound| matches!(bound, PartitionBound::Default))
        };
        match siblings.iter().find(is_default).and_then(|oid| self.schema.relation(*oid)) {
            Some(other) => {
                let message =
                    format!("partition \"{name}\" conflicts with existing default partition \"{}\"", other.name);
                Err(refuse("42P17", message, span))
            }
            None => Ok(()),
        }
    }

    /// Each value of a bound must be of its key's type.
    fn bound_values(&mut self, parent: &Relation, key: &PartitionKey, at: &[usize], values: &[Expr]) -> Outcome {
        for (position, value) in values.iter().enumerate() {
            let edge = matches!(&value.kind, ExprKind::Column(reference)
                if reference.fields.len() == 1 && matches!(&*reference.fields[0].text, "minvalue" | "maxvalue"));
            let slot = at.get(position).or(at.first()).copied().unwrap_or(0);
            let number = key.columns.get(slot).copied().unwrap_or(0);
            let Some(column) = parent.column_by_number(number) else { continue };
            let null = matches!(value.kind, ExprKind::Literal(rollproof_sql::ast::Literal::Null));
            if null && key.strategy == b'r' {
                return Err(refuse("42P17", "cannot specify NULL in range bound", value.span));
            }
            if !edge {
                self.bind(value, &no_scope(), &ExpressionPlace::PartitionBound(column.data_type))?;
            }
        }
        Ok(())
    }

    /// What a new partition gets from its parent: indexes, foreign keys, row triggers.
    pub(crate) fn clone_from_parent(&mut self, child: Oid, create: &CreateTable, parents: &[Relation]) -> Outcome {
        match (&create.partition_of, parents) {
            (Some(_), [parent]) => self.clone_all(child, parent.oid),
            _ => Ok(()),
        }
    }

    /// The partitions of a partitioned table, and theirs; none of another table.
    pub(crate) fn partitions_below(&self, table: Oid) -> Vec<Oid> {
        let partitioned = self.schema.relation(table).is_some_and(|table| table.kind == RelationKind::PartitionedTable);
        if partitioned { self.descendants_of(table) } else { Vec::new() }
    }

    /// The foreign keys that refer to a table, or to one that it is a partition of.
    fn keys_to(&self, table: Oid) -> Vec<Oid> {
        let mut targets = vec![table];
        let mut next = self.schema.relation(table).and_then(|table| table.partition.as_ref());
        while let Some(partition) = next.filter(|partition| !targets.contains(&partition.parent)) {
            targets.push(partition.parent);
            next = self.schema.relation(partition.parent).and_then(|table| table.partition.as_ref());
        }
        let refers = |constraint: &&Arc<Constraint>| matches!(&constraint.kind, ConstraintKind::ForeignKey(key) if targets.contains(&key.relation));
        let relations = self.schema.relations.iter();
        relations.flat_map(|each| each.constraints.iter().filter(refers)).map(|constraint| constraint.oid).collect()
    }

    fn clone_all(&mut self, child: Oid, parent: Oid) -> Outcome {
        let table = self.relation(parent)?;
        for key in self.keys_to(parent) {
            for partition in std::iter::once(child).chain(self.partitions_below(child)) {
                self.depend(ObjectId::Constraint(key), ObjectId::Relation(partition), DependencyKind::Normal);
            }
        }
        let foreign = self.relation(child)?.kind == RelationKind::ForeignTable;
        for index in &table.indexes {
            let unique =
                self.schema.relation(*index).and_then(|each| each.index.as_ref()).is_some_and(|each| each.unique);
            if foreign && !unique {
                continue;
            }
            let matching = self.matching_index(child, *index)?;
            match matching {
                Some(own) => self.attach_index(own, *index)?,
                None => {
                    if let Some(request) = self.cloned_index(*index, child, *index)? {
                        self.one_primary_key(child, &request)?;
                        self.define_index(request)?;
                    }
                }
            }
        }
        for constraint in &table.constraints {
            if let ConstraintKind::ForeignKey(_) = constraint.kind {
                self.clone_foreign_key(parent, constraint.oid, child)?;
            }
        }
        for trigger in table.triggers.iter().filter(|trigger| trigger.for_each_row) {
            self.clone_trigger(trigger, child)?;
        }
        Ok(())
    }

    /// A partition's copy of its parent's foreign key, of the same name (`CloneFkReferencing`).
    pub(crate) fn clone_foreign_key(&mut self, parent: Oid, constraint: Oid, child: Oid) -> Outcome {
        let (source, target) = (self.relation(parent)?, self.relation(child)?);
        let Some(known) = source.constraints.iter().find(|each| each.oid == constraint) else { return Ok(()) };
        let mut copy: Constraint = (**known).clone();
        let number = |number: &i16| {
            let name = source.column_by_number(*number).map(|column| column.name.clone());
            name.and_then(|name| target.column(&name).map(|column| column.number)).unwrap_or(0)
        };
        copy.columns = copy.columns.iter().map(number).collect();
        if let Some(own) = target.constraints.iter().find(|own| same_foreign_key(own, &copy)) {
            let oid = own.oid;
            self.change_constraint(child, oid, |own| {
                own.parent = constraint;
                own.is_local = false;
                own.inherit_count = 1;
            })?;
            self.depend(ObjectId::Constraint(oid), ObjectId::Constraint(constraint), DependencyKind::Internal);
            return Ok(());
        }
        copy.oid = self.schema.allocate();
        copy.parent = constraint;
        copy.is_local = false;
        copy.inherit_count = 1;
        copy.no_inherit = target.kind != RelationKind::PartitionedTable;
        if target.constraints.iter().any(|own| own.name == copy.name) {
            let column = copy.columns.first().and_then(|number| target.column_by_number(*number));
            let column = column.map(|column| column.name.clone());
            copy.name = crate::names::constraint_name(
                &self.schema,
                &target.name,
                column.as_deref(),
                "fkey",
                target.namespace,
                &[],
            );
        }
        let oid = copy.oid;
        self.store_foreign_key(child, copy)?;
        for grandchild in self.children_of(child) {
            self.clone_foreign_key(child, oid, grandchild)?;
        }
        Ok(())
    }

    /// A partition's copy of its parent's row trigger.
    pub(crate) fn clone_trigger(&mut self, trigger: &Trigger, child: Oid) -> Outcome {
        let table = self.relation(child)?;
        if table.triggers.iter().any(|known| known.name == trigger.name) {
            let message = format!("trigger \"{}\" for relation \"{}\" already exists", trigger.name, table.name);
            return Err(refuse("42710", message, self.span));
        }
        let mut copy = trigger.clone();
        copy.oid = self.schema.allocate();
        copy.parent = trigger.oid;
        let me = ObjectId::Trigger(copy.oid);
        self.depend(me, ObjectId::Relation(child), DependencyKind::Automatic);
        self.depend(me, ObjectId::Trigger(trigger.oid), DependencyKind::Internal);
        self.depend(me, ObjectId::Function(trigger.function), DependencyKind::Normal);
        self.insert_trigger(child, copy.clone())?;
        for grandchild in self.children_of(child) {
            self.clone_trigger(&copy, grandchild)?;
        }
        Ok(())
    }

    /// Since PostgreSQL 18 a table is of the wrong kind for it; an index never takes a bound.
    fn not_partitioned(&self, table: &Relation) -> Box<Stop> {
        let is_table = table.kind == RelationKind::Table && self.schema.builtin.version >= 18;
        let message = format!("\"{}\" is not partitioned", table.name);
        refuse(if is_table { "42809" } else { "42P17" }, message, self.span)
    }

    /// `ALTER TABLE p ATTACH PARTITION c …`
    pub(crate) fn attach_partition(&mut self, parent: Oid, name: &QualifiedName, bound: &PartitionBound) -> Outcome {
        let table = self.relation(parent)?;
        if table.kind != RelationKind::PartitionedTable {
            return Err(self.not_partitioned(&table));
        }
        let child = self.relation_named(name)?;
        let complaint = if child.partition.is_some() {
            Some(format!("\"{}\" is already a partition", child.name))
        } else if child.of_type.is_some() {
            Some("cannot attach a typed table as partition".to_owned())
        } else if !child.inherits.is_empty() {
            Some("cannot attach inheritance child as partition".to_owned())
        } else if child.kind == RelationKind::Table && !self.children_of(child.oid).is_empty() {
            Some("cannot attach inheritance parent as partition".to_owned())
        } else if !matches!(
            child.kind,
            RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable
        ) {
            Some(format!("\"{}\" is not a table", child.name))
        } else {
            None
        };
        if let Some(message) = complaint {
            return Err(refuse("42809", message, name.span));
        }
        if child.oid == parent || self.descendants_of(child.oid).contains(&parent) {
            return Err(refuse("42P07", "circular inheritance not allowed", name.span));
        }
        for column in child.live_columns() {
            if table.column(&column.name).is_none() && !is_system_column(&column.name) {
                let message = format!(
                    "table \"{}\" contains column \"{}\" not found in parent \"{}\"",
                    child.name, column.name, table.name
                );
                return Err(refuse("42804", message, name.span));
            }
        }
        let own_identity = child.live_columns().find(|column| column.identity.is_some());
        if let Some(column) = own_identity.filter(|_| self.shares_identity()) {
            let message =
                format!("table \"{}\" being attached contains an identity column \"{}\"", child.name, column.name);
            let detail = "The new partition may not contain an identity column.".to_owned();
            return Err(crate::context::refuse_with("55000", message, detail, name.span));
        }
        persistence_fits(&table, &child, name.span)?;
        self.check_bound(&table, bound, name.span, &child.name)?;
        crate::inherit::no_row_transitions(&child, "a partition", name.span)?;
        self.merge_into_existing(child.oid, &table, name.span, true)?;
        self.take_identity(child.oid, &table)?;
        let partition = Partition { parent, bound: Some(Arc::new(bound.clone())), source: Some(self.source.clone()) };
        self.change(child.oid, |relation| relation.partition = Some(partition))?;
        self.depend(ObjectId::Relation(child.oid), ObjectId::Relation(parent), DependencyKind::Automatic);
        self.clone_all(child.oid, parent)
    }

    /// `ALTER TABLE p DETACH PARTITION c`
    pub(crate) fn detach_partition(&mut self, parent: Oid, name: &QualifiedName, concurrently: bool) -> Outcome {
        let table = self.relation(parent)?;
        if table.kind != RelationKind::PartitionedTable {
            return Err(self.not_partitioned(&table));
        }
        if concurrently && self.has_default_partition(parent) {
            let message = "cannot detach partitions concurrently when a default partition exists";
            return Err(refuse("55000", message, name.span));
        }
        let child = self.relation_named(name)?;
        if child.partition.as_ref().is_none_or(|partition| partition.parent != parent) {
            let message = format!("relation \"{}\" is not a partition of relation \"{}\"", child.name, table.name);
            return Err(refuse("42P01", message, name.span));
        }
        for key in self.keys_to(parent) {
            for partition in std::iter::once(child.oid).chain(self.partitions_below(child.oid)) {
                self.unlink(ObjectId::Constraint(key), ObjectId::Relation(partition));
            }
        }
        self.leave_parent(child.oid, &table)?;
        self.change(child.oid, |relation| relation.partition = None)?;
        if concurrently {
            self.keep_bound_as_check(&child, &table, name.span)?;
        }
        if self.shares_identity() {
            for column in child.live_columns().filter(|column| column.identity.is_some()) {
                let id = rollproof_catalog::ColumnId { relation: child.oid, number: column.number };
                self.change_column(id, |column| column.identity = None)?;
            }
        }
        for index in child.indexes {
            self.detach_index(index)?;
        }
        self.own_cloned_constraints(child.oid)?;
        self.drop_cloned_triggers(child.oid)
    }

    /// Whether partitions have the identity columns of their table: since PostgreSQL 17.
    pub(crate) fn shares_identity(&self) -> bool {
        self.schema.builtin.version >= 17
    }

    /// A partition's columns are identity columns where its table's are, over the same sequence.
    pub(crate) fn take_identity(&mut self, child: Oid, parent: &Relation) -> Outcome {
        if !self.shares_identity() {
            return Ok(());
        }
        for column in parent.live_columns().filter(|column| column.identity.is_some()) {
            let number = self.relation(child)?.column(&column.name).map(|own| own.number);
            if let Some(number) = number {
                let id = rollproof_catalog::ColumnId { relation: child, number };
                self.change_column(id, |own| own.identity = column.identity)?;
            }
        }
        Ok(())
    }

    fn has_default_partition(&self, parent: Oid) -> bool {
        let bound = |child: Oid| self.schema.relation(child)?.partition.as_ref()?.bound.clone();
        self.children_of(parent).into_iter().any(|child| {
            bound(child).is_some_and(|bound| matches!(*bound, rollproof_sql::ast::PartitionBound::Default))
        })
    }

    fn own_cloned_constraints(&mut self, child: Oid) -> Outcome {
        let table = self.relation(child)?;
        for constraint in table.constraints.iter().filter(|each| each.parent.is_some()) {
            self.unlink(ObjectId::Constraint(constraint.oid), ObjectId::Constraint(constraint.parent));
            self.change_constraint(child, constraint.oid, |own| {
                own.parent = Oid::NONE;
                own.is_local = true;
                own.inherit_count = 0;
            })?;
        }
        Ok(())
    }

    fn drop_cloned_triggers(&mut self, child: Oid) -> Outcome {
        let table = self.relation(child)?;
        for trigger in table.triggers.iter().filter(|trigger| trigger.parent.is_some()) {
            self.forget_copies(child, trigger.oid)?;
            self.schema.dependencies.remove(ObjectId::Trigger(trigger.oid));
        }
        self.change(child, |relation| relation.triggers.retain(|trigger| trigger.parent.is_none()))
    }

    /// Removes the copies of a trigger on the partitions below, and theirs.
    pub(crate) fn forget_copies(&mut self, relation: Oid, trigger: Oid) -> Outcome {
        for child in self.children_of(relation) {
            let table = self.relation(child)?;
            for copy in table.triggers.iter().filter(|copy| copy.parent == trigger) {
                self.forget_copies(child, copy.oid)?;
                self.schema.dependencies.remove(ObjectId::Trigger(copy.oid));
            }
            self.change(child, |relation| relation.triggers.retain(|copy| copy.parent != trigger))?;
        }
        Ok(())
    }

    /// Forgets that one object uses another, and nothing else.
    pub(crate) fn unlink(&mut self, dependent: ObjectId, referenced: ObjectId) {
        let kept: Vec<_> = self.schema.dependencies.uses(dependent).to_vec();
        self.schema.dependencies.clear_uses(dependent);
        for (object, kind) in kept.into_iter().filter(|edge| edge.0 != referenced) {
            self.schema.dependencies.add(dependent, object, kind);
        }
    }
}

fn missing_key(name: &str, span: TextRange) -> Box<crate::context::Stop> {
    if is_system_column(name) {
        return refuse("42P17", format!("cannot use system column \"{name}\" in partition key"), span);
    }
    refuse("42703", format!("column \"{name}\" named in partition key does not exist"), span)
}

fn same_foreign_key(own: &Constraint, other: &Constraint) -> bool {
    match (&own.kind, &other.kind) {
        (ConstraintKind::ForeignKey(first), ConstraintKind::ForeignKey(second)) => {
            own.parent.is_none()
                && own.columns == other.columns
                && first.relation == second.relation
                && first.columns == second.columns
                && first.on_delete == second.on_delete
                && first.on_update == second.on_update
                && own.deferrable == other.deferrable
                && own.deferred == other.deferred
        }
        _ => false,
    }
}

/// A temporary table's partitions are temporary, a permanent one's are not (42809).
pub(crate) fn persistence_fits(parent: &Relation, child: &Relation, span: TextRange) -> Outcome {
    use rollproof_catalog::Persistence::Temporary;
    let message = match (parent.persistence == Temporary, child.persistence == Temporary) {
        (true, false) => {
            format!("cannot attach a permanent relation as partition of temporary relation \"{}\"", parent.name)
        }
        (false, true) => {
            format!("cannot attach a temporary relation as partition of permanent relation \"{}\"", parent.name)
        }
        _ => return Ok(()),
    };
    Err(refuse("42809", message, span))
}
