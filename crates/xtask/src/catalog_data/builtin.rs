//! The built-in objects: one file a catalog, lines that versions share written once.

#![allow(clippy::disallowed_methods, reason = "writing the data files is the command's purpose")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::bit;
use super::server::{Server, named_queries};

/// Numbers below are the same on all servers; keys get ours from here on (`FirstGenbkiObjectId`).
const FIRST_NUMBER: u32 = 10000;

/// The lines of one catalog, and the versions that have each.
type Lines = BTreeMap<Vec<String>, u8>;

/// Writes `data/builtin/<catalog>.tsv`: versions in hexadecimal (bit 0 is PostgreSQL 14), then the fields of the query.
pub(crate) fn write(servers: &mut [Server], folder: &Path) -> anyhow::Result<()> {
    let folder = folder.join("builtin");
    fs::create_dir_all(&folder)?;
    let mut catalogs = BTreeMap::<&str, Lines>::new();
    for (name, query) in named_queries(include_str!("builtin.sql")) {
        let lines = catalogs.entry(name.trim()).or_default();
        for server in servers.iter_mut() {
            for row in server.rows(query)? {
                *lines.entry(row).or_default() |= bit(server.version);
            }
        }
    }
    if let Some(collations) = catalogs.get_mut("collations") {
        keep_common_collations(collations);
    }
    let numbers = number_keys(catalogs.values());
    for (name, lines) in catalogs {
        let mut numbered: Vec<_> = lines.into_iter().map(|(row, versions)| line(&row, versions, &numbers)).collect();
        numbered.sort_by_key(|line| sort_key(name, line));
        fs::write(folder.join(format!("{name}.tsv")), numbered.concat())?;
    }
    Ok(())
}

/// ICU's collations differ with its version: those that every server with ICU has are kept, for all versions. The operating
/// system's are left out: they are there once a statement that was taken has named them (`catalog/src/provision.rs`).
fn keep_common_collations(lines: &mut Lines) {
    let all = (super::OLDEST..=super::NEWEST).fold(0, |bits, version| bits | bit(version));
    lines.retain(|row, versions| !row[1].ends_with("-x-icu") || *versions == all);
    lines.retain(|row, _| {
        !row[1].contains(['.', '_']) || ["ucs_basic", "pg_c_utf8", "pg_unicode_fast"].contains(&&*row[1])
    });
}

/// A number for every `{key}`.
fn number_keys<'a>(catalogs: impl Iterator<Item = &'a Lines>) -> BTreeMap<String, u32> {
    let fields = catalogs.flat_map(BTreeMap::keys).flatten();
    let keys: BTreeSet<_> = fields.flat_map(|field| pieces(field)).filter_map(|(_, key)| key).collect();
    keys.into_iter().map(str::to_owned).zip(FIRST_NUMBER..).collect()
}

/// A field as stretches of text, each with the key after it.
fn pieces(field: &str) -> Vec<(&str, Option<&str>)> {
    let mut found = Vec::new();
    let mut rest = field;
    while let Some((before, after)) = rest.split_once('{') {
        let (key, next) = after.split_once('}').unwrap_or((after, ""));
        found.push((before, Some(key)));
        rest = next;
    }
    found.push((rest, None));
    found
}

fn line(row: &[String], versions: u8, numbers: &BTreeMap<String, u32>) -> String {
    let number = |key: &str| numbers.get(key).map_or(String::new(), u32::to_string);
    let fields = row.iter().map(|field| {
        let texts = pieces(field).into_iter().map(|(text, key)| text.to_owned() + &key.map_or(String::new(), number));
        texts.collect::<String>()
    });
    let fields: Vec<_> = fields.collect();
    format!("{versions:02x}\t{}\n", fields.join("\t"))
}

/// As the reader searches: by schema (or, of casts, source), name, number.
fn sort_key(catalog: &str, line: &str) -> (u32, String, u32) {
    let fields: Vec<_> = line.trim_end().split('\t').collect();
    let number = |at: usize| fields.get(at).and_then(|field| field.parse().ok()).unwrap_or(0);
    let text = |at: usize| fields.get(at).map_or(String::new(), |field| (*field).to_owned());
    match catalog {
        "casts" => (number(2), String::new(), number(1)),
        "types" | "functions" | "relations" => (number(2), text(3), number(1)),
        _ => (0, text(2), number(1)),
    }
}
