//! Indexes: of CREATE INDEX, of constraints, cloned for partitions and LIKE (`DefineIndex`).

use std::sync::Arc;

use rollproof_catalog::{
    CastContext, CastMethod, ColumnId, Constraint, ConstraintKind, DependencyKind, Index, IndexKey, ObjectId, Oid,
    Partition, Relation, RelationKind, Schema, TypeKind, TypeRef, oid,
};
use rollproof_resolve::ExpressionPlace;
use rollproof_source::TextRange;
use rollproof_sql::ast::{CreateIndex, ExprKind, IndexElement, Name};

use crate::bind::{BoundExpr, relation_scope};
use crate::constraint::{column_element, is_system_column, plain_constraint};
use crate::context::{Context, Outcome, refuse, refuse_with};
use crate::find::{kind_word, shown};
use crate::names::{index_column_names, name_addition, relation_name};

/// What an index stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Itself.
    Plain,
    /// A primary key.
    Primary,
    /// A unique constraint.
    Unique,
    /// An exclusion constraint.
    Exclusion,
}

/// A key that was looked up.
#[derive(Debug, Clone)]
pub(crate) struct RequestKey {
    /// The key as the catalog has it.
    pub(crate) key: IndexKey,
    /// What its expression uses.
    pub(crate) bound: Option<BoundExpr>,
}

/// An index that is to be made.
#[derive(Debug, Clone)]
pub(crate) struct IndexRequest {
    /// Its name, if it was written.
    pub(crate) name: Option<Arc<str>>,
    /// The table.
    pub(crate) table: Oid,
    /// What it stands for.
    pub(crate) role: Role,
    /// Access method.
    pub(crate) method: Arc<str>,
    /// Keys.
    pub(crate) keys: Vec<RequestKey>,
    /// INCLUDE
    pub(crate) include: Vec<i16>,
    /// The names its columns have, for the index's own name.
    pub(crate) column_names: Vec<String>,
    /// UNIQUE
    pub(crate) unique: bool,
    /// Exclusion.
    pub(crate) exclusion: bool,
    /// The operators of an exclusion.
    pub(crate) exclusion_operators: Vec<Arc<str>>,
    /// NULLS NOT DISTINCT
    pub(crate) nulls_not_distinct: bool,
    /// WHERE
    pub(crate) predicate: Option<BoundExpr>,
    /// DEFERRABLE
    pub(crate) deferrable: bool,
    /// INITIALLY DEFERRED
    pub(crate) deferred: bool,
    /// False after `ON ONLY`.
    pub(crate) recurse: bool,
    /// The partitioned table's index that this is a part of.
    pub(crate) parent: Oid,
    /// Where.
    pub(crate) span: TextRange,
}

/// Access methods and what they can do: unique, several columns, INCLUDE, an order.
fn method_abilities(method: &str) -> Option<(bool, bool, bool, bool)> {
    match method {
        "btree" => Some((true, true, true, true)),
        "hash" => Some((false, false, false, false)),
        "gist" => Some((false, true, true, false)),
        "gin" | "brin" => Some((false, true, false, false)),
        "spgist" => Some((false, false, true, false)),
        _ => None,
    }
}

