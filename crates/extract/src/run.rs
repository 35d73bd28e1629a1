//! The whole extraction: choose files, parse them, find sites.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use rayon::prelude::*;
use rollproof_source::{Problem, ReadError, Snapshot, SourceMap, Span};
use rustc_hash::{FxBuildHasher, FxHashSet};

use crate::elsewhere::not_followed;
use crate::files::{Words, unread, wanted};
use crate::find;
use crate::glance::{BuilderCall, Glance, Known, glance};
use crate::ir::{ExprKind, Facts};
use crate::lang::script_of;
use crate::mentions::calls_any;
use crate::models::Models;
use crate::program::{Cache, Entry, Grown, Program};
use crate::query_files;
use crate::renaming::Renaming;
use crate::setters::setters;
use crate::sinks::{Language, QueryBuilder, languages};
use crate::sql_files;
use crate::survey::{Survey, functions_to_follow, may_read_as_sql};
use crate::table::Table;
use crate::types::Types;
use crate::unbuilt;
use crate::{Extraction, LeftOut, Options, Site};

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
        query_files::add(snapshot, sources, options, &mut extraction);
        extraction.problems.extend(unread(snapshot, options));
        not_followed(snapshot, options, &mut extraction.left_out);
        extraction.problems.extend(unbuilt::problems(&extraction.sites, sources));
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
    let mut paths = wanted(snapshot, &language.files, options, &mut extraction.left_out);
    if paths.is_empty() {
        return;
    }
    extraction.files += paths.len();
    let mut program = Program::new(snapshot, sources, options, cache, language);
    if !program.is_rust() && sql_files::asks(&program, "pgtyped") {
        leave_generated(&program, &mut paths, &mut extraction.left_out);
    }
    let all = program.modules.manifests == 0;
    let builders = builders(&program, all);
    program.models = Models::of(&program);
    program.types = Types::of(&program, &paths);
    program.renaming = Renaming::of(&program, &paths);
    let words = Words::new(language, &|library| all || program.is_active(library), &program.types, options);
    let looked = look_at_all(&program, &paths, &words, &builders);
    program.add_of_runtimes(&paths);
    if !program.is_rust() {
        let setters = paths.iter().filter_map(|path| {
            let entry = program.entry(path)?;
            Some((path.clone(), entry.setters.get()?.clone()))
        });
        let setters = setters.collect();
        program.add_setters(setters);
    }
    let mut parse: Vec<Arc<str>> = Vec::new();
    let mut rest: Vec<Arc<str>> = Vec::new();
    let mut calls: Vec<(Arc<str>, Vec<BuilderCall>)> = Vec::new();
    for (path, (glance, problem)) in paths.iter().zip(looked) {
        extraction.problems.extend(problem);
        match glance {
            Some(Glance::Parse) => parse.push(path.clone()),
            Some(Glance::Nothing) => rest.push(path.clone()),
            Some(Glance::Builders(found)) => {
                rest.push(path.clone());
                calls.push((path.clone(), found));
            }
            None => {}
        }
    }
    let wave = parsed(&program, parse);
    program.add_to_wave(wave);
    add_extending(&mut program, &rest);
    let survey = add_callers(&mut program, &rest);
    for facts in &program.wave {
        extraction.problems.extend(facts.problems.iter().cloned());
        if facts.tests_left_out > 0 {
            let left = LeftOut { reason: "test modules".into(), place: facts.path.clone() };
            *extraction.left_out.entry(left).or_default() += facts.tests_left_out;
        }
    }
    extraction.parsed += program.wave.len();
    extraction.sites.extend(find::sites(&program, survey));
    if !program.is_rust() {
        extraction.sites.extend(sql_files::sites(&program));
    }
    for (path, calls) in calls {
        if program.wave.binary_search_by(|facts| facts.path.cmp(&path)).is_err() {
            extraction.sites.extend(builder_sites(&program, &path, &calls));
        }
    }
}

