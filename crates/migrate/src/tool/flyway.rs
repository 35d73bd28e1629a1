//! Flyway: `V<version>__<description>.sql`, `R__<description>.sql` that run again when they change, `U` that undo.
//!
//! Rules from Flyway's documentation (Migrations; Script configuration; Transactional handling): folders below a location
//! count too; versions are numbers separated by `.` or `_`, compared part by part; repeatable ones run last, in the order
//! of their descriptions; statements are sent one by one, in a transaction for each file unless `<file>.conf` says
//! `executeInTransaction=false` or a statement cannot run in one. `${name}` comes from `flyway.conf`. A new version below
//! an applied one is refused unless `outOfOrder` is set.

use std::ops::Range;

use rollproof_sql::split;

use super::{Evidence, Tool, refuse_duplicates};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::order::Number;
use crate::reader::{Draft, Prepared, Reader, Sent, Source};
use crate::survey::{Folder, Survey};

pub(super) const TOOL: Tool = Tool {
    name: "flyway",
    detect,
    list,
    bookkeeping: "CREATE TABLE IF NOT EXISTS flyway_schema_history (
    installed_rank INT NOT NULL PRIMARY KEY,
    version VARCHAR(50),
    description VARCHAR(200) NOT NULL,
    type VARCHAR(20) NOT NULL,
    script VARCHAR(1000) NOT NULL,
    checksum INTEGER,
    installed_by VARCHAR(100) NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT now(),
    execution_time INTEGER NOT NULL,
    success BOOLEAN NOT NULL
)",
    out_of_order: OutOfOrder::Refused,
};

/// What a file's name says.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Versioned(Vec<Number>),
    Repeatable(String),
}

const EXTENSIONS: [&str; 3] = [".sql", ".java", ".kt"];

fn kind(name: &str) -> Option<Kind> {
    let stem = EXTENSIONS.iter().find_map(|extension| name.strip_suffix(extension))?;
    let (prefix, description) = stem.split_once("__")?;
    if prefix == "R" {
        return Some(Kind::Repeatable(description.to_owned()));
    }
    let parts: Option<Vec<Number>> = prefix.strip_prefix('V')?.split(['.', '_']).map(Number::parse).collect();
    let mut parts = parts?;
    // 1.0 and 1 are one version.
    while parts.len() > 1 && parts.last().is_some_and(|part| part.digits() == "0") {
        parts.pop();
    }
    Some(Kind::Versioned(parts))
}

fn detect(survey: &Survey<'_>, folder: &Folder<'_>) -> Option<Evidence> {
    let is_versioned = |name: &&str| matches!(kind(name), Some(Kind::Versioned(_)));
    if !folder.sql_files().any(|name| is_versioned(&name)) {
        return None;
    }
    let is_used = survey.project_mentions(folder.path, &["flyway"]) || folder.path.ends_with("db/migration");
    Some(if is_used { Evidence::Certain } else { Evidence::Likely })
}

fn list(reader: &mut Reader<'_>, folder: &Folder<'_>) -> Vec<Migration> {
    let snapshot = reader.snapshot;
    let mut files: Vec<(Kind, &str)> = snapshot
        .files_under(folder.path)
        .filter_map(|(path, _)| Some((kind(path.rsplit('/').next()?)?, &**path)))
        .collect();
    files.sort();
    let placeholders = placeholders(reader, folder);
    let migrations: Vec<Migration> = files
        .into_iter()
        .map(|(kind, path)| {
            let name = path.rsplit('/').next().unwrap_or(path);
            let id = match &kind {
                Kind::Versioned(parts) => parts.iter().map(Number::digits).collect::<Vec<_>>().join("."),
                Kind::Repeatable(description) => format!("R {description}"),
            };
            let draft = Draft::new(id, name, path.to_owned(), Transaction::File);
            let mut migration = if path.ends_with(".sql") {
                reader.migration(draft, false, |reader, source| prepare(reader, source, &placeholders))
            } else {
                reader.unmodelled(draft, "it is written in Java or Kotlin")
            };
            migration.repeatable = matches!(kind, Kind::Repeatable(_));
            migration
        })
        .collect();
    refuse_duplicates(reader, &migrations);
    migrations
}

