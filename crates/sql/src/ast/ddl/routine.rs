//! Functions, procedures, aggregates.

use std::sync::Arc;

use rollproof_source::TextRange;

use super::types::DefinitionOption;
use crate::ast::expr::Expr;
use crate::ast::name::{Name, QualifiedName, TypeName};
use crate::ast::statement::Statement;

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

/// `CREATE OPERATOR CLASS`. What it holds is not kept.
#[derive(Debug, Clone)]
pub struct CreateOperatorClass {
    /// Its name.
    pub name: QualifiedName,
    /// `DEFAULT`
    pub is_default: bool,
    /// `FOR TYPE`
    pub data_type: TypeName,
    /// `USING`
    pub method: Name,
    /// `FAMILY`
    pub family: Option<QualifiedName>,
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
