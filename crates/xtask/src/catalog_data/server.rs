//! One server with a scratch database.

use anyhow::Context;
use xtask::wire::Client;

/// The scratch database's name.
const SCRATCH: &str = "rollproof_catalog_data";

/// A connection to the scratch database of a server.
pub(crate) struct Server {
    /// Major version.
    pub(crate) version: u32,
    administrator: Client,
    scratch: Client,
}

impl Server {
    /// Connects, and makes the scratch database.
    pub(crate) fn connect(url: &str) -> anyhow::Result<Self> {
        let mut administrator = Client::connect(url).with_context(|| format!("connecting to {url}"))?;
        administrator.query(&format!("drop database if exists {SCRATCH}"))?;
        administrator.query(&format!("create database {SCRATCH} template template0"))?;
        let scratch = Self::connect_scratch(url)?;
        let mut server = Self { version: 0, administrator, scratch };
        let number: u32 = server.rows("show server_version_num")?.concat().concat().parse()?;
        server.version = number / 10000;
        Ok(server)
    }

    fn connect_scratch(url: &str) -> anyhow::Result<Client> {
        let mut scratch = Client::connect(&format!("{url} dbname={SCRATCH}"))?;
        scratch.query(include_str!("helpers.sql"))?;
        Ok(scratch)
    }

    /// Runs statements.
    pub(crate) fn execute(&mut self, statements: &str) -> anyhow::Result<()> {
        self.scratch.query(statements)?;
        Ok(())
    }

    /// The rows of a query as text, null as an empty one.
    pub(crate) fn rows(&mut self, query: &str) -> anyhow::Result<Vec<Vec<String>>> {
        let rows = self.scratch.query(query).with_context(|| query.to_owned())?;
        let rows = rows.into_iter().map(|row| row.into_iter().map(Option::unwrap_or_default).collect());
        Ok(rows.collect())
    }

    /// Drops the scratch database.
    pub(crate) fn close(mut self) -> anyhow::Result<()> {
        self.administrator.query(&format!("drop database {SCRATCH} with (force)"))?;
        Ok(())
    }
}

/// The queries of a file by the name in the comment before each.
pub(crate) fn named_queries(file: &str) -> impl Iterator<Item = (&str, &str)> {
    file.split("-- name: ").filter_map(|section| section.split_once('\n'))
}
