//! Which files are read, and which of them can hold SQL.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use rollproof_source::{Problem, Snapshot};
use rustc_hash::FxHasher;

use crate::sinks::{FileRules, Language, languages};
use crate::table::Table;
use crate::types::Types;
use crate::{LeftOut, Options};

/// The paths of a language's files that a project wants read, and how many were left out and why.
pub(crate) fn wanted(
    snapshot: &Snapshot,
    rules: &FileRules,
    options: &Options,
    left: &mut BTreeMap<LeftOut, usize>,
) -> Vec<Arc<str>> {
    let mut paths = Vec::new();
    let mut folder = Folder::default();
    for (path, _) in snapshot.files() {
        let Some((stem, extension)) = path.rsplit_once('.') else { continue };
        if !rules.extensions.iter().any(|known| known == extension) {
            continue;
        }
        match left_out(path, stem, rules, options, &mut folder) {
            None => paths.push(path.clone()),
            Some(reason) => *left.entry(reason).or_default() += 1,
        }
    }
    paths
}

/// Languages that applications send SQL from and that are not read, by the endings of their files.
const NOT_READ: &[(&str, &str)] = &[
    ("go", "Go"),
    ("py", "Python"),
    ("rb", "Ruby"),
    ("java", "Java"),
    ("kt", "Kotlin"),
    ("scala", "Scala"),
    ("cs", "C#"),
    ("php", "PHP"),
    ("ex", "Elixir"),
    ("swift", "Swift"),
];

/// What is said of files in languages that are not read: the SQL that they send is in no ledger.
pub(crate) fn unread(snapshot: &Snapshot, options: &Options) -> Vec<Problem> {
    let Some(rules) = languages().first().map(|language| &language.files) else { return Vec::new() };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut folder = Folder::default();
    for (path, _) in snapshot.files() {
        let Some((stem, extension)) = path.rsplit_once('.') else { continue };
        let Some((_, language)) = NOT_READ.iter().find(|(ending, _)| *ending == extension) else { continue };
        // What sqlc generates is read.
        if left_out(path, stem, rules, options, &mut folder).is_none() && !path.ends_with(".sql.go") {
            *counts.entry(language).or_default() += 1;
        }
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(language, count)| (Reverse(*count), *language));
    let message = match counts.as_slice() {
        [] => return Vec::new(),
        [(language, count)] => format!("{language} is not read yet: what {count} files in it send is in no ledger"),
        several => {
            let files = several.iter().map(|(language, count)| format!("{language} ({count} files)"));
            let files = files.collect::<Vec<_>>().join(", ");
            format!("these languages are not read yet, and what they send is in no ledger: {files}")
        }
    };
    vec![Problem { file: None, line: None, message }]
}

/// Whether a file that is no source of the language is read: its folder is not left out.
pub(crate) fn is_wanted(path: &str, rules: &FileRules, options: &Options) -> bool {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    left_out(path, stem, rules, options, &mut Folder::default()).is_none()
}

/// A folder, and what its name or that of one around it says of the files in it.
#[derive(Default)]
struct Folder<'p> {
    path: &'p str,
    /// So many bytes of it say nothing.
    skip: usize,
    vendored: Option<&'p str>,
    built: Option<&'p str>,
    tests: Option<&'p str>,
}

impl<'p> Folder<'p> {
    /// The folder of `path`.
    fn new(path: &'p str, skip: usize, rules: &FileRules) -> Self {
        let (folder, _) = path.rsplit_once('/').unwrap_or_default();
        let among = |names| folder_among(path, skip, names);
        let (vendored, built, tests) = (among(&rules.vendored), among(&rules.built), among(&rules.tests));
        Self { path: folder, skip, vendored, built, tests }
    }
}

