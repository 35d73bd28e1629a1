//! What every database of a PostgreSQL version has before the first migration.
//!
//! The data was read from real servers of each version (`cargo xtask catalog-data`). Numbers below 10000 are the
//! server's own; higher ones, which no two versions share, are ours.

mod contents;
pub(crate) mod read;
pub(crate) mod record;
mod registry;
mod table;

use std::sync::OnceLock;

pub use contents::ExtensionContents;
pub use table::BuiltinTable;

use crate::{
    Cast, Collation, Extension, Function, Namespace, Operator, OperatorClass, OperatorFamily, Relation, Role, Type,
};

/// The built-in objects of one major version. Each is read when it is first asked for.
pub struct Builtin {
    /// The major version.
    pub version: u32,
    namespaces: OnceLock<BuiltinTable<Namespace>>,
    relations: OnceLock<BuiltinTable<Relation>>,
    types: OnceLock<BuiltinTable<Type>>,
    functions: OnceLock<BuiltinTable<Function>>,
    operators: OnceLock<BuiltinTable<Operator>>,
    operator_classes: OnceLock<BuiltinTable<OperatorClass>>,
    operator_families: OnceLock<BuiltinTable<OperatorFamily>>,
    casts: OnceLock<BuiltinTable<Cast>>,
    collations: OnceLock<BuiltinTable<Collation>>,
    extensions: OnceLock<BuiltinTable<Extension>>,
    roles: OnceLock<BuiltinTable<Role>>,
}

impl std::fmt::Debug for Builtin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Builtin").field(&self.version).finish()
    }
}

static VERSIONS: [Builtin; 5] =
    [Builtin::new(14), Builtin::new(15), Builtin::new(16), Builtin::new(17), Builtin::new(18)];

/// One accessor a catalog.
macro_rules! builtin_tables {
    ($($name:ident: $object:ident, $catalog:literal;)*) => {
        impl Builtin {
            $(
                #[doc = concat!("`", $catalog, "`")]
                #[must_use]
                pub fn $name(&'static self) -> &'static BuiltinTable<$object> {
                    self.$name.get_or_init(|| read::$name(self))
                }
            )*

            const fn new(version: u32) -> Self {
                Self { version, $($name: OnceLock::new(),)* }
            }
        }
    };
}

builtin_tables! {
    namespaces: Namespace, "pg_namespace";
    relations: Relation, "pg_class";
    types: Type, "pg_type";
    functions: Function, "pg_proc";
    operators: Operator, "pg_operator";
    operator_classes: OperatorClass, "pg_opclass";
    operator_families: OperatorFamily, "pg_opfamily";
    casts: Cast, "pg_cast";
    collations: Collation, "pg_collation";
    extensions: Extension, "pg_extension";
    roles: Role, "pg_authid";
}

impl Builtin {
    /// Reads what nearly every run asks for, so that the first statement does not wait for it.
    pub fn prepare(&'static self) {
        let _ = self.types();
        let _ = self.functions();
        let _ = self.operators();
        let _ = self.operator_classes();
        let _ = self.casts();
        let _ = self.relations();
    }

    /// The oldest version that data is held for.
    pub const OLDEST: u32 = 14;

    /// The built-in objects of `major`, or none where no data is held for it.
    #[must_use]
    pub fn of_version(major: u32) -> Option<&'static Self> {
        VERSIONS.iter().find(|builtin| builtin.version == major)
    }

    /// The newest version that data is held for.
    #[must_use]
    pub fn newest() -> &'static Self {
        &VERSIONS[VERSIONS.len() - 1]
    }
}

#[cfg(test)]
mod tests;
