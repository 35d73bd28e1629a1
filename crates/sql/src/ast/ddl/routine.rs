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
    /// Whether the mode was written.
    pub explicit: bool,
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
    /// Both a text and an SQL body: which the grammar takes.
    Twice,
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
    /// `LEAKPROOF` (true), `NOT LEAKPROOF`
    Leakproof(bool),
    /// `SUPPORT f`
    Support(QualifiedName),
    /// What cannot matter here: `COST`, `ROWS`, `PARALLEL`, `TRANSFORM`.
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

/// `CREATE OPERATOR CLASS`
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
    /// What it holds.
    pub items: Vec<OperatorClassItem>,
}

/// `opclass_item`: what an operator class or family holds.
#[derive(Debug, Clone)]
pub enum OperatorClassItem {
    /// `OPERATOR n + (a, b) [FOR ORDER BY f]`
    Operator {
        /// The strategy.
        number: i32,
        /// The operator.
        name: QualifiedName,
        /// Its types; none where they are not written, and none for `NONE`.
        types: Option<(Option<TypeName>, Option<TypeName>)>,
        /// `FOR ORDER BY f`
        order_by: Option<QualifiedName>,
    },
    /// `FUNCTION n (a, b) f(…)`
    Function {
        /// The support number.
        number: i32,
        /// The types that it is for, where they are written.
        types: Vec<TypeName>,
        /// The function.
        function: Signature,
    },
    /// `STORAGE t`
    Storage(TypeName),
}

/// `ALTER OPERATOR FAMILY … ADD | DROP`
#[derive(Debug, Clone)]
pub struct AlterOperatorFamily {
    /// Its name.
    pub name: QualifiedName,
    /// Its access method.
    pub method: Name,
    /// `ADD`
    pub add: Vec<OperatorClassItem>,
    /// `DROP`: an operator (true) or a function, its number, the types that it is for.
    pub drop: Vec<(bool, i32, Vec<TypeName>)>,
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
