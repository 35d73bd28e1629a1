//! `ALTER … SET SCHEMA` (`AlterObjectNamespace`, `AlterTableNamespace`).

use rollproof_catalog::{ColumnId, DependencyKind, ObjectId, Oid, RelationKind};
use rollproof_sql::ast::{ObjectKind, ObjectName, QualifiedName, SetSchema};

use crate::context::{Context, Outcome, refuse};
use crate::drop::{is_missing, routine_kind};
use crate::find::{kind_fits, with_article};
use crate::other::other_word;

impl Context {
    /// `ALTER … SET SCHEMA`
    pub(crate) fn set_schema(&mut self, set: &SetSchema) -> Outcome {
        let outcome = self.move_object(set);
        match outcome {
            Err(stop) if set.if_exists && is_missing(&stop) => match &set.object {
                ObjectName::Name(name) if self.find_relation(name).is_none() => self.sure_of_absence(name),
                _ => Err(stop),
            },
            outcome => outcome,
        }
    }

    fn move_object(&mut self, set: &SetSchema) -> Outcome {
        match (set.kind, &set.object) {
            (
                ObjectKind::Table
                | ObjectKind::View
                | ObjectKind::MaterializedView
                | ObjectKind::Sequence
                | ObjectKind::ForeignTable,
                ObjectName::Name(name),
            ) => self.move_relation_named(set, name),
            (_, ObjectName::Signature(signature)) => {
                let oid = self.routine(signature, routine_kind(set.kind))?;
                let to = self.namespace(&set.to)?;
                let Some(mut function) = self.schema.function(oid).cloned() else { return Ok(()) };
                self.own_function(&function, signature.name.span)?;
                if function.namespace != to {
                    self.function_name_free(to, &function.name, &function.inputs, &set.to)?;
                    self.relink_namespace(ObjectId::Function(oid), function.namespace, to);
                    function.namespace = to;
                    self.schema.put_function(function);
                }
                Ok(())
            }
            (_, ObjectName::Type(name)) => self.move_type_named(set, &name.name),
            (ObjectKind::Type | ObjectKind::Domain, ObjectName::Name(name)) => self.move_type_named(set, name),
            (ObjectKind::Extension, ObjectName::Name(name)) => {
                let oid = self.extension_named(name.object())?;
                let to = self.namespace(&set.to)?;
                self.move_extension(oid, to)
            }
            (ObjectKind::Operator, ObjectName::Operator(name, left, right)) => {
                let oid = self.operator_to_drop(name, left.as_ref(), right.as_ref())?;
                let to = self.namespace(&set.to)?;
                self.relocate(ObjectId::Operator(oid), None, Some(to), name.span)
            }
            (kind, ObjectName::UsingMethod(name, method)) => {
                let object = self.class_or_family(kind, name, method)?;
                let to = self.namespace(&set.to)?;
                self.relocate(object, None, Some(to), name.span)
            }
            (ObjectKind::Collation, ObjectName::Name(name)) => {
                let oid = self.collation_ref(name)?;
                let to = self.namespace(&set.to)?;
                self.relocate(ObjectId::Collation(oid), None, Some(to), name.span)
            }
            (kind, ObjectName::Name(name)) => self.move_other(kind, name, &set.to),
            _ => self.namespace(&set.to).map(|_| ()),
        }
    }

    fn move_relation_named(&mut self, set: &SetSchema, name: &QualifiedName) -> Outcome {
        let relation = self.relation_named(name)?;
        self.changeable(&relation, name.span)?;
        let fits = match set.kind {
            ObjectKind::Table => {
                kind_fits(ObjectKind::Table, relation.kind)
                    || matches!(
                        relation.kind,
                        RelationKind::View
                            | RelationKind::MaterializedView
                            | RelationKind::Sequence
                            | RelationKind::ForeignTable
                    )
            }
            kind => kind_fits(kind, relation.kind),
        };
        if !fits {
            let message = format!("\"{}\" is not {}", relation.name, with_article(other_word(set.kind)));
            return Err(refuse("42809", message, name.span));
        }
        if relation.sequence.as_ref().is_some_and(|sequence| sequence.owned_by.is_some()) {
            return Err(refuse("0A000", "cannot move an owned sequence into another schema", name.span));
        }
        let to = self.namespace(&set.to)?;
        self.move_relation(relation.oid, to, set)
    }

