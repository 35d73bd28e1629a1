//! `cargo xtask catalog-data --url URL…`: reads the built-in objects and the contents of the contrib extensions from one
//! server of each version, and writes the data files of crate `catalog`.
//!
//! Each server needs a fresh `initdb` and every contrib module; a scratch database is made from `template0` and dropped.

mod builtin;
mod extensions;
mod server;

use std::path::PathBuf;

use anyhow::{Context, bail};

use server::Server;

/// The oldest version that data is held for: bit 0 of a line's versions.
const OLDEST: u32 = 14;
/// The newest one.
const NEWEST: u32 = 18;

/// Runs the command with what follows its name.
///
/// # Errors
///
/// On wrong arguments, a server that cannot be asked, or a version that is missing or doubled.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let mut urls = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--url" => urls.push(rest.next().context("--url needs a connection string")?.clone()),
            other => bail!("unknown argument {other:?}; usage: cargo xtask catalog-data --url URL…"),
        }
    }
    let mut servers = urls.iter().map(|url| Server::connect(url)).collect::<anyhow::Result<Vec<_>>>()?;
    servers.sort_by_key(|server| server.version);
    let versions: Vec<_> = servers.iter().map(|server| server.version).collect();
    if versions != (OLDEST..=NEWEST).collect::<Vec<_>>() {
        bail!("one server of each version from {OLDEST} to {NEWEST} is needed, got {versions:?}");
    }
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../catalog/data");
    let written = builtin::write(&mut servers, &folder).and_then(|()| extensions::write(&mut servers, &folder));
    for server in servers {
        server.close()?;
    }
    written
}

/// The versions of a line as a set.
fn bit(version: u32) -> u8 {
    1 << (version - OLDEST)
}
