//! Settings of libraries that change names on their way to the database: Kysely's `CamelCasePlugin`, postgres.js's
//! `transform`, Knex's `wrapIdentifier`. They stand where a client is made, most often in a file without any SQL, and which
//! client a query goes to is not told: a project that sets one anywhere has it everywhere.

use std::sync::Arc;

use rayon::prelude::*;

use crate::program::Program;
use crate::sinks::{Helper, Library};
use crate::table::Table;

/// What is said of a name that such a setting may change.
pub(crate) const MAY_CHANGE: &str = "name that a setting of the library may change";

/// The libraries for which a project has such a setting, by their places.
#[derive(Debug, Default)]
pub(crate) struct Renaming {
    set: Vec<bool>,
}

impl Renaming {
    /// A look at the texts of all files.
    pub(crate) fn of(program: &Program<'_>, paths: &[Arc<str>]) -> Self {
        let libraries = program.language.libraries.iter();
        let asked = libraries.filter(|library| program.modules.manifests == 0 || program.is_active(library));
        let words: Vec<(&'static Library, &str)> =
            asked.flat_map(|library| library.renamed_by.iter().map(move |word| (library, word.as_str()))).collect();
        let mut set = vec![false; program.language.libraries.len()];
        if let Some(table) = Table::new(words.iter().map(|(_, word)| word), false, true).filter(|_| !words.is_empty()) {
            let found: Vec<usize> =
                paths.par_iter().flat_map_iter(|path| set_in(program, path, &table, &words)).collect();
            found.into_iter().for_each(|library| set[library] = true);
        }
        Self { set }
    }

    /// Whether the project has such a setting for a library.
    pub(crate) fn is_set(&self, library: &Library) -> bool {
        self.set.get(library.at).copied().unwrap_or(false)
    }

    /// Whether a setting may change a name: all that are in use tell capitals from small letters.
    pub(crate) fn changes(&self, library: &Library, name: &str) -> bool {
        self.is_set(library) && name.chars().any(|letter| letter.is_uppercase() || letter == '-')
    }
}

impl Program<'_> {
    /// Whether the project has a setting that changes names for the library of this name.
    pub(crate) fn renames(&self, library: &str) -> bool {
        self.language.libraries.iter().any(|known| known.name == library && self.renaming.is_set(known))
    }

    /// The library that has a helper.
    pub(crate) fn owner_of_helper(&self, helper: &'static Helper) -> Option<&'static Library> {
        let mut libraries = self.language.libraries.iter();
        libraries.find(|library| library.helpers.iter().any(|other| std::ptr::eq(other, helper)))
    }
}

/// The places of the libraries for which a file has such a setting.
fn set_in(program: &Program<'_>, path: &Arc<str>, table: &Table, words: &[(&Library, &str)]) -> Vec<usize> {
    let mut found = Vec::new();
    let Some(entry) = program.entry(path) else { return found };
    table.any(&entry.text, |word, _| {
        let (library, _) = words[word];
        if !found.contains(&library.at) && library.modules.iter().any(|module| entry.text.contains(module.as_str())) {
            found.push(library.at);
        }
        false
    });
    found
}
