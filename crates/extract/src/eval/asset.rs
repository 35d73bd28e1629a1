//! Files that are imported as their text: a `.sql` file through a bundler's loader or with `with { type: "text" }` (esbuild,
//! webpack, Bun, Deno), any file with Vite's `?raw`.

use std::sync::Arc;

use rollproof_source::Span;

use super::Evaluator;
use super::value::Value;
use crate::ir::Facts;

/// How the reason begins where a file is imported that is no code.
const ASSET: &str = "import of a file that is no code";

/// Endings of files that are imported as their text.
const TEXTS: &[&str] = &[".sql", ".txt", ".text", ".md", ".tpl", ".tmpl"];

/// Whether a reason says that a file is imported of which no bundler makes a text of SQL.
pub(crate) fn is_no_text(reason: &str) -> bool {
    let Some(module) = reason.strip_prefix(ASSET) else { return false };
    let path = module.split_once('?').map_or(module, |(path, _)| path).trim_end_matches('`');
    !TEXTS.iter().any(|ending| path.ends_with(ending))
}

impl Evaluator<'_> {
    /// What an import of a file of the tree as its text is worth.
    pub(super) fn imported_text(
        &mut self,
        facts: &Arc<Facts>,
        module: &Arc<str>,
        name: Option<&Arc<str>>,
    ) -> Option<Vec<Value>> {
        let path = text_file(module).filter(|_| name.is_none_or(|name| name.as_ref() == "default"))?;
        let (file, text) = match self.program.resolve_module(facts, &path.into()) {
            Some(path) => self.program.add_file(&path)?,
            None => self.program.file_text(facts, path)?,
        };
        Some(vec![Value::of_file(file, text)])
    }

    /// What an import of another file of the tree is worth that is no code. What a bundler makes of it nobody knows: an
    /// address, names of classes, a module, sometimes the text.
    pub(super) fn imported_asset(&self, facts: &Facts, module: &Arc<str>, at: Span) -> Option<Value> {
        let is_asset = self.program.modules.is_asset(self.program.snapshot, &facts.path, module);
        is_asset.then(|| Value::unknown(&format!("{ASSET}: `{module}`"), at))
    }
}

/// The path of a file that is imported as its text.
fn text_file(module: &str) -> Option<&str> {
    let (path, query) = module.split_once('?').unwrap_or((module, ""));
    let raw = query.split('&').any(|word| word == "raw");
    (raw || query.is_empty() && path.ends_with(".sql")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::text_file;

    #[test]
    fn is_text_by_its_name_or_by_the_query() {
        assert_eq!(text_file("./a.sql"), Some("./a.sql"));
        assert_eq!(text_file("@/a.txt?raw"), Some("@/a.txt"));
        assert_eq!(text_file("./a.sql?inline&raw"), Some("./a.sql"));
        for other in ["./a.sql?url", "./a.txt", "./sql", "./a.txt?rawer"] {
            assert_eq!(text_file(other), None, "{other}");
        }
    }
}
