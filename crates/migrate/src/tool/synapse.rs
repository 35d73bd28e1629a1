//! Synapse's own schema: `<store>/full_schemas/<n>/full.sql.postgres` and `<store>/delta/<n>/<nn><name>.sql`.
//!
//! Rules from element-hq/synapse's `synapse/storage/prepare_database.py`: an empty database gets `common/schema_version.sql`,
//! the newest full schema of every store, and the deltas of later versions, by version and then by file name whatever
//! the store; a file is for PostgreSQL unless it ends in `.sqlite`; all that is not applied runs in one transaction. A delta
//! is remembered by version and file name. `synapse/storage/engines/postgres.py` says what its placeholder stands for.

use super::{Evidence, Tool};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::order::Number;
use crate::reader::{Draft, Prepared, Reader, Sent, Source};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool { name: "synapse", detect, list, bookkeeping: "", out_of_order: OutOfOrder::Runs };

const STORES: [&str; 3] = ["common", "main", "state"];

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    if !folder.folders.contains(&"common") {
        return None;
    }
    let has_full = survey.folder(&folder.join("common/full_schemas")).is_some();
    let has_deltas = survey.folder(&folder.join("main/delta")).is_some();
    (has_full && has_deltas).then_some(Evidence::Certain)
}

fn is_sent(name: &str) -> bool {
    name.ends_with(".sql") || name.ends_with(".sql.postgres") || name.ends_with(".py")
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let survey = reader.survey;
    let versions = |kind: &str| -> Vec<(Number, String)> {
        let stores = STORES.iter().filter_map(|store| survey.folder(&folder.join(&format!("{store}/{kind}"))));
        let numbers = stores
            .flat_map(|store| store.folders.iter().filter_map(|name| Some((Number::parse(name)?, store.join(name)))));
        numbers.collect()
    };
    let newest_full = versions("full_schemas").into_iter().map(|(number, _)| number).max();
    let mut files: Vec<(Option<Number>, &str, String)> = Vec::new();
    let mut add = |version: Option<Number>, path: &str| {
        let names = survey.folder(path).into_iter().flat_map(|folder| &folder.files);
        files.extend(names.filter(|name| is_sent(name)).map(|name| (version.clone(), *name, format!("{path}/{name}"))));
    };
    for (number, path) in versions("full_schemas") {
        if Some(&number) == newest_full.as_ref() {
            add(None, &path);
        }
    }
    for (number, path) in versions("delta") {
        if Some(&number) > newest_full.as_ref() {
            add(Some(number), &path);
        }
    }
    files.sort();
    let mut migrations = Vec::new();
    let accounts = folder.join("common/schema_version.sql");
    if survey.snapshot.get(&accounts).is_some() {
        let draft = Draft::new("schema_version", "schema_version.sql", accounts, Transaction::Batch);
        migrations.push(reader.plain_migration(draft));
    }
    for (version, name, path) in files {
        let id = match version {
            Some(version) => format!("{}/{name}", version.digits()),
            None => format!("full {}", path.strip_prefix(folder.path).unwrap_or(&path)),
        };
        let draft = Draft::new(id.clone(), &id, path, Transaction::Batch);
        migrations.push(if name.ends_with(".py") {
            reader.unmodelled(draft, "it is written in Python")
        } else {
            reader.migration(draft, false, prepare)
        });
    }
    migrations
}

fn prepare(_: &mut Reader<'_>, source: &Source) -> Prepared {
    const PLACEHOLDER: &str = "$%AUTO_INCREMENT_PRIMARY_KEY%$";
    const MEANING: &str = "BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY";
    let places = source.text.match_indices(PLACEHOLDER);
    let edits: Vec<_> = places.map(|(at, found)| (at..at + found.len(), MEANING.to_owned())).collect();
    let text = if edits.is_empty() { Sent::Whole } else { Sent::Replaced(edits) };
    Prepared { text, transaction: Transaction::Batch }
}
