//! Rules about the run and its migrations rather than about a query in a state.

/// The query fails in `before` as well.
pub use rollproof_finding::BROKEN_BEFORE;
use rollproof_finding::RuleId;

use super::RulePage;

/// The query cannot be read.
pub const UNPARSED_SQL: RuleId = RuleId("unparsed-sql");
/// An applied migration's file was changed.
pub const APPLIED_MIGRATION_EDITED: RuleId = RuleId("applied-migration-edited");
/// The server would reject a statement of a migration.
pub const MIGRATION_FAILS: RuleId = RuleId("migration-fails");
/// The query is sent to a database whose migrations were left aside.
pub const OTHER_DATABASE: RuleId = RuleId("other-database");
/// A pending migration sorts before an applied one.
pub const MIGRATION_OUT_OF_ORDER: RuleId = RuleId("migration-out-of-order");

/// Their pages.
pub const PAGES: &[RulePage] = &[
    RulePage { id: UNPARSED_SQL, page: include_str!("unparsed_sql.md") },
    RulePage { id: BROKEN_BEFORE, page: include_str!("broken_before.md") },
    RulePage { id: OTHER_DATABASE, page: include_str!("other_database.md") },
    RulePage { id: APPLIED_MIGRATION_EDITED, page: include_str!("applied_migration_edited.md") },
    RulePage { id: MIGRATION_FAILS, page: include_str!("migration_fails.md") },
    RulePage { id: MIGRATION_OUT_OF_ORDER, page: include_str!("migration_out_of_order.md") },
];
