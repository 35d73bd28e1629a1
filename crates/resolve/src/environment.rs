//! What surrounds a statement besides the schema: declared parameters, a routine's variables.

use std::sync::Arc;

use rollproof_catalog::{Function, Oid, TypeRef};
use rollproof_sql::ast::ParameterMode;

/// What a statement is resolved in, besides the schema.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Types of `$1`, `$2`, … as far as they are declared (`PREPARE p (int)`, a driver's declared types). What is not
    /// declared is inferred (`parse_param.c`, `variable_paramref_hook`).
    pub parameter_types: Vec<Option<TypeRef>>,
    /// The client declares the types of its parameters, and they are not known here: what the server would refuse only
    /// because of a type that it had to guess is unknown.
    pub client_declares_types: bool,
    /// `$n` beyond those declared is refused with 42P02 (bodies of functions, views), not inferred.
    pub fixed_parameters: bool,
    /// Variables of a routine's body, the innermost block last.
    pub blocks: Vec<VariableBlock>,
    /// What a name means that is both a variable and a column.
    pub conflict: VariableConflict,
    /// The routine whose body this is, if any.
    pub function: Option<Oid>,
}

impl Environment {
    /// What the body of a routine in SQL is resolved in: its inputs, by name and by number.
    #[must_use]
    pub fn of_routine(function: &Function) -> Self {
        let inputs = function.parameters.iter().filter(|parameter| {
            matches!(parameter.mode, ParameterMode::In | ParameterMode::InOut | ParameterMode::Variadic)
        });
        let named = inputs.filter_map(|parameter| {
            let name = parameter.name.clone()?;
            Some(Variable { name, kind: VariableKind::Scalar(TypeRef::plain(parameter.data_type)) })
        });
        Self::of_variables(function, named.collect())
    }

    /// The same with these variables.
    pub(crate) fn of_variables(function: &Function, variables: Vec<Variable>) -> Self {
        Self {
            parameter_types: function.inputs.iter().map(|oid| Some(TypeRef::plain(*oid))).collect(),
            fixed_parameters: true,
            blocks: vec![VariableBlock { label: Some(function.name.clone()), variables }],
            conflict: VariableConflict::UseColumn,
            function: Some(function.oid),
            ..Self::default()
        }
    }
}

/// `plpgsql.variable_conflict`; SQL function bodies always prefer columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VariableConflict {
    /// 42702, PL/pgSQL's default.
    #[default]
    Error,
    /// The variable wins.
    UseVariable,
    /// The column wins, as in SQL functions.
    UseColumn,
}

/// A block of PL/pgSQL, or a routine's parameters.
#[derive(Debug, Clone, Default)]
pub struct VariableBlock {
    /// Its label; of the outermost block the routine's name.
    pub label: Option<Arc<str>>,
    /// Its variables, in order of declaration.
    pub variables: Vec<Variable>,
}

/// A variable.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name, folded.
    pub name: Arc<str>,
    /// What it holds.
    pub kind: VariableKind,
}

/// What a variable holds.
#[derive(Debug, Clone)]
pub enum VariableKind {
    /// One value of this type; fields of a composite one can be named `variable.field`.
    Scalar(TypeRef),
    /// A row of named columns that belongs to no type (the target of a loop over a known query).
    Row(Vec<(Arc<str>, TypeRef)>),
    /// A `record` whose columns are not known: what is read from it is unknown.
    Record,
}
