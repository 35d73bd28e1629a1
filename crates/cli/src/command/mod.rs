//! One file a command.

pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod queries;
pub(crate) mod schema;
pub(crate) mod trace;
