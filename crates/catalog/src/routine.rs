//! Functions, procedures, aggregates (`pg_proc`, `pg_aggregate`).

use std::sync::Arc;

use rollproof_sql::ast::ParameterMode;
use rollproof_sql::quote_identifier;

use crate::stored::StoredStatement;
use crate::{Acl, Oid, Schema, StoredExpr};

/// `prokind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    /// `f`
    Function,
    /// `p`
    Procedure,
    /// `a`
    Aggregate,
    /// `w`
    Window,
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name, or none.
    pub name: Option<Arc<str>>,
    /// How it is used.
    pub mode: ParameterMode,
    /// Its type. Of a VARIADIC parameter the array type (or `any`).
    pub data_type: Oid,
    /// Whether it has a default.
    pub has_default: bool,
    /// The default; a built-in function's is not kept.
    pub default: Option<StoredExpr>,
}

/// A procedural language as `pg_language` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Language {
    /// `internal`, `c`: opaque
    Internal,
    /// `sql`
    Sql,
    /// `plpgsql`
    PlPgSql,
    /// Any other, by name.
    Other(Arc<str>),
}

impl Language {
    /// Its name as SQL has it.
    #[must_use]
    pub fn quoted_name(&self) -> String {
        match self {
            Self::Internal => "internal".to_owned(),
            Self::Sql => "sql".to_owned(),
            Self::PlPgSql => "plpgsql".to_owned(),
            Self::Other(name) => quote_identifier(name),
        }
    }
}

/// The body of a routine that is made by a migration.
#[derive(Debug, Clone)]
pub enum RoutineBody {
    /// Bound when called: the text.
    Text {
        /// The body's text; of a plain dollar-quoted string `text[range]` of the script itself.
        text: Arc<str>,
        /// The body in it.
        range: rollproof_source::TextRange,
    },
    /// Bound when made: `BEGIN ATOMIC`, `RETURN`.
    Bound(Vec<StoredStatement>),
    /// What an aggregate is made of: `sfunc`, `stype`, `initcond` … by their names.
    Aggregate(Vec<(Arc<str>, AggregatePart)>),
    /// Not SQL: C, another language.
    Opaque,
}

/// A part of an aggregate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AggregatePart {
    /// A routine.
    Function(Oid),
    /// A type.
    Type(Oid),
    /// Anything else as it is written; empty for a word that stands alone.
    Text(Arc<str>),
}

/// `aggkind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregateKind {
    /// `n`
    Normal,
    /// `o`
    OrderedSet,
    /// `h`
    HypotheticalSet,
}

/// What makes a function an aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aggregate {
    /// Its kind.
    pub kind: AggregateKind,
    /// `aggnumdirectargs`
    pub direct_arguments: i16,
}

/// A routine.
#[derive(Debug, Clone)]
pub struct Function {
    /// Identity.
    pub oid: Oid,
    /// Schema.
    pub namespace: Oid,
    /// Name.
    pub name: Arc<str>,
    /// What it is.
    pub kind: FunctionKind,
    /// All parameters (`proallargtypes`, or `proargtypes` where all are IN).
    pub parameters: Arc<[Parameter]>,
    /// `proargtypes`: IN, INOUT and VARIADIC parameters, in order: the signature. OUT parameters are no part of it.
    pub inputs: Arc<[Oid]>,
    /// `pronargdefaults`: how many of the last inputs have defaults.
    pub default_count: u16,
    /// `provariadic`: the element type of a VARIADIC parameter (`any` for `VARIADIC "any"`), or none.
    pub variadic: Oid,
    /// `prorettype`
    pub returns: Oid,
    /// `proretset`
    pub returns_set: bool,
    /// `proisstrict`
    pub strict: bool,
    /// `provolatile`: i, s, v
    pub volatility: u8,
    /// `prosecdef`
    pub security_definer: bool,
    /// Language.
    pub language: Language,
    /// Body; none for built-in functions.
    pub body: Option<Arc<RoutineBody>>,
    /// `SET` clauses: name, values.
    pub settings: Vec<(Arc<str>, Vec<Arc<str>>)>,
    /// Set on an aggregate.
    pub aggregate: Option<Aggregate>,
    /// Owner.
    pub owner: Oid,
    /// Privileges; none means the default: EXECUTE for all.
    pub acl: Option<Arc<Acl>>,
}

impl Function {
    /// A volatile function with unnamed IN parameters and no body, that everyone may run.
    #[must_use]
    pub fn new(oid: Oid, namespace: Oid, name: Arc<str>, inputs: &[Oid], returns: Oid) -> Self {
        let unnamed = |data_type: &Oid| Parameter {
            name: None,
            mode: ParameterMode::In,
            data_type: *data_type,
            has_default: false,
            default: None,
        };
        Self {
            oid,
            namespace,
            name,
            kind: FunctionKind::Function,
            parameters: inputs.iter().map(unnamed).collect(),
            inputs: Arc::from(inputs),
            default_count: 0,
            variadic: Oid::NONE,
            returns,
            returns_set: false,
            strict: false,
            volatility: b'v',
            security_definer: false,
            language: Language::Internal,
            body: None,
            settings: Vec::new(),
            aggregate: None,
            owner: Schema::SUPERUSER,
            acl: None,
        }
    }
}
