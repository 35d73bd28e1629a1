//! The Supabase CLI: `supabase/migrations/<timestamp>_<name>.sql`.
//!
//! Rules from supabase/cli's `pkg/migration/list.go` and `file.go`: files of that shape in the order of their names (a
//! first `<timestamp>_init.sql` from before December 2021 is passed over); a
//! file's statements are sent in one pipeline, which is one implicit transaction; a new file that sorts before an applied
//! one is refused unless `--include-all` is given.

use super::{Evidence, Numbered, Tool, numbered, read_numbered};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::reader::Reader;
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool {
    name: "supabase",
    detect,
    list,
    bookkeeping: "CREATE SCHEMA IF NOT EXISTS supabase_migrations;
CREATE TABLE IF NOT EXISTS supabase_migrations.schema_migrations (
    version text NOT NULL PRIMARY KEY,
    statements text[],
    name text
)",
    out_of_order: OutOfOrder::Refused,
};

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    let above = folder.path.strip_suffix("migrations")?;
    if !above.is_empty() && !above.ends_with('/') || numbered(folder, |rest| rest.ends_with(".sql")).is_empty() {
        return None;
    }
    if survey.snapshot.get(&format!("{above}config.toml")).is_some() && above.ends_with("supabase/") {
        return Some(Evidence::Certain);
    }
    above.ends_with("supabase/").then_some(Evidence::Likely)
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let mut files = numbered(folder, |rest| rest.starts_with('_') && rest.ends_with(".sql"));
    files.sort_by_key(|file| file.name);
    let is_old_init = |file: &Numbered<'_>| file.rest == "_init.sql" && file.name < "20211209000000";
    if files.first().is_some_and(is_old_init) {
        let old_init = files.remove(0);
        reader.problem(&folder.join(old_init.name), "the Supabase CLI passes over this file, and so does this");
    }
    read_numbered(reader, folder, &files, Transaction::SimpleQuery)
}