impl Context {
    /// `CREATE INDEX`
    pub(crate) fn create_index(&mut self, create: &CreateIndex) -> Outcome {
        let table = self.relation_named(&create.table)?;
        self.changeable(&table, create.table.span)?;
        // Conditions and expressions are analysed before anything is asked of the table (`transformIndexStmt`).
        let predicate = match &create.predicate {
            Some(predicate) => {
                let bound = self.bind(predicate, &relation_scope(table.oid), &ExpressionPlace::IndexPredicate)?;
                no_system_columns(&bound, predicate.span)?;
                Some(bound)
            }
            None => None,
        };
        if let Err(stop) = indexable(&table, create) {
            for element in create.elements.iter().filter(|element| !matches!(element.value.kind, ExprKind::Column(_))) {
                self.bind(&element.value, &relation_scope(table.oid), &ExpressionPlace::IndexKey)?;
            }
            return Err(stop);
        }
        let method = match create.method.as_ref().map_or("btree", Name::as_str) {
            // What R-trees were is done by GiST (`DefineIndex`).
            "rtree" => "gist",
            other => other,
        };
        let mut include = Vec::new();
        for element in &create.include {
            match &element.value.kind {
                ExprKind::Column(reference) if reference.fields.len() == 1 => include.push(reference.fields[0].clone()),
                _ => {
                    let message = "expressions are not supported in included columns";
                    return Err(refuse("0A000", message, element.value.span));
                }
            }
        }
        let mut request = self.index_request(table.oid, &create.elements, &include, method)?;
        request.name = create.name.as_ref().map(|name| name.text.clone());
        request.span = create.name.as_ref().map_or(create.table.span, |name| name.span);
        request.unique = create.unique;
        request.nulls_not_distinct = create.nulls_not_distinct;
        request.recurse = create.inherit;
        self.method_fits(method, create)?;
        self.check_options(&create.options, crate::reloptions::Owner::Index(method))?;
        request.predicate = predicate;
        // The server looks at everything else before (`index_create`).
        if let (true, Some(name)) = (create.if_not_exists, &create.name)
            && self.schema.relations_in(table.namespace, &name.text).next().is_some()
        {
            return Ok(());
        }
        let expressions = request.keys.iter().filter_map(|key| key.bound.as_ref()).chain(&request.predicate);
        let uses: Vec<ObjectId> = expressions.flat_map(|bound| bound.uses.iter().copied()).collect();
        let span = request.span;
        self.define_index(request)?;
        self.presume_quiet("this index", &uses, span);
        Ok(())
    }

    fn method_fits(&self, method: &str, create: &CreateIndex) -> Outcome {
        let Some((unique, several, include, ordered)) = method_abilities(method) else { return Ok(()) };
        let span = create.method.as_ref().map_or(create.table.span, |name| name.span);
        let complaint = if create.unique && !unique {
            Some("unique indexes")
        } else if !create.include.is_empty() && !include {
            Some("included columns")
        } else if create.elements.len() > 1 && !several {
            Some("multicolumn indexes")
        } else if !ordered && create.elements.iter().any(|element| element.descending) {
            Some("ASC/DESC options")
        } else if !ordered && create.elements.iter().any(|element| element.nulls_first.is_some()) {
            Some("NULLS FIRST/LAST options")
        } else {
            None
        };
        complaint.map_or(Ok(()), |what| {
            Err(refuse("0A000", format!("access method \"{method}\" does not support {what}"), span))
        })
    }

    /// Looks up the keys of an index (`ComputeIndexAttrs`).
    pub(crate) fn index_request(
        &mut self,
        table: Oid,
        elements: &[IndexElement],
        include: &[Name],
        method: &str,
    ) -> Outcome<IndexRequest> {
        if method_abilities(method).is_none() && !self.method_known(method) {
            let message = format!("access method \"{method}\" does not exist");
            return Err(refuse("42704", message, self.span));
        }
        let mut keys = Vec::new();
        for element in elements {
            keys.push(self.index_key(table, element, method)?);
        }
        let mut included = Vec::new();
        for name in include {
            included.push(self.index_column(table, name)?);
        }
        let all: Vec<IndexElement> = elements.iter().cloned().chain(include.iter().map(column_element)).collect();
        Ok(IndexRequest {
            name: None,
            table,
            role: Role::Plain,
            method: Arc::from(method),
            keys,
            include: included,
            column_names: index_column_names(&all),
            unique: false,
            exclusion: false,
            exclusion_operators: Vec::new(),
            nulls_not_distinct: false,
            predicate: None,
            deferrable: false,
            deferred: false,
            recurse: true,
            parent: Oid::NONE,
            span: self.span,
        })
    }

