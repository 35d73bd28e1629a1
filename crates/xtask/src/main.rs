//! The project's own chores: `cargo xtask <command>`.
#![allow(clippy::disallowed_methods, reason = "chores touch the machine: that is what they are for")]
#![allow(clippy::print_stdout, reason = "chores talk to whoever runs them")]

mod catalog_data;
mod server;
mod test;

use anyhow::bail;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((command, rest)) if command == "test" => test::run(rest),
        Some((command, rest)) if command == "catalog-data" => catalog_data::run(rest),
        Some((command, rest)) if command == "describe" => xtask::describe::run(rest),
        Some((command, rest)) if command == "compare" => compare(rest),
        _ => bail!(
            "usage: cargo xtask test [ARGUMENTS OF CARGO TEST] | catalog-data --url URL… | describe --url URL | \
                    compare --migrations DIR …"
        ),
    }
}

/// Compares on the server that `ROLLPROOF_SERVER` names, else on a private one.
fn compare(arguments: &[String]) -> anyhow::Result<()> {
    let mut started = None;
    xtask::compare::run(arguments, || {
        if let Some(named) = test::named_server() {
            return Ok(named);
        }
        let server = server::Server::start()?;
        let connection = server.connection.clone();
        started = Some(server);
        Ok(connection)
    })
}
