//! Tools whose migrations are programs. Those in JavaScript, TypeScript and Rust are read call by call (`script.rs`); the others
//! are listed, in their order, and say that they are not read: a migration that is not known must never look like one that
//! does nothing.

use super::{Evidence, Tool};
use crate::model::{Migration, OutOfOrder, Transaction};
use crate::order::Number;
use crate::reader::{Draft, Reader};
use crate::script;
use crate::survey::{Folder, Survey};

/// logto's alterations: `<release>-<timestamp>[.<n>]-<name>.ts`, by timestamp (logto's `packages/cli`, `alteration/utils.ts`).
pub(super) const LOGTO: Tool = Tool {
    name: "logto",
    detect: |survey, folder| detect(survey, folder, "alteration", is_javascript, &["alterationscript"]),
    list: |reader, folder| {
        let files = folder.files.iter().copied().filter(|name| is_javascript(name));
        let mut names: Vec<&str> = files.filter(|name| logto_timestamp(name).is_some()).collect();
        names.sort_by_key(|name| (logto_timestamp(name), *name));
        read_names(reader, folder, &names, Transaction::File)
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

/// TypeORM: classes that implement `MigrationInterface`, by the timestamp in the class's name, which the file's repeats.
/// All that are pending run in one transaction (`migrationsTransactionMode` defaults to `all`; `MigrationExecutor.ts`).
pub(super) const TYPEORM: Tool = Tool {
    name: "typeorm",
    detect: |survey, folder| detect(survey, folder, "migrat", is_javascript, &["migrationinterface", "queryrunner"]),
    list: |reader, folder| {
        let mut names = script_names(folder, is_numbered);
        names.sort_by_key(|name| (longest_number(name), *name));
        read_names(reader, folder, &names, Transaction::Batch)
    },
    // The driver makes the extension when it connects, for columns that are `@PrimaryGeneratedColumn('uuid')`
    // (`PostgresDriver.ts`); the table is the executor's.
    bookkeeping: "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\";
CREATE TABLE IF NOT EXISTS migrations (
    id serial PRIMARY KEY,
    \"timestamp\" bigint NOT NULL,
    name varchar NOT NULL
)",
    ..JAVASCRIPT
};

/// MikroORM: classes that extend `Migration`, in files `Migration<timestamp>.ts`, in the order of their names. All that are
/// pending run in one transaction (`allOrNothing` defaults to true; `packages/migrations/src/Migrator.ts`).
pub(super) const MIKRO_ORM: Tool = Tool {
    name: "mikro-orm",
    detect: |survey, folder| detect(survey, folder, "migrat", is_javascript, &["this.addsql", "mikro-orm"]),
    list: |reader, folder| read_names(reader, folder, &script_names(folder, is_numbered), Transaction::Batch),
    ..JAVASCRIPT
};

/// Sequelize: modules with `up(queryInterface, Sequelize)`, in the order of their names.
pub(super) const SEQUELIZE: Tool = Tool {
    name: "sequelize",
    detect: |survey, folder| detect(survey, folder, "migrat", is_javascript, &["queryinterface"]),
    // Umzug begins no transaction of its own.
    list: |reader, folder| read_names(reader, folder, &script_names(folder, |_| true), Transaction::Autocommit),
    ..JAVASCRIPT
};

/// db-migrate: modules with `up = function (db, callback)`, in the order of their names.
pub(super) const DB_MIGRATE: Tool = Tool {
    name: "db-migrate",
    detect: |survey, folder| detect(survey, folder, "migrat", is_javascript, &["db.runsql", "dbm.", "dbmigrate"]),
    ..JAVASCRIPT
};

/// Knex: modules with `up(knex)`, in the order of their names, each in a transaction (`lib/migrations/migrate/Migrator.js`).
pub(super) const KNEX: Tool = Tool {
    name: "knex",
    detect: |survey, folder| detect(survey, folder, "migrat", is_javascript, &["knex"]),
    ..JAVASCRIPT
};

/// Kysely: modules with `up(db: Kysely<…>)`, in the order of their names. All that are pending run in one transaction, and
/// one that sorts before an applied one is refused (`src/migration/migrator.ts`).
pub(super) const KYSELY: Tool = Tool {
    name: "kysely",
    detect: |survey, folder| detect(survey, folder, "migrat", is_javascript, &["kysely"]),
    list: |reader, folder| read_names(reader, folder, &script_names(folder, is_numbered), Transaction::Batch),
    out_of_order: OutOfOrder::Refused,
    ..JAVASCRIPT
};

/// SeaORM: modules that implement `MigrationTrait`. Their order is that of the migrator's list, which follows the names; on
/// PostgreSQL all that are pending run in one transaction (`sea-orm-migration/src/migrator.rs`, `exec_with_connection`).
pub(super) const SEA_ORM: Tool = Tool {
    name: "sea-orm",
    detect: |survey, folder| detect(survey, folder, "", is_sea_orm, &["migrationtrait"]),
    list: |reader, folder| {
        let names: Vec<&str> = folder.files.iter().copied().filter(|name| is_sea_orm(name)).collect();
        read_names(reader, folder, &names, Transaction::Batch)
    },
    bookkeeping: "CREATE TABLE IF NOT EXISTS seaql_migrations (
    version varchar NOT NULL PRIMARY KEY,
    applied_at bigint NOT NULL
)",
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
    list: |reader, folder| read_names(reader, folder, &script_names(folder, |_| true), Transaction::File),
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
    // `migrations/postgres` beside `migrations/mysql`, too.
    let above = crate::survey::split(folder.path).0.rsplit('/').next().unwrap_or_default();
    if !folder.name().contains(folder_name) && !above.contains(folder_name) {
        return None;
    }
    let is_migration = |name: &str| is_file(name) && is_numbered(name);
    survey.some_file_has(folder, is_migration, marks).then_some(Evidence::Likely)
}

fn is_numbered(name: &str) -> bool {
    name.contains(|letter: char| letter.is_ascii_digit())
}

/// The JavaScript files of a folder that `pick` keeps, tests and lists of the others apart.
fn script_names<'a>(folder: &Folder<'a>, pick: impl Fn(&str) -> bool) -> Vec<&'a str> {
    let is_aside = |name: &str| {
        name.contains(".test.")
            || name.contains(".spec.")
            || name.starts_with("index.")
            || name.starts_with("provider.")
    };
    folder.files.iter().copied().filter(|name| is_javascript(name) && !is_aside(name) && pick(name)).collect()
}

/// The longest number in a name: a timestamp before the name, or after it.
fn longest_number(name: &str) -> Option<Number> {
    let digits = name.split(|letter: char| !letter.is_ascii_digit());
    digits.max_by_key(|digits| digits.len()).and_then(Number::parse)
}

fn read_names(
    reader: &mut Reader<'_>,
    folder: &Folder<'_>,
    names: &[&str],
    transaction: Transaction,
) -> Vec<Migration> {
    names.iter().map(|name| read_script(reader, folder, name, transaction)).collect()
}

/// One migration in JavaScript, TypeScript or Rust.
pub(super) fn read_script(
    reader: &mut Reader<'_>,
    folder: &Folder<'_>,
    name: &str,
    transaction: Transaction,
) -> Migration {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let language = match extension {
        "rs" => "Rust",
        "ts" | "mts" | "cts" => "TypeScript",
        _ => "JavaScript",
    };
    script::read(reader, Draft::new(stem, name, folder.join(name), transaction), "up", language)
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
