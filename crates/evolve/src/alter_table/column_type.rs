//! `ALTER COLUMN … TYPE` (`ATPrepAlterColumnType`, `ATExecAlterColumnType`).

use std::sync::Arc;

use rollproof_catalog::{
    Column, ColumnId, ConstraintKind, DependencyKind, Identity, ObjectId, Oid, Relation, RelationKind, Schema,
    StoredExpr, TypeRef, oid,
};
use rollproof_resolve::types::CoercionContext;
use rollproof_resolve::{ExpressionOutcome, ExpressionPlace, resolve_expression, resolve_expression_again};
use rollproof_source::TextRange;
use rollproof_sql::ast::{Expr, Name, QualifiedName, TypeName};

use crate::bind::{no_scope, relation_scope};
use crate::context::{Context, Outcome, placed, refuse, refuse_with};

/// What is asked.
pub(super) struct TypeChange<'a> {
    /// The column.
    pub(super) name: &'a Name,
    /// Its new type.
    pub(super) type_name: &'a TypeName,
    /// Its new collation.
    pub(super) collation: Option<&'a QualifiedName>,
    /// How values become ones of the new type.
    pub(super) using: Option<&'a Expr>,
}

/// The conversions that are written into a kept expression, and its type.
type Rebound = (Arc<[(TextRange, TypeRef)]>, Option<TypeRef>);

impl Context {
    /// Changes a column's type, in children too.
    pub(super) fn alter_column_type(&mut self, oid: Oid, change: &TypeChange, inherit: bool) -> Outcome {
        let (table, column) = self.column_of(oid, change.name)?;
        let span = change.name.span;
        if table.of_type.is_some() {
            return Err(refuse("42809", "cannot alter column type of typed table", span));
        }
        if column.inherit_count > 0 {
            return Err(refuse("42P16", format!("cannot alter inherited column \"{}\"", change.name.text), span));
        }
        self.not_in_partition_key(oid, column.number, change.name, "alter")?;
        if column.generated.is_some() && change.using.is_some() {
            let message = "cannot specify USING when altering type of generated column";
            return Err(refuse("42601", message, span));
        }
        let (data_type, collation, dimensions) = self.column_type(change.name, change.type_name, change.collation)?;
        self.no_row_in_itself(table.row_type, data_type.oid, change.type_name.span)?;
        let children = self.descendants_of(oid);
        if !inherit && !children.is_empty() {
            let message =
                format!("type of inherited column \"{}\" must be changed in child tables too", change.name.text);
            return Err(refuse("42P16", message, span));
        }
        if let Some(child) = self.shared_with_others(oid, &children, &change.name.text) {
            let message = format!("cannot alter inherited column \"{}\" of relation \"{child}\"", change.name.text);
            return Err(refuse("42P16", message, span));
        }
        for child in &children {
            let number = self.relation(*child)?.column(&change.name.text).map_or(0, |column| column.number);
            self.not_in_partition_key(*child, number, change.name, "alter")?;
        }
        self.row_type_unused(&table, change.name.span)?;
        let typed = self.tables_to_follow(&table, inherit, span)?;
        for relation in std::iter::once(oid).chain(children).chain(typed) {
            let Some(number) = self.relation(relation)?.column(&change.name.text).map(|column| column.number) else {
                continue;
            };
            let id = ColumnId { relation, number };
            self.nothing_reads(id, change)?;
            self.default_follows(id, data_type, change)?;
            let before = self.schema.clone();
            self.default_keeps_type(id)?;
            self.put_type_of(id, data_type, collation, dimensions)?;
            self.rebuild(id, &before, change)?;
        }
        Ok(())
    }

    /// What is asked before any pass runs: USING sees the columns as they were before the statement.
    pub(super) fn prepare_column_type(&mut self, oid: Oid, change: &TypeChange) -> Outcome {
        let table = self.relation(oid)?;
        let Some(column) = table.column(&change.name.text).cloned() else { return Ok(()) };
        if table.kind == RelationKind::Composite || (column.generated.is_some() && change.using.is_some()) {
            return Ok(());
        }
        let (data_type, _, _) = self.column_type(change.name, change.type_name, change.collation)?;
        self.convertible(&table, &column, data_type, change)
    }