    /// An access method that an extension brings, or that was made here.
    fn method_known(&self, method: &str) -> bool {
        self.schema.other(Oid::NONE, &format!("access method {method}")).is_some()
            || self.schema.default_operator_classes(method).next().is_some()
            || self.schema.operator_classes.iter().any(|class| &*class.method == method)
            || self.schema.unknown_extension().is_some()
    }

    fn index_column(&self, table: Oid, name: &Name) -> Outcome<i16> {
        let relation = self.relation(table)?;
        if let Some(column) = relation.column(&name.text) {
            return Ok(column.number);
        }
        if is_system_column(&name.text) {
            return Err(refuse("0A000", "index creation on system columns is not supported", name.span));
        }
        Err(refuse("42703", format!("column \"{}\" does not exist", name.text), name.span))
    }

    fn index_key(&mut self, table: Oid, element: &IndexElement, method: &str) -> Outcome<RequestKey> {
        // `(c COLLATE x)` is a column too: the server strips collations before it looks.
        let mut value = &element.value;
        let mut inner_collation = None;
        while let ExprKind::Collate(inner, collation) = &value.kind {
            inner_collation = inner_collation.or(Some(collation));
            value = inner;
        }
        let bare = match &value.kind {
            ExprKind::Column(reference) if reference.fields.len() == 1 && reference.star.is_none() => {
                Some(reference.fields[0].clone())
            }
            _ => None,
        };
        let (column, bound, data_type, mut collation) = match bare {
            Some(name) => {
                let number = self.index_column(table, &name)?;
                let relation = self.relation(table)?;
                let found = relation.column_by_number(number);
                let data_type = found.map(|column| column.data_type);
                (number, None, data_type, found.map_or(Oid::NONE, |column| column.collation))
            }
            None => {
                let bound = self.bind(&element.value, &relation_scope(table), &ExpressionPlace::IndexKey)?;
                no_system_columns(&bound, element.value.span)?;
                if bound.data_type.is_some_and(|of| of.oid == oid::RECORD) {
                    let name = index_column_names(std::slice::from_ref(element)).pop().unwrap_or_default();
                    let message = format!("column \"{name}\" has pseudo-type record");
                    return Err(refuse("42P16", message, element.value.span));
                }
                let (data_type, collation) = (bound.data_type, bound.collation);
                (0, Some(bound), data_type, collation)
            }
        };
        if let Some(written) = element.collation.as_ref().or(inner_collation) {
            collation = self.collation_ref(written)?;
            let takes = data_type.is_none_or(|of| self.schema.type_of(of.oid).is_none_or(|of| of.collation.is_some()));
            if !takes {
                let shown = self.schema.format_type(data_type.unwrap_or(TypeRef::plain(Oid::NONE)));
                let message = format!("collations are not supported by type {shown}");
                return Err(refuse("42804", message, written.span));
            }
        }
        let operator_class = match (&element.operator_class, data_type) {
            (Some(written), _) => {
                let class = self.named_operator_class(written, method, data_type)?;
                self.check_class_options(class, &element.class_options, written.object())?;
                class
            }
            (None, Some(data_type)) => self.default_class(data_type, method, element.value.span)?,
            (None, None) => Oid::NONE,
        };
        self.pattern_fits(operator_class, collation, element.value.span)?;
        let key = IndexKey {
            column,
            expression: bound.as_ref().map(|bound| bound.stored.clone()),
            collation,
            operator_class,
            descending: element.descending,
            nulls_first: element.nulls_first.unwrap_or(element.descending),
        };
        Ok(RequestKey { key, bound })
    }

    /// Patterns are compared letter by letter, which a nondeterministic collation does not do (0A000).
    fn pattern_fits(&self, class: Oid, collation: Oid, span: TextRange) -> Outcome {
        let Some(class) = self.schema.operator_class(class).filter(|class| class.name.ends_with("_pattern_ops")) else {
            return Ok(());
        };
        if self.schema.collation(collation).is_none_or(|found| found.deterministic) {
            return Ok(());
        }
        let message = format!("nondeterministic collations are not supported for operator class \"{}\"", class.name);
        Err(refuse("0A000", message, span))
    }

