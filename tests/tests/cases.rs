//! Every case of fixtures/cases and every rule's page: judged by the tool, and by a real server where one is given.

use std::path::Path;

use rollproof_tests::{case, judge, server};

#[expect(clippy::disallowed_methods, reason = "tests read fixtures")]
fn check(path: &Path) -> datatest_stable::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let case = case::parse(&text)?;
    let report = judge::report(&case, 18);
    let mut wrong = judge::differences(&case, &report)?;
    if let Some(server) = server::server() {
        wrong.extend(judge::differences_with_server(&case, &report, &server)?);
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Pages about the run show whole trees: `run_rules.rs` runs them.
fn check_page(path: &Path) -> datatest_stable::Result<()> {
    let about_the_run = ["applied_migration_edited", "migration_out_of_order", "other_database"];
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if about_the_run.contains(&name.as_str()) { Ok(()) } else { check(path) }
}

datatest_stable::harness! {
    { test = check, root = "../fixtures/cases", pattern = r"\.md$" },
    { test = check_page, root = "../crates/check/src/rules", pattern = r"\.md$" },
}
