//! Texts that reach no known sink and are another database's: PostgreSQL's grammar refuses them, they call functions of the
//! other's, or they read tables that only such texts read.

use std::sync::Arc;

use rollproof_sql::MappedText;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::program::Program;
use crate::sinks::Library;
use crate::{Site, SiteKind};

/// How often tables are looked for that are used beside those of another database.
const ROUNDS: usize = 2;

/// The database whose SQL the texts are that reach no known sink, where PostgreSQL's grammar refuses all of them. What is
/// put in at run time tells nothing unless it stands in quotes: elsewhere it may be any part of a statement.
pub(crate) fn other_dialect(site: &Site) -> Option<&'static str> {
    if reads_in_part(site) {
        return None;
    }
    let whole = site.queries.iter().filter(|query| has_quoted_holes(&query.text.text));
    whole.map(|query| with_names(&query.text.text)).find_map(|text| rollproof_sql::other_dialect(&text))
}

/// Whether PostgreSQL's grammar takes some of a site's texts, with a name wherever something is put in at run time.
pub(crate) fn reads_in_part(site: &Site) -> bool {
    site.queries.iter().any(|query| reads_as_statements(&with_names(&query.text.text)))
}

fn with_names(text: &str) -> String {
    text.replace(MappedText::HOLE, "x")
}

/// Whether every hole of a text stands in quotes.
fn has_quoted_holes(text: &str) -> bool {
    let mut quote = None;
    for letter in text.chars() {
        match (quote, letter) {
            (None, MappedText::HOLE) => return false,
            (None, '\'' | '"' | '`') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
    }
    true
}

/// pg-promise's `$(name)`, `$<name>`, `$[name]`, `$/name/`.
pub(crate) fn has_promise_variable(text: &str) -> bool {
    text.match_indices('$').any(|(at, _)| text[at + 1..].starts_with(['(', '<', '[', '/', '{']))
}

/// `:name`, which is no cast and no part of a slice.
pub(crate) fn has_named_placeholder(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b':', bytes).any(|at| {
        let before = at.checked_sub(1).map_or(b' ', |at| bytes[at]);
        !before.is_ascii_alphanumeric()
            && !matches!(before, b':' | b'_' | b'$' | b'"')
            && bytes.get(at + 1).is_some_and(|after| after.is_ascii_alphabetic() || *after == b'_')
    })
}

pub(crate) fn reads_as_statements(text: &str) -> bool {
    rollproof_sql::parse_script(text).iter().all(|(_, parsed)| parsed.is_ok())
}

/// The other database of a library that the project uses whose functions a site's texts call, all of them.
pub(crate) fn calls_other(program: &Program<'_>, site: &Site) -> Option<Arc<str>> {
    let mut libraries = program.language.libraries.iter().filter(|library| !library.functions.is_empty());
    let library = libraries.find(|library| {
        let in_use = program.modules.manifests == 0 || program.is_active(library);
        in_use && site.queries.iter().all(|query| calls_any(&query.text.text, library))
    })?;
    library.database.as_deref().filter(|_| !site.queries.is_empty()).map(Arc::from)
}

/// Whether a text calls a function of a library's database.
fn calls_any(text: &str, library: &Library) -> bool {
    let mut words = Words::of(text);
    while let Some(word) = words.next() {
        let rest = &text[words.at..];
        let Some(arguments) = rest.strip_prefix('(') else { continue };
        let without = arguments.trim_start().starts_with(')');
        let is = |pattern: &String| match pattern.strip_suffix("()") {
            Some(name) => without && word.eq_ignore_ascii_case(name),
            None => is_like(word, pattern),
        };
        if library.functions.iter().any(is) {
            return true;
        }
    }
    false
}

/// A name, or `toStartOf*`, or `*If`: what the star stands for begins a word of its own.
fn is_like(word: &str, pattern: &str) -> bool {
    if let Some(ending) = pattern.strip_prefix('*') {
        return word.strip_suffix(ending).is_some_and(|rest| rest.ends_with(|last: char| last.is_ascii_lowercase()));
    }
    match pattern.strip_suffix('*') {
        Some(start) => word
            .strip_prefix(start)
            .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase() || first.is_ascii_digit())),
        None => word == pattern,
    }
}