    fn move_relation(&mut self, oid: Oid, to: Oid, set: &SetSchema) -> Outcome {
        let mut relation = self.relation(oid)?;
        if relation.namespace == to {
            return Ok(());
        }
        if self.schema.relations_in(to, &relation.name).next().is_some() {
            let message = format!("relation \"{}\" already exists in schema \"{}\"", relation.name, set.to.text);
            return Err(refuse("42P07", message, set.to.span));
        }
        self.relink_namespace(ObjectId::Relation(oid), relation.namespace, to);
        relation.namespace = to;
        let (row_type, indexes) = (relation.row_type, relation.indexes.clone());
        let columns: Vec<i16> = relation.live_columns().map(|column| column.number).collect();
        self.schema.put_relation(relation);
        self.move_type(row_type, to);
        for index in indexes {
            self.move_relation(index, to, set)?;
        }
        for number in columns {
            for sequence in self.sequences_of(ColumnId { relation: oid, number }) {
                self.move_relation(sequence, to, set)?;
            }
        }
        Ok(())
    }

    fn move_type(&mut self, oid: Oid, to: Oid) {
        let Some(mut found) = self.schema.type_of(oid).cloned().filter(|_| oid >= Oid::FIRST_USER) else { return };
        let array = found.array;
        found.namespace = to;
        self.schema.put_type(found);
        if let Some(mut array) = self.schema.type_of(array).cloned().filter(|_| array >= Oid::FIRST_USER) {
            array.namespace = to;
            self.schema.put_type(array);
        }
    }

    fn move_type_named(&mut self, set: &SetSchema, name: &QualifiedName) -> Outcome {
        let found = self.type_ref(&crate::types::as_type_name(name))?;
        let to = self.namespace(&set.to)?;
        let Some(known) = self.schema.type_of(found.oid).cloned() else { return Ok(()) };
        if set.kind == ObjectKind::Domain && !matches!(known.kind, rollproof_catalog::TypeKind::Domain { .. }) {
            return Err(refuse("42809", format!("\"{}\" is not a domain", known.name), name.span));
        }
        if known.namespace == to {
            return Ok(());
        }
        if self.schema.types_in(to, &known.name).next().is_some() {
            let message = format!("type \"{}\" already exists in schema \"{}\"", known.name, set.to.text);
            return Err(refuse("42710", message, set.to.span));
        }
        if let Some(relation) = self.row_type_owner(known.oid) {
            let relation = self.relation(relation)?;
            if relation.kind != RelationKind::Composite {
                let message = format!("{} is a table's row type", self.schema.format_type(found));
                return Err(refuse("42809", message, name.span));
            }
            self.move_relation(relation.oid, to, set)?;
        }
        self.relink_namespace(ObjectId::Type(known.oid), known.namespace, to);
        self.move_type(known.oid, to);
        Ok(())
    }

    /// All members of an extension move with it.
    fn move_extension(&mut self, extension: Oid, to: Oid) -> Outcome {
        let members: Vec<ObjectId> = self
            .schema
            .dependencies
            .used_by(ObjectId::Extension(extension))
            .iter()
            .filter(|edge| edge.1 == DependencyKind::Extension)
            .map(|edge| edge.0)
            .collect();
        for member in members {
            match member {
                ObjectId::Function(oid) => {
                    if let Some(mut function) = self.schema.function(oid).cloned() {
                        function.namespace = to;
                        self.schema.put_function(function);
                    }
                }
                ObjectId::Type(oid) => self.move_type(oid, to),
                ObjectId::Operator(oid) => {
                    if let Some(mut operator) = self.schema.operator(oid).cloned() {
                        operator.namespace = to;
                        self.schema.put_operator(operator);
                    }
                }
                ObjectId::OperatorClass(oid) => {
                    if let Some(mut class) = self.schema.operator_class(oid).cloned() {
                        class.namespace = to;
                        self.schema.put_operator_class(class);
                    }
                }
                ObjectId::OperatorFamily(oid) => {
                    if let Some(mut family) = self.schema.operator_family(oid).cloned() {
                        family.namespace = to;
                        self.schema.put_operator_family(family);
                    }
                }
                ObjectId::Relation(oid) => self.change(oid, |relation| relation.namespace = to)?,
                _ => {}
            }
        }
        if let Some(mut found) = self.schema.extension(extension).cloned() {
            found.namespace = to;
            self.schema.put_extension(found);
        }
        Ok(())
    }

    pub(crate) fn relink_namespace(&mut self, object: ObjectId, from: Oid, to: Oid) {
        self.unlink(object, ObjectId::Namespace(from));
        self.depend_on_namespace(object, to);
    }
}
