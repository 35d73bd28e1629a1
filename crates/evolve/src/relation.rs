//! What all kinds of relation have in common: rows as types, owners, schemas (`heap_create_with_catalog`).

use std::sync::Arc;

use rollproof_catalog::{
    Column, DependencyKind, ObjectId, Oid, Persistence, Relation, RelationKind, StoredExpr, StoredText, Type, TypeKind,
};
use rollproof_source::TextRange;

use crate::context::{Context, Outcome, refuse};
use crate::names::array_type_name;

/// A relation with nothing in it.
pub(crate) fn empty_relation(oid: Oid, namespace: Oid, name: Arc<str>, kind: RelationKind, owner: Oid) -> Relation {
    Relation { kind, owner, ..Relation::new(oid, namespace, name) }
}

/// A type with the properties of a row type or an enum: no modifier, no collation, not subscriptable.
pub(crate) fn plain_type(oid: Oid, namespace: Oid, name: Arc<str>, kind: TypeKind, owner: Oid) -> Type {
    let (category, length) = match kind {
        TypeKind::Composite(_) => (b'C', -1),
        TypeKind::Enum(_) => (b'E', 4),
        TypeKind::Range { .. } | TypeKind::Multirange(_) => (b'R', -1),
        TypeKind::Pseudo | TypeKind::Shell => (b'P', 4),
        TypeKind::Base | TypeKind::Domain { .. } => (b'U', -1),
    };
    Type {
        oid,
        namespace,
        name,
        kind,
        category,
        preferred: false,
        element: Oid::NONE,
        is_array: false,
        array: Oid::NONE,
        length,
        subscriptable: false,
        collation: Oid::NONE,
        takes_modifier: false,
        owner,
        acl: None,
    }
}

/// `persistence` of a relation that is made in this namespace.
pub(crate) fn persistence(temporary: bool, unlogged: bool) -> Persistence {
    match (temporary, unlogged) {
        (true, _) => Persistence::Temporary,
        (false, true) => Persistence::Unlogged,
        (false, false) => Persistence::Permanent,
    }
}

impl Context {
    /// Adds a type and the array type over it (`TypeCreate`, `makeArrayTypeName`). The element's `array` is set.
    pub(crate) fn add_type_with_array(&mut self, mut element: Type) -> Outcome {
        let (oid, namespace, owner) = (element.oid, element.namespace, element.owner);
        self.move_array_type(namespace, &element.name);
        let array = self.schema.allocate();
        element.array = array;
        let name = element.name.clone();
        let collation = element.collation;
        self.schema.put_type(element);
        let array_name = array_type_name(&self.schema, &name, namespace);
        let mut array_type = plain_type(array, namespace, array_name, TypeKind::Base, owner);
        array_type.category = b'A';
        array_type.length = -1;
        array_type.element = oid;
        array_type.is_array = true;
        array_type.subscriptable = true;
        array_type.collation = collation;
        self.schema.put_type(array_type);
        self.depend(ObjectId::Type(array), ObjectId::Type(oid), DependencyKind::Internal);
        Ok(())
    }

    /// `moveArrayTypeName`: an array type that was made by itself gives way to a type of its name.
    pub(crate) fn move_array_type(&mut self, namespace: Oid, name: &str) {
        let Some(found) = self.schema.types.first_named(namespace, name) else { return };
        if !found.is_array {
            return;
        }
        let mut moved = (**found).clone();
        moved.name = array_type_name(&self.schema, name, namespace);
        // The name is chosen while the old one is taken, as the server does it.
        let element = self.schema.type_of(moved.element).map(|element| element.name.clone());
        if let Some(element) = element {
            moved.name = array_type_name(&self.schema, &element, namespace);
        }
        self.schema.put_type(moved);
    }

    /// Refuses a name that a type has which is not an array made by itself (42710).
    pub(crate) fn type_name_free(&self, namespace: Oid, name: &str, span: TextRange) -> Outcome {
        match self.schema.types_in(namespace, name).next() {
            Some(found) if !found.is_array && !matches!(found.kind, TypeKind::Shell) => {
                Err(refuse("42710", format!("type \"{name}\" already exists"), span))
            }
            _ => Ok(()),
        }
    }

    /// Adds a relation: its row type where it has one, and what it depends on.
    pub(crate) fn add_relation(&mut self, mut relation: Relation, span: TextRange) -> Outcome<Oid> {
        let (oid, namespace) = (relation.oid, relation.namespace);
        if namespace == rollproof_catalog::Schema::PG_CATALOG && relation.kind != RelationKind::Sequence {
            let message = format!("permission denied to create \"pg_catalog.{}\"", relation.name);
            return Err(refuse("42501", message, span));
        }
        self.relation_name_free(namespace, &relation.name, span)?;
        let has_rows = !matches!(
            relation.kind,
            RelationKind::Index | RelationKind::PartitionedIndex | RelationKind::Sequence | RelationKind::Toast
        );
        if has_rows {
            self.type_name_free(namespace, &relation.name, span)?;
            let row_type = self.schema.allocate();
            relation.row_type = row_type;
            let row = plain_type(row_type, namespace, relation.name.clone(), TypeKind::Composite(oid), relation.owner);
            self.add_type_with_array(row)?;
            let (table, of) = (ObjectId::Relation(oid), ObjectId::Type(row_type));
            if relation.kind == RelationKind::Composite {
                self.depend(table, of, DependencyKind::Internal);
            } else {
                self.depend(of, table, DependencyKind::Internal);
            }
        }
        self.depend_on_namespace(ObjectId::Relation(oid), namespace);
        let columns: Vec<Arc<Column>> = relation.columns.clone();
        self.schema.put_relation(relation);
        for column in columns.iter().filter(|column| !column.dropped) {
            self.depend_column(oid, column);
        }
        Ok(oid)
    }

    /// Objects go with their schema.
    pub(crate) fn depend_on_namespace(&mut self, object: ObjectId, namespace: Oid) {
        self.depend(object, ObjectId::Namespace(namespace), DependencyKind::Normal);
    }

    /// A bound expression that read another relation, read on this one: columns are matched by name.
    pub(crate) fn moved_expr(&self, stored: &StoredExpr, target: Oid) -> StoredExpr {
        StoredExpr {
            expr: stored.expr.clone(),
            text: self.moved_text(&stored.text, target),
            casts: stored.casts.clone(),
        }
    }

    fn moved_text(&self, text: &StoredText, target: Oid) -> StoredText {
        let bindings = text.bindings.iter().map(|(range, object)| (*range, self.moved_object(*object, target)));
        let names = text
            .names
            .iter()
            .map(|name| rollproof_catalog::StoredName { object: self.moved_object(name.object, target), ..*name });
        StoredText {
            text: text.text.clone(),
            range: text.range,
            bindings: bindings.collect(),
            names: names.collect(),
            starred: text.starred.clone(),
        }
    }

    fn moved_object(&self, object: ObjectId, target: Oid) -> ObjectId {
        let ObjectId::Column(id) = object else { return object };
        let same = self
            .schema
            .column(id)
            .and_then(|column| self.schema.relation(target)?.column(&column.name))
            .map(|column| rollproof_catalog::ColumnId { relation: target, number: column.number });
        same.map_or(object, ObjectId::Column)
    }
}
