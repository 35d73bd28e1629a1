//! A real PostgreSQL, where one is given: `cargo xtask test` finds or starts it and names it in `ROLLPROOF_SERVER`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use rollproof_sql::ast::{Definition, Statement, StatementKind};
use xtask::wire::{Client, Rows};

/// The variable that holds a connection string (`host=/run/x user=postgres`), without a database.
pub const VARIABLE: &str = "ROLLPROOF_SERVER";

/// A database of its own, dropped at the end.
pub struct Database {
    /// A connection to it.
    pub client: Client,
    name: String,
    server: String,
    roles: Vec<Arc<str>>,
}

/// The server's connection string, if there is one.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the test runner says where the server is")]
pub fn server() -> Option<String> {
    std::env::var(VARIABLE).ok().filter(|server| !server.is_empty())
}

impl Database {
    /// A new, empty database on `server`.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn create(server: &str) -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("rollproof_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut owner = Client::connect(&format!("{server} dbname=postgres"))
            .with_context(|| format!("no server answers at `{server}`"))?;
        owner.query(&format!("CREATE DATABASE {name} TEMPLATE template0"))?;
        let client = Client::connect(&format!("{server} dbname={name}"))?;
        Ok(Self { client, name, server: server.to_owned(), roles: Vec::new() })
    }

    /// Another connection to the same database.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn connection(&self) -> Result<Connection> {
        let client = Client::connect(&format!("{} dbname={}", self.server, self.name))?;
        Ok(Connection { client, roles: self.roles.clone(), database: self.name.clone() })
    }

    /// Roles belong to a whole server: those that the scripts make get names of this database, in every text from here on.
    pub fn own_roles(&mut self, scripts: &[&str]) {
        let statements = scripts.iter().flat_map(|script| rollproof_sql::parse_script(script));
        self.roles = statements.filter_map(|(_, parsed)| role_made(&parsed.ok()?)).collect();
        // A longer name may begin with a shorter one.
        self.roles.sort_by_key(|role| std::cmp::Reverse(role.len()));
    }

    /// The server's major version.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn major(&mut self) -> Result<u32> {
        let number = single(&self.client.query("SHOW server_version_num")?).unwrap_or_default();
        Ok(number.parse::<u32>()? / 10000)
    }

    /// The SQLSTATE of running `sql` as a script, none where it succeeds.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn refusal(&mut self, sql: &str) -> Result<Option<String>> {
        refusal(&mut self.client, &with_roles(sql, &self.roles, &self.name))
    }
}

/// A connection to a database that stays.
pub struct Connection {
    /// Its connection.
    pub client: Client,
    roles: Vec<Arc<str>>,
    database: String,
}

impl Connection {
    /// The SQLSTATE of running `sql` as a script, none where it succeeds.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn refusal(&mut self, sql: &str) -> Result<Option<String>> {
        refusal(&mut self.client, &with_roles(sql, &self.roles, &self.database))
    }
}

fn role_made(statement: &Statement) -> Option<Arc<str>> {
    let StatementKind::Define(definition) = &statement.kind else { return None };
    match &**definition {
        Definition::CreateRole(name, _) => Some(name.text.clone()),
        _ => None,
    }
}

fn with_roles(sql: &str, roles: &[Arc<str>], database: &str) -> String {
    roles.iter().fold(sql.to_owned(), |sql, role| sql.replace(&**role, &format!("{database}_{role}")))
}

fn refusal(client: &mut Client, sql: &str) -> Result<Option<String>> {
    match client.query(sql) {
        Ok(_) => Ok(None),
        Err(error) if error.code.is_some() => Ok(error.code),
        Err(error) => Err(error.into()),
    }
}

/// The only value of a query's only row.
#[must_use]
pub fn single(rows: &Rows) -> Option<String> {
    rows.first()?.first()?.clone()
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Ok(mut owner) = Client::connect(&format!("{} dbname=postgres", self.server)) {
            let _ = owner.query(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
            for role in &self.roles {
                let _ = owner.query(&format!("DROP ROLE IF EXISTS {}_{role}", self.name));
            }
        }
    }
}
