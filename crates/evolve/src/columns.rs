//! Columns as `transformColumnDefinition` (parse_utilcmd.c) reads them, and as the catalog then holds them.

use std::sync::Arc;

use rollproof_catalog::{
    Column, ColumnId, DependencyKind, Generated, Identity, ObjectId, Oid, StoredExpr, TypeKind, TypeRef, oid,
};
use rollproof_resolve::ExpressionPlace;
use rollproof_source::TextRange;
use rollproof_sql::ast::{
    ColumnDefinition, ConstraintDefinition, ConstraintKind, Expr, IdentityKind, Name, SequenceOption, TypeName,
};

use crate::bind::{no_scope, relation_scope};
use crate::context::{Context, Outcome, refuse};

/// `NOT NULL` of a column, with the name that PostgreSQL 18 gives the constraint.
#[derive(Debug, Clone)]
pub(crate) struct NotNull {
    /// The name that was written.
    pub(crate) name: Option<Arc<str>>,
    /// `NO INHERIT`
    pub(crate) no_inherit: bool,
    /// False where it came with a primary key, an identity or from a parent: the name is then made up anew.
    pub(crate) written: bool,
}

/// What a column's value is where none is given.
#[derive(Debug, Clone)]
pub(crate) enum NewDefault {
    /// `DEFAULT x` as written.
    Written(Expr),
    /// `GENERATED ALWAYS AS (x)`
    Generated(Expr, Generated),
    /// Taken over from a parent or a LIKE source, bound already.
    Stored(StoredExpr, Option<Generated>),
    /// `serial`: a sequence to make.
    Serial,
    /// An identity: a sequence to make.
    Identity(Identity, Vec<SequenceOption>),
}

/// A column that is to be made.
#[derive(Debug, Clone)]
pub(crate) struct NewColumn {
    /// Its name.
    pub(crate) name: Arc<str>,
    /// Its type.
    pub(crate) data_type: TypeRef,
    /// Its collation.
    pub(crate) collation: Oid,
    /// Dimensions as declared.
    pub(crate) dimensions: i16,
    /// Whether it is NOT NULL.
    pub(crate) not_null: Option<NotNull>,
    /// Its default.
    pub(crate) default: Option<NewDefault>,
    /// Declared here, not only by a parent.
    pub(crate) is_local: bool,
    /// How many parents have it.
    pub(crate) inherit_count: i16,
    /// Where.
    pub(crate) span: TextRange,
}

/// A constraint that is to be added when the columns are there: its definition, and the column it was written on.
#[derive(Debug, Clone)]
pub(crate) struct NewConstraint {
    /// As written.
    pub(crate) definition: ConstraintDefinition,
    /// The column of a column constraint.
    pub(crate) column: Option<Arc<str>>,
}

/// `serial` and its relatives: the integer type underneath.
fn serial_type(name: &TypeName) -> Option<Oid> {
    if name.name.parts.len() != 1 || name.percent_type {
        return None;
    }
    match name.name.object().as_str() {
        "smallserial" | "serial2" => Some(oid::INT2),
        "serial" | "serial4" => Some(oid::INT4),
        "bigserial" | "serial8" => Some(oid::INT8),
        _ => None,
    }
}

impl Context {
    /// A column's type, collation and dimensions (`BuildDescForRelation`, `CheckAttributeType`).
    pub(crate) fn column_type(
        &mut self,
        name: &Name,
        type_name: &TypeName,
        collation: Option<&rollproof_sql::ast::QualifiedName>,
    ) -> Outcome<(TypeRef, Oid, i16)> {
        let data_type = self.type_ref(type_name)?;
        if type_name.set_of {
            let message = format!("column \"{}\" cannot be declared SETOF", name.text);
            return Err(refuse("42P16", message, type_name.span));
        }
        self.check_column_type(&name.text, data_type.oid, type_name.span)?;
        let own = self.schema.type_of(data_type.oid).map_or(Oid::NONE, |found| found.collation);
        let collation = match collation {
            None => own,
            Some(written) => {
                let found = self.collation_ref(written)?;
                if own.is_none() {
                    let shown = self.schema.format_type(data_type);
                    let message = format!("collations are not supported by type {shown}");
                    return Err(refuse("42804", message, written.span));
                }
                found
            }
        };
        Ok((data_type, collation, type_name.array_bounds.len() as i16))
    }

    /// Refuses pseudo-types (42P16).
    pub(crate) fn check_column_type(&self, column: &str, data_type: Oid, span: TextRange) -> Outcome {
        let Some(found) = self.schema.type_of(data_type) else { return Ok(()) };
        match found.kind {
            TypeKind::Pseudo => {
                let shown = self.schema.format_type(TypeRef::plain(data_type));
                Err(refuse("42P16", format!("column \"{column}\" has pseudo-type {shown}"), span))
            }
            _ if found.is_array && found.element != data_type => self.check_column_type(column, found.element, span),
            _ => self.may_use_type(data_type, span),
        }
    }

