//! What Node sends when it runs the cases.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::case::{Case, Mark, Sent};

/// The first Node that has all that the cases call.
const OLDEST: u32 = 20;

/// What a run told of a case.
#[derive(Default)]
struct Told {
    sent: BTreeSet<Sent>,
    left_out: bool,
    failed: Option<String>,
}

/// A folder that goes when it is done with.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Holds the recordings against a run, where there is a Node, and takes over what that tells if they are to be made anew;
/// what differs.
pub(super) fn hold(fixtures: &Path, cases: Vec<&mut Case>, update: bool) -> Vec<String> {
    let Some(told) = told(fixtures, &cases) else {
        assert!(!update, "there is no Node 20 or newer to record with");
        return Vec::new();
    };
    let mut wrong = Vec::new();
    for (number, case) in cases.into_iter().enumerate() {
        let Some(told) = told.get(&number) else {
            wrong.push(format!("{}: sends nothing", case.title));
            continue;
        };
        if let Some(failed) = &told.failed {
            wrong.push(format!("{}: {failed}", case.title));
        }
        if told.left_out {
            continue;
        }
        let sent: Vec<Sent> = told.sent.iter().cloned().collect();
        let plain = |sent: &Sent| (sent.file.clone(), sent.line, sent.text.clone());
        if update {
            case.sent = sent;
        } else if !sent.iter().map(plain).eq(case.sent.iter().map(plain)) {
            let lines: Vec<String> = sent.iter().map(Sent::line).collect();
            wrong.push(format!("{}: node sends (UPDATE=1 records it)\n  {}", case.title, lines.join("\n  ")));
        }
    }
    wrong
}

/// What a run tells, by the number of the case; none without a Node.
fn told(fixtures: &Path, cases: &[&mut Case]) -> Option<BTreeMap<usize, Told>> {
    let version = Command::new("node").arg("--version").output().ok()?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let major = version.trim_start_matches('v').split('.').next()?.parse::<u32>().ok()?;
    if major < OLDEST {
        return None;
    }
    let folder = Folder(std::env::temp_dir().join(format!("rollproof-node-{}", std::process::id())));
    let library = folder.0.join("node_modules/pg");
    fs::create_dir_all(&library).unwrap();
    fs::copy(fixtures.join("pg.mjs"), library.join("index.mjs")).unwrap();
    fs::write(library.join("package.json"), r#"{"name": "pg", "type": "module", "exports": "./index.mjs"}"#).unwrap();
    fs::write(folder.0.join("package.json"), r#"{"type": "module"}"#).unwrap();
    for (number, case) in cases.iter().enumerate() {
        let inner = folder.0.join(format!("cases/{number:04}"));
        fs::create_dir_all(&inner).unwrap();
        for file in &case.files {
            fs::write(inner.join(&file.name), &file.text).unwrap();
        }
    }
    let run = Command::new("node").arg("--enable-source-maps").arg(fixtures.join("run.mjs")).arg(&folder.0).output();
    let run = run.unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let mut told: BTreeMap<usize, Told> = BTreeMap::new();
    for line in String::from_utf8_lossy(&run.stdout).lines() {
        let (number, rest) = line.split_once(' ').unwrap();
        let told = told.entry(number.parse().unwrap()).or_default();
        match rest.split_once(' ').unwrap() {
            ("left", _) => told.left_out = true,
            ("failed", why) => told.failed = Some(why.to_owned()),
            (place, text) => {
                let (file, line) = place.split_once(':').unwrap();
                let text = serde_json::from_str(text).unwrap();
                let (file, line) = (file.to_owned(), line.parse().unwrap());
                told.sent.insert(Sent { file, line, text, mark: Mark::Known });
            }
        }
    }
    Some(told)
}
