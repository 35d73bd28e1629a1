//! The built program, run as a user would run it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// The top of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// What names the shipped incident, after the command.
pub const INCIDENT: [&str; 8] = [
    "--old",
    "fixtures/repos/incident/old",
    "--new",
    "fixtures/repos/incident/new",
    "--migrations",
    "fixtures/repos/incident/migrations",
    "--pending",
    "009_users_plan_id.sql",
];

/// What a run printed, and how it ended.
#[derive(Debug)]
pub struct Run {
    /// Exit status.
    pub status: i32,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub errors: String,
}

impl Run {
    /// Standard output as JSON.
    ///
    /// # Panics
    /// When it is none: the test that asks fails with what was printed.
    #[must_use]
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.output).unwrap_or_else(|_| panic!("not JSON: {}{}", self.output, self.errors))
    }
}

/// The program, built once a test binary: tests may be run without `cargo xtask test`, which builds it before.
#[expect(clippy::disallowed_methods, clippy::panic, reason = "tests run the program")]
fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let cargo = env!("CARGO");
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--package", "rollproof", "--message-format", "json-render-diagnostics"])
            .current_dir(repository())
            .output();
        let Ok(built) = built else { panic!("{cargo} build cannot be run") };
        let text = String::from_utf8_lossy(&built.stdout).into_owned();
        let executable = text.lines().filter_map(|line| {
            let message: Value = serde_json::from_str(line).ok()?;
            message["executable"].as_str().map(PathBuf::from)
        });
        let Some(path) = executable.fold(None, |_, path| Some(path)) else {
            panic!("no program was built: {}", String::from_utf8_lossy(&built.stderr))
        };
        path
    })
}

/// Runs the program in `folder`.
///
/// # Panics
/// When it cannot be started.
#[must_use]
#[expect(clippy::disallowed_methods, clippy::panic, reason = "tests run the program")]
pub fn run_in(folder: &Path, arguments: &[&str]) -> Run {
    let done = Command::new(binary()).args(arguments).current_dir(folder).env("NO_COLOR", "1").output();
    let Ok(done) = done else { panic!("{} cannot be started", binary().display()) };
    Run {
        status: done.status.code().unwrap_or(-1),
        output: String::from_utf8_lossy(&done.stdout).into_owned(),
        errors: String::from_utf8_lossy(&done.stderr).into_owned(),
    }
}

/// Runs the program at the top of the repository.
#[must_use]
pub fn run(arguments: &[&str]) -> Run {
    run_in(&repository(), arguments)
}

/// Writes a file of a tree, and the folders above it.
///
/// # Panics
/// When it cannot be written.
#[expect(clippy::disallowed_methods, clippy::expect_used, reason = "tests write trees")]
pub fn write(folder: &Path, path: &str, text: &str) {
    let file = folder.join(path);
    std::fs::create_dir_all(file.parent().expect("a file has a folder")).expect("a folder can be made");
    std::fs::write(file, text).expect("a file can be written");
}
