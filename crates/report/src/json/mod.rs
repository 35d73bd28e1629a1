//! JSON. Each version of the contract has a file of its own; the domain's types never decide what it looks like.

pub mod schema;
pub mod trace;
pub mod v1;
