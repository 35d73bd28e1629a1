//! Operators, operator classes, casts, collations.

use std::sync::Arc;

use crate::{Oid, Provision};

/// An operator (`pg_operator`).
#[derive(Debug, Clone)]
pub struct Operator {
    /// Identity.
    pub oid: Oid,
    /// Schema.
    pub namespace: Oid,
    /// Symbol.
    pub name: Arc<str>,
    /// Left type, none for a prefix operator.
    pub left: Oid,
    /// Right type.
    pub right: Oid,
    /// Result type; none for a shell.
    pub result: Oid,
    /// Its function.
    pub function: Oid,
    /// Its negator and commutator, or none.
    pub commutator: Oid,
}

/// An operator class (`pg_opclass`).
#[derive(Debug, Clone)]
pub struct OperatorClass {
    /// Identity.
    pub oid: Oid,
    /// Schema.
    pub namespace: Oid,
    /// Name.
    pub name: Arc<str>,
    /// Access method's name.
    pub method: Arc<str>,
    /// Input type.
    pub input: Oid,
    /// The default of its type and method.
    pub is_default: bool,
    /// Its family's number: members of one family can stand for each other.
    pub family: Oid,
}

/// An operator family (`pg_opfamily`).
#[derive(Debug, Clone)]
pub struct OperatorFamily {
    /// Identity.
    pub oid: Oid,
    /// Schema.
    pub namespace: Oid,
    /// Name.
    pub name: Arc<str>,
    /// Access method's name.
    pub method: Arc<str>,
    /// What it holds; of a built-in family only what was added to it.
    pub members: Vec<FamilyMember>,
}

/// What an operator family holds (`pg_amop`, `pg_amproc`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FamilyMember {
    /// An operator, or a support function.
    pub is_operator: bool,
    /// Its strategy or support number.
    pub number: i32,
    /// The types that it is for.
    pub types: (Oid, Oid),
    /// The operator or function.
    pub object: Oid,
    /// The class that it came with and goes with; none where ALTER OPERATOR FAMILY added it.
    pub class: Oid,
}

/// `castcontext`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CastContext {
    /// `i`
    Implicit,
    /// `a`
    Assignment,
    /// `e`
    Explicit,
}

/// `castmethod`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CastMethod {
    /// `f`
    Function,
    /// `b`
    Binary,
    /// `i`
    InOut,
}

/// A cast (`pg_cast`).
#[derive(Debug, Clone)]
pub struct Cast {
    /// Identity.
    pub oid: Oid,
    /// From.
    pub source: Oid,
    /// To.
    pub target: Oid,
    /// Its function, or none.
    pub function: Oid,
    /// Where it is taken.
    pub context: CastContext,
    /// How it is done.
    pub method: CastMethod,
}

/// A collation (`pg_collation`).
#[derive(Debug, Clone)]
pub struct Collation {
    /// Identity.
    pub oid: Oid,
    /// Schema.
    pub namespace: Oid,
    /// Name.
    pub name: Arc<str>,
    /// `collisdeterministic`
    pub deterministic: bool,
    /// What follows the name in `CREATE COLLATION`; none of a built-in one.
    pub definition: Option<Arc<str>>,
    /// What the server must have for it to be there; none of one that every server has.
    pub needs: Option<Provision>,
}
