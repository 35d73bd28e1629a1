//! Printing, and what a run's exit status is.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Result, bail};
use rollproof_finding::{Report, Threshold};
use rollproof_report::{Style, View};
use rollproof_source::SourceMap;

/// Prints the report.
pub(crate) fn print(report: &Report, sources: &SourceMap, view: View, format: &str) -> Result<()> {
    let Some(format) = rollproof_report::format(format) else { bail!("there is no format {format}") };
    write(&(format.render)(report, sources, view, style()))
}

/// Writes to standard output; a reader that has gone away (`| head`) is no error.
pub(crate) fn write(text: &str) -> Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Leaves what a run has made as it is: the system takes the memory back at once, which giving it back piece by piece
/// does not.
pub(crate) fn leave<T>(made: T) {
    std::mem::forget(made);
}

/// Colours on a terminal only, and never where NO_COLOR is set (no-color.org).
#[expect(clippy::disallowed_methods, reason = "the environment decides about colours")]
pub(crate) fn style() -> Style {
    let terminal = std::io::stdout().is_terminal();
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    Style { color: terminal && !refused && !dumb, ..Style::default() }
}

/// 1 where the run fails, else 0.
pub(crate) fn exit_code(report: &Report, threshold: Threshold) -> ExitCode {
    ExitCode::from(u8::from(threshold.is_reached(report)))
}
