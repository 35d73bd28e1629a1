//! Data definition: statements that change the schema.

use std::sync::Arc;

use rollproof_source::TextRange;

use super::expr::{Expr, OperatorName};
use super::name::{Name, QualifiedName, TypeName};
use super::query::{ColumnSpec, Query, RelationRef};
use super::statement::{SetStatement, Statement};

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
    /// `CREATE SERVER`, `CREATE LANGUAGE`, `CREATE CONVERSION`, `CREATE OPERATOR CLASS` …: the kind and its name (of a user
    /// mapping, the user's).
    CreateOther(ObjectKind, QualifiedName),
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
    /// `DROP`
    Drop(Drop),
    /// `DROP OWNED` (true), `REASSIGN OWNED`: whose.
    Owned(bool, Vec<Name>),
    /// `GRANT`, `REVOKE` on objects
    Grant(Grant),
    /// `GRANT role TO role`
    GrantRole(bool, Vec<Name>, Vec<Name>),
    /// `ALTER DEFAULT PRIVILEGES`
    DefaultPrivileges(DefaultPrivileges),
    /// `ALTER ROLE … SET`, `ALTER DATABASE … SET`, `ALTER SYSTEM SET`: what sessions that begin later start with.
    DefaultSetting(DefaultSetting),
}

/// A setting's default for later sessions. It matters where the setting is `search_path` or `role`.
#[derive(Debug, Clone)]
pub struct DefaultSetting {
    /// `ALTER ROLE r`; none for `ALL` and for a database or the whole system.
    pub role: Option<Name>,
    /// `ALTER DATABASE d`, `IN DATABASE d`
    pub database: Option<Name>,
    /// The setting; `SET x FROM CURRENT` comes as `RESET` would, with `from_current` set.
    pub setting: SetStatement,
    /// `FROM CURRENT`: the value is the one of the session that runs this.
    pub from_current: bool,
}

/// Kinds of object that are renamed, moved, dropped, granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// TABLE
    Table,
    /// FOREIGN TABLE
    ForeignTable,
    /// VIEW
    View,
    /// MATERIALIZED VIEW
    MaterializedView,
    /// INDEX
    Index,
    /// SEQUENCE
    Sequence,
    /// TYPE
    Type,
    /// DOMAIN
    Domain,
    /// SCHEMA
    Schema,
    /// EXTENSION
    Extension,
    /// FUNCTION
    Function,
    /// PROCEDURE
    Procedure,
    /// ROUTINE
    Routine,
    /// AGGREGATE
    Aggregate,
    /// OPERATOR
    Operator,
    /// OPERATOR CLASS (USING method)
    OperatorClass,
    /// OPERATOR FAMILY
    OperatorFamily,
    /// CAST
    Cast,
    /// COLLATION
    Collation,
    /// CONVERSION
    Conversion,
    /// TRIGGER on a table
    Trigger,
    /// EVENT TRIGGER
    EventTrigger,
    /// RULE on a table
    Rule,
    /// POLICY on a table
    Policy,
    /// ROLE
    Role,
    /// DATABASE
    Database,
    /// TABLESPACE
    Tablespace,
    /// LANGUAGE
    Language,
    /// SERVER
    Server,
    /// FOREIGN DATA WRAPPER
    ForeignDataWrapper,
    /// USER MAPPING
    UserMapping,
    /// TEXT SEARCH CONFIGURATION, DICTIONARY, PARSER, TEMPLATE
    TextSearch,
    /// STATISTICS
    Statistics,
    /// PUBLICATION
    Publication,
    /// SUBSCRIPTION
    Subscription,
    /// ACCESS METHOD
    AccessMethod,
    /// TRANSFORM
    Transform,
    /// LARGE OBJECT, PARAMETER and what else can be granted
    Other,
}

