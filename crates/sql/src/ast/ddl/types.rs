//! Types, domains, casts, and what is defined by a name and options.

use std::sync::Arc;

use super::constraint::ConstraintDefinition;
use super::object::ObjectKind;
use super::routine::Signature;
use crate::ast::expr::{Expr, OperatorName};
use crate::ast::name::{Name, QualifiedName, TypeName};

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
