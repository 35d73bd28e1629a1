//! graphile-worker's own migrations: `sql/000001.sql`, with `:GRAPHILE_WORKER_SCHEMA` for its schema.
//!
//! Rules from graphile-worker's `src/migrate.ts`: files named by six digits or more, in that order, each in a
//! transaction; the schema (`graphile_worker` unless configured) and its table of migrations are made first; numbers up
//! to the newest applied one are passed over.

use std::ops::Range;

use super::{Evidence, Tool, numbered};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::reader::{Draft, Prepared, Reader, Sent, Source};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool {
    name: "graphile-worker",
    detect,
    list,
    bookkeeping: "CREATE SCHEMA IF NOT EXISTS graphile_worker;
CREATE TABLE IF NOT EXISTS graphile_worker.migrations (
    id int PRIMARY KEY,
    ts timestamptz DEFAULT now() NOT NULL
);
ALTER TABLE graphile_worker.migrations ADD COLUMN IF NOT EXISTS breaking boolean NOT NULL DEFAULT false",
    out_of_order: OutOfOrder::Skipped,
};

const PLACEHOLDER: &str = ":GRAPHILE_WORKER_SCHEMA";
const SCHEMA: &str = "\"graphile_worker\"";

fn is_shaped(name: &str) -> bool {
    name.strip_suffix(".sql").is_some_and(|stem| stem.len() >= 6 && stem.bytes().all(|byte| byte.is_ascii_digit()))
}

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    survey.some_file_has(folder, is_shaped, &[":graphile_worker_schema"]).then_some(Evidence::Certain)
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let files = numbered(folder, |rest| rest == ".sql");
    files
        .iter()
        .filter(|file| is_shaped(file.name))
        .map(|file| {
            let draft = Draft::new(file.number.digits(), file.name, folder.join(file.name), Transaction::File);
            reader.migration(draft, false, prepare)
        })
        .collect()
}

fn prepare(_: &mut Reader<'_>, source: &Source) -> Prepared {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let edits: Vec<(Range<usize>, String)> = source
        .text
        .match_indices(PLACEHOLDER)
        .map(|(at, found)| at..at + found.len())
        .filter(|range| !source.text.as_bytes().get(range.end).is_some_and(is_word))
        .map(|range| (range, SCHEMA.to_owned()))
        .collect();
    Prepared { text: Sent::Replaced(edits), transaction: Transaction::File }
}
