//! What a module specifier of TypeScript or JavaScript names: a file of the tree, or a package outside of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_source::Snapshot;
use serde_json::Value;

const EXTENSIONS: &[&str] = &[".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

/// Files that are imported with their extension only: components, and what is imported as data or as its text.
const WHOLE_NAMES: &[&str] = &[".vue", ".svelte", ".astro", ".json", ".sql"];

/// What the tree's `package.json` and `tsconfig.json` files say.
#[derive(Default)]
pub(crate) struct Modules {
    /// By name: folder and parsed `package.json`.
    packages: BTreeMap<String, (String, Value)>,
    /// By folder: patterns and their targets, relative to the tree's root.
    paths: BTreeMap<String, Vec<(String, Vec<String>)>>,
    /// By folder: `imports` of its `package.json`.
    imports: BTreeMap<String, Vec<(String, String)>>,
    /// Names of all packages that any `package.json` asks for.
    pub(crate) dependencies: std::collections::BTreeSet<String>,
    pub(crate) manifests: usize,
    /// By folder: the packages that its `package.json` asks for at run time.
    by_folder: BTreeMap<String, std::collections::BTreeSet<String>>,
}

impl Modules {
    pub(crate) fn new(snapshot: &Snapshot) -> Self {
        let mut modules = Self::default();
        for (path, _) in snapshot.files() {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let wanted = name == "package.json" || (name.starts_with("tsconfig") && name.ends_with(".json"));
            if !wanted || folder.split('/').any(|part| part == "node_modules") {
                continue;
            }
            let Some(json) = read_json(snapshot, path) else { continue };
            if name == "package.json" {
                modules.package(folder, json);
            } else {
                modules.tsconfig(snapshot, folder, &json);
            }
        }
        modules
    }

    /// The folder of the package that a file belongs to.
    pub(crate) fn package_folder(&self, path: &str) -> Option<&str> {
        let mut here = path;
        while let Some((folder, _)) = here.rsplit_once('/') {
            if let Some((known, _)) = self.by_folder.get_key_value(folder) {
                return Some(known);
            }
            here = folder;
        }
        self.by_folder.get_key_value("").map(|(known, _)| known.as_str())
    }

    /// What the package in a folder asks for at run time.
    pub(crate) fn dependencies_of(&self, folder: &str) -> impl Iterator<Item = &String> {
        self.by_folder.get(folder).into_iter().flatten()
    }

    fn package(&mut self, folder: &str, json: Value) {
        self.manifests += 1;
        let running = json.get("dependencies").and_then(Value::as_object);
        let running = running.map(|names| names.keys().cloned().collect());
        self.by_folder.insert(folder.to_owned(), running.unwrap_or_default());
        for key in ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"] {
            if let Some(names) = json.get(key).and_then(Value::as_object) {
                self.dependencies.extend(names.keys().cloned());
            }
        }
        if let Some(imports) = json.get("imports").and_then(Value::as_object) {
            let list = imports.iter().filter_map(|(key, target)| Some((key.clone(), first_path(target)?)));
            self.imports.insert(folder.to_owned(), list.collect());
        }
        if let Some(name) = json.get("name").and_then(Value::as_str) {
            self.packages.insert(name.to_owned(), (folder.to_owned(), json.clone()));
        }
    }

    fn tsconfig(&mut self, snapshot: &Snapshot, folder: &str, json: &Value) {
        let mut at = (folder.to_owned(), json.clone());
        for _ in 0..4 {
            let options = at.1.get("compilerOptions").cloned().unwrap_or(Value::Null);
            let base = options.get("baseUrl").and_then(Value::as_str);
            let root = join(&at.0, base.unwrap_or("."));
            if let Some(paths) = options.get("paths").and_then(Value::as_object) {
                let list = paths.iter().map(|(pattern, targets)| {
                    let targets = targets.as_array().into_iter().flatten().filter_map(Value::as_str);
                    (pattern.clone(), targets.map(|target| join(&root, target)).collect())
                });
                self.paths.entry(folder.to_owned()).or_default().extend(list);
                return;
            }
            if base.is_some() {
                self.paths.entry(folder.to_owned()).or_default().push(("*".to_owned(), vec![join(&root, "*")]));
            }
            let Some(extends) = at.1.get("extends").and_then(Value::as_str).filter(|path| path.starts_with('.')) else {
                return;
            };
            let mut path = join(&at.0, extends);
            if !path.ends_with(".json") {
                path.push_str(".json");
            }
            let Some(next) = read_json(snapshot, &path) else { return };
            at = (path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(), next);
        }
    }

    /// The file that `specifier` names in the file at `from`.
    pub(crate) fn resolve(&self, snapshot: &Snapshot, from: &str, specifier: &str) -> Option<Arc<str>> {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        if specifier.starts_with('.') {
            return find(snapshot, &join(folder, specifier));
        }
        let mut here = Some(folder);
        while let Some(at) = here {
            if let Some(found) = self.by_paths(snapshot, at, specifier) {
                return Some(found);
            }
            here = if at.is_empty() { None } else { Some(at.rsplit_once('/').map_or("", |(up, _)| up)) };
        }
        self.by_package(snapshot, specifier)
    }

    /// Whether `specifier` names a file of the tree that is no code, as a bundler imports it: `./a.css`, `@/b.svg?url`.
    pub(crate) fn is_asset(&self, snapshot: &Snapshot, from: &str, specifier: &str) -> bool {
        let path = specifier.split_once('?').map_or(specifier, |(path, _)| path);
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        if path.starts_with('.') {
            return snapshot.get(&join(folder, path)).is_some();
        }
        let folders = std::iter::successors(Some(folder), |at| {
            (!at.is_empty()).then(|| at.rsplit_once('/').map_or("", |(up, _)| up))
        });
        let mut patterns = folders.filter_map(|folder| self.paths.get(folder)).flatten();
        patterns.any(|(pattern, targets)| {
            matched(pattern, path)
                .is_some_and(|rest| targets.iter().any(|target| snapshot.get(&target.replace('*', rest)).is_some()))
        })
    }

    fn by_paths(&self, snapshot: &Snapshot, folder: &str, specifier: &str) -> Option<Arc<str>> {
        for (pattern, target) in self.imports.get(folder).into_iter().flatten() {
            if let Some(rest) = matched(pattern, specifier) {
                let target = join(folder, &target.replace('*', rest));
                if let Some(found) = find_source(snapshot, folder, &target) {
                    return Some(found);
                }
            }
        }
        for (pattern, targets) in self.paths.get(folder).into_iter().flatten() {
            let Some(rest) = matched(pattern, specifier) else { continue };
            if let Some(found) = targets.iter().find_map(|target| find(snapshot, &target.replace('*', rest))) {
                return Some(found);
            }
        }
        None
    }

    /// A package of the workspace, by its sources where they are in the tree.
    fn by_package(&self, snapshot: &Snapshot, specifier: &str) -> Option<Arc<str>> {
        let depth = if specifier.starts_with('@') { 2 } else { 1 };
        let name: Vec<&str> = specifier.splitn(depth + 1, '/').collect();
        let rest = name.get(depth).copied().unwrap_or("");
        let name = name.get(..depth)?.join("/");
        let (folder, json) = self.packages.get(&name)?;
        let key = if rest.is_empty() { ".".to_owned() } else { format!("./{rest}") };
        let exports = json.get("exports");
        let mut targets: Vec<String> = Vec::new();
        for (pattern, target) in exports.and_then(Value::as_object).into_iter().flatten() {
            if let (Some(part), Some(path)) = (matched(pattern, &key), first_path(target)) {
                targets.push(path.replace('*', part));
            }
        }
        if rest.is_empty() {
            let fields = ["source", "main", "module", "types"];
            targets.extend(exports.and_then(first_path));
            targets.extend(fields.iter().filter_map(|field| json.get(*field)?.as_str().map(str::to_owned)));
            targets.extend(["src/index".to_owned(), "index".to_owned(), "lib/index".to_owned()]);
        } else {
            targets.extend([format!("src/{rest}"), rest.to_owned()]);
        }
        targets.iter().find_map(|target| find_source(snapshot, folder, &join(folder, target)))
    }
}

