//! Prisma Migrate: `<timestamp>_<name>/migration.sql`, with `migration_lock.toml` beside the folders.
//!
//! Rules from prisma-engines' `schema-engine` (`list_migrations`, the PostgreSQL flavour's `raw_cmd`): folders in the
//! order of their names; a script is sent as one simple query, without a transaction of the tool's; every folder that is
//! not in `_prisma_migrations` is applied by `prisma migrate deploy`.

use super::{Evidence, Tool};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::reader::{Draft, Reader};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool {
    name: "prisma",
    detect,
    list,
    bookkeeping: "CREATE TABLE _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
)",
    out_of_order: OutOfOrder::Runs,
};

fn has_script(survey: &Survey<'_>, folder: &Folder<'_>, name: &str) -> bool {
    let path = folder.join(name);
    survey.folder(&path).is_some_and(|folder| folder.files.binary_search(&"migration.sql").is_ok())
}

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    if !folder.folders.iter().any(|name| has_script(survey, folder, name)) {
        return None;
    }
    let is_locked = folder.files.contains(&"migration_lock.toml");
    Some(if is_locked { Evidence::Certain } else { Evidence::Possible })
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let survey = reader.survey;
    let names = folder.folders.iter().copied().filter(|name| has_script(survey, folder, name));
    names
        .map(|name| {
            let path = format!("{}/migration.sql", folder.join(name));
            reader.plain_migration(Draft::new(name, name, path, Transaction::SimpleQuery))
        })
        .collect()
}
