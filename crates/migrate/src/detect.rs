//! Which folders of a tree hold its migrations, and which tool runs them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_source::{ContentId, Problem, Snapshot};

use crate::dialect::{Dialect, of_folder};
use crate::survey::{Folder, Survey};
use crate::tool::{Evidence, TOOLS, Tool, is_of_code};

/// A folder of migrations.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MigrationFolder {
    /// Relative to the tree.
    pub path: Arc<str>,
    /// The tool's name.
    pub tool: &'static str,
}

impl MigrationFolder {
    /// What in it is no code of the application, as a path or a pattern with `**`: the whole folder where its name says
    /// that it is one of migrations or they are written in code, else its scripts. `db/` may well hold the code that
    /// queries the database beside them.
    #[must_use]
    pub fn own_files(&self) -> String {
        let says_so = |part: &str| {
            let part = part.to_ascii_lowercase();
            ["migrat", "changelog", "alteration"].iter().any(|word| part.contains(word))
        };
        match self.path.is_empty() || is_of_code(self.tool) || self.path.split('/').any(says_so) {
            true => self.path.to_string(),
            false => format!("{}/**/*.sql", self.path),
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Detection {
    /// Folders of PostgreSQL migrations, the best first. Several may well belong to several databases.
    pub folders: Vec<MigrationFolder>,
    /// Folders of migrations for other databases, surely or most likely: no code of the application, either.
    pub foreign: Vec<Arc<str>>,
    /// Folders of examples, tests and the like, which give way to those that somebody deploys.
    pub aside: Vec<Arc<str>>,
    /// What was left aside and why; what a person named and is not there.
    pub problems: Vec<Problem>,
}

/// Finds the migrations of a tree. With `hints` (folders, relative to the tree) only those, and what lies below them,
/// are looked at, and a folder of SQL whose tool is not known is one of plain scripts.
#[must_use]
pub fn detect(snapshot: &Snapshot, hints: &[&str]) -> Detection {
    let survey = Survey::new(snapshot);
    let mut detection = Detection::default();
    if hints.is_empty() {
        let candidates = candidates(&survey, |_| true);
        choose(&survey, candidates, true, &mut detection);
        return detection;
    }
    for hint in hints {
        hinted(&survey, hint, &mut detection);
    }
    detection
}

/// A folder that a tool recognizes.
struct Candidate<'a> {
    path: &'a str,
    tool: &'static Tool,
    evidence: Evidence,
    dialect: Dialect,
    files: usize,
}

fn hinted(survey: &Survey<'_>, hint: &str, detection: &mut Detection) {
    let hint = hint.trim_start_matches("./").trim_end_matches('/');
    let hint = if hint == "." { "" } else { hint };
    if survey.folder(hint).is_none() {
        let message = format!("there is no folder {hint} with migrations in this tree");
        detection.problems.push(Problem { file: None, line: None, message });
        return;
    }
    let is_below = |path: &str| {
        hint.is_empty() || path.strip_prefix(hint).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let all = candidates(survey, is_below);
    let (itself, below): (Vec<_>, Vec<_>) = all.into_iter().partition(|candidate| candidate.path == hint);
    let has_scripts = survey.folder(hint).is_some_and(|folder| folder.sql_files().next().is_some());
    if !itself.is_empty() {
        choose(survey, itself, false, detection);
    } else if has_scripts {
        detection.folders.push(MigrationFolder { path: Arc::from(hint), tool: "plain" });
    } else if below.is_empty() {
        let message = format!("no migrations were found in {hint}: name the folder that holds them");
        detection.problems.push(Problem { file: None, line: None, message });
    } else {
        choose(survey, below, false, detection);
    }
}

/// Each folder for which `is_looked_at` holds and that a tool recognizes, with the tool that is surest of it.
fn candidates<'a>(survey: &'a Survey<'a>, is_looked_at: impl Fn(&str) -> bool) -> Vec<Candidate<'a>> {
    let mut found = Vec::new();
    for folder in survey.folders().filter(|folder| is_looked_at(folder.path)) {
        let mut best: Option<(Evidence, &'static Tool)> = None;
        for tool in TOOLS {
            let Some(evidence) = (tool.detect)(survey, folder) else { continue };
            if best.is_none_or(|(so_far, _)| evidence > so_far) {
                best = Some((evidence, tool));
            }
        }
        let Some((evidence, tool)) = best else { continue };
        found.push(Candidate {
            path: folder.path,
            tool,
            evidence,
            dialect: of_folder(survey, folder),
            files: size(survey, folder),
        });
    }
    without_nested(found)
}

/// How many files a folder has, right in it and in the folders below.
fn size(survey: &Survey<'_>, folder: &Folder<'_>) -> usize {
    survey.snapshot.files_under(folder.path).count()
}

/// Leaves out folders inside of others of the same tool: Flyway's locations nest, a folder of committed files is its
/// parent's.
fn without_nested(found: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    let paths: Vec<(String, &str, Evidence)> = found
        .iter()
        .map(|candidate| (format!("{}/", candidate.path), candidate.tool.name, candidate.evidence))
        .collect();
    found
        .into_iter()
        .filter(|candidate| {
            !paths.iter().any(|(above, tool, evidence)| {
                candidate.path.starts_with(above.as_str())
                    && (*tool == candidate.tool.name || *evidence > candidate.evidence)
            })
        })
        .collect()
}

/// Whether words of a path say that nobody deploys what lies there: examples, tests, documentation.
#[must_use]
pub fn is_aside(path: &str) -> bool {
    const WORDS: [&str; 22] = [
        "test",
        "tests",
        "testdata",
        "test-data",
        "__tests__",
        "fixtures",
        "fixture",
        "__fixtures__",
        "example",
        "examples",
        "e2e",
        "spec",
        "mocks",
        "benches",
        "bench",
        "benchmarks",
        "docs",
        "samples",
        "templates",
        "vendor",
        "third_party",
        "playground",
    ];
    path.split('/').any(|part| WORDS.contains(&part.to_ascii_lowercase().as_str()))
}

fn choose(survey: &Survey<'_>, candidates: Vec<Candidate<'_>>, quietly_aside: bool, detection: &mut Detection) {
    let (mut here, others): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|candidate| !matches!(candidate.dialect, Dialect::Other(_)));
    if here.iter().any(|candidate| !is_aside(candidate.path)) && quietly_aside {
        let aside = here.extract_if(.., |candidate| is_aside(candidate.path));
        detection.aside.extend(aside.map(|candidate| Arc::from(candidate.path)));
    }
    // Folders that only look like it give way to those that a tool is sure of.
    if here.iter().any(|candidate| candidate.evidence > Evidence::Possible) && quietly_aside {
        here.retain(|candidate| candidate.evidence > Evidence::Possible);
    }
    here.sort_by_key(|candidate| {
        let is_known = candidate.dialect == Dialect::PostgreSql;
        let is_named = candidate.path.contains("pg") || candidate.path.contains("postgres");
        let evidence = candidate.evidence.min(Evidence::Likely);
        (Reverse(evidence), Reverse(is_known), Reverse(candidate.files), Reverse(is_named), candidate.path)
    });
    if quietly_aside && here.iter().any(|candidate| candidate.dialect == Dialect::PostgreSql) {
        leave_unsure(&mut here, detection);
    }
    let here = without_twins(survey, here, detection);
    for candidate in &others {
        if let Dialect::Other(name) = candidate.dialect
            && !is_aside(candidate.path)
        {
            let message = format!("its migrations are written for {name}, not for PostgreSQL, and are left aside");
            detection.problems.push(Problem::of_file(candidate.path, message));
            detection.foreign.push(Arc::from(candidate.path));
        }
    }
    detection.folders.extend(
        here.iter().map(|candidate| MigrationFolder { path: Arc::from(candidate.path), tool: candidate.tool.name }),
    );
}

/// Where some folders are PostgreSQL's for sure, those of which nothing tells are another database's more often than not.
fn leave_unsure(candidates: &mut Vec<Candidate<'_>>, detection: &mut Detection) {
    candidates.retain(|candidate| {
        let is_sure = candidate.dialect == Dialect::PostgreSql;
        if !is_sure && !is_aside(candidate.path) {
            let message = "nothing in its migrations tells that they are PostgreSQL's, and they are left aside: name the \
                           folder with --migrations where they are";
            detection.problems.push(Problem::of_file(candidate.path, message));
            detection.foreign.push(Arc::from(candidate.path));
        }
        is_sure
    });
}

/// Leaves out all but the first of folders that hold the very same migrations, such as copies for several drivers.
fn without_twins<'a>(
    survey: &Survey<'_>,
    candidates: Vec<Candidate<'a>>,
    detection: &mut Detection,
) -> Vec<Candidate<'a>> {
    let mut seen: BTreeMap<Vec<(String, ContentId)>, &'a str> = BTreeMap::new();
    let mut kept = Vec::new();
    for candidate in candidates {
        let files = survey.snapshot.files_under(candidate.path);
        let contents = files.map(|(path, content)| (path[candidate.path.len()..].to_owned(), *content)).collect();
        match seen.get(&contents) {
            Some(first) => {
                let message = format!("it holds the same migrations as {first}, and is left aside");
                detection.problems.push(Problem::of_file(candidate.path, message));
            }
            None => {
                seen.insert(contents, candidate.path);
                kept.push(candidate);
            }
        }
    }
    kept
}