/// `CREATE TABLE`
#[derive(Debug, Clone)]
pub struct CreateTable {
    /// Its name.
    pub name: QualifiedName,
    /// `TEMP`
    pub temporary: bool,
    /// `UNLOGGED`
    pub unlogged: bool,
    /// `FOREIGN`
    pub foreign: bool,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// `OF type`
    pub of_type: Option<TypeName>,
    /// Columns, table constraints, LIKE, in order.
    pub elements: Vec<TableElement>,
    /// `INHERITS (…)`
    pub inherits: Vec<QualifiedName>,
    /// `PARTITION OF parent`
    pub partition_of: Option<(QualifiedName, PartitionBound)>,
    /// `PARTITION BY`
    pub partition_by: Option<PartitionBy>,
    /// `ON COMMIT DROP`
    pub on_commit_drop: bool,
}

/// `FOR VALUES …`
#[derive(Debug, Clone)]
pub enum PartitionBound {
    /// `DEFAULT`
    Default,
    /// `IN (…)`
    List(Vec<Expr>),
    /// `FROM (…) TO (…)`; `MINVALUE` and `MAXVALUE` come as column references of that name.
    Range(Vec<Expr>, Vec<Expr>),
    /// `WITH (MODULUS m, REMAINDER r)`
    Hash(i32, i32),
}

/// `PARTITION BY strategy (keys)`
#[derive(Debug, Clone)]
pub struct PartitionBy {
    /// `list`, `range`, `hash`
    pub strategy: Arc<str>,
    /// The keys.
    pub keys: Vec<IndexElement>,
}

/// What stands between the parentheses of `CREATE TABLE`.
#[derive(Debug, Clone)]
pub enum TableElement {
    /// A column.
    Column(ColumnDefinition),
    /// A table constraint.
    Constraint(ConstraintDefinition),
    /// `LIKE t INCLUDING …`
    Like(LikeClause),
}

/// `LIKE t INCLUDING …`: which parts are copied besides names, types, and NOT NULL.
#[derive(Debug, Clone)]
pub struct LikeClause {
    /// The source.
    pub source: QualifiedName,
    /// DEFAULTS
    pub defaults: bool,
    /// CONSTRAINTS (checks)
    pub constraints: bool,
    /// INDEXES
    pub indexes: bool,
    /// IDENTITY
    pub identity: bool,
    /// GENERATED
    pub generated: bool,
}

/// A column as defined.
#[derive(Debug, Clone)]
pub struct ColumnDefinition {
    /// Its name.
    pub name: Name,
    /// Its type; none in `CREATE TABLE … OF` and `PARTITION OF`. `serial` comes as written.
    pub type_name: Option<TypeName>,
    /// `COLLATE`
    pub collation: Option<QualifiedName>,
    /// Its constraints, in order.
    pub constraints: Vec<ConstraintDefinition>,
    /// All of it.
    pub span: TextRange,
}

/// A constraint, of a column or a table.
#[derive(Debug, Clone)]
pub struct ConstraintDefinition {
    /// `CONSTRAINT name`
    pub name: Option<Name>,
    /// What it is.
    pub kind: ConstraintKind,
    /// `DEFERRABLE`
    pub deferrable: bool,
    /// `INITIALLY DEFERRED`
    pub initially_deferred: bool,
    /// `NOT VALID`
    pub not_valid: bool,
    /// `NO INHERIT`
    pub no_inherit: bool,
    /// `NOT ENFORCED` (PostgreSQL 18)
    pub not_enforced: bool,
    /// All of it.
    pub span: TextRange,
}

/// `GENERATED … AS IDENTITY`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityKind {
    /// `ALWAYS`
    Always,
    /// `BY DEFAULT`
    ByDefault,
}

