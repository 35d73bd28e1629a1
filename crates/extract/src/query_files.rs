//! SQL files that hold an application's queries and that no call of a known library reads: files of named queries (sqlc,
//! aiosql, yesql and loaders that projects write themselves), and files of plain queries beside the code that sends them.

mod block;
mod routines;
mod sqlc;

use std::collections::BTreeSet;
use std::sync::Arc;

use rollproof_source::{FileId, Problem, ReadError, Snapshot, SourceMap, Span, TextRange};
use rollproof_sql::{Chunk, ChunkKind, Origin, split};

use crate::bindings::Bindings;
use crate::eval::value::Piece;
use crate::files::is_wanted;
use crate::render::render;
use crate::sinks::{Placeholders, sql_file_rules};
use crate::{Extraction, LeftOut, Options, Site, SiteKind};
use block::{Block, blocks};
use sqlc::Generated;

/// A file of plain queries, in the ledger.
const SINK: &str = "SQL file";

/// Larger files are dumps.
const MAX_FILE: usize = 1_000_000;

/// Adds the sites of these files to what the languages found: a file that a site's text comes from is counted there.
pub(crate) fn add(snapshot: &Snapshot, sources: &SourceMap, options: &Options, extraction: &mut Extraction) {
    let used = Used::by(&extraction.sites, sources);
    let (sites, generated) = sqlc::generated(snapshot, sources, options);
    let mut search = Search { snapshot, used, generated, sites, extraction };
    for (path, content) in snapshot.files().filter(|(path, _)| path.ends_with(".sql")) {
        if search.used.files.contains(path) || (is_migration(path) && !is_beside_code(snapshot, path)) {
            continue;
        }
        match text_of(snapshot, path, options) {
            Read::Text(text) => search.file(path, &text, || sources.add(path, *content, text.clone())),
            Read::No => {}
            Read::NotUtf8 => {
                search.extraction.problems.push(Problem::of_file(path.as_ref(), "is not UTF-8; not read"));
            }
            Read::TooLarge => search.leave_out("SQL files too large to hold queries", path),
        }
    }
    let Search { sites, extraction, .. } = search;
    extraction.sites.extend(sites);
}

/// What is found so far.
struct Search<'s> {
    snapshot: &'s Snapshot,
    used: Used,
    generated: BTreeSet<Generated>,
    sites: Vec<Site>,
    extraction: &'s mut Extraction,
}

impl Search<'_> {
    fn file(&mut self, path: &Arc<str>, text: &Arc<str>, add: impl Fn() -> FileId) {
        let named = blocks(text);
        if !named.is_empty() {
            return self.named(path, text, &named, add());
        }
        let chunks = split(text);
        if chunks.iter().all(|chunk| is_query(chunk, text)) {
            return self.plain(path, text, &chunks, add());
        }
        for (name, range) in chunks.iter().filter_map(|chunk| routines::created(chunk, text)) {
            self.extraction.routines.entry(name).or_insert_with(|| Span { file: add(), range });
        }
    }

    /// A file of named queries, those left out that stand in generated code.
    fn named(&mut self, path: &str, text: &str, named: &[Block<'_>], file: FileId) {
        let base = path.rsplit_once('/').map_or(path, |(_, base)| base);
        let elsewhere = |block: &Block<'_>| {
            let key = (Arc::from(base), Arc::from(block.name));
            block.is_sqlc && (self.used.names.contains(block.name) || self.generated.contains(&key))
        };
        let is_sqlc = named.iter().any(|block| block.is_sqlc);
        let database = is_sqlc.then(|| sqlc::database(self.snapshot, path)).flatten();
        let found = named.iter().filter(|block| !elsewhere(block)).filter_map(|block| {
            let sqlc = (sqlc::SINK, Placeholders::Sqlc);
            let (sink, style) = if block.is_sqlc { sqlc } else { (SINK, Placeholders::QueryFile) };
            named_site(text, Span { file, range: block.range }, sink, style)
        });
        let found: Vec<Site> = found.map(|site| Site { database: database.clone(), ..site }).collect();
        self.sites.extend(found);
    }

    /// A file of queries alone: taken where something tells that a program sends them.
    fn plain(&mut self, path: &str, text: &str, chunks: &[Chunk], file: FileId) {
        let sites = chunks.iter().filter_map(|chunk| plain_site(text, Span { file, range: chunk.range }));
        let sites: Vec<Site> = sites.collect();
        if is_beside_code(self.snapshot, path) || sites.iter().any(has_parameters) {
            self.sites.extend(sites);
        } else if !sites.is_empty() {
            self.leave_out("SQL scripts", path);
        }
    }

    fn leave_out(&mut self, reason: &str, path: &str) {
        let place = path.split_once('/').map_or(path, |(folder, _)| folder);
        let left = LeftOut { reason: reason.into(), place: place.into() };
        *self.extraction.left_out.entry(left).or_default() += 1;
    }
}

/// What the sites of programs take from SQL files.
struct Used {
    /// The files that some text comes from.
    files: BTreeSet<Arc<str>>,
    /// The names of sqlc's queries that stand in code of a language that is read.
    names: BTreeSet<Arc<str>>,
}

