//! golang-migrate: `<version>_<name>.up.sql` and `.down.sql`.
//!
//! Rules from golang-migrate's `source/parse.go` and `database/postgres/postgres.go`: by version as a number; a file is
//! sent as one simple query without a transaction of the tool's; it keeps only the newest version, so that a new file below
//! it is passed over.

use super::{Evidence, Tool, numbered, read_numbered};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::reader::Reader;
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool {
    name: "golang-migrate",
    detect,
    list,
    bookkeeping: "CREATE TABLE IF NOT EXISTS schema_migrations (
    version bigint NOT NULL PRIMARY KEY,
    dirty boolean NOT NULL
)",
    out_of_order: OutOfOrder::Skipped,
};

fn is_up(rest: &str) -> bool {
    rest.starts_with('_') && rest.ends_with(".up.sql")
}

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    if numbered(folder, is_up).is_empty() {
        return None;
    }
    let is_used = survey.project_mentions(folder.path, &["golang-migrate/migrate"]);
    Some(if is_used { Evidence::Likely } else { Evidence::Possible })
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let files = numbered(folder, is_up);
    read_numbered(reader, folder, &files, Transaction::SimpleQuery)
}
