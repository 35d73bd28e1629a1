//! Prints the sites of a folder: `cargo run -p rollproof-extract --example sites -- FOLDER [--json | --parsed]`.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a tool for trying extraction on a folder")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rollproof_extract::{Cache, ExtractedQuery, Extraction, Options, Site, SiteKind, extract};
use rollproof_source::{ContentId, ContentStore, ReadError, Snapshot, SourceMap, Span};
use rollproof_sql::Origin;

struct Folder(PathBuf);

impl ContentStore for Folder {
    fn read(&self, path: &str, _: &ContentId) -> Result<Vec<u8>, ReadError> {
        std::fs::read(self.0.join(path)).map_err(|error| ReadError::Failed(error.to_string()))
    }
}

fn list(root: &Path, folder: &Path, files: &mut BTreeMap<Arc<str>, ContentId>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && entry.file_name() != ".git" {
            list(root, &path, files);
        } else if kind.is_file()
            && let Ok(inner) = path.strip_prefix(root)
        {
            let mut id = [0; 20];
            id[..8].copy_from_slice(&(files.len() as u64).to_le_bytes());
            files.insert(inner.to_string_lossy().as_ref().into(), ContentId(id));
        }
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().unwrap_or_else(|| ".".into()));
    let rest: Vec<String> = arguments.collect();
    let mut files = BTreeMap::new();
    list(&root, &root, &mut files);
    let snapshot = Snapshot::new(files, Arc::new(Folder(root)));
    let mut options = Options::default();
    for argument in &rest {
        if let Some(folder) = argument.strip_prefix("--source=") {
            options.include.push(folder.into());
        }
        options.include_tests |= argument == "--tests";
        if let Some((name, text)) = argument.strip_prefix("--name=").and_then(|name| name.split_once('=')) {
            options.names.insert(name.into(), text.into());
        }
    }
    let sources = SourceMap::new();
    let start = Instant::now();
    let cache = Cache::new();
    let extraction = extract(&snapshot, &sources, &options, &cache);
    let took = start.elapsed();
    if rest.iter().any(|argument| argument == "--parsed") {
        cache.parsed_paths().iter().for_each(|path| println!("{path}"));
    } else if rest.iter().any(|argument| argument == "--json") {
        print_json(&extraction, &sources);
    } else {
        extraction.sites.iter().for_each(|site| print_site(site, &sources));
    }
    print_totals(&extraction);
    eprintln!("{took:?}");
}

fn print_site(site: &Site, sources: &SourceMap) {
    let (path, start, _) = sources.locate(site.span);
    println!("{path}:{}:{} {} {:?}", start.line, start.column, site.sink, site.kind);
    for query in &site.queries {
        println!("    {:?} {}", query.kind, query.text.text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    if let Some(unknown) = &site.unknown {
        let (path, at, _) = sources.locate(unknown.at);
        println!("    unknown: {} at {path}:{}:{}", unknown.reason, at.line, at.column);
    }
    if let Some(failure) = &site.failure {
        let (path, at, _) = sources.locate(failure.at);
        println!("    failure: {} at {path}:{}", failure.why, at.line);
    }
}

/// One JSON object a site, for scripts; `range` and `maps` are bytes: what a count by other means is compared with.
fn print_json(extraction: &Extraction, sources: &SourceMap) {
    for site in &extraction.sites {
        let (path, start, _) = sources.locate(site.span);
        let texts: Vec<&str> = site.queries.iter().map(|query| query.text.text.as_str()).collect();
        let unknown = site.unknown.as_ref().map(|unknown| unknown.reason.as_ref());
        let at = site.unknown.as_ref().map(|unknown| {
            let (path, start, _) = sources.locate(unknown.at);
            format!("{path}:{}", start.line)
        });
        let maps: Vec<_> = site.queries.iter().map(|query| map_of(query, sources)).collect();
        let kind = format!("{:?}", site.kind);
        let line = serde_json::json!({
            "file": path.as_ref(), "line": start.line, "column": start.column, "sink": site.sink.as_ref(), "kind": kind,
            "queries": texts, "unknown": unknown, "at": at, "database": site.database.as_deref(),
            "range": [site.span.range.start, site.span.range.end], "maps": maps,
            "failure": site.failure.as_ref().map(|failure| (failure.why.as_ref(), sources.locate(failure.at).1.line)),
            "refused": site.refused,
        });
        println!("{line}");
    }
}

/// Where each stretch of a query's text comes from: its bytes, what it is, the file and the bytes there.
fn map_of(query: &ExtractedQuery, sources: &SourceMap) -> Vec<serde_json::Value> {
    let places = query.text.segments.iter().map(|segment| {
        let (kind, span) = match &segment.origin {
            Origin::Verbatim(span) => ("verbatim", span),
            Origin::Derived(span) => ("derived", span),
            Origin::Value(span) => ("value", span),
            Origin::Hole(hole) => ("hole", &hole.at),
        };
        let (path, ..) = sources.locate(*span);
        let Span { range, .. } = span;
        serde_json::json!([segment.range.start, segment.range.end, kind, path.as_ref(), range.start, range.end])
    });
    places.collect()
}

fn print_totals(extraction: &Extraction) {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let mut sinks: BTreeMap<&str, usize> = BTreeMap::new();
    for site in &extraction.sites {
        *sinks.entry(&site.sink).or_default() += 1;
        if let Some(unknown) = &site.unknown {
            *reasons.entry(&unknown.reason).or_default() += 1;
        }
    }
    let forwarders = extraction.sites.iter().filter(|site| site.kind == SiteKind::Forwarder).count();
    eprintln!(
        "{} sites ({forwarders} forwarders), {} files, {} parsed",
        extraction.sites.len(),
        extraction.files,
        extraction.parsed
    );
    eprintln!("sinks {sinks:?}\nunknown {reasons:?}\nleft out {:?}", extraction.left_out);
    for problem in &extraction.problems {
        eprintln!("problem {problem:?}");
    }
}