/// Why a file is not read. `folder`: that of the path before it, which most often is its own.
fn left_out<'p>(
    path: &'p str,
    stem: &str,
    rules: &FileRules,
    options: &Options,
    folder: &mut Folder<'p>,
) -> Option<LeftOut> {
    let because = |reason: &str, place: &str| Some(LeftOut { reason: reason.into(), place: place.into() });
    let included = options.include.iter().find(|pattern| matches(pattern, path));
    if !options.include.is_empty() && included.is_none() {
        return because("outside of the sources", path.split_once('/').map_or(path, |(folder, _)| folder));
    }
    if let Some(pattern) = options.exclude.iter().find(|pattern| matches(pattern, path)) {
        return because("excluded", pattern);
    }
    // A folder that the project names is read even where its own name would leave it out.
    let named = included.into_iter().chain(options.also.iter().filter(|pattern| matches(pattern, path)));
    let skip = named.filter(|folder| path.starts_with(folder.as_str())).map(String::len).max().unwrap_or(0);
    if options.also.iter().any(|pattern| pattern.contains('*') && matches(pattern, path)) {
        return None;
    }
    if (folder.path, folder.skip) != (path.rsplit_once('/').map_or("", |(folder, _)| folder), skip) {
        *folder = Folder::new(path, skip, rules);
    }
    let ending = |endings: &[String]| {
        let ending = endings.iter().find(|ending| stem.ends_with(ending.as_str()))?;
        (skip < path.len()).then(|| format!("*{ending}{}", &path[stem.len()..]))
    };
    if let Some(place) = folder.vendored {
        return because("vendored", place);
    }
    if let Some(place) = folder.built.map(str::to_owned).or_else(|| ending(&rules.built_endings)) {
        return because("built", &place);
    }
    if options.include_tests {
        return None;
    }
    let place = folder.tests.map(str::to_owned).or_else(|| ending(&rules.test_endings))?;
    because("tests", &place)
}

/// The outermost folder of `path`, below its first `skip` bytes, that has one of the names.
fn folder_among<'p>(path: &'p str, skip: usize, names: &[String]) -> Option<&'p str> {
    let (folders, _) = path.rsplit_once('/')?;
    let mut end = 0;
    for folder in folders.split('/') {
        let start = end;
        end += folder.len();
        if start >= skip && names.iter().any(|name| name == folder) {
            return path.get(..end);
        }
        end += 1;
    }
    None
}

/// Whether a path is the file, is in the folder, or fits the pattern with `*` (within a name) and `**` (across folders).
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    if pattern.is_empty() || pattern == "." {
        return true;
    }
    if !pattern.contains('*') {
        return path.strip_prefix(pattern).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    }
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    parts_match(&pattern, &path)
}

fn parts_match(pattern: &[&str], path: &[&str]) -> bool {
    // Row by row, as for an edit distance: no pattern makes it slow.
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for part in pattern {
        let mut next = vec![false; path.len() + 1];
        for at in 0..=path.len() {
            if *part == "**" {
                next[at] = reached[at] || (at > 0 && next[at - 1]);
            } else if at > 0 {
                next[at] = reached[at - 1] && name_matches(part, path[at - 1]);
            }
        }
        reached = next;
    }
    // A pattern that names a folder takes in what is below it.
    reached.iter().skip(1).any(|reached| *reached)
}

fn name_matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or("");
    for part in parts {
        match name.find(part) {
            Some(at) => name = &name[at + part.len()..],
            None => return false,
        }
    }
    name.len() >= last.len() && name.ends_with(last)
}

/// What a word that is looked for says of the file that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// It starts a statement, where a text starts with it.
    Sql,
    /// A library's sink or tag.
    Sink,
    /// A method that is a sink where its argument is SQL.
    ContentSink,
    /// A query builder's method.
    Builder,
    /// A type of what is called itself, or something that is of one.
    Called,
}

/// Looks for words of SQL and of the libraries' sinks in a text, all at once.
pub(crate) struct Words {
    table: Option<Table>,
    words: Vec<(Word, String)>,
    signature: u64,
}

/// Where words were found in a file that no sink is named in.
#[derive(Debug, Default)]
pub(crate) struct Hits {
    /// Where SQL's words stand, in order.
    pub(crate) sql: Vec<usize>,
    /// A query builder's method is called.
    pub(crate) builder: bool,
    /// A method is called that takes a text.
    pub(crate) takes_text: bool,
}

