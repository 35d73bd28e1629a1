//! Types of a project that are a library's: classes that extend one (`class User extends Model`), aliases and interfaces
//! (`type Db = Knex | Knex.Transaction`), and what files export that is of such a type. Found by a look at the texts, over
//! all files, since most of those that use them are never parsed.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use crate::held::Names;
use crate::program::Program;
use crate::setters::{imports_of, places};
use crate::sinks::{Library, QueryBuilder, is_module};

mod definitions;

use definitions::{Definition, Sort};

pub(crate) use definitions::{Defined, called, cut, path_at, word_at};

/// How long a chain of types may be.
const MAX_BASES: usize = 8;

/// A type of a library, as its data names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Root {
    pub(crate) builder: &'static str,
    pub(crate) name: &'static str,
}

impl QueryBuilder {
    /// Whether this is the builder of what has such a type.
    pub(crate) fn is_of(&self, root: Root) -> bool {
        self.name == root.builder && self.types.iter().any(|name| name == root.name)
    }
}

/// What is known of the types of a project.
#[derive(Debug, Default)]
pub(crate) struct Types {
    libraries: Vec<&'static Library>,
    /// The methods of the builders that have types.
    methods: FxHashSet<&'static str>,
    /// By name: where it is defined, and as what; none where that is no library's.
    defined: FxHashMap<String, Vec<Place>>,
    /// By path: what a file itself defines.
    own: FxHashMap<Arc<str>, Vec<Named>>,
    /// Methods of classes that others extend, which send what the class that they are called on makes: by builder.
    through: FxHashMap<&'static str, FxHashSet<String>>,
    /// Methods that models have by their associations: `getTags`, `addTag`.
    associated: FxHashSet<String>,
    /// Names of the models' fields that hold other models.
    fields: FxHashMap<Root, Vec<String>>,
    signature: u64,
}

/// Where something is defined, and its type where that is a library's.
type Place = (Arc<str>, Option<Root>);

/// A name and its type.
type Named = (String, Root);

/// What a file imports: by its own name the module and the name there, none for the whole module.
pub(crate) type Imports<'t> = FxHashMap<&'t str, (&'t str, Option<&'t str>)>;

impl Types {
    pub(crate) fn of(program: &Program<'_>, paths: &[Arc<str>]) -> Self {
        let all = program.modules.manifests == 0;
        let libraries = program.language.libraries.iter().filter(|library| library.has_types());
        let libraries: Vec<&Library> = libraries.filter(|library| all || program.is_active(library)).collect();
        let mut types = Self { libraries, ..Self::default() };
        if types.libraries.is_empty() {
            return types;
        }
        types.methods = types.builders().flat_map(|builder| builder.methods.iter().map(String::as_str)).collect();
        let found: Vec<(Arc<str>, Arc<Defined>)> = paths
            .par_iter()
            .filter_map(|path| Some((path.clone(), program.entry(path)?.defined(program.language))))
            .collect();
        types.close(program, &found);
        types.add_through(program, &found);
        types.add_fields(program);
        types.add_associated(program, &found);
        types.add_values(program, &found);
        types.signature = types.hash();
        types
    }

    fn hash(&self) -> u64 {
        let mut hasher = FxHasher::default();
        let mut own: Vec<_> = self.own.iter().collect();
        own.sort_unstable();
        own.hash(&mut hasher);
        let mut fields: Vec<_> = self.fields.iter().collect();
        fields.sort_unstable();
        fields.hash(&mut hasher);
        let mut associated: Vec<_> = self.associated.iter().collect();
        associated.sort_unstable();
        associated.hash(&mut hasher);
        let mut through: Vec<_> = self.through.values().flatten().collect();
        through.sort_unstable();
        through.hash(&mut hasher);
        hasher.finish()
    }

    /// Tells sets of types apart.
    pub(crate) fn signature(&self) -> u64 {
        self.signature
    }

    /// Whether no library in use has types that matter.
    pub(crate) fn is_empty(&self) -> bool {
        self.libraries.is_empty()
    }

