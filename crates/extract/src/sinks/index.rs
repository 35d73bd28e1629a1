//! A language's libraries by the names that they are looked up by: every call of a project is.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Helper, Language, Library, QueryBuilder, Sink, Tag};

/// Something of a library, with the library.
pub(crate) type Of<T> = (&'static Library, &'static T);

/// Something that is known by the end of a path, with one of the ends that it is known by.
type Named<T> = FxHashMap<&'static str, Vec<(Of<T>, &'static str)>>;

/// What the libraries' data mentions, by name. Each list is in the order of the data.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// By module: places in `Language::libraries`.
    modules: FxHashMap<&'static str, Vec<usize>>,
    /// By the last name of a path.
    pub(crate) helpers: Named<Helper>,
    /// By a name that a module exports.
    pub(crate) exported: Named<Helper>,
    pub(crate) tags: Named<Tag>,
    pub(crate) functions: Named<Sink>,
    pub(crate) constructors: Named<Sink>,
    /// By the method's name.
    pub(crate) methods: FxHashMap<&'static str, Vec<Of<Sink>>>,
    pub(crate) builders: FxHashMap<&'static str, Vec<Of<QueryBuilder>>>,
    /// Last names of everything that is called: most calls are told apart by them.
    names: FxHashSet<&'static str>,
}

impl Index {
    pub(super) fn new(language: &'static Language) -> Self {
        let mut index = Self::default();
        for library in &language.libraries {
            index.add(library);
        }
        index
    }

    fn add(&mut self, library: &'static Library) {
        for module in &library.modules {
            self.modules.entry(module).or_default().push(library.at);
        }
        for helper in &library.helpers {
            add_named(&mut self.helpers, (library, helper), &helper.calls);
            add_named(&mut self.exported, (library, helper), &helper.exports);
        }
        for tag in &library.tags {
            add_named(&mut self.tags, (library, tag), &tag.tags);
        }
        for sink in &library.sinks {
            add_named(&mut self.functions, (library, sink), &sink.functions);
            add_named(&mut self.constructors, (library, sink), &sink.constructors);
            sink.methods.iter().for_each(|name| add_once(self.methods.entry(name).or_default(), (library, sink)));
        }
        for builder in &library.builders {
            let methods = builder.methods.iter();
            methods.for_each(|name| add_once(self.builders.entry(name).or_default(), (library, builder)));
        }
        let sinks = library
            .sinks
            .iter()
            .flat_map(|sink| sink.methods.iter().chain(&sink.functions).chain(&sink.constructors).chain(&sink.macros));
        let helpers = library.helpers.iter().flat_map(|helper| &helper.calls);
        let builders = library.builders.iter().flat_map(|builder| &builder.methods);
        self.names.extend(sinks.chain(helpers).chain(builders).map(|name| last_of(name)));
    }

    /// The libraries, by their places, that an import names or names a part of.
    pub(crate) fn libraries_of<'i>(&'i self, module: &'i str) -> impl Iterator<Item = usize> + 'i {
        with_parents(module).filter_map(|name| self.modules.get(name)).flatten().copied()
    }

    /// Whether any library knows something that is called by this name.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}

/// A module and what it is a part of: `drizzle-orm/pg-core` of `drizzle-orm`, `diesel::prelude` of `diesel`.
fn with_parents(module: &str) -> impl Iterator<Item = &str> {
    // A search for `::` costs more to begin than so short a text.
    let bytes = module.as_bytes();
    let ends = (0..bytes.len()).filter(|at| bytes[*at] == b'/' || bytes[*at..].starts_with(b"::"));
    std::iter::once(module).chain(ends.map(|at| &module[..at]))
}

/// Whether an import names a library or a part of it.
pub(crate) fn is_module(library: &Library, module: &str) -> bool {
    with_parents(module).any(|name| library.modules.iter().any(|known| known == name))
}

fn add_named<T>(named: &mut Named<T>, of: Of<T>, patterns: &'static [String]) {
    for pattern in patterns {
        named.entry(last_of(pattern)).or_default().push((of, pattern));
    }
}

fn add_once<T>(list: &mut Vec<Of<T>>, of: Of<T>) {
    if !list.last().is_some_and(|(_, last)| std::ptr::eq(*last, of.1)) {
        list.push(of);
    }
}

/// The last name of a dotted path or of a path of Rust.
fn last_of(pattern: &str) -> &str {
    &pattern[pattern.rfind(['.', ':']).map_or(0, |at| at + 1)..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sinks::languages;

    /// What is asked of one library and of all of them is the same question.
    #[test]
    fn a_part_of_a_module_is_the_librarys() {
        let named = |module: &str| -> Vec<&str> {
            let mut found = Vec::new();
            for language in languages() {
                let of: Vec<usize> = language.index().libraries_of(module).collect();
                for library in &language.libraries {
                    assert_eq!(of.contains(&library.at), is_module(library, module), "{module}: {}", library.name);
                }
                found.extend(of.iter().map(|at| language.libraries[*at].name.as_str()));
            }
            found
        };
        assert_eq!(named("diesel::prelude"), ["diesel"]);
        assert_eq!(named("sqlx::postgres::PgPool"), ["sqlx"]);
        assert!(named("drizzle-orm/pg-core").contains(&"drizzle"));
        assert!(named("diesel_migrations").is_empty());
        assert!(named("drizzle-orm-mock").is_empty());
    }
}