    /// A row cannot hold itself (42P16): not as a column's type, nor inside of one.
    pub(crate) fn no_row_in_itself(&self, row_type: Oid, data_type: Oid, span: TextRange) -> Outcome {
        let mut pending = vec![data_type];
        let mut seen: Vec<Oid> = Vec::new();
        while let Some(oid) = pending.pop() {
            if oid == row_type && row_type.is_some() {
                let shown = self.schema.format_type(TypeRef::plain(row_type));
                let message = format!("composite type {shown} cannot be made a member of itself");
                return Err(refuse("42P16", message, span));
            }
            let Some(found) = self.schema.type_of(oid).filter(|_| !seen.contains(&oid)) else { continue };
            seen.push(oid);
            match &found.kind {
                TypeKind::Composite(relation) => {
                    let columns = self.schema.relation(*relation).map(|each| &each.columns);
                    pending.extend(
                        columns.into_iter().flatten().filter(|each| !each.dropped).map(|each| each.data_type.oid),
                    );
                }
                TypeKind::Domain { base, .. } => pending.push(base.oid),
                TypeKind::Range { subtype, .. } => pending.push(*subtype),
                _ if found.is_array => pending.push(found.element),
                _ => {}
            }
        }
        Ok(())
    }

    /// A column as written: what it will be, and the constraints that wait for the table (`transformColumnDefinition`).
    pub(crate) fn new_column(
        &mut self,
        definition: &ColumnDefinition,
        table: &str,
    ) -> Outcome<(NewColumn, Vec<NewConstraint>)> {
        let name = &definition.name;
        let serial = definition.type_name.as_ref().and_then(serial_type);
        let (data_type, collation, dimensions) = match (&definition.type_name, serial) {
            (Some(written), Some(_)) if !written.array_bounds.is_empty() => {
                return Err(refuse("0A000", "array of serial is not implemented", written.span));
            }
            (_, Some(integer)) => (TypeRef::plain(integer), Oid::NONE, 0),
            (Some(written), None) => self.column_type(name, written, definition.collation.as_ref())?,
            (None, None) => (TypeRef::plain(Oid::NONE), Oid::NONE, 0),
        };
        if let Some(storage) = &definition.storage {
            self.check_storage(data_type.oid, storage)?;
        }
        if definition.compression.is_some() {
            self.check_compression(data_type.oid, name, definition.compression.as_ref())?;
        }
        let mut column = NewColumn {
            name: name.text.clone(),
            data_type,
            collation,
            dimensions,
            not_null: None,
            default: None,
            is_local: true,
            inherit_count: 0,
            span: definition.span,
        };
        if serial.is_some() {
            column.default = Some(NewDefault::Serial);
            column.not_null = Some(NotNull { name: None, no_inherit: false, written: true });
        }
        let constraints = self.column_constraints(&mut column, &definition.constraints, table)?;
        Ok((column, constraints))
    }

    /// The constraints of a column: what belongs to the column goes into it, the others are returned.
    pub(crate) fn column_constraints(
        &mut self,
        column: &mut NewColumn,
        definitions: &[ConstraintDefinition],
        table: &str,
    ) -> Outcome<Vec<NewConstraint>> {
        let mut waiting = Vec::new();
        let mut null = false;
        for definition in definitions {
            match &definition.kind {
                ConstraintKind::Null => {
                    null = true;
                    self.no_null_conflict(column, table, definition.span)?;
                }
                ConstraintKind::NotNull(_) if null => return Err(null_conflict(column, table, definition.span)),
                ConstraintKind::NotNull(_) => {
                    let name = definition.name.as_ref().map(|name| name.text.clone());
                    let before = column.not_null.take().and_then(|known| known.name);
                    let no_inherit = definition.no_inherit;
                    column.not_null = Some(NotNull { name: name.or(before), no_inherit, written: true });
                }
                ConstraintKind::Default(value) => {
                    set_default(column, NewDefault::Written(value.clone()), table, definition.span)?;
                }
                ConstraintKind::Identity(kind, options) => {
                    if null {
                        return Err(null_conflict(column, table, definition.span));
                    }
                    self.identity_type(column.data_type.oid, definition.span)?;
                    let default = NewDefault::Identity(identity(*kind), options.clone());
                    set_default(column, default, table, definition.span)?;
                    column.not_null.get_or_insert(NotNull { name: None, no_inherit: false, written: true });
                }
                ConstraintKind::Generated(value, stored) => {
                    let kind = if *stored { Generated::Stored } else { Generated::Virtual };
                    set_default(column, NewDefault::Generated(value.clone(), kind), table, definition.span)?;
                }
                ConstraintKind::PrimaryKey(_) => {
                    // Since 18 it gets its NOT NULL here, among those of the other columns.
                    if self.names_not_null() && !null {
                        column.not_null.get_or_insert(NotNull { name: None, no_inherit: false, written: true });
                    }
                    waiting.push(NewConstraint { definition: definition.clone(), column: Some(column.name.clone()) });
                }
                ConstraintKind::Check(_)
                | ConstraintKind::Unique(_)
                | ConstraintKind::Exclude { .. }
                | ConstraintKind::ForeignKey { .. } => {
                    waiting.push(NewConstraint { definition: definition.clone(), column: Some(column.name.clone()) });
                }
            }
        }
        Ok(waiting)
    }