/// What a constraint is.
#[derive(Debug, Clone)]
pub enum ConstraintKind {
    /// `NOT NULL`; of a table constraint (PostgreSQL 18) with the column.
    NotNull(Option<Name>),
    /// `NULL`
    Null,
    /// `DEFAULT x`
    Default(Expr),
    /// `GENERATED … AS IDENTITY (options)`
    Identity(IdentityKind, Vec<SequenceOption>),
    /// `GENERATED ALWAYS AS (x)`, true when `STORED`
    Generated(Expr, bool),
    /// `CHECK (x)`
    Check(Expr),
    /// `PRIMARY KEY (…)`; the columns are empty on a column constraint.
    PrimaryKey(UniqueDefinition),
    /// `UNIQUE (…)`
    Unique(UniqueDefinition),
    /// `EXCLUDE USING m (element WITH op) WHERE (…)`
    Exclude {
        /// The access method.
        method: Option<Name>,
        /// Elements and their operators.
        elements: Vec<(IndexElement, OperatorName)>,
        /// `WHERE`
        predicate: Option<Expr>,
        /// `INCLUDE`
        include: Vec<Name>,
    },
    /// `FOREIGN KEY (…) REFERENCES t (…)`; columns empty on a column constraint.
    ForeignKey {
        /// The referencing columns.
        columns: Vec<Name>,
        /// The referenced table.
        table: QualifiedName,
        /// The referenced columns; empty: its primary key.
        referenced: Vec<Name>,
        /// `ON DELETE`
        on_delete: ReferentialAction,
        /// `ON UPDATE`
        on_update: ReferentialAction,
        /// `MATCH FULL`
        match_full: bool,
    },
}

/// `ON DELETE …`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReferentialAction {
    /// `NO ACTION`
    #[default]
    NoAction,
    /// `RESTRICT`
    Restrict,
    /// `CASCADE`
    Cascade,
    /// `SET NULL`
    SetNull,
    /// `SET DEFAULT`
    SetDefault,
}

/// `PRIMARY KEY` or `UNIQUE`.
#[derive(Debug, Clone)]
pub struct UniqueDefinition {
    /// The key's columns.
    pub columns: Vec<Name>,
    /// `INCLUDE`
    pub include: Vec<Name>,
    /// `NULLS NOT DISTINCT`
    pub nulls_not_distinct: bool,
    /// `USING INDEX i`
    pub using_index: Option<Name>,
    /// `WITHOUT OVERLAPS` on the last column (PostgreSQL 18)
    pub without_overlaps: bool,
}

/// `CREATE TABLE t AS query`, `CREATE MATERIALIZED VIEW`
#[derive(Debug, Clone)]
pub struct CreateTableAs {
    /// Its name.
    pub name: QualifiedName,
    /// Column names.
    pub columns: Vec<Name>,
    /// `MATERIALIZED VIEW`
    pub materialized_view: bool,
    /// `TEMP`
    pub temporary: bool,
    /// `UNLOGGED`
    pub unlogged: bool,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// A query, or `EXECUTE`.
    pub source: Box<Statement>,
}

/// `CREATE VIEW`
#[derive(Debug, Clone)]
pub struct CreateView {
    /// Its name.
    pub name: QualifiedName,
    /// Column names.
    pub columns: Vec<Name>,
    /// `OR REPLACE`
    pub or_replace: bool,
    /// `TEMP`
    pub temporary: bool,
    /// `RECURSIVE`
    pub recursive: bool,
    /// The query.
    pub query: Box<Query>,
    /// `WITH [LOCAL | CASCADED] CHECK OPTION`
    pub check_option: bool,
    /// `WITH (security_barrier, security_invoker …)`
    pub options: Vec<DefinitionOption>,
}

/// `CREATE INDEX`
#[derive(Debug, Clone)]
pub struct CreateIndex {
    /// Its name, if one was written.
    pub name: Option<Name>,
    /// The table.
    pub table: QualifiedName,
    /// False after `ON ONLY`.
    pub inherit: bool,
    /// `UNIQUE`
    pub unique: bool,
    /// `CONCURRENTLY`
    pub concurrently: bool,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// `USING method`
    pub method: Option<Name>,
    /// The keys.
    pub elements: Vec<IndexElement>,
    /// `INCLUDE`
    pub include: Vec<IndexElement>,
    /// `NULLS NOT DISTINCT`
    pub nulls_not_distinct: bool,
    /// `WHERE`
    pub predicate: Option<Expr>,
}

