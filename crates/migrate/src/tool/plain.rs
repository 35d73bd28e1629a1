//! A folder of SQL scripts without a tool that is known, run with psql one after the other.
//!
//! Scripts run by leading number where all have one, else in byte order of their names. psql sends each statement by
//! itself (psql's manual page, `AUTOCOMMIT`), so that each commits unless the script has its own BEGIN; `\i` includes.

use super::{Evidence, Tool};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::order::Number;
use crate::reader::{Draft, Prepared, Reader, Sent};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool { name: "plain", detect, list, bookkeeping: "", out_of_order: OutOfOrder::Runs };

fn detect(_: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    const NAMES: [&str; 5] = ["db", "sql", "schema", "deltas", "database"];
    let name = folder.name().to_ascii_lowercase();
    let is_numbered = folder.all_sql(|name| name.starts_with(|first: char| first.is_ascii_digit()));
    let is_likely = name.contains("migrat") || NAMES.contains(&name.as_str());
    let is_migrations = is_numbered && is_likely || name.contains("migrations") && folder.sql_files().next().is_some();
    is_migrations.then_some(Evidence::Possible)
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let is_up =
        |name: &&str| *name != "down.sql" && ![".down.sql", ".rollback.sql"].iter().any(|end| name.ends_with(end));
    let mut names: Vec<&str> = folder.sql_files().filter(is_up).collect();
    if names.iter().all(|name| Number::leading(name).is_some()) {
        names.sort_by_key(|name| (Number::leading(name).map(|(number, _)| number), *name));
    }
    names
        .into_iter()
        .map(|name| {
            let draft = Draft::new(name, name, folder.join(name), Transaction::Autocommit);
            reader.migration(draft, true, |_, _| Prepared { text: Sent::Whole, transaction: Transaction::Autocommit })
        })
        .collect()
}
