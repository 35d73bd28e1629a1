//! The models of a project's Prisma schema files, by name. Whoever calls their methods builds queries, whatever the client is
//! called. Those that are classes are in `types`.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use crate::program::Program;
use crate::sinks::QueryBuilder;

/// The names that stand before a builder's methods.
#[derive(Debug, Default)]
pub(crate) struct Models {
    /// By the name of the builder.
    names: FxHashMap<&'static str, FxHashSet<String>>,
    signature: u64,
}

impl Models {
    pub(crate) fn of(program: &Program<'_>) -> Self {
        let mut models = Self::default();
        let all = program.modules.manifests == 0;
        for library in program.language.libraries.iter().filter(|library| all || program.is_active(library)) {
            let of_schema = |builder: &&QueryBuilder| builder.models && builder.types.is_empty();
            let Some(builder) = library.builders.iter().find(of_schema) else { continue };
            models.names.insert(builder.name.as_str(), of_schemas(program));
        }
        let mut hasher = FxHasher::default();
        let mut all: Vec<&String> = models.names.values().flatten().collect();
        all.sort_unstable();
        all.hash(&mut hasher);
        models.signature = hasher.finish();
        models
    }

    /// Tells sets of models apart.
    pub(crate) fn signature(&self) -> u64 {
        self.signature
    }

    /// The same for any builder of a library that has models.
    pub(crate) fn any(&self, builder: &QueryBuilder, name: &str) -> bool {
        self.names.get(builder.name.as_str()).is_some_and(|names| names.contains(name))
    }

    /// Whether a builder's model is called so.
    pub(crate) fn holds(&self, builder: &QueryBuilder, name: &str) -> bool {
        builder.models && self.names.get(builder.name.as_str()).is_some_and(|names| names.contains(name))
    }
}

/// `model TaskRun {` is `client.taskRun`.
fn of_schemas(program: &Program<'_>) -> FxHashSet<String> {
    let mut names = FxHashSet::default();
    for (path, _) in program.snapshot.files().filter(|(path, _)| path.ends_with(".prisma")) {
        let Some(entry) = program.entry(path) else { continue };
        for line in entry.text.lines() {
            let Some(rest) = ["model ", "view "].iter().find_map(|word| line.strip_prefix(word)) else { continue };
            let name: String =
                rest.trim_start().chars().take_while(|one| one.is_alphanumeric() || *one == '_').collect();
            let mut letters = name.chars();
            if let Some(first) = letters.next() {
                names.insert(first.to_lowercase().chain(letters).collect());
            }
        }
    }
    names
}
