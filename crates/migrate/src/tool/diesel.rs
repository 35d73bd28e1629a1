//! Diesel: `<version>_<name>/up.sql`, with `down.sql` and `metadata.toml` beside it.
//!
//! Rules from diesel's `diesel_migrations/src/file_based_migrations.rs`: each folder right in the migrations folder
//! that does not start with a dot; its version is the name before the first `_`, without `-`, compared as text. A script
//! is sent as one simple query, in a transaction unless `metadata.toml` says `run_in_transaction = false`. All versions
//! that are not applied are run.

use super::{Evidence, Tool, refuse_duplicates};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::reader::{Draft, Prepared, Reader, Sent};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool {
    name: "diesel",
    detect,
    list,
    bookkeeping: "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
)",
    out_of_order: OutOfOrder::Runs,
};

#[derive(serde::Deserialize)]
struct Metadata {
    run_in_transaction: Option<bool>,
}

fn version(name: &str) -> String {
    name.split('_').next().unwrap_or(name).replace('-', "")
}

fn has_up(survey: &Survey<'_>, folder: &Folder<'_>, name: &str) -> bool {
    let path = folder.join(name);
    survey.folder(&path).is_some_and(|folder| folder.files.binary_search(&"up.sql").is_ok())
}

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    if !folder.folders.iter().any(|name| has_up(survey, folder, name)) {
        return None;
    }
    let is_diesel = survey.project_mentions(folder.path, &["diesel"])
        || folder.folders.contains(&"00000000000000_diesel_initial_setup");
    // `db/migrations/up.sql` alone is a script, not the migration "migrations" of the folder `db`.
    let dated = |name: &&str| name.starts_with(|first: char| first.is_ascii_digit());
    match is_diesel {
        true => Some(Evidence::Certain),
        false => {
            folder.folders.iter().any(|name| dated(name) && has_up(survey, folder, name)).then_some(Evidence::Possible)
        }
    }
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let survey = reader.survey;
    let mut names: Vec<&str> =
        folder.folders.iter().copied().filter(|name| !name.starts_with('.') && has_up(survey, folder, name)).collect();
    names.sort_by_key(|name| (version(name), *name));
    let migrations: Vec<Migration> = names
        .into_iter()
        .map(|name| {
            let path = folder.join(name);
            let transaction = transaction(reader, &format!("{path}/metadata.toml"));
            let draft = Draft::new(version(name), name, format!("{path}/up.sql"), transaction);
            reader.migration(draft, false, |_, _| Prepared { text: Sent::Whole, transaction })
        })
        .collect();
    refuse_duplicates(reader, &migrations);
    migrations
}

fn transaction(reader: &mut Reader<'_>, path: &str) -> Transaction {
    if reader.snapshot.get(path).is_none() {
        return Transaction::File;
    }
    let text = match reader.source(path) {
        Ok(source) => source.text,
        Err(reason) => {
            reader.problem(path, reason);
            return Transaction::File;
        }
    };
    match toml::from_str::<Metadata>(&text) {
        Ok(metadata) if metadata.run_in_transaction == Some(false) => Transaction::SimpleQuery,
        Ok(_) => Transaction::File,
        Err(error) => {
            reader.problem(path, format!("it is not the TOML that diesel reads: {}", error.message()));
            Transaction::File
        }
    }
}
