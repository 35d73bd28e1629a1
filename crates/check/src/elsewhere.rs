//! Databases whose migrations were left aside: a query that misses here what one of them has was sent there.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_catalog::Schema;
use rollproof_migrate::{Migration, MigrationStatement, is_aside};
use rollproof_resolve::{Environment, ErrorKind, Outcome, resolve};
use rollproof_sql::ast::Statement;

use crate::{Input, timeline};

/// Migrations of another database.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// Their folder.
    pub folder: Arc<str>,
    /// It is an example's, a test's or the like: only such code uses that database.
    pub aside: bool,
    /// What they make.
    pub made: Made,
}

/// What the migrations of another database make.
#[derive(Debug, Clone)]
pub enum Made {
    /// It is PostgreSQL, too.
    Migrations {
        /// What their tool does before the first of them.
        bookkeeping: Vec<MigrationStatement>,
        /// All of them, in order.
        migrations: Vec<Migration>,
    },
    /// It is SQLite, MySQL or the like, of which the names of its relations are known, in lower case.
    Relations(BTreeSet<Arc<str>>),
}

/// Another database, as it is when all of its migrations have run.
pub(crate) struct OtherDatabase {
    /// The folder of its migrations.
    pub(crate) folder: Arc<str>,
    aside: bool,
    has: Has,
}

enum Has {
    Schema(Box<Schema>),
    Relations(BTreeSet<Arc<str>>),
}

impl OtherDatabase {
    /// The other databases of the run.
    pub(crate) fn all(input: &Input) -> Vec<Self> {
        let schema = |bookkeeping: &[MigrationStatement], migrations: &[Migration]| {
            let sessions = (&input.session, &input.migration_session);
            let mut timeline = timeline::build(&input.base, bookkeeping, migrations, &[], sessions);
            Has::Schema(Box::new(timeline.steps.swap_remove(0).schema))
        };
        let of = |each: &Elsewhere| {
            let has = match &each.made {
                Made::Migrations { bookkeeping, migrations } => schema(bookkeeping, migrations),
                Made::Relations(names) => Has::Relations(names.clone()),
            };
            Self { folder: each.folder.clone(), aside: each.aside, has }
        };
        input.elsewhere.iter().map(of).collect()
    }

    /// Whether it has what `refused` misses.
    fn has(&self, statement: &Statement, missing: &ErrorKind) -> bool {
        let schema = match (&self.has, missing) {
            (Has::Schema(schema), _) => schema,
            (Has::Relations(names), ErrorKind::MissingRelation { name, .. }) => return names.contains(name),
            (Has::Relations(_), _) => return false,
        };
        match resolve(statement, schema, &Environment::default()) {
            Outcome::Resolved(_) => true,
            Outcome::Refused(refusal) if refusal.errors.first().is_some_and(|error| error.kind == *missing) => false,
            Outcome::Refused(_) | Outcome::Unknown(_) => is_named(schema, missing),
        }
    }
}

/// Whether a schema has something of the name that is missing: where it cannot tell what a statement would find.
fn is_named(schema: &Schema, missing: &ErrorKind) -> bool {
    match missing {
        ErrorKind::MissingRelation { name, .. } => schema.relations.iter().any(|relation| relation.name == *name),
        ErrorKind::MissingSchema(name) => schema.find_namespace(name).is_some(),
        ErrorKind::MissingFunction { name, .. } => schema.functions.iter().any(|function| function.name == *name),
        ErrorKind::MissingType { name, .. } => schema.types.iter().any(|each| each.name == *name),
        _ => false,
    }
}

/// The folder of the first database that has what the statements of the file at `path` miss; of those of examples and tests
/// the nearest.
pub(crate) fn home(
    databases: &[OtherDatabase],
    path: &str,
    statements: &[Statement],
    outcomes: &[Outcome],
) -> Option<Arc<str>> {
    let (statement, missing) =
        statements.iter().zip(outcomes).find_map(|(statement, outcome)| Some((statement, fault(outcome)?)))?;
    let object = matches!(
        missing,
        ErrorKind::MissingRelation { .. }
            | ErrorKind::MissingSchema(_)
            | ErrorKind::MissingFunction { .. }
            | ErrorKind::MissingType { .. }
    );
    let has = |database: &&OtherDatabase| object && database.has(statement, missing);
    if let Some(found) = databases.iter().filter(|database| !database.aside).find(has) {
        return Some(found.folder.clone());
    }
    let aside = databases.iter().filter(|database| database.aside && is_aside(path)).filter(has);
    let near = |folder: &str| folder.split('/').zip(path.split('/')).take_while(|(left, right)| left == right).count();
    aside.min_by_key(|database| Reverse(near(&database.folder))).map(|database| database.folder.clone())
}

/// The database whose catalog a statement asks for, by the name of a system table that only it has.
pub(crate) fn catalog_of_another(outcomes: &[Outcome]) -> Option<&'static str> {
    const SYSTEM_TABLES: [(&str, &str); 4] = [
        ("sqlite_master", "SQLite"),
        ("sqlite_schema", "SQLite"),
        ("sqlite_sequence", "SQLite"),
        ("sqlite_temp_master", "SQLite"),
    ];
    let missing = outcomes.iter().filter_map(fault).find_map(|fault| match fault {
        ErrorKind::MissingRelation { name, .. } => Some(name),
        _ => None,
    })?;
    SYSTEM_TABLES.iter().find(|(table, _)| *table == &**missing).map(|(_, database)| *database)
}

/// What the server says of a statement that it refuses.
fn fault(outcome: &Outcome) -> Option<&ErrorKind> {
    match outcome {
        Outcome::Refused(refusal) => refusal.errors.first().map(|error| &error.kind),
        _ => None,
    }
}
