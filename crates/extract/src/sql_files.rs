//! Queries that stand in `.sql` files which a library turns into functions: PgTyped's annotated files, and the TypedSQL
//! files of Prisma (<https://www.prisma.io/docs/orm/prisma-client/using-raw-sql/typedsql>).

use std::sync::Arc;

use rollproof_source::{Snapshot, Span, TextRange};

use crate::eval::value::Piece;
use crate::files::is_wanted;
use crate::pgtyped::annotation;
use crate::program::Program;
use crate::render::{render, render_file};
use crate::sinks::{FileRules, Library, Placeholders};
use crate::{Options, Site, SiteKind};

/// The first words of a file that PgTyped made.
const GENERATED: &str = "/** Types generated for queries found in \"";

/// Whether some package asks for a library, or there is none that could.
pub(crate) fn asks(program: &Program<'_>, library: &str) -> bool {
    let named = |known: &&Library| known.name == library;
    program.modules.manifests == 0
        || program.language.libraries.iter().filter(named).any(|library| program.is_active(library))
}

/// The sites of all such files, by path and place.
pub(crate) fn sites(program: &Program<'_>) -> Vec<Site> {
    let (pgtyped, prisma) = (asks(program, "pgtyped"), asks(program, "prisma"));
    if !pgtyped && !prisma {
        return Vec::new();
    }
    let mut sites = Vec::new();
    for (path, _) in program.snapshot.files() {
        if !path.ends_with(".sql") || !is_wanted(path, &program.language.files, program.options) {
            continue;
        }
        if prisma && is_typed_sql(path) {
            sites.extend(typed_sql(program, path));
        } else if pgtyped
            && let Some(entry) = program.entry(path)
            && entry.text.contains("@name ")
        {
            sites.extend(annotated(program, path));
        }
    }
    sites
}

/// A file of `prisma/sql/`: one query, its parameters as the server reads them.
fn is_typed_sql(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder == "prisma/sql" || folder.ends_with("/prisma/sql")
}

fn typed_sql(program: &Program<'_>, path: &Arc<str>) -> Option<Site> {
    let (file, text) = program.add_file(path)?;
    let chunks = rollproof_sql::split(&text);
    let range = TextRange::new(chunks.first()?.range.start, chunks.last()?.range.end);
    let at = Span { file, range };
    let piece = Piece::Text { text: range.slice(&text).into(), at, verbatim: true };
    let query = render(&[piece], Placeholders::Dollar, &crate::bindings::Bindings::default(), at);
    Some(site(at, "prisma.$queryRawTyped", query))
}

fn annotated(program: &Program<'_>, path: &Arc<str>) -> Vec<Site> {
    let Some((file, text)) = program.add_file(path) else { return Vec::new() };
    let mut sites = Vec::new();
    let mut end = 0;
    for chunk in rollproof_sql::split(&text) {
        let before = text.get(end..chunk.range.start as usize).unwrap_or("");
        end = chunk.range.end as usize;
        let Some((_, expansions)) = before.rsplit("/*").find_map(annotation) else { continue };
        let at = Span { file, range: chunk.range };
        let piece = Piece::Text { text: chunk.range.slice(&text).into(), at, verbatim: true };
        sites.push(site(at, "pgtyped.sql", render_file(&[piece], expansions, at)));
    }
    sites
}

fn site(at: Span, sink: &str, query: crate::ExtractedQuery) -> Site {
    Site { queries: vec![query], ..Site::new(at, sink.into(), SiteKind::Sink) }
}

/// The `.sql` file that a file was generated from, where that is in the tree and read: its queries are counted there.
pub(crate) fn generated_from(
    snapshot: &Snapshot,
    rules: &FileRules,
    options: &Options,
    path: &str,
    text: &str,
) -> Option<Arc<str>> {
    let (source, _) = text.strip_prefix(GENERATED)?.split_once('"')?;
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut here = Some(folder);
    while let Some(at) = here {
        let candidate = crate::modules::join(at, source);
        if snapshot.get(&candidate).is_some() && is_wanted(&candidate, rules, options) {
            return Some(candidate.into());
        }
        here = if at.is_empty() { None } else { Some(at.rsplit_once('/').map_or("", |(up, _)| up)) };
    }
    None
}
