//! node-pg-migrate: `<timestamp>_<name>.sql` with `-- Up Migration` and `-- Down Migration` in one file, or JavaScript.
//!
//! Rules from node-pg-migrate's `src/migration.ts`, `src/sqlMigration.ts` and `src/runner.ts`: files by the number before
//! the first `_`; a file without a mark is all up; all that are pending run in one transaction (`singleTransaction`
//! defaults to true); a new file that sorts before an applied one is refused (`checkOrder` defaults to true).

use super::{Evidence, Tool, code};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::order::Number;
use crate::reader::{Draft, Prepared, Reader, Sent, Source};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool {
    name: "node-pg-migrate",
    detect,
    list,
    bookkeeping: "CREATE TABLE IF NOT EXISTS pgmigrations (
    id SERIAL PRIMARY KEY,
    name varchar(255) NOT NULL,
    run_on timestamp NOT NULL
)",
    out_of_order: OutOfOrder::Refused,
};

fn is_migration(name: &str) -> bool {
    name.ends_with(".sql") || code::is_javascript(name)
}

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    let is_named = |name: &str| is_migration(name) && Number::leading(name).is_some();
    if !folder.files.iter().any(|name| is_named(name)) {
        return None;
    }
    let is_sql = |name: &str| name.ends_with(".sql");
    if survey.some_file_has(folder, is_sql, &["-- up migration"]) {
        return Some(Evidence::Certain);
    }
    if survey.some_file_has(folder, code::is_javascript, &["(pgm)", "pgm =>", "migrationbuilder", "(pgm:"]) {
        return Some(Evidence::Certain);
    }
    let is_used = survey.project_mentions(folder.path, &["node-pg-migrate"]) && folder.name().contains("migrat");
    is_used.then_some(Evidence::Likely)
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let mut names: Vec<&str> =
        folder.files.iter().copied().filter(|name| is_migration(name) && !name.starts_with('.')).collect();
    names.sort_by_key(|name| (Number::leading(name).map(|(number, _)| number), *name));
    names
        .into_iter()
        .map(|name| {
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            let draft = Draft::new(stem, name, folder.join(name), Transaction::Batch);
            if name.ends_with(".sql") {
                reader.migration(draft, false, prepare)
            } else {
                reader.unmodelled(draft, "it is written in JavaScript")
            }
        })
        .collect()
}

fn prepare(_: &mut Reader<'_>, source: &Source) -> Prepared {
    let up = mark(&source.text, "up");
    let down = mark(&source.text, "down");
    let end = match (up, down) {
        (Some(up), Some(down)) if down > up => down,
        _ => source.text.len(),
    };
    let text = up.map_or(Sent::Whole, |up| Sent::Part(up..end));
    Prepared { text, transaction: Transaction::Batch }
}

/// Where the first line `-- Up Migration` (or down) starts, in any case, more dashes and blanks allowed.
fn mark(text: &str, direction: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim_start().strip_prefix("--").map(|rest| rest.trim_start_matches(['-', ' ', '\t']));
        let words = words.map(str::to_ascii_lowercase);
        let after = words.as_deref().and_then(|words| words.strip_prefix(direction));
        if after.is_some_and(|after| after.starts_with([' ', '\t']) && after.trim_start().starts_with("migration")) {
            return Some(start);
        }
        start += line.len();
    }
    None
}
