//! CHECK, NOT NULL, PRIMARY KEY, UNIQUE, EXCLUDE (`AddRelationNewConstraints`, `transformIndexConstraint`).

use std::sync::Arc;

use rollproof_catalog::{ColumnId, Constraint, ConstraintKind, DependencyKind, ObjectId, Oid, Relation, RelationKind};
use rollproof_resolve::ExpressionPlace;
use rollproof_source::TextRange;
use rollproof_sql::ast::{
    ColumnRef, ConstraintDefinition, ConstraintKind as Written, Expr, ExprKind, IndexElement, Name, UniqueDefinition,
};

use crate::bind::relation_scope;
use crate::columns::{NewConstraint, NotNull};
use crate::context::{Context, Outcome, refuse};
use crate::index::{IndexRequest, Role};
use crate::names::constraint_name;

/// A constraint without anything special about it.
pub(crate) fn plain_constraint(oid: Oid, name: Arc<str>, kind: ConstraintKind, columns: Vec<i16>) -> Constraint {
    Constraint {
        oid,
        name,
        kind,
        columns,
        index: Oid::NONE,
        deferrable: false,
        deferred: false,
        validated: true,
        enforced: true,
        no_inherit: false,
        is_local: true,
        inherit_count: 0,
        parent: Oid::NONE,
    }
}

/// A bare column as an index element.
pub(crate) fn column_element(name: &Name) -> IndexElement {
    IndexElement {
        value: Expr { kind: ExprKind::Column(ColumnRef { fields: vec![name.clone()], star: None }), span: name.span },
        collation: None,
        operator_class: None,
        class_options: Vec::new(),
        descending: false,
        nulls_first: None,
    }
}

impl Context {
    /// Adds a constraint to its table and records that it goes with its columns (`CreateConstraintEntry`).
    pub(crate) fn add_constraint_entry(&mut self, relation: Oid, constraint: Constraint) -> Outcome {
        let me = ObjectId::Constraint(constraint.oid);
        if constraint.columns.is_empty() {
            self.depend(me, ObjectId::Relation(relation), DependencyKind::Automatic);
        }
        for number in &constraint.columns {
            self.depend(me, ObjectId::Column(ColumnId { relation, number: *number }), DependencyKind::Automatic);
        }
        self.change(relation, |table| table.constraints.push(Arc::new(constraint)))
    }

    /// Refuses a constraint's name that its table has already (42710).
    pub(crate) fn constraint_name_free(&self, relation: &Relation, name: &str, span: TextRange) -> Outcome {
        if relation.constraints.iter().any(|known| *known.name == *name) {
            let message = format!("constraint \"{name}\" for relation \"{}\" already exists", relation.name);
            return Err(refuse("42710", message, span));
        }
        Ok(())
    }

    /// A constraint of a table that exists: of CREATE TABLE when the columns are there, or of ALTER TABLE.
    pub(crate) fn add_constraint(&mut self, relation: Oid, new: &NewConstraint) -> Outcome {
        let definition = &new.definition;
        match &definition.kind {
            Written::Check(value) => self.add_check(relation, definition, value).map(|_| ()),
            Written::PrimaryKey(_) | Written::Unique(_) | Written::Exclude { .. } => self.add_key(relation, new, true),
            Written::ForeignKey { .. } => self.add_foreign_key(relation, new),
            Written::NotNull(column) => {
                let Some(column) = column else { return Ok(()) };
                let number = self.column_number(relation, column)?;
                let name = definition.name.as_ref().map(|name| name.text.clone());
                let not_null = NotNull { name, no_inherit: definition.no_inherit, written: true };
                self.set_not_null(relation, number, &not_null, definition.span)?;
                if definition.not_valid {
                    self.not_null_unvalidated(relation, number)?;
                }
                Ok(())
            }
            Written::Null | Written::Default(_) | Written::Identity(..) | Written::Generated(..) => Ok(()),
        }
    }

    fn not_null_unvalidated(&mut self, relation: Oid, number: i16) -> Outcome {
        self.change(relation, |table| {
            for known in &mut table.constraints {
                if matches!(known.kind, ConstraintKind::NotNull) && known.columns == [number] {
                    Arc::make_mut(known).validated = false;
                }
            }
        })
    }

    /// The number of a column that has to be there (42703).
    pub(crate) fn column_number(&self, relation: Oid, name: &Name) -> Outcome<i16> {
        let table = self.relation(relation)?;
        match table.column(&name.text) {
            Some(column) => Ok(column.number),
            None => {
                let message = format!("column \"{}\" of relation \"{}\" does not exist", name.text, table.name);
                Err(refuse("42703", message, name.span))
            }
        }
    }