    fn put_type_of(&mut self, id: ColumnId, data_type: TypeRef, collation: Oid, dimensions: i16) -> Outcome {
        let object = ObjectId::Column(id);
        self.schema.dependencies.clear_uses(object);
        self.change_column(id, |column| {
            column.data_type = data_type;
            column.collation = collation;
            column.dimensions = dimensions;
        })?;
        if let Some(column) = self.schema.column(id).cloned() {
            self.depend_column(id.relation, &column);
            if matches!(column.identity, Some(Identity::Always | Identity::ByDefault)) {
                self.identity_type(data_type.oid, self.span)?;
                for sequence in self.sequences_of(id) {
                    self.retype_sequence(sequence, data_type.oid)?;
                }
            }
        }
        Ok(())
    }

    /// Values become ones of the new type by USING, or by an assignment cast (42804).
    fn convertible(&mut self, table: &Relation, column: &Column, to: TypeRef, change: &TypeChange) -> Outcome {
        if let Some(using) = change.using {
            let place = ExpressionPlace::AlterColumnUsing(column.name.clone(), to);
            return self.bind(using, &relation_scope(table.oid), &place).map(|_| ());
        }
        let from = column.data_type.oid;
        if column.generated.is_some() || from == to.oid || self.can_coerce(from, to.oid, CoercionContext::Assignment) {
            return Ok(());
        }
        let shown = self.schema.format_type(to);
        let message = format!("column \"{}\" cannot be cast automatically to type {shown}", column.name);
        Err(refuse("42804", message, change.name.span))
    }

    /// What keeps a column from changing its type (0A000; `RememberAllDependentForRebuilding`).
    fn nothing_reads(&self, id: ColumnId, change: &TypeChange) -> Outcome {
        let users = self.schema.dependencies.used_by(ObjectId::Column(id));
        let column = &change.name.text;
        for (user, _) in users {
            let complaint = match user {
                ObjectId::Relation(oid) => {
                    let view = self.schema.relation(*oid).filter(|each| each.view.is_some());
                    view.map(|view| {
                        let word = crate::find::kind_word(view.kind);
                        let shown = self.schema.relation_name(*oid);
                        ("by a view or rule", format!("rule _RETURN on {word} {shown} depends on column \"{column}\""))
                    })
                }
                ObjectId::Rule(_) => Some((
                    "by a view or rule",
                    format!("{} depends on column \"{column}\"", self.schema.describe_object(*user)),
                )),
                ObjectId::Trigger(_) => Some((
                    "in a trigger definition",
                    format!("{} depends on column \"{column}\"", self.schema.describe_object(*user)),
                )),
                ObjectId::Policy(_) => Some((
                    "in a policy definition",
                    format!("{} depends on column \"{column}\"", self.schema.describe_object(*user)),
                )),
                ObjectId::Function(_) => Some((
                    "by a function or procedure",
                    format!("{} depends on column \"{column}\"", self.schema.describe_object(*user)),
                )),
                ObjectId::Default(other) if *other != id => {
                    let generated = self.schema.column(*other).filter(|other| other.generated.is_some());
                    generated.map(|other| {
                        let detail = format!("Column \"{column}\" is used by generated column \"{}\".", other.name);
                        ("by a generated column", detail)
                    })
                }
                _ => None,
            };
            if let Some((how, detail)) = complaint {
                self.note_object(*user);
                let message = format!("cannot alter type of a column used {how}");
                return Err(refuse_with("0A000", message, detail, change.name.span));
            }
        }
        Ok(())
    }

