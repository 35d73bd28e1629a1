//! Types (`pg_type`, `pg_enum`, `pg_range`).

use std::sync::Arc;

use crate::{Acl, Constraint, Oid, Schema, StoredExpr};

/// A type with its modifier: what a column or an expression has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeRef {
    /// The type.
    pub oid: Oid,
    /// Its modifier (`atttypmod`), -1 for none.
    pub modifier: i32,
}

impl TypeRef {
    /// `oid` without a modifier.
    #[must_use]
    pub const fn plain(oid: Oid) -> Self {
        Self { oid, modifier: -1 }
    }
}

/// A label of an enum; its identity survives `RENAME VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumLabel {
    /// Identity.
    pub oid: Oid,
    /// The label.
    pub label: Arc<str>,
    /// Added to a type that was there before in the open transaction: until its end no value of it may be used (55P04;
    /// `EnumUncommitted` in `pg_enum.c`).
    pub uncommitted: bool,
}

impl EnumLabel {
    /// A label that may be used.
    #[must_use]
    pub const fn new(oid: Oid, label: Arc<str>) -> Self {
        Self { oid, label, uncommitted: false }
    }
}

/// What a type is (`typtype`), with what each kind needs.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// `b`: a base type; arrays too ([`Type::element`] and `subscript` tell).
    Base,
    /// `c`: a row; its relation.
    Composite(Oid),
    /// `d`: a domain.
    Domain {
        /// What it is over, maybe another domain.
        base: TypeRef,
        /// `NOT NULL`
        not_null: bool,
        /// `DEFAULT`
        default: Option<StoredExpr>,
        /// Its CHECK constraints.
        checks: Vec<Arc<Constraint>>,
    },
    /// `e`: an enum; its labels in sort order.
    Enum(Vec<EnumLabel>),
    /// `p`: a pseudo-type.
    Pseudo,
    /// `r`: a range.
    Range {
        /// Element type.
        subtype: Oid,
        /// Its multirange.
        multirange: Oid,
    },
    /// `m`: a multirange; its range.
    Multirange(Oid),
    /// A shell (`typisdefined` false).
    Shell,
}

/// A type.
#[derive(Debug, Clone)]
pub struct Type {
    /// Identity.
    pub oid: Oid,
    /// Schema.
    pub namespace: Oid,
    /// Name.
    pub name: Arc<str>,
    /// What it is.
    pub kind: TypeKind,
    /// `typcategory`
    pub category: u8,
    /// `typispreferred`
    pub preferred: bool,
    /// `typelem`: what subscripting yields; of `name`, `point` … too.
    pub element: Oid,
    /// True array types only (`typsubscript = array_subscript_handler`).
    pub is_array: bool,
    /// `typarray`: the array type over this one, or none.
    pub array: Oid,
    /// `typlen`
    pub length: i16,
    /// Whether it can be subscripted at all (`typsubscript <> 0`): arrays, jsonb, hstore.
    pub subscriptable: bool,
    /// `typcollation`: the default collation, or none where it is not collatable.
    pub collation: Oid,
    /// Whether `t(n)` is taken (`typmodin <> 0`).
    pub takes_modifier: bool,
    /// Owner.
    pub owner: Oid,
    /// Privileges; none means the default: USAGE for all.
    pub acl: Option<Arc<Acl>>,
}

impl Type {
    /// A base type of the user's category without an array type: a start for every other kind.
    #[must_use]
    pub fn new(oid: Oid, namespace: Oid, name: Arc<str>) -> Self {
        Self {
            oid,
            namespace,
            name,
            kind: TypeKind::Base,
            category: b'U',
            preferred: false,
            element: Oid::NONE,
            is_array: false,
            array: Oid::NONE,
            length: -1,
            subscriptable: false,
            collation: Oid::NONE,
            takes_modifier: false,
            owner: Schema::SUPERUSER,
            acl: None,
        }
    }

    /// The array type over `element`; its collation and whether it takes a modifier are the caller's to copy.
    #[must_use]
    pub fn array_over(oid: Oid, namespace: Oid, name: Arc<str>, element: Oid) -> Self {
        Self { category: b'A', element, is_array: true, subscriptable: true, ..Self::new(oid, namespace, name) }
    }
}
