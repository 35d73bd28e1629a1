//! `CREATE TABLE` (`transformCreateStmt`, `DefineRelation`).

use std::sync::Arc;

use rollproof_catalog::{DependencyKind, ObjectId, Oid, Persistence, Relation, RelationKind};
use rollproof_sql::ast::{ConstraintKind, CreateTable, OnCommit, QualifiedName, TableElement};

use crate::columns::{NewColumn, NewConstraint, NewDefault, NotNull};
use crate::constraint::is_system_column;
use crate::context::{Context, Outcome, refuse};
use crate::find::shown;
use crate::inherit::InheritedCheck;
use crate::relation::{empty_relation, persistence};

/// What a table is to become, before it exists.
#[derive(Default)]
pub(crate) struct TablePlan {
    /// Its own columns, in order.
    pub(crate) columns: Vec<NewColumn>,
    /// Constraints, in order.
    pub(crate) constraints: Vec<NewConstraint>,
    /// Sources of `LIKE … INCLUDING INDEXES`.
    pub(crate) like_indexes: Vec<Oid>,
    /// Sources of `LIKE … INCLUDING STATISTICS`.
    pub(crate) like_statistics: Vec<Oid>,
    /// Checks of parents and of `LIKE … INCLUDING CONSTRAINTS`.
    pub(crate) checks: Vec<InheritedCheck>,
    /// Names of NOT NULL constraints that come from parents, by column.
    pub(crate) parent_not_null: Vec<(Arc<str>, Arc<str>)>,
}

impl Context {
    /// `CREATE TABLE`, `CREATE FOREIGN TABLE`
    pub(crate) fn create_table(&mut self, create: &CreateTable) -> Outcome {
        let name = create.name.object().text.clone();
        let namespace = self.creation_namespace(&create.name, create.temporary)?;
        // Without IF NOT EXISTS, that the name is taken is found last (`heap_create_with_catalog`).
        if create.if_not_exists {
            if self.schema.relations_in(namespace, &name).next().is_some() {
                return Ok(());
            }
            self.sure_of_absence(&create.name)?;
        }
        let temporary = create.temporary || namespace == self.schema.session.temporary;
        self.table_storage(create, temporary)?;
        let mut plan = self.table_plan(create, &name)?;
        let parents = self.parents_of(create, temporary)?;
        self.merge_parents(&mut plan, &parents, create)?;
        self.check_columns(&plan, create)?;
        let kind = match (create.foreign, create.partition_by.is_some()) {
            (true, _) => RelationKind::ForeignTable,
            (false, true) => RelationKind::PartitionedTable,
            (false, false) => RelationKind::Table,
        };
        let oid = self.schema.allocate();
        let owner = self.current_role();
        let mut relation = empty_relation(oid, namespace, name, kind, owner);
        relation.persistence = persistence(temporary, create.unlogged);
        relation.on_commit_drop = create.on_commit == Some(OnCommit::Drop);
        relation.acl = self.default_acl(b'r', namespace);
        relation.columns = (1..).zip(&plan.columns).map(|(number, new)| Self::catalog_column(new, number)).collect();
        if let Some(of_type) = &create.of_type {
            relation.of_type = self.type_ref(of_type)?.oid;
            self.may_use_type(relation.of_type, of_type.span)?;
        }
        let of_type = relation.of_type;
        self.add_relation(relation, create.name.span)?;
        self.depend(ObjectId::Relation(oid), ObjectId::Type(of_type), DependencyKind::Normal);
        if create.method.is_some() {
            self.put_access_method(oid, create.method.as_ref())?;
        }
        self.attach_to_parents(oid, create, &parents)?;
        if let Some(partition_by) = &create.partition_by {
            self.set_partition_key(oid, partition_by, &generated_names(&plan))?;
        }
        self.finish_table(oid, &plan)?;
        self.clone_from_parent(oid, create, &parents)?;
        self.add_foreign_keys(oid, &plan)?;
        let Some(server) = &create.server else { return Ok(()) };
        let server = self.other_named(rollproof_sql::ast::ObjectKind::Server, server)?;
        self.depend(ObjectId::Relation(oid), ObjectId::Other(server), DependencyKind::Normal);
        Ok(())
    }

