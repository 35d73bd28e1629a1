//! The run could not be done: one line that says why and what to do, and exit status 2.

use std::process::ExitCode;

/// The exit status of a run that could not be done.
pub(crate) const COULD_NOT_RUN: u8 = 2;

/// Prints `error` as one line.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    let parts: Vec<String> = error.chain().map(|cause| cause.to_string().replace('\n', " ")).collect();
    let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("rollproof: {}\n", parts.join(": ")));
    ExitCode::from(COULD_NOT_RUN)
}