    /// Finds what of the definitions is a library's, until nothing new is found.
    fn close(&mut self, program: &Program<'_>, found: &[(Arc<str>, Arc<Defined>)]) {
        let mut names: FxHashSet<&str> = self.seeds().map(|(_, name)| last_of(name)).collect();
        let endings: Vec<&str> = self.seeds().filter_map(|(_, name)| name.strip_prefix('*')).collect();
        let ends = |base: &str| endings.iter().any(|ending| base.ends_with(ending));
        for (path, defined) in found {
            for one in &defined.definitions {
                self.defined.entry(one.name.clone()).or_default().push((path.clone(), None));
            }
        }
        for round in 0..MAX_BASES {
            let mut more: Vec<(&Arc<str>, &str, Root)> = Vec::new();
            for (path, defined) in found {
                // `import { Model as Base } from "sequelize"`: there the library's types have any name.
                let any = round == 0 && self.is_used_in(defined);
                let fits = |base: &String| any || names.contains(last_of(base)) || ends(base);
                let open = |one: &&Definition| self.own_root(path, &one.name).is_none() && one.bases.iter().any(fits);
                let mut open = defined.definitions.iter().filter(open).peekable();
                if open.peek().is_none() {
                    continue;
                }
                let Some(entry) = program.entry(path) else { continue };
                let imports = imports_of(&entry.text);
                for one in open {
                    let root = |base: &String| match &one.sort {
                        Sort::Made => self.of_library(base),
                        _ => self.root_of(program, path, &imports, base),
                    };
                    if let Some(root) = one.bases.iter().find_map(root) {
                        more.push((path, &one.name, root));
                    }
                }
            }
            if more.is_empty() {
                break;
            }
            for (path, name, root) in more {
                names.insert(name);
                self.own.entry(path.clone()).or_default().push((name.to_owned(), root));
                let places = self.defined.entry(name.to_owned()).or_default();
                places.iter_mut().filter(|(known, _)| known == path).for_each(|(_, known)| *known = Some(root));
            }
        }
    }

    /// Whether a file names a module of the libraries.
    fn is_used_in(&self, defined: &Defined) -> bool {
        self.libraries.iter().any(|library| defined.libraries.contains(&library.at))
    }

    /// Methods of base classes that call a builder's on `this`: what they send depends on the class that they are called on.
    fn add_through(&mut self, program: &Program<'_>, found: &[(Arc<str>, Arc<Defined>)]) {
        let classes = |one: &&Definition| one.sort == Sort::Class;
        // A class of the same name may have heirs too that are none of the library's.
        let heirs = found.iter().flat_map(|(path, defined)| {
            let classes = defined.definitions.iter().filter(classes);
            classes.filter(|one| self.own_root(path, &one.name).is_some())
        });
        let bases: FxHashSet<&str> = heirs.flat_map(|one| &one.bases).map(|base| last_of(base)).collect();
        for _ in 0..2 {
            let mut more: Vec<(&'static str, String)> = Vec::new();
            for (path, defined) in found {
                for one in defined.definitions.iter().filter(classes).filter(|one| bases.contains(one.name.as_str())) {
                    let Some(root) = self.own_root(path, &one.name) else { continue };
                    let Some(entry) = program.entry(path) else { continue };
                    let sends = |method: &str| self.sends(root, method);
                    let methods = definitions::through(&entry.text, &one.name, &sends);
                    more.extend(methods.into_iter().map(|method| (root.builder, method)));
                }
            }
            for (builder, method) in more {
                if !self.sends_by_name(builder, &method) {
                    self.through.entry(builder).or_default().insert(method);
                }
            }
        }
    }

    /// `@BelongsTo(() => Team) team: Team`.
    fn add_fields(&mut self, program: &Program<'_>) {
        let mut found: FxHashMap<Root, FxHashSet<String>> = FxHashMap::default();
        for (path, own) in &self.own {
            let classes = own.iter().filter(|(name, root)| {
                self.names_objects(*root) && name.starts_with(|first: char| first.is_uppercase())
            });
            for (_, root) in classes {
                let Some(entry) = program.entry(path) else { continue };
                let of_model = |name: &str| self.is_named_root(*root, name);
                let fields = definitions::fields(&entry.text).filter(|(_, typed)| of_model(typed));
                found.entry(*root).or_default().extend(fields.map(|(name, _)| name.to_owned()));
            }
        }
        self.fields = found.into_iter().map(|(root, names)| (root, names.into_iter().collect())).collect();
        self.fields.values_mut().for_each(|names| names.sort_unstable());
    }

    /// `Post.belongsToMany(Tag)` gives every post `getTags`, `addTag` and so on.
    fn add_associated(&mut self, program: &Program<'_>, found: &[(Arc<str>, Arc<Defined>)]) {
        if !self.builders().any(|builder| builder.associations) {
            return;
        }
        let made = |defined: &Defined| defined.definitions.iter().any(|one| one.sort == Sort::Made);
        let files = found.par_iter().filter(|(path, defined)| made(defined) || self.own.contains_key(path));
        let names: Vec<Vec<String>> =
            files.filter_map(|(path, _)| Some(definitions::associations(&program.entry(path)?.text))).collect();
        for name in names.iter().flatten() {
            self.associated.extend(definitions::methods_of(name));
        }
    }

    /// Whether what is of a builder's types has a method of this name.
    pub(crate) fn has(&self, builder: &QueryBuilder, method: &str) -> bool {
        !builder.types.is_empty() && (builder.has(method) || builder.associations && self.associated.contains(method))
    }

    /// The names of fields that hold models of a type.
    pub(crate) fn fields(&self, root: Root) -> &[String] {
        self.fields.get(&root).map_or(&[], Vec::as_slice)
    }

    fn is_named_root(&self, root: Root, name: &str) -> bool {
        self.defined.get(name).is_some_and(|places| places.iter().any(|(_, known)| *known == Some(root)))
    }

    fn sends(&self, root: Root, method: &str) -> bool {
        self.is_through(root.builder, method)
            || self.builders().any(|builder| builder.is_of(root) && builder.methods.iter().any(|name| name == method))
    }

    fn sends_by_name(&self, builder: &str, method: &str) -> bool {
        self.builders().any(|one| one.name == builder && one.methods.iter().any(|name| name == method))
    }

    /// Whether a method of the project's base classes sends what its class makes.
    pub(crate) fn is_through(&self, builder: &str, method: &str) -> bool {
        self.through.get(builder).is_some_and(|names| names.contains(method))
    }

    /// The methods of the project that are called where a built query is sent.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &String> {
        self.through.values().flatten()
    }

