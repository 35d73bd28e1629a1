//! Where crates and modules stand in a tree.

use std::collections::{BTreeMap, BTreeSet};

use rollproof_source::Snapshot;

use super::features::{Features, features_of, shared_features};

/// The packages of a tree.
#[derive(Default)]
pub(crate) struct Crates {
    /// Folders of the `Cargo.toml`s with a package.
    folders: BTreeSet<String>,
    /// By the crate's name in source, its folder: the first, should several have the name.
    by_name: BTreeMap<String, String>,
    /// What each of them turns on in what it depends on, by its folder.
    features: BTreeMap<String, Features>,
}

impl Crates {
    pub(crate) fn new(snapshot: &Snapshot) -> Self {
        let mut crates = Self::default();
        let (mut manifests, mut workspaces) = (Vec::new(), BTreeMap::new());
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
            workspaces.extend(shared_features(&table).map(|shared| (folder.to_owned(), shared)));
            manifests.push((folder.to_owned(), table));
        }
        for (folder, manifest) in manifests {
            let shared = up_from(&folder).find_map(|folder| workspaces.get(folder)).cloned().unwrap_or_default();
            crates.features.insert(folder, features_of(&manifest, &shared));
        }
        crates
    }

    /// What the crate that a file belongs to turns on in what it depends on: its features, by the name of the dependency.
    pub(crate) fn features_at(&self, path: &str) -> Option<&Features> {
        self.features.get(self.manifest_folder(path)?)
    }

    /// The folder of the `Cargo.toml` that a file belongs to.
    pub(crate) fn manifest_folder(&self, path: &str) -> Option<&str> {
        up_from(path).find_map(|folder| self.folders.get(folder)).map(String::as_str)
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

/// A path, and the folders that it stands in, up to the tree's root.
fn up_from(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| up(path))
}

fn up(path: &str) -> Option<&str> {
    match path.rsplit_once('/') {
        Some((up, _)) => Some(up),
        None => (!path.is_empty()).then_some(""),
    }
}
