//! The contents of the contrib extensions, by names, in the format that the hand-written ones have too
//! (`crates/catalog/data/extensions/README.md`).

#![allow(clippy::disallowed_methods, reason = "writing the data files is the command's purpose")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::server::{Server, named_queries};
use super::{NEWEST, OLDEST, bit};

/// Lines in the order of their kinds, each with the versions that have it.
type Contents = BTreeMap<(usize, Vec<String>), u8>;

/// Writes `data/contrib/<name>.tsv` for every extension that any server offers.
pub(crate) fn write(servers: &mut [Server], folder: &Path) -> anyhow::Result<()> {
    let folder = folder.join("contrib");
    fs::create_dir_all(&folder)?;
    let mut extensions = BTreeMap::<String, Contents>::new();
    for server in servers.iter_mut() {
        for name in server.rows("select name from pg_available_extensions where name <> 'plpgsql' order by name")? {
            let name = name.concat();
            if let Err(problem) = read(server, &name, extensions.entry(name.clone()).or_default()) {
                eprintln!("PostgreSQL {}: {name} is left out: {problem:#}", server.version);
            }
            server.execute("rollback")?;
        }
    }
    for (name, contents) in extensions.iter().filter(|(_, contents)| !contents.is_empty()) {
        fs::write(folder.join(format!("{name}.tsv")), print(contents))?;
    }
    Ok(())
}

/// Installs an extension in a transaction that the caller rolls back, and reads what it brought.
fn read(server: &mut Server, name: &str, contents: &mut Contents) -> anyhow::Result<()> {
    server.execute(&format!("begin; create extension \"{name}\" cascade"))?;
    let oid = server.rows(&format!("select oid from pg_extension where extname = '{name}'"))?.concat().concat();
    for (place, (kind, query)) in named_queries(include_str!("extensions.sql")).enumerate() {
        for row in server.rows(&query.replace("$ext", &oid))? {
            let fields: Vec<_> = std::iter::once(kind.trim().to_owned()).chain(row).collect();
            *contents.entry((place, fields)).or_default() |= bit(server.version);
        }
    }
    Ok(())
}

fn print(contents: &Contents) -> String {
    // An extension that came or went with a version says so in its first line only.
    let present = contents.iter().filter(|((place, _), _)| *place == 0).fold(0, |bits, (_, versions)| bits | versions);
    let lines = contents.iter().map(|((place, fields), versions)| {
        let everywhere = if *place == 0 { all_versions() } else { present };
        // A server that was built without an extension is no version without it.
        let versions = if *place == 0 { &without_gaps(*versions) } else { versions };
        let suffix = if *versions == everywhere { String::new() } else { format!("@{}", print_versions(*versions)) };
        let kind = format!("{}{suffix}", fields[0]);
        let line: Vec<_> = std::iter::once(kind).chain(fields[1..].iter().cloned()).collect();
        line.join("\t").trim_end().to_owned() + "\n"
    });
    lines.collect()
}

fn all_versions() -> u8 {
    (OLDEST..=NEWEST).fold(0, |bits, version| bits | bit(version))
}

fn without_gaps(versions: u8) -> u8 {
    let above_lowest = !(versions & versions.wrapping_neg()).wrapping_sub(1);
    let below_highest = u8::MAX >> versions.leading_zeros();
    above_lowest & below_highest & all_versions()
}

/// `14-16,18-`: ranges, open where they reach the newest version.
fn print_versions(versions: u8) -> String {
    let held: BTreeSet<u32> = (OLDEST..=NEWEST).filter(|version| versions & bit(*version) != 0).collect();
    let starts = held.iter().filter(|version| !held.contains(&(*version - 1)));
    let ranges = starts.map(|start| {
        let end = (*start..).take_while(|version| held.contains(version)).last().unwrap_or(*start);
        if end == NEWEST { format!("{start}-") } else { format!("{start}-{end}") }
    });
    ranges.collect::<Vec<_>>().join(",")
}