const SQL_WORDS: &[&str] = &[
    "select", "insert", "update", "delete", "merge", "truncate", "call", "create", "alter", "drop", "refresh", "lock",
];

impl Words {
    pub(crate) fn new(
        language: &Language,
        active: &dyn Fn(&crate::sinks::Library) -> bool,
        types: &Types,
        options: &Options,
    ) -> Self {
        let mut words: Vec<(Word, String)> = SQL_WORDS.iter().map(|word| (Word::Sql, (*word).to_owned())).collect();
        let mut signature = FxHasher::default();
        for library in language.libraries.iter().filter(|library| active(library)) {
            library.modules.hash(&mut signature);
            for sink in library.sinks.iter().filter(|sink| !sink.unsought) {
                let kind = if sink.content { Word::ContentSink } else { Word::Sink };
                let mut add = |word: String| words.push((kind, word));
                sink.methods.iter().flat_map(|name| [format!(".{name}("), format!(".{name}<")]).for_each(&mut add);
                let named = sink.functions.iter().chain(&sink.constructors);
                named
                    .flat_map(|name| [format!("{name}("), format!("{name}<"), format!("{name}::<")])
                    .for_each(&mut add);
                sink.macros.iter().map(|name| format!("{name}!")).for_each(&mut add);
            }
            let tags = library.tags.iter().flat_map(|tag| &tag.tags);
            words.extend(tags.flat_map(|tag| [format!("{tag}`"), format!("{tag}<")]).map(|tag| (Word::Sink, tag)));
            for builder in &library.builders {
                let called = builder.methods.iter().flat_map(|name| [format!("{name}("), format!("{name}::<")]);
                words.extend(called.map(|word| (Word::Builder, word)));
            }
        }
        let through = types.methods().flat_map(|name| [format!("{name}("), format!("{name}<")]);
        words.extend(through.map(|word| (Word::Builder, word)));
        words.extend(types.called().into_iter().map(|name| (Word::Called, name.to_owned())));
        words.extend(options.sinks.iter().map(|sink| (Word::Sink, sink.function.clone())));
        // Every file is run through it once: worth the table, where it is small.
        let table = Table::new(words.iter().map(|(_, word)| word), true, words.len() < 1_000);
        words.iter().for_each(|(_, word)| word.hash(&mut signature));
        Self { table, words, signature: signature.finish() }
    }

    /// Tells what is looked for from what another version's libraries look for.
    pub(crate) fn signature(&self) -> u64 {
        self.signature
    }

    /// Whether a text may hold SQL or a sink's name.
    pub(crate) fn in_text(&self, text: &str) -> bool {
        let Some(table) = &self.table else { return true };
        table.any(text, |word, range| match self.words[word].0 {
            Word::Sink | Word::Builder => true,
            Word::ContentSink | Word::Called => false,
            Word::Sql => stands_alone(text.as_bytes(), range.start, range.end),
        })
    }

    /// What was found in a text; none where a sink is named, so that it has to be parsed.
    pub(crate) fn hits(&self, text: &str) -> Option<Hits> {
        let mut hits = Hits::default();
        let named = self.table.as_ref()?.any(text, |word, range| self.names_sink(text, word, range, &mut hits));
        if named {
            return None;
        }
        hits.sql.sort_unstable();
        Some(hits)
    }

