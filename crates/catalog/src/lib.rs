//! The schema as data, shaped like PostgreSQL's system catalogs (manual chapter "System Catalogs").
//!
//! Every object has an identity ([`Oid`], [`ObjectId`]) that survives renames and dies with the object; a column's is its
//! relation and its number, which is never used twice. Built-in objects keep the server's own OIDs. A [`Schema`] is
//! persistent: a clone shares all structure, and a change copies one object.

pub mod builtin;
mod constraint;
mod depend;
mod describe;
mod extension;
mod format;
mod id;
mod lookup;
mod objects;
pub mod oid;
mod oid_map;
mod operator;
mod privilege;
mod provision;
mod relation;
mod routine;
mod schema;
mod security;
mod session;
mod stored;
mod table;
mod taint;
mod types;
mod typing;
mod visible;

pub use builtin::Builtin;
pub use constraint::{Constraint, ConstraintKind, ForeignKey, Index, IndexKey};
pub use depend::{Blocked, Dependencies, DependencyGraph, DependencyKind};
pub use describe::Expressions;
pub use extension::ExtensionError;
pub use id::{ColumnId, ObjectId, Oid};
pub use lookup::{FunctionCandidate, OperatorCandidate};
pub use operator::{Cast, CastContext, CastMethod, Collation, FamilyMember, Operator, OperatorClass, OperatorFamily};
pub use provision::Provision;
pub use relation::{
    Column, Generated, Identity, Partition, PartitionKey, Persistence, Relation, RelationKind, Rule, Sequence,
    SequenceBounds, Trigger, View,
};
pub use routine::{Aggregate, AggregateKind, AggregatePart, Function, FunctionKind, Language, Parameter, RoutineBody};
pub use schema::{Extension, Namespace, Other, Schema};
pub use security::{Acl, AclEntry, DefaultAcl, Membership, Policy, Privilege, Role};
pub use session::{Prepared, Session};
pub use stored::{NamePlace, StoredExpr, StoredName, StoredStatement, StoredText};
pub use table::{CatalogObject, ObjectTable};
pub use taint::{Taint, TaintKind, Taints, UNKNOWN_DIGITS, UNKNOWN_PART, known_in_part, taints_name};
pub use types::{EnumLabel, Type, TypeKind, TypeRef};

#[cfg(test)]
mod lookup_tests;

#[cfg(test)]
mod extension_tests;