/// A key of an index.
#[derive(Debug, Clone)]
pub struct IndexElement {
    /// A bare column comes as a column reference of one name.
    pub value: Expr,
    /// `COLLATE`
    pub collation: Option<QualifiedName>,
    /// Operator class.
    pub operator_class: Option<QualifiedName>,
    /// `DESC`
    pub descending: bool,
    /// `NULLS FIRST` / `LAST`
    pub nulls_first: Option<bool>,
}

/// `CREATE SEQUENCE`
#[derive(Debug, Clone)]
pub struct CreateSequence {
    /// Its name.
    pub name: QualifiedName,
    /// `TEMP`
    pub temporary: bool,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// Its options.
    pub options: Vec<SequenceOption>,
}

/// An option of a sequence.
#[derive(Debug, Clone)]
pub enum SequenceOption {
    /// `AS type`
    As(TypeName),
    /// `OWNED BY t.c`; none for `NONE`
    OwnedBy(Option<QualifiedName>),
    /// `SEQUENCE NAME n` (identity columns in dumps)
    SequenceName(QualifiedName),
    /// `START`, `INCREMENT`, `CYCLE` …: what names nothing.
    Other,
}

/// `CREATE SCHEMA`
#[derive(Debug, Clone)]
pub struct CreateSchema {
    /// Its name; none with `AUTHORIZATION` alone.
    pub name: Option<Name>,
    /// `AUTHORIZATION`
    pub authorization: Option<Name>,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// Statements inside.
    pub elements: Vec<Statement>,
}

/// `CREATE EXTENSION`
#[derive(Debug, Clone)]
pub struct CreateExtension {
    /// Its name.
    pub name: Name,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// `SCHEMA`
    pub schema: Option<Name>,
    /// `CASCADE`
    pub cascade: bool,
}

/// How a function's parameter is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterMode {
    /// `IN`
    In,
    /// `OUT`
    Out,
    /// `INOUT`
    InOut,
    /// `VARIADIC`
    Variadic,
    /// A column of `RETURNS TABLE`.
    Table,
}

/// A parameter of a function.
#[derive(Debug, Clone)]
pub struct FunctionParameter {
    /// Its name.
    pub name: Option<Name>,
    /// Its mode.
    pub mode: ParameterMode,
    /// Its type.
    pub type_name: TypeName,
    /// `DEFAULT`
    pub default: Option<Expr>,
}

/// `CREATE FUNCTION`
#[derive(Debug, Clone)]
pub struct CreateFunction {
    /// Its name.
    pub name: QualifiedName,
    /// `PROCEDURE`
    pub procedure: bool,
    /// `OR REPLACE`
    pub or_replace: bool,
    /// Parameters; columns of `RETURNS TABLE` at the end, with mode `Table`.
    pub parameters: Vec<FunctionParameter>,
    /// `RETURNS type`; none for a procedure, or where OUT parameters say it.
    pub returns: Option<TypeName>,
    /// The options in order.
    pub options: Vec<FunctionOption>,
    /// The body.
    pub body: FunctionBody,
}

/// A function's body.
#[derive(Debug, Clone)]
pub enum FunctionBody {
    /// `AS 'text'`: the text, and where the string (quotes included) stands.
    Text(Arc<str>, TextRange),
    /// `AS 'library', 'symbol'`
    Library,
    /// `RETURN expression`
    Return(Box<Expr>),
    /// `BEGIN ATOMIC … END`
    Atomic(Vec<Statement>),
    /// None was written.
    Missing,
}

