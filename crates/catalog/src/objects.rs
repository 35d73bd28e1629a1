//! The catalogs of a [`Schema`]: by identity, changed one object at a time. Look-ups include built-in objects; changes
//! never touch those.

use std::sync::Arc;

use crate::builtin::BuiltinTable;
use crate::table::CatalogObject;
use crate::{
    Cast, Collation, Constraint, Extension, Function, Namespace, ObjectTable, Oid, Operator, OperatorClass,
    OperatorFamily, Other, Relation, Role, Schema, Type, TypeKind,
};

/// Objects that have a schema of their own, or none.
macro_rules! catalog_objects {
    ($($object:ident: $namespace:expr $(, $constraints:expr)?;)*) => {
        $(impl CatalogObject for $object {
            fn oid(&self) -> Oid {
                self.oid
            }

            fn namespace(&self) -> Oid {
                let namespace: fn(&Self) -> Oid = $namespace;
                namespace(self)
            }

            fn name(&self) -> &Arc<str> {
                &self.name
            }

            $(fn constraints(&self) -> &[Arc<Constraint>] {
                let constraints: fn(&Self) -> &[Arc<Constraint>] = $constraints;
                constraints(self)
            })?
        })*
    };
}

catalog_objects! {
    Namespace: |_| Oid::NONE;
    Relation: |object| object.namespace, |object| &object.constraints;
    Type: |object| object.namespace, |object| match &object.kind {
        TypeKind::Domain { checks, .. } => checks,
        _ => &[],
    };
    Function: |object| object.namespace;
    Operator: |object| object.namespace;
    OperatorClass: |object| object.namespace;
    OperatorFamily: |object| object.namespace;
    Collation: |object| object.namespace;
    Extension: |_| Oid::NONE;
    Role: |_| Oid::NONE;
}

impl CatalogObject for Other {
    fn oid(&self) -> Oid {
        self.oid
    }

    fn namespace(&self) -> Oid {
        self.namespace
    }

    fn name(&self) -> &Arc<str> {
        &self.key
    }
}

impl CatalogObject for Cast {
    fn oid(&self) -> Oid {
        self.oid
    }

    fn namespace(&self) -> Oid {
        self.source
    }

    fn name(&self) -> &Arc<str> {
        static EMPTY: std::sync::LazyLock<Arc<str>> = std::sync::LazyLock::new(|| Arc::from(""));
        &EMPTY
    }
}

/// Objects of one name in one namespace: the built-in ones as the schema has changed them, then its own by creation.
pub(crate) fn named<'a, T: CatalogObject>(
    builtin: &'a BuiltinTable<T>,
    own: &'a ObjectTable<T>,
    namespace: Oid,
    name: &str,
) -> impl Iterator<Item = &'a T> {
    let changed = |object: &'a T| own.get(object.oid()).map_or(object, |changed| &**changed);
    let own_only = |object: &&Arc<T>| object.oid() >= Oid::FIRST_USER || builtin.get(object.oid()).is_none();
    let built_in = builtin.named(namespace, name).map(changed);
    built_in.chain(own.all_named(namespace, name).filter(own_only).map(|object| &**object))
}

/// Getter, put and remove of each catalog.
macro_rules! catalogs {
    ($($table:ident: $object:ident, $get:ident, $put:ident, $remove:ident, $named:ident, $what:literal;)*) => {
        impl Schema {
            $(
                #[doc = concat!("The ", $what, " of this identity, built-in ones included.")]
                #[must_use]
                pub fn $get(&self, oid: Oid) -> Option<&$object> {
                    self.$table.get(oid).map(|object| &**object).or_else(|| self.builtin.$table().get(oid))
                }

                #[doc = concat!("Adds or replaces the ", $what, " of the same identity; a built-in one is overlaid.")]
                pub fn $put(&mut self, object: $object) {
                    self.$table.put(Arc::new(object));
                }

                #[doc = concat!("Removes a ", $what, "; its dependencies stay with the caller.")]
                pub fn $remove(&mut self, oid: Oid) -> Option<Arc<$object>> {
                    self.$table.remove(oid)
                }

                #[doc = concat!("Each ", $what, " of exactly this name in this namespace, built-in ones first.")]
                pub fn $named(&self, namespace: Oid, name: &str) -> impl Iterator<Item = &$object> {
                    named(self.builtin.$table(), &self.$table, namespace, name)
                }
            )*
        }
    };
}

catalogs! {
    namespaces: Namespace, namespace, put_namespace, remove_namespace, namespaces_in, "namespace";
    relations: Relation, relation, put_relation, remove_relation, relations_in, "relation";
    types: Type, type_of, put_type, remove_type, types_in, "type";
    functions: Function, function, put_function, remove_function, functions_in, "routine";
    operators: Operator, operator, put_operator, remove_operator, operators_in, "operator";
    operator_classes: OperatorClass, operator_class, put_operator_class, remove_operator_class, operator_classes_in,
        "operator class";
    operator_families: OperatorFamily, operator_family, put_operator_family, remove_operator_family,
        operator_families_in, "operator family";
    casts: Cast, cast, put_cast, remove_cast, casts_in, "cast";
    collations: Collation, collation, put_collation, remove_collation, collations_in, "collation";
    extensions: Extension, extension, put_extension, remove_extension, extensions_in, "extension";
    roles: Role, role, put_role, remove_role, roles_in, "role";
}
