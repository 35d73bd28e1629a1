//! Database libraries as data: what sends SQL, what makes fragments, what builds queries.

mod index;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

pub(crate) use index::{Index, Of, is_module};

/// A language: its files and its libraries.
#[derive(Debug)]
pub(crate) struct Language {
    pub(crate) files: FileRules,
    pub(crate) libraries: Vec<Library>,
    index: OnceLock<Index>,
}

impl Language {
    /// The libraries by name.
    pub(crate) fn index(&'static self) -> &'static Index {
        self.index.get_or_init(|| Index::new(self))
    }
}

/// `language.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileRules {
    pub(crate) name: String,
    pub(crate) extensions: Vec<String>,
    pub(crate) vendored: Vec<String>,
    pub(crate) built: Vec<String>,
    pub(crate) tests: Vec<String>,
    pub(crate) test_endings: Vec<String>,
    pub(crate) built_endings: Vec<String>,
}

/// One `sinks/*.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Library {
    /// Its place among its language's libraries.
    #[serde(skip)]
    pub(crate) at: usize,
    /// What the library is called.
    #[serde(rename = "library")]
    pub(crate) name: String,
    /// What is imported to use it.
    pub(crate) modules: Vec<String>,
    /// The database that it speaks with, where that is never PostgreSQL.
    pub(crate) database: Option<String>,
    /// The features of a crate that it speaks with a database through, by the database: `PostgreSQL` and others.
    #[serde(default)]
    pub(crate) drivers: BTreeMap<String, Vec<String>>,
    /// Functions of that database that PostgreSQL has none of: names, `*If` and `toStartOf*` for some that end or begin so,
    /// `count()` for one that is called without arguments.
    #[serde(default)]
    pub(crate) functions: Vec<String>,
    #[serde(default)]
    pub(crate) placeholders: Placeholders,
    /// The library declares the types of the parameters from the values that it is given.
    #[serde(default)]
    pub(crate) declares_types: bool,
    /// Words of settings that change the names which its helpers put in quotes, or which its tables' columns have.
    #[serde(default)]
    pub(crate) renamed_by: Vec<String>,
    #[serde(default, rename = "sink")]
    pub(crate) sinks: Vec<Sink>,
    #[serde(default, rename = "tag")]
    pub(crate) tags: Vec<Tag>,
    #[serde(default, rename = "helper")]
    pub(crate) helpers: Vec<Helper>,
    #[serde(default, rename = "builder")]
    pub(crate) builders: Vec<QueryBuilder>,
    #[serde(default, rename = "client")]
    pub(crate) clients: Vec<Client>,
}

/// A client of another database that the library makes as well: its address or its options tell.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Client {
    /// Classes and functions of the library that make it.
    pub(crate) made_by: Vec<String>,
    /// The module that such a client is taken to be of.
    pub(crate) module: String,
    /// How addresses begin.
    pub(crate) addresses: Vec<String>,
    /// The option that names the database, and what it says.
    pub(crate) option: String,
    pub(crate) says: Vec<String>,
}

/// How a library writes placeholders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Placeholders {
    /// As the server reads them.
    #[default]
    Dollar,
    /// Knex: `?`, `??`, `:name`, `:name:`.
    Question,
    /// Knex without bindings: only `\\?`, for a question mark.
    Escaped,
    /// `:name` and `?`, without identifiers (Sequelize, TypeORM).
    Colon,
    /// deno-postgres: `$1`, `$name`.
    DollarName,
    /// pg-promise: `$1`, `$1:name`, `${name}`, `$/name/` and the like.
    PgPromise,
    /// PgTyped's tag: `$name`, `$$name`, `$$name(a, b)`.
    #[serde(rename = "pgtyped")]
    PgTyped,
    /// PgTyped's files: `:name`.
    #[serde(rename = "pgtyped-file")]
    PgTypedFile,
    /// Query files that no known library reads: `:name`, `$name`, each name sent once.
    QueryFile,
    /// sqlc's files: `@name`, `sqlc.arg(name)` and its like.
    Sqlc,
}

