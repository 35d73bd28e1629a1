//! What rollproof knows of TypeScript and JavaScript as data: which files, which database libraries.

/// `language.toml`: extensions and folders.
pub const LANGUAGE: &str = include_str!("../language.toml");

/// Database libraries: the file's name in `sinks/` and its text. The first library wins where several fit.
pub const SINKS: &[(&str, &str)] = &[
    ("pg.toml", include_str!("../sinks/pg.toml")),
    ("pg-copy-streams.toml", include_str!("../sinks/pg-copy-streams.toml")),
    ("postgres.toml", include_str!("../sinks/postgres.toml")),
    ("posthog.toml", include_str!("../sinks/posthog.toml")),
    ("slonik.toml", include_str!("../sinks/slonik.toml")),
    ("pg-promise.toml", include_str!("../sinks/pg-promise.toml")),
    ("prisma.toml", include_str!("../sinks/prisma.toml")),
    ("drizzle.toml", include_str!("../sinks/drizzle.toml")),
    ("kysely.toml", include_str!("../sinks/kysely.toml")),
    ("knex.toml", include_str!("../sinks/knex.toml")),
    ("typeorm.toml", include_str!("../sinks/typeorm.toml")),
    ("sequelize.toml", include_str!("../sinks/sequelize.toml")),
    ("objection.toml", include_str!("../sinks/objection.toml")),
    ("lucid.toml", include_str!("../sinks/lucid.toml")),
    ("supabase.toml", include_str!("../sinks/supabase.toml")),
    ("mikro-orm.toml", include_str!("../sinks/mikro-orm.toml")),
    ("vercel-postgres.toml", include_str!("../sinks/vercel-postgres.toml")),
    ("neon.toml", include_str!("../sinks/neon.toml")),
    ("pgtyped.toml", include_str!("../sinks/pgtyped.toml")),
    ("pglite.toml", include_str!("../sinks/pglite.toml")),
    ("bun.toml", include_str!("../sinks/bun.toml")),
    ("deno-postgres.toml", include_str!("../sinks/deno-postgres.toml")),
    ("massive.toml", include_str!("../sinks/massive.toml")),
    ("postgrejs.toml", include_str!("../sinks/postgrejs.toml")),
    ("pg-boss.toml", include_str!("../sinks/pg-boss.toml")),
    ("databases.toml", include_str!("../sinks/databases.toml")),
    ("zapatos.toml", include_str!("../sinks/zapatos.toml")),
    ("pg-sql2.toml", include_str!("../sinks/pg-sql2.toml")),
    ("nearform-sql.toml", include_str!("../sinks/nearform-sql.toml")),
    ("effect-sql.toml", include_str!("../sinks/effect-sql.toml")),
    ("sql-template-tag.toml", include_str!("../sinks/sql-template-tag.toml")),
    ("sql-tags.toml", include_str!("../sinks/sql-tags.toml")),
    ("clickhouse.toml", include_str!("../sinks/clickhouse.toml")),
    ("sqlite.toml", include_str!("../sinks/sqlite.toml")),
    ("mysql.toml", include_str!("../sinks/mysql.toml")),
    ("other-databases.toml", include_str!("../sinks/other-databases.toml")),
];
