//! The migration tools: one file each, one line each below.

mod atlas;
mod code;
mod dbmate;
mod diesel;
mod drizzle;
mod flyway;
mod golang_migrate;
mod goose;
mod graphile_migrate;
mod graphile_worker;
mod node_pg_migrate;
mod plain;
mod postgres_migrations;
mod prisma;
mod refinery;
mod river;
mod sqlx;
mod supabase;
mod synapse;

use crate::model::{Migration, OutOfOrder, Transaction};
use crate::order::Number;
use crate::reader::{Draft, Reader};
use crate::survey::{Folder, Survey};

/// How sure it is that a folder belongs to a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Evidence {
    /// The names have the shape.
    Possible,
    /// And the project uses the tool.
    Likely,
    /// The files carry the tool's own marks.
    Certain,
}

/// A migration tool.
pub(crate) struct Tool {
    /// As the configuration names it.
    pub(crate) name: &'static str,
    /// Whether the folder is one of its migration folders.
    pub(crate) detect: fn(&Survey<'_>, &Folder<'_>) -> Option<Evidence>,
    /// Its migrations, in the order in which it runs them.
    pub(crate) list: fn(&mut Reader<'_>, &Folder<'_>) -> Vec<Migration>,
    /// SQL that it runs itself before the first migration.
    pub(crate) bookkeeping: &'static str,
    /// What it does with a new migration that sorts before an applied one.
    pub(crate) out_of_order: OutOfOrder,
}

/// Every tool. Where two are equally sure of a folder, the earlier one has it.
pub(crate) const TOOLS: &[&Tool] = &[
    &sqlx::TOOL,
    &diesel::TOOL,
    &prisma::TOOL,
    &drizzle::TOOL,
    &goose::TOOL,
    &dbmate::TOOL,
    &node_pg_migrate::TOOL,
    &graphile_worker::TOOL,
    &graphile_migrate::TOOL,
    &postgres_migrations::TOOL,
    &river::TOOL,
    &refinery::TOOL,
    &flyway::TOOL,
    &supabase::TOOL,
    &atlas::TOOL,
    &golang_migrate::TOOL,
    &synapse::TOOL,
    &plain::TOOL,
    &code::LOGTO,
    &code::TYPEORM,
    &code::MIKRO_ORM,
    &code::SEQUELIZE,
    &code::DB_MIGRATE,
    &code::KNEX,
    &code::KYSELY,
    &code::SEA_ORM,
    &code::RAILS,
    &code::DJANGO,
    &code::ALEMBIC,
];

/// The tool of that name.
pub(crate) fn by_name(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().copied().find(|tool| tool.name == name)
}

/// Whether migrations of that tool may be programs in a language that is read for queries, too.
pub(crate) fn is_of_code(tool: &str) -> bool {
    const OF_SCRIPTS: [&str; 15] = [
        "sqlx",
        "diesel",
        "prisma",
        "drizzle",
        "goose",
        "dbmate",
        "graphile-migrate",
        "river",
        "refinery",
        "flyway",
        "supabase",
        "atlas",
        "golang-migrate",
        "synapse",
        "plain",
    ];
    !OF_SCRIPTS.contains(&tool)
}

/// A file whose name starts with a number.
pub(crate) struct Numbered<'a> {
    pub(crate) number: Number,
    pub(crate) name: &'a str,
    /// The name after the number.
    pub(crate) rest: &'a str,
}

/// The files whose names start with a number and whose rest `pick` keeps, by number and then name.
pub(crate) fn numbered<'a>(folder: &Folder<'a>, pick: impl Fn(&str) -> bool) -> Vec<Numbered<'a>> {
    let mut found: Vec<Numbered<'a>> = folder
        .files
        .iter()
        .filter_map(|name| {
            let (number, rest) = Number::leading(name)?;
            pick(rest).then_some(Numbered { number, name, rest })
        })
        .collect();
    found.sort_by(|a, b| a.number.cmp(&b.number).then_with(|| a.name.cmp(b.name)));
    found
}

/// Says so where two migrations have one id: the tool would refuse, or pass over one of them.
pub(crate) fn refuse_duplicates(reader: &mut Reader<'_>, migrations: &[Migration]) {
    for (at, migration) in migrations.iter().enumerate().skip(1) {
        let before = &migrations[at - 1];
        if before.id == migration.id {
            let path = migration.files.first().map_or("", |path| &**path).to_owned();
            reader.problem(&path, format!("it has the same version, {}, as {}", migration.id, before.name));
        }
    }
}

/// Reads numbered files that are sent as they stand.
pub(crate) fn read_numbered(
    reader: &mut Reader<'_>,
    folder: &Folder<'_>,
    files: &[Numbered<'_>],
    transaction: Transaction,
) -> Vec<Migration> {
    let migrations: Vec<Migration> = files
        .iter()
        .map(|file| {
            reader.plain_migration(Draft::new(file.number.digits(), file.name, folder.join(file.name), transaction))
        })
        .collect();
    refuse_duplicates(reader, &migrations);
    migrations
}

#[cfg(test)]
mod tests {
    use super::TOOLS;

    #[test]
    fn every_file_here_is_registered() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tool");
        #[expect(clippy::disallowed_methods, reason = "the test looks at the source tree")]
        let entries = std::fs::read_dir(folder).unwrap();
        for entry in entries {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let stem = name.trim_end_matches(".rs").replace('_', "-");
            let is_tool = TOOLS.iter().any(|tool| tool.name == stem);
            assert!(is_tool || ["mod", "code", "tests"].contains(&stem.as_str()), "{name} is in no registry");
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = TOOLS.iter().map(|tool| tool.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
