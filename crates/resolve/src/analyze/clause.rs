//! ORDER BY, GROUP BY, DISTINCT, WINDOW, LIMIT, FOR UPDATE (parse_clause.c).

mod group;
mod limit;
mod locking;
mod sort;
mod window;

pub(crate) use locking::{LockObstacle, strength};

use std::sync::Arc;

use rollproof_sql::ast::WindowDefinition;

/// A window of the query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WindowInfo<'a> {
    /// Its name in WINDOW.
    pub name: Option<&'a Arc<str>>,
    /// What it is.
    pub definition: &'a WindowDefinition,
}