/// Names and values of `flyway.placeholders.*`, from the nearest configuration file above the folder.
fn placeholders(reader: &Reader<'_>, folder: &Folder<'_>) -> Vec<(String, String)> {
    let mut found = vec![("flyway:defaultSchema".to_owned(), "public".to_owned())];
    let mut at = folder.path;
    loop {
        for name in ["flyway.conf", "conf/flyway.conf"] {
            let path = if at.is_empty() { name.to_owned() } else { format!("{at}/{name}") };
            let Ok(source) = reader.source(&path) else { continue };
            found.extend(source.text.lines().filter_map(|line| {
                let (name, value) = line.trim().strip_prefix("flyway.placeholders.")?.split_once('=')?;
                Some((name.trim().to_owned(), value.trim().to_owned()))
            }));
        }
        if at.is_empty() {
            return found;
        }
        at = at.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
}

fn prepare(reader: &mut Reader<'_>, source: &Source, placeholders: &[(String, String)]) -> Prepared {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut at = 0;
    while let Some(start) = source.text[at..].find("${").map(|found| at + found) {
        let Some(end) = source.text[start..].find('}').map(|found| start + found + 1) else { break };
        let name = &source.text[start + 2..end - 1];
        match placeholders.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, value)) => edits.push((start..end, value.clone())),
            None => reader.problem_at(source, start, format!("the value of the placeholder ${{{name}}} is not known")),
        }
        at = end;
    }
    let configured = reader.source(&format!("{}.conf", source.path));
    let opts_out = configured.is_ok_and(|configuration| {
        configuration.text.lines().any(|line| line.replace(' ', "") == "executeInTransaction=false")
    });
    let transaction =
        if opts_out || cannot_run_in_one(&source.text) { Transaction::Autocommit } else { Transaction::File };
    let text = if edits.is_empty() { Sent::Whole } else { Sent::Replaced(edits) };
    Prepared { text, transaction }
}

/// Whether Flyway sees a statement that it takes to run outside of transactions only: those of its `PostgreSQLParser`,
/// `detectCanExecuteInTransaction`. REINDEX … CONCURRENTLY is none of them, and fails there. (`ALTER TYPE … ADD VALUE` is
/// one for servers before 12.)
fn cannot_run_in_one(text: &str) -> bool {
    split(text).iter().any(|chunk| {
        let statement = chunk.range.slice(text);
        let words: Vec<String> = statement.split_whitespace().take(5).map(str::to_ascii_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        matches!(
            words.as_slice(),
            ["create", "unique", "index", "concurrently", ..]
                | ["create" | "drop", "index", "concurrently", ..]
                | ["create" | "drop", "database" | "tablespace" | "subscription", ..]
                | ["reindex", "schema" | "database" | "system", ..]
                | ["reindex", "verbose", "schema" | "database" | "system", ..]
                | ["alter", "system", ..]
                | ["discard", "all", ..]
                | ["vacuum", ..]
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{Kind, cannot_run_in_one, kind};

    #[test]
    fn a_semicolon_in_a_comment_ends_no_statement() {
        let text = "-- only some rows are indexed; most are NULL\nCREATE INDEX CONCURRENTLY i ON t (a);";
        assert!(cannot_run_in_one(text));
        assert!(!cannot_run_in_one("SELECT 1; -- CREATE INDEX CONCURRENTLY i ON t (a);\nSELECT 'VACUUM t;'"));
    }

    #[test]
    fn what_flyway_does_not_know_stays_in_a_transaction() {
        assert!(cannot_run_in_one("-- x\nDROP INDEX CONCURRENTLY i;"));
        assert!(cannot_run_in_one("create table t (id int);\nreindex (verbose) table t; reindex database d"));
        assert!(!cannot_run_in_one("REINDEX INDEX CONCURRENTLY i; ALTER TYPE e ADD VALUE 'x'"));
    }

    #[test]
    fn versions_compare_part_by_part_and_repeatables_come_last() {
        let mut names = ["R__b.sql", "V10__x.sql", "V2_1__x.sql", "V2__x.sql", "V2.0.3__x.sql", "R__a.sql"];
        names.sort_by_key(|name| kind(name));
        assert_eq!(names, ["V2__x.sql", "V2.0.3__x.sql", "V2_1__x.sql", "V10__x.sql", "R__a.sql", "R__b.sql"]);
        assert_eq!(kind("V1.0__x.sql"), kind("V1__y.java"));
        assert_eq!(kind("U1__x.sql"), None);
        assert_eq!(kind("Vx__y.sql"), None);
        assert!(matches!(kind("R__x.sql"), Some(Kind::Repeatable(_))));
    }
}
