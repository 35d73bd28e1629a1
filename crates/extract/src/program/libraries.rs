//! What a name means to the libraries that a file or the project uses.

use std::sync::Arc;

use super::Program;
use crate::ir::Facts;
use crate::sinks::{Helper, Library, Meaning, ends_with};

impl Program<'_> {
    /// What a library's helper means, where the file can know the library.
    pub(crate) fn helper(&self, facts: &Facts, path: &[Arc<str>]) -> Option<&'static Helper> {
        // The longest name tells most: `Prisma.sql` is not `sql`.
        let mut best: Option<((usize, bool), &'static Helper)> = None;
        for ((library, helper), pattern) in self.index.helpers.get(path.last()?.as_ref())? {
            // `raw(…)` is a function's name; a method's says nothing without its receiver.
            let fits = helper.means != Meaning::Part || path.len() == 1 || pattern.contains('.');
            if !fits || !ends_with(path, pattern) {
                continue;
            }
            let imported = self.imports(facts, library);
            if !imported && self.modules.manifests > 0 && !self.is_active(library) {
                continue;
            }
            let length = pattern.split('.').count();
            if best.is_none_or(|(known, _)| known < (length, imported)) {
                best = Some(((length, imported), helper));
            }
        }
        best.map(|(_, helper)| helper)
    }

    /// What a name of a package means, where it is a helper of a library.
    pub(crate) fn helper_of(&self, module: &str, path: &[Arc<str>]) -> Option<&'static Helper> {
        let of_module = |library: &Library| self.index.libraries_of(module).any(|at| at == library.at);
        if let [name] = path
            && let Some(exported) = self.index.exported.get(name.as_ref())
            && let Some(((_, helper), _)) = exported.iter().find(|((library, _), _)| of_module(library))
        {
            return Some(helper);
        }
        let known = self.index.helpers.get(path.last()?.as_ref()).filter(|_| !module.is_empty())?;
        let fits = known.iter().filter(|((library, helper), pattern)| {
            helper.means != Meaning::Part && ends_with(path, pattern) && of_module(library)
        });
        fits.max_by_key(|(_, pattern)| pattern.len()).map(|((_, helper), _)| *helper)
    }

    /// Whether a name of a package is a part of a query that says nothing: `import { empty } from "sql-template-tag"`.
    pub(crate) fn is_empty_part(&self, module: &str, path: &[Arc<str>]) -> bool {
        path.len() == 1 && self.helper_of(module, path).is_some_and(|helper| helper.means == Meaning::Empty)
    }

    /// Whether a package is a library whose tags make queries.
    pub(crate) fn has_tags(&self, module: &str) -> bool {
        !module.is_empty()
            && self.index.libraries_of(module).any(|library| !self.language.libraries[library].tags.is_empty())
    }

    /// Whether a file imports the library of this name.
    pub(crate) fn imports_named(&self, facts: &Facts, name: &str) -> bool {
        self.language.libraries.iter().any(|library| library.name == name && self.imports(facts, library))
    }

    /// Whether what `path` names in a package is a part of a query that no helper is known for: `sql.other(…)`, Drizzle's
    /// `eq(…)`. It is no value.
    pub(crate) fn makes_parts(&self, module: &str, path: &[Arc<str>]) -> bool {
        let Some(library) = self.index.libraries_of(module).min() else { return false };
        let library = &self.language.libraries[library];
        match path {
            // What `drizzle(…)` makes returns rows.
            [first, ..] if library.name == "drizzle" => {
                first.starts_with(|first: char| first.is_ascii_lowercase()) && first.as_ref() != "drizzle"
            }
            // `db.fn.count("id")`, `db.dynamic.ref(name)`, `expressionBuilder().val(1)`.
            [first, rest @ ..] if library.name == "kysely" && first.as_ref() != "sql" => {
                first.as_ref() == "expressionBuilder"
                    || rest.iter().any(|name| matches!(name.as_ref(), "fn" | "dynamic"))
            }
            // `new pgp.helpers.TableName(…)` formats itself.
            [.., owner, _] if library.name == "pg-promise" => matches!(owner.as_ref(), "helpers" | "as"),
            [.., owner, name] => {
                matches!(owner.as_ref(), "sql" | "Prisma" | "createSqlTag")
                    && name.starts_with(|first: char| first.is_ascii_lowercase())
            }
            _ => false,
        }
    }

    /// Whether what `path` names in a package is a query that its builder makes, and that others may hold.
    pub(crate) fn embeds(&self, module: &str, path: &[Arc<str>]) -> bool {
        let Some(method) = path.last() else { return false };
        self.index.libraries_of(module).any(|library| {
            self.language.libraries[library]
                .builders
                .iter()
                .any(|builder| builder.embeds && builder.methods.iter().any(|name| name == method.as_ref()))
        })
    }
}
