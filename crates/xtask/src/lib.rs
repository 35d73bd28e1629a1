//! What the chores share with the tests.

pub mod wire;
