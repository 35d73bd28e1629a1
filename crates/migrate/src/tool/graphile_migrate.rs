//! graphile-migrate: `committed/000001.sql` or `committed/000001-name.sql`, and `current.sql` in the making.
//!
//! Rules from graphile-migrate's README, `src/migration.ts` and `src/header.ts`: committed files by their six digits, each in a transaction
//! unless it says `--! no-transaction`; `current.sql` (or `current/`) is run by `watch` and not by `migrate`.
//! Placeholders of the configuration (`:NAME`) are not known here.

use super::{Evidence, Tool, numbered, refuse_duplicates};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::reader::{Draft, Prepared, Reader, Sent};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool {
    name: "graphile-migrate",
    detect,
    list,
    bookkeeping: "CREATE SCHEMA IF NOT EXISTS graphile_migrate;
CREATE TABLE IF NOT EXISTS graphile_migrate.migrations (
    hash text PRIMARY KEY,
    previous_hash text REFERENCES graphile_migrate.migrations,
    filename text NOT NULL,
    date timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS graphile_migrate.current (
    filename text PRIMARY KEY DEFAULT 'current.sql',
    content text NOT NULL,
    date timestamptz NOT NULL DEFAULT now()
)",
    out_of_order: OutOfOrder::Refused,
};

fn is_shaped(name: &str) -> bool {
    name.ends_with(".sql") && name.bytes().take_while(u8::is_ascii_digit).count() == 6
}

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    let committed = survey.folder(&folder.join("committed"))?;
    survey.some_file_has(committed, is_shaped, &["--! previous:"]).then_some(Evidence::Certain)
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let survey = reader.survey;
    let Some(committed) = survey.folder(&folder.join("committed")) else { return Vec::new() };
    let files = numbered(committed, |rest| rest.ends_with(".sql"));
    let migrations: Vec<Migration> = files
        .iter()
        .filter(|file| is_shaped(file.name))
        .map(|file| {
            let draft = Draft::new(file.number.digits(), file.name, committed.join(file.name), Transaction::File);
            reader.migration(draft, false, |_, source| {
                let opts_out = source.text.lines().any(|line| {
                    line.strip_prefix("--!").is_some_and(|words| words.trim().starts_with("no-transaction"))
                });
                let transaction = if opts_out { Transaction::SimpleQuery } else { Transaction::File };
                Prepared { text: Sent::Whole, transaction }
            })
        })
        .collect();
    refuse_duplicates(reader, &migrations);
    say_current(reader, folder);
    migrations
}

fn say_current(reader: &mut Reader<'_>, folder: &Folder<'_>) {
    let path = folder.join("current.sql");
    let Ok(source) = reader.source(&path) else { return };
    let is_empty = source.text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with("--"));
    if !is_empty {
        reader.problem(
            &path,
            "it is not committed, so `graphile-migrate migrate` does not run it, and neither does this",
        );
    }
}
