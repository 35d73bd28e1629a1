//! Tests of the whole extraction, on sources written inline and on the examples of the grammars.

mod builders;
mod callers;
mod changes;
mod classes;
mod control;
mod declared;
mod examples;
mod failure;
mod following;
mod fragments;
mod handed;
mod known;
mod language;
mod libraries;
mod map;
mod node;
mod outside;
mod rounds;
mod rust;
mod schema;
mod sent;
mod sharing;
mod sound;
mod tags;
mod typescript;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use rollproof_source::{ContentId, ContentStore, ReadError, Snapshot, SourceMap};

use crate::{Cache, Extraction, Options, QueryKind, SiteKind, extract};

struct Memory(BTreeMap<String, Vec<u8>>);

impl ContentStore for Memory {
    fn read(&self, path: &str, _: &ContentId) -> Result<Vec<u8>, ReadError> {
        self.0.get(path).cloned().ok_or_else(|| ReadError::Failed("no such file".into()))
    }
}

/// A snapshot of files given as (path, text).
fn snapshot(files: &[(&str, &str)]) -> Snapshot {
    let mut index = BTreeMap::new();
    let mut texts = BTreeMap::new();
    for (path, text) in files {
        let mut id = [0; 20];
        for (at, byte) in text.bytes().enumerate() {
            id[at % 20] = u8::wrapping_add(u8::wrapping_mul(id[at % 20], 31), byte);
        }
        index.insert(Arc::from(*path), ContentId(id));
        texts.insert((*path).to_owned(), text.as_bytes().to_vec());
    }
    Snapshot::new(index, Arc::new(Memory(texts)))
}

fn run(files: &[(&str, &str)], options: &Options) -> (Extraction, SourceMap) {
    let sources = SourceMap::new();
    let extraction = extract(&snapshot(files), &sources, options, &Cache::new());
    (extraction, sources)
}

/// The ledger, compactly: a line for each site, one for each text, one for what is unknown, one for a failure that
/// nobody hears of.
fn ledger(extraction: &Extraction, sources: &SourceMap) -> String {
    let mut out = String::new();
    for site in &extraction.sites {
        let (path, start, _) = sources.locate(site.span);
        let kind = match site.kind {
            SiteKind::Sink => "",
            SiteKind::Helper => " (helper)",
            SiteKind::Forwarder => " (forwarder)",
            SiteKind::Text => " (text)",
            SiteKind::QueryBuilder => " (builder)",
        };
        let elsewhere = site.database.as_ref().map(|database| format!(" [{database}]")).unwrap_or_default();
        let _ = writeln!(out, "{path}:{} {}{kind}{elsewhere}", start.line, site.sink);
        for query in &site.queries {
            let kind = match query.kind {
                QueryKind::Static => '=',
                QueryKind::Folded => '+',
                QueryKind::Dynamic => '~',
            };
            let text = query.text.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(out, "  {kind} {}", text.replace('\u{FFFC}', "<?>"));
        }
        if let Some(unknown) = &site.unknown {
            let (path, at, _) = sources.locate(unknown.at);
            let _ = writeln!(out, "  ? {} ({path}:{})", unknown.reason, at.line);
        }
        if let Some(failure) = &site.failure {
            let (path, at, _) = sources.locate(failure.at);
            let _ = writeln!(out, "  ! {} ({path}:{})", failure.why, at.line);
        }
    }
    for problem in &extraction.problems {
        let _ = writeln!(out, "problem: {}: {}", problem.file.as_deref().unwrap_or(""), problem.message);
    }
    out
}

/// Extracts `files` and compares the ledger with `expected`, indentation apart.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &str) {
    let (extraction, sources) = run(files, &Options::default());
    let found = ledger(&extraction, &sources);
    let plain = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    assert_eq!(plain(&found), plain(expected), "\n{found}");
}