    /// `CHECK (x)`; the new constraint, or the one of that name that it was merged with.
    pub(crate) fn add_check(
        &mut self,
        relation: Oid,
        definition: &ConstraintDefinition,
        value: &Expr,
    ) -> Outcome<Option<Oid>> {
        let bound = self.bind(value, &relation_scope(relation), &ExpressionPlace::Check)?;
        let table = self.relation(relation)?;
        let columns = bound.columns_of(relation);
        let name = match &definition.name {
            Some(name) => {
                if let Some(known) = table.constraints.iter().find(|known| known.name == name.text) {
                    return self.merge_check(relation, known.oid, definition, name);
                }
                name.text.clone()
            }
            None => {
                let only = match columns[..] {
                    [number] => table.column_by_number(number).map(|column| column.name.clone()),
                    _ => None,
                };
                constraint_name(&self.schema, &table.name, only.as_deref(), "check", table.namespace, &[])
            }
        };
        let oid = self.schema.allocate();
        let mut constraint = plain_constraint(oid, name, ConstraintKind::Check(bound.stored), columns);
        constraint.validated = !definition.not_valid && !definition.not_enforced;
        constraint.enforced = !definition.not_enforced;
        constraint.no_inherit = definition.no_inherit;
        if definition.no_inherit && table.kind == RelationKind::PartitionedTable {
            let message = format!("cannot add NO INHERIT constraint to partitioned table \"{}\"", table.name);
            return Err(refuse("42P16", message, definition.span));
        }
        self.add_constraint_entry(relation, constraint)?;
        self.depend_on_uses(ObjectId::Constraint(oid), &bound.uses, relation, DependencyKind::Normal);
        Ok(Some(oid))
    }

    /// `MergeWithExistingConstraint`: a check of a name that was only inherited so far becomes the table's own.
    fn merge_check(
        &mut self,
        relation: Oid,
        known: Oid,
        definition: &ConstraintDefinition,
        name: &Name,
    ) -> Outcome<Option<Oid>> {
        let table = self.relation(relation)?;
        let Some(found) = table.constraints.iter().find(|each| each.oid == known) else { return Ok(None) };
        let inherited = matches!(found.kind, ConstraintKind::Check(_)) && !found.is_local && found.inherit_count > 0;
        if !inherited {
            return self.constraint_name_free(&table, &name.text, definition.span).map(|()| None);
        }
        if definition.no_inherit {
            let message = format!(
                "constraint \"{}\" conflicts with inherited constraint on relation \"{}\"",
                name.text, table.name
            );
            return Err(refuse("42P17", message, definition.span));
        }
        self.change_constraint(relation, known, |constraint| constraint.is_local = true)?;
        Ok(None)
    }

    /// Changes one constraint.
    pub(crate) fn change_constraint(
        &mut self,
        relation: Oid,
        constraint: Oid,
        change: impl FnOnce(&mut Constraint),
    ) -> Outcome {
        self.change(relation, |table| {
            if let Some(known) = table.constraints.iter_mut().find(|known| known.oid == constraint) {
                change(Arc::make_mut(known));
            }
        })
    }

    /// Whether NOT NULL has constraints with names (PostgreSQL 18).
    pub(crate) fn names_not_null(&self) -> bool {
        self.schema.builtin.version >= 18
    }

    /// Makes a column NOT NULL, if it is not yet. True where it changed.
    pub(crate) fn set_not_null(
        &mut self,
        relation: Oid,
        number: i16,
        not_null: &NotNull,
        span: TextRange,
    ) -> Outcome<bool> {
        let id = ColumnId { relation, number };
        let table = self.schema.relation(relation).ok_or_else(|| self.lost(ObjectId::Relation(relation)))?;
        let Some(column) = table.column_by_number(number) else { return Err(self.lost(ObjectId::Column(id))) };
        let changed = !column.not_null;
        let named =
            matches!(table.kind, RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable);
        if !self.names_not_null() || !named {
            self.change_column(id, |column| column.not_null = true)?;
            return Ok(changed);
        }
        if let Some(known) = not_null_constraint(table, number) {
            let oid = known.oid;
            if not_null.written {
                same_not_null(table, known, not_null, span)?;
            }
            self.change_column(id, |column| column.not_null = true)?;
            self.change_constraint(relation, oid, |constraint| {
                constraint.is_local |= not_null.written;
                constraint.validated = true;
            })?;
            return Ok(changed);
        }
        let name = match &not_null.name {
            Some(name) => {
                self.constraint_name_free(table, name, span)?;
                name.clone()
            }
            None => constraint_name(&self.schema, &table.name, Some(&column.name), "not_null", table.namespace, &[]),
        };
        self.change_column(id, |column| column.not_null = true)?;
        let oid = self.schema.allocate();
        let mut constraint = plain_constraint(oid, name, ConstraintKind::NotNull, vec![number]);
        constraint.no_inherit = not_null.no_inherit;
        self.add_constraint_entry(relation, constraint)?;
        Ok(changed)
    }

