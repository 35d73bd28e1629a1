//! Against repositories that the real git makes.

use std::path::{Path, PathBuf};

use rollproof_source::{ContentId, Other, ReadError, Snapshot};
use tempfile::TempDir;

use crate::objects::MAX_OBJECT_BYTES;
use crate::{LoadError, MAX_FILE_BYTES, Repository, folder_snapshot};

/// A repository in a folder that the test owns.
struct Made {
    folder: TempDir,
}

impl Made {
    fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// Two commits, `v1` (annotated) on the first and `v2` on the second, which is HEAD of `main`.
    fn two_versions() -> Self {
        let made = Self::empty();
        made.git(&["init", "-q", "-b", "main", "repo"]);
        made.write("repo/src/a.ts", "one");
        made.write("repo/shared.ts", "same");
        made.commit("first", "2024-01-01T00:00:00Z");
        made.in_repo(&["tag", "-a", "v1", "-m", "v1"]);
        made.write("repo/src/a.ts", "two");
        made.commit("second", "2024-01-02T00:00:00Z");
        made.in_repo(&["tag", "v2"]);
        made
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        #[expect(clippy::disallowed_methods, reason = "the test makes the tree it reads")]
        std::fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(self.folder.path(), "2024-01-01T00:00:00Z", arguments)
    }

    fn in_repo(&self, arguments: &[&str]) -> String {
        git(&self.path("repo"), "2024-01-03T00:00:00Z", arguments)
    }

    fn commit(&self, message: &str, date: &str) {
        git(&self.path("repo"), date, &["add", "-A"]);
        git(&self.path("repo"), date, &["commit", "-q", "--allow-empty", "-m", message]);
    }

    fn open(&self, path: &str) -> Repository {
        Repository::discover(&self.path(path)).unwrap()
    }
}

