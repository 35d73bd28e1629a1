//! Databases whose migrations were left aside: a query that misses here what one of them has was sent there.

use std::sync::Arc;

use rollproof_catalog::Schema;
use rollproof_migrate::{Migration, MigrationStatement};
use rollproof_resolve::{Environment, ErrorKind, Outcome, resolve};
use rollproof_sql::ast::Statement;

use crate::{Input, timeline};

/// Migrations of another database.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// Their folder.
    pub folder: Arc<str>,
    /// What their tool does before the first of them.
    pub bookkeeping: Vec<MigrationStatement>,
    /// All of them, in order.
    pub migrations: Vec<Migration>,
}

/// Another database, as it is when all of its migrations have run.
pub(crate) struct OtherDatabase {
    /// The folder of its migrations.
    pub(crate) folder: Arc<str>,
    schema: Schema,
}

impl OtherDatabase {
    /// The other databases of the run.
    pub(crate) fn all(input: &Input) -> Vec<Self> {
        let of = |each: &Elsewhere| {
            let mut timeline = timeline::build(
                &input.base,
                &each.bookkeeping,
                &each.migrations,
                &[],
                (&input.session, &input.migration_session),
            );
            Self { folder: each.folder.clone(), schema: timeline.steps.swap_remove(0).schema }
        };
        input.elsewhere.iter().map(of).collect()
    }

    /// Whether it has what `refused` misses.
    fn has(&self, statement: &Statement, missing: &ErrorKind) -> bool {
        match resolve(statement, &self.schema, &Environment::default()) {
            Outcome::Refused(refusal) => refusal.errors.first().is_none_or(|error| error.kind != *missing),
            Outcome::Resolved(_) | Outcome::Unknown(_) => true,
        }
    }
}

/// The folder of the first database that has what the statements miss.
pub(crate) fn home(databases: &[OtherDatabase], statements: &[Statement], outcomes: &[Outcome]) -> Option<Arc<str>> {
    let (statement, missing) = statements.iter().zip(outcomes).find_map(|(statement, outcome)| match outcome {
        Outcome::Refused(refusal) => Some((statement, &refusal.errors.first()?.kind)),
        _ => None,
    })?;
    let object = matches!(
        missing,
        ErrorKind::MissingRelation { .. }
            | ErrorKind::MissingSchema(_)
            | ErrorKind::MissingFunction { .. }
            | ErrorKind::MissingType { .. }
    );
    let found = databases.iter().find(|database| object && database.has(statement, missing))?;
    Some(found.folder.clone())
}
