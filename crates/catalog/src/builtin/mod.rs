//! What every database of a PostgreSQL version has before the first migration.

use std::sync::Arc;

use crate::{Function, Oid, Operator, Relation, Type};

/// The built-in objects of one major version.
#[derive(Debug)]
pub struct Builtin {
    /// The major version.
    pub version: u32,
}

impl Builtin {
    /// The built-in objects of `major`, or none where no data is held for it.
    #[must_use]
    pub fn of_version(_major: u32) -> Option<&'static Self> {
        static NEWEST: Builtin = Builtin { version: 18 };
        Some(&NEWEST)
    }

    /// A system relation.
    #[must_use]
    pub fn relation(&self, _oid: Oid) -> Option<&Relation> {
        None
    }

    /// A built-in type.
    #[must_use]
    pub fn type_of(&self, _oid: Oid) -> Option<&Type> {
        None
    }

    /// A built-in function.
    #[must_use]
    pub fn function(&self, _oid: Oid) -> Option<&Function> {
        None
    }

    /// A built-in operator.
    #[must_use]
    pub fn operator(&self, _oid: Oid) -> Option<&Operator> {
        None
    }

    /// The name of a built-in schema.
    #[must_use]
    pub fn namespace_name(&self, _oid: Oid) -> Option<&Arc<str>> {
        None
    }

    /// A built-in schema by name.
    #[must_use]
    pub fn find_namespace(&self, _name: &str) -> Option<Oid> {
        None
    }
}