/// An option of a function.
#[derive(Debug, Clone)]
pub enum FunctionOption {
    /// `LANGUAGE l` (folded)
    Language(Arc<str>),
    /// `IMMUTABLE`, `STABLE`, `VOLATILE` as `i`, `s`, `v`
    Volatility(char),
    /// `STRICT` (true), `CALLED ON NULL INPUT`
    Strict(bool),
    /// `SECURITY DEFINER` (true)
    SecurityDefiner(bool),
    /// `WINDOW`
    Window,
    /// `SET name = values`; none for `RESET`, `FROM CURRENT`.
    Set(Arc<str>, Option<Vec<Arc<str>>>),
    /// What cannot matter here: `COST`, `ROWS`, `PARALLEL`, `LEAKPROOF`, `SUPPORT`, `TRANSFORM`.
    Other,
}

/// `CREATE AGGREGATE`
#[derive(Debug, Clone)]
pub struct CreateAggregate {
    /// Its name.
    pub name: QualifiedName,
    /// `OR REPLACE`
    pub or_replace: bool,
    /// The arguments; with `ORDER BY` in the list the direct ones come first.
    pub arguments: Vec<FunctionParameter>,
    /// How many are direct: some for an ordered-set aggregate.
    pub direct_arguments: Option<usize>,
    /// `f(*)`
    pub star: bool,
    /// `SFUNC`, `STYPE` …
    pub options: Vec<DefinitionOption>,
}

/// `CREATE OPERATOR n (…)`, `CREATE TYPE n (…)`, `CREATE COLLATION n (…)` …
#[derive(Debug, Clone)]
pub struct CreateDefined {
    /// What.
    pub kind: ObjectKind,
    /// Its name.
    pub name: QualifiedName,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// `FROM other` of a collation.
    pub from: Option<QualifiedName>,
    /// The options.
    pub options: Vec<DefinitionOption>,
}

/// `name = value` between parentheses (`DefElem`).
#[derive(Debug, Clone)]
pub struct DefinitionOption {
    /// Its name, lower case.
    pub name: Name,
    /// Its value.
    pub value: Option<DefinitionValue>,
}

impl DefinitionOption {
    /// The value where it is a word, a string or a number: `true` of `security_invoker = true`, `on`, `'C'`.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self.value.as_ref()? {
            DefinitionValue::Text(text) => Some(text),
            DefinitionValue::Type(type_name) => Some(type_name.name.object().as_str()),
            DefinitionValue::Operator(_) | DefinitionValue::None => None,
        }
    }
}

/// The value of an option.
#[derive(Debug, Clone)]
pub enum DefinitionValue {
    /// A name or a type.
    Type(TypeName),
    /// A string or a number as text.
    Text(Arc<str>),
    /// An operator.
    Operator(OperatorName),
    /// `NONE`
    None,
}

/// `CREATE DOMAIN`
#[derive(Debug, Clone)]
pub struct CreateDomain {
    /// Its name.
    pub name: QualifiedName,
    /// Its base.
    pub base: TypeName,
    /// `COLLATE`
    pub collation: Option<QualifiedName>,
    /// NOT NULL, DEFAULT, CHECK.
    pub constraints: Vec<ConstraintDefinition>,
}

/// `ALTER DOMAIN …`
#[derive(Debug, Clone)]
pub enum AlterDomainAction {
    /// `SET DEFAULT x`; none for `DROP DEFAULT`
    Default(Option<Expr>),
    /// `SET NOT NULL` (true), `DROP NOT NULL`
    NotNull(bool),
    /// `ADD constraint`
    Add(ConstraintDefinition),
    /// `DROP CONSTRAINT [IF EXISTS] n [CASCADE]`
    DropConstraint(Name, bool, bool),
    /// `VALIDATE CONSTRAINT n`
    Validate(Name),
}

/// `CREATE CAST`
#[derive(Debug, Clone)]
pub struct CreateCast {
    /// From.
    pub source: TypeName,
    /// To.
    pub target: TypeName,
    /// `WITH FUNCTION f`; none for `WITHOUT FUNCTION` and `WITH INOUT`.
    pub function: Option<Signature>,
    /// `WITH INOUT`
    pub inout: bool,
    /// `i`mplicit, `a`ssignment, `e`xplicit
    pub context: char,
}