    fn no_null_conflict(&self, column: &NewColumn, table: &str, span: TextRange) -> Outcome {
        if column.not_null.is_some() { Err(null_conflict(column, table, span)) } else { Ok(()) }
    }

    /// Identity columns are integers (22023).
    pub(crate) fn identity_type(&self, data_type: Oid, span: TextRange) -> Outcome {
        if [oid::INT2, oid::INT4, oid::INT8].contains(&data_type) {
            return Ok(());
        }
        Err(refuse("22023", "identity column type must be smallint, integer, or bigint", span))
    }

    /// Makes the catalog's column with this number; its default comes later ([`Self::store_default`]).
    pub(crate) fn catalog_column(new: &NewColumn, number: i16) -> Arc<Column> {
        Arc::new(Column {
            number,
            name: new.name.clone(),
            data_type: new.data_type,
            collation: new.collation,
            not_null: new.not_null.is_some(),
            default: None,
            identity: None,
            generated: None,
            dropped: false,
            is_local: new.is_local,
            inherit_count: new.inherit_count,
            acl: None,
            dimensions: new.dimensions,
        })
    }

    /// A column depends on its type and collation.
    pub(crate) fn depend_column(&mut self, relation: Oid, column: &Column) {
        let object = ObjectId::Column(ColumnId { relation, number: column.number });
        self.depend(object, ObjectId::Type(column.data_type.oid), DependencyKind::Normal);
        if column.collation.is_some() {
            self.depend(object, ObjectId::Collation(column.collation), DependencyKind::Normal);
        }
    }

    /// Binds and stores a column's default, and makes its sequence where it needs one.
    pub(crate) fn store_default(&mut self, relation: Oid, number: i16, new: &NewColumn) -> Outcome {
        match &new.default {
            None => Ok(()),
            Some(NewDefault::Written(value)) => self.set_written_default(relation, number, value),
            Some(NewDefault::Generated(value, kind)) => self.set_generated(relation, number, value, *kind),
            Some(NewDefault::Stored(stored, generated)) => self.copy_default(relation, number, stored, *generated),
            Some(NewDefault::Serial) => self.make_serial(relation, number, new),
            Some(NewDefault::Identity(kind, options)) => self.make_identity(relation, number, *kind, options, new.span),
        }
    }

    /// `DEFAULT x`, bound and assigned to the column (`cookDefault`).
    pub(crate) fn set_written_default(&mut self, relation: Oid, number: i16, value: &Expr) -> Outcome {
        let id = ColumnId { relation, number };
        let Some(column) = self.schema.column(id) else { return Err(self.lost(ObjectId::Column(id))) };
        let place = ExpressionPlace::Default(column.name.clone(), column.data_type);
        let bound = self.bind(value, &no_scope(), &place)?;
        if self.is_bare_null(value, id) && !self.is_domain(id) {
            // A bare NULL is no default at all (AddRelationNewConstraints).
            return self.forget_default(relation, number);
        }
        self.forget_default(relation, number)?;
        self.put_default(id, bound.stored, None)?;
        self.depend_on_uses(ObjectId::Default(id), &bound.uses, relation, DependencyKind::Normal);
        Ok(())
    }

    /// Whether a default is NULL and nothing else: no conversion to the column's type stands around it, as one to a length
    /// does (`coerce_type_typmod`).
    fn is_bare_null(&mut self, value: &Expr, id: ColumnId) -> bool {
        use rollproof_sql::ast::{ExprKind, Literal};
        let Some(of) = self.schema.column(id).map(|column| column.data_type) else { return false };
        let element = self.schema.type_of(of.oid).filter(|found| found.is_array).map_or(of.oid, |found| found.element);
        // An interval's fields are no length.
        if of.modifier >= 0 && element != oid::INTERVAL {
            return false;
        }
        match &value.kind {
            ExprKind::Literal(Literal::Null) => true,
            ExprKind::Cast { value, target, .. } if target.modifiers.is_empty() => {
                let same = self.type_ref(target).is_ok_and(|target| target.oid == of.oid);
                same && matches!(value.kind, ExprKind::Literal(Literal::Null))
            }
            _ => false,
        }
    }

