//! Tools whose migrations are programs. They are listed, in their order, and say that they are not read: a migration that
//! is not known must never look like one that does nothing.

use super::{Evidence, Tool};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::order::Number;
use crate::reader::{Draft, Reader};
use crate::survey::{Folder, Survey};

/// logto's alterations: `<release>-<timestamp>[.<n>]-<name>.ts`, by timestamp (logto's `packages/cli`, `alteration/utils.ts`).
pub(super) const LOGTO: Tool = Tool {
    name: "logto",
    detect: |survey, folder| detect(survey, folder, "alteration", is_javascript, &["alterationscript"]),
    list: |reader, folder| {
        let files = folder.files.iter().copied().filter(|name| is_javascript(name));
        let mut names: Vec<&str> = files.filter(|name| logto_timestamp(name).is_some()).collect();
        names.sort_by_key(|name| (logto_timestamp(name), *name));
        list_names(reader, folder, &names, "it is written in TypeScript")
    },
    ..JAVASCRIPT
};

/// The number, and its fraction, after the first dash.
fn logto_timestamp(name: &str) -> Option<(Number, Option<Number>)> {
    let part = name.split('-').nth(1)?;
    match part.split_once('.') {
        Some((whole, fraction)) => Some((Number::parse(whole)?, Some(Number::parse(fraction)?))),
        None => Some((Number::parse(part)?, None)),
    }
}

/// TypeORM: classes that implement `MigrationInterface`, in files by timestamp.
pub(super) const TYPEORM: Tool = Tool {
    name: "typeorm",
    detect: |survey, folder| detect(survey, folder, "migrat", is_javascript, &["migrationinterface", "queryrunner"]),
    ..JAVASCRIPT
};

/// Sequelize: modules with `up(queryInterface, Sequelize)`, in the order of their names.
pub(super) const SEQUELIZE: Tool = Tool {
    name: "sequelize",
    detect: |survey, folder| detect(survey, folder, "migrat", is_javascript, &["queryinterface"]),
    ..JAVASCRIPT
};

/// db-migrate: modules with `up = function (db, callback)`, in the order of their names.
pub(super) const DB_MIGRATE: Tool = Tool {
    name: "db-migrate",
    detect: |survey, folder| detect(survey, folder, "migrat", is_javascript, &["db.runsql", "dbm.", "dbmigrate"]),
    ..JAVASCRIPT
};

/// Knex: modules with `up(knex)`, in the order of their names.
pub(super) const KNEX: Tool = Tool {
    name: "knex",
    detect: |survey, folder| detect(survey, folder, "migrat", is_javascript, &["knex"]),
    ..JAVASCRIPT
};

/// Kysely: modules with `up(db: Kysely<…>)`, in the order of their names.
pub(super) const KYSELY: Tool = Tool {
    name: "kysely",
    detect: |survey, folder| detect(survey, folder, "migrat", is_javascript, &["kysely"]),
    ..JAVASCRIPT
};

/// SeaORM: modules that implement `MigrationTrait`. Their order is that of the migrator's list, which follows the names.
pub(super) const SEA_ORM: Tool = Tool {
    name: "sea-orm",
    detect: |survey, folder| detect(survey, folder, "", is_sea_orm, &["migrationtrait"]),
    list: |reader, folder| list_with(reader, folder, is_sea_orm, "it is written in Rust"),
    ..JAVASCRIPT
};

/// Rails: `db/migrate/<timestamp>_<name>.rb`, by timestamp.
pub(super) const RAILS: Tool = Tool {
    name: "rails",
    detect: |survey, folder| {
        detect(survey, folder, "migrat", |name| name.ends_with(".rb"), &["activerecord::migration"])
    },
    list: |reader, folder| list_with(reader, folder, |name| name.ends_with(".rb"), "it is written in Ruby"),
    ..JAVASCRIPT
};

/// Django: `<app>/migrations/<number>_<name>.py`. The order between applications is in their dependencies.
pub(super) const DJANGO: Tool = Tool {
    name: "django",
    detect: |survey, folder| detect(survey, folder, "migrations", is_python, &["migrations.migration"]),
    list: |reader, folder| list_with(reader, folder, is_python, "it is written in Python"),
    ..JAVASCRIPT
};

/// Alembic: `versions/<revision>_<name>.py`. Their order is a chain of revisions, so that names give only a guess.
pub(super) const ALEMBIC: Tool = Tool {
    name: "alembic",
    detect: |survey, folder| detect(survey, folder, "versions", is_python, &["down_revision"]),
    list: |reader, folder| list_with(reader, folder, is_python, "it is written in Python"),
    ..JAVASCRIPT
};

const JAVASCRIPT: Tool = Tool {
    name: "javascript",
    detect: |_, _| None,
    list: |reader, folder| list_with(reader, folder, is_javascript, "it is written in JavaScript"),
    bookkeeping: "",
    out_of_order: OutOfOrder::Runs,
};

/// Whether the file is JavaScript or TypeScript, declarations apart.
pub(super) fn is_javascript(name: &str) -> bool {
    const EXTENSIONS: [&str; 6] = [".js", ".ts", ".mjs", ".cjs", ".mts", ".cts"];
    EXTENSIONS.iter().any(|extension| name.ends_with(extension)) && !name.ends_with(".d.ts")
}

fn is_python(name: &str) -> bool {
    name.ends_with(".py") && name != "__init__.py"
}

fn is_sea_orm(name: &str) -> bool {
    let is_dated = name.strip_prefix('m').is_some_and(|rest| Number::leading(rest).is_some());
    is_dated && name.ends_with(".rs")
}

fn detect(
    survey: &Survey<'_>,
    folder: &Folder<'_>,
    folder_name: &str,
    is_file: fn(&str) -> bool,
    marks: &[&str],
) -> Option<Evidence> {
    if !folder.name().contains(folder_name) {
        return None;
    }
    let is_numbered = |name: &str| is_file(name) && name.contains(|letter: char| letter.is_ascii_digit());
    survey.some_file_has(folder, is_numbered, marks).then_some(Evidence::Likely)
}

fn list_with(reader: &mut Reader<'_>, folder: &Folder<'_>, is_file: fn(&str) -> bool, reason: &str) -> Vec<Migration> {
    let is_migration = |name: &&str| is_file(name) && !name.contains(".test.") && !name.contains(".spec.");
    let names: Vec<&str> = folder.files.iter().copied().filter(is_migration).collect();
    list_names(reader, folder, &names, reason)
}

fn list_names(reader: &mut Reader<'_>, folder: &Folder<'_>, names: &[&str], reason: &str) -> Vec<Migration> {
    names
        .iter()
        .map(|name| {
            let stem = name.rsplit_once('.').map_or(*name, |(stem, _)| stem);
            reader.unmodelled(Draft::new(stem, name, folder.join(name), Transaction::File), reason)
        })
        .collect()
}
