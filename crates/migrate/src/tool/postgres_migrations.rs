//! postgres-migrations: `<id>-<name>.sql` or `<id>_<name>.sql`, or JavaScript that returns SQL.
//!
//! Rules from postgres-migrations' `src/load-sql-from-js.ts`, `src/file-name-parser.ts`, `src/run-migration.ts` and
//! README: by id as a number, ids without gaps; a file is sent as one simple query, in a transaction unless it holds
//! `-- postgres-migrations disable-transaction`; the table `migrations` is its own.

use super::{Evidence, Tool, code, numbered, refuse_duplicates};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::reader::{Draft, Prepared, Reader, Sent};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool {
    name: "postgres-migrations",
    detect,
    list,
    bookkeeping: "CREATE TABLE IF NOT EXISTS migrations (
    id integer PRIMARY KEY,
    name varchar(100) UNIQUE NOT NULL,
    hash varchar(40) NOT NULL,
    executed_at timestamp DEFAULT current_timestamp
)",
    out_of_order: OutOfOrder::Refused,
};

const DISABLE: &str = "-- postgres-migrations disable-transaction";

fn is_migration(rest: &str) -> bool {
    rest.ends_with(".sql") || rest.ends_with(".js")
}

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    let is_shaped = |name: &str| name.starts_with(|first: char| first.is_ascii_digit());
    if !folder.all_sql(is_shaped) {
        return None;
    }
    if survey.any_head_has(folder, folder.sql_files(), DISABLE) {
        return Some(Evidence::Certain);
    }
    survey.project_mentions(folder.path, &["\"postgres-migrations\""]).then_some(Evidence::Likely)
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let files = numbered(folder, is_migration);
    let migrations: Vec<Migration> = files
        .iter()
        .map(|file| {
            let draft = Draft::new(file.number.digits(), file.name, folder.join(file.name), Transaction::File);
            if code::is_javascript(file.name) {
                return reader.unmodelled(draft, "it is written in JavaScript");
            }
            reader.migration(draft, false, |_, source| Prepared {
                text: Sent::Whole,
                transaction: if source.text.contains(DISABLE) { Transaction::SimpleQuery } else { Transaction::File },
            })
        })
        .collect();
    refuse_duplicates(reader, &migrations);
    migrations
}