    pub(crate) fn named_operator_class(
        &self,
        name: &rollproof_sql::ast::QualifiedName,
        method: &str,
        data_type: Option<TypeRef>,
    ) -> Outcome<Oid> {
        self.note(&name.object().text);
        let found = self.schema.find_operator_class(name.schema().map(Name::as_str), method, name.object().as_str());
        let Some(class) = found else {
            if self.schema.unknown_extension().is_some() {
                return Ok(Oid::NONE);
            }
            let message = format!("operator class \"{}\" does not exist for access method \"{method}\"", shown(name));
            return Err(refuse("42704", message, name.span));
        };
        if let Some(data_type) = data_type
            && !binary_coercible(&self.schema, data_type.oid, class.input)
        {
            let shown_type = self.schema.format_type(data_type);
            let message = format!("operator class \"{}\" does not accept data type {shown_type}", shown(name));
            return Err(refuse("42804", message, name.span));
        }
        Ok(class.oid)
    }

    /// `GetDefaultOpClass`; an unknown extension's type may have one that is not known.
    pub(crate) fn default_class(&self, data_type: TypeRef, method: &str, span: TextRange) -> Outcome<Oid> {
        let base = self.schema.base_type(data_type).oid;
        if let Some(class) = self.schema.default_operator_class(method, base) {
            return Ok(class.oid);
        }
        // Of those that fit, one for the preferred type of the category comes first: text for varchar (`GetDefaultOpClass`).
        let candidates = self.schema.default_operator_classes(method);
        let fits: Vec<_> = candidates.filter(|class| binary_coercible(&self.schema, base, class.input)).collect();
        let preferred = fits.iter().find(|class| self.schema.type_of(class.input).is_some_and(|input| input.preferred));
        if let Some(class) = preferred.or(fits.first()) {
            return Ok(class.oid);
        }
        if self.schema.builtin.operator_classes().is_empty() || self.schema.unknown_extension().is_some() {
            return Ok(Oid::NONE);
        }
        let shown_type = self.schema.format_type(data_type);
        let message = format!("data type {shown_type} has no default operator class for access method \"{method}\"");
        Err(refuse("42704", message, span))
    }

    /// The name of a new index (`ChooseIndexName`).
    fn index_name(&self, request: &IndexRequest, table: &Relation) -> Arc<str> {
        let addition = name_addition(request.column_names.iter().map(String::as_str));
        let (second, label, constraint) = match request.role {
            Role::Primary => (None, "pkey", true),
            Role::Exclusion => (Some(addition.as_str()), "excl", true),
            Role::Unique => (Some(addition.as_str()), "key", true),
            Role::Plain => (Some(addition.as_str()), "idx", false),
        };
        relation_name(&self.schema, &table.name, second, label, table.namespace, constraint)
    }

    /// Makes the index, its constraint, and its parts on partitions.
    pub(crate) fn define_index(&mut self, request: IndexRequest) -> Outcome<Oid> {
        let table = self.relation(request.table)?;
        self.partition_key_covered(&request, &table)?;
        let name = match &request.name {
            Some(name) => {
                self.relation_name_free(table.namespace, name, request.span)?;
                if request.role != Role::Plain {
                    self.constraint_name_free(&table, name, request.span)?;
                }
                name.clone()
            }
            None => self.index_name(&request, &table),
        };
        let oid = self.schema.allocate();
        let constraint = match request.role {
            Role::Plain => Oid::NONE,
            _ => self.schema.allocate(),
        };
        let relation =
            index_relation(&request, &table, oid, name.clone(), constraint, !self.children_of(table.oid).is_empty());
        self.schema.put_relation(relation);
        self.change(table.oid, |table| table.indexes.push(oid))?;
        if constraint.is_some() {
            self.add_index_constraint(&request, &table, oid, constraint, name)?;
        }
        self.depend_index(&request, oid, constraint);
        if table.kind == RelationKind::PartitionedTable && request.recurse {
            for child in self.children_of(table.oid) {
                self.index_on_partition(&request, oid, child)?;
            }
        }
        Ok(oid)
    }

