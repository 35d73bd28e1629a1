//! PostgreSQL's parse analysis: a statement and a schema to bindings, types, or the server's own errors.

mod analyze;
pub mod context;
pub mod environment;
pub mod error;
#[cfg(test)]
mod facts;
mod finish;
mod inline;
pub mod outcome;
pub mod resolution;
pub mod routine;
pub mod stored;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod typed;
pub mod types;
mod walk;

pub use context::{Context, LookupName, Lookups, ParameterTypes, Parameters};
pub use environment::{Environment, Variable, VariableBlock, VariableConflict, VariableKind};
pub use error::{Error, ErrorKind, Failure, Result, Unknown};
pub use outcome::{ExpressionOutcome, Outcome, Refusal, Undecided};
pub use resolution::{
    Binding, Capture, MergedJoin, Need, PolymorphicCall, Read, Resolution, ResultColumn, Role, RowValue, StarExpansion,
    Write, WriteAction, WriteColumn, WriteValue,
};
pub use stored::{ExpressionPlace, ExpressionScope, resolve_expression, resolve_expression_again, resolve_query};
pub use typed::{CollationStrength, RecordColumn, Shape, Typed};
pub use walk::children as expression_children;

use rollproof_catalog::Schema;
use rollproof_sql::ast::Statement;

/// What the server says of `statement` on `schema`. Data definition is `Unknown` here: what it does is for `evolve`.
#[must_use]
pub fn resolve(statement: &Statement, schema: &Schema, environment: &Environment) -> Outcome {
    finish::resolve(statement, schema, environment)
}
