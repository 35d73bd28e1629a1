//! The README's claims: its first command prints what it shows.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read the README and fail by panicking")]

use rollproof_tests::program::{repository, run};

fn fences(readme: &str, kind: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        if line == format!("```{kind}") {
            found.push(lines.by_ref().take_while(|line| *line != "```").collect::<Vec<_>>().join("\n"));
        }
    }
    found
}

#[test]
fn the_first_command_prints_what_the_readme_shows() {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let command = fences(&readme, "sh").remove(0);
    let arguments: Vec<&str> = command.strip_prefix("cargo run --release -- ").unwrap().split(' ').collect();
    let done = run(&arguments);
    assert_eq!(done.status, 1);
    let shown = fences(&readme, "text").remove(0);
    for part in shown.split("\n\n") {
        assert!(
            done.output.contains(part),
            "the README shows what is not printed:\n{part}\n\nprinted:\n{}",
            done.output
        );
    }
    assert!(done.output.trim_end().ends_with(shown.split("\n\n").last().unwrap().trim_end()));
}

#[test]
fn the_second_command_runs_all_tests() {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    assert_eq!(fences(&readme, "sh")[1], "cargo xtask test");
    let ci = std::fs::read_to_string(repository().join(".ci/run")).unwrap();
    assert!(ci.contains("cargo xtask test"));
}