    /// `PRIMARY KEY`, `UNIQUE`, `EXCLUDE`; of this table alone after ONLY, which leaves its partitions to ATTACH.
    pub(crate) fn add_key(&mut self, relation: Oid, new: &NewConstraint, inherit: bool) -> Outcome {
        match &new.definition.kind {
            Written::PrimaryKey(unique) => self.add_unique(relation, new, unique, true, inherit),
            Written::Unique(unique) => self.add_unique(relation, new, unique, false, inherit),
            _ => self.add_exclusion(relation, &new.definition, inherit),
        }
    }

    /// `PRIMARY KEY` and `UNIQUE`
    fn add_unique(
        &mut self,
        relation: Oid,
        new: &NewConstraint,
        unique: &UniqueDefinition,
        primary: bool,
        inherit: bool,
    ) -> Outcome {
        let definition = &new.definition;
        let table = self.relation(relation)?;
        if table.kind == RelationKind::ForeignTable {
            let what = if primary { "primary key" } else { "unique" };
            let message = format!("{what} constraints are not supported on foreign tables");
            return Err(refuse("0A000", message, definition.span));
        }
        if primary && table.constraints.iter().any(|known| matches!(known.kind, ConstraintKind::PrimaryKey)) {
            let message = format!("multiple primary keys for table \"{}\" are not allowed", table.name);
            return Err(refuse("42P16", message, definition.span));
        }
        if let Some(index) = &unique.using_index {
            return self.constraint_from_index(relation, definition, index, primary);
        }
        let columns = self.key_columns(&table, new, unique, primary)?;
        if primary {
            for name in &columns {
                let number = self.column_number(relation, name)?;
                let not_null = NotNull { name: None, no_inherit: false, written: true };
                if !inherit {
                    self.children_not_null(&table, name)?;
                }
                self.require_not_null(relation, number, &not_null, definition.span)?;
            }
        }
        let elements: Vec<IndexElement> = columns.iter().map(column_element).collect();
        let mut request = self.index_request(
            relation,
            &elements,
            &unique.include,
            if unique.without_overlaps { "gist" } else { "btree" },
        )?;
        request.name = definition.name.as_ref().map(|name| name.text.clone());
        request.span = definition.span;
        request.role = if primary { Role::Primary } else { Role::Unique };
        request.unique = true;
        request.nulls_not_distinct = unique.nulls_not_distinct;
        request.deferrable = definition.deferrable;
        request.deferred = definition.initially_deferred;
        request.recurse = inherit;
        if unique.without_overlaps {
            request.method = Arc::from("gist");
            request.exclusion = true;
        }
        self.define_index(request).map(|_| ())
    }

    /// A primary key of a table alone asks that its children's columns are NOT NULL: the server's own error has no code
    /// since PostgreSQL 18, and before it only partitions were asked.
    fn children_not_null(&self, table: &Relation, name: &Name) -> Outcome {
        let since_18 = self.schema.builtin.version >= 18;
        if !since_18 && table.kind != RelationKind::PartitionedTable {
            return Ok(());
        }
        for child in self.children_of(table.oid) {
            let child = self.relation(child)?;
            if child.column(&name.text).is_none_or(|column| column.not_null) {
                continue;
            }
            if since_18 {
                let message = format!("column \"{}\" of table \"{}\" is not marked NOT NULL", name.text, child.name);
                return Err(refuse("XX000", message, name.span));
            }
            return Err(refuse("42P16", "constraint must be added to child tables too", name.span));
        }
        Ok(())
    }

