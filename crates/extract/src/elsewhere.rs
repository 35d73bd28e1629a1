//! What a tree leads to outside of itself: symbolic links and submodules. Nothing of it is read, and the ledger says so.

use std::collections::BTreeMap;

use rollproof_source::{Other, Snapshot};

use crate::files::is_wanted;
use crate::sinks::{FileRules, languages};
use crate::{LeftOut, Options};

/// Adds the links that lead out of the tree or nowhere, and other repositories, as far as they may hold sources. What a
/// link within the tree leads to is read where it is.
pub(crate) fn not_followed(snapshot: &Snapshot, options: &Options, left: &mut BTreeMap<LeftOut, usize>) {
    let rules: Vec<&FileRules> = languages().iter().map(|language| &language.files).collect();
    for (path, other) in snapshot.others() {
        let reason = match other {
            Other::Link(target) if leads_inside(snapshot, path, target) => continue,
            Other::Link(_) => "symbolic link out of the tree",
            Other::Repository => "another repository",
        };
        if may_hold_sources(path, &rules) && rules.iter().all(|rules| is_wanted(path, rules, options)) {
            left.insert(LeftOut { reason: reason.into(), place: path.clone() }, 1);
        }
    }
}

/// Whether a link leads to a file or a folder of the tree.
fn leads_inside(snapshot: &Snapshot, link: &str, target: &str) -> bool {
    if target.is_empty() || target.starts_with('/') {
        return false;
    }
    let mut parts: Vec<&str> = link.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_none() => return false,
            ".." => {}
            part => parts.push(part),
        }
    }
    let target = parts.join("/");
    // A link to a folder around it would lead in circles, and to nothing new.
    snapshot.get(&target).is_some() || snapshot.files_under(&target).next().is_some()
}

/// A folder, or a file that is called like a source.
fn may_hold_sources(path: &str, rules: &[&FileRules]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((_, extension)) = name.trim_start_matches('.').rsplit_once('.') else { return true };
    extension == "sql" || rules.iter().any(|rules| rules.extensions.iter().any(|known| known == extension))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn only_what_leads_out_of_the_tree_is_said() {
        let links = [
            ("src/inside.ts", "a.ts"),
            ("src/around", "../src"),
            ("out.ts", "../elsewhere/b.ts"),
            ("absolute", "/etc"),
            ("circle.ts", "circle.ts"),
            ("README.md", "../README.md"),
            ("node_modules/package", "../../package"),
            ("src/packages", "../../../packages"),
        ];
        let others = links.map(|(path, target)| (Arc::from(path), Other::Link(target.into())));
        let others = others.into_iter().chain([(Arc::from("module"), Other::Repository)]).collect();
        let snapshot = Snapshot::from_texts([("src/a.ts", "")]).with_others(others);
        let mut left = BTreeMap::new();
        not_followed(&snapshot, &Options::default(), &mut left);
        let said: Vec<(&str, &str)> = left.keys().map(|left| (&*left.reason, &*left.place)).collect();
        let link = "symbolic link out of the tree";
        let expected = [
            ("another repository", "module"),
            (link, "absolute"),
            (link, "circle.ts"),
            (link, "out.ts"),
            (link, "src/packages"),
        ];
        assert_eq!(said, expected);
    }
}
