//! Identities.

/// An object's identity within its catalog, as PostgreSQL numbers them. Built-in objects keep the server's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Oid(pub u32);

impl Oid {
    /// No object (`InvalidOid`).
    pub const NONE: Self = Self(0);
    /// The first number given to an object that a migration makes (`FirstNormalObjectId`).
    pub const FIRST_USER: Self = Self(16384);

    /// Whether it names an object.
    #[must_use]
    pub const fn is_some(self) -> bool {
        self.0 != 0
    }

    /// Whether it names no object.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// A column: its relation and its number (`attnum`), from 1; system columns are negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId {
    /// The relation.
    pub relation: Oid,
    /// The number.
    pub number: i16,
}

/// Any object, or part of one, that something can depend on (`ObjectAddress`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectId {
    /// A schema.
    Namespace(Oid),
    /// A table, view, index, sequence, composite type's relation.
    Relation(Oid),
    /// A column.
    Column(ColumnId),
    /// A column's default, or its generation expression.
    Default(ColumnId),
    /// A type.
    Type(Oid),
    /// A label of an enum.
    EnumLabel(Oid),
    /// A function, procedure or aggregate.
    Function(Oid),
    /// An operator.
    Operator(Oid),
    /// An operator class.
    OperatorClass(Oid),
    /// An operator family, by its own number.
    OperatorFamily(Oid),
    /// A cast.
    Cast(Oid),
    /// A collation.
    Collation(Oid),
    /// A constraint, of a table or a domain.
    Constraint(Oid),
    /// A trigger.
    Trigger(Oid),
    /// A rule.
    Rule(Oid),
    /// A row security policy.
    Policy(Oid),
    /// An extension.
    Extension(Oid),
    /// A procedural language.
    Language(Oid),
    /// A role.
    Role(Oid),
    /// A named object of a kind that nothing here looks into (server, wrapper, publication …).
    Other(Oid),
}

impl ObjectId {
    /// Its number, and a column's within its relation; 0 for whole objects (`objid`, `objsubid`).
    #[must_use]
    pub fn address(self) -> (Oid, i16) {
        match self {
            Self::Column(id) | Self::Default(id) => (id.relation, id.number),
            Self::Namespace(oid)
            | Self::Relation(oid)
            | Self::Type(oid)
            | Self::EnumLabel(oid)
            | Self::Function(oid)
            | Self::Operator(oid)
            | Self::OperatorClass(oid)
            | Self::OperatorFamily(oid)
            | Self::Cast(oid)
            | Self::Collation(oid)
            | Self::Constraint(oid)
            | Self::Trigger(oid)
            | Self::Rule(oid)
            | Self::Policy(oid)
            | Self::Extension(oid)
            | Self::Language(oid)
            | Self::Role(oid)
            | Self::Other(oid) => (oid, 0),
        }
    }
}
