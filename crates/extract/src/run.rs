//! The whole extraction: choose files, parse them, find sites.

use std::sync::Arc;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use rollproof_source::{Problem, ReadError, Snapshot, SourceMap};
use rustc_hash::FxHashSet;

use crate::files::{Words, wanted};
use crate::find;
use crate::ir::Facts;
use crate::program::{Cache, Program};
use crate::sinks::{Language, languages};
use crate::{Extraction, Options};

/// Files larger than this are data or generated.
const MAX_FILE: usize = 2_000_000;

/// Parsing and evaluation recurse as deep as sources nest, up to their limits; this is room enough for those.
const STACK: usize = 64 << 20;

/// Every site of `snapshot`. Sources that are read are added to `sources`; the result does not depend on the thread
/// count.
#[must_use]
pub fn extract(snapshot: &Snapshot, sources: &SourceMap, options: &Options, cache: &Cache) -> Extraction {
    let run = || {
        let mut extraction = Extraction::default();
        for language in languages() {
            of_language(language, snapshot, sources, options, cache, &mut extraction);
        }
        let path = |site: &crate::Site| sources.file(site.file).path.clone();
        extraction.sites.sort_by_cached_key(|site| (path(site), site.span.range));
        extraction.problems.sort();
        extraction.problems.dedup();
        extraction
    };
    match rayon::ThreadPoolBuilder::new().stack_size(STACK).build() {
        Ok(pool) => pool.install(run),
        Err(_) => run(),
    }
}

fn of_language(
    language: &'static Language,
    snapshot: &Snapshot,
    sources: &SourceMap,
    options: &Options,
    cache: &Cache,
    extraction: &mut Extraction,
) {
    let paths = wanted(snapshot, &language.files, options, &mut extraction.skipped);
    if paths.is_empty() {
        return;
    }
    extraction.files += paths.len();
    let mut program = Program::new(snapshot, sources, options, cache, language);
    let all = program.modules.manifests == 0;
    let words = Words::new(language, &|library| all || program.is_active(library), options);
    let looked: Vec<(Option<bool>, Option<Problem>)> =
        paths.par_iter().map(|path| look(&program, path, &words)).collect();
    let mut parse: Vec<Arc<str>> = Vec::new();
    let mut rest: Vec<Arc<str>> = Vec::new();
    for (path, (interesting, problem)) in paths.iter().zip(looked) {
        extraction.problems.extend(problem);
        match interesting {
            Some(true) => parse.push(path.clone()),
            Some(false) => rest.push(path.clone()),
            None => {}
        }
    }
    let wave: Vec<Arc<Facts>> = parse.par_iter().filter_map(|path| program.facts(path)).collect();
    program.set_wave(wave);
    add_callers(&mut program, &rest);
    for facts in &program.wave {
        extraction.problems.extend(facts.problems.iter().cloned());
        if facts.tests_left_out > 0 {
            *extraction.skipped.entry("test modules".into()).or_default() += facts.tests_left_out;
        }
    }
    extraction.parsed += program.wave.len();
    extraction.sites.extend(find::sites(&program));
}

/// Whether a file may hold SQL; none where it cannot be read.
fn look(program: &Program<'_>, path: &Arc<str>, words: &Words) -> (Option<bool>, Option<Problem>) {
    if program.entry(path).is_none() {
        let why = match program.snapshot.read(path) {
            Some(Ok(_)) => "is not UTF-8; not read",
            Some(Err(ReadError::TooLarge(_))) => "is too large; not read",
            _ => "could not be read",
        };
        return (None, Some(Problem::of_file(path.as_ref(), why)));
    }
    let Some(entry) = program.entry(path) else { return (None, None) };
    let interesting = words.in_text(&entry.text);
    if interesting && entry.text.len() > MAX_FILE {
        let problem = Problem::of_file(path.as_ref(), "is too large to be source; not read");
        return (None, Some(problem));
    }
    (Some(interesting), None)
}

/// Adds the files that hold no SQL and call a function that sends it: what they give is a part of the text.
fn add_callers(program: &mut Program<'_>, rest: &[Arc<str>]) {
    let names: FxHashSet<Arc<str>> = find::functions_to_follow(program);
    let patterns: Vec<&str> = names.iter().map(AsRef::as_ref).filter(|name| name.len() > 1).collect();
    if patterns.is_empty() {
        return;
    }
    let Ok(automaton) = AhoCorasick::new(&patterns) else { return };
    let calls = |path: &&Arc<str>| {
        let Some(entry) = program.entry(path) else { return false };
        let bytes = entry.text.as_bytes();
        automaton.find_overlapping_iter(entry.text.as_ref()).any(|found| {
            let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$';
            let before = found.start().checked_sub(1).is_some_and(|at| word(bytes[at]));
            !before && !bytes.get(found.end()).is_some_and(|byte| word(*byte))
        })
    };
    let more: Vec<Arc<Facts>> = rest.par_iter().filter(calls).filter_map(|path| program.facts(path)).collect();
    let mut wave = std::mem::take(&mut program.wave);
    wave.extend(more);
    wave.sort_by(|left, right| left.path.cmp(&right.path));
    program.set_wave(wave);
}
