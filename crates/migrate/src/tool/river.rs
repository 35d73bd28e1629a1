//! River: `migration/main/<version>_<name>.up.sql`, with `/* TEMPLATE: schema */` before the names of its objects.
//!
//! Rules from riverqueue/river's `rivermigrate/river_migrate.go` and `internal/util/sqlctemplate`: by version as a number,
//! each in a transaction of its own; the mark becomes the configured schema and a dot, nothing where none is configured,
//! which is what the comment is to a server. What is not applied is run, whatever its version.

use super::{Evidence, Tool, numbered, read_numbered};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::reader::Reader;
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool { name: "river", detect, list, bookkeeping: "", out_of_order: OutOfOrder::Runs };

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    if !folder.path.ends_with("migration/main") || !folder.sql_files().any(|name| name.ends_with(".up.sql")) {
        return None;
    }
    let is_up = |name: &str| name.ends_with(".up.sql");
    if survey.some_file_has(folder, is_up, &["/* template: schema */"]) {
        return Some(Evidence::Certain);
    }
    survey.some_file_has(folder, is_up, &["river_migration"]).then_some(Evidence::Likely)
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let files = numbered(folder, |rest| rest.ends_with(".up.sql"));
    read_numbered(reader, folder, &files, Transaction::File)
}
