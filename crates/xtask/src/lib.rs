//! What the chores share with the tests.

pub mod compare;
pub mod database;
pub mod describe;
pub mod wire;
