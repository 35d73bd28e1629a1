//! What the names of a file hold, as far as a look at its text tells: objects of a library's types (`users: Repository<User>`),
//! of the project's types that are those (`db: Db`), and what is made of them (`const user = await User.findByPk(id)`).
//! Names are not told apart by their scopes: what one function calls a repository another seldom calls something else that
//! has the repository's methods.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::program::Program;
use crate::setters::{imports_of, is_word, places};
use crate::sinks::{Library, QueryBuilder};
use crate::types::{Imports, Root, Types, word_at};

mod look;

use look::Look;

/// What is known of the names of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// Types and classes, by what the file calls them.
    types: FxHashMap<String, Root>,
    /// What is imported or defined as something else.
    others: Vec<String>,
    /// Names that hold an object, or several: what their declarations say, which may be of different functions.
    held: FxHashMap<String, Vec<Root>>,
    /// Functions that return one.
    makers: FxHashMap<String, Root>,
    /// The classes that the file itself defines, and whether it defines no other.
    own: Vec<(String, Root)>,
    pub(crate) only_own: bool,
    /// The builders of the libraries that the file imports.
    imported: Vec<&'static str>,
}

impl Names {
    pub(crate) fn of(program: &Program<'_>, types: &Types, path: &Arc<str>, text: &str) -> Self {
        let mut names = Self::default();
        if types.is_empty() {
            return names;
        }
        let imports = imports_of(text);
        let mut heads: Vec<&str> = Vec::new();
        for (local, (module, imported)) in &imports {
            if !types.may_be(local) && !imported.is_some_and(|name| types.may_be(name)) {
                continue;
            }
            match types.root_of(program, path, &imports, local) {
                Some(root) => names.add_named(local, root),
                None if types.known_module(module).is_none() => names.others.push((*local).to_owned()),
                None => {}
            }
            heads.push(local);
        }
        for (name, root) in types.own(path) {
            names.own.push((name.clone(), *root));
            names.add_named(name, *root);
            heads.push(name);
        }
        names.imported = builders_of(types, &imports);
        let some = !heads.is_empty() || !names.imported.is_empty();
        heads.sort_unstable();
        heads.dedup();
        names.only_own = places(text, "class ").count() <= names.own.len();
        let mut look = Look { program, types, path, imports, text, names };
        if some {
            heads.into_iter().for_each(|head| look.uses_of(head));
            look.uses_of_this();
            look.fields();
        }
        look.made();
        for _ in 0..2 {
            if !look.names.held.is_empty() {
                look.passed_on();
                look.aliases();
            }
        }
        look.by_their_types();
        look.by_their_modules();
        look.parts_of_clients();
        look.names
    }

    /// A name of a type or of a class, or of an object that another file exports.
    fn add_named(&mut self, name: &str, root: Root) {
        self.types.insert(name.to_owned(), root);
        if name.starts_with(|first: char| first.is_lowercase()) {
            self.hold(name, root);
        }
    }

    fn hold(&mut self, name: &str, root: Root) {
        if !name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit()) {
            let roots = self.held.entry(name.to_owned()).or_default();
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
    }

    /// Whether a name holds what the builder's methods are called on.
    pub(crate) fn holds(&self, builder: &QueryBuilder, name: &str) -> bool {
        self.held.get(name).is_some_and(|roots| roots.iter().any(|root| builder.is_of(*root)))
    }

    /// Whether a name holds something of a library's types.
    pub(crate) fn holds_any(&self, library: &Library, name: &str) -> bool {
        library.builders.iter().any(|builder| self.holds(builder, name))
    }

    /// Whether a name is a class whose own methods the builder's are; none where the file does not say. `bare`: it is no field.
    pub(crate) fn is_class(&self, builder: &QueryBuilder, name: &str, bare: bool) -> Option<bool> {
        match self.types.get(name) {
            Some(root) => Some(builder.is_of(*root)),
            None => (bare && self.others.iter().any(|other| other == name)).then_some(false),
        }
    }

    /// Whether a class of the file is one whose methods the builder's are; of any class without a name.
    pub(crate) fn defines(&self, builder: &QueryBuilder, class: Option<&str>) -> bool {
        self.own.iter().any(|(name, root)| builder.is_of(*root) && class.is_none_or(|class| class == name))
    }

    /// Whether the file knows a type that a builder is of.
    pub(crate) fn knows(&self, builder: &QueryBuilder) -> bool {
        self.types.values().chain(self.held.values().flatten()).any(|root| builder.is_of(*root))
    }

    /// Whether the file imports a builder's library, or knows something of its types.
    pub(crate) fn uses(&self, builder: &QueryBuilder) -> bool {
        let mut known = self.types.values().chain(self.held.values().flatten());
        self.imported.contains(&builder.name.as_str()) || known.any(|root| root.builder == builder.name)
    }

    /// Whether a stretch of source names something that a builder is of.
    pub(crate) fn mentions(&self, builder: &QueryBuilder, source: &str) -> bool {
        let types = self.types.iter().filter(|(_, root)| builder.is_of(**root)).map(|(name, _)| name.as_str());
        let held = self.held.keys().filter(|name| self.holds(builder, name)).map(String::as_str);
        types.chain(held).any(|name| {
            places(source, name).any(|at| {
                let bytes = source.as_bytes();
                let end = bytes.get(at + name.len()).is_some_and(|byte| is_word(*byte));
                !end && !at.checked_sub(1).is_some_and(|at| is_word(bytes[at]))
            })
        })
    }

    /// Whether nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.types.is_empty() && self.held.is_empty()
    }

    /// Whether a name holds anything that is known.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.held.contains_key(name)
    }

    /// Whether a function of this name returns what a builder is of.
    pub(crate) fn makes(&self, builder: &QueryBuilder, name: &str) -> bool {
        self.makers.get(name).is_some_and(|root| builder.is_of(*root))
    }

    /// What the file exports of that.
    pub(crate) fn exported(&self, text: &str) -> Vec<(String, Root)> {
        let exported = |name: &str| {
            let listed = || {
                places(text, "export {").any(|at| {
                    let rest = &text[at + "export {".len()..];
                    let list = rest.split('}').next().unwrap_or("");
                    list.split(',').any(|part| word_at(part) == name && !part.contains(" as "))
                })
            };
            let declared = ["export const ", "export let ", "export var ", "export default ", "exports."]
                .iter()
                .any(|keyword| places(text, keyword).any(|at| word_at(&text[at + keyword.len()..]) == name));
            declared || listed()
        };
        let own = |name: &String| !self.types.contains_key(name);
        let held = self.held.iter().filter(|(name, _)| own(name) && exported(name));
        let each =
            |(name, roots): (&String, &Vec<Root>)| roots.iter().map(|root| (name.clone(), *root)).collect::<Vec<_>>();
        let mut found: Vec<(String, Root)> = held.flat_map(each).collect();
        found.sort_unstable();
        found
    }
}

/// The builders of the libraries that are imported.
fn builders_of(types: &Types, imports: &Imports<'_>) -> Vec<&'static str> {
    let libraries = imports.values().filter_map(|(module, _)| types.known_module(module));
    let mut found: Vec<&'static str> =
        libraries.flat_map(|library| &library.builders).map(|builder| builder.name.as_str()).collect();
    found.sort_unstable();
    found.dedup();
    found
}