/// What `*` of a pattern stands for in `text`; the empty text where the pattern has none and is equal.
fn matched<'t>(pattern: &str, text: &'t str) -> Option<&'t str> {
    match pattern.split_once('*') {
        Some((before, after)) => text.strip_prefix(before)?.strip_suffix(after),
        None => (pattern == text).then_some(""),
    }
}

/// The path in an `exports` value, sources first.
fn first_path(value: &Value) -> Option<String> {
    match value {
        Value::String(path) => Some(path.clone()),
        Value::Array(all) => all.iter().find_map(first_path),
        Value::Object(conditions) => {
            if let Some(inner) = conditions.get(".") {
                return first_path(inner);
            }
            let order = ["source", "development", "import", "node", "require", "default", "types"];
            let scoped = conditions.iter().find(|(key, _)| key.starts_with('@')).map(|(_, value)| value);
            scoped.into_iter().chain(order.iter().filter_map(|key| conditions.get(*key))).find_map(first_path)
        }
        _ => None,
    }
}

/// A file, or the source that a built file was made from.
fn find_source(snapshot: &Snapshot, folder: &str, path: &str) -> Option<Arc<str>> {
    let inner = path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/');
    for built in ["dist/esm/", "dist/cjs/", "dist/src/", "dist/", "build/", "lib/", "out/", "esm/", "cjs/"] {
        if let Some(rest) = inner.strip_prefix(built) {
            let rest = rest.strip_suffix(".d.ts").unwrap_or(rest);
            for source in ["src", ""] {
                if let Some(found) = find(snapshot, &join(&join(folder, source), rest)) {
                    return Some(found);
                }
            }
        }
    }
    find(snapshot, path)
}

