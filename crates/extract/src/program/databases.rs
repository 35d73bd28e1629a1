//! Whose database a file's texts are sent to, where its imports or its package tell: a project may have several.

use std::sync::{Arc, PoisonError};

use memchr::memmem::Finder;
use rayon::prelude::*;
use rollproof_source::FileId;
use rustc_hash::FxHashMap;

use super::{Entry, Program};
use crate::Site;
use crate::ir::Facts;
use crate::sinks::Library;

/// What libraries call the driver that counts.
const POSTGRESQL: &str = "PostgreSQL";

/// What a package speaks with: nothing known, PostgreSQL (or nobody knows which), or another database alone.
pub(super) type Spoken = Option<Option<&'static str>>;

impl Program<'_> {
    /// The database other than PostgreSQL that a file's texts are meant for: nothing that it imports, nor its package, speaks
    /// with PostgreSQL, and something speaks with the other.
    pub(crate) fn other_database(&self, facts: &Facts) -> Option<&'static str> {
        let mut other = None;
        for module in &facts.modules {
            match self.database_of(module) {
                Some(Some(database)) => other = other.or(Some(database)),
                Some(None) => return None,
                // A package of the workspace is what its own dependencies are.
                None if !module.starts_with('.') => {
                    let Some(path) = self.resolve_module(facts, module) else { continue };
                    let own = self.modules.package_folder(&facts.path);
                    let folder = self.modules.package_folder(&path);
                    match self.database_of_package(folder).filter(|_| folder != own) {
                        Some(Some(database)) => other = other.or(Some(database)),
                        Some(None) => return None,
                        None => {}
                    }
                }
                None => {}
            }
        }
        other.or_else(|| self.database_of_package(self.modules.package_folder(&facts.path)).flatten())
    }

    fn database_of_package(&self, folder: Option<&str>) -> Spoken {
        let folder = folder?;
        let known = self.databases.lock().unwrap_or_else(PoisonError::into_inner).get(folder).copied();
        known.unwrap_or_else(|| {
            let found = self.database_of_dependencies(folder);
            self.databases.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), found);
            found
        })
    }

    fn database_of_dependencies(&self, folder: &str) -> Spoken {
        let mut other = None;
        for module in self.modules.dependencies_of(folder) {
            match self.database_of(module) {
                Some(Some(database)) => other = other.or(Some(database)),
                Some(None) => return Some(None),
                None => {}
            }
        }
        other.map(Some)
    }

    /// Says of the sites of crates that are built for another database whose they are.
    pub(crate) fn mark_built(&self, sites: &mut [Site]) {
        if !self.is_rust() {
            return;
        }
        let mut known: FxHashMap<FileId, Option<&'static str>> = FxHashMap::default();
        for site in sites.iter_mut().filter(|site| site.database.is_none()) {
            let of_file = || self.built_for(&self.sources.file(site.file).path);
            site.database = known.entry(site.file).or_insert_with(of_file).map(Arc::from);
        }
    }

    /// The database other than PostgreSQL that the crate of a file is built for: of the drivers that its dependencies are built
    /// with, none is PostgreSQL's.
    fn built_for(&self, path: &str) -> Option<&'static str> {
        let mut other = None;
        for (dependency, features) in self.crates.features_at(path)? {
            let libraries = self.index.libraries_of(dependency).map(|at| &self.language.libraries[at]);
            for library in libraries.filter(|library| !library.sinks.is_empty() || library.database.is_some()) {
                let built = |with: &[String]| with.iter().any(|feature| features.contains(feature));
                let mut drivers = library.drivers.iter().filter(|(_, with)| built(with)).map(|(name, _)| name.as_str());
                match (library.database.as_deref(), drivers.clone().any(|name| name == POSTGRESQL), drivers.next()) {
                    (Some(database), ..) | (None, false, Some(database)) => other = other.or(Some(database)),
                    // Nothing tells which.
                    (None, ..) => return None,
                }
            }
        }
        other
    }

    /// The database of a module: none where it is no library's, an inner none where that may speak with PostgreSQL.
    fn database_of(&self, module: &str) -> Spoken {
        let mut libraries: Vec<usize> = self.index.libraries_of(module).collect();
        libraries.sort_unstable();
        let other = libraries.iter().find_map(|library| self.language.libraries[*library].database.as_deref());
        other.map(Some).or_else(|| (!libraries.is_empty()).then_some(None))
    }

    /// Notes which libraries of other databases a file names that no package asks for: a runtime brings them along
    /// (`node:sqlite`).
    pub(crate) fn add_of_runtimes(&mut self, paths: &[Arc<str>]) {
        // Without packages anything may be in use.
        if self.modules.manifests == 0 {
            return;
        }
        let libraries = self.language.libraries.iter().filter(|library| library.database.is_some());
        let sought = libraries.filter(|library| !self.is_active(library));
        let named = sought.filter(|library| {
            let of_runtime = library.modules.iter().filter(|module| module.contains(':'));
            let finders: Vec<Finder<'_>> = of_runtime.map(|module| Finder::new(module.as_bytes())).collect();
            let names = |path: &Arc<str>| {
                let text =
                    |entry: &Arc<Entry>| finders.iter().any(|finder| finder.find(entry.text.as_bytes()).is_some());
                self.entry(path).as_ref().is_some_and(text)
            };
            !finders.is_empty() && paths.par_iter().any(names)
        });
        self.of_runtimes = named.map(|library| library.at).collect();
    }

    /// Whether anything that a file sees can be of a library: what speaks with another database is of none that neither the file
    /// nor any package names.
    pub(crate) fn is_in_reach(&self, facts: &Facts, library: &Library) -> bool {
        library.database.is_none()
            || self.modules.manifests == 0
            || self.is_active(library)
            || self.of_runtimes.contains(&library.at)
            || self.imports(facts, library)
    }

    /// Whether a library may be what a call in this file is of, where the call itself does not tell.
    pub(crate) fn may_use(&self, facts: &Facts, library: &Library) -> bool {
        library.database.is_none() || self.imports(facts, library)
    }
}

/// The name of a library's database, for a site.
pub(crate) fn named(library: &'static Library) -> Option<Arc<str>> {
    library.database.as_deref().map(Arc::from)
}
