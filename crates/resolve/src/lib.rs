//! PostgreSQL's parse analysis: a statement and a schema to bindings, types, or the server's own errors.

pub mod context;
pub mod error;
pub mod typed;
pub mod types;

pub use context::{Context, LookupName, Lookups, ParameterTypes, Parameters};
pub use error::{Error, ErrorKind, Failure, Result, Unknown};
pub use typed::{CollationStrength, RecordColumn, Shape, Typed};