impl Used {
    fn by(sites: &[Site], sources: &SourceMap) -> Self {
        let (mut files, mut names) = (BTreeSet::new(), BTreeSet::new());
        for site in sites {
            files.insert(site.file);
            for query in &site.queries {
                names.extend(sqlc::name_of(&query.text.text).map(Arc::from));
                for segment in &query.text.segments {
                    if let Origin::Verbatim(at) | Origin::Derived(at) = &segment.origin {
                        files.insert(at.file);
                    }
                }
            }
        }
        let path = |file| sources.file(file).path.clone();
        Self { files: files.into_iter().map(path).filter(|path| path.ends_with(".sql")).collect(), names }
    }
}

/// What reading a file gave.
enum Read {
    Text(Arc<str>),
    /// It is left out, or cannot be read.
    No,
    NotUtf8,
    TooLarge,
}

fn text_of(snapshot: &Snapshot, path: &Arc<str>, options: &Options) -> Read {
    if !sql_file_rules().is_some_and(|rules| is_wanted(path, rules, options)) {
        return Read::No;
    }
    match snapshot.read(path) {
        Some(Ok(bytes)) if bytes.len() > MAX_FILE => Read::TooLarge,
        Some(Err(ReadError::TooLarge(_))) => Read::TooLarge,
        Some(Ok(bytes)) => String::from_utf8(bytes).map_or(Read::NotUtf8, |text| Read::Text(text.into())),
        _ => Read::No,
    }
}

/// The text of a file that is not left out, if it is text.
fn read(snapshot: &Snapshot, path: &Arc<str>, options: &Options) -> Option<Arc<str>> {
    match text_of(snapshot, path, options) {
        Read::Text(text) => Some(text),
        _ => None,
    }
}

/// A folder is named for what runs before the program does. Where code of the same name stands beside such a file, the
/// code sends it.
fn is_migration(path: &str) -> bool {
    let (folder, _) = path.rsplit_once('/').unwrap_or_default();
    folder.split('/').any(|name| {
        let name = name.to_ascii_lowercase();
        name.contains("migrat") || name.contains("seed") || matches!(&*name, "deltas" | "dumps" | "dump" | "backups")
    })
}

/// Whether a file of code stands beside the file and has its name.
fn is_beside_code(snapshot: &Snapshot, path: &str) -> bool {
    const CODE: [&str; 18] = [
        "ts", "tsx", "mts", "cts", "js", "mjs", "cjs", "rs", "py", "go", "rb", "java", "kt", "scala", "cs", "php",
        "ex", "clj",
    ];
    let Some((stem, _)) = path.rsplit_once('.') else { return false };
    CODE.iter().any(|extension| snapshot.get(&format!("{stem}.{extension}")).is_some())
}

fn is_query(chunk: &Chunk, text: &str) -> bool {
    const QUERIES: [&str; 8] = ["select", "insert", "update", "delete", "merge", "with", "values", "call"];
    let rest = chunk.range.slice(text).trim_start_matches(['(', ' ', '\n', '\t', '\r']);
    let end = rest.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(rest.len());
    chunk.kind == ChunkKind::Statement && QUERIES.iter().any(|word| word.eq_ignore_ascii_case(&rest[..end]))
}

fn has_parameters(site: &Site) -> bool {
    let made = |query: &crate::ExtractedQuery| {
        query.text.segments.iter().any(|part| !matches!(part.origin, Origin::Verbatim(_)))
    };
    site.queries.iter().any(|query| made(query) || query.text.text.contains("$1"))
}

/// The site of a stretch of a file that is sent whole, its parameters written in this style. None where it holds no
/// statement.
fn named_site(text: &str, at: Span, sink: &str, style: Placeholders) -> Option<Site> {
    let body = at.range.slice(text);
    let chunks = split(body);
    let (first, last) = (chunks.first()?, chunks.last()?);
    let start = at.range.start;
    let range = TextRange::new(start + first.range.start, start + last.range.end);
    let site = site(text, Span { range, ..at }, sink, SiteKind::Sink, style);
    // A loader of the project's own may send types, or put a list where a name stands.
    Some(Site { declares_types: style == Placeholders::QueryFile, ..site })
}

fn plain_site(text: &str, at: Span) -> Option<Site> {
    // A file that pg-promise or Massive reads says so by its variables.
    let style = match crate::dialects::has_promise_variable(at.range.slice(text)) {
        true => Placeholders::PgPromise,
        false => Placeholders::QueryFile,
    };
    let site = || site(text, at, SINK, SiteKind::Text, style);
    (!at.range.slice(text).is_empty()).then(|| Site { declares_types: true, ..site() })
}

fn site(text: &str, at: Span, sink: &str, kind: SiteKind, style: Placeholders) -> Site {
    let piece = Piece::Text { text: at.range.slice(text).into(), at, verbatim: true };
    let query = render(&[piece], style, &Bindings::default(), at);
    Site { queries: vec![query], ..Site::new(at, sink.into(), kind) }
}
