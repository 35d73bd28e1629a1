//! The folders of a tree in which migrations may lie, and what their neighbourhood says about the tool.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use rollproof_source::Snapshot;

/// As much of a file as tells which tool it belongs to, in bytes.
const HEAD: usize = 64 * 1024;

/// A folder of the tree.
#[derive(Debug, Default)]
pub(crate) struct Folder<'a> {
    /// Its path; `""` for the tree itself.
    pub(crate) path: &'a str,
    /// Names of the files right in it, in byte order.
    pub(crate) files: Vec<&'a str>,
    /// Names of the folders right in it, in byte order.
    pub(crate) folders: Vec<&'a str>,
}

impl<'a> Folder<'a> {
    /// The last part of its path.
    pub(crate) fn name(&self) -> &'a str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }

    /// The path of the file or folder `name` in it.
    pub(crate) fn join(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}/{name}", self.path) }
    }

    /// Names of the SQL files right in it.
    pub(crate) fn sql_files(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.files.iter().copied().filter(|name| name.ends_with(".sql"))
    }

    /// Whether there are SQL files and `is_of_shape` holds for each that is not a `.down.sql`.
    pub(crate) fn all_sql(&self, is_of_shape: impl Fn(&str) -> bool) -> bool {
        let mut any = false;
        for name in self.sql_files().filter(|name| !name.ends_with(".down.sql")) {
            any = true;
            if !is_of_shape(name) {
                return false;
            }
        }
        any
    }
}

/// A tree's folders.
pub(crate) struct Survey<'a> {
    pub(crate) snapshot: &'a Snapshot,
    folders: BTreeMap<&'a str, Folder<'a>>,
    heads: RefCell<BTreeMap<String, Option<Arc<str>>>>,
}

impl<'a> Survey<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot) -> Self {
        let mut folders: BTreeMap<&'a str, Folder<'a>> = BTreeMap::new();
        for (path, _) in snapshot.files() {
            let (parent, name) = split(path);
            let is_new = !folders.contains_key(parent);
            folders.entry(parent).or_insert_with(|| Folder { path: parent, ..Folder::default() }).files.push(name);
            if is_new {
                add_to_parents(&mut folders, parent);
            }
        }
        for folder in folders.values_mut() {
            folder.folders.sort_unstable();
        }
        Self { snapshot, folders, heads: RefCell::default() }
    }

    pub(crate) fn folders(&self) -> impl Iterator<Item = &Folder<'a>> {
        self.folders.values()
    }

    pub(crate) fn folder(&self, path: &str) -> Option<&Folder<'a>> {
        self.folders.get(path)
    }

    /// The start of the file at `path`, in lower case; none where there is no such file or it is not text.
    pub(crate) fn head(&self, path: &str) -> Option<Arc<str>> {
        if let Some(head) = self.heads.borrow().get(path) {
            return head.clone();
        }
        let bytes = self.snapshot.read(path).and_then(Result::ok);
        let head = bytes.map(|mut bytes| {
            bytes.truncate(HEAD);
            let mut text =
                String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
            text.make_ascii_lowercase();
            Arc::from(text)
        });
        self.heads.borrow_mut().insert(path.to_owned(), head.clone());
        head
    }

    /// Whether the start of the file contains one of `needles`, which are in lower case.
    pub(crate) fn head_has(&self, path: &str, needles: &[&str]) -> bool {
        self.head(path).is_some_and(|head| needles.iter().any(|needle| contains(&head, needle)))
    }

    /// Whether the start of any of the folder's files of these names contains `needle`, which is in lower case.
    pub(crate) fn any_head_has<'n>(
        &self,
        folder: &Folder<'_>,
        mut names: impl Iterator<Item = &'n str>,
        needle: &str,
    ) -> bool {
        let finder = memchr::memmem::Finder::new(needle);
        names.any(|name| self.head(&folder.join(name)).is_some_and(|head| finder.find(head.as_bytes()).is_some()))
    }

    /// Whether the first file, or the last, of those that `pick` keeps contains one of `needles`. A tool's first
    /// migration is often its oldest style, so that one alone says too little.
    pub(crate) fn some_file_has(&self, folder: &Folder<'_>, pick: impl Fn(&str) -> bool, needles: &[&str]) -> bool {
        let mut names = folder.files.iter().copied().filter(|name| pick(name));
        let first = names.next();
        let last = names.next_back();
        first.into_iter().chain(last).any(|name| self.head_has(&folder.join(name), needles))
    }

    /// Whether a manifest of the project, in the folder or above it, mentions one of `needles` (lower case).
    pub(crate) fn project_mentions(&self, folder: &str, needles: &[&str]) -> bool {
        const MANIFESTS: [&str; 7] =
            ["Cargo.toml", "package.json", "go.mod", "Gemfile", "pyproject.toml", "pom.xml", "build.gradle"];
        let mut at = folder;
        loop {
            if let Some(folder) = self.folder(at) {
                let manifests = MANIFESTS.iter().filter(|name| folder.files.binary_search(name).is_ok());
                if manifests.into_iter().any(|name| self.head_has(&folder.join(name), needles)) {
                    return true;
                }
            }
            if at.is_empty() {
                return false;
            }
            at = split(at).0;
        }
    }
}

/// `text.contains(part)`, much faster where little of the text looks like the part.
pub(crate) fn contains(text: &str, part: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some()
}

/// The parent's path and the name.
pub(crate) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn add_to_parents<'a>(folders: &mut BTreeMap<&'a str, Folder<'a>>, mut path: &'a str) {
    while !path.is_empty() {
        let (parent, name) = split(path);
        let is_new = !folders.contains_key(parent);
        folders.entry(parent).or_insert_with(|| Folder { path: parent, ..Folder::default() }).folders.push(name);
        if !is_new {
            return;
        }
        path = parent;
    }
}
