//! `cargo xtask describe --url URL`: the canonical description of a real database, as rollproof describes a schema that it
//! computed (`Schema::describe`). Two that differ by no line are equal.

use anyhow::{Context, bail};
use postgres::{Client, NoTls, SimpleQueryMessage};

/// Runs the command with what follows its name.
///
/// # Errors
///
/// On wrong arguments, or a server that cannot be asked.
#[allow(clippy::print_stdout, reason = "the description is the command's output")]
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let [flag, url] = arguments else { bail!("usage: cargo xtask describe --url URL") };
    if flag != "--url" {
        bail!("unknown argument {flag:?}; usage: cargo xtask describe --url URL");
    }
    let mut client = Client::connect(url, NoTls).with_context(|| format!("connecting to {url}"))?;
    for line in describe(&mut client)? {
        println!("{line}");
    }
    Ok(())
}

/// The sorted lines of the database that `client` is connected to. Leaves the session with an empty `search_path`.
pub(crate) fn describe(client: &mut Client) -> anyhow::Result<Vec<String>> {
    let mut statements = include_str!("describe.sql").split("-- statement\n");
    let helpers = statements.next().unwrap_or_default();
    client.batch_execute("set search_path = ''; set check_function_bodies = off")?;
    client.batch_execute(helpers)?;
    let mut lines = Vec::new();
    for statement in statements {
        for message in client.simple_query(statement).with_context(|| statement.to_owned())? {
            if let SimpleQueryMessage::Row(row) = message {
                lines.push(row.get(0).with_context(|| format!("a line without a value: {statement}"))?.to_owned());
            }
        }
    }
    lines.sort();
    Ok(lines)
}