/// `CREATE TRIGGER`
#[derive(Debug, Clone)]
pub struct CreateTrigger {
    /// Its name.
    pub name: Name,
    /// `OR REPLACE`
    pub or_replace: bool,
    /// `CONSTRAINT`
    pub constraint: bool,
    /// The table or view.
    pub table: QualifiedName,
    /// When.
    pub timing: TriggerTiming,
    /// `INSERT`
    pub on_insert: bool,
    /// `UPDATE`
    pub on_update: bool,
    /// `DELETE`
    pub on_delete: bool,
    /// `TRUNCATE`
    pub on_truncate: bool,
    /// `UPDATE OF columns`
    pub columns: Vec<Name>,
    /// `FOR EACH ROW`
    pub for_each_row: bool,
    /// `WHEN`
    pub when: Option<Expr>,
    /// `REFERENCING NEW TABLE AS n` (true for new)
    pub transitions: Vec<(bool, Name)>,
    /// The function.
    pub function: QualifiedName,
    /// Its arguments.
    pub arguments: Vec<Arc<str>>,
}

/// When a trigger fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TriggerTiming {
    /// `BEFORE`
    Before,
    /// `AFTER`
    After,
    /// `INSTEAD OF`
    InsteadOf,
}

/// `CREATE RULE`
#[derive(Debug, Clone)]
pub struct CreateRule {
    /// Its name.
    pub name: Name,
    /// `OR REPLACE`
    pub or_replace: bool,
    /// `select`, `insert`, `update`, `delete`
    pub event: Arc<str>,
    /// The table or view.
    pub table: QualifiedName,
    /// `WHERE`
    pub condition: Option<Expr>,
    /// `INSTEAD`
    pub instead: bool,
    /// The actions; empty for `NOTHING`.
    pub actions: Vec<Statement>,
}

/// `CREATE POLICY`, `ALTER POLICY`
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its name.
    pub name: Name,
    /// The table.
    pub table: QualifiedName,
    /// `AS RESTRICTIVE`
    pub restrictive: bool,
    /// `all`, `select`, `insert`, `update`, `delete`
    pub command: Arc<str>,
    /// `TO`; none where not written
    pub roles: Option<Vec<Name>>,
    /// `USING`
    pub using: Option<Expr>,
    /// `WITH CHECK`
    pub with_check: Option<Expr>,
}

/// `ALTER TABLE`
#[derive(Debug, Clone)]
pub struct AlterTable {
    /// What it was called: TABLE, VIEW, INDEX, …
    pub kind: ObjectKind,
    /// The relation.
    pub relation: RelationRef,
    /// `IF EXISTS`
    pub if_exists: bool,
    /// The actions, with the place of each.
    pub actions: Vec<(AlterTableAction, TextRange)>,
}

