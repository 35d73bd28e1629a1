//! The examples of each library against the ledger beside them (`expected.txt`; `UPDATE=1` rewrites it).
#![expect(clippy::disallowed_methods, reason = "the test reads our own folders")]

use std::path::{Path, PathBuf};

use super::{ledger, run};
use crate::Options;

fn files(root: &Path, folder: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(root, &path, found);
        } else if path.file_name().is_some_and(|name| name != "expected.txt") {
            let inner = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.push((inner, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn check_examples(grammar: &str) {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../grammars")).join(grammar).join("examples");
    let mut wrong = Vec::new();
    let mut libraries: Vec<PathBuf> = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    libraries.sort();
    for library in libraries {
        let mut found = Vec::new();
        files(&library, &library, &mut found);
        let files: Vec<(&str, &str)> = found.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (extraction, sources) = run(&files, &Options::default());
        let actual = ledger(&extraction, &sources);
        let expected = library.join("expected.txt");
        if std::env::var("UPDATE").is_ok() {
            std::fs::write(&expected, &actual).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != actual {
            wrong.push(format!("{}:\n{actual}", library.display()));
        }
    }
    assert!(wrong.is_empty(), "these ledgers differ (UPDATE=1 rewrites them):\n{}", wrong.join("\n"));
}

#[test]
fn typescript_libraries() {
    check_examples("typescript");
}

#[test]
fn rust_libraries() {
    check_examples("rust");
}

#[test]
fn sql_files() {
    check_examples("sql");
}
