//! A database of its own on a server, gone at the end together with the roles that were made for it.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};

use crate::wire::{Client, Rows, WireError};

/// A scratch database.
pub struct Scratch {
    /// A connection to it.
    pub client: Client,
    name: String,
    server: String,
    roles: Vec<String>,
}

impl Scratch {
    /// A new, empty database on `server` (`host=… user=postgres`), made for `roles`: those of them that the server does not
    /// have yet are dropped with the database.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn create(server: &str, roles: &[String]) -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("rollproof_scratch_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut owner = Client::connect(&format!("{server} dbname=postgres"))
            .with_context(|| format!("no server answers at `{server}`"))?;
        let known = texts(&owner.query("SELECT rolname FROM pg_roles")?);
        owner.query(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))?;
        let client = Client::connect(&format!("{server} dbname={name}"))?;
        let roles = roles.iter().filter(|role| !known.contains(role)).cloned().collect();
        Ok(Self { client, name, server: server.to_owned(), roles })
    }

    /// How to connect to it.
    #[must_use]
    pub fn connection(&self) -> String {
        format!("{} dbname={}", self.server, self.name)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Ends the session and begins another, as a tool that connects again does.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn reconnect(&mut self) -> Result<()> {
        self.client = Client::connect(&self.connection())?;
        Ok(())
    }

    /// The server's major version.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn major(&mut self) -> Result<u32> {
        let rows = self.client.query("SHOW server_version_num")?;
        let number = texts(&rows).into_iter().next().unwrap_or_default();
        Ok(number.parse::<u32>()? / 10000)
    }

    /// The SQLSTATE and message with which the server refuses `sql`, none where it takes it.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn refusal(&mut self, sql: &str) -> Result<Option<(String, String)>> {
        match self.client.query(sql) {
            Ok(_) => Ok(None),
            Err(WireError { code: Some(code), message }) => Ok(Some((code, message))),
            Err(error) => Err(error.into()),
        }
    }
}

/// The first column.
fn texts(rows: &Rows) -> Vec<String> {
    rows.iter().filter_map(|row| row.first().cloned().flatten()).collect()
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let Ok(mut owner) = Client::connect(&format!("{} dbname=postgres", self.server)) else { return };
        let _ = owner.query(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        for role in &self.roles {
            // It may hold privileges in another scratch database; whoever ends last drops it.
            let _ = owner.query(&format!("DROP ROLE IF EXISTS \"{}\"", role.replace('"', "\"\"")));
        }
    }
}