    /// What is said of how the table is stored.
    fn table_storage(&self, create: &CreateTable, temporary: bool) -> Outcome {
        self.temporary_fits(create.on_commit, create.unlogged, temporary, &create.name)?;
        if let Some(method) = &create.method {
            self.table_method_exists(method, method.span)?;
        }
        if create.foreign {
            return Ok(());
        }
        self.check_table_options(&create.options, create.partition_by.is_some())
    }

    /// ON COMMIT is for temporary tables, UNLOGGED for others (42P16; `DefineRelation`).
    pub(crate) fn temporary_fits(
        &self,
        on_commit: Option<OnCommit>,
        unlogged: bool,
        temporary: bool,
        name: &QualifiedName,
    ) -> Outcome {
        if on_commit.is_some() && !temporary {
            return Err(refuse("42P16", "ON COMMIT can only be used on temporary tables", name.span));
        }
        if unlogged && temporary {
            let message = "only temporary relations may be created in temporary schemas";
            return Err(refuse("42P16", message, name.span));
        }
        Ok(())
    }

    /// Columns and constraints as the elements give them.
    fn table_plan(&mut self, create: &CreateTable, table: &str) -> Outcome<TablePlan> {
        let mut plan = TablePlan::default();
        if let Some(of_type) = &create.of_type {
            self.columns_of_type(&mut plan, of_type)?;
        }
        let mut merged_names: Vec<&Arc<str>> = Vec::new();
        for element in &create.elements {
            match element {
                TableElement::Column(definition) => {
                    if definition.type_name.is_none() {
                        let name = &definition.name;
                        if merged_names.contains(&&name.text) {
                            let message = format!("column \"{}\" specified more than once", name.text);
                            return Err(refuse("42701", message, name.span));
                        }
                        merged_names.push(&name.text);
                    }
                    let (column, constraints) = self.new_column(definition, table)?;
                    plan.constraints.extend(constraints);
                    if definition.type_name.is_some() {
                        plan.columns.push(column);
                    } else {
                        self.column_options(&mut plan, column, create)?;
                    }
                }
                TableElement::Constraint(definition) => {
                    plan.constraints.push(NewConstraint { definition: definition.clone(), column: None });
                }
                TableElement::Like(like) => self.expand_like(&mut plan, like)?,
            }
        }
        Ok(plan)
    }

    /// `c WITH OPTIONS …` of a typed table or a partition: added to the column that the type or the parent brings.
    fn column_options(&mut self, plan: &mut TablePlan, column: NewColumn, create: &CreateTable) -> Outcome {
        if create.partition_of.is_some() {
            // The parent's columns are merged later; what was written here goes over them.
            plan.columns.push(column);
            return Ok(());
        }
        let Some(known) = plan.columns.iter_mut().find(|known| known.name == column.name) else {
            let message = format!("column \"{}\" does not exist", column.name);
            return Err(refuse("42703", message, column.span));
        };
        known.not_null = column.not_null.or(known.not_null.take());
        known.default = column.default.or(known.default.take());
        Ok(())
    }

    /// Names that appear twice, that are reserved, that are too many.
    fn check_columns(&self, plan: &TablePlan, create: &CreateTable) -> Outcome {
        if plan.columns.len() > 1600 {
            return Err(refuse("54011", "tables can have at most 1600 columns", create.name.span));
        }
        for (at, column) in plan.columns.iter().enumerate() {
            if is_system_column(&column.name) {
                let message = format!("column name \"{}\" conflicts with a system column name", column.name);
                return Err(refuse("42701", message, column.span));
            }
            if plan.columns[..at].iter().any(|before| before.name == column.name) {
                let message = format!("column \"{}\" specified more than once", column.name);
                return Err(refuse("42701", message, column.span));
            }
        }
        let keys = plan.constraints.iter().filter(|new| matches!(new.definition.kind, ConstraintKind::PrimaryKey(_)));
        if let Some(second) = keys.clone().nth(1) {
            let table = create.name.object();
            let message = format!("multiple primary keys for table \"{}\" are not allowed", table.text);
            return Err(refuse("42P16", message, second.definition.span));
        }
        Ok(())
    }

