//! The models of a project, by name: of Prisma's schema files, and classes that extend Sequelize's `Model`. Whoever calls
//! their methods builds queries, whatever the client is called.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use crate::program::Program;
use crate::sinks::QueryBuilder;

/// How long a chain of base classes may be.
const MAX_BASES: usize = 8;

/// The names that stand before a builder's methods.
#[derive(Debug, Default)]
pub(crate) struct Models {
    /// By the name of the builder.
    names: FxHashMap<&'static str, FxHashSet<String>>,
    signature: u64,
}

impl Models {
    pub(crate) fn of(program: &Program<'_>, paths: &[Arc<str>]) -> Self {
        let mut models = Self::default();
        let all = program.modules.manifests == 0;
        for library in program.language.libraries.iter().filter(|library| all || program.is_active(library)) {
            let Some(builder) = library.builders.iter().find(|builder| builder.models) else { continue };
            let names = match library.name.as_str() {
                "prisma" => of_schemas(program),
                _ => of_classes(program, paths),
            };
            models.names.insert(builder.name.as_str(), names);
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

/// Classes that extend `Model`, directly or not, and what `sequelize.define(…)` makes.
fn of_classes(program: &Program<'_>, paths: &[Arc<str>]) -> FxHashSet<String> {
    let found: Vec<Vec<(String, String)>> = paths
        .par_iter()
        .filter_map(|path| {
            let entry = program.entry(path)?;
            Some(extensions(&entry.text))
        })
        .collect();
    let mut names: FxHashSet<String> = FxHashSet::default();
    names.insert(String::new());
    for _ in 0..MAX_BASES {
        let more: Vec<String> = found
            .iter()
            .flatten()
            .filter(|(name, base)| names.contains(base) && !names.contains(name))
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        names.extend(more);
    }
    names.remove("");
    names
}

/// Classes of a file, each with what it extends; with nothing, where that is Sequelize's own.
fn extensions(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let of_library = memmem::find(text.as_bytes(), b"sequelize").is_some();
    // `import { Model as SequelizeModel } from "sequelize-typescript"`
    let renamed = text.split_once("Model as ").filter(|_| of_library).map_or("Model", |(_, rest)| word_at(rest));
    for at in memmem::find_iter(text.as_bytes(), " extends ") {
        let before = &text[..at];
        let before = &before[before.rfind(['{', '}']).map_or(0, |brace| brace + 1)..];
        let Some(start) = before.rfind("class ") else { continue };
        let name = word_at(&before[start + "class ".len()..]);
        let base = path_at(&text[at + " extends ".len()..]);
        let base = base.rsplit('.').next().unwrap_or("");
        if !name.is_empty() && !base.is_empty() {
            let base = if of_library && base == renamed { "" } else { base };
            found.push((name.to_owned(), base.to_owned()));
        }
    }
    for (at, _) in text.match_indices(".define(").filter(|_| of_library) {
        let before = text[..at].trim_end_matches(|one: char| one.is_alphanumeric() || "_$.".contains(one));
        let name = before.trim_end().strip_suffix('=').map(str::trim_end).unwrap_or("");
        let start = name.rfind(|one: char| !one.is_alphanumeric() && one != '_').map_or(0, |start| start + 1);
        if start < name.len() {
            found.push((name[start..].to_owned(), String::new()));
        }
    }
    found
}

fn word_at(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|one: char| !one.is_alphanumeric() && one != '_' && one != '$').unwrap_or(text.len());
    &text[..end]
}

fn path_at(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|one: char| !one.is_alphanumeric() && !"_$.".contains(one)).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::extensions;

    #[test]
    fn classes_and_what_they_extend() {
        let text = "import { Model } from 'sequelize-typescript';\nabstract class Base<T extends object> extends Model<T> {}\n\
            export default class User extends Base<User> {}\nconst Job = this.sequelize.define('job', {});\nif (a) b.define(c);";
        let expected = [("Base", "object"), ("Base", ""), ("User", "Base"), ("Job", "")];
        let found = extensions(text);
        let found: Vec<(&str, &str)> = found.iter().map(|(name, base)| (name.as_str(), base.as_str())).collect();
        assert_eq!(found, expected);
        let text = "import { Model as Base } from 'sequelize';\nclass Model extends Base {}";
        assert_eq!(extensions(text), [("Model".to_owned(), String::new())]);
    }
}