/// An action of `ALTER TABLE`.
#[derive(Debug, Clone)]
pub enum AlterTableAction {
    /// `ADD COLUMN [IF NOT EXISTS]`
    AddColumn(ColumnDefinition, bool),
    /// `DROP COLUMN [IF EXISTS] c [CASCADE]`
    DropColumn {
        /// The column.
        name: Name,
        /// `IF EXISTS`
        if_exists: bool,
        /// `CASCADE`
        cascade: bool,
    },
    /// `ALTER COLUMN c TYPE t [COLLATE x] [USING e]`
    ColumnType {
        /// The column.
        name: Name,
        /// The new type.
        type_name: TypeName,
        /// `COLLATE`
        collation: Option<QualifiedName>,
        /// `USING`
        using: Option<Expr>,
    },
    /// `ALTER COLUMN c SET DEFAULT x`; none for `DROP DEFAULT`
    ColumnDefault(Name, Option<Expr>),
    /// `ALTER COLUMN c SET NOT NULL` (true), `DROP NOT NULL`
    ColumnNotNull(Name, bool),
    /// `ALTER COLUMN c ADD GENERATED … AS IDENTITY`
    AddIdentity(Name, IdentityKind, Vec<SequenceOption>),
    /// `ALTER COLUMN c SET GENERATED …`
    SetIdentity(Name, Option<IdentityKind>),
    /// `ALTER COLUMN c DROP IDENTITY [IF EXISTS]`
    DropIdentity(Name, bool),
    /// `ALTER COLUMN c SET EXPRESSION AS (x)`
    SetExpression(Name, Expr),
    /// `ALTER COLUMN c DROP EXPRESSION [IF EXISTS]`
    DropExpression(Name, bool),
    /// `ALTER COLUMN c SET STATISTICS | STORAGE | COMPRESSION | (options)`; none where it is a column number.
    ColumnInert(Option<Name>),
    /// `ADD constraint`
    AddConstraint(ConstraintDefinition),
    /// `DROP CONSTRAINT [IF EXISTS] n [CASCADE]`
    DropConstraint {
        /// The constraint.
        name: Name,
        /// `IF EXISTS`
        if_exists: bool,
        /// `CASCADE`
        cascade: bool,
    },
    /// `ALTER CONSTRAINT n DEFERRABLE …`
    AlterConstraint {
        /// The constraint.
        name: Name,
        /// `DEFERRABLE`, where it was said
        deferrable: Option<bool>,
        /// `INITIALLY DEFERRED`
        initially_deferred: bool,
        /// `ENFORCED`, where it was said
        enforced: Option<bool>,
    },
    /// `VALIDATE CONSTRAINT n`
    ValidateConstraint(Name),
    /// `INHERIT p`
    Inherit(QualifiedName),
    /// `NO INHERIT p`
    NoInherit(QualifiedName),
    /// `ATTACH PARTITION p FOR VALUES …`; an index has no bound.
    AttachPartition(QualifiedName, Option<PartitionBound>),
    /// `DETACH PARTITION p`
    DetachPartition(QualifiedName),
    /// `ENABLE`, `DISABLE TRIGGER n`; none for `ALL`, `USER`. The state: `O`rigin, `D`isabled, `A`lways, `R`eplica.
    Trigger(Option<Name>, char),
    /// `ENABLE`, `DISABLE RULE n`, state as above
    Rule(Name, char),
    /// `ENABLE`, `DISABLE`, `FORCE`, `NO FORCE ROW LEVEL SECURITY` as `E`, `D`, `F`, `N`
    RowSecurity(char),
    /// `OWNER TO`
    Owner(Name),
    /// `OF type`
    OfType(TypeName),
    /// `NOT OF`
    NotOf,
    /// `SET (…)`, `RESET (…)` of a view's or table's storage options.
    Options(Vec<DefinitionOption>),
    /// `REPLICA IDENTITY USING INDEX i`, `CLUSTER ON i`: must exist.
    UsesIndex(Name),
    /// `ADD ATTRIBUTE`, `DROP ATTRIBUTE`, `ALTER ATTRIBUTE` of composite types come as the column actions.
    ///
    /// What cannot matter: `SET TABLESPACE`, `SET LOGGED`, `SET ACCESS METHOD`, `REPLICA IDENTITY`, `SET WITHOUT CLUSTER` …
    Inert,
}

/// `ALTER TYPE t ADD VALUE [IF NOT EXISTS] 'v' [BEFORE | AFTER 'w']`
#[derive(Debug, Clone)]
pub struct AddEnumValue {
    /// The type.
    pub type_name: QualifiedName,
    /// The label.
    pub label: Arc<str>,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// The neighbour, and whether it comes `AFTER` it.
    pub neighbour: Option<(Arc<str>, bool)>,
}

/// `f(a, b)`: a routine by signature. `arguments` is none for a bare name.
#[derive(Debug, Clone)]
pub struct Signature {
    /// Its name.
    pub name: QualifiedName,
    /// Its parameters.
    pub arguments: Option<Vec<FunctionParameter>>,
    /// `f(*)` of an aggregate.
    pub star: bool,
}