/// Leaves out what was generated from SQL files that are read.
fn leave_generated(program: &Program<'_>, paths: &mut Vec<Arc<str>>, left: &mut BTreeMap<LeftOut, usize>) {
    paths.retain(|path| {
        let source = path.ends_with(".ts").then(|| program.entry(path)).flatten().and_then(|entry| {
            let rules = &program.language.files;
            sql_files::generated_from(program.snapshot, rules, program.options, path, &entry.text)
        });
        let Some(source) = source else { return true };
        let reason = LeftOut { reason: "generated from SQL files".into(), place: source };
        *left.entry(reason).or_default() += 1;
        false
    });
}

/// The facts of these files in their order. The largest are parsed first, so that no thread is left alone with one.
fn parsed(program: &Program<'_>, mut paths: Vec<Arc<str>>) -> Vec<Arc<Facts>> {
    let size = |path: &Arc<str>| program.entry(path).map_or(0, |entry| entry.text.len());
    paths.sort_by_cached_key(|path| (std::cmp::Reverse(size(path)), path.clone()));
    if program.backwards {
        paths.reverse();
    }
    let facts = paths.par_iter().with_max_len(1).filter_map(|path| program.facts(path));
    let mut facts: Vec<Arc<Facts>> = facts.collect();
    facts.sort_by(|left, right| left.path.cmp(&right.path));
    facts
}

/// The query builders of the libraries that the tree uses, in the order in which a call is matched with them.
fn builders(program: &Program<'_>, all: bool) -> Vec<&'static QueryBuilder> {
    let libraries = program.language.libraries.iter().filter(|library| all || program.is_active(library));
    libraries.flat_map(|library| &library.builders).collect()
}

/// The sites of a file that is not parsed.
fn builder_sites(program: &Program<'_>, path: &Arc<str>, calls: &[BuilderCall]) -> Vec<Site> {
    let Some((file, _)) = program.add_file(path) else { return Vec::new() };
    calls.iter().map(|call| Site::of_builder(Span { file, range: call.range }, call.name.into())).collect()
}

/// What a look finds in each of the files, in their order.
fn look_at_all(
    program: &Program<'_>,
    paths: &[Arc<str>],
    words: &Words,
    builders: &[&'static QueryBuilder],
) -> Vec<(Option<Glance>, Option<Problem>)> {
    let mut order: Vec<&Arc<str>> = paths.iter().collect();
    if program.backwards {
        order.reverse();
    }
    let looked = order.into_par_iter().map(|path| look(program, path, words, builders));
    let mut looked: Vec<_> = looked.collect();
    if program.backwards {
        looked.reverse();
    }
    looked
}

/// Whether a file may hold SQL; none where it cannot be read.
fn look(
    program: &Program<'_>,
    path: &Arc<str>,
    words: &Words,
    builders: &[&'static QueryBuilder],
) -> (Option<Glance>, Option<Problem>) {
    let Some(entry) = program.entry(path) else {
        let why = match program.snapshot.read(path) {
            Some(Ok(_)) => "is not UTF-8; not read",
            Some(Err(ReadError::TooLarge(_))) => "is too large; not read",
            _ => "could not be read",
        };
        return (None, Some(Problem::of_file(path.as_ref(), why)));
    };
    let text = &entry.text;
    let new = || {
        if program.is_rust() {
            return if words.in_text(text) { Glance::Parse } else { Glance::Nothing };
        }
        entry.setters.get_or_init(|| Arc::new(setters(text)));
        let script = script_of(path, text);
        let Some(hits) = words.hits(&script) else { return Glance::Parse };
        let names = if hits.builder { program.names(path) } else { Arc::default() };
        let known = Known { builders, models: &program.models, types: &program.types, names: &names };
        glance(&script, &hits, &known)
    };
    // Another version may have looked for other libraries and models.
    let signature = words.signature() ^ program.models.signature() ^ program.types.signature().rotate_left(1);
    let (sought, found) = entry.glance.get_or_init(|| (signature, new()));
    let found = if *sought == signature { found.clone() } else { new() };
    if found != Glance::Nothing && entry.text.len() > MAX_FILE {
        let problem = Problem::of_file(path.as_ref(), "is too large to be source; not read");
        return (None, Some(problem));
    }
    (Some(found), None)
}

/// Adds the files whose classes extend one that sends SQL: what they put in its place is a part of the text.
fn add_extending(program: &mut Program<'_>, rest: &[Arc<str>]) {
    let mut sought: FxHashSet<Arc<str>> = program.wave.iter().flat_map(|facts| classes_with_sql(facts)).collect();
    for _ in 0..MAX_ROUNDS {
        if sought.is_empty() {
            return;
        }
        let in_wave = |path: &Arc<str>| program.wave.binary_search_by(|facts| facts.path.cmp(path)).is_ok();
        let extends = |path: &&Arc<str>| {
            !in_wave(path) && program.entry(path).is_some_and(|entry| extends_any(&entry.text, &sought))
        };
        let more: Vec<Arc<str>> = rest.par_iter().filter(extends).cloned().collect();
        if more.is_empty() {
            return;
        }
        let more = parsed(program, more);
        // Who extends those extends the others too.
        sought = more.iter().flat_map(|facts| facts.classes.iter().filter_map(|class| class.name.clone())).collect();
        program.add_to_wave(more);
    }
}

/// The names of the classes of a file in which a text reads as SQL.
fn classes_with_sql(facts: &Facts) -> FxHashSet<Arc<str>> {
    if facts.classes.is_empty() {
        return FxHashSet::default();
    }
    let texts = facts.texts.iter().filter(|text| may_read_as_sql(facts, **text));
    let tags = facts.calls.iter().filter(|call| matches!(facts.expr(**call).kind, ExprKind::Tagged { .. }));
    let classes = texts.chain(tags).filter_map(|expr| facts.class_at(facts.expr(*expr).range.start));
    classes.filter_map(|class| facts.classes[class.index()].name.clone()).collect()
}

/// Whether a text says that a class extends one of these.
fn extends_any(text: &str, names: &FxHashSet<Arc<str>>) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), "extends ").any(|at| {
        let rest = text[at + "extends ".len()..].trim_start();
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && !"_$.".contains(letter)).unwrap_or(rest.len());
        rest[..end].rsplit('.').next().is_some_and(|name| names.contains(name))
    })
}