    fn add_index_constraint(
        &mut self,
        request: &IndexRequest,
        table: &Relation,
        index: Oid,
        oid: Oid,
        name: Arc<str>,
    ) -> Outcome {
        let kind = match request.role {
            Role::Primary => ConstraintKind::PrimaryKey,
            Role::Exclusion => ConstraintKind::Exclusion,
            Role::Unique | Role::Plain => ConstraintKind::Unique,
        };
        let columns = request.keys.iter().map(|key| key.key.column).collect();
        let mut constraint: Constraint = plain_constraint(oid, name, kind, columns);
        constraint.index = index;
        constraint.deferrable = request.deferrable;
        constraint.deferred = request.deferred;
        if request.parent.is_some() {
            constraint.parent = self.constraint_of_index(request.parent);
            constraint.is_local = false;
            constraint.inherit_count = 1;
        }
        let parent = constraint.parent;
        constraint.columns.retain(|number| *number != 0);
        self.add_constraint_entry(table.oid, constraint)?;
        if parent.is_some() {
            self.depend(ObjectId::Constraint(oid), ObjectId::Constraint(parent), DependencyKind::Internal);
        }
        Ok(())
    }

    /// The constraint that an index stands for, or none.
    pub(crate) fn constraint_of_index(&self, index: Oid) -> Oid {
        self.schema.relation(index).and_then(|each| each.index.as_ref()).map_or(Oid::NONE, |index| index.constraint)
    }

    fn depend_index(&mut self, request: &IndexRequest, oid: Oid, constraint: Oid) {
        let me = ObjectId::Relation(oid);
        if request.parent.is_some() {
            self.depend(me, ObjectId::Relation(request.parent), DependencyKind::Internal);
        }
        if constraint.is_some() {
            self.depend(me, ObjectId::Constraint(constraint), DependencyKind::Internal);
        } else {
            let table = request.table;
            let numbers = request.keys.iter().map(|key| key.key.column).chain(request.include.iter().copied());
            let mut any = false;
            for number in numbers.filter(|number| *number > 0) {
                any = true;
                self.depend(me, ObjectId::Column(ColumnId { relation: table, number }), DependencyKind::Automatic);
            }
            if !any {
                self.depend(me, ObjectId::Relation(table), DependencyKind::Automatic);
            }
        }
        for key in &request.keys {
            if let Some(bound) = &key.bound {
                self.depend_on_uses(me, &bound.uses, request.table, DependencyKind::Automatic);
            }
            self.depend(me, ObjectId::OperatorClass(key.key.operator_class), DependencyKind::Normal);
            self.depend(me, ObjectId::Collation(key.key.collation), DependencyKind::Normal);
        }
        if let Some(predicate) = &request.predicate {
            self.depend_on_uses(me, &predicate.uses, request.table, DependencyKind::Automatic);
        }
    }

    /// A unique key of a partitioned table has to hold its partition key (0A000).
    fn partition_key_covered(&self, request: &IndexRequest, table: &Relation) -> Outcome {
        let Some(key) = table.partition_key.as_ref().filter(|_| request.unique || request.exclusion) else {
            return Ok(());
        };
        let what = match request.role {
            Role::Primary => "PRIMARY KEY",
            Role::Exclusion => "EXCLUDE",
            Role::Unique | Role::Plain => "UNIQUE",
        };
        let missing = |number: &i16| !request.keys.iter().any(|each| each.key.column == *number);
        let uncovered = key.columns.iter().any(|number| *number != 0 && missing(number));
        if !key.expressions.is_empty() {
            let message = format!("unsupported {what} constraint with partition key definition");
            return Err(refuse("0A000", message, request.span));
        }
        if uncovered {
            let what = if request.role == Role::Primary { "primary key" } else { "unique" };
            let message = format!("{what} constraint on partitioned table must include all partitioning columns");
            let message = message.replace("primary key constraint", "unique constraint");
            return Err(refuse("0A000", message, request.span));
        }
        Ok(())
    }
}