    /// What files export that is of a type: `export const reader = knex(config)`.
    fn add_values(&mut self, program: &Program<'_>, found: &[(Arc<str>, Arc<Defined>)]) {
        let this = &*self;
        let found: Vec<(Arc<str>, Vec<Named>)> = found
            .par_iter()
            .filter(|(_, defined)| this.is_used_in(defined))
            .filter_map(|(path, _)| {
                let entry = program.entry(path)?;
                places(&entry.text, "export").next()?;
                let exported = Names::of(program, this, path, &entry.text).exported(&entry.text);
                (!exported.is_empty()).then(|| (path.clone(), exported))
            })
            .collect();
        for (path, values) in found {
            for (name, root) in values {
                self.defined.entry(name.clone()).or_default().push((path.clone(), Some(root)));
                self.own.entry(path.clone()).or_default().push((name, root));
            }
        }
    }

    fn builders(&self) -> impl Iterator<Item = &'static QueryBuilder> {
        self.libraries.iter().flat_map(|library| &library.builders).filter(|builder| !builder.types.is_empty())
    }

    /// The libraries' types.
    fn seeds(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.builders().flat_map(|builder| builder.types.iter().map(|name| (builder.name.as_str(), name.as_str())))
    }

    fn of_library(&self, name: &str) -> Option<Root> {
        let found = self.seeds().find(|(_, seed)| *seed == name);
        found.map(|(builder, name)| Root { builder, name })
    }

    fn own_root(&self, path: &str, name: &str) -> Option<Root> {
        self.own.get(path)?.iter().find(|(known, _)| known == name).map(|(_, root)| *root)
    }

    /// What a file itself defines that is of a library's type.
    pub(crate) fn own(&self, path: &str) -> &[Named] {
        self.own.get(path).map_or(&[], Vec::as_slice)
    }

    /// The library's type that a name means in a file, dots in it or not.
    pub(crate) fn root_of(
        &self,
        program: &Program<'_>,
        path: &Arc<str>,
        imports: &Imports<'_>,
        name: &str,
    ) -> Option<Root> {
        let (head, tail) = name.split_once('.').map_or((name, None), |(head, tail)| (head, Some(tail)));
        let Some((module, imported)) = imports.get(head) else { return self.own_root(path, head) };
        let joined = |first: &str| tail.map_or_else(|| first.to_owned(), |tail| format!("{first}.{tail}"));
        let full = match imported {
            None => tail?.to_owned(),
            Some("default") => name.to_owned(),
            Some(imported) => joined(imported),
        };
        if let Some(library) = self.libraries.iter().find(|library| is_module(library, module)) {
            return self.of_module(library, &full);
        }
        // Of a file's own, what it exports as its default mostly has the name that it is imported by.
        let mut parts = full.split('.');
        let first = parts.next().filter(|_| parts.next().is_none())?;
        self.root_in(program, path, module, first)
    }

    /// The library's type that a module of the project exports under a name.
    pub(crate) fn root_in(&self, program: &Program<'_>, path: &Arc<str>, module: &str, name: &str) -> Option<Root> {
        let sought = self.defined.get(name)?;
        if sought.iter().all(|(_, root)| root.is_none()) {
            return None;
        }
        let target = program.modules.resolve(program.snapshot, path, module)?;
        self.exported(program, &target, name)
    }

    fn of_module(&self, library: &'static Library, full: &str) -> Option<Root> {
        let builders = library.builders.iter();
        let seeds = builders.flat_map(|builder| builder.types.iter().map(move |name| (builder.name.as_str(), name)));
        let mut fits = seeds.filter(|(_, seed)| match seed.strip_prefix('*') {
            Some(ending) => full.ends_with(ending),
            None => full == seed.as_str() || full.strip_suffix(seed.as_str()).is_some_and(|rest| rest.ends_with('.')),
        });
        fits.next().map(|(builder, name)| Root { builder, name })
    }

    /// What a file exports under a name, by itself or from another.
    fn exported(&self, program: &Program<'_>, target: &Arc<str>, name: &str) -> Option<Root> {
        let places = self.defined.get(name)?;
        if let Some((_, root)) = places.iter().find(|(path, _)| path == target) {
            return *root;
        }
        let entry = program.entry(target)?;
        if !definitions::passes_on(&entry.text, name) {
            return None;
        }
        // Of several of the name, the one that stands nearest.
        let near = |path: &Arc<str>| path.bytes().zip(target.bytes()).take_while(|(left, right)| left == right).count();
        places.iter().max_by_key(|(path, _)| (near(path), std::cmp::Reverse(path))).and_then(|(_, root)| *root)
    }

    /// Whether something of the project has this name and a library's type, wherever it stands.
    pub(crate) fn is_named(&self, builder: &QueryBuilder, name: &str) -> bool {
        self.defined
            .get(name)
            .is_some_and(|places| places.iter().any(|(_, root)| root.is_some_and(|root| builder.is_of(root))))
    }

    /// Whether a name may be one of a library's types, or of the project's that are.
    pub(crate) fn may_be(&self, name: &str) -> bool {
        self.seeds().any(|(_, seed)| seed.split('.').any(|part| part == name))
            || self.defined.get(name).is_some_and(|places| places.iter().any(|(_, root)| root.is_some()))
    }

    /// Whether objects of a type are called like their classes.
    pub(crate) fn names_objects(&self, root: Root) -> bool {
        self.builders().any(|builder| builder.instances && builder.is_of(root))
    }

    /// The methods that what is of a type has.
    pub(crate) fn asks(&self, method: &str) -> bool {
        self.methods.contains(method) || self.associated.contains(method) || self.methods().any(|name| name == method)
    }

    /// The library of the types in use that a module is.
    pub(crate) fn known_module(&self, module: &str) -> Option<&'static Library> {
        self.libraries.iter().copied().find(|library| is_module(library, module))
    }

    /// The libraries of the types in use.
    pub(crate) fn libraries(&self) -> &[&'static Library] {
        &self.libraries
    }

    /// Names of the types whose objects are called themselves, and of those of the project that are.
    pub(crate) fn called(&self) -> Vec<&str> {
        let called = |root: Root| self.builders().any(|builder| builder.called && builder.is_of(root));
        let seeds =
            self.seeds().filter(|(builder, name)| called(Root { builder, name })).map(|(_, name)| last_of(name));
        let own = self.own.values().flatten().filter(|(_, root)| called(*root)).map(|(name, _)| name.as_str());
        let mut names: Vec<&str> = seeds.chain(own).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

fn last_of(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