/// The file that `path` names, with the extension or the index that the language leaves out.
fn find(snapshot: &Snapshot, path: &str) -> Option<Arc<str>> {
    let exact = |path: &str| snapshot.get(path).map(|_| Arc::from(path));
    let code = |path: &str| EXTENSIONS.iter().chain(WHOLE_NAMES).any(|extension| path.ends_with(extension));
    if code(path)
        && let Some(found) = exact(path)
    {
        return Some(found);
    }
    let stem = [".js", ".jsx", ".mjs", ".cjs"].iter().find_map(|extension| path.strip_suffix(extension));
    for stem in stem.into_iter().chain([path]) {
        for extension in EXTENSIONS {
            if let Some(found) = exact(&format!("{stem}{extension}")) {
                return Some(found);
            }
        }
    }
    EXTENSIONS.iter().find_map(|extension| exact(&join(path, &format!("index{extension}"))))
}

/// `path` seen from `folder`, without `.` and `..`; what leads out of the tree becomes a path that no file has.
pub(crate) fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return "..".to_owned();
                }
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn read_json(snapshot: &Snapshot, path: &str) -> Option<Value> {
    let bytes = snapshot.read(path)?.ok()?;
    let text = String::from_utf8(bytes).ok()?;
    serde_json::from_str(&text).ok().or_else(|| serde_json::from_str(&without_comments(&text)).ok())
}

/// JSON as `tsconfig.json` has it: comments and trailing commas taken out.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '/', ',']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = if rest.starts_with('"') {
            let length = string_end(rest);
            out.push_str(&rest[..length]);
            length
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with(',') {
            let next = without_space(rest.get(1..).unwrap_or(""));
            if !next.starts_with(['}', ']']) {
                out.push(',');
            }
            1
        } else {
            out.push('/');
            1
        };
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

fn without_space(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        if text.starts_with("//") {
            text = text.find('\n').map_or("", |at| &text[at..]);
        } else if text.starts_with("/*") {
            text = text.find("*/").map_or("", |at| &text[at + 2..]);
        } else {
            return text;
        }
    }
}

fn string_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_do_not_leave_the_tree() {
        assert_eq!(join("a/b", "../c"), "a/c");
        assert_eq!(join("a", "../../etc"), "..");
    }

    #[test]
    fn tsconfig_comments_and_commas_are_taken_out() {
        let text = "{ // why\n \"a\": \"//x\", /* y */ \"b\": [1, 2,],\n}";
        let value: Value = serde_json::from_str(&without_comments(text)).unwrap();
        assert_eq!(value["a"], "//x");
        assert_eq!(value["b"][1], 2);
    }
}