    /// Defaults, NOT NULL, checks, then indexes: the primary key's first (`transformIndexConstraints`).
    fn finish_table(&mut self, oid: Oid, plan: &TablePlan) -> Outcome {
        for (number, new) in (1..).zip(&plan.columns) {
            // Generated columns read others' types only, so that one pass does.
            if !matches!(new.default, Some(NewDefault::Generated(..))) {
                self.store_default(oid, number, new)?;
            }
        }
        for (number, new) in (1..).zip(&plan.columns) {
            if matches!(new.default, Some(NewDefault::Generated(..))) {
                self.store_default(oid, number, new)?;
            }
        }
        self.name_not_nulls(oid, plan)?;
        for check in &plan.checks {
            self.add_inherited_check(oid, check)?;
        }
        for new in &plan.constraints {
            if let ConstraintKind::Check(_) = &new.definition.kind {
                self.add_check_once(oid, new, plan)?;
            }
        }
        self.add_index_constraints(oid, plan)?;
        for source in &plan.like_indexes {
            self.copy_indexes(*source, oid)?;
        }
        for source in &plan.like_statistics {
            self.copy_statistics(*source, oid)?;
        }
        Ok(())
    }

    /// Two checks of one name in one CREATE TABLE are refused (42710).
    fn add_check_once(&mut self, oid: Oid, new: &NewConstraint, plan: &TablePlan) -> Outcome {
        if let Some(name) = &new.definition.name {
            let same = |other: &&NewConstraint| {
                matches!(other.definition.kind, ConstraintKind::Check(_))
                    && other.definition.name.as_ref().is_some_and(|other| other.text == name.text)
            };
            if plan.constraints.iter().filter(same).count() > 1 {
                let message = format!("check constraint \"{}\" already exists", name.text);
                return Err(refuse("42710", message, name.span));
            }
        }
        self.add_constraint(oid, new)
    }

    fn name_not_nulls(&mut self, oid: Oid, plan: &TablePlan) -> Outcome {
        for new in &plan.constraints {
            if matches!(new.definition.kind, ConstraintKind::NotNull(_)) {
                self.add_constraint(oid, new)?;
            }
        }
        for (number, new) in (1..).zip(&plan.columns) {
            let Some(not_null) = &new.not_null else { continue };
            let parent = plan.parent_not_null.iter().find(|(column, _)| *column == new.name);
            // What is written here gets a name of this table, what only comes from the parent keeps the parent's.
            let inherited = parent.filter(|_| !not_null.written).map(|(_, name)| name.clone());
            let name = not_null.name.clone().or(inherited);
            let named = NotNull { name, ..not_null.clone() };
            self.set_not_null(oid, number, &named, new.span)?;
            if parent.is_some() {
                self.not_null_inherited(oid, number, not_null.written)?;
            }
        }
        Ok(())
    }

    /// Marks a NOT NULL as coming from a parent.
    pub(crate) fn not_null_inherited(&mut self, oid: Oid, number: i16, local: bool) -> Outcome {
        let table = self.relation(oid)?;
        let Some(known) = crate::constraint::not_null_constraint(&table, number) else { return Ok(()) };
        let constraint = known.oid;
        self.change_constraint(oid, constraint, |known| {
            known.is_local = local;
            known.inherit_count = 1;
        })
    }

    fn add_index_constraints(&mut self, oid: Oid, plan: &TablePlan) -> Outcome {
        let primary = |new: &&NewConstraint| matches!(new.definition.kind, ConstraintKind::PrimaryKey(_));
        let other = |new: &&NewConstraint| {
            matches!(new.definition.kind, ConstraintKind::Unique(_) | ConstraintKind::Exclude { .. })
        };
        // A key that repeats an earlier one makes no second index, but gives it its name (transformIndexConstraints).
        let mut made: Vec<NewConstraint> = Vec::new();
        for new in plan.constraints.iter().filter(primary).chain(plan.constraints.iter().filter(other)) {
            match made.iter_mut().find(|before| same_key(before, new)) {
                Some(before) if before.definition.name.is_none() => {
                    before.definition.name = new.definition.name.clone()
                }
                Some(_) => {}
                None => made.push(new.clone()),
            }
        }
        for new in &made {
            self.add_constraint(oid, new)?;
        }
        Ok(())
    }