/// For how many names a table is worth the time that it takes to make.
const MAX_TABLE: usize = 300;

/// How often files may be added that call what the files before them define.
const MAX_ROUNDS: usize = 6;

/// Adds the files that hold no SQL and call a function that sends it, through however many others: what they give is a part
/// of the text, and a text is known only where all of its callers are.
fn add_callers(program: &mut Program<'_>, rest: &[Arc<str>]) -> Survey {
    let mut survey = Survey::new(program);
    // Files that do not call what was looked for once need not be looked through for it again.
    let mut looked_for: FxHashSet<Arc<str>> = FxHashSet::default();
    for _ in 0..MAX_ROUNDS {
        let names = &functions_to_follow(program, &mut survey) - &looked_for;
        let before = program.wave.clone();
        let Some(grown) = add_files(program, rest, &names) else { break };
        looked_for.extend(names);
        survey = survey.again(program, &before, &grown);
    }
    survey
}

/// Adds those of the files that call one of the names; what they add, if some did.
fn add_files(program: &mut Program<'_>, paths: &[Arc<str>], names: &FxHashSet<Arc<str>>) -> Option<Grown> {
    let mut names: Vec<&[u8]> = names.iter().filter(|name| name.len() > 1).map(|name| name.as_bytes()).collect();
    if names.is_empty() {
        return None;
    }
    names.sort_unstable();
    let signature = FxBuildHasher.hash_one(&names);
    let table = Table::new(&names, false, names.len() < MAX_TABLE)?;
    let in_wave = |path: &Arc<str>| program.wave.binary_search_by(|facts| facts.path.cmp(path)).is_ok();
    let calls = |path: &&Arc<str>| {
        let holds = |entry: &Entry| entry.calls(signature, |text| calls_any(&table, text));
        !in_wave(path) && program.entry(path).is_some_and(|entry| holds(&entry))
    };
    let more: Vec<Arc<str>> = paths.par_iter().filter(calls).cloned().collect();
    if more.is_empty() {
        return None;
    }
    let more = parsed(program, more);
    Some(program.add_to_wave(more))
}