    /// NOT NULL for a primary key; a partitioned or inherited table's children get it too.
    fn require_not_null(&mut self, relation: Oid, number: i16, not_null: &NotNull, span: TextRange) -> Outcome {
        let table = self.relation(relation)?;
        let name = table.column_by_number(number).map(|column| column.name.clone());
        // One that is there stays as it is.
        let written = not_null.written && not_null_constraint(&table, number).is_none();
        self.set_not_null(relation, number, &NotNull { written, ..not_null.clone() }, span)?;
        let Some(name) = name else { return Ok(()) };
        let children = self.children_of(relation);
        self.hand_down_not_null(relation, &name, &children, span)
    }

    /// The columns of a key: those written, or the column that the constraint stands on.
    fn key_columns(
        &self,
        table: &Relation,
        new: &NewConstraint,
        unique: &UniqueDefinition,
        primary: bool,
    ) -> Outcome<Vec<Name>> {
        let span = new.definition.span;
        if unique.columns.is_empty() {
            let own = new.column.as_ref().map(|text| Name { text: text.clone(), span });
            return Ok(own.into_iter().collect());
        }
        for (at, name) in unique.columns.iter().enumerate() {
            if unique.columns[..at].iter().any(|before| before.text == name.text) {
                let what = if primary { "primary key" } else { "unique" };
                let message = format!("column \"{}\" appears twice in {what} constraint", name.text);
                return Err(refuse("42701", message, name.span));
            }
        }
        for name in unique.columns.iter().chain(&unique.include) {
            if table.column(&name.text).is_none() && !is_system_column(&name.text) {
                let message = format!("column \"{}\" named in key does not exist", name.text);
                return Err(refuse("42703", message, name.span));
            }
        }
        Ok(unique.columns.clone())
    }

    /// `ADD CONSTRAINT … USING INDEX i` (`ATExecAddIndexConstraint`): the index takes the constraint's name.
    fn constraint_from_index(
        &mut self,
        relation: Oid,
        definition: &ConstraintDefinition,
        index_name: &Name,
        primary: bool,
    ) -> Outcome {
        let table = self.relation(relation)?;
        let missing = || refuse("42704", format!("index \"{}\" does not exist", index_name.text), index_name.span);
        self.note(&index_name.text);
        let found = self.schema.relations_in(table.namespace, &index_name.text).next().map(|found| found.oid);
        let mut index_relation = self.relation(found.ok_or_else(missing)?)?;
        let Some(index) = index_relation.index.clone() else {
            return Err(refuse("42809", format!("\"{}\" is not an index", index_name.text), index_name.span));
        };
        if index.table != relation {
            let message = format!("index \"{}\" does not belong to table \"{}\"", index_name.text, table.name);
            return Err(refuse("55000", message, index_name.span));
        }
        if index.constraint.is_some() {
            let message = format!("index \"{}\" is already associated with a constraint", index_name.text);
            return Err(refuse("55000", message, index_name.span));
        }
        if table.kind == RelationKind::PartitionedTable {
            let message = "ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables";
            return Err(refuse("0A000", message, index_name.span));
        }
        self.constraint_index_fits(&index_relation, &index, index_name)?;
        // PostgreSQL 15 knew such indexes and did not look.
        if primary && index.nulls_not_distinct && self.schema.builtin.version >= 16 {
            let message = "primary keys cannot use NULLS NOT DISTINCT indexes";
            return Err(refuse("42P16", message, index_name.span));
        }
        let name = definition.name.as_ref().map_or_else(|| index_name.text.clone(), |name| name.text.clone());
        self.constraint_name_free(&table, &name, definition.span)?;
        if name != index_relation.name {
            self.relation_name_free(table.namespace, &name, definition.span)?;
        }
        let columns: Vec<i16> = index.keys.iter().map(|key| key.column).collect();
        if primary {
            for number in &columns {
                let not_null = NotNull { name: None, no_inherit: false, written: true };
                self.require_not_null(relation, *number, &not_null, definition.span)?;
            }
        }
        let oid = self.schema.allocate();
        let kind = if primary { ConstraintKind::PrimaryKey } else { ConstraintKind::Unique };
        let mut constraint = plain_constraint(oid, name.clone(), kind, columns);
        constraint.index = index_relation.oid;
        constraint.deferrable = definition.deferrable;
        constraint.deferred = definition.initially_deferred;
        let mut index = (*index).clone();
        index.constraint = oid;
        index.primary = primary;
        index.immediate = !definition.deferrable;
        index_relation.index = Some(Arc::new(index));
        index_relation.name = name;
        let index_object = ObjectId::Relation(index_relation.oid);
        self.schema.put_relation(index_relation);
        self.schema.dependencies.clear_uses(index_object);
        self.add_constraint_entry(relation, constraint)?;
        self.depend(index_object, ObjectId::Constraint(oid), DependencyKind::Internal);
        Ok(())
    }

