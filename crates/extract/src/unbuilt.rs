//! Files that texts need and that the tree does not hold: most often a build makes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_source::{Problem, SourceMap, Span};

use crate::Site;

/// How the reason begins where a file is missing; the file's name as it is imported may follow.
pub(crate) const MISSING_FILE: &str = "file that is not in the tree";

/// The reason where the file behind an import is missing.
pub(crate) fn missing_file(module: &str) -> String {
    format!("{MISSING_FILE}: `{module}`")
}

/// For each import that leads to no file: how many sites are unknown because of it, at the first of them, and what to do.
pub(crate) fn problems(sites: &[Site], sources: &SourceMap) -> Vec<Problem> {
    let mut needed: BTreeMap<Arc<str>, (usize, Span)> = BTreeMap::new();
    for site in sites {
        let Some(unknown) = &site.unknown else { continue };
        let holes = site.queries.iter().flat_map(|query| query.text.holes()).map(|hole| (&hole.reason, hole.at));
        let lost = std::iter::once((&unknown.reason, unknown.at)).chain(holes);
        let missing =
            lost.filter_map(|(reason, at)| Some((reason.strip_prefix(MISSING_FILE)?.strip_prefix(": ")?, at)));
        for (module, at) in missing.take(1) {
            needed.entry(Arc::from(module)).or_insert((0, at)).0 += 1;
        }
    }
    needed.into_iter().map(|(module, (count, at))| problem(&module, count, at, sources)).collect()
}

fn problem(module: &str, count: usize, at: Span, sources: &SourceMap) -> Problem {
    let (path, start, _) = sources.locate(at);
    let texts = if count == 1 { "a text needs it".to_owned() } else { format!("the texts of {count} sites need it") };
    let help = "where a build makes it, give folders in which it is built (--old DIR --new DIR)";
    Problem::at_line(path.as_ref(), start.line, format!("{module} is not in the tree, and {texts}: {help}"))
}