/// Says the same of texts without a sink that use a table which only texts of another database use, one that the project has
/// a client of.
pub(crate) fn spread(program: &Program<'_>, sites: &mut [Site]) {
    let clients = program.language.libraries.iter().filter(|library| program.is_active(library));
    let clients: Vec<&str> = clients.filter_map(|library| library.database.as_deref()).collect();
    for _ in 0..ROUNDS {
        let mut others: FxHashMap<String, Arc<str>> = FxHashMap::default();
        let mut own: FxHashSet<String> = FxHashSet::default();
        for site in sites.iter() {
            let names = site.queries.iter().flat_map(|query| tables(&query.text.text));
            match &site.database {
                Some(database) if clients.contains(&database.as_ref()) => {
                    others.extend(names.map(|name| (name, database.clone())));
                }
                None if site.kind != SiteKind::Text => own.extend(names),
                _ => {}
            }
        }
        others.retain(|name, _| !own.contains(name));
        if others.is_empty() {
            return;
        }
        let open =
            |site: &&mut Site| site.kind == SiteKind::Text && site.database.is_none() && !site.queries.is_empty();
        for site in sites.iter_mut().filter(open) {
            let of = |text: &str| tables(text).iter().find_map(|name| others.get(name).cloned());
            let found: Option<Vec<Arc<str>>> = site.queries.iter().map(|query| of(&query.text.text)).collect();
            site.database = found.and_then(|found| found.into_iter().next());
        }
    }
}

/// The tables that a text names behind `FROM`, `JOIN` and `INTO`, its own `WITH` names apart.
fn tables(text: &str) -> Vec<String> {
    let mut words = Words::of(text);
    let mut found: Vec<String> = Vec::new();
    let mut own: Vec<String> = Vec::new();
    let (mut before, mut last) = ("", "");
    while let Some(word) = words.next() {
        let named = ["from", "join", "into"].iter().any(|keyword| last.eq_ignore_ascii_case(keyword));
        let rest = text[words.at..].trim_start();
        if named
            && !rest.starts_with('(')
            && !["select", "lateral", "only", "unnest"].contains(&word.to_lowercase().as_str())
        {
            // `schema.table`
            let name = if rest.starts_with('.') { words.next().unwrap_or(word) } else { word };
            found.push(name.to_lowercase());
        }
        if last.eq_ignore_ascii_case("as") && word.eq_ignore_ascii_case("select") {
            own.push(before.to_lowercase());
        }
        (before, last) = (last, word);
    }
    found.retain(|name| !own.contains(name));
    found
}

/// The words of a text outside of its strings and comments.
struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Words<'t> {
    fn of(text: &'t str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'t> Iterator for Words<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            let rest = &bytes[self.at..];
            let past = |ending: &[u8]| memchr::memmem::find(rest, ending).map_or(rest.len(), |end| end + ending.len());
            match byte {
                b'\'' => self.at += 1 + memchr::memchr(b'\'', &rest[1..]).map_or(rest.len() - 1, |end| end + 1),
                b'-' if rest.starts_with(b"--") => self.at += past(b"\n"),
                b'/' if rest.starts_with(b"/*") => self.at += past(b"*/"),
                _ if crate::setters::is_word(byte) => {
                    let length = rest.iter().take_while(|byte| crate::setters::is_word(**byte)).count();
                    let word = &self.text[self.at..self.at + length];
                    self.at += length;
                    return Some(word);
                }
                _ => self.at += 1,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_named_behind_their_words() {
        let names = |text: &str| tables(text).join(" ");
        assert_eq!(names("SELECT a FROM s.t JOIN \"U\" ON true WHERE x = 'from z' -- from y"), "t u");
        assert_eq!(names("WITH c AS (SELECT 1 FROM a) SELECT * FROM c"), "a");
        assert_eq!(names("SELECT extract(epoch from at) FROM (SELECT 1) x"), "at");
        assert_eq!(names("INSERT INTO t SELECT 1"), "t");
    }

    #[test]
    fn holes_outside_of_quotes_tell_nothing() {
        assert!(has_quoted_holes(&format!("SELECT quantiles(0.5)(a) FROM t WHERE b = '{}'", MappedText::HOLE)));
        assert!(!has_quoted_holes(&format!("SELECT a FROM ({}) t WHERE b = 'it''s'", MappedText::HOLE)));
    }

    #[test]
    fn patterns_begin_and_end_at_words() {
        assert!(is_like("countIf", "*If"));
        assert!(!is_like("If", "*If"));
        assert!(!is_like("nullif", "*If"));
        assert!(is_like("toStartOfHour", "toStartOf*"));
        assert!(!is_like("toStartOfx", "toStartOf*"));
        assert!(is_like("argMax", "argMax"));
    }
}
