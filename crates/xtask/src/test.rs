//! `cargo xtask test`: finds a server, then runs every test.

use std::env;
use std::process::Command;

use anyhow::{Result, bail};

use crate::server::Server;

/// The variable in which tests find the server.
const VARIABLE: &str = "ROLLPROOF_SERVER";

/// Builds the program, starts a server unless one is named, and runs `cargo test --workspace` with `arguments`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let named = named_server();
    let started = match &named {
        Some(_) => None,
        None => Some(Server::start()?),
    };
    let connection = named.or_else(|| started.as_ref().map(|server| server.connection.clone())).unwrap_or_default();
    cargo(&["build", "--package", "rollproof"], &connection, &[])?;
    cargo(&["test", "--workspace"], &connection, arguments)
}

/// The server that the environment names.
pub(crate) fn named_server() -> Option<String> {
    env::var(VARIABLE).ok().filter(|server| !server.is_empty())
}

fn cargo(command: &[&str], connection: &str, arguments: &[String]) -> Result<()> {
    let program = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let done = Command::new(program).args(command).args(arguments).env(VARIABLE, connection).status()?;
    if !done.success() {
        bail!("cargo {} failed", command.join(" "));
    }
    Ok(())
}