/// A call that sends the text of one of its arguments.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sink {
    pub(crate) name: String,
    /// Names of methods, on any receiver.
    #[serde(default)]
    pub(crate) methods: Vec<String>,
    /// Names or paths of functions that the library exports.
    #[serde(default)]
    pub(crate) functions: Vec<String>,
    /// Names of classes that are constructed with the text.
    #[serde(default)]
    pub(crate) constructors: Vec<String>,
    /// Functions of the library that make a function, which is called with the text.
    #[serde(default)]
    pub(crate) made_by: Vec<String>,
    /// Names of macros (Rust).
    #[serde(default)]
    pub(crate) macros: Vec<String>,
    /// Which argument, from 0.
    #[serde(default)]
    pub(crate) argument: usize,
    /// Where the argument is an object, the fields that hold the text.
    #[serde(default)]
    pub(crate) fields: Vec<String>,
    /// What a receiver is called (a part of its name, in lower case), where neither an import nor the text tells.
    #[serde(default)]
    pub(crate) receivers: Vec<String>,
    /// Only where the argument reads as SQL: the method's name alone says too little.
    #[serde(default)]
    pub(crate) content: bool,
    /// The method's name tells that it is one, whatever it is given.
    #[serde(default)]
    pub(crate) certain: bool,
    /// The argument is the path of a file that holds the text.
    #[serde(default)]
    pub(crate) file: bool,
    /// The text is only the beginning; the rest is pushed later.
    #[serde(default)]
    pub(crate) grows: bool,
    /// The text is the receiver itself (a builder of text).
    #[serde(default)]
    pub(crate) receiver_text: bool,
    /// Where this one differs from its library.
    pub(crate) declares_types: Option<bool>,
    /// It makes a part of a query, which is no site of its own unless it reads as a statement.
    #[serde(default)]
    pub(crate) part: bool,
    /// Methods of the library's builders: an argument of theirs is a part of a built query, whatever it reads as.
    #[serde(default)]
    pub(crate) part_of: Vec<String>,
    pub(crate) placeholders: Option<Placeholders>,
    /// The field of the argument after the text that holds what is bound.
    pub(crate) bound_in: Option<String>,
    /// Only on what is one of the library's tags: the method's name is other libraries' too.
    #[serde(default)]
    pub(crate) of_tag: bool,
    /// Its names say nothing, and what it makes is given to another sink: they are no reason to read a file.
    #[serde(default)]
    pub(crate) unsought: bool,
}

/// A template tag.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tag {
    pub(crate) name: String,
    /// Last parts of the tag's path: `sql`, `sql.type`, `$queryRaw`.
    pub(crate) tags: Vec<String>,
    /// The text is taken as it is: an interpolated value is text.
    #[serde(default)]
    pub(crate) raw: bool,
    /// The text is a name, which is put in quotes.
    #[serde(default)]
    pub(crate) identifier: bool,
    /// What is put in is a name, or the library writes it out: it is no value.
    #[serde(default)]
    pub(crate) names: bool,
    /// The name alone says too little: only where the file imports the library.
    #[serde(default)]
    pub(crate) imported: bool,
    /// Types of the library: what is declared to be one is a tag, and has the helpers of `sql`, whatever it is called.
    #[serde(default)]
    pub(crate) types: Vec<String>,
    /// Functions and methods of the library that make such a tag; `default` is its default export.
    #[serde(default)]
    pub(crate) made_by: Vec<String>,
    /// Methods of such a tag that give a function another one: `sql.begin((tx) => …)`.
    #[serde(default)]
    pub(crate) passed_by: Vec<String>,
}

impl Tag {
    /// Whether what a path of the library's package stands for is such a tag.
    pub(crate) fn is_at(&self, path: &[Arc<str>]) -> bool {
        let named = |name: &str| self.types.iter().chain(&self.made_by).any(|known| known == name);
        named(path.last().map_or("default", AsRef::as_ref))
    }
}

/// A function that makes a part of a query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Helper {
    /// Last parts of the function's path.
    #[serde(default)]
    pub(crate) calls: Vec<String>,
    /// Names that the library's modules export, which say nothing without the import.
    #[serde(default)]
    pub(crate) exports: Vec<String>,
    pub(crate) means: Meaning,
    /// What stands around a parameter: `{}::date`; or the text; or what joins parts where the call does not say.
    pub(crate) form: Option<String>,
}

