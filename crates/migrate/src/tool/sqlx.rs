//! sqlx: `<version>_<description>.sql`, or `.up.sql` and `.down.sql`.
//!
//! Rules from `sqlx-core/src/migrate/source.rs` and `sqlx-postgres/src/migrate.rs`: files right in the folder, split at
//! the first `_`, the version an `i64`, in the order of versions. A script is sent as one simple query in a transaction,
//! unless the file starts with `-- no-transaction`. A new version below an applied one is run like any other.

use super::{Evidence, Tool, numbered, refuse_duplicates};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::reader::{Draft, Prepared, Reader, Sent};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool {
    name: "sqlx",
    detect,
    list,
    bookkeeping: "CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
    success BOOLEAN NOT NULL,
    checksum BYTEA NOT NULL,
    execution_time BIGINT NOT NULL
)",
    out_of_order: OutOfOrder::Runs,
};

fn is_shaped(name: &str) -> bool {
    name.split_once('_').is_some_and(|(version, _)| version.parse::<i64>().is_ok())
}

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    // Names without `_` are none of its business.
    if !folder.all_sql(|name| is_shaped(name) || !name.contains('_')) || !folder.sql_files().any(is_shaped) {
        return None;
    }
    if survey.project_mentions(folder.path, &["sqlx"]) {
        return Some(Evidence::Likely);
    }
    let has_pairs = folder.sql_files().any(|name| name.ends_with(".up.sql"));
    let in_rust = survey.project_mentions(folder.path, &["[package]", "[workspace]"]);
    (has_pairs && in_rust && folder.name().contains("migrat")).then_some(Evidence::Possible)
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    for name in folder.sql_files().filter(|name| name.contains('_') && !is_shaped(name)) {
        reader.problem(
            &folder.join(name),
            "sqlx wants an integer before the first `_` of the name, and refuses this one",
        );
    }
    let files =
        numbered(folder, |rest| rest.starts_with('_') && rest.ends_with(".sql") && !rest.ends_with(".down.sql"));
    let migrations: Vec<Migration> = files
        .iter()
        .map(|file| {
            let draft = Draft::new(file.number.digits(), file.name, folder.join(file.name), Transaction::File);
            reader.migration(draft, false, |_, source| Prepared {
                text: Sent::Whole,
                transaction: if source.text.starts_with("-- no-transaction") {
                    Transaction::SimpleQuery
                } else {
                    Transaction::File
                },
            })
        })
        .collect();
    refuse_duplicates(reader, &migrations);
    migrations
}
