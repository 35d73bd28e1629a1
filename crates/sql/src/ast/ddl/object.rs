//! Kinds and names of objects, and what is done to any of them: RENAME, SET SCHEMA, DROP.

use super::routine::Signature;
use crate::ast::expr::Expr;
use crate::ast::name::{Name, QualifiedName, TypeName};

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
    /// TEXT SEARCH CONFIGURATION
    TextSearchConfiguration,
    /// TEXT SEARCH DICTIONARY
    TextSearchDictionary,
    /// TEXT SEARCH PARSER
    TextSearchParser,
    /// TEXT SEARCH TEMPLATE
    TextSearchTemplate,
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

impl ObjectKind {
    /// Whether objects of this kind are rows of `pg_class`, and share their names.
    #[must_use]
    pub fn is_relation(self) -> bool {
        matches!(
            self,
            Self::Table | Self::ForeignTable | Self::View | Self::MaterializedView | Self::Index | Self::Sequence
        )
    }
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
    /// `COLUMN t.c`: the relation, the column
    Column(QualifiedName, Name),
    /// `TRIGGER n ON t`, `RULE`, `POLICY`, `CONSTRAINT`; `USER MAPPING FOR u SERVER s`
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
    /// False after `ONLY`. Of an attribute: `CASCADE`.
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

/// `COMMENT ON`: the object has to be there, and nothing is kept of its comment.
#[derive(Debug, Clone)]
pub struct Comment {
    /// What; of a column, that it is a table's.
    pub kind: ObjectKind,
    /// The object.
    pub object: ObjectName,
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

/// An object of a kind that nothing looks into, as CREATE and ALTER name it.
#[derive(Debug, Clone)]
pub struct OtherObject {
    /// What.
    pub kind: ObjectKind,
    /// Its name; of a user mapping the user's.
    pub name: QualifiedName,
    /// `IF NOT EXISTS` of CREATE, `IF EXISTS` of ALTER.
    pub lenient: bool,
    /// What it belongs to: the wrapper of a server, the server of a user mapping.
    pub belongs_to: Option<Name>,
    /// The relations that it names: what a publication publishes.
    pub relations: Vec<QualifiedName>,
}

/// `CREATE STATISTICS`
#[derive(Debug, Clone)]
pub struct CreateStatistics {
    /// Its name, if one was written.
    pub name: Option<QualifiedName>,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// `(dependencies, ndistinct, mcv)`
    pub kinds: Vec<Name>,
    /// Columns and expressions.
    pub elements: Vec<Expr>,
    /// `FROM`: the tables, of which the server takes one; none stands for what is no table's name.
    pub tables: Vec<Option<QualifiedName>>,
}