/// What a helper's result is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Meaning {
    /// Its argument as text.
    Raw,
    /// A tag that is called with the list of its texts, and the values behind it.
    Called,
    /// The same with the values in a second list.
    Constructed,
    /// Its argument as quoted names, joined with dots.
    Identifier,
    /// Its argument's names, dots in them separate parts (Kysely's `sql.ref`).
    Reference,
    /// Its list joined; the separator is the second argument, a comma without one.
    Join,
    /// A parameter, in the `form` that its helper says.
    Value,
    /// A parameter that is cast to an array of its second argument (Slonik's `sql.array`).
    Array,
    /// Parts of an interval, each a parameter (Slonik's `sql.interval`).
    Interval,
    /// Its argument as a literal.
    Literal,
    /// A list of conditions that all hold, `TRUE` where it is empty.
    All,
    /// A list of conditions of which one holds, `FALSE` where it is empty.
    Any,
    /// Nothing.
    Empty,
    /// postgres.js's `sql(…)`: a name, a list of names, or rows.
    Dynamic,
    /// Rows of values.
    Rows,
    /// `unnest` of parameters.
    Unnest,
    /// What a query builder has built: not modelled.
    Built,
    /// Its argument as text where it stands in another query; a query of its own where it is waited for (Knex's `raw`).
    Part,
    /// Always the text that its `form` says.
    Text,
    /// Its argument with the library's placeholders filled from the second (pg-promise's `as.format`).
    Formatted,
}

/// A call that starts a built query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueryBuilder {
    pub(crate) name: String,
    /// Names of methods or functions.
    pub(crate) methods: Vec<String>,
    /// What a receiver is called (a part of its name, in lower case); none for any.
    #[serde(default)]
    pub(crate) receivers: Vec<String>,
    /// How many names stand before the method (`prisma.user.findMany`: 2); 0 for any.
    #[serde(default)]
    pub(crate) depth: usize,
    /// The first argument is a text.
    #[serde(default)]
    pub(crate) text_argument: bool,
    /// The name alone says too little: only where the file imports the library (Rust).
    #[serde(default)]
    pub(crate) imported: bool,
    /// How many arguments there are; none for any (Rust).
    pub(crate) arguments: Option<usize>,
    /// What the first argument is called (a part of one of its names, in lower case); none for any (Rust).
    #[serde(default)]
    pub(crate) given: Vec<String>,
    /// What a receiver is called that is no builder (a part of its name, in lower case).
    #[serde(default)]
    pub(crate) except: Vec<String>,
    /// What stands before the method is a model of the project, whatever the client is called.
    #[serde(default)]
    pub(crate) models: bool,
    /// Types of the library: a receiver that is declared to be one, or of a type of the project that is one, is a builder's.
    /// Of models, the classes that they extend.
    #[serde(default)]
    pub(crate) types: Vec<String>,
    /// Functions of the library and methods that make what is of its first type; `default` is the library's default export.
    #[serde(default)]
    pub(crate) made_by: Vec<String>,
    /// Methods that give what is of its first type to a function: `dataSource.transaction(async (m) => m.save(…))`.
    #[serde(default)]
    pub(crate) passed_by: Vec<String>,
    /// What is of its types is called itself: `db(table)`.
    #[serde(default)]
    pub(crate) called: bool,
    /// Objects of its types are called like their classes: `user` is a `User`.
    #[serde(default)]
    pub(crate) instances: bool,
    /// Its objects have methods that are called by their associations: `post.getTags()`.
    #[serde(default)]
    pub(crate) associations: bool,
    /// Methods that tell a chain, where the first argument does not show itself to be a text: `db(table).where(…)`.
    #[serde(default)]
    pub(crate) followed_by: Vec<String>,
    /// The methods tell by their names: what they are called on may be a part of a client that has another name.
    #[serde(default)]
    pub(crate) delegates: bool,
    /// Its calls send what they build; of other libraries that is sent where somebody waits for it.
    #[serde(default)]
    pub(crate) sends: bool,
    /// What it builds may stand in another query as a part of its text.
    #[serde(default)]
    pub(crate) embeds: bool,
    /// The method's name alone says too little: only where the file knows the library or something of its types, or where an
    /// object is among so many first arguments.
    pub(crate) options_in: Option<usize>,
}

impl Library {
    /// Whether some of its builders are told by types.
    pub(crate) fn has_types(&self) -> bool {
        self.builders.iter().any(|builder| !builder.types.is_empty())
    }
}

impl QueryBuilder {
    /// Whether a receiver is called like the builder's.
    pub(crate) fn takes(&self, name: &str) -> bool {
        is_hinted(&self.receivers, name)
    }