    /// Whether a word that stands at `range` is the name of a sink; what else it is is noted.
    fn names_sink(&self, text: &str, word: usize, range: Range<usize>, hits: &mut Hits) -> bool {
        let bytes = text.as_bytes();
        let (kind, word) = &self.words[word];
        if *kind == Word::Sql {
            if stands_alone(bytes, range.start, range.end) {
                hits.sql.push(range.start);
            }
            return false;
        }
        // Names of code have one way of writing, and are not the end of a longer name.
        let whole = !word.starts_with(|first: char| first.is_alphanumeric() || first == '_' || first == '$')
            || !range.start.checked_sub(1).is_some_and(|at| is_name(bytes[at]));
        if !whole || text.get(range.clone()) != Some(word.as_str()) {
            return false;
        }
        match kind {
            Word::Sink => return true,
            Word::Builder => hits.builder = true,
            Word::Called => hits.builder |= !bytes.get(range.end).is_some_and(|byte| is_name(*byte)),
            // A text that stands elsewhere: `execute(QUERY)`.
            _ if text.get(range.end..).is_none_or(passes_name) => return true,
            _ => hits.takes_text = true,
        }
        false
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}

/// The arguments start with a name that is no function's parameter.
fn passes_name(arguments: &str) -> bool {
    let arguments = arguments.trim_start();
    let end = arguments.find(|character: char| !character.is_alphanumeric() && !"_$.".contains(character));
    let (name, rest) = arguments.split_at(end.unwrap_or(arguments.len()));
    let starts = name.starts_with(|first: char| first.is_alphabetic() || first == '_' || first == '$');
    starts && !matches!(name, "async" | "function") && !rest.trim_start().starts_with("=>")
}

/// `<select>`, `onSelect`, `.update(`: no statement starts so.
fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).map_or(b' ', |at| bytes[at]);
    let escaped = before == b'n' && start > 1 && bytes[start - 2] == b'\\';
    let after = bytes.get(end).copied().unwrap_or(b' ');
    (escaped || !(before.is_ascii_alphanumeric() || matches!(before, b'_' | b'.' | b'<' | b'/' | b'-' | b'$')))
        && (after.is_ascii_whitespace() || matches!(after, b'\\' | b'"' | b'\'' | b'`' | b'*' | b'('))
        && starts_text(bytes, start)
}

/// The word stands where a text may start: after a quote or a bracket, or first on its line. Statements inside of others
/// (`WITH a AS (SELECT`) count, since their own word stands there.
fn starts_text(bytes: &[u8], at: usize) -> bool {
    let mut before = at;
    while before > 0 && matches!(bytes[before - 1], b' ' | b'\t') {
        before -= 1;
    }
    before == 0
        || matches!(bytes[before - 1], b'"' | b'\'' | b'`' | b'(' | b'\n' | b'n' | b'/' | b'}' | b'#' | b';' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_files_folders_and_shapes() {
        assert!(matches("src", "src/a.ts"));
        assert!(!matches("src", "srcs/a.ts"));
        assert!(matches("src/*.ts", "src/a.ts"));
        assert!(matches("**/generated", "a/b/generated/c.ts"));
        assert!(matches("**/*.gen.ts", "a/x.gen.ts"));
        assert!(!matches("src/*.ts", "src/a.js"));
    }

    #[test]
    fn folders_that_a_project_names_are_read_in_spite_of_their_names() {
        let rules = &languages()[0].files;
        let left = |path: &str, options: &Options| {
            let left = left_out(path, path.rsplit_once('.').unwrap().0, rules, options, &mut Folder::default());
            left.map(|left| format!("{} {}", left.reason, left.place))
        };
        let mut options = Options::default();
        let said = |text: &str| Some(text.to_owned());
        assert_eq!(left("src/a.ts", &options), None);
        assert_eq!(left("packages/a/dist/b/c.js", &options), said("built packages/a/dist"));
        assert_eq!(left("src/a.test.ts", &options), said("tests *.test.ts"));
        assert_eq!(left("vendor/ours/a.ts", &options), said("vendored vendor"));
        options.also = vec!["vendor/ours".into()];
        assert_eq!(left("vendor/ours/a.ts", &options), None);
        assert_eq!(left("vendor/ours/dist/a.ts", &options), said("built vendor/ours/dist"));
        assert_eq!(left("vendor/theirs/a.ts", &options), said("vendored vendor"));
        options = Options { include: vec!["test".into()], ..Options::default() };
        assert_eq!(left("test/a.ts", &options), None);
        assert_eq!(left("src/a.ts", &options), said("outside of the sources src"));
    }
}