fn git(dir: &Path, date: &str, arguments: &[&str]) -> String {
    #[expect(clippy::disallowed_methods, reason = "only git itself makes repositories worth testing against")]
    let mut command = std::process::Command::new("git");
    let isolated = [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")];
    let person = ["AUTHOR", "COMMITTER"].map(|role| {
        [
            (format!("GIT_{role}_NAME"), "T"),
            (format!("GIT_{role}_EMAIL"), "t@example.org"),
            (format!("GIT_{role}_DATE"), date),
        ]
    });
    let output = command
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(dir)
        .env_remove("GIT_DIR")
        .envs(isolated)
        .envs(person.into_iter().flatten())
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn text(snapshot: &Snapshot, path: &str) -> String {
    String::from_utf8(snapshot.read(path).unwrap().unwrap()).unwrap()
}

fn paths(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.files().map(|(path, _)| &**path).collect()
}

fn at(repository: &Repository, rev: &str) -> Snapshot {
    repository.snapshot(&repository.resolve(rev).unwrap(), &[]).unwrap()
}

#[test]
fn a_revision_is_read_without_a_checkout() {
    let made = Made::two_versions();
    let repository = made.open("repo");
    let (old, new) = (at(&repository, "v1"), at(&repository, "v2"));
    assert_eq!(paths(&old), ["shared.ts", "src/a.ts"]);
    assert_eq!((text(&old, "src/a.ts"), text(&new, "src/a.ts")), ("one".to_owned(), "two".to_owned()));
    assert_eq!(old.get("shared.ts"), new.get("shared.ts"));
    assert_eq!(old.get("shared.ts"), Some(&ContentId::of_blob(b"same")));
}

#[test]
fn roots_bound_what_is_listed() {
    let made = Made::two_versions();
    made.write("repo/src/deep/er/b.ts", "");
    made.write("repo/src-not/c.ts", "");
    made.commit("more", "2024-01-04T00:00:00Z");
    let repository = made.open("repo");
    let list = |roots: &[&str]| {
        let roots: Vec<String> = roots.iter().map(ToString::to_string).collect();
        let snapshot = repository.snapshot(&repository.head().unwrap(), &roots).unwrap();
        paths(&snapshot).join(" ")
    };
    assert_eq!(list(&["src"]), "src/a.ts src/deep/er/b.ts");
    assert_eq!(list(&["src/deep", "shared.ts"]), "shared.ts src/deep/er/b.ts");
    assert_eq!(list(&["nowhere"]), "");
}

#[test]
fn every_way_to_name_a_commit_resolves_to_it() {
    let made = Made::two_versions();
    let repository = made.open("repo");
    let first = made.in_repo(&["rev-parse", "v1^{commit}"]);
    for name in ["v1", "HEAD~1", "v2^", "refs/tags/v1", "main~1", &first, &first[..8]] {
        assert_eq!(repository.resolve(name).unwrap().commit, first, "{name}");
    }
    assert_eq!(repository.resolve("v1").unwrap().to_string(), format!("v1 ({})", &first[..10]));
    assert_eq!(repository.resolve(&first[..8]).unwrap().to_string(), &first[..8]);
}

#[test]
fn what_is_no_commit_is_said_so() {
    let made = Made::two_versions();
    let repository = made.open("repo");
    let error = |rev: &str| repository.resolve(rev).unwrap_err();
    assert!(matches!(error("v9"), LoadError::UnknownRevision(_)));
    assert!(matches!(error("HEAD~7"), LoadError::UnknownRevision(_)));
    assert!(matches!(error("0123456789012345678901234567890123456789"), LoadError::UnknownRevision(_)));
    assert!(matches!(error("HEAD:shared.ts"), LoadError::NotACommit(_)));
    assert!(matches!(error(""), LoadError::UnknownRevision(_)));
    for rev in ["v9", "HEAD:shared.ts"] {
        assert_eq!(error(rev).to_string().lines().count(), 1);
    }
}

#[test]
fn the_newest_tag_is_not_that_of_head() {
    let made = Made::two_versions();
    let newest = || made.open("repo").newest_reachable_tag_not_head().unwrap().map(|revision| revision.name);
    assert_eq!(newest().as_deref(), Some("v1"));
    made.commit("third", "2024-01-05T00:00:00Z");
    assert_eq!(newest().as_deref(), Some("v2"));
    assert_eq!(made.in_repo(&["describe", "--tags", "--abbrev=0"]), "v2");
}

#[test]
fn of_several_tags_git_describe_decides() {
    let made = Made::two_versions();
    // An old line with a younger tag, merged: nearer in commits is what counts, not the tag's date.
    made.in_repo(&["checkout", "-q", "-b", "patch", "v1"]);
    made.commit("patched", "2024-02-01T00:00:00Z");
    made.in_repo(&["tag", "v1.1"]);
    made.in_repo(&["checkout", "-q", "main"]);
    for day in 1..4 {
        made.commit("work", &format!("2024-03-0{day}T00:00:00Z"));
    }
    made.in_repo(&["merge", "-q", "--no-ff", "-m", "merge", "patch"]);
    let repository = made.open("repo");
    let newest = repository.newest_reachable_tag_not_head().unwrap().unwrap();
    assert_eq!(newest.name, made.in_repo(&["describe", "--tags", "--abbrev=0"]));
    assert_eq!(newest.commit, made.in_repo(&["rev-parse", &format!("{}^{{commit}}", newest.name)]));
}

#[test]
fn no_tag_is_none_and_no_commit_is_an_error() {
    let made = Made::empty();
    made.git(&["init", "-q", "-b", "main", "repo"]);
    let repository = made.open("repo");
    assert!(matches!(repository.head(), Err(LoadError::NoCommit)));
    assert!(matches!(repository.newest_reachable_tag_not_head(), Err(LoadError::NoCommit)));
    made.commit("first", "2024-01-01T00:00:00Z");
    assert_eq!(made.open("repo").newest_reachable_tag_not_head().unwrap(), None);
}

#[test]
fn the_merge_base_is_where_the_branch_left() {
    let made = Made::two_versions();
    made.in_repo(&["checkout", "-q", "-b", "work"]);
    made.commit("mine", "2024-01-05T00:00:00Z");
    let base = made.open("repo").merge_base_with_default_branch().unwrap().unwrap();
    assert_eq!(base.commit, made.in_repo(&["rev-parse", "v2"]));
    assert_eq!(base.name, "merge base with main");
    made.git(&["clone", "-q", "-b", "work", "repo", "clone"]);
    let base = made.open("clone").merge_base_with_default_branch().unwrap().unwrap();
    assert!(base.name.starts_with("merge base with origin/"), "{}", base.name);
    made.in_repo(&["branch", "-m", "main", "trunk"]);
    assert_eq!(made.open("repo").merge_base_with_default_branch().unwrap(), None);
}

#[test]
fn a_bare_repository_has_revisions_and_no_working_tree() {
    let made = Made::two_versions();
    made.git(&["clone", "-q", "--bare", "repo", "bare.git"]);
    let repository = made.open("bare.git");
    assert_eq!(text(&at(&repository, "v1"), "src/a.ts"), "one");
    assert_eq!(repository.work_tree(), None);
    assert!(matches!(repository.work_tree_snapshot(), Err(LoadError::NoWorkTree)));
}

#[test]
fn packed_objects_and_references_are_read_too() {
    let made = Made::two_versions();
    made.in_repo(&["gc", "-q"]);
    let repository = made.open("repo");
    assert_eq!(text(&at(&repository, "v1"), "src/a.ts"), "one");
    assert_eq!(repository.newest_reachable_tag_not_head().unwrap().unwrap().name, "v1");
}

#[test]
fn a_shallow_clone_says_why_it_lacks_a_revision() {
    let made = Made::two_versions();
    let origin = format!("file://{}", made.path("repo").display());
    made.git(&["clone", "-q", "--depth", "1", &origin, "shallow"]);
    let repository = made.open("shallow");
    assert!(repository.is_shallow() && !made.open("repo").is_shallow());
    assert_eq!(text(&at(&repository, "HEAD"), "src/a.ts"), "two");
    let first = made.in_repo(&["rev-parse", "v1^{commit}"]);
    for rev in ["v1", "HEAD~1", &first] {
        let error = repository.resolve(rev).unwrap_err();
        assert!(matches!(error, LoadError::NotInShallowClone(_)), "{rev}: {error}");
        assert!(error.to_string().contains("--unshallow") && error.to_string().contains("fetch-depth: 0"));
        assert_eq!(error.to_string().lines().count(), 1);
    }
    assert!(matches!(repository.newest_reachable_tag_not_head(), Err(LoadError::ShallowHistory)));
}

#[test]
fn a_second_work_tree_is_a_repository() {
    let made = Made::two_versions();
    made.in_repo(&["worktree", "add", "-q", "../second", "v1"]);
    let repository = made.open("second/src");
    assert_eq!(repository.folder_in_tree(), "src");
    assert_eq!(made.open("second").folder_in_tree(), "");
    assert_eq!(repository.head().unwrap().commit, made.in_repo(&["rev-parse", "v1^{commit}"]));
    let tree = repository.work_tree_snapshot().unwrap();
    assert_eq!(paths(&tree), ["shared.ts", "src/a.ts"]);
    assert_eq!(text(&tree, "src/a.ts"), "one");
}

#[test]
fn the_working_tree_is_what_would_be_committed() {
    let made = Made::two_versions();
    made.write("repo/.gitignore", "ignored/\n*.log\n");
    made.write("repo/kept.log", "tracked although ignored");
    made.in_repo(&["add", "-f", "kept.log"]);
    made.write("repo/ignored/x.ts", "");
    made.write("repo/other.log", "");
    made.write("repo/node_modules/p/index.js", "");
    made.write("repo/untracked.ts", "new");
    made.write("repo/src/a.ts", "three");
    made.write("repo/.git/info/exclude", "excluded.ts\n");
    made.write("repo/excluded.ts", "");
    made.git(&["init", "-q", "repo/inner"]);
    made.write("repo/inner/theirs.ts", "");
    std::fs::remove_file(made.path("repo/shared.ts")).unwrap();
    let tree = made.open("repo").work_tree_snapshot().unwrap();
    assert_eq!(paths(&tree), [".gitignore", "kept.log", "src/a.ts", "untracked.ts"]);
    assert_eq!(text(&tree, "src/a.ts"), "three");
    assert_eq!(text(&tree, "kept.log"), "tracked although ignored");
    assert_eq!(tree.get("src/a.ts"), Some(&ContentId::of_blob(b"three")));
}

#[test]
fn an_unchanged_working_tree_has_the_ids_of_its_commit() {
    let made = Made::two_versions();
    let repository = made.open("repo");
    let collect = |snapshot: &Snapshot| snapshot.files().map(|(path, id)| (path.clone(), *id)).collect::<Vec<_>>();
    assert_eq!(collect(&repository.work_tree_snapshot().unwrap()), collect(&at(&repository, "HEAD")));
}

#[test]
fn an_edit_of_the_same_size_right_after_the_commit_is_seen() {
    let made = Made::two_versions();
    for edit in ["aaa", "bbb", "ccc"] {
        made.write("repo/src/a.ts", edit);
        made.in_repo(&["add", "-A"]);
        made.write("repo/src/a.ts", "zzz");
        let tree = made.open("repo").work_tree_snapshot().unwrap();
        assert_eq!(tree.get("src/a.ts"), Some(&ContentId::of_blob(b"zzz")), "after {edit}");
    }
}

#[test]
fn a_sparse_checkout_is_completed_from_the_objects() {
    let made = Made::two_versions();
    made.in_repo(&["sparse-checkout", "set", "--cone", "--sparse-index", "elsewhere"]);
    assert!(!made.path("repo/src").exists());
    let tree = made.open("repo").work_tree_snapshot().unwrap();
    assert_eq!(paths(&tree), ["shared.ts", "src/a.ts"]);
    assert_eq!(text(&tree, "src/a.ts"), "two");
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_neither_listed_nor_followed() {
    let made = Made::two_versions();
    made.write("outside/secret.ts", "secret");
    std::os::unix::fs::symlink(made.path("outside/secret.ts"), made.path("repo/link.ts")).unwrap();
    std::os::unix::fs::symlink(made.path("outside"), made.path("repo/linked")).unwrap();
    let expected = ["shared.ts", "src/a.ts"];
    assert_eq!(paths(&made.open("repo").work_tree_snapshot().unwrap()), expected);
    assert_eq!(paths(&folder_snapshot(&made.path("repo")).unwrap()), expected);
    made.commit("links", "2024-01-05T00:00:00Z");
    let repository = made.open("repo");
    assert_eq!(paths(&at(&repository, "HEAD")), expected);
    // That they are there is known all the same, and where they lead.
    let trees = [
        at(&repository, "HEAD"),
        repository.work_tree_snapshot().unwrap(),
        folder_snapshot(&made.path("repo")).unwrap(),
    ];
    let outside = made.path("outside").to_str().unwrap().to_owned();
    for tree in trees {
        let others: Vec<(&str, Other)> = tree.others().map(|(path, other)| (&**path, other.clone())).collect();
        let link = |target: String| Other::Link(target.as_str().into());
        assert_eq!(others, [("link.ts", link(format!("{outside}/secret.ts"))), ("linked", link(outside.clone()))]);
    }
    // A tracked file that is now behind a link, in a folder that ignore rules hide from the walk.
    made.write("repo/hidden/secret.ts", "mine");
    made.commit("hidden", "2024-01-06T00:00:00Z");
    made.write("repo/.gitignore", "hidden\n");
    std::fs::remove_dir_all(made.path("repo/hidden")).unwrap();
    std::os::unix::fs::symlink(made.path("outside"), made.path("repo/hidden")).unwrap();
    let tree = made.open("repo").work_tree_snapshot().unwrap();
    assert_eq!(paths(&tree), [".gitignore", "shared.ts", "src/a.ts"]);
}

#[cfg(unix)]
#[test]
fn a_link_put_in_a_files_place_is_not_followed() {
    let made = Made::empty();
    // A small file is read once, to be identified; a larger one again, when it is asked for.
    made.write("tree/small.sql", "select 1");
    made.write("tree/large.sql", &"select 1;".repeat(10_000));
    made.write("secret", "secret");
    let tree = folder_snapshot(&made.path("tree")).unwrap();
    for path in ["tree/small.sql", "tree/large.sql"] {
        std::fs::remove_file(made.path(path)).unwrap();
        std::os::unix::fs::symlink(made.path("secret"), made.path(path)).unwrap();
    }
    assert_eq!(tree.read("small.sql"), Some(Ok(b"select 1".to_vec())));
    assert!(matches!(tree.read("large.sql"), Some(Err(ReadError::Failed(_)))));
}

#[test]
fn submodules_are_not_in_the_tree() {
    let made = Made::two_versions();
    made.git(&["init", "-q", "-b", "main", "other"]);
    made.write("other/theirs.ts", "");
    git(&made.path("other"), "2024-01-01T00:00:00Z", &["add", "-A"]);
    git(&made.path("other"), "2024-01-01T00:00:00Z", &["commit", "-q", "-m", "other"]);
    made.in_repo(&["submodule", "--quiet", "add", "../other", "sub"]);
    made.commit("submodule", "2024-01-05T00:00:00Z");
    let repository = made.open("repo");
    let expected = [".gitmodules", "shared.ts", "src/a.ts"];
    assert_eq!(paths(&at(&repository, "HEAD")), expected);
    assert_eq!(paths(&repository.work_tree_snapshot().unwrap()), expected);
}

#[test]
fn a_folder_needs_no_git() {
    let made = Made::empty();
    made.write("tree/.gitignore", "dist\n[broken\n");
    made.write("tree/dist/x.js", "");
    made.write("tree/.env.example", "hidden files count");
    made.write("tree/src/a.sql", "select 1");
    made.write("tree/node_modules/p/a.sql", "");
    let tree = folder_snapshot(&made.path("tree")).unwrap();
    assert_eq!(paths(&tree), [".env.example", ".gitignore", "src/a.sql"]);
    assert_eq!(tree.get("src/a.sql"), Some(&ContentId::of_blob(b"select 1")));
    assert!(matches!(folder_snapshot(&made.path("nowhere")), Err(LoadError::NotAFolder(_))));
    assert!(matches!(folder_snapshot(&made.path("tree/src/a.sql")), Err(LoadError::NotAFolder(_))));
}

#[test]
fn no_repository_is_said_so() {
    let made = Made::empty();
    made.write("plain/a", "");
    assert!(matches!(Repository::discover(&made.path("plain")), Err(LoadError::NotARepository(_))));
    assert!(matches!(Repository::discover(&made.path("nowhere")), Err(LoadError::NotAFolder(_))));
}

#[test]
fn a_repository_of_another_format_is_not_called_missing() {
    let made = Made::empty();
    made.git(&["init", "-q", "--object-format=sha256", "repo"]);
    let error = Repository::discover(&made.path("repo")).and_then(|repository| repository.head()).err();
    assert!(matches!(error, Some(LoadError::Damaged(_))));
}

#[test]
fn a_short_id_of_several_objects_is_ambiguous() {
    let made = Made::two_versions();
    let mut firsts = std::collections::BTreeMap::new();
    let shared = (0..2000).find_map(|number| {
        let id = ContentId::of_blob(number.to_string().as_bytes());
        let start = format!("{:02x}{:02x}", id.0[0], id.0[1]);
        firsts.insert(start.clone(), number).map(|before| (start, before, number))
    });
    let (start, one, other) = shared.unwrap();
    for number in [one, other] {
        made.write("number", &number.to_string());
        made.git(&["-C", "repo", "hash-object", "-w", "../number"]);
    }
    assert!(matches!(made.open("repo").resolve(&start), Err(LoadError::AmbiguousRevision(_))));
}

#[test]
fn a_file_over_the_limit_is_listed_and_refused() {
    let made = Made::two_versions();
    let size = MAX_FILE_BYTES + 1;
    made.write("repo/dump.sql", &"x".repeat(size as usize));
    let folder = folder_snapshot(&made.path("repo")).unwrap();
    assert_eq!(folder.read("dump.sql"), Some(Err(ReadError::TooLarge(size))));
    made.commit("dump", "2024-01-05T00:00:00Z");
    let tree = at(&made.open("repo"), "HEAD");
    assert_eq!(tree.read("dump.sql"), Some(Err(ReadError::TooLarge(size))));
    assert!(tree.read("shared.ts").unwrap().is_ok());
    // What would take too much memory is not even decoded.
    let size = MAX_OBJECT_BYTES + 1;
    made.write("repo/dump.sql", &"x".repeat(size as usize));
    made.commit("larger", "2024-01-06T00:00:00Z");
    assert_eq!(at(&made.open("repo"), "HEAD").read("dump.sql"), Some(Err(ReadError::TooLarge(size))));
}

#[test]
fn every_error_is_one_line() {
    let errors = [
        LoadError::NotAFolder("x".into()),
        LoadError::NotARepository("x".into()),
        LoadError::UnknownRevision("x".into()),
        LoadError::NotInShallowClone("v1.2".into()),
        LoadError::ShallowHistory,
        LoadError::NoCommit,
        LoadError::NoWorkTree,
        LoadError::damaged("first\nsecond"),
    ];
    for error in errors {
        let text = error.to_string();
        assert!(text.lines().count() == 1 && !text.contains("  "), "{text:?}");
    }
}
