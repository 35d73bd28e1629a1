//! What the chores share with the tests.

pub mod describe;
pub mod wire;
