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
        _ => bail!("usage: cargo xtask test [ARGUMENTS OF CARGO TEST] | catalog-data --url URL… | describe --url URL"),
    }
}