    /// Whether a first argument is called like what the builder is given.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        is_hinted(&self.given, name)
    }

    /// Whether a receiver is called like something else that has such methods.
    pub(crate) fn refuses(&self, name: &str) -> bool {
        !self.except.is_empty() && {
            let name = name.to_lowercase();
            self.except.iter().any(|hint| name.contains(hint.as_str()))
        }
    }

    /// Whether a receiver has to be known.
    pub(crate) fn asks_receiver(&self) -> bool {
        !self.receivers.is_empty() || !self.types.is_empty()
    }

    /// Whether it has a method of this name.
    pub(crate) fn has(&self, method: &str) -> bool {
        self.methods.iter().any(|name| name == method)
    }

    /// Whether some name in a stretch of source may be a receiver.
    pub(crate) fn is_mentioned(&self, source: &str) -> bool {
        let source = source.to_lowercase();
        self.receivers.iter().any(|hint| source.contains(hint.trim_start_matches(['=', '*'])))
    }
}

fn is_hinted(hints: &[String], name: &str) -> bool {
    let name = name.to_lowercase();
    hints.iter().any(|hint| is_like(&name, hint))
}

/// Whether a name in lower case is like a hint: has it in it, is it (`=db`), or ends with it (`*repo`).
pub(crate) fn is_like(name: &str, hint: &str) -> bool {
    match (hint.strip_prefix('='), hint.strip_prefix('*')) {
        (Some(exact), _) => name == exact,
        (_, Some(ending)) => name.ends_with(ending),
        _ => name.contains(hint),
    }
}

/// The languages that extraction reads: TypeScript, then Rust.
pub(crate) fn languages() -> &'static [Language] {
    static LANGUAGES: OnceLock<Vec<Language>> = OnceLock::new();
    LANGUAGES.get_or_init(|| {
        use rollproof_grammar_rust as rust;
        use rollproof_grammar_typescript as typescript;
        let all = [(typescript::LANGUAGE, typescript::SINKS), (rust::LANGUAGE, rust::SINKS)];
        all.into_iter().filter_map(|(files, sinks)| load(files, sinks).ok()).collect()
    })
}

/// Which SQL files may hold queries.
pub(crate) fn sql_file_rules() -> Option<&'static FileRules> {
    static RULES: OnceLock<Option<FileRules>> = OnceLock::new();
    RULES.get_or_init(|| toml::from_str(rollproof_grammar_sql::LANGUAGE).ok()).as_ref()
}

/// Parses a grammar's data. A test proves that ours parse, so that leaving one out cannot happen in a release.
fn load(files: &str, sinks: &[(&str, &str)]) -> Result<Language, String> {
    let files = toml::from_str(files).map_err(|error| error.to_string())?;
    let mut libraries: Vec<Library> = sinks
        .iter()
        .map(|(name, text)| toml::from_str(text).map_err(|error| format!("{name}: {error}")))
        .collect::<Result<_, _>>()?;
    libraries.iter_mut().enumerate().for_each(|(at, library)| library.at = at);
    Ok(Language { files, libraries, index: OnceLock::new() })
}

/// Whether the dotted `pattern` is the end of `path`.
pub(crate) fn ends_with(path: &[Arc<str>], pattern: &str) -> bool {
    let separator = if pattern.contains("::") { "::" } else { "." };
    let mut parts = path.iter().rev();
    pattern.rsplit(separator).all(|part| parts.next().is_some_and(|name| name.as_ref() == part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grammar_parses() {
        load(rollproof_grammar_typescript::LANGUAGE, rollproof_grammar_typescript::SINKS).unwrap();
        load(rollproof_grammar_rust::LANGUAGE, rollproof_grammar_rust::SINKS).unwrap();
        assert_eq!(languages().len(), 2);
        assert!(sql_file_rules().is_some());
    }

    /// A file in a `sinks` folder that no list names would be read by nobody.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test walks our own folders")]
    fn every_sinks_file_is_registered() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../grammars");
        let grammars = [("typescript", rollproof_grammar_typescript::SINKS), ("rust", rollproof_grammar_rust::SINKS)];
        for (name, registered) in grammars {
            for entry in std::fs::read_dir(format!("{root}/{name}/sinks")).unwrap() {
                let file = entry.unwrap().file_name().into_string().unwrap();
                assert!(registered.iter().any(|(known, _)| *known == file), "{name}/sinks/{file} is not registered");
            }
        }
    }

    #[test]
    fn a_pattern_is_the_end_of_a_path() {
        let path: Vec<Arc<str>> = ["this", "db", "sql", "raw"].map(Arc::from).to_vec();
        assert!(ends_with(&path, "sql.raw"));
        assert!(!ends_with(&path, "sql"));
        assert!(!ends_with(&path[3..], "sql.raw"));
    }
}
