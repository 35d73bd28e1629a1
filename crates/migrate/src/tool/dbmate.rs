//! dbmate: `<version>_<name>.sql` with `-- migrate:up` and `-- migrate:down` in one file.
//!
//! Rules from dbmate's `pkg/dbmate/migration.go` and README: files whose names start with digits, in the order of their
//! names; the version is the digits; each block is sent as one simple query, in a transaction unless `transaction:false`
//! follows the mark. What is not applied is run, whatever its version.

use super::{Evidence, Tool, numbered, refuse_duplicates};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::reader::{Draft, Prepared, Reader, Sent, Source};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool {
    name: "dbmate",
    detect,
    list,
    bookkeeping: "CREATE TABLE IF NOT EXISTS schema_migrations (version varchar NOT NULL PRIMARY KEY)",
    out_of_order: OutOfOrder::Runs,
};

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    let is_sql = |name: &str| name.ends_with(".sql");
    survey.some_file_has(folder, is_sql, &["-- migrate:up", "--migrate:up"]).then_some(Evidence::Certain)
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let mut files = numbered(folder, |rest| rest.ends_with(".sql"));
    files.sort_by_key(|file| file.name);
    let migrations: Vec<Migration> = files
        .iter()
        .map(|file| {
            let digits = &file.name[..file.name.len() - file.rest.len()];
            let draft = Draft::new(digits, file.name, folder.join(file.name), Transaction::File);
            reader.migration(draft, false, prepare)
        })
        .collect();
    refuse_duplicates(reader, &migrations);
    migrations
}

fn prepare(reader: &mut Reader<'_>, source: &Source) -> Prepared {
    let mut up = None;
    let mut end = source.text.len();
    let mut transaction = Transaction::File;
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        let mark = line.trim().strip_prefix("--").map(str::trim).and_then(|comment| comment.strip_prefix("migrate:"));
        match mark {
            Some(words) if words.starts_with("up") => {
                up = Some(start + line.len());
                if words.contains("transaction:false") {
                    transaction = Transaction::SimpleQuery;
                }
            }
            Some(words) if words.starts_with("down") && up.is_some() => {
                end = start;
                break;
            }
            _ => {}
        }
        start += line.len();
    }
    let Some(up) = up else {
        reader.problem(&source.path, "dbmate wants a line `-- migrate:up`, and refuses a file without it");
        return Prepared { text: Sent::Parts(Vec::new()), transaction };
    };
    Prepared { text: Sent::Part(up..end), transaction }
}