    fn is_domain(&self, id: ColumnId) -> bool {
        let data_type = self.schema.column(id).map(|column| column.data_type.oid);
        data_type
            .and_then(|oid| self.schema.type_of(oid))
            .is_some_and(|found| matches!(found.kind, TypeKind::Domain { .. }))
    }

    /// `GENERATED ALWAYS AS (x)`
    pub(crate) fn set_generated(&mut self, relation: Oid, number: i16, value: &Expr, kind: Generated) -> Outcome {
        let id = ColumnId { relation, number };
        let Some(column) = self.schema.column(id) else { return Err(self.lost(ObjectId::Column(id))) };
        let place = ExpressionPlace::Generated(column.name.clone(), column.data_type);
        // The expression must see the column as generated, to refuse a column that reads itself.
        self.change_column(id, |column| column.generated = Some(kind))?;
        let bound = self.bind(value, &relation_scope(relation), &place)?;
        self.forget_default(relation, number)?;
        self.put_default(id, bound.stored, Some(kind))?;
        self.depend_on_uses(ObjectId::Default(id), &bound.uses, relation, DependencyKind::Normal);
        Ok(())
    }

    fn copy_default(
        &mut self,
        relation: Oid,
        number: i16,
        stored: &StoredExpr,
        generated: Option<Generated>,
    ) -> Outcome {
        let id = ColumnId { relation, number };
        let stored = self.moved_expr(stored, relation);
        let uses = stored.text.bindings.iter().map(|binding| binding.1).collect();
        self.put_default(id, stored, generated)?;
        self.depend_on_uses(ObjectId::Default(id), &uses, relation, DependencyKind::Normal);
        Ok(())
    }

    /// Stores a default; of a generated column it is part of the column (`StoreAttrDefault`).
    pub(crate) fn put_default(&mut self, id: ColumnId, stored: StoredExpr, generated: Option<Generated>) -> Outcome {
        self.change_column(id, |column| {
            column.default = Some(stored);
            column.generated = generated;
        })?;
        let kind = if generated.is_some() { DependencyKind::Internal } else { DependencyKind::Automatic };
        self.depend(ObjectId::Default(id), ObjectId::Column(id), kind);
        Ok(())
    }

    /// Removes a column's default, if it has one. A generation expression stays marked by the caller.
    pub(crate) fn forget_default(&mut self, relation: Oid, number: i16) -> Outcome {
        let id = ColumnId { relation, number };
        self.schema.dependencies.remove(ObjectId::Default(id));
        self.change_column(id, |column| column.default = None)
    }

    /// Changes one column.
    pub(crate) fn change_column(&mut self, id: ColumnId, change: impl FnOnce(&mut Column)) -> Outcome {
        let at = usize::try_from(id.number).ok().and_then(|number| number.checked_sub(1));
        let changed = self.change(id.relation, |relation| {
            let column = at.and_then(|at| relation.columns.get_mut(at))?;
            change(Arc::make_mut(column));
            Some(())
        })?;
        changed.ok_or_else(|| self.lost(ObjectId::Column(id)))
    }
}

/// Kinds of identity, as the catalog has them.
pub(crate) fn identity(kind: IdentityKind) -> Identity {
    match kind {
        IdentityKind::Always => Identity::Always,
        IdentityKind::ByDefault => Identity::ByDefault,
    }
}

fn null_conflict(column: &NewColumn, table: &str, span: TextRange) -> Box<crate::context::Stop> {
    let message = format!("conflicting NULL/NOT NULL declarations for column \"{}\" of table \"{table}\"", column.name);
    refuse("42601", message, span)
}

/// A column has one default, generation expression or identity (42601).
fn set_default(column: &mut NewColumn, default: NewDefault, table: &str, span: TextRange) -> Outcome {
    if let Some(known) = &column.default {
        let order = |default: &NewDefault| match default {
            NewDefault::Written(_) | NewDefault::Serial | NewDefault::Stored(_, None) => 0,
            NewDefault::Identity(..) => 1,
            NewDefault::Generated(..) | NewDefault::Stored(_, Some(_)) => 2,
        };
        let (first, second) = (order(known).min(order(&default)), order(known).max(order(&default)));
        let what = match (first, second) {
            (0, 0) => "multiple default values",
            (1, 1) => "multiple identity specifications",
            (2, 2) => "multiple generation clauses",
            (0, 1) => "both default and identity",
            (0, 2) => "both default and generation expression",
            _ => "both identity and generation expression",
        };
        let message = format!("{what} specified for column \"{}\" of table \"{table}\"", column.name);
        return Err(refuse("42601", message, span));
    }
    column.default = Some(default);
    Ok(())
}