fn index_relation(
    request: &IndexRequest,
    table: &Relation,
    oid: Oid,
    name: Arc<str>,
    constraint: Oid,
    has_partitions: bool,
) -> Relation {
    let kind =
        if table.kind == RelationKind::PartitionedTable { RelationKind::PartitionedIndex } else { RelationKind::Index };
    let mut relation = crate::relation::empty_relation(oid, table.namespace, name, kind, table.owner);
    relation.persistence = table.persistence;
    if request.parent.is_some() {
        relation.partition = Some(Partition { parent: request.parent, bound: None, source: None });
    }
    relation.index = Some(Arc::new(Index {
        table: table.oid,
        method: request.method.clone(),
        keys: request.keys.iter().map(|key| key.key.clone()).collect(),
        include: request.include.clone(),
        unique: request.unique,
        primary: request.role == Role::Primary,
        exclusion: request.exclusion,
        exclusion_operators: request.exclusion_operators.clone(),
        nulls_not_distinct: request.nulls_not_distinct,
        immediate: !request.deferrable,
        // ON ONLY leaves the partitions to ATTACH; where there are none, nothing is missing.
        valid: table.kind != RelationKind::PartitionedTable || request.recurse || !has_partitions,
        predicate: request.predicate.as_ref().map(|bound| bound.stored.clone()),
        constraint,
    }));
    relation
}

/// An index knows nothing of system columns (0A000).
fn no_system_columns(bound: &BoundExpr, span: TextRange) -> Outcome {
    let system = |used: &ObjectId| matches!(used, ObjectId::Column(id) if id.number < 0);
    let named = bound.stored.text.bindings.iter().map(|binding| &binding.1);
    if bound.uses.iter().chain(named).any(system) {
        return Err(refuse("0A000", "index creation on system columns is not supported", span));
    }
    Ok(())
}

/// `IsBinaryCoercible`: a value of one type is one of the other as it stands.
pub(crate) fn binary_coercible(schema: &Schema, from: Oid, to: Oid) -> bool {
    if from == to || to == oid::ANY || to == oid::ANYELEMENT {
        return true;
    }
    let from = schema.base_type(TypeRef::plain(from)).oid;
    if from == to {
        return true;
    }
    let Some(found) = schema.type_of(from) else { return false };
    let polymorphic = match to {
        oid::ANYARRAY | oid::ANYCOMPATIBLEARRAY => found.is_array,
        oid::ANYENUM => matches!(found.kind, TypeKind::Enum(_)),
        oid::ANYRANGE | oid::ANYCOMPATIBLERANGE => matches!(found.kind, TypeKind::Range { .. }),
        oid::ANYMULTIRANGE | oid::ANYCOMPATIBLEMULTIRANGE => matches!(found.kind, TypeKind::Multirange(_)),
        oid::RECORD => matches!(found.kind, TypeKind::Composite(_)),
        _ => false,
    };
    polymorphic
        || schema
            .find_cast(from, to)
            .is_some_and(|cast| cast.method == CastMethod::Binary && cast.context == CastContext::Implicit)
}

/// Whether a relation is of a kind that has indexes.
fn indexable(table: &Relation, create: &CreateIndex) -> Outcome {
    match table.kind {
        RelationKind::Table | RelationKind::MaterializedView => Ok(()),
        RelationKind::PartitionedTable if create.concurrently => {
            let message = format!("cannot create index on partitioned table \"{}\" concurrently", table.name);
            Err(refuse("0A000", message, create.table.span))
        }
        RelationKind::PartitionedTable => Ok(()),
        other => {
            let detail = format!("This operation is not supported for {}s.", kind_word(other));
            let message = format!("cannot create index on relation \"{}\"", shown(&create.table));
            Err(refuse_with("42809", message, detail, create.table.span))
        }
    }
}