    fn constraint_index_fits(&self, relation: &Relation, index: &rollproof_catalog::Index, name: &Name) -> Outcome {
        let complaint = if !index.unique {
            Some(("42809", format!("\"{}\" is not a unique index", relation.name)))
        } else if index.keys.iter().any(|key| key.expression.is_some()) {
            Some(("42809", format!("index \"{}\" contains expressions", relation.name)))
        } else if index.predicate.is_some() {
            Some(("42809", format!("\"{}\" is a partial index", relation.name)))
        } else if index
            .keys
            .iter()
            .any(|key| key.descending || key.nulls_first || !self.sorts_by_default(index.table, key))
        {
            Some((
                "42809",
                format!("index \"{}\" column number 1 does not have default sorting behavior", relation.name),
            ))
        } else if !index.valid {
            Some(("55000", format!("index \"{}\" is not valid", relation.name)))
        } else {
            None
        };
        complaint.map_or(Ok(()), |(code, message)| Err(refuse(code, message, name.span)))
    }

    /// Whether a key is compared as its column's type and collation are where nothing is said.
    fn sorts_by_default(&self, table: Oid, key: &rollproof_catalog::IndexKey) -> bool {
        let column = self.schema.relation(table).and_then(|table| table.column_by_number(key.column));
        let Some(column) = column else { return true };
        let class = self.schema.operator_class(key.operator_class);
        class.is_none_or(|class| class.is_default) && key.collation == column.collation
    }

    /// `EXCLUDE USING m (…)`
    fn add_exclusion(&mut self, relation: Oid, definition: &ConstraintDefinition, inherit: bool) -> Outcome {
        let Written::Exclude { method, elements, predicate, include } = &definition.kind else { return Ok(()) };
        if self.relation(relation)?.kind == RelationKind::ForeignTable {
            let message = "exclusion constraints are not supported on foreign tables";
            return Err(refuse("0A000", message, definition.span));
        }
        if self.relation(relation)?.kind == RelationKind::PartitionedTable && self.schema.builtin.version < 17 {
            let message = "exclusion constraints are not supported on partitioned tables";
            return Err(refuse("0A000", message, definition.span));
        }
        let method = method.as_ref().map_or("btree", Name::as_str);
        let keys: Vec<IndexElement> = elements.iter().map(|(element, _)| element.clone()).collect();
        let mut request: IndexRequest = self.index_request(relation, &keys, include, method)?;
        request.name = definition.name.as_ref().map(|name| name.text.clone());
        request.span = definition.span;
        request.role = Role::Exclusion;
        request.recurse = inherit;
        request.exclusion = true;
        request.exclusion_operators = elements.iter().map(|(_, operator)| operator.symbol.clone()).collect();
        request.deferrable = definition.deferrable;
        request.deferred = definition.initially_deferred;
        if let Some(predicate) = predicate {
            let bound = self.bind(predicate, &relation_scope(relation), &ExpressionPlace::IndexPredicate)?;
            request.predicate = Some(bound);
        }
        self.define_index(request).map(|_| ())
    }
}

/// The NOT NULL constraint of a column (PostgreSQL 18).
pub(crate) fn not_null_constraint(table: &Relation, number: i16) -> Option<&Arc<Constraint>> {
    table.constraints.iter().find(|known| matches!(known.kind, ConstraintKind::NotNull) && known.columns == [number])
}

/// Columns that every table has.
pub(crate) fn is_system_column(name: &str) -> bool {
    matches!(name, "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "tableoid")
}

/// A column has one NOT NULL: another that is written has its name, or none, and goes as far down
/// (`AdjustNotNullInheritance`).
fn same_not_null(table: &Relation, known: &Constraint, new: &NotNull, span: TextRange) -> Outcome {
    if known.no_inherit != new.no_inherit {
        let message = format!(
            "cannot change NO INHERIT status of NOT NULL constraint \"{}\" on relation \"{}\"",
            known.name, table.name
        );
        return Err(refuse("55000", message, span));
    }
    match &new.name {
        Some(name) if *name != known.name => {
            let column = known.columns.first().and_then(|number| table.column_by_number(*number));
            let column = column.map_or("", |column| &column.name);
            let message = format!(
                "cannot create not-null constraint \"{name}\" on column \"{column}\" of table \"{}\"",
                table.name
            );
            Err(refuse("55000", message, span))
        }
        _ => Ok(()),
    }
}
