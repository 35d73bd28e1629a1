//! The canonical description of a real database, as rollproof describes a schema that it computed
//! (`Schema::describe(Expressions::Presence)`). Two that differ by no line are equal.

use anyhow::{Context, bail};

use crate::wire::Client;

/// `cargo xtask describe --url URL`: prints the description, with what follows the command's name.
///
/// # Errors
///
/// On wrong arguments, or a server that cannot be asked.
#[allow(clippy::print_stdout, reason = "the description is the command's output")]
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let [flag, url] = arguments else { bail!("usage: cargo xtask describe --url URL") };
    if flag != "--url" {
        bail!("unknown argument {flag:?}; usage: cargo xtask describe --url URL");
    }
    let mut client = Client::connect(url).with_context(|| format!("connecting to {url}"))?;
    for line in describe(&mut client)? {
        println!("{line}");
    }
    Ok(())
}

/// The sorted lines of the database that `client` is connected to, PostgreSQL 14 or later. The session has an empty
/// `search_path` and a few temporary functions afterwards.
///
/// # Errors
///
/// When the server refuses a query.
pub fn describe(client: &mut Client) -> anyhow::Result<Vec<String>> {
    let (functions, statements) = include_str!("describe.sql").split_once(SEPARATOR).unwrap_or_default();
    client.query("set search_path = ''; set check_function_bodies = off")?;
    client.query(functions)?;
    lines_of(client, statements)
}

/// The lines of [`describe`], and the server's own definitions of views, constraints, defaults and routines: two
/// databases on one server version that have the same lines keep the same.
///
/// # Errors
///
/// When the server refuses a query.
pub fn definitions(client: &mut Client) -> anyhow::Result<Vec<String>> {
    let mut lines = describe(client)?;
    lines.extend(lines_of(client, include_str!("definitions.sql"))?);
    lines.sort();
    Ok(lines)
}

/// What stands between queries.
const SEPARATOR: &str = "-- statement\n";

fn lines_of(client: &mut Client, statements: &str) -> anyhow::Result<Vec<String>> {
    let mut lines = Vec::new();
    for statement in statements.split(SEPARATOR) {
        for row in client.query(statement).with_context(|| statement.to_owned())? {
            let line = row.into_iter().next().flatten();
            lines.push(line.with_context(|| format!("a line without a value: {statement}"))?);
        }
    }
    lines.sort();
    Ok(lines)
}