    /// A table whose rows are stored in another's column keeps its columns' types (`find_composite_type_dependencies`).
    pub(super) fn row_type_unused(&self, table: &Relation, span: TextRange) -> Outcome {
        let mut pending = vec![table.row_type];
        let mut seen: Vec<Oid> = Vec::new();
        while let Some(data_type) = pending.pop().filter(|oid| oid.is_some()) {
            if seen.contains(&data_type) {
                continue;
            }
            seen.push(data_type);
            for (user, _) in self.schema.dependencies.used_by(ObjectId::Type(data_type)) {
                match user {
                    ObjectId::Type(other) => pending.push(*other),
                    ObjectId::Column(id) if id.relation != table.oid => {
                        let Some(relation) = self.schema.relation(id.relation) else { continue };
                        let stored = matches!(
                            relation.kind,
                            RelationKind::Table | RelationKind::MaterializedView | RelationKind::PartitionedTable
                        );
                        if !stored {
                            pending.push(relation.row_type);
                            continue;
                        }
                        let column = self.schema.column(*id).map_or("", |column| &column.name);
                        let message = if table.kind == RelationKind::Composite {
                            format!(
                                "cannot alter type \"{}\" because column \"{}.{column}\" uses it",
                                table.name, relation.name
                            )
                        } else {
                            format!(
                                "cannot alter table \"{}\" because column \"{}.{column}\" uses its row type",
                                table.name, relation.name
                            )
                        };
                        return Err(refuse("0A000", message, span));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// A default has to become one of the new type (42804).
    fn default_follows(&self, id: ColumnId, to: TypeRef, change: &TypeChange) -> Outcome {
        let Some(column) = self.schema.column(id) else { return Ok(()) };
        let Some(default) = column.default.as_ref().filter(|_| column.generated.is_none()) else { return Ok(()) };
        // A bare literal was read as a value of the column's own type.
        let literal = matches!(default.expr.kind, rollproof_sql::ast::ExprKind::Literal(_));
        let from = match resolve_expression(&default.expr, &self.schema, &no_scope(), &ExpressionPlace::Statistics) {
            ExpressionOutcome::Resolved(typed, _) if typed.data_type.oid != oid::UNKNOWN && !literal => {
                typed.data_type.oid
            }
            ExpressionOutcome::Resolved(..) => column.data_type.oid,
            _ => return Ok(()),
        };
        if from == to.oid || self.can_coerce(from, to.oid, CoercionContext::Assignment) {
            return Ok(());
        }
        let shown = self.schema.format_type(to);
        let what = if column.generated.is_some() { "generation expression" } else { "default" };
        let message = format!("{what} for column \"{}\" cannot be cast automatically to type {shown}", column.name);
        Err(refuse("42804", message, change.name.span))
    }

    /// A literal stays one of the type that it was read as: the server has it as a constant of that type from here on.
    fn default_keeps_type(&mut self, id: ColumnId) -> Outcome {
        use rollproof_sql::ast::{ExprKind, Literal};
        let Some(column) = self.schema.column(id) else { return Ok(()) };
        let Some(default) = column.default.as_ref().filter(|_| column.generated.is_none()) else { return Ok(()) };
        let text = matches!(default.expr.kind, ExprKind::Literal(Literal::String(_) | Literal::Null));
        if !text || !default.casts.is_empty() {
            return Ok(());
        }
        let mut stored = default.clone();
        let of = TypeRef::plain(column.data_type.oid);
        stored.casts = Arc::from([(stored.expr.span, of)]);
        self.change_column(id, |column| column.default = Some(stored))?;
        if of.oid >= Oid::FIRST_USER {
            self.depend(ObjectId::Default(id), ObjectId::Type(of.oid), DependencyKind::Normal);
        }
        Ok(())
    }

    /// Indexes and constraints over the column are made again: what does not fit the new type is refused.
    fn rebuild(&mut self, id: ColumnId, before: &Schema, change: &TypeChange) -> Outcome {
        let table = self.relation(id.relation)?;
        for index in &table.indexes {
            self.rebuild_index(*index, id, before, change)?;
        }
        for constraint in &table.constraints {
            match &constraint.kind {
                ConstraintKind::ForeignKey(key) if constraint.columns.contains(&id.number) => {
                    let target = self.relation(key.relation)?;
                    self.keys_still_fit(&table, &constraint.columns, &target, &key.columns, &constraint.name, change)?;
                }
                ConstraintKind::Check(stored) => {
                    let (casts, _) = self.still_bound(stored, before, id, &ExpressionPlace::Check)?;
                    if casts != stored.casts {
                        self.put_casts(id.relation, constraint.oid, casts)?;
                    }
                }
                _ => {}
            }
        }
        // Foreign keys of other tables that point here.
        let users: Vec<ObjectId> =
            self.schema.dependencies.used_by(ObjectId::Column(id)).iter().map(|edge| edge.0).collect();
        for user in users {
            let ObjectId::Constraint(oid) = user else { continue };
            let Some(ObjectId::Relation(other)) = self.schema.whole_of(user) else { continue };
            let other = self.relation(other)?;
            let Some(found) = other.constraints.iter().find(|known| known.oid == oid) else { continue };
            if let ConstraintKind::ForeignKey(key) = &found.kind
                && key.relation == id.relation
            {
                self.keys_still_fit(&other, &found.columns, &table, &key.columns, &found.name, change)?;
            }
        }
        Ok(())
    }

    fn put_casts(&mut self, relation: Oid, constraint: Oid, casts: Arc<[(TextRange, TypeRef)]>) -> Outcome {
        self.change(relation, |relation| {
            let found = relation.constraints.iter_mut().find(|known| known.oid == constraint);
            if let Some(ConstraintKind::Check(stored)) = found.map(|found| &mut Arc::make_mut(found).kind) {
                stored.casts = casts;
            }
        })
    }

    fn keys_still_fit(
        &self,
        own: &Relation,
        columns: &[i16],
        target: &Relation,
        referenced: &[i16],
        name: &str,
        change: &TypeChange,
    ) -> Outcome {
        self.key_types_fit(own, columns, target, referenced, name, change.name.span)
    }

    fn rebuild_index(&mut self, index: Oid, id: ColumnId, before: &Schema, change: &TypeChange) -> Outcome {
        let mut relation = self.relation(index)?;
        let Some(data) = relation.index.clone() else { return Ok(()) };
        let mut changed = (*data).clone();
        let Some(column) = self.schema.column(id).cloned() else { return Ok(()) };
        for key in changed.keys.iter_mut().filter(|key| key.column == id.number) {
            let class = self.schema.operator_class(key.operator_class).cloned();
            let keeps = class.as_ref().is_some_and(|class| {
                !class.is_default && crate::index::binary_coercible(&self.schema, column.data_type.oid, class.input)
            });
            match class {
                Some(class) if !class.is_default && !keeps => {
                    let shown = self.schema.format_type(column.data_type);
                    let message = format!("operator class \"{}\" does not accept data type {shown}", class.name);
                    return Err(refuse("42804", message, change.name.span));
                }
                _ if keeps => {}
                _ => key.operator_class = self.default_class(column.data_type, &data.method, change.name.span)?,
            }
            // A collation that was written for the index stays.
            let natural = before.column(id).map_or(Oid::NONE, |column| column.collation);
            if key.collation == natural {
                key.collation = column.collation;
            }
        }
        for key in &mut changed.keys {
            let Some(stored) = &mut key.expression else { continue };
            let (casts, data_type) = self.still_bound(stored, before, id, &ExpressionPlace::IndexKey)?;
            stored.casts = casts;
            let is_default = self.schema.operator_class(key.operator_class).is_some_and(|class| class.is_default);
            if let Some(data_type) = data_type.filter(|_| is_default) {
                key.operator_class = self.default_class(data_type, &data.method, change.name.span)?;
            }
        }
        if let Some(predicate) = &mut changed.predicate {
            predicate.casts = self.still_bound(predicate, before, id, &ExpressionPlace::IndexPredicate)?.0;
        }
        relation.index = Some(Arc::new(changed));
        self.schema.put_relation(relation);
        Ok(())
    }

    /// An expression that is kept has to resolve with the new type too, with the conversions chosen for the old one
    /// written out: these are returned, with its type. One whose names changed since it was written is not asked again.
    fn still_bound(
        &self,
        stored: &StoredExpr,
        before: &Schema,
        column: ColumnId,
        place: &ExpressionPlace,
    ) -> Outcome<Rebound> {
        let current = stored.text.bindings.iter().all(|(range, object)| match object {
            ObjectId::Column(id) => {
                let written = range.slice(&stored.text.text).trim_matches('"').to_lowercase();
                self.schema.column(*id).is_some_and(|column| column.name.to_lowercase() == written)
            }
            _ => true,
        });
        let uses = stored.text.bindings.iter().any(|binding| binding.1 == ObjectId::Column(column));
        if !current || !uses {
            return Ok((stored.casts.clone(), None));
        }
        let scope = relation_scope(column.relation);
        let again = resolve_expression_again(&stored.expr, &stored.casts, before, &self.schema, &scope, place);
        match again {
            (ExpressionOutcome::Refused(refusal), _) if !refusal.errors.is_empty() => {
                Err(placed(self.refusal(&refusal, self.span), self.span))
            }
            (ExpressionOutcome::Resolved(typed, _), casts) => Ok((Arc::from(casts), Some(typed.data_type))),
            (_, casts) => Ok((Arc::from(casts), None)),
        }
    }
}