    fn add_foreign_keys(&mut self, oid: Oid, plan: &TablePlan) -> Outcome {
        for new in &plan.constraints {
            if let ConstraintKind::ForeignKey { .. } = &new.definition.kind {
                self.add_constraint(oid, new)?;
            }
        }
        Ok(())
    }

    /// Refuses relations that cannot have children or partitions, wants to know which they are.
    pub(crate) fn parents_of(&self, create: &CreateTable, temporary: bool) -> Outcome<Vec<Relation>> {
        if let Some((parent, _)) = &create.partition_of {
            let found = self.relation_named(parent)?;
            if found.kind != RelationKind::PartitionedTable {
                let message = format!("\"{}\" is not partitioned", found.name);
                let is_table = matches!(found.kind, RelationKind::Table | RelationKind::ForeignTable);
                return Err(refuse(if is_table { "42P17" } else { "42809" }, message, parent.span));
            }
            if found.persistence == Persistence::Temporary && !temporary {
                let message =
                    format!("cannot create a permanent relation as partition of temporary relation \"{}\"", found.name);
                return Err(refuse("42809", message, parent.span));
            }
            return Ok(vec![found]);
        }
        if create.partition_by.is_some() && !create.inherits.is_empty() {
            let message = "cannot create partitioned table as inheritance child";
            return Err(refuse("42P17", message, create.name.span));
        }
        let mut parents: Vec<Relation> = Vec::new();
        for name in &create.inherits {
            let found = self.relation_named(name)?;
            let complaint = match found.kind {
                RelationKind::PartitionedTable => {
                    Some(format!("cannot inherit from partitioned table \"{}\"", found.name))
                }
                RelationKind::Table | RelationKind::ForeignTable if found.partition.is_some() => {
                    Some(format!("cannot inherit from partition \"{}\"", found.name))
                }
                RelationKind::Table | RelationKind::ForeignTable => None,
                _ => Some(format!("inherited relation \"{}\" is not a table or foreign table", shown(name))),
            };
            if let Some(message) = complaint {
                return Err(refuse("42809", message, name.span));
            }
            if found.persistence == Persistence::Temporary && !temporary {
                let message = format!("cannot inherit from temporary relation \"{}\"", found.name);
                return Err(refuse("42809", message, name.span));
            }
            if parents.iter().any(|before| before.oid == found.oid) {
                let message = format!("relation \"{}\" would be inherited from more than once", found.name);
                return Err(refuse("42P07", message, name.span));
            }
            parents.push(found);
        }
        Ok(parents)
    }
}

/// Whether two index constraints ask for the same index.
fn same_key(first: &NewConstraint, second: &NewConstraint) -> bool {
    let key = |new: &NewConstraint| match &new.definition.kind {
        ConstraintKind::PrimaryKey(unique) | ConstraintKind::Unique(unique) => {
            let written: Vec<Arc<str>> = unique.columns.iter().map(|name| name.text.clone()).collect();
            let columns = if written.is_empty() { new.column.iter().cloned().collect() } else { written };
            let include: Vec<Arc<str>> = unique.include.iter().map(|name| name.text.clone()).collect();
            Some((columns, include, unique.nulls_not_distinct))
        }
        _ => None,
    };
    let definitions = (&first.definition, &second.definition);
    definitions.0.deferrable == definitions.1.deferrable
        && definitions.0.initially_deferred == definitions.1.initially_deferred
        && key(first).is_some()
        && key(first) == key(second)
}

/// The columns that will be generated.
fn generated_names(plan: &TablePlan) -> Vec<Arc<str>> {
    let is_generated =
        |default: &NewDefault| matches!(default, NewDefault::Generated(..) | NewDefault::Stored(_, Some(_)));
    let generated = plan.columns.iter().filter(|column| column.default.as_ref().is_some_and(is_generated));
    generated.map(|column| column.name.clone()).collect()
}
