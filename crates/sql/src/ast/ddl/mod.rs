//! Data definition: statements that change the schema.

mod constraint;
mod object;
mod privilege;
mod relation;
mod routine;
mod table;
mod types;

pub use constraint::*;
pub use object::*;
pub use privilege::*;
pub use relation::*;
pub use routine::*;
pub use table::*;
pub use types::*;

use std::sync::Arc;

use rollproof_source::TextRange;

use crate::ast::name::{Name, QualifiedName};
use crate::ast::query::ColumnSpec;

/// A statement of data definition.
#[derive(Debug, Clone)]
pub enum Definition {
    /// `CREATE TABLE`, foreign and partition tables too.
    CreateTable(CreateTable),
    /// `CREATE TABLE … AS`, `CREATE MATERIALIZED VIEW`, `SELECT INTO` is a query.
    CreateTableAs(CreateTableAs),
    /// `CREATE [OR REPLACE] VIEW`
    CreateView(CreateView),
    /// `CREATE INDEX`
    CreateIndex(CreateIndex),
    /// `CREATE SEQUENCE`
    CreateSequence(CreateSequence),
    /// `CREATE SCHEMA`
    CreateSchema(CreateSchema),
    /// `CREATE EXTENSION`
    CreateExtension(CreateExtension),
    /// `CREATE FUNCTION`, `CREATE PROCEDURE`
    CreateFunction(CreateFunction),
    /// `CREATE AGGREGATE`
    CreateAggregate(CreateAggregate),
    /// `CREATE OPERATOR`, `CREATE TYPE (…)`, `CREATE COLLATION`, … : a name and options.
    CreateDefined(CreateDefined),
    /// `CREATE TYPE … AS ENUM`
    CreateEnum(QualifiedName, Vec<(Arc<str>, TextRange)>),
    /// `CREATE TYPE … AS (…)`
    CreateComposite(QualifiedName, Vec<ColumnSpec>),
    /// `CREATE TYPE … AS RANGE (…)`
    CreateRange(QualifiedName, Vec<DefinitionOption>),
    /// `CREATE DOMAIN`
    CreateDomain(CreateDomain),
    /// `CREATE CAST`
    CreateCast(CreateCast),
    /// `CREATE TRIGGER`
    CreateTrigger(CreateTrigger),
    /// `CREATE EVENT TRIGGER name`
    CreateEventTrigger(Name, QualifiedName),
    /// `CREATE RULE`
    CreateRule(CreateRule),
    /// `CREATE POLICY`
    CreatePolicy(Policy),
    /// `ALTER POLICY`: what was not written stays as it is; `restrictive` and `command` say nothing here.
    AlterPolicy(Policy),
    /// `CREATE ROLE`, `CREATE USER`, `CREATE GROUP`. Options as gram.y names them: `canlogin`, `superuser` … with a text
    /// of `true` or `false`; `addroleto` (`IN ROLE`), `rolemembers`, `adminmembers` once for each role, as text.
    CreateRole(Name, Vec<DefinitionOption>),
    /// `ALTER ROLE`, options as above.
    AlterRole(Name, Vec<DefinitionOption>),
    /// `CREATE OPERATOR CLASS`
    CreateOperatorClass(CreateOperatorClass),
    /// `CREATE OPERATOR FAMILY`: its name, its access method.
    CreateOperatorFamily(QualifiedName, Name),
    /// `ALTER OPERATOR FAMILY … ADD | DROP`
    AlterOperatorFamily(AlterOperatorFamily),
    /// `CREATE SERVER`, `CREATE LANGUAGE`, `CREATE PUBLICATION` …
    CreateOther(OtherObject),
    /// `ALTER SERVER`, `ALTER PUBLICATION` … where the object and what it names have to be there, and no more is of use.
    AlterOther(OtherObject),
    /// `CREATE STATISTICS`
    CreateStatistics(CreateStatistics),
    /// `ALTER TABLE` and its relatives for views, indexes, sequences, foreign tables, composite types.
    AlterTable(AlterTable),
    /// `ALTER SEQUENCE`
    AlterSequence(QualifiedName, bool, Vec<SequenceOption>),
    /// `ALTER TYPE … ADD VALUE`
    AddEnumValue(AddEnumValue),
    /// `ALTER TYPE … RENAME VALUE 'a' TO 'b'`
    RenameEnumValue(QualifiedName, Arc<str>, Arc<str>),
    /// `ALTER DOMAIN`
    AlterDomain(QualifiedName, AlterDomainAction),
    /// `ALTER FUNCTION … options`
    AlterFunction(ObjectKind, Signature, Vec<FunctionOption>),
    /// `ALTER EXTENSION … UPDATE`
    AlterExtensionUpdate(Name),
    /// `ALTER EXTENSION … ADD | DROP object`
    AlterExtensionContents(Name),
    /// `ALTER … RENAME`
    Rename(Rename),
    /// `ALTER … SET SCHEMA`
    SetSchema(SetSchema),
    /// `ALTER … OWNER TO`
    SetOwner(ObjectKind, ObjectName, Name),
    /// `COMMENT ON`
    Comment(Comment),
    /// `DROP`
    Drop(Drop),
    /// `DROP OWNED` (true), `REASSIGN OWNED`: whose; of the latter the last is the new owner; CASCADE.
    Owned(bool, Vec<Name>, bool),
    /// `GRANT`, `REVOKE` on objects
    Grant(Grant),
    /// `GRANT role TO role`
    GrantRole(GrantRole),
    /// `ALTER DEFAULT PRIVILEGES`
    DefaultPrivileges(DefaultPrivileges),
    /// `ALTER ROLE … SET`, `ALTER DATABASE … SET`, `ALTER SYSTEM SET`: what sessions that begin later start with.
    DefaultSetting(DefaultSetting),
}