/// An object as DROP, ALTER and GRANT name it.
#[derive(Debug, Clone)]
pub enum ObjectName {
    /// By name.
    Name(QualifiedName),
    /// A routine.
    Signature(Signature),
    /// A type or domain; of a transform, the type that it is for.
    Type(TypeName),
    /// `TRIGGER n ON t`, `RULE`, `POLICY`
    OnTable(Name, QualifiedName),
    /// `CONSTRAINT n ON DOMAIN d`
    OnDomain(Name, QualifiedName),
    /// `CAST (a AS b)`
    Cast(TypeName, TypeName),
    /// `OPERATOR + (a, b)`; none for `NONE`
    Operator(QualifiedName, Option<TypeName>, Option<TypeName>),
    /// `OPERATOR CLASS n USING m`
    UsingMethod(QualifiedName, Name),
}

/// `ALTER … RENAME …`
#[derive(Debug, Clone)]
pub struct Rename {
    /// Of what.
    pub kind: ObjectKind,
    /// The object.
    pub object: ObjectName,
    /// A part of it.
    pub part: RenamePart,
    /// `IF EXISTS`
    pub if_exists: bool,
    /// False after `ONLY`.
    pub inherit: bool,
    /// The new name.
    pub to: Name,
}

/// What part of an object is renamed.
#[derive(Debug, Clone)]
pub enum RenamePart {
    /// The object itself.
    Whole,
    /// `RENAME [COLUMN] c`, `RENAME ATTRIBUTE c`
    Column(Name),
    /// `RENAME CONSTRAINT c`
    Constraint(Name),
}

/// `ALTER … SET SCHEMA`
#[derive(Debug, Clone)]
pub struct SetSchema {
    /// Of what.
    pub kind: ObjectKind,
    /// The object.
    pub object: ObjectName,
    /// `IF EXISTS`
    pub if_exists: bool,
    /// The schema.
    pub to: Name,
}

/// `DROP`
#[derive(Debug, Clone)]
pub struct Drop {
    /// What.
    pub kind: ObjectKind,
    /// The objects.
    pub objects: Vec<ObjectName>,
    /// `IF EXISTS`
    pub if_exists: bool,
    /// `CASCADE`
    pub cascade: bool,
    /// `CONCURRENTLY`
    pub concurrently: bool,
}

/// What GRANT names.
#[derive(Debug, Clone)]
pub enum GrantTarget {
    /// Objects by name.
    Objects(ObjectKind, Vec<ObjectName>),
    /// `ALL TABLES IN SCHEMA …`
    AllInSchema(ObjectKind, Vec<Name>),
}

/// A privilege with its columns.
#[derive(Debug, Clone)]
pub struct Privilege {
    /// `select`, `insert`, `usage` …, lower case; `all` for `ALL PRIVILEGES`.
    pub name: Arc<str>,
    /// Columns.
    pub columns: Vec<Name>,
}

/// `GRANT`, `REVOKE`
#[derive(Debug, Clone)]
pub struct Grant {
    /// False: `REVOKE`.
    pub grant: bool,
    /// Which.
    pub privileges: Vec<Privilege>,
    /// On what.
    pub target: GrantTarget,
    /// To or from whom: role names, `public`.
    pub grantees: Vec<Name>,
    /// `CASCADE`
    pub cascade: bool,
}

/// `ALTER DEFAULT PRIVILEGES`
#[derive(Debug, Clone)]
pub struct DefaultPrivileges {
    /// `FOR ROLE`
    pub roles: Vec<Name>,
    /// `IN SCHEMA`
    pub schemas: Vec<Name>,
    /// False: `REVOKE`.
    pub grant: bool,
    /// Which.
    pub privileges: Vec<Privilege>,
    /// On what kind.
    pub kind: ObjectKind,
    /// To whom.
    pub grantees: Vec<Name>,
}
