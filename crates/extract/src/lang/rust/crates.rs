//! Where crates and modules stand in a tree.

use std::collections::{BTreeMap, BTreeSet};

use rollproof_source::Snapshot;

/// The packages of a tree.
#[derive(Default)]
pub(crate) struct Crates {
    /// Folders of the `Cargo.toml`s with a package.
    folders: BTreeSet<String>,
    /// By the crate's name in source, its folder: the first, should several have the name.
    by_name: BTreeMap<String, String>,
}

impl Crates {
    pub(crate) fn new(snapshot: &Snapshot) -> Self {
        let mut crates = Self::default();
        for (path, _) in snapshot.files() {
            let folder = match path.strip_suffix("Cargo.toml") {
                Some(folder) if folder.is_empty() || folder.ends_with('/') => folder.trim_end_matches('/'),
                _ => continue,
            };
            let Some(Ok(bytes)) = snapshot.read(path) else { continue };
            let Some(table) = String::from_utf8(bytes).ok().and_then(|text| text.parse::<toml::Table>().ok()) else {
                continue;
            };
            let name = |section: &str| {
                table.get(section).and_then(|section| section.get("name")).and_then(toml::Value::as_str)
            };
            if let Some(name) = name("lib").or_else(|| name("package")) {
                crates.folders.insert(folder.to_owned());
                crates.by_name.entry(name.replace('-', "_")).or_insert_with(|| folder.to_owned());
            }
        }
        crates
    }

    /// The folder of the `Cargo.toml` that a file belongs to.
    pub(crate) fn manifest_folder(&self, path: &str) -> Option<&str> {
        let mut folder = path;
        while let Some((up, _)) = folder.rsplit_once('/') {
            folder = up;
            if let Some(known) = self.folders.get(folder) {
                return Some(known);
            }
        }
        self.folders.get("").map(String::as_str)
    }

    /// The folder of the crate that source calls `name`.
    pub(crate) fn folder_of(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(String::as_str)
    }

    /// The module path of a file in its crate, and the folder its crate's modules start in.
    pub(crate) fn module_of(&self, path: &str) -> (String, Vec<String>) {
        let manifest = self.manifest_folder(path).unwrap_or("");
        let inner = path.strip_prefix(manifest).unwrap_or(path).trim_start_matches('/');
        let (root, rest) = match inner.split_once('/') {
            Some(("src", rest)) => (joined(manifest, "src"), rest),
            Some((folder, rest)) => (joined(manifest, folder), rest),
            None => (manifest.to_owned(), inner),
        };
        let mut names: Vec<String> = rest.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        let last = names.last().map(String::as_str);
        if last == Some("mod") || (names.len() == 1 && matches!(last, Some("lib" | "main"))) {
            names.pop();
        }
        (root, names)
    }

    /// The file that holds the module `names` below `root`.
    pub(crate) fn file_of(&self, snapshot: &Snapshot, root: &str, names: &[String]) -> Option<String> {
        let stem = joined(root, &names.join("/"));
        let candidates = if names.is_empty() {
            vec![joined(root, "lib.rs"), joined(root, "main.rs")]
        } else {
            vec![format!("{stem}.rs"), format!("{stem}/mod.rs")]
        };
        candidates.into_iter().find(|path| snapshot.get(path).is_some())
    }
}

fn joined(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}
