//! The project's own chores: `cargo xtask <command>`.

mod catalog_data;

use anyhow::bail;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((command, rest)) if command == "catalog-data" => catalog_data::run(rest),
        _ => bail!("usage: cargo xtask catalog-data --url URL…"),
    }
}
