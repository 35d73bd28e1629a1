//! Drizzle: `meta/_journal.json` names the files in order; since version 1, folders `<timestamp>_<name>/migration.sql`.
//!
//! Rules from drizzle-orm's `migrator.ts` and `pg-core/dialect.ts`: in the order of the journal; all that are pending in
//! one transaction; one that is older (`when`) than the newest applied one is passed over. `--> statement-breakpoint` is
//! a comment to the server.

use super::{Evidence, Tool};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::reader::{Draft, Reader};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool {
    name: "drizzle",
    detect,
    list,
    bookkeeping: "CREATE SCHEMA IF NOT EXISTS drizzle;
CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations (
    id SERIAL PRIMARY KEY,
    hash text NOT NULL,
    created_at bigint
)",
    out_of_order: OutOfOrder::Skipped,
};

#[derive(serde::Deserialize)]
struct Journal {
    entries: Vec<Entry>,
}

#[derive(serde::Deserialize)]
struct Entry {
    when: u64,
    tag: String,
}

fn journal(folder: &Folder<'_>) -> String {
    folder.join("meta/_journal.json")
}

fn has_snapshot(survey: &Survey<'_>, folder: &Folder<'_>, name: &str) -> bool {
    let path = folder.join(name);
    survey
        .folder(&path)
        .is_some_and(|folder| folder.files.contains(&"migration.sql") && folder.files.contains(&"snapshot.json"))
}

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    let has_journal = folder.folders.contains(&"meta") && survey.snapshot.get(&journal(folder)).is_some();
    let has_folders = folder.folders.iter().any(|name| has_snapshot(survey, folder, name));
    (has_journal || has_folders).then_some(Evidence::Certain)
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let path = journal(folder);
    if reader.snapshot.get(&path).is_none() {
        return list_folders(reader, folder);
    }
    let journal = match reader.source(&path) {
        Ok(source) => serde_json::from_str::<Journal>(&source.text).map_err(|error| error.to_string()),
        Err(reason) => Err(reason),
    };
    let mut entries = match journal {
        Ok(journal) => journal.entries,
        Err(reason) => {
            reader.problem(&path, format!("the order of the migrations is not known: {reason}"));
            return Vec::new();
        }
    };
    entries.retain(|entry| !entry.tag.contains(".."));
    entries
        .into_iter()
        .map(|entry| {
            let name = format!("{}.sql", entry.tag);
            let path = folder.join(&name);
            reader.plain_migration(Draft::new(entry.when.to_string(), &name, path, Transaction::Batch))
        })
        .collect()
}

fn list_folders(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let survey = reader.survey;
    let names = folder.folders.iter().copied().filter(|name| has_snapshot(survey, folder, name));
    names
        .map(|name| {
            let path = format!("{}/migration.sql", folder.join(name));
            reader.plain_migration(Draft::new(name, name, path, Transaction::Batch))
        })
        .collect()
}
