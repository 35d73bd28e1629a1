//! refinery: `V<version>__<name>.sql` or `.rs`; `U` for versions that may come late.
//!
//! Rules from refinery-core's `src/util.rs`, `src/runner.rs` and README: by version as a number, each in a transaction of
//! its own (unless the program asks for one around all); `U` is not undo but "unversioned": it may be applied out of
//! order, where a late `V` is refused.

use super::{Evidence, Tool, refuse_duplicates};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::order::Number;
use crate::reader::{Draft, Reader};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool {
    name: "refinery",
    detect,
    list,
    bookkeeping: "CREATE TABLE IF NOT EXISTS refinery_schema_history (
    version INT4 PRIMARY KEY,
    name VARCHAR(255),
    applied_on VARCHAR(255),
    checksum VARCHAR(255)
)",
    out_of_order: OutOfOrder::Refused,
};

/// The version of a file that is a migration.
fn version(name: &str) -> Option<(Number, Number)> {
    if !name.ends_with(".sql") && !name.ends_with(".rs") {
        return None;
    }
    let (number, rest) = Number::leading(name.strip_prefix(['V', 'U'])?)?;
    let (minor, rest) = match rest.strip_prefix('.') {
        Some(rest) => Number::leading(rest)?,
        None => (Number::parse("0")?, rest),
    };
    rest.starts_with("__").then_some((number, minor))
}

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    if !folder.files.iter().any(|name| version(name).is_some()) {
        return None;
    }
    survey.project_mentions(folder.path, &["refinery"]).then_some(Evidence::Certain)
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let mut files: Vec<_> = folder.files.iter().filter_map(|name| Some((version(name)?, *name))).collect();
    files.sort();
    let migrations: Vec<Migration> = files
        .into_iter()
        .map(|((number, minor), name)| {
            let id = format!("{}.{}", number.digits(), minor.digits());
            let draft = Draft::new(id, name, folder.join(name), Transaction::File);
            if name.ends_with(".rs") {
                reader.unmodelled(draft, "it is written in Rust")
            } else {
                reader.plain_migration(draft)
            }
        })
        .collect();
    refuse_duplicates(reader, &migrations);
    migrations
}
